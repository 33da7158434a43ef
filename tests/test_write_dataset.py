"""A written data set is complete or not there, the same for the same input, and safe to open."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus_to_ft.errors import ConfigError, StoreError
from corpus_to_ft.plugin import find_plugin
from corpus_to_ft.records import Document, Example, Message, Passage, Span, Split, Target
from corpus_to_ft.targets import load_target, target_names
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write import stage
from corpus_to_ft.write.base import Writer
from corpus_to_ft.write.chat import ChatWriter
from corpus_to_ft.write.manifest import Input, Leakage, RunFacts, Shown, Written
from corpus_to_ft.write.prompt_completion import PromptCompletionWriter
from corpus_to_ft.write.report import fence, histogram, markdown_text, marked_pieces, render_html
from corpus_to_ft.write.stage import write_dataset

TEXT = "오픈소스는 누구나 쓸 수 있습니다. 라이선스는 2024년 3월에 바뀌었습니다. 😀 끝."
FILES = {"train.jsonl", "validation.jsonl", "manifest.json", "README.md", "report.html", "report.md"}


def passage(text: str = TEXT) -> Passage:
    return Passage.make(Document.make(source="글.md", text=f"머리\n{text}"), 3, 3 + len(text), ("제목",), ())


def example(question: str, answer: str, of: Passage | None = None, source: str = "블로그/글.md") -> Example:
    place = of or passage()
    start = place.start + max(place.text.find(answer), 0)
    return Example.make(
        kind="qa",
        messages=(Message(role="user", content=question), Message(role="assistant", content=answer)),
        document_id=place.document_id,
        passage_id=place.id,
        source=source,
        evidence=(Span(start=start, end=start + len(answer)),),
        made_by="extractive",
    )


def facts(**changed: Any) -> RunFacts:
    known: dict[str, Any] = {
        "name": "우리 블로그",
        "documents": 3,
        "passages": 4,
        "summaries": 3,
        "made": 12,
        "rejected": {"empty": 1, "too_long": 2},
        "rejected_by_stage": {"ingest": 1, "generate": 2},
        "calls": {"made": 5, "reused": 1},
        "cost": 0.25,
        "billed_tokens": {"input": 100, "output": 20},
        "settings": {"target": {"use": "legacy"}, "split": {"validation": 0.1}, "words": ("가", "나")},
        "versions": {"corpus-to-ft": "0.1.0"},
        "prompts": {"qa": "abc"},
        "inputs": [Input(source="글.md", sha256="0" * 64)],
        "leakage": Leakage(searched_from=0.4),
        "keywords": [("오픈소스", 3.0), ("라이선스", 1.0)],
        "warnings": ["깨진.txt: 3번째 바이트가 UTF-8이 아닙니다"],
    }
    return RunFacts(**{**known, **changed})


def some_examples(count: int = 12) -> list[tuple[Split, Example]]:
    return [
        ("validation" if i % 4 == 3 else "train", example(f"{i}번 질문은 무엇인가요?", "누구나 쓸 수 있습니다"))
        for i in range(count)
    ]


def write(
    out: Path,
    examples: list[tuple[Split, Example]] | None = None,
    target: Target | None = None,
    writer: Writer | None = None,
    **changed: Any,
) -> Written:
    return write_dataset(
        out,
        lambda: iter(some_examples() if examples is None else examples),
        target=target or load_target("legacy"),
        writer=writer or PromptCompletionWriter(),
        facts=facts(**changed),
        passages=lambda: [passage()],
    )


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_the_folder_holds_the_promised_files_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "새" / "폴더")
    assert {path.name for path in (tmp_path / "새" / "폴더").iterdir()} == FILES


def test_the_manifest_says_what_the_files_hold(tmp_path: Path) -> None:
    write(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    for file in manifest["files"]:
        data = (tmp_path / file["name"]).read_bytes()
        assert (file["rows"], file["sha256"]) == (data.count(b"\n"), hashlib.sha256(data).hexdigest())
    assert (manifest["documents"], manifest["examples"]) == (3, 12)
    assert manifest["rejected"] == {"too_long": 2, "empty": 1}
    assert manifest["calls"] == {"made": 5, "reused": 1, "failed": 0}
    assert manifest["inputs"] == [{"source": "글.md", "sha256": "0" * 64}]
    assert manifest["asking"]["stop"] == ["\n"]
    assert {"cost", "tokens", "settings", "versions", "leakage", "prompts"} <= manifest.keys()


@pytest.mark.parametrize("name", [name for name in target_names() if load_target(name).writer != "preference"])
def test_every_line_fits_its_target_and_the_counts_add_up(tmp_path: Path, name: str) -> None:
    target = load_target(name)
    writer = find_plugin("write", target.writer, Writer)()
    written = write(tmp_path, target=target, writer=writer)
    texts = [(tmp_path / file.name).read_text(encoding="utf-8-sig") for file in written.files]
    lines = [json.loads(line) for text in texts for line in text.splitlines()]
    assert len(lines) == written.rows == 12
    assert sum(file.tokens for file in written.files) == sum(written.token_counts)
    assert 0 < written.quantile(0.5) <= written.longest <= target.max_tokens
    if target.writer == "prompt_completion":
        counts = [sum(count_tokens(line[key], target.encoding) for key in ("prompt", "completion")) for line in lines]
        assert sorted(counts) == list(written.token_counts)


def test_a_target_that_wants_a_byte_order_mark_gets_one_and_the_manifest_counts_it(tmp_path: Path) -> None:
    write(tmp_path, target=load_target("azure-chat"), writer=ChatWriter())
    for file in json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["files"]:
        data = (tmp_path / file["name"]).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf{")
        assert data.count(b"\xef\xbb\xbf") == 1
        assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    write(tmp_path, target=load_target("openai-chat"), writer=ChatWriter())
    assert (tmp_path / "train.jsonl").read_bytes().startswith(b"{")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "하나")
    write(tmp_path / "둘")
    before = contents(tmp_path / "하나")
    assert before == contents(tmp_path / "둘")
    write(tmp_path / "하나")
    assert contents(tmp_path / "하나") == before


def test_without_examples_empty_files_and_a_warning_are_left(tmp_path: Path) -> None:
    written = write(tmp_path, examples=[], documents=0, passages=0, made=0, rejected={}, keywords=[], warnings=[])
    assert (tmp_path / "train.jsonl").read_bytes() == (tmp_path / "validation.jsonl").read_bytes() == b""
    assert (written.rows, written.longest, written.quantile(0.5)) == (0, 0, 0)
    assert "예제가 0개뿐입니다" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "configs" not in yaml.safe_load((tmp_path / "README.md").read_text(encoding="utf-8").split("---")[1])


def test_a_test_file_exists_only_when_its_share_is_above_zero(tmp_path: Path) -> None:
    chosen: list[tuple[Split, Example]] = [*some_examples(4), ("test", example("시험인가요?", "끝."))]
    arguments: dict[str, Any] = {"target": load_target("legacy"), "writer": PromptCompletionWriter(), "facts": facts()}
    write_dataset(tmp_path, lambda: chosen, **arguments, passages=list, has_test=True)
    assert (tmp_path / "test.jsonl").read_bytes().count(b"\n") == 1
    write(tmp_path)
    assert not (tmp_path / "test.jsonl").exists()
    with pytest.raises(AssertionError, match="no such file"):
        write_dataset(tmp_path, lambda: chosen, **arguments, passages=list)


def test_a_line_over_the_limit_is_a_bug_and_leaves_the_old_files(tmp_path: Path) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(AssertionError, match="the length check must have rejected it"):
        write(tmp_path, examples=[("train", example("길어요?", "가나다라" * 600))])
    assert contents(tmp_path) == before


def test_a_full_disk_is_named_with_its_remedy_and_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    before = contents(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"disk is full.*run again"):
        write(tmp_path, examples=some_examples(3))
    assert contents(tmp_path) == before


def test_a_crash_while_files_are_moved_leaves_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    really_replace = Path.replace

    def fail_at_report(self: Path, target: Path) -> Path:
        if target.name == "report.html":
            raise KeyboardInterrupt
        return really_replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_at_report)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path)
    assert not (tmp_path / "manifest.json").exists()
    assert not list(tmp_path.glob(".*.part"))
    monkeypatch.undo()
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES


def _as_file(out: Path) -> None:
    out.write_text("파일입니다", encoding="utf-8")


def _with_folder_in_the_way(out: Path) -> None:
    (out / "train.jsonl").mkdir(parents=True)


@pytest.mark.parametrize("prepare", [_as_file, _with_folder_in_the_way])
def test_a_place_that_cannot_be_written_is_named_with_a_remedy(tmp_path: Path, prepare: Callable[[Path], None]) -> None:
    out = tmp_path / "결과"
    prepare(out)
    with pytest.raises(ConfigError, match=r"cannot write .*결과.* -o"):
        write(out)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_read_only_folder_is_named_with_a_remedy(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(ConfigError, match=r"make .* writable"):
        write(tmp_path)
    tmp_path.chmod(0o755)


def test_a_readme_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# 내 프로젝트\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="would be lost"):
        write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"README.md"}


ATTACKS = [
    "</pre><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7*7 }}{% raw %}",
    "가\x00\x1b[31m나\u202e다\u2028\ud800",
    "```\n# 제목\n```` | <b>",
    "---\nkey: [",
    "한글",
    "\r\n",
]


class _Tags(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(params=ATTACKS)
def attack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_text_from_documents_never_becomes_part_of_the_page(tmp_path: Path, attack: str) -> None:
    chosen: list[tuple[Split, Example]] = [("train", example(f"{attack}?", f"답 {attack}", passage(attack), attack))]
    write(
        tmp_path, examples=chosen, name=attack, rejected={attack: 1}, rejected_by_stage={attack: 1},
        keywords=[(attack, 1.0)], warnings=[attack], settings={attack: {attack: attack}}, versions={attack: attack},
        prompts={attack: attack}, inputs=[Input(source=attack, sha256=attack)],
    )  # fmt: skip
    page = _Tags()
    page.feed((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert not page.tags & {"script", "img", "link", "iframe", "object"}
    assert not {name for name in page.attributes if name.startswith("on") or name in ("src", "href")}
    assert not re.search("[\x00\x1b\u202e]", page.text)
    header = (tmp_path / "README.md").read_text(encoding="utf-8").split("\n---\n")[0]
    assert isinstance(yaml.safe_load(header)["pretty_name"], str)
    json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    for line in (tmp_path / "train.jsonl").read_bytes().splitlines():
        json.loads(line)


def test_every_naughty_string_can_be_a_data_set(tmp_path: Path, shared_data: Path) -> None:
    strings = json.loads((shared_data / "faults/strings/blns.half-a.json").read_text(encoding="utf-8"))
    chosen: list[tuple[Split, Example]] = [
        ("train", example(f"{text}?", f"답 {text}", passage(text))) for text in strings
    ]
    written = write(tmp_path, examples=chosen, target=load_target("openai-chat"), writer=ChatWriter())
    lines = (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == written.rows == len(strings)
    for line, text in zip(lines, strings, strict=True):
        assert json.loads(line)["messages"][-2]["content"] == f"{text}?"


@given(text=st.text(max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_back_from_the_training_file(tmp_path: Path, text: str) -> None:
    chosen: list[tuple[Split, Example]] = [("train", example(f"{text}?", f"답 {text}"))]
    write(tmp_path, examples=chosen, target=load_target("openai-chat"), writer=ChatWriter(), name=text)
    (line,) = (tmp_path / "train.jsonl").read_bytes().splitlines()
    assert [message["content"] for message in json.loads(line)["messages"]][-2:] == [f"{text}?", f"답 {text}"]


def test_the_page_loads_nothing_and_marks_the_evidence(tmp_path: Path) -> None:
    write(tmp_path)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert not re.search(r"https?://|url\(|@import|<script", html)
    assert "<mark>누구나 쓸 수 있습니다</mark>" in html
    assert html.count('<article class="card example">') == stage.SHOWN_EXAMPLES


def test_a_passage_that_is_evidence_as_a_whole_is_said_to_be_so_and_not_marked(tmp_path: Path) -> None:
    write(tmp_path, examples=[("train", example("오픈소스, 라이선스", TEXT))])
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "전체가 근거" in html
    assert "<mark>" not in html
    assert "구절 전체" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_the_card_has_a_header_that_hubs_read(tmp_path: Path) -> None:
    write(tmp_path)
    header = yaml.safe_load((tmp_path / "README.md").read_text(encoding="utf-8").split("---")[1])
    assert (header["pretty_name"], header["language"], header["size_categories"]) == ("우리 블로그", ["ko"], ["n<1K"])
    assert [file["path"] for file in header["configs"][0]["data_files"]] == ["train.jsonl", "validation.jsonl"]


def _shown(text: str, spans: Iterator[tuple[int, int]] | list[tuple[int, int]]) -> Shown:
    place = passage(text)
    evidence = tuple(Span(start=start, end=end) for start, end in spans)
    made = example("질문?", "답")
    chosen = Example.make(
        kind="qa", messages=made.messages, document_id="d", passage_id="p", source="글", evidence=evidence, made_by="t"
    )
    return Shown(split="train", example=chosen, passage=place)


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4))
@settings(deadline=None)
def test_marking_evidence_changes_no_character(text: str, spans: list[tuple[int, int]]) -> None:
    pieces = marked_pieces(_shown(text, spans))
    assert "".join(piece for piece, _ in pieces) == text
    marked = {i + 3 for i in range(len(text)) if any(start <= i + 3 < end for start, end in spans)}
    assert sum(len(piece) for piece, is_evidence in pieces if is_evidence) == len(marked)


def test_a_long_passage_is_cut_around_its_evidence() -> None:
    text = "가" * 5000 + "근거입니다" + "나" * 5000
    pieces = marked_pieces(_shown(text, [(5003, 5008)]))
    assert ("근거입니다", True) in pieces
    assert (pieces[0][0], pieces[-1][0]) == ("… ", " …")
    assert sum(len(piece) for piece, _ in pieces) < 2000


@given(st.lists(st.integers(1, 5000), max_size=50), st.integers(1, 70_000))
@settings(deadline=None)
def test_every_line_is_in_one_bar_of_the_histogram(counts: list[int], limit: int) -> None:
    made = histogram(sorted(counts), limit)
    assert sum(made.counts) == len(counts)
    assert made.end > max(counts, default=0)
    assert made.limit is None or 0 < made.limit <= 1


def test_markdown_from_documents_stays_in_its_cell_and_its_block() -> None:
    assert markdown_text("a|b\n# <b>`*가*") == "a\\|b \\# \\<b\\>\\`\\*가\\*"
    assert fence("``` 안 ````").splitlines()[0] == "`````text"


def test_many_inputs_are_listed_in_the_manifest_and_counted_on_the_page(tmp_path: Path) -> None:
    written = write(tmp_path)
    many = facts(inputs=[Input(source=f"{i}.md", sha256="0" * 64) for i in range(1000)])
    html = render_html(many, written)
    assert html.count(".md\n") < 250
    assert "… 800 more: manifest.json" in html
