"""Pages as Korean blogs, news sites and old boards lay them out: one invented post, its menus, and mere lists."""

from __future__ import annotations

TITLE = "주문 처리 서버를 둘로 나눈 이야기"
PARAGRAPHS = (
    "지난 분기에 우리 팀은 주문 처리 서버를 읽기와 쓰기로 나누었습니다. 하루 주문이 120만 건을 넘으면서 저녁마다 응답이 느려졌기 때문입니다.",
    "처음에는 캐시를 늘리는 것으로 충분하다고 보았지만, 재고가 자주 바뀌는 상품에서는 오래된 값이 손님에게 그대로 보였습니다.",
    "그래서 쓰기는 기존 데이터베이스에 두고, 읽기는 복제본 세 대로 보내기로 했습니다. 복제 지연은 평균 40밀리초였습니다.",
    "전환은 새벽 두 시에 시작해 열두 분 만에 끝났습니다. 되돌리는 절차도 미리 두 번 연습해 두었습니다.",
)
ITEMS = ("복제 지연을 1초마다 잽니다", "지연이 길어지면 쓰기 서버에서 읽습니다", "모든 전환은 기록으로 남깁니다")
CODE = 'def choose(order):\n    if order.is_fresh:\n        return "writer"\n    return "reader"'
GOLD = "\n".join(
    [PARAGRAPHS[0], "왜 나누었나", PARAGRAPHS[1], PARAGRAPHS[2], *ITEMS, "어떻게 옮겼나", CODE, PARAGRAPHS[3]]
)
UNWANTED = (
    "회사 소개와 채용 안내",
    "이 블로그의 전체 글 보기",
    "결제 시스템을 다시 만든 이유",
    "검색 속도를 세 배로 올린 방법",
    "신입 개발자의 첫 석 달 돌아보기",
    "정말 좋은 글이네요 잘 보고 갑니다",
    "쿠키를 사용하는 데 동의하십니까",
    "Copyright 나무상점 All rights reserved",
)
CODE_HTML = CODE.replace('"', "&quot;").replace("def", '<span class="token comment keyword">def</span>', 1)
NAV = '<ul class="menu"><li><a href="/about">회사 소개와 채용 안내</a></li><li><a href="/all">이 블로그의 전체 글 보기</a></li></ul>'
OTHERS = "".join(f'<li><a href="/{n}">{text}</a></li>' for n, text in enumerate(UNWANTED[2:5]))
COMMENTS = f"<ul><li><b>지나가던 이</b><p>{UNWANTED[5]}</p></li></ul>"
COOKIES = f"<div class='cookie-banner'>{UNWANTED[6]}<button>예</button></div>"
FOOT = f"<p>{UNWANTED[7]}</p>"


def plain(paragraph: str = "p", heading: str = "h2") -> str:
    """The body of the article with ordinary tags."""
    wrap = "<{0}>{1}</{0}>".format
    items = "".join(wrap("li", item) for item in ITEMS)
    return "".join(
        [
            wrap(paragraph, PARAGRAPHS[0]), wrap(heading, "왜 나누었나"), wrap(paragraph, PARAGRAPHS[1]),
            wrap(paragraph, PARAGRAPHS[2]), f"<ul>{items}</ul>", wrap(heading, "어떻게 옮겼나"),
            f"<pre><code>{CODE_HTML}</code></pre>", wrap(paragraph, PARAGRAPHS[3]),
        ]
    )  # fmt: skip


def page(body: str, head: str = "", body_names: str = "") -> bytes:
    title = "" if "<title>" in head else f"<title>{TITLE}</title>"
    return f"<!DOCTYPE html><html lang=ko><head><meta charset=utf-8>{title}{head}</head><body {body_names}>{body}</body></html>".encode()


def elementor_body() -> str:
    parts = (
        plain()
        .replace("</p>", "</p>|")
        .replace("</h2>", "</h2>|")
        .replace("</ul>", "</ul>|")
        .replace("</pre>", "</pre>|")
    )
    return "".join(
        f'<div class="elementor-element elementor-widget"><div class="elementor-widget-container">{part}</div></div>'
        for part in parts.split("|")
    )


