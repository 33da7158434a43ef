"""Naver: blog posts of its three editors on the desk and on the phone, and a café post."""

from __future__ import annotations

from layouts.posts import (
    ALERTS,
    BIO,
    CARD_TEXT,
    COMMENT,
    ESSAY,
    LESSON,
    MENU,
    NOTICE,
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
    text,
)  # fmt: skip

NAVER_ONLY = (
    "이웃추가",
    "본문 기타 기능",
    "URL 복사",
    "신고하기",
    "존재하지 않는 이미지입니다",
    "이 글에 공감한 블로거",
    "© NAVER Corp",
)


def component(kind: str, inside: str) -> str:
    return (
        f'<div class="se-component se-{kind} se-l-default" id="SE-{kind}"><div class="se-component-content">'
        f'<div class="se-section se-section-{kind} se-l-default">{inside}</div></div></div>\n'
    )


def line(value: str) -> str:
    return (
        '<!-- SE-TEXT --><p class="se-text-paragraph se-text-paragraph-align-center" id="SE-1" style="">'
        f'<span class="se-fs- se-ff-nanumgothic" id="SE-2" style="">{value}</span></p><!-- SE-TEXT -->'
    )


def draw(part: Part) -> str:
    """What SmartEditor ONE writes for one block."""
    if part.kind in ("p", "h2", "h3"):
        shown = inline(part.text) if part.kind == "p" else f"<b>{text(part.text)}</b>"
        return component("text", f'<div class="se-module se-module-text">{line(shown)}{line("&#8203;")}</div>')
    if part.kind in ("ul", "ol"):
        items = "".join(f'<li class="se-text-list-item">{line(text(item))}</li>' for item in part.items)
        return component(
            "text",
            f'<div class="se-module se-module-text"><{part.kind} class="se-text-list se-text-list-type-bullet-disc">{items}</{part.kind}></div>',
        )
    if part.kind == "code":
        return component(
            "code",
            f'<div class="se-module se-module-code se-fs-fs13"><div class="se-code-source"><div class="__se_code_view language-python">{text(part.text)}</div></div></div>',
        )
    if part.kind == "table":
        rows = "".join(
            f"""<tr class="se-tr">{"".join(f'<td class="se-cell" colspan="1"><div class="se-module se-module-text">{line(text(cell))}</div></td>' for cell in row)}</tr>"""
            for row in part.rows
        )
        return component(
            "table",
            f'<div class="se-table-container"><table class="se-table-content"><tbody>{rows}</tbody></table></div>',
        )
    if part.kind == "quote":
        cite = '<div class="se-module se-module-text se-cite"><p class="se-text-paragraph"><span class="se-fs- se-ff-">&#8203;</span></p></div>'
        return component(
            "quotation",
            f'<blockquote class="se-quotation-container"><div class="se-module se-module-text se-quote">{line(text(part.text))}</div>{cite}</blockquote>',
        )
    if part.kind == "image":
        return component("image", '<div class="se-module se-module-image"><a class="se-module-image-link"><img src="x.png" class="se-image-resource"></a></div>'
                         f'<div class="se-module se-module-text se-caption">{line(text(part.text))}</div>')  # fmt: skip
    card = (
        '<div class="se-module se-module-oglink"><a href="https://example.com" class="se-oglink-thumbnail"><img src="x"></a><a class="se-oglink-info" href="https://example.com">'
        f'<div class="se-oglink-info-container"><strong class="se-oglink-title">{text(part.text)}</strong><p class="se-oglink-summary">{CARD_TEXT}</p><p class="se-oglink-url">example.com</p></div></a></div>'
    )
    return (
        component("oglink", card) + '<div class="se-component se-sticker se-l-default"><div class="se-component-content"><img src="sticker.png"></div></div>\n'
        + component("placesMap", '<div class="se-module se-module-map-text"><a href="https://map.naver.com" class="se-map-info"><strong class="se-map-title">나무 지도</strong><p class="se-map-address">서울특별시 성동구 성수이로 1</p></a></div>')
    )  # fmt: skip


def head(post: Post, address: str) -> str:
    return (
        f'<title>{text(post.title)} : 네이버 블로그</title><meta property="og:title" content="{text(post.title)}" /><meta property="og:type" content="article" />'
        f'<meta property="og:site_name" content="네이버 블로그 | 나무상점 이야기" /><meta property="og:description" content="{text(post.parts[0].text[:70])}..." />'
        f'<meta property="og:url" content="{address}" /><meta property="naverblog:nickname" content="{post.author}" /><meta name="referrer" content="always" />'
    )


