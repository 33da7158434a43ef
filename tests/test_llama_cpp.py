"""A local model answers within its schema, costs nothing, and leaves no process behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tiny_gguf import TRAINED_TOKENS, write_tiny_gguf

from corpus_to_ft.errors import BadReply, ConfigError, MissingExtra, ProviderUnavailable
from corpus_to_ft.llm.base import REPLY_SCHEMAS, Unwritten
from corpus_to_ft.llm.llama_cpp import LlamaCppProvider
from corpus_to_ft.llm.replies import read_json_reply
from corpus_to_ft.llm.stage import LedgerAsk, Limits
from corpus_to_ft.pipeline import build_dataset
from corpus_to_ft.records import Message, Prompt, ProviderFailure, Reply
from corpus_to_ft.settings import load_settings
from corpus_to_ft.store import RunStore

pytestmark = pytest.mark.skipif(find_spec("xllamacpp") is None, reason="xllamacpp is not installed: the extra llama")

ROOT = Path(__file__).resolve().parent.parent
SOON_S = 15.0
# Starts a provider in a process of its own, says where its server is, and waits.
HOST = """
import sys, threading, time
from corpus_to_ft.llm.llama_cpp import LlamaCppProvider
provider = LlamaCppProvider(model=sys.argv[1])
threading.Thread(target=lambda: provider._start(print), daemon=True).start()
while not (provider._server and provider._server.pid):
    time.sleep(0.001)
