"""Keywords of one text, ranked from that text alone.

Candidates are nouns, compounds and words in Latin letters as they stand in the prose. A candidate's score is
how often it is said, times where it is said (title, headings, early), times how evenly it is spread over
the text (the position and spread features are those of YAKE, Campos et al. 2018; nested phrases are weighed as
in C-value, Frantzi et al. 2000), against a background of ordinary words. No other document is looked at.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop
from operator import attrgetter

from corpus_to_ft.analyzers.base import Analysis, Token
from corpus_to_ft.llm.extractive.generic_words import EMPTY_ENGLISH, ORDINARY_WORDS, is_empty
from corpus_to_ft.records import Block, Span

# A word in Latin letters with what holds product names together: Node.js, C++, wai-aria, I/O, i18n.
LATIN = re.compile(
    r"(?<![A-Za-z0-9\\@/._-])[A-Za-z][A-Za-z0-9]*(?:[.\-_/&'][A-Za-z0-9]+)*(?:\+{1,2}|#)?(?![A-Za-z0-9])"
)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.]+|(?<![\w/])/[\w./-]{2,}")
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*")
NOUN_TAGS = ("NNG", "NNP", "XR", "SH", "NF")
VERBAL_TAGS = ("XSV", "XSA")
TELLING_TAGS = frozenset("NXS")  # what the tags of nouns and affixes begin with
# Suffixes that make another noun (국제화, 안정성); not 적, which makes a modifier, nor 들 and 님.
SUFFIXES = frozenset("화성률율량력론학술자기법권형층망처부장별도감비료점")
PREFIXES = frozenset("비재초다반역무불총최신준탈미")
SURNAMES = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현"
# Somebody who says who they are, near the beginning of an article, or is addressed by name.
INTRODUCTION = re.compile(
    rf"(?<![가-힣])([{SURNAMES}][가-힣]{{2}})\s?(?:입니다|이라고 (?:합니다|해요)|라고 (?:합니다|해요)|이에요|예요|올림)"
)
ADDRESSED = re.compile(rf"(?<![가-힣])([{SURNAMES}][가-힣]{{2}})\s?님(?![가-힣]{{2}})")
INTRODUCTION_WITHIN = 600  # characters
MOST_WORDS = 4

# Weights, chosen on two blogs by one signal at a time; each moves recall by a few hundredths at most.
TITLE, HEADING, EARLY, SPREAD = 1.5, 0.5, 0.5, 0.5
EARLY_DECAY = 3.0
BINS = 10
CODE = 0.3
NESTED, VERBAL = 0.7, 0.6
GLOSS = 0.8
# A part nearly always said inside one longer phrase is no keyword beside it, unless the title names it alone.
SWALLOWED = 0.75
ORDINARY = 0.35
LATIN_BONUS, ACRONYM_BONUS, CODE_LIKE_SHARE = 1.7, 1.15, 0.5
COMPOUND, COHESION, SAID_ONCE = 0.5, 0.6, 0.8
# What of a part's mentions must stand outside the better phrase; what of a better part's mentions a phrase must have.
LEFT_OVER, PHRASE_SHARE = 0.5, 0.2
CODE_LIKE = re.compile(r"_|^[a-z]+[A-Z]|^[a-z]\.|\.(?!js$|io$|net$|ai$|[0-9])[a-z]")
GLOSS_AFTER = re.compile(r"\(([A-Za-z가-힣][\w .\-]{1,40})[,)]")
GLOSS_BEFORE = re.compile(r"[A-Za-z가-힣][\w ]{0,30} ?\Z")
GLOSS_REACH = 32  # characters, the most that GLOSS_BEFORE takes
ACRONYM = re.compile(r"[A-Z][A-Za-z0-9]?[A-Z][A-Za-z0-9]{0,3}|[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Keyword:
    """`text` as it stands in the source."""

    text: str
    score: float


@dataclass(slots=True)
class _Word:
    """A noun or a word in Latin letters.

    `glued` says that it follows the one before with no space, `verbal` that 하다 or 되다 follows: an act, not a thing.
    """

    key: str
    start: int
    end: int
    latin: bool
    glued: bool = False
    verbal: bool = False


@dataclass(slots=True)
class _Candidate:
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


IS_LATIN = attrgetter("latin")


def normalized(text: str) -> str:
    """Lower case; letters, digits, Hangul, `+` and `#` only."""
    lower = text.lower()
    return lower if lower.isalnum() else "".join(c for c in lower if c.isalnum() or c in "+#")


def rank_keywords(
    analysis: Analysis,
    *,
    title: str,
    headings: Sequence[str],
    blocks: Sequence[Block],
    top: int,
    exclude: Collection[str] = (),
) -> list[Keyword]:
    """The best `top` keywords, best first. All of them stand in the prose of `analysis.text`; code gives none.

    `exclude` are names (the author's) that, whole or in part, are no keywords.
    """
    candidates = _candidates(_runs(analysis, blocks))
    names = _names(analysis.text, exclude)
    if names:
        candidates = {key: found for key, found in candidates.items() if not _is_name(key, found, names, analysis.text)}
    _count_code(candidates, analysis.text, blocks)
    _find_nested(candidates)
    _pair_glosses(candidates, analysis.text)
    scored = _scores(candidates, analysis.text, title, headings)
    return _chosen(candidates, scored, analysis.text, top)


def _runs(analysis: Analysis, blocks: Sequence[Block]) -> Iterator[list[_Word]]:
    """Words that follow each other with at most one space between, inside one block."""
    text = analysis.text
    starts = [token.start for token in analysis.tokens]
    prose = [Span(start=block.start, end=block.end) for block in blocks if block.kind != "code"]
    for span in prose if blocks else [Span(start=0, end=len(text))]:
        tokens = analysis.tokens[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        run: list[_Word] = []
        for word in _words(text, tokens, span):
            if run:
                gap = word.start - run[-1].end
                if gap > 1 or (gap == 1 and text[run[-1].end] != " "):
                    yield run
                    run = []
                else:
                    word.glued = gap <= 0
            run.append(word)
        if run:
            yield run


def _words(text: str, tokens: Sequence[Token], span: Span) -> list[_Word]:
    latin = _latin_words(text, span)
    taken = {position for word in latin for position in range(word.start, word.end)}
    words: list[_Word] = []
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
                words.append(_Word(surface.lower(), start, end, latin=False))
            waiting = None
        elif tag == "XSN" and words and start == words[-1].end and token.form in SUFFIXES:
            last = words.pop()
            words.append(_Word(text[last.start : end], last.start, end, latin=False))
        else:
            if words and start == words[-1].end and tag.startswith(VERBAL_TAGS):
                words[-1].verbal = True
            waiting = None
    return sorted([*latin, *words], key=attrgetter("start"))


def _latin_words(text: str, span: Span) -> list[_Word]:
    within = span.of(text)
    # Each kind of address holds one of these; looking for addresses takes long.
    holds_address = "/" in within or "@" in within or "www." in within
    addresses = [match.span() for match in ADDRESS.finditer(within)] if holds_address else []
    return [
        _Word(normalized(match.group()), span.start + match.start(), span.start + match.end(), latin=True)
        for match in LATIN.finditer(within)
        if not addresses or not any(start <= match.start() < end for start, end in addresses)
    ]


def _candidates(runs: Iterable[Sequence[_Word]]) -> dict[str, _Candidate]:
    """Every stretch of up to `MOST_WORDS` words that begins and ends with a word of its own."""
    found: dict[str, _Candidate] = {}
    for run in runs:
        for first in range(len(run)):
            for last in _lasts(run, first):
                words = run[first : last + 1]
                keys = tuple([word.key for word in words])
                key = "".join(keys)
                candidate = found.get(key)
                if candidate is None:
                    candidate = found[key] = _Candidate(keys, latin=all(map(IS_LATIN, words)))
                candidate.starts.append(words[0].start)
                candidate.ends.append(words[-1].end)
                candidate.verbal += words[-1].verbal
    return found


def _lasts(run: Sequence[_Word], first: int) -> Iterator[int]:
    """The last words of the candidates that begin with the word at `first`."""
    word = run[first]
    empty, lone = is_empty(word.key, word.latin), len(word.key) == 1 and not word.latin
    if len(word.key) > 1 and not empty:
        yield first
    if first + 1 == len(run) or word.key in EMPTY_ENGLISH or _is_cut(run, first):
        return
    # An empty word may begin or end a compound that is written as one word (사용자, 기본값), not a phrase.
    if empty and not run[first + 1].glued:
        return
    for last in range(first + 1, min(first + MOST_WORDS, len(run))):
        word = run[last]
        if word.key in EMPTY_ENGLISH:
            return
        # A lone syllable beside a word is a particle or a counter.
        alone = lone or (len(word.key) == 1 and not word.latin) or is_empty(word.key, word.latin)
        if (word.glued or not alone) and not _is_cut(run, last + 1):
            yield last


def _is_cut(run: Sequence[_Word], border: int) -> bool:
    """One syllable glued to more of the same word is a piece of it: never cut there."""
    if border == len(run) or not run[border].glued:
        return False
    return len(run[border].key) == 1 or len(run[border - 1].key) == 1


def _names(text: str, exclude: Collection[str]) -> set[str]:
    """Keys of people's names: those given, their parts, and whoever introduces himself or is addressed."""
    names = {normalized(name) for name in exclude}
    names |= {normalized(part) for name in exclude for part in name.split() if len(part) > 1}
    beginning = text[:INTRODUCTION_WITHIN]
    seen = INTRODUCTION.findall(beginning) + ADDRESSED.findall(text)
    # A word said again and again is what the article is about, whoever's surname it begins with.
    return names | {name for name in seen if text.count(name) <= max(3, seen.count(name) + 1)}


def _is_name(key: str, candidate: _Candidate, names: set[str], text: str) -> bool:
    """A name, a phrase with one, or a piece cut from one (김성 of 김성철) that stands nowhere else."""
    if key in names or not names.isdisjoint(candidate.words):
        return True
    if candidate.latin:
        return False
    return any(name in key or (key in name and candidate.count <= text.count(name)) for name in names)


def _pair_glosses(candidates: Mapping[str, _Candidate], text: str) -> None:
    """`코틀린(Kotlin)`: each of the two is as important as the other."""
    for match in GLOSS_AFTER.finditer(text):
        before = GLOSS_BEFORE.search(text[max(0, match.start() - GLOSS_REACH) : match.start()])
        if before is None:
            continue
        inner = normalized(match.group(1))
        words = before.group().split()
        outer = next((key for n in range(len(words)) if (key := normalized("".join(words[n:]))) in candidates), "")
        if outer and inner in candidates and inner != outer:
            candidates[inner].partner = outer
            candidates[outer].partner = inner


def _count_code(candidates: Mapping[str, _Candidate], text: str, blocks: Sequence[Block]) -> None:
    for block in blocks:
        if block.kind == "code":
            for word in IDENTIFIER.findall(block.of(text)):
                if word.lower() in candidates:
                    candidates[word.lower()].in_code += 1


def _parts(words: Sequence[str]) -> Iterator[str]:
    """Keys of the proper contiguous parts of a phrase."""
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            if last - first < len(words):
                yield "".join(words[first:last])


def _find_nested(candidates: Mapping[str, _Candidate]) -> None:
    """How often a candidate is said only as a part of one longer phrase that recurs."""
    for candidate in candidates.values():
        if len(candidate.words) == 1 or candidate.count < 2:
            continue
        for part in set(_parts(candidate.words)):
            if part in candidates:
                candidates[part].nested = max(candidates[part].nested, min(candidate.count, candidates[part].count))


def _scores(candidates: Mapping[str, _Candidate], text: str, title: str, headings: Sequence[str]) -> dict[str, float]:
    length = max(1, len(text))
    titled, headed = _Titles([title]), _Titles(headings)
    scores = {}
    for key, candidate in candidates.items():
        count = len(candidate.starts)
        in_title: float = titled.hold(key, candidate)
        if candidate.nested >= SWALLOWED * count and not in_title:
            continue
        in_heading: float = headed.hold(key, candidate)
        if candidate.partner in candidates:
            partner = candidates[candidate.partner]
            in_title = max(in_title, GLOSS * titled.hold(candidate.partner, partner))
            in_heading = max(in_heading, GLOSS * headed.hold(candidate.partner, partner))
        bins = len({start * BINS // length for start in candidate.starts}) if count > 1 else 1
        early = math.exp(-EARLY_DECAY * candidate.starts[0] / length)
        own = max(count - NESTED * candidate.nested - VERBAL * candidate.verbal, 0.1 * count)
        said = math.log2(1 + own + CODE * min(candidate.in_code, count))
        place = 1 + TITLE * in_title + HEADING * in_heading + EARLY * early
        scores[key] = said * place * (1 + SPREAD * (bins / BINS)) * _specific(candidate, candidates, text)
    return scores


class _Titles:
    """Which candidates stand in titles: a word in Latin letters as a whole word, Korean anywhere."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._joined = "\n".join(normalized(title) for title in titles)
        self._latin: set[str] = set()
        for title in titles:
            words = [normalized(word.group()) for word in LATIN.finditer(title)]
            for first in range(len(words)):
                ends = range(first + 1, min(first + MOST_WORDS, len(words)) + 1)
                self._latin.update("".join(words[first:end]) for end in ends)

    def hold(self, key: str, candidate: _Candidate) -> bool:
        return key in self._latin if candidate.latin else key in self._joined


def _specific(candidate: _Candidate, candidates: Mapping[str, _Candidate], text: str) -> float:
    """How far from ordinary: a product name more than a plain noun, a phrase as far as its words keep together."""
    shares = [ORDINARY if word in ORDINARY_WORDS else 1.0 for word in candidate.words]
    value = sum(shares) / len(shares)
    if candidate.latin:
        value *= LATIN_BONUS
        form = candidate.form(text)
        if CODE_LIKE.search(form):
            value *= CODE_LIKE_SHARE
        elif ACRONYM.fullmatch(form):
            value *= ACRONYM_BONUS
    if len(candidate.words) > 1:
        count = candidate.count
        rarest = min([candidates[word].count if word in candidates else count for word in candidate.words])
        value *= COMPOUND + COHESION * min(1.0, count / rarest)
        if count == 1:
            value *= SAID_ONCE
    return value


def _chosen(candidates: Mapping[str, _Candidate], scores: Mapping[str, float], text: str, top: int) -> list[Keyword]:
    """Best first; a phrase and a part of it only where each is said on its own."""
    best_first = [(-score, candidates[key].starts[0], key) for key, score in scores.items()]
    heapify(best_first)
    chosen: list[str] = []
    while best_first and len(chosen) < top:
        key = heappop(best_first)[2]
        akin = [other for other in chosen if other in key or key in other]
        if all(_independent(candidates[key], candidates[other]) for other in akin):
            chosen.append(key)
    return [Keyword(candidates[key].form(text), round(scores[key], 4)) for key in chosen]


def _independent(candidate: _Candidate, better: _Candidate) -> bool:
    own, other = "".join(candidate.words), "".join(better.words)
    if (candidate.latin and better.latin and own in (other + "s", other + "es")) or other in (own + "s", own + "es"):
        return False
    if own in _parts(better.words):
        return candidate.count - better.count >= LEFT_OVER * candidate.count
    if other in _parts(candidate.words):
        return candidate.count >= PHRASE_SHARE * better.count and candidate.count > 1
    return True
