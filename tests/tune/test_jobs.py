"""One file, one job, one charge: whatever a host of OpenAI's kind does with the calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from serving import Served
from tune_serving import serve_tuning, training_file

from corpus_to_ft.errors import BudgetReached, ConfigError, TuneError
from corpus_to_ft.llm.sdk import Away
from corpus_to_ft.store.jobs import JobLedger
from corpus_to_ft.tune.base import TrainingNotAvailable, TuneEvent
from corpus_to_ft.tune.openai_compatible import OpenaiCompatibleTuner
from corpus_to_ft.tune.planning import Wish, check_files, find_data, plan_job
from corpus_to_ft.tune.stage import Driver, Manners
from corpus_to_ft.tuning import TuneJob

QUICK = Manners(first_pause_s=0.01, longest_pause_s=0.02, patience_s=1.0, listed_s=0.01, longest_wait_s=0.05)
KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[JobLedger]:
    with JobLedger.open(tmp_path / "home") as opened:
        yield opened


class At:
    """A fresh server and what a process has at hand for it; `drive` is made anew as a new process would."""

    def __init__(self, server: Served, ledger: JobLedger, folder: Path) -> None:
        self.server, self.ledger, self.folder = server, ledger, folder
        self.told: list[str] = []
        self.tuners: list[OpenaiCompatibleTuner] = []

    def tuner(self, **fields: Any) -> OpenaiCompatibleTuner:
        made = OpenaiCompatibleTuner(**{"base_url": self.server.url, "api_key": KEY, **fields})
        self.tuners.append(made)
        return made

    def drive(self, manners: Manners = QUICK, **fields: Any) -> Driver:
        return Driver(tuner=self.tuner(**fields), ledger=self.ledger, manners=manners, tell=self.told.append)

    def planned(self, target: str = "openai-chat", **wished: Any) -> TuneJob:
        wish = Wish(source=training_file(self.folder), target=target, **wished)
        data = find_data(wish)
        job = plan_job(
            wish, data, list(check_files(data)), model="gpt-4o-mini", base_url=self.server.url,
            api_key_env="OPENAI_API_KEY", settings={},
        )  # fmt: skip
        return self.ledger.save(job)

    def follow(self, job: TuneJob, **fields: Any) -> tuple[TuneJob, list[TuneEvent]]:
        seen: list[TuneEvent] = []
        return self.drive(**fields).follow(job, lambda _, events: seen.extend(events)), seen

    def is_settled(self) -> None:
        """One file, one job, one charge."""
        seen = self.server.stats()
        assert (len(seen["files"]), len(seen["jobs"]), seen["charges"]) == (1, 1, 1)


@pytest.fixture
def at(ledger: JobLedger, tmp_path: Path) -> Iterator[Callable[..., At]]:
    with ExitStack() as stack:

        def start(**orders: Any) -> At:
            here = At(stack.enter_context(serve_tuning(**orders)), ledger, tmp_path / "자료")
            stack.callback(lambda: [tuner.close() for tuner in here.tuners])
            return here

        yield start


def test_a_job_goes_from_a_file_to_a_tuned_model(at: Callable[..., At]) -> None:
    here = at()
    job, events = here.follow(here.drive().send(here.planned(suffix="blog", hyperparameters={"epochs": 2})))
    assert (job.state, job.tuned_model) == ("succeeded", "ft:gpt-4o-mini:org::0001")
    seen = here.server.stats()
    here.is_settled()
    assert seen["files"][0]["filename"] == f"훈련 자료-{job.files[0].sha256[:12]}.jsonl"
    assert seen["jobs"][0]["body"] == {
        "model": "gpt-4o-mini", "training_file": "file-0001", "suffix": "blog",
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}},
        "metadata": {"corpus_to_ft_job": job.id},
    }  # fmt: skip
    assert [event.message for event in events if event.kind != "metrics"] == [
        "Created fine-tuning job", "Validating training file", "The job has succeeded",
    ]  # fmt: skip
    assert [step.state for step in here.ledger.steps(job.id)][:5] == [
        "planned",
        "uploading",
        "uploaded",
        "creating",
        "waiting",
    ]


@pytest.mark.parametrize("orders", [{}, {"lag": 1}, {"decomposed": True}, {"page": 1}])
def test_an_upload_whose_reply_is_lost_leaves_one_file(at: Callable[..., At], orders: dict[str, Any]) -> None:
    here = at(lose={"files": 1}, **orders)
    here.drive().send(here.planned())
    here.is_settled()


@pytest.mark.parametrize("orders", [{}, {"lag": 1}, {"drop_metadata": True}])
def test_a_job_whose_reply_is_lost_is_not_started_twice(at: Callable[..., At], orders: dict[str, Any]) -> None:
    here = at(lose={"jobs": 1}, **orders)
    job = here.drive().send(here.planned())
    assert job.remote_id == "ftjob-0001"
    here.is_settled()


def test_the_same_files_are_sent_once_for_several_jobs(at: Callable[..., At]) -> None:
    here = at()
    first = here.drive().send(here.planned())
    second = here.drive().send(here.planned(hyperparameters={"epochs": 5}))
    assert first.remote_id != second.remote_id
    assert len(here.server.stats()["files"]) == 1
    assert "file-0001" in here.told[-1]


def test_a_job_with_the_same_file_is_not_taken_for_ours(at: Callable[..., At]) -> None:
    here = at()
    here.drive().send(here.planned(hyperparameters={"epochs": 5}))
    here.server.set(lose={"jobs": 1})
    assert here.drive().send(here.planned()).remote_id == "ftjob-0002"


def test_an_account_that_may_not_train_is_told_so_and_keeps_its_file_in_sight(at: Callable[..., At]) -> None:
    here = at(blocked=True)
    job = here.planned()
    with pytest.raises(TrainingNotAvailable):
        here.drive().send(job)
    known = here.ledger.job(job.id)
    assert known is not None
    assert (known.state, known.problem_code) == ("failed", "training_not_available")
    assert here.ledger.files()[0].file_id == "file-0001"
    assert here.server.stats()["requests"]["jobs"] == 1


def test_a_forbidden_call_of_another_kind_is_a_matter_of_the_key(at: Callable[..., At]) -> None:
    told = {"message": "training_not_available is what this text says", "code": "permission_denied"}
    here = at(refuse={"jobs": [{"status": 403, "error": told}]})
    with pytest.raises(ConfigError):
        here.drive().send(here.planned())


def test_a_job_that_fails_says_why(at: Callable[..., At]) -> None:
    here = at(
        statuses=["validating_files", "failed"], problem={"code": "invalid_file", "message": "3번 줄", "param": None}
    )
    job, _ = here.follow(here.drive().send(here.planned()))
    assert (job.state, job.problem_code, job.problem) == ("failed", "invalid_file", "3번 줄")


def test_an_empty_error_is_no_error(at: Callable[..., At]) -> None:
    here = at(empty_error=True)
    job, _ = here.follow(here.drive().send(here.planned()))
    assert (job.state, job.problem_code, job.problem) == ("succeeded", "", "")


def test_a_status_that_nobody_knows_does_not_end_a_job(at: Callable[..., At]) -> None:
    here = at(statuses=["queued", "paused", "frobnicating", "running", "succeeded"])
    job = here.drive().send(here.planned())
    states = []
    while not job.has_ended:
        job = here.drive().look(job)
        states.append((job.state, job.status))
    assert states[:2] == [("waiting", "paused"), ("waiting", "frobnicating")]
    assert job.state == "succeeded"


@pytest.mark.parametrize("wait", ["1", "119", "121", "600", "date"])
def test_a_poll_that_is_put_off_is_made_again(at: Callable[..., At], wait: str) -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True) if wait == "date" else wait
    refusal = {
        "status": 429,
        "headers": {"retry-after": header},
        "error": {"code": "rate_limit_exceeded", "message": "slow"},
    }
    here = at(refuse={"jobs:get": [refusal, refusal]})
    job, _ = here.follow(here.drive().send(here.planned()))
    assert job.state == "succeeded"
    assert here.server.stats()["requests"]["jobs:get"] == 5
    assert len([told for told in here.told if "asking again" in told]) == 2


def test_an_account_without_money_stops_cleanly_and_goes_on_later(at: Callable[..., At]) -> None:
    refusal = {
        "status": 429,
        "headers": {"retry-after": "600"},
        "error": {"code": "insufficient_quota", "message": "no"},
    }
    here = at(refuse={"jobs": [refusal]})
    job = here.planned()
    with pytest.raises(BudgetReached):
        here.drive().send(job)
    known = here.ledger.job(job.id)
    assert known is not None
    assert known.state == "creating"
    assert here.drive().send(known).state == "waiting"
    here.is_settled()


def test_a_host_that_says_not_to_ask_again_is_not_asked_again(at: Callable[..., At]) -> None:
    here = at(refuse={"jobs": [{"status": 500, "headers": {"x-should-retry": "false"}}]})
    job = here.planned()
    with pytest.raises(Away):
        here.drive().send(job)
    assert here.server.stats()["requests"]["jobs"] == 1
    known = here.ledger.job(job.id)
    assert known is not None
    here.drive().send(known)
    here.is_settled()


@pytest.mark.parametrize("status", [409, 500, 503])
def test_a_failure_that_leaves_it_open_is_looked_into_and_tried_again(at: Callable[..., At], status: int) -> None:
    here = at(refuse={"files": [{"status": status}], "jobs": [{"status": status}]})
    assert here.drive().send(here.planned()).state == "waiting"
    here.is_settled()


def test_a_wrong_key_leaves_the_job_where_it_was(at: Callable[..., At]) -> None:
    here = at(refuse={"jobs": [{"status": 401, "error": {"message": f"Incorrect API key provided: {KEY}"}}]})
    job = here.planned()
    with pytest.raises(ConfigError) as failed:
        here.drive().send(job)
    assert KEY not in str(failed.value)
    known = here.ledger.job(job.id)
    assert known is not None
    here.drive().send(known)
    here.is_settled()


def test_a_refused_job_ends_and_its_like_can_be_started_anew(at: Callable[..., At]) -> None:
    here = at(refuse={"jobs": [{"status": 400, "error": {"message": "no such model", "code": "model_not_found"}}]})
    job = here.planned()
    with pytest.raises(TuneError, match="no such model"):
        here.drive().send(job)
    assert [known.state for known in here.ledger.jobs_of(job.content)] == ["failed"]
    assert here.drive().send(here.planned()).state == "waiting"
    here.is_settled()


def test_a_job_that_the_host_does_not_know_is_told(at: Callable[..., At]) -> None:
    here = at()
    job = here.drive().send(here.planned())
    with pytest.raises(TuneError, match="ftjob-9999"):
        here.drive().look(replace(job, remote_id="ftjob-9999"))


@pytest.mark.parametrize("page", [1, 2, 7, 0])
def test_events_come_once_and_in_order_over_all_pages(at: Callable[..., At], page: int) -> None:
    here = at(page=page)
    _, events = here.follow(here.drive().send(here.planned()))
    ids = [event.id for event in events]
    assert ids == sorted(set(ids))
    assert len(ids) == 15
    assert events[2].metrics == {"step": 1, "total_steps": 12, "train_loss": 3.0}


def test_a_file_that_is_gone_is_sent_again(at: Callable[..., At]) -> None:
    here = at(refuse={"jobs": [{"status": 500, "headers": {"x-should-retry": "false"}}]})
    job = here.planned()
    with pytest.raises(Away):
        here.drive().send(job)
    here.tuner().delete_file("file-0001")
    known = here.ledger.job(job.id)
    assert known is not None
    job = here.drive().send(known)
    assert (job.state, job.files[0].remote_id) == ("waiting", "file-0002")
    here.is_settled()


def test_a_file_that_stays_uploaded_does_not_hold_a_job_up(at: Callable[..., At]) -> None:
    here = at(file_status="uploaded")
    here.drive().send(here.planned())
    here.is_settled()


def test_a_large_file_goes_in_parts_and_arrives_whole(at: Callable[..., At]) -> None:
    here = at()
    job = here.drive(parts_above_mb=0.001).send(here.planned())
    seen = here.server.stats()
    assert seen["requests"]["uploads:complete"] == 1
    assert (seen["files"][0]["bytes"], seen["files"][0]["filename"]) == (job.files[0].size, job.files[0].name)
    here.is_settled()


def test_a_file_that_changed_since_it_was_checked_is_not_sent(at: Callable[..., At]) -> None:
    here = at()
    job = here.planned()
    Path(job.files[0].path).write_text("다른 글\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        here.drive().send(job)
    assert here.server.stats()["files"] == []


def test_a_job_is_cancelled_wherever_it_is(at: Callable[..., At]) -> None:
    here = at()
    assert here.drive().cancel(here.planned()).state == "cancelled"
    assert here.server.stats()["jobs"] == []
    job = here.drive().send(here.planned(suffix="a"))
    assert here.drive().cancel(job).state == "cancelled"
    lost = here.planned(suffix="b")
    here.server.set(refuse={"jobs": [{"status": 500, "headers": {"x-should-retry": "false"}}]})
    with pytest.raises(Away):
        here.drive().send(lost)
    known = here.ledger.job(lost.id)
    assert known is not None
    assert here.drive().cancel(known).state == "cancelled"
    done, _ = here.follow(here.drive().send(here.planned(suffix="c")))
    assert here.drive().cancel(replace(done, state="running")).state == "succeeded"


def test_a_job_is_paused_and_goes_on(at: Callable[..., At]) -> None:
    here = at()
    job = here.drive().pause(here.drive().send(here.planned()))
    assert (job.state, job.status) == ("waiting", "paused")
    assert here.drive().resume(job).state == "running"


def test_a_host_that_is_gone_ends_the_watch_after_a_while_and_not_the_job(at: Callable[..., At]) -> None:
    here = at()
    job = here.drive().send(here.planned())
    gone = replace(job, base_url="http://127.0.0.1:9/v1")
    lost = here.drive(replace(QUICK, patience_s=0.1), base_url=gone.base_url)
    with pytest.raises(Away):
        lost.follow(gone, lambda *_: None)
    assert here.follow(job)[0].state == "succeeded"


def test_azure_gets_its_byte_order_mark_and_its_key_in_its_own_header(at: Callable[..., At]) -> None:
    here = at()
    job = here.drive(auth="api-key").send(here.planned("azure-chat"))
    seen = here.server.stats()
    assert seen["first_bytes"]["file-0001"] == "efbbbf"
    assert seen["headers"] == [{"api-key": KEY}]
    assert seen["files"][0]["bytes"] == job.files[0].size == Path(job.files[0].path).stat().st_size + 3


@pytest.mark.parametrize("base64_results", [False, True])
def test_the_figures_of_a_training_are_read_plain_and_in_base64(at: Callable[..., At], base64_results: bool) -> None:
    here = at(base64_results=base64_results)
    job, _ = here.follow(here.drive().send(here.planned()))
    points = here.tuner().results(job)
    assert [point.step for point in points] == list(range(1, 13))
    assert points[0].metrics == {"train_loss": 3.0, "train_accuracy": 0.5}
    assert points[1].metrics["valid_loss"] == 1.75


def test_what_a_host_of_this_kind_refuses_is_found_before_anything_is_sent(at: Callable[..., At]) -> None:
    here = at()
    wished = {"epochs": 51, "batch_size": 257, "learning_rate_multiplier": 0, "beta": 3}
    job = here.planned(hyperparameters=wished, suffix="가" * 65, seed=2**31, metadata={"k" * 65: "v"})
    codes = {finding.code for finding in here.tuner().check(job)}
    assert codes == {
        "epochs_out_of_range", "batch_size_out_of_range", "learning_rate_multiplier_out_of_range", "beta_out_of_range",
        "beta_without_dpo", "suffix_too_long", "seed_out_of_range", "metadata_too_large",
    }  # fmt: skip
    assert [finding.code for finding in here.tuner().check(here.planned(method="dpo"))] == ["method_of_other_lines"]
    assert list(here.tuner().check(here.planned(hyperparameters={"epochs": "auto"}, metadata={"팀": "문서"}))) == []
    assert here.server.stats()["requests"] == {}
