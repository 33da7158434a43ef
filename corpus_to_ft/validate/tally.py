"""What a file consists of, counted while it is validated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from corpus_to_ft.validate.base import Finding, Level
from corpus_to_ft.validate.repeats import Seen


@dataclass(slots=True)
class Tally:
    """Grows with the number of different token counts alone; `seen` is on the disk when it is long."""

    lines: int = 0
    size_bytes: int = 0
    sha256: str = ""
    format: str = ""
    tokens_by_count: Counter[int] = field(default_factory=Counter)
    codes: Counter[tuple[Level, str]] = field(default_factory=Counter)
    seen: Seen = field(default_factory=Seen)

    def found(self, finding: Finding) -> None:
        self.codes[finding.level, finding.code] += 1

    def level(self, level: Level) -> int:
        """How many findings of a level."""
        return sum(count for (its, _), count in self.codes.items() if its == level)

    @property
    def tokens(self) -> int:
        return sum(tokens * count for tokens, count in self.tokens_by_count.items())

    @property
    def counted(self) -> int:
        """Lines whose tokens could be counted."""
        return self.tokens_by_count.total()

    def quantile(self, share: float) -> int:
        """The tokens that `share` of all lines do not exceed; 0 of none."""
        wanted, seen = share * self.counted, 0
        for tokens in sorted(self.tokens_by_count):
            seen += self.tokens_by_count[tokens]
            if seen >= wanted:
                return tokens
        return 0

    def longer_than(self, tokens: int) -> int:
        return sum(count for each, count in self.tokens_by_count.items() if each > tokens)
