"""The published chat checker accepts what our writers make, and differs from ours only where it is known to be wrong."""

from __future__ import annotations

import pytest

from benchmarks.judged_lines import CHAT, JUDGED, Judged, written_lines
from benchmarks.judges import by_checker, by_us


@pytest.mark.parametrize("judged", CHAT, ids=[each.name for each in CHAT])
def test_the_checker_differs_only_for_a_reason(judged: Judged) -> None:
    assert bool(by_checker(judged.value)) == bool(by_us("chat", judged.value)) or judged.why


def test_the_table_holds_good_and_bad_lines_of_every_kind() -> None:
    verdicts = {(judged.kind, bool(by_us(judged.kind, judged.value))) for judged in JUDGED}
    assert verdicts == {(kind, bad) for kind in ("chat", "preference", "prompt_completion") for bad in (True, False)}


def test_the_checker_accepts_what_our_chat_writer_makes() -> None:
    lines = list(written_lines("openai-chat"))
    assert len(lines) == 18
    assert [by_checker(line) for line in lines] == [""] * 18
