"""Documents made to hang, to fill memory or to crash cost themselves, within the time and memory that was set."""

from __future__ import annotations

import ctypes
import os
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus_to_ft.contents import Contents
from corpus_to_ft.ingest.base import IngestSettings, Match, Page, Reader, SourceFile
from corpus_to_ft.ingest.stage import ReadWork
from corpus_to_ft.pipeline import build_dataset
from corpus_to_ft.records import Block, Document, Rejected
from corpus_to_ft.run.base import Silence
from corpus_to_ft.run.capped import CappedExecutor
from corpus_to_ft.run.each import Task, do_each
from corpus_to_ft.settings import load_settings
from corpus_to_ft.store import RunStore

MEBIBYTE = 1024 * 1024
GOOD = "# 온실\n\n온실의 물은 아침에 한 번 줍니다. 저녁에는 주지 않습니다."
LAUGHS = '<!DOCTYPE lolz [<!ENTITY l0 "하하">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


class HostileReader(Reader):
    """Does with its own process what the file says."""

    def match(self, file: SourceFile) -> Match:
        return Match.CONTENT if file.suffix == ".나쁨" else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page]:
        what = file.data.decode()
        if what == "되짚기":
            re.match(r"(a+)+$", "a" * 64 + "b")
        if what == "메모리":
            held = []
            while True:
                held.append(bytearray(MEBIBYTE))
        if what == "중단":
            os.abort()
        if what == "널":
            ctypes.string_at(0)
        if what == "버그":
            raise KeyError(what)
        yield Page(text=what, blocks=(Block(kind="paragraph", start=0, end=len(what)),))


def read_all(contents: dict[str, str], out: Path) -> dict[str, str]:
    """What becomes of files with these contents: "document", or the reason why there is none."""
    settings = IngestSettings(max_seconds=1, max_memory_mb=128)
    files = [SourceFile(source=name, data=text.encode()) for name, text in contents.items()]
    tasks = [Task(item=file, item_id=file.source, source=file.source, given={}) for file in files]
    work: Any = ReadWork(readers=(HostileReader(),), settings=settings)
    caps = CappedExecutor(max_seconds=settings.max_seconds, max_memory_mb=settings.max_memory_mb)
    with RunStore.open(out) as store:
        do_each(tasks, work, fingerprints={"ingest": "f"}, store=store, executor=caps, progress=Silence())
        kept = {name: store.result("ingest", ("f", name)) for name in contents}
    found = {}
    for name, records in kept.items():
        for record in records or ():
            found[name] = record.reason if isinstance(record, Rejected) else "document"
    return found


def test_a_reader_that_hangs_eats_memory_or_crashes_costs_its_document_only(tmp_path: Path) -> None:
    good = {f"{number}.나쁨": f"온실 {number}번의 글입니다." for number in range(30)}
    bad = {"되짚기": "too_slow", "메모리": "too_much_memory", "중단": "reader_crashed", "널": "reader_crashed"}
    contents = dict([*list(good.items())[:15], *((f"{what}.나쁨", what) for what in bad), *list(good.items())[15:]])
    found = read_all(contents, tmp_path)
    assert found == {**dict.fromkeys(good, "document"), **{f"{what}.나쁨": reason for what, reason in bad.items()}}


def test_a_bug_of_a_reader_is_no_bad_document(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="버그") as caught:
        read_all({"가.나쁨": "글입니다.", "나.나쁨": "버그"}, tmp_path)
    assert "test_hostile_documents.py" in str(caught.value.__cause__)


def office(path: Path, part: str, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, text)


def test_hostile_files_of_every_kind_end_in_time_and_the_good_one_stays(tmp_path: Path) -> None:
    folder = tmp_path / "글"
    folder.mkdir()
    (folder / "온실.md").write_text(GOOD, encoding="utf-8")
    office(folder / "웃음.docx", "word/document.xml", f"{LAUGHS}]><w>&l11;</w>")
    with zipfile.ZipFile(folder / "폭탄.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as part:
            for _ in range(600):
                part.write(bytes(MEBIBYTE))
    (folder / "웃음.xml").write_text(f"{LAUGHS}]><rss>&l11;</rss>", encoding="utf-8")
    (folder / "깊음.html").write_text("<div>" * 10_000 + "글" + "</div>" * 10_000, encoding="utf-8")
    (folder / "더 깊음.html").write_text("<div>" * 100_000 + "글", encoding="utf-8")
    (folder / "속성.html").write_text("<p " + " ".join(f"a{n}=1" for n in range(300_000)) + ">글", encoding="utf-8")
    (folder / "주석.html").write_text("<!--" * 500_000, encoding="utf-8")
    (folder / "깊음.md").write_text(">" * 10_000 + " 글\n" + "- " * 10_000 + "글", encoding="utf-8")
    (folder / "깊음.jsonl").write_text("[" * 200_000, encoding="utf-8")
    started = time.monotonic()
    settings = load_settings(None, ["ingest.max_seconds=20"])
    build_dataset(settings, [str(folder)], tmp_path / "out", upto="ingest")
    assert time.monotonic() - started < 120
    with RunStore.read(tmp_path / "out") as store:
        documents = list(Contents(store).documents())
        reasons = {item.source: item.reason for item in Contents(store).rejected()}
    assert "온실.md" in {document.source for document in documents}
    assert {document.source for document in documents} | reasons.keys() == {path.name for path in folder.iterdir()}
    assert not [document for document in documents if len(document.text) > MEBIBYTE]
    assert isinstance(documents[0], Document)
    assert reasons["폭탄.docx"] == "zip_bomb"
    assert reasons["웃음.docx"] in ("unsafe_xml", "bad_xml")
