"""Question patterns over the structure of a passage: announced lists, headings, questions with their answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import EMPTY, Sentence, stands
from corpus_to_ft.llm.extractive.endings import question
from corpus_to_ft.llm.extractive.patterns import Candidate
from corpus_to_ft.llm.extractive.sections import below, is_headline
from corpus_to_ft.llm.extractive.wording import (
    is_relation,
    noun_phrase_of,
    polite_question,
    shares_word,
)
from corpus_to_ft.records import Block

MAX_LIST_CHARS = 800
MAX_PAGE_CHARS = 700
MIN_TOLD_CHARS, MAX_TOLD_CHARS = 50, 360
# "왜 필요한가요?" says nothing by itself.
MIN_HEADING_QUESTION_CHARS = 14
MIN_ITEM_CHARS, MAX_ITEM_CHARS = 2, 300

_LIKE_THESE = re.compile(
    r"(?:다음|아래)(?:과|와)? ?같은 |(?:다음|아래)의 |(?:다음|아래) (?=사항|내용|항목|조건"
    r"|방법|단계|절차|순서|규칙|기능|정보|파일|명령|문서|자료|요건|의무|\d|[두세네]|다섯|여섯)"
)
_IS_LIKE_THIS = re.compile(r"(?:은|는)\s+(?:다음|아래)(?:과|와|처럼)? ?(?:같(?!이|은)|나타|구성)")
_LIKE_THIS = re.compile(r"(?:다음|아래)(?:과|와)? ?같이 |(?:다음|아래)처럼 ")
_PLURAL = re.compile(
    r"(?:들|목록|리스트|종류|유형|요소|항목|장점|단점|특징|기능|조건|규칙|원칙|방법|단계|예|사례|도구|기술|키워드"
    r"|의무|권리)$"
)
# What stands below is only to be looked at.
_LOOK = re.compile(r"(?:참고|참조|살펴|알아|확인해|확인하시|보겠|보시|기억)[가-힣 ]*[.:]*$|(?:아래|다음)를 확인")
_SUMMED = re.compile(
    r"[을를] (?:간단히 |간략히 |간략하게 )?(?:정리|요약|나열|소개|설명|열거)(?:하면|해 ?보면) "
    r"(?:다음|아래)(?:과|와)? ?같"
)
_THESE = re.compile(
    r"(?:다음|아래)(?: ?(?:사항|내용|항목|요소|조건|기능|단계|절차))?(?:의 (?:사항|것|내용|항목)(?:들)?)?(?:을|를) "
)
_MANY = re.compile(
    r"(?:다양한|여러 가지의?|여러|몇 가지|(?:두|세|네|다섯|여섯|\d+) ?(?:가지|개의|종류의)) "
    r"(?!.{0,12}(?:가운데| 중 ))(?=[가-힣A-Za-z])"
)
_SO_MANY = re.compile(
    r"(?:두|세|네|다섯|여섯|일곱|여덟|\d+) ?(?:가지|단계의|종류의|개의) "
    r"(?P<what>[가-힣A-Za-z]{2,8}(?: [가-힣A-Za-z]{2,8})?)"
    r"(?=[이가을를은는](?: |$)| 가운데| 중)"
)
_STEPS = re.compile(r"(?:방법|절차|순서|단계|과정)$|하는 법$")
_NOT_PROSE = re.compile(r"https?://|www\.|[{}<>\\=|$]|^\W*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRun:
    """Neighbouring list items; `lead` is the sentence before them, `heading` the heading right above."""

    start: int
    end: int
    items: tuple[Block, ...]
    first: int
    last: int
    lead: Sentence | None
    heading: str


def list_questions(text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]) -> Iterator[Candidate]:
    """X는 다음과 같다 + items: X는 무엇인가요? The answer begins with the sentence that announces the items."""
    for run in _runs(text, blocks, sentences):
        asked = _announced(run.lead) if run.lead else None
        if asked and run.lead and run.end - run.lead.start <= MAX_LIST_CHARS and not run.lead.leans:
            yield Candidate(
                text=asked, subject="list", first=run.lead.index, last=run.last, weight=1.45, end=run.end
            )  # fmt: skip
            continue
        phrase = noun_phrase_of(run.heading) if run.heading else None
        if phrase is None or run.end - run.start > MAX_LIST_CHARS:
            continue
        if _STEPS.search(phrase):
            asked = f"{with_josa(phrase, '은/는')} 무엇인가요?"
        elif _PLURAL.search(phrase):
            asked = f"{phrase}에는 어떤 것이 있나요?"
        else:
            continue
        yield Candidate(
            text=asked, subject="list", first=run.first, last=run.last, weight=1.0, end=run.end,
            of="의" if is_relation(phrase) else "에서",
        )  # fmt: skip


def heading_questions(text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]) -> Iterator[Candidate]:
    """A heading that is a question, and its first sentences as the answer; also 질문 and 답변 side by side."""
    for number, block in enumerate(blocks):
        words = block.of(text).strip()
        marked = re.match(r"(?:Q\s*\d*\s*[.:)\]]|질문\s*\d*\s*[.:)])", words)
        if not marked and not is_headline(text, blocks, number):
            continue
        asked = _asked_by(words) if "\n" not in words and len(words) <= 100 else None
        if asked is None or len(asked) < MIN_HEADING_QUESTION_CHARS:
            continue
        found = below(text, blocks, number, sentences)
        told = found[-1].end - found[0].start if found else 0
        if told < MIN_TOLD_CHARS or found[0].words.endswith(("?", "？")):
            continue
        last = found[0]
        for sentence in found[1:]:
            if sentence.end - found[0].start > MAX_TOLD_CHARS:
                break
            last = sentence
        # What stands under its question may lean on it: "항상 그렇지는 않다."
        start = -1 if marked else found[0].start
        yield Candidate(
            text=asked, subject="faq" if marked else "heading", first=found[0].index, last=last.index,
            weight=1.4, start=start, end=0 if marked else last.end,
        )  # fmt: skip


def _asked_by(words: str) -> str | None:
    """A heading that is a question, or the first half of one: 스스로 점검하려면."""
    if re.fullmatch(r"[^?!.]{4,40}려면", words):
        return f"{words} 어떻게 해야 하나요?"
    return polite_question(words)


def title_questions(
    title: str, text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]
) -> Iterator[Candidate]:
    """A short page under a question, as lists of frequent questions have them, answers it as a whole."""
    asked = polite_question(re.sub(r"^[^:：?]{2,20}[:：] ", "", title))
    wondered = re.match(r"^([^?!.]{3,40}?)[이가] 궁금(?:합니다|해요)[.]?$", title.strip())
    if wondered:
        asked = f"{with_josa(wondered[1], '은/는')} 어떻게 되나요?"
    if asked is None or not sentences or len(text) > MAX_PAGE_CHARS or not shares_word(text, asked):
        return
    if any(block.kind not in ("paragraph", "list_item") for block in blocks):
        return
    first, last = sentences[0], sentences[-1]
    yield Candidate(
        text=asked, subject="faq", first=first.index, last=last.index, weight=1.6, end=last.end, of=""
    )  # fmt: skip


def _runs(text: str, blocks: Sequence[Block], sentences: Sequence[Sentence]) -> Iterator[ListRun]:
    numbered = list(enumerate(blocks))
    for is_list, group in groupby(numbered, key=lambda pair: pair[1].kind == "list_item"):
        found = list(group)
        items = tuple(block for _, block in found)
        if not is_list or len(items) < 2 or not all(_is_item(block.of(text)) for block in items):
            continue
        inside = [s for s in sentences if items[0].start <= s.start < items[-1].end]
        before = blocks[found[0][0] - 1] if found[0][0] else None
        lead = None
        if before is not None and before.kind in ("paragraph", "quote"):
            lead = next((s for s in reversed(sentences) if before.start <= s.start < before.end), None)
        heading = before.of(text) if before is not None and before.kind == "heading" else ""
        if inside:
            yield ListRun(
                start=items[0].start, end=items[-1].end, items=items, first=inside[0].index,
                last=inside[-1].index, lead=lead, heading=heading,
            )  # fmt: skip


def _is_item(item: str) -> bool:
    letters = sum(char.isalpha() or char.isspace() for char in item)
    long_enough = MIN_ITEM_CHARS <= len(item) <= MAX_ITEM_CHARS
    return long_enough and not _NOT_PROSE.search(item) and letters >= 0.6 * len(item)


def _announced(lead: Sentence) -> str | None:
    """The question that a sentence announcing a list answers."""
    start = lead.opens_at
    words = lead.slice(start, lead.end)
    if _LOOK.search(words):
        return None
    found = _IS_LIKE_THIS.search(words)
    if found:
        what = words[: found.start()].strip()
        return f"{with_josa(what, '은/는')} 무엇인가요?" if _can_stand(what) else None
    summed = _SUMMED.search(words)
    if summed:
        what = words[: summed.start()].strip()
        return f"{with_josa(what, '은/는')} 무엇인가요?" if _can_stand(what) else None
    for pattern, asker in ((_LIKE_THESE, "어떤 "), (_LIKE_THIS, "어떻게 "), (_THESE, "무엇을 "), (_MANY, "어떤 ")):
        found = pattern.search(words)
        if found:
            rest = question(lead.text, lead.tokens, start + found.end())
            before = words[: found.start()]
            if rest and stands(before) and stands(rest[:-1]) and len(before) + len(rest) <= 80 and len(before) >= 6:
                return before + asker + rest
    many = _SO_MANY.search(words)
    if many and many["what"].split()[0] not in EMPTY and stands(many["what"]):
        return f"어떤 {with_josa(many['what'], '이/가')} 있나요?"
    return None


def _can_stand(what: str) -> bool:
    return 3 <= len(what) <= 50 and stands(what)
