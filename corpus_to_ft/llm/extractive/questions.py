"""Questions that a passage answers word for word, made from its morphology and structure, with no model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus_to_ft.analyzers.base import Analysis
from corpus_to_ft.llm.extractive.clauses import (
    RELATIONS,
    Sentence,
    announces,
    content_words,
    is_broken,
    sentences_of,
    topic_of,
)
from corpus_to_ft.llm.extractive.facts import FACT_PATTERNS
from corpus_to_ft.llm.extractive.patterns import SENTENCE_PATTERNS, Candidate
from corpus_to_ft.llm.extractive.questions_en import english_questions
from corpus_to_ft.llm.extractive.reasons import CLAUSE_PATTERNS, told_reasons
from corpus_to_ft.llm.extractive.sentence_shape import fitness
from corpus_to_ft.llm.extractive.structure import (
    heading_questions,
    list_questions,
    section_questions,
    sections,
    title_questions,
)
from corpus_to_ft.llm.extractive.tables import table_questions
from corpus_to_ft.llm.extractive.wording import (
    Field,
    containment,
    explain_request,
    field_of,
    in_field,
    is_sound,
    names_all,
    shares_word,
    within,
)
from corpus_to_ft.records import Block, Span

MIN_ANSWER_CHARS, MAX_ANSWER_CHARS = 28, 700
# An answer shorter than this takes the next sentences of its paragraph along, up to COMFORTABLE_CHARS.
SHORT_CHARS, COMFORTABLE_CHARS = 90, 280
MIN_EXPLANATION_CHARS = 60
# From this many words a question says what it is about without the title.
ENOUGH_WORDS = 3
# What the question over a table says, which has no sentence to count in.
MIN_WORDS = 2
SPECIFIC_TAGS = frozenset({"NNG", "NNP", "SL", "VV", "XR"})
MIN_FITNESS = 0.5
# Likeness of two questions of one passage; the later check over a document drops from 0.6.
MAX_LIKENESS = 0.5
MAX_CONTAINMENT = 0.6
# Promises what stands behind the answer: "아래 효과를 기대할 수 있습니다".
_AHEAD = re.compile(
    r"(?<![가-힣])(?:다음|아래)(?:과|와|의|처럼)? ?(?:같[은이습다]|[가-힣]{2,4}[을를이가] |[가-힣]{2,4}[은는] )"
)
_NO_THING = re.compile(
    r"(?:자체|설명|소개|이해|마련|확인|님|씨|판사|교수|의원|대표|사건|경우|생각|필요|하나|때|것|점|수|중|등)$|^(?:Step|Case|Part)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswer:
    """`answer` is `evidence.of(analysis.text)`."""

    question: str
    answer: str
    evidence: Span


# The least answer, and where it may end.
_Answer = tuple[Span, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """`span` is the least answer; `end` is how far it may go on where no other answer begins."""

    wordings: tuple[str, ...]
    span: Span
    end: int
    weight: float
    subject: str

    @property
    def question(self) -> str:
        return self.wordings[0]


def make_questions(
    analysis: Analysis,
    *,
    title: str,
    headings: Sequence[str],
    blocks: Sequence[Block],
    count: int,
    language: str = "ko",
) -> list[QuestionAnswer]:
    """At most `count` answers, best first, that are stretches of the text and do not overlap.

    A question comes in up to three wordings beside each other: with none of its field where it is specific
    enough, with as much as the passage speaks of, and with all of it. Only who knows the passages beside
    this one can tell which one it takes.
    """
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
    found = [pair for candidate in candidates if (pair := reader.read(candidate))]
    chosen = _choose(found, count)
    if not chosen and language != "en":
        chosen = _choose(list(reader.plain()), 1)
    return _lengthened(chosen, analysis.text)


def _lengthened(chosen: Sequence[_Found], text: str) -> list[QuestionAnswer]:
    """Each answer goes on to its end, or to where the next one begins."""
    pairs = []
    for pair in chosen:
        next_start = min((o.span.start for o in chosen if o.span.start > pair.span.start), default=len(text))
        end = max(pair.span.end, min(pair.end, len(text[:next_start].rstrip())))
        span = Span(start=pair.span.start, end=end)
        pairs += [QuestionAnswer(question=asked, answer=span.of(text), evidence=span) for asked in pair.wordings]
    return pairs


def _candidates(text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]) -> Iterator[Candidate]:
    yield from list_questions(text, blocks, sentences)
    yield from heading_questions(text, blocks, sentences)
    yield from section_questions(text, blocks, sentences)
    yield from table_questions(text, blocks)
    for at, sentence in enumerate(sentences):
        for pattern in (*SENTENCE_PATTERNS, *FACT_PATTERNS, *CLAUSE_PATTERNS):
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

    def read(self, candidate: Candidate) -> _Found | None:
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
        if self.language != "en":
            weight *= (0.6 + 0.1 * min(self._specific(candidate), 4)) * (0.7 + 0.3 * self._density(question))
        copied = containment(question, self.text)
        if copied > MAX_CONTAINMENT:
            weight *= 0.8
        return _Found(wordings=wordings, span=span, end=end, weight=weight, subject=candidate.subject)

    def _wordings(self, candidate: Candidate, place: tuple[str, ...]) -> tuple[str, ...]:
        if self.language == "en":
            return (candidate.text,)
        whole = field_of(self.title, place)
        specific = self._specific(candidate)
        fitting = within(whole, self.text, keep_document=specific < ENOUGH_WORDS)
        bare = Field(document=None, section=None)
        named = bool(re.search(r"[A-Za-z]{2}|\d", candidate.text)) or shares_word(candidate.text, self.title)
        fields = [bare, fitting, whole] if specific >= ENOUGH_WORDS and named else [fitting, whole, bare]
        if specific < MIN_WORDS:
            fields.remove(bare)
        asked = [in_field(candidate, field) for field in fields]
        return tuple(dict.fromkeys(question for question in asked if question and is_sound(question)))

    def _specific(self, candidate: Candidate) -> int:
        """How many content words of the answer the question names."""
        if candidate.start >= 0:
            return MIN_WORDS
        said = [t for s in self.sentences[candidate.first : candidate.last + 1] for t in s.tokens]
        forms = {t.form for t in said if t.tag in SPECIFIC_TAGS and len(t.form) > 1}
        return sum(form in candidate.text for form in forms)

    def plain(self) -> Iterator[_Found]:
        """Requests to explain what a section opens with, for passages that gave nothing else."""
        for phrase, below in sections(self.text, self.blocks, self.sentences):
            answer = self._opening(below)
            topic = topic_of(below[0])
            about = " " in phrase or (topic is not None and topic.text == phrase)
            if answer and about and _is_explainable(phrase) and names_all(below[0].words, phrase):
                yield self._explained(phrase, answer, 0.6)
        place = " ".join((self.title, *self.headings))
        for sentence in self.sentences:
            topic = topic_of(sentence)
            if topic is None or " " not in topic.text or not (topic.is_name and shares_word(place, topic.text)):
                continue
            answer = self._opening([sentence])
            now = not any(t.tag == "EP" for t in sentence.tokens[-4:])
            if answer and now and _is_explainable(topic.text) and self._fitness(sentence, False) >= 0.9:
                yield self._explained(topic.text, answer, 0.4)

    def _explained(self, phrase: str, answer: _Answer, weight: float) -> _Found:
        span, end = answer
        path = tuple(place for place in self._path(span.start) if phrase not in place)
        question = explain_request(phrase, within(field_of(self.title, path), self.text, keep_document=True))
        sound = weight if is_sound(question) else 0.0
        return _Found(wordings=(question,), span=span, end=end, weight=sound, subject="heading")

    def _density(self, question: str) -> float:
        """How often the passage comes back to what the question names, 0 to 1: incidental words are found elsewhere."""
        times = [min(self.counts[form], 3) / 3 for form in self.counts if len(form) > 1 and form in question]
        return sum(times) / len(times) if times else 0.0

    def _opening(self, below: Sequence[Sentence]) -> _Answer | None:
        for first in below[:3]:
            wish = Candidate(text="", subject="heading", first=first.index, last=first.index, weight=0)
            answer = None if first.leans else self._answer(wish)
            if answer and answer[1] - answer[0].start >= MIN_EXPLANATION_CHARS:
                return answer
        return None

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
        steps = 0
        while self.sentences[first].leans:
            if steps == 2 or not self._follows(first):
                return None
            first -= 1
            steps += 1
        least = min(self._fitness(self.sentences[at], False) for at in (candidate.first, first))
        if not candidate.end and least < MIN_FITNESS:
            return None
        start = self.sentences[first].start
        end = candidate.end or self.sentences[last].end
        if not candidate.end and _AHEAD.search(self.text[start:end]):
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


def _choose(found: Sequence[_Found], count: int) -> list[_Found]:
    """The best, each over a stretch of its own, of different kinds before more of one kind."""
    chosen: list[_Found] = []
    rest = list(found)
    while rest and len(chosen) < count:
        kinds = [pair.subject for pair in chosen]
        best = max(rest, key=lambda pair: (pair.weight * 0.85 ** kinds.count(pair.subject), -pair.span.start))
        rest.remove(best)
        if best.weight <= 0:
            break
        # What a whole page answers may be asked beside what its sentences answer.
        apart = best.subject == "faq" or all(
            other.subject == "faq" or best.span.end <= other.span.start or other.span.end <= best.span.start
            for other in chosen
        )
        if apart and all(_likeness(best.question, other.question) < MAX_LIKENESS for other in chosen):
            chosen.append(best)
    return chosen


def _is_explainable(phrase: str) -> bool:
    """A thing with a name of its own, not a person, a relation or a pointer."""
    words = phrase.split()
    named = len(words) >= 2 or bool(re.search(r"[A-Za-z]{2}", phrase))
    return named and words[-1] not in RELATIONS and not _NO_THING.search(phrase)


def _likeness(a: str, b: str) -> float:
    first, second = _trigrams(a), _trigrams(b)
    return len(first & second) / len(first | second)


def _trigrams(text: str) -> set[str]:
    tight = "".join(text.split())
    return {tight[at : at + 3] for at in range(max(1, len(tight) - 2))}
