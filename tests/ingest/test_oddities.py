"""Whatever may lie in a folder is read or named, and nothing hangs, is followed out, or is read without end."""

from __future__ import annotations

import os
import socket
import tracemalloc
import unicodedata
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from corpus_to_ft.contents import Contents
from corpus_to_ft.ingest.base import IngestSettings, SourceFile
from corpus_to_ft.ingest.files import FileRef
from corpus_to_ft.ingest.sources import find_sources
from corpus_to_ft.pipeline import build_dataset
from corpus_to_ft.records import Rejected
from corpus_to_ft.settings import load_settings
from corpus_to_ft.store import RunStore

TEXT = "온실의 물은 아침에 한 번 줍니다. 저녁에는 주지 않습니다."


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "온실"
    folder.mkdir()
    for name in (
        "줄\n바꿈.txt",
        "🌱.txt",
        unicodedata.normalize("NFD", "자모.txt"),
        "가" * 83 + "ab.txt",
        "빈칸 .txt",
        "-rf.txt",
    ):
        (folder / name).write_text(f"{TEXT} {name}", encoding="utf-8")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xbb\xf3\xc0\xda.txt")).write_text(TEXT + " 이름", encoding="utf-8")
    (folder / "고리").symlink_to(folder)
    (folder / "맴돌이.txt").symlink_to("맴돌이.txt")
    (folder / "없는 곳.txt").symlink_to(folder / "없음")
    (folder / "끝없음.txt").symlink_to("/dev/zero")
    (folder / "밖.txt").symlink_to("/etc/passwd")
    os.mkfifo(folder / "관.txt")
    (folder / "큰 글.txt").touch()
    os.truncate(folder / "큰 글.txt", 1024**3)
    (folder / "잠김.txt").write_text(TEXT, encoding="utf-8")
    (folder / "잠김.txt").chmod(0)
    (folder / "잠긴 폴더").mkdir(mode=0)
    return folder


def test_a_folder_of_oddities_is_read_with_each_of_them_named(
    odd_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(odd_folder)  # the address of a socket is short
    settings = load_settings(None, ["documents.copies=0"])
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("소켓.txt")
        outcome = build_dataset(settings, [str(odd_folder)], tmp_path / "out", upto="ingest")
    with RunStore.read(tmp_path / "out") as store:
        reasons = {item.source: item.reason for item in Contents(store).rejected()}
        read = {document.source for document in Contents(store).documents()}
    named = {
        "고리": None, "맴돌이.txt": "unreadable", "없는 곳.txt": "unreadable", "끝없음.txt": "link", "밖.txt": "link",
        "관.txt": "not_a_file", "소켓.txt": "not_a_file", "큰 글.txt": "too_large",
    }  # fmt: skip
    if os.geteuid() != 0:
        named |= {"잠김.txt": "unreadable", "잠긴 폴더": "unreadable"}
    assert {name: reasons.get(name) for name in named} == named
    assert outcome.documents == len(read) >= 7
    assert read >= {
        "줄\n바꿈.txt",
        "🌱.txt",
        "자모.txt",
        "가" * 83 + "ab.txt",
        "빈칸 .txt",
        "-rf.txt",
        "\\xbb\\xf3\\xc0\\xda.txt",
    }
    (odd_folder / "잠긴 폴더").chmod(0o700)


def test_what_a_link_leads_to_is_looked_at_before_it_is_read(odd_folder: Path) -> None:
    settings = IngestSettings(follow_links=True)
    found = {each.source: each for each in find_sources([odd_folder], settings)}
    items = [found[name].read(settings) for name in ("끝없음.txt", "관.txt", "맴돌이.txt")]
    assert [item.reason for item in items if isinstance(item, Rejected)] == ["not_a_file", "not_a_file", "unreadable"]
    (odd_folder / "잠긴 폴더").chmod(0o700)


def test_the_names_of_many_files_are_all_that_is_held(tmp_path: Path) -> None:
    count = 5_000
    for number in range(count):
        os.close(os.open(tmp_path / f"글 {number:06}.txt", os.O_CREAT | os.O_WRONLY))
    # Threads that other tests have left behind would be measured as well.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        names, held, peak = alone.submit(_names_and_memory, tmp_path).result()
    assert names == count
    assert held < 200 * count
    assert peak < 500 * count


def _names_and_memory(folder: Path) -> tuple[int, int, int]:
    """Names, and bytes when the first is there and at the most."""
    tracemalloc.start()
    found = find_sources([folder])
    assert next(found).source == "글 000000.txt"
    held, _ = tracemalloc.get_traced_memory()
    return 1 + sum(1 for _ in found), held, tracemalloc.get_traced_memory()[1]


def test_pictures_count_neither_as_inputs_nor_against_the_source(tmp_path: Path) -> None:
    folder, out = tmp_path / "글", tmp_path / "out"
    folder.mkdir()
    (folder / "온실.txt").write_text(TEXT, encoding="utf-8")
    for number in range(5):
        (folder / f"사진 {number}.jpg").touch()
    outcome = build_dataset(load_settings(None, []), [str(folder)], out, upto="ingest")
    assert (outcome.documents, outcome.rejected_documents, outcome.rejected) == (1, 0, {"not_a_document": 5})
    with RunStore.read(out) as store:
        assert [source for source, _ in store.inputs()] == ["온실.txt"]


def growing(path: Path, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the file grow just after it was read, so often; the system's own call is what is watched."""
    real, left = os.fstat, [times]

    def fstat(place: int) -> os.stat_result:
        status = real(place)
        if left[0] and os.path.samestat(status, path.stat()):
            left[0] -= 1
            with path.open("ab") as file:
                file.write("더 씁니다. ".encode())
        return status

    monkeypatch.setattr(os, "fstat", fstat)


@pytest.mark.parametrize(("times", "reason"), [(1, None), (9, "changing")])
def test_a_file_that_changes_while_it_is_read_is_read_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, reason: str | None
) -> None:
    path = tmp_path / "글.txt"
    path.write_text(TEXT, encoding="utf-8")
    growing(path, times, monkeypatch)
    item: Any = FileRef(path=path, source="글.txt").read(IngestSettings())
    if reason is None:
        assert isinstance(item, SourceFile)
        assert item.data.decode() == TEXT + "더 씁니다. "
    else:
        assert (item.reason, "run again" in item.detail) == (reason, True)
