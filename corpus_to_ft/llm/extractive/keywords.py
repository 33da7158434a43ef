"""Keywords of one text, ranked from that text alone.

Candidates are nouns, compounds and words in Latin letters as they stand in the prose. A candidate's score is
how often it is said, times where it is said (title, headings, early), times how evenly it is spread over
the text (the position and spread features are those of YAKE, Campos et al. 2018; nested phrases are weighed as
in C-value, Frantzi et al. 2000), against a background of ordinary words. No other document is looked at.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus_to_ft.analyzers.base import Analysis, Token
from corpus_to_ft.llm.extractive.generic_words import EMPTY_ENGLISH, EMPTY_KOREAN, ORDINARY_ENGLISH, ORDINARY_KOREAN
from corpus_to_ft.records import Block, Span

# A word in Latin letters with what holds product names together: Node.js, C++, wai-aria, I/O, i18n.
LATIN = re.compile(
    r"(?<![A-Za-z0-9\\@/._-])[A-Za-z][A-Za-z0-9]*(?:[.\-_/&'][A-Za-z0-9]+)*(?:\+{1,2}|#)?(?![A-Za-z0-9])"
)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.]+|(?<![\w/])/[\w./-]{2,}")
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*")
NOUN_TAGS = ("NNG", "NNP", "XR", "SH", "NF")
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
GLOSS_PAIR = re.compile(r"([A-Za-z가-힣][\w ]{0,30}) ?\(([A-Za-z가-힣][\w .\-]{1,40})[,)]")
ACRONYM = re.compile(r"[A-Z][A-Za-z0-9]?[A-Z][A-Za-z0-9]{0,3}|[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Keyword:
    """`text` as it stands in the source."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
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
    forms: Counter[str] = field(default_factory=Counter)
    starts: list[int] = field(default_factory=list)
    verbal: int = 0
    nested: int = 0
    partner: str = ""
    in_code: int = 0

    @property
    def count(self) -> int:
        return len(self.starts)


def normalized(text: str) -> str:
    """Lower case; letters, digits, Hangul, `+` and `#` only."""
    return "".join(c for c in text.lower() if c.isalnum() or c in "+#")


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
    runs = list(_runs(analysis, blocks))
    candidates = _candidates(analysis.text, runs)
    names = _names(analysis.text, exclude)
    candidates = {key: found for key, found in candidates.items() if not _is_name(key, found, names, analysis.text)}
    _count_code(candidates, analysis.text, blocks)
    _find_nested(candidates)
    _pair_glosses(candidates, analysis.text)
    scored = _scores(candidates, analysis, title, headings)
    return _chosen(candidates, scored, top)


def _prose(text: str, blocks: Sequence[Block]) -> Iterator[Span]:
    if not blocks:
        yield Span(start=0, end=len(text))
    for block in blocks:
        if block.kind != "code":
            yield Span(start=block.start, end=block.end)


def _runs(analysis: Analysis, blocks: Sequence[Block]) -> Iterator[list[_Word]]:
    """Words that follow each other with at most one space between, inside one block."""
    for span in _prose(analysis.text, blocks):
        run: list[_Word] = []
        for word in _words(analysis, span):
            gap = analysis.text[run[-1].end : word.start] if run else ""
            if run and gap not in ("", " "):
                yield run
                run = []
            run.append(replace(word, glued=bool(run) and not gap))
        if run:
            yield run


