"""Questions that a passage answers word for word, made from its morphology and structure, with no model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus_to_ft.analyzers.base import Analysis
from corpus_to_ft.llm.extractive.choosing import Found, choose
from corpus_to_ft.llm.extractive.claims import CLAIM_PATTERNS
from corpus_to_ft.llm.extractive.clauses import (
    Sentence,
    announces,
    content_words,
    is_broken,
    sentences_of,
    without_connective,
)
from corpus_to_ft.llm.extractive.comparing import COMPARING_PATTERNS
from corpus_to_ft.llm.extractive.doings import DOING_PATTERNS
from corpus_to_ft.llm.extractive.explaining import explanations
from corpus_to_ft.llm.extractive.facts import FACT_PATTERNS
from corpus_to_ft.llm.extractive.manner import requests
from corpus_to_ft.llm.extractive.patterns import SENTENCE_PATTERNS, Candidate
from corpus_to_ft.llm.extractive.questions_en import english_questions
from corpus_to_ft.llm.extractive.reasons import CLAUSE_PATTERNS, told_reasons
from corpus_to_ft.llm.extractive.sayings import SAYING_PATTERNS
from corpus_to_ft.llm.extractive.sections import headed_statements, section_questions
from corpus_to_ft.llm.extractive.sentence_shape import fitness
from corpus_to_ft.llm.extractive.silence import why_silent
from corpus_to_ft.llm.extractive.structure import (
    heading_questions,
    list_questions,
    title_questions,
)
from corpus_to_ft.llm.extractive.subjects import SUBJECT_PATTERNS
from corpus_to_ft.llm.extractive.tables import table_questions
from corpus_to_ft.llm.extractive.wording import (
    Field,
    containment,
    field_of,
    in_field,
    is_sound,
    names_much,
    noun_phrase_of,
    within,
)
from corpus_to_ft.records import Block, Span

MIN_ANSWER_CHARS, MAX_ANSWER_CHARS = 28, 900
# An answer shorter than this takes the next sentences of its paragraph along, up to COMFORTABLE_CHARS.
SHORT_CHARS, COMFORTABLE_CHARS = 90, 280
MAX_FALLBACKS = 2
# From this many words a question says what it is about without the title.
ENOUGH_WORDS = 3
# What the question over a table says, which has no sentence to count in.
MIN_WORDS = 2
SPECIFIC_TAGS = frozenset({"NNG", "NNP", "SL", "VV", "XR"})
MIN_FITNESS = 0.5
MAX_CONTAINMENT = 0.6
# They take their words from a heading, which leaves out what the page is about.
_HEADED = frozenset({"heading", "section"})
# What these point at stands before the answer.
_BACK = re.compile(
    r"(?<![가-힣])(?:위에 |위에서|위의 |위와 |앞서|앞에서|앞의 |이러한|이런 |그런 |그러한|이와 같|이처럼|이점|이 점"
    r"|그러다 ?보니|그러니까|이를 |이것|그것|해당 |이 둘|이들"
    r"|(?:이|본|이번) ?(?:글|포스트|포스팅|문서|페이지|블로그|예제|예시|코드)(?![가-힣]{2})"
    r"|이 (?!책|때|외|중|후|두 )[가-힣]{2,}[은는이가을를의에로도])"
)
_I = re.compile(r"(?<![가-힣])(?:저는|제가|저도|나는|내가|나도|필자)(?![가-힣])")
# rootMargin, Info.plist, cookie_jar: such a name needs no page.
_UNBALANCED = re.compile(r"^[^(]*\)|\([^)]*$")
_IDENTIFIER = re.compile(r"[a-z][A-Z][a-z]|[A-Za-z]{3}[._][A-Za-z]{3}")
_WE = re.compile(r"(?<![가-힣])(?:우리는|우리가|저희는|저희가|저희도|우리도)(?![가-힣])")
_PATTERNS = (
    *SENTENCE_PATTERNS,
    *FACT_PATTERNS,
    *CLAIM_PATTERNS,
    *CLAUSE_PATTERNS,
    *DOING_PATTERNS,
    *COMPARING_PATTERNS,
    *SAYING_PATTERNS,
    *SUBJECT_PATTERNS,
)
# Promises what stands behind the answer: "아래 효과를 기대할 수 있습니다".
_AHEAD = re.compile(
    r"(?<![가-힣])(?:다음|아래)(?:과|와|의|처럼)? ?(?:같[은이습다]|[가-힣]{2,4}[을를이가] |[가-힣]{2,4}[은는] )"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswer:
    """`answer` is `evidence.of(analysis.text)`. A `fallback` is for passages of which no other question stays."""

    question: str
    answer: str
    evidence: Span
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Where there are no pairs, `silence` is a reason of `base.SILENCES` and what was tried."""

    pairs: list[QuestionAnswer]
    silence: tuple[str, str] | None


# The least answer, and where it may end.
_Answer = tuple[Span, int]


