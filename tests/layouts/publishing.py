"""WordPress with its usual themes and plugins, and Ghost."""

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
    body,
    document,
    others,
    plain,
    text,
)  # fmt: skip


def draw_blocks(part: Part) -> str:
    """What the block editor of WordPress writes."""
    if part.kind in ("h2", "h3"):
        return f'<{part.kind} class="wp-block-heading" id="h-1"><span class="ez-toc-section" id="{part.text}"></span>{text(part.text)}<span class="ez-toc-section-end"></span></{part.kind}>\n'
    if part.kind in ("ul", "ol"):
        return f'<{part.kind} class="wp-block-list">{"".join(f"<li>{text(item)}</li>" for item in part.items)}</{part.kind}>\n'
    if part.kind == "code":
        return (
            f'<pre class="wp-block-code"><code lang="python" class="language-python">{text(part.text)}</code></pre>\n'
        )
    if part.kind == "table":
        rows = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in part.rows)
        return (
            f'<figure class="wp-block-table"><table class="has-fixed-layout"><tbody>{rows}</tbody></table></figure>\n'
        )
    if part.kind == "quote":
        return f'<blockquote class="wp-block-quote is-layout-flow"><p>{text(part.text)}</p></blockquote>\n'
    if part.kind == "image":
        return f'<figure class="wp-block-image size-large"><img src="x"><figcaption class="wp-element-caption">{text(part.text)}</figcaption></figure>\n'
    if part.kind == "card":
        return f'<figure class="wp-block-embed is-type-wp-embed is-provider-x"><div class="wp-block-embed__wrapper"><blockquote class="wp-embedded-content" data-secret="x"><a href="https://example.com">{CARD_TEXT}</a></blockquote><iframe class="wp-embedded-content"></iframe></div></figure>\n'
    return plain(part)


def contents(post: Post) -> str:
    items = "".join(
        f'<li class="ez-toc-page-1 ez-toc-heading-level-2"><a class="ez-toc-link" href="#{part.text}">{text(part.text)}</a></li>'
        for part in post.of("h2", "h3")
    )
    return (
        f'<div id="ez-toc-container" class="ez-toc-v2 counter-hierarchy ez-toc-counter"><div class="ez-toc-title-container"><p class="ez-toc-title">목차</p></div><nav><ul class="ez-toc-list ez-toc-list-level-1">{items}</ul></nav></div>'
        if items
        else ""
    )


SHARE = (
    '<div class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent sd-block sd-social sd-social-icon-text sd-sharing"><h3 class="sd-title">이것을 공유하기:</h3><div class="sd-content"><ul><li class="share-twitter"><a rel="nofollow" class="share-twitter sd-button"><span>클릭하여 트위터에서 공유</span></a></li></ul></div></div></div>'
    '<div class="sharedaddy sd-block sd-like jetpack-likes-widget-wrapper jetpack-likes-widget-unloaded"><h3 class="sd-title">이것이 좋아요:</h3><span class="sd-text-color">가져오는 중...</span></div>'
)
JETPACK = '<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>관련</em></h3><div class="jp-relatedposts-items">' + others('<div class="jp-relatedposts-post"><h4 class="jp-relatedposts-post-title"><a class="jp-relatedposts-post-a" href="/{n}">{title}</a></h4><p class="jp-relatedposts-post-excerpt">{summary}</p></div>') + "</div></div>"  # fmt: skip
YARPP = "<div class='yarpp yarpp-related yarpp-related-website yarpp-template-list'><h3>관련 글:</h3><ol>" + others('<li><a href="/{n}" rel="bookmark">{title}</a></li>') + "</ol></div>"  # fmt: skip
COMMENTS = (
    f'<div id="comments" class="comments-area"><h2 class="comments-title">2 댓글</h2><ol class="comment-list"><li id="comment-1" class="comment even thread-even depth-1"><article id="div-comment-1" class="comment-body"><footer class="comment-meta"><div class="comment-author vcard"><b class="fn">지나가던 이</b></div></footer><div class="comment-content"><p>{COMMENT}</p></div></article>'
    f'<ol class="children"><li class="comment byuser"><article class="comment-body"><div class="comment-content"><p>{REPLY}</p></div></article></li></ol></li></ol><div id="respond" class="comment-respond"><h3 id="reply-title">댓글 달기</h3><form><p class="comment-notes">이메일 주소는 공개되지 않습니다.</p></form></div></div>'
)
COOKIE_BAR = f'<div id="cookie-notice" role="dialog" class="cookie-notice-hidden"><div class="cookie-notice-container"><span id="cn-notice-text">{COOKIES}</span></div></div>'


