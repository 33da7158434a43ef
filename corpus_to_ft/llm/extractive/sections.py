"""Questions over a headed section: the heading names a side, a course, a set or a deed, and the text under it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import EMPTY, MAX_TOPIC_CHARS, RELATIONS, Sentence, announces, is_broken
from corpus_to_ft.llm.extractive.doings import has_object, is_able
from corpus_to_ft.llm.extractive.manner import advises
from corpus_to_ft.llm.extractive.patterns import Candidate, noun_run
from corpus_to_ft.llm.extractive.sentence_shape import fitness
from corpus_to_ft.llm.extractive.wording import is_relation, noun_phrase_of, shares_word, to_do
from corpus_to_ft.records import Block

MIN_SECTION_CHARS, MAX_SECTION_CHARS = 45, 420
# A list is told whole, up to this.
MAX_LISTED_CHARS = 800
# Openings like "이번에는 … 알아보겠습니다" that an answer passes over.
MAX_PASSED_OVER = 2
MAX_HEADLINE_CHARS = 32
MIN_FITNESS = 0.5

_SIDES_WORDS = (
    "장점 단점 특징 한계 차이 차이점 목적 목표 이유 원인 배경 의미 정의 개념 역할 효과 영향 시사점 의의 쟁점 원칙 "
    "규칙 기준 조건 요건 요구사항 의무사항 의무 권리 책임 대상 범위 혜택 이점 문제 문제점 해결책 방안 해결방안 대안 "
    "전략 과제 주의사항 유의사항 제한사항 변경사항 고려사항 준비사항 준수사항 결론 핵심 구성요소 원리 결과 성과 강점 "
    "약점 위험 위험성 위험요소 리스크 취약점 판결 철학 교훈 효능 증상 자격 변화 변경점 개선점 기대효과 필수요소 사양 "
    "준비물 재료 경우 요금 비용 가격 기본값 규격 제약 제약사항 단위 사항"
)
_SIDES = frozenset(_SIDES_WORDS.split())
_COURSES = frozenset(
    [
        "절차",
        "과정",
        "순서",
        "흐름",
        "단계",
        "경과",
        "일정",
        "구조",
        "구성",
        "아키텍처",
        "방식",
        "체계",
        "현황",
        "동향",
        "추이",
        "연혁",
        "워크플로우",
        "프로세스",
        "라이프사이클",
    ]
)
_HISTORIES = frozenset({"경과", "연혁", "추이", "동향", "현황", "일정"})
_SETS = frozenset(
    ["기능", "종류", "유형", "사례", "팁", "도구", "요소", "항목", "예시", "옵션", "패턴", "기법", "키워드"]
)
_NEEDS = {"필요성": "왜 필요한가요?", "중요성": "왜 중요한가요?"}
# What is done to a thing; behind them the particle of the thing where it is not 을/를.
_DEEDS_WORDS = (
    "설치 설정 적용 배포 재배포 작성 제출 생성 등록 실행 연동 사용 활용 관리 운영 공유 빌드 삭제 변경 신청 "
    "확인 공개 도입 최적화 구현 추가 제거 검증 준비 측정 선택 통합 준수 업데이트 업그레이드 마이그레이션 전환 "
    "복구 백업 예약 환불 교환 반납 접수 구매 결제 취소 해지 충전 세척 보관 조립 청소 교체 교정 점검 재배 파종 수확 "
    "수정 발급 조회 다운로드 시작 종료 개선 분석 정의 호출 테스트 모니터링 디버깅 표시 표기 전달 보고 요청 거절 "
    "유지 확보 보호 강화 방지 해결 처리 수집 예방 평가 지원 교육 관찰 홍보 이관 저장 인증 검색 녹화 연장 납부 "
    "신고 수령 발송 입력 출력"
)
_DEEDS = frozenset(_DEEDS_WORDS.split())
_DEEDS_AT = frozenset({"기여", "참여", "대응", "가입", "로그인", "접속", "연결", "투고", "문의"})
_ADVERBS = frozenset(
    [
        "자주",
        "빨리",
        "먼저",
        "함께",
        "직접",
        "미리",
        "바로",
        "다시",
        "계속",
        "꾸준히",
        "천천히",
        "많이",
        "잘",
        "항상",
        "더",
        "처음",
    ]
)
_OF_BEFORE = re.compile(r"(?<![가-힣])(?:기존|현재|이전|과거|우리|저희|첫|나의|내|처음엔?|처음에는|나중에|이번|지금)")
_ADVERBIAL = re.compile(r"(?:으로|로|에서|에|에게|게)$")
_JOINED = re.compile(r"(?:및|과|와|또는|·|,|/)$|[·,/&]|(?: 및 | 또는 )")
_LINK = re.compile(r"https?://\S+|www\.\S+")
# Talk among friends: nothing to learn a written answer from.
_CHATTY = re.compile(r"ㅋㅋ|ㅎㅎ|ㅠ|ㅜ|\^\^|-_-|;;|\(\?\)|[.]{4,}|삽질|~+[!.)]*$|!{2,}|흠|ㅡ")
_COMPLETE = re.compile(r"(?:[다요죠까오음임함됨짐]|[니]다|[가-힣]것|있음|없음)[.!?。…)\"'”’\]\d]*$|[.!?]$")
_REFERS = re.compile(
    r"\W*(?:참고|참조|관련|출처|더 보기|더 읽|바로 ?가기|문의)(?:하기| ?자료| ?링크| ?문서| ?글)?\W*(?:$|[:：])"
)
_FORMULA = re.compile(r"\\[a-zA-Z]{2,}|\$[^$\n]+\$|[A-Za-z]_\{|\^\{")
_SHOWN = re.compile(
    r"(?:아래|다음|위)(?:의|는|에|와 같은|과 같은)? ?(?:명령|코드|예제|예시|그림|이미지|화면|사진|영상"
    r"|링크|주소|글|포스트|스크린샷)|(?:참고|참조)(?:하세요|하시|해 ?주|합니다|하면|바랍)"
    r"|에서 (?:확인|다운로드)(?:하세요|하시|할 수 있|해 ?주)|에 (?:나와 )?있습니다\.$"
)
_VERSUS = re.compile(r"^(.{2,24}?) ?(?:vs\.?|VS\.?|대) (.{2,24})$")


def section_questions(text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]) -> Iterator[Candidate]:
    """X의 장점 → X의 장점은 무엇인가요? X 설치 → X를 설치하려면 어떻게 해야 하나요? The section is the answer."""
    for phrase, below in sections(text, blocks, sentences):
        first, last, end = told(below)
        if first is None or last is None:
            continue
        stretch = text[first.start : end]
        if len(stretch) < MIN_SECTION_CHARS or not shares_word(stretch, phrase):
            continue
        asked = _asked(phrase, below)
        if asked is None:
            continue
        question, of, weight = asked
        yield Candidate(
            text=question, subject="section", first=first.index, last=last.index, weight=weight, of=of, end=end
        )


def headed_statements(text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]) -> Iterator[Candidate]:
    """Where the first sentence leaves its subject to the heading: X는 어떤 파일인가요? X는 무엇을 할 수 있나요?"""
    for phrase, found in sections(text, blocks, sentences):
        first = found[0]
        ending = first.ending
        if ending is None or not opens_answer(first) or _deed(phrase) or to_do(phrase) or is_relation(phrase):
            continue
        head = phrase.split()[-1]
        if head in _SIDES | _COURSES | _SETS or any(t.tag == "JX" and t.form in ("은", "는") for t in first.tokens):
            continue
        copula = next((at for at in (ending - 1, ending - 2) if at > 2 and first.tokens[at].tag == "VCP"), None)
        kind = noun_run(first, copula) if copula else None
        if kind and kind not in phrase and len(phrase) <= MAX_TOPIC_CHARS:
            be = "인가요?" if first.tokens[ending - 1].tag != "EP" else "이었나요?"
            asked = f"{with_josa(phrase, '은/는')} 어떤 {kind}{be}"
            yield Candidate(text=asked, subject="definition", first=first.index, last=first.index, weight=1.1)
        elif is_able(first.tokens, ending) and has_object(first.tokens[: ending - 3]) and _is_thing(phrase):
            asked = f"{with_josa(phrase, '은/는')} 무엇을 할 수 있나요?"
            if not any(t.tag == "JKS" for t in first.tokens[: ending - 3]):
                yield Candidate(text=asked, subject="feature", first=first.index, last=first.index, weight=0.9)


def _is_thing(phrase: str) -> bool:
    """A name in Latin letters, or one of a word or two."""
    return re.fullmatch(r"[A-Za-z][\w.+#-]*(?: [A-Za-z][\w.+#-]*){0,2}", phrase) is not None


def _asked(phrase: str, below: Sequence[Sentence]) -> tuple[str, Literal["", "의", "에서"], float] | None:
    """The question, how it takes its field, and how far it can be trusted."""
    of: Literal["", "의", "에서"] = "의" if is_relation(phrase) or " " not in phrase else "에서"
    head = phrase.split()[-1]
    if found := _VERSUS.match(phrase):
        return f"{with_josa(found[1], '과/와')} {with_josa(found[2], '은/는')} 어떻게 다른가요?", "에서", 1.1
    action = to_do(phrase)
    listed = sum(s.block.kind == "list_item" for s in below[:6]) > 1
    if action and not phrase.endswith("보기") and (listed or any(advises(s) for s in below[:5])):
        return f"{action} 어떻게 해야 하나요?", "에서", 0.9
    if head in _NEEDS and " " in phrase:
        owner = phrase.removesuffix(head).strip().removesuffix("의")
        return f"{with_josa(owner, '은/는')} {_NEEDS[head]}", "에서", 1.0
    told_past = any(t.tag == "EP" for t in below[0].tokens[-4:])
    if head in _COURSES and not (told_past and head not in _HISTORIES):
        return f"{with_josa(phrase, '은/는')} 어떻게 되나요?", of, 0.9
    if head in ("방법", "법") or head in RELATIONS or head in _SIDES or _ends(phrase, _SIDES):
        return f"{with_josa(phrase, '은/는')} 무엇인가요?", of, 0.95
    if head in _SETS and any(s.block.kind == "list_item" for s in below):
        return f"{phrase}에는 어떤 것이 있나요?", of, 0.85
    deed = _deed(phrase)
    # What is told of a deed is a way to do it only where the reader is told to do something.
    items = sum(s.block.kind == "list_item" and s.ending is not None for s in below[:6])
    if deed and (items > 1 or any(advises(s) for s in below[:4])):
        return f"{deed}하려면 어떻게 해야 하나요?", "에서", 0.9
    return None


def _ends(phrase: str, heads: frozenset[str]) -> bool:
    """요구 사항 is written with and without the space."""
    words = phrase.split()
    return len(words) > 1 and "".join(words[-2:]) in heads


def _deed(phrase: str) -> str | None:
    """저장소 백업 → 저장소를 백업, 소스 형태로 재배포 → 소스 형태로 재배포."""
    before, _, head = phrase.rpartition(" ")
    if _OF_BEFORE.search(before):
        return None
    if head not in _DEEDS | _DEEDS_AT or len(before) < 2 or _JOINED.search(before) or before in EMPTY:
        return None
    before = before.removesuffix("의").strip()
    if before.split()[-1] in _ADVERBS:
        return None
    if _ADVERBIAL.search(before) and re.search("[가-힣]", before[-1]):
        return f"{before} {head}"
    return f"{before}에 {head}" if head in _DEEDS_AT else f"{with_josa(before, '을/를')} {head}"


def sections(text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]) -> Iterator[tuple[str, list[Sentence]]]:
    """Each heading that names something, with the prose sentences under it."""
    for number, block in enumerate(blocks):
        if is_headline(text, blocks, number):
            phrase = noun_phrase_of(block.of(text))
            found = below(text, blocks, number, sentences)
            if phrase and found:
                yield phrase, found


def is_headline(text: str, blocks: Sequence[Block], number: int) -> bool:
    """A heading, or a short line of its own above prose that is no sentence: bold words used as one."""
    block = blocks[number]
    if block.kind == "heading":
        return True
    # Loose lines of a diary are no headings: the page must have structure of its own.
    if not any(b.kind in ("heading", "list_item") for b in blocks):
        return False
    if block.kind != "paragraph" or not 2 <= block.end - block.start <= MAX_HEADLINE_CHARS or number + 1 >= len(blocks):
        return False
    line, following = block.of(text).strip(), blocks[number + 1]
    if following.kind not in ("paragraph", "list_item") or following.end - following.start <= MAX_HEADLINE_CHARS:
        return False
    asks = bool(re.search(r"(?:란|이란)\?$", line))
    return asks or not ("\n" in line or is_complete(line) or re.search(r"[.:,;!?…~\])}]$|https?:", line))


def below(text: str, blocks: Sequence[Block], number: int, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Sentences of the unbroken prose after a block: up to the next heading, code or table."""
    stretch: list[Block] = []
    for at, block in enumerate(blocks[number + 1 :], start=number + 1):
        if block.kind in ("code", "table_row") or is_headline(text, blocks, at):
            break
        stretch.append(block)
    if not stretch:
        return []
    return [s for s in sentences if stretch[0].start <= s.start < stretch[-1].end]


