"""Decides whether a space stands between the end of a printed line and the beginning of the next.

Korean lines end between words or inside them, by the program that set them. Three witnesses are asked in turn: a
space of its own at the end of lines, where a document has such; how ragged the lines are; and the words of the
document itself, which stand unbroken elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from corpus_to_ft.markup.pdf.pieces import Line

# As a share of the line ends after Hangul: below it the spaces are accidents, not a habit of the program.
MIN_SPACED_SHARE = 0.08
MAX_PREFIX = 7
# A line that was broken as late as possible has no room for one more syllable.
ROOM_FOR_A_SYLLABLE = 1.1
RAGGED_SHARE = 0.25

_HANGUL = "가-힣"
_EDGES = re.compile(rf"^[^\w{_HANGUL}]+|[^\w{_HANGUL}]+$")
# Never a word of their own: particles and the ends of verbs.
_BOUND = re.compile(
    r"(?:은|는|을|를|의|에|에서|에게|에는|에도|으로|로|로서|로써|으로서|으로써|와|과|까지|부터|처럼|께서|라고|이라고|이며|이고|"
    r"입니다|습니다|니다|다|였다|었다|았다|되었다|됩니다|합니다|했다|하였다|하여|하고|하는|한다|된다|된|되는|되어|되고|하며|하기|적인|적으로)"
)
# Always a word of their own.
_FREE = re.compile(
    r"(?:및|등|등의|등을|등이|수|것|것은|것이|것을|것으로|때|때는|때문에|그|각|또는|또한|위한|위해|위하여|대한|대해|대하여|통해|통하여|따라|따른|"
    r"있는|있다|있습니다|있어|있으며|없는|없다|없습니다|모든|다른|이러한|그러나|하지만|그리고)"
)
# After these a verb follows, as a word of its own.
_BEFORE_A_VERB = re.compile(r".*(?:야|도록|하지|되지|고자|하게|되게)")
_ENDS_A_WORD = re.compile(
    r".*[가-힣](?:은|는|을|를|의|가|에|에서|으로|고|며|면|서|와|과|까지|부터|다|한|할|된|될|하는|있는|없는|위한|대한|및)"
)
_LOWER = re.compile(r"[a-zà-ÿ]")


class Joiner:
    """Knows the words of a document, and how it breaks its lines."""

    def __init__(self, lines: Iterable[Line]) -> None:
        lines = [line for line in lines if not line.cells]
        self._words: Counter[str] = Counter()
        self._prefixes: Counter[str] = Counter()
        self._hyphenated: set[str] = set()
        for line in lines:
            for word in line.text.split()[1:-1]:
                self._hyphenated |= {word.lower()} if "-" in word else set()
                word = _EDGES.sub("", word)
                self._words[word] += 1
                self._prefixes.update(word[:length] for length in range(1, min(len(word), MAX_PREFIX) + 1))
        written = "\n".join(line.text for line in lines)
        self._bracket_stands_apart = len(re.findall(r"[가-힣] \(", written)) > len(re.findall(r"[가-힣]\(", written))
        full = [line for line in lines if is_full(line) and re.search(rf"[{_HANGUL}]$", line.text)]
        self.spaces_tell = sum(line.spaced for line in full) > MIN_SPACED_SHARE * len(full)
        ragged = sum(line.right_edge - line.right > ROOM_FOR_A_SYLLABLE * line.height for line in full)
        self.between_words = not self.spaces_tell and ragged > RAGGED_SHARE * len(full)
        self.inside_words = not self.spaces_tell and not self.between_words and self._breaks_inside(lines)

    def _breaks_inside(self, lines: list[Line]) -> bool:
        """Whether the words of the document tell that its lines end inside words."""
        votes: Counter[str] = Counter()
        for before, line in pairwise(lines):
            if before.column == line.column and is_full(before):
                first, last = _last_word(before.text), _first_word(line.text)
                if re.search(rf"[{_HANGUL}]$", first) and re.match(rf"[{_HANGUL}]", last):
                    votes[self._vote(first, last)] += 1
        return votes["join"] > 0.3 * (votes["join"] + votes["space"]) or not votes["space"]

    def join(self, before: str, text: str, *, spaced: bool) -> str:
        """Two lines of a paragraph as one; `spaced` says that the first ended in a space of its own."""
        if before[-1:] in "-‐\u00ad" and before[-2:-1].isalpha() and _LOWER.match(text):
            return self._unhyphenated(before, text)
        return f"{before}{' ' if self._is_space(before, text, spaced) else ''}{text}"

    def _is_space(self, before: str, text: str, spaced: bool) -> bool:
        last, first = before[-1:], text[:1]
        if spaced or not last or not first:
            return True
        if last in "([{<「『“‘/_@" or first in ")]}>」』”’,.:;!?%/_":
            return last in ".!?," and first not in ")]}>」』”’,.:;!?%/_"
        hangul_before, hangul_after = "가" <= last <= "힣", "가" <= first <= "힣"
        if not hangul_before and not hangul_after:
            if last in "-=&?" and before[-2:-1].strip():  # An address or a name in pieces.
                return False
            return not (_is_cjk(last) and _is_cjk(first))
        if self.spaces_tell:
            return False if hangul_before else not self._is_bound(text)
        if first in "([":
            return self._bracket_stands_apart
        if last in ")]" and self._is_bound(text):
            return False
        if self.between_words or not last.isalnum():
            return True
        if hangul_before and hangul_after:
            if self._is_bound(text) and not _BEFORE_A_VERB.fullmatch(_last_word(before)):
                return False
            vote = self._vote(_last_word(before), _first_word(text))
            return vote == "space" or (vote == "unknown" and not self._guess_inside(before, text))
        return not (hangul_after and self._is_bound(text))

    def _vote(self, last: str, first: str) -> str:
        """What the unbroken words of the document say about two parts that met at a line's end."""
        whole = last + first
        known = self._prefixes[whole[: len(last) + 2]] if len(last) < MAX_PREFIX - 1 else self._words[whole]
        apart = min(self._words[last], self._prefixes[first[:MAX_PREFIX]])
        if known or apart:
            return "join" if known > apart else "space"
        # One of the two stands alone elsewhere, and both together nowhere.
        alone = (len(last) > 1 and self._words[last]) or (len(first) > 1 and self._words[first])
        return "space" if alone and not self._is_bound(first) else "unknown"

    def _guess_inside(self, before: str, text: str) -> bool:
        if _BEFORE_A_VERB.fullmatch(_last_word(before)) or _FREE.fullmatch(_first_word(text)):
            return False
        return self.inside_words and not _ENDS_A_WORD.fullmatch(_last_word(before))

    def _is_bound(self, text: str) -> bool:
        return _BOUND.fullmatch(_first_word(text)) is not None

    def _unhyphenated(self, before: str, text: str) -> str:
        """A word that was cut at a hyphen; it keeps the hyphen where the document writes it so elsewhere."""
        word = f"{before.split()[-1]}{text.split()[0]}".lower()
        return before + text if word.strip(".,;:)") in self._hyphenated else before[:-1] + text


def is_full(line: Line) -> bool:
    """Whether a line reaches so far to the right that its end was the end of the column, not of a paragraph."""
    return line.right_edge - line.right < max(0.12 * (line.right_edge - line.left_edge), 2.5 * line.height)


def _last_word(text: str) -> str:
    return _EDGES.sub("", text.split()[-1]) if text.split() else ""


def _first_word(text: str) -> str:
    return _EDGES.sub("", text.split()[0]) if text.split() else ""


def _is_cjk(char: str) -> bool:
    return "\u3040" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff"
