"""A job from the first look to its end: live on a terminal, as lines elsewhere, and again after days."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from corpus_to_ft.cli.look import safe
from corpus_to_ft.cli.tune_display import Watch, local, watching
from corpus_to_ft.cli.tune_jobs import as_json as job_json
from corpus_to_ft.cli.tune_jobs import driver, failed, find_job, tell, tuner_of
from corpus_to_ft.errors import CorpusToFtError, ExitCode
from corpus_to_ft.home import home
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.llm.sdk import one_line
from corpus_to_ft.store.jobs import JobLedger
from corpus_to_ft.targets import load_target
from corpus_to_ft.tune.base import ResultPoint, Tuner
from corpus_to_ft.tune.planning import last_day_of
from corpus_to_ft.tune.report import Outcome, write_outcome
from corpus_to_ft.tune.stage import Driver
from corpus_to_ft.tuning import BEFORE_THE_JOB, TuneEvent, TuneJob

WIDEST = 10_000
LISTED_COLUMNS = ("job", "state", "target", "model", "tuned model", "cost", "planned_at")


def follow_again(name: str, *, poll_s: float, as_json: bool) -> int:
    """The command `follow`: in a new process, from the ledger alone."""
    with JobLedger.open(home()) as ledger:
        job = find_job(ledger, name)
    return follow_job(job.id, poll_s=poll_s, as_json=as_json, wait=True)


def follow_job(name: str, *, poll_s: float, as_json: bool, wait: bool) -> int:
    """Exit code 4 (TuneError) for a job that ended and did not succeed."""
    with JobLedger.open(home()) as ledger:
        job = find_job(ledger, name)
        with closing(tuner_of(job)) as tuner:
            if not job.has_ended and wait:
                job = _watched(job, tuner, ledger, poll_s)
            elif not job.has_ended:
                _how_to_come_back(job)
            if job.has_ended and job.remote_id:
                _bring_home(job, tuner, driver(tuner, ledger, poll_s))
    if as_json:
        print(json.dumps(job_json(job), ensure_ascii=False))
    elif job.has_ended:
        _print_end(job)
    if job.state in ("failed", "cancelled"):
        raise failed(job)
    return ExitCode.DONE


def _watched(job: TuneJob, tuner: Tuner, ledger: JobLedger, poll_s: float) -> TuneJob:
    if job.state in BEFORE_THE_JOB:
        tell(Sentence("this job was never started; the command that began it goes on: corpus-to-ft tune start"))
        return job
    _how_to_come_back(job)
    seen = Watch(tell)
    try:
        with watching(seen):
            return driver(tuner, ledger, poll_s).follow(job, seen.show)
    except (SystemExit, KeyboardInterrupt):
        tell(Sentence("the job goes on at the host"))
        _how_to_come_back(job)
        raise


def _how_to_come_back(job: TuneJob) -> None:
    said = (
        "job {id} ({remote}): follow it with  corpus-to-ft tune follow {id}  end it with  corpus-to-ft tune cancel {id}"
    )
    tell(Sentence(said, id=job.id[:8], remote=job.remote_id))


def _bring_home(job: TuneJob, tuner: Tuner, drives: Driver) -> None:
    """The figures of the training, beside the data set; a job is no less done where they cannot be had."""
    folder = Path(job.out) / "tuning"
    if (folder / f"{job.id}.json").is_file():
        return
    try:
        points: Iterable[ResultPoint] = tuner.results(job) if job.state == "succeeded" else ()
        drives.heard(job)
        outcome = Outcome(job=job, points=tuple(points), events=tuple(drives.ledger.events(job.id)))
        written = write_outcome(folder, outcome)
    except CorpusToFtError as error:
        tell(error.sentence)
        return
    tell(Sentence("the course of the training: {path}", path=written))


def _print_end(job: TuneJob) -> None:
    if job.state == "succeeded":
        print(tr("tuned model: {model}", model=safe(job.tuned_model)))
        if job.tuned_model:
            print(tr('ask it: corpus-to-ft ask {id} "…"', id=job.id[:8]))
            last_day = last_day_of(load_target(job.target), job)
            if last_day:
                print(tr("it answers until {date}, the last day of {model}", date=last_day, model=safe(job.model)))


def print_jobs(*, as_json: bool) -> int:
    with JobLedger.open(home()) as ledger:
        jobs = ledger.jobs()
    if as_json:
        for job in jobs:
            print(json.dumps(job_json(job), ensure_ascii=False))
        return ExitCode.DONE
    if not jobs:
        print(tr("there are no jobs"))
        return ExitCode.DONE
    rows = [
        (
            job.id[:8], tr(job.state), job.target, job.model, job.tuned_model,
            "" if job.cost is None else f"${job.cost:,.2f}", job.planned_at[:16],
        )
        for job in jobs
    ]  # fmt: skip
    print_table(LISTED_COLUMNS, rows)
    return ExitCode.DONE


def show_job(name: str, *, as_json: bool) -> int:
    """What the host says now; where it does not answer, what is known here."""
    with JobLedger.open(home()) as ledger:
        job = find_job(ledger, name)
        with closing(tuner_of(job)) as tuner:
            try:
                job = driver(tuner, ledger, 1.0).look(job)
            except CorpusToFtError as error:
                tell(error.sentence)
        steps = ledger.steps(job.id)
    if as_json:
        told = [{"at": step.at, "state": step.state, "status": step.status, "note": step.note} for step in steps]
        print(json.dumps({**job_json(job), "steps": told}, ensure_ascii=False))
        return ExitCode.DONE
    known = job_json(job)
    shown = {name: value for name, value in known.items() if name != "files" and value not in ("", None, {})}
    print_table(("", ""), [(tr(key), str(value)) for key, value in shown.items()])
    print_table(
        (tr("file"), "ID", tr("lines"), tr("tokens"), tr("bytes")),
        [(file.name, file.remote_id, f"{file.lines:,}", f"{file.tokens:,}", f"{file.size:,}") for file in job.files],
    )
    print_table(
        (tr("time"), tr("state"), tr("status"), ""), [(s.at[:19], tr(s.state), s.status, s.note) for s in steps]
    )
    return ExitCode.DONE


def print_events(name: str, *, as_json: bool) -> int:
    with JobLedger.open(home()) as ledger:
        job = find_job(ledger, name)
        with closing(tuner_of(job)) as tuner:
            try:
                if job.state not in BEFORE_THE_JOB:
                    driver(tuner, ledger, 1.0).news(job)
            except CorpusToFtError as error:
                tell(error.sentence)
                if not ledger.events(job.id):
                    raise
                tell(Sentence("what was seen of it so far:"))
        told = ledger.events(job.id)
    for event in told:
        print(json.dumps(event_json(event), ensure_ascii=False) if as_json else event_line(event))
    if not told:
        tell(Sentence("there are none"))
    return ExitCode.DONE


def event_json(event: TuneEvent) -> dict[str, Any]:
    return {
        "id": event.id, "at": event.at, "level": event.level, "kind": event.kind, "message": event.message,
        "metrics": dict(event.metrics),
    }  # fmt: skip


def event_line(event: TuneEvent) -> str:
    level = "" if event.level == "info" else f"{tr(event.level)}: "
    return safe(f"{local(event.at)}  {level}{event.message}")


def change(name: str, what: Literal["cancel", "pause", "resume"], *, as_json: bool) -> int:
    with JobLedger.open(home()) as ledger:
        job = find_job(ledger, name)
        with closing(tuner_of(job)) as tuner:
            drives = driver(tuner, ledger, 1.0)
            job = {"cancel": drives.cancel, "pause": drives.pause, "resume": drives.resume}[what](job)
    if as_json:
        print(json.dumps(job_json(job), ensure_ascii=False))
    else:
        print(tr("job {id}: {state} ({status})", id=job.id[:8], state=tr(job.state), status=safe(job.status)))
    return ExitCode.DONE


def print_checkpoints(name: str, *, as_json: bool) -> int:
    with JobLedger.open(home()) as ledger:
        job = find_job(ledger, name)
    with closing(tuner_of(job)) as tuner:
        found = tuner.checkpoints(job)
    if as_json:
        for one in found:
            told = {"id": one.id, "step": one.step, "model": one.model, "at": one.at, "metrics": dict(one.metrics)}
            print(json.dumps(told, ensure_ascii=False))
        return ExitCode.DONE
    rows = [(str(one.step), one.model, ", ".join(f"{k} {v:.4f}" for k, v in one.metrics.items())) for one in found]
    print_table((tr("step"), tr("model"), tr("metrics")), rows)
    return ExitCode.DONE


def print_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A table, or where the terminal is too narrow for it a block of lines each: what is cut up cannot be copied."""
    from rich.console import Console
    from rich.markup import escape
    from rich.measure import Measurement
    from rich.table import Table

    shown = [tr(heading) for heading in headings]
    cells = [[one_line(safe(cell)) for cell in row] for row in rows]
    table = Table(show_header=any(shown), box=None if not any(shown) else Table().box)
    for heading in shown:
        table.add_column(heading, overflow="fold")
    for row in cells:
        table.add_row(*(escape(cell) for cell in row))
    console = Console()
    needed = Measurement.get(console, console.options.update(max_width=WIDEST), table).maximum
    if not console.is_terminal:
        # A file or a program has no width.
        Console(width=max(needed, 1)).print(table)
    elif any(shown) and needed > console.width:
        for row in cells:
            print("\n".join(f"{heading}: {cell}" for heading, cell in zip(shown, row, strict=True) if cell), end="\n\n")
    else:
        console.print(table)
