"""Files of our own making for the comparison with the classic preparation tool, each with what is right about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_to_ft.tokens import count_tokens

Line = Mapping[str, Any]
Writes = Callable[[Path], Path]
LEGACY_TOKENS = 2049
SPORTS = ("The goalkeeper froze the puck", "The pitcher threw a curve ball", "Fans waited for the final score")
THINGS = ("우산", "의자", "책상", "커튼", "이불", "냄비", "접시", "달력", "시계", "화분", "연필", "가방", "장갑")
ASKED = ("{n}번 {thing}은 어디에 두나요?", "{thing} {n}개를 찾습니다", "새 {thing} {n}호 위치")
SAID = ("{n}번 선반에 둡니다.", "{thing} {n}개는 창고 앞에 있어요", "오른쪽 문 뒤 {n}호")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a tool made of a file: the lines of all its files, the names, what it printed, exit code, peak memory."""

    lines: Sequence[Line]
    names: Sequence[str]
    told: str
    code: int
    peak_mb: float = 0.0
    by_file: Mapping[str, Sequence[Line]] | None = None


Check = Callable[[Ran], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`harms` tells by the classic result that the known failure occurred; without it both should agree.

    `is_right` judges our result. `typed` are answers at the terminal; "" is --yes and -q.
    """

    name: str
    about: str
    write: Writes
    is_right: Check
    harms: Check | None = None
    typed: tuple[str, str] = ("", "")
    environment: Mapping[str, str] | None = None


def asks(count: int, *, ends: str = "", answer: str = "") -> list[dict[str, str]]:
    """Prompts and completions that have neither beginning nor ending in common, unless one is given."""
    made = []
    for n in range(1, count + 1):
        thing, way = THINGS[n % len(THINGS)], n % len(ASKED)
        said = answer or SAID[way]
        prompt = f"{n}번 상자의 {thing}{ends}" if ends else ASKED[way].format(n=n, thing=thing)
        made.append({"prompt": prompt, "completion": said.format(n=n, thing=thing)})
    return made


def jsonl(lines: Sequence[Any], name: str = "data.jsonl", *, mark: bytes = b"") -> Writes:
    def write(folder: Path) -> Path:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / name).write_bytes(mark + text.encode())
        return folder / name

    return write


def text(content: str, name: str, encoding: str = "utf-8") -> Writes:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content.encode(encoding))
        return folder / name

    return write


def table(lines: Sequence[Mapping[str, str]], name: str, separator: str, encoding: str = "utf-8") -> Writes:
    rows = [list(lines[0]), *(list(line.values()) for line in lines)]
    return text("".join(separator.join(row) + "\n" for row in rows), name, encoding)


def workbook(lines: Sequence[Mapping[str, str]]) -> Writes:
    def write(folder: Path) -> Path:
        from openpyxl import Workbook

        book = Workbook()
        for row in [list(lines[0]), *(list(line.values()) for line in lines)]:
            book.worksheets[0].append(row)
        book.save(folder / "data.xlsx")
        return folder / "data.xlsx"

    return write


def count_is(count: int) -> Check:
    return lambda ran: len(ran.lines) == count


def prompts_end(separator: str) -> Check:
    return lambda ran: bool(ran.lines) and all(line["prompt"].endswith(separator) for line in ran.lines)


def answers_are(wanted: Sequence[str]) -> Check:
    """Without the ending that was put behind them."""
    return lambda ran: {bare(line) for line in ran.lines} == set(wanted)


def bare(line: Line) -> str:
    return str(line["completion"]).removesuffix("\n").removesuffix(" END").strip()


def failed(ran: Ran) -> bool:
    return not ran.lines


def fits(ran: Ran) -> bool:
    counts = [sum(count_tokens(line[key], "r50k_base") for key in line) for line in ran.lines]
    return bool(counts) and max(counts) <= LEGACY_TOKENS


def sports() -> list[dict[str, str]]:
    """1,197 rows of two classes; eleven are far too long for either tool."""
    made = []
    for n in range(1197):
        long = "and then the crowd went on singing " * 420 if n % 109 == 50 else ""
        said = f"From: fan {n}\nSubject: game {n}\n\n{SPORTS[n % 3]} {long}in game {n}"
        made.append({"prompt": said + ("!", ".", "")[n % 3], "completion": ("hockey", "baseball")[n % 2]})
    return made


def labels(count: int, words: Sequence[str]) -> list[dict[str, str]]:
    return [{"prompt": line["prompt"], "completion": words[n % len(words)]} for n, line in enumerate(asks(count))]


def with_row(lines: list[dict[str, Any]], *at: tuple[int, Any]) -> list[Any]:
    made: list[Any] = list(lines)
    for place, row in at:
        made.insert(place, row)
    return made
