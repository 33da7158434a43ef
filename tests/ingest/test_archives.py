"""Archives are sources: what is in them is read in memory, and whatever is wrong with a member costs only that one."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import time
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packing import (
    MEBIBYTE,
    many_entries,
    tarred,
    tarred_entry,
    zip_bomb,
    zipped,
    zipped_onto_itself,
    zipped_raw,
)

from corpus_to_ft.ingest.base import FIND, IngestSettings, SourceFile
from corpus_to_ft.ingest.sources import find_sources
from corpus_to_ft.records import Rejected

TEXT = "# 글\n\n온실의 물은 아침에 한 번 줍니다."


def found_in(path: Path, data: bytes | None = None, **settings: Any) -> dict[str, str]:
    """What comes of each source: its text, or the reason why there is none."""
    if data is not None:
        path.write_bytes(data)
    chosen = IngestSettings(**settings)
    found = {}
    for each in find_sources([path], chosen):
        item = each.read(chosen)
        assert isinstance(item, SourceFile | Rejected)
        assert item.source == each.source
        if isinstance(item, Rejected):
            assert item.detail.startswith(item.source)
        found[item.source] = item.reason if isinstance(item, Rejected) else item.data.decode()
    return found


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tgz"])
def test_members_are_read_under_the_name_of_the_archive_without_what_systems_leave(tmp_path: Path, kind: str) -> None:
    members = {"글/하나.md": TEXT, "둘.txt": "둘", ".숨김": "x", "__MACOSX/._둘.txt": "x", "글/.DS_Store": "x"}
    data = zipped(members) if kind == "zip" else tarred(members, "w" if kind == "tar" else "w:gz")
    assert found_in(tmp_path / f"묶음.{kind}", data) == {f"묶음.{kind}!글/하나.md": TEXT, f"묶음.{kind}!둘.txt": "둘"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"묶음.{kind}"]


def test_readers_see_the_path_inside_as_the_path_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "묶음.zip").write_bytes(zipped({"글!.md": TEXT, "_drafts/초안.md": TEXT}))
    files = [each.read(IngestSettings()) for each in find_sources([tmp_path / "묶음.zip"])]
    assert [(file.stem, file.suffix, file.path.parts) for file in files if isinstance(file, SourceFile)] == [
        ("글!", ".md", ("글!.md",)), ("초안", ".md", ("_drafts", "초안.md")),
    ]  # fmt: skip


def test_archives_lie_in_folders_and_in_each_other(tmp_path: Path) -> None:
    parts = {f"Part-{number}.zip": zipped({f"쪽 {number}.md": TEXT}) for number in (1, 2)}
    (tmp_path / "Export.zip").write_bytes(zipped(parts, zipfile.ZIP_STORED))
    (tmp_path / "글.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(b"<rss/>"))
    (tmp_path / "섞음.tar").write_bytes(tarred({"안.tgz": tarred({"더 안.zip": zipped({"맨 안.md": TEXT})}, "w:gz")}))
    assert found_in(tmp_path) == {
        "Export.zip!Part-1.zip!쪽 1.md": TEXT, "Export.zip!Part-2.zip!쪽 2.md": TEXT, "feed.xml.gz!feed.xml": "<rss/>",
        "글.md": TEXT, "섞음.tar!안.tgz!더 안.zip!맨 안.md": TEXT,
    }  # fmt: skip


def test_members_may_be_read_after_all_were_found(tmp_path: Path) -> None:
    for name, data in {
        "a.zip": zipped({"1.md": "1", "2.md": "2"}),
        "b.tgz": tarred({"3.md": "3", "4.md": "4"}, "w:gz"),
    }.items():
        (tmp_path / name).write_bytes(data)
    items = [each.read(IngestSettings()) for each in list(find_sources([tmp_path]))]
    assert [item.data for item in items if isinstance(item, SourceFile)] == [b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize(
    "parts",
    [
        {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"},
        {"mimetype": "application/epub+zip", "OEBPS/1.xhtml": "<p/>"},
        {"mimetype": "application/hwp+zip", "Contents/section0.xml": "<p/>"},
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<p/>"},
    ],
)
@pytest.mark.parametrize("name", ["문서.zip", "바깥.zip!문서.zip"])
def test_a_document_that_is_a_zip_archive_stays_whole_whatever_its_name(
    tmp_path: Path, parts: dict[str, str], name: str
) -> None:
    data = zipped(parts)
    outer, _, inner = name.partition("!")
    (tmp_path / outer).write_bytes(zipped({inner: data}) if inner else data)
    (found,) = find_sources([tmp_path])
    item = found.read(IngestSettings())
    assert isinstance(item, SourceFile)
    assert (item.source, item.data) == (name, data)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("encoding", "flags"), [("cp949", 0), ("utf-8", 0), ("utf-8", 0x800)], ids=["windows", "mac", "told"]
)
def test_korean_names_are_read_as_they_were_meant(tmp_path: Path, encoding: str, flags: int, form: str) -> None:
    if encoding == "cp949" and form == "NFD":
        pytest.skip("that encoding has no decomposed syllables")
    names = [
        unicodedata.normalize(form, name).encode(encoding) for name in ("공지/점검 안내.md", "회의록 똠방각하.txt")
    ]
    data = zipped_raw([(name, TEXT.encode()) for name in names], flags)
    assert list(found_in(tmp_path / "a.zip", data)) == ["a.zip!공지/점검 안내.md", "a.zip!회의록 똠방각하.txt"]


def test_names_of_old_korean_tars_are_read_too(tmp_path: Path) -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.GNU_FORMAT, encoding="cp949") as archive:
        archive.addfile(tarfile.TarInfo("점검 안내.md"))
    assert list(found_in(tmp_path / "a.tar", held.getvalue())) == ["a.tar!점검 안내.md"]


def test_names_packed_twice_stay_two(tmp_path: Path) -> None:
    data = zipped_raw(
        [("글.md".encode(), b"1"), ("글.md".encode(), b"2"), (unicodedata.normalize("NFD", "글.md").encode(), b"3")]
    )
    assert found_in(tmp_path / "a.zip", data) == {"a.zip!글.md": "1", "a.zip!글~2.md": "2", "a.zip!글~3.md": "3"}


def test_windows_paths_are_paths(tmp_path: Path) -> None:
    assert list(found_in(tmp_path / "a.zip", zipped_raw([(b"sub\\a.md", b"1"), (b"sub\\", b"")]))) == ["a.zip!sub/a.md"]


@pytest.mark.parametrize("name", ["../밖.md", "/etc/글.md", "안/../../밖.md", "C:\\글.md", "\\\\server\\글.md", ".."])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_that_lead_out_fall_out_alone(tmp_path: Path, name: str, kind: str) -> None:
    members = {"앞.md": TEXT, name: TEXT, "뒤.md": TEXT}
    data = zipped(members) if kind == "zip" else tarred(members)
    assert list(found_in(tmp_path / f"a.{kind}", data).values()) == [TEXT, "unsafe_name", TEXT]


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ({"mode": 0o120777}, "link"),
        ({"flags": 1}, "encrypted"),
        ({"method": 14}, "unknown_packing"),
        ({"unpacked": 3}, "wrong_size"),
        ({"unpacked": 3000}, "wrong_size"),
        ({"packed": 3}, "wrong_size"),
        ({"packed": 3000}, "overlapping"),
        ({"unpacked": 0xFFFFFFF0}, "zip_bomb"),
    ],
)
def test_what_a_zip_says_wrongly_of_a_member_is_named(tmp_path: Path, listed: dict[str, int], reason: str) -> None:
    assert found_in(tmp_path / "a.zip", zipped_raw([("글.md".encode(), TEXT.encode())], **listed)) == {
        "a.zip!글.md": reason
    }


def test_a_flipped_bit_costs_its_member_only(tmp_path: Path) -> None:
    data = bytearray(zipped({"하나.md": TEXT * 3, "둘.md": TEXT * 5}, zipfile.ZIP_STORED))
    data[data.index(TEXT.encode()) + 7] ^= 4
    assert found_in(tmp_path / "a.zip", bytes(data)) == {"a.zip!하나.md": "damaged", "a.zip!둘.md": TEXT * 5}


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_an_archive_cut_off_anywhere_is_named_and_never_stops_the_run(tmp_path: Path, kind: str) -> None:
    members = {f"{number}.md": TEXT * (number + 1) for number in range(3)}
    data = zipped(members) if kind == "zip" else tarred(members, "w" if kind == "tar" else "w:gz")
    end = 3 * 1024 + 512 if kind == "tar" else len(data)  # padded with nothing
    for cut in range(1, end, 11):
        found = found_in(tmp_path / f"a.{kind}", data[:cut])
        assert set(found.values()) - {TEXT * (number + 1) for number in range(3)}, cut
        assert found.keys() <= {f"a.{kind}", *(f"a.{kind}!{name}" for name in members)}


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.zip", b"", "damaged"),
        ("a.zip", b"<html></html>", "damaged"),
        ("a.zip", zipped({}), "empty"),
        ("a.tar", bytes(10240), "empty"),
        ("a.gz", b"\x1f\x8b\x08 but no more", "damaged"),
        ("a.tar.gz", gzip.compress(b"no tar", mtime=0), "damaged"),
        ("a.alz", b"ALZ\x01", "archive_kind"),
        ("a.7z", b"7z\xbc\xaf", "archive_kind"),
    ],
)
def test_what_is_no_archive_is_named_as_a_whole(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    found = found_in(tmp_path / name, data)
    assert set(found.values()) == {reason}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, "link"),
        ({"type": tarfile.LNKTYPE, "linkname": "글.md"}, "link"),
        ({"type": tarfile.FIFOTYPE}, "not_a_file"),
        ({"type": tarfile.CHRTYPE}, "not_a_file"),
        ({"size": 8**11 - 1}, "too_large"),
    ],
)
def test_what_is_no_file_in_a_tar_is_named(tmp_path: Path, entry: dict[str, Any], reason: str) -> None:
    info = tarfile.TarInfo("b.md")
    for name, value in entry.items():
        setattr(info, name, value)
    assert found_in(tmp_path / "a.tar", tarred_entry(info))["a.tar!b.md"] == reason


def test_a_tar_whose_names_are_endless_is_refused(tmp_path: Path) -> None:
    head = tarfile.TarInfo("././@LongLink")
    head.type, head.size = tarfile.GNUTYPE_LONGNAME, 5 * 1024 * MEBIBYTE
    for kind, data in {"tar": head.tobuf(), "tgz": gzip.compress(head.tobuf())}.items():
        assert found_in(tmp_path / f"a.{kind}", data) == {f"a.{kind}": "damaged"}


def test_pictures_among_documents_fall_out_quietly_and_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"글.md": TEXT, "그림.PNG": "x", "site.css": "x"}))
    (tmp_path / "영상.mp4").touch(mode=0)
    items = [each.read(IngestSettings()) for each in find_sources([tmp_path])]
    left_out = {item.source: (item.reason, item.stage) for item in items if isinstance(item, Rejected)}
    quiet = ("not_a_document", FIND)
    assert left_out == {"a.zip!그림.PNG": quiet, "a.zip!site.css": quiet, "영상.mp4": quiet}
    (named,) = find_sources([tmp_path / "영상.mp4"])
    assert not isinstance(named.read(IngestSettings()), Rejected) or os.geteuid() != 0


def test_bounds_are_those_of_the_outermost_archive_and_can_be_raised(tmp_path: Path) -> None:
    inner = zipped({f"{number}.md": "글" * 100_000 + str(number) for number in range(4)})
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"1.zip": inner, "2.zip": inner}))
    assert len(found_in(path, max_archive_ratio=10_000)) == 8
    few = found_in(path, max_archive_ratio=10_000, max_archive_mb=1.5)
    assert set(few.values()) - {"archive_too_large"} != set()
    assert "archive_too_large" in few.values()
    assert found_in(path, max_archive_entries=6)["a.zip!2.zip"] == "too_many_entries"
    assert found_in(path, max_archive_depth=1) == {"a.zip!1.zip": "nested_too_deep", "a.zip!2.zip": "nested_too_deep"}
    assert "too_large" in found_in(path, max_mb=0.1, max_archive_ratio=10_000).values()


def test_an_archive_in_itself_ends(tmp_path: Path) -> None:
    data = TEXT.encode()
    for _ in range(12):
        data = zipped({"더.zip": data, "글.md": TEXT})
    found = found_in(tmp_path / "a.zip", data)
    assert sorted(found.values()) == sorted([TEXT, TEXT, TEXT, "nested_too_deep"])


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    started = time.monotonic()
    zip_bomb(tmp_path / "가.zip", 1024 * MEBIBYTE)
    made = time.monotonic() - started
    (tmp_path / "나.zip").write_bytes(zipped_onto_itself(2000, 100 * MEBIBYTE))
    (tmp_path / "다.txt.gz").write_bytes(gzip.compress(bytes(200 * MEBIBYTE)))
    (tmp_path / "라.tgz").write_bytes(tarred({"글.md": TEXT, "영.png": bytes(200 * MEBIBYTE), "뒤.md": TEXT}, "w:gz"))
    many_entries(tmp_path / "마.zip", 1_000_000)
    started = time.monotonic()
    found = found_in(tmp_path)
    assert time.monotonic() - started < 5 + made
    assert found["가.zip!글.md"].startswith("# 글")
    assert found["가.zip!폭탄.md"] == "zip_bomb"
    assert {name: value for name, value in found.items() if name.startswith("나.zip")} == {"나.zip": "overlapping"}
    assert found["다.txt.gz!다.txt"] == "zip_bomb"
    assert (found["라.tgz!글.md"], found["라.tgz"]) == (TEXT, "zip_bomb")
    assert found["마.zip"] == "too_many_entries"


def test_entries_that_lie_in_each_other_fall_out_alone_where_they_are_few(tmp_path: Path) -> None:
    found = found_in(tmp_path / "a.zip", zipped_onto_itself(3, 2000))
    assert found == {f"a.zip!0000{number}.txt": "overlapping" for number in range(3)}


def test_an_archive_that_changes_while_it_is_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"1.md": "1", "2.md": "2"}))
    first, second = find_sources([path])
    assert isinstance(first.read(IngestSettings()), SourceFile)
    os.utime(path, ns=(1, 1))
    item = second.read(IngestSettings())
    assert isinstance(item, Rejected)
    assert item.reason == "changing"
