"""What a run will cost is said as a range: without repeats, and with as many as this folder has seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
from scripted import ScriptedProvider
from serving import Served, serve
from test_run_with_a_model import posts, run

from corpus_to_ft.llm.base import Ledger
from corpus_to_ft.llm.estimate import TELLING_PROMPTS, USUAL_REPEATS, Estimate, Repeats
from corpus_to_ft.llm.stage import LedgerAsk
from corpus_to_ft.records import Prompt, ProviderFailure, Reply, Usage
from corpus_to_ft.store import RunStore

__all__ = ["posts"]


THINGS = [
    "생선",
    "배추",
    "사과",
    "우유",
    "달걀",
    "쌀",
    "꿀",
    "소금",
    "된장",
    "두부",
    "포도",
    "감자",
    "버섯",
    "마늘",
    "양파",
    "고추",
    "들깨",
    "보리",
    "콩",
    "귤",
    "배",
    "밤",
    "대추",
    "미역",
]
FOOT = "\n창고 소식지는 매주 월요일에 나옵니다. 구독은 사무실 앞 종이에 이름을 적으면 됩니다.\n"


class CountedProvider(ScriptedProvider):
    """Each call takes ten tokens; one prompt in `broken` is asked a second time, after a refusal that costs nothing."""

    not_in_fingerprint: ClassVar[Mapping[str, str]] = {"broken": "the same model"}
    broken: int = 0

    def ask_all(self, prompts: Sequence[Prompt], ledger: Ledger) -> list[Reply | ProviderFailure]:
        return [self._counted(prompt, ledger) for prompt in prompts]

    def _counted(self, prompt: Prompt, ledger: Ledger) -> Reply:
        self.asked.append(prompt)
        usage = Usage(input_tokens=6, output_tokens=4)
        reply = Reply.make(prompt_id=prompt.id, text="{}", model=self.model, usage=usage)
        fails = self.broken and len(self.asked) % self.broken == 0
        outcomes = ("http_429", *(("bad_reply",) if fails else ()), "stop")
        for attempt, outcome in enumerate(outcomes, start=1):
            call = ledger.begin(prompt, attempt, usage)
            assert call is not None
            kept = None if outcome == "http_429" else reply
            ledger.end(call, outcome=outcome, latency_s=0.0, usage=kept.usage if kept else Usage(), reply=kept)
        ledger.commit()
        return reply


def about(subject: str, said: str = "") -> Prompt:
    return Prompt.make(kind="qa", subject_id=subject, text=f"{subject} {said}")


def test_nothing_seen_means_the_usual_share(tmp_path: Path) -> None:
    assert Repeats.of(None, "m") == Repeats(share=USUAL_REPEATS, seen=False)
    with RunStore.open(tmp_path) as store:
        LedgerAsk(CountedProvider(model="m"), store)([about(str(number)) for number in range(TELLING_PROMPTS - 1)])
        assert not Repeats.of(store, "m").seen


def test_repeats_are_the_billed_calls_beyond_one_for_each_prompt_that_could_be_foreseen(tmp_path: Path) -> None:
    with RunStore.open(tmp_path) as store:
        ask = LedgerAsk(CountedProvider(model="m", broken=10), store)
        ask([about(str(number)) for number in range(30)])
        assert Repeats.of(store, "m") == Repeats(share=0.1, seen=True)
        # Second attempts of a stage are prompts of their own; nobody could foresee them.
        ask([about(str(number), "다시") for number in range(6)])
        assert Repeats.of(store, "m").share == pytest.approx(0.3)
        assert not Repeats.of(store, "other").seen
        assert sum(call.follows for call in store.calls() if call.input_tokens) == 6


def test_what_follows_is_known_in_a_later_run(tmp_path: Path) -> None:
    prompts = [about(str(number)) for number in range(20)]
    for again in ([], [about("3", "다시")]):
        with RunStore.open(tmp_path) as store:
            ask = LedgerAsk(CountedProvider(model="m"), store)
            ask(prompts)
            ask(again)
            share = Repeats.of(store, "m").share
    assert share == 0.05


def test_repeats_take_more_of_everything() -> None:
    estimate = Estimate(calls=2, input_tokens=1000, room_tokens=600)
    assert Repeats(share=0.5).on(estimate.usual) == Usage(input_tokens=1500, output_tokens=300)
    assert Repeats(share=0.0).on(estimate.most) == estimate.most


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "많은 글"
    folder.mkdir()
    for number, thing in enumerate(THINGS):
        text = f"{thing} 창고는 아침 {number % 9 + 1}시에 문을 엽니다. {thing} 상자는 {number + 10}개까지 들어갑니다. 온도는 영하 {number}도입니다."
        (folder / f"{number}.md").write_text(f"# {thing} 창고\n\n{text}\n", encoding="utf-8")
    return folder


def test_a_dry_run_says_the_range_and_learns_from_the_folder(posts: Path, many: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serve() as server:
        first = plan_of(server, posts, out)
        assert (first["repeat_share"], first["repeats_seen"]) == (USUAL_REPEATS, False)
        assert first["usual_cost_with_repeats"] == pytest.approx(first["usual_cost"] * 1.1, rel=0.01)
        assert first["usual_cost_with_repeats"] < first["most_cost"]
        server.set(faults={"broken_json": 1.0}, fault_attempts=1)
        assert run(server, many, out, "--json").returncode == 0
        seen = plan_of(server, posts, out)
        assert seen["repeats_seen"]
        assert seen["repeat_share"] >= 1
        assert seen["usual_cost"] == pytest.approx(first["usual_cost"])
        assert seen["usual_cost_with_repeats"] >= 2 * first["usual_cost"]
        said = run(server, posts, out, "--dry-run").stdout
    (line,) = [line for line in said.splitlines() if "without repeats" in line]
    assert f"${seen['usual_cost']:.4f} without repeats, ${seen['usual_cost_with_repeats']:.4f} with 1" in line
    assert "as in this folder so far" in line


def plan_of(server: Served, posts: Path, out: Path) -> dict[str, float]:
    said: dict[str, float] = json.loads(run(server, posts, out, "--dry-run", "--json").stdout)
    return said


def test_a_dry_run_sees_documents_as_the_run_does(many: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for path in many.iterdir():
        path.write_text(path.read_text(encoding="utf-8") + FOOT, encoding="utf-8")
    (many / "사본.md").write_text((many / "0.md").read_text(encoding="utf-8"), encoding="utf-8")
    with serve() as server:
        before = plan_of(server, many, out)
        told = json.loads(run(server, many, out, "--json").stdout)
        assert told["notes"]["repeated_paragraph"]
        assert server.stats()["requests"] == before["calls"]
        after = plan_of(server, many, out)
    assert (after["calls"], after["documents"]) == (0, told["documents"])
    assert after["documents_done"] == after["documents"] == before["documents"] == len(THINGS)
