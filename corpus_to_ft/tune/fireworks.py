"""Fireworks: a data set of an account gets its file, then a supervised fine-tuning job gets the data set.

We choose the ids of both, from the content and from the job, so nothing is ever made twice: what is there already is
taken. Written after the host's own published client (fireworks-ai 1.2.30) and its pages on the REST interface, never
run against the host itself. What could not be seen there: whether a job that stopped early has a usable model (taken as
succeeded, because the host names it so beside "completed"), and the headers that a signed address wants beyond the
content type and the length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.sdk import Away
from corpus_to_ft.tune.base import HostedFile, HostedModel, Standing, Tuner
from corpus_to_ft.tune.limits import check_epochs, check_method
from corpus_to_ft.tune.rest import OverRest, told_by
from corpus_to_ft.tuning import TrainingFile, TuneJob, TuneState
from corpus_to_ft.validate.base import Finding

# A larger file goes to a signed address.
DIRECT_BYTES = 150 * 10**6
THERE_ALREADY = 409
# Of gRPC, as the host's gateway writes it: the data set is not ready yet.
NOT_YET = ("9", "FAILED_PRECONDITION")
PAGE = 200
NO_ACCOUNT = "this host wants the id of the account; set {name}"
_ID = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
OPTIONS = {
    "learning_rate": "learningRate",
    "lora_rank": "loraRank",
    "batch_size": "batchSize",
    "max_context_length": "maxContextLength",
}


class FireworksTuner(OverRest, Tuner):
    """`account` is the id of the account, as its page shows it; `direct_mb` is where a signed address begins."""

    environment: ClassVar[Mapping[str, str]] = {"account": "FIREWORKS_ACCOUNT_ID"}
    states: ClassVar[Mapping[str, TuneState]] = {
        "JOB_STATE_CREATING": "waiting",
        "JOB_STATE_PENDING": "waiting",
        "JOB_STATE_VALIDATING": "waiting",
        "JOB_STATE_CREATING_INPUT_DATASET": "waiting",
        "JOB_STATE_RE_QUEUEING": "waiting",
        "JOB_STATE_IDLE": "waiting",
        "JOB_STATE_RUNNING": "running",
        "JOB_STATE_WRITING_RESULTS": "running",
        "JOB_STATE_CANCELLING": "running",
        "JOB_STATE_COMPLETED": "succeeded",
        "JOB_STATE_EARLY_STOPPED": "succeeded",
        "JOB_STATE_FAILED": "failed",
        "JOB_STATE_EXPIRED": "failed",
        "JOB_STATE_CANCELLED": "cancelled",
        "JOB_STATE_DELETING": "cancelled",
        "JOB_STATE_DELETING_CLEANING_UP": "cancelled",
    }

    base_url: str = "https://api.fireworks.ai"
    api_key_env: str = "FIREWORKS_API_KEY"
    account: str = ""
    direct_mb: float = Field(default=DIRECT_BYTES / 10**6, gt=0)

    def check(self, job: TuneJob) -> Iterator[Finding]:
        if not self.account:
            told = Sentence(NO_ACCOUNT, name=self.environment["account"])
            yield Finding(0, "account_missing", "error", told)
        if job.suffix and not _ID.fullmatch(job.suffix):
            said = "this host takes a suffix of small Latin letters, digits and hyphens only, not {given!r}"
            yield Finding(0, "suffix_not_allowed", "error", Sentence(said, given=job.suffix))
        yield from check_epochs(job)
        yield from check_method(job, ("supervised",))

    def upload(self, file: TrainingFile, path: Path) -> str:
        about, name = Sentence("the upload of {name}", name=file.name), _dataset_id(file)
        made = {
            "displayName": file.name[:63],
            "exampleCount": str(file.lines),
            "format": "CHAT",
            "userUploaded": {},
        }
        # One that is there already got no file yet, or `find_file` would have found it.
        self._rest.call(
            "POST", self._at("datasets"), about, body={"datasetId": name, "dataset": made}, also=(THERE_ALREADY,)
        )
        at = self._at("datasets", name)
        if file.size < self.direct_mb * 10**6:
            self._rest.call("POST", f"{at}:upload", about, file=("file", file.name, path, "application/jsonl"))
            return name
        asked = {"filenameToSize": {file.name: str(file.size)}}
        told = self._rest.call("POST", f"{at}:getUploadEndpoint", about, body=asked).value
        urls = told.get("filenameToSignedUrls") or {}
        headers = {
            "Content-Type": "application/octet-stream",
            "x-goog-content-length-range": f"{file.size},{file.size}",
        }
        self._rest.put(str(urls.get(file.name, "")), path, about, headers=headers)
        self._rest.call("POST", f"{at}:validateUpload", about, body={})
        return name

    def find_file(self, file: TrainingFile, since: datetime) -> str | None:
        # Named by its content: however old it is, it is this one.
        del since
        name = _dataset_id(file)
        return name if self._dataset(name).get("state") == "READY" else None

    def has_file(self, file_id: str) -> bool:
        return bool(self._dataset(file_id))

    def create(self, job: TuneJob) -> Standing:
        about = Sentence("the creation of a job")
        answer = self._rest.call(
            "POST",
            self._at("supervisedFineTuningJobs"),
            about,
            query={"supervisedFineTuningJobId": _job_id(job)},
            body=self._asked(job),
            also=(400, THERE_ALREADY),
        )
        if answer.status == THERE_ALREADY:
            standing = self._look(_job_id(job))
            if standing:
                return standing
        if answer.status >= 400:
            code, _ = told_by(answer.value)
            if code in NOT_YET:
                raise Away(Sentence("{url} is not done yet with the data set", url=self._rest.root))
            raise self._rest.refusal(answer, about)
        return self._standing(answer.value)

    def find_job(self, job: TuneJob, since: datetime) -> Standing | None:
        del since
        return self._look(_job_id(job))

    def look(self, job: TuneJob) -> Standing | None:
        return self._look(job.remote_id)

    def cancel(self, job: TuneJob) -> Standing | None:
        standing = self.look(job)
        if standing is None or standing.state in ("succeeded", "failed", "cancelled"):
            return standing
        at = self._at("supervisedFineTuningJobs", job.remote_id)
        self._rest.call("POST", f"{at}:cancel", Sentence("the end of a job"), body={}, also=(400, 404, 409))
        return self.look(job)

    def models(self) -> Iterator[HostedModel]:
        for one in self._listed("models", Sentence("the list of models")):
            yield HostedModel(
                id=str(one.get("name", "")),
                owner=self.account,
                created_at=str(one.get("createTime") or ""),
                is_tuned=str(one.get("kind", "")).endswith("ADDON"),
            )

    def delete_model(self, model_id: str) -> None:
        name = model_id.rsplit("/", 1)[-1]
        self._rest.call("DELETE", self._at("models", name), Sentence("deleting a model"))

    def files(self) -> Iterator[HostedFile]:
        for one in self._listed("datasets", Sentence("the list of files")):
            yield HostedFile(
                id=str(one.get("name", "")).rsplit("/", 1)[-1],
                name=str(one.get("displayName") or ""),
                # The host counts examples and tells no bytes.
                size=0,
                purpose=self.purpose,
                created_at=str(one.get("createTime") or ""),
                status=str(one.get("state") or ""),
            )

    def delete_file(self, file_id: str) -> None:
        self._rest.call("DELETE", self._at("datasets", file_id), Sentence("deleting a file"))

    def _at(self, *parts: str) -> str:
        if not self.account:
            raise ConfigError(Sentence(NO_ACCOUNT, name=self.environment["account"]))
        return "/".join(("/v1/accounts", self.account, *parts))

    def _dataset(self, name: str) -> Mapping[str, Any]:
        answer = self._rest.call("GET", self._at("datasets", name), Sentence("a look at a file"), also=(404,))
        return {} if answer.status == 404 or not isinstance(answer.value, dict) else answer.value

    def _listed(self, what: str, about: Sentence) -> Iterator[dict[str, Any]]:
        page = ""
        while True:
            query: dict[str, str | int] = {"pageSize": PAGE, **({"pageToken": page} if page else {})}
            answer = self._rest.call("GET", self._at(what), about, query=query)
            yield from answer.members(what)
            page = answer.text("nextPageToken")
            if not page:
                return

    def _asked(self, job: TuneJob) -> dict[str, Any]:
        train, validation = job.file("train"), job.file("validation")
        chosen, model = job.hyperparameters, job.model
        asked: dict[str, Any] = {
            "displayName": f"corpus-to-ft {job.id[:12]}",
            "dataset": f"accounts/{self.account}/datasets/{train.remote_id if train else ''}",
            "baseModel": model if "/" in model else f"accounts/fireworks/models/{model}",
            **{theirs: chosen[ours] for ours, theirs in OPTIONS.items() if ours in chosen},
        }
        if "epochs" in chosen:
            asked["epochs"] = chosen["epochs"]
        if validation:
            asked["evaluationDataset"] = f"accounts/{self.account}/datasets/{validation.remote_id}"
        if job.suffix:
            # The name of a model is one in the account, so a part of ours makes it new.
            asked["outputModel"] = f"accounts/{self.account}/models/{job.suffix[:50]}-{job.id[:8]}"
        return asked

    def _look(self, job_id: str) -> Standing | None:
        at = self._at("supervisedFineTuningJobs", job_id)
        answer = self._rest.call("GET", at, Sentence("a look at a job"), also=(404,))
        return None if answer.status == 404 else self._standing(answer.value)

    def _standing(self, one: Mapping[str, Any]) -> Standing:
        status, name = str(one.get("state") or ""), str(one.get("name") or "").rsplit("/", 1)[-1]
        state, told = self.state_of(status), one.get("status") or {}
        model = str(one.get("outputModel") or f"accounts/{self.account}/models/{name}")
        message = self._rest.without_secrets(str(told.get("message") or ""))
        return Standing(
            id=name,
            status=status,
            state=state,
            tuned_model=model if state == "succeeded" else "",
            finished_at=str(one.get("completedTime") or ""),
            problem_code=str(told.get("code") or status) if state == "failed" else "",
            problem=message if state == "failed" else "",
        )


def _dataset_id(file: TrainingFile) -> str:
    return f"corpus-to-ft-{file.sha256[:32]}"


def _job_id(job: TuneJob) -> str:
    return f"corpus-to-ft-{job.id[:32]}"