def _words(analysis: Analysis, span: Span) -> list[_Word]:
    text = span.of(analysis.text)
    addresses = [match.span() for match in ADDRESS.finditer(text)]
    latin = [
        _Word(normalized(match.group()), span.start + match.start(), span.start + match.end(), latin=True)
        for match in LATIN.finditer(text)
        if not any(start <= match.start() < end for start, end in addresses)
    ]
    taken = {position for word in latin for position in range(word.start, word.end)}
    words, waiting = [], None
    for token in analysis.within(span.start, span.end):
        if token.start in taken or token.end > span.end or token.end == token.start:
            waiting = None
        elif token.tag == "XPN" and token.form in PREFIXES:
            waiting = token
        elif token.tag.startswith(NOUN_TAGS):
            start = waiting.start if waiting and waiting.end == token.start else token.start
            surface = analysis.text[start : token.end]
            if surface.isalnum() and not surface.isascii():
                # Kiwi takes 컨슈머를 at the head of a text for a name; hardly any noun ends in 를.
                end = token.end - 1 if len(surface) > 2 and surface[-1] == "를" else token.end
                words.append(_Word(analysis.text[start:end].lower(), start, end, latin=False))
            waiting = None
        elif words and _extends(words[-1], token):
            last = words.pop()
            words.append(_Word(analysis.text[last.start : token.end], last.start, token.end, latin=False))
        else:
            if words and token.tag.startswith(("XSV", "XSA")) and token.start == words[-1].end:
                words[-1] = replace(words[-1], verbal=True)
            waiting = None
    return sorted([*latin, *words], key=lambda word: word.start)


def _extends(word: _Word, token: Token) -> bool:
    return token.tag == "XSN" and token.form in SUFFIXES and token.start == word.end


def _candidates(text: str, runs: Sequence[Sequence[_Word]]) -> dict[str, _Candidate]:
    """Every stretch of up to `MOST_WORDS` words that begins and ends with a word of its own."""
    found: dict[str, _Candidate] = {}
    for run in runs:
        for first in range(len(run)):
            for last in range(first, min(first + MOST_WORDS, len(run))):
                words = run[first : last + 1]
                if not _may_stand(words, run, first, last):
                    continue
                key = "".join(word.key for word in words)
                latin = all(word.latin for word in words)
                candidate = found.setdefault(key, _Candidate(tuple(word.key for word in words), latin))
                candidate.forms[text[words[0].start : words[-1].end]] += 1
                candidate.starts.append(words[0].start)
                candidate.verbal += words[-1].verbal
    return found


def _may_stand(words: Sequence[_Word], run: Sequence[_Word], first: int, last: int) -> bool:
    if len(words) == 1:
        return len(words[0].key) > 1 and not _empty(words[0])
    if any(len(word.key) == 1 and not word.latin for word in (words[0], words[-1])) and not words[-1].glued:
        return False  # a lone syllable beside a word is a particle or a counter
    # An empty word may begin or end a compound that is written as one word (사용자, 기본값), not a phrase.
    if (_empty(words[0]) and not words[1].glued) or (_empty(words[-1]) and not words[-1].glued):
        return False
    if any(word.key in EMPTY_ENGLISH for word in words):
        return False
    # One syllable glued to more of the same word is a piece of it: never cut there.
    cut_before = run[first].glued and (len(run[first].key) == 1 or len(run[first - 1].key) == 1)
    cut_after = last + 1 < len(run) and run[last + 1].glued and (len(run[last + 1].key) == 1 or len(run[last].key) == 1)
    return not cut_before and not cut_after


def _empty(word: _Word) -> bool:
    if word.latin:
        return word.key in EMPTY_ENGLISH or (len(word.key) < 2 and word.key not in ("c", "r"))
    return word.key in EMPTY_KOREAN


def _names(text: str, exclude: Collection[str]) -> set[str]:
    """Keys of people's names: those given, their parts, and whoever introduces himself or is addressed."""
    names = {normalized(name) for name in exclude}
    names |= {normalized(part) for name in exclude for part in name.split() if len(part) > 1}
    beginning = text[:INTRODUCTION_WITHIN]
    seen = INTRODUCTION.findall(beginning) + ADDRESSED.findall(text)
    # A word said again and again is what the article is about, whoever's surname it begins with.
    return names | {name for name in seen if text.count(name) <= max(3, seen.count(name) + 1)}


