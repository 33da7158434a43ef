"""What only one host has: parts and signed addresses, a price asked first, reasons of failures, a folder for a server."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from clova_host import ClovaHost
from driving import driving, job_for, silent, training_file, tuner_for
from fireworks_host import FireworksHost
from mistral_host import MistralHost
from shape import served
from together_host import TogetherHost

from corpus_to_ft.errors import ConfigError, TuneError
from corpus_to_ft.tune.base import Tuner
from corpus_to_ft.tune.stage import Driver


def failed(driver: Driver, tmp_path: Path, shape: object, status: str) -> str:
    """What is told of a job that the host ends with this word."""
    job = driver.send(driver.ledger.save(job_for(driver.tuner.name, driver.tuner.base_url, tmp_path)))
    jobs = shape.tasks if isinstance(shape, ClovaHost) else shape.jobs  # type: ignore[attr-defined]
    for one in jobs.values() if isinstance(jobs, dict) else jobs:
        one["state" if isinstance(shape, FireworksHost) else "status"] = status
        if isinstance(shape, FireworksHost):
            one["status"] = {"code": "INVALID_ARGUMENT", "message": "줄 3이 너무 깁니다"}
        if isinstance(shape, ClovaHost):
            one["statusInfo"] = {"message": "데이터셋을 읽을 수 없습니다"}
    job = driver.follow(job, silent)
    assert job.state == "failed"
    assert job.problem_code
    return job.problem


@pytest.mark.parametrize("lost", ["", "initiate", "store_part", "complete"])
def test_together_takes_a_large_file_in_parts(tmp_path: Path, lost: str) -> None:
    with (
        served(TogetherHost()) as shape,
        driving("together", shape.url, tmp_path / "home", multipart_above_mb=0.001, part_mb=0.0005) as driver,
    ):
        shape.lose[lost] = 1
        job = driver.send(driver.ledger.save(job_for("together", shape.url, tmp_path, validation=False)))
        assert isinstance(shape, TogetherHost)
        (stored,) = shape.stored.values()
        assert stored["content"] == Path(job.files[0].path).read_bytes()
        assert len(stored["pieces"]) > 2
        assert shape.wrong == []


def test_together_never_trains_on_a_part_of_a_file(tmp_path: Path) -> None:
    with served(TogetherHost()) as shape:
        assert isinstance(shape, TogetherHost)
        tuner = tuner_for("together", shape.url)
        file = training_file(tmp_path, "train", "훈련 자료.jsonl")
        told = {
            "purpose": "fine-tune",
            "file_type": "jsonl",
            "checksum": file.sha256,
            "file_name": "somebody-elses.jsonl",
        }
        shape.stored["file-old"] = {**told, "content": b"half", "status": "COMPLETED"}
        with pytest.raises(TuneError, match=r"broken copy.*file-old"):
            tuner.upload(file, Path(file.path))
        # Another one's name is not ours to take away; our own is sent again.
        shape.stored["file-old"]["file_name"] = file.name
        assert tuner.upload(file, Path(file.path)) != "file-old"
        assert "file-old" not in shape.stored
        tuner.close()


def test_together_tells_events_once_and_in_order(tmp_path: Path) -> None:
    with served(TogetherHost()) as shape, driving("together", shape.url, tmp_path / "home") as driver:
        job = driver.send(driver.ledger.save(job_for("together", shape.url, tmp_path)))
        told = list(driver.tuner.events(job))
        assert [event.kind for event in told] == ["job_pending", "job_start"]
        assert [event.kind for event in driver.tuner.events(job, told[0].id)] == ["job_start"]
        assert driver.tuner.checkpoints(job)[0].step == 2
        assert driver.tuner.results(job)[0].metrics["loss"] == 0.5


def test_together_says_what_went_wrong(tmp_path: Path) -> None:
    with served(TogetherHost()) as shape, driving("together", shape.url, tmp_path / "home") as driver:
        assert failed(driver, tmp_path, shape, "error") == "파일이 이상합니다"


def test_full_training_and_a_rank_are_asked_for(tmp_path: Path) -> None:
    with served(TogetherHost()) as shape:
        job = job_for("together", shape.url, tmp_path)
        assert "training_type" not in tuner_for("together", shape.url)._asked(job)  # type: ignore[attr-defined]
        full = tuner_for("together", shape.url, lora=False)._asked(job)  # type: ignore[attr-defined]
        ranked = tuner_for("together", shape.url, lora_r=16)._asked(job)  # type: ignore[attr-defined]
        assert (full["training_type"]["type"], ranked["training_type"]["lora_alpha"]) == ("Full", 32)


@pytest.mark.parametrize("lost", ["", "address", "store", "validate"])
def test_fireworks_takes_a_large_file_at_a_signed_address(tmp_path: Path, lost: str) -> None:
    with (
        served(FireworksHost()) as shape,
        driving("fireworks", shape.url, tmp_path / "home", direct_mb=0.0001) as driver,
    ):
        shape.lose[lost] = 1
        job = driver.follow(driver.send(driver.ledger.save(job_for("fireworks", shape.url, tmp_path))), silent)
        assert isinstance(shape, FireworksHost)
        assert job.state == "succeeded"
        assert sorted(shape.contents.values()) == sorted(Path(file.path).read_bytes() for file in job.files)
        assert sorted(shape.names.values()) == sorted(file.name for file in job.files)
        assert shape.made["upload"] == 0
        assert shape.wrong == []


def test_fireworks_wants_an_account_before_anything_is_sent(tmp_path: Path) -> None:
    tuner = tuner_for("fireworks", "http://127.0.0.1:1", account="")
    job = job_for("fireworks", "", tmp_path)
    (finding,) = tuner.check(job)
    assert (finding.code, finding.level) == ("account_missing", "error")
    with pytest.raises(ConfigError, match="FIREWORKS_ACCOUNT_ID"):
        tuner.upload(job.files[0], Path(job.files[0].path))


def test_fireworks_waits_for_a_data_set_that_is_not_ready(tmp_path: Path) -> None:
    with served(FireworksHost()) as shape, driving("fireworks", shape.url, tmp_path / "home") as driver:
        assert isinstance(shape, FireworksHost)
        planned = driver.ledger.save(job_for("fireworks", shape.url, tmp_path))
        create, refused = shape.create, []

        def not_yet(asked: object) -> object:
            if len(refused) < 2:
                refused.append(1)
                for dataset in shape.datasets.values():
                    dataset["state"] = "UPLOADING"
            else:
                for dataset in shape.datasets.values():
                    dataset["state"] = "READY"
            return create(asked)  # type: ignore[arg-type]

        shape.create = not_yet  # type: ignore[method-assign, assignment]
        assert driver.send(planned).remote_id
        assert len(shape.jobs) == 1
        assert shape.wrong == []


def test_fireworks_says_what_went_wrong(tmp_path: Path) -> None:
    with served(FireworksHost()) as shape, driving("fireworks", shape.url, tmp_path / "home") as driver:
        assert failed(driver, tmp_path, shape, "JOB_STATE_FAILED") == "줄 3이 너무 깁니다"


def test_mistral_tells_the_price_and_waits_to_be_started(tmp_path: Path) -> None:
    with served(MistralHost()) as shape, driving("mistral", shape.url, tmp_path / "home", auto_start=False) as driver:
        job = driver.send(driver.ledger.save(job_for("mistral", shape.url, tmp_path)))
        for _ in range(5):
            job = driver.look(job)
        assert (job.state, job.status) == ("waiting", "VALIDATED")
        assert next(iter(driver.tuner.events(job))).message == "price: 3.5 EUR"
        job = driver.follow(driver.resume(job), silent)
        assert job.state == "succeeded"
        assert driver.tuner.checkpoints(job)[0].metrics == {"train_loss": 0.7}
        assert shape.wrong == []


def test_mistral_says_what_went_wrong(tmp_path: Path) -> None:
    with served(MistralHost()) as shape, driving("mistral", shape.url, tmp_path / "home") as driver:
        assert failed(driver, tmp_path, shape, "FAILED_VALIDATION") == "줄 3에 답이 없습니다"


def test_clova_says_what_went_wrong_and_no_key_is_in_the_ledger(tmp_path: Path) -> None:
    with served(ClovaHost()) as shape, driving("clova", shape.url, tmp_path / "home") as driver:
        assert "읽을 수 없습니다" in failed(driver, tmp_path, shape, "FAILED")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"ncp-secret-key" not in kept
    assert b"ncp-access-key" not in kept


def test_clova_wants_a_bucket_before_anything_is_sent(tmp_path: Path) -> None:
    tuner = tuner_for("clova", "http://127.0.0.1:1", bucket="", secret_key=None)
    told = [str(finding.message) for finding in tuner.check(job_for("clova", "", tmp_path)) if finding.level == "error"]
    assert [said.rsplit(" ", 1)[1] for said in told] == ["NCLOUD_BUCKET", "NCLOUD_SECRET_KEY"]


def test_a_wrong_storage_key_is_the_users_to_correct(tmp_path: Path) -> None:
    from pydantic import SecretStr

    with served(ClovaHost()) as shape:
        tuner = tuner_for("clova", shape.url, secret_key=SecretStr("another-secret-key-0123"))
        file = training_file(tmp_path, "train", "훈련 자료.jsonl")
        with pytest.raises(ConfigError, match="NCLOUD_SECRET_KEY") as refused:
            tuner.upload(file, Path(file.path))
        assert "another-secret" not in str(refused.value)
        tuner.close()


def files_only() -> Tuner:
    return tuner_for("files_only", "", api_key=None)


def test_a_folder_takes_the_place_of_a_server_and_asks_for_no_key(tmp_path: Path) -> None:
    from corpus_to_ft.store.jobs import JobLedger

    with JobLedger.open(tmp_path / "home") as ledger:
        driver = Driver(tuner=files_only(), ledger=ledger)
        asking = {"separator": "\n\n###\n\n", "stop": [" END"]}
        planned = replace(job_for("files_only", "", tmp_path / "자료"), asking=asking)
        job = driver.send(ledger.save(planned))
        assert job.state == "succeeded"
        folder = tmp_path / "자료" / "to-tune"
        for file in job.files:
            assert (folder / file.name).read_bytes() == Path(file.path).read_bytes()
        facts = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        assert facts["asking"] == asking
        assert facts["files"][0]["sha256"] == job.files[0].sha256
        told = (folder / "README.md").read_text(encoding="utf-8")
        assert told.index("학습") < told.index("Ready to train")
        assert job.files[0].name in told
        # The same bytes for another folder's job lie there too.
        other = replace(job_for("files_only", "", tmp_path / "다른 곳"), id="f" * 32)
        driver.send(ledger.save(other))
        for file in other.files:
            assert (tmp_path / "다른 곳" / "to-tune" / file.name).is_file()


def test_a_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    file = replace(training_file(tmp_path, "train", "a.jsonl"), name="../../escape.jsonl")
    where = Path(files_only().upload(file, Path(file.path)))
    assert where == tmp_path / "to-tune" / "escape.jsonl"
