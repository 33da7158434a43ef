"""Makes a question stand alone: the field it belongs to, one speech level, and the last look before it is used."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import EMPTY, RELATIONS, points, stands
from corpus_to_ft.llm.extractive.patterns import Candidate

MAX_FIELD_CHARS = 42
# A longer title with a comma tells two things.
MAX_UNCUT_CHARS = 18
# The headings of a document come back with every passage under them.
PHRASES_REMEMBERED = 4096
MIN_QUESTION_CHARS, MAX_QUESTION_CHARS = 10, 120

_NUMBERING = re.compile(
    r"^\s*(?:(?:step|part|chapter|제)?\s*\d{1,2}(?:[.-]\d{1,2})*\s*(?:[.):]|(?:장|단계|부|편)\.?)?\s+|\d{1,2}[.)]\s*|[^\w\s(\[\"'“‘]+\s*)+",
    re.IGNORECASE,
)
_SERIES = re.compile(
    r"(?:\s+[-–—:#]\s*|\s*[(\[#]\s*|\s+(?=part|vol|ep|episode|\d+\s*(?:편|부|탄|회)))"
    r"(?:part|vol|ep|episode)?\.?\s*#?\d{1,2}\s*(?:편|부|탄|회)?\s*[)\]]?\s*$|\s*\((?:상|중|하|\d+)\)\s*$",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\[[^\]]*\]|【[^】]*】|^\([^)]*\)|\([^)]*\)\s*$")
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_PART = re.compile(r"(?<=[가-힣])\.\s+|\s+[-–—|~]\s+|\s*[:：|]\s+|\s*,\s+(?=[가-힣]+[^,]*[다요까]$)")
_ABOUT = re.compile(
    r"(?:(?:을|를|에 대해|에 대하여|에 관해|의)\s*|\s+)(?:(?:총|전격|간단) ?)?(?:알아보기|살펴보기|시작하기"
    r"|이해하기|따라하기|톺아보기|파헤치기|맛보기|훑어보기|소개"
    r"|소개하기|정리|후기|가이드"
    r"|튜토리얼|입문|기초|개요|도입기|적용기|개발기|사용기|운영기|회고|리뷰|참관기|참관|총정리|이야기|요약|정복"
    r"|정복하기|길라잡이|알아봅시다|안내|안내서)$"
)
_SENTENCE = re.compile(
    r"(?:다|요|까|죠|는|은|을|를|며|면|게|지만|니|위해|위한|위하여|에게|하라|마라|해라|하자|말자|보자)[.!?~…]*$|[?!…~]"
)
_ENDS_IN_NOUN = re.compile(
    r"(?:시다|바다|필요|개요|수요|중요|강요|주요|의자|사용자|개발자|참가자|관리자|작업자|소비자|투자|숫자|문자"
    r"|기여자|제작자|에러|컬러|라라|네네|개요"
    r"|광고|보고|창고|사고|경고|회고|재고|최고|로고|권고|화면|측면|전면|평면|장면|단면|수면|회계|언어|게임|무게"
    r"|한계|설계|통계|기계|단계|관계"
    r"|데이터베이스|서비스|경로|도로|회로|진로|통로|흐름|제도|속도|온도|정도|지도|의도|밀도|빈도|각도|순서|문서"
    r"|부서|명세서|지침서|설명서|센서|브라우저"
    r"|페이지|이미지|메시지|패키지|스토리지|에지|정지|유지|공지|방지|인지|네트워크)$"
)
_ACTION = re.compile(
    r"[가-힣 ](?:하|고르|막|돕|만들|쓰|줄이|되|옮기|바꾸|배우|구하|다루|나누|늘리|높이|고치|찾|넣|얻|올리"
    r"|띄우|붙이|남기|세우|지키|키우"
    r"|(?:어|아|해) ?보)기$"
)
# "바이너리 형태로 재배포" is no place; "바이너리 형태로 재배포할 때" is.
_DONE_IN_A_WAY = re.compile(
    r"[가-힣](?:으로|로|에서|에|에게) (?:재배포|배포|설치|적용|사용|활용|전환|변경"
    r"|이전|제출|공개|등록|저장|연결|접속|기여|참여|제공|실행|구현|관리|표시)$"
)
_GENERIC = re.compile(
    r"^(?:소개|개요|서론|결론|마치며|마치면서|마무리|들어가며|들어가면서|시작하며|시작하면서|맺음말|맺으며|머리말"
    r"|참고|참고 ?자료|참고 ?문헌|참조|레퍼런스|목차|요약"
    r"|정리|배경|문제|해결|방법|결과|후기|끝|질문|답변|인사말|여는 글|닫는 글|주의|팁|기타|부록|예제|예시|설명"
    r"|끝으로|마지막으로|마무리하며|사건|기타 ?사항|주요 ?내용|본론|서두|들어가기 전에|시작하기 전에|시작하기"
    r"|마치기|본문|개괄|이력|내용|글을 마치며|더 읽을거리|관련 글|출처|링크"
    r"|introduction|intro|overview|summary|conclusion|references?|appendix|background|contents?|table of contents"
    r"|tl;?dr|note|notes|example|examples"
    r"|see also|further reading|links?|wrap-?up|faq|q&a|etc|index|readme"
    r"|home|about|use|contribute|blog|guide|제목|무제|untitled)$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:^|\s)(?:code|step|case|part|example|fig|figure|table|listing|appendix)\s*\d+\W*$", re.IGNORECASE
)
# "토마토를 따는 이유": where a title is a clause, no place can be made of it.
_CLAUSAL = re.compile(
    r"[가-힣](?:는|은|한|된|할|던|을|운|인|린|킨|진|낸|온|간|본|쓴|든) "
    r"(?:이유|까닭|날|때|일|것|점|길|순간|사람|법|방법|순서|이야기)$"
)
# Sections that gather what belongs nowhere else.
_CASES = re.compile(r"(?:질문|사례|이야기|후기|메모|기타)(?: ?[\d하나둘셋넷]+)?$")
_MARKUP = re.compile(r"https?:|www\.|[`{}<>\\|=*$]|\]\(|&[a-z]+;|\ufffd|!\[|_{2,}|\*\*")
# What the author does for the reader is nothing to ask about.
_COURTESY = re.compile(r"(?:드리|드릴|하시|보시|으시|해 ?주)(?:나요|면|었|고|는)|(?:드렸|드린|드립|하셨|하신)")
_GOOD_END = re.compile(r"(?:나요|가요|까요|시겠어요)\?$")
_WORD = re.compile(r"[가-힣A-Za-z0-9]{2,}")
_JOSA_TAIL = re.compile(r"(?:에서는|에서|에는|으로|은|는|이|가|을|를|의|에|로|와|과|도)$")


@lru_cache(PHRASES_REMEMBERED)
def noun_phrase_of(text: str) -> str | None:
    """The subject of a title or heading as a noun phrase, without number, series mark and aside; None for sentences."""
    text = " ".join(text.split())
    text = _NUMBERING.sub("", _BRACKETS.sub("", _PICTURES.sub("", text))).strip()
    parts = [part.strip() for part in _PART.split(text) if len(part.strip()) > 1]
    for part in parts:
        part = _SERIES.sub("", part).strip(" .·-–—")
        if part[:1] + part[-1:] in ('""', "''", "“”", "‘’"):
            part = part[1:-1]
        part = _ABOUT.sub("", part).strip()
        if len(part) > MAX_UNCUT_CHARS and ", " in part:
            part = part.split(", ")[0]
        named = (
            2 <= len(part) <= MAX_FIELD_CHARS
            and not _GENERIC.match(part)
            and not _is_sentence(part)
            and not _NUMBERED.search(part)
        )
        plain = part not in EMPTY and re.search(r"[가-힣A-Za-z]{2}", part) and not _MARKUP.search(part)
        if named and plain and stands(part):
            return part
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a passage is about: the subject of its document, and that of the section."""

    document: str | None
    section: str | None


