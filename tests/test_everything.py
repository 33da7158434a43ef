"""Whatever lies in a folder: nothing stops a run, nothing falls out without a reason, and broken input stays cheap."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.everything import by_suffix, on_both_sides, untold
from benchmarks.faults import Row, groups, run_group
from benchmarks.hostile import NEIGHBOR, faults_of, remove, run_case
from benchmarks.hostile_files import PLACES, SETS, TEXTS
from benchmarks.measured import Ran, became, run_line
from benchmarks.naughty import NAME_BYTES, names_of, run_way
from corpus_to_ft.analyzers.borders import pieces, split_by_rule
from corpus_to_ft.ingest.base import IngestSettings, SourceFile
from corpus_to_ft.ingest.sources import find_sources
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.records import Document, Rejected
from corpus_to_ft.settings import Settings

# A hundredth of what the same text would cost if it cost its square.
CHEAP_S = 3.0
RUN = {
    "spaces": lambda n: "가" + " " * n + "나",
    "line ends": lambda n: "가" + "\n" * n + "나",
    "tabs": lambda n: "가\t" + "\t" * n + "나",
    "spaces behind a date": lambda n: "2024-01-01" + " " * n + "x",
    "spaces behind a bracket": lambda n: "[" + " " * n + "x",
    "spaces behind an import": lambda n: "import " + " " * n + "x",
    "stars": lambda n: " *" * (n // 2) + "나",
    "full stops": lambda n: "." * n + "나",
    "quotes": lambda n: "가." + '"' * n + "나",
}


def read(source: str, text: str) -> list[Document | Rejected]:
    return list(read_documents(SourceFile(source=source, data=text.encode()), Settings().make_readers()))


@pytest.mark.parametrize("name", ["글.txt", "글.md", "글.html", "글.csv"])
@pytest.mark.parametrize("run", RUN.values(), ids=RUN)
def test_a_long_run_of_one_character_costs_no_more_than_its_length(run: Callable[[int], str], name: str) -> None:
    begun = time.process_time()
    assert read(name, run(100_000))
    assert time.process_time() - begun < CHEAP_S


@pytest.mark.parametrize("mark", [".", "?!", ".)", '."', "가."])
def test_a_page_of_full_stops_is_cut_in_no_time(mark: str) -> None:
    text, begun = mark * 50_000, time.process_time()
    assert split_by_rule(text)
    assert [end for _, end, _ in pieces(text)][-1] == len(text)
    assert time.process_time() - begun < CHEAP_S


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("정말요?! 네.", ["정말요?!", "네."]),
        ("끝... 그리고 시작.", ["끝...", "그리고 시작."]),
        ('"좋다." 그가 웃는다. ', ['"좋다."', "그가 웃는다."]),
        ("좋다。다음", ["좋다。", "다음"]),
        ("v1.2.3을 쓴다. 된다", ["v1.2.3을 쓴다.", "된다"]),
    ],
)
def test_runs_of_marks_end_sentences_as_before(text: str, sentences: list[str]) -> None:
    assert [span.of(text) for span in split_by_rule(text)] == sentences


def test_a_heading_of_contents_falls_out_of_markdown_with_its_line_only() -> None:
    (page,) = read("글.md", "# 제목\n\n첫 문단입니다.\n\n  [[TOC]]  \n\n둘째 문단입니다.\n")
    assert isinstance(page, Document)
    assert "TOC" not in page.text
    assert page.text.endswith("첫 문단입니다.\n\n둘째 문단입니다.")


def test_every_hostile_case_has_a_name_of_its_own() -> None:
    names = [name for cases in SETS.values() for name in cases]
    assert len(names) == len(set(names)) > 60


def test_a_run_beside_a_hostile_file_keeps_the_neighbor_and_names_the_file(tmp_path: Path) -> None:
    ran = run_case("json", TEXTS["json, 10,000 deep"], tmp_path)
    assert faults_of(ran, ran, {"deep.json"}) == []
    assert became(ran)["deep.json"].reasons == {"too_complex": 1}
    assert faults_of(ran, ran, {"absent.json"}) == ["not told of: ['absent.json']"]


def test_strings_that_break_software_come_through_or_have_a_reason(tmp_path: Path) -> None:
    strings = [
        "undefined",
        "<script>alert(1)</script>",
        "' OR 1=1 -- 1",
        "\u0001\u202e\u200b제어",
        "Ω≈ç√∫˜µ≤≥÷",
        "가나다",
        "{{7*7}}",
        "%s%n",
        "田中さん",
        "🐵 🙈",
    ]
    assert run_way("embedded", strings, tmp_path) == []
    documents = (tmp_path / "embedded-out" / "exports" / "documents.jsonl").read_text(encoding="utf-8")
    texts = [json.loads(line)["text"] for line in documents.split("\n")[:-1]]
    for string in ("<script>alert(1)</script>", "' OR 1=1 -- 1", "가나다", "{{7*7}}"):
        assert any(f"「{string}」" in text for text in texts)
    assert not any("\u202e" in text for text in texts)


def test_names_of_files_are_only_made_where_a_file_system_takes_them(tmp_path: Path) -> None:
    assert names_of(["a/b", "x" * (NAME_BYTES + 1), ".hidden", "가"], tmp_path) == {"ab.txt", "가.txt"}


def test_what_a_run_lost_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {
        "글.md": "# 글\n\n본문이 있는 글입니다.",
        "그림.png": "x",
        "n_깨짐.json": "{",
        ".숨김": "x",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    ran = run_line([folder], tmp_path / "out")
    assert untold(ran, folder) == []
    assert on_both_sides(ran) == []
    assert by_suffix(ran)[0].startswith(".md: 1 documents")
    (folder / "뒤.md").write_text("나중에 온 글", encoding="utf-8")
    assert untold(ran, folder) == ["뒤.md"]
    row = Row()
    for name in ("글.md", "뒤.md"):
        row.add(folder / name, became(ran).get(name))
    assert (row.read, row.lost) == (1, [str(folder / "뒤.md")])


def test_a_crash_is_one() -> None:
    ran = Ran(exit=0, seconds=1, main_mb=1, worker_mb=1, is_late=False, out=Path())
    assert not ran.crashed
    for exit_code, is_late in ((70, False), (-9, False), (0, True)):
        ran.exit, ran.is_late = exit_code, is_late
        assert ran.crashed


def test_no_broken_json_of_the_shared_set_becomes_an_example(shared_data: Path, tmp_path: Path) -> None:
    row = Row()
    for _, _, files in groups(shared_data, ["faults/json", "faults/xml"]):
        if files[0].suffix in (".json", ".xml"):
            run_group(files, row, tmp_path)
    assert (row.crashes, row.lost, row.broken) == ([], [], [])
    assert row.files > 170


def test_the_neighbor_is_an_honest_one(tmp_path: Path) -> None:
    ran = run_case("idle", None, tmp_path)
    assert became(ran)[NEIGHBOR].documents == 1
    assert ran.exit == 0


def test_folders_deeper_than_a_path_may_be_long_are_told_and_cost_no_other_file(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / NEIGHBOR).write_text("# 이웃\n\n본문이 있는 글입니다.", encoding="utf-8")
    PLACES["2,500 folders deep"](folder)
    try:
        begun = time.monotonic()
        found = [ref.read(IngestSettings()) for ref in find_sources([folder], skip=tmp_path / "out")]
        assert time.monotonic() - begun < 20
        assert [type(item) for item in found] == [Rejected, SourceFile]
        assert isinstance(found[0], Rejected)
        assert found[0].reason == "unreadable"
    finally:
        remove(folder)
