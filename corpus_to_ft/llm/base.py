"""The contract of a provider, and the JSON shapes of its replies."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from corpus_to_ft.errors import BadReply, ProviderRefused
from corpus_to_ft.llm.prices import Price
from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Prompt, ProviderFailure, Reply, Usage
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.batches import Batch

# How stages reach a provider: all prompts of an item at once, one answer each, in order. A prompt that
# is refused for good comes back as ProviderFailure; an unreachable provider raises ProviderUnavailable.
Ask = Callable[[Sequence[Prompt]], Sequence[Reply | ProviderFailure]]

# The reason for which a dry run has no reply: nobody was asked yet.
NOT_ASKED = "not_asked"
_SCORE: Mapping[str, Any] = {"type": "integer", "enum": [1, 2, 3, 4, 5]}

# Reasons for which a provider may have found no question in a passage.
SILENCES = frozenset(
    [
        "only_questions",
        "only_announcements",
        "only_fragments",
        "shows_code_or_figure",
        "personal_account",
        "other_language",
        "between_formulas",
        "answer_leans",
        "no_named_subject",
        "no_fitting_question",
    ]
)

REPLY_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "qa": {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "question": {"type": "string"},
                        "answer": {"type": "string"},
                        "evidence": {"type": "string"},
                    },
                    "required": ["question", "answer", "evidence"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["items"],
        "additionalProperties": False,
    },
    "keywords": {
        "type": "object",
        "properties": {"keywords": {"type": "array", "items": {"type": "string"}}},
        "required": ["keywords"],
        "additionalProperties": False,
    },
    "summary": {
        "type": "object",
        "properties": {"summary": {"type": "string"}},
        "required": ["summary"],
        "additionalProperties": False,
    },
    # Servers fill a schema in its order, and who gives the reason first scores by it.
    "judge": {
        "type": "object",
        "properties": {"why": {"type": "string"}, "grounded": _SCORE, "answers": _SCORE, "natural": _SCORE},
        "required": ["why", "grounded", "answers", "natural"],
        "additionalProperties": False,
    },
}


class Ledger(Protocol):
    """Told of every call before it leaves and after it came back, so that none is forgotten or made beyond a limit.

    What was told lasts from the next `commit` on; a call leaves, and a reply is used, only after one.
    """

    def begin(self, prompt: Prompt, attempt: int, at_most: Usage) -> int | None:
        """The call's number; None while calls under way have reserved what is left of the money.

        Raises BudgetReached when no call may be made any more.
        """

    def end(
        self,
        call: int,
        *,
        outcome: str,
        latency_s: float,
        usage: Usage | None,
        reply: Reply | ProviderFailure | None,
        asked_by: str = "",
    ) -> None:
        """`usage` is None where nobody knows what was billed; `reply` is kept before anything is done with it.

        What is kept is never asked again; but a Reply under another `outcome` than its `finish` could not be read:
        it is set aside, for the day on which it can, and its prompt is free to be asked. `asked_by` is the
        fingerprint of who asked, where it is another now.
        """

    def hand_over(self, calls: Sequence[int], batch: Batch) -> None:
        """These calls are answered later, maybe in another process: written down with their batch, in one step."""

    def forget(self, call: int) -> None:
        """The call never reached anybody."""

    def commit(self) -> None:
        """Write down what was told, in one step."""

    def say(self, text: str) -> None:
        """Something that the user should know while waiting."""


class Unwritten:
    """A Ledger for calls that nobody needs to know of."""

    def begin(self, prompt: Prompt, attempt: int, at_most: Usage) -> int | None:  # noqa: ARG002
        return 0

    def end(
        self,
        call: int,
        *,
        outcome: str,
        latency_s: float,
        usage: Usage | None,
        reply: Reply | ProviderFailure | None,
        asked_by: str = "",
    ) -> None: ...

    def hand_over(self, calls: Sequence[int], batch: Batch) -> None: ...

    def forget(self, call: int) -> None: ...

    def commit(self) -> None: ...

    def say(self, text: str) -> None: ...


class Provider(Plugin):
    """Answers prompts with raw text that should fit `prompt.schema`.

    `billed` says that a call costs money or time on somebody's server: its replies are stored raw the
    moment they arrive, and each call is a line in the ledger.
    """

    billed: ClassVar[bool] = True

    @property
    def model_name(self) -> str:
        """The model as the ledger names it."""
        return self.name

    @property
    def calls_at_once(self) -> int:
        """How many calls it can have under way."""
        return 1

    def price(self) -> Price | None:
        """What the model costs, None where nobody knows."""
        return None

    @abstractmethod
    def answer(self, prompt: Prompt) -> Reply:
        """Raises ProviderUnavailable, ProviderRefused or BadReply."""

    def ask_all(self, prompts: Sequence[Prompt], ledger: Ledger) -> list[Reply | ProviderFailure]:
        """One answer for each prompt, in order, each call told to the ledger.

        Raises ProviderUnavailable when a prompt got no answer this time, and whatever ends the run. A
        provider that can have many calls under way overrides this.
        """
        return [self._ask(prompt, ledger) for prompt in prompts]

    def catch_up(self, ledger: Ledger, store: RunStore) -> None:
        """Called before the first pass over the documents: take home what was answered since the last run."""

    def collect(self, ledger: Ledger, store: RunStore) -> bool:
        """Called after each pass that left documents waiting; True when another pass would now go further.

        For a provider that answers later what `ask_all` put off. Raises ProviderUnavailable with what the
        documents wait for, when that is nothing this run can bring about.
        """
        del ledger, store
        return False

    def stop(self) -> None:
        """Begin no call any more and let those under way end soon; called from another thread."""

    def close(self) -> None:
        """Give back connections and processes."""

    def _ask(self, prompt: Prompt, ledger: Ledger) -> Reply | ProviderFailure:
        call = ledger.begin(prompt, 1, Usage())
        assert call is not None, "calls are made one after the other here, so nothing is reserved"
        ledger.commit()
        outcome, reply, started_at = "error", None, time.monotonic()
        try:
            reply = self.answer(prompt)
            outcome = reply.finish
        except (ProviderRefused, BadReply) as error:
            outcome = error.reason
            return failure(prompt, error)
        finally:
            usage = reply.usage if reply else Usage()
            ledger.end(call, outcome=outcome, latency_s=time.monotonic() - started_at, usage=usage, reply=reply)
            ledger.commit()
        return reply


def failure(prompt: Prompt, error: ProviderRefused | BadReply) -> ProviderFailure:
    """The error of one prompt as data."""
    raw = error.raw if isinstance(error, BadReply) else ""
    return ProviderFailure(prompt_id=prompt.id, reason=error.reason, detail=error.sentence, raw=raw)
