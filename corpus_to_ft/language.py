"""Every sentence for people exists in Korean and English; the English one is the key of the Korean one.

Korean speaks unless the locale names another language; `CORPUS_TO_FT_LANG` (ko or en) decides before it.
"""

from __future__ import annotations

import os
import tomllib
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


def tr(english: str, **values: object) -> str:
    """The sentence in the person's language, with `{name}` filled in."""
    sentence = _korean().get(english, english) if language() == "ko" else english
    return sentence.format(**values) if values else sentence


def korean(english: str) -> str:
    """The Korean sentence, for files that are read by people of any locale and must not vary with it."""
    return _korean().get(english, english)


@cache
def _korean() -> dict[str, str]:
    text = files("corpus_to_ft").joinpath("locale/ko.toml").read_text(encoding="utf-8")
    return {str(key): str(value) for key, value in tomllib.loads(text).items()}
