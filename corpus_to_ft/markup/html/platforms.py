"""What no general rule can know: where some platforms keep the text, who wrote it and what else they put there."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from corpus_to_ft.markup.html.tree import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Class names and ids, one list a purpose; `body` in order of preference, the first box of a name is the post.

    `sign` must stand on the page as well, where the names of `body` alone are too common.
    """

    name: str
    body: tuple[str, ...] = ()
    sign: str = ""
    drop: frozenset[str] = frozenset()
    author: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


PLATFORMS = (
    Platform(
        name="tistory",
        body=("tt_article_useless_p_margin", "contents_style"),
        drop=words("container_postbtn another_category revenue_unit_wrap tt-plugin btn-toggle-moreless moreless_fold"),
    ),
    Platform(
        name="naver",
        body=("se-main-container", "__se_component_area", "postViewArea"),
        drop=words(
            "se-oglink se-placesMap se-sticker se-file se-video se-audio se_video se_oglink se_map "
            "se_sticker __se_oglink __se_map og"
        ),
        author=("nick", "blog_author"),
        date=("se_publishDate", "_postAddDate", "blog_date"),
        tags=("post-tag", "post_tag", "wrap_tag"),
    ),
    Platform(name="velog", body=("atom-one",)),
    Platform(
        name="brunch",
        body=("wrap_body",),
        sign="wrap_item",
        drop=words("item_type_opengraph"),
        author=("text_author",),
        tags=("list_keyword",),
    ),
    Platform(name="medium", sign="pw-post-title", drop=words("speechify-ignore")),
    Platform(
        name="wordpress",
        drop=words("sharedaddy jp-relatedposts yarpp yarpp-related ez-toc-v2 lwptoc wp-embedded-content"),
    ),
    Platform(
        name="ghost",
        body=("gh-content",),
        drop=words("kg-bookmark-card kg-signup-card kg-cta-card kg-product-card"),
    ),
    Platform(name="gnuboard", body=("bo_v_con",), author=("sv_member", "sv_guest"), date=("if_date",)),
    Platform(name="xpress engine", body=("xe_content", "rhymix_content"), sign="rd_body"),
)
NAMES = frozenset(
    name
    for platform in PLATFORMS
    for name in (*platform.body, platform.sign, *platform.drop, *platform.author, *platform.date, *platform.tags)
)


class Marks:
    """The elements of a page that bear a name of the table, in document order."""

    def __init__(self, root: etree._Element) -> None:
        self._found: dict[str, list[etree._Element]] = {}
        for element in root.iter("*"):
            names, name = element.get("class"), element.get("id")
            if names:
                for part in NAMES.intersection(names.split()):
                    self._found.setdefault(part, []).append(element)
            if name in NAMES:
                self._found.setdefault(name, []).append(element)
        self.platforms = [platform for platform in PLATFORMS if self._shows(platform)]

    def _shows(self, platform: Platform) -> bool:
        if platform.sign and platform.sign not in self._found:
            return False
        return any(name in self._found for name in (*platform.body, platform.sign, *platform.drop))

    def body(self) -> etree._Element | None:
        """The box that a platform fills with the post; comments that use the same name stand below it."""
        for platform in self.platforms:
            for name in platform.body:
                for element in self._found.get(name, []):
                    if any(not part.isspace() for part in element.itertext()):
                        return element
        return None

    def dropped(self) -> list[etree._Element]:
        return [e for platform in self.platforms for name in platform.drop for e in self._found.get(name, [])]

    def of(self, field: str) -> list[etree._Element]:
        """The boxes of `author`, `date` or `tags`."""
        return [
            e for platform in self.platforms for name in getattr(platform, field) for e in self._found.get(name, [])
        ]
