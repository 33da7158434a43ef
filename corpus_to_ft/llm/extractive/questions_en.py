"""Questions for English passages: definitions, lists under headings, purposes and reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus_to_ft.llm.extractive.clauses import Sentence
from corpus_to_ft.llm.extractive.patterns import Candidate, Subject
from corpus_to_ft.records import Block

_NAME = r"(?P<name>(?:[Tt]he |[Aa]n? )?[A-Za-z][\w.+#/-]*(?: [A-Za-z][\w.+#/-]*){0,4}?)"
_DEFINITION = re.compile(rf"^{_NAME} (?P<be>is|are) (?P<what>(?:an?|the|one of) [^.]{{20,}})")
_MEANS = re.compile(rf"^{_NAME} (?:refers? to|means?|stands? for) [^.]{{15,}}")
_PURPOSE = re.compile(
    r"^(?:In order to|To) (?P<what>[a-z][\w ,'-]{8,70}?), (?:you|we|use|run|set|open|add|create|first|please)\b"
)
_USED_FOR = re.compile(rf"^{_NAME} (?P<be>is|are) used (?:to|for) [^.]{{10,}}")
_BECAUSE = re.compile(r"^(?P<main>[A-Z][\w ,'/-]{15,80}?),? because [^.]{15,}")
_POINTS = re.compile(
    r"\b(?:this|that|these|those|it|its|they|he|she|here|there|which|who|above|below|following|such|some|one|we|our|i|my)\b",
    re.I,
)
_HEADING_QUESTION = re.compile(r"^(?:what|why|how|when|where|who|which|can|do|does|is|are|should)\b[^?]{5,90}\?$", re.I)


def english_questions(text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]) -> Iterator[Candidate]:
    """Candidates in the order of the text."""
    for sentence in sentences:
        asked = _over_sentence(sentence.words)
        if asked and not sentence.leans:
            question, subject, weight = asked
            yield Candidate(
                text=question, subject=subject, first=sentence.index, last=sentence.index, weight=weight, of=""
            )
    for number, block in enumerate(blocks):
        if block.kind != "heading":
            continue
        heading = " ".join(block.of(text).split())
        below = [s for s in sentences if s.start >= block.end]
        following = blocks[number + 1].kind if number + 1 < len(blocks) else ""
        if below and following == "paragraph" and _HEADING_QUESTION.match(heading):
            yield Candidate(
                text=heading, subject="heading", first=below[0].index, last=below[0].index, weight=1.2, of=""
            )


def _over_sentence(words: str) -> tuple[str, Subject, float] | None:
    words = " ".join(words.split())
    for pattern, subject, weight in ((_DEFINITION, "definition", 1.1), (_MEANS, "definition", 1.2)):
        found = pattern.match(words)
        if found and not _POINTS.search(found["name"]):
            be = found.groupdict().get("be") or "is"
            return f"What {be} {_lower(found['name'])}?", _subject(subject), weight
    found = _USED_FOR.match(words)
    if found and not _POINTS.search(found["name"]):
        return f"What {found['be']} {_lower(found['name'])} used for?", "feature", 1.1
    found = _PURPOSE.match(words)
    if found and not _POINTS.search(found["what"]):
        return f"How do you {found['what']}?", "how", 1.2
    found = _BECAUSE.match(words)
    if found and not _POINTS.search(found["main"]):
        return f"Why is it that {_lower(found['main'])}?", "reason", 1.0
    return None


def _subject(name: str) -> Subject:
    return "definition" if name == "definition" else "feature"


def _lower(name: str) -> str:
    return name[0].lower() + name[1:] if re.match(r"(?:The|An?|In|On|If) ", name) else name