def told(found: Sequence[Sentence]) -> tuple[Sentence | None, Sentence | None, int]:
    """From the first sentence that opens an answer, as many as fit; what announces a list ends with the list."""
    at = 0
    while at < len(found) and at <= MAX_PASSED_OVER and not opens_answer(found[at]):
        at += 1
    if at >= len(found) or at > MAX_PASSED_OVER:
        return None, None, 0
    first = last = found[at]
    for sentence in found[at + 1 :]:
        listed = sentence.block.kind == "list_item"
        if sentence.end - first.start > (MAX_LISTED_CHARS if listed else MAX_SECTION_CHARS):
            break
        if _REFERS.match(sentence.words):
            break
        if not listed and (announces(sentence.words) or shows(sentence.words)):
            break
        last = sentence
    last = _without_tail(found, first, last)
    # A list broken off in the middle, or announced and left out, answers nothing.
    following = next((s for s in found if s.start > last.start), None)
    if following is not None and following.block.kind == "list_item":
        if last.words.rstrip().endswith((":", "：")) or last.block.kind == "list_item":
            return None, None, 0
    elif last.words.rstrip().endswith((":", "：")) or re.search(r"(?:다음|아래)[과와] ?같", last.words):
        return None, None, 0
    inside = [s for s in found if first.start <= s.start <= last.start]
    asking = sum(s.words.endswith(("?", "？")) for s in inside)
    linked = sum(len(link) for s in inside for link in _LINK.findall(s.words))
    if (
        any(is_broken(s.words) or _FORMULA.search(s.words) or is_chatty(s.words) for s in inside)
        or 3 * asking >= len(inside)
        or 4 * linked > last.end - first.start
    ):
        return None, None, 0
    return first, last, last.end


def _without_tail(found: Sequence[Sentence], first: Sentence, last: Sentence) -> Sentence:
    """A line that is no sentence, after sentences, is the heading of what follows."""
    inside = [s for s in found if first.start <= s.start <= last.start]
    while len(inside) > 1 and inside[-1].block.kind == "paragraph" and not is_complete(inside[-1].words):
        inside.pop()
    return inside[-1]


def is_complete(words: str) -> bool:
    """Whether it ends as a sentence does, in full or in note form: 한다, 해요, 함."""
    return bool(_COMPLETE.search(words))


def is_chatty(words: str) -> bool:
    """Talk among friends: emoticons, laughter, trailing dots."""
    return bool(_CHATTY.search(words))


def shows(words: str) -> bool:
    """Leads to code, a picture or a page that an answer does not hold."""
    return bool(_SHOWN.search(words))


def opens_answer(sentence: Sentence) -> bool:
    """Whether an answer can begin with it: it ties to nothing before, announces nothing and greets nobody."""
    words, kind = sentence.words, sentence.block.kind
    if sentence.leans or announces(words) or shows(words) or words.endswith(("?", "？")):
        return False
    return kind == "list_item" or fitness(words, kind, 5, "", korean=True) >= MIN_FITNESS