def field_of(title: str, headings: Sequence[str]) -> Field:
    """Noun phrases of the title and of the nearest heading that names something."""
    section = next((p for place in reversed(headings) if (p := _place_of(place)) and not _is_stripped(p, place)), None)
    above = (p for place in headings if (p := _place_of(place)) and not is_relation(p))
    document = _place_of(title) or next(above, None)
    return Field(document=document, section=section if section != document else None)


def _is_stripped(phrase: str, place: str) -> bool:
    """ "라이선스 개요" leaves 라이선스, which says nothing of its own."""
    return " " not in phrase and " " in place.strip() and re.fullmatch(r"[가-힣]{1,5}", phrase) is not None


def _place_of(text: str) -> str | None:
    phrase = noun_phrase_of(text)
    if (
        phrase is None
        or re.fullmatch("[A-Za-z]{1,2}", phrase)
        or re.search(r"\bvs\b", phrase)
        or _CLAUSAL.search(phrase)
        or re.search(r"\d월", phrase)
    ):
        return None
    # "느낄 때", "만나는 법": the noun hangs on a verb's modifier, which ends in ㄴ or ㄹ.
    found = re.search(r"([가-힣]) (?:이유|까닭|날|때|일|것|점|길|순간|사람|법|이야기)$", phrase)
    return None if found and (ord(found[1]) - 0xAC00) % 28 in (4, 8) else phrase