print(provider._server.pid, flush=True)
print(provider._server.address(), flush=True)
time.sleep(600)
"""


class Told(Unwritten):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture
def started() -> Iterator[Callable[..., LlamaCppProvider]]:
    made: list[LlamaCppProvider] = []

    def start(model: Path, **settings: Any) -> LlamaCppProvider:
        made.append(LlamaCppProvider(model=str(model), **settings))
        return made[-1]

    yield start
    for provider in made:
        provider.close()


def wish(text: str, kind: Any = "summary", tokens: int = 64, temperature: float = 0.7) -> Prompt:
    return Prompt.make(
        kind=kind,
        subject_id=text,
        text=text,
        messages=(Message(role="user", content=text),),
        schema=REPLY_SCHEMAS[kind],
        sampling={"temperature": temperature, "max_tokens": tokens},
    )


def server_of(provider: LlamaCppProvider) -> Any:
    assert provider._server is not None
    return provider._server


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie still has its number.
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def wait_until(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + SOON_S
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_every_reply_that_ends_by_itself_fits_its_schema(tiny: Path, started: Callable[..., LlamaCppProvider]) -> None:
    provider = started(tiny)
    prompts = [wish(f"{kind} {i}", kind, tokens=400) for kind in REPLY_SCHEMAS for i in range(12)]
    ended = [
        (reply, prompt)
        for reply, prompt in zip(provider.ask_all(prompts, Unwritten()), prompts, strict=True)
        if isinstance(reply, Reply) and reply.finish == "stop"
    ]
    assert len(ended) >= 6
    for reply, prompt in ended:
        read_json_reply(reply, prompt.schema)
        assert "\n" not in reply.text


def test_a_list_ends_with_what_was_asked_for_and_a_text_before_its_source_is_told_again(
    tiny: Path, started: Callable[..., LlamaCppProvider]
) -> None:
    prompts = [replace(wish(f"{kind} {i}", kind, tokens=3000), count=2) for kind in REPLY_SCHEMAS for i in range(4)]
    for reply, prompt in zip(started(tiny).ask_all(prompts, Unwritten()), prompts, strict=True):
        assert isinstance(reply, Reply)
        assert reply.finish == "stop"
        said = read_json_reply(reply, prompt.schema)
        assert all(len(value) <= 300 for value in said.values() if isinstance(value, str))
        assert all(len(value) <= 2 for value in said.values() if isinstance(value, list))


def test_a_reply_without_an_end_is_told_as_cut_off(tiny: Path, started: Callable[..., LlamaCppProvider]) -> None:
    (reply,) = started(tiny).ask_all([wish("가", tokens=3)], Unwritten())
    assert isinstance(reply, Reply)
    assert (reply.finish, reply.usage.output_tokens, reply.model) == ("length", 3, "tiny")
    with pytest.raises(BadReply):
        read_json_reply(reply, REPLY_SCHEMAS["summary"])


def test_the_same_seed_says_the_same_and_another_something_else(
    tiny: Path, started: Callable[..., LlamaCppProvider]
) -> None:
    said = [started(tiny, seed=seed, parallel=1).answer(wish("물때 알림")).text for seed in (1, 1, 2)]
    assert said[0] == said[1] != said[2]


def test_each_call_is_kept_once_and_costs_nothing(
    tiny: Path, started: Callable[..., LlamaCppProvider], tmp_path: Path
) -> None:
    for made, reused in ((2, 0), (0, 2)):
        with RunStore.open(tmp_path) as store:
            ask = LedgerAsk(started(tiny), store, Limits(max_cost=0.01))
            ask([wish("가"), wish("나")])
            assert (ask.made, ask.reused) == (made, reused)
            assert sum(call.cost or 0 for call in store.calls()) == 0
            assert len(store.calls()) == 2


def test_the_fingerprint_knows_the_model_by_name_and_content_wherever_it_lies(tiny: Path, tmp_path: Path) -> None:
    moved, other, renamed = tmp_path / "a" / "tiny.gguf", tmp_path / "b" / "tiny.gguf", tmp_path / "small.gguf"
    for path in (moved, other):
        path.parent.mkdir()
    shutil.copy(tiny, moved)
    shutil.copy(tiny, renamed)
    write_tiny_gguf(other, seed=1)
    first = LlamaCppProvider(model=str(tiny)).fingerprint()
    assert LlamaCppProvider(model=str(moved)).fingerprint() == first
    assert LlamaCppProvider(model=str(other)).fingerprint() != first
    assert LlamaCppProvider(model=str(renamed)).fingerprint() != first


@pytest.mark.parametrize(
    ("setting", "value", "counts"),
    [
        ("context_tokens", 4096, True), ("seed", 7, True), ("chat_template", "chatml", True),
        ("threads", 2, False), ("parallel", 4, False), ("gpu_layers", 0, False), ("timeout_s", 60, False),
    ],
)  # fmt: skip
def test_the_fingerprint_holds_what_changes_a_reply(tiny: Path, setting: str, value: object, counts: bool) -> None:
    plain = LlamaCppProvider(model=str(tiny)).fingerprint()
    changed = LlamaCppProvider.model_validate({"model": str(tiny), setting: value}).fingerprint()
    assert (changed != plain) == counts


def test_a_file_that_changed_under_its_name_has_another_fingerprint(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "m.gguf")
    before = LlamaCppProvider(model=str(path)).fingerprint()
    write_tiny_gguf(path, seed=1)
    os.utime(path, ns=(1, 1))
    assert LlamaCppProvider(model=str(path)).fingerprint() != before


def test_what_is_no_model_is_told_before_anything_is_written(tiny: Path, tmp_path: Path) -> None:
    text = tmp_path / "글.gguf"
    text.write_text("모델이 아닙니다", encoding="utf-8")
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny.read_bytes()[:200])
    odd = tmp_path / "odd.gguf"
    odd.write_bytes(b"GGUF" + b"\xff" * 60)
    part = tmp_path / "big-00001-of-00002.gguf"
    shutil.copy(tiny, part)
    base = write_tiny_gguf(tmp_path / "base.gguf", template=None)
    for model, told in {
        tmp_path / "없음.gguf": "there is no file",
        text: "no GGUF file",
        cut: "damaged",
        odd: "damaged",
        part: "big-00002-of-00002.gguf",
        base: "chat template",
        tmp_path: "cannot be read",
    }.items():
        with pytest.raises(ConfigError, match=told):
            load_settings(None, ["provider.use=llama_cpp", f"provider.model={model}"])
    LlamaCppProvider(model=str(base), chat_template="chatml")


@pytest.mark.parametrize(
    "reference", ["hf:owner", "hf:owner/../m.gguf", "hf:owner/repo/m.bin", "hf:owner/repo/../m.gguf"]
)
def test_a_wrong_reference_is_told_with_a_right_one(reference: str) -> None:
    with pytest.raises(ConfigError, match=r"hf:owner/repo/file\.gguf"):
        LlamaCppProvider(model=reference)


def test_a_missing_package_is_told_with_the_extra(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(MissingExtra, match=r"pip install 'corpus-to-ft\[llama\]'"):
        LlamaCppProvider(model=str(tiny))


def test_a_model_that_cannot_be_loaded_ends_the_run_with_the_reason(
    tiny: Path, started: Callable[..., LlamaCppProvider], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny.read_bytes()[:-1000])
    provider = started(cut)
    for _ in range(2):
        with pytest.raises(ConfigError, match="not within the file bounds"):
            provider.ask_all([wish("가")], Unwritten())


def test_a_prompt_longer_than_the_context_is_refused_and_the_others_answered(
    tiny: Path, started: Callable[..., LlamaCppProvider]
) -> None:
    provider = started(tiny, context_tokens=512)
    long, short = provider.ask_all([wish("바다" * 300), wish("바다")], Unwritten())
    assert isinstance(short, Reply)
    assert isinstance(long, ProviderFailure)
    assert long.reason == "prompt_too_long"
    assert "provider.context_tokens (512)" in long.detail


def test_a_context_beyond_what_the_model_has_learned_is_not_promised(
    tiny: Path, started: Callable[..., LlamaCppProvider]
) -> None:
    (long,) = started(tiny, context_tokens=TRAINED_TOKENS * 2).ask_all([wish("바다" * 1500)], Unwritten())
    assert isinstance(long, ProviderFailure)
    assert f"learned to read {TRAINED_TOKENS} tokens" in long.detail


def test_the_context_is_for_each_call_and_not_shared_by_them(
    tiny: Path, started: Callable[..., LlamaCppProvider]
) -> None:
    provider = started(tiny, context_tokens=TRAINED_TOKENS // 4, parallel=4)
    # About 1,850 tokens each: three bytes a syllable, a token a byte.
    answers = provider.ask_all([wish(f"{i}" + "물" * 600) for i in range(4)], Unwritten())
    assert all(isinstance(answer, Reply) for answer in answers)


def test_a_server_that_dies_comes_back_once_and_its_last_words_are_told(
    tiny: Path, started: Callable[..., LlamaCppProvider]
) -> None:
    provider, ledger = started(tiny), Told()
    provider.ask_all([wish("가")], ledger)
    first = server_of(provider)
    address, pid = first.address(), first.pid
    os.kill(pid, signal.SIGKILL)
    assert all(isinstance(answer, Reply) for answer in provider.ask_all([wish("나"), wish("다")], ledger))
    assert first.address() == address
    assert first.pid != pid
    assert any("SIGKILL" in text for text in ledger.said)

    threading.Timer(0.2, os.kill, [first.pid, signal.SIGSEGV]).start()
    many = [wish(f"{i}", tokens=1000) for i in range(3000)]
    with pytest.raises(ProviderUnavailable, match="ended 2 times") as told:
        provider.ask_all(many, ledger)
    assert "SIGSEGV" in str(told.value)
    with pytest.raises(ProviderUnavailable):
        provider.ask_all([wish("라")], ledger)


def test_closing_leaves_no_process_and_no_port_and_asking_again_starts_anew(
    tiny: Path, started: Callable[..., LlamaCppProvider]
) -> None:
    provider = started(tiny)
    for _ in range(2):
        assert isinstance(provider.answer(wish("가")), Reply)
        address, pid = server_of(provider).address(), server_of(provider).pid
        provider.close()
        assert not is_alive(pid)
        assert not Path(f"/proc/{pid}").exists(), "it was waited for"
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"{address}/health", timeout=5)
        assert not [thread for thread in threading.enumerate() if thread.name in ("llama-server", "chat-client")]


def test_stopping_while_the_model_loads_does_not_wait_for_it(
    tiny: Path, started: Callable[..., LlamaCppProvider]
) -> None:
    provider = started(tiny)
    failed: list[Exception] = []

    def ask() -> None:
        try:
            for i in range(10_000):
                provider.ask_all([wish(f"{i}")], Unwritten())
        except ProviderUnavailable as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert wait_until(lambda: provider._server is not None)
    provider.stop()
    thread.join(SOON_S)
    assert not thread.is_alive()
    assert failed


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent at any moment")
@pytest.mark.parametrize("listens", [True, False], ids=["while it listens", "while it starts"])
def test_the_server_ends_with_a_parent_that_was_killed(tiny: Path, listens: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", HOST, str(tiny)], stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        pid = int(host.stdout.readline())
        if listens:
            assert host.stdout.readline().startswith("http://127.0.0.1:")
            assert is_alive(pid)
        host.kill()
    assert wait_until(lambda: not is_alive(pid))


def test_nobody_else_may_ask_the_server(tiny: Path, started: Callable[..., LlamaCppProvider]) -> None:
    provider = started(tiny)
    provider.answer(wish("가"))
    address = server_of(provider).address()
    assert address.startswith("http://127.0.0.1:")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}/v1/chat/completions", data=b"{}", timeout=5)
    assert refused.value.code == 401
    refused.value.close()
    command = Path(f"/proc/{server_of(provider).pid}/cmdline")
    assert not command.exists() or server_of(provider).key.encode() not in command.read_bytes()


def test_no_proxy_stands_before_the_server(
    tiny: Path, started: Callable[..., LlamaCppProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert isinstance(started(tiny).answer(wish("가")), Reply)


def test_a_run_with_a_model_that_says_nonsense_completes_and_keeps_none_of_it(tiny: Path, tmp_path: Path) -> None:
    source = tmp_path / "글"
    source.mkdir()
    text = "물때는 바닷물이 드나드는 때입니다. 물때 알림은 하루에 두 번 옵니다. 앱에서 알림 시간을 바꿀 수 있습니다."
    (source / "하나.md").write_text(f"# 물때 알림\n\n{text}\n", encoding="utf-8")
    choices = [f"provider.model={tiny}", "generate=qa,keywords,summary"]
    settings = load_settings(ROOT / "configs" / "local_model.toml", choices)
    outcome = build_dataset(settings, [str(source)], tmp_path / "out")
    assert outcome.examples == 0
    assert outcome.postponed == 0
    assert outcome.calls["made"] >= 3
    assert sum(outcome.rejected.values()) >= 3
    again = build_dataset(settings, [str(source)], tmp_path / "out")
    assert again.calls["made"] == 0
    assert again.rejected == outcome.rejected
