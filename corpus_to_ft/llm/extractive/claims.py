"""Question patterns for what a glossary's line defines, and for what a short statement claims."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import EMPTY, Sentence, content_words, stands, topic_of
from corpus_to_ft.llm.extractive.endings import question
from corpus_to_ft.llm.extractive.patterns import Candidate, candidate

# In front of a colon these head a remark.
_NO_TERMS = frozenset(
    [
        "결론",
        "링크",
        "출처",
        "주의",
        "팁",
        "문의",
        "사진",
        "뉴스",
        "정답",
        "해결책",
        "요약",
        "정리",
        "질문",
        "답변",
        "결과",
        "원인",
        "대책",
        "비고",
        "제목",
    ]
)


def labels(s: Sentence) -> Iterator[Candidate]:
    """A glossary's line, "급액: 작물에 주는 양액입니다.": 급액이란 무엇인가요?"""
    found = re.match(r"([^:：.]{2,24}?) ?[:：] ", s.words)
    ending = s.ending
    if found is None or ending is None or not s.first or not stands(found[1]):
        return
    says = s.tokens[ending - 1].tag == "VCP" or s.tokens[ending - 1].form in ("말하", "뜻하")
    after = [t for t in s.tokens if t.start >= s.start + found.end()]
    last = found[1].split()[-1]
    names = re.search(r"[가-힣A-Za-z]{2}", found[1]) and last not in EMPTY and last not in _NO_TERMS
    if says and names and any(t.tag == "ETM" for t in after) and content_words(after) >= 2:
        yield candidate(s, f"{with_josa(found[1], '이란/란')} 무엇인가요?", "definition", 1.1)


def claims(s: Sentence) -> Iterator[Candidate]:
    """X는 …할 수 있다, …해야 한다, …하지 않는다: the same as a question, where it is short."""
    topic = topic_of(s, frozenset({"은", "는", "도", "에는", "에서는"}))
    tokens, ending = s.tokens, s.ending
    if topic is None or ending is None or tokens[ending - 1].tag == "EP" or content_words(tokens) < 3:
        return
    last = [t.form for t in tokens[max(0, ending - 4) : ending] if t.tag not in ("JX", "JKS")]
    able = last[-2:] == ["수", "있"]
    bound = last[-1:] in (["하"], ["되"]) and last[-2:-1] in (["어야"], ["아야"], ["여야"])
    start = tokens[topic.after].start if topic.after < ending else -1
    if not (able or bound) or start < 0 or set(last) & {"보", "알", "확인", "느끼", "나누", "말하"}:
        return
    asked = question(s.text, tokens, start)
    inside = tokens[topic.after : ending]
    plain = not any(t.tag == "VCP" for t in inside) and not any(
        t.tag == "EC" and t.form in ("고", "며", "지만", "는데", "면", "으면", "어서") for t in inside
    )
    if asked and plain and 8 <= len(asked) <= 42 and stands(asked[:-1]) and "," not in asked:
        particle = "에서는" if topic.particle == "에서는" else "에는" if topic.particle == "에는" else ""
        owner = (
            topic.text + particle
            if particle
            else with_josa(topic.text, "은/는")
            if topic.particle != "도"
            else f"{topic.text}도"
        )
        yield candidate(s, f"{owner} {asked}", "figure", 0.44 if bound else 0.4)


CLAIM_PATTERNS = (labels, claims)