def within(field: Field, text: str, *, keep_document: bool) -> Field:
    """Only what the passage itself speaks of: words that stand elsewhere lead a reader and a search elsewhere."""
    document, section = field.document, field.section
    if document and not keep_document and not shares_word(text, document):
        document = None
    return Field(document=document, section=section if section and shares_word(text, section) else None)


def in_field(candidate: Candidate, field: Field) -> str | None:
    """The question with its field in front where it does not name it; None where it needs one and there is none."""
    text = candidate.text
    if candidate.of == "의":
        owner = next((p for p in (field.section, field.document) if p and not shares_word(text, p)), None)
        if owner is None:
            return None
        if re.match(r"[가-힣]+[는은] ", text):
            return _put(owner, text)
        return f"{_doing(owner)} {text}" if _doing(owner) else f"{owner}의 {text}"
    return text if candidate.of == "" else placed(field, text)


def placed(field: Field, text: str) -> str:
    """ "Kubernetes의 Pod에서 …": document and section as far as the question does not name them and they stay short."""
    document, section = field.document, field.section
    if document and names_much(text, document):
        document = None
    if section and (shares_word(text, section) or (document and shares_word(section, document))):
        section = None
    if document and section and "의 " not in section and not _CASES.search(section):
        doing = _doing(document)
        way = _DONE_IN_A_WAY.search(section) is not None
        both = (
            f"{doing} {section}"
            if doing
            else f"{with_josa(document, '을/를')} {section}"
            if way
            else f"{document}의 {section}"
        )
        if len(both) <= MAX_FIELD_CHARS:
            return _put(both, text)
    chosen = document or (section if section and not is_relation(section) else None)
    return _put(chosen, text) if chosen else text


def is_relation(phrase: str) -> bool:
    """발생 원인, 주요 특징, 막는 순서: a side of something that it does not name."""
    words = phrase.split()
    if words[-1] not in RELATIONS and words[-1] not in ("방법", "법"):
        return False
    return len(words) == 1 or (len(words) == 2 and (len(words[0]) < 3 or words[0].endswith(("는", "은", "을"))))


def is_sound(question: str) -> bool:
    """Length, ending, brackets and markup."""
    if not MIN_QUESTION_CHARS <= len(question) <= MAX_QUESTION_CHARS or not _GOOD_END.search(question):
        return False
    if _MARKUP.search(question) or "\n" in question or "  " in question or question.count("(") != question.count(")"):
        return False
    if _COURTESY.search(question):
        return False
    words = question.split()
    return len(words) >= 2 and all(a != b for a, b in itertools.pairwise(words)) and question.count("?") == 1


def containment(question: str, source: str) -> float:
    """Share of the question's character trigrams that stand in the source."""
    question, source = "".join(question.split()), "".join(source.split())
    grams = [question[at : at + 3] for at in range(len(question) - 2)]
    return sum(gram in source for gram in grams) / len(grams) if grams else 0.0


