"""Company blogs whose boxes bear hashed names or none: nothing but the order and the weight of the text to go by."""

from __future__ import annotations

import re
from itertools import count

from layouts.posts import (
    ALERTS,
    BIO,
    COMMENT,
    COOKIES,
    ESSAY,
    LESSON,
    MENU,
    NEWSLETTER,
    NOTICE,
    REPLY,
    RIGHTS,
    UNWANTED,
    VISIT,
    MadePage,
    Part,
    Post,
    body,
    document,
    inline,
    others,
    plain,
    text,
)  # fmt: skip

NUMBERS = count(1000)
TAGS = re.compile(r"<(p|h2|h3|ul|ol|li|pre|code|table|blockquote|figure|figcaption)>")


def css() -> str:
    """A name as style libraries make them up."""
    return f'class="css-{next(NUMBERS):x}"'


def hashed(part: Part) -> str:
    return TAGS.sub(lambda tag: f"<{tag[1]} {css()}>", plain(part))


def boxed(part: Part) -> str:
    """Every line in boxes of its own, as note-taking programs publish."""
    if part.kind in ("p", "h2", "h3", "quote"):
        shown = inline(part.text) if part.kind == "p" else f"<b>{text(part.text)}</b>"
        return f"<div {css()}><div {css()}><span {css()}>{shown}</span></div></div>"
    if part.kind in ("ul", "ol"):
        return "".join(
            f"<div {css()}><div>•</div><div {css()}><span>{text(item)}</span></div></div>" for item in part.items
        )
    return plain(part)


def made(
    name: str,
    post: Post,
    inside: str,
    *,
    author: bool = False,
    dated: bool = True,
    shows: tuple[str, ...] = ("heading", "code", "list_item", "table_row"),
) -> MadePage:
    return MadePage(
        name=f"{name}, {post.name}", data=document(f"<title>{text(post.title)} | 나무상점 기술블로그</title>", inside), post=post, unwanted=UNWANTED,
        author=post.author if author else None, published="2024-03-15" if dated else None, shows=frozenset(shows),
    )  # fmt: skip


def top() -> str:
    return f'<div {css()}><div><a href="/">나무상점 tech</a><nav><a href="/a">{MENU[0]}</a><a href="/b">{MENU[1]}</a></nav></div></div>'


def foot() -> str:
    return f"<div {css()}><div><span>{RIGHTS}</span><span>{COOKIES}</span></div></div>"


def writer(post: Post) -> str:
    return f"<div {css()}><div {css()}><span>{post.author}</span><span>{BIO}</span></div><span>2024년 3월 15일</span></div>"


def cards() -> str:
    return others('<li><a href="/{n}"><div><span>{title}</span><p>{summary}</p></div></a></li>')


def in_article(post: Post) -> MadePage:
    news = f"<section {css()}><h2>새 글 알림</h2><p>{NEWSLETTER}</p><input><button>구독</button></section>"
    return made("hashed article", post, (
        f'<div id="__next">{top()}<div {css()}><article {css()}><div {css()}><h1 {css()}>{text(post.title)}</h1></div>{writer(post)}<div {css()}>{body(post, hashed)}</div></article>{news}'
        f"<div {css()}><h2>추천 글</h2><ul {css()}>{cards()}</ul></div></div>{foot()}</div>"
    ))  # fmt: skip


def in_boxes(post: Post) -> MadePage:
    return made("hashed boxes", post, (
        f'<div id="root">{top()}<div {css()}><div {css()}><h1 {css()}>{text(post.title)}</h1>{writer(post)}</div><div {css()}>{body(post, hashed)}</div>'
        f"<div {css()}><div><p>댓글 2</p><div {css()}><span>kim</span><p>{COMMENT}</p></div><div {css()}><p>{REPLY}</p></div></div></div></div>"
        f"<div {css()}><h3>함께 읽으면 좋은 글</h3><ul>{cards()}</ul></div>{foot()}</div>"
    ))  # fmt: skip


def in_lines(post: Post) -> MadePage:
    return made("boxed lines", post, (
        f'<div id="root">{top()}<div {css()}><div {css()}><h1>{text(post.title)}</h1></div><div {css()}>{body(post, boxed)}</div></div>{foot()}</div>'
    ), dated=False, shows=("code", "table_row"))  # fmt: skip


def in_one(post: Post) -> MadePage:
    """Title, byline, text, questions and comments, all in one box."""
    return made("one box", post, (
        f'<div class="wrap">{top()}<div class="content-wrapper"><h1>{text(post.title)}</h1><p>{post.author} | 2024.03.15</p>{body(post)}<div class="share"><a>공유</a></div><p>이 글이 도움이 되셨나요? 아래 버튼을 눌러 주세요.</p>'
        f'<h3>다른 글 더 보기</h3><ul>{cards()}</ul><div id="cusdis_thread"><p>{COMMENT}</p></div></div>{foot()}</div>'
    ), author=True)  # fmt: skip


def short_names(post: Post) -> MadePage:
    return made("short names", post, (
        f'<div class="section"><div class="nav"><ul><li><a>{MENU[0]}</a></li></ul></div><div class="post-area"><div class="tit_area"><h1 class="posting_tit">{text(post.title)}</h1><dl><dt>작성자</dt><dd>{post.author}</dd><dt>작성일</dt><dd>2024.03.15</dd></dl></div>'
        f'<div class="con_view">{body(post)}</div><div class="author_card"><p>{BIO}</p></div><div class="reply_list"><p>{COMMENT}</p></div></div><div class="recomm"><h3>추천 글</h3><ul>{cards()}</ul></div><div class="foot">{RIGHTS}</div></div>'
    ), author=True)  # fmt: skip


NAMELESS_PAGES = [
    lay_out(post) for lay_out in (in_article, in_boxes, in_lines, in_one, short_names) for post in (ALERTS, ESSAY, NOTICE, VISIT, LESSON)
]  # fmt: skip
