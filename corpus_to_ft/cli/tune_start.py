"""`tune start`: everything that is asked and said before money is spent, then the sending."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus_to_ft.cli.tune_follow import follow_job
from corpus_to_ft.cli.tune_jobs import as_json, driver, tell
from corpus_to_ft.errors import BudgetReached, ConfigError, Declined, ExitCode, ProviderError
from corpus_to_ft.home import home
from corpus_to_ft.language import Sentence, joined, tr
from corpus_to_ft.records import Target
from corpus_to_ft.settings import make_tuner
from corpus_to_ft.store.jobs import JobLedger
from corpus_to_ft.tune.base import TrainingNotAvailable, Tuner
from corpus_to_ft.tune.planning import (
    Checked,
    DataSet,
    Wish,
    check_dates,
    check_files,
    find_data,
    known_model,
    last_day_of,
    plan_job,
    takers,
)
from corpus_to_ft.tuning import BEFORE_THE_JOB, TuneJob
from corpus_to_ft.validate.base import Finding

SHOWN_FINDINGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """The options of `tune start`, as given."""

    wish: Wish
    start_from: str
    settings: Mapping[str, Any]
    base_url: str
    api_key_env: str
    max_cost: float | None
    anyway: bool
    again: bool
    yes: bool
    follow: bool
    dry_run: bool
    poll_s: float
    json: bool


def assigned(given: Sequence[str], option: str, *, as_text: bool = False) -> dict[str, Any]:
    """`NAME=VALUE`, where a value is read as in TOML if it can be."""
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ConfigError(Sentence("{option} wants NAME=VALUE, it was given {text!r}", option=option, text=text))
        try:
            found[name.strip()] = value if as_text else tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[name.strip()] = value
    return found


def start_job(request: StartRequest) -> int:
    """Returns the exit code."""
    data = find_data(request.wish)
    with JobLedger.open(home()) as ledger, ExitStack() as stack:
        model = _model(request, ledger)
        tuner = make_tuner(
            data.target, base_url=request.base_url, api_key_env=request.api_key_env, fields=request.settings
        )
        stack.enter_context(closing(tuner))
        files = list(check_files(data))
        job = plan_job(
            request.wish, data, files, model=model, base_url=tuner.base_url, api_key_env=tuner.api_key_env,
            settings=request.settings, shaping=tuner.shaping,
        )  # fmt: skip
        with ledger.working_on(job.content):
            known = _known(job, ledger, request)
            if known is None:
                _examine(request, data, files, job, tuner)
                _say_price(job, data.target)
                if request.dry_run:
                    return _print(job, request)
                _agree(job, request, tuner)
                known = ledger.save(job)
            elif request.dry_run:
                return _print(known, request)
            elif known.state in BEFORE_THE_JOB:
                _bound(job, request)
            sent = _send(known, data.target, tuner, ledger, request)
    return follow_job(sent.id, poll_s=request.poll_s, as_json=request.json, wait=request.follow)


def _model(request: StartRequest, ledger: JobLedger) -> str:
    if request.start_from:
        job = ledger.job(request.start_from)
        if job and not job.tuned_model:
            raise ConfigError(Sentence("the job {id} has no tuned model yet", id=job.id))
        return job.tuned_model if job else request.start_from
    if not request.wish.model:
        raise ConfigError(Sentence("name the base model with --model, or with --from a tuned one to go on from"))
    return request.wish.model


def _known(job: TuneJob, ledger: JobLedger, request: StartRequest) -> TuneJob | None:
    """A job that wishes the same and is under way, or has been trained."""
    same = ledger.jobs_of(job.content)
    unfinished = [known for known in same if not known.has_ended]
    if unfinished:
        tell(Sentence("going on with the job {id} ({state})", id=unfinished[-1].id, state=tr(unfinished[-1].state)))
        return unfinished[-1]
    trained = [known for known in same if known.state == "succeeded"]
    if trained and not request.again:
        said = "this very job has been trained already: {model}; --again trains it once more and costs again"
        tell(Sentence(said, model=trained[-1].tuned_model))
        return trained[-1]
    return None


def _examine(request: StartRequest, data: DataSet, files: Sequence[Checked], job: TuneJob, tuner: Tuner) -> None:
    """Says what is wrong; raises ConfigError where the host would refuse it, or nobody would want it."""
    found = [*_dates(data.target, job, tuner, request), *tuner.check(job)]
    for finding in found:
        _show(finding, "")
    refused = sum(finding.level == "error" for finding in found)
    for each in files:
        for finding in each.findings[:SHOWN_FINDINGS]:
            _show(finding, Path(each.file.path).name)
        refused += each.refused
    if not refused:
        return
    if request.anyway:
        tell(Sentence("{count} faults, and the job is started all the same (--anyway)", count=refused))
        return
    said = (
        "{count} faults; nothing was sent. See all: corpus-to-ft validate {path} --target {target}. "
        "Repair: corpus-to-ft prepare {path} --target {target}. In spite of them: --anyway"
    )
    raise ConfigError(Sentence(said, count=refused, path=data.training, target=data.target.name))


def _dates(target: Target, job: TuneJob, tuner: Tuner, request: StartRequest) -> Iterator[Finding]:
    # Another address has other last days than the target's own.
    is_own = job.base_url == target.base_url.rstrip("/")
    shutdown = last_day_of(target, job)
    if tuner.is_remote:
        try:
            said = tuner.model(job.model)
            if said is None and not known_model(target, job.model):
                told = "neither this program's table nor {host} tells of a model {model}; is its name right?"
                yield Finding(0, "model_unknown", "warning", Sentence(told, host=job.base_url, model=job.model))
        except (ProviderError, ConfigError) as away:
            # What is only looked at needs no key.
            if isinstance(away, ConfigError) and not request.dry_run:
                raise
            tell(away.sentence)
            said = None
        shutdown = (said.shutdown if said else "") or shutdown
    yield from check_dates(
        target if is_own else replace(target, closes=""), job.model, shutdown, datetime.now(UTC).date()
    )


def _show(finding: Finding, where: str) -> None:
    place = f"{where}:{finding.line}: " if finding.line else f"{where}: " if where else ""
    print(f"{tr(finding.level)}: {place}{tr(finding.message)} [{finding.code}]", file=sys.stderr)


def _say_price(job: TuneJob, target: Target) -> None:
    training = job.files[0]
    tell(
        Sentence(
            "{lines:,} lines, {tokens:,} tokens in {encoding}, {size:,} bytes to {target}, model {model}",
            lines=training.lines, tokens=training.tokens, encoding=target.encoding, size=training.size,
            target=target.name, model=job.model,
        )
    )  # fmt: skip
    tell(price_of(job))
    if target.served:
        tell(Sentence("served {how}", how=target.served))


def price_of(job: TuneJob) -> Sentence:
    """What the training costs, with the epochs it was reckoned with and the date of the price."""
    asked = job.hyperparameters.get("epochs")
    epochs = asked if isinstance(asked, int) else job.epochs_assumed or 1
    if isinstance(asked, int):
        over = Sentence("{epochs} epochs", epochs=epochs)
    else:
        over = Sentence("{epochs} epochs, which is assumed: the host decides (--epochs N)", epochs=epochs)
    if job.cost is None:
        return Sentence("cost: unknown, no price of training {model} is known here; {over}", model=job.model, over=over)
    said = "cost: ${cost:,.2f} for {over} (prices of {date})"
    return Sentence(said, cost=job.cost, over=over, date=job.price_date)


def _agree(job: TuneJob, request: StartRequest, tuner: Tuner) -> None:
    """Raises BudgetReached above the bound, ConfigError where nobody agrees."""
    if not tuner.is_remote:
        return
    _bound(job, request)
    if request.yes:
        return
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        said = "{price}; nobody is at the terminal to agree: add --yes. Nothing was sent"
        raise ConfigError(Sentence(said, price=price_of(job)))
    print(tr("Start the training? Type yes: "), end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("yes", "예", "네"):
        raise Declined(Sentence("stopped before anything was sent; nothing was spent"))


def _bound(job: TuneJob, request: StartRequest) -> None:
    if request.max_cost is None:
        return
    if job.cost is None:
        said = "--max-cost cannot be kept: no price of training {model} is known here; leave it out to go on"
        raise ConfigError(Sentence(said, model=job.model))
    if job.cost > request.max_cost:
        said = "{price}; that is above --max-cost {most}; the training is not started"
        raise BudgetReached(Sentence(said, price=price_of(job), most=request.max_cost))


def _send(job: TuneJob, target: Target, tuner: Tuner, ledger: JobLedger, request: StartRequest) -> TuneJob:
    try:
        return driver(tuner, ledger, request.poll_s).send(job)
    except TrainingNotAvailable as error:
        raise TrainingNotAvailable(_what_now(error, ledger.job(job.id) or job, target)) from error


def _what_now(error: TrainingNotAvailable, job: TuneJob, target: Target) -> Sentence:
    """What a refused account means, where its files are, and who else takes them."""
    means = Sentence(
        "this account may not start training jobs any more; nothing was charged, and asking again is no use"
    )
    files = ", ".join(file.remote_id for file in job.files if file.remote_id)
    delete = Sentence(
        "the uploaded files are still there ({files}); take them away: corpus-to-ft files delete ID", files=files
    )
    names = ", ".join(takers(target, datetime.now(UTC).date()))
    others = Sentence(
        "these targets take the same lines: {names} (corpus-to-ft tune start … --target NAME)", names=names
    )
    return joined([error.sentence, means, *([delete] if files else []), *([others] if names else [])])


def _print(job: TuneJob, request: StartRequest) -> int:
    if request.json:
        print(json.dumps(as_json(job), ensure_ascii=False))
    return ExitCode.DONE
