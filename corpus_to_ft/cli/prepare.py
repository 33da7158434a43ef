"""`prepare`: shows what was found, asks what to do about it, and says what was written and what comes next."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from corpus_to_ft.cli.look import safe, typed
from corpus_to_ft.errors import ConfigError, ExitCode
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.prepare.base import Remedy
from corpus_to_ft.prepare.stage import PROPOSED, Dialog, Outcome, Request, prepare

# Half-typed and Korean words too: on a Korean keyboard the key of n writes ㅜ, and ㄴ begins 네 and 아니오 alike.
REFUSALS = frozenset({"n", "no", "nope", "ㄴ", "ㅜ", "ㅜㅐ", "아니", "아니오", "아니요", "ㄴㄴ"})
CONSENTS = frozenset({"y", "yes", "ㅛ", "ㅛㄷㄴ", "예", "네", "응", "ㅇ", "ㅇㅇ"})
LEVELS = {"error": "!", "warning": "-", "note": "·"}
MOST_FINDINGS = 40
# A rejected line in twenty is worth a look; more are a sign of a wrong file.
MOST_REJECTED_SHARE = 0.05


class Asked(Dialog):
    """Somebody at a terminal. `yes` agrees to what harms nothing, `chosen` names proposals that are wanted."""

    spoken = 0

    def __init__(self, *, yes: bool, chosen: Collection[str], quiet: bool, dry_run: bool) -> None:
        self._yes, self._chosen, self._quiet, self._dry_run = yes or dry_run, chosen, quiet, dry_run

    def told(self, outcome: Outcome) -> None:
        if not self._quiet:
            told = "{path}: {rows} rows, read as {shape}, for the target {target}"
            shape = tr(outcome.shape)
            _say(tr(told, path=outcome.path, rows=f"{outcome.rows:,}", shape=shape, target=outcome.target.name))
            _say_findings(outcome)
            for remedy in outcome.remedies:
                if remedy.kind == "necessary":
                    _say(f"  * {tr(remedy.message)}")
        self.spoken = len(outcome.findings)

    def agrees(self, remedy: Remedy) -> bool:
        if remedy.kind == "proposed":
            if remedy.code in self._chosen:
                return True
            if self._yes:
                if not self._quiet:
                    told = "not done by itself: {what} (--apply {code})"
                    _say("  ? " + tr(told, what=tr(remedy.message), code=remedy.code))
                return False
        elif self._yes:
            if not self._quiet:
                _say(f"  * {tr(remedy.message)}")
            return True
        for example in remedy.examples:
            _say(f"      {example}")
        default = remedy.kind != "proposed"
        return _ask(tr(remedy.message), default=default)

    def writes(self, outcome: Outcome) -> bool:
        if not self._quiet:
            _say_findings(outcome, self.spoken)
            _say_counts(outcome)
        self.spoken = len(outcome.findings)
        return self._yes or _ask(tr("Write the files?"), default=True)


def run_prepare(
    path: Path,
    *,
    target: str,
    out: Path | None,
    model: str,
    epochs: int,
    yes: bool,
    apply: Collection[str],
    dry_run: bool,
    by_meaning: bool,
    as_json: bool,
) -> int:
    """Returns the exit code: 5 where the person declined to write."""
    unknown = [name for name in apply if name not in PROPOSED]
    if unknown:
        names = ", ".join(PROPOSED)
        raise ConfigError(
            Sentence("there is no remedy {name!r} to apply; there are: {names}", name=unknown[0], names=names)
        )
    request = Request(
        path=path, target=target, out=out, model=model, epochs=epochs, dry_run=dry_run, by_meaning=by_meaning
    )
    dialog = Asked(yes=yes, chosen=apply, quiet=as_json, dry_run=dry_run)
    outcome = prepare(request, dialog)
    if as_json:
        print(json.dumps(as_object(outcome), ensure_ascii=False))
    else:
        if not outcome.files and not outcome.declined:
            _say_findings(outcome, dialog.spoken)
            _say_counts(outcome)
        _say_end(outcome, dry_run=dry_run)
    if outcome.declined:
        return ExitCode.DECLINED
    share = 1 - outcome.kept / max(1, outcome.rows - outcome.rejected.get("duplicate", 0))
    return ExitCode.TOO_MANY_REJECTED if outcome.is_refused or share > MOST_REJECTED_SHARE else ExitCode.DONE


def _ask(question: str, *, default: bool) -> bool:
    """Until it is a yes, a no or nothing; raises ConfigError where nobody can answer."""
    while True:
        if not sys.stdin.isatty():
            raise ConfigError(Sentence("nobody is at the terminal to agree; add --yes, or look first with --dry-run"))
        print(safe(f"{question} {'[Y/n]' if default else '[y/N]'} "), end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            # Ctrl-D leaves the cursor where it was.
            _say("")
        answer = line.strip().casefold()
        if answer in REFUSALS or not line:
            return False
        if answer in CONSENTS:
            return True
        if not answer:
            return default
        _say(tr("please answer y or n"))


def _say(text: str) -> None:
    print(safe(text), file=sys.stderr)


def _say_findings(outcome: Outcome, start: int = 0) -> None:
    for finding in outcome.findings[start : start + MOST_FINDINGS]:
        _say(f"  {LEVELS[finding.level]} {tr(finding.message)}")


def _say_counts(outcome: Outcome) -> None:
    told = "{kept} examples, {tokens} tokens, the longest {longest} of {most}"
    _say(
        tr(
            told, kept=f"{outcome.kept:,}", tokens=f"{outcome.tokens:,}", longest=f"{outcome.longest:,}",
            most=f"{outcome.target.max_tokens:,}",
        )
    )  # fmt: skip
    for each in outcome.estimates[:4]:
        if each.cost is None or not each.tokens:
            continue
        told = "  {model}: about ${cost} for {epochs} epochs of {tokens} tokens (prices of {date})"
        _say(
            tr(
                told, model=each.model, cost=f"{each.cost:,.2f}", epochs=each.epochs, tokens=f"{each.tokens:,}",
                date=each.verified_on,
            )
        )  # fmt: skip


def _say_end(outcome: Outcome, *, dry_run: bool) -> None:
    if outcome.declined:
        print(tr("Nothing was written."))
        return
    if outcome.unchanged:
        print(safe(tr("{path}: is as it should be; nothing needs to be done", path=outcome.path)))
    for made in outcome.files:
        print(safe(f"  {made.path}  {made.rows:,}"))
    if dry_run or (not outcome.files and not outcome.unchanged):
        print(tr("Nothing was written."))
        return
    for line in advice(outcome):
        print(safe(line))
    lost = sum(outcome.rejected.values())
    if lost:
        counts = ", ".join(f"{tr(reason)} {count:,}" for reason, count in outcome.rejected.items())
        print(tr("{count} rows were left out: {counts}", count=f"{lost:,}", counts=counts))


def command(outcome: Outcome) -> str:
    """What starts the tuning on what was written."""
    files = [typed(made.path) for made in outcome.files]
    data = typed(outcome.out) if outcome.out is not None else (files[0] if files else typed(outcome.path))
    parts = ["corpus-to-ft", "tune", "start", data, "--target", outcome.target.name]
    priced = [each.model for each in outcome.estimates]
    parts += ["--model", priced[0] if priced else "MODEL"]
    if outcome.out is None and len(files) > 1:
        parts += ["--validation", files[1]]
    return shlex.join(parts)


def advice(outcome: Outcome) -> list[str]:
    """How to go on, and how the tuned model must be asked."""
    lines = []
    if outcome.target.tuner or outcome.target.name != "legacy":
        lines.append(tr("To start the tuning: {command}", command=command(outcome)))
    else:
        lines.append(tr("No host trains this format any more; name a --target that does (corpus-to-ft targets)"))
    separator, stops = outcome.asking.get("separator"), outcome.asking.get("stop")
    if separator:
        lines.append(tr("Every prompt must end with {separator} when you ask the model.", separator=repr(separator)))
    if stops:
        lines.append(tr("Ask with stop={stops}, so that the answer ends where it should.", stops=json.dumps(stops)))
    return lines


def as_object(outcome: Outcome) -> dict[str, Any]:
    """For machines."""
    return {
        "file": str(outcome.path),
        "target": outcome.target.name,
        "shape": outcome.shape,
        "task": outcome.task,
        "counts": {
            "rows": outcome.rows,
            "kept": outcome.kept,
            "validation": outcome.validation,
            "rejected": outcome.rejected,
            **({"labels": outcome.labels} if outcome.labels else {}),
        },
        "tokens": {"total": outcome.tokens, "longest": outcome.longest, "limit": outcome.target.max_tokens},
        "findings": [
            {"line": each.line, "code": each.code, "level": each.level, "message": each.message}
            for each in outcome.findings
        ],
        "remedies": [
            {
                "code": each.code, "kind": each.kind, "applied": each.applied, "message": each.message,
                "count": each.count, "lines": list(each.lines), "examples": list(each.examples),
            }
            for each in outcome.remedies
        ],
        "asking": outcome.asking,
        "cost": [
            {
                "model": each.model, "epochs": each.epochs, "tokens": each.tokens, "cost": each.cost,
                "prices_of": each.verified_on,
            }
            for each in outcome.estimates
        ],
        "files": [
            {
                "name": str(each.path), "split": each.split, "rows": each.rows, "bytes": each.size_bytes,
                "tokens": each.tokens, "sha256": each.sha256,
            }
            for each in outcome.files
        ],
        "unchanged": outcome.unchanged,
        "declined": outcome.declined,
        "command": command(outcome),
    }  # fmt: skip
