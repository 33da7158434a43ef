"""An example must not carry on what its document says to a language model, nor what our prompt said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from corpus_to_ft.checks.base import Check, CheckContext, Verdict
from corpus_to_ft.injection import find_injections
from corpus_to_ft.language import Sentence
from corpus_to_ft.prompts.echo import prompt_echo
from corpus_to_ft.records import Document, Example, Span

_WORD = re.compile(r"[^\W_]+")
# What an order wants to be said: in quotes, before "라고", or a name or code in Latin letters.
_DICTATED = re.compile(
    r"[\"'“‘「『`]([^\"'”’」』`\n]{2,200})[\"'”’」』`]|([^\s\"'”’」』`]{2,40}?)(?:이)?라고"
    r"|((?=[A-Za-z0-9_-]*[A-Z0-9])[A-Za-z0-9_-]{4,})"
)
# Letters in a row that two sentences do not share by chance: about four Korean words.
WINDOW = 12
DOCUMENTS_REMEMBERED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Orders:
    """What a document says to a model, what that dictates, and (letters only) all that it says besides."""

    spans: tuple[Span, ...]
    stretches: tuple[str, ...]
    dictated: tuple[str, ...]
    rest: str


class InjectionCheck(Check):
    """Looks for stretches that speak to a model in every turn, and for what they dictate in the answer."""

    def verdict(self, example: Example, context: CheckContext) -> Verdict:
        orders = _orders(context.document)
        for span in orders.spans:
            if any(part.start < span.end and span.start < part.end for part in example.evidence):
                words = span.of(context.document.text)[:80]
                return "holds_instruction", Sentence("its evidence speaks to a language model: {words!r}", words=words)
        # Hardly any document speaks to a model, and squeezing every example takes long.
        said = _squeezed("\n".join(message.content for message in example.messages)) if orders.stretches else ""
        for stretch in orders.stretches:
            if any(window in said for window in _windows(stretch) if window not in orders.rest):
                return "holds_instruction", Sentence(
                    "it holds words to a language model: {stretch!r}", stretch=stretch[:80]
                )
        answer = _squeezed(example.answer) if orders.dictated else ""
        for words in orders.dictated:
            if _squeezed(words) in answer:
                return "instruction_obeyed", Sentence("only an order in the document says {words!r}", words=words[:80])
        echo = prompt_echo(example.answer) or prompt_echo(example.prompt)
        if echo and _squeezed(echo) not in orders.rest:
            return "instruction_obeyed", Sentence("it repeats the prompt: {echo!r}", echo=echo[:80])
        return None


@lru_cache(DOCUMENTS_REMEMBERED)
def _orders_in(title: str, text: str) -> _Orders:
    in_title, in_text = find_injections(title), find_injections(text)
    stretches = [title[one.start : one.end] for one in in_title] + [text[one.start : one.end] for one in in_text]
    rest, begin = "" if in_title else f"{title}\n", 0
    for one in in_text:
        rest += text[begin : one.start] + "\n"
        begin = one.end
    rest = _squeezed(rest + text[begin:])
    return _Orders(
        spans=tuple(Span(start=one.start, end=one.end) for one in in_text),
        stretches=tuple(stretches),
        dictated=tuple(words for stretch in stretches for words in _dictated(stretch) if _squeezed(words) not in rest),
        rest=rest,
    )


def _orders(document: Document) -> _Orders:
    return _orders_in(document.title, document.text)


def _dictated(stretch: str) -> Iterator[str]:
    for found in _DICTATED.finditer(stretch):
        quoted, reported, name = found.groups()
        # The first word of a sentence is written large anyway.
        if words := quoted or reported or (name if found.start() else ""):
            yield words


def _windows(stretch: str) -> Iterator[str]:
    letters = _squeezed(stretch)
    for at in range(0, max(1, len(letters) - WINDOW + 1), WINDOW // 4):
        if len(letters) >= WINDOW // 2:
            yield letters[at : at + WINDOW]


def _squeezed(text: str) -> str:
    return "".join(_WORD.findall(text)).casefold()
