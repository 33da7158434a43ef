"""The language of a text by the script it is written in."""

from __future__ import annotations

import re

SCRIPTS = {
    "ko": re.compile("[가-힣ㄱ-ㆎ]"),
    "ja": re.compile("[\u3041-\u30ff]"),
    "han": re.compile("[\u4e00-\u9fff]"),
    "en": re.compile("[A-Za-z]"),
}
MIN_HANGUL_SHARE = 0.05  # of all letters: articles full of code have more, English ones that name a Korean less


def language_of(text: str) -> str:
    """`ko`, `ja`, `zh`, `en` or `und`, by script alone; Korean with Hanja is Korean."""
    counts = {name: len(pattern.findall(text)) for name, pattern in SCRIPTS.items()}
    letters = sum(counts.values())
    if not letters:
        return "und"
    if counts["ko"] >= letters * MIN_HANGUL_SHARE and counts["ko"] > counts["ja"]:
        return "ko"
    asian = {"ja": counts["ja"] + counts["han"], "zh": counts["han"]}
    if asian["ja"] > letters * 0.3:
        return "ja" if counts["ja"] > counts["han"] * 0.1 else "zh"
    return "en" if counts["en"] > letters * 0.5 else "und"