def naver_body() -> str:
    def text(line: str) -> str:
        return (
            '<div class="se-component se-text se-l-default"><div class="se-component-content"><div class="se-section se-section-text">'
            '<div class="se-module se-module-text"><p class="se-text-paragraph se-text-paragraph-align-left" id="SE-1">'
            f'<span class="se-fs- se-ff-nanumgothic" id="SE-2">{line}</span></p>'
            '<p class="se-text-paragraph"><span>\u200b</span></p></div></div></div></div>'
        )

    items = "".join(
        f'<li class="se-text-list-item"><p class="se-text-paragraph"><span>{i}</span></p></li>' for i in ITEMS
    )
    code = (
        '<div class="se-component se-code"><div class="se-module se-module-code"><div class="se-code-source">'
        f'<div class="__se_code_view language-python">{CODE_HTML}</div></div></div></div>'
    )
    card = (
        '<div class="se-component se-oglink"><a class="se-oglink-info" href="https://x.kr"><strong class="se-oglink-title">'
        f"{UNWANTED[2]}</strong><p>{UNWANTED[3]}</p></a></div>"
    )
    return "".join(
        [
            text(PARAGRAPHS[0]), text("<b>왜 나누었나</b>"), text(PARAGRAPHS[1]), text(PARAGRAPHS[2]), card,
            f'<div class="se-component se-text"><div class="se-module"><ul class="se-text-list">{items}</ul></div></div>',
            text("<b>어떻게 옮겼나</b>"), code, text(PARAGRAPHS[3]),
        ]
    )  # fmt: skip


