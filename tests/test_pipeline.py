"""The whole line, offline: what is done stays done, whatever stops it."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus_to_ft.dataset import Outcome
from corpus_to_ft.pipeline import build_dataset
from corpus_to_ft.settings import Settings, load_settings
from corpus_to_ft.tokens import count_tokens

POSTS = {
    "창고.md": "---\ntitle: 냉동 창고 운영\ndate: 2024-03-02\n---\n## 온도 기준\n\n냉동 창고의 온도는 영하 18도로 유지합니다. "
    "온도가 영하 15도보다 높아지면 담당자에게 알림이 갑니다. 센서는 5분마다 값을 보냅니다. "
    "센서를 두 개씩 두는 이유는 하나가 고장 나도 기록이 끊기지 않아야 하기 때문입니다.\n",
    "배송.txt": "새벽 배송 안내\n\n새벽 배송은 밤 11시까지 주문한 상품을 다음 날 아침 7시 전에 문 앞에 두는 서비스입니다. "
    "수도권에서는 2023년 5월부터 시작했고, 부산에서는 2024년 1월에 시작했습니다. "
    "주문을 취소하려면 주문 내역에서 취소 단추를 누르면 됩니다. 밤 11시가 지나면 취소할 수 없습니다.\n",
    "검색.md": "# 검색 서버를 바꾼 이야기\n\n저희는 2022년에 검색 서버를 Elasticsearch에서 OpenSearch로 옮겼습니다. "
    "옮긴 이유는 라이선스가 바뀌었기 때문입니다. 색인을 다시 만드는 데 6시간이 걸렸습니다. "
    "OpenSearch는 오픈소스 검색 엔진입니다. 응답 시간은 평균 120밀리초에서 80밀리초로 줄었습니다.\n",
    "휴가.md": "# 휴가 제도\n\n한별로지스의 휴가는 입사한 날부터 쓸 수 있습니다. 남은 휴가는 다음 해 3월까지 쓸 수 있습니다. "
    "리프레시 휴가는 3년을 일한 사람에게 주는 열흘짜리 유급 휴가입니다. 신청은 두 주 전에 합니다.\n",
}
KINDS = 'generate=[{use="qa"},{use="keywords"},{use="summary"}]'


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "posts"
    folder.mkdir()
    for name, text in POSTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "그림.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    return folder


def build(posts: Path, out: Path, *overrides: str) -> Outcome:
    return build_dataset(load_settings(None, [KINDS, *overrides]), [str(posts)], out, export=True)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def files(out: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in out.iterdir() if path.suffix in (".jsonl", ".json", ".md", ".html")
    }


def test_documents_become_training_files_with_evidence(posts: Path, tmp_path: Path) -> None:
    outcome = build(posts, tmp_path / "out")
    assert outcome.documents == 4
    assert outcome.rejected["binary"] == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {
        "train.jsonl", "validation.jsonl", "manifest.json", "README.md", "report.html", "report.md", "run.sqlite",
    }  # fmt: skip
    exports = tmp_path / "out" / "exports"
    texts = {line["source"]: line["text"] for line in lines(exports / "documents.jsonl")}
    examples = lines(exports / "examples.jsonl")
    assert {line["kind"] for line in examples} == {"qa", "keywords", "summary"}
    for line in examples:
        assert isinstance(line["evidence"], list)
        for span in line["evidence"]:
            assert str(texts[line["source"]])[span["start"] : span["end"]] == span["text"] != ""
    written = len(lines(tmp_path / "out" / "train.jsonl")) + len(lines(tmp_path / "out" / "validation.jsonl"))
    assert written == len(examples) == outcome.examples


def test_running_again_does_nothing_and_one_more_file_costs_only_itself(posts: Path, tmp_path: Path) -> None:
    first = build(posts, tmp_path / "out")
    before = files(tmp_path / "out")
    again = build(posts, tmp_path / "out")
    assert (first.reused, again.made, again.reused) == (0, 0, first.made)
    assert files(tmp_path / "out") == before
    (posts / "새 글.txt").write_text("새 글입니다. 물류 센터는 2025년 6월에 문을 열었습니다.", encoding="utf-8")
    more = build(posts, tmp_path / "out")
    assert (more.made, more.reused) == (2, first.made)


def test_a_file_taken_away_is_gone_from_the_data_set(posts: Path, tmp_path: Path) -> None:
    build(posts, tmp_path / "out")
    (posts / "휴가.md").unlink()
    build(posts, tmp_path / "out")
    assert all(line["source"] != "휴가.md" for line in lines(tmp_path / "out" / "exports" / "examples.jsonl"))


def test_a_lost_training_file_is_written_again(posts: Path, tmp_path: Path) -> None:
    build(posts, tmp_path / "out")
    before = files(tmp_path / "out")
    (tmp_path / "out" / "train.jsonl").write_text("깨짐", encoding="utf-8")
    build(posts, tmp_path / "out")
    assert files(tmp_path / "out") == before


def test_two_processes_make_the_same_bytes_as_one(posts: Path, tmp_path: Path) -> None:
    build(posts, tmp_path / "one" / "out")
    build(posts, tmp_path / "two" / "out", "run.workers=2")
    assert files(tmp_path / "one" / "out") == files(tmp_path / "two" / "out")


def test_stages_go_as_far_as_their_name_and_are_reused(posts: Path, tmp_path: Path) -> None:
    settings: Settings = load_settings(None, [KINDS])
    out = tmp_path / "out"
    ingested = build_dataset(settings, [str(posts)], out, upto="ingest")
    assert (ingested.made, ingested.passages) == (5, 0)
    summarized = build_dataset(settings, [str(posts)], out, upto="summarize")
    assert (summarized.made, summarized.reused, summarized.examples) == (4, 5, 0)
    generated = build_dataset(settings, [str(posts)], out, upto="generate")
    assert generated.made == 4
    assert not (out / "train.jsonl").exists()
    assert build_dataset(settings, [str(posts)], out).made == 0
    assert (out / "train.jsonl").exists()


@pytest.mark.parametrize("target", ["legacy", "openai-chat", "local-chat"])
def test_every_line_fits_its_target(posts: Path, tmp_path: Path, target: str) -> None:
    (posts / "긴 글.txt").write_text(
        "\n\n".join(f"{n}번 창고는 {n * 7}도입니다. " * 9 for n in range(200)), encoding="utf-8"
    )
    settings = load_settings(None, [KINDS, f"target.use={target}"])
    build_dataset(settings, [str(posts)], tmp_path / "out")
    limit, encoding = settings.make_target().max_tokens, settings.make_target().encoding
    for name in ("train.jsonl", "validation.jsonl"):
        for line in lines(tmp_path / "out" / name):
            texts = [line["prompt"], line["completion"]] if target == "legacy" else [str(line["messages"])]
            assert sum(count_tokens(str(text), encoding) for text in texts) <= limit


def test_a_killed_run_continues_and_ends_in_the_same_bytes(posts: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "corpus_to_ft", "run", str(posts), "--set", KINDS, "--export", "-o"]
    calm, killed = tmp_path / "calm" / "out", tmp_path / "killed" / "out"
    subprocess.run([*command, str(calm)], check=True, capture_output=True)
    killed.mkdir(parents=True)
    for moment in (0.4, 0.8, 1.2, 1.6, 2.0):
        process = subprocess.Popen([*command, str(killed)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run([*command, str(killed)], check=True, capture_output=True)
    assert files(calm) == files(killed)
    connection = sqlite3.connect(killed / "run.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_the_order_of_files_and_their_place_do_not_matter(posts: Path, tmp_path: Path) -> None:
    build(posts, tmp_path / "a" / "out")
    elsewhere = tmp_path / "elsewhere" / "posts"
    shutil.copytree(posts, elsewhere)
    build(elsewhere, tmp_path / "b" / "out")
    assert files(tmp_path / "a" / "out") == files(tmp_path / "b" / "out")
