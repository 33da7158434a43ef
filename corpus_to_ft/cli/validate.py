"""`validate`: what would be refused in a training file, a line a finding, and a summary of the file on stderr."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpus_to_ft.cli.look import safe
from corpus_to_ft.errors import ConfigError, ExitCode
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.records import Target
from corpus_to_ft.targets import load_target, target_names
from corpus_to_ft.validate.base import Finding, error
from corpus_to_ft.validate.batch_input import BATCH
from corpus_to_ft.validate.estimate import assumed_epochs, training_costs
from corpus_to_ft.validate.folder import WrittenSet, is_validation, read_manifest
from corpus_to_ft.validate.stage import looks_like_batch, validate_file
from corpus_to_ft.validate.tally import Tally

# Of each code; a machine gets all.
SHOWN_FOR_PEOPLE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateRequest:
    """What was asked for. With `strict` warnings count as errors; `most` findings of each code are shown, 0: all."""

    path: Path
    target: str = ""
    validation: Path | None = None
    strict: bool = False
    most: int | None = None
    json: bool = False


def validate(request: ValidateRequest) -> int:
    files, written = _files(request)
    target = _target(request, written, files[0])
    shown = _Shown(request, several=len(files) > 1)
    training: Tally | None = None
    tallies = list[Tally]()
    for path in files:
        counts = Tally()
        if not path.is_file() and written and path.name in written.digests:
            said = "the manifest names the file, and it is not there"
            missing = error("file_missing", Sentence(said))
            counts.found(missing)
            shown.show(path, [missing])
        else:
            asking = written.asking if written else {}
            compared = training if path is not files[0] else None
            shown.show(path, validate_file(path, target, training=compared, asking=asking, tally=counts))
            changed = list(written.check(path.name, counts)) if written else []
            for finding in changed:
                counts.found(finding)
            shown.show(path, changed)
        training = training or counts
        tallies.append(counts)
        _summarize(path, target, counts, is_first=path is files[0])
    errors, warnings = (sum(counts.level(level) for counts in tallies) for level in ("error", "warning"))
    print(tr("{errors} errors, {warnings} warnings", errors=f"{errors:,}", warnings=f"{warnings:,}"), file=sys.stderr)
    refused = errors or (request.strict and warnings)
    return ExitCode.TOO_MANY_REJECTED if refused else ExitCode.DONE


def _files(request: ValidateRequest) -> tuple[list[Path], WrittenSet | None]:
    """Training first, then what is compared with it; and the manifest that names them, where there is one."""
    more = [request.validation] if request.validation else []
    if not request.path.is_dir():
        written = read_manifest(request.path.parent)
        named = written if written and request.path.name in written.digests else None
        return [request.path, *more], named
    written = read_manifest(request.path)
    if written is None or not written.digests:
        said = "{path} holds no manifest.json; name a file, or the folder that a run or prepare wrote"
        raise ConfigError(Sentence(said, path=request.path))
    return [*(request.path / Path(name).name for name in written.digests), *more], written


def _target(request: ValidateRequest, written: WrittenSet | None, path: Path) -> Target:
    if request.target == BATCH.name or (not request.target and not written and looks_like_batch(path)):
        return BATCH
    name = request.target or (written.target if written else "")
    if not name:
        said = "no manifest beside {path} says where it goes; name it with --target: {names}"
        raise ConfigError(Sentence(said, path=path, names=", ".join([*target_names(), BATCH.name])))
    return load_target(name)


class _Shown:
    """Prints findings, and counts those that are too many of a kind to be read."""

    def __init__(self, request: ValidateRequest, *, several: bool) -> None:
        self._json, self._several = request.json, several
        self._most = request.most if request.most is not None else (0 if request.json else SHOWN_FOR_PEOPLE)

    def show(self, path: Path, findings: Iterable[Finding]) -> None:
        seen = Counter[str]()
        for finding in findings:
            seen[finding.code] += 1
            if self._most and seen[finding.code] > self._most:
                continue
            if self._json:
                line = {"line": finding.line, "code": finding.code, "level": finding.level, "message": finding.message}
                line |= {"file": path.name} if self._several else {}
                print(json.dumps(line, ensure_ascii=False))
            else:
                place = f"{path.name}:{finding.line}" if finding.line else path.name
                print(f"{safe(place)}: {tr(finding.level)} [{finding.code}] {safe(tr(finding.message))}")
        hidden = {code: count - self._most for code, count in seen.items() if self._most and count > self._most}
        for code, count in hidden.items():
            print(
                tr("{count} more findings of {code}; --max 0 shows all", count=f"{count:,}", code=code), file=sys.stderr
            )


def _summarize(path: Path, target: Target, counts: Tally, *, is_first: bool) -> None:
    sizes = {"lines": f"{counts.lines:,}", "bytes": f"{counts.size_bytes:,}"}
    said = [tr("{file}: {lines} lines, {bytes} bytes", file=safe(path.name), **sizes)]
    if counts.counted:
        told = "tokens ({encoding}): {total} in all; shortest {least}, median {median}, 95% up to {p95}, longest {most}"
        shares = {"least": 0.0, "median": 0.5, "p95": 0.95, "most": 1.0}
        values = {name: f"{counts.quantile(share):,}" for name, share in shares.items()}
        said.append(tr(told, encoding=target.encoding, total=f"{counts.tokens:,}", **values))
    # A validation file is not trained on.
    if is_first and counts.counted and target is not BATCH and not is_validation(path.name):
        epochs = assumed_epochs(target, counts.counted)
        said.append(tr("about {epochs} epochs where nothing else is asked for", epochs=epochs))
        costs = training_costs(target, counts, datetime.now(UTC).date())
        if costs:
            prices = ", ".join(f"{model} ${cost:,.2f}" for model, cost in costs.items())
            told = "training would cost about: {prices} (prices of {date})"
            said.append(tr(told, prices=prices, date=target.verified_on))
    print("\n".join(said), file=sys.stderr)
