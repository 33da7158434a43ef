"""The contract of a writer: one example, one line of the target's format."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Literal

from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Example, Message

Language = Literal["ko", "en"]

_LETTERS = re.compile(r"[^\W\d_]+")
_HANGUL = re.compile(r"[가-힣ㄱ-ㆎᄀ-ᇿ]+")
# Korean technical prose with much English still has a fifth; an English post that names a Korean has 1 in 100.
KOREAN_FROM_SHARE = 0.1

# JSON allows these bare in a string, but many readers split lines at them.
_LINE_BREAKS = {character: f"\\u{ord(character):04x}" for character in "\u0085\u2028\u2029"}


class Writer(Plugin):
    """Lays messages out as the target wants them.

    The same `line` is used to count tokens, to write training rows and later to ask the tuned model,
    so that what is asked equals what was trained. A writer is pure; `settle` sees all examples once,
    before the first line, and returns the writer that is safe for them (a separator that occurs
    nowhere, for instance). `line_at` and `tokens_of` are for whole examples; only formats that tell more of one than
    its messages have their own. With `needs_worse_answers` an example without one cannot be written.
    """

    needs_worse_answers: ClassVar[bool] = False

    @abstractmethod
    def settle(self, conversations: Iterable[tuple[Message, ...]]) -> Writer:
        """Raises ConfigError when no safe layout exists."""

    @abstractmethod
    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        """The JSON object of one line."""

    @abstractmethod
    def tokens(self, messages: tuple[Message, ...], kind: str, encoding: str) -> int:
        """Exact tokens of that line as the target bills it, with the largest separators that `settle` may choose."""

    def line_at(self, place: int, example: Example) -> Mapping[str, Any]:  # noqa: ARG002
        """The line of an example that is the `place`-th of its file, counted from 0."""
        return self.line(example.messages, example.kind)

    def tokens_of(self, example: Example, encoding: str) -> int:
        """Tokens of that line."""
        return self.tokens(example.messages, example.kind, encoding)

    def asked(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        """How the tuned model is asked: what `line` says of messages that lack the answer, as the keys of a request.

        They are `messages` of a chat, or `prompt` and `stop` of a completion.
        """
        del kind
        return {"messages": [{"role": message.role, "content": message.content} for message in messages]}

    @abstractmethod
    def asking(self) -> Mapping[str, Any]:
        """What whoever asks the tuned model must know: separator, stop sequences, instruction by kind."""


def dump_line(line: Mapping[str, Any]) -> str:
    """One line of JSON with real Hangul and no line break of any kind in it, encodable as UTF-8."""
    text = json.dumps(line, ensure_ascii=False, allow_nan=False)
    for character, escape in _LINE_BREAKS.items():
        text = text.replace(character, escape)
    return well_formed(text)


def well_formed(text: str) -> str:
    """Halves of surrogate pairs are joined, or become U+FFFD where the other half is missing."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def language_of(messages: Sequence[Message]) -> Language:
    """What the answer is written in; while there is none, what the question is written in."""
    answers = [message.content for message in messages if message.role == "assistant"]
    return _language_of_text("\n".join(answers or [message.content for message in messages]))


# A line is counted, written and tallied one after the other.
@lru_cache(maxsize=8)
def _language_of_text(text: str) -> Language:
    korean = sum(map(len, _HANGUL.findall(text)))
    # There are no more letters than characters, and finding them takes the longest.
    if korean and korean >= KOREAN_FROM_SHARE * len(text):
        return "ko"
    letters = sum(map(len, _LETTERS.findall(text)))
    return "ko" if letters and korean >= KOREAN_FROM_SHARE * letters else "en"
