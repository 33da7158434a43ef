"""Read a real blog as a site from a server on this machine: what is fetched, what is left out, and what a kill costs.

    python benchmarks/sites.py FOLDER [--kills 3]

FOLDER holds a blog as it is published (`pairs.jsonl`, `html/`, `feeds/`, `not-articles/`).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from site_server import Reply, SiteServer, article, prose, published_site, site

from corpus_to_ft.contents import Contents
from corpus_to_ft.ingest.site.memory import Access, Nowhere
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.ingest.site.sites import Sites
from corpus_to_ft.store import RunStore

PAGES_FOR_SPEED = 900
# Without any pause a hundred pages are fetched before the first worker has started to read.
KILL_DELAY_S = 0.2


def command(server: SiteServer, out: Path, delay_s: float = 0) -> list[str]:
    settings = ["--allow-private", "--set", f"ingest.site.delay_s={delay_s}"]
    return [sys.executable, "-m", "corpus_to_ft", "ingest", f"{server.url}/", "-o", str(out), "--json", *settings]


def run(server: SiteServer, out: Path, what: str) -> None:
    server.forget()
    began = time.monotonic()
    done = subprocess.run(command(server, out), capture_output=True, text=True, check=False)
    took, statuses = time.monotonic() - began, dict(server.counts())
    said = json.loads(done.stdout or "{}")
    print(
        f"{what}: exit {done.returncode}, {took:.1f} s, {len(server.asked)} requests {statuses}, {server.sent:,} bytes;"
    )
    print(f"   {said.get('documents')} documents, rejected {said.get('rejected')}")
    server.sent = 0


def show_skipped(out: Path) -> None:
    with RunStore.read(out) as store:
        found = list(Contents(store).rejected())
    by_reason = Counter((item.stage, item.reason) for item in found)
    for (stage, reason), count in by_reason.most_common():
        example = next(item for item in found if (item.stage, item.reason) == (stage, reason))
        print(f"   {stage}/{reason} {count}: {example.detail[:110]}")


def kill_and_go_on(server: SiteServer, out: Path, kills: int) -> None:
    """Each run is ended with SIGKILL when it has asked for some more pages; the last one comes to its end."""
    server.forget()
    for number in range(kills):
        already = len(server.asked)
        process = subprocess.Popen(
            command(server, out, KILL_DELAY_S), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while len(server.asked) < already + 50 + number and process.poll() is None:
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command(server, out, KILL_DELAY_S), capture_output=True, check=False)
    twice = {path: count for path, count in Counter(server.paths()).items() if count > 1}
    print(f"{kills} kills: {len(server.asked)} requests, {len(set(server.paths()))} addresses, asked again: {twice}")


def speed() -> None:
    with site() as server:
        links = [f"/{number}" for number in range(PAGES_FOR_SPEED)]
        server.page("/", article("처음", prose(1), links=links))
        for number, link in enumerate(links):
            server.replies[link] = Reply(body=article(link, f"{chr(0xAC00 + 7 * number)} {prose(number)}").encode())
        settings, keeper = SiteSettings(allow_private=True, delay_s=0), Nowhere()
        began = time.monotonic()
        found = sum(1 for _ in Sites(access=Access(keeper=keeper)).pages(server.url, settings))
        took = time.monotonic() - began
        print(f"speed: {found} pages in {took:.1f} s, {found / took:.0f}/s (server and client on one machine)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=3)
    arguments = parser.parse_args()
    with site() as server, tempfile.TemporaryDirectory() as folder:
        articles = published_site(server, arguments.folder)
        print(f"{articles} articles, {len(server.replies)} addresses")
        out = Path(folder) / "out"
        run(server, out, "first run")
        show_skipped(out)
        run(server, out, "second run, nothing changed")
        changed = next(path for path in server.replies if path.startswith("/guide/release/process/"))
        server.page(changed, article("고친 글", prose(3)))
        run(server, out, "third run, one page changed")
        kill_and_go_on(server, Path(folder) / "killed", arguments.kills)
    speed()


if __name__ == "__main__":
    main()