def make_questions(
    analysis: Analysis,
    *,
    title: str,
    headings: Sequence[str],
    blocks: Sequence[Block],
    count: int,
    language: str = "ko",
) -> Questions:
    """At most `count` answers, best first, that are stretches of the text and do not overlap, and fallbacks for them.

    A question comes in up to three wordings beside each other: with none of its field where it is specific
    enough, with as much as the passage speaks of, and with all of it. Only who knows the passages beside
    this one can tell which one it takes.
    """
    reader, candidates = _prepared(analysis, title, headings, blocks, language)
    found = [pair for candidate in candidates if (pair := reader.read(candidate))]
    chosen = choose(found, count)
    made = _lengthened(chosen, analysis.text)
    if language != "en":
        others = choose([pair for pair in found if pair not in chosen], MAX_FALLBACKS)
        made += _lengthened(others, analysis.text, fallback=True)
        plainest = explanations(analysis.text, blocks, reader.sentences, title=title, headings=headings)
        requests = [pair for candidate in plainest if (pair := reader.read(candidate))]
        made += _lengthened(choose(requests, MAX_FALLBACKS), analysis.text, fallback=True)
    tried = [candidate.text for candidate in candidates]
    silence = None if made else why_silent(reader.sentences, tried, language=language)
    return Questions(pairs=made, silence=silence)


def _prepared(
    analysis: Analysis, title: str, headings: Sequence[str], blocks: Sequence[Block], language: str
) -> tuple[_Reader, list[Candidate]]:
    sentences = sentences_of(analysis, blocks)
    if language == "en":
        candidates = list(english_questions(analysis.text, blocks, sentences))
    else:
        candidates = list(_candidates(analysis.text, blocks, sentences))
        if not headings:
            candidates += title_questions(title, analysis.text, blocks, sentences)
    reader = _Reader(
        text=analysis.text,
        sentences=sentences,
        title=title,
        headings=tuple(headings),
        blocks=blocks,
        language=language,
        counts=Counter(t.form for t in analysis.tokens if t.tag in SPECIFIC_TAGS),
    )
    return reader, candidates


def _lengthened(chosen: Sequence[Found], text: str, *, fallback: bool = False) -> list[QuestionAnswer]:
    """Each answer goes on to its end, or to where the next one begins."""
    pairs = []
    for pair in chosen:
        next_start = min((o.span.start for o in chosen if o.span.start > pair.span.start), default=len(text))
        end = max(pair.span.end, min(pair.end, len(text[:next_start].rstrip())))
        span = Span(start=pair.span.start, end=end)
        answer = span.of(text)
        pairs += [
            QuestionAnswer(question=asked, answer=answer, evidence=span, fallback=fallback) for asked in pair.wordings
        ]
    return pairs


