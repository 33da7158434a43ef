"""Together: files go to a signed address and then into a check, jobs are `/v1/fine-tunes`, LoRA unless told otherwise.

Written after the host's own published client (together 3.1.1) and never run against the host itself. What could not be
seen there: how a file whose sending broke off is listed (one of other size is taken away and sent again), and which
longest suffix holds today (40 in the client, 64 in a later list; 40 is taken).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from corpus_to_ft.errors import TuneError
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import digest
from corpus_to_ft.tune.base import Checkpoint, HostedFile, ResultPoint, Standing, Tuner, numbers
from corpus_to_ft.tune.limits import check_epochs, check_method, check_sizes, check_suffix
from corpus_to_ft.tune.rest import Answer, OverRest, is_recent, moment
from corpus_to_ft.tuning import TrainingFile, TuneEvent, TuneJob, TuneState
from corpus_to_ft.validate.base import Finding

JOBS, FILES = "/v1/fine-tunes", "/v1/files"
LONGEST_SUFFIX = 40
MOST_EPOCHS = 20
LARGEST_FILE_BYTES = 50 * 2**30
MOST_PARTS = 250
NOT_WHOLE = ("FAILED", "INVALID_FORMAT")
UNCHECKED = "PENDING"
THERE_ALREADY = 409
LEVELS = {"warning": "warn", "legacy_iwarning": "warn", "error": "error", "legacy_ierror": "error"}
# What the client sends under other names than we know it by.
OPTIONS = (
    "learning_rate",
    "batch_size",
    "warmup_ratio",
    "weight_decay",
    "max_grad_norm",
    "max_seq_length",
    "n_checkpoints",
)


class TogetherTuner(OverRest, Tuner):
    """`lora` false trains all weights; `multipart_above_mb` is where a file goes in parts."""

    states: ClassVar[Mapping[str, TuneState]] = {
        "pending": "waiting",
        "queued": "waiting",
        "running": "running",
        "compressing": "running",
        "uploading": "running",
        "cancel_requested": "running",
        "cancelled": "cancelled",
        "error": "failed",
        "user_error": "failed",
        "completed": "succeeded",
    }

    shaping: ClassVar[frozenset[str]] = frozenset({"lora", "lora_r"})

    base_url: str = "https://api.together.ai/v1"
    api_key_env: str = "TOGETHER_API_KEY"
    lora: bool = True
    lora_r: int | None = Field(default=None, ge=1, le=512)
    multipart_above_mb: float = Field(default=5 * 1024, gt=0)
    part_mb: float = Field(default=250, gt=0)

    def check(self, job: TuneJob) -> Iterator[Finding]:
        yield from check_epochs(job, most=MOST_EPOCHS)
        yield from check_suffix(job, most=LONGEST_SUFFIX)
        yield from check_method(job, ("supervised", "dpo"))
        yield from check_sizes(job, most_bytes=LARGEST_FILE_BYTES)

    def upload(self, file: TrainingFile, path: Path) -> str:
        if file.size > self.multipart_above_mb * 2**20:
            return self._upload_in_parts(file, path)
        about = Sentence("the upload of {name}", name=file.name)
        answer = self._begun(FILES, file, about, form=self._described(file))
        if answer.status == THERE_ALREADY:
            return answer.text("file_id")
        location, file_id = answer.headers.get("location", ""), answer.headers.get("x-together-file-id", "")
        if not location or not file_id:
            raise TuneError(Sentence("{host} named no address for {name}", host=self._rest.root, name=file.name))
        self._rest.put(location, path, about)
        return self._processed(file_id, about)

    def find_file(self, file: TrainingFile, since: datetime) -> str | None:
        # The host keeps one file of the same bytes, however old it is.
        del since
        for one in self._rest.call("GET", FILES, Sentence("the list of files")).members():
            if one.get("filename") == file.name and _is_whole(one, file):
                return self._whole(one, file)
        return None

    def has_file(self, file_id: str) -> bool:
        answer = self._rest.call("GET", f"{FILES}/{file_id}", Sentence("a look at a file"), also=(404,))
        return answer.status != 404 and answer.value.get("processing_status") not in NOT_WHOLE

    def create(self, job: TuneJob) -> Standing:
        answer = self._rest.call("POST", JOBS, Sentence("the creation of a job"), body=self._asked(job))
        return self._standing(answer.value)

    def find_job(self, job: TuneJob, since: datetime) -> Standing | None:
        """The host keeps no words of ours with a job: it is known by its file, model, suffix and epochs."""
        asked = self._asked(job)
        for one in self._rest.call("GET", JOBS, Sentence("the list of jobs")).members():
            same = all(
                (one.get(name) or None) == (asked.get(name) or None)
                for name in ("training_file", "validation_file", "model", "n_epochs")
            )
            named = not job.suffix or job.suffix in str(one.get("suffix") or one.get("model_output_name") or "")
            if same and named and is_recent(one.get("created_at"), since):
                return self._standing(one)
        return None

    def look(self, job: TuneJob) -> Standing | None:
        answer = self._rest.call("GET", f"{JOBS}/{job.remote_id}", Sentence("a look at a job"), also=(404,))
        return None if answer.status == 404 else self._standing(answer.value)

    def cancel(self, job: TuneJob) -> Standing | None:
        standing = self.look(job)
        if standing is None or standing.state in ("succeeded", "failed", "cancelled"):
            return standing
        at = f"{JOBS}/{job.remote_id}/cancel"
        self._rest.call("POST", at, Sentence("the end of a job"), also=(400, 404, 409))
        return self.look(job)

    def events(self, job: TuneJob, after: str = "") -> Iterator[TuneEvent]:
        answer = self._rest.call("GET", f"{JOBS}/{job.remote_id}/events", Sentence("the events of a job"))
        told = sorted(answer.members(), key=lambda one: str(one.get("created_at", "")))
        found = [_event(one) for one in told]
        start = next((place + 1 for place, one in enumerate(found) if one.id == after), 0)
        yield from found[start:]

    def checkpoints(self, job: TuneJob) -> Sequence[Checkpoint]:
        answer = self._rest.call("GET", f"{JOBS}/{job.remote_id}/checkpoints", Sentence("the checkpoints of a job"))
        return [
            Checkpoint(
                id=str(one.get("object_id") or one.get("path") or one.get("step")),
                step=int(one.get("step") or 0),
                model=str(one.get("object_name") or one.get("path") or ""),
                at=moment(one.get("created_at")),
            )
            for one in answer.members()
        ]

    def results(self, job: TuneJob) -> Sequence[ResultPoint]:
        answer = self._rest.call(
            "GET", f"{JOBS}/{job.remote_id}/metrics", Sentence("the metrics of a job"), also=(404,)
        )
        told = answer.members("metrics")
        return [
            ResultPoint(step=int(one.get("step", place)), metrics=numbers(one))
            for place, one in enumerate(told, start=1)
        ]

    def files(self) -> Iterator[HostedFile]:
        for one in self._rest.call("GET", FILES, Sentence("the list of files")).members():
            yield HostedFile(
                id=str(one.get("id", "")),
                name=str(one.get("filename", "")),
                size=int(one.get("bytes") or 0),
                purpose=str(one.get("purpose", "")),
                created_at=moment(one.get("created_at")),
                status=str(one.get("processing_status") or ""),
            )

    def delete_file(self, file_id: str) -> None:
        self._rest.call("DELETE", f"{FILES}/{file_id}", Sentence("deleting a file"))

    def _described(self, file: TrainingFile) -> dict[str, str]:
        kind = Path(file.name).suffix.removeprefix(".") or "jsonl"
        return {"purpose": self.purpose, "file_name": file.name, "file_type": kind, "checksum": file.sha256}

    def _begun(self, path: str, file: TrainingFile, about: Sentence, **body: Any) -> Answer:
        """Where the bytes are to go; status 409 where the host has them all. A broken copy of ours makes room first."""
        for _ in range(2):
            answer = self._rest.call("POST", path, about, also=(302, THERE_ALREADY), **body)
            if answer.status != THERE_ALREADY:
                return answer
            there = self._rest.call("GET", f"{FILES}/{answer.text('file_id')}", Sentence("a look at a file")).value
            if _is_whole(there, file):
                self._whole(there, file)
                return answer
            if there.get("filename") != file.name:
                break
            self.delete_file(str(there["id"]))
        said = "{host} keeps a broken copy of {name}; delete it (files delete {id}) and continue"
        raise TuneError(Sentence(said, host=self._rest.root, name=file.name, id=answer.text("file_id")))

    def _whole(self, one: Mapping[str, Any], file: TrainingFile) -> str:
        """The id of a file whose bytes are all there; one that nobody had checked yet is given to the host's check."""
        if one.get("processing_status") == UNCHECKED:
            return self._processed(str(one["id"]), Sentence("the upload of {name}", name=file.name))
        return str(one["id"])

    def _processed(self, file_id: str, about: Sentence) -> str:
        return self._rest.call("POST", f"{FILES}/{file_id}/preprocess", about).text("id") or file_id

    def _upload_in_parts(self, file: TrainingFile, path: Path) -> str:
        about = Sentence("the upload of {name}", name=file.name)
        part_bytes = max(int(self.part_mb * 2**20), -(-file.size // MOST_PARTS))
        count = -(-file.size // part_bytes)
        body = {**self._described(file), "file_size": file.size, "num_parts": count}
        begun = self._begun(f"{FILES}/multipart/initiate", file, about, body=body)
        if begun.status == THERE_ALREADY:
            return begun.text("file_id")
        parts, sent = begun.members("parts"), []
        if len(parts) != count:
            said = "{host} named {given} addresses for the {count} parts of {name}"
            raise TuneError(Sentence(said, host=self._rest.root, given=len(parts), count=count, name=file.name))
        for number, part in enumerate(parts, start=1):
            at = (number - 1) * part_bytes
            answer = self._rest.put(
                str(part.get("URL") or part.get("UploadURL") or ""),
                path,
                about,
                headers=part.get("Headers") or {},
                at=at,
                size=min(part_bytes, file.size - at),
            )
            sent.append({"part_number": number, "etag": answer.headers.get("etag", "").strip('"')})
        whole = {"upload_id": begun.text("upload_id"), "file_id": begun.text("file_id"), "parts": sent}
        done = self._rest.call("POST", f"{FILES}/multipart/complete", about, body=whole)
        inner = done.value.get("file")
        return Answer(status=200, headers={}, value=inner).text("id") if isinstance(inner, dict) else done.text("id")

    def _asked(self, job: TuneJob) -> dict[str, Any]:
        chosen = job.hyperparameters
        train, validation = job.file("train"), job.file("validation")
        method: dict[str, Any] = {"method": "sft", "train_on_inputs": "auto"}
        if job.method == "dpo":
            method = {"method": "dpo"} | ({"dpo_beta": chosen["beta"]} if "beta" in chosen else {})
        asked: dict[str, Any] = {
            "model": job.model,
            "training_file": train.remote_id if train else "",
            "n_epochs": chosen.get("epochs", 1),
            "training_method": method,
            **{name: chosen[name] for name in OPTIONS if name in chosen},
        }
        if validation:
            # Without evaluations the host takes the file and never looks at it.
            asked |= {"validation_file": validation.remote_id, "n_evals": asked["n_epochs"]}
        if job.suffix:
            asked["suffix"] = job.suffix
        if job.seed is not None:
            asked["random_seed"] = job.seed
        if not self.lora:
            asked["training_type"] = {"type": "Full"}
        elif self.lora_r:
            asked["training_type"] = {"type": "Lora", "lora_r": self.lora_r, "lora_alpha": 2 * self.lora_r}
        return asked

    def _standing(self, one: Mapping[str, Any]) -> Standing:
        status = str(one.get("status", ""))
        state = self.state_of(status)
        told = [event for event in one.get("events") or () if isinstance(event, dict)]
        wrong = [event for event in told if event.get("type") == "job_error" or event.get("level") == "error"]
        problem = str(wrong[-1].get("message", "")) if wrong else ""
        ended = state in ("succeeded", "failed", "cancelled")
        return Standing(
            id=str(one["id"]),
            status=status,
            state=state,
            tuned_model=str(one.get("model_output_name") or "") if state == "succeeded" else "",
            trained_tokens=one.get("token_count"),
            finished_at=moment(one.get("updated_at")) if ended else "",
            problem_code=status if state == "failed" else "",
            problem=self._rest.without_secrets(problem) if state == "failed" else "",
        )


def _is_whole(one: Mapping[str, Any], file: TrainingFile) -> bool:
    return one.get("bytes") == file.size and one.get("processing_status") not in NOT_WHOLE


def _event(one: Mapping[str, Any]) -> TuneEvent:
    """The host gives its events no id; the same event has the same one each time."""
    at, kind, message = (str(one.get(name) or "") for name in ("created_at", "type", "message"))
    numbers = {name: float(one[name]) for name in ("step", "total_steps", "token_count") if one.get(name)}
    level = (
        str(one.get("level") or "info").removeprefix("legacy_").replace("iwarning", "warn").replace("ierror", "error")
    )
    return TuneEvent(
        id=digest(at, kind, message, numbers)[:16], at=at, level=level, message=message, kind=kind, metrics=numbers
    )
