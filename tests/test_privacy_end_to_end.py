"""Every invented piece of personal data is planted in posts; after a whole run none of it is anywhere."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from making import document
from personal_data import positives
from recording import recording
from scripted import ScriptedProvider
from serving import serve

from corpus_to_ft.llm.stage import LedgerAsk
from corpus_to_ft.privacy.guard import reason_to_withhold
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Message, Prompt, ProviderFailure
from corpus_to_ft.store import RunStore

POSTS = 10
FILLER = (
    "온실의 센서는 10분마다 온도와 습도를 잽니다. 값이 문턱을 넘으면 환기창을 엽니다. "
    "기록은 30일 동안 보관하며, 오래된 기록은 하루 평균만 남깁니다."
)


def planted(folder: Path) -> list[str]:
    """Ten posts with every positive in their text and some in title, author, tags, headings, lists, tables and code."""
    folder.mkdir()
    cases = positives()
    values = []
    for number in range(POSTS):
        own = cases[number::POSTS]
        emails = [value for kind, _, value in own if kind == "email" and "@" in value]
        phone = next(value for kind, _, value in own if kind == "phone" and re.fullmatch(r"010-\d{4}-\d{4}", value))
        parts = []
        for place, (_, text, _) in enumerate(own):
            form = place % 7
            if form == 1 and "\n" not in text:
                parts.append(f"- {text}\n- 다음 항목은 {FILLER}")
            elif form == 2 and "\n" not in text:
                parts.append(f"## {text}\n\n{FILLER}")
            elif form == 3 and "\n" not in text:
                parts.append(f"| 항목 | 값 |\n| --- | --- |\n| {text} | 참 |")
            elif form == 4:
                parts.append(f"```\n{text}\n```\n\n{FILLER}")
            else:
                parts.append(f"{FILLER} {text}")
        head = (
            f"---\ntitle: {number}번째 글 {emails[0]}\nauthor: 홍길동 <{emails[-1]}>\ntags: [온실, {phone}]\n"
            f"date: 2024 봄 {phone}\nurl: https://leaf.io/?from={emails[0]}\n---\n\n"
        )
        (folder / f"{number}.md").write_text(head + "\n\n".join(parts) + "\n", encoding="utf-8")
        values += [value for _, _, value in own]
    # Rows without a text field, whose names are quoted in the reason.
    (folder / "표.csv").write_text(f"제목,{emails[0]}\n가,나\n", encoding="utf-8")
    return values


def run(folder: Path, out: Path, *settings: str) -> subprocess.CompletedProcess[bytes]:
    chosen = ("analyzer.use=regex", 'generate=[{use="qa"},{use="keywords"},{use="summary"}]', *settings)
    line = [sys.executable, "-m", "corpus_to_ft", "run", str(folder), "-o", str(out), "--export", "--yes"]
    line += [part for setting in chosen for part in ("--set", setting)]
    return subprocess.run(line, capture_output=True, check=False, env={**os.environ, "OPENAI_API_KEY": "none"})


def survivors(values: list[str], *places: bytes) -> set[str]:
    """Values that stand there as they were, in JSON escapes, or without what stood between their groups."""
    found = set()
    for place in places:
        text = place.decode("utf-8", "replace")
        if "\\u" in text:
            text += re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)
        bare = re.sub(r"[^0-9A-Za-z@가-힣]+", "", text)
        for value in values:
            squeezed = re.sub(r"[^0-9A-Za-z@가-힣]+", "", value)
            if value in text or (len(squeezed) >= 9 and squeezed in bare):
                found.add(value)
    return found


def left_behind(out: Path) -> Iterator[bytes]:
    for path in sorted(out.rglob("*")):
        if path.is_file():
            yield path.read_bytes()
    with sqlite3.connect(out / "run.sqlite") as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield "\n".join(x.decode("utf-8", "replace") if isinstance(x, bytes) else str(x) for x in row).encode()
    database.close()


def test_nothing_planted_survives_a_run_without_a_model(tmp_path: Path) -> None:
    values = planted(tmp_path / "글")
    done = run(tmp_path / "글", tmp_path / "out")
    assert done.returncode in (0, 1), done.stderr.decode()
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["examples"] > 20
    assert manifest["personal_data"]["mode"] == "mask"
    assert manifest["personal_data"]["documents"] == POSTS
    assert sum(manifest["personal_data"]["found"].values()) >= len(values)
    assert survivors(values, done.stdout, done.stderr, *left_behind(tmp_path / "out")) == set()
    for name in ("report.md", "report.html"):
        assert "이메일" in (tmp_path / "out" / name).read_text(encoding="utf-8")


def test_nothing_planted_reaches_a_model_server(tmp_path: Path) -> None:
    values = planted(tmp_path / "글")
    with serve() as server, recording(server.port) as recorded:
        done = run(
            tmp_path / "글", tmp_path / "out",
            "provider.use=openai_compatible", f"provider.base_url={recorded.url}", "provider.model=gpt-4o-mini",
        )  # fmt: skip
        sent, asked = recorded.sent, server.stats()["requests"]
    assert done.returncode in (0, 1), done.stderr.decode()
    assert asked > 20
    assert sent.count(b"POST ") == asked
    assert survivors(values, sent, done.stdout, done.stderr, *left_behind(tmp_path / "out")) == set()
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["examples"] > 20
    # A prompt that is withheld would be one that masking missed.
    rejected = (tmp_path / "out/exports/rejected.jsonl").read_text(encoding="utf-8")
    assert "was not sent" not in rejected


def test_a_run_that_keeps_personal_data_says_so(tmp_path: Path) -> None:
    values = planted(tmp_path / "글")
    done = run(tmp_path / "글", tmp_path / "out", "privacy.mode=keep", "generate=keywords")
    assert done.returncode in (0, 1), done.stderr.decode()
    assert len(survivors(values, *left_behind(tmp_path / "out"))) > len(values) / 2
    assert "개인정보를 그대로 두었습니다" in done.stdout.decode()
    assert "가리지 않았습니다" in (tmp_path / "out/README.md").read_text(encoding="utf-8")


def test_a_prompt_with_personal_data_is_not_sent(tmp_path: Path) -> None:
    asked = [
        Prompt.make(
            kind="summary", subject_id=document(text).id, text=text, messages=(Message(role="user", content=text),)
        )
        for text in ("번호는 010-1234-5678입니다.", "번호는 [전화번호]입니다.")
    ]
    provider = ScriptedProvider(script={"summary": '{"summary": "번호가 있습니다."}'})
    usual, keeps = PrivacySettings(), PrivacySettings(mode="keep")
    with RunStore.open(tmp_path) as store:
        first, second = LedgerAsk(provider, store, withhold=lambda prompt: reason_to_withhold(prompt, usual))(asked)
    assert isinstance(first, ProviderFailure)
    assert (first.reason, "1234" in first.detail) == ("personal_data", False)
    assert not isinstance(second, ProviderFailure)
    assert provider.asked == asked[1:]
    assert reason_to_withhold(asked[0], keeps) is None


@pytest.mark.parametrize("mode", ["drop", "mask"])
def test_a_second_mode_reads_again(tmp_path: Path, mode: str) -> None:
    folder = tmp_path / "글"
    folder.mkdir()
    (folder / "a.md").write_text(f"# 글\n\n{FILLER}\n\n전화는 010-1234-5678입니다.\n", encoding="utf-8")
    assert run(folder, tmp_path / "out", "privacy.mode=keep").returncode == 0
    assert run(folder, tmp_path / "out", f"privacy.mode={mode}").returncode == 0
    line = (tmp_path / "out/exports/documents.jsonl").read_text(encoding="utf-8")
    assert "1234" not in line
    assert ("[전화번호]" in line) == (mode == "mask")
