"""Question patterns over one sentence: what a thing is, is called, is made of, has, does, and when and how many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus_to_ft.analyzers.base import Token
from corpus_to_ft.analyzers.josa import final_sound, with_josa
from corpus_to_ft.llm.extractive.clauses import (
    EMPTY,
    NOUNS,
    RELATIONS,
    Sentence,
    Topic,
    content_words,
    has_topic,
    noun_phrase,
    topic_of,
)
from corpus_to_ft.llm.extractive.endings import question

Subject = Literal[
    "definition", "reason", "how", "list", "figure", "comparison", "feature", "result", "heading", "section", "faq"
]

MAX_KIND_CHARS = 16
# A longer sentence goes on to something else after the comparison.
MAX_COMPARED_CHARS = 80
_SAYS = frozenset({"말", "의미", "뜻", "지칭", "가리키", "뜻하", "일컫", "의미하", "말하"})
_FEATURES_WORDS = (
    "장점 단점 문제 문제점 한계 특징 제약 이점 효과 위험 어려움 종류 방법 특성 차이 차이점 "
    "제한 강점 약점 이슈 부작용 조건 규칙 성질 의무 권리 혜택 취약점 옵션 불편 불편함"
)
_FEATURES = frozenset(_FEATURES_WORDS.split())
# "X는 …할 계획이다" says nothing of what X is.
_NO_KIND_WORDS = (
    "형태 분위기 필수 기본 가능 불가능 사항 적 편이 이야기 말 느낌 처음 시작 끝 장점 단점 문제 최고 전부 모습 실정 참 "
    "때문 편 상태 중 정도 계획 입장 상황 느낌 방침 추세 생각 전망 덕분 마찬가지 사실 의견 "
    "질문 표현 수준 수 뿐 예정 차례 때 셈 모양 듯 것 거 이유 결과 덕 탓 일 적 바 점"
)
_NO_KIND = frozenset(_NO_KIND_WORDS.split())
# "많은 기능을 제공한다" does not say which.
_VAGUE = frozenset(
    [
        "많",
        "다양",
        "다양하",
        "같",
        "새롭",
        "좋",
        "크",
        "그렇",
        "이렇",
        "이러하",
        "그러하",
        "다르",
        "필요",
        "필요하",
        "중요",
        "중요하",
        "적절",
        "적절하",
        "간단",
        "간단하",
        "특별",
        "작",
        "적",
        "높",
        "낮",
        "유용",
        "유용하",
        "가능",
        "가능하",
        "해당하",
        "관련되",
        "강력",
        "강력하",
        "풍부",
        "풍부하",
    ]
)
# Too plain to be a subject, and plain enough to be a kind of thing.
_KINDS = frozenset({"파일", "변수", "함수", "서비스", "프로젝트", "회사", "팀", "작업", "문서", "표", "코드"})
_TIMES = frozenset({"경우", "때", "후", "뒤", "전", "시"})
_SORTS = frozenset({"형태", "성격", "종류", "유형", "계열", "성질", "수준"})
_OF = frozenset({"은", "는", "에는", "에서는", "으로는", "로는"})
_MADE = frozenset(["구성", "이루어지", "나뉘", "나누", "구분", "분류", "나누어지"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question and the sentences `first` to `last` that answer it. `weight` says how far its pattern can be trusted.

    `of` says that the question lacks what it is about: `의` where a noun phrase can precede it, `에서`
    where it can be told the field, empty where it names its subject itself. `end`, where set, is where
    the answer ends when that is no sentence (the last item of a list); `start`, where set, is where it
    begins when it holds no sentence (a table).
    """

    text: str
    subject: Subject
    first: int
    last: int
    weight: float
    of: Literal["", "의", "에서"] = "에서"
    end: int = 0
    start: int = -1