def day(post: Post) -> str:
    return f"{post.day[0]}. {post.day[1]}. {post.day[2]}. 9:00"


LAYERS = (
    '<div class="blog2_post_function"><a class="url pcol2 _setClipboard" href="#" title="https://blog.naver.com/namu/22">URL 복사</a><a class="btn_buddy btn_addbuddy pcol2" href="#"><i class="ico"></i> 이웃추가<i class="aline"></i></a>'
    '<div class="overflow_menu"><a class="btn_overflow_menu pcol2" role="button"><span class="blind">본문 기타 기능</span></a><div area-hidden="true" class="lyr_overflow_menu"><a class="naver-splugin btn_splugin share _title_share" href="#">공유하기<span class="ico_share"></span></a>'
    '<a class="_report" href="#">신고하기<span class="ico_report"></span></a></div></div></div>'
)


def foot(post: Post) -> str:
    tags = "".join(
        f'<a href="#" class="item pcol2 itemTagfont"><span class="ell">#{tag}</span></a>' for tag in post.tags
    )
    return (
        f'<div class="post_footer_contents" id="post_footer_contents"><div class="post-tag wrap_tag"><div id="tagList_22">{tags}</div></div><div class="ccl"><a href="https://creativecommons.org/licenses/by-nc-nd/2.0/kr/" title="CCL 저작자표시-비영리-변경금지"><img alt="CC"></a></div></div>'
        '<div class="post-btn post_btn2"><div class="wrap_postcomment"><div class="area_sympathy pcol2"><a class="u_likeit_list_btn"><span class="u_ico"></span><em class="u_txt">공감</em><em class="u_cnt _count">23</em></a><a class="btn_arr">이 글에 공감한 블로거 열고 닫기</a></div><div class="area_comment pcol2"><a class="btn_comment">댓글 <em>2</em></a></div></div></div>'
        f'<div id="naverComment_201_22" class="area_comment"><div class="u_cbox"><ul class="u_cbox_list"><li class="u_cbox_comment"><div class="u_cbox_area"><span class="u_cbox_nick">지나가던 이</span><div class="u_cbox_text_wrap"><span class="u_cbox_contents">{COMMENT}</span></div><div class="u_cbox_reply_area"><span class="u_cbox_contents">{REPLY}</span></div></div></li></ul></div></div>'
    )


def around(post: Post, inside: str) -> str:
    """The page that PostView.naver gives: title list above, profile, other posts and the rights layer below."""
    rows = others(
        '<tr><td class="title"><div class="wrap_td"><span class="ell2 pcol2"><a href="/PostView.naver?logNo={n}" class="pcol2 _setTop">{title}</a></span></div></td><td class="date"><span class="date pcol2">2024. 1. {n}.</span></td></tr>'
    )
    return (
        f'<div id="head-skin"><div id="whole-head"><div id="blog-menu"><table><tr><td><ul><li><a href="/p">{MENU[0]}</a></li><li><a href="/g">{MENU[2]}</a></li></ul></td></tr></table></div><div id="title-area"><a href="/">나무상점 이야기</a></div></div></div>'
        f'<div id="whole-body"><div id="wrapper"><div id="twocols"><div id="content-area"><div id="category-list"><table class="post-body"><tr><td class="bcc"><div class="wrap_blog2_categorylist"><h4 class="category_title pcol2">운영 42개의 글</h4><a class="btn_openlist pcol2">목록열기</a><div class="list_wrap"><table class="blog2_list"><caption><span class="blind">운영 글 목록</span></caption>{rows}</table></div></div></td></tr></table></div>'
        f'<div id="post-area"><div id="postListBody"><div id="post_1"><table role="presentation" id="printPost1" class="post-body"><tr><td class="bcl"></td><td class="bcc">{inside}{foot(post)}</td></tr></table></div></div>'
        f'<div class="wrap_blog2_paginate"><a href="#">이전글</a><a href="#">다음글</a></div><div class="area_related_post"><h4>이 블로그 인기글</h4><ul>' + others('<li><a href="/{n}"><strong class="title">{title}</strong></a></li>') + '</ul></div></div></div>'
        f'<div id="left-area"><div id="blog-profile"><p class="caption align"><span class="itemfont col">{BIO}</span></p></div><div id="blog-category"><ul><li><a href="/c">{MENU[1]}</a></li></ul></div></div></div></div></div>'
        f'<div id="blog-copyright" class="lyr_copyright" style="display:none"><p>이 게시물의 저작권은 쓴 사람에게 있으며 허락 없이 옮길 수 없습니다. 존재하지 않는 이미지입니다.</p></div><div id="footer"><p>{RIGHTS}</p><p>© NAVER Corp.</p></div>'
    )  # fmt: skip


