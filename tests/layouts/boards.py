"""Company sites and notice boards: boxes without names, tables for layout, EUC-KR."""

from __future__ import annotations

from layouts.posts import (
    ALERTS,
    BIO,
    COMMENT,
    ESSAY,
    LESSON,
    MENU,
    NOTICE,
    RELATED,
    RIGHTS,
    UNWANTED,
    MadePage,
    Part,
    Post,
    body,
    document,
    others,
    plain,
    text,
)  # fmt: skip

FOOT = (
    "(주)나무상점 대표이사 : 김나무 | 사업자등록번호 : 000-00-00000 | 통신판매업신고 : 제2024-서울예시-0000호<br>주소 : 서울특별시 예시구 보기로 1 나무빌딩 3층 | 고객센터 : 02-000-0000 | FAX : 02-000-0001<br>"
    f"<a href=/terms>이용약관</a> | <a href=/privacy><b>개인정보처리방침</b></a><br>{RIGHTS}"
)
FOOT_LINES = ("사업자등록번호", "개인정보처리방침", "통신판매업신고")


def made(
    name: str,
    post: Post,
    inside: str,
    *,
    said: str = "",
    charset: str = "utf-8",
    shows: tuple[str, ...] = ("code", "list_item", "table_row"),
    author: str | None = "",
    published: str = "2024-03-15",
) -> MadePage:
    return MadePage(
        name=f"{name}, {post.name}", data=document(said or f"<title>{text(post.title)} | 나무상점</title>", inside, charset=charset), post=post, unwanted=(*UNWANTED, *FOOT_LINES),
        author=post.author if author == "" else author, published=published, shows=frozenset(shows),
    )  # fmt: skip


def old_lines(part: Part) -> str:
    """What people typed into boards: lines and line breaks."""
    if part.kind in ("p", "h2", "h3", "quote"):
        return f"{text(part.text)}<br><br>\n" if part.kind == "p" else f"<b>{text(part.text)}</b><br><br>\n"
    if part.kind in ("ul", "ol"):
        return "".join(f"- {text(item)}<br>" for item in part.items) + "<br>\n"
    return plain(part)


def gnuboard(post: Post) -> MadePage:
    return made("gnuboard", post, (
        f'<div id="hd"><h1 id="hd_h1">{text(post.title)} 1 페이지</h1><div id="skip_to_container"><a href="#container">본문 바로가기</a></div><div id="tnb"><ul id="hd_qnb"><li><a href="/faq">FAQ</a></li><li><a href="/qa">1:1문의</a></li></ul></div><nav id="gnb"><h2>메인메뉴</h2><ul id="gnb_1dul"><li class="gnb_1dli"><a href="/about" class="gnb_1da">{MENU[0]}</a></li></ul></nav></div>'
        f'<div id="wrapper"><div id="container_wr"><div id="container"><h2 id="container_title"><span title="{text(post.title)}">{text(post.title)} &gt; 공지사항</span></h2><article id="bo_v" style="width:100%"><header><h2 id="bo_v_title"><span class="bo_v_cate">안내</span> <span class="bo_v_tit">{text(post.title)}</span></h2></header><section id="bo_v_info"><h2>페이지 정보</h2><div class="profile_info"><div class="profile_info_ct"><span class="sound_only">작성자</span> <strong><span class="sv_member">{post.author}</span></strong><br><span class="sound_only">댓글</span><strong><a href="#bo_vc"> 2건</a></strong><span class="sound_only">조회</span><strong>128회</strong><strong class="if_date"><span class="sound_only">작성일</span> 24-03-15 09:00</strong></div></div><div id="bo_v_top"><ul class="btn_bo_user bo_v_com"><li><a href="/list" class="btn_b01 btn">목록</a></li></ul></div></section>'
        f'<section id="bo_v_atc"><h2 id="bo_v_atc_title">본문</h2><div id="bo_v_share"></div><div id="bo_v_img"></div><div id="bo_v_con">{body(post)}</div><div id="bo_v_act"><span class="bo_v_act_gng"><a id="good_button" class="bo_v_good"><span class="sound_only">추천</span><strong>3</strong></a></span></div></section><section id="bo_v_file"><h2>첨부파일</h2><ul><li><a href="/d" class="view_file_download"><strong>안내문.pdf</strong> (120.5K)</a><br><span class="bo_v_file_cnt">12회 다운로드 | DATE : 2024-03-15 09:00:00</span></li></ul></section>'
        f'<ul class="bo_v_nb"><li class="btn_prv"><span class="nb_tit"><i></i> 이전글</span><a href="/1">{RELATED[0]}</a> <span class="nb_date">24.03.01</span></li><li class="btn_next"><span class="nb_tit">다음글</span><a href="/3">{RELATED[1]}</a> <span class="nb_date">24.03.20</span></li></ul><button type="button" class="cmt_btn"><span class="total"><b>댓글</b> 2</span></button><section id="bo_vc"><h2>댓글목록</h2><article id="c_1"><div class="cm_wrap"><header><h2>지나가던 이님의 댓글</h2></header><div class="cmt_contents"><p>{COMMENT}</p></div></div></article></section></article></div>'
        '<div id="aside"><div class="lat"><h2 class="lat_title"><a href="/free">새 글</a></h2><ul>' + others('<li><a href="/{n}">{title}</a></li>') + f'</ul></div></div></div></div><div id="ft"><div id="ft_wr"><div id="ft_company" class="ft_cnt"><h2>사이트 정보</h2><p class="ft_info">{FOOT}</p></div></div></div>'
    ), published="2024-03-15T09:00", shows=("heading", "code", "list_item", "table_row"))  # fmt: skip


