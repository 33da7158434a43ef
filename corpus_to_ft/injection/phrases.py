"""What a family of phrases is: what it wants, and words without which none of it can occur."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Phrases:
    """`needs`: of each group one word must occur, in lower case; words are found much faster than patterns."""

    what: str
    needs: tuple[tuple[str, ...], ...]
    expression: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled for the first text that may need it: all of them together take a sixth of the start."""
        return re.compile(self.expression, re.IGNORECASE | re.MULTILINE)

    def can_occur(self, lowered: str) -> bool:
        for group in self.needs:
            for word in group:
                if word in lowered:
                    break
            else:
                return False
        return True


def phrases(what: str, *alternatives: str, needs: tuple[str, ...]) -> Phrases:
    """`^` is the beginning of a line; each of `needs` is a group of words with bars between them."""
    return Phrases(what, tuple(tuple(group.split("|")) for group in needs), "|".join(alternatives))
