"""Making something at a server that may lose its reply: it is looked for before it is made again, and made once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.chat.waits import back_off
from corpus_to_ft.llm.sdk import Away

T = TypeVar("T")
TRIES = 4
LISTED_WITHIN_S = 5.0


def _tell_nobody(_: Sentence) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """What was made may need `listed_within_s` until it stands in the server's lists."""

    patience_s: float
    listed_within_s: float = LISTED_WITHIN_S
    tell: Callable[[Sentence], None] = _tell_nobody

    def found(self, find: Callable[[], T | None]) -> T | None:
        """Looks twice: what is made a second time is paid a second time."""
        found = find()
        if found is None:
            time.sleep(self.listed_within_s)
            found = find()
        return found

    def made(self, make: Callable[[], T], find: Callable[[], T | None]) -> T:
        """Raises Away where the server stays away, or asks for a longer wait than `patience_s`."""
        for attempt in range(1, TRIES + 1):
            try:
                return make()
            except Away as away:
                wait_s = max(away.wait_s or 0.0, min(self.listed_within_s, back_off(attempt)))
                found = self.found(find)
                if found is not None:
                    return found
                if attempt == TRIES or away.is_final or wait_s > self.patience_s:
                    raise
                self.tell(Sentence("{why}; asking again in {seconds:.0f} s", why=away.sentence, seconds=wait_s))
                time.sleep(wait_s)
        raise AssertionError("the last try returns or raises")