def xe_board(post: Post) -> MadePage:
    return made("xpress engine", post, (
        f'<div class="xe_layout"><header class="header"><h1><a href="/">나무상점</a></h1><nav class="gnb" id="gnb"><ul><li><a href="/about">{MENU[0]}</a></li></ul></nav></header><div class="body"><div class="content xe_content_wrap" id="content"><div class="bd rd_nav_wrap"><div class="rd rd_nav_style2 clear" data-docSrl="22"><div class="rd_hd clear"><div class="board clear"><div class="top_area ngeb np_18px"><span class="cate_1">안내</span><h1 class="np_18px"><a href="/22">{text(post.title)}</a></h1></div><div class="btm_area clear"><div class="side"><span class="nick">{post.author}</span> <span class="date m_no">2024.03.15 09:00</span></div><div class="side fr"><span>조회 수 <b>128</b></span> <span>추천 수 <b>3</b></span> <span>댓글 <b>2</b></span></div></div></div></div>'
        f'<div class="rd_body clear"><article><!--BeforeDocument(22,4)--><div class="document_22_4 xe_content">{body(post)}</div><!--AfterDocument(22,4)--></article></div><div class="rd_ft"><div class="rd_ft_nav clear"><a class="fl" href="#">목록</a><div class="rd_nav img_tx to_sns fl"><a>페이스북</a></div></div></div><div class="fdb_lst_wrp"><div id="22_comment" class="fdb_lst clear"><div class="fdb_tag"><a class="ui_font bubble"><b>댓글 <span>\'2\'</span></b></a></div><ul class="fdb_lst_ul"><li class="fdb_itm clear"><div class="meta"><a>지나가던 이</a></div><div class="comment_22_0 xe_content">{COMMENT}</div></li></ul></div></div></div></div>'
        '<table class="bd_lst bd_tb"><thead><tr><th>번호</th><th>제목</th><th>글쓴이</th></tr></thead><tbody>' + others('<tr><td class="no">{n}</td><td class="title"><a href="/{n}">{title}</a></td><td class="author">나무</td></tr>') + f'</tbody></table></div></div><footer class="footer"><p>{FOOT}</p></footer></div>'
    ), published="2024-03-15T09:00", shows=("heading", "code", "list_item", "table_row"))  # fmt: skip


