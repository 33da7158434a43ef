"""A job for any of the hosts, and who drives it: quick, and the same in a test and in a process that gets killed.

    python driving.py HOST URL FOLDER

sends the job of FOLDER as far as the host has it and follows it to its end.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from shape import KEY

from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.store.jobs import JobLedger
from corpus_to_ft.tune.base import Tuner
from corpus_to_ft.tune.stage import Driver, Manners
from corpus_to_ft.tuning import TrainingFile, TuneJob, TuneRole, sent_name

QUICK = Manners(first_pause_s=0.01, longest_pause_s=0.02, patience_s=20, listed_s=0.01)
PLANNED = "2026-11-21T09:00:00+00:00"
SETTINGS: dict[str, dict[str, Any]] = {
    "fireworks": {"account": "acme-corp"},
    "clova": {
        "bucket": "acme-data",
        "access_key": SecretStr("ncp-access-key-0123456789"),
        "secret_key": SecretStr("ncp-secret-key-0123456789"),
    },
}
MODELS = {"together": "Qwen/Qwen3-8B", "fireworks": "llama-v3p1-8b-instruct", "clova": "HCX-003"}


def tuner_for(host: str, url: str, **settings: Any) -> Tuner:
    fields = {"base_url": url, "api_key": SecretStr(KEY), "timeout_s": 20, **SETTINGS.get(host, {}), **settings}
    if host == "clova":
        fields = {"storage_url": url, **fields}
    return make_plugin("tune", host, Tuner, fields)


def training_file(folder: Path, role: TuneRole, name: str, lines: int = 12) -> TrainingFile:
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        said = [
            {"messages": [
                {"role": "user", "content": f"창고 {number}번 선반에는 무엇이 있나요? ({role})"},
                {"role": "assistant", "content": f"{number}번 선반에는 나사 {number * 7}개가 있습니다. 🔩"},
            ]}
            for number in range(lines)
        ]  # fmt: skip
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in said), encoding="utf-8")
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    return TrainingFile(
        role=role, path=str(path), name=sent_name(name, sha256), size=len(content), sha256=sha256, lines=lines, tokens=400
    )  # fmt: skip


def job_for(host: str, url: str, folder: Path, *, validation: bool = True, **fields: Any) -> TuneJob:
    files = [training_file(folder, "train", "훈련 자료.jsonl")]
    if validation:
        files.append(training_file(folder, "validation", "검증 자료.jsonl", lines=5))
    given: dict[str, Any] = {"hyperparameters": {"epochs": 3}, "suffix": "shelf-1", **fields}
    return TuneJob.make(
        target=host, tuner=host, model=MODELS.get(host, "open-mistral-7b"), base_url=url, files=tuple(files),
        planned_at=PLANNED, api_key_env=f"{host.upper()}_API_KEY", **given,
    )  # fmt: skip


@contextmanager
def driving(host: str, url: str, home: Path, **settings: Any) -> Iterator[Driver]:
    tuner = tuner_for(host, url, **settings)
    with JobLedger.open(home) as ledger:
        yield Driver(tuner=tuner, ledger=ledger, manners=QUICK)
    tuner.close()


def silent(_job: TuneJob, _told: object) -> None:
    """For who follows without watching."""


def main() -> None:
    host, url, place = sys.argv[1:]
    folder = Path(place)
    with driving(host, url, folder / "home") as driver:
        planned = job_for(host, url, folder)
        job = driver.ledger.job(planned.id) or driver.ledger.save(planned)
        job = driver.follow(driver.send(job), silent)
        print(json.dumps({"state": job.state, "remote_id": job.remote_id, "tuned_model": job.tuned_model}))


if __name__ == "__main__":
    main()
