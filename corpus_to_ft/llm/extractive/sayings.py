"""Question patterns for what somebody found, said or announced, as news and judgments tell it."""

from __future__ import annotations

from collections.abc import Iterator

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import EMPTY, Sentence, stands, topic_of
from corpus_to_ft.llm.extractive.doings import turns_away
from corpus_to_ft.llm.extractive.endings import question
from corpus_to_ft.llm.extractive.patterns import Candidate, candidate


def verdicts(s: Sentence) -> Iterator[Candidate]:
    """법원은 …라고 판단했다, 회사는 …고 밝혔다: 법원은 어떻게 판단했나요? 회사는 무엇이라고 밝혔나요?"""
    tokens, ending = s.tokens, s.ending
    topic = topic_of(s)
    if ending is None or topic is None or topic.head in EMPTY:
        return
    for at in range(max(topic.after + 2, ending - 5), ending):
        verb, before = tokens[at], tokens[at - 1]
        if verb.form not in _JUDGES and verb.form not in _SAYS:
            continue
        if before.form not in ("고", "다고", "ᆫ다고", "는다고", "라고", "이라고", "으라고", "자고", "ᆫ다고"):
            return
        asked = question(s.text, tokens, verb.start)
        if asked and verb.tag in ("VV", "NNG") and len(asked) <= 16:
            how = "어떻게" if verb.form in _JUDGES else "무엇이라고"
            yield candidate(s, f"{with_josa(topic.text, '은/는')} {how} {asked}", "result", 0.9)
        return


def reported(s: Sentence) -> Iterator[Candidate]:
    """X는 …을 획득했다고 9일 밝혔다: X는 무엇을 획득했나요?"""
    tokens, ending = s.tokens, s.ending
    topic = topic_of(s)
    if ending is None or topic is None or topic.head in EMPTY:
        return
    if not any(t.form in _SAYS for t in tokens[max(0, ending - 4) : ending]):
        return
    quote = next((i for i in range(ending - 1, topic.after + 3, -1) if tokens[i].form in ("다고", "라고")), None)
    if quote is None or quote < ending - 9 or tokens[quote - 1].tag != "EP":
        return
    at = next((i for i in range(quote - 1, topic.after, -1) if tokens[i].tag == "JKO"), None)
    inside = tokens[topic.after : quote]
    if at is None or at < quote - 5 or turns_away(inside) or any(t.tag in ("JKS", "EC") for t in inside):
        return
    verb = s.slice(tokens[at + 1].start, tokens[quote].start)
    if 2 <= len(verb) <= 14 and stands(verb):
        yield candidate(s, f"{with_josa(topic.text, '은/는')} 무엇을 {verb}나요?", "figure", 0.95)


_JUDGES = frozenset(
    [
        "판결",
        "판단",
        "해석",
        "평가",
        "설명",
        "반박",
        "대답",
        "답하",
        "판시",
        "결론짓",
        "규정",
        "정의",
        "예측",
        "분석",
        "해명",
    ]
)
_SAYS = frozenset(
    [
        "밝히",
        "주장",
        "말하",
        "강조",
        "발표",
        "지적",
        "경고",
        "권고",
        "전망",
        "예상",
        "요구",
        "명령",
        "제안",
        "당부",
        "덧붙이",
        "전하",
        "언급",
        "조언",
    ]
)


SAYING_PATTERNS = (verdicts, reported)