def polite_question(text: str) -> str | None:
    """A question found in the source, in 해요체; None when its form is not known."""
    text = " ".join(_NUMBERING.sub("", re.sub(r"^\s*(?:Q|질문)\s*\d*\s*[.:)\]]?\s*", "", text)).split())
    text = text.strip("\"'“”‘’ ")
    found = re.match(r"^(.+?)\s*[?？]*$", text)
    if not found or re.search(r"[?？!]", found[1]):
        return None
    core = found[1].rstrip(" .")
    if points(core) or "가, " in core:
        return None
    for ending, polite in (
        ("무엇인가", "무엇인가요"), ("입니까", "인가요"), ("습니까", "나요"), ("는가", "나요"),
        ("이란", "이란 무엇인가요"),
    ):  # fmt: skip
        if core.endswith(ending):
            return core[: -len(ending)] + polite + "?"
    if core.endswith("니까") and len(core) > 3 and (ord(core[-3]) - 0xAC00) % 28 == 17:
        return core[:-3] + chr(ord(core[-3]) - 17) + "나요?"
    if core.endswith(("나요", "가요", "까요")):
        return core + "?"
    if core.endswith(("인가", "은가", "한가", "던가", "을까", "할까", "일까", "될까", "할까")):
        return core + "요?"
    if text.endswith(("?", "？")) and core.endswith("란") and len(core) > 2:
        return core + " 무엇인가요?"
    return None


def explain_request(phrase: str) -> str:
    """The plainest question, for passages that offer nothing better."""
    return f"{phrase}에 대해 설명해 주시겠어요?"


def _put(field: str, text: str) -> str:
    doing = _doing(field)
    if doing:
        return f"{doing} {text}"
    # Two places in a row read badly: "R2DBC에서 실무에서".
    if "에서" in text[:25] or field.endswith("서"):
        return f"{with_josa(field, '과/와')} 관련해 {text}"
    return f"{field}에서 {text}"


def _doing(phrase: str) -> str | None:
    """블로그 만들기 → 블로그를 만들 때; None for phrases that are no action."""
    if _DONE_IN_A_WAY.search(phrase):
        return phrase + "할 때"
    if not _ACTION.search(phrase):
        return None
    stem = phrase[:-1]
    code = ord(stem[-1]) - 0xAC00
    final = code % 28
    if final == 8:
        return stem + " 때"
    return stem[:-1] + chr(ord(stem[-1]) + 8) + " 때" if final == 0 else stem + "을 때"


def to_do(phrase: str) -> str | None:
    """블로그 만들기 → 블로그 만들려면; None for phrases that are no action, and for stems that change."""
    if not _ACTION.search(phrase):
        return None
    stem = phrase[:-1]
    final = (ord(stem[-1]) - 0xAC00) % 28
    return stem + ("려면" if final in (0, 8) else "으려면") if final not in (17, 7, 27) else None


def _is_sentence(text: str) -> bool:
    if not re.search(r"[가-힣]", text):
        return bool(re.search(r"[?!]", text)) or len(text.split()) > 6
    if re.search(r"[가-힣]$", text) is None:
        return bool(re.search(r"[?!…~]", text))
    return bool(_SENTENCE.search(text)) and not _ENDS_IN_NOUN.search(text)


def names_all(text: str, phrase: str) -> bool:
    """Whether every word of the phrase stands in the text, particles aside."""
    low = text.casefold().replace(" ", "")
    words = [_JOSA_TAIL.sub("", word) if len(word) > 2 else word for word in _WORD.findall(phrase.casefold())]
    return bool(words) and all(word in low for word in words)


def names_half(text: str, phrase: str) -> bool:
    """Whether half of the words of the phrase stand in the text, particles aside."""
    low = text.casefold().replace(" ", "")
    words = [_JOSA_TAIL.sub("", word) if len(word) > 2 else word for word in _WORD.findall(phrase.casefold())]
    return bool(words) and 2 * sum(word in low for word in words) >= len(words)


def names_much(text: str, field: str) -> bool:
    """Whether the text names the Latin words or numbers of the field, or half of its words where it has none."""
    low = text.casefold().replace(" ", "")
    words = [_JOSA_TAIL.sub("", word) if len(word) > 2 else word for word in _WORD.findall(field.casefold())]
    named = [word for word in words if word in low]
    if any(not "가" <= word[0] <= "힣" for word in words):
        return any(not "가" <= word[0] <= "힣" for word in named)
    return bool(named) and 2 * len(named) >= len(words)


def shares_word(text: str, field: str) -> bool:
    low = text.casefold().replace(" ", "")
    words = [_JOSA_TAIL.sub("", word) if len(word) > 2 else word for word in _WORD.findall(field.casefold())]
    return any(
        word in low for word in words if len(word) > 1 and word not in ("of", "the", "and", "in", "for", "to", "with")
    )
