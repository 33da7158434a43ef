"""What all commands about hosts share: finding a job, reaching its host, and the same words about it."""

from __future__ import annotations

import sys
from typing import Any

from corpus_to_ft.cli.look import safe
from corpus_to_ft.errors import ConfigError, TuneError
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.settings import make_tuner
from corpus_to_ft.store.jobs import JobLedger
from corpus_to_ft.targets import load_target, target_names
from corpus_to_ft.tune.base import Tuner
from corpus_to_ft.tune.stage import Driver, Manners
from corpus_to_ft.tuning import TuneJob

# A quick look means a quick host.
LISTED_S = 5.0
SHOWN_JOBS = 10


def tell(sentence: Sentence) -> None:
    print(safe(tr(sentence)), file=sys.stderr, flush=True)


def find_job(ledger: JobLedger, name: str) -> TuneJob:
    """Raises ConfigError where no job, or more than one, is called so."""
    found = ledger.jobs_called(name)
    if len(found) > 1:
        said = "{name!r} may mean several jobs: {ids}"
        raise ConfigError(Sentence(said, name=name, ids=", ".join(job.id for job in found[:SHOWN_JOBS])))
    if not found:
        raise ConfigError(Sentence("there is no job {name!r}; see: corpus-to-ft tune list", name=name))
    return found[0]


def tuner_of(job: TuneJob) -> Tuner:
    """How the host of a job is reached again."""
    return make_tuner(load_target(job.target), base_url=job.base_url, api_key_env=job.api_key_env, fields=job.settings)


def tuner_for(target: str, base_url: str, api_key_env: str, ledger: JobLedger) -> Tuner:
    """The host that was named, else that of the job planned last."""
    latest = ledger.job("latest")
    if not target and latest and not base_url:
        return tuner_of(latest)
    if not target and not base_url:
        said = "name the host with --target; there are: {names}"
        raise ConfigError(Sentence(said, names=", ".join(name for name in target_names() if load_target(name).tuner)))
    return make_tuner(load_target(target or "openai-chat"), base_url=base_url, api_key_env=api_key_env, fields={})


def driver(tuner: Tuner, ledger: JobLedger, poll_s: float) -> Driver:
    manners = Manners(first_pause_s=poll_s, listed_s=min(LISTED_S, poll_s))
    return Driver(tuner=tuner, ledger=ledger, manners=manners, tell=tell)


def as_json(job: TuneJob) -> dict[str, Any]:
    """The names of the first four are fixed: others read them."""
    return {
        "job": job.id,
        "remote_id": job.remote_id,
        "state": job.state,
        "files": [
            {
                "role": file.role, "id": file.remote_id, "name": file.name, "bytes": file.size, "sha256": file.sha256,
                "lines": file.lines, "tokens": file.tokens,
            }
            for file in job.files
        ],
        "status": job.status,
        "target": job.target,
        "model": job.model,
        "tuned_model": job.tuned_model,
        "base_url": job.base_url,
        "method": job.method,
        "hyperparameters": dict(job.hyperparameters),
        "suffix": job.suffix,
        "cost": job.cost,
        "epochs_assumed": job.epochs_assumed,
        "price_date": job.price_date,
        "trained_tokens": job.trained_tokens,
        "planned_at": job.planned_at,
        "finished_at": job.finished_at,
        "problem_code": job.problem_code,
        "problem": job.problem,
        "out": job.out,
    }  # fmt: skip


def failed(job: TuneJob) -> TuneError:
    """What a job that has not succeeded says."""
    if job.state == "cancelled":
        return TuneError(Sentence("the job {id} was cancelled", id=job.remote_id or job.id))
    why = ": ".join(word for word in (job.problem_code, job.problem) if word) or job.status
    return TuneError(Sentence("the job {id} failed: {why}", id=job.remote_id or job.id, why=safe(why)))
