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
    noun_phrase,
    stands,
    topic_of,
)
from corpus_to_ft.llm.extractive.endings import ending_at, question

Subject = Literal["definition", "reason", "how", "list", "figure", "comparison", "feature", "result", "heading", "faq"]

MAX_KIND_CHARS = 16
_SAYS = frozenset({"말", "의미", "뜻", "지칭", "가리키", "뜻하", "일컫", "의미하", "말하"})
_FEATURES_WORDS = (
    "장점 단점 문제 문제점 한계 특징 제약 이점 효과 위험 어려움 종류 방법 특성 차이 차이점 "
    "제한 강점 약점 이슈 부작용 조건 규칙 성질 의무 권리 혜택 취약점 옵션 불편 불편함"
)
_FEATURES = frozenset(_FEATURES_WORDS.split())
_TURNS = frozenset({"지만", "는데", "ᆫ데", "은데", "으나", "면", "으면", "고", "며", "으며"})
_LIGHT_WORDS = "하 생각 의미 진행 시작 위하 통하 말 뜻 경험 보 알 보이 대하 살펴보 알아보 설명 소개 참고 생각하"
_LIGHT = frozenset(_LIGHT_WORDS.split())
_OF = frozenset({"은", "는", "에는", "에서는", "으로는", "로는"})
_PLACED_WORDS = "저장 위치 설치 배포 기록 등록 보관 존재 표시 생성 적용 연결 전달 전송 할당 추가 배치 게시"
_PLACED = frozenset(_PLACED_WORDS.split())
_MADE = frozenset(["구성", "이루어지", "나뉘", "구분", "분류", "나누어지"])
_DATE = re.compile(r"(?:\d{2,4}년(?:도)?(?: ?\d{1,2}월)?(?: ?\d{1,2}일)?|\d{1,2}월(?: ?\d{1,2}일)?)(?:에|부터)(?=[ ,])")
_COUNT = re.compile(
    r"(?<![\d.,A-Za-z])(?:약 |총 )?(\d{1,3}(?:,\d{3})*|두|세|네|다섯) ?(가지|개|명|대|단계|종류|번|시간|곳)(?![A-Za-z])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question and the sentences `first` to `last` that answer it. `weight` says how far its pattern can be trusted.

    `of` says that the question lacks what it is about: `의` where a noun phrase can precede it, `에서`
    where it can be told the field, empty where it names its subject itself. `end`, where set, is where
    the answer ends when that is no sentence (the last item of a list).
    """

    text: str
    subject: Subject
    first: int
    last: int
    weight: float
    of: Literal["", "의", "에서"] = "에서"
    end: int = 0


def definitions(s: Sentence) -> Iterator[Candidate]:
    """X는 …하는 Y이다, X란 …을 말한다: X란 무엇인가요?"""
    topic = topic_of(s)
    ending = ending_at(s.tokens)
    if topic is None or ending is None:
        return
    copula = next((at for at in (ending - 1, ending - 2) if at > topic.after and s.tokens[at].tag == "VCP"), None)
    told = {t.form for t in s.tokens[max(topic.after, ending - 3) : ending]} & _SAYS
    if copula is None and not told:
        return
    complement = s.tokens[copula - 1].form if copula else ""
    between = s.tokens[topic.after : ending]
    described = sum(t.tag == "ETM" for t in between) > 0 and content_words(between) >= 2
    if complement in (
        "때문",
        "편",
        "상태",
        "중",
        "정도",
        "계획",
        "입장",
        "상황",
        "느낌",
        "방침",
        "추세",
        "생각",
        "전망",
        "덕분",
        "마찬가지",
        "사실",
        "의견",
        "질문",
        "표현",
        "수준",
        "수",
        "뿐",
        "예정",
        "차례",
        "때",
        "셈",
        "모양",
        "듯",
    ):
        return
    if topic.head in RELATIONS:
        has_owner = topic.text != topic.head
        yield _candidate(
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
    name = topic.text.count(" ") <= 2 and not re.search(r"\d", topic.text) and "의 " not in topic.text
    sure = "란" in topic.particle or bool(told)
    kind = _noun_run(s, copula) if copula else None
    if kind and not sure and kind not in topic.text and "의 " not in topic.text:
        ending_question = "이었나요?" if _is_past(s, ending) else "인가요?"
        asked = kind + (
            "였나요?" if ending_question == "이었나요?" and final_sound(kind) == "none" else ending_question
        )
        yield _candidate(s, f"{with_josa(topic.text, '은/는')} 어떤 {asked}", "definition", 1.15)
    elif name:
        yield _candidate(s, f"{with_josa(topic.text, '이란/란')} 무엇인가요?", "definition", 1.3 if sure else 1.15)
    elif not re.search(r"\d", topic.text):
        yield _candidate(s, f"{with_josa(topic.text, '은/는')} 무엇인가요?", "definition", 0.9)


def _noun_run(s: Sentence, after: int) -> str | None:
    """The compound noun that ends before token `after`, where something modifies it: … 하는 [오픈소스 플랫폼]이다."""
    first = after
    while first > 0 and s.tokens[first - 1].tag in NOUNS | {"XSN", "XPN"}:
        first -= 1
    if first == after or first == 0 or s.tokens[first - 1].tag not in ("ETM", "JKG"):
        return None
    phrase = noun_phrase(s, first, after)
    return phrase if phrase and len(phrase) <= MAX_KIND_CHARS and s.tokens[after - 1].form not in EMPTY else None


def _is_past(s: Sentence, ending: int) -> bool:
    return s.tokens[ending - 1].tag == "EP"


def _nested(tokens: Sequence[Token]) -> bool:
    """A second topic: what follows is said of that one."""
    return any(t.tag == "JX" and t.form in ("은", "는") for t in tokens)


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
        if explained and name and ending_at(tokens) is not None:
            yield _candidate(s, f"{with_josa(name, '이란/란')} 무엇인가요?", "definition", 1.2)


def features(s: Sentence) -> Iterator[Candidate]:
    """X는 …라는 장점이 있다: X에는 어떤 장점이 있나요?"""
    topic = _topic_with(s)
    if topic is None or ending_at(s.tokens) is None:
        return
    tokens = s.tokens
    for at in range(topic.after + 1, len(tokens) - 2):
        noun, particle, verb = tokens[at], tokens[at + 1], tokens[at + 2]
        if noun.form in _FEATURES and particle.form in ("이", "가", "도", "은", "는") and tokens[at - 1].tag == "ETM":
            if verb.form == "있" and verb.tag in ("VV", "VA", "VX"):
                noun_text = s.slice(noun.start, noun.end)
                place = topic.text + ("에서는" if topic.particle == "에서는" else "에는")
                yield _candidate(s, f"{place} 어떤 {with_josa(noun_text, '이/가')} 있나요?", "feature", 1.2)
            return


def roles(s: Sentence) -> Iterator[Candidate]:
    """X는 …하는 역할을 한다: X는 어떤 역할을 하나요?"""
    topic = topic_of(s)
    at = s.find("역할", "NN")
    if topic is None or at is None or at <= topic.after or ending_at(s.tokens) is None or at + 2 >= len(s.tokens):
        return
    acts = s.tokens[at + 1].tag in ("JKO", "JX") and s.tokens[at + 2].form in ("하", "수행", "맡", "담당")
    if acts and s.tokens[at - 1].tag in ("ETM", "JKG"):
        yield _candidate(s, f"{with_josa(topic.text, '은/는')} 어떤 역할을 하나요?", "feature", 1.25)


def parts(s: Sentence) -> Iterator[Candidate]:
    """X에는 A, B 등이 있다; X는 A와 B로 구성된다."""
    topic = _topic_with(s)
    ending = ending_at(s.tokens)
    if topic is None or ending is None:
        return
    tokens = s.tokens
    among = [t.form for t in tokens[topic.after : ending]]
    body = s.slice(tokens[topic.after - 1].end, s.end)
    if among[-3:] in (["등", "이", "있"], ["등", "도", "있"]) and body.count(",") + body.count(" 와 ") >= 1:
        place = topic.text + (topic.particle if topic.particle in ("에는", "으로는", "로는", "에서는") else "에는")
        yield _candidate(s, f"{place} 어떤 것이 있나요?", "list", 1.2)
    made = next((form for form in among[-4:] if form in _MADE), None)
    if made and ("로" in among or "으로" in among) and topic.particle in ("은", "는"):
        verb = question(s.text, tokens, tokens[topic.after + among.index(made)].start)
        if verb:
            yield _candidate(s, f"{with_josa(topic.text, '은/는')} 무엇으로 {verb}", "list", 1.1)


def needs(s: Sentence) -> Iterator[Candidate]:
    """X에는 Y가 필요하다: X에는 무엇이 필요한가요?"""
    topic = _topic_with(s)
    if topic is None or ending_at(s.tokens) is None or not s.ends_with("필요", "하") or len(s.words) > 120:
        return
    if topic.particle in ("에는", "은", "는") and any(t.tag == "JKS" for t in s.tokens[topic.after :]):
        yield _candidate(s, f"{topic.text}에는 무엇이 필요한가요?", "feature", 0.9)


def objects(s: Sentence) -> Iterator[Candidate]:
    """X는 …을 제공한다, …을 준수해야 한다: X는 무엇을 제공하나요? X는 무엇을 준수해야 하나요?"""
    topic = topic_of(s)
    ending = ending_at(s.tokens)
    if topic is None or ending is None or len(s.words) > 160:
        return
    tokens = s.tokens
    at = next((i for i in range(ending - 1, topic.after, -1) if tokens[i].tag == "JKO"), None)
    if at is None or at + 2 >= ending + 1 or tokens[at + 1].tag not in ("NNG", "VV") or tokens[at + 1].form in _LIGHT:
        return
    tail = [
        t for t in tokens[at + 2 : ending] if t.tag not in ("XSV", "EC", "EP", "VX", "ETM", "NNB", "VV", "VA", "JX")
    ]
    single = tokens[at + 1].tag == "VV" or tokens[at + 2].tag == "XSV"
    verb = question(s.text, tokens, tokens[at + 1].start)
    if tail or not single or verb is None or not 3 <= len(verb) <= 16 or _nested(tokens[topic.after : ending]):
        return
    turn = max((i for i in range(topic.after, at) if tokens[i].tag == "EC" and tokens[i].form in _TURNS), default=at)
    # A clause that only modifies the object may have its own connectives: "설립하고 운영하기 위한 가이드를".
    if turn < at and not any(t.tag == "ETM" for t in tokens[turn:at]):
        return
    owner = with_josa(topic.text, "은/는")
    kind = _noun_run(s, at)
    if kind and kind not in topic.text:
        yield _candidate(s, f"{owner} 어떤 {with_josa(kind, '을/를')} {verb}", "figure", 1.0 + 0.05 * topic.is_name)
    else:
        yield _candidate(s, f"{owner} 무엇을 {verb}", "figure", 0.75 + 0.05 * topic.is_name)


def places(s: Sentence) -> Iterator[Candidate]:
    """X는 …에 저장된다: X는 어디에 저장되나요?"""
    topic = topic_of(s)
    ending = ending_at(s.tokens)
    if topic is None or ending is None or len(s.words) > 120:
        return
    tokens = s.tokens
    for at in range(topic.after + 1, ending - 1):
        verb, particle = tokens[at], tokens[at - 1]
        passive = tokens[at + 1].form == "되" or verb.form in ("위치", "존재")
        if verb.form in _PLACED and passive and particle.tag == "JKB" and particle.form in ("에", "에서"):
            asked = question(s.text, tokens, verb.start)
            if asked and ending - at <= 4 and not any(t.tag == "EC" for t in tokens[topic.after : at]):
                yield _candidate(s, f"{with_josa(topic.text, '은/는')} 어디{particle.form} {asked}", "figure", 1.0)
            return


def dates(s: Sentence) -> Iterator[Candidate]:
    """X는 2019년 6월에 …했다: X는 언제 …했나요?"""
    topic = topic_of(s)
    found = _DATE.search(s.words)
    ending = ending_at(s.tokens)
    if topic is None or found is None or ending is None or s.tokens[ending - 1].tag != "EP":
        return
    after = s.start + found.end()
    gap = s.slice(s.tokens[topic.after - 1].end, s.start + found.start())
    asked = question(s.text, s.tokens, after)
    if asked is None or len(asked) > 45 or len(gap.strip()) > 0 or not stands(asked[:-1]):
        return
    when = "언제부터" if found.group().endswith("부터") else "언제"
    yield _candidate(s, f"{with_josa(topic.text, '은/는')} {when} {asked.strip(' ,')}", "figure", 1.2)


def counts(s: Sentence) -> Iterator[Candidate]:
    """X는 3가지로 나뉜다: X는 몇 가지로 나뉘나요?"""
    topic = topic_of(s)
    numbers = list(_COUNT.finditer(s.words))
    if topic is None or len(numbers) != 1 or len(s.words) > 70 or len(re.findall(r"\d+", s.words)) > 1:
        return
    found = numbers[0]
    start = s.start + found.start()
    asked = question(s.text, s.tokens, start)
    between = s.slice(s.tokens[topic.after - 1].end, start)
    if asked is None or start < s.tokens[topic.after - 1].end or not stands(between):
        return
    rest = asked[len(found.group()) :]
    if stands(rest[:-1]) and len(between) + len(rest) <= 40:
        text = f"{with_josa(topic.text, '은/는')}{between}몇 {found[2]}{rest}"
        yield _candidate(s, text, "figure", 1.0)


def comparisons(s: Sentence) -> Iterator[Candidate]:
    """A는 …인 반면 B는 …이다: A와 B는 어떻게 다른가요?"""
    topic = topic_of(s)
    ending = ending_at(s.tokens)
    if topic is None or ending is None:
        return
    turn = s.find("반면", "NN")
    if turn is not None and turn > topic.after:
        other = _topic_from(s, turn + 1)
        if other and other != topic.text:
            pair = f"{with_josa(topic.text, '과/와')} {with_josa(other, '은/는')}"
            yield _candidate(s, f"{pair} 어떻게 다른가요?", "comparison", 1.3)
    than = s.find("보다", "J")
    if than is not None and topic.after < than <= topic.after + 4:
        other = noun_phrase(s, topic.after, than)
        if other and topic.is_name and other not in topic.text:
            pair = f"{with_josa(topic.text, '은/는')} {with_josa(other, '과/와')}"
            yield _candidate(s, f"{pair} 비교해 어떤 차이가 있나요?", "comparison", 1.1)


def focus_of(s: Sentence, after: int, besides: str) -> list[str]:
    """What else the sentence is about: its last objects or subjects that are names or compounds, two at most."""
    found: list[str] = []
    for at in range(len(s.tokens) - 1, after, -1):
        if s.tokens[at].tag not in ("JKO", "JKS"):
            continue
        first = at
        while first > after and s.tokens[first - 1].tag in NOUNS | {"XSN", "XPN"}:
            first -= 1
        phrase = noun_phrase(s, first, at)
        named = at - first >= 2 or (first < at and s.tokens[first].tag in ("SL", "NNP"))
        if phrase and named and len(phrase) <= MAX_KIND_CHARS and phrase not in besides and besides not in phrase:
            found.insert(0, phrase)
            besides += phrase
        if len(found) == 2:
            break
    return found


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


def _candidate(
    s: Sentence, text: str, subject: Subject, weight: float, of: Literal["", "의", "에서"] = "에서"
) -> Candidate:
    return Candidate(text=text, subject=subject, first=s.index, last=s.index, weight=weight, of=of)


SENTENCE_PATTERNS = (
    definitions, namings, features, roles, parts, needs, objects, places, dates, counts, comparisons,
)  # fmt: skip
