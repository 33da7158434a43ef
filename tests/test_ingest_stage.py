"""Files are found in one order, read by the best reader, and whatever cannot be used is named."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.ingest.base import IngestSettings, SourceFile
from corpus_to_ft.ingest.dates import iso_date
from corpus_to_ft.ingest.jsonl import JsonlReader
from corpus_to_ft.ingest.languages import language_of
from corpus_to_ft.ingest.markdown import MarkdownReader
from corpus_to_ft.ingest.sources import find_sources
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.ingest.table import TableReader
from corpus_to_ft.ingest.text import TextReader
from corpus_to_ft.records import Document, Rejected

READERS = (TextReader(), MarkdownReader(), JsonlReader(), TableReader())


def read(source: str, text: str | bytes) -> list[Document | Rejected]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_documents(SourceFile(source=source, data=data), READERS))


def test_a_folder_is_walked_in_order_without_hidden_files_loops_and_our_own_output(tmp_path: Path) -> None:
    for name in ["나.txt", "가.txt", ".숨김.txt", "__pycache__/x.txt", "속/다.txt", "out/train.txt", "빈글.md"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("글", encoding="utf-8")
    (tmp_path / unicodedata.normalize("NFD", "한글.txt")).write_text("글", encoding="utf-8")
    (tmp_path / "속" / "고리").symlink_to(tmp_path)
    found = [ref.source for ref in find_sources([str(tmp_path)], skip=tmp_path / "out")]
    assert found == ["가.txt", "나.txt", "빈글.md", "속/다.txt", "한글.txt"]


def test_links_that_lead_outside_are_named_and_not_followed_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "밖").mkdir()
    (tmp_path / "밖" / "비밀.txt").write_text("밖의 글", encoding="utf-8")
    (tmp_path / "글 밖의 글.txt").write_text("이름이 같은 데서 시작하는 글", encoding="utf-8")
    source = tmp_path / "글"
    (source / "속").mkdir(parents=True)
    (source / "가.txt").write_text("안의 글", encoding="utf-8")
    (source / "속" / "안.txt").symlink_to(source / "가.txt")
    (source / "속" / "폴더").symlink_to(tmp_path / "밖")
    (source / "나.txt").symlink_to(Path("..") / "글 밖의 글.txt")

    found = list(find_sources([source]))
    assert [ref.source for ref in found] == ["가.txt", "나.txt", "속/안.txt", "속/폴더"]
    left_out = [item for ref in found if isinstance(item := ref.read(IngestSettings()), Rejected)]
    assert [(item.source, item.reason) for item in left_out] == [("나.txt", "link"), ("속/폴더", "link")]
    assert all("ingest.follow_links" in item.detail for item in left_out)

    settings = IngestSettings(follow_links=True)
    followed = [ref.read(settings) for ref in find_sources([source], settings)]
    assert [item.source for item in followed if isinstance(item, SourceFile)][-1] == "속/폴더/비밀.txt"

    both = [ref.read(IngestSettings()) for ref in find_sources([source, tmp_path / "밖"])]
    assert [item.source for item in both if isinstance(item, Rejected)] == ["글/나.txt"]

    (tmp_path / "고리").symlink_to(source)
    assert next(ref.source for ref in find_sources([tmp_path / "고리"])) == "가.txt"


def test_a_missing_path_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="없는폴더"):
        list(find_sources([str(tmp_path / "없는폴더")]))
    with pytest.raises(ConfigError, match="no files"):
        list(find_sources([str(tmp_path)]))


def test_what_cannot_be_read_is_rejected_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "관.txt")
    (tmp_path / "끊긴.txt").symlink_to(tmp_path / "없음")
    (tmp_path / "큰.txt").write_bytes(b"a" * 2000)
    settings = IngestSettings(max_mb=0.001)
    reasons = {}
    for ref in find_sources([str(tmp_path)], settings):
        item = ref.read(settings)
        assert isinstance(item, Rejected)
        reasons[ref.source] = item.reason
    assert reasons == {"관.txt": "not_a_file", "끊긴.txt": "unreadable", "큰.txt": "too_large"}


def test_files_of_one_name_from_two_places_stay_two(tmp_path: Path) -> None:
    for folder in ("a/글", "b/글"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.txt").write_text("같은 글", encoding="utf-8")
    refs = list(find_sources([tmp_path / "a/글", tmp_path / "b/글"]))
    assert len({ref.source for ref in refs}) == 2


@pytest.mark.parametrize(
    ("source", "text", "reason"),
    [
        ("그림.xyz", "글", "no_reader"),
        ("빈.txt", "", "empty"),
        ("빈.md", "---\ntitle: 제목\n---\n", "empty"),
        ("초안.md", "---\ndraft: true\n---\n글입니다.", "draft"),
        ("_drafts/글.md", "글입니다.", "draft"),
        ("이진.txt", b"\x89PNG\r\n\x1a\n" + bytes(20), "binary"),
        ("숫자.csv", "a,b\n1,2\n", "no_text_field"),
    ],
)
def test_what_is_no_document_is_rejected_with_its_reason(source: str, text: str | bytes, reason: str) -> None:
    (found,) = read(source, text)
    assert isinstance(found, Rejected)
    assert found.reason == reason
    assert found.source == source


def test_a_bad_line_is_named_and_the_others_are_read() -> None:
    lines = [
        json.dumps({"제목": "첫 글", "본문": "안녕하세요.\r\n반갑습니다 😀", "태그": "가, 나"}, ensure_ascii=False),
        "{깨진",
        "[1, 2]",
        '{"본문": "홀로 남은 \\ud800 조각"}',
    ]
    found = read("글.jsonl", "\n".join(lines))
    assert [item.source for item in found] == [f"글.jsonl!line {number}" for number in (1, 2, 3, 4)]
    assert [type(item) for item in found] == [Document, Rejected, Rejected, Document]
    first = found[0]
    assert isinstance(first, Document)
    assert (first.title, first.text, first.meta["tags"]) == ("첫 글", "안녕하세요.\n반갑습니다 😀", ["가", "나"])
    assert json.dumps([item.meta for item in found if isinstance(item, Document)])


def test_a_korean_table_in_cp949_is_read_by_its_columns() -> None:
    text = '제목;내용;작성일;작성자\r\n첫 글;"안녕; ""반갑습니다""";2024.03.15;김개발\r\n둘;많;은;칸;들\r\n셋;세 번째 글;;\r\n'
    first, second, third = read("표.csv", text.encode("cp949"))
    assert isinstance(first, Document)
    assert (first.text, first.published, first.author) == ('안녕; "반갑습니다"', "2024-03-15", "김개발")
    assert isinstance(second, Rejected)
    assert isinstance(third, Document)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("글.jsonl", '{깨진\n{"본문": "새벽에 온 상자입니다."}\n{"본문": "저녁에 온 상자입니다."}\n'),
        ("표.csv", "본문,이름\n너무,많은,칸\n새벽에 온 상자입니다.,하나\n저녁에 온 상자입니다.,둘\n"),
    ],
)
def test_damage_of_a_table_is_told_once_by_its_first_document(source: str, text: str) -> None:
    documents = [
        item
        for item in read(source, text.encode().replace("자입".encode(), b"\xff\xff", 1))
        if isinstance(item, Document)
    ]
    assert [document.text for document in documents] == ["새벽에 온 상니다.", "저녁에 온 상자입니다."]
    first, second = (document.meta.get("warnings", []) for document in documents)
    assert len(first) == 1
    assert "damaged bytes" in first[0]
    assert not second