def _candidates(text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]) -> Iterator[Candidate]:
    yield from list_questions(text, blocks, sentences)
    yield from heading_questions(text, blocks, sentences)
    yield from section_questions(text, blocks, sentences)
    yield from headed_statements(text, blocks, sentences)
    yield from table_questions(text, blocks)
    for at, sentence in enumerate(sentences):
        # Names, questions and half sentences state nothing; a request may still say how something is done.
        if sentence.ending is None and not requests(sentence):
            continue
        for pattern in _PATTERNS:
            yield from pattern(sentence)
        yield from told_reasons(sentences, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Turns candidates into pairs: puts the field in front and finds the whole answer."""

    text: str
    sentences: Sequence[Sentence]
    title: str
    headings: tuple[str, ...]
    blocks: Sequence[Block]
    language: str
    counts: Counter[str]

    def read(self, candidate: Candidate) -> Found | None:
        answer = self._answer(candidate)
        if answer is None:
            return None
        span, end = answer
        place = self._path(span.start)
        wordings = self._wordings(candidate, place)
        if not wordings:
            return None
        # Whatever its field adds, the words of the question itself say how good it is.
        question = candidate.text
        weight = candidate.weight
        if candidate.start < 0:
            weight *= self._fitness(self.sentences[candidate.first], bool(candidate.end))
            weight *= 0.6 if _WE.search(self.sentences[candidate.first].words) else 1.0
        if self.language != "en":
            weight *= (0.6 + 0.1 * min(self._specific(candidate), 4)) * (0.7 + 0.3 * self._density(question))
        copied = containment(question, self.text)
        if copied > MAX_CONTAINMENT:
            weight *= 0.8
        return Found(wordings=wordings, span=span, end=end, weight=weight, subject=candidate.subject)

    def _wordings(self, candidate: Candidate, place: tuple[str, ...]) -> tuple[str, ...]:
        if self.language == "en":
            return (candidate.text,)
        # A heading that the question repeats leaves room for the one above it.
        whole = field_of(
            self.title, [p for p in place if (phrase := noun_phrase_of(p)) and phrase not in candidate.text]
        )
        specific = self._specific(candidate)
        named = not self.title or names_much(candidate.text, self.title)
        bare = Field(document=None, section=None)
        # A short title is the name of what the page is about; a long one tells more than a question needs.
        long = whole.document is None or whole.document.count(" ") >= 2
        latin = re.search("[A-Za-z]{2}", candidate.text) is not None
        pointed = specific > ENOUGH_WORDS or (specific == ENOUGH_WORDS and latin)
        if (candidate.subject == "definition" and named) or (
            specific >= ENOUGH_WORDS and (named or (long and pointed and candidate.subject not in _HEADED))
        ):
            fields = [bare, within(whole, self.text, keep_document=False), whole]
        else:
            # Without its page it would be asked of any: "주요 내용은 무엇인가요?"
            fields = [within(whole, self.text, keep_document=True), whole, Field(document=whole.document, section=None)]
            if long and whole.section and (" " in whole.section or re.search("[A-Za-z]{2}", whole.section)):
                fields.append(Field(document=None, section=whole.section))
            pointed = specific >= ENOUGH_WORDS and (candidate.subject not in _HEADED or latin)
            if long and (pointed or _IDENTIFIER.search(candidate.text)):
                fields.append(bare)
        asked = [in_field(candidate, field) for field in fields]
        return tuple(dict.fromkeys(question for question in asked if question and is_sound(question)))

    def _specific(self, candidate: Candidate) -> int:
        """How many content words of the answer the question names."""
        if candidate.start >= 0:
            return MIN_WORDS
        said = [t for s in self.sentences[candidate.first : candidate.last + 1] for t in s.tokens]
        forms = {t.form for t in said if t.tag in SPECIFIC_TAGS and len(t.form) > 1}
        return sum(form in candidate.text for form in forms)

    def _density(self, question: str) -> float:
        """How often the passage comes back to what the question names, 0 to 1: incidental words are found elsewhere."""
        times = [min(self.counts[form], 3) / 3 for form in self.counts if len(form) > 1 and form in question]
        return sum(times) / len(times) if times else 0.0

    def _path(self, at: int) -> tuple[str, ...]:
        """Headings above a place: those of the passage, then those inside it."""
        inside = [b.of(self.text) for b in self.blocks if b.kind == "heading" and b.end <= at]
        return (*self.headings, *inside[-1:])

    def _fitness(self, sentence: Sentence, whole_list: bool) -> float:
        if is_broken(sentence.words):
            return 0.0
        if whole_list:
            return 1.0
        if announces(sentence.words):
            return 0.0
        terms = content_words(sentence.tokens) + 1
        return min(1.0, fitness(sentence.words, sentence.block.kind, terms, self.title, korean=self.language != "en"))

    def _answer(self, candidate: Candidate) -> _Answer | None:
        if candidate.start >= 0:
            return Span(start=candidate.start, end=candidate.end), candidate.end
        first, last = candidate.first, candidate.last
        start = self.sentences[first].start
        steps = 0
        while self.sentences[first].leans or _BACK.search(self.text[start : self.sentences[first].end]):
            if (
                steps == 0
                and (aside := without_connective(self.sentences[first]))
                and not _BACK.search(self.text[aside : self.sentences[first].end])
            ):
                start = aside
                break
            if steps == 2 or not self._follows(first):
                return None
            first -= 1
            steps += 1
            start = self.sentences[first].start
        least = min(self._fitness(self.sentences[at], False) for at in (candidate.first, first))
        if not candidate.end and least < MIN_FITNESS:
            return None
        end = candidate.end or self.sentences[last].end
        if _I.search(self.sentences[candidate.first].words):
            return None
        if not candidate.end and _AHEAD.search(self.text[start:end]):
            return None
        if _UNBALANCED.search(self.text[start:end]) or self.text[start] in "(（":
            return None
        further = end if candidate.end else self.sentences[self._extended(first, last)].end
        if further - start < MIN_ANSWER_CHARS or end - start > MAX_ANSWER_CHARS:
            return None
        return Span(start=start, end=end), further

    def _extended(self, first: int, last: int) -> int:
        """Sentences that lean on the answer come along, and one more where it is short."""
        while last + 1 < len(self.sentences):
            following = self.sentences[last + 1]
            start = self.sentences[first].start
            if not self._follows(last + 1) or following.end - start > COMFORTABLE_CHARS:
                break
            short = self.sentences[last].end - start < SHORT_CHARS and following.block is self.sentences[last].block
            if self._fitness(following, False) < MIN_FITNESS or not (following.leans or short):
                break
            last += 1
        return last

    def _follows(self, at: int) -> bool:
        """Whether the sentence continues the prose of the one before it, with nothing between them."""
        if at == 0:
            return False
        before, here = self.sentences[at - 1], self.sentences[at]
        same_kind = before.block is here.block or (before.block.kind == here.block.kind == "paragraph")
        return same_kind and not self.text[before.end : here.start].strip()
