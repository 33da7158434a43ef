"""Reads the entries of feeds (RSS 0.9 to 2.0, RDF, Atom, CDF): what each says about itself, and whether it is whole."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from corpus_to_ft.decode import clean_text
from corpus_to_ft.errors import InputError
from corpus_to_ft.markup.html.article import fragment_text
from corpus_to_ft.markup.xml import children, first_text, name_of, text_in

WHOLE_NAMES = ("content:encoded", "content", "xhtml:body", "body", "fullitem")
TEASER_NAMES = ("description", "summary", "abstract", "dcterms:abstract")
DATE_NAMES = ("published", "issued", "pubdate", "dc:date", "dcterms:issued", "dcterms:created", "created", "updated",
              "modified", "dcterms:modified")  # fmt: skip
LICENSE_NAMES = ("cc:license", "dcterms:license", "rights", "copyright", "dc:rights", "dcterms:rights")
TAIL_CHARS = 1000
# Hugo writes so many words of an article into its feed, unless its owner changed the template.
HUGO_WORDS = 70
MAX_NAME_CHARS = 300
MIN_WHOLE_CHARS = 200  # plain text with less, below a title and beside an address, is a teaser

_TAG = re.compile(
    r"</?(?:a|abbr|applet|article|aside|audio|b|big|blockquote|br|button|center|cite|code|dd|del|details|dfn|div|dl|dt|em|"
    r"embed|figcaption|figure|font|form|h[1-6]|hr|i|iframe|img|input|ins|kbd|label|li|link|main|mark|math|meta|object|ol|"
    r"p|param|picture|pre|q|ruby|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|"
    r"table|tbody|td|textarea|th|thead|tr|tt|u|ul|var|video)(?:\s[^<>]*|/)?>",
    re.IGNORECASE,
)
_BLOCK_TAG = re.compile(r"<(?:p|br|div|h[1-6]|ul|ol|table|blockquote|pre|section|article|center)\b", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"&lt;/(?:p|div|a|span|h[1-6]|li|strong|b|em)&gt;|&lt;br ?/?&gt;", re.IGNORECASE)
_ELLIPSIS = re.compile(r"(?:…|\.{3,}|\[(?:…|\.{3}|&#8230;)\]|\(\.{3}\)|·{3,})[\s\"'”’)\]]*$")
_READ_MORE = re.compile(
    r"(?:글\s*전체\s*보기|전체\s*보기|더\s*보기|더\s*읽기|계속\s*읽기|이어\s*읽기|이어서\s*읽기|자세히\s*보기|원문\s*보기|"
    r"read more|read on|continue reading|keep reading|view full post|full (?:story|article)|more)"
    r"[\s.…»›→>&gt;\])]*(?:</(?:a|font|span|b|strong|p|div|em)>\s*)+$",
    re.IGNORECASE,
)
_APPEARED_FIRST = re.compile(
    r"<p>(?:The post|게시물|이 글은)?\s*<a [^>]*>[^<]*</a>[^<]{0,40}<a [^>]*>[^<]*</a>"
    r"(?:\.|에 처음 (?:등장했습니다|게시되었습니다)\.?)\s*</p>\s*$",
    re.IGNORECASE,
)
_NO_DATE = re.compile(r"(?:^|\s)000[01](?=[-\s])")
_PERSON = re.compile(r"^\S+@\S+\s*\((?P<name>[^)]+)\)$|^(?P<first>[^<@]+?)\s*<\S+@\S+>$")
_MAIL = re.compile(r"^\S+@\S+\.\S+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: `html` is the text with its markup; `teaser` says that it is only the beginning of the article."""

    title: str
    url: str
    published: str
    author: str
    tags: tuple[str, ...]
    license: str
    html: str
    teaser: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a feed says about all its entries. `summaries` says that its program writes summaries as descriptions."""

    url: str
    author: str
    license: str
    summaries: bool = False


def read_channel(root: etree._Element) -> Channel:
    """The facts of the feed itself; those of its entries come before them."""
    head = next(iter(children(root, "channel")), root)
    program = first_text(head, "generator").lower()
    return Channel(
        url=_link(head, ""), author=_author(head), license=_license(head), summaries=program.startswith("hugo")
    )


def entry_elements(root: etree._Element) -> Iterator[etree._Element]:
    """The entries, in the order of the file, wherever they stand."""
    for element in root.iter("*"):
        if name_of(element) in ("item", "entry"):
            yield element


def read_entry(element: etree._Element, channel: Channel) -> Entry:
    """Everything that an entry says; what it does not say comes from its feed."""
    html_text, teaser = _content(element)
    title = _title(element)
    url = _link(element, channel.url)
    # The last sentence of a WordPress feed says where the article appeared first.
    whole = html_text[:-TAIL_CHARS] + _APPEARED_FIRST.sub("", html_text[-TAIL_CHARS:])
    return Entry(
        title=title,
        url=url,
        published=_date(element),
        author=_author(element) or channel.author,
        tags=_tags(element),
        license=_license(element) or channel.license,
        html=whole,
        teaser=_is_teaser(whole, teaser and bool(title) and bool(url))
        or (teaser and channel.summaries and _cut(whole)),
    )


def as_html(text: str) -> str:
    """Text that may hold markup as HTML: tags stay tags, and of plain text the line ends stay."""
    if _TAG.search(text):
        return text
    if _ESCAPED_TAG.search(text):
        return html.unescape(text)
    plain = html.unescape(text) if re.search(r"&(?:#\d+|#x[\da-f]+|[a-z]+\d?);", text, re.IGNORECASE) else text
    return html.escape(plain, quote=False).replace("\n", "<br>")


def plain_line(text: str) -> str:
    """A title or name without markup, on one line."""
    if _TAG.search(text):
        try:
            text = fragment_text(text, "").text
        except InputError:
            text = _TAG.sub(" ", text)
    return " ".join(clean_text(html.unescape(text)).split())


def person(text: str) -> str:
    """The name of `mail@address (Name)` and `Name <mail@address>`; a bare address names nobody."""
    text = plain_line(text)[:MAX_NAME_CHARS]
    found = _PERSON.match(text)
    if found:
        return (found["name"] or found["first"]).strip(" \"'")
    return "" if _MAIL.match(text) else text


def _content(element: etree._Element) -> tuple[str, bool]:
    """The longest text of those that are meant to be whole, else of the others, which may be teasers."""
    for names, teaser in ((WHOLE_NAMES, False), (TEASER_NAMES, True)):
        texts = [text for child in children(element, *names) if (text := _value(child)).strip()]
        if texts:
            return max(texts, key=len), teaser
    return "", False


def _value(child: etree._Element) -> str:
    """An element's HTML, whether it is escaped, in base64, written out as elements, or plain text."""
    kind, mode = (child.get("type") or "").lower(), (child.get("mode") or "").lower()
    text = text_in(child)
    if mode == "base64":
        try:
            return as_html(base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace"))
        except (binascii.Error, ValueError):
            return ""
    if len(child):
        return _inner_html(child)
    if kind in ("text", "text/plain") and not _BLOCK_TAG.search(text):
        return html.escape(text, quote=False).replace("\n", "<br>")
    if kind and "/" in kind and not kind.startswith("text/") and "html" not in kind and "xml" not in kind:
        return ""  # a picture or sound
    return text if kind in ("html", "text/html") else as_html(text)


def _inner_html(child: etree._Element) -> str:
    parts = [html.escape(child.text or "", quote=False)]
    for inner in child:
        for each in inner.iter("*"):
            each.tag = etree.QName(each).localname
        parts.append(etree.tostring(inner, method="html", encoding="unicode", with_tail=True))
    return re.sub(r"\sxmlns(?::\w+)?=\"[^\"]*\"", "", "".join(parts))


def _title(element: etree._Element) -> str:
    for child in children(element, "title", "dc:title"):
        if len(child) or (text := text_in(child)):
            return plain_line(_inner_html(child) if len(child) else text)
    return ""


def _link(element: etree._Element, base: str) -> str:
    """The address of the page; relative ones count from the feed's own."""
    found = [first_text(element, "feedburner:origlink")]
    for child in children(element, "link", "a"):
        if child.get("href"):
            if (child.get("rel") or "alternate") == "alternate":
                found.append(str(child.get("href")))
        else:
            found.append(text_in(child))
    if name_of(element) in ("item", "channel"):
        found.append(next((str(value) for name, value in element.attrib.items() if str(name).lower() == "href"), ""))
    found.extend(text_in(guid) for guid in children(element, "guid") if guid.get("isPermaLink", "true") != "false")
    return next((address for link in found if (address := web_address(link, base))), "")


def web_address(link: str, base: str = "") -> str:
    """The address if it is one of a web page, else nothing."""
    try:
        address = urljoin(base, link.strip()) if link.strip() else ""
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc and " " not in address else ""


def _date(element: etree._Element) -> str:
    for child in children(element, *DATE_NAMES):
        if (text := text_in(child)) and not _NO_DATE.search(text):
            return text
    return ""


def _author(element: etree._Element) -> str:
    names = []
    for child in children(element, "author"):
        names.append(person(first_text(child, "name") or ("" if len(child) else text_in(child))))
    if not any(names):
        names = [person(text_in(child)) for child in children(element, "dc:creator")]
    if not any(names):
        names = [person(text_in(child)) for child in children(element, "managingeditor", "other:author")]
    return ", ".join(dict.fromkeys(name for name in names if name))


def _tags(element: etree._Element) -> tuple[str, ...]:
    found = []
    for child in children(element, "category", "dc:subject"):
        # Google's own kinds are told as categories with an address as their scheme.
        if "schemas.google.com" not in (child.get("scheme") or ""):
            found.append(plain_line(child.get("label") or child.get("term") or text_in(child)))
    return tuple(dict.fromkeys(tag for tag in found if tag))


def _license(element: etree._Element) -> str:
    for link in children(element, "link"):
        if link.get("rel") == "license" and link.get("href"):
            return str(link.get("href"))
    for child in children(element, *LICENSE_NAMES):
        resource = next((str(value) for name, value in child.attrib.items() if str(name).endswith("resource")), "")
        if found := resource or plain_line(_inner_html(child) if len(child) else text_in(child)):
            return found
    return ""


def _cut(text: str) -> bool:
    """Whether Hugo has cut the text: a summary goes on to the end of the sentence after its last word."""
    return len(html.unescape(_TAG.sub(" ", text)).split()) >= HUGO_WORDS


def _is_teaser(text: str, may_be_plain: bool) -> bool:
    """Whether the article goes on elsewhere: a link says so, or a plain text is short or breaks off."""
    tail = text.rstrip()[-400:]
    if _READ_MORE.search(tail) and "<a " in tail.lower():
        return True
    if not may_be_plain or _BLOCK_TAG.search(text):
        return False
    plain = " ".join(html.unescape(_TAG.sub("", text)).split())
    return len(plain) < MIN_WHOLE_CHARS or bool(_ELLIPSIS.search(plain[-100:]))
