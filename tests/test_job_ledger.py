"""The ledger of tuning jobs survives everything that is not a damaged disk, and never forgets what a host has."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from corpus_to_ft.errors import ConfigError, StoreError
from corpus_to_ft.store.jobs import JobLedger, SentFile
from corpus_to_ft.tuning import TrainingFile, TuneJob


def file(content: str = "a") -> TrainingFile:
    return TrainingFile(
        role="train",
        path="/자료/훈련.jsonl",
        name="훈련-aaaa.jsonl",
        size=10,
        sha256=content * 64,
        lines=12,
        tokens=340,
    )


def job(planned_at: str = "2026-11-21T10:00:00+00:00", **fields: object) -> TuneJob:
    known = {"target": "openai-chat", "tuner": "openai_compatible", "model": "gpt-4o-mini", "base_url": "https://a/v1"}
    return TuneJob.make(
        files=(file(),),
        planned_at=planned_at,
        api_key_env="OPENAI_API_KEY",
        **{**known, **fields},  # type: ignore[arg-type]
    )


def test_a_job_comes_back_as_it_was_written(tmp_path: Path) -> None:
    wished = job(
        hyperparameters={"epochs": 3, "lora": {"r": [8, 16]}}, metadata={"이름": "값"}, asking={"stop": ["\n"]}
    )
    with JobLedger.open(tmp_path) as ledger:
        ledger.save(wished)
    with JobLedger.open(tmp_path) as ledger:
        assert ledger.jobs() == [wished]
        assert ledger.job(wished.id) == ledger.job(wished.id[:6]) == ledger.job("latest") == wished
        assert ledger.job("") is None
        assert ledger.job("ffff-no") is None


def test_the_same_wish_has_the_same_content_whenever_it_is_planned() -> None:
    first, second = job(), job("2026-11-22T10:00:00+00:00")
    assert first.content == second.content
    assert first.id != second.id
    assert job(hyperparameters={"epochs": 4}).content != first.content
    assert job(suffix="blog").content != first.content


def test_each_state_is_a_step_and_a_look_that_shows_nothing_new_is_none(tmp_path: Path) -> None:
    with JobLedger.open(tmp_path) as ledger:
        wished = ledger.save(job())
        for state in ("uploading", "uploaded", "uploaded", "creating"):
            wished = ledger.save(replace(wished, state=state))  # type: ignore[arg-type]
        ledger.save(replace(wished, state="waiting", status="queued", remote_id="ftjob-1"), note="host says queued")
        assert [step.state for step in ledger.steps(wished.id)] == [
            "planned",
            "uploading",
            "uploaded",
            "creating",
            "waiting",
        ]
        assert ledger.job("ftjob-1") is not None


def test_a_file_is_known_by_server_content_and_purpose(tmp_path: Path) -> None:
    sent = SentFile(
        server="https://a/v1", sha256="a" * 64, purpose="fine-tune", name="훈련.jsonl", size=3, state="uploading",
        file_id="", job="j", asked_at="2026-11-21",
    )  # fmt: skip
    with JobLedger.open(tmp_path) as ledger:
        ledger.save_file(sent)
        ledger.save_file(replace(sent, state="present", file_id="file-1"))
        assert ledger.file("https://a/v1", "a" * 64, "fine-tune") == replace(sent, state="present", file_id="file-1")
        assert ledger.file("https://b/v1", "a" * 64, "fine-tune") is None
        ledger.forget_file("https://a/v1", "file-1")
        assert [known.state for known in ledger.files()] == ["deleted"]


def test_two_processes_do_not_send_the_same_job(tmp_path: Path) -> None:
    with JobLedger.open(tmp_path) as ledger, JobLedger.open(tmp_path) as other:
        with ledger.working_on("c"), pytest.raises(StoreError), other.working_on("c"):
            pass
        with ledger.working_on("c"), other.working_on("d"):
            pass


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "jobs.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ConfigError), JobLedger.open(tmp_path):
        pass


def test_a_file_that_is_no_ledger_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_text("이것은 데이터베이스가 아닙니다." * 100, encoding="utf-8")
    with pytest.raises(StoreError), JobLedger.open(tmp_path):
        pass
    assert "아닙니다" in (tmp_path / "jobs.sqlite").read_text(encoding="utf-8")