LAYOUTS = {
    "elementor": page(
        f'<header>{NAV}</header><div class="elementor elementor-12">{elementor_body()}</div><ul>{OTHERS}</ul><footer>{FOOT}</footer>'
    ),
    "board": page(
        f'<div id="hd">{NAV}</div><article id="bo_v"><header><h2 id="bo_v_title">{TITLE}</h2></header><section id="bo_v_info">'
        f'<strong>김나무</strong> 24-03-15 09:00 조회 12회</section><section id="bo_v_atc"><div id="bo_v_con">{plain()}</div></section>'
        f'<section id="bo_vc"><h2>댓글목록</h2><p>{UNWANTED[5]}</p></section></article><div id="ft">{FOOT}</div>'
    ),
    "more comments than article": page(
        f'<article><h1>{TITLE}</h1><div class="post-body">{plain()}</div></article><section id="comments">'
        + "".join(f"<div class=comment><p>{UNWANTED[5]}. {n}번째로 남기는 아주 긴 댓글입니다.</p></div>" for n in range(60))
        + "</section>"
    ),
    "tistory": page(
        f'<div id="wrap"><div id="header"><h1><a href="/">나무상점 기술</a></h1><div class="gnb">{NAV}</div></div>'
        f'<div id="content"><div class="inner"><div class="post-cover"><h1>{TITLE}</h1><span class="meta">'
        '<span class="author">by 김나무</span><span class="date">2024. 3. 15. 09:00</span></span></div>'
        f'<div class="entry-content" id="article-view"><div class="tt_article_useless_p_margin contents_style">{plain()}</div>'
        f'<div class="container_postbtn #post_button_group"><div class="postbtn_like">공감</div></div>'
        f'<div class="another_category"><h4>다른 글</h4><table><tr><th><a href="/1">{UNWANTED[2]}</a></th><td>2024.01.02</td></tr>'
        f'<tr><th><a href="/2">{UNWANTED[3]}</a></th><td>2024.01.03</td></tr></table></div></div>'
        f'<div class="area_tag"><h3>태그</h3><a href="/tag/a" rel="tag">서버</a>, <a href="/tag/b" rel="tag">데이터베이스</a></div>'
        f'<div class="area_related"><strong>관련 글</strong><ul>{OTHERS}</ul></div><div class="comments">{COMMENTS}</div>'
        f'</div></div><div id="aside">{NAV}</div><div id="footer">{FOOT}</div></div>{COOKIES}',
        body_names='id="tt-body-page"',
    ),
    "naver": page(
        f'<div id="post-area"><div class="se-viewer se-theme-default"><div class="se-component se-documentTitle">'
        f'<div class="se-module-text se-title-text"><p class="se-text-paragraph"><span>{TITLE}</span></p></div>'
        '<div class="blog2_container"><span class="writer"><span class="nick"><a>나무상점</a></span></span>'
        '<span class="se_publishDate pcol2">2024. 3. 15. 9:00</span></div></div>'
        f'<div class="se-main-container">{naver_body()}</div></div>'
        f'<div class="post_footer_contents"><div class="wrap_tag"><a>#서버</a></div></div><div id="naverComment">{COMMENTS}</div>'
        f'<div class="wrap_post_list"><ul>{OTHERS}</ul></div></div><div class="blog-menu">{NAV}</div><div id="footer">{FOOT}</div>'
    ),
    "velog": page(
        f'<div id="root"><div class="sc-dPiLbb iwHFQA"><div class="sc-bBHHxi lLUBJ"><header>{NAV}</header></div>'
        f'<div class="sc-fHeRUL"><div class="head-wrapper"><h1>{TITLE}</h1><div class="sc-jObWnj"><div class="information">'
        '<span class="username"><a href="/@namu">namu</a></span><span class="separator">·</span><span>2024년 3월 15일</span>'
        '</div></div><div class="sc-tags"><a class="sc-TOsTZ" href="/tags/a">서버</a></div></div></div>'
        f'<div class="sc-fbyfCU gcBDpT"><div class="sc-bXTejn FTZwa"><div class="sc-eGRUor gdnhbG atom-one">{plain()}</div></div></div>'
        f'<div class="sc-iAKWXU"><div class="sc-related"><h3>관련 있는 포스트</h3><a href="/r"><h4>{UNWANTED[2]}</h4><p>{UNWANTED[3]}</p></a>'
        f'<a href="/q"><h4>{UNWANTED[4]}</h4><p>{PARAGRAPHS[0][:20]}</p></a></div></div>'
        f'<div class="sc-comments"><h4>1개의 댓글</h4><div class="comment">{COMMENTS}</div></div></div>{FOOT}</div>'
    ),
    "brunch": page(
        f'<div id="wrapHeader"><div class="head_type1">{NAV}</div></div><div class="wrap_view_article"><div class="wrap_cover">'
        f'<div class="cover_item"><h1 class="cover_title">{TITLE}</h1><p class="cover_sub_title">나무상점 팀의 기록</p></div></div>'
        '<div class="wrap_view_info"><span class="part_author">by <a class="link_author">나무상점</a></span>'
        '<span class="f_l date">Mar 15. 2024</span></div>'
        f'<div class="wrap_body text_align_left finish_txt">{plain("h4", "h3")}</div>'
        f'<div class="wrap_keyword"><ul class="list_keyword"><li><a class="link_keyword">서버</a></li></ul></div>'
        f'<div class="wrap_author_info"><p>{UNWANTED[0]}</p></div><div class="wrap_article_list"><ul>{OTHERS}</ul></div>'
        f'<div class="wrap_comment">{COMMENTS}</div></div><div class="service_footer">{FOOT}</div>'
    ),
    "wordpress": page(
        f'<nav>{NAV}</nav><main id="main"><article class="post-12 post type-post hentry"><header class="entry-header"><h1>{TITLE}</h1>'
        '<span class="byline">작성자 <a class="author">김나무</a></span><time class="entry-date" datetime="2024-03-15T09:00:00+09:00">'
        f'3월 15일</time></header><div class="entry-content">{plain()}<div class="sharedaddy"><h3>공유하기</h3><ul><li>페이스북</li></ul>'
        f'</div></div></article><div id="comments" class="comments-area">{COMMENTS}</div></main><aside class="widget-area"><ul>{OTHERS}</ul>'
        f"</aside><footer>{FOOT}</footer>{COOKIES}",
        body_names='class="post-template-default single single-post postid-12"',
    ),
    "old table layout": page(
        f'<table width=900><tr><td colspan=2>{NAV}</td></tr><tr><td width=200 valign=top><ul>{OTHERS}</ul></td><td><table><tr><td>'
        f"<font size=4><b>{TITLE}</b></font></td></tr><tr><td>글쓴이 : 김나무 | 날짜 : 2024.03.15. 09:00 | 조회 : 1024</td></tr><tr><td>"
        f'<font face="굴림">{PARAGRAPHS[0]}<br><br><b>왜 나누었나</b><br><br>{PARAGRAPHS[1]}<br><br>{PARAGRAPHS[2]}<br><br>'
        f"{'<br>'.join(ITEMS)}<br><br><b>어떻게 옮겼나</b><br><br></font><pre>{CODE_HTML}</pre>{PARAGRAPHS[3]}</td></tr></table></td></tr>"
        f"<tr><td colspan=2 align=center>{FOOT}</td></tr></table>"
    ),
    "boxes without names": page(
        f'<div><div><div>{NAV}</div></div><div><div><h1>{TITLE}</h1><div>2024년 3월 15일</div><div>{plain("div")}</div></div>'
        f"<div><h3>함께 보면 좋은 글</h3><ul>{OTHERS}</ul></div></div><div>{FOOT}</div></div>"
    ),
    "news": page(
        f'<div id="nav">{NAV}</div><section id="user-container"><header class="article-view-header"><h1 class="heading">{TITLE}</h1></header>'
        '<div class="info-text"><ul><li>이하늘 기자</li><li>승인 2024.03.15 09:00</li></ul></div>'
        f'<article id="article-view-content-div" class="article-veiw-body view-page" itemprop="articleBody">{plain()}'
        f'<p>이하늘 기자 sky@example.com</p></article><div class="view-copyright">{FOOT}</div>'
        f'<div class="article-related"><h4>관련기사</h4><ul>{OTHERS}</ul></div><div class="reply-area">{COMMENTS}</div></section>'
    ),
}  # fmt: skip

