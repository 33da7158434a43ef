"""Every host with a server of its own shape: the whole way, lost replies, refusals, and a process killed at each call."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clova_host import ClovaHost
from driving import driving, job_for, silent, tuner_for
from fireworks_host import FireworksHost
from mistral_host import MistralHost
from shape import KEY, Reply, Shape, served
from together_host import TogetherHost

from corpus_to_ft.errors import BudgetReached, ConfigError, TuneError
from corpus_to_ft.llm.sdk import Away
from corpus_to_ft.tuning import TuneJob

HOSTS: dict[str, type[Shape]] = {
    "clova": ClovaHost, "fireworks": FireworksHost, "mistral": MistralHost, "together": TogetherHost,
}  # fmt: skip
# The calls of one job, in their order: each may lose its reply, and at each the process may die.
CALLS = {
    "clova": ["put", "create", "job"],
    "fireworks": ["dataset", "upload", "create", "job"],
    "mistral": ["upload", "create", "job"],
    "together": ["register", "store", "preprocess", "create", "job"],
}
LOSSES = [(host, call) for host, calls in CALLS.items() for call in calls]


def jobs_at(shape: Any) -> int:
    return len(getattr(shape, "jobs", None) if hasattr(shape, "jobs") else shape.tasks)


def contents_at(shape: Any) -> list[bytes]:
    if isinstance(shape, TogetherHost):
        return [file["content"] for file in shape.stored.values()]
    if isinstance(shape, ClovaHost):
        return list(shape.objects.values())
    return list(shape.contents.values())


def sent_bytes(job: TuneJob) -> list[bytes]:
    return sorted(Path(file.path).read_bytes() for file in job.files)


@pytest.mark.parametrize("host", HOSTS)
def test_a_job_goes_all_its_way_and_its_files_arrive_byte_for_byte(host: str, tmp_path: Path) -> None:
    with served(HOSTS[host]()) as shape, driving(host, shape.url, tmp_path / "home") as driver:
        planned = job_for(host, shape.url, tmp_path)
        seen: list[str] = []
        job = driver.follow(driver.send(driver.ledger.save(planned)), lambda job, _: seen.append(job.state))
        assert job.state == "succeeded"
        assert job.tuned_model
        assert "running" in seen
        assert sorted(contents_at(shape)) == sent_bytes(job)
        assert shape.wrong == []
        assert jobs_at(shape) == 1
        # The same files again: nothing is sent, and a job of another wish is another job.
        again = driver.ledger.save(job_for(host, shape.url, tmp_path, hyperparameters={"epochs": 4}))
        assert driver.send(again).remote_id != job.remote_id
        assert len(contents_at(shape)) == 2
        assert shape.wrong == []


@pytest.mark.parametrize(("host", "call"), LOSSES)
def test_a_lost_reply_makes_nothing_twice(host: str, call: str, tmp_path: Path) -> None:
    with served(HOSTS[host]()) as shape, driving(host, shape.url, tmp_path / "home") as driver:
        shape.lose[call] = 1
        job = driver.follow(driver.send(driver.ledger.save(job_for(host, shape.url, tmp_path))), silent)
        assert shape.lose[call] == 0
        assert job.state == "succeeded"
        assert (jobs_at(shape), len(contents_at(shape))) == (1, 2)
        assert sorted(contents_at(shape)) == sent_bytes(job)
        assert shape.wrong == []


class Killing:
    """Ends the process whose request this is, before or after the work of one call."""

    def __init__(self, shape: Shape, call: str, when: str) -> None:
        self.shape, self.call, self.when, self.pid, self.hit = shape, call, when, 0, False
        self._answer = shape.answer

    def __call__(self, asked: Any) -> tuple[str, Reply]:
        name = next(n for n, m, p, _ in self.shape.calls() if m == asked.method and re.fullmatch(p, asked.path))
        dies = name == self.call and self.pid and not self.hit
        if dies and self.when == "before":
            self._kill()
            return name, Reply(status=503)
        answered = self._answer(asked)
        if dies:
            self._kill()
        return answered

    def _kill(self) -> None:
        self.hit = True
        os.kill(self.pid, signal.SIGKILL)


# Dying before a call is dying after the one before it, save for the one that costs money.
DEATHS = [(h, c, "after") for h, c in LOSSES if c != "job"] + [(h, "create", "before") for h in HOSTS]


@pytest.mark.parametrize(("host", "call", "when"), DEATHS)
def test_a_process_killed_at_a_call_continues_and_makes_nothing_twice(
    host: str, call: str, when: str, tmp_path: Path
) -> None:
    here = Path(__file__).parent
    with served(HOSTS[host]()) as shape:
        killing = Killing(shape, call, when)
        shape.answer = killing  # type: ignore[method-assign]
        words = [sys.executable, str(here / "driving.py"), host, shape.url, str(tmp_path)]
        environment = {**os.environ, "PYTHONPATH": str(here)}
        with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as process:
            killing.pid = process.pid
            assert process.wait(60) == -signal.SIGKILL
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["state"] == "succeeded"
        assert (jobs_at(shape), len(contents_at(shape))) == (1, 2)
        assert shape.wrong == []


@pytest.mark.parametrize("host", HOSTS)
def test_a_cancelled_job_is_ended_at_the_host_and_a_finished_one_is_left_alone(host: str, tmp_path: Path) -> None:
    with served(HOSTS[host]()) as shape, driving(host, shape.url, tmp_path / "home") as driver:
        job = driver.cancel(driver.send(driver.ledger.save(job_for(host, shape.url, tmp_path))))
        assert job.state == "cancelled"
        done = driver.send(driver.ledger.save(job_for(host, shape.url, tmp_path, hyperparameters={"epochs": 2})))
        done = driver.follow(done, silent)
        before = dict(shape.made)
        assert driver.tuner.cancel(done).state == "succeeded"  # type: ignore[union-attr]
        ends = [name for name in shape.made if name in ("cancel", "delete_task")]
        assert [shape.made[name] for name in ends] == [before.get(name, 0) for name in ends]


@pytest.mark.parametrize("host", HOSTS)
def test_a_wrong_key_is_the_users_to_correct_and_is_never_repeated(host: str, tmp_path: Path) -> None:
    from pydantic import SecretStr

    secret = "sk-somebody-elses-secret-key"
    with served(HOSTS[host]()) as shape:
        tuner = tuner_for(host, shape.url, api_key=SecretStr(secret))
        job = job_for(host, shape.url, tmp_path)
        with pytest.raises(ConfigError, match="API_KEY") as refused:
            tuner.look(replace(job, remote_id="1"))
        assert secret not in str(refused.value)
        assert secret not in repr(tuner)
        tuner.close()


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_needs_a_key_is_not_asked_without_one(host: str, tmp_path: Path) -> None:
    tuner = tuner_for(host, "https://api.example.com/v1", api_key=None)
    with pytest.raises(ConfigError, match="API_KEY"):
        tuner.look(replace(job_for(host, "", tmp_path), remote_id="1"))


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_refusal_means_is_known_by_its_status_and_code(host: str, tmp_path: Path) -> None:
    job = replace(job_for(host, "", tmp_path), remote_id="1")
    call = "create"
    job = replace(job, files=tuple(replace(file, remote_id="x") for file in job.files))
    cases: list[tuple[Reply, type[Exception], float | None]] = [
        (Reply(status=429, headers={"retry-after": "7"}), Away, 7.0),
        (Reply(status=503), Away, None),
        (Reply(status=500, value=b"<html>oops</html>", headers={"content-type": "text/html"}), Away, None),
        (Reply(status=200, value=b"<html>login</html>", headers={"content-type": "text/html"}), Away, None),
        (Reply(status=402, value={"error": {"message": "no money"}}), BudgetReached, None),
        (Reply(status=422, value={"message": f"no such model, {KEY}"}), TuneError, None),
    ]
    with served(HOSTS[host]()) as shape:
        tuner = tuner_for(host, shape.url)
        for reply, kind, wait_s in cases:
            shape.refuse[call] = [reply]
            with pytest.raises(kind) as refused:
                tuner.create(job)
            assert getattr(refused.value, "wait_s", None) == wait_s
            assert KEY not in str(refused.value)
        # Only reading is repeated by itself.
        assert shape.made[call] == len(cases)
        shape.refuse["job"] = [Reply(status=503), Reply(status=503)]
        assert tuner.look(job) is None
        assert shape.made["job"] == 3
        tuner.close()


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_host_would_refuse_is_told_before_anything_is_sent(host: str, tmp_path: Path) -> None:
    tuner = tuner_for(host, "http://127.0.0.1:1")
    codes = {finding.code for finding in tuner.check(job_for(host, "", tmp_path)) if finding.level == "error"}
    assert codes == set()
    wrong = job_for(host, "", tmp_path, hyperparameters={"epochs": 0}, suffix="창" * 65, method="reinforcement")
    codes = {finding.code for finding in tuner.check(wrong)}
    assert {"epochs_out_of_range", "method_not_offered"} <= codes
    assert host in ("clova", "mistral") or codes & {"suffix_too_long", "suffix_not_allowed"}


@pytest.mark.parametrize("host", ["fireworks", "mistral", "together"])
def test_files_are_listed_and_deleted(host: str, tmp_path: Path) -> None:
    with served(HOSTS[host]()) as shape, driving(host, shape.url, tmp_path / "home") as driver:
        job = driver.send(driver.ledger.save(job_for(host, shape.url, tmp_path)))
        found = {file.id: file for file in driver.tuner.files()}
        assert {file.remote_id for file in job.files} == set(found)
        assert {found[file.remote_id].name for file in job.files} == {file.name for file in job.files}
        driver.tuner.delete_file(job.files[0].remote_id)
        assert not driver.tuner.has_file(job.files[0].remote_id)
        assert driver.tuner.has_file(job.files[1].remote_id)
        assert shape.wrong == []


@pytest.mark.parametrize("host", ["fireworks", "mistral"])
def test_models_are_listed_and_deleted(host: str) -> None:
    with served(HOSTS[host]()) as shape:
        tuner = tuner_for(host, shape.url)
        (model,) = tuner.models()
        tuner.delete_model(model.id)
        assert list(tuner.models()) == []
        with pytest.raises(TuneError):
            tuner.delete_model(model.id)
        tuner.close()


def test_digests_are_what_the_hosts_were_told() -> None:
    """The storage of two hosts checks them; a server that accepted anything would prove nothing."""
    shape = TogetherHost()
    shape.stored["f"] = {"checksum": hashlib.sha256(b"one").hexdigest(), "content": b""}
    with pytest.raises(Exception, match="other bytes"):
        shape._keep(shape.stored["f"], b"two")
