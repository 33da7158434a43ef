"""Markdown of many dialects: what must and what must not be left in the text, and what the head says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from corpus_to_ft.ingest.base import Page, SourceFile
from corpus_to_ft.ingest.markdown import MarkdownReader

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks import reading


def page(text: str, source: str = "글.md") -> Page:
    return next(iter(MarkdownReader().read(SourceFile(source=source, data=text.encode()))))


@pytest.mark.parametrize(
    ("markdown", "must", "must_not"),
    [
        ('**"제목"**은 굵다', ['"제목"은 굵다'], ["**"]),
        ("{% alert %}\n안의 말\n{% endalert %} {{ site.x }}", ["안의 말"], ["{%", "{{", "alert"]),
        ('{{< alert title="참고" >}}\n안의 말\n{{< /alert >}}', ["안의 말"], ["{{<", "참고"]),
        ("<span>글</span>{: .red } 끝\n\n{: .box}\n> 인용", ["글 끝", "인용"], ["{:", "span"]),
        ("식은 $$a_1 * b_1$$ 이다", ["식은 a_1 * b_1 이다"], ["$$"]),
        ("값은 $5 이고 $6 이다", ["$5 이고 $6"], []),
        ("<div>\n글 <a href='x'>링크</a><br>둘째\n</div>", ["글 링크\n둘째"], ["<", "href"]),
        ("<script>alert(1)</script>\n\n<style>\n.a{}\n\n.b{}\n</style>\n\n글", ["글"], ["alert", ".a", ".b"]),
        ("[링크](https://a.b/한 글 (1).pdf) 끝", ["링크", "끝"], ["](", "pdf"]),
        ("![그림](a.png) 글 <!-- 숨김\n\n숨김2 --> 끝", ["글", "끝"], ["a.png", "숨김"]),
        ("- [ ] 할 일\n- [x] 한 일", ["할 일", "한 일"], ["[ ]", "[x]"]),
        ("각주[^1] 글\n\n[^1]: 설명", ["각주 글", "설명"], ["[^"]),
        (":::note 참고\n안의 말\n:::", ["안의 말"], [":::"]),
        ("> [!NOTE]\n> 알림", ["알림"], ["[!"]),
        ("import X from './x'\n\n<Tabs>글</Tabs>", ["글"], ["import", "Tabs"]),
        ("`{% raw %}`와 `<b>` 코드", ["{% raw %}와 <b> 코드"], ["`"]),
        ("```liquid\n{{ page.title }}\n```", ["{{ page.title }}"], ["```"]),
        ("{% highlight ruby %}\nputs 1\n{% endhighlight %}", ["puts 1"], ["highlight"]),
        ("&lt;클린 코드&gt;를 읽다 😀", ["<클린 코드>를 읽다 😀"], ["&lt;"]),
        ("* TOC\n{:toc}\n\n글", ["글"], ["TOC", "toc"]),
        ("[[문서|표시]]와 ==강조== ~~지움~~", ["표시와 강조 지움"], ["[[", "==", "~~"]),
        ("줄\r\n바꿈  \r\n끝", ["줄 바꿈\n끝"], ["\r"]),
        ("앞 %%나만 보는 말%% 뒤\n\n%%\n여러 줄의\n\n혼잣말\n%%\n\n끝", ["앞", "뒤", "끝"], ["나만", "혼잣말", "%%"]),
        ("매출이 100%% 늘고 50%% 줄었다", ["100%% 늘고 50%% 줄었다"], []),
        ("인용할 문장이다. ^37066d\n\n값은 10 ^2", ["인용할 문장이다.", "10 ^2"], ["37066d"]),
    ],
)
def test_markup_goes_and_prose_stays(markdown: str, must: list[str], must_not: list[str]) -> None:
    text = page(markdown).text
    assert [wanted for wanted in must if wanted not in text] == [], text
    assert [unwanted for unwanted in must_not if unwanted in text] == [], text


def test_structure_survives() -> None:
    found = page(
        "# 큰 제목\n\n## 절\n\n글\n\n- 하나\n  - 둘\n\n> 인용\n\n| 가 | 나 |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n```\n"
    )
    assert found.title == "큰 제목"
    assert [(block.kind, block.level, block.of(found.text)) for block in found.blocks] == [
        ("heading", 2, "절"),
        ("paragraph", 0, "글"),
        ("list_item", 1, "하나"),
        ("list_item", 2, "둘"),
        ("quote", 0, "인용"),
        ("table_row", 0, "가\t나"),
        ("table_row", 0, "1\t2"),
        ("code", 0, "x = 1"),
    ]


@pytest.mark.parametrize(
    ("head", "title", "tags", "draft"),
    [
        ("---\ntitle: 글\ntags: [가, 나]\n---\n", "글", ["가", "나"], False),
        ("---\ntitle: 글\ntags:\n  - 가\n  - 나\n---\n", "글", ["가", "나"], False),
        ("---\ntitle: 글\ntag: 가 나\n---\n", "글", ["가", "나"], False),
        ("---\ntitle: 글\ntags:\npublished: false\n---\n", "글", [], True),
        ("---\ntitle: 글\npublish: true\n---\n", "글", [], False),
        ("---\ntitle: [공지] 점검: 안내\ntags: [가, 나]\n---\n", "[공지] 점검: 안내", ["가", "나"], False),
        ("---\ntitle: [공지]\n---\n", "[공지]", [], False),
        ("---\ntitle: 2024\ndraft: yes\n---\n", "2024", [], True),
        ('+++\ntitle = "글"\ntags = ["가"]\ndraft = true\n+++\n', "글", ["가"], True),
        ('{\n"title": "글", "tags": ["가"]\n}\n', "글", ["가"], False),
        ("# 글\n\n작성일: 2024년 3월 5일\n태그: 가, 나\n\n", "글", ["가", "나"], False),
        ("title: 글\ndate: 2024-03-05 09:12:00\ntags: [가, 나]\n---\n", "글", ["가", "나"], False),
        ("layout: post\ntitle: 글\ntags:\n  - 가\n- 나\n---\n\n", "글", ["가", "나"], False),
        ("", "문서 이름", [], False),
    ],
)
def test_every_kind_of_head_is_understood(head: str, title: str, tags: list[str], draft: bool) -> None:
    found = page(head + "본문입니다.\n", "문서-이름.md")
    assert (found.title, found.meta.get("tags", []), found.draft) == (title, tags, draft)
    assert found.text == "본문입니다."


def test_a_rule_between_paragraphs_is_no_head() -> None:
    assert page("---\n\n첫 문단\n\n---\n\n둘째").text == "첫 문단\n\n둘째"


@pytest.mark.parametrize(
    "text",
    [
        "title: 그냥 제목\n---\n본문",
        "주의: 이것은\n설명: 글이다\n---\n끝",
        "title: 글\ndate: 오늘\n그리고 글.\n---\n끝",
    ],
)
def test_lines_with_colons_above_a_rule_are_no_head(text: str) -> None:
    assert page(text).text.replace("\n", " ").split() == [word for word in text.split() if word != "---"]


def test_a_hostile_head_and_body_end_in_time() -> None:
    page("---\n" + "[" * 50_000 + "\n---\n글")
    page("title: 글\ndate: 오늘\n" * 20_000 + "글")
    page("%%" * 50_000 + "%% a" * 20_000)
    page("> " * 5_000 + "글\n" + "[" * 20_000 + "*" * 20_000)


@pytest.mark.parametrize(
    "markdown",
    [
        ">" * 10_000 + " 깊은 **곳**의 문장입니다.",
        "> " * 60 + "깊은 곳의 문장입니다.",
        "- " * 200 + "깊은 곳의 문장입니다.",
        "1. " * 2000 + "깊은 곳의 문장입니다.",
        "> - " * 100 + "깊은 곳의 문장입니다.",
        "".join(f"{'  ' * depth}- 항목{depth}\n" for depth in range(99)) + "  " * 99 + "- 깊은 곳의 문장입니다.",
        "".join(f"{'>' * depth} 줄{depth}\n" for depth in range(99))
        + ">" * 99
        + "\n"
        + ">" * 99
        + " 깊은 곳의 문장입니다.",
    ],
)
def test_what_is_nested_too_deep_keeps_its_text_and_swallows_nothing(markdown: str) -> None:
    text = page(f"앞 문장입니다.\n\n{markdown}\n\n밖의 문장입니다.").text
    assert text.startswith("앞 문장입니다.")
    assert "깊은 곳의 문장입니다." in text
    assert text.endswith("밖의 문장입니다.")
    assert [depth for depth in range(1, 99) if "항목0" in text and f"항목{depth}" not in text] == []
    assert [depth for depth in range(1, 99) if "줄1" in text and f"줄{depth}" not in text] == []
    assert not set(text) & {">", "-"}


def test_the_name_of_an_export_gives_title_and_date() -> None:
    assert page("글", "회의록 0123456789abcdef0123456789abcdef.md").title == "회의록"
    dated = page("글", "blog/2021-9-1-my-post.md")
    assert (dated.title, dated.published) == ("my post", "2021-9-1")
    assert page("글", "가이드/_index.md").title == "가이드"


def test_heads_of_the_shared_blogs_are_read_exactly(shared_data: Path) -> None:
    for blog in reading.BLOGS:
        for gold in reading.gold_of(shared_data, blog):
            hits = reading.metadata_hits(reading.read_markdown(shared_data / "blogs" / blog, gold["path"]), gold)
            assert all(hits.values()), (gold["path"], hits)


def test_the_rendered_words_of_the_shared_pages_are_kept(shared_data: Path) -> None:
    recalls = []
    for gold in reading.gold_of(shared_data, "skt-ospo"):
        found = reading.read_markdown(shared_data / "blogs/skt-ospo", gold["path"])
        recalls.append(reading.letter_recall(found.text, gold["gold_text"]))
        assert not reading.markup_left(found), gold["path"]
    assert sum(recalls) / len(recalls) >= 0.99
