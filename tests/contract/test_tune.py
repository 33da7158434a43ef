"""The whole hand-off through the command line, judged by the vendor's description and a server that others wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from life import Life, ask, fetched, judges, live
from probes import PROBES
from recorder import Recorder

pytestmark = pytest.mark.contract


@pytest.fixture(scope="module")
def lived(description: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Life, Recorder]]:
    folder = tmp_path_factory.mktemp("lived")
    with judges(description, folder) as (recorder, _):
        life = Life(folder=folder, url=recorder.url)
        live(life)
        yield life, recorder


def test_no_request_of_the_whole_life_is_against_the_description(lived: tuple[Life, Recorder]) -> None:
    _, recorder = lived
    assert recorder.violations() == []
    assert len(recorder.seen) > 25
    assert all(one.sent_key for one in recorder.seen)


def test_every_operation_that_was_called_has_a_probe_that_is_refused(lived: tuple[Life, Recorder]) -> None:
    _, recorder = lived
    assert recorder.operations() <= {probe.operation for probe in PROBES}
    wanted = {
        "createFile", "retrieveFile", "listFiles", "createFineTuningJob", "retrieveFineTuningJob", "cancelFineTuningJob",
        "pauseFineTuningJob", "resumeFineTuningJob", "listFineTuningEvents", "listFineTuningJobCheckpoints", "listModels",
        "retrieveModel", "deleteModel", "createUpload", "addUploadPart", "completeUpload",
        "createChatCompletion", "createCompletion",
    }  # fmt: skip
    assert wanted <= recorder.operations()


def test_files_arrive_byte_for_byte_under_their_korean_names(lived: tuple[Life, Recorder]) -> None:
    life, recorder = lived
    stored = {one["id"]: one["filename"] for one in json.loads(ask(f"{recorder.url}/files"))["data"]}
    for file, name in zip(life.said["start"][0]["files"], ("훈련 자료", "검증 자료"), strict=True):
        assert stored[file["id"]] == file["name"]
        assert file["name"].startswith(name)
        assert fetched(recorder.url, file["id"]) == (life.folder / "자료" / f"{name}.jsonl").read_bytes()


def test_the_parts_of_a_large_file_are_the_file(lived: tuple[Life, Recorder]) -> None:
    life, recorder = lived
    (begun,) = recorder.calls("createUpload")
    content = (life.folder / "자료" / "긴 자료.jsonl").read_bytes()
    assert json.loads(begun.body)["bytes"] == len(content)
    assert content in b"".join(one.body for one in recorder.calls("addUploadPart"))


def test_the_job_is_asked_for_as_it_was_wished(lived: tuple[Life, Recorder]) -> None:
    life, recorder = lived
    asked = json.loads(recorder.calls("createFineTuningJob")[0].body)
    job = life.said["start"][0]
    assert (asked["model"], asked["suffix"], asked["seed"]) == ("gpt-4o-mini", "창고", 7)
    assert asked["method"]["supervised"]["hyperparameters"]["n_epochs"] == 3
    assert asked["training_file"] == job["files"][0]["id"]
    assert asked["validation_file"] == job["files"][1]["id"]
    assert job["job"] in asked["metadata"].values()


def test_each_command_says_what_became_of_the_job(lived: tuple[Life, Recorder]) -> None:
    life, recorder = lived
    said = life.said
    assert said["follow"][-1]["state"] == "succeeded"
    assert "창고" in said["follow"][-1]["tuned_model"]
    assert said["cancel"][-1]["state"] == "cancelled"
    assert len(said["events"]) >= 3
    assert len(said["list"]) == 3
    # The second job took the file that was there.
    assert said["start again"][0]["files"][0]["id"] == said["start"][0]["files"][0]["id"]
    assert len(recorder.calls("createFile")) == 2
    assert {file["name"] for file in said["files"]} >= {file["name"] for file in said["start"][0]["files"]}


def test_a_model_is_asked_as_it_was_trained(lived: tuple[Life, Recorder]) -> None:
    life, recorder = lived
    (chat,), (completion,) = recorder.calls("createChatCompletion"), recorder.calls("createCompletion")
    # The system message of all training lines goes along.
    assert json.loads(chat.body)["messages"] == [
        {"role": "system", "content": "창고 안내원입니다."},
        {"role": "user", "content": "창고는 몇 시에 여나요?"},
    ]
    assert life.said["ask"][0]["answer"] == "아침 아홉 시에 엽니다."
    lines = (life.folder / "옛 모델" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    asking = json.loads((life.folder / "옛 모델" / "manifest.json").read_text(encoding="utf-8"))["asking"]
    asked = json.loads(completion.body)
    assert asked["prompt"].endswith(asking["separator"])
    assert asked["stop"] == asking["stop"]
    assert all(json.loads(line)["prompt"].endswith(asking["separator"]) for line in lines)


def test_a_file_is_deleted_at_the_end(lived: tuple[Life, Recorder]) -> None:
    """Last: the others compare what lies there."""
    life, recorder = lived
    file_id = life.said["start"][0]["files"][1]["id"]
    life.run("files delete", "files", "delete", file_id, "--yes", "--base-url", f"{life.url}/v1")
    assert recorder.calls("deleteFile")[-1].status == 200
    assert file_id not in {one["id"] for one in json.loads(ask(f"{recorder.url}/files"))["data"]}
    assert recorder.violations() == []
