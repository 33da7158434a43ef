"""NAVER CLOVA Studio: a learning task reads its file from an Ncloud Object Storage bucket of the user.

The file is put there by us, signed with the user's storage keys (the extra `clova`), because the host takes the same
keys with every task anyway; it reads the bucket itself and no other way is offered. Written after the host's pages of
2026 (POST, GET and DELETE /tuning/v2/tasks) and never run against it. What could not be seen there: whether a task
that is running can be deleted, and where the reason of a failed one stands (its whole state is shown).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, SecretStr

from corpus_to_ft.errors import ConfigError, TuneError
from corpus_to_ft.language import Sentence
from corpus_to_ft.tune.base import Standing, Tuner
from corpus_to_ft.tune.bucket import Bucket
from corpus_to_ft.tune.limits import check_epochs, check_method, check_sizes
from corpus_to_ft.tune.rest import Answer, OverRest, is_recent, moment
from corpus_to_ft.tuning import TrainingFile, TuneJob, TuneState
from corpus_to_ft.validate.base import Finding

TASKS = "/tuning/v2/tasks"
MOST_EPOCHS = 20
# Of one PUT to the storage.
LARGEST_FILE_BYTES = 5 * 2**30
PAGE = 100
MOST_PAGES = 50
MARK_CHARS = 12
DONE = "20000"
NO_STORAGE = "this host reads the file from a bucket of yours; set {name}"


class ClovaTuner(OverRest, Tuner):
    """`bucket` and `folder` say where the file is put; the storage keys come from the environment alone."""

    environment: ClassVar[Mapping[str, str]] = {
        "bucket": "NCLOUD_BUCKET",
        "access_key": "NCLOUD_ACCESS_KEY",
        "secret_key": "NCLOUD_SECRET_KEY",
    }
    states: ClassVar[Mapping[str, TuneState]] = {
        "WAIT": "waiting",
        "RUNNING": "running",
        "SUCCEEDED": "succeeded",
        "FAILED": "failed",
    }

    base_url: str = "https://clovastudio.stream.ntruss.com"
    api_key_env: str = "CLOVASTUDIO_API_KEY"
    storage_url: str = "https://kr.object.ncloudstorage.com"
    region: str = "kr-standard"
    bucket: str = ""
    folder: str = "corpus-to-ft"
    access_key: SecretStr | None = Field(default=None, exclude=True, repr=False)
    secret_key: SecretStr | None = Field(default=None, exclude=True, repr=False)

    def secrets(self) -> Collection[SecretStr | None]:
        return self.access_key, self.secret_key

    @cached_property
    def _bucket(self) -> Bucket:
        missing = ", ".join(self._missing())
        if missing:
            raise ConfigError(Sentence(NO_STORAGE, name=missing))
        return Bucket(
            url=self.storage_url,
            region=self.region,
            name=self.bucket,
            access_key=self.access_key or SecretStr(""),
            secret_key=self.secret_key or SecretStr(""),
            key_names=(self.environment["access_key"], self.environment["secret_key"]),
            timeout_s=self.timeout_s,
        )

    def close(self) -> None:
        super().close()
        if "_bucket" in self.__dict__:
            self._bucket.close()

    def check(self, job: TuneJob) -> Iterator[Finding]:
        for name in self._missing():
            yield Finding(0, "storage_missing", "error", Sentence(NO_STORAGE, name=name))
        yield from check_epochs(job, most=MOST_EPOCHS)
        yield from check_method(job, ("supervised",))
        yield from check_sizes(job, most_bytes=LARGEST_FILE_BYTES)
        if job.file("validation"):
            said = "this host takes no validation file; it is kept here and not sent to the task"
            yield Finding(0, "validation_not_used", "warning", Sentence(said))

    def upload(self, file: TrainingFile, path: Path) -> str:
        at = self._place(file)
        self._bucket.put(at, path, Sentence("the upload of {name}", name=file.name))
        return at

    def find_file(self, file: TrainingFile, since: datetime) -> str | None:
        # Named by its content: however old it is, it is this one.
        del since
        at = self._place(file)
        return at if self._bucket.size(at) == file.size else None

    def has_file(self, file_id: str) -> bool:
        return self._bucket.size(file_id) is not None

    def create(self, job: TuneJob) -> Standing:
        answer = self._rest.call("POST", TASKS, Sentence("the creation of a job"), body=self._asked(job))
        return self._standing(self._result(answer, Sentence("the creation of a job")))

    def find_job(self, job: TuneJob, since: datetime) -> Standing | None:
        """Our mark is in the task's name."""
        name, about = _task_name(job), Sentence("the list of jobs")
        for page in range(MOST_PAGES):
            answer = self._rest.call("GET", TASKS, about, query={"page": page, "size": PAGE})
            result = self._result(answer, about)
            for one in Answer(status=200, headers={}, value=result).members("content"):
                if one.get("name") == name and is_recent(one.get("createdDate"), since):
                    return self._standing(one)
            if page + 1 >= int(result.get("totalPages") or 0):
                return None
        return None

    def look(self, job: TuneJob) -> Standing | None:
        about = Sentence("a look at a job")
        answer = self._rest.call("GET", f"{TASKS}/{job.remote_id}", about, also=(404,))
        return None if answer.status == 404 else self._standing(self._result(answer, about))

    def cancel(self, job: TuneJob) -> Standing | None:
        """The host knows no end of a task but its deletion; one that has ended is left alone."""
        standing = self.look(job)
        if standing is None or standing.state in ("succeeded", "failed"):
            return standing
        about = Sentence("the end of a job")
        answer = self._rest.call("DELETE", f"{TASKS}/{job.remote_id}", about, also=(404,))
        if answer.status != 404:
            self._result(answer, about)
        return Standing(id=job.remote_id, status="DELETED", state="cancelled")

    def delete_file(self, file_id: str) -> None:
        self._bucket.delete(file_id)

    def _place(self, file: TrainingFile) -> str:
        """In letters that every part of the host takes, whatever the file is called."""
        name = f"{file.sha256[:32]}{Path(file.name).suffix}"
        return "/".join(part for part in (self.folder.strip("/"), name) if part)

    def _missing(self) -> list[str]:
        given = {"bucket": self.bucket, "access_key": self.access_key, "secret_key": self.secret_key}
        return [self.environment[field] for field, value in given.items() if not value]

    def _asked(self, job: TuneJob) -> dict[str, Any]:
        train = job.file("train")
        chosen = job.hyperparameters
        asked: dict[str, Any] = {
            "name": _task_name(job),
            "model": job.model,
            "tuningType": "PEFT",
            "trainingDatasetBucket": self.bucket,
            "trainingDatasetFilePath": train.remote_id if train else "",
            "trainingDatasetAccessKey": _told(self.access_key),
            "trainingDatasetSecretKey": _told(self.secret_key),
        }
        # The host writes both numbers as texts.
        if "epochs" in chosen:
            asked["trainEpochs"] = str(chosen["epochs"])
        if "learning_rate" in chosen:
            asked["learningRate"] = f"{chosen['learning_rate']:E}"
        return asked

    def _result(self, answer: Answer, about: Sentence) -> dict[str, Any]:
        """The host says inside of an answer whether it did what was asked."""
        told = answer.value if isinstance(answer.value, dict) else {}
        status = told.get("status") or {}
        if str(status.get("code") or DONE) != DONE:
            raise self._rest.refusal(answer, about)
        return dict(told.get("result") or {})

    def _standing(self, one: Mapping[str, Any]) -> Standing:
        if not one.get("id"):
            raise TuneError(Sentence("{host} named no id of the task", host=self._rest.root))
        status = str(one.get("status") or "")
        state = self.state_of(status)
        details = one.get("statusInfo")
        problem = json.dumps(details, ensure_ascii=False) if details else ""
        return Standing(
            id=str(one["id"]),
            status=status,
            state=state,
            # The task's own id is what the chat interface is asked with.
            tuned_model=str(one["id"]) if state == "succeeded" else "",
            finished_at=moment(one.get("completedDate")),
            problem_code=status if state == "failed" else "",
            problem=self._rest.without_secrets(problem) if state == "failed" else "",
        )


def _task_name(job: TuneJob) -> str:
    return f"{job.suffix or 'corpus-to-ft'}-{job.id[:MARK_CHARS]}"


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value().strip() if secret else ""
