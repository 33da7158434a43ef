"""Question patterns for what is needed, applied, made or found somewhere: the subject of the sentence."""

from __future__ import annotations

from collections.abc import Iterator

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import Sentence, has_topic
from corpus_to_ft.llm.extractive.endings import question
from corpus_to_ft.llm.extractive.facts import before_noun
from corpus_to_ft.llm.extractive.patterns import Candidate, candidate, noun_run

MAX_SENTENCE_CHARS = 150
# What happens to a subject that the rest of the sentence leads to.
_DONE_WITH = frozenset(
    [
        "적용",
        "사용",
        "이용",
        "활용",
        "필요",
        "포함",
        "추가",
        "지원",
        "생성",
        "발생",
        "출력",
        "표시",
        "요구",
        "제공",
        "설정",
        "저장",
        "실행",
        "호출",
        "등록",
        "기록",
        "부여",
        "할당",
        "반환",
        "배포",
        "설치",
        "누락",
        "노출",
        "부과",
        "공개",
        "발급",
        "발송",
        "전송",
        "수집",
        "처리",
        "보관",
        "열리",
        "나타나",
        "생기",
        "나오",
        "쓰이",
        "일어나",
        "붙",
        "달리",
        "걸리",
    ]
)
_NOT_NAMED = frozenset(
    [
        "것",
        "수",
        "때",
        "점",
        "경우",
        "일",
        "문제",
        "방법",
        "필요",
        "이유",
        "결과",
        "내용",
        "사항",
        "부분",
        "생각",
        "말",
        "글",
        "이것",
        "작업",
        "모습",
        "현상",
        "상황",
    ]
)


def subjects(s: Sentence) -> Iterator[Candidate]:
    """X부터 Y가 적용된다, X하려면 Y가 필요하다: X부터 무엇이 적용되나요? X하려면 어떤 Y가 필요한가요?"""
    tokens, ending = s.tokens, s.ending
    if ending is None or len(s.words) > MAX_SENTENCE_CHARS:
        return
    at = next((i for i in range(ending - 1, 1, -1) if tokens[i].tag == "JKS"), None)
    if at is None or at + 2 > ending or tokens[at + 1].form not in _DONE_WITH or tokens[at - 1].form in _NOT_NAMED:
        return
    # Only the verb itself, its voice and its tense follow.
    if any(t.tag[0] in "NM" and t.tag != "NNB" for t in tokens[at + 2 : ending]):
        return
    if any(t.tag == "EC" and t.form not in ("어", "고", "지") for t in tokens[at:ending]) or has_topic(
        tokens[at:ending]
    ):
        return
    verb = question(s.text, tokens, tokens[at + 1].start)
    before = before_noun(s, at)
    if verb is None or len(verb) > 16 or before is None:
        return
    kind = noun_run(s, at)
    asker = f"어떤 {with_josa(kind, '이/가')}" if kind and kind not in before else "무엇이"
    yield candidate(s, f"{before} {asker} {verb}", "figure", 0.9)


SUBJECT_PATTERNS = (subjects,)
