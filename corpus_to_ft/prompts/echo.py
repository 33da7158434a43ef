"""Whether a model repeats what it was told instead of answering."""

from __future__ import annotations

import re
from functools import cache

from corpus_to_ft.prompts.keywords import keywords_messages
from corpus_to_ft.prompts.qa import qa_messages
from corpus_to_ft.prompts.summary import summary_messages

# The lines that stand around a source, with the digest that no source can know.
_MARK = re.compile(r"={5} [0-9a-f]{20} ={5}|\[(?:자료 (?:시작|끝)|SOURCE (?:BEGINS|ENDS)) [0-9a-f]{20}\]")
_SENTENCE_END = re.compile(r"(?<=[.:])\s+|\n+")
SHORTEST_ECHO = 24


def prompt_echo(text: str) -> str | None:
    """The first words of a prompt of ours that `text` holds, or None."""
    if found := _MARK.search(text):
        return found.group()
    flat = " ".join(text.split())
    return next((sentence for sentence in _sentences() if sentence in flat), None)


@cache
def _sentences() -> tuple[str, ...]:
    told = []
    for language in ("ko", "en"):
        told += [
            qa_messages("", title="", headings=(), count=1, language=language, style="own_words", refusals=1)[0],
            keywords_messages("", title="", headings=(), count=1, language=language)[0],
            summary_messages(
                "", title="", published=None, headings=(), chars=100, language=language, level="whole"
            )[0],
        ]  # fmt: skip
    sentences = (" ".join(part.split()) for message in told for part in _SENTENCE_END.split(message.content))
    return tuple(dict.fromkeys(sentence for sentence in sentences if len(sentence) >= SHORTEST_ECHO))
