"""A billed prompt is asked once, ever; what arrives is stored first; every call is in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripted import ScriptedProvider

from corpus_to_ft.errors import BadReply, BudgetReached, ProviderRefused, ProviderUnavailable
from corpus_to_ft.llm.stage import DirectAsk, LedgerAsk, Limits
from corpus_to_ft.records import Prompt, ProviderFailure, Reply
from corpus_to_ft.store import RunStore


def prompts(*texts: str) -> list[Prompt]:
    return [Prompt.make(kind="summary", subject_id=text, text=text) for text in texts]


def test_the_same_prompt_is_never_asked_twice(tmp_path: Path) -> None:
    provider = ScriptedProvider(script={"summary": {"summary": "요약"}})
    for _ in range(2):
        with RunStore.open(tmp_path) as store:
            replies = LedgerAsk(provider, store)(prompts("가", "나"))
            assert all(isinstance(reply, Reply) for reply in replies)
            assert len(store.calls()) == 2
    assert len(provider.asked) == 2


def test_another_model_is_asked_anew(tmp_path: Path) -> None:
    with RunStore.open(tmp_path) as store:
        for model in ("a", "b"):
            ask = LedgerAsk(ScriptedProvider(script={"summary": {"summary": model}}, model=model), store)
            ask(prompts("가"))
            assert (ask.made, ask.reused) == (1, 0)


def test_a_refused_prompt_is_data_and_the_others_go_on(tmp_path: Path) -> None:
    def answer(prompt: Prompt) -> dict[str, str] | Exception:
        return ProviderRefused("정책 위반") if prompt.text == "나" else {"summary": prompt.text}

    with RunStore.open(tmp_path) as store:
        ask = LedgerAsk(ScriptedProvider(script=answer), store)
        first, second, third = ask(prompts("가", "나", "다"))
        assert isinstance(second, ProviderFailure)
        assert (second.reason, second.detail) == ("refused", "정책 위반")
        assert isinstance(first, Reply)
        assert isinstance(third, Reply)
        assert [call.outcome for call in store.calls()] == ["stop", "refused", "stop"]


def test_an_unreachable_provider_keeps_the_replies_that_arrived(tmp_path: Path) -> None:
    def answer(prompt: Prompt) -> dict[str, str] | Exception:
        return ProviderUnavailable("연결이 끊김") if prompt.text == "나" else {"summary": prompt.text}

    with RunStore.open(tmp_path) as store:
        with pytest.raises(ProviderUnavailable):
            LedgerAsk(ScriptedProvider(script=answer), store)(prompts("가", "나"))
        again = LedgerAsk(ScriptedProvider(script={"summary": {"summary": "됨"}}), store)
        again(prompts("가", "나"))
        assert (again.made, again.reused) == (1, 1)


def test_the_limit_on_calls_stops_before_the_next_one(tmp_path: Path) -> None:
    provider = ScriptedProvider(script={"summary": {"summary": "요약"}})
    with RunStore.open(tmp_path) as store:
        with pytest.raises(BudgetReached, match="max-calls"):
            LedgerAsk(provider, store, Limits(max_calls=2))(prompts("가", "나", "다"))
        assert len(LedgerAsk(provider, store, Limits(max_calls=1))(prompts("가", "나", "다"))) == 3
    assert len(provider.asked) == 3


def test_an_embedded_provider_is_asked_without_a_store() -> None:
    provider = ScriptedProvider(script=lambda _: BadReply("JSON이 아님", raw="횡설수설"))
    (failure,) = DirectAsk(provider=provider)(prompts("가"))
    assert isinstance(failure, ProviderFailure)
    assert (failure.reason, failure.raw) == ("bad_reply", "횡설수설")
