"""Prepares a small file as somebody at the terminal would, and reads what was written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_to_ft.cli.prepare import Asked
from corpus_to_ft.prepare.stage import Outcome, Request, prepare

FRUITS = (
    "사과",
    "배",
    "감",
    "귤",
    "포도",
    "자두",
    "살구",
    "매실",
    "딸기",
    "수박",
    "참외",
    "앵두",
    "오디",
    "머루",
    "다래",
    "밤",
)
ASKS = ("값이 얼마인가요", "언제 따나요", "어디서 나나요", "어떻게 보관하나요", "껍질도 먹나요", "누가 처음 길렀나요")


@dataclass(frozen=True, slots=True)
class Prepared:
    outcome: Outcome

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [line for made in self.outcome.files for line in read_lines(made.path)]

    def file(self, split: str) -> list[dict[str, Any]]:
        return next(read_lines(made.path) for made in self.outcome.files if made.split == split)

    def codes(self, level: str = "") -> set[str]:
        return {each.code for each in self.outcome.findings if level in ("", each.level)}

    def remedies(self, *, applied: bool) -> set[str]:
        return {remedy.code for remedy in self.outcome.remedies if remedy.applied is applied}


def prepared(
    path: Path, *, target: str = "", out: Path | None = None, apply: Sequence[str] = (), by_meaning: bool = False
) -> Prepared:
    """Under --yes."""
    dialog = Asked(yes=True, chosen=apply, quiet=True, dry_run=False)
    return Prepared(prepare(Request(path=path, target=target, out=out, by_meaning=by_meaning), dialog))


def read_lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def write_jsonl(path: Path, lines: Sequence[Any], **options: Any) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8", **options)
    return path


def questions(count: int, *, ends: str = "?") -> list[dict[str, str]]:
    """Different questions with different answers."""
    places = [(fruit, ask) for ask in ASKS for fruit in FRUITS]
    return [
        {"prompt": f"{fruit}는 {ask}{ends}", "completion": f"{fruit} 이야기는 책 {number}쪽에 있습니다."}
        for number, (fruit, ask) in enumerate(places[:count], 1)
    ]
