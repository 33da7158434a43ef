"""OpenAI and everybody who serves `files` and `fine_tuning/jobs` as it does: Azure, Nebius and others, by `base_url`.

The official client sends no idempotency key with any call, so what creates something is sent once, without a retry of
the client's; `stage.py` looks for it before it is sent again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr

from corpus_to_ft.errors import ConfigError, CorpusToFtError, TuneError
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.llm.chat.server import ChatServer
from corpus_to_ft.llm.sdk import SdkServer, id_of, recent, seconds_of
from corpus_to_ft.targets import load_target
from corpus_to_ft.tune.base import (
    JOB_KEY,
    Checkpoint,
    HostedFile,
    HostedModel,
    ResultPoint,
    Standing,
    TrainingNotAvailable,
    Tuner,
    numbers,
)
from corpus_to_ft.tune.openai_limits import check_openai_job
from corpus_to_ft.tune.results import read_results
from corpus_to_ft.tuning import TrainingFile, TuneEvent, TuneJob, TuneState, mark_of
from corpus_to_ft.validate.base import Finding

if TYPE_CHECKING:
    from openai import APIStatusError
    from openai.types.fine_tuning import FineTuningJob

MODERATION = "moderation_checks"
NOT_AVAILABLE = "training_not_available"
# Refusals of the job itself; what is missing here concerns the key, the account or the moment.
FOR_GOOD = (400, 404, 413, 422)
MB = 1_000_000
# A part as the uploads interface takes it.
PART_BYTES = 64 * 2**20
# A job without our mark that is older than our wish by more than this is not ours; clocks differ.
CLOCK_S = 600
# These hosts want `hyperparameters` beside `model`, under their own names, and know no `method`.
FLAT_HOSTS = (".nebius.com",)
NAMES = {"epochs": "n_epochs"}


class OpenaiCompatibleTuner(Tuner):
    """`auth` says in which header the key goes; Azure's addresses are known. Larger files go in parts."""

    states: ClassVar[Mapping[str, TuneState]] = {
        "validating_files": "waiting",
        "queued": "waiting",
        "pending": "waiting",
        "running": "running",
        "succeeded": "succeeded",
        "failed": "failed",
        "cancelled": "cancelled",
    }

    base_url: str = "https://api.openai.com/v1"
    auth: Literal["bearer", "api-key"] = "bearer"
    headers: Mapping[str, str] = Field(default_factory=dict)
    query: Mapping[str, str] = Field(default_factory=dict)
    parts_above_mb: float = Field(default=512, gt=0)
    _reached: SdkServer | None = PrivateAttr(default=None)

    def check(self, job: TuneJob) -> Iterator[Finding]:
        yield from check_openai_job(job, load_target(job.target))

    def upload(self, file: TrainingFile, path: Path) -> str:
        about = Sentence("the upload of {name}", name=file.name)
        if file.size > self.parts_above_mb * MB:
            return self._upload_in_parts(file, path, about)
        return self._sdk.upload(path, file.name, self.purpose, about)

    def _upload_in_parts(self, file: TrainingFile, path: Path, about: Sentence) -> str:
        """There is no file before the last call; parts of one that broke off are forgotten by the host."""
        sdk = self._sdk
        with sdk.speaking(about, self._for_good), path.open("rb") as data:
            purpose: Any = self.purpose
            begun = sdk.patient.uploads.create(
                bytes=file.size, filename=file.name, mime_type="application/jsonl", purpose=purpose
            )
            parts = [
                sdk.patient.uploads.parts.create(begun.id, data=part).id
                for part in iter(lambda: data.read(PART_BYTES), b"")
            ]
            made = sdk.once.uploads.complete(begun.id, part_ids=parts)
            return id_of(made.file)

    def find_file(self, file: TrainingFile, since: datetime) -> str | None:
        return self._sdk.find_file(file.name, file.size, self.purpose, since, mark=mark_of(file.sha256))

    def has_file(self, file_id: str) -> bool:
        from openai import NotFoundError

        with self._sdk.speaking(Sentence("a look at a file")):
            try:
                found = self._sdk.patient.files.retrieve(file_id)
            except NotFoundError:
                return False
            ends = seconds_of(found.expires_at)
            return str(found.status) not in ("error", "deleted") and not (ends and ends < datetime.now(UTC).timestamp())

    def create(self, job: TuneJob) -> Standing:
        with self._sdk.speaking(Sentence("the creation of a job"), self._for_good):
            # The client's types name the known values; hosts have others.
            return self._standing(self._sdk.once.fine_tuning.jobs.create(**cast(Any, self.asked(job))))

    def asked(self, job: TuneJob) -> dict[str, Any]:
        """What is said to the host: nothing that was not asked for, so that its own defaults hold."""
        given = {NAMES.get(name, name): value for name, value in job.hyperparameters.items()}
        said: dict[str, Any] = {"model": job.model, "training_file": job.files[0].remote_id}
        validation = job.file("validation")
        if validation:
            said["validation_file"] = validation.remote_id
        if self._is_flat:
            said.update({"hyperparameters": given} if given else {})
        elif given or job.method != "supervised":
            said["method"] = {"type": job.method, job.method: {"hyperparameters": given}}
        said.update({"suffix": job.suffix} if job.suffix else {})
        said.update({"seed": job.seed} if job.seed is not None else {})
        said.update({"integrations": [{"type": "wandb", "wandb": {"project": job.wandb}}]} if job.wandb else {})
        if load_target(job.target).metadata:
            said["metadata"] = {**job.metadata, JOB_KEY: job.id}
        return said

    @property
    def _is_flat(self) -> bool:
        return (urlsplit(self.base_url).hostname or "").endswith(FLAT_HOSTS)

    def find_job(self, job: TuneJob, since: datetime) -> Standing | None:
        with self._sdk.speaking(Sentence("the list of jobs")):
            for found in recent(self._sdk.patient.fine_tuning.jobs.list(), since):
                if _is_ours(found, job, since):
                    return self._standing(found)
        return None

    def look(self, job: TuneJob) -> Standing | None:
        """Asked once: whoever follows a job waits by itself, and can be interrupted while it does."""
        from openai import NotFoundError

        with self._sdk.speaking(Sentence("a look at a job")):
            try:
                return self._standing(self._sdk.once.fine_tuning.jobs.retrieve(job.remote_id))
            except NotFoundError:
                return None

    def cancel(self, job: TuneJob) -> Standing | None:
        from openai import BadRequestError, ConflictError, NotFoundError

        with self._sdk.speaking(Sentence("the end of a job")):
            try:
                return self._standing(self._sdk.patient.fine_tuning.jobs.cancel(job.remote_id))
            except NotFoundError:
                return None
            except (BadRequestError, ConflictError):
                # It has ended by itself.
                return self._standing(self._sdk.patient.fine_tuning.jobs.retrieve(job.remote_id))

    def pause(self, job: TuneJob) -> Standing:
        with self._sdk.speaking(Sentence("pausing a job"), self._for_good):
            return self._standing(self._sdk.patient.fine_tuning.jobs.pause(job.remote_id))

    def resume(self, job: TuneJob) -> Standing:
        with self._sdk.speaking(Sentence("resuming a job"), self._for_good):
            return self._standing(self._sdk.patient.fine_tuning.jobs.resume(job.remote_id))

    def events(self, job: TuneJob, after: str = "") -> Iterator[TuneEvent]:
        """The host lists the newest first, over pages."""
        newer: list[TuneEvent] = []
        with self._sdk.speaking(Sentence("the events of a job")):
            for told in self._sdk.once.fine_tuning.jobs.list_events(job.remote_id, limit=100):
                if after and told.id == after:
                    break
                newer.append(self._event(told))
        yield from reversed(newer)

    def checkpoints(self, job: TuneJob) -> Sequence[Checkpoint]:
        with self._sdk.speaking(Sentence("the checkpoints of a job")):
            return [
                Checkpoint(
                    id=one.id,
                    step=one.step_number,
                    model=one.fine_tuned_model_checkpoint,
                    at=moment(one.created_at),
                    metrics=numbers(one.metrics.to_dict() if one.metrics else None),
                )
                for one in self._sdk.patient.fine_tuning.jobs.checkpoints.list(job.remote_id)
            ]

    def results(self, job: TuneJob) -> Sequence[ResultPoint]:
        about = Sentence("the metrics of a job")
        for file_id in job.result_files[:1]:
            # Hosts take result files away after a while, and some name one that never was.
            if not self.has_file(file_id):
                break
            with self._sdk.download(file_id, about) as data:
                return read_results(data)
        return ()

    def model(self, model_id: str) -> HostedModel | None:
        """Keys that may train need not be allowed to read models."""
        from openai import NotFoundError, PermissionDeniedError

        with self._sdk.speaking(Sentence("a look at a model")):
            try:
                return _model(self._sdk.patient.models.retrieve(model_id))
            except (NotFoundError, PermissionDeniedError):
                return None

    def models(self) -> Iterator[HostedModel]:
        with self._sdk.speaking(Sentence("a list of models")):
            for found in self._sdk.patient.models.list():
                yield _model(found)

    def delete_model(self, model_id: str) -> None:
        with self._sdk.speaking(Sentence("deleting a model"), self._for_good):
            self._sdk.patient.models.delete(model_id)

    def files(self) -> Iterator[HostedFile]:
        with self._sdk.speaking(Sentence("a list of files")):
            for found in self._sdk.patient.files.list():
                yield HostedFile(
                    id=found.id, name=found.filename, size=found.bytes, purpose=str(found.purpose),
                    created_at=moment(found.created_at), status=str(found.status or ""),
                    expires_at=moment(found.expires_at),
                )  # fmt: skip

    def delete_file(self, file_id: str) -> None:
        with self._sdk.speaking(Sentence("deleting a file"), self._for_good):
            self._sdk.patient.files.delete(file_id)

    def close(self) -> None:
        if self._reached:
            self._reached.close()
            self._reached = None

    @property
    def _sdk(self) -> SdkServer:
        """The server, reached when it is needed first."""
        if self._reached is None:
            if not self.base_url:
                raise ConfigError(Sentence("this target has no address of its own; name yours with --base-url"))
            fields = {name: getattr(self, name) for name in ("api_key_env", "api_key", "auth", "headers", "query")}
            server = ChatServer(model="fine_tuning", base_url=self.base_url, **fields)
            absent = "{url} has no tuning interface, or is no API address (they mostly end in /v1)"
            self._reached = SdkServer(server, self.timeout_s, Sentence(absent, url=server.base_url))
        return self._reached

    def _for_good(self, error: APIStatusError, about: Sentence) -> CorpusToFtError | None:
        """Told by status and code, never by the words of the message."""
        cause = foreign(self._sdk.said(_problem(error)))
        if error.status_code == 403 and error.code == NOT_AVAILABLE:
            said = "{url} starts no job for this account ({cause})"
            return TrainingNotAvailable(Sentence(said, url=self.base_url, cause=cause))
        if error.status_code in FOR_GOOD:
            return TuneError(Sentence("{url} refuses {about}: {cause}", url=self.base_url, about=about, cause=cause))
        return None

    def _standing(self, job: FineTuningJob) -> Standing:
        # Hosts send an empty error with a healthy job, and the client makes an object of it.
        problem = job.error if job.error and (job.error.code or job.error.message) else None
        status = self._sdk.said(str(job.status))
        return Standing(
            id=id_of(job),
            status=status,
            state=self.state_of(status),
            tuned_model=job.fine_tuned_model or "",
            trained_tokens=job.trained_tokens,
            estimated_finish=moment(job.estimated_finish),
            finished_at=moment(job.finished_at),
            problem_code=self._sdk.said(problem.code or "") if problem else "",
            problem=self._sdk.said(problem.message or "") if problem else "",
            result_files=tuple(job.result_files or ()),
        )

    def _event(self, told: Any) -> TuneEvent:
        kind = str(told.type or "message")
        # The findings of a safety check are in what is beside its message.
        beside = f" {json.dumps(told.data, ensure_ascii=False)}" if kind == MODERATION and told.data else ""
        return TuneEvent(
            id=str(told.id),
            at=moment(told.created_at),
            level=self._sdk.said(str(told.level or "info")),
            message=self._sdk.said(f"{told.message or ''}{beside}"),
            kind=self._sdk.said(kind),
            metrics=numbers(told.data),
        )


