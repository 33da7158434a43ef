"""Tistory: the platform's own boxes round a post, inside the markup of several skins."""

from __future__ import annotations

import json

from layouts.posts import (
    ALERTS,
    BIO,
    CARD_TEXT,
    COMMENT,
    COOKIES,
    ESSAY,
    LESSON,
    MENU,
    NEWSLETTER,
    NOTICE,
    RELATED,
    REPLY,
    RIGHTS,
    UNWANTED,
    VISIT,
    MadePage,
    Part,
    Post,
    document,
    inline,
    others,
    text,
)  # fmt: skip

EMPTY = '<p data-ke-size="size16">&nbsp;</p>\n'
ADS = (
    '<div class="revenue_unit_wrap position_list"><div class="revenue_unit_item adsense responsive">'
    '<div class="revenue_unit_info">반응형</div><script async src="https://example.com/ads.js"></script>'
    '<ins class="adsbygoogle" data-ad-format="auto"></ins></div></div>\n'
)


def draw(part: Part) -> str:
    """What the editor of Tistory writes for one block."""
    if part.kind == "p":
        return f'<p data-ke-size="size16">{inline(part.text)}</p>\n{EMPTY}'
    if part.kind in ("h2", "h3"):
        size = "size26" if part.kind == "h2" else "size23"
        return f'<{part.kind} data-ke-size="{size}"><b>{text(part.text)}</b></{part.kind}>\n'
    if part.kind in ("ul", "ol"):
        style = "disc" if part.kind == "ul" else "decimal"
        items = "".join(f"<li>{text(item)}</li>" for item in part.items)
        return f'<{part.kind} style="list-style-type: {style};" data-ke-list-type="{style}">{items}</{part.kind}>\n'
    if part.kind == "code":
        return f'<pre class="python" data-ke-language="python" data-ke-type="codeblock"><code>{text(part.text)}</code></pre>\n'
    if part.kind == "table":
        rows = "".join(
            f"<tr>{''.join(f'<td style=width:33%>{text(cell)}</td>' for cell in row)}</tr>\n" for row in part.rows
        )
        return f'<table style="border-collapse: collapse; width: 100%;" border="1" data-ke-align="alignLeft"><tbody>{rows}</tbody></table>\n'
    if part.kind == "quote":
        return f'<blockquote data-ke-style="style1"><span style="font-family: \'Noto Serif KR\';">{text(part.text)}</span></blockquote>\n'
    if part.kind == "image":
        return (
            '<p><figure class="imageblock alignCenter" data-ke-mobileStyle="widthOrigin" data-origin-width="1280">'
            f'<span data-url="x" data-lightbox="lightbox"><img src="x.png"></span><figcaption>{text(part.text)}</figcaption></figure></p>\n'
        )
    return (
        '<figure id="og_1700000000000" contenteditable="false" data-ke-type="opengraph" data-ke-align="alignCenter" data-og-type="article">'
        '<a href="https://example.com" target="_blank" rel="noopener"><div class="og-image">&nbsp;</div><div class="og-text">'
        f'<p class="og-title" data-ke-size="size16">{text(part.text)}</p><p class="og-desc" data-ke-size="size16">{CARD_TEXT}</p>'
        '<p class="og-host" data-ke-size="size16">example.com</p></div></a></figure>\n'
    )


