"""Sites as sources of whole runs: documents, manifest and reports, a second run, a kill in the middle, and clear errors."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from site_server import SiteServer, article, blog, prose, published_site, site

from corpus_to_ft.contents import Contents
from corpus_to_ft.dataset import Outcome
from corpus_to_ft.errors import ConfigError, SiteUnavailable
from corpus_to_ft.ingest.site.memory import Access
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.ingest.site.sites import Sites
from corpus_to_ft.pipeline import build_dataset
from corpus_to_ft.plan import make_plan
from corpus_to_ft.records import Document
from corpus_to_ft.settings import load_settings
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.codec import decode

LOCAL = ("ingest.site.allow_private=true", "ingest.site.delay_s=0")
SETTINGS = load_settings(None, LOCAL)


def ingest(server: SiteServer, out: Path, *, again: bool = True) -> Outcome:
    return build_dataset(SETTINGS, [f"{server.url}/"], out, upto="ingest", asks_sites_again=again)


def documents(out: Path) -> list[Document]:
    with RunStore.read(out) as store:
        return list(Contents(store).documents())


def test_a_page_that_says_how_long_ago_it_was_is_dated_by_the_day_it_was_fetched(tmp_path: Path) -> None:
    with site() as server:
        server.page("/", article("목록", "", links=["/1/"]))
        page = article("온실 이야기", prose(1))
        server.page("/1/", page.replace("</h1>", "</h1><span class=date>20일 전</span>"))
        started = datetime.now(UTC)
        ingest(server, tmp_path)
        document = next(found for found in documents(tmp_path) if found.source.endswith("/1/"))
    days = {(moment - timedelta(days=20)).date().isoformat() for moment in (started, datetime.now(UTC))}
    assert document.published[:10] in days


def test_a_site_becomes_documents_and_pages_that_only_list_are_no_bad_documents(tmp_path: Path) -> None:
    with site() as server:
        blog(server, 8)
        server.page("/posts/8/", article("8번째 이야기", prose(8), links=["/private/x"]))
        outcome = ingest(server, tmp_path)
        found = documents(tmp_path)
    assert {document.source for document in found} == {f"{server.url}/posts/{number}/" for number in range(1, 9)}
    assert all(document.meta["url"] == document.source for document in found)
    assert outcome.rejected_documents == 0
    assert outcome.rejected["not_an_article"] == 3  # home, its second page, tags
    assert outcome.rejected["robots"] == 1
    assert outcome.notes == {"robots_rules": 1}
    # The feed says when the newest were published, which their pages do not.
    assert {document.published for document in found if document.published} == {"2026-10-05T09:00:00+09:00"}


def test_a_whole_run_names_addresses_and_digests_and_keeps_no_page(tmp_path: Path) -> None:
    with site() as server:
        blog(server, 3)
        build_dataset(SETTINGS, [f"{server.url}/"], tmp_path, export=True)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    inputs = {entry["source"]: entry["sha256"] for entry in manifest["inputs"]}
    assert len(inputs[f"{server.url}/posts/1/"]) == 64
    assert manifest["name"] == "127.0.0.1"
    lines = [
        json.loads(line) for line in (tmp_path / "exports" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert {line["url"] for line in lines} == {f"{server.url}/posts/{number}/" for number in range(1, 4)}
    rejected = (tmp_path / "exports" / "rejected.jsonl").read_text(encoding="utf-8")
    assert '"crawl"' in rejected
    with sqlite3.connect(tmp_path / "run.sqlite") as connection:
        rows = str(connection.execute("SELECT * FROM site_pages").fetchall())
    connection.close()
    assert "/posts/1/" in rows
    assert "우리 팀은" not in rows
    assert "<html" not in rows


def test_a_second_run_reads_and_transfers_only_what_changed(tmp_path: Path) -> None:
    with site() as server:
        blog(server, 8)
        ingest(server, tmp_path)
        before = {document.id for document in documents(tmp_path)}
        server.forget()
        again = ingest(server, tmp_path)
        assert again.made == 0
        assert server.counts()[200] == 1  # robots.txt
        assert [(told["fetched"], told["unchanged"], told["requests"]) for told in again.sites] == [(0, 13, 14)]
        server.page("/posts/5/", article("고친 글", prose(77)))
        third = ingest(server, tmp_path)
    assert third.made == 1
    assert len(before & {document.id for document in documents(tmp_path)}) == 7


def test_readers_that_read_otherwise_get_the_pages_again(tmp_path: Path) -> None:
    with site() as server:
        blog(server, 4)
        ingest(server, tmp_path)
        server.forget()
        changed = load_settings(None, (*LOCAL, "ingest.max_chars=100"))
        outcome = build_dataset(changed, [f"{server.url}/"], tmp_path, upto="ingest")
    assert outcome.rejected["too_large"] == 4
    assert {path for path, status in server.asked if status == 304} == {"/feed.xml", "/sitemap.xml.gz"}


def test_pages_that_were_read_to_tell_the_price_are_not_asked_for_again(tmp_path: Path) -> None:
    with site() as server:
        blog(server, 4)
        ingest(server, tmp_path)
        server.forget()
        outcome = ingest(server, tmp_path, again=False)
    assert outcome.documents == 4
    assert server.paths() == ["/robots.txt"]


def test_an_outage_leaves_the_last_data_set_as_it_was(tmp_path: Path) -> None:
    with site() as server:
        blog(server, 4)
        ingest(server, tmp_path)
        server.replies.clear()
        server.page("/", "", status=503, headers={"Retry-After": "0"})
        with pytest.raises(SiteUnavailable):
            ingest(server, tmp_path)
    with pytest.raises(SiteUnavailable):
        ingest(server, tmp_path)
    assert len(documents(tmp_path)) == 4


def test_a_dry_run_asks_for_little_and_writes_nothing(tmp_path: Path) -> None:
    with site() as server:
        blog(server, 30)
        plan = make_plan(SETTINGS, [f"{server.url}/"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert sorted(server.paths()) == ["/", "/feed.xml", "/robots.txt", "/sitemap.xml.gz"]
    assert [(seen.maps, seen.addresses, seen.known) for seen in plan.sites] == [(2, 32, 0)]


def command(server: SiteServer, out: Path) -> list[str]:
    options = [part for setting in LOCAL for part in ("--set", setting)]
    return [sys.executable, "-m", "corpus_to_ft", "ingest", f"{server.url}/", "-o", str(out), "--json", *options]


def committed(out: Path) -> set[str]:
    """Addresses whose documents are in the run file."""
    if not (out / "run.sqlite").is_file():
        return set()
    with sqlite3.connect(f"file:{out / 'run.sqlite'}?mode=ro", uri=True) as connection:
        try:
            rows = connection.execute("SELECT payload FROM results WHERE stage='ingest'").fetchall()
        except sqlite3.OperationalError:  # not made yet
            rows = []
    connection.close()
    return {record.source for (payload,) in rows for record in decode(payload)}


def test_a_crawl_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    with site() as server:
        blog(server, 40)
        for path in list(server.replies):
            server.replies[path] = replace(server.replies[path], wait_s=0.1)  # type: ignore[type-var]
        known: set[str] = set()
        for _ in range(2):
            server.forget()
            with subprocess.Popen(
                command(server, tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as run:
                until = time.monotonic() + 120
                while len(committed(tmp_path)) < len(known) + 6 and run.poll() is None and time.monotonic() < until:
                    time.sleep(0.05)
                assert run.poll() is None
                os.kill(run.pid, signal.SIGKILL)
            assert known & {f"{server.url}{path}" for path in server.paths()} <= {f"{server.url}/"}
            known = committed(tmp_path)
        assert 10 < len(known) < 45
        server.forget()
        done = subprocess.run(command(server, tmp_path), capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["documents"] == 40
        # Of what was read, only the start is asked for again.
        assert known & {f"{server.url}{path}" for path in server.paths()} <= {f"{server.url}/"}


def test_a_real_blog_is_read_whole(shared_data: Path, tmp_path: Path) -> None:
    with site() as server:
        count = published_site(server, shared_data / "blogs" / "skt-ospo")
        outcome = ingest(server, tmp_path)
        first = len(server.asked)
        server.forget()
        again = ingest(server, tmp_path)
    # Of the pages that are not there, one stands in the feed as a whole.
    assert (count, outcome.documents, outcome.rejected_documents) == (57, 57 + 1, 0)
    assert outcome.rejected["not_an_article"] == 4
    assert again.documents == 58
    assert again.made == 0
    assert server.counts()[200] == 0
    assert first < 240


class NoNames(AbstractResolver):
    """A machine without a network."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        raise socket.gaierror(socket.EAI_NONAME, f"{host}:{port} {family}: Name or service not known")

    async def close(self) -> None:
        """Holds nothing."""


