"""Private-use characters, which mean what one font draws for them: what they stand for where it is known, else nothing.

Two meanings are known. U+E0BC to U+F8F7 is the Hanyang code of old Hangul, as in Korean documents from before 2008;
the package `hypua2jamo` (extra `oldhangul`) holds its table. U+F020 to U+F0FF, which that code leaves free, is what
Word writes for its symbol fonts, and at the beginning of a line it draws a bullet whatever the font is. All others
would reach the training data as boxes, so they are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec

from corpus_to_ft.language import Sentence

RANGES = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
CODES_NAMED = 5

_PRIVATE = re.compile(f"[{RANGES}]")
_OLD_HANGUL = re.compile("[\ue0bc-\uefff\uf100-\uf66e\uf784-\uf800\uf806-\uf864\uf86a-\uf8f7]+")
_BULLET = re.compile("^([ \t]*)[\uf020-\uf0ff](?=[ \t]|[^\x00-\x7f])", re.MULTILINE)
_SYMBOL_BULLET = "\uf0b7"


def without_private_use(text: str) -> str:
    """The text with known private-use characters as what they stand for, and without the others."""
    if not _PRIVATE.search(text):
        return text
    return _PRIVATE.sub("", _known(text))


def private_use_warnings(text: str, source: str) -> list[Sentence]:
    """What `without_private_use` leaves out of a text, counted and named."""
    if not _PRIVATE.search(text):
        return []
    left = _PRIVATE.findall(_known(text))
    if not left:
        return []
    kinds = sorted(set(left))
    codes = ", ".join(f"U+{ord(char):04X}" for char in kinds[:CODES_NAMED]) + (" …" if kinds[CODES_NAMED:] else "")
    if any(_OLD_HANGUL.match(char) for char in kinds):
        told = (
            "{source}: {count} private-use characters were left out ({codes}); if they are old Hangul, install "
            "'corpus-to-ft[oldhangul]'"
        )
        return [Sentence(told, source=source, count=len(left), codes=codes)]
    told = "{source}: {count} private-use characters were left out ({codes})"
    return [Sentence(told, source=source, count=len(left), codes=codes)]


def _known(text: str) -> str:
    text = _BULLET.sub(r"\1•", text).replace(_SYMBOL_BULLET, "•")
    translate = _hanyang()
    return text if translate is None else _OLD_HANGUL.sub(lambda found: translate(found.group()), text)


@cache
def _hanyang() -> Callable[[str], str] | None:
    if find_spec("hypua2jamo") is None:
        return None
    from hypua2jamo import translate

    return lambda text: str(translate(text))