def wordpress(theme: str, post: Post, inside: str) -> MadePage:
    year, month, day = post.day
    data = {"@context": "https://schema.org", "@graph": [
        {"@type": "Article", "@id": "https://namu.example.com/22/#article", "isPartOf": {"@id": "https://namu.example.com/22/"}, "author": {"name": post.author, "@id": "https://namu.example.com/#/schema/person/1"}, "headline": post.title, "datePublished": f"{year}-{month:02}-{day:02}T09:00:00+09:00", "keywords": list(post.tags), "license": "https://creativecommons.org/licenses/by/4.0/", "inLanguage": "ko-KR"},
        {"@type": "WebPage", "@id": "https://namu.example.com/22/", "url": "https://namu.example.com/22/", "name": f"{post.title} - 나무상점"},
        {"@type": "Person", "@id": "https://namu.example.com/#/schema/person/1", "name": post.author, "description": BIO},
        {"@type": "WebSite", "name": "나무상점"},
    ]}  # fmt: skip
    said = (
        f'<title>{text(post.title)} - 나무상점</title><link rel="canonical" href="https://namu.example.com/22/" /><meta property="og:type" content="article" /><meta property="og:title" content="{text(post.title)} - 나무상점" /><meta property="og:site_name" content="나무상점" />'
        f'<meta property="article:published_time" content="{year}-{month:02}-{day:02}T00:00:00+00:00" /><meta name="twitter:label1" content="글쓴이" /><meta name="twitter:data1" content="{post.author}" /><script type="application/ld+json" class="yoast-schema-graph">{json.dumps(data, ensure_ascii=False)}</script>'
    )
    return MadePage(
        name=f"wordpress {theme}, {post.name}", data=document(said, inside + COOKIE_BAR, 'class="post-template-default single single-post postid-22 single-format-standard"'), post=post,
        unwanted=(*UNWANTED, "이것을 공유하기", "댓글 달기", "목차"), author=post.author, published=f"{year}-{month:02}-{day:02}T09:00:00+09:00", tags=post.tags, url="https://namu.example.com/22/", licence="https://creativecommons.org/licenses/by/4.0/",
    )  # fmt: skip


def twenty(post: Post) -> MadePage:
    return wordpress("Twenty Twenty-One", post, (
        f'<div id="page" class="site"><a class="skip-link screen-reader-text" href="#content">콘텐츠로 바로가기</a><header id="masthead" class="site-header"><div class="site-branding"><p class="site-title"><a href="/">나무상점</a></p></div><nav id="site-navigation" class="primary-navigation"><ul><li><a href="/about">{MENU[0]}</a></li></ul></nav></header>'
        f'<div id="content" class="site-content"><div id="primary" class="content-area"><main id="main" class="site-main"><article id="post-22" class="post-22 post type-post status-publish hentry"><header class="entry-header alignwide"><h1 class="entry-title">{text(post.title)}</h1></header>'
        f'<div class="entry-content">{contents(post)}{body(post, draw_blocks)}{SHARE}{JETPACK}</div><footer class="entry-footer default-max-width"><div class="posted-by"><span class="posted-on">발행일자: <time class="entry-date published" datetime="{post.day[0]}-03-15T09:00:00+09:00">2024년 3월 15일</time></span><span class="byline">글쓴이: <a href="/author" rel="author">{post.author}</a></span></div><div class="post-taxonomies"><span class="tags-links">태그: {" ".join(f"<a rel=tag>{tag}</a>" for tag in post.tags)}</span></div></footer>'
        f'<div class="author-bio show-avatars"><div class="author-bio-content"><h2 class="author-title">글쓴이 {post.author}</h2><p class="author-description">{BIO}</p></div></div></article>'
        f'<nav class="navigation post-navigation"><h2 class="screen-reader-text">글 내비게이션</h2><div class="nav-links"><div class="nav-previous"><a href="/1" rel="prev"><p class="meta-nav">이전 글</p><p class="post-title">{RELATED[0]}</p></a></div></div></nav>{COMMENTS}</main></div></div>'
        '<aside class="widget-area"><section id="recent-posts-2" class="widget widget_recent_entries"><h2 class="widget-title">최근 글</h2><ul>' + others('<li><a href="/{n}">{title}</a></li>') + f'</ul></section></aside><footer id="colophon" class="site-footer"><div class="site-info">{RIGHTS}</div></footer></div>'
    ))  # fmt: skip


