"""Pages as real platforms lay them out, filled with posts of our own, for tests and for benchmarks/extraction.py."""

from __future__ import annotations

from layouts.boards import BOARD_PAGES
from layouts.generators import GENERATOR_PAGES
from layouts.nameless import NAMELESS_PAGES
from layouts.naver import NAVER_PAGES
from layouts.posts import MadePage
from layouts.publishing import PUBLISHING_PAGES
from layouts.tistory import TISTORY_PAGES
from layouts.writing import WRITING_PAGES

PAGES: dict[str, MadePage] = {
    page.name: page
    for pages in (
        TISTORY_PAGES,
        NAVER_PAGES,
        WRITING_PAGES,
        PUBLISHING_PAGES,
        GENERATOR_PAGES,
        BOARD_PAGES,
        NAMELESS_PAGES,
    )
    for page in pages
}