def made(name: str, post: Post, data: bytes, address: str, *, shows: tuple[str, ...]) -> MadePage:
    year, month, number = post.day
    return MadePage(
        name=f"naver {name}, {post.name}", data=data, post=post, unwanted=(*UNWANTED, *NAVER_ONLY, "서울특별시 성동구 성수이로 1"), author=post.author,
        published=f"{year}-{month:02}-{number:02}T09:00", tags=post.tags, url=address, shows=frozenset(shows),
        licence="https://creativecommons.org/licenses/by-nc-nd/2.0/kr/",
    )  # fmt: skip


DESK = "https://blog.naver.com/namu/22"
PHONE = "https://m.blog.naver.com/namu/22"


def editor_one(post: Post) -> MadePage:
    inside = (
        f'<div class="wrap_rabbit pcol2 _param(1) _postViewArea22" id="post-view22"><!-- Rabbit HTML --><div class="se-viewer se-theme-default" lang="ko-KR"><!-- SE_DOC_HEADER_START -->'
        '<div class="se-component se-documentTitle se-l-default"><div class="se-component-content"><div class="se-section se-section-documentTitle se-l-default se-section-align-left"><div class="blog2_series"><a class="pcol2" href="/PostList.naver">운영</a></div>'
        f'<div class="pcol1"><div class="se-module se-module-text se-title-text"><p class="se-text-paragraph se-text-paragraph-align-" id="SE-0"><span class="se-fs- se-ff-"><!-- -->{text(post.title)}<!-- --></span></p></div></div>'
        f'<div class="blog2_container"><span class="writer"><span class="area_profile"><a class="link"><img alt="프로파일"></a></span><span class="nick"><a class="link pcol2" href="https://blog.naver.com/namu">{post.author}</a></span></span><i class="dot"> ・ </i><span class="se_publishDate pcol2">{day(post)}</span></div>{LAYERS}</div></div></div><!-- SE_DOC_HEADER_END -->'
        f'<div class="se-main-container">{body(post, draw)}</div></div></div>'
    )
    return made(
        "SmartEditor ONE",
        post,
        document(head(post, DESK), around(post, inside)),
        DESK,
        shows=("code", "list_item", "table_row"),
    )


def phone(post: Post) -> MadePage:
    inside = (
        f'<div id="root"><header class="header_in"><a href="/" class="home">나무상점 이야기</a></header><div id="ct" class="section_t1"><div class="post_tit_area"><div class="se-component se-documentTitle"><div class="tit_h3"><h3 class="tit_h3">{text(post.title)}</h3></div><div class="blog_author"><strong class="ell">{post.author}</strong></div><p class="blog_date">{day(post)}</p><a class="btn_add">이웃추가</a></div></div>'
        f'<div class="post_ct" id="viewTypeSelector"><div class="se-viewer se-theme-default"><div class="se-main-container">{body(post, draw)}</div></div></div>'
        f'<div class="post_tag"><ul><li><a href="/t">#{"</a></li><li><a>#".join(post.tags)}</a></li></ul></div><a href="https://creativecommons.org/licenses/by-nc-nd/2.0/kr/"><img alt="CCL"></a><div class="post_fn"><a class="u_likeit">공감 23</a><a>공유하기</a></div>'
        f'<div class="blog_profile"><p class="desc">{BIO}</p></div><div class="post_related"><h3>이 블로그의 이 카테고리 글</h3><ul>' + others('<li><a href="/{n}"><strong>{title}</strong><p>{summary}</p></a></li>')
        + f'</ul></div><div class="u_cbox"><ul><li><span class="u_cbox_contents">{COMMENT}</span><span class="u_cbox_contents">{REPLY}</span></li></ul></div></div><footer>{RIGHTS}</footer></div>'
    )  # fmt: skip
    return made("phone", post, document(head(post, PHONE), inside), PHONE, shows=("code", "list_item", "table_row"))


