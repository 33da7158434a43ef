"""Question patterns for what a thing can do, must do, brings, costs, is found to be, and by which means it does it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus_to_ft.analyzers.base import Token
from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import (
    EMPTY,
    NOUNS,
    Sentence,
    Topic,
    content_words,
    has_topic,
    noun_phrase,
    stands,
    topic_of,
)
from corpus_to_ft.llm.extractive.endings import question
from corpus_to_ft.llm.extractive.facts import is_doer
from corpus_to_ft.llm.extractive.patterns import Candidate, candidate

MAX_SENTENCE_CHARS = 200
MAX_CLAUSE_CHARS = 46
_MEANS = frozenset({"통하", "이용", "사용", "활용", "이용하", "사용하", "활용하"})
# "알 수 있다", "볼 수 있다": what the reader finds, not what the thing does.
_READERS = frozenset({"보", "알", "확인", "느끼", "말하", "이해", "살펴보", "생각", "찾아보", "의미", "예상", "짐작"})
_BETTER_WORDS = (
    "높이 낮추 줄이 늘리 막 돕 덜 빠르 쉽 편하 강화 개선 향상 절감 방지 최소화 최대화 단축 확보 보장 감소 증가 예방 "
    "효율 가능 해결 안전 지키 아끼 얻 유지 보호 최적화 간소화 자동화 완화 제거 절약 높아지 낮아지 줄어들 늘어나"
)
_BETTER = frozenset(_BETTER_WORDS.split())
# What is done does nothing itself: "배포는 …할 수 있다".
_DEED_NAMES = frozenset(
    [
        "배포",
        "설치",
        "설정",
        "적용",
        "사용",
        "활용",
        "개발",
        "구현",
        "작업",
        "실행",
        "변경",
        "관리",
        "운영",
        "방법",
        "방식",
        "경우",
        "과정",
        "처리",
        "생성",
        "등록",
        "삭제",
        "테스트",
    ]
)
_CLEFTS_WORDS = (
    "점 특징 문제 문제점 부분 기능 차이 차이점 핵심 장점 단점 조건 요소 단계 역할 과제 기준 원칙 목표 대상 요인 사례 "
    "방식 수단 도구 기술 효과 결과 한계 특성 요건 전제 변화 제약 강점 약점 해결책 대안 절차 용도 의미"
)
_CLEFTS = frozenset(_CLEFTS_WORDS.split())
_AMOUNT = re.compile(
    r"(?<![\d.,A-Za-z])(?:약 |총 |최대 |최소 |평균 )?(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[만억천백조]+)?"
    r"|[두세네]) ?"
    r"(?P<unit>원|달러|유로|위안|엔|%|퍼센트|개월|개국|개사|개|명|대|건|종|가지|시간|분|일|주|년|배|곳|단계|회|번"
    r"|GB|MB|TB|km|kg|cm|mm|도)"
    r"(?P<aside>\([^()]{2,20}\))?(?P<particle>[을를이가]|까지|으로|로| 이상| 이내| 이하)?(?= )"
)
_HOW_MUCH = frozenset({"원", "달러", "유로", "위안", "엔", "배", "GB", "MB", "TB", "km", "kg", "cm", "mm"})


def abilities(s: Sentence) -> Iterator[Candidate]:
    """X는 …을 …할 수 있다: X는 무엇을 할 수 있나요? X를 통해 …할 수 있다: X를 통해 무엇을 할 수 있나요?"""
    tokens, ending = s.tokens, s.ending
    if ending is None or len(s.words) > MAX_SENTENCE_CHARS or not is_able(tokens, ending):
        return
    by = _through(s)
    if by is not None:
        phrase, after = by
        if has_object(tokens[after : ending - 3]) and not turns_away(tokens[after:ending]):
            yield candidate(s, f"{phrase} 무엇을 할 수 있나요?", "result", 0.85)
        return
    topic = topic_of(s, frozenset({"은", "는", "에서는", "로는", "으로는"}))
    if topic is None:
        found = _modified(s, ending)
        if found and has_object(tokens[found[1] : ending - 3]) and tokens[found[1] - 2].form not in EMPTY:
            yield candidate(s, f"{with_josa(found[0], '은/는')} 무엇을 할 수 있나요?", "feature", 0.8)
        return
    if not _acting(s, topic, ending):
        return
    particle = topic.particle if topic.particle not in ("은", "는") else ""
    owner = topic.text + particle if particle else with_josa(topic.text, "은/는")
    yield candidate(s, f"{owner} 무엇을 할 수 있나요?", "feature", 0.75 + 0.1 * topic.is_name)


def is_able(tokens: Sequence[Token], ending: int) -> bool:
    last = [t.form for t in tokens[max(0, ending - 7) : ending] if t.tag not in ("JX", "JKS", "EP", "EC")]
    return last[-2:] == ["수", "있"] and not set(last[:-2]) & _READERS


def _acting(s: Sentence, topic: Topic, ending: int) -> bool:
    """Whether the topic itself does something to something: an object, an active verb, and no second subject."""
    inside = s.tokens[topic.after : ending]
    if topic.head in EMPTY | _DEED_NAMES or turns_away(inside) or any(t.tag == "JKS" for t in inside[:-3]):
        return False
    return has_object(inside[:-3])


def has_object(tokens: Sequence[Token]) -> bool:
    """Whether the last verb is active and has an object of its own, not one that "통해" or "이용해" takes."""
    verb = next((i for i in range(len(tokens) - 1, -1, -1) if tokens[i].tag in ("VV", "XSV")), None)
    if verb is None or tokens[verb].form in ("되", "당하", "지"):
        return False
    at = next((i for i in range(verb, -1, -1) if tokens[i].tag == "JKO"), None)
    if at is None or verb - at > 5 or tokens[at + 1].form in _MEANS:
        return False
    return not any(t.tag in ("VV", "XSV", "ETN") for t in tokens[at + 1 : verb - (tokens[verb].tag == "XSV")])


def _through(s: Sentence) -> tuple[str, int] | None:
    """ "X를 통해", "X를 활용하면", "X를 활용함으로써" at the head of a sentence, and the token behind."""
    tokens = s.tokens
    first = next((at for at, t in enumerate(tokens) if t.start >= s.opens_at), len(tokens))
    at = first
    while at < len(tokens) and tokens[at].tag in NOUNS | {"XSN", "XPN", "SN", "JKG", "JC", "NNB"}:
        at += 1
    if at == first or at + 3 >= len(tokens) or tokens[at].tag != "JKO" or tokens[at + 1].form not in _MEANS:
        return None
    thing = noun_phrase(s, first, at)
    after = at + 2 + (tokens[at + 2].tag == "XSV")
    if thing is None or (" " not in thing and not re.search("[A-Za-z]{2}", thing)):
        return None
    if tokens[at + 1].form == "통하":
        return (f"{with_josa(thing, '을/를')} 통해", after + 1) if tokens[after].form in ("어", "어서") else None
    verb = s.slice(tokens[at + 1].start, tokens[at + 1].end).removesuffix("하")[:2]
    if tokens[after].form in ("면", "으면", "ᆷ", "어", "어서"):
        return f"{with_josa(thing, '을/를')} {verb}하면", after + 1
    return None


def gains(s: Sentence) -> Iterator[Candidate]:
    """X를 하면/함으로써 …가 줄어든다: X를 하면 어떤 효과가 있나요?"""
    tokens, ending = s.tokens, s.ending
    if ending is None or len(s.words) > MAX_SENTENCE_CHARS:
        return
    at = next((i for i in range(2, ending - 3) if tokens[i].form == "ᆷ" and tokens[i + 1].form == "으로써"), None)
    if at is None or tokens[at - 1].tag not in ("XSV", "VV") or not _betters(tokens[at + 2 : ending]):
        return
    stem = s.slice(s.opens_at, tokens[at - 1].start).strip()
    verb = tokens[at - 1].form
    inside = [t for t in tokens[:at] if t.start >= s.opens_at]
    if tokens[at - 1].tag != "XSV" or verb != "하" or not _plain(inside, stem):
        return
    yield candidate(s, f"{stem}하면 어떤 효과가 있나요?", "result", 1.05)


def _betters(tokens: Sequence[Token]) -> bool:
    return any(t.form in _BETTER for t in tokens)


def duties(s: Sentence) -> Iterator[Candidate]:
    """X는 …을 …해야 한다: X는 무엇을 해야 하나요?"""
    tokens, ending = s.tokens, s.ending
    topic = topic_of(s)
    if ending is None or topic is None or len(s.words) > MAX_SENTENCE_CHARS or topic.head in EMPTY:
        return
    last = [t.form for t in tokens[max(0, ending - 3) : ending]]
    if not (set(last) & {"어야", "아야", "여야"} and last[-1] in ("하", "되")):
        return
    inside = tokens[topic.after : ending]
    doer = is_doer(topic.text)
    verb = next((t for t in reversed(inside[:-2]) if t.tag in ("VV", "XSV")), None)
    if verb is None or verb.form == "되" or not doer or turns_away(inside):
        return
    if has_object(inside[:-2]):
        yield candidate(s, f"{with_josa(topic.text, '은/는')} 무엇을 해야 하나요?", "how", 1.0)


def clefts(s: Sentence) -> Iterator[Candidate]:
    """가장 …한 부분은 …이다, …에서 쓰는 규칙은 A와 B이다: …한 부분은 무엇인가요?"""
    tokens, ending = s.tokens, s.ending
    if ending is None or len(s.words) > MAX_SENTENCE_CHARS:
        return
    copula = next((at for at in (ending - 1, ending - 2) if at > 3 and tokens[at].tag == "VCP"), None)
    found = _modified(s, ending)
    if copula is None or found is None:
        return
    clause, after = found
    head, said = tokens[after - 2].form, tokens[copula - 1]
    if head in EMPTY - {"점", "부분", "결과"} or tokens[after].form in _NOT_TOLD or after >= copula:
        return
    # "…하는 사람은 개발자이다" names it; "…는 때이다" does not, unless the head promises a statement.
    if said.tag in ("SS", "SSC"):
        said = next((t for t in reversed(tokens[:copula]) if t.tag in NOUNS), said)
    named = said.tag in NOUNS | {"XSN"} and said.form not in EMPTY and said.form not in _NO_NAME
    if named or head in _CLEFTS:
        yield candidate(s, f"{with_josa(clause, '은/는')} 무엇인가요?", "feature", 1.15 if head in _CLEFTS else 0.95)


def _modified(s: Sentence, ending: int) -> tuple[str, int] | None:
    """A topic with a clause before its noun, and the token behind its particle."""
    tokens = s.tokens
    first = next((i for i, t in enumerate(tokens) if t.start >= s.opens_at), len(tokens))
    at = next((i for i in range(first + 2, ending) if tokens[i].tag == "JX" and tokens[i].form in ("은", "는")), None)
    if at is None or tokens[at - 1].tag not in NOUNS | {"XSN", "NNB"} or at + 1 >= ending:
        return None
    inside = tokens[first:at]
    clause = s.slice(s.opens_at, tokens[at - 1].end).strip()
    if not any(t.tag == "ETM" for t in inside) or content_words(inside) < 2 or not _plain(inside, clause):
        return None
    if turns_away(tokens[at + 1 : ending]):
        return None
    return clause, at + 1


_NO_NAME = frozenset(
    [
        "적",
        "분위기",
        "필수",
        "때문",
        "편",
        "상태",
        "정도",
        "계획",
        "입장",
        "상황",
        "수준",
        "예정",
        "셈",
        "모양",
        "이유",
        "결과",
        "덕분",
        "마찬가지",
        "사실",
        "의견",
        "추세",
    ]
)


_NOT_TOLD = frozenset({"다음", "아래", "여러", "다양", "없", "사실", "분명"})


def manners(s: Sentence) -> Iterator[Candidate]:
    """X는 Y를 이용해 Z를 …한다: X는 어떻게 Z를 …하나요?"""
    tokens, ending = s.tokens, s.ending
    topic = topic_of(s)
    if ending is None or topic is None or len(s.words) > MAX_SENTENCE_CHARS or topic.head in EMPTY:
        return
    for at in range(topic.after + 2, ending - 2):
        if tokens[at].form not in _MEANS or tokens[at - 1].tag != "JKO":
            continue
        after = at + 1 + (tokens[at + 1].tag == "XSV")
        if tokens[after].form not in ("어", "어서") or tokens[after].tag != "EC":
            return
        rest = tokens[after + 1 : ending]
        asked = question(s.text, tokens, tokens[after + 1].start) if rest else None
        if any(t.form in ("때", "경우", "면", "으면") for t in rest):
            return
        inside = tokens[topic.after : ending]
        clear = not turns_away(inside) and not any(t.tag == "JKS" for t in inside)
        if asked and clear and any(t.tag == "JKO" for t in rest) and len(asked) <= MAX_CLAUSE_CHARS:
            body = asked.lstrip(" ,")
            if stands(body[:-1]) and not any(t.tag == "EC" and t.form in ("고", "며", "으며") for t in rest):
                yield candidate(s, f"{with_josa(topic.text, '은/는')} 어떻게 {body}", "how", 1.05)
        return


def aims(s: Sentence) -> Iterator[Candidate]:
    """X는 …을 목표로 한다, X는 …을 기반으로 한다: X는 무엇을 목표로 하나요?"""
    tokens, ending = s.tokens, s.ending
    topic = topic_of(s)
    if ending is None or topic is None or topic.head in EMPTY or len(s.words) > MAX_SENTENCE_CHARS:
        return
    at = next((i for i in range(ending - 1, topic.after + 2, -1) if tokens[i].form in _AIMS), None)
    if at is None or ending - at > 7 or tokens[at - 1].tag != "JKO" or tokens[at + 1].form not in ("로", "으로"):
        return
    asked = question(s.text, tokens, tokens[at].start)
    if asked and len(asked) <= 24 and not turns_away(tokens[topic.after : ending]):
        yield candidate(s, f"{with_josa(topic.text, '은/는')} 무엇을 {asked}", "feature", 1.1)


_AIMS = frozenset({"목표", "목적", "기반", "대상", "기준", "중심", "전제", "원칙", "바탕", "근거", "주제"})


def figures(s: Sentence) -> Iterator[Candidate]:
    """X는 …에 3억 원을 …했다: X는 …에 얼마를 …했나요? The number gives way to its question word."""
    tokens, ending = s.tokens, s.ending
    topic = topic_of(s)
    if ending is None or topic is None or len(s.words) > 130:
        return
    found = list(_AMOUNT.finditer(s.words))
    if len(found) != 1 or len(re.findall(r"\d[\d,.]*", re.sub(r"\([^()]*\)", "", s.words))) > 1:
        return
    number = found[0]
    start, end = s.start + number.start(), s.start + number.end()
    after_topic = tokens[topic.after - 1].end
    # A year is asked for by "언제"; "셋 가운데 하나" counts nothing.
    year = number["unit"] == "년" and len(number["number"]) == 4
    if start < after_topic or year or s.slice(end, end + 4).startswith((" 가운데", " 중")):
        return
    asked = question(s.text, tokens, end)
    between = s.slice(after_topic, start)
    if asked is None or "," in between + asked or len(between) + len(asked) > MAX_CLAUSE_CHARS:
        return
    if not stands(between.strip() or "가나") or not stands(asked[:-1]) or turns_away(tokens[topic.after : ending]):
        return
    # One clause before the number at most, and what follows it belongs to the same verb.
    if any(t.tag in ("EC", "EF") for t in tokens[topic.after : ending] if t.start < start or t.tag == "EF"):
        return
    unit = number["unit"]
    particle = number["particle"] or ""
    if unit in _HOW_MUCH:
        word = "얼마" + (
            {"이": "가", "을": "를"}.get(particle, particle)
            if particle.strip() in ("이", "가", "을", "를", "까지", "로", "으로")
            else ""
        )
        word = word.replace("으로", "로")
    else:
        word = f"몇 {unit}" + (particle if not particle.startswith(" ") else "")
    yield candidate(s, f"{with_josa(topic.text, '은/는')}{between}{word}{asked}", "figure", 1.05)


def _plain(tokens: Sequence[Token], clause: str) -> bool:
    """Short, with nothing that points elsewhere, one statement only."""
    if not 6 <= len(clause) <= MAX_CLAUSE_CHARS or "," in clause or not stands(clause) or not tokens:
        return False
    if tokens[0].tag[0] in "JEX" or any(t.tag == "EF" for t in tokens):
        return False
    return not any(t.tag == "EC" and t.form in ("으며", "며", "지만", "는데", "고") for t in tokens)


def turns_away(tokens: Sequence[Token]) -> bool:
    """A second topic or a turn: what follows is said of something else."""
    return has_topic(tokens) or any(
        t.tag == "EC" and t.form in ("지만", "는데", "ᆫ데", "은데", "으나", "거나") for t in tokens
    )


DOING_PATTERNS = (
    abilities, gains, duties, clefts, manners, aims, figures,
)  # fmt: skip
