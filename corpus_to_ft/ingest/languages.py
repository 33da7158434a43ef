"""The language of a text: by its script where that decides, else by a detector."""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SCRIPTS = {
    "ko": re.compile("[가-힣ㄱ-ㆎ]"),
    "ja": re.compile("[\u3041-\u30ff]"),
    "han": re.compile("[\u4e00-\u9fff]"),
    "en": re.compile("[A-Za-z]"),
}
LETTER = re.compile(r"[^\W\d_]")
MIN_HANGUL_SHARE = 0.05  # of all letters: articles full of code have more, English ones that name a Korean less
# What the detector needs to be right; below that, Latin letters count as English.
MIN_LETTERS, MIN_CONFIDENCE = 40, 0.9
MAX_CHARS = 5_000


def language_of(text: str) -> str:
    """ISO 639-1 code, `und` where nothing decides; Korean with Hanja is Korean."""
    counts = {name: len(pattern.findall(text)) for name, pattern in SCRIPTS.items()}
    east_asian = sum(counts.values())
    if counts["ko"] and counts["ko"] >= east_asian * MIN_HANGUL_SHARE and counts["ko"] > counts["ja"]:
        return "ko"
    if (counts["ja"] + counts["han"]) > east_asian * 0.3:
        return "ja" if counts["ja"] > counts["han"] * 0.1 else "zh"
    letters = len(LETTER.findall(text[:MAX_CHARS]))
    by_script = "en" if len(SCRIPTS["en"].findall(text[:MAX_CHARS])) > letters * 0.5 else "und"
    if letters < MIN_LETTERS:
        return by_script
    code, confidence = _detector().classify(text[:MAX_CHARS])
    return str(code) if confidence >= MIN_CONFIDENCE else by_script


@cache
def _detector() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
