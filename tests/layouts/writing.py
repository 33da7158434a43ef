"""Velog, Brunch and Medium: platforms that one writes on and that lay out every post alike."""

from __future__ import annotations

import json

from layouts.posts import (
    ALERTS,
    BIO,
    CARD_TEXT,
    COMMENT,
    ESSAY,
    LESSON,
    MENU,
    RELATED,
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


def draw_velog(part: Part) -> str:
    if part.kind == "code":
        return f'<pre><code class="language-python">{text(part.text).replace("def ", "<span class=&quot;token keyword&quot;>def</span> ".replace("&quot;", chr(34)))}</code></pre>\n'
    if part.kind in ("h2", "h3"):
        return f'<{part.kind} id="{part.text.replace(" ", "-")}">{text(part.text)}</{part.kind}>\n'
    return plain(part)


def velog(post: Post, *, series: bool) -> MadePage:
    year, month, day = post.day
    tags = "".join(f'<a class="sc-dtMgUX gISUXI" href="/tags/{tag}">{tag}</a>' for tag in post.tags)
    box = (
        '<div class="sc-cxpSdN sc-llYSUQ"><h2><a href="/@namu/series/ops">운영 이야기</a></h2><svg class="series-corner-image"></svg><div class="sc-series"><ol style="display:none">'
        + others('<li><a href="/@namu/{n}">{title}</a></li>') + '</ol><div class="series-number">3/7</div><div class="right"><button>목록 보기</button></div></div></div>'
    ) if series else ""  # fmt: skip
    contents = "".join(
        f'<div class="sc-toc"><a href="#{part.text}">{text(part.text)}</a></div>' for part in post.of("h2", "h3")
    )
    inside = (
        f'<div id="root"><div class="sc-jObWnj"><div class="sc-dPiLbb"><a href="/">velog</a><a href="/@namu">namu.log</a><a href="/search">{MENU[0]}</a><button color="darkGray">로그인</button></div></div>'
        f'<div class="sc-TBWPX dXONqK sc-jQrDum fiOuRZ"><div class="head-wrapper"><h1>{text(post.title)}</h1><div class="sc-fvxzrP jGdQwA"><div class="information"><span class="username"><a href="/@namu/posts" class="sc-egiyK">{post.author}</a></span><span class="separator">·</span><span>{year}년 {month}월 {day}일</span></div>'
        f'<div class="sc-fbyfCU"><div data-testid="follow-btn"><button class="follow-button button"><span>팔로우</span></button></div><button data-testid="like-btn"><span>7</span></button></div></div><div class="sc-cZMNgc bpMcZw">{tags}</div>{box}</div>'
        f'<div class="sc-dUWDJJ"><div class="sc-toc-wrap" style="position:sticky">{contents}</div></div></div><div class="sc-TBWPX"><ins class="adsbygoogle"></ins></div>'
        f'<div class="sc-dFtzxp bfzjcP"><div class="sc-bXTejn FTZwa"><div class="sc-eGRUor gdnhbG atom-one">{body(post, draw_velog)}</div></div></div>'
        f'<div class="sc-TBWPX sc-djWRfJ"><div class="sc-gjNHFA"><div class="sc-fmciRz"><div class="left"><a href="/@namu/posts"><img alt="profile"/></a><div class="sc-eXlEPa"><div class="name"><a href="/@namu/posts">{post.author}</a></div><div class="description">{BIO}</div></div></div><div class="right"><button>팔로우</button></div></div></div></div>'
        f'<div class="sc-TBWPX sc-fIosxK"><div class="sc-gyElHZ"><a class="sc-gUQvok" href="/@namu/1"><div class="sc-fXeWAj"><div class="description">이전<!-- --> 포스트</div><h3>{RELATED[0]}</h3></div></a></div><div class="sc-gyElHZ"><a class="sc-gUQvok" href="/@namu/2"><div class="sc-fXeWAj"><div class="description">다음<!-- --> 포스트</div><h3>{RELATED[1]}</h3></div></a></div></div>'
        f'<div class="sc-TBWPX sc-brSvTw"><h4>2<!-- -->개의 댓글</h4><div class="sc-gIDmLj"><textarea placeholder="댓글을 작성하세요"></textarea><div class="sc-dVNjXY"><div class="sc-xiLah"><div class="sc-c1"><a href="/@kim">kim</a><div class="date">2024년 3월 16일</div></div><div class="sc-c2"><div class="atom-one"><p>{COMMENT}</p></div></div>'
        f'<div class="sc-c1"><a href="/@namu">namu</a><div class="date">2024년 3월 17일</div></div><div class="sc-c2"><div class="atom-one"><p>{REPLY}</p></div></div></div></div></div></div>'
        '<div class="sc-rel"><h4>관심 있을 만한 포스트</h4><div class="sc-relg">' + others('<div class="sc-card"><a href="/@other/{n}"><img></a><div class="sc-cc"><a href="/@other/{n}"><h4>{title}</h4><div class="description-wrapper"><p>{summary}</p></div></a><div class="sub-info"><span>2024년 1월 {n}일</span><span class="separator">·</span><span>3개의 댓글</span></div></div><div class="sc-cf"><a class="userinfo" href="/@other">by <b>other</b></a><div class="likes">12</div></div></div>')
        + '</div></div></div><script>window.__APOLLO_STATE__={"post":{"body":"본문이 또 한 번 여기에 있습니다"}}</script>'
    )  # fmt: skip
    said = f'<title>{text(post.title)}</title><link rel="canonical" href="https://velog.io/@namu/22"/><meta name="description" content="{text(post.parts[0].text[:80])}"/><meta property="og:url" content="https://velog.io/@namu/22"/><meta property="og:type" content="article"/><meta property="og:title" content="{text(post.title)}"/>'
    return MadePage(
        name=f"velog {'series' if series else 'single'}, {post.name}", data=document(said, inside), post=post, unwanted=(*UNWANTED, "관심 있을 만한 포스트", "목록 보기", "팔로우"),
        author=post.author, published=f"{year}-{month:02}-{day:02}", tags=post.tags, url="https://velog.io/@namu/22",
    )  # fmt: skip


def draw_brunch(part: Part, tag: str) -> str:
    data = 'data-app="{&quot;type&quot;:&quot;text&quot;,&quot;data&quot;:[]}" data-block-index="3"'
    if part.kind == "p":
        return f'<{tag} class="wrap_item item_type_text" {data}><span style="color: rgb(51, 51, 51);">{inline(part.text)}</span></{tag}>\n<{tag} class="wrap_item item_type_text" {data}><br></{tag}>\n'
    if part.kind in ("h2", "h3"):
        return f'<h3 class="wrap_item item_type_text" {data}><b>{text(part.text)}</b></h3>\n'
    if part.kind in ("ul", "ol"):
        return f'<blockquote class="blockquote_type3 wrap_item item_type_text" {data}>{"<br>".join(f"• {text(item)}" for item in part.items)}</blockquote>\n'
    if part.kind == "quote":
        return f'<blockquote class="blockquote_type1 wrap_item item_type_text" {data}>{text(part.text)}<br></blockquote>\n<div class="wrap_item item_type_hr"><hr class="line_default"></div>\n'
    if part.kind == "image":
        return f'<div class="wrap_item item_type_img"><div class="wrap_img_float"><img src="x"><span class="text_caption">{text(part.text)}</span></div></div>\n'
    if part.kind in ("code", "table"):
        rows = part.text.split("\n") if part.kind == "code" else [" ".join(row) for row in part.rows]
        return "".join(f'<{tag} class="wrap_item item_type_text" {data}>{text(row)}</{tag}>\n' for row in rows)
    return (
        '<div class="wrap_item item_type_opengraph"><a class="link_opengraph" href="https://example.com"><div class="img_opengraph"></div><div class="text_opengraph">'
        f'<strong class="tit_opengraph">{text(part.text)}</strong><p class="desc_opengraph">{CARD_TEXT}</p><span class="url_opengraph">example.com</span></div></a></div>\n'
    )


def brunch(post: Post, *, tag: str) -> MadePage:
    """Posts from before 2019 stand in `<h4>`, later ones in `<p>`."""
    year, month, day = post.day
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    keywords = "".join(
        f'<li><a href="/keyword/{tag}" class="link_keyword #keyword">{tag}</a></li>' for tag in post.tags
    )
    drawn = "".join(draw_brunch(part, tag) for part in post.parts)
    inside = (
        f'<div id="daumIndex"><a href="#daumBody">본문 바로가기</a></div><div class="service_header" id="wrapHeader"><h1><a href="/" class="link_brunch">brunch</a></h1><div class="wrap_side_menu"><strong>{MENU[0]}</strong><ul><li>{MENU[1]}</li></ul></div></div>'
        '<div class="service_contents article_contents #post_view beyond_content"><div class="wrap_view_article wrap_article article_view_disable_selection"><div class="wrap_cover"><div class="cover_item cover_full cover_image"><div class="cover_inner"></div><div class="cover_cell">'
        f'<a class="cover_magazine"><span>매거진 나무의 기록</span></a><h1 class="cover_title">{text(post.title)}</h1><p class="cover_sub_title">나무상점에서 일하며 적은 것들</p></div></div></div>'
        f'<div class="wrap_view_info"><span class="f_l text_author #author"><span class="ico_by">by</span><a href="/@namu">{post.author}</a></span><span class="ico_dot"></span><span class="f_l date">{months[month - 1]} {day}. {year}</span></div>'
        f'<div class="wrap_body_frame"><div class="wrap_body text_align_left finish_txt">{drawn}</div><div class="wrap_body_info"><div class="author_intro"><strong>{post.author}</strong><span class="txt_job">개발자</span><p>{BIO}</p><button>구독</button></div></div></div>'
        f'<div class="wrap_keyword"><ul class="list_keyword">{keywords}</ul></div><div class="wrap_article_info"><span class="f_l text_like_count">23</span><span class="f_l text_comment_count">2</span></div>'
        f'<div class="wrap_author_desc"><div class="author_desc"><strong class="tit_author">{post.author}의 브런치입니다</strong><p class="txt_desc">{BIO}</p></div></div>'
        f'<div class="wrap_magazine_series"><a href="/@namu/1"><span>이전 글</span><strong>{RELATED[0]}</strong></a><a href="/@namu/3"><span>다음 글</span><strong>{RELATED[1]}</strong></a></div>'
        f'<div class="wrap_comment"><strong>댓글 2</strong><ul class="list_comment"><li><div class="cont_comment"><strong class="tit_comment">지나가던 이</strong><p class="desc_comment">{COMMENT}</p></div></li><li><p class="desc_comment">{REPLY}</p></li></ul></div>'
        '<div class="wrap_recommend"><strong>함께 볼 만한 글</strong><ul class="list_recommend">' + others('<li><a href="/@x/{n}"><strong>{title}</strong><p>{summary}</p></a></li>') + f'</ul></div></div></div><div class="service_footer">{RIGHTS}</div>'
    )  # fmt: skip
    said = (
        f'<title>{text(post.title)}</title><meta name="title" content="{text(post.title)}"><meta name="description" content="나무상점에서 일하며 적은 것들 | {text(post.parts[0].text[:60])}"><meta property="og:type" content="article"><meta property="og:site_name" content="브런치스토리"><meta property="og:title" content="{text(post.title)}">'
        f'<meta property="og:url" content="https://brunch.co.kr/@namu/22"><meta property="og:article:author" content="{post.author}"><meta property="article:published_time" content="{year}-{month:02}-{day:02}T12:00:00+09:00"><meta name="article:media_name" content="나무구름 브런치">'
    )
    return MadePage(
        name=f"brunch {tag}, {post.name}", data=document(said, inside), post=post, unwanted=(*UNWANTED, "함께 볼 만한 글", "의 브런치입니다"), author=post.author,
        published=f"{year}-{month:02}-{day:02}T12:00:00+09:00", tags=post.tags, url="https://brunch.co.kr/@namu/22", shows=frozenset(),
    )  # fmt: skip


def draw_medium(part: Part) -> str:
    names = 'id="a1b2" class="pw-post-body-paragraph lx ly gt lz b ma"'
    if part.kind == "p":
        return f"<p {names}>{inline(part.text)}</p>"
    if part.kind in ("h2", "h3"):
        tag = "h1" if part.kind == "h2" else "h2"
        return f'<{tag} id="c3" class="mw mx gt be my">{text(part.text)}</{tag}>'
    if part.kind in ("ul", "ol"):
        return f'<{part.kind} class="">{"".join(f"<li {names}>{text(item)}</li>" for item in part.items)}</{part.kind}>'
    if part.kind == "code":
        return f'<pre class="nq nr ns nt nu nv nw nx bo ny"><span id="d4" class="nz oa gt">{text(part.text).replace(chr(10), "<br/>")}</span></pre>'
    if part.kind == "quote":
        return f'<blockquote class="oo op oq"><p {names}>{text(part.text)}</p></blockquote>'
    if part.kind == "image":
        return f'<figure class="ne nf ng"><div role="button" tabindex="0"><picture><img alt=""></picture></div><figcaption class="nl fe nm">{text(part.text)}</figcaption></figure>'
    if part.kind == "card":
        return f'<div class="ox oy oz"><a href="https://example.com" rel="noopener follow" target="_blank"><div class="pa ab ig"><div class="pb ab"><h2 class="be gu">{text(part.text)}</h2><div class="pf l"><h3 class="be b">{CARD_TEXT}</h3></div><div class="ph l"><p class="be b">example.com</p></div></div></div></a></div>'
    return "".join(f"<p {names}>{text(' '.join(row))}</p>" for row in part.rows)


def medium(post: Post) -> MadePage:
    year, month, day = post.day
    data = {"@context": "http://schema.org", "@type": "NewsArticle", "dateCreated": f"{year}-{month:02}-{day:02}T00:10:11.000Z", "datePublished": f"{year}-{month:02}-{day:02}T00:10:11.000Z", "headline": post.title, "keywords": [*post.tags, "Topic:알림"], "author": {"@type": "Person", "name": post.author}, "creator": [post.author], "publisher": {"@type": "Organization", "name": "나무상점"}, "isAccessibleForFree": "True"}  # fmt: skip
    inside = (
        f'<div id="root"><div class="a b c"><div class="d e f"><a href="/">Medium</a><a href="/m/signin">Sign up</a><a href="/m/signin">Sign in</a></div></div><div class="l"><article><div class="l"><div class="l"><span class="l"></span><section><div><div class="fr fs ft"><div class="ab cb"><div class="ch bg fy"><div><h1 id="t1" class="pw-post-title gs gt">{text(post.title)}</h1>'
        f'<div class="hy hz ia"><div class="speechify-ignore ab co"><div class="ab q"><a href="/@namu" data-testid="authorName">{post.author}</a><span>·</span><button>Follow</button></div><div><span data-testid="storyReadTime">5 min read</span><span>·</span><span data-testid="storyPublishDate">Mar {day}, {year}</span></div></div><div class="speechify-ignore"><button>128</button><div>3</div><div>Listen</div><div>Share</div></div></div></div>{body(post, draw_medium)}</div></div></div></div></section></div></div></article>'
        '<div class="ab cb"><div class="kd ab">' + "".join(f'<a class="tg" href="/tag/{tag}"><div>{tag}</div></a>' for tag in post.tags) + '</div></div>'
        f'<div class="speechify-ignore"><div><span>128 claps</span></div></div><div class="bx"><h2><a href="/@namu">Written by {post.author}</a></h2><div><a href="/followers">1.2K Followers</a></div><p>{BIO}</p></div>'
        f'<div class="responses"><h2>Responses (2)</h2><div><p>{COMMENT}</p><p>{REPLY}</p></div></div><div class="more"><h2>More from {post.author}</h2>' + others('<article><div><a href="/p/{n}"><h2>{title}</h2><h3>{summary}</h3></a><span>Jan {n}, 2024</span></div></article>')
        + f'</div></div></div><div class="foot"><a>Help</a><a>Status</a><a>{MENU[0]}</a><a>Privacy</a></div>'
    )  # fmt: skip
    said = f'<title>{text(post.title)} | by {post.author} | 나무상점 | Medium</title><meta property="og:site_name" content="Medium"><meta property="og:type" content="article"><meta property="article:published_time" content="{year}-{month:02}-{day:02}T00:10:11.000Z"><meta name="author" content="{post.author}"><meta property="og:title" content="{text(post.title)}"><link rel="canonical" href="https://medium.com/namu/alerts-22"><script type="application/ld+json">{json.dumps(data)}</script>'
    return MadePage(
        name=f"medium, {post.name}", data=document(said, inside), post=post, unwanted=(*UNWANTED, "Written by", "Responses (2)", "5 min read"), author=post.author,
        published=f"{year}-{month:02}-{day:02}T00:10:11.000Z", tags=post.tags, url="https://medium.com/namu/alerts-22", shows=frozenset({"heading", "code", "list_item"}),
    )  # fmt: skip


WRITING_PAGES = [
    velog(ALERTS, series=True), velog(LESSON, series=False), velog(ESSAY, series=False), velog(VISIT, series=True), brunch(ESSAY, tag="p"), brunch(ESSAY, tag="h4"), brunch(VISIT, tag="p"), brunch(ALERTS, tag="h4"),
    medium(ALERTS), medium(ESSAY), medium(LESSON), medium(VISIT),
]  # fmt: skip
