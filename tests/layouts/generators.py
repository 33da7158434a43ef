"""Static sites: Jekyll, Hugo, Gatsby and Docusaurus with the themes that people leave as they are."""

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
    VISIT,
    MadePage,
    Part,
    Post,
    body,
    document,
    others,
    plain,
    text,
)  # fmt: skip


def made(
    name: str,
    post: Post,
    said: str,
    inside: str,
    *,
    names: str = "",
    author: str | None = None,
    published: str | None = None,
    tags: bool = True,
) -> MadePage:
    return MadePage(
        name=f"{name}, {post.name}", data=document(f"<title>{text(post.title)} | 나무상점 기술 블로그</title>{said}", inside, names), post=post, unwanted=UNWANTED,
        author=author, published=published, tags=post.tags if tags else None,
    )  # fmt: skip


def anchored(part: Part, link: str) -> str:
    if part.kind in ("h2", "h3"):
        return f'<{part.kind} id="{part.text}">{link.format(id=part.text, text=text(part.text))}</{part.kind}>\n'
    return plain(part)


def rouge(part: Part) -> str:
    """Code as Jekyll's highlighter writes it with line numbers."""
    if part.kind != "code":
        return anchored(
            part,
            '<span class="me-2">{text}</span><a href="#{id}" class="anchor text-muted"><i class="fas fa-hashtag"></i></a>',
        )
    lines = part.text.split("\n")
    numbers = "\n".join(str(n) for n in range(1, len(lines) + 1))
    return (
        '<div class="language-python highlighter-rouge"><div class="code-header"><span data-label-text="Python"><i class="fas fa-code small"></i></span><button aria-label="copy"><i></i></button></div><div class="highlight"><code><table class="rouge-table"><tbody><tr>'
        f'<td class="rouge-gutter gl"><pre class="lineno">{numbers}\n</pre></td><td class="rouge-code"><pre>{text(part.text)}\n</pre></td></tr></tbody></table></code></div></div>\n'
    )


def tag_links(post: Post, start: str = "") -> str:
    return " ".join(f'<a href="/tags/{tag}/" class="post-tag" rel="tag">{start}{tag}</a>' for tag in post.tags)


def minima(post: Post) -> MadePage:
    return made("jekyll minima", post, "", (
        f'<header class="site-header"><div class="wrapper"><a class="site-title" rel="author" href="/">나무상점 기술 블로그</a><nav class="site-nav"><div class="trigger"><a class="page-link" href="/about/">{MENU[0]}</a></div></nav></div></header><main class="page-content" aria-label="Content"><div class="wrapper"><article class="post h-entry" itemscope itemtype="http://schema.org/BlogPosting"><header class="post-header"><h1 class="post-title p-name" itemprop="name headline">{text(post.title)}</h1>'
        f'<p class="post-meta"><time class="dt-published" datetime="2024-03-15T09:00:00+09:00" itemprop="datePublished">Mar 15, 2024</time>• <span itemprop="author" itemscope itemtype="http://schema.org/Person"><span class="p-author h-card" itemprop="name">{post.author}</span></span></p></header><div class="post-content e-content" itemprop="articleBody">{body(post)}</div><div id="disqus_thread">{COMMENT}</div><a class="u-url" href="/22" hidden></a></article></div></main><footer class="site-footer h-card"><div class="wrapper"><p>{RIGHTS}</p><p>{BIO}</p></div></footer>'
    ), author=post.author, published="2024-03-15T09:00:00+09:00", tags=False)  # fmt: skip