def definitions(s: Sentence) -> Iterator[Candidate]:
    """X는 …하는 Y이다, X란 …을 말한다: X란 무엇인가요?"""
    topic = topic_of(s)
    ending = s.ending
    if topic is None or ending is None:
        return
    copula = next((at for at in (ending - 1, ending - 2) if at > topic.after and s.tokens[at].tag == "VCP"), None)
    told = {t.form for t in s.tokens[max(topic.after, ending - 3) : ending]} & _SAYS
    # "…라고 말한다" reports what somebody says.
    told = told if any(t.tag == "JKO" for t in s.tokens[max(topic.after, ending - 5) : ending]) else set()
    if (copula is None and not told) or s.words[0] in "\"'“‘「":
        return
    if copula is not None and s.tokens[copula - 1].tag not in (*NOUNS, "XSN", "NNB", "SN", "NR", "SSC", "SS"):
        return
    complement = s.tokens[copula - 1].form if copula else ""
    between = s.tokens[topic.after : ending]
    described = sum(t.tag == "ETM" for t in between) > 0 and content_words(between) >= 2
    # What somebody is going to do is no definition either: "바꿀 계획", "나눌 것".
    if complement in _NO_KIND or (copula and copula > 1 and s.tokens[copula - 2].form in ("ᆯ", "을")):
        return
    if topic.head in RELATIONS:
        has_owner = topic.text != topic.head
        yield candidate(
            s, f"{with_josa(topic.text, '은/는')} 무엇인가요?", "definition", 1.0, "" if has_owner else "의"
        )
        return
    if any(t.form in ("지만", "는데", "ᆫ데", "은데", "으나") for t in between) or _nested(between):
        return
    if (
        not described
        or (topic.head in EMPTY and " " not in topic.text)
        or (complement in EMPTY and not (told or "란" in topic.particle))
    ):
        return
    name = (
        topic.text.count(" ") <= 2 and (topic.is_name or not re.search(r"\d", topic.text)) and "의 " not in topic.text
    )
    sure = "란" in topic.particle or bool(told)
    kind = noun_run(s, copula) if copula else None
    if kind and not sure and kind not in topic.text and "의 " not in topic.text:
        ending_question = "이었나요?" if _is_past(s, ending) else "인가요?"
        asked = kind + (
            "였나요?" if ending_question == "이었나요?" and final_sound(kind) == "none" else ending_question
        )
        yield candidate(s, f"{with_josa(topic.text, '은/는')} 어떤 {asked}", "definition", 1.15)
    elif name:
        yield candidate(s, f"{with_josa(topic.text, '이란/란')} 무엇인가요?", "definition", 1.3 if sure else 1.15)
    elif not re.search(r"\d", topic.text):
        yield candidate(s, f"{with_josa(topic.text, '은/는')} 무엇인가요?", "definition", 0.9)


def noun_run(s: Sentence, after: int) -> str | None:
    """The compound noun that ends before token `after`, where something modifies it: … 하는 [오픈소스 플랫폼]이다."""
    first = after
    while first > 0 and s.tokens[first - 1].tag in NOUNS | {"XSN", "XPN"} and s.tokens[first - 1].form not in _TIMES:
        first -= 1
    if first == after or first == 0:
        return None
    # "…을 요구하는 약한 카피레프트 형태의 라이선스": the kind behind 형태의 is told by what stands before it.
    if s.tokens[first - 1].tag == "JKG" and s.tokens[first - 2].form in _SORTS:
        phrase = noun_phrase(s, first, after)
        return phrase if phrase and len(phrase) <= MAX_KIND_CHARS and phrase not in EMPTY else None
    if s.tokens[first - 1].tag != "ETM":
        return None
    said = [
        t for t in s.tokens[max(0, first - 3) : first - 1] if t.tag in ("VV", "VA", "XSA", "XSV", "XR", "NNG", "VX")
    ]
    if not said or said[-1].form in _VAGUE or (said[-1].tag == "XSA" and len(said) > 1 and said[-2].form in _VAGUE):
        return None
    phrase = noun_phrase(s, first, after)
    return (
        phrase if phrase and len(phrase) <= MAX_KIND_CHARS and s.tokens[after - 1].form not in EMPTY - _KINDS else None
    )


def _is_past(s: Sentence, ending: int) -> bool:
    return s.tokens[ending - 1].tag == "EP"


