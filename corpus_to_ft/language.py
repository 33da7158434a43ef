"""Every sentence for people exists in Korean and English; the English one is the key of the Korean one.

Korean speaks unless the locale names another language; `CORPUS_TO_FT_LANG` (ko or en) decides before it.
What is said at once is said with `tr`. What is kept (an error, the detail of a rejection, a warning) is a
`Sentence`: English wherever it is written down, and said in the reader's language by `tr` when it is shown.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["ko", "en"]
# A locale that says nothing about language, as in most containers.
NEUTRAL_LOCALES = ("", "C", "POSIX", "C.UTF-8", "C.utf8")


@cache
def language() -> Language:
    """The language of the person at this terminal."""
    chosen = os.environ.get("CORPUS_TO_FT_LANG", "")
    if chosen:
        return "en" if chosen.startswith("en") else "ko"
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return "ko" if locale in NEUTRAL_LOCALES or locale.startswith("ko") else "en"


class Sentence(str):
    """English text that remembers its template and values, so that it can be said in Korean later.

    A value may be a Sentence itself; anything but texts and numbers is kept as its text.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, str | int | float]

    def __new__(cls, template: str, /, **values: object) -> Sentence:
        kept = {name: value if isinstance(value, str | int | float) else str(value) for name, value in values.items()}
        made = super().__new__(cls, template.format(**kept) if kept else template)
        made.template, made.values = template, kept
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (self.template, dict(self.values))


def _rebuilt(template: str, values: Mapping[str, object]) -> Sentence:
    return Sentence(template, **values)


def foreign(text: str) -> Sentence:
    """What somebody else said (a server, a library), which is shown as it is."""
    return Sentence("{text}", text=text)


def joined(sentences: Iterable[Sentence], between: str = "\n") -> Sentence:
    """Several sentences as one."""
    first, *others = sentences
    for other in others:
        first = Sentence("{first}{between}{other}", first=first, between=between, other=other)
    return first


def tr(english: str, **values: object) -> str:
    """The sentence in the person's language, with `{name}` filled in."""
    if language() == "ko":
        return korean(Sentence(english, **values) if values else english)
    return english.format(**values) if values else str(english)


def korean(english: str) -> str:
    """The Korean sentence, for files that are read by people of any locale and must not vary with it."""
    if not isinstance(english, Sentence):
        return _korean().get(english, english)
    template = _korean().get(english.template, english.template)
    values = {name: korean(v) if isinstance(v, Sentence) else v for name, v in english.values.items()}
    return template.format(**values) if values else template


@cache
def _korean() -> dict[str, str]:
    text = files("corpus_to_ft").joinpath("locale/ko.toml").read_text(encoding="utf-8")
    return {str(key): str(value) for key, value in tomllib.loads(text).items()}