def chirpy(post: Post) -> MadePage:
    contents = "".join(
        f'<li class="toc-list-item"><a href="#{part.text}" class="toc-link">{text(part.text)}</a></li>'
        for part in post.of("h2", "h3")
    )
    return made("jekyll chirpy", post, '<meta name="author" content="나무상점"><meta property="og:site_name" content="나무상점 기술 블로그"><meta property="article:published_time" content="2024-03-15T09:00:00+09:00">', (
        f'<aside aria-label="Sidebar" id="sidebar"><header class="profile-wrapper"><a href="/" class="site-title">나무상점</a><p class="site-subtitle">{BIO}</p></header><nav><ul class="nav"><li><a href="/archives">{MENU[1]}</a></li></ul></nav></aside><div id="main-wrapper"><div class="container"><header id="topbar-wrapper"><nav id="breadcrumb"><span><a href="/">홈</a></span><span>{text(post.title)}</span></nav></header><div class="row flex-grow-1"><main aria-label="Main Content" class="col-12 col-lg-11 col-xl-9 px-md-4"><article class="px-1"><header><h1 data-toc-skip>{text(post.title)}</h1><div class="post-meta text-muted"><span> 게시 <time data-ts="1710460800" data-df="YYYY/MM/DD">2024/03/15</time></span><div class="d-flex justify-content-between"><span> 작성자: <em><a href="https://example.com">{post.author}</a></em></span><div><span class="readtime" title="900 단어"><em>5 분</em>읽는 시간</span></div></div></div></header>'
        f'<div id="toc-bar"><span class="label text-truncate">{text(post.title)}</span></div><div class="content">{body(post, rouge)}</div><div class="post-tail-wrapper text-muted"><div class="post-meta mb-3"><i class="far fa-folder-open"></i><a href="/categories/ops/">운영</a></div><div class="post-tags"><i class="fa fa-tags fa-fw"></i>{tag_links(post)}</div><div class="post-tail-bottom"><div class="license-wrapper">이 글은 저작권자의 <a href="https://creativecommons.org/licenses/by/4.0/"> CC BY 4.0 </a> 라이센스를 따릅니다.</div><div class="share-wrapper"><span class="share-label text-muted">공유하기</span></div></div></div></article></main>'
        '<aside aria-label="Panel" id="panel-wrapper"><div class="access"><section id="access-lastmod"><h2 class="panel-heading">최근 업데이트</h2><ul>' + others('<li><a href="/{n}">{title}</a></li>') + f'</ul></section></div><section id="toc-wrapper"><h2 class="panel-heading">바로가기</h2><nav id="toc"><ul class="toc-list">{contents}</ul></nav></section></aside></div>'
        '<div class="row"><div id="tail-wrapper" class="col-12"><aside id="related-posts"><h3 id="related-label">관련된 글</h3><nav class="row">' + others('<article class="col"><a href="/{n}" class="post-preview card h-100"><div class="card-body"><time>2024/01/0{n}</time><h4 class="pt-0 my-2">{title}</h4><div class="text-muted"><p>{summary}</p></div></div></a></article>')
        + f'</nav></aside><nav class="post-navigation d-flex"><a href="/1" class="btn"><p>{RELATED[0]}</p></a></nav><footer><p>{RIGHTS}</p></footer></div></div></div></div>'
    ), author=post.author, published="2024-03-15T09:00:00+09:00")  # fmt: skip


def minimal_mistakes(post: Post) -> MadePage:
    contents = "".join(f'<li><a href="#{part.text}">{text(part.text)}</a></li>' for part in post.of("h2"))
    return made("jekyll minimal-mistakes", post, f'<meta name="author" content="{post.author}"><meta property="article:published_time" content="2024-03-15T09:00:00+09:00">', (
        f'<nav class="skip-links"><ul><li><a href="#site-nav" class="screen-reader-shortcut">Skip to primary navigation</a></li></ul></nav><div class="masthead"><div class="masthead__inner-wrap"><div class="masthead__menu"><nav id="site-nav" class="greedy-nav"><a class="site-title" href="/">나무상점</a><ul class="visible-links"><li><a href="/">{MENU[0]}</a></li></ul></nav></div></div></div><div class="initial-content"><div id="main" role="main"><div class="sidebar sticky"><div itemscope itemtype="https://schema.org/Person" class="h-card"><div class="author__content"><h3 class="author__name p-name" itemprop="name">{post.author}</h3><div class="author__bio p-note" itemprop="description"><p>{BIO}</p></div></div></div></div>'
        f'<article class="page h-entry" itemscope itemtype="https://schema.org/CreativeWork"><meta itemprop="headline" content="{text(post.title)}"><div class="page__inner-wrap"><header><h1 id="page-title" class="page__title p-name" itemprop="headline"><a href="/22" class="u-url" itemprop="url">{text(post.title)}</a></h1><p class="page__meta"><span class="page__meta-readtime"><i class="far fa-clock"></i>5 분 소요</span></p></header>'
        f'<section class="page__content e-content" itemprop="text"><aside class="sidebar__right sticky"><nav class="toc"><header><h4 class="nav__title"><i class="fas fa-file-alt"></i> On this page</h4></header><ul class="toc__menu">{contents}</ul></nav></aside>{body(post, rouge)}</section><footer class="page__meta"><p class="page__taxonomy"><strong><i class="fas fa-tags"></i> 태그: </strong><span itemprop="keywords">{tag_links(post)}</span></p><p class="page__date"><strong><i></i> 업데이트:</strong> <time class="dt-published" datetime="2024-03-15T09:00:00+09:00">March 15, 2024</time></p></footer><section class="page__share"><h4 class="page__share-title">공유하기</h4><a class="btn btn--twitter"><span>Twitter</span></a></section><nav class="pagination"><a href="/1" class="pagination--pager" title="{RELATED[0]}">이전</a></nav></div><div class="page__comments"><h4 class="page__comments-title">댓글남기기</h4><section>{COMMENT}</section></div></article>'
        '<div class="page__related"><h4 class="page__related-title">참고</h4><div class="grid__wrapper">' + others('<div class="grid__item"><article class="archive__item" itemscope><h2 class="archive__item-title no_toc" itemprop="headline"><a href="/{n}" rel="permalink">{title}</a></h2><p class="archive__item-excerpt" itemprop="description">{summary}</p></article></div>')
        + f'</div></div></div></div><div id="footer" class="page__footer"><footer><div class="page__footer-copyright">{RIGHTS}</div></footer></div>'
    ), author=post.author, published="2024-03-15T09:00:00+09:00")  # fmt: skip


