"""Feed files: whole entries become documents, teasers are told apart, and hostile or damaged XML harms nothing."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, SourceFile
from corpus_to_ft.ingest.blogger import BloggerReader
from corpus_to_ft.ingest.feed import FeedReader
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.ingest.textcube import TextcubeReader
from corpus_to_ft.ingest.wordpress import WordpressReader
from corpus_to_ft.records import Document, Rejected

READERS = (FeedReader(), WordpressReader(), BloggerReader(), TextcubeReader())
PROSE = "봄이 오면 남쪽 마을의 담장마다 매화가 먼저 핀다. 올해는 예년보다 닷새 이르게 꽃망울이 터졌다."

RSS = f"""<?xml version="1.0" encoding="euc-kr"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:cc="http://backend.userland.com/creativeCommonsRssModule">
<channel><title>꽃 소식</title><link>https://꽃.example/</link><cc:license>https://creativecommons.org/licenses/by/4.0/</cc:license>
<item><title>매화 &amp; 동백</title><link>/글/1</link><dc:creator>김가람</dc:creator><category>꽃</category><category>남쪽</category>
<pubDate>Sat, 03 Apr 2010 21:15:06 +0900</pubDate><description>짧은 소개</description>
<content:encoded><![CDATA[<p>{PROSE}</p><script>alert(1)</script><ul><li>하나</li><li>둘 😀</li></ul>
<p>The post <a href="https://꽃.example/글/1">매화</a> appeared first on <a href="https://꽃.example">꽃 소식</a>.</p>]]></content:encoded></item>
<item><title>예고</title><link>https://꽃.example/글/2</link><description>다음 글에서는 벚꽃을 다룹니다. 벚나무의 종류와…</description></item>
<item><title>더 있는 글</title><link>https://꽃.example/글/3</link>
<description>{PROSE * 5}&lt;br&gt;.... &lt;a href="https://꽃.example/글/3"&gt;글 전체보기&lt;/a&gt;</description></item>
<item><title>제목뿐</title><link>https://꽃.example/글/4</link></item>
</channel></rss>"""


def read(text: str | bytes, source: str = "피드.xml") -> list[Document | Rejected]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_documents(SourceFile(source=source, data=data), READERS))


def documents(text: str | bytes) -> list[Document]:
    return [found for found in read(text) if isinstance(found, Document)]


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16"])
def test_whole_entries_are_read_and_teasers_are_told_with_what_to_do(encoding: str) -> None:
    text = RSS if encoding != "cp949" else RSS.replace(" 😀", "")
    found = read(text.encode(encoding))
    first = found[0]
    assert isinstance(first, Document)
    assert first.source == "피드.xml!꽃.example/글/1"
    assert (first.title, first.author, first.published) == ("매화 & 동백", "김가람", "2010-04-03T21:15:06+09:00")
    assert first.meta["tags"] == ["꽃", "남쪽"]
    assert first.meta["url"] == "https://꽃.example/글/1"
    assert first.meta["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert first.text.startswith(f"{PROSE}\n\n하나\n둘")
    assert "alert" not in first.text
    assert "appeared" not in first.text
    assert [block.kind for block in first.blocks] == ["paragraph", "list_item", "list_item"]
    rest = found[1:]
    assert [item.reason for item in rest if isinstance(item, Rejected)] == ["teaser"] * 3
    assert all("address" in item.detail for item in rest if isinstance(item, Rejected))


def test_teasers_are_kept_when_asked_for() -> None:
    file = SourceFile(source="피드.xml", data=RSS.encode())
    found = list(read_documents(file, [FeedReader(keep_teasers=True)]))
    assert [isinstance(item, Document) for item in found] == [True, True, True, False]


def test_the_summaries_of_hugo_are_teasers_from_their_length_on() -> None:
    item = "<item><title>글</title><link>https://a.example/{}</link><description>&lt;p&gt;{}&lt;/p&gt;</description></item>"
    feed = (
        "<rss><channel><generator>Hugo 0.120</generator>" + item.format(1, "낱말 " * 69) + item.format(2, "낱말 " * 80)
    )
    assert [getattr(found, "reason", "read") for found in read(f"{feed}</channel></rss>")] == ["read", "teaser"]


def test_atom_with_every_way_to_write_content() -> None:
    entries = [
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{PROSE}</p><pre>x &lt; 1</pre></div></content>',
        f'<content type="html">&lt;p&gt;{PROSE}&lt;/p&gt;&lt;pre&gt;x &amp;lt; 1&lt;/pre&gt;</content>',
        f'<content type="text">{PROSE}\n\nx &lt; 1</content>',
        f'<content type="text/html" mode="base64">PHA+7JWI64WVPC9wPg==</content><summary>{PROSE}</summary>',
    ]
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"><author><name>온새미</name></author>'
    for number, entry in enumerate(entries):
        feed += (
            f'<entry><title type="html">&lt;b&gt;글&lt;/b&gt; {number}</title><link rel="self" href="https://a.example/x.atom"/>'
            f'<link href="https://a.example/{number}"/><updated>2021-02-03T04:05:06Z</updated><published>2020-01-02</published>'
            f'<category term="가" label="나"/>{entry}</entry>'
        )
    found = documents(f"{feed}</feed>")
    assert [item.text for item in found] == [f"{PROSE}\n\nx < 1"] * 3 + ["안녕"]
    assert {(item.author, item.published, item.meta["tags"][0]) for item in found} == {("온새미", "2020-01-02", "나")}
    assert [item.title for item in found] == ["글 0", "글 1", "글 2", "글 3"]
    assert [item.meta["url"] for item in found] == [f"https://a.example/{number}" for number in range(4)]


def test_names_of_mail_addresses_and_dates_that_are_none_are_left_out() -> None:
    item = f"<item><title>글</title><author>{{}}</author><pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate><body>{PROSE}</body></item>"
    feed = "<rss><channel>" + item.format("a@b.example (다솜)") + item.format("a@b.example") + "</channel></rss>"
    assert [(found.author, found.published) for found in documents(feed)] == [("다솜", None), (None, None)]


def test_comments_in_a_feed_are_no_articles() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"><entry><title>댓글</title>'
        '<thr:in-reply-to ref="a"/><content>좋은 글입니다. 잘 읽었습니다.</content></entry></feed>'
    )
    assert [getattr(found, "reason", "") for found in read(feed)] == ["not_an_article"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<!DOCTYPE rss [<!ENTITY a "하하"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>', "unsafe_xml"),
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><body>&x;</body></item></channel></rss>', "unsafe_xml"),
        ("<rss>" + "<a>" * 100_000, "too_complex"),
        ("<!DOCTYPE rss [ " * 20_000, "bad_xml"),
        ("<!--" * 100_000, "bad_xml"),
        ("&" * 1_000_000, "bad_xml"),
        ("<rss/>", "empty"),
        ("<site><name>글</name></site>", "not_a_feed"),
        ("", "empty"),
        ("😀", "bad_xml"),
    ],
)  # fmt: skip
def test_hostile_and_foreign_xml_is_refused_at_once(text: str, reason: str) -> None:
    began = time.monotonic()
    assert [getattr(found, "reason", "") for found in read(text)] == [reason]
    assert time.monotonic() - began < 5


def test_nothing_is_fetched_or_included() -> None:
    feed = (
        '<!DOCTYPE rss [<!ENTITY % far PUBLIC "-//W3C//ENTITIES" "http://far.example/x.ent"> %far;]>'
        '<rss xmlns:xi="http://www.w3.org/2001/XInclude"><channel><item><body>앞 &copy; &nbsp;&#146;&#55357;&#56832; &none; a&b'
        '<xi:include href="file:///etc/hostname" parse="text"/> 뒤</body></item></channel></rss>'
    )
    assert [found.text for found in documents(feed)] == ["앞 © ’😀 &none; a&b\n\n뒤"]


def test_a_broken_feed_is_read_as_far_as_it_goes_and_says_so() -> None:
    feed = f"<rss><channel><item><title>글</title><body><![CDATA[<p>{PROSE}</p>]]></body></item><item><title>둘"
    found = documents(feed)
    assert [item.text for item in found] == [PROSE]
    assert "line 1" in str(found[0].meta["warnings"])


@pytest.mark.parametrize(
    "end", [f"<title>둘</title><description>{PROSE}", f"<title>둘</title><body><![CDATA[<p>{PROSE}", ""]
)
def test_the_entry_that_a_file_ends_inside_of_is_named_and_not_read(end: str) -> None:
    whole = f"<item><title>글</title><body><![CDATA[<p>{PROSE}</p>]]></body></item>"
    found = read(f"<rss><channel>{whole}<item>{end}")
    assert [getattr(item, "reason", "") for item in found] == ["", "damaged"]
    assert [item.source for item in found] == ["피드.xml!entry 1", "피드.xml!entry 2"]


def test_what_ends_between_two_entries_loses_none() -> None:
    whole = f"<item><title>글</title><body><![CDATA[<p>{PROSE}</p>]]></body></item>"
    assert len(documents(f"<rss><channel>{whole}\n<!-- 끝")) == 1


def test_decomposed_hangul_line_ends_and_mixed_scripts() -> None:
    feed = "<rss><channel><item><title>하나</title><body>첫 줄\r\n둘째 줄 漢字 ABC 12345678901234567890</body></item></channel></rss>"
    (found,) = documents(feed)
    assert (found.title, found.text) == ("하나", "첫 줄\n둘째 줄 漢字 ABC 12345678901234567890")


def test_the_reader_of_an_export_comes_before_that_of_feeds() -> None:
    assert FeedReader().match(SourceFile(source="a.xml", data=b"<!-- x --><rss>")) is Match.CONTENT
    wxr = b'<rss xmlns:wp="http://wordpress.org/export/1.2/">'
    assert WordpressReader().match(SourceFile(source="a.xml", data=wxr)) > FeedReader().match(
        SourceFile(source="a.xml", data=wxr)
    )


def test_real_korean_feeds_are_read_in_their_encodings(shared_data: Path) -> None:
    folder = shared_data / "encodings/chardet-korean"
    read_count = 0
    for path in sorted(folder.glob("*.xml")):
        found = read(path.read_bytes())
        assert {getattr(item, "reason", "teaser") for item in found} == {"teaser"}, path.name
        texts = [item.text + item.title for item in found if isinstance(item, Document)]
        assert all(max(text) >= "가" for text in texts)
        assert not any("\ufffd" in text for text in texts)
        read_count += len(texts)
    assert read_count >= 104


def test_no_real_feed_crashes_or_leaves_a_program_in_its_text(shared_data: Path) -> None:
    paths = sorted((shared_data / "feeds/feedparser").rglob("*.xml"))
    for path in paths:
        for found in read(path.read_bytes()):
            text = f"{found.text} {found.title}" if isinstance(found, Document) else ""
            assert not any(sign in text for sign in ("onmouse", "alert(", "<applet", "location.href", "<script"))
    assert len(paths) > 80


@pytest.mark.parametrize("name", ["blogs/skt-ospo/feeds/site.rss.xml", "exports/ghost-migrate/mg-wp-xml/sample.xml"])
def test_flipped_and_cut_copies_never_crash(name: str, shared_data: Path) -> None:
    data, chance = (shared_data / name).read_bytes(), random.Random(7)
    for _ in range(20):
        place = chance.randrange(len(data))
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        for copy in (bytes(flipped), data[:place]):
            assert all(isinstance(found, Document | Rejected) for found in read(copy))


def test_xml_that_is_no_feed_names_its_root() -> None:
    with pytest.raises(InputError, match="urlset"):
        list(FeedReader().read(SourceFile(source="sitemap.xml", data=b"<urlset><url/></urlset>")))
