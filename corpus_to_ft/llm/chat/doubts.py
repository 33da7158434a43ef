"""Refusals that may be meant for everybody: their prompts wait until it is known whether the server answers others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

# So many in a row are not left to chance.
MANY = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    """A refused prompt since when it waits, and the call that can tell whether it is to blame."""

    since: float
    ask: Callable[[], Coroutine[Any, Any, object]]
    place: asyncio.Future[None]


@dataclass(slots=True)
class Doubts:
    """A server may refuse a prompt for what it says, or all of them: for a setting, or a model that is gone.

    Nothing in the refusal tells these apart, so nobody is rejected by it alone. An answer to a call that began later
    shows that the others are well. Where refusals follow one another, or nobody else is under way (`running` counts
    those), something harmless is asked in the same manner, once for all who wait.
    """

    running: Callable[[], int]
    _held: list[_Held] = field(default_factory=list)
    _asking: asyncio.Task[object] | None = None
    _asked_at: float = 0.0

    async def settle(self, ask: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Returns when the refusal was the prompt's own; raises what the harmless call has raised."""
        loop = asyncio.get_running_loop()
        held = _Held(since=loop.time(), ask=ask, place=loop.create_future())
        self._held.append(held)
        self.look()
        try:
            await held.place
        finally:
            self._held.remove(held)

    def answered(self, started_at: float) -> None:
        """A call that began at that time has its answer."""
        for held in self._waiting():
            if held.since <= started_at:
                held.place.set_result(None)

    def look(self) -> None:
        """Somebody was refused, or is no more under way."""
        waiting = self._waiting()
        if self._asking or not waiting:
            return
        if len(waiting) >= MANY or len(waiting) >= self.running():
            self._asked_at = asyncio.get_running_loop().time()
            self._asking = asyncio.create_task(waiting[0].ask())
            self._asking.add_done_callback(self._told)

    def _told(self, asking: asyncio.Task[object]) -> None:
        self._asking = None
        error = None if asking.cancelled() else asking.exception()
        for held in self._waiting():
            if asking.cancelled():
                held.place.cancel()
            elif error:
                held.place.set_exception(error)
        if not error:
            self.answered(self._asked_at)
            self.look()

    def _waiting(self) -> list[_Held]:
        return [held for held in self._held if not held.place.done()]
