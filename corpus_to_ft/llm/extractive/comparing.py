"""Question patterns for what a thing is unlike, what it is like, and what it takes part in."""

from __future__ import annotations

from collections.abc import Iterator

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import EMPTY, NOUNS, Sentence, noun_phrase, topic_of
from corpus_to_ft.llm.extractive.endings import question
from corpus_to_ft.llm.extractive.patterns import Candidate, candidate

MAX_CONTRAST_CHARS, MAX_LIKENESS_CHARS = 200, 130


def contrasts(s: Sentence) -> Iterator[Candidate]:
    """A와 달리 B는 …: B는 A와 어떻게 다른가요?"""
    tokens, ending = s.tokens, s.ending
    if ending is None or len(s.words) > MAX_CONTRAST_CHARS:
        return
    at = next(
        (i for i in range(2, ending - 2) if tokens[i].form in ("달리", "다르") and tokens[i].tag[0] in "MV"), None
    )
    if at is None or (tokens[at].form == "다르" and tokens[at + 1].form not in ("게",)):
        return
    end = at - 1
    while end > 0 and tokens[end].tag in ("JX", "SP"):
        end -= 1
    if tokens[end].tag not in ("JKB", "JC") or tokens[end].form not in ("와", "과"):
        return
    first = end
    while first > 0 and tokens[first - 1].tag in NOUNS | {"XSN", "XPN", "SN", "JKG", "SW", "SO"}:
        first -= 1
    other = noun_phrase(s, first, end)
    topic = topic_of(s)
    if topic is None or topic.after > first:
        topic_text = _topic_behind(s, at + 1 + (tokens[at].form == "다르"))
    else:
        topic_text = topic.text
    if other and topic_text and other not in topic_text and topic_text not in other:
        yield candidate(
            s, f"{with_josa(topic_text, '은/는')} {with_josa(other, '과/와')} 어떻게 다른가요?", "comparison", 1.25
        )


def _topic_behind(s: Sentence, first: int) -> str | None:
    tokens = s.tokens
    while first < len(tokens) and (tokens[first].tag in ("SP", "MAJ") or tokens[first].form == ","):
        first += 1
    at = first
    while at < len(tokens) and tokens[at].tag in NOUNS | {"XSN", "XPN", "SN", "JKG"}:
        at += 1
    if at >= len(tokens) or tokens[at].form not in ("은", "는"):
        return None
    return noun_phrase(s, first, at)


def likenesses(s: Sentence) -> Iterator[Candidate]:
    """X는 Y와 같다, X는 Y에 참여한다: X는 무엇과 같나요? X는 어디에 참여하나요?"""
    tokens, ending = s.tokens, s.ending
    topic = topic_of(s)
    if ending is None or topic is None or len(s.words) > MAX_LIKENESS_CHARS or topic.head in EMPTY:
        return
    for at in range(topic.after + 1, ending):
        verb, before = tokens[at], tokens[at - 1]
        # "…에 적극적으로 참여한다": the adverb stands between.
        if verb.form in _TAKES_PART and before.form in ("으로", "로") and tokens[at - 2].form in ("적", "주"):
            before = next((t for t in reversed(tokens[max(0, at - 5) : at - 1]) if t.tag == "JKB"), before)
        if before.tag not in ("JKB", "JC") or ending - at > 4:
            continue
        asked = question(s.text, tokens, verb.start)
        if asked is None or any(t.tag in ("EC", "JKS") for t in tokens[topic.after : at]):
            return
        if before.form in ("와", "과") and verb.form in ("같", "비슷", "유사", "동일", "비슷하", "유사하", "동일하"):
            yield candidate(s, f"{with_josa(topic.text, '은/는')} 무엇과 {asked}", "comparison", 0.95)
        elif before.form == "에" and verb.form in _TAKES_PART:
            yield candidate(s, f"{with_josa(topic.text, '은/는')} {_TAKES_PART[verb.form]} {asked}", "figure", 0.95)
        return


_TAKES_PART = {
    "참여": "어디에", "기여": "어디에", "소속": "어디에", "속하": "어디에", "해당": "무엇에", "의존": "무엇에",
    "집중": "무엇에", "근거": "무엇에", "기반": "무엇에", "영향": "무엇에", "가입": "어디에", "좌우": "무엇에",
    "민감": "무엇에", "적합": "무엇에", "유용": "어디에", "취약": "무엇에", "강하": "무엇에", "약하": "무엇에",
}  # fmt: skip


COMPARING_PATTERNS = (contrasts, likenesses)
