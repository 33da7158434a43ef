"""The plainest question, a request to explain, for passages that answer nothing more pointed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus_to_ft.llm.extractive.clauses import RELATIONS, Sentence, announces, topic_of
from corpus_to_ft.llm.extractive.facts import is_doer
from corpus_to_ft.llm.extractive.patterns import Candidate
from corpus_to_ft.llm.extractive.sections import is_complete, opens_answer, sections, told
from corpus_to_ft.llm.extractive.wording import explain_request, names_all, names_half, noun_phrase_of, shares_word
from corpus_to_ft.records import Block

MIN_EXPLANATION_CHARS = 70
MAX_TOPIC_ANSWER_CHARS = 320

_OF_BEFORE = re.compile(r"^(?:기존|현재|이전|과거|우리|저희|처음|나중|이번|지금|대부분|일부|모든|많은|어떤)")
_DEED = re.compile(r"[가-힣](?:으로|로|에서|에) [가-힣]+$|(?:하|되|기)기$|[가-힣]하기$")
_SPEAKER = re.compile(r"(?<![가-힣])(?:저는|제가|저의|나는|내가|나의|저희|우리|필자|제 |내 |여러분|저도)")
_NO_THING = re.compile(
    r"(?:사람들|자체|설명|소개|이해|마련|확인|님|씨|판사|교수|의원|대표|사건|경우|생각|필요|하나|때|것|점|수|중|등|문의|후기|회고|소감|인사"
    r"|개요|요약|정리|정보|안내|결론|예시|예제|사례|코드|화면|그림|참고|문서|페이지|링크|목록|본문|내용)$|^(?:Step|Case|Part|Code)\b"
)


def explanations(
    text: str, blocks: Sequence[Block], sentences: Sequence[Sentence], *, title: str, headings: Sequence[str]
) -> Iterator[Candidate]:
    """X에 대해 설명해 주시겠어요? over what a section opens with, or over what goes on about a topic of the page."""
    for phrase, found in sections(text, blocks, sentences):
        yield from _of_section(text, phrase, found, 0.6)
    inside = next((block.start for block in blocks if block.kind == "heading"), len(text))
    above = noun_phrase_of(headings[-1]) if headings else None
    carried_on = [s for s in sentences if s.start < inside]
    if above and carried_on and names_all(carried_on[0].words, above):
        yield from _of_section(text, above, carried_on, 0.5)
    place = " ".join((title, *headings))
    for sentence in sentences:
        yield from _of_topic(sentences, sentence, place)


def _of_section(text: str, phrase: str, found: Sequence[Sentence], weight: float) -> Iterator[Candidate]:
    first, last, end = told(found)
    if first is None or last is None:
        return
    # A short heading is a subject where the text below takes it up as its topic.
    topic = topic_of(first)
    taken_up = topic is not None and topic.text == phrase and not is_doer(phrase)
    if not (taken_up or _is_explainable(phrase)):
        return
    # What is to be explained must be spoken of soon, not only somewhere below its heading.
    opening = text[first.start : min(end, first.end + 120)]
    inside = [s for s in found if first.start <= s.start <= last.start]
    if _SPEAKER.search(first.words) or 2 * sum(is_complete(s.words) for s in inside) < len(inside):
        return
    # A name may stand in its heading alone, where the first sentence leaves its subject out.
    named = re.search("[A-Za-z]{2}", phrase) and not any(t.tag == "JX" and t.form in ("은", "는") for t in first.tokens)
    if end - first.start >= MIN_EXPLANATION_CHARS and (named or names_half(opening, phrase)):
        yield Candidate(
            text=explain_request(phrase), subject="heading", first=first.index, last=last.index, weight=weight, end=end
        )


def _of_topic(sentences: Sequence[Sentence], sentence: Sentence, place: str) -> Iterator[Candidate]:
    topic = topic_of(sentence)
    if topic is None or not opens_answer(sentence) or not _is_explainable(topic.text):
        return
    if any(t.tag == "EP" for t in sentence.tokens[-4:]) or not (topic.is_name or " " in topic.text):
        return
    if is_doer(topic.text) or _SPEAKER.search(sentence.words):
        return
    last = sentence
    for following in sentences[sentence.index + 1 :]:
        near = following.block is sentence.block and following.end - sentence.start <= MAX_TOPIC_ANSWER_CHARS
        goes_on = following.leans or shares_word(following.words, topic.text)
        if not near or not goes_on or announces(following.words):
            break
        last = following
    on_page = shares_word(place, topic.text)
    told_enough = last is not sentence and (on_page or " " in topic.text)
    if last.end - sentence.start >= MIN_EXPLANATION_CHARS and told_enough:
        weight = 0.4 + 0.05 * (last is not sentence) + 0.05 * on_page
        yield Candidate(
            text=explain_request(topic.text), subject="heading", first=sentence.index, last=last.index, weight=weight
        )


def _is_explainable(phrase: str) -> bool:
    """A thing with a name of its own, not a person, a relation or a pointer."""
    words = phrase.split()
    named = len(words) >= 2 or bool(re.search(r"[A-Za-z]{2}", phrase)) or len(phrase) >= 3
    # "소스 형태로 재배포", "대비하기": deeds are asked how, not what.
    if _OF_BEFORE.search(phrase) or _DEED.search(phrase):
        return False
    return named and words[-1] not in RELATIONS and not _NO_THING.search(phrase)