def generate_press(post: Post) -> MadePage:
    return wordpress("GeneratePress", post, (
        f'<header class="site-header" id="masthead"><div class="inside-header"><p class="main-title"><a href="/">나무상점</a></p></div></header><nav class="main-navigation" id="site-navigation"><ul id="menu" class="menu sf-menu"><li><a href="/">{MENU[1]}</a></li></ul></nav><div class="site grid-container" id="page"><div class="site-content" id="content"><div class="content-area" id="primary"><main class="site-main" id="main">'
        f'<article id="post-22" class="post-22 post" itemtype="https://schema.org/CreativeWork" itemscope><div class="inside-article"><header class="entry-header"><h1 class="entry-title" itemprop="headline">{text(post.title)}</h1><div class="entry-meta"><span class="posted-on"><time class="updated" datetime="2024-05-01" itemprop="dateModified">2024년 5월 1일</time><time class="entry-date published" datetime="2024-03-15T09:00:00+09:00" itemprop="datePublished">2024년 3월 15일</time></span> <span class="byline">글쓴이 <span class="author vcard" itemprop="author"><span class="author-name" itemprop="name">{post.author}</span></span></span></div></header>'
        f'<div class="entry-content" itemprop="text"><div class="code-block code-block-1" style="margin: 8px 0; clear: both;"><ins class="adsbygoogle"></ins></div>{contents(post)}{body(post, draw_blocks)}<div class="code-block code-block-2"><p style="text-align:center">{NEWSLETTER}</p><form class="mc4wp-form"><input></form></div>{YARPP}</div>'
        f'<footer class="entry-meta"><span class="cat-links"><a rel="category tag">운영</a></span><nav id="nav-below" class="post-navigation"><div class="nav-next"><span class="next"><a href="/3" rel="next">{RELATED[1]}</a></span></div></nav></footer></div></article><div class="comments-wrapper">{COMMENTS}</div></main></div>'
        f'<div class="widget-area sidebar is-right-sidebar" id="right-sidebar"><div class="inside-right-sidebar"><aside class="widget inner-padding widget_text"><div class="textwidget"><p>{BIO}</p></div></aside></div></div></div></div><div class="site-footer"><footer class="site-info"><div class="copyright-bar">{RIGHTS}</div></footer></div>'
    ))  # fmt: skip


def astra(post: Post) -> MadePage:
    return wordpress("Astra with Elementor", post, (
        f'<div class="hfeed site" id="page"><header class="site-header ast-primary-submenu-animation-fade" id="masthead"><div class="ast-main-header-wrap"><a href="/">나무상점</a><ul><li>{MENU[0]}</li></ul></div></header><div id="content" class="site-content"><div class="ast-container"><div id="primary" class="content-area primary"><main id="main" class="site-main">'
        f'<article class="post-22 post ast-article-single" id="post-22"><div class="ast-post-format- ast-no-thumb single-layout-1"><header class="entry-header"><h1 class="entry-title">{text(post.title)}</h1><div class="entry-meta">글쓴이 <span class="posted-by vcard author"><a class="url fn n" rel="author">{post.author}</a></span> / <span class="posted-on"><span class="published">2024년 3월 15일</span></span></div></header>'
        f'<div class="entry-content clear" itemprop="text"><div data-elementor-type="wp-post" class="elementor elementor-22">' + "".join(f'<section class="elementor-section elementor-top-section elementor-element"><div class="elementor-container"><div class="elementor-column elementor-col-100"><div class="elementor-widget-wrap"><div class="elementor-element elementor-widget elementor-widget-text-editor"><div class="elementor-widget-container">{draw_blocks(part)}</div></div></div></div></div></section>' for part in post.parts)
        + f'</div>{SHARE}</div></div></article><nav class="navigation post-navigation"><div class="nav-links"><div class="nav-previous"><a title="{RELATED[0]}" href="/1">{RELATED[0]}</a></div></div></nav>'
        '<div class="ast-single-related-posts-container"><div class="ast-related-posts-title-section"><h2 class="ast-related-posts-title">비슷한 글</h2></div><div class="ast-related-posts-wrapper">' + others('<article class="ast-related-post"><div class="ast-related-posts-inner-section"><h3 class="ast-related-post-title entry-title"><a href="/{n}">{title}</a></h3><p class="ast-related-post-excerpt entry-content clear">{summary}</p></div></article>')
        + f'</div></div>{COMMENTS}</main></div></div></div><footer class="site-footer"><div class="ast-footer-copyright"><p>{RIGHTS}</p></div></footer></div>'
    ))  # fmt: skip