BUTTONS = (
    '<div class="container_postbtn #post_button_group"><div class="postbtn_like"><script>window.ReactionButtonType = "reaction";</script>'
    '<div class="wrap_btn" id="reaction-148"><button class="btn_post uoc-icon"><div class="uoc-icon"><span class="ico_postbtn ico_like">좋아요</span>'
    '<span class="txt_like uoc-count">12</span></div></button></div><div class="wrap_btn wrap_btn_share"><button type="button" class="btn_post sns_btn btn_share">'
    '<span class="ico_postbtn ico_share">공유하기</span></button><div class="layer_post" id="tistorySnsLayer"></div></div>'
    '<div class="wrap_btn wrap_btn_etc"><button class="btn_post btn_etc1"><span class="ico_postbtn ico_etc">게시글 관리</span></button>'
    '<div class="layer_post" id="tistoryEtcLayer"></div></div></div>'
    '<button type="button" class="btn_menu_toolbar btn_subscription #subscribe"><em class="txt_state">구독하기</em>'
    '<strong class="txt_tool_id">나무상점 기술 이야기</strong></button>'
    '<div class="postbtn_ccl" data-ccl-type="1" data-ccl-derive="2"><a href="https://creativecommons.org/licenses/by-nc-nd/4.0/deed.ko" target="_blank" class="link_ccl" rel="license">'
    '<span class="bundle_ccl"><span class="ico_postbtn ico_ccl1">저작자표시</span> <span class="ico_postbtn ico_ccl2">비영리</span> '
    '<span class="ico_postbtn ico_ccl3">변경금지</span></span> <span class="screen_out">(새창열림)</span></a></div></div>\n'
)
ANOTHER = (
    '<div class="another_category another_category_color_gray"><h4>\'<a href="/category/dev">개발</a> &gt; <a href="/category/dev/ops">운영</a>\' 카테고리의 다른 글</h4><table>'
    + others('<tr><th><a href="/{n}">{title}</a>&nbsp;&nbsp;<span>(0)</span></th><td>2024.01.0{n}</td></tr>')
    + "</table></div>\n"
)
COMMENTS = (
    '<div id="entry148Comment"><div data-tistory-react-app="Comment"><div class="tt-comment-cont"><div class="tt-box-total"><span>댓글</span><span class="tt_num_g">2</span></div>'
    '<div class="tt-area-reply"><ul class="tt-list-reply"><li class="tt-item-reply rp_general"><div class="tt-box-thumb"></div><div class="tt-box-content">'
    f'<div class="tt-box-meta"><a class="tt-link-user">지나가던 이</a></div><div class="tt-wrap-cmt"><div class="tt_cmt"><p class="tt_desc">{COMMENT}</p></div></div>'
    f'<div class="tt-wrap-desc"><p class="tt_desc">{REPLY}</p></div><span class="tt_date">2024. 3. 16. 11:20</span></div></li></ul></div></div></div></div>'
)
OLD_COMMENTS = (
    f'<div class="comment-list"><ul><li id="comment1"><div class="author-meta"><span class="nickname">지나가던 이</span><span class="date">2024.03.16 11:20</span></div><p>{COMMENT}</p>'
    f"<ul><li><p>{REPLY}</p></li></ul></li></ul></div><form method=post><textarea>댓글을 남겨 주세요</textarea><button>등록</button></form>"
)
TOOLBAR = '<div class="#menubar menu_toolbar "><h2 class="screen_out">티스토리툴바</h2><div class="btn_tool"><span>구독하기</span></div></div>'


def inner(post: Post, *, ads: bool = True) -> str:
    """The text with what the platform puts round it, the same in every skin."""
    drawn = [draw(part) for part in post.parts]
    if ads:
        drawn.insert(3, ADS)
    return (
        '<div class="tt_article_useless_p_margin contents_style">' + "".join(drawn) + "</div>\n<!-- System - START -->\n" + (ADS if ads else "")
        + '<!-- System - END -->\n<script>window.entry = 148</script><div data-tistory-react-app="NaverAd"></div>\n' + BUTTONS
        + "<!-- PostListinCategory - START -->\n" + ANOTHER + "<!-- PostListinCategory - END -->\n"
    )  # fmt: skip


def head(post: Post) -> str:
    year, month, day = post.day
    data = {
        "@context": "http://schema.org", "@type": "BlogPosting", "mainEntityOfPage": {"@id": "https://namu.tistory.com/148", "name": None},
        "url": "https://namu.tistory.com/148", "headline": post.title, "description": post.parts[0].text[:60],
        "author": {"@type": "Person", "name": post.author, "logo": None}, "image": {"@type": "ImageObject", "url": "x"},
        "datePublished": f"{year}-{month:02}-{day:02}T09:00:00+09:00", "dateModified": f"{year}-{month:02}-{day:02}T10:00:00+09:00",
        "publisher": {"@type": "Organization", "name": "TISTORY"},
    }  # fmt: skip
    return (
        f'<title>{text(post.title)}</title><meta name="title" content="{text(post.title)} :: 나무상점 기술 이야기" /><meta name="description" content="{text(post.parts[0].text[:60])}.." />'
        f'<meta property="og:type" content="article" /><meta property="og:url" content="https://namu.tistory.com/148" /><meta property="og.article.author" content="{post.author}" />'
        f'<meta property="og:site_name" content="나무상점 기술 이야기" /><meta property="og:title" content="{text(post.title)}" />'
        f'<meta property="article:section" content="\'IT Internet\'" /><meta property="article:published_time" content="{year}-{month:02}-{day:02}T09:00:00+09:00" />'
        f'<link rel="canonical" href="https://namu.tistory.com/148" /><script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
    )


