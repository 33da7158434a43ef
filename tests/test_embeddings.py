"""Vectors over the client that chat goes over: their order, their length, and what servers do wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_server.embeddings import DIMENSIONS, vector
from serving import Served, serve

from corpus_to_ft.errors import BudgetReached, ConfigError, ProviderRefused
from corpus_to_ft.llm.base import Unwritten
from corpus_to_ft.llm.embeddings import EmbeddingServer, embed
from corpus_to_ft.llm.stage import NO_LIMITS, LedgerAsk, Limits
from corpus_to_ft.store import RunStore

TEXTS = [f"{number}번 선반에는 대패와 숫돌이 {number * 3}개 있습니다." for number in range(60)]
PRICE = {"input_price": 10.0}


def truth(texts: list[str], size: int = DIMENSIONS) -> np.ndarray[Any, Any]:
    return np.array([vector(text, size) for text in texts], dtype=np.float32)


@contextmanager
def embedding(
    folder: Path, served: Served, limits: Limits = NO_LIMITS, **fields: Any
) -> Iterator[tuple[EmbeddingServer, LedgerAsk]]:
    said = {"base_url": served.url, "model": "e", "texts_per_call": 8, "patience_s": 20, "timeout_s": 2, **fields}
    server = EmbeddingServer(**said)
    with RunStore.open(folder) as store, LedgerAsk(server, store, limits) as ask:
        yield server, ask


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"unsupported": ["encoding_format"]},
        {"unsupported": ["encoding_format"], "error_style": "text"},
        {"faults": {"plain_numbers": 1.0}},
        {"faults": {"shuffled": 1.0}},
        {"faults": {"429": 0.2, "500": 0.2, "reset": 0.1, "half_json": 0.1}, "retry_after": "ms:100"},
        {"faults": {"missing_vector": 0.3, "wrong_dimension": 0.3}},
    ],
    ids=lambda settings: " ".join(map(str, settings.values())) or "sound",
)
def test_every_text_has_its_own_vector_in_its_own_place(tmp_path: Path, settings: dict[str, Any]) -> None:
    with serve(latency_ms=5, **settings) as served, embedding(tmp_path, served) as (server, ask):
        vectors = embed(TEXTS, server, ask)
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, truth(TEXTS), atol=1e-7)


def test_equal_texts_are_asked_for_once_and_what_was_answered_never_again(tmp_path: Path) -> None:
    with serve() as served:
        with embedding(tmp_path, served, **PRICE) as (server, ask):
            first = embed([*TEXTS, *TEXTS], server, ask)
        assert served.stats()["requests"] == 8
        with embedding(tmp_path, served, **PRICE) as (server, ask):
            assert np.array_equal(embed([*TEXTS, *TEXTS], server, ask), first)
            assert (ask.made, ask.reused) == (0, 8)
    with RunStore.read(tmp_path) as store:
        calls = store.calls()
    assert {(call.kind, call.outcome, call.output_tokens) for call in calls} == {("embedding", "stop", 0)}
    assert sum(call.cost or 0 for call in calls) == pytest.approx(10e-6 * sum(call.input_tokens for call in calls))


def test_batches_keep_to_count_and_tokens(tmp_path: Path) -> None:
    with serve() as served:
        with embedding(tmp_path, served, texts_per_call=1000, tokens_per_call=100) as (server, ask):
            embed(TEXTS, server, ask)
        stats = served.stats()
        assert 10 < stats["requests"] < 60
        assert stats["prompt_tokens"] / stats["requests"] < 100


def test_shorter_vectors_are_asked_for_and_another_length_is_an_error(tmp_path: Path) -> None:
    with serve() as served:
        with embedding(tmp_path, served, dimensions=16) as (server, ask):
            assert np.allclose(embed(TEXTS, server, ask), truth(TEXTS, 16), atol=1e-7)
        with (
            embedding(tmp_path, served, extra_body={"dimensions": 24}, dimensions=32) as (server, ask),
            pytest.raises(ConfigError, match="vectors of 24, 32 numbers"),
        ):
            embed(TEXTS, server, ask)


def test_a_text_that_the_server_does_not_take_is_named_alone(tmp_path: Path) -> None:
    texts = [*TEXTS[:20], "긴 글입니다. " * 400]
    with serve(context_tokens=900) as served, embedding(tmp_path, served) as (server, ask):
        with pytest.raises(ProviderRefused, match="긴 글입니다"):
            embed(texts, server, ask)
        assert np.allclose(embed(TEXTS[:20], server, ask), truth(TEXTS[:20]), atol=1e-7)


def test_the_money_for_vectors_is_bounded_too(tmp_path: Path) -> None:
    with (
        serve() as served,
        embedding(tmp_path, served, Limits(max_cost=0.005), **PRICE) as (server, ask),
        pytest.raises(BudgetReached),
    ):
        embed(TEXTS, server, ask)
    with RunStore.read(tmp_path) as store:
        assert sum(call.cost or 0 for call in store.calls()) <= 0.005


def test_without_a_run_folder_nothing_is_kept_and_no_text_is_no_call() -> None:
    with serve() as served:
        server = EmbeddingServer(base_url=served.url, model="e")
        ask = partial(server.ask_all, ledger=Unwritten())
        assert embed([], server, ask).shape == (0, 0)
        assert served.stats()["requests"] == 0
        assert np.allclose(embed(TEXTS, server, ask), truth(TEXTS), atol=1e-7)
        server.close()


def test_the_fingerprint_knows_the_length_of_vectors_and_not_the_batches() -> None:
    plain = EmbeddingServer(model="e")
    assert plain.fingerprint() != EmbeddingServer(model="e", dimensions=8).fingerprint()
    assert plain.fingerprint() == EmbeddingServer(model="e", texts_per_call=3, tokens_per_call=99).fingerprint()
