"""How a tuned model is asked: by the very writer that laid out what it was trained on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.validate.borders import CLASSIC_SEPARATORS
from corpus_to_ft.write.base import Writer
from corpus_to_ft.write.prompt_completion import ENDINGS, SEPARATORS
from corpus_to_ft.write.wording import LABELS

# So many lines show how a file without a manifest was laid out.
SHOWN_LINES = 50
MOST_LINE_BYTES = 1 << 20
NO_WORDS: Mapping[str, Mapping[str, str]] = {
    language: dict.fromkeys(kinds, "") for language, kinds in LABELS.items()
}  # fmt: skip
SAME_KEYS = ("instructions", "labels", "answer_labels", "system")


def writer_of(name: str, asking: Mapping[str, Any]) -> Writer:
    """The writer of a data set as its manifest tells it, or as `asking_of` has found it."""
    fields: dict[str, Any] = {key: asking[key] for key in SAME_KEYS if key in asking}
    if "separator" in asking:
        fields["separators"] = (asking["separator"],)
    if asking.get("stop"):
        fields["endings"] = tuple(asking["stop"])
    return make_plugin("write", name, Writer, fields)


def asking_of(path: Path, writer: str) -> Mapping[str, Any]:
    """What the lines of somebody's own file show: their common system message, or separator and ending.

    Nothing of ours is put before a question then, for nothing of ours was trained.
    """
    lines = list(_first_lines(path))
    if writer == "prompt_completion":
        found = {"labels": NO_WORDS, "separator": _shared(lines, "prompt", (*SEPARATORS, *CLASSIC_SEPARATORS))}
        ending = _shared(lines, "completion", ENDINGS)
        return {**found, "stop": [ending] if ending else []} if found["separator"] else {"labels": NO_WORDS}
    if writer == "text":
        return {"labels": NO_WORDS, "answer_labels": NO_WORDS}
    systems = {_system(line) for line in lines}
    said = systems.pop() if len(systems) == 1 else ""
    return {"instructions": {language: dict.fromkeys(kinds, said) for language, kinds in LABELS.items()}}


def _first_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open("rb") as file:
        for line in islice(iter(lambda: file.readline(MOST_LINE_BYTES), b""), SHOWN_LINES):
            try:
                found = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                yield found


def _shared(lines: list[Mapping[str, Any]], key: str, candidates: tuple[str, ...]) -> str:
    """The longest of the candidates that all texts end with."""
    texts = [str(line.get(key, "")) for line in lines]
    ends = [candidate for candidate in candidates if texts and all(text.endswith(candidate) for text in texts)]
    return max(ends, key=len, default="")


def _system(line: Mapping[str, Any]) -> str:
    source = line.get("input") if isinstance(line.get("input"), dict) else line
    messages = source.get("messages") if isinstance(source, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    is_system = isinstance(first, dict) and first.get("role") == "system"
    return str(first.get("content") or "") if is_system and isinstance(first, dict) else ""
