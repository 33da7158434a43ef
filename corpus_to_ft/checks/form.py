"""Whether a question reads as asked by somebody who has not seen the text, and an answer as given to a person."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from corpus_to_ft.analyzers.base import Token
from corpus_to_ft.analyzers.josa import final_sound
from corpus_to_ft.checks.base import Check, CheckContext, Verdict
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.plugin import refuse_above
from corpus_to_ft.prompts.refusals import refused_matter
from corpus_to_ft.records import Example
from corpus_to_ft.speech import SpeechLevel, speech_level, speech_levels

_POINTS = re.compile(
    r"(?<![가-힣])(?:이것|그것|저것|이거|그거|해당|상기|전술|(?:이|본|그|위|아래|앞|다음|이번|해당)(?:의)? ?"
    r"(?:글|문서|본문|포스트|포스팅|게시글|기사|지문|문단|단락|절|장|표|그림|코드|예제|내용|텍스트|페이지|자료))"
    r"|(?<![가-힣])다음 중|(?<![가-힣])(?:위|아래|앞)(?:의|에서|에) "
    r"|\b(?:this|that|the (?:above|following|given|provided)) "
    r"(?:text|article|passage|document|post|section|paragraph|page|figure|table)\b"
    r"|\b(?:above|below)\b",
    re.IGNORECASE,
)
_META = re.compile(
    r"(?:본문|지문|원문|문서|글|기사|텍스트|제공된 (?:내용|자료|정보)|주어진 (?:내용|글|텍스트))"
    r"(?:에|에서는?|의 내용에) ?"
    r"(?:따르면|의하면|언급|나와|나온|나타난|명시)"
    r"|according to the (?:text|passage|article|document|source|post)"
    r"|as (?:mentioned|stated) in the (?:text|passage|article)"
    r"|the (?:text|passage|article) (?:says|states|mentions)",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"(?:죄송(?:합니다|하지만|해요|스럽)|(?:AI|인공지능|언어 ?모델|챗봇)(?:으?로서|이기 때문|이?라서)"
    r"|저는 (?:AI|인공지능|언어 ?모델)|답변(?:을|해) ?(?:드릴|드리기|할) ?수 ?없|알 수 없습니다\.?$"
    r"|정보가 (?:없|부족)(?:습니다|합니다)\.?$|AI 언어 ?모델|i'm sorry|i cannot|as an ai)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\]\(|!\[|\*\*|</?[a-z][^>]*>|&(?:nbsp|amp|lt|gt|quot);|^#{1,6} |```|\{%|\{\{", re.MULTILINE)
_PLEASE = re.compile(r"(?:주세요|알려줘|설명하세요|설명해라|서술하시오)[.?]?$")
_OBJECT = re.compile(r"([가-힣])를(?=\s)")
# Particle → what must stand before it.
_AFTER_CONSONANT, _AFTER_VOWEL = frozenset({"은", "이", "을", "과"}), frozenset({"는", "가", "를", "와"})


class FormCheck(Check):
    """Looks at questions of kind `qa`; damaged characters and markup are looked for in every turn."""

    min_chars: int = Field(default=10, ge=1)
    max_chars: int = Field(default=120, ge=1)
    one_speech_level: bool = True

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> Self:
        refuse_above(self, "min_chars", "max_chars")
        return self

    def verdict(self, example: Example, context: CheckContext) -> Verdict:
        for message in example.messages:
            if "\ufffd" in message.content:
                return "damaged_text", Sentence("a character was lost in decoding (U+FFFD)")
        if example.kind != "qa":
            return None
        question, answer = example.prompt.strip(), example.answer
        refuses = not example.evidence and refused_matter(answer) is not None
        return self._of_question(question, context) or (None if refuses else self._of_answer(answer, context))

    def _of_question(self, question: str, context: CheckContext) -> Verdict:
        korean = context.document.language != "en"
        if not self.min_chars <= len(question) <= self.max_chars:
            return "question_length", Sentence(
                "{count} characters, wanted {min_chars} to {max_chars}",
                count=len(question),
                min_chars=self.min_chars,
                max_chars=self.max_chars,
            )
        if "\n" in question or not question.endswith(("?", "？")) or _PLEASE.search(question.rstrip("?？")):
            return "not_a_question", Sentence("it does not end as a question")
        if found := _POINTS.search(question):
            return "points_outside", Sentence("{words!r} means nothing without the text", words=found.group())
        if found := _META.search(question):
            return "meta_talk", Sentence("it speaks about the text: {words!r}", words=found.group())
        if found := _MARKUP.search(question):
            return "markup", Sentence("markup is left: {words!r}", words=found.group())
        if korean and re.search(r"[가-힣]\s*[?？]$", question):
            if self.one_speech_level and (told := _other_level(question, context.question_levels)):
                return "speech_level", told
            if wrong := _wrong_particle(question, context.analyzer.tokens(question)):
                return "particle", Sentence("the particle does not fit: {wrong!r}", wrong=wrong)
        return None

    def _of_answer(self, answer: str, context: CheckContext) -> Verdict:
        if found := _META.search(answer):
            return "meta_talk", Sentence("the answer speaks about the text: {words!r}", words=found.group())
        if _REFUSES.search(answer) and len(answer) < 200:
            return "refusal", foreign(answer[:80])
        # What is quoted word for word may speak as its author does.
        if self.one_speech_level and len(speech_levels(answer)) > 1 and answer not in context.document.text:
            return "speech_level", Sentence("the answer changes from one speech level to another")
        return None


def _other_level(question: str, wanted: Collection[SpeechLevel]) -> Sentence | None:
    if "haeyo" in wanted and re.search(r"요\s*[?？]$", question):
        return None
    level = speech_level(question)
    if level in wanted and level != "haeyo":
        return None
    return Sentence("questions are asked in {levels}", levels=", ".join(sorted(wanted)))


def _wrong_particle(text: str, tokens: list[Token]) -> str | None:
    # A wrong particle also misleads the analyzer; 를 after a consonant is wrong whatever it makes of it.
    for found in _OBJECT.finditer(text):
        if final_sound(found[1]) != "none":
            return found.group()
    for before, particle in pairwise(tokens):
        if particle.tag not in ("JKS", "JKO", "JX", "JC", "JKB") or particle.start != before.end:
            continue
        syllable = text[particle.start - 1 : particle.start]
        if not "가" <= syllable <= "힣" or text[particle.start : particle.end] != particle.form:
            continue
        sound = final_sound(syllable)
        wrong = (particle.form in _AFTER_CONSONANT and sound == "none") or (
            particle.form in _AFTER_VOWEL and sound != "none"
        )
        if wrong or (particle.form == "로" and sound == "other") or (particle.form == "으로" and sound != "other"):
            return text[before.start : particle.end]
    return None
