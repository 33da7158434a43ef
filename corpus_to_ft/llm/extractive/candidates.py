"""The words of a text, and the stretches of them that could be keywords.

A word is a noun or a word in Latin letters as it stands in the prose; a candidate is up to `MOST_WORDS` of them
side by side.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from corpus_to_ft.analyzers.base import Analysis, Token
from corpus_to_ft.llm.extractive.generic_words import EMPTY_ENGLISH, is_empty
from corpus_to_ft.records import Block, Span

# A word in Latin letters with what holds product names together: Node.js, C++, wai-aria, I/O, i18n.
LATIN = re.compile(
    r"(?<![A-Za-z0-9\\@/._-])[A-Za-z][A-Za-z0-9]*(?:[.\-_/&'][A-Za-z0-9]+)*(?:\+{1,2}|#)?(?![A-Za-z0-9])"
)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.]+|(?<![\w/])/[\w./-]{2,}")
NOUN_TAGS = ("NNG", "NNP", "XR", "SH", "NF")
VERBAL_TAGS = ("XSV", "XSA")
TELLING_TAGS = frozenset("NXS")  # what the tags of nouns and affixes begin with
# Suffixes that make another noun (국제화, 안정성); not 적, which makes a modifier, nor 들 and 님.
SUFFIXES = frozenset("화성률율량력론학술자기법권형층망처부장별도감비료점")
PREFIXES = frozenset("비재초다반역무불총최신준탈미")
MOST_WORDS = 4


@dataclass(slots=True)
class Word:
    """A noun or a word in Latin letters.

    `glued` says that it follows the one before with no space, `verbal` that 하다 or 되다 follows: an act, not a thing;
    `empty` that it says nothing by itself.
    """

    key: str
    start: int
    end: int
    latin: bool
    glued: bool = False
    verbal: bool = False
    empty: bool = field(init=False)

    def __post_init__(self) -> None:
        self.empty = is_empty(self.key, self.latin)


@dataclass(slots=True)
class Candidate:
    """All mentions of one key: letters and digits only, lower case."""

    words: tuple[str, ...]
    latin: bool
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    verbal: int = 0
    nested: int = 0
    partner: str = ""
    in_code: int = 0

    @property
    def count(self) -> int:
        return len(self.starts)

    def form(self, text: str) -> str:
        """As most mentions are written."""
        if len(self.starts) == 1:
            return text[self.starts[0] : self.ends[0]]
        forms = Counter(text[start:end] for start, end in zip(self.starts, self.ends, strict=True))
        return forms.most_common(1)[0][0]


def normalized(text: str) -> str:
    """Lower case; letters, digits, Hangul, `+` and `#` only."""
    lower = text.lower()
    return lower if lower.isalnum() else "".join(c for c in lower if c.isalnum() or c in "+#")


def runs_of(analysis: Analysis, blocks: Sequence[Block]) -> Iterator[list[Word]]:
    """Words that follow each other with at most one space between, inside one block."""
    text = analysis.text
    starts = [token.start for token in analysis.tokens]
    prose = [Span(start=block.start, end=block.end) for block in blocks if block.kind != "code"]
    for span in prose if blocks else [Span(start=0, end=len(text))]:
        tokens = analysis.tokens[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        run: list[Word] = []
        for word in _words(text, tokens, span):
            if run:
                end = run[-1].end
                gap = word.start - end
                if gap > 1 or (gap == 1 and text[end] != " "):
                    yield run
                    run = []
                else:
                    word.glued = gap <= 0
            run.append(word)
        if run:
            yield run


def _words(text: str, tokens: Sequence[Token], span: Span) -> list[Word]:
    latin = _latin_words(text, span)
    taken = {position for word in latin for position in range(word.start, word.end)}
    words: list[Word] = []
    waiting: Token | None = None
    for token in tokens:
        _, tag, start, end = token
        if tag[:1] not in TELLING_TAGS or start in taken or end > span.end or end == start:
            waiting = None
        elif tag == "XPN" and token.form in PREFIXES:
            waiting = token
        elif tag.startswith(NOUN_TAGS):
            if waiting and waiting.end == start:
                start = waiting.start
            surface = text[start:end]
            if surface.isalnum() and not surface.isascii():
                # Kiwi takes 컨슈머를 at the head of a text for a name; hardly any noun ends in 를.
                if len(surface) > 2 and surface[-1] == "를":
                    end, surface = end - 1, surface[:-1]
                words.append(Word(surface.lower(), start, end, latin=False))
            waiting = None
        elif tag == "XSN" and words and start == words[-1].end and token.form in SUFFIXES:
            last = words.pop()
            words.append(Word(text[last.start : end], last.start, end, latin=False))
        else:
            if words and start == words[-1].end and tag.startswith(VERBAL_TAGS):
                words[-1].verbal = True
            waiting = None
    return sorted([*latin, *words], key=attrgetter("start"))


def _latin_words(text: str, span: Span) -> list[Word]:
    within = span.of(text)
    # Each kind of address holds one of these; looking for addresses takes long.
    holds_address = "/" in within or "@" in within or "www." in within
    addresses = [match.span() for match in ADDRESS.finditer(within)] if holds_address else []
    return [
        Word(normalized(match.group()), span.start + match.start(), span.start + match.end(), latin=True)
        for match in LATIN.finditer(within)
        if not addresses or not any(start <= match.start() < end for start, end in addresses)
    ]


def find_candidates(runs: Iterable[Sequence[Word]]) -> dict[str, Candidate]:
    """Every stretch of up to `MOST_WORDS` words that begins and ends with a word of its own, by its key."""
    found: dict[str, Candidate] = {}
    for run in runs:
        keys = tuple([word.key for word in run])
        for first, word in enumerate(run):
            if len(word.key) > 1 and not word.empty:
                candidate = found.get(word.key)
                if candidate is None:
                    candidate = found[word.key] = Candidate((word.key,), latin=word.latin)
                candidate.starts.append(word.start)
                candidate.ends.append(word.end)
                candidate.verbal += word.verbal
            if first + 1 < len(run):
                for last in _lasts(run, first):
                    _mention(found, keys[first : last + 1], run, first, last)
    return found


def _mention(found: dict[str, Candidate], keys: tuple[str, ...], run: Sequence[Word], first: int, last: int) -> None:
    key = "".join(keys)
    candidate = found.get(key)
    if candidate is None:
        candidate = found[key] = Candidate(keys, latin=all(word.latin for word in run[first : last + 1]))
    candidate.starts.append(run[first].start)
    candidate.ends.append(run[last].end)
    candidate.verbal += run[last].verbal


def _lasts(run: Sequence[Word], first: int) -> Iterator[int]:
    """The last words of the candidates of several words that begin with the word at `first`."""
    word = run[first]
    if word.key in EMPTY_ENGLISH or _is_cut(run, first):
        return
    # An empty word may begin or end a compound that is written as one word (사용자, 기본값), not a phrase.
    if word.empty and not run[first + 1].glued:
        return
    # A lone syllable beside a word is a particle or a counter.
    lone = len(word.key) == 1 and not word.latin
    for last in range(first + 1, min(first + MOST_WORDS, len(run))):
        word = run[last]
        if word.key in EMPTY_ENGLISH:
            return
        alone = lone or word.empty or (len(word.key) == 1 and not word.latin)
        if (word.glued or not alone) and not _is_cut(run, last + 1):
            yield last


def _is_cut(run: Sequence[Word], border: int) -> bool:
    """One syllable glued to more of the same word is a piece of it: never cut there."""
    if border == len(run) or not run[border].glued:
        return False
    return len(run[border].key) == 1 or len(run[border - 1].key) == 1