def _nested(tokens: Sequence[Token]) -> bool:
    """A second topic: what follows is said of that one."""
    return has_topic(tokens)


def namings(s: Sentence) -> Iterator[Candidate]:
    """…하는 것을 X(이)라고 한다: X란 무엇인가요?"""
    tokens = s.tokens
    for at in range(2, len(tokens) - 1):
        quote = tokens[at]
        if not (quote.form in ("라고", "이라고") and tokens[at + 1].form in ("하", "부르", "칭하", "일컫")):
            continue
        if at + 2 >= len(tokens) or tokens[at + 2].tag not in ("EF", "EP"):
            continue
        after = at - 1 if tokens[at - 1].tag == "VCP" else at
        first = after
        while first > 0 and tokens[first - 1].tag in NOUNS | {"XSN", "XPN", "SN"}:
            first -= 1
        # The thing must be explained before its name: "컨테이너를 실행하는 단위를 Pod라고 한다".
        explained = first > 3 and tokens[first - 1].tag == "JKO" and any(t.tag == "ETM" for t in tokens[:first])
        name = noun_phrase(s, first, after)
        if explained and name and s.ending is not None:
            yield candidate(s, f"{with_josa(name, '이란/란')} 무엇인가요?", "definition", 1.2)


def features(s: Sentence) -> Iterator[Candidate]:
    """X는 …라는 장점이 있다: X에는 어떤 장점이 있나요?"""
    topic = _topic_with(s)
    if topic is None or s.ending is None:
        return
    tokens = s.tokens
    ending = s.ending or 0
    for at in range(max(topic.after + 1, ending - 5), len(tokens) - 2):
        noun, particle, verb = tokens[at], tokens[at + 1], tokens[at + 2]
        if noun.form in _FEATURES and particle.form in ("이", "가", "도", "은", "는") and tokens[at - 1].tag == "ETM":
            if verb.form == "있" and verb.tag in ("VV", "VA", "VX"):
                noun_text = s.slice(noun.start, noun.end)
                place = topic.text + ("에서는" if topic.particle == "에서는" else "에는")
                yield candidate(s, f"{place} 어떤 {with_josa(noun_text, '이/가')} 있나요?", "feature", 1.2)
            return


def roles(s: Sentence) -> Iterator[Candidate]:
    """X는 …하는 역할을 한다: X는 어떤 역할을 하나요?"""
    topic = topic_of(s)
    at = s.find("역할", "NN")
    if topic is None or at is None or at <= topic.after or s.ending is None or at + 2 >= len(s.tokens):
        return
    # "프로젝트는 위원회가 리더의 역할을 한다": the role is another's.
    if any(t.tag == "JKS" for t in s.tokens[topic.after : at]):
        return
    acts = s.tokens[at + 1].tag in ("JKO", "JX") and s.tokens[at + 2].form in ("하", "수행", "맡", "담당")
    if acts and s.tokens[at - 1].tag in ("ETM", "JKG"):
        yield candidate(s, f"{with_josa(topic.text, '은/는')} 어떤 역할을 하나요?", "feature", 1.25)


def parts(s: Sentence) -> Iterator[Candidate]:
    """X에는 A, B 등이 있다; X는 A와 B로 구성된다."""
    topic = _topic_with(s)
    ending = s.ending
    if topic is None or ending is None:
        return
    tokens = s.tokens
    among = [t.form for t in tokens[topic.after : ending]]
    body = s.slice(tokens[topic.after - 1].end, s.end)
    if among[-3:] in (["등", "이", "있"], ["등", "도", "있"]) and body.count(",") + body.count(" 와 ") >= 1:
        place = topic.text + (topic.particle if topic.particle in ("에는", "으로는", "로는", "에서는") else "에는")
        yield candidate(s, f"{place} 어떤 것이 있나요?", "list", 1.2)
    made = next((form for form in among[-4:] if form in _MADE), None)
    if made and ("로" in among or "으로" in among) and topic.particle in ("은", "는"):
        at = topic.after + among.index(made)
        verb = question(s.text, tokens, tokens[at].start)
        number = _number_before(s, at)
        if verb and number:
            yield candidate(s, f"{with_josa(topic.text, '은/는')} 몇 {number} {verb}", "figure", 1.1)
        elif verb:
            yield candidate(s, f"{with_josa(topic.text, '은/는')} 무엇으로 {verb}", "list", 1.1)