def tags(post: Post) -> str:
    return ", ".join(f'<a href="/tag/{tag}" rel="tag">{tag}</a>' for tag in post.tags)


def made(skin: str, post: Post, inside: str, body_names: str = 'id="tt-body-page"', *, bare: bool = False) -> MadePage:
    """`bare` pages say nothing in their head, as very old saved ones do."""
    year, month, day = post.day
    said = f"<title>{text(post.title)} :: 나무상점 기술 이야기</title>" if bare else head(post)
    published = f"{year}-{month:02}-{day:02}T09:00" + ("" if bare else ":00+09:00")
    return MadePage(
        name=f"tistory {skin}, {post.name}", data=document(said, inside, body_names), post=post, unwanted=(*UNWANTED, "반응형", "카테고리의 다른 글", "변경금지"),
        author=post.author, published=published, tags=post.tags,
        url=None if bare else "https://namu.tistory.com/148", licence="https://creativecommons.org/licenses/by-nc-nd/4.0/deed.ko",
    )  # fmt: skip


def shown_day(post: Post) -> str:
    return f"{post.day[0]}. {post.day[1]}. {post.day[2]}. 09:00"


def odyssey(post: Post) -> MadePage:
    return made("odyssey", post, (
        '<div id="dkIndex"><a href="#dkBody">본문 바로가기</a></div><div id="wrap" class="wrap-right"><header class="header"><div class="line-bottom display-none"></div>'
        f'<div class="inner-header"><div class="box-header"><h1 class="title-logo"><a href="/" class="link_logo">나무상점 기술 이야기</a></h1></div></div></header>'
        '<div id="container"><main class="main"><div class="area-main"><div class="area-view"><div class="article-header">'
        f'<div class="inner-article-header"><div class="box-meta"><p class="category">개발/운영</p><h2 class="title-article">{text(post.title)}</h2>'
        f'<div class="box-info"><span class="writer">{post.author}</span><span class="date">{shown_day(post)}</span></div></div></div></div><hr>'
        f'<div class="article-view" id="article-view">{inner(post)}</div>'
        f'<div class="article-tag"><strong class="title_tag">태그</strong><div class="box-tag">{tags(post)}</div></div>'
        '<div class="article-related"><h2 class="title-sub">관련글 <a class="link-more" href="#">관련글 더보기</a></h2><ul class="list-related">'
        + others('<li class="item-related"><a href="/{n}" class="link-related"><span class="thumnail"></span><div class="box-content"><strong>{title}</strong><span class="info">{summary}</span></div></a></li>')
        + f'</ul></div><div class="area-reply"><div class="box-reply">{COMMENTS}</div></div></div></div></main>'
        f'<aside class="area-aside"><div class="box-profile" ><p class="text-profile">{BIO}</p></div><div class="box-category"><nav><ul class="tt_category"><li><a class="link_tit" href="/category">{MENU[1]} <span class="c_cnt">(42)</span></a></li></ul></nav></div>'
        '<div class="box-recent"><h3 class="title-sidebar">최근 글</h3><ul class="list-recent">' + others('<li><a href="/{n}"><strong>{title}</strong></a></li>') + '</ul></div></aside>'
        f'</div><footer id="footer"><p class="text-info">{RIGHTS}</p></footer></div>{TOOLBAR}'
    ))  # fmt: skip


def poster(post: Post) -> MadePage:
    return made("poster", post, (
        f'<div id="acc-nav"><a href="#content">본문 바로가기</a></div><div id="header"><div class="inner"><h1><a href="/">나무상점 기술 이야기</a></h1><div id="gnb"><ul class="tt_menu"><li><a href="/">{MENU[0]}</a></li><li><a href="/guestbook">{MENU[2]}</a></li></ul></div></div></div>'
        f'<div id="content"><div class="inner"><div class="post-cover" style="background-image:url(x)"><div class="inner"><span class="category">운영</span><h1>{text(post.title)}</h1>'
        f'<span class="meta"><span class="author">by {post.author}</span><span class="date">{shown_day(post)}</span></span></div></div>'
        f'<div class="entry-content" id="article-view">{inner(post)}</div>'
        '<div class="related-articles"><h2>관련글</h2><ul>' + others('<li><a href="/{n}"><span class="thum"></span><span class="title">{title}</span></a></li>') + '</ul></div>'
        f'<div class="tags"><h2>태그</h2><div class="items">{tags(post)}</div></div><div class="comments"><h2>댓글<span class="count">2</span></h2>{OLD_COMMENTS}</div></div></div>'
        f'<div id="aside" class="sidebar"><div class="profile"><p class="blogger">{BIO}</p></div><div class="category"><ul><li><a href="/category">{MENU[1]}</a></li></ul></div></div>'
        f'<div id="footer"><div class="inner"><p class="meta">{RIGHTS}</p><div class="cookie-layer">{COOKIES}</div></div></div>'
    ), bare=True)  # fmt: skip