def chroma(part: Part) -> str:
    """Code as Hugo writes it: every line in boxes of its own."""
    if part.kind != "code":
        return anchored(part, '{text}<a hidden class="anchor" aria-hidden="true" href="#{id}">#</a>')
    lines = "".join(
        f'<span class="line"><span class="cl">{text(line)}\n</span></span>' for line in part.text.split("\n")
    )
    return f'<div class="highlight"><pre tabindex="0" class="chroma"><code class="language-python" data-lang="python">{lines}</code></pre></div>\n'


def paper_mod(post: Post) -> MadePage:
    contents = "".join(
        f'<li><a href="#{part.text}" aria-label="{part.text}">{text(part.text)}</a></li>'
        for part in post.of("h2", "h3")
    )
    return made("hugo PaperMod", post, f'<meta name="keywords" content="{", ".join(post.tags)}"><meta name="author" content="{post.author}">', (
        f'<header class="header"><nav class="nav"><div class="logo"><a href="/">나무상점</a></div><ul id="menu"><li><a href="/archives"><span>{MENU[1]}</span></a></li></ul></nav></header><main class="main"><article class="post-single"><header class="post-header"><div class="breadcrumbs"><a href="/">Home</a>&nbsp;»&nbsp;<a href="/posts/">Posts</a></div><h1 class="post-title entry-hint-parent">{text(post.title)}</h1><div class="post-meta"><span title="2024-03-15 09:00:00 +0900 KST">2024년 3월 15일</span>&nbsp;·&nbsp;5 분&nbsp;·&nbsp;{post.author}</div></header>'
        f'<div class="toc"><details><summary accesskey="c"><span class="details">목차</span></summary><div class="inner"><ul>{contents}</ul></div></details></div><div class="post-content">{body(post, chroma)}</div><footer class="post-footer"><ul class="post-tags"><li>{"</li><li>".join(f"<a href=/tags/>{tag}</a>" for tag in post.tags)}</li></ul><nav class="paginav"><a class="prev" href="/1"><span class="title">« 이전 페이지</span><br><span>{RELATED[0]}</span></a></nav><ul class="share-buttons"><li>공유</li></ul></footer></article></main><footer class="footer"><span>{RIGHTS}</span></footer>'
    ), names='class="" id="top"', author=post.author, published="2024-03-15")  # fmt: skip