def draw_three(part: Part) -> str:
    """What SmartEditor 3 writes for one block."""

    def boxed(kind: str, inside: str) -> str:
        return f'<div class="se_component se_{kind} default"><div class="se_sectionArea"><div class="se_editArea"><div class="se_viewArea se_ff_nanumgothic se_fs_T3"><div class="se_editView"><div class="se_textView">{inside}</div></div></div></div></div></div>\n'

    if part.kind in ("p", "h2", "h3"):
        shown = inline(part.text) if part.kind == "p" else f"<b>{text(part.text)}</b>"
        kind = "paragraph" if part.kind == "p" else "sectionTitle"
        return boxed(kind, f'<p class="se_textarea"><!-- SE3-TEXT {{ --><span>{shown}</span><!-- }} SE3-TEXT --></p>')
    if part.kind in ("ul", "ol"):
        return boxed(
            "paragraph", '<p class="se_textarea">' + "<br>".join(f"- {text(item)}" for item in part.items) + "</p>"
        )
    if part.kind == "code":
        return boxed("code", f'<div class="__se_code_view se_textarea language-python">{text(part.text)}</div>')
    if part.kind == "table":
        rows = "".join(
            f"<tr>{''.join(f'<td class=se_cell><div class=se_cellView><div class=se_textarea><p>{text(cell)}</p></div></div></td>' for cell in row)}</tr>"
            for row in part.rows
        )
        return f'<div class="se_component se_table default"><div class="se_sectionArea"><div class="se_editArea"><div class="se_viewArea"><table class="se_table_col"><tbody>{rows}</tbody></table></div></div></div></div>\n'
    if part.kind == "quote":
        return boxed("quotation", f'<blockquote class="se_textarea">{text(part.text)}</blockquote>')
    if part.kind == "image":
        return f'<div class="se_component se_image default"><img src="x"><div class="se_editView"><div class="se_textView se_mediaCaption"><span class="se_textarea">{text(part.text)}</span></div></div></div>\n'
    return f'<div class="se_component se_oglink og_bSize"><div class="se_sectionArea"><div class="se_editArea"><div class="se_viewArea"><div class="se_og_wrap"><a class="se_og_box"><div class="se_og_txt"><div class="se_og_tit">{text(part.text)}</div><div class="se_og_desc">{CARD_TEXT}</div><div class="se_og_cp">example.com</div></div></a></div></div></div></div></div>\n'


def editor_three(post: Post) -> MadePage:
    inside = (
        '<div class="_postViewArea22" id="post-view22"><div id="SEDOC-1" class="se_doc_viewer se_body_wrap se_theme_transparent" data-docversion="1.0"><div class="se_doc_header_start"></div><div id="viewer_head" class="se_viewer_head"></div><div class="se_component_wrap"><div class="se_component se_documentTitle default"><div class="se_sectionArea"><div class="se_editArea"><div class="se_viewArea"><div class="se_series">운영</div>'
        f'<div class="se_editView"><div class="se_textView"><h3 class="se_textarea">{text(post.title)}</h3></div></div><div class="blog2_container"><span class="nick"><a>{post.author}</a></span><span class="se_publishDate pcol2">{day(post)}</span></div>{LAYERS}</div></div></div></div></div>'
        f'<div class="se_doc_contents_start"></div><div class="se_component_wrap sect_dsc __se_component_area">{body(post, draw_three)}</div></div></div>'
    )
    return made(
        "SmartEditor 3", post, document(head(post, DESK), around(post, inside)), DESK, shows=("code", "table_row")
    )


def draw_two(part: Part) -> str:
    """What SmartEditor 2 writes: fonts and spaces by hand."""
    if part.kind in ("p", "h2", "h3"):
        shown = inline(part.text) if part.kind == "p" else f"<b>{text(part.text)}</b>"
        return f'<p style="line-height: 1.8;"><span style="font-family: 나눔고딕, NanumGothic; font-size: 11pt;">{shown}</span></p><p style="line-height: 1.8;">&nbsp;</p>\n'
    if part.kind in ("ul", "ol"):
        return "".join(f"<p>- {text(item)}</p>" for item in part.items) + "<p>&nbsp;</p>\n"
    if part.kind == "code":
        lines = "".join(f'<div style="white-space: pre">{text(line)}</div>' for line in part.text.split("\n"))
        return f'<div class="colorscripter-code"><table class="colorscripter-code-table"><tr><td>{lines}</td></tr></table></div>\n'
    if part.kind == "table":
        rows = "".join(
            f"<tr>{''.join(f'<td><p><span>{text(cell)}</span></p></td>' for cell in row)}</tr>" for row in part.rows
        )
        return f'<table class="__se_tbl_ext" border="0"><tbody>{rows}</tbody></table><p>&nbsp;</p>\n'
    if part.kind == "quote":
        return f'<blockquote class="se2_quote10"><p>{text(part.text)}</p></blockquote><p>&nbsp;</p>\n'
    if part.kind == "image":
        return '<p><span class="_img _inl fx" thumburl="x"></span></p>\n'
    return (
        '<div class="og __se_oglink"><a href="https://example.com"><span class="og_tit">'
        + text(part.text)
        + f'</span><span class="og_desc">{CARD_TEXT}</span></a></div>\n'
    )