def draw_ghost(part: Part) -> str:
    if part.kind == "code":
        return f'<figure class="kg-card kg-code-card"><pre><code class="language-python">{text(part.text)}</code></pre></figure>\n'
    if part.kind == "image":
        return f'<figure class="kg-card kg-image-card kg-card-hascaption"><img class="kg-image"><figcaption>{text(part.text)}</figcaption></figure>\n'
    if part.kind == "card":
        return f'<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="https://example.com"><div class="kg-bookmark-content"><div class="kg-bookmark-title">{text(part.text)}</div><div class="kg-bookmark-description">{CARD_TEXT}</div><div class="kg-bookmark-metadata"><span class="kg-bookmark-author">example</span></div></div></a></figure>\n'
    if part.kind == "quote":
        return f"<blockquote>{text(part.text)}</blockquote>\n"
    return plain(part)


def ghost(post: Post, *, names: str) -> MadePage:
    year, month, day = post.day
    data = {"@context": "https://schema.org", "@type": "Article", "publisher": {"@type": "Organization", "name": "나무상점"}, "author": {"@type": "Person", "name": post.author}, "headline": post.title, "url": "https://ghost.example.com/22/", "datePublished": f"{year}-{month:02}-{day:02}T00:00:00.000Z", "dateModified": f"{year}-04-01T00:00:00.000Z", "keywords": ", ".join(post.tags), "mainEntityOfPage": "https://ghost.example.com/22/"}  # fmt: skip
    subscribe = f'<div class="kg-card kg-signup-card"><div class="kg-signup-card-content"><h2 class="kg-signup-card-heading">새 글을 받아 보세요</h2><p class="kg-signup-card-subheading">{NEWSLETTER}</p><form></form></div></div>'
    inside = (
        f'<div class="gh-viewport"><header id="gh-head" class="gh-head gh-outer"><div class="gh-head-inner"><a class="gh-head-logo" href="/">나무상점</a><nav class="gh-head-menu"><ul class="nav"><li><a href="/about">{MENU[0]}</a></li></ul></nav></div></header><div class="site-content"><main id="site-main" class="site-main"><article class="gh-article post tag-ops {names}"><header class="gh-article-header gh-canvas"><div class="gh-article-tag"><a href="/tag/ops">운영</a></div><h1 class="gh-article-title is-title">{text(post.title)}</h1>'
        f'<div class="gh-article-meta"><div class="gh-article-author-image"></div><div class="gh-article-meta-wrapper"><h4 class="gh-article-author-name"><a href="/author/namu/">{post.author}</a></h4><div class="gh-article-meta-content"><time class="gh-article-meta-date" datetime="2024-03-15">2024년 3월 15일</time><span class="gh-article-meta-length"> — 5 min read</span></div></div></div></header>'
        f'<section class="gh-content gh-canvas {names}-content">{body(post, draw_ghost)}{subscribe}</section></article><section class="gh-comments gh-canvas"><div id="ghost-comments-root">{COMMENT}</div></section><div class="footer-cta"><div class="inner"><h2>새 글을 받아 보세요</h2><p>{NEWSLETTER}</p></div></div>'
        '<aside class="read-more-wrap gh-outer"><div class="read-more gh-inner">' + others('<article class="post-card post"><a class="post-card-image-link"></a><div class="post-card-content"><a class="post-card-content-link" href="/{n}"><header class="post-card-header"><h2 class="post-card-title">{title}</h2></header><div class="post-card-excerpt">{summary}</div></a></div></article>')
        + f'</div></aside></main></div><footer class="site-footer gh-outer"><div class="inner"><section class="copyright">{RIGHTS}</section></div></footer></div>'
    )  # fmt: skip
    said = (
        f'<title>{text(post.title)}</title><link rel="canonical" href="https://ghost.example.com/22/"><meta property="og:type" content="article"><meta property="article:published_time" content="{year}-{month:02}-{day:02}T00:00:00.000Z">'
        + "".join(f'<meta property="article:tag" content="{tag}">' for tag in post.tags)
        + f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
    )
    return MadePage(
        name=f"ghost {names}, {post.name}", data=document(said, inside, 'class="post-template tag-ops"'), post=post, unwanted=(*UNWANTED, "새 글을 받아 보세요", "5 min read"), author=post.author,
        published=f"{year}-{month:02}-{day:02}T00:00:00.000Z", tags=post.tags, url="https://ghost.example.com/22/",
    )  # fmt: skip


PUBLISHING_PAGES = [
    twenty(ALERTS), twenty(NOTICE), generate_press(ESSAY), generate_press(LESSON), astra(VISIT), astra(ALERTS), ghost(ALERTS, names="post-full"), ghost(VISIT, names="image-small"),
]  # fmt: skip