def stack(post: Post) -> MadePage:
    return made("hugo Stack", post, "<meta property='og:type' content='article'><meta property='article:published_time' content='2024-03-15T09:00:00+09:00'>" + "".join(f"<meta property='article:tag' content='{tag}'>" for tag in post.tags), (
        f'<div class="container main-container flex on-phone--column extended article-page"><aside class="sidebar left-sidebar sticky"><header><div class="site-meta"><h1 class="site-name"><a href="/">나무상점</a></h1><h2 class="site-description">{BIO}</h2></div></header><ol class="menu" id="main-menu"><li><a href="/">{MENU[0]}</a></li></ol></aside><main class="main full-width"><article class="main-article"><header class="article-header"><div class="article-details"><header class="article-category"><a href="/categories/ops/">운영</a></header><div class="article-title-wrapper"><h2 class="article-title"><a href="/22">{text(post.title)}</a></h2></div><footer class="article-time"><div><time class="article-time--published">Mar 15, 2024</time></div><div><time class="article-time--reading">5 분 정도</time></div></footer></div></header>'
        f'<section class="article-content">{body(post, chroma)}</section><footer class="article-footer"><section class="article-tags">{tag_links(post)}</section><section class="article-copyright"><span>Licensed under CC BY-NC-SA 4.0</span></section></footer></article><aside class="related-content--wrapper"><h2 class="section-title">관련 글</h2><div class="related-content"><div class="flex article-list--tile">' + others('<article class=""><a href="/{n}"><div class="article-details"><h2 class="article-title">{title}</h2></div></a></article>')
        + f'</div></div></aside><div class="disqus-container"><div id="disqus_thread">{COMMENT}</div></div><footer class="site-footer"><section class="copyright">{RIGHTS}</section></footer></main></div>'
    ), published="2024-03-15T09:00:00+09:00")  # fmt: skip


def docsy(post: Post) -> MadePage:
    return made("hugo Docsy", post, "", (
        f'<header><nav class="js-navbar-scroll navbar navbar-expand"><a class="navbar-brand" href="/">나무상점</a><ul class="navbar-nav"><li><a class="nav-link" href="/docs">{MENU[0]}</a></li></ul></nav></header><div class="container-fluid td-outer"><div class="td-main"><div class="row flex-xl-nowrap"><aside class="col-12 col-md-3 td-sidebar d-print-none"><div id="td-sidebar-menu" class="td-sidebar__inner"><nav class="td-sidebar-nav"><ul>' + others('<li><a href="/{n}">{title}</a></li>')
        + f'</ul></nav></div></aside><main class="col-12 col-md-9 pl-md-5 pr-md-4" role="main"><nav aria-label="breadcrumb" class="td-breadcrumbs"><ol class="breadcrumb"><li>블로그</li></ol></nav><div class="td-content"><h1>{text(post.title)}</h1><div class="lead">짧은 소개</div><div class="td-byline mb-4">By <b>{post.author}</b> | <time datetime="2024-03-15" class="text-muted">Friday, March 15, 2024</time></div><header class="article-meta"><div class="taxonomy taxonomy-terms-article taxo-tags"><h5 class="taxonomy-title">Tags:</h5><ul class="taxonomy-terms">{"".join(f"<li><a class=taxonomy-term href=/tags/><span class=taxonomy-label>{tag}</span></a></li>" for tag in post.tags)}</ul></div></header>{body(post, chroma)}<div class="d-print-none"><h2 class="feedback--title">Feedback</h2><p class="feedback--question">Was this page helpful?</p></div><br/><div class="text-muted mt-5 pt-3 border-top td-page-meta__lastmod">Last modified April 1, 2024</div></div></main><aside class="d-none d-xl-block col-xl-2 td-toc d-print-none"><nav id="TableOfContents"></nav></aside></div></div><footer class="td-footer row d-print-none">{RIGHTS}</footer></div>'
    ), names='class="td-page"', author=post.author, published="2024-03-15")  # fmt: skip


def gatsby(post: Post) -> MadePage:
    return made("gatsby starter", post, "", (
        f'<div id="___gatsby"><div style="outline:none" tabindex="-1" id="gatsby-focus-wrapper"><div class="global-wrapper" data-is-root-path="false"><header class="global-header"><a class="header-link-home" href="/">나무상점</a></header><main><article class="blog-post" itemscope="" itemtype="http://schema.org/Article"><header><h1 itemprop="headline">{text(post.title)}</h1><p>March 15, 2024</p></header><section itemprop="articleBody">{body(post, lambda part: plain(part).replace("<pre>", "<div class=gatsby-highlight data-language=python><pre class=language-python>").replace("</pre>", "</pre></div>"))}</section><hr/><footer><div class="bio"><p>Written by <strong>{post.author}</strong> {BIO}</p></div></footer></article>'
        f'<nav class="blog-post-nav"><ul style="display:flex"><li><a rel="prev" href="/1">← <!-- -->{RELATED[0]}</a></li></ul></nav></main><footer>© 2024, Built with Gatsby {RIGHTS}</footer></div></div></div>'
    ), published="2024-03-15", tags=False)  # fmt: skip