def test_a_host_that_nobody_knows_is_one_clear_line() -> None:
    sites = Sites(access=Access(names=NoNames()))
    with pytest.raises(ConfigError, match="no name server knows its host, or this machine is offline") as failed:
        list(sites.pages("https://blog.example/", SiteSettings(delay_s=0)))
    assert "\n" not in str(failed.value)


def test_a_certificate_that_nobody_vouches_for_is_one_clear_line(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is absent, which makes the certificate")
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=blog.example"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(["openssl", *made, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with site() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.page("/", article("처음", prose(1)))
        address = server.url.replace("http://", "https://")
        with pytest.raises(ConfigError, match="its certificate is not to be trusted") as failed:
            list(Sites(access=Access()).pages(address, SiteSettings(delay_s=0, allow_private=True)))
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://127.0.0.1:1/", "--allow-private"),
        ("http://10.0.0.1/", "--allow-private"),
        ("ftp://blog.example/", "http"),
        ("https://blog.example:22/", "22"),
    ],
)
def test_the_command_says_in_one_line_why_an_address_is_not_read(address: str, told: str, tmp_path: Path) -> None:
    run = [sys.executable, "-m", "corpus_to_ft", "run", address, "-o", str(tmp_path / "out")]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().split("\n")) == 1


def test_allow_private_is_an_option_of_run(tmp_path: Path) -> None:
    with site() as server:
        server.page("/", article("처음", prose(1)))
        run = [
            sys.executable,
            "-m",
            "corpus_to_ft",
            "ingest",
            server.url,
            "-o",
            str(tmp_path / "out"),
            "--allow-private",
            "--json",
        ]
        done = subprocess.run([*run, "--set", "ingest.site.delay_s=0"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["documents"] == 1
