"""Mistral: files, then `/v1/fine_tuning/jobs` with the training files by id and weight.

Written after the host's own published client (mistralai 2.0.0; the newest, 3.7.0, has no call for jobs any more) and
never run against the host itself. Whether it still takes jobs could not be seen: its description calls them deprecated.
The `dry_run` of older descriptions is in no client; the price is asked another way: with `auto_start = false` a job is
checked and waits, its price stands among its events, and `tune resume` starts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from corpus_to_ft.language import Sentence
from corpus_to_ft.tune.base import Checkpoint, HostedFile, HostedModel, Standing, Tuner
from corpus_to_ft.tune.limits import check_epochs, check_method, check_sizes
from corpus_to_ft.tune.rest import OverRest, is_recent, moment
from corpus_to_ft.tuning import TrainingFile, TuneEvent, TuneJob, TuneState
from corpus_to_ft.validate.base import Finding

JOBS, FILES, MODELS = "/v1/fine_tuning/jobs", "/v1/files", "/v1/models"
LARGEST_FILE_BYTES = 512 * 2**20
PAGE = 100
MOST_EPOCHS = 100
# Older jobs and files than these pages hold are not ours.
MOST_PAGES = 50
OPTIONS = ("training_steps", "learning_rate", "weight_decay", "warmup_fraction", "seq_len")


class MistralTuner(OverRest, Tuner):
    """`auto_start` false has a job checked and priced first; it then waits for `tune resume`."""

    states: ClassVar[Mapping[str, TuneState]] = {
        "QUEUED": "waiting",
        "STARTED": "waiting",
        "VALIDATING": "waiting",
        "VALIDATED": "waiting",
        "RUNNING": "running",
        "CANCELLATION_REQUESTED": "running",
        "SUCCESS": "succeeded",
        "FAILED": "failed",
        "FAILED_VALIDATION": "failed",
        "CANCELLED": "cancelled",
    }

    base_url: str = "https://api.mistral.ai/v1"
    api_key_env: str = "MISTRAL_API_KEY"
    auto_start: bool = True

    def check(self, job: TuneJob) -> Iterator[Finding]:
        yield from check_epochs(job, most=MOST_EPOCHS)
        yield from check_method(job, ("supervised",))
        yield from check_sizes(job, most_bytes=LARGEST_FILE_BYTES)

    def upload(self, file: TrainingFile, path: Path) -> str:
        about = Sentence("the upload of {name}", name=file.name)
        sent = ("file", file.name, path, "application/jsonl")
        made = self._rest.call("POST", FILES, about, form={"purpose": self.purpose}, file=sent)
        return str(made.value["id"])

    def find_file(self, file: TrainingFile, since: datetime) -> str | None:
        for one in self._listed(FILES, Sentence("the list of files"), {"purpose": self.purpose, "search": file.name}):
            if one.get("filename") == file.name and _size(one) == file.size and is_recent(one.get("created_at"), since):
                return str(one["id"])
        return None

    def has_file(self, file_id: str) -> bool:
        answer = self._rest.call("GET", f"{FILES}/{file_id}", Sentence("a look at a file"), also=(404,))
        return answer.status != 404 and not answer.value.get("deleted")

    def create(self, job: TuneJob) -> Standing:
        answer = self._rest.call("POST", JOBS, Sentence("the creation of a job"), body=self._asked(job))
        return self._standing(answer.value)

    def find_job(self, job: TuneJob, since: datetime) -> Standing | None:
        """The host keeps no words of ours with a job: it is known by its files, its model and its suffix."""
        asked = self._asked(job)
        files = [one["file_id"] for one in asked["training_files"]]
        for one in self._listed(JOBS, Sentence("the list of jobs"), {"model": job.model, "created_by_me": "true"}):
            same = one.get("training_files") == files and (one.get("suffix") or "") == job.suffix
            same = same and (one.get("validation_files") or []) == asked.get("validation_files", [])
            if same and one.get("model") == job.model and is_recent(one.get("created_at"), since):
                return self._standing(one)
        return None

    def look(self, job: TuneJob) -> Standing | None:
        told = self._told(job)
        return self._standing(told) if told else None

    def cancel(self, job: TuneJob) -> Standing | None:
        standing = self.look(job)
        if standing is None or standing.state in ("succeeded", "failed", "cancelled"):
            return standing
        at = f"{JOBS}/{job.remote_id}/cancel"
        self._rest.call("POST", at, Sentence("the end of a job"), also=(400, 404, 409))
        return self.look(job)

    def resume(self, job: TuneJob) -> Standing:
        """Starts a job that was checked and waits."""
        answer = self._rest.call("POST", f"{JOBS}/{job.remote_id}/start", Sentence("the start of a job"))
        return self._standing(answer.value)

    def events(self, job: TuneJob, after: str = "") -> Iterator[TuneEvent]:
        told = self._told(job)
        found = sorted((_event(one) for one in told.get("events") or ()), key=lambda event: event.at)
        price = _price(told)
        if price:
            at = moment(told.get("created_at"))
            found.insert(0, TuneEvent(id="price", at=at, level="info", message=price, kind="price"))
        start = next((place + 1 for place, one in enumerate(found) if one.id == after), 0)
        yield from found[start:]

    def checkpoints(self, job: TuneJob) -> Sequence[Checkpoint]:
        return [
            Checkpoint(
                id=f"{job.remote_id}:{one.get('step_number')}",
                step=int(one.get("step_number") or 0),
                # The host names no model for a state on the way.
                model="",
                at=moment(one.get("created_at")),
                metrics={k: v for k, v in (one.get("metrics") or {}).items() if isinstance(v, int | float)},
            )
            for one in self._told(job).get("checkpoints") or ()
        ]

    def model(self, model_id: str) -> HostedModel | None:
        answer = self._rest.call("GET", f"{MODELS}/{model_id}", Sentence("a look at a model"), also=(404,))
        return None if answer.status == 404 else _model(answer.value)

    def models(self) -> Iterator[HostedModel]:
        for one in self._rest.call("GET", MODELS, Sentence("the list of models")).members():
            yield _model(one)

    def delete_model(self, model_id: str) -> None:
        self._rest.call("DELETE", f"{MODELS}/{model_id}", Sentence("deleting a model"))

    def files(self) -> Iterator[HostedFile]:
        for one in self._listed(FILES, Sentence("the list of files"), {}):
            yield HostedFile(
                id=str(one.get("id", "")),
                name=str(one.get("filename", "")),
                size=_size(one),
                purpose=str(one.get("purpose", "")),
                created_at=moment(one.get("created_at")),
            )

    def delete_file(self, file_id: str) -> None:
        self._rest.call("DELETE", f"{FILES}/{file_id}", Sentence("deleting a file"))

    def _listed(self, path: str, about: Sentence, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Newest first, page by page."""
        for page in range(MOST_PAGES):
            answer = self._rest.call("GET", path, about, query={**query, "page": page, "page_size": PAGE})
            found = answer.members()
            yield from found
            if len(found) < PAGE:
                return

    def _told(self, job: TuneJob) -> dict[str, Any]:
        answer = self._rest.call("GET", f"{JOBS}/{job.remote_id}", Sentence("a look at a job"), also=(404,))
        return {} if answer.status == 404 else dict(answer.value)

    def _asked(self, job: TuneJob) -> dict[str, Any]:
        chosen = job.hyperparameters
        train, validation = job.file("train"), job.file("validation")
        asked: dict[str, Any] = {
            "model": job.model,
            "training_files": [{"file_id": train.remote_id if train else "", "weight": 1}],
            "hyperparameters": {name: chosen[name] for name in (*OPTIONS, "epochs") if name in chosen},
            "auto_start": self.auto_start,
            # A line that is left out in silence would be paid for and never learnt.
            "invalid_sample_skip_percentage": 0,
        }
        if validation:
            asked["validation_files"] = [validation.remote_id]
        if job.suffix:
            asked["suffix"] = job.suffix
        return asked

    def _standing(self, one: Mapping[str, Any]) -> Standing:
        status = str(one.get("status") or "")
        state = self.state_of(status)
        events = [event for event in one.get("events") or () if isinstance(event, dict)]
        said = [str((event.get("data") or {}).get("error") or "") for event in events]
        details = next((text for text in reversed(said) if text), "")
        ended = state in ("succeeded", "failed", "cancelled")
        return Standing(
            id=str(one["id"]),
            status=status,
            state=state,
            tuned_model=str(one.get("fine_tuned_model") or ""),
            trained_tokens=one.get("trained_tokens"),
            finished_at=moment(one.get("modified_at")) if ended else "",
            problem_code=status if state == "failed" else "",
            problem=self._rest.without_secrets(details) if state == "failed" else "",
        )


def _size(one: Mapping[str, Any]) -> int:
    return int(one.get("bytes") or one.get("size_bytes") or 0)


def _model(one: Mapping[str, Any]) -> HostedModel:
    return HostedModel(
        id=str(one.get("id", "")),
        owner=str(one.get("owned_by") or ""),
        created_at=moment(one.get("created")),
        shutdown=str(one.get("deprecation") or "")[:10],
        is_tuned=one.get("type") == "fine-tuned" or bool(one.get("job")),
    )


def _event(one: Mapping[str, Any]) -> TuneEvent:
    name, at, data = str(one.get("name", "")), moment(one.get("created_at")), one.get("data") or {}
    message = " ".join([name, *(f"{key}={value}" for key, value in data.items())])
    level = "error" if data.get("error") else "info"
    return TuneEvent(id=f"{at} {message}"[:200], at=at, level=level, message=message, kind=name)


def _price(told: Mapping[str, Any]) -> str:
    metadata = told.get("metadata") or {}
    if metadata.get("cost") is None:
        return ""
    return f"price: {metadata['cost']} {metadata.get('cost_currency') or ''}".strip()
