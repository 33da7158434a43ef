"""Books become chapters in reading order; what only speaks about the book is left out."""

from __future__ import annotations

import pytest
from office_files import LAUGHS, zipped

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, SourceFile
from corpus_to_ft.ingest.epub import EpubReader

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/책.opf"/></rootfiles></container>'
HTML = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'


def chapter(body: str, kind: str = "", head: str = "<title/>") -> str:
    typed = f' epub:type="{kind}"' if kind else ""
    return f'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html {HTML}><head>{head}</head><body{typed}>{body}</body></html>'


def epub(
    files: dict[str, str | bytes], *, order: list[str] | None = None, more: dict[str, str] | None = None, head: str = ""
) -> bytes:
    nav = {name: ' properties="nav"' if "nav" in name else "" for name in files}
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"{nav[name]}/>' for n, name in enumerate(files)
    )
    names = list(files)
    spine = "".join(f'<itemref idref="i{names.index(name)}"/>' for name in order or names)
    said = "<dc:title>바다의 책</dc:title><dc:creator>김하나</dc:creator><dc:creator>이둘</dc:creator><dc:date>2026-03-02</dc:date>"
    opf = f'{head}<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{said}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>'
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/책.opf": opf,
    }
    parts |= {f"OEBPS/{name}": text for name, text in files.items()} | dict(more or {})
    return zipped(parts)


def read(data: bytes, **settings: object) -> list[Page | BadPage]:
    return list(EpubReader.model_validate(settings).read(SourceFile(source="책.epub", data=data)))


def refused(data: bytes, **settings: object) -> str:
    with pytest.raises(InputError) as caught:
        read(data, **settings)
    return caught.value.reason


def test_chapters_come_in_reading_order_without_cover_and_contents() -> None:
    files: dict[str, str | bytes] = {
        "nav.xhtml": chapter("<nav><ol><li>차례</li></ol></nav>"),
        "cover.xhtml": chapter("<p>표지</p>"),
        "ch2.xhtml": chapter("<p>제목이 없는 장이다.&nbsp;끝 😀</p>"),
        "ch1.xhtml": chapter(
            "<h2>첫째 장</h2><p>물때는&#160;<a id='x'/>하루에 두 번 바뀐다.</p><ul><li>밀물</li><li>썰물</li></ul>"
        ),
        "end.xhtml": chapter("<p>펴낸 곳</p>", "colophon"),
        "picture.xhtml": chapter('<img src="http://example.org/a.png"/>'),
    }
    first, second = read(
        epub(files, order=["cover.xhtml", "nav.xhtml", "ch1.xhtml", "ch2.xhtml", "end.xhtml", "picture.xhtml"])
    )
    assert isinstance(first, Page)
    assert isinstance(second, Page)
    assert [(b.kind, b.of(first.text)) for b in first.blocks] == [
        ("heading", "첫째 장"),
        ("paragraph", "물때는 하루에 두 번 바뀐다."),
        ("list_item", "밀물"),
        ("list_item", "썰물"),
    ]
    assert (first.title, first.member, first.author, first.published) == (
        "첫째 장",
        "OEBPS/ch1.xhtml",
        "김하나, 이둘",
        "2026-03-02",
    )
    assert (second.title, second.text) == ("바다의 책", "제목이 없는 장이다. 끝 😀")
    assert "2 of 4 files" in first.meta["warnings"][0]


def test_one_damaged_chapter_does_not_stop_the_others() -> None:
    bad, good = read(epub({"a.xhtml": chapter("<div>" * 3000 + "글"), "b.xhtml": chapter("<p>온전한 글</p>")}))
    assert isinstance(bad, BadPage)
    assert bad.reason == "too_complex"
    assert isinstance(good, Page)


def test_a_locked_book_says_so_and_scrambled_fonts_do_not_matter() -> None:
    def listed(algorithm: str) -> dict[str, str]:
        method = f'<EncryptionMethod Algorithm="{algorithm}"/>'
        data = f'<EncryptedData>{method}<CipherReference URI="OEBPS/a.xhtml"/></EncryptedData>'
        return {"META-INF/encryption.xml": f"<encryption>{data}</encryption>"}

    files: dict[str, str | bytes] = {"a.xhtml": chapter("<p>글</p>")}
    assert refused(epub(files, more=listed("http://www.w3.org/2001/04/xmlenc#aes128-cbc"))) == "encrypted"
    assert len(read(epub(files, more=listed("http://www.idpf.org/2008/embedding")))) == 1


def test_what_cannot_be_read_says_why() -> None:
    files: dict[str, str | bytes] = {"a.xhtml": chapter("<p>가</p>"), "b.xhtml": chapter("<p>나</p>")}
    assert refused(epub(files), max_chapters=1) == "too_large"
    assert refused(epub({"a.xhtml": chapter("<img/>")})) == "no_text"
    assert refused(epub({"cover.xhtml": chapter("<p>표지</p>")})) == "empty"
    assert refused(epub(files)[:600]) == "damaged"
    assert refused(zipped({"mimetype": "application/epub+zip"})) == "damaged"
    assert refused(epub(files, head=LAUGHS)) == "unsafe_xml"
    assert refused(epub({"a.xhtml": bytes(30_000_000)})) == "zip_bomb"
    assert (
        len(
            read(
                epub(
                    files,
                    head='<!DOCTYPE package PUBLIC "+//ISBN 0-9673008-1-9//DTD OEB 1.2//EN" "http://example.org/x.dtd">',
                )
            )
        )
        == 2
    )
    assert EpubReader().match(SourceFile(source="책", data=epub(files))) is Match.CONTENT