def docusaurus(post: Post) -> MadePage:
    contents = "".join(
        f'<li><a href="#{part.text}" class="table-of-contents__link toc-highlight">{text(part.text)}</a></li>'
        for part in post.of("h2", "h3")
    )

    def draw(part: Part) -> str:
        if part.kind == "code":
            lines = "".join(
                f'<span class="token-line" style="color:#393A34"><span class="token plain">{text(line)}</span><br></span>'
                for line in part.text.split("\n")
            )
            return f'<div class="language-python codeBlockContainer_Ckt0 theme-code-block"><div class="codeBlockContent_biex"><pre tabindex="0" class="prism-code language-python codeBlock_bY9V thin-scrollbar"><code class="codeBlockLines_e6Vv">{lines}</code></pre><div class="buttonGroup__atx"><button type="button">복사</button></div></div></div>'
        return anchored(part, '{text}<a href="#{id}" class="hash-link" aria-label="직접 링크" title="직접 링크">​</a>')

    return made("docusaurus", post, '<meta property="og:type" content="article"><meta property="article:published_time" content="2024-03-15T00:00:00.000Z">' + f'<meta property="article:tag" content="{",".join(post.tags)}">', (
        '<div id="__docusaurus"><div role="region" aria-label="본문으로 건너뛰기"><a class="skipToContent_fXgn" href="#main">본문으로 건너뛰기</a></div><nav class="navbar navbar--fixed-top"><div class="navbar__inner"><a class="navbar__brand" href="/">나무상점</a></div></nav><div id="main" class="main-wrapper"><div class="container margin-vert--lg"><div class="row"><aside class="col col--3"><nav class="sidebar_re4s thin-scrollbar"><div class="sidebarItemTitle_pO2u">최근 글</div><ul>' + others('<li class="sidebarItem__DBe"><a class="sidebarItemLink_mo7H" href="/{n}">{title}</a></li>')
        + f'</ul></nav></aside><main class="col col--7"><article><header><h1 class="title_f1Hy">{text(post.title)}</h1><div class="container_mt6G margin-vert--md"><time datetime="2024-03-15T00:00:00.000Z">2024년 3월 15일</time> · <!-- -->약 5분</div><div class="margin-top--md row"><div class="avatar margin-bottom--sm"><div class="avatar__intro"><div class="avatar__name"><a href="/"><span class="authorName_yefp">{post.author}</span></a></div><small class="authorTitle_nd0D">{BIO}</small></div></div></div></header><div id="__blog-post-container" class="markdown">{body(post, draw)}</div><footer class="row docusaurus-mt-lg"><div class="col"><b>태그:</b><ul class="tags_jXut padding--none margin-left--sm">{"".join(f"<li class=tag_QGVx><a class=tag_zVej rel=tag>{tag}</a></li>" for tag in post.tags)}</ul></div></footer></article><nav class="pagination-nav docusaurus-mt-lg" aria-label="블로그 게시물 목록 페이지"><a class="pagination-nav__link pagination-nav__link--prev" href="/1"><div class="pagination-nav__sublabel">최신 게시물</div><div class="pagination-nav__label">{RELATED[0]}</div></a></nav></main><div class="col col--2"><div class="tableOfContents_bqdL thin-scrollbar"><ul class="table-of-contents">{contents}</ul></div></div></div></div></div><footer class="theme-layout-footer footer"><div class="footer__copyright">{RIGHTS}</div></footer></div>'
    ), names='class="navigation-with-keyboard"', author=post.author, published="2024-03-15T00:00:00.000Z")  # fmt: skip


GENERATOR_PAGES = [
    minima(ESSAY), minima(LESSON), chirpy(ALERTS), chirpy(NOTICE), minimal_mistakes(ALERTS), minimal_mistakes(ESSAY), paper_mod(ALERTS), paper_mod(LESSON), stack(ALERTS), stack(VISIT),
    docsy(ALERTS), docsy(NOTICE), gatsby(ESSAY), gatsby(LESSON), docusaurus(ALERTS), docusaurus(VISIT),
]  # fmt: skip