def moment(told: object) -> str:
    """ISO 8601 of a time that a host tells; empty where there is none."""
    seconds = seconds_of(told)
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""


def _day(told: object) -> str:
    """An ISO date at the beginning of what a host tells; empty where there is none."""
    try:
        return date.fromisoformat(str(told or "")[:10]).isoformat()
    except ValueError:
        return ""


def _is_ours(found: FineTuningJob, job: TuneJob, since: datetime) -> bool:
    mark = (found.metadata or {}).get(JOB_KEY)
    if mark:
        return mark == job.id
    validation = job.file("validation")
    same_files = (found.training_file, found.validation_file or "") == (
        job.files[0].remote_id,
        validation.remote_id if validation else "",
    )
    made_at = seconds_of(found.created_at) or float("inf")
    return same_files and found.model == job.model and made_at >= since.timestamp() - CLOCK_S


def _model(found: Any) -> HostedModel:
    name = str(found.id)
    return HostedModel(
        id=name,
        owner=str(found.owned_by or ""),
        created_at=moment(found.created),
        shutdown=_day(found.shutdown_date),
        is_tuned=name.startswith("ft:") or ":ft-" in name,
    )


def _problem(error: APIStatusError) -> str:
    fields = error.body if isinstance(error.body, Mapping) else {}
    words = (f"HTTP {error.status_code}", error.code or "", str(fields.get("message") or ""))
    return ": ".join(word for word in words if word)