def editor_two(post: Post) -> MadePage:
    inside = (
        f'<div class="htitle"><span class="pcol1 itemSubjectBoldfont">{text(post.title)}</span> <span class="cate pcol2"><a>운영</a></span></div><div class="post_top"><span class="nick">{post.author}</span><p class="date fil5 pcol2 _postAddDate">{post.day[0]}. {post.day[1]}. {post.day[2]}. 9:00</p></div>{LAYERS}'
        f'<div id="post-view22" class="post-view pcol2 _param(1) _postViewArea22"><div id="postViewArea"><div class="post_ct">{body(post, draw_two)}</div></div></div>'
    )
    return made(
        "SmartEditor 2", post, document(head(post, DESK), around(post, inside)), DESK, shows=("code", "table_row")
    )


def cafe(post: Post) -> MadePage:
    address = "https://cafe.naver.com/namu/22"
    inside = (
        f'<div id="app"><div class="Article"><div class="ArticleTopBtns"><a class="BaseButton">이전글</a><a>다음글</a><a>목록</a></div><div class="ArticleContentBox"><div class="article_header"><div class="ArticleTitle"><a class="link_board">운영 이야기</a><div class="title_area"><h3 class="title_text">{text(post.title)}</h3></div></div>'
        f'<div class="WriterInfo"><div class="profile_area"><div class="profile_info"><div class="nick_box"><button class="nickname">{post.author}</button></div></div><div class="article_info"><span class="date">{post.day[0]}.{post.day[1]:02}.{post.day[2]:02}. 09:00</span> <span class="count">조회 128</span></div></div></div><div class="ArticleTool"><a>댓글 2</a><a>URL 복사</a></div></div>'
        f'<div class="article_container"><div class="article_viewer"><div><div class="content CafeViewer"><div class="se-viewer se-theme-default"><div class="se-main-container">{body(post, draw)}</div></div></div></div></div>'
        f'<div class="ReplyBox"><a>좋아요 3</a></div><div class="CommentBox"><ul class="comment_list"><li class="CommentItem"><div class="comment_box"><p class="comment_text_view"><span class="text_comment">{COMMENT}</span></p></div></li><li class="CommentItem CommentItem--reply"><span class="text_comment">{REPLY}</span></li></ul></div></div></div>'
        '<div class="RelatedArticles"><h3>이 카페 인기글</h3><ul>' + others('<li><a href="/{n}"><strong>{title}</strong></a></li>') + f'</ul></div></div><div class="cafe-foot">{RIGHTS}</div></div>'
    )  # fmt: skip
    said = f'<title>{text(post.title)} : 네이버 카페</title><meta property="og:title" content="{text(post.title)}"><meta property="og:url" content="{address}"><meta property="og:type" content="article">'
    year, month, number = post.day
    return MadePage(
        name=f"naver cafe, {post.name}", data=document(said, inside), post=post, unwanted=(*UNWANTED, "URL 복사"), author=None,
        published=f"{year}-{month:02}-{number:02}T09:00", url=address, shows=frozenset({"code", "list_item", "table_row"}),
    )  # fmt: skip


NAVER_PAGES = [
    editor_one(VISIT), editor_one(ALERTS), editor_one(NOTICE), phone(VISIT), phone(ESSAY), phone(LESSON), editor_three(VISIT), editor_three(ALERTS),
    editor_two(NOTICE), editor_two(ESSAY), editor_two(LESSON), cafe(ALERTS), cafe(NOTICE),
]  # fmt: skip

# The page that a browser saves when it stands on blog.naver.com: a frame, and the post is elsewhere.
NAVER_FRAME = document(
    '<title>네이버 블로그</title><meta property="og:title" content="나무상점 이야기">',
    '<script>var blogId = "namu"</script><iframe id="mainFrame" name="mainFrame" src="/PostView.naver?blogId=namu&logNo=22&redirect=Dlog" scrolling="auto" title="네이버 블로그"></iframe>'
    f'<div id="blog-gnb"><a href="/">{RELATED[0]}</a></div>',
)
