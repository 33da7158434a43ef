"""`tune start` as people type it, for every host: keys and places from the environment, nothing set by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from clova_host import ACCESS_KEY, BUCKET, SECRET_KEY, ClovaHost
from fireworks_host import FireworksHost
from mistral_host import MistralHost
from shape import KEY, Shape, served
from together_host import TogetherHost

ENVIRONMENT = {
    "TOGETHER_API_KEY": KEY, "FIREWORKS_API_KEY": KEY, "MISTRAL_API_KEY": KEY, "CLOVASTUDIO_API_KEY": KEY,
    "FIREWORKS_ACCOUNT_ID": "acme-corp", "NCLOUD_BUCKET": BUCKET, "NCLOUD_ACCESS_KEY": ACCESS_KEY,
    "NCLOUD_SECRET_KEY": SECRET_KEY,
}  # fmt: skip


def line(target: str, number: int) -> str:
    question, answer = f"{number}번 선반에는 무엇이 있나요?", f"{number}번 선반에는 나사 {number * 7}개가 있습니다."
    if target == "clova":
        return json.dumps({"C_ID": number, "T_ID": 0, "Text": question, "Completion": answer}, ensure_ascii=False)
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("host", "target", "model"),
    [
        (TogetherHost, "together-chat", "Qwen/Qwen3-8B"),
        (FireworksHost, "fireworks-chat", "llama-v3p1-8b-instruct"),
        (MistralHost, "mistral-chat", "open-mistral-7b"),
        (ClovaHost, "clova", "HCX-003"),
    ],
)
def test_a_job_is_started_and_followed_to_its_end(host: type[Shape], target: str, model: str, tmp_path: Path) -> None:
    file = tmp_path / "훈련.jsonl"
    file.write_text("".join(f"{line(target, number)}\n" for number in range(120)), encoding="utf-8")
    with served(host()) as shape:
        places = ["--base-url", shape.url, *(["--set", f"storage_url={shape.url}"] if target == "clova" else [])]
        words = [
            "tune",
            "start",
            file,
            "--target",
            target,
            "--model",
            model,
            *places,
            "--yes",
            "--poll",
            "0.05",
            "--json",
        ]
        environment = {**os.environ, **ENVIRONMENT, "CORPUS_TO_FT_LANG": "en"}
        command = [sys.executable, "-m", "corpus_to_ft", *map(str, words)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        said = json.loads([text for text in done.stdout.splitlines() if text.startswith("{")][-1])
        assert said["state"] == "succeeded"
        assert said["tuned_model"]
        assert shape.wrong == []
    told = done.stdout + done.stderr
    assert not any(secret in told for secret in (KEY, ACCESS_KEY, SECRET_KEY))