CARD = "<div class=card><h3><a href='/{0}'>{0}번째 글의 제목은 이렇습니다</a></h3><p>짧은 소개가 한 문장 붙어 있습니다.</p></div>"
POST = "<article class=post><h2><a href='/{0}'>글 {0}</a></h2><div class=entry-content><p>{1}</p><p>{1}</p></div></article>"
LIST_PAGES = {
    "cards": page(f"<main><h1>블로그</h1>{''.join(CARD.format(n) for n in range(8))}</main>"),
    "tags": page(f"<main><h1>태그</h1><ul>{''.join(f'<li><a href=/tag/{n}>태그{n} ({n})</a></li>' for n in range(30))}</ul></main>"),
    "wordpress archive": page(f"<main>{plain()}</main>", body_names='class="archive category category-dev"'),
    "tistory category": page(f"<main>{plain()}</main>", body_names='id="tt-body-category"'),
    "collection": page(f"<main>{plain()}</main>", "<script type='application/ld+json'>{\"@type\":\"CollectionPage\"}</script>"),
    "several posts": page("<main>" + "".join(POST.format(n, PARAGRAPHS[n]) for n in range(4)) + "</main>"),
    "not found": page("<h1>페이지를 찾을 수 없습니다</h1><p>주소가 바뀌었거나 지워졌습니다.</p><a href=/>처음으로</a>"),
    "404": page("<p>요청하신 주소에 아무것도 없습니다.</p>", "<title>404 Not Found</title>"),
}  # fmt: skip

OLD_MENU = "<a href=/>처음으로</a> | <a href=/map>사이트맵</a> | <a href=/login>로그인</a>"
OLD_SIDE = "<b>고객 지원</b><br><a href=/a>공지 사항</a><br><a href=/b>자료실</a><br><a href=/c>자주 묻는 질문</a>"
OLD_TEXT = "<br><br>".join(PARAGRAPHS)
OLD_UNWANTED = ("사이트맵", "자료실", "사업자등록번호", "보기길 1")
OLD_FOOT = (
    "서울시 예시구 보기길 1 | 사업자등록번호 000-00-00000 | TEL 02-000-0000 | FAX 02-000-0001 | All rights reserved"
)
OLD_PAGES = {
    "frameset-era tables": page(
        f"<table width=900><tr><td colspan=2>{OLD_MENU}</td></tr><tr><td width=180>{OLD_SIDE}</td><td><table><tr><td>"
        f"<font size=2>{OLD_TEXT}</font></td></tr></table></td></tr><tr><td colspan=2><font size=1>{OLD_FOOT}</font></td></tr></table>"
    ),
    "bulletin board": page(
        f"<center>{OLD_MENU}</center><table><tr><td>{TITLE}</td></tr><tr><td>글쓴이: 김나무 날짜: 2004-03-15 조회: 12</td></tr>"
        f"<tr><td>{OLD_TEXT}</td></tr></table><table><tr><td>{OLD_SIDE}</td></tr></table><center>{OLD_FOOT}</center>"
    ),
    "company": page(
        f"<table><tr><td>{OLD_SIDE}</td><td><h2>회사소개</h2><p>{'</p><p>'.join(PARAGRAPHS)}</p></td></tr></table>"
        f"<p align=center>{OLD_MENU}</p><p align=center>주소: 서울시 예시구 보기길 1<br>사업자등록번호 000-00-00000</p>"
    ),
    "newsletter": page(
        f"<table><tr><td>{OLD_MENU}</td></tr>{''.join(f'<tr><td>{text}</td></tr>' for text in PARAGRAPHS)}"
        f"<tr><td>{OLD_SIDE}</td></tr><tr><td>{OLD_FOOT}</td></tr></table>"
    ),
}  # fmt: skip
