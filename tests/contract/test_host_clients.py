"""The clients that Together, Fireworks and Mistral publish speak to our servers of their shape: so those are no fancy.

The clients live in `.contract/hosts`, which `make contract` makes; skipped where they are not installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from judging import INSTALLED

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "hosts"))

from fireworks_host import FireworksHost
from mistral_host import MistralHost
from shape import KEY, Shape, served
from together_host import TogetherHost

pytestmark = pytest.mark.contract
PYTHON = INSTALLED / "hosts" / "bin" / "python"
TOGETHER = """
from together import Together
client = Together(api_key=KEY, base_url=URL, max_retries=0)
file = client.files.upload(PATH, check=False)
assert [one.id for one in client.files.list().data] == [file.id]
body = {"training_file": file.id, "model": "Qwen/Qwen3-8B", "n_epochs": 1}
job = client.post("/v1/fine-tunes", cast_to=object, body=body)["id"]
jobs = client.fine_tuning
said = [jobs.retrieve(job).status, len(jobs.list().data), jobs.list_checkpoints(job).data[0].step, jobs.cancel(job).status]
assert said == ["queued", 1, 2, "cancelled"], said
"""
FIREWORKS = """
from fireworks import Fireworks
client = Fireworks(api_key=KEY, account_id="acme-corp", base_url=URL, max_retries=0)
client.datasets.create(dataset_id="train-1", dataset={"user_uploaded": {}, "example_count": "12", "format": "CHAT"})
client.datasets.upload("train-1", file=("train.jsonl", open(PATH, "rb")))
assert [one.state for one in client.datasets.list()] == ["READY"]
jobs = client.supervised_fine_tuning_jobs
name, base = "accounts/acme-corp/datasets/train-1", "accounts/fireworks/models/x"
jobs.create(dataset=name, base_model=base, supervised_fine_tuning_job_id="job-1", epochs=1)
assert jobs.get("job-1").state == "JOB_STATE_PENDING"
jobs.cancel("job-1", body={})
assert jobs.get("job-1").state == "JOB_STATE_CANCELLED"
"""
MISTRAL = """
from mistralai.client import Mistral
client = Mistral(api_key=KEY, server_url=URL)
file = client.files.upload(file={"file_name": "train.jsonl", "content": open(PATH, "rb")}, purpose="fine-tune")
assert [one.filename for one in client.files.list(page_size=100).data] == ["train.jsonl"]
jobs, wanted = client.fine_tuning.jobs, [{"file_id": file.id, "weight": 1}]
job = jobs.create(model="open-mistral-7b", hyperparameters={"training_steps": 10}, training_files=wanted, auto_start=False)
seen = [jobs.get(job_id=job.id).status for _ in range(3)]
assert seen == ["VALIDATING", "VALIDATED", "VALIDATED"], seen
assert jobs.start(job_id=job.id).status == "VALIDATED"
assert (jobs.list().total, jobs.cancel(job_id=job.id).status) == (1, "CANCELLED")
"""
CLIENTS: list[tuple[type[Shape], str]] = [(TogetherHost, TOGETHER), (FireworksHost, FIREWORKS), (MistralHost, MISTRAL)]


@pytest.mark.parametrize(("host", "program"), CLIENTS, ids=["together", "fireworks", "mistral"])
def test_the_hosts_own_client_works_with_our_server(host: type[Shape], program: str, tmp_path: Path) -> None:
    if not PYTHON.exists():
        pytest.skip("the hosts' clients are not installed; install them with: make contract")
    line = {"messages": [{"role": "user", "content": "창고는?"}, {"role": "assistant", "content": "아홉 시에 엽니다."}]}
    (tmp_path / "train.jsonl").write_text(f"{json.dumps(line, ensure_ascii=False)}\n" * 12, encoding="utf-8")
    with served(host()) as shape:
        given = f"KEY, URL, PATH = {KEY!r}, {shape.url!r}, {str(tmp_path / 'train.jsonl')!r}\n"
        words = [PYTHON, "-W", "ignore", "-c", given + program]
        environment = {**os.environ, "TOGETHER_ALLOW_INSECURE_UPLOAD_REDIRECTS": "1"}
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        assert shape.wrong == []
