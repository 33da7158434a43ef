"""Addresses that can never work are told apart at once, each in one sentence with what to change."""

from __future__ import annotations

import json
import os
import resource
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from serving import serve
from test_openai_compatible import asking, prompts

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.llm.chat.reach import OTHER_FILES, connections_allowed
from corpus_to_ft.llm.openai_compatible import OpenaiCompatibleProvider
from corpus_to_ft.records import Reply

PAGE = b"<html><head><title>Login</title><style>p {}</style></head><body><p>Please sign in</p></body></html>"
# Of nothing that can ever work is more asked than this takes.
QUICKLY_S = 9.0


@contextmanager
def answering(
    status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """The root address of a server that says the same to everybody."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None: ...

    with Quiet(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def refusal(base_url: str) -> str:
    """What is said of that address, before long."""
    provider = OpenaiCompatibleProvider(model="m", base_url=base_url, max_concurrency=8)
    begun = time.monotonic()
    with pytest.raises(ConfigError) as told:
        provider.ask_all(prompts(20), _Nobody())
    provider.close()
    assert time.monotonic() - begun < QUICKLY_S
    assert "\n" not in str(told.value)
    assert base_url in str(told.value)
    return str(told.value)


class _Nobody:
    """A ledger that keeps nothing."""

    def begin(self, *_: object) -> int:
        return 0

    def end(self, call: int, **_: object) -> None: ...

    def hand_over(self, *_: object) -> None: ...

    def forget(self, call: int) -> None: ...

    def commit(self) -> None: ...

    def say(self, text: str) -> None: ...


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, PAGE, "does not answer as a model server (HTTP 200: Login Please sign in)"),
        (200, b'{"error": "Unexpected endpoint or method."}', "(HTTP 200: Unexpected endpoint or method.)"),
        (200, b'"Ollama is running"', "does not answer as a model server"),
        (200, b"", "does not answer as a model server (HTTP 200)"),
        (201, b"{}", "does not answer as a model server (HTTP 201"),
        (204, b"", "does not answer as a model server (HTTP 204)"),
        (405, PAGE, "knows no model 'm', or is no API address (they mostly end in /v1) (HTTP 405: Login"),
    ],
)
def test_a_page_or_nothing_instead_of_an_answer_is_named_with_the_address(status: int, body: bytes, words: str) -> None:
    with answering(status, body) as host:
        assert words in refusal(f"http://{host}/v1")


def test_an_answer_is_one_whatever_success_it_is_called() -> None:
    said = {"choices": [{"message": {"content": '{"summary": "대패는 세 번 갑니다."}'}}]}
    with answering(201, json.dumps(said).encode()) as host:
        provider = OpenaiCompatibleProvider(model="m", base_url=f"http://{host}/v1")
        assert isinstance(provider.ask_all(prompts(1), _Nobody())[0], Reply)
        provider.close()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_names_where_it_leads_and_no_secret_of_it(status: int) -> None:
    location = "https://user:hidden@login.example.com/api/v1/chat/completions?token=hidden"
    with answering(status, headers={"Location": location}) as host:
        said = refusal(f"http://{host}/v1")
    assert f"sends calls to https://login.example.com/api/v1 (HTTP {status})" in said
    assert "hidden" not in said
    with answering(status, headers={"Location": "http://[broken"}) as host:
        assert "sends calls elsewhere" in refusal(f"http://{host}/v1")


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("", "/v1"),
        ("/api", "/api/v1"),
        ("/v1/v1", "/v1"),
        ("/openai/v1/v1", "/openai/v1"),
        ("/v1beta/v1beta", "/v1beta"),
    ],
)
def test_a_version_that_is_missing_or_doubled_is_named(path: str, other: str) -> None:
    with answering(404, b"404 page not found") as host:
        assert refusal(f"http://{host}{path}").endswith(f"try provider.base_url = http://{host}{other}")
        assert "try" not in refusal(f"http://{host}/v1")


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    program = shutil.which("openssl")
    if not program:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    made = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-subj", "/CN=localhost"]
    subprocess.run([program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *made], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_a_tls_server_that_is_called_without_says_so(certified: ssl.SSLContext) -> None:
    with answering(200, b"{}", tls=certified) as host:
        said = refusal(f"http://{host}/v1")
    assert said == f"http://{host}/v1 speaks only TLS; set provider.base_url to https://{host}/v1"


def test_a_certificate_that_nobody_trusts_is_not_passed_over(certified: ssl.SSLContext) -> None:
    with answering(200, b"{}", tls=certified) as host:
        assert "cannot be trusted" in refusal(f"https://{host}/v1")


def test_a_server_without_tls_that_is_called_with_it_says_so() -> None:
    with answering(200, b"{}") as host:
        said = refusal(f"https://{host}/v1")
    assert said == f"https://{host}/v1 does not speak TLS; set provider.base_url to http://{host}/v1"
    with serve() as server:
        url = server.url.replace("http:", "https:")
        assert "does not speak TLS" in refusal(url)


def test_a_proxy_that_lets_nothing_pass_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_error(407)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hidden@{host}")
        said = refusal("https://models.internal/v1")
        server.shutdown()
    assert f"the proxy {host} does not let calls" in said
    assert "hidden" not in said


@pytest.mark.parametrize("fault", ["not_json", "empty_body", "empty_choices", "half_json", "reset"])
def test_a_server_that_now_and_then_answers_so_is_believed_in(tmp_path: Path, fault: str) -> None:
    with serve(latency_ms=5, faults={fault: 0.3}) as server, asking(tmp_path, server) as ask:
        assert all(isinstance(answer, Reply) for answer in ask(prompts(40)))


LIMITED = """
import resource, sys
soft, hard = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
sys.argv = ["calls", "ours", *sys.argv[3:]]
import runpy
runpy.run_module("benchmarks.call_clients", run_name="__main__")
"""


@pytest.mark.parametrize(("soft", "hard", "lowered"), [(64, 4096, False), (96, 96, True)])
def test_a_limit_on_open_files_is_raised_or_kept(tmp_path: Path, soft: int, hard: int, lowered: bool) -> None:
    from benchmarks.call_clients import write_prompts

    write_prompts(tmp_path / "prompts", 300)
    with serve(latency_ms=50) as server:
        arguments = [
            str(soft),
            str(hard),
            str(tmp_path / "prompts"),
            server.url,
            "256",
            "--folder",
            str(tmp_path / "run"),
        ]
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, *arguments], capture_output=True, text=True, check=True,
            cwd=Path(__file__).parent.parent, env={**os.environ, "CORPUS_TO_FT_LANG": "en"},
        )  # fmt: skip
        said = json.loads(done.stdout.splitlines()[-1])
        stats = server.stats()
    assert said["answered"] == said["made"] == stats["requests"] == 300
    assert (stats["in_flight_max"] < 96) is lowered
    assert any("ulimit -n" in text for text in said["said"]) is lowered


def test_enough_open_files_change_nothing() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert limits[0] > OTHER_FILES
    assert connections_allowed(1) == (1, "")
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == limits
