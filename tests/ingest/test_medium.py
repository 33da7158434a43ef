"""The pages of a Medium export: posts, drafts, responses and what lies beside them."""

from __future__ import annotations

from pathlib import Path

from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.html import HtmlReader
from corpus_to_ft.ingest.medium import MediumReader
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.records import Document, Rejected

PAGE = """<!DOCTYPE html><html><head><title>{title}</title></head><body><article class="h-entry">
<header><h1 class="p-name">{title}</h1></header>{subtitle}
<section data-field="body" class="e-content"><section name="a" class="section section--body"><div class="section-divider"><hr></div>
<div class="section-content"><div class="section-inner">{body}</div></div></section></section>
<footer>{footer}<p>Exported from <a href="https://medium.com">Medium</a> on June 3, 2024.</p></footer></article></body></html>"""
FOOTER = """<p class="p-tags">Tagged in <a class="p-tag" href="#">봄</a>, <a class="p-tag" href="#">꽃</a></p>
<p>By <a href="https://medium.com/@g" class="p-author h-card">가람</a> on <a href="https://medium.com/p/1">
<time class="dt-published" datetime="2024-06-03T09:41:57.629Z">June 3, 2024</time></a>.</p>
<p><a href="https://medium.com/@g/bom-1" class="p-canonical">Canonical link</a></p>"""
BODY = """<h3 class="graf graf--h3 graf--title">봄 소식</h3><h4 class="graf graf--h4 graf--subtitle">작은 제목</h4>
<p class="graf">매화가 피었습니다. 😀</p><h3 class="graf">동백</h3><pre class="graf">a = 1<br>b = 2</pre>"""
SUBTITLE = '<section data-field="subtitle" class="p-summary">작은 제목</section>'


def read(source: str, data: str | bytes) -> Document | Rejected:
    file = SourceFile(source=source, data=data.encode() if isinstance(data, str) else data)
    (found,) = read_documents(file, [HtmlReader(), MediumReader()])
    return found


def test_a_post_without_what_the_export_adds() -> None:
    found = read("posts/2024-06-03_a.html", PAGE.format(title="봄 소식", subtitle=SUBTITLE, body=BODY, footer=FOOTER))
    assert isinstance(found, Document)
    assert found.text == "매화가 피었습니다. 😀\n\n동백\n\na = 1\nb = 2"
    assert (found.title, found.author, found.published) == ("봄 소식", "가람", "2024-06-03T09:41:57+00:00")
    assert found.meta["tags"] == ["봄", "꽃"]
    assert found.meta["url"] == "https://medium.com/@g/bom-1"


def test_drafts_are_told_by_name_and_by_having_no_address() -> None:
    page = PAGE.format(title="봄 소식", subtitle=SUBTITLE, body=BODY, footer=FOOTER)
    unpublished = page.replace('class="p-canonical"', "")
    for source, data in (("posts/draft_봄.html", page), ("posts/봄.html", unpublished)):
        assert getattr(read(source, data), "reason", "") == "draft"


def test_a_response_is_no_article() -> None:
    page = PAGE.format(
        title="잘 읽었습니다", subtitle="", body='<p class="graf">잘 읽었습니다. 고맙습니다.</p>', footer=FOOTER
    )
    assert getattr(read("posts/a.html", page), "reason", "") == "not_an_article"


def test_lists_beside_the_posts_are_no_articles() -> None:
    page = '<html><body><section><h1>Bookmarks</h1><ul><li><a href="https://medium.com/p/1">남의 글</a></li></ul></section><footer>{}</footer>'
    exported = '<p>Exported from <a href="https://medium.com">Medium</a> on June 3, 2024.</p>'
    assert getattr(read("bookmarks/bookmarks-0001.html", page.format(exported)), "reason", "") == "not_an_article"


def test_every_file_of_an_export_is_told_apart(shared_data: Path) -> None:
    folder = shared_data / "exports/ghost-migrate/mg-medium-export/export"
    found = {path.stem: read(path.name, path.read_bytes()) for path in sorted(folder.rglob("*.html"))}
    reasons = {name: getattr(item, "reason", "read") for name, item in found.items()}
    assert reasons == {
        "advanced-post": "read", "basic-post": "read", "code-post": "read", "comment": "not_an_article",
        "draft-post": "draft", "no-date-post": "read", "no-slug-post": "read", "quote-post": "read", "short-post": "read",
        "profile": "not_an_article",
    }  # fmt: skip
    post = found["advanced-post"]
    assert isinstance(post, Document)
    assert (post.author, post.published, post.meta["tags"]) == (
        "Joe Bloggs",
        "2018-08-11T11:23:34+00:00",
        ["Things", "Stuff"],
    )
    assert not any(sign in post.text for sign in ("Exported", "Canonical", "Tagged", "Advanced Post Title"))
