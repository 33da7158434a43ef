"""What documents repeat of each other is left out once, copies are named, and nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import pytest

from corpus_to_ft.ingest.across import Across, DocumentSettings, look_across
from corpus_to_ft.ingest.sources import find_sources
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.markup.page_text import PageText
from corpus_to_ft.pipeline import build_dataset
from corpus_to_ft.records import BlockKind, Document, Rejected
from corpus_to_ft.settings import Settings, load_settings

TOPICS = (
    "등대지기는 해가 지기 전에 등을 닦고 기름을 채웠다. 안개가 짙은 밤에는 종도 함께 쳤다.",
    "벽돌 공장은 강가의 진흙을 말려서 썼다. 가마 하나에 벽돌 사천 장이 들어갔다.",
    "산악 열차는 톱니를 물고 비탈을 오른다. 눈이 오면 앞에 쟁기를 달았다.",
    "종이 연은 대나무 살이 가벼울수록 높이 난다. 꼬리는 바람이 셀 때만 단다.",
    "소금밭의 물은 여덟 칸을 지나며 짙어진다. 마지막 칸에서 사흘이면 알이 맺힌다.",
    "시계탑의 추는 한 주에 한 번 감아 올린다. 종은 정각에만 울리게 되어 있다.",
)
GREETING = "안녕하세요, 물결 기술 블로그의 강바다입니다."
FOOT = ("물결에서 함께할 동료를 찾습니다.", "ⓒ 2024 물결")


def made(source: str, *blocks: tuple[BlockKind, str], title: str = "제목", language: str = "ko") -> Document:
    page = PageText()
    for kind, text in blocks:
        page.add(kind, text)
    return Document.make(source=source, text=page.text, blocks=page.blocks, title=title, language=language)


def post(number: int, topic: str) -> Document:
    foot: Sequence[tuple[BlockKind, str]] = [("paragraph", FOOT[0]), ("paragraph", FOOT[1].replace("4", str(number)))]
    body: Sequence[tuple[BlockKind, str]] = [("heading", "들어가며"), ("paragraph", topic)]
    return made(f"{number}.md", ("paragraph", GREETING), *body, ("heading", "알림"), *foot)


def look(documents: Sequence[Document], **settings: object) -> Across:
    return look_across(lambda: iter(documents), DocumentSettings.model_validate(settings))


def test_greeting_and_foot_that_stand_in_every_post_go_and_the_rest_keeps_its_offsets() -> None:
    posts = [post(number, topic) for number, topic in enumerate(TOPICS)]
    found = look(posts)
    for before, topic in zip(posts, TOPICS, strict=True):
        after = found.apply(before)
        assert isinstance(after, Document)
        assert after.text == f"들어가며\n\n{topic}"
        assert [block.of(after.text) for block in after.blocks] == ["들어가며", topic]
        assert (after.title, after.source, after.meta) == (before.title, before.source, before.meta)
        assert after.id != before.id
    assert len(found.notes) == 4, "greeting, two lines of the foot and the heading above them, each named once"
    assert GREETING in found.notes[0].detail


def test_four_posts_prove_no_habit_and_a_share_of_zero_keeps_all() -> None:
    posts = [post(number, topic) for number, topic in enumerate(TOPICS)]
    assert [look(posts[:4]).apply(document) for document in posts[:4]] == posts[:4]
    assert [look(posts, repeated=0).apply(document) for document in posts] == posts


def test_what_repeats_inside_a_document_stays() -> None:
    duty: tuple[BlockKind, str] = ("list_item", "저작권 표시를 그대로 둔 채 다시 나눠 주어야 합니다.")
    rest: tuple[BlockKind, str] = (
        "paragraph",
        "이 대목은 글마다 다르고 길어서 끝머리가 여기서 멎는다는 것을 보이려고 여러 낱말을 더 붙여 적어 두었다",
    )
    pages = [
        made(f"{n}.md", ("heading", "개요"), ("paragraph", topic), duty, ("paragraph", f"{topic} {rest[1]} {topic}"))
        for n, topic in enumerate(TOPICS)
    ]
    assert [look(pages).apply(page) for page in pages] == pages


def test_nothing_is_emptied() -> None:
    pages = [made(f"{n}.md", ("paragraph", GREETING)) for n in range(6)]
    found = look(pages, copies=0)
    assert [found.apply(page) for page in pages] == pages


def test_a_copy_is_rejected_and_names_the_one_that_stays() -> None:
    text = " ".join(TOPICS)
    pages = [
        made("a.md", ("paragraph", text)),
        made("b.md", ("paragraph", TOPICS[0])),
        made("print/a.md", ("paragraph", text.replace("사흘이면", "나흘이면"))),
    ]
    found = look(pages)
    assert list(found.rejected) == [pages[2].id]
    rejected = found.apply(pages[2])
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "document_copy"
    assert "a.md" in rejected.detail
    assert look(pages, copies=0).rejected == {}


def test_prose_of_one_form_with_other_words_is_no_copy() -> None:
    pages = [
        made(f"{n}.md", ("paragraph", f"{topic} 자세한 내용은 담당 부서에 물어보세요."))
        for n, topic in enumerate(TOPICS)
    ]
    assert look(pages).rejected == {}


def test_thin_pages_of_one_template_are_one() -> None:
    def page(name: str, *rows: str) -> Document:
        head = ("paragraph", f"{name} 배포 기록 / 고지문과 소스 코드 내려받기")
        return made(
            f"{name}.html",
            head,
            ("table_row", "판 번호 | 배포한 날짜 | 내려받을 파일"),
            *(("table_row", row) for row in rows),
            title=name,
        )  # type: ignore[arg-type]

    pages = [
        page("물때", "1.0 | 3월 | zip"),
        page("조석표", "2.4 | 5월 | zip", "2.5 | 7월 | -"),
        page("날씨", "0.9 | 1월 | -"),
    ]
    different = made("설치.html", ("paragraph", "설치 방법"), ("list_item", "내려받은 파일을 푼다"), title="설치")
    assert set(look([*pages, different]).rejected) == {pages[1].id, pages[2].id}


def test_only_the_languages_that_are_wanted_go_on() -> None:
    korean = made("ko.md", ("paragraph", TOPICS[0]))
    english = made("en.md", ("paragraph", "The keeper polished the lamp before dusk."), language="en")
    assert look([korean, english]).rejected == {}
    found = look([korean, english], languages=["ko"])
    assert {r.reason for r in found.rejected.values()} == {"unwanted_language"}
    assert list(found.rejected) == [english.id]


def test_a_run_leaves_out_what_repeats_and_one_more_post_costs_only_itself(tmp_path: Path) -> None:
    source = tmp_path / "blog"
    source.mkdir()
    for number, topic in enumerate(TOPICS):
        (source / f"{number}.md").write_text(
            f"{GREETING}\n\n## 이야기\n\n{topic} {topic[::-1]}\n\n{FOOT[0]}\n", "utf-8"
        )
    (source / "copy.md").write_text((source / "0.md").read_text("utf-8"), "utf-8")
    settings, out = load_settings(None, ['generate=[{use="keywords"}]']), tmp_path / "out"
    first = build_dataset(settings, [str(source)], out, export=True)
    exported = [json.loads(line) for line in (out / "exports" / "documents.jsonl").read_text("utf-8").splitlines()]
    assert [document["source"] for document in exported] == [f"{number}.md" for number in range(6)]
    assert not any(GREETING in document["text"] or FOOT[0] in document["text"] for document in exported)
    assert first.rejected["document_copy"] == 1
    assert first.notes["repeated_paragraph"] == 2
    assert build_dataset(settings, [str(source)], out).made == 0
    (source / "7.md").write_text(f"{GREETING}\n\n## 다른 이야기\n\n{' '.join(TOPICS)[::-1]}\n\n{FOOT[0]}\n", "utf-8")
    assert build_dataset(settings, [str(source)], out, upto="generate").made == 2, "read once, worked on once"


@pytest.mark.parametrize("folder", ["lezhin-tech/md", "skt-ospo/md", "skt-ospo/html"])
def test_no_post_of_a_real_blog_is_called_a_copy(shared_data: Path, folder: str) -> None:
    found = look_across_folder(shared_data / "blogs" / folder)
    assert found.rejected == {}


def test_pages_of_one_template_end_in_one_cluster(shared_data: Path) -> None:
    assert len(look_across_folder(shared_data / "blogs/skt-ospo/near-duplicates").rejected) == 6


def look_across_folder(folder: Path) -> Across:
    settings = Settings()
    readers = settings.make_readers()
    files = (found.read(settings.ingest) for found in find_sources([folder]))
    records = chain.from_iterable(
        [file] if isinstance(file, Rejected) else read_documents(file, readers, settings.ingest) for file in files
    )
    return look([record for record in records if isinstance(record, Document)])
