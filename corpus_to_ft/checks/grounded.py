"""An answer must stand in its document: word for word, or with the same facts, words and negations."""

from __future__ import annotations

import re

from pydantic import Field

from corpus_to_ft.checks.base import Check, CheckContext, Verdict
from corpus_to_ft.faithful import (
    content_precision,
    content_words,
    missing_facts,
    negation_parity,
    opposite_words,
    reworded,
    unseen_nouns,
    unseen_words,
)
from corpus_to_ft.language import Sentence
from corpus_to_ft.prompts.refusals import refused_matter
from corpus_to_ft.records import Example, Span
from corpus_to_ft.summarized import SUMMARY_PRECISION, words_from_nowhere

# A model's answer may also use the sentences around the one it quotes.
NEARBY_CHARS = 600
# A number or a name from further away mostly belongs to something else.
NEARBY_FACT_CHARS = 200
# They ask for something and are nothing themselves, so a document need not hold them to answer.
_ASKING_WORDS = frozenset(re.findall(r"\w+", "무엇 누구 언제 어디 얼마 어떻 왜 이유 방법 종류 차이 뜻 의미 내용 정보"))


class GroundedCheck(Check):
    """Answers that are stretches of their evidence pass at once; others are compared with its surroundings.

    An example without evidence passes only as a refusal in words of ours, about something that the
    document really does not have.

    `precision` is the least share of the answer's content words that the source has. Honest paraphrases
    lie above 0.917 in 95 of 100 cases, answers from elsewhere below 0.546.
    `summary_precision` is the same for each sentence of a summary, which may say more in its own words.
    """

    precision: float = Field(default=0.85, ge=0, le=1)
    summary_precision: float = Field(default=SUMMARY_PRECISION, ge=0, le=1)

    def verdict(self, example: Example, context: CheckContext) -> Verdict:
        text = context.document.text
        if not example.evidence:
            matter = refused_matter(example.answer) if example.kind == "qa" else None
            if matter is None:
                return "no_evidence", Sentence("the example names no stretch of its document")
            return _unfounded(matter, example.prompt, context)
        for span in example.evidence:
            if not 0 <= span.start < span.end <= len(text) or not span.of(text).strip():
                return "evidence_missing", Sentence(
                    "characters {start} to {end} hold nothing", start=span.start, end=span.end
                )
        evidence = "\n".join(span.of(text) for span in example.evidence)
        if _squeezed(example.answer) in _squeezed(evidence):
            return self._summarized(example, context, evidence) if example.kind == "summary" else None
        if example.kind != "qa":
            return "not_verbatim", Sentence("the answer is not the stretch of the document that it claims to be")
        facts, source = (_surroundings(example.evidence, text, chars) for chars in (NEARBY_FACT_CHARS, NEARBY_CHARS))
        return self._compared(example, context, facts, source)

    def note(self, example: Example, context: CheckContext) -> Verdict:
        """Nouns of a reworded answer that its surroundings do not have: a synonym, or a mistake that no rule sees."""
        text = context.document.text
        if example.kind != "qa" or not example.evidence or example.answer in text:
            return None
        source = f"{context.document.title}\n{_surroundings(example.evidence, text, NEARBY_CHARS)}"
        unseen = unseen_nouns(context.analyzer.analyze(example.answer), context.analyzer.analyze(source))
        return (
            ("unseen_noun", Sentence("not in the source: {missing}", missing=", ".join(unseen[:5]))) if unseen else None
        )

    def _compared(self, example: Example, context: CheckContext, facts: str, source: str) -> Verdict:
        source = f"{context.document.title}\n{source}"
        missing = missing_facts(example.answer, f"{context.document.title}\n{facts}")
        if missing:
            return "unknown_facts", Sentence("not in the source: {missing}", missing=", ".join(missing[:5]))
        missing = missing_facts(example.prompt, f"{context.document.title}\n{context.document.text}")
        if missing:
            return "unknown_facts", Sentence(
                "asked about, but not in the document: {missing}", missing=", ".join(missing[:5])
            )
        answer, known = context.analyzer.analyze(example.answer), context.analyzer.analyze(source)
        precision = content_precision(answer, known)
        if precision < self.precision:
            return "not_grounded", Sentence(
                "{precision:.0%} of the answer's content words are in the source", precision=precision
            )
        if not negation_parity(answer, known):
            return "negation_differs", Sentence("the answer denies what the source says, or the other way round")
        if turned := opposite_words(answer, known):
            return "negation_differs", Sentence(
                "the answer says {ours!r} where the source says {theirs!r}", ours=turned[0], theirs=turned[1]
            )
        return None

    def _summarized(self, example: Example, context: CheckContext, passage: str) -> Verdict:
        """The prompt is a summary of the passage; what it says in other words must not say the opposite."""
        said = reworded(example.prompt, passage)
        if not said:
            return None
        summary, known = context.analyzer.analyze(said), context.analyzer.analyze(passage)
        document = context.document
        headings = (block.of(document.text) for block in document.blocks if block.kind == "heading")
        above = " ".join([document.title, *headings])
        if strange := words_from_nowhere(summary, known, above, self.summary_precision):
            return "unfaithful_summary", Sentence("not in the source: {missing}", missing=", ".join(strange[:8]))
        if turned := opposite_words(summary, known):
            return "unfaithful_summary", Sentence(
                "the summary says {ours!r} where the passage says {theirs!r}", ours=turned[0], theirs=turned[1]
            )
        if not negation_parity(summary, known):
            return "unfaithful_summary", Sentence("the summary denies what the passage says, or the other way round")
        return None


def _unfounded(matter: str, question: str, context: CheckContext) -> Verdict:
    """Whether somebody says not to know what the document tells, or asks about something else altogether."""
    document = context.document
    title, analyze = document.title.casefold(), context.analyzer.analyze
    if matter not in question:
        return "refusal_unfounded", Sentence("{matter!r} is not what is asked", matter=matter)
    known = analyze(document.text)
    lacking = [word for word in unseen_words(analyze(matter), known) if word not in (*_ASKING_WORDS, title)]
    if not lacking and not missing_facts(matter, f"{document.title}\n{document.text}"):
        return "refusal_unfounded", Sentence("all of {matter!r} stands in the document", matter=matter)
    about = content_words(analyze(question.replace(matter, " ")))
    strange = unseen_words(analyze(question.replace(matter, " ")), known)
    if about and len(strange) == len(about) and not any(word in title for word in about):
        return "refusal_unfounded", Sentence("the question has nothing to do with the document")
    return None


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _surroundings(spans: tuple[Span, ...], text: str, chars: int) -> str:
    return "\n".join(text[max(0, span.start - chars) : span.end + chars] for span in spans)