def number_one(post: Post) -> MadePage:
    return made("#1", post, (
        f'<div id="kakaoWrap"><div id="kakaoHead" role="banner"><h1><a href="/">나무상점 기술 이야기</a></h1><div id="kakaoGnb" role="navigation"><ul><li><a href="/">{MENU[0]}</a></li></ul></div></div>'
        '<div id="kakaoContent" role="main"><div id="cMain"><div id="mArticle"><div class="area_title"><strong class="tit_category"><a href="/category">운영</a></strong>'
        f'<h3 class="tit_post">{text(post.title)}</h3><span class="txt_detail my_post">{post.author}<span class="txt_bar"></span>{shown_day(post)}</span></div>'
        f'<div class="area_view">{inner(post)}</div><div class="area_tag"><strong class="tit_tag">Tag</strong><em class="emph_tag">{tags(post)}</em></div>'
        '<div class="area_related"><strong class="tit_related">\'운영\'의 다른글</strong><ul class="list_related">'
        + others('<li class="list_type_text"><a href="/{n}" class="link_related"><span class="inner_g"><strong>{title}</strong><span class="txt_info">{summary}</span></span></a></li>')
        + '</ul><div class="area_paging"><a href="/3"><em>이전글</em><strong>' + RELATED[0] + '</strong></a><span class="txt_current">현재글' + text(post.title) + '</span></div></div>'
        f'<div class="area_relation"><div class="inner_relation">{COMMENTS}</div></div></div></div>'
        f'<div id="cAside"><h2 class="screen_out">블로그 정보</h2><div class="area_profile"><p class="txt_profile">{BIO}</p></div><div class="area_popular"><h3 class="tit_aside">인기글</h3><ul>'
        + others('<li><a href="/{n}">{title}</a></li>') + f'</ul></div></div></div><div id="kakaoFoot" role="contentinfo"><small class="txt_copyright">{RIGHTS}</small></div></div>'
    ))  # fmt: skip


def book_club(post: Post) -> MadePage:
    return made("book club", post, (
        f'<div id="wrap"><header id="header"><div class="inner"><h1 class="logo"><a href="/">나무상점 기술 이야기</a></h1><div class="menu"><nav id="gnb"><ul><li class="t_menu_home"><a href="/">{MENU[0]}</a></li></ul></nav></div></div></header>'
        '<section class="container"><div id="content" class="content"><div class="inner"><article><div class="hgroup"><div class="category">운영</div>'
        f'<h1>{text(post.title)}</h1><div class="post-meta"><span class="author">{post.author}</span><span class="date">{shown_day(post)}</span></div></div>'
        f'<div class="entry-content"><p></p><div class="article_view">{inner(post)}</div></div>'
        '<div class="related-articles"><strong class="title">\'운영\' Related Articles</strong><ul>'
        + others('<li><a href="/{n}"><figure><img src="x"></figure><span class="title">{title}</span></a><span class="date">2024.01.0{n}</span></li>')
        + f'</ul></div><div class="article-footer"><h3>Tag</h3><div class="tag-trail">{tags(post)}</div></div><div class="comments"><h2>Comments</h2>{OLD_COMMENTS}</div></article></div></div>'
        '<aside id="sidebar" class="sidebar"><div class="sidebar-1"><div class="count"><h2>Total</h2><p class="total">12,345</p></div><h2>최근 글</h2><ul class="recent-post">' + others('<li><a href="/{n}">{title}</a><span class="date">2024.01.0{n}</span></li>')
        + f'</ul></div></aside></section><footer id="footer"><div class="copyright">{RIGHTS}</div></footer></div>'
    ), bare=True)  # fmt: skip


