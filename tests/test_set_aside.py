"""A reply that could not be read is kept raw: a better parser finds it, and nobody pays for it again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
from scripted import ScriptedProvider

from corpus_to_ft.cli.look import print_rejected
from corpus_to_ft.language import foreign, tr
from corpus_to_ft.llm.base import REPLY_SCHEMAS, Ledger
from corpus_to_ft.llm.estimate import EstimatingAsk
from corpus_to_ft.llm.stage import LedgerAsk
from corpus_to_ft.records import Prompt, ProviderFailure, Rejected, Reply, Usage
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.set_aside import MOST_CHARS

GOOD = '{"summary": "대패는 나무를 깎습니다."}'
PROSE = "요약하자면 대패는 나무를 깎는 연장입니다."


class TwiceProvider(ScriptedProvider):
    """Asks once more where the first reply is no JSON, as a chat client does, and may die in between."""

    not_in_fingerprint: ClassVar[Mapping[str, str]] = dict.fromkeys(("first", "second", "dies"), "the same model")

    first: str = PROSE
    second: str = GOOD
    dies: bool = False

    def ask_all(self, prompts: Sequence[Prompt], ledger: Ledger) -> list[Reply | ProviderFailure]:
        return [self._twice(prompt, ledger) for prompt in prompts]

    def _twice(self, prompt: Prompt, ledger: Ledger) -> Reply:
        replies = [
            Reply.make(prompt_id=prompt.id, text=text, model=self.model, usage=Usage(input_tokens=1, output_tokens=1))
            for text in (self.first, self.second)
        ]
        for attempt, (outcome, reply) in enumerate(zip(("bad_reply", "stop"), replies, strict=True), start=1):
            call = ledger.begin(prompt, attempt, Usage())
            assert call is not None
            self.asked.append(prompt)
            ledger.end(call, outcome=outcome, latency_s=0.0, usage=reply.usage, reply=reply)
            ledger.commit()
            if self.dies:
                raise KeyboardInterrupt
        return replies[-1]


def summary() -> Prompt:
    return Prompt.make(kind="summary", subject_id="단락", text="글", schema=REPLY_SCHEMAS["summary"])


def asked(provider: TwiceProvider, out: Path) -> tuple[Reply | ProviderFailure, LedgerAsk]:
    with RunStore.open(out) as store:
        ask = LedgerAsk(provider, store)
        return ask([summary()])[0], ask


def test_every_raw_reply_stays_and_the_second_is_the_answer(tmp_path: Path) -> None:
    answer, ask = asked(TwiceProvider(), tmp_path)
    assert isinstance(answer, Reply)
    assert (answer.text, ask.made, ask.failed) == (GOOD, 2, 1)
    with RunStore.read(tmp_path) as store:
        (aside,) = store.replies_aside_about("단락")
        assert (aside.reply.text, aside.call, aside.chars, aside.is_cut) == (PROSE, 1, len(PROSE), False)
        assert [call.outcome for call in store.calls()] == ["bad_reply", "stop"]


def test_a_first_reply_that_can_be_read_now_is_the_answer_without_a_call(tmp_path: Path) -> None:
    # What a better parser makes of it stands here as what this one reads: set aside, though it fits.
    provider = TwiceProvider(first=GOOD, second=PROSE)
    asked(provider, tmp_path)
    answer, ask = asked(provider, tmp_path)
    assert isinstance(answer, Reply)
    assert (answer.text, ask.made, ask.reused) == (GOOD, 0, 1)


def test_a_reply_set_aside_before_a_kill_is_used_when_it_can_be_read(tmp_path: Path) -> None:
    for first, calls in ((PROSE, 1), (GOOD, 0)):
        out = tmp_path / str(calls)
        with contextlib.suppress(KeyboardInterrupt):
            asked(TwiceProvider(first=first, dies=True), out)
        with RunStore.read(out) as store:
            estimating = EstimatingAsk.of(TwiceProvider(), store)
            estimating([summary()])
        assert estimating.estimate.calls == calls
        answer, ask = asked(TwiceProvider(), out)
        assert isinstance(answer, Reply)
        assert (answer.text, ask.made) == (GOOD, 2 * calls)


def test_a_runaway_reply_is_kept_up_to_a_bound_and_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    provider = TwiceProvider(first=GOOD + "가" * MOST_CHARS, second=PROSE)
    asked(provider, tmp_path)
    answer, _ = asked(provider, tmp_path)
    assert isinstance(answer, Reply)
    assert answer.text == PROSE
    with RunStore.read(tmp_path) as store:
        (aside,) = store.replies_aside_about("단락")
        assert (len(aside.reply.text), aside.chars, aside.is_cut) == (MOST_CHARS, len(GOOD) + MOST_CHARS, True)


def test_a_stored_reply_of_either_kind_survives_half_characters(tmp_path: Path) -> None:
    asked(TwiceProvider(first="끊긴 글자 \ud83d"), tmp_path)
    with RunStore.read(tmp_path) as store:
        assert store.replies_aside_about("단락")[0].reply.text == "끊긴 글자 \ud83d"


def test_rejected_shows_the_replies_that_were_set_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(TwiceProvider(first="x" * (MOST_CHARS + 1), second="역시 JSON이 아님"), tmp_path)
    item = Rejected.make(item_id="단락", source="글.md", stage="generate", reason="bad_reply", detail=foreign("역시"))
    with RunStore.open(tmp_path) as store:
        store.save_result("generate", ("f", "문서"), (item,))
        store.set_current("generate", [("f", "문서")])
    print_rejected(tmp_path, reason="", as_json=True)
    (reply,) = json.loads(capsys.readouterr().out)["replies"]
    assert (len(reply["text"]), reply["chars"], reply["cut"]) == (MOST_CHARS, MOST_CHARS + 1, True)
    print_rejected(tmp_path, reason="", as_json=False)
    assert tr("{count} replies could not be read and were asked for again; --json shows them", count="1") in (
        capsys.readouterr().out
    )
