"""How sentences end: whether they do, and in which of the three Korean ways, 해요체, 합쇼체 or 문어체."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

SpeechLevel = Literal["haeyo", "hapsyo", "plain"]

# What somebody else is quoted with says nothing about how the text itself speaks.
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]{2,}'|“[^”\n]*”|‘[^’\n]*’|「[^」\n]*」|『[^』\n]*』|`[^`\n]*`")
_SENTENCE_END = re.compile(r"(?<=[.!?…。])\s+|\n+")
_TAIL = re.compile(r"(?:\s*\([^()\n]*\))?[\s.!?…。~)\]}\"'”’」』]*$")
# Nouns that end like a polite sentence.
_NOUN_IN_YO = re.compile(r"(?:필|개|수|중|주|소|강|긴|동|민)요$")
# A syllable in ㅂ before it, unlike in 아니다 and 하니까.
_BIEUPS = "".join(chr(0xAC00 + 28 * at + 17) for at in range(399))
_HAPSYO = re.compile(f"(?:[{_BIEUPS}]니(?:다|까)|시오|십쇼)$")
_HAEYO = re.compile(r"[가-힣](?:요|죠)$")
_PLAIN_STATEMENT = re.compile(r"[가-힣]다$")
_PLAIN_QUESTION = re.compile(r"(?:가|까|나|냐|느냐|는지|은지|인지)$")

# Brackets, quotation marks, emphasis, pictures and typed laughter after the end of a sentence.
_AFTER_END = re.compile(r"[\s)\]}\"'”’」』*_`^;ㅋㅎㅠㅜ\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]+$")
_FULL_STOP = re.compile(r"(?:[^.…\s]\s?\.|[!?。！？])[!?]*$")
# What trails off ends only where its words do.
_TRAILING = re.compile(r"[.…~]+$")
# Particles that end like a verb.
_PARTICLE_IN_DA = re.compile("[가-힣](?:보다|마다)$")
# Notes end in a nominal form; the nouns that look alike do not.
_NOMINAL = re.compile(r"(?:[았었였했됐갔왔렀겠]음|[있없않같좋많]음|(?<![게모책레타쓰])임|(?<![결명포])함|됨)$")


def ends_as_sentence(text: str, source: str) -> bool:
    """Whether the last sentence of `text` is whole; one without a full stop may stand just so in `source`."""
    words = _AFTER_END.sub("", text)
    if _FULL_STOP.search(words):
        return True
    told = _TRAILING.sub("", words)
    if (speech_level(told) and not _PARTICLE_IN_DA.search(told)) or _NOMINAL.search(told):
        return True
    last = _SENTENCE_END.split(text.strip())[-1]
    border = r"\s" if told != words else r"[^\S\n]*\n"
    return bool(last) and re.search(f"{re.escape(last)}(?:{border}|\\s*$)", source) is not None


def speech_level(sentence: str) -> SpeechLevel | None:
    """How one sentence ends; None where it ends in a noun, a formula or in another language."""
    asks = "?" in sentence[-4:] or "？" in sentence[-4:]
    words = _TAIL.sub("", sentence.replace("？", "?"))
    if _HAPSYO.search(words):
        return "hapsyo"
    if _HAEYO.search(words) and not _NOUN_IN_YO.search(words):
        return "haeyo"
    if _PLAIN_STATEMENT.search(words) or (asks and _PLAIN_QUESTION.search(words)):
        return "plain"
    return None


def spoken_sentences(text: str) -> Iterator[tuple[str, SpeechLevel]]:
    """Each sentence that has a level, with it; quoted speech is left out."""
    for sentence in _SENTENCE_END.split(_QUOTED.sub("…", text)):
        level = speech_level(sentence)
        if level:
            yield sentence.strip(), level


def speech_levels(text: str) -> set[SpeechLevel]:
    """All levels that occur; one that is well written has one."""
    return {level for _, level in spoken_sentences(text)}


def off_level(text: str, level: SpeechLevel) -> str | None:
    """The first sentence that is spoken otherwise, or None."""
    return next((sentence for sentence, found in spoken_sentences(text) if found != level), None)