def old_table(post: Post) -> MadePage:
    """A board of the year 2003, saved as EUC-KR."""
    return made("old table board", post, (
        f'<table width=900 cellpadding=0 cellspacing=0 align=center><tr><td colspan=2><a href=/>처음</a> | <a href=/about>{MENU[0]}</a> | <a href=/all>{MENU[1]}</a> | <a href=/guest>{MENU[2]}</a></td></tr><tr><td width=180 valign=top bgcolor=#eeeeee><b>최근 글</b><br>' + others("<a href=/{n}>{title}</a><br>")
        + f'</td><td valign=top><table width=100% border=0><tr><td bgcolor=#dddddd height=30>&nbsp;<b>{text(post.title)}</b></td></tr><tr><td align=right><font size=2>작성자 : {post.author} &nbsp; 작성일 : 2024-03-15 &nbsp; 조회 : 128</font></td></tr><tr><td style="word-break:break-all"><font size=2 face=굴림>{body(post, old_lines)}</font></td></tr></table><table width=100%><tr><td>이전글 : <a href=/1>{RELATED[0]}</a></td></tr><tr><td>다음글 : <a href=/3>{RELATED[1]}</a></td></tr><tr><td align=right><a href=/list>목록</a> <a href=/write>글쓰기</a></td></tr></table></td></tr><tr><td colspan=2 align=center><font size=1>{FOOT}</font></td></tr></table>'
    ), charset="euc-kr", shows=("code",))  # fmt: skip


def company_news(post: Post) -> MadePage:
    """A company's press room made of nested boxes whose names say nothing."""
    return made("company press room", post, (
        f'<div class="wrap"><div class="hd"><div class="in"><a href="/"><img alt="나무상점"></a><ul class="dep1"><li><a href="/about">{MENU[0]}</a><ul class="dep2"><li><a href="/ceo">인사말</a></li><li><a href="/history">연혁</a></li></ul></li><li><a href="/news">{MENU[1]}</a></li></ul></div></div><div class="sub_visual"><h2>미디어센터</h2><p>나무상점의 새로운 소식을 가장 먼저 전해 드립니다.</p></div><div class="sub_con"><div class="loc">홈 &gt; 미디어센터 &gt; 공지</div><div class="in"><div class="view_top"><p class="subject">{text(post.title)}</p><dl><dt>작성자</dt><dd>{post.author}</dd><dt>등록일</dt><dd>2024.03.15</dd><dt>조회수</dt><dd>128</dd></dl></div>'
        f'<div class="view_in">{body(post)}</div><div class="view_pn"><dl><dt>이전글</dt><dd><a href="/1">{RELATED[0]}</a></dd></dl><dl><dt>다음글</dt><dd><a href="/3">{RELATED[1]}</a></dd></dl></div><div class="view_btn"><a href="/list">목록보기</a></div></div></div><div class="quick"><p>{BIO}</p></div><div class="ft"><div class="in">{FOOT}</div></div></div>'
    ), shows=("heading", "code", "list_item", "table_row"))  # fmt: skip


def table_view(post: Post) -> MadePage:
    """The common board view: a table with a row for title, writer, date, and one cell for the text."""
    return made("board view table", post, (
        f'<div id="header"><div class="lnb"><a href="/about">{MENU[0]}</a></div></div><div id="container"><div class="sub_menu"><h2>고객센터</h2><ul><li><a href="/notice">{MENU[1]}</a></li></ul></div><div id="contents"><h3 class="tit">공지사항</h3><table class="board_view" summary="공지사항 상세"><caption>공지사항 상세보기</caption><colgroup><col width="15%"><col></colgroup><tbody><tr><th scope="row">제목</th><td colspan="3">{text(post.title)}</td></tr><tr><th scope="row">작성자</th><td>{post.author}</td><th scope="row">작성일</th><td>2024-03-15</td></tr><tr><th scope="row">첨부파일</th><td colspan="3"><a href="/d">안내문.hwp</a></td></tr><tr><td colspan="4" class="view_cont">{body(post)}</td></tr></tbody></table>'
        f'<table class="board_pn"><tr><th>이전글</th><td><a href="/1">{RELATED[0]}</a></td></tr><tr><th>다음글</th><td><a href="/3">{RELATED[1]}</a></td></tr></table><div class="btn_area"><a href="/list" class="btn">목록</a></div><div class="satisfaction"><p>이 페이지에서 제공하는 정보에 만족하십니까?</p><label>매우 만족</label></div></div></div><div id="footer"><address>{FOOT}</address></div>'
    ), shows=("heading", "code", "list_item", "table_row"))  # fmt: skip


BOARD_PAGES = [
    gnuboard(NOTICE), gnuboard(ALERTS), xe_board(ALERTS), xe_board(ESSAY), old_table(NOTICE), old_table(ESSAY), company_news(NOTICE), company_news(ALERTS), table_view(NOTICE), table_view(LESSON),
]  # fmt: skip
