"""Starts the server; every setting is an option, values other than texts are JSON."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import gc
import json
import signal
import sys
from typing import Any

from .http import Connection
from .server import AdminHandler, ModelServer
from .settings import Settings


def read_arguments(arguments: list[str]) -> tuple[int, Settings]:
    parser = argparse.ArgumentParser(prog="model_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--settings", type=json.loads, default={}, help="all at once, as one JSON object")
    settings = Settings()
    for each in dataclasses.fields(Settings):
        kind: Any = str if isinstance(getattr(settings, each.name), str) else json.loads
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=kind, default=None)
    chosen = vars(parser.parse_args(arguments))
    port, values = chosen.pop("port"), dict(chosen.pop("settings"))
    values.update({name: value for name, value in chosen.items() if value is not None})
    try:
        settings.change(values)
    except ValueError as error:
        parser.error(str(error))
    return port, settings


async def run(port: int, settings: Settings) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    server = ModelServer(settings)
    handler = AdminHandler(server)
    port = await server.listen(port)
    admin = await loop.create_server(lambda: Connection(handler), "127.0.0.1", 0)
    print(json.dumps({"port": port, "admin_port": admin.sockets[0].getsockname()[1]}), flush=True)
    # Nothing here makes cycles worth looking for, and a collection in the middle of a measurement is a hiccup.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    await stopped.wait()


def main() -> None:
    port, settings = read_arguments(sys.argv[1:])
    asyncio.run(run(port, settings))


if __name__ == "__main__":
    main()
