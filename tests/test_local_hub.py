"""A model named by its place on the hub is fetched once, checked, and found again without the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from local_hub import COMMIT, PART_BYTES, LocalHub, local_hub
from tiny_gguf import write_tiny_gguf

from corpus_to_ft.llm.llama_cpp import LlamaCppProvider
from corpus_to_ft.llm.local.hub import HubModel, parse_reference

pytestmark = [
    pytest.mark.skipif(find_spec(package) is None, reason=f"{package} is not installed: the extra llama")
    for package in ("xllamacpp", "huggingface_hub")
]

# The hub's client reads its environment when it is imported, so each case has a process of its own.
ASK = """
import json, sys
from corpus_to_ft.errors import ConfigError
from corpus_to_ft.llm.base import Unwritten
from corpus_to_ft.llm.llama_cpp import LlamaCppProvider
from corpus_to_ft.records import Message, Prompt
class Told(Unwritten):
    said = []
    def say(self, text):
        self.said.append(str(text))
provider = None
try:
    provider = LlamaCppProvider(model=sys.argv[1])
    before = provider.fingerprint()
    if len(sys.argv) > 2:
        print(json.dumps({"before": before}))
        sys.exit()
    prompt = Prompt.make(kind="summary", subject_id="a", text="a", messages=(Message(role="user", content="a"),),
                         sampling={"max_tokens": 4})
    reply, = provider.ask_all([prompt], Told())
    print(json.dumps({"before": before, "after": provider.fingerprint(), "model": reply.model, "said": Told.said}))
except ConfigError as error:
    print(json.dumps({"error": str(error)}))
finally:
    if provider:
        provider.close()
"""


STOP = """
import sys, threading, time
from corpus_to_ft.errors import ProviderUnavailable
from corpus_to_ft.llm.llama_cpp import LlamaCppProvider
from corpus_to_ft.records import Message, Prompt
provider = LlamaCppProvider(model=sys.argv[1])
def stop():
    sys.stdin.readline()
    provider.stop()
threading.Thread(target=stop).start()
try:
    provider.answer(Prompt.make(kind="summary", subject_id="a", text="a", messages=(Message(role="user", content="a"),)))
except ProviderUnavailable as error:
    print(error)
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    folder = tmp_path / "hub" / "tide" / "tiny-GGUF"
    folder.mkdir(parents=True)
    write_tiny_gguf(folder / "tiny-Q4_K_M.gguf")
    write_tiny_gguf(folder / "tiny-Q8_0.gguf", seed=1)
    write_tiny_gguf(folder / "mmproj-tiny-Q4_K_M.gguf", seed=2)
    (folder / "README.md").write_text("# tiny\n", encoding="utf-8")
    with local_hub(tmp_path / "hub") as started:
        yield started


def ask(
    model: str, hub: LocalHub, cache: Path, *, only_fingerprint: bool = False, **environment: str
) -> dict[str, Any]:
    settings = {"HF_ENDPOINT": hub.url, "HF_HOME": str(cache), "NO_PROXY": "127.0.0.1", **environment}
    command = [sys.executable, "-c", ASK, model, *(["fingerprint"] if only_fingerprint else [])]
    done = subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("hf:tide/tiny-GGUF/tiny-Q8_0.gguf", "tide/tiny-GGUF/tiny-Q8_0"),
        ("tide/tiny-GGUF:q4_k_m", "tide/tiny-GGUF:q4_k_m"),
        (f"hf:tide/tiny-GGUF@{COMMIT}", f"tide/tiny-GGUF@{COMMIT}:Q4_K_M"),
    ],
)
def test_a_model_is_fetched_once_and_found_offline_after_that(
    hub: LocalHub, tmp_path: Path, reference: str, name: str
) -> None:
    first = ask(reference, hub, tmp_path / "cache")
    assert first["model"] == name
    assert len(first["said"]) == 1
    asked = len(hub.asked)
    again = ask(reference, hub, tmp_path / "cache", HF_HUB_OFFLINE="1")
    assert again["model"] == name
    assert again["said"] == []
    assert len(hub.asked) == asked
    # What the hub says of a file is what the file is, so looking before fetching costs no reply later.
    assert first["before"] == first["after"] == again["before"]
    assert not any("mmproj" in path for path in hub.asked)