def test_the_same_lines_of_two_members_have_two_ids() -> None:
    found = read("글.jsonl", '{"본문": "같은 글"}\n{"본문": "같은 글"}')
    assert len({item.id for item in found}) == 2


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2024년 3월 15일", "2024-03-15"),
        ("2024.03.15. 09:00", "2024-03-15T09:00:00"),
        ("2024-3-5", "2024-03-05"),
        ("2019-06-20 14:30:00 +0900", "2019-06-20T14:30:00+09:00"),
        ("2024. 3. 5. 오후 3:07", "2024-03-05T15:07:00"),
        ("2024년 3월 5일 (화) 오후 2시 30분", "2024-03-05T14:30:00"),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00+00:00"),
        ("January 3, 2024 3:04 PM", "2024-01-03T15:04:00"),
        ("Mon, 01 Jan 2024 10:00:00 +0900", "2024-01-01T10:00:00+09:00"),
        ("20240305091200", "2024-03-05T09:12:00"),
        ("202403050912", "2024-03-05T09:12:00"),
        ("1709600000", "2024-03-05T00:53:20+00:00"),
        ("1709600000000", "2024-03-05T00:53:20+00:00"),
        ("Tue Mar 05 09:12:00 KST 2024", "2024-03-05T09:12:00+09:00"),
        ("Tue Mar  5 09:12:00 2024", "2024-03-05T09:12:00"),
        ("20241340", None),
        ("2024-13-40", None),
        ("어제", None),
        ("", None),
    ],
)
def test_dates_become_iso_with_the_offset_as_written(written: str, wanted: str | None) -> None:
    assert iso_date(written) == wanted