def hello(post: Post) -> MadePage:
    return made("hELLO", post, (
        f'<div id="__hELLO" class="uk-grid-collapse" uk-grid><div id="__nav" class="uk-width-auto"><div class="__sidebar"><div id="__profile"><div class="blogname"><a href="/">나무상점 기술 이야기</a></div><div class="desc">{BIO}</div></div><ul class="tt_category"><li><a class="link_tit" href="/category">{MENU[1]}</a></li></ul></div></div>'
        f'<div class="uk-width-expand"><main id="__main"><div class="uk-container"><div class="__permalink-article"><div class="content-wrapper permalink"><header class="header"><div class="category">운영</div><h1 class="title">{text(post.title)}</h1><div class="metainfo">{shown_day(post)} · {post.author}</div></header>'
        f'<article class="content"><div class="__toc"><strong>목차</strong></div>{inner(post)}<div id="__spy"><div id="spy__shadow"><ul class="uk-nav uk-nav-default"></ul></div></div></article>'
        f'<footer class="footer"><div class="permalink__tags">{tags(post)}</div><div class="permalink__btn"><button>댓글</button></div><div class="permalink__author"><div class="description"><div class="user">{post.author}</div><div class="desc">{BIO}</div></div></div></footer></div>'
        f'<div class="permalink__comment">{COMMENTS}<div class="rp-list content__list"><ol><li id="comment9"><div class="control"><span class="name">지나가던 이</span></div><div class="desc">{COMMENT}</div></li></ol></div></div>'
        f'<a class="permalink__notify" href="/147" id="prev"><div class="metainfo"><div class="description">이전 글</div><div class="title">{RELATED[0]}</div></div></a></div></div></main>'
        f'<footer id="__footer"><div class="uk-navbar-left"><a id="__designed-by" href="/5">hELLO. 티스토리 스킨을 소개합니다.</a></div><div>{RIGHTS}</div></footer></div></div>{TOOLBAR}'
    ))  # fmt: skip


def old_skin(post: Post) -> MadePage:
    """The skins of the first years: `entry`, `titleWrap`, `tagTrail`, trackbacks."""
    return made("old skin", post, (
        f'<div id="container"><div id="header"><h1><a href="/">나무상점 기술 이야기</a></h1><div id="blogMenu"><ul><li class="tab_taglog"><a href="/tag">{MENU[1]}</a></li><li><a href="/guestbook">{MENU[2]}</a></li></ul></div></div>'
        f'<div id="content"><div class="entry"><div class="titleWrap"><h2><a href="/148">{text(post.title)}</a></h2><span class="category"><a href="/category">운영</a></span><span class="date">{shown_day(post)}</span><span class="author">글쓴이 {post.author}</span></div>'
        f'<div class="article">{inner(post)}</div><div class="tagTrail"><span class="tagText">TAG</span>&nbsp;{tags(post)}</div><div class="actionTrail"><a href="#tb">Trackback <span class="cnt">0</span></a> <a href="#rp">Comment <span class="cnt">2</span></a></div>'
        f'<div class="trackback"><h3>Trackback <a href="#">https://namu.tistory.com/trackback/148</a> 관련글 쓰기</h3></div><div class="comment"><ol><li id="comment1" class="rp_general"><div class="rp_admin"><span class="name">지나가던 이</span><span class="date">2024.03.16 11:20</span><p>{COMMENT}</p></div></li></ol></div></div></div>'
        '<div id="sidebar"><div class="sidebar-element"><div class="module module_recentEntry"><h3>최근에 올라온 글</h3><ul>' + others('<li><a href="/{n}"> {title} </a></li>') + f'</ul></div></div></div><div id="footer">{RIGHTS}</div></div>'
    ), bare=True)  # fmt: skip


def nameless(post: Post) -> MadePage:
    """A skin somebody made by hand, whose names say nothing."""
    return made("hand-made skin", post, (
        f'<div class="l-root"><div class="l-top"><a href="/">나무상점</a><p>{NEWSLETTER}</p></div><div class="l-body"><div class="c1"><h1>{text(post.title)}</h1><div class="c1-sub">{post.author} / {shown_day(post)}</div>'
        f'{inner(post)}<div class="c1-x">{tags(post)}</div><div class="c1-list"><p>이 글과 함께 읽으면 좋은 글</p>' + others('<div class="c1-item"><a href="/{n}">{title}</a><p>{summary}</p></div>')
        + f'</div><div class="c1-re">{COMMENTS}</div></div></div><div class="l-bot">{RIGHTS}</div></div>'
    ), body_names="")  # fmt: skip


TISTORY_PAGES = [
    odyssey(ALERTS), odyssey(VISIT), poster(ALERTS), poster(LESSON), number_one(ESSAY), number_one(NOTICE),
    book_club(LESSON), book_club(ESSAY), hello(ALERTS), hello(LESSON), old_skin(NOTICE), old_skin(VISIT), nameless(ALERTS), nameless(ESSAY),
]  # fmt: skip
