"""Whether a summary speaks of what its source speaks of, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_to_ft.analyzers.base import Analysis
from corpus_to_ft.faithful import content_words, unseen_words

# Of summaries reworded by rule 0.2 % have a sentence below, of those of other documents 99.6 %, of other passages 92 %.
SUMMARY_PRECISION = 0.6
# English says the same in other words more readily: an honest sentence has half of its stems, a foreign one a third.
ENGLISH_ALLOWANCE = 2 / 3
# A sentence with fewer content words falls only where the source has none of them.
FEWEST_WORDS = 5
STEM_LETTERS = 4

_HANGUL = re.compile("[가-힣]")
_WORD = re.compile("[a-z]{3,}")
# In any English text, whatever it is about.
_LIGHT = frozenset(re.findall(r"\w+", """
    the and but not are was were been being has have had its their they these those this that our you your his she her
    what which how why who when does did because about there could would should will than for from into onto out over
    with without after before between while all any each both more most much many some other such only own same too
    very can may might must also often just even still then here where them use used using uses make makes made
    get got take takes come comes one two first now per
"""))  # fmt: skip


def words_from_nowhere(summary: Analysis, source: Analysis, also: str, precision: float) -> list[str]:
    """The strange words of the first sentence with less than `precision` of its content words in the source.

    Empty for a summary that has no such sentence. Words of `also` (title, headings) are no strange ones.
    """
    if not _HANGUL.search(summary.text):
        known = set(_stems(source.text)) | set(_stems(also))
        words = [(word, word[:STEM_LETTERS] not in known) for word in _english(summary.text)]
        return _strange(words, precision * ENGLISH_ALLOWANCE)
    above = "".join(also.split()).casefold()
    unseen = {word for word in unseen_words(summary, source) if word not in above}
    if not unseen:
        return []
    parts = [summary, *(summary.cut(span.start, span.end) for span in summary.sentences)]
    found = (_strange([(word, word in unseen) for word in content_words(part)], precision) for part in parts)
    return next(filter(None, found), [])


def _strange(words: list[tuple[str, bool]], precision: float) -> list[str]:
    strange = [word for word, unseen in words if unseen]
    known = len(words) - len(strange)
    if known >= precision * len(words) or (known and len(words) < FEWEST_WORDS):
        return []
    return list(dict.fromkeys(strange))


def _english(text: str) -> Iterator[str]:
    return (word for word in _WORD.findall(text.casefold()) if word not in _LIGHT)


def _stems(text: str) -> Iterator[str]:
    return (word[:STEM_LETTERS] for word in _english(text))
