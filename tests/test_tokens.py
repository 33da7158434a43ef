"""Token counts are exact, need no network and agree with an independent tokenizer."""

from __future__ import annotations

import subprocess
import sys
import threading
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_to_ft import tokens
from corpus_to_ft.errors import ConfigError, InputError
from corpus_to_ft.tokens import ENCODINGS, count_tokens, encoding_for

KOREAN = (
    "오픈소스를 공개하기 전에는 라이선스를 먼저 확인해야 합니다. 2024년 3월 15일부터 절차가 바뀌었습니다.\r\n"
    "Spring Boot 3.2와 Kotlin으로 만든 서비스는 하루 1,200만 건을 처리합니다 🚀👩‍👩‍👧\t끝\n\n  "
)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", (0, 0, 0, 0)),
        ("hello world", (2, 2, 2, 2)),
        ("antidisestablishmentarianism", (5, 5, 6, 6)),
        ("2 + 2 = 4", (5, 5, 7, 7)),
        ("お誕生日おめでとう", (14, 14, 9, 8)),
    ],
)
def test_known_texts_have_their_published_counts(text: str, counts: tuple[int, ...]) -> None:
    assert tuple(count_tokens(text, name) for name in ENCODINGS) == counts


def test_a_decomposed_korean_text_costs_many_times_more() -> None:
    text = "한국어 문서 요약"
    assert count_tokens(text, "o200k_base") == 6
    assert count_tokens(unicodedata.normalize("NFD", text), "o200k_base") == 56


@pytest.mark.parametrize("name", ENCODINGS)
def test_special_tokens_in_a_document_are_ordinary_text(name: str) -> None:
    assert count_tokens("<|endoftext|>", name) > 1
    assert count_tokens("본문 <|im_start|> <|fim_suffix|> 끝", name) > 6


@pytest.mark.parametrize("name", ENCODINGS)
def test_lone_surrogates_and_long_runs_are_counted_and_do_not_crash(name: str) -> None:
    assert count_tokens("가\ud800나", name) > 2
    assert count_tokens("가" * 100_000, name) > 0
    assert count_tokens(" " * 100_000, name) > 0


@pytest.mark.filterwarnings("ignore:open_binary is deprecated")
@pytest.mark.parametrize("name", ["cl100k_base", "o200k_base"])
def test_korean_text_agrees_with_an_independent_tokenizer(name: str) -> None:
    import bpe_openai

    other = bpe_openai.get_encoding(name)
    for length in range(0, len(KOREAN), 7):
        assert count_tokens(KOREAN[:length], name) == len(other.encode_ordinary(KOREAN[:length]))


@pytest.mark.filterwarnings("ignore:open_binary is deprecated")
@pytest.mark.parametrize("name", ["cl100k_base", "o200k_base"])
def test_real_korean_posts_agree_with_an_independent_tokenizer(name: str, shared_data: Path) -> None:
    import bpe_openai

    other = bpe_openai.get_encoding(name)
    posts = sorted((shared_data / "blogs").glob("*/md/**/*.md"))[:40]
    assert posts
    for post in posts:
        text = post.read_text(encoding="utf-8", errors="ignore")
        assert count_tokens(text, name) == len(other.encode_ordinary(text)), post.name


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@settings(max_examples=200, deadline=None)
def test_every_text_survives_encoding_and_decoding(text: str) -> None:
    for name in ENCODINGS:
        count_tokens(text, name)
        loaded = tokens._loaded[name]
        assert loaded.decode(loaded.encode_ordinary(text)) == text


def test_counting_needs_no_network_and_no_cache() -> None:
    program = """
import os, socket, sys
def refuse(*args, **kwargs): raise SystemExit("a socket was opened")
socket.socket = refuse
socket.getaddrinfo = refuse
os.environ["TIKTOKEN_CACHE_DIR"] = "/nonexistent/cache"
from corpus_to_ft.tokens import ENCODINGS, count_tokens
assert "tiktoken" not in sys.modules, "importing must stay cheap"
print(*[count_tokens("hello world", name) for name in ENCODINGS])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["2"] * 4), done.stderr


def test_many_threads_load_an_encoding_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_loaded", {})
    seen: list[object] = []
    threads = [threading.Thread(target=lambda: seen.append(tokens._load("r50k_base"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len({id(loaded) for loaded in seen}) == 1


@pytest.mark.parametrize("name", ENCODINGS)
def test_damaged_ranks_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="install corpus-to-ft again"):
        tokens._read_ranks(name, "0" * 64)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4.1-mini-2025-04-14", "o200k_base"),
        ("ft:gpt-4o-mini-2024-07-18:우리회사::abc", "o200k_base"),
        ("ft:gpt-4.1-2025-04-14:org::id", "o200k_base"),
        ("ft:gpt-4-0613:org::id", "cl100k_base"),
        ("gpt-oss-20b", "o200k_base"),
        ("davinci-002", "cl100k_base"),
        ("ft:davinci-002:org::id", "cl100k_base"),
        ("text-davinci-003", "p50k_base"),
        ("text-davinci-edit-001", "p50k_base"),
        ("davinci", "r50k_base"),
        ("curie:ft-personal-2023-05-03-10-00-00", "r50k_base"),
        ("ada", "r50k_base"),
        ("gpt2", "r50k_base"),
        *((name, name) for name in ENCODINGS),
    ],
)
def test_models_and_encodings_have_their_encoding(name: str, encoding: str) -> None:
    assert encoding_for(name) == encoding


@pytest.mark.parametrize("name", ["", "gpt-99-unheard-of", "llama-3", "한국어모델", "ft:"])
def test_an_unknown_model_asks_for_an_encoding(name: str) -> None:
    with pytest.raises(ConfigError, match="name an encoding instead: r50k_base, p50k_base, cl100k_base, o200k_base"):
        encoding_for(name)


def test_an_unknown_encoding_gets_the_list() -> None:
    with pytest.raises(ConfigError, match="there are: r50k_base"):
        count_tokens("글", "gpt4_base")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_white_space_that_would_end_the_tokenizer_and_the_run_is_refused(encoding: str) -> None:
    with pytest.raises(InputError) as told:
        count_tokens("가" + " " * 1_500_000 + "나", encoding)
    assert told.value.reason == "white_space"
    assert count_tokens("가" + " " * 400_000 + "나", encoding) > 100
