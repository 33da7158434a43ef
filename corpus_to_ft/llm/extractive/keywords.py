"""Keywords of one text, ranked from that text alone.

Candidates are nouns, compounds and words in Latin letters as they stand in the prose. A candidate's score is
how often it is said, times where it is said (title, headings, early), times how evenly it is spread over
the text (the position and spread features are those of YAKE, Campos et al. 2018; nested phrases are weighed as
in C-value, Frantzi et al. 2000), against a background of ordinary words. No other document is looked at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop

from corpus_to_ft.analyzers.base import Analysis
from corpus_to_ft.llm.extractive.candidates import (
    LATIN,
    MOST_WORDS,
    Candidate,
    find_candidates,
    normalized,
    runs_of,
)
from corpus_to_ft.llm.extractive.generic_words import ORDINARY_WORDS
from corpus_to_ft.records import Block

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*")
SURNAMES = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현"
# Somebody who says who they are, near the beginning of an article, or is addressed by name.
INTRODUCTION = re.compile(
    rf"(?<![가-힣])([{SURNAMES}][가-힣]{{2}})\s?(?:입니다|이라고 (?:합니다|해요)|라고 (?:합니다|해요)|이에요|예요|올림)"
)
ADDRESSED = re.compile(rf"(?<![가-힣])([{SURNAMES}][가-힣]{{2}})\s?님(?![가-힣]{{2}})")
INTRODUCTION_WITHIN = 600  # characters

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
    candidates = find_candidates(runs_of(analysis, blocks))
    names = _names(analysis.text, exclude)
    if names:
        candidates = {key: found for key, found in candidates.items() if not _is_name(key, found, names, analysis.text)}
    _count_code(candidates, analysis.text, blocks)
    _find_nested(candidates)
    _pair_glosses(candidates, analysis.text)
    scored = _scores(candidates, analysis.text, title, headings)
    return _chosen(candidates, scored, analysis.text, top)


def _names(text: str, exclude: Collection[str]) -> set[str]:
    """Keys of people's names: those given, their parts, and whoever introduces himself or is addressed."""
    names = {normalized(name) for name in exclude}
    names |= {normalized(part) for name in exclude for part in name.split() if len(part) > 1}
    beginning = text[:INTRODUCTION_WITHIN]
    seen = INTRODUCTION.findall(beginning) + ADDRESSED.findall(text)
    # A word said again and again is what the article is about, whoever's surname it begins with.
    return names | {name for name in seen if text.count(name) <= max(3, seen.count(name) + 1)}


def _is_name(key: str, candidate: Candidate, names: set[str], text: str) -> bool:
    """A name, a phrase with one, or a piece cut from one (김성 of 김성철) that stands nowhere else."""
    if key in names or not names.isdisjoint(candidate.words):
        return True
    if candidate.latin:
        return False
    return any(name in key or (key in name and candidate.count <= text.count(name)) for name in names)


def _pair_glosses(candidates: Mapping[str, Candidate], text: str) -> None:
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


def _count_code(candidates: Mapping[str, Candidate], text: str, blocks: Sequence[Block]) -> None:
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


def _find_nested(candidates: Mapping[str, Candidate]) -> None:
    """How often a candidate is said only as a part of one longer phrase that recurs."""
    for candidate in candidates.values():
        if len(candidate.words) == 1 or candidate.count < 2:
            continue
        for part in set(_parts(candidate.words)):
            if part in candidates:
                candidates[part].nested = max(candidates[part].nested, min(candidate.count, candidates[part].count))


def _scores(candidates: Mapping[str, Candidate], text: str, title: str, headings: Sequence[str]) -> dict[str, float]:
    length = max(1, len(text))
    titled, headed = _Titles([title]), _Titles(headings)
    scores = {}
    for key, candidate in candidates.items():
        count = len(candidate.starts)
        in_title: float = titled.hold(key, candidate)
        if candidate.nested >= SWALLOWED * count and not in_title:
            continue
        in_heading: float = headed.hold(key, candidate)
        if candidate.partner and candidate.partner in candidates:
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

    def hold(self, key: str, candidate: Candidate) -> bool:
        return key in self._latin if candidate.latin else key in self._joined


def _specific(candidate: Candidate, candidates: Mapping[str, Candidate], text: str) -> float:
    """How far from ordinary: a product name more than a plain noun, a phrase as far as its words keep together."""
    words = candidate.words
    value = sum([ORDINARY if word in ORDINARY_WORDS else 1.0 for word in words]) / len(words)
    if candidate.latin:
        value *= LATIN_BONUS
        form = candidate.form(text)
        if CODE_LIKE.search(form):
            value *= CODE_LIKE_SHARE
        elif ACRONYM.fullmatch(form):
            value *= ACRONYM_BONUS
    if len(words) > 1:
        count = len(candidate.starts)
        rarest = min([len(candidates[word].starts) if word in candidates else count for word in words])
        value *= COMPOUND + COHESION * min(1.0, count / rarest)
        if count == 1:
            value *= SAID_ONCE
    return value


def _chosen(candidates: Mapping[str, Candidate], scores: Mapping[str, float], text: str, top: int) -> list[Keyword]:
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


def _independent(candidate: Candidate, better: Candidate) -> bool:
    own, other = "".join(candidate.words), "".join(better.words)
    if (candidate.latin and better.latin and own in (other + "s", other + "es")) or other in (own + "s", own + "es"):
        return False
    if own in _parts(better.words):
        return candidate.count - better.count >= LEFT_OVER * candidate.count
    if other in _parts(candidate.words):
        return candidate.count >= PHRASE_SHARE * better.count and candidate.count > 1
    return True
