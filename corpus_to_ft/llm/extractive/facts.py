"""Question patterns for single facts of a sentence: what, where, when, how much, how many and who."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import (
    EMPTY,
    NOUNS,
    Sentence,
    Topic,
    content_words,
    noun_phrase,
    stands,
    topic_of,
)
from corpus_to_ft.llm.extractive.endings import question
from corpus_to_ft.llm.extractive.patterns import Candidate, candidate, noun_run

MAX_ASKED_CHARS = 48
_PLACED_WORDS = "저장 위치 설치 배포 기록 등록 보관 존재 표시 생성 적용 연결 전달 전송 할당 추가 배치 게시"
_PLACED = frozenset(_PLACED_WORDS.split())
# Verbs that say what is done with a thing; with others "무엇을" reads as a riddle.
_DONE_WORDS = (
    "제공 지원 포함 관리 저장 수집 준수 보장 요구 사용 이용 활용 담당 처리 공개 검증 "
    "도입 유발 제거 추가 생성 기록 등록 적용 입력 설정 선택 전달 전송 반환 출력 구현 작성 "
    "제출 고지 첨부 보관 측정 감지 예측 계산 분석 검토 개선 설치 배포 점검 교체 출시 발표 "
    "개발 실행 호출 변경 수정 공유 차단 방지 권장 추천 허용 금지 제한 결정 정의 연결 운영 "
    "채택 획득 달성 구성 부과 대체 부여 이행 학습 파악 마련 수행 강화 방문 구매 판매 재배 "
    "수확 예약 신청 충족 명시 표시 초과 절감 통합 자동화 상속 선언 할당 만들 줄이 높이 "
    "바꾸 받 고르 지키 막 담 쓰 넣 붙이 고치 다루 늘리 낮추 올리 내리 누르 심 달 갈 "
    "확인 소개 초래 야기 촉발 명령 지시 확보 유지 차지 보유 겸하 "
    "재 읽 남기 적 맡기 맡 거치 따르 얻 찾 모으 나누 돕 돌려주 지우 세우 보여주 "
)
DONE = frozenset(_DONE_WORDS.split())
_TURNED_WORDS = "변환 전환 대체 바뀌 변하 나뉘 표현 정의 분류 구분 표시 이루어지 계산 측정"
_TURNED = frozenset(_TURNED_WORDS.split())
_SERVED = frozenset({"사용", "활용", "이용", "쓰이", "적용"})
_PUT = frozenset({"두", "달", "걸", "꽂", "놓", "심", "붙이", "묻", "옮기", "끼우", "매달", "세우", "싣", "얹", "적"})
_DATE = re.compile(
    r"(?:\d{2,4}년(?:도)?(?: ?\d{1,2}월)?(?: ?\d{1,2}일)?|(?<!\d)\d{1,2}월(?: ?\d{1,2}일)?)"
    r"(?P<by>에|부터|까지)?(?=[ ,])"
)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[만억천백]+)?"
_MONEY_WORDS = "원 % 퍼센트 도 배 GB MB KB TB ms kg g km m cm mm ℃ dBm ppm 달러 유로 위안 엔 평 제곱미터 리터"
_UNITS = "|".join(re.escape(word) for word in sorted(_MONEY_WORDS.split(), key=len, reverse=True))
_COUNTERS = "가지|개월|개|명|대|단계|종류|번|시간|곳|분|초|일|주|년|달|회|건|장|층|동|줄|자|칸|판"
_AMOUNT = re.compile(
    rf"^ ?(?P<about>(?:약|최대|최소|총|월|연|하루|매달|매년|평균|대략|모두|보통|한 달에|1년에|하루에|한 번에) ?)?"
    rf"(?P<number>{_NUMBER}) ?(?:(?P<unit>{_UNITS})|(?P<counter>{_COUNTERS}))"
    r"(?P<be>입니다|이다|이에요|예요|이고|이며|였|이었|다|이지만)"
)
_COUNT = re.compile(
    r"(?<![\d.,A-Za-z])(?:약 |총 )?(\d{1,3}(?:,\d{3})*|두|세|네|다섯) ?(가지|개|명|대|단계|종류|번|시간|곳)(?![A-Za-z])"
)
_WHO = re.compile(
    r"(?:팀|회사|재단|위원회|담당자|관리자|협회|정부|법원|그룹|개발자|기관|연구소|대학|대학교|운영자|기사|직원|고객|사용자"
    r"|커뮤니티|담당|부서|센터|조직|기업|업체|제조사|책임자|리더|매니저|기여자|작성자|상담원|의사|교수|공급자|제공자|신청자|판매자|구매자"
    r"|이용자|소비자|참가자|회원|학생|배포자|수입자|유통자|사업자|메인테이너|컨트리뷰터|제조업체|엔지니어|변호사|교사|농가|가입자)$"
)


def is_doer(name: str) -> bool:
    """Whether it names somebody who acts: 담당자, 회사, 위원회."""
    return _WHO.search(name) is not None


_LOOSE = frozenset({"더라도", "면", "으면", "어도", "아도", "지만", "거나", "는데", "려고", "도록"})
_WHEN = frozenset({"때", "경우", "후", "뒤", "시"})
_AT_HAND = frozenset({"위", "아래", "다음", "해당", "이런", "그런", "이러하", "그러하"})
_POINTERS = frozenset(
    [
        "아래",
        "다음",
        "위",
        "이",
        "그",
        "여기",
        "링크",
        "것",
        "내용",
        "사항",
        "모습",
        "결과",
        "그림",
        "표",
        "코드",
        "예",
        "예제",
        "예시",
        "글",
    ]
)


def objects(s: Sentence) -> Iterator[Candidate]:
    """X는 …을 제공한다, X하기 위해 …을 쓴다: X는 무엇을 제공하나요? X하기 위해 무엇을 쓰나요?"""
    tokens, ending = s.tokens, s.ending
    if ending is None or len(s.words) > 170:
        return
    at = next((i for i in range(ending - 1, 1, -1) if tokens[i].tag == "JKO"), None)
    if at is None or at + 2 > ending or tokens[at + 1].tag not in ("NNG", "VV") or tokens[at + 1].form not in DONE:
        return
    if (
        tokens[at - 1].form in _POINTERS
        or {t.form for t in tokens[max(0, at - 5) : at]} & _AT_HAND
        or tokens[at + 1].form in ("참고", "참조")
    ):
        return
    tail = [
        t for t in tokens[at + 2 : ending] if t.tag not in ("XSV", "EC", "EP", "VX", "ETM", "NNB", "VV", "VA", "JX")
    ]
    if any(t.tag == "EC" and t.form in _LOOSE for t in tokens[at + 1 : ending]) or "어떤" in s.words:
        return
    single = tokens[at + 1].tag == "VV" or tokens[at + 2].tag == "XSV"
    verb = question(s.text, tokens, tokens[at + 1].start)
    if tail or not single or verb is None or not 3 <= len(verb) <= 18 or "도록" in verb:
        return
    kind = noun_run(s, at)
    topic = topic_of(s)
    asker = f"어떤 {with_josa(kind, '을/를')}" if kind else "무엇을"
    if topic is not None and topic.after < at:
        if any(t.tag == "JX" and t.form in ("은", "는") for t in tokens[topic.after : ending]):
            return
        # "카카오는 무엇을 제공하나요?" fits any page: a name of one word needs a kind beside it.
        if kind not in topic.text if kind else " " in topic.text:
            weight = (1.0 if kind else 0.8) + 0.05 * topic.is_name
            if not _has_turn(s, topic.after, at):
                yield candidate(s, f"{with_josa(topic.text, '은/는')} {asker} {verb}", "figure", weight)
        return
    before = before_noun(s, at)
    if before:
        yield candidate(s, f"{before} {asker if kind and kind not in before else '무엇을'} {verb}", "figure", 0.95)


def before_noun(s: Sentence, at: int) -> str | None:
    """What stands before the noun phrase of the object at `at`, where that phrase has no clause of its own."""
    tokens = s.tokens
    first = at
    while first > 0 and tokens[first - 1].tag in NOUNS | {"XSN", "XPN", "JKG", "JC", "SN", "SO"}:
        if tokens[first - 1].form in _WHEN:
            break
        first -= 1
    # "상세한 보고서를 생성한다" may be asked as "무엇을 생성하나요?": the adjective goes with its noun.
    if first > 3 and tokens[first - 1].tag == "ETM" and tokens[first - 2].tag in ("XSA", "VA"):
        first -= 2 + (tokens[first - 2].tag == "XSA")
    if first == at or first == 0:
        return None
    if tokens[first - 1].tag not in ("JKB", "JX", "EC") and tokens[first - 1].form not in _WHEN:
        return None
    if tokens[first - 1].tag == "EC" and tokens[first - 2].form not in ("위하", "통하", "이용하", "사용하", "대하"):
        return None
    if tokens[first - 1].form in ("도", "만", "보다", "처럼", "와", "과", "같이", "로서", "으로서"):
        return None
    prefix = s.slice(s.opens_at, tokens[first - 1].end).strip()
    inside = [t for t in tokens[:first] if t.start >= s.opens_at]
    topics = sum(t.tag in ("JKS",) or (t.tag == "JX" and t.form in ("은", "는")) for t in inside)
    whole = (
        6 <= len(prefix) <= MAX_ASKED_CHARS
        and not set(":,") & set(prefix)
        and stands(prefix)
        and content_words(inside) >= 2
    )
    if not whole or topics > 1 or any(t.tag == "EF" for t in inside):
        return None
    return prefix if inside[0].tag[0] not in "JEX" and sum(t.tag == "EC" for t in inside) <= 1 else None


def _has_turn(s: Sentence, after: int, at: int) -> bool:
    """Whether another clause stands between the topic and the object; one that modifies the object does not count."""
    ends = ("지만", "는데", "ᆫ데", "은데", "으나", "면", "으면", "고", "며", "으며")
    # "방식은 …이며, …를 설정하면 된다": what is set is no longer said of the topic.
    if any(t.tag == "EC" and t.form in ("고", "며", "으며", "지만", "는데") for t in s.tokens[after:at]):
        return True
    turn = max((i for i in range(after, at) if s.tokens[i].tag == "EC" and s.tokens[i].form in ends), default=at)
    return turn < at and not any(t.tag == "ETM" for t in s.tokens[turn:at])


def places(s: Sentence) -> Iterator[Candidate]:
    """X는 …에 저장된다: X는 어디에 저장되나요?"""
    topic = topic_of(s)
    ending = s.ending
    if topic is None or ending is None or len(s.words) > 120:
        return
    tokens = s.tokens
    for at in range(topic.after + 1, ending - 1):
        verb, particle = tokens[at], tokens[at - 1]
        passive = tokens[at + 1].form == "되" or verb.form in ("위치", "존재")
        if verb.form in _PLACED and passive and particle.tag == "JKB" and particle.form in ("에", "에서"):
            asked = question(s.text, tokens, verb.start)
            if asked and ending - at <= 4 and not any(t.tag == "EC" for t in tokens[topic.after : at]):
                yield candidate(s, f"{with_josa(topic.text, '은/는')} 어디{particle.form} {asked}", "figure", 1.0)
            return


def dates(s: Sentence) -> Iterator[Candidate]:
    """X는 2019년 6월에 …했다; 2019년 6월부터 X가 …한다: X는 언제 …했나요? X는 언제부터 …하나요?"""
    found = _DATE.search(s.words)
    ending = s.ending
    if found is None or ending is None or len(_DATE.findall(s.words)) > 1:
        return
    by = found["by"] or ""
    if s.tokens[ending - 1].tag != "EP" and by not in ("부터", "까지"):
        return
    topic, start = _dated(s, s.start + found.start(), s.start + found.end())
    if topic is None:
        return
    asked = question(s.text, s.tokens, start)
    if asked is not None and len(asked) > MAX_ASKED_CHARS - 8:
        asked = _end_of(s, start)
    if asked is None or len(asked) > MAX_ASKED_CHARS or not stands(asked[:-1]) or asked.count(",") > 1:
        return
    # "시작했나요" after another subject would put two subjects before one verb.
    when = "언제" + (by if by in ("부터", "까지") else "")
    inside = [t for t in s.tokens if t.start >= start]
    if any(t.tag == "JKS" or (t.tag == "JX" and t.form in ("은", "는")) for t in inside):
        return
    yield candidate(s, f"{with_josa(topic, '은/는')} {when} {asked.strip(' ,')}", "figure", 1.2)


def _end_of(s: Sentence, start: int) -> str | None:
    """The last object and its verb, where all that is said after a date is too long: … 표준 인증을 획득했나요?"""
    tokens, ending = s.tokens, s.ending or 0
    at = next((i for i in range(ending - 1, 1, -1) if tokens[i].tag == "JKO"), None)
    if at is None or ending - at > 5:
        return None
    first = at
    while first > 0 and (tokens[first - 1].tag in NOUNS | {"XSN", "XPN", "SN", "JKG", "SS", "W_SERIAL", "SP", "SO"}):
        first -= 1
    if first == at or tokens[first].start < start or tokens[first].tag in ("SS", "JKG", "XSN"):
        return None
    return question(s.text, tokens, tokens[first].start)


def _dated(s: Sentence, start: int, end: int) -> tuple[str | None, int]:
    """The subject beside a date, and where what is said of it goes on."""
    topic = topic_of(s)
    behind = topic is not None and topic.start < start
    if topic is not None and behind and not s.slice(s.tokens[topic.after - 1].end, start).strip():
        return topic.text, end
    if s.slice(min(s.opens_at, start), start).strip():
        return None, 0
    first = next((at for at, t in enumerate(s.tokens) if t.start >= end and t.tag != "SP"), len(s.tokens))
    at = first
    while at < len(s.tokens) and s.tokens[at].tag in NOUNS | {"XSN", "XPN", "JKG", "SN"}:
        at += 1
    if at >= len(s.tokens) or s.tokens[at].form not in ("은", "는", "이", "가"):
        return None, 0
    return noun_phrase(s, first, at), s.tokens[at].end


def amounts(s: Sentence) -> Iterator[Candidate]:
    """X는 월 5,500원이고 …, X는 24시간이다: X는 월 얼마인가요? X는 몇 시간인가요?"""
    topic = _owner_of(s)
    if topic is None or topic.head in EMPTY or len(s.words) > 140:
        return
    found = _AMOUNT.match(s.slice(s.tokens[topic.after - 1].end, s.end))
    if found is None:
        return
    about = (found["about"] or "").strip()
    about = about + " " if about and about not in ("약", "대략", "모두", "보통", "총", "평균") else ""
    past = found["be"] in ("였", "이었")
    if found["unit"]:
        asked = "얼마였나요?" if past else "얼마인가요?"
    else:
        counter = found["counter"]
        was = "였나요?" if with_josa(counter, "은/는").endswith("는") else "이었나요?"
        asked = f"몇 {counter}{was if past else '인가요?'}"
    yield candidate(s, f"{with_josa(topic.text, '은/는')} {about}{asked}", "figure", 1.15)


def _owner_of(s: Sentence) -> Topic | None:
    return topic_of(s) or topic_of(s, frozenset({"이", "가"}))


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
    # "두 번째" is a place in an order, and a clause before the number would be copied whole.
    inside = [t for t in s.tokens[topic.after :] if t.start < start and not (t.tag == "EC" and t.form == "게")]
    if asked[len(found.group()) :].startswith(("째", " 정도")) or any(t.tag in ("EC", "JKS") for t in inside):
        return
    rest = asked[len(found.group()) :]
    if stands(rest[:-1]) and len(between) + len(rest) <= 40:
        text = f"{with_josa(topic.text, '은/는')}{between}몇 {found[2]}{rest}"
        yield candidate(s, text, "figure", 1.0)


def agents(s: Sentence) -> Iterator[Candidate]:
    """X는 운영팀이 관리한다: X는 누가 관리하나요?"""
    topic = topic_of(s)
    tokens, ending = s.tokens, s.ending
    if topic is None or ending is None or len(s.words) > 110:
        return
    at = topic.after
    while at < ending and tokens[at].tag in NOUNS | {"XSN", "XPN", "JKG"}:
        at += 1
    if at == topic.after or at >= ending or tokens[at].tag != "JKS":
        return
    doer = noun_phrase(s, topic.after, at)
    asked = question(s.text, tokens, tokens[at + 1].start) if at + 1 < ending else None
    if doer is None or not _WHO.search(doer) or asked is None or len(asked) > 30 or not stands(asked[:-1]):
        return
    rest = tokens[at + 1 : ending]
    # "누가 제공하는 템플릿으로": the doer belongs to a clause before a noun.
    if any(t.tag in ("VV", "XSV") for t in rest) and not any(t.tag == "ETM" and t.form != "ᆯ" for t in rest):
        yield candidate(s, f"{with_josa(topic.text, '은/는')} 누가 {asked}", "figure", 1.15)


def holdings(s: Sentence) -> Iterator[Candidate]:
    """X에는 …하는 Y가 있다: X에는 어떤 Y가 있나요?"""
    topic = topic_of(s, frozenset({"에", "에는", "에서는"}))
    tokens, ending = s.tokens, s.ending
    if topic is None or ending is None or ending < 3 or len(s.words) > 130:
        return
    after = topic.after + (tokens[topic.after].form == "는")
    there = tokens[ending - 1].form in ("있", "존재하") or tokens[ending - 2].form == "존재"
    at = next((i for i in range(ending - 1, after, -1) if tokens[i].tag == "JKS"), None)
    if not there or at is None or at < ending - 3 or any(t.tag == "EC" for t in tokens[after:at]):
        return
    kind = noun_run(s, at)
    if kind and after != topic.after and kind not in topic.text and tokens[at - 1].form not in ("수", "필요"):
        yield candidate(s, f"{topic.text}에는 어떤 {with_josa(kind, '이/가')} 있나요?", "feature", 1.05)


def turns(s: Sentence) -> Iterator[Candidate]:
    """X는 Y로 바뀐다, X는 Y에 쓰인다: X는 무엇으로 바뀌나요? X는 어디에 쓰이나요?"""
    topic = topic_of(s)
    tokens, ending = s.tokens, s.ending
    if topic is None or ending is None or len(s.words) > 120:
        return
    for at in range(topic.after + 1, ending):
        verb, particle = tokens[at], tokens[at - 1]
        if particle.tag != "JKB" or tokens[at - 2].tag not in NOUNS | {"XSN", "NNB"}:
            continue
        passive = verb.tag == "VV" or tokens[at + 1].form == "되"
        asked = question(s.text, tokens, verb.start) if passive and ending - at <= 4 else None
        if asked is None or any(t.tag in ("EC", "JKS", "JKO") for t in tokens[topic.after : at]):
            continue
        if particle.form in ("으로", "로") and verb.form in _TURNED:
            yield candidate(s, f"{with_josa(topic.text, '은/는')} 무엇으로 {asked}", "figure", 1.0)
        elif particle.form in ("으로", "로") and _is_amount(s, at - 2):
            yield candidate(s, f"{with_josa(topic.text, '은/는')} 얼마로 {asked}", "figure", 1.0)
        elif particle.form == "에" and (verb.form in _SERVED or (verb.form in _PUT and tokens[ending - 1].tag != "EP")):
            yield candidate(s, f"{with_josa(topic.text, '은/는')} 어디에 {asked}", "figure", 1.0)
        return


def _is_amount(s: Sentence, at: int) -> bool:
    return at > 0 and s.tokens[at].tag in ("NNB", "SL", "SW") and any(t.tag == "SN" for t in s.tokens[at - 3 : at])


FACT_PATTERNS = (objects, places, dates, amounts, counts, agents, holdings, turns)