def test_a_date_that_is_not_understood_leaves_a_warning() -> None:
    (found,) = read("글.md", "---\ndate: 2024년 봄\n---\n글입니다.")
    assert isinstance(found, Document)
    assert found.published is None
    assert "2024년 봄" in found.meta["warnings"][0]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("한글과 English를 섞은 글", "ko"),
        ("大韓民國 憲法의 前文은 이렇다", "ko"),
        ("今日はいい天気です。", "ja"),
        ("An English post about Kafka by 김개발 and many other people of that team and of its neighbors.", "en"),
        ("12345 😀", "und"),
        ("kubectl get pods -n kube-system -o wide", "en"),
        ("Die Werkstatt öffnet um neun Uhr, und die Kinder bringen ihre Fahrräder selbst mit.", "de"),
        ("Утром мастерская открывается в девять часов, и дети приносят велосипеды сами.", "ru"),
        ("김개발 작성. The workshop opens at nine, and the children bring their own bicycles to be repaired.", "ko"),
    ],
)
def test_language_is_told_by_script_and_else_by_a_detector(text: str, language: str) -> None:
    assert language_of(text) == language


def test_plain_text_gives_title_facts_headings_and_lists() -> None:
    text = "도입기\r\n작성일: 2024.03.15\r\n작성자: 김개발\r\n\r\n첫 문단입니다.\r\n\r\n1. 배경\r\n\r\n■ 문제\r\n느렸습니다.\r\n\r\n- 하나\r\n- 둘\r\n"
    (found,) = read("글.txt", text)
    assert isinstance(found, Document)
    assert (found.title, found.published, found.author) == ("도입기", "2024-03-15", "김개발")
    kinds = [(block.kind, block.of(found.text)) for block in found.blocks]
    assert kinds == [
        ("paragraph", "첫 문단입니다."),
        ("heading", "1. 배경"),
        ("heading", "문제"),
        ("paragraph", "느렸습니다."),
        ("list_item", "하나"),
        ("list_item", "둘"),
    ]


def test_what_is_named_twice_is_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "글"
    folder.mkdir()
    (folder / "가.txt").write_text("글", encoding="utf-8")
    named = [folder, folder, folder / "." / "가.txt", folder / "가.txt"]
    assert [ref.source for ref in find_sources(named)] == ["글/가.txt"]


def test_names_that_become_one_stay_two_and_keep_their_suffix(tmp_path: Path) -> None:
    for folder in ("a/글", "b/글"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "가.md").write_text("# 글", encoding="utf-8")
    assert [ref.source for ref in find_sources([tmp_path / "a/글", tmp_path / "b/글"])] == ["글/가.md", "글/가~2.md"]

    names = [unicodedata.normalize(form, "한글.txt") for form in ("NFC", "NFD")]
    for name in names:
        (tmp_path / "a" / name).write_text("글", encoding="utf-8")
    if len(list((tmp_path / "a").glob("*.txt"))) == len(names):  # some file systems make them one
        assert [ref.source for ref in find_sources([tmp_path / "a"])] == ["글/가.md", "한글.txt", "한글~2.txt"]


@pytest.mark.parametrize("address", ["file:///tmp/a", "ftp://예시.kr/글"])
def test_an_address_of_no_web_page_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=address):
        list(find_sources([address]))


def test_a_name_too_long_for_the_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file or folder"):
        list(find_sources([tmp_path / ("가" * 300)]))


def test_the_separator_that_excel_declares_is_obeyed() -> None:
    rows = "\n".join(f'제목{number};"온실의 물, 센서는 {number}번 밸브에 이어져 있습니다."' for number in range(3))
    documents = read("글.csv", f"\ufeffsep=;\r\n제목;본문\r\n{rows}")
    assert [d.title for d in documents if isinstance(d, Document)] == ["제목0", "제목1", "제목2"]