def test_looking_at_a_run_fetches_nothing(hub: LocalHub, tmp_path: Path) -> None:
    told = ask("tide/tiny-GGUF:Q4_K_M", hub, tmp_path / "cache", only_fingerprint=True)
    assert told["before"]
    assert [path for path in hub.asked if "/resolve/" in path] == []


def test_offline_and_not_in_the_cache_is_told_with_both_ways_out(hub: LocalHub, tmp_path: Path) -> None:
    for environment in ({"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}):
        told = ask("tide/tiny-GGUF:Q4_K_M", hub, tmp_path / "cache", **environment)
        assert "is not in the cache" in told["error"]
        assert "go online once, or give the path" in told["error"]


def test_what_the_hub_does_not_have_is_told_with_what_it_has(hub: LocalHub, tmp_path: Path) -> None:
    hub.gated.add("tide/gated")
    (hub.root / "tide" / "gated").mkdir()
    for reference, part in {
        "tide/tiny-GGUF:Q2_K": "its GGUF files: mmproj-tiny-Q4_K_M.gguf, tiny-Q4_K_M.gguf, tiny-Q8_0.gguf",
        "hf:tide/tiny-GGUF/other.gguf": "has no other.gguf",
        "hf:tide/nowhere": "there is no",
        "hf:tide/tiny-GGUF@v9": "no revision v9",
        "hf:tide/gated": "consent",
    }.items():
        assert part in ask(reference, hub, tmp_path / "cache")["error"]


def test_a_file_damaged_on_the_way_is_not_used(hub: LocalHub, tmp_path: Path) -> None:
    hub.damaged.add("tiny-Q4_K_M.gguf")
    assert "damaged on the way" in ask("tide/tiny-GGUF:Q4_K_M", hub, tmp_path / "cache")["error"]


def test_stopping_does_not_wait_for_what_is_being_fetched(hub: LocalHub, tmp_path: Path) -> None:
    (hub.root / "tide" / "tiny-GGUF" / "big.gguf").write_bytes(b"GGUF" + bytes(15 * PART_BYTES))
    hub.pause_s = 1.0
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", STOP, "hf:tide/tiny-GGUF/big.gguf"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        while not any(path.startswith("GET") and "/resolve/" in path for path in hub.asked):
            time.sleep(0.02)
        began = time.monotonic()
        said, _ = process.communicate("stop\n", timeout=60)
    assert "stopped" in said
    assert time.monotonic() - began < 10, "the whole file takes 15 seconds"


def test_a_model_in_parts_is_fetched_whole(hub: LocalHub, tmp_path: Path) -> None:
    folder = hub.root / "tide" / "tiny-GGUF" / "Q6_K"
    folder.mkdir()
    for number in (1, 2):
        write_tiny_gguf(folder / f"tiny-Q6_K-{number:05d}-of-00002.gguf", seed=number)
    ask("tide/tiny-GGUF:Q6_K", hub, tmp_path / "cache")
    fetched = {path.rsplit("/", 1)[1] for path in hub.asked if path.startswith("GET") and "/resolve/" in path}
    assert fetched == {"tiny-Q6_K-00001-of-00002.gguf", "tiny-Q6_K-00002-of-00002.gguf"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("models/tiny.gguf", None),
        ("tiny.gguf", None),
        ("/tmp/a:b/c.gguf", None),
        ("hf:a/b/c/d.gguf", HubModel(repo="a/b", revision="main", tag="", file="c/d.gguf")),
        ("a/b:IQ2_XS", HubModel(repo="a/b", revision="main", tag="IQ2_XS", file="")),
        ("hf:a/b@v1:Q8_0", HubModel(repo="a/b", revision="v1", tag="Q8_0", file="")),
        ("hf:a/b", HubModel(repo="a/b", revision="main", tag="Q4_K_M", file="")),
    ],
)
def test_a_reference_is_told_from_a_path(text: str, expected: HubModel | None) -> None:
    assert parse_reference(text) == expected


def test_the_name_of_a_model_on_the_hub_is_known_without_asking() -> None:
    assert LlamaCppProvider(model="hf:a/b/c-00001-of-00002.gguf").model_name == "a/b/c"