def _is_name(key: str, candidate: _Candidate, names: Collection[str], text: str) -> bool:
    """A name, a phrase with one, or a piece cut from one (김성 of 김성철) that stands nowhere else."""
    if any(word in names for word in (key, *candidate.words)):
        return True
    if candidate.latin:
        return False
    return any(name in key or (key in name and candidate.count <= text.count(name)) for name in names)


def _pair_glosses(candidates: Mapping[str, _Candidate], text: str) -> None:
    """`코틀린(Kotlin)`: each of the two is as important as the other."""
    for match in GLOSS_PAIR.finditer(text):
        inner = normalized(match.group(2))
        words = match.group(1).split()
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


def _scores(
    candidates: Mapping[str, _Candidate],
    analysis: Analysis,
    title: str,
    headings: Sequence[str],
) -> dict[str, float]:
    length = max(1, len(analysis.text))
    titled, headed = _Titles([title]), _Titles(headings)
    scores = {}
    for key, candidate in candidates.items():
        if candidate.nested >= SWALLOWED * candidate.count and not titled.hold(key, candidate):
            continue
        spread = len({start * BINS // length for start in candidate.starts}) / BINS
        early = math.exp(-EARLY_DECAY * candidate.starts[0] / length)
        own = candidate.count - NESTED * candidate.nested - VERBAL * candidate.verbal
        own = max(own, 0.1 * candidate.count)
        said = math.log2(1 + own + CODE * min(candidate.in_code, candidate.count))
        in_title, in_heading = (
            max(titles.hold(key, candidate), GLOSS * titles.hold(candidate.partner, candidates.get(candidate.partner)))
            for titles in (titled, headed)
        )
        place = 1 + TITLE * in_title + HEADING * in_heading + EARLY * early
        scores[key] = said * place * (1 + SPREAD * spread) * _specific(candidate, candidates)
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

    def hold(self, key: str, candidate: _Candidate | None) -> bool:
        if candidate is None:
            return False
        return key in self._latin if candidate.latin else key in self._joined


def _specific(candidate: _Candidate, candidates: Mapping[str, _Candidate]) -> float:
    """How far from ordinary: a product name more than a plain noun, a phrase as far as its words keep together."""
    shares = [ORDINARY if word in ORDINARY_ENGLISH or word in ORDINARY_KOREAN else 1.0 for word in candidate.words]
    value = sum(shares) / len(shares)
    if candidate.latin:
        value *= LATIN_BONUS
        form = candidate.forms.most_common(1)[0][0]
        if CODE_LIKE.search(form):
            value *= CODE_LIKE_SHARE
        elif ACRONYM.fullmatch(form):
            value *= ACRONYM_BONUS
    if len(candidate.words) > 1:
        rarest = min(candidates[word].count if word in candidates else candidate.count for word in candidate.words)
        value *= COMPOUND + COHESION * min(1.0, candidate.count / rarest)
        if candidate.count == 1:
            value *= SAID_ONCE
    return value


def _chosen(candidates: Mapping[str, _Candidate], scores: Mapping[str, float], top: int) -> list[Keyword]:
    """Best first; a phrase and a part of it only where each is said on its own."""
    chosen: list[str] = []
    for key in sorted(scores, key=lambda key: (-scores[key], candidates[key].starts[0], key)):
        if len(chosen) >= top:
            break
        if all(_independent(candidates[key], candidates[other]) for other in chosen):
            chosen.append(key)
    return [Keyword(candidates[key].forms.most_common(1)[0][0], round(scores[key], 4)) for key in chosen]


def _independent(candidate: _Candidate, better: _Candidate) -> bool:
    own, other = "".join(candidate.words), "".join(better.words)
    if (candidate.latin and better.latin and own in (other + "s", other + "es")) or other in (own + "s", own + "es"):
        return False
    if own in _parts(better.words):
        return candidate.count - better.count >= LEFT_OVER * candidate.count
    if other in _parts(candidate.words):
        return candidate.count >= PHRASE_SHARE * better.count and candidate.count > 1
    return True