def _number_before(s: Sentence, at: int) -> str | None:
    """ "크게 5단계로 나뉜다": 단계로, where only a number says into what."""
    tokens = s.tokens
    if at < 4 or tokens[at - 1].tag != "JKB" or tokens[at - 3].tag not in ("SN", "MM", "NR"):
        return None
    return s.slice(tokens[at - 2].start, tokens[at - 1].end)


def needs(s: Sentence) -> Iterator[Candidate]:
    """X에는 Y가 필요하다: X에는 무엇이 필요한가요?"""
    topic = _topic_with(s)
    if topic is None or s.ending is None or not s.ends_with("필요", "하") or len(s.words) > 120:
        return
    if any(t.tag == "EC" for t in s.tokens[topic.after :]):
        return
    if topic.particle in ("에는", "은", "는") and any(t.tag == "JKS" for t in s.tokens[topic.after :]):
        yield candidate(s, f"{topic.text}에는 무엇이 필요한가요?", "feature", 0.9)


def comparisons(s: Sentence) -> Iterator[Candidate]:
    """A는 …인 반면 B는 …이다: A와 B는 어떻게 다른가요?"""
    topic = topic_of(s)
    ending = s.ending
    if topic is None or ending is None:
        return
    turn = s.find("반면", "NN")
    if turn is not None and turn > topic.after:
        other = _topic_from(s, turn + 1)
        if other and other != topic.text:
            pair = f"{with_josa(topic.text, '과/와')} {with_josa(other, '은/는')}"
            yield candidate(s, f"{pair} 어떻게 다른가요?", "comparison", 1.3)
    than = s.find("보다", "J")
    if than is not None and topic.after < than <= topic.after + 4:
        other = noun_phrase(s, topic.after, than)
        if other and topic.is_name and len(s.words) <= MAX_COMPARED_CHARS and other not in topic.text:
            pair = f"{with_josa(topic.text, '은/는')} {with_josa(other, '과/와')}"
            yield candidate(s, f"{pair} 비교해 어떤 차이가 있나요?", "comparison", 1.1)


def _topic_from(s: Sentence, first: int) -> str | None:
    tokens = s.tokens
    while first < len(tokens) and (tokens[first].tag in ("SP", "MAJ", "JKB") or tokens[first].form == ","):
        first += 1
    at = first
    while at < len(tokens) and tokens[at].tag in NOUNS | {"XSN", "XPN", "SN", "JKG"}:
        at += 1
    if at < len(tokens) and tokens[at].tag == "JX" and tokens[at].form in ("은", "는"):
        return noun_phrase(s, first, at)
    return None


def _topic_with(s: Sentence) -> Topic | None:
    """The topic, also with a place particle: X에는, X에서는, X로는."""
    plain = topic_of(s)
    if plain is not None:
        return plain
    for particle in ("에", "에서", "으로", "로"):
        found = topic_of(s, frozenset({particle}))
        if found is not None and found.after < len(s.tokens) and s.tokens[found.after].form == "는":
            return Topic(
                text=found.text, head=found.head, particle=particle + "는", start=found.start,
                after=found.after + 1, is_name=found.is_name,
            )  # fmt: skip
    whole = topic_of(s, _OF)
    return whole if whole and whole.particle in _OF else None


def candidate(
    s: Sentence, text: str, subject: Subject, weight: float, of: Literal["", "의", "에서"] = "에서"
) -> Candidate:
    return Candidate(text=text, subject=subject, first=s.index, last=s.index, weight=weight, of=of)


SENTENCE_PATTERNS = (
    definitions, namings, features, roles, parts, needs, comparisons,
)  # fmt: skip
