"""`handoff`: writes the files of a local trainer, and says what it has to find in them."""

from __future__ import annotations

import json
import shlex
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus_to_ft.cli.look import safe, typed
from corpus_to_ft.errors import ConfigError, ExitCode
from corpus_to_ft.handoff.base import Exporter
from corpus_to_ft.handoff.stage import HandedOff, hand_off
from corpus_to_ft.handoff.stage import as_json as plain
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.plugin import make_plugin


def print_handoff(out: Path, *, trainer: str, folder: Path | None, overrides: Sequence[str], as_json: bool) -> int:
    """Exit code 1 where a line had to be left out."""
    exporter = make_plugin("handoff", trainer, Exporter, dict(map(_setting, overrides)))
    made = hand_off(out, exporter, folder or out / "handoff" / trainer)
    if as_json:
        print(json.dumps({"folder": str(made.folder), **plain(made)}, ensure_ascii=False))
    else:
        _say(made)
    for each in made.left_out:
        told = tr("left out: {file} line {line}: {detail}", file=each.file, line=each.line, detail=tr(each.detail))
        print(safe(told), file=sys.stderr)
    told = tr("{lines} lines, {lost} left out", lines=f"{made.lines:,}", lost=f"{made.lost:,}")
    print(told, file=sys.stderr)
    return ExitCode.TOO_MANY_REJECTED if made.lost else ExitCode.DONE


def _say(made: HandedOff) -> None:
    for file in made.files:
        print(tr("{path}: {count} examples", path=made.folder / file.name, count=f"{file.examples:,}"))
    told = "the longest has {longest} tokens (cl100k_base); the trainer is told {length}"
    print(tr(told, longest=f"{made.survey.longest:,}", length=f"{made.survey.length:,}"))
    print(safe(tr("next: cd {folder} && {command}", folder=shlex.quote(typed(made.folder)), command=made.command)))


def _setting(override: str) -> tuple[str, Any]:
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise ConfigError(Sentence("--set wants KEY=VALUE, it was given {override!r}", override=override))
    try:
        return key.strip(), tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), text
