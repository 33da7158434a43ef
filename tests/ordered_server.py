"""What the servers have in common that do as they are ordered: settings from outside, kills at a moment, the process."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import signal
from typing import Any

from model_server.http import Connection, Handler, Request, json_bytes, response


class OrderedServer:
    """A Handler of the model server's HTTP layer. `orders` has a `kill` moment and the `pid` that it means."""

    def __init__(self, orders: Any) -> None:
        self.orders = orders

    def opened(self, connection: Connection) -> None: ...

    def closed(self, connection: Connection) -> None: ...

    def handle(self, request: Request, connection: Connection) -> None:
        raise NotImplementedError

    def seen(self) -> dict[str, Any]:
        raise NotImplementedError

    def admin(self, request: Request) -> bytes:
        if request.path == "/__settings":
            for name, value in json.loads(request.body).items():
                if name not in type(self.orders).__slots__:
                    return response(400, json_bytes({"error": {"message": f"no {name}"}}))
                setattr(self.orders, name, value)
        return response(200, json_bytes(self.seen()))

    def kill(self, moment: str) -> None:
        if self.orders.kill == moment and self.orders.pid:
            os.kill(self.orders.pid, signal.SIGKILL)
            self.orders.kill, self.orders.pid = "", 0


def main(about: str | None, server: type[OrderedServer], orders: Any) -> None:
    """Serves until it is told to end; prints its ports first."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--settings", type=json.loads, default={})
    chosen = parser.parse_args()
    asyncio.run(_run(server(dataclasses.replace(orders, **chosen.settings)), chosen.port))


async def _run(server: Handler, port: int) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    listening = await loop.create_server(lambda: Connection(server), "127.0.0.1", port)
    at = listening.sockets[0].getsockname()[1]
    print(json.dumps({"port": at, "admin_port": at}), flush=True)
    await stopped.wait()
