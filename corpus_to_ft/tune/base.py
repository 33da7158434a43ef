"""The contract of a tuner: the single calls to one kind of host. `stage.py` puts them in order and loses none.

A tuner never opens the ledger, never retries what creates something and never waits: it makes one call and says what
came of it. Its errors are three, and whoever drives it relies on them:

- `Away`: the host failed, or nobody knows whether the call arrived. The job stays as it is; what may have been made is
  looked for before it is made again. `wait_s` is what the host asked to wait.
- `TuneError`, or its child `TrainingNotAvailable`: the host refuses this job for good.
- `ConfigError`, `BudgetReached`: a key, an address, a quota; the user can change it and continue.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr

from corpus_to_ft.errors import ConfigError, TuneError
from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import Plugin
from corpus_to_ft.tuning import TrainingFile, TuneEvent, TuneJob, TuneState
from corpus_to_ft.validate.base import Finding

# What a job of ours carries at a host that keeps words beside it; its value is `TuneJob.id`.
JOB_KEY = "corpus_to_ft_job"
# No figure of a training is as large; nor is NaN below it.
MOST_FIGURE = 1e30


class TrainingNotAvailable(TuneError):
    """The host starts no job for this account, whatever the files; known by the code of its refusal, never by text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a job stands at the host. `state` is None where its `status` is a word that nobody knows.

    `problem` is set only for what went wrong; hosts send empty ones with healthy jobs.
    """

    id: str
    status: str
    state: TuneState | None
    tuned_model: str = ""
    trained_tokens: int | None = None
    estimated_finish: str = ""
    finished_at: str = ""
    problem_code: str = ""
    problem: str = ""
    result_files: tuple[str, ...] = ()
    hyperparameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPoint:
    """One line of the metrics that remain of a job, by the host's names."""

    step: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A model saved on the way."""

    id: str
    step: int
    model: str
    at: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedModel:
    """A model at a host; `shutdown` is an ISO date or empty."""

    id: str
    owner: str = ""
    created_at: str = ""
    shutdown: str = ""
    is_tuned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedFile:
    """A file at a host."""

    id: str
    name: str
    size: int
    purpose: str = ""
    created_at: str = ""
    status: str = ""
    expires_at: str = ""


def numbers(data: object) -> dict[str, float]:
    """The figures among what a host tells; nothing that is no number, or none that is finite."""
    members = data.items() if isinstance(data, Mapping) else ()
    return {
        str(name): value
        for name, value in members
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < MOST_FIGURE
        and str(name).isprintable()
    }


class Tuner(Plugin):
    """One host, reached by `base_url` with the key in the variable `api_key_env`.

    `api_key` is put in by whoever reads the environment, and is in no dump and no fingerprint. `states` translates the
    host's words; `is_remote` is False for those that only write files on this machine. `shaping`
    names the fields that make another model; with other addresses, times and sizes of parts it is the same job.
    """

    states: ClassVar[Mapping[str, TuneState]] = {}
    purpose: ClassVar[str] = "fine-tune"
    is_remote: ClassVar[bool] = True
    shaping: ClassVar[frozenset[str]] = frozenset()

    base_url: str = ""
    api_key_env: str = "OPENAI_API_KEY"
    api_key: SecretStr | None = Field(default=None, exclude=True, repr=False)
    timeout_s: float = Field(default=600, gt=0)

    def state_of(self, status: str) -> TuneState | None:
        """None for a word that nobody knows: such a job goes on."""
        return self.states.get(status) or self.states.get(status.lower())

    @abstractmethod
    def check(self, job: TuneJob) -> Iterator[Finding]:
        """What this host would refuse in the job, told without any call: epochs, suffix, methods, sizes, names.

        The lines of the files are checked by `validate`.
        """

    @abstractmethod
    def upload(self, file: TrainingFile, path: Path) -> str:
        """Sends the bytes at `path` under the name `file.name`, once; the id by which a job names them."""

    @abstractmethod
    def find_file(self, file: TrainingFile, since: datetime) -> str | None:
        """The id of a whole file of this name and size, not much older than `since`, where the host has it."""

    @abstractmethod
    def has_file(self, file_id: str) -> bool:
        """Whether a job can still name this file: not deleted, not expired."""

    @abstractmethod
    def create(self, job: TuneJob) -> Standing:
        """Asks for the job, once; all of its files have a `remote_id`. It carries `job.id` where the host allows."""

    @abstractmethod
    def find_job(self, job: TuneJob, since: datetime) -> Standing | None:
        """The job that carries `job.id`, or was made of its files since then, where the host has it."""

    @abstractmethod
    def look(self, job: TuneJob) -> Standing | None:
        """None where the host knows no such job."""

    @abstractmethod
    def cancel(self, job: TuneJob) -> Standing | None:
        """Ends it at the host; one that has ended stays as it is. None where the host knows no such job."""

    def events(self, job: TuneJob, after: str = "") -> Iterator[TuneEvent]:
        """Oldest first, those after the event with the id `after`; nothing where the host tells none."""
        del job, after
        yield from ()

    def results(self, job: TuneJob) -> Sequence[ResultPoint]:
        """The metrics of a job that has succeeded; nothing where the host keeps none."""
        del job
        return ()

    def pause(self, job: TuneJob) -> Standing:
        raise self._lacks(Sentence("pausing a job"), job)

    def resume(self, job: TuneJob) -> Standing:
        raise self._lacks(Sentence("resuming a job"), job)

    def checkpoints(self, job: TuneJob) -> Sequence[Checkpoint]:
        del job
        return ()

    def model(self, model_id: str) -> HostedModel | None:
        """What the host says of one model; None where it says nothing."""
        del model_id
        return None

    def models(self) -> Iterator[HostedModel]:
        raise self._lacks(Sentence("a list of models"))

    def delete_model(self, model_id: str) -> None:
        del model_id
        raise self._lacks(Sentence("deleting a model"))

    def files(self) -> Iterator[HostedFile]:
        raise self._lacks(Sentence("a list of files"))

    def delete_file(self, file_id: str) -> None:
        del file_id
        raise self._lacks(Sentence("deleting a file"))

    def close(self) -> None:
        """Ends connections."""

    def _lacks(self, what: Sentence, job: TuneJob | None = None) -> ConfigError:
        said = "{host} has no call for {what}; do it on its page"
        return ConfigError(Sentence(said, host=job.target if job else self.name, what=what))
