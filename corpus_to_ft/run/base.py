"""The contracts of an executor, and of whoever watches the work."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, Self, TypeVar

from corpus_to_ft.errors import InputError
from corpus_to_ft.plugin import Plugin

T = TypeVar("T")
R = TypeVar("R")


def nothing() -> None:
    """For whom there is nothing to do."""


class Executor(Plugin):
    """Applies one function to many items. Results come as they are done, each with its item.

    Inside `with executor:` whoever works (processes) is started once and kept for every `map`.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Lets go of whoever works."""

    @abstractmethod
    def map(
        self, work: Callable[[T], R], items: Iterable[T], abandon: Callable[[], None] = nothing
    ) -> Iterator[tuple[T, R | InputError]]:
        """`items` is read lazily, a bounded number ahead. An exception of `work` ends the iteration.

        Where a worker had to be ended, an InputError stands in the place of the result of its item.

        `abandon` is called when the iteration ends early, before work under way is waited for.
        """


class Progress(Protocol):
    """Told about the work; draws bars, prints lines or stays silent."""

    def start(self, stage: str, total: int | None) -> None: ...

    def advance(self, stage: str, done: int = 1) -> None: ...

    def finish(self, stage: str, made: int, reused: int) -> None: ...

    def say(self, text: str) -> None:
        """Something to know while waiting."""


class Silence:
    """A Progress that says nothing."""

    def start(self, stage: str, total: int | None) -> None: ...

    def advance(self, stage: str, done: int = 1) -> None: ...

    def finish(self, stage: str, made: int, reused: int) -> None: ...

    def say(self, text: str) -> None: ...
