"""What a run would ask, and what that can cost, without asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus_to_ft.language import foreign
from corpus_to_ft.llm.base import NOT_ASKED, Provider
from corpus_to_ft.llm.chat.request import MESSAGE_TOKENS, reply_room
from corpus_to_ft.llm.kept import kept_answer
from corpus_to_ft.records import Prompt, ProviderFailure, Reply, Usage
from corpus_to_ft.store import RunStore
from corpus_to_ft.tokens import count_tokens

# Chat models of today count so; others differ by a tenth on Korean.
ENCODING = "o200k_base"
# Replies mostly take a third of the room they have.
USUAL_SHARE_OF_ROOM = 1 / 3
# Of ten prompts one is asked again, until this many in a folder say how often it is there.
USUAL_REPEATS, TELLING_PROMPTS = 0.1, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """How many calls come on top of those foreseen, as a share of them: second attempts, and what follows from replies.

    `seen` says that the ledger of the folder tells it; else it is what is usual.
    """

    share: float = USUAL_REPEATS
    seen: bool = False

    @classmethod
    def of(cls, store: RunStore | None, model: str) -> Repeats:
        calls, foreseen = store.billed_calls(model) if store else (0, 0)
        return cls(share=(calls - foreseen) / foreseen, seen=True) if foreseen >= TELLING_PROMPTS else cls()

    def on(self, usage: Usage) -> Usage:
        """With what is asked again."""
        return Usage(
            input_tokens=int(usage.input_tokens * (1 + self.share)),
            output_tokens=int(usage.output_tokens * (1 + self.share)),
        )


@dataclass(slots=True, kw_only=True)
class Estimate:
    """Calls that are not answered yet: tokens of their prompts, and the room of their replies.

    `judgements` of them are about examples, as many as the passages can give where there are none yet.
    """

    calls: int = 0
    judgements: int = 0
    stored: int = 0
    input_tokens: int = 0
    room_tokens: int = 0

    @property
    def usual(self) -> Usage:
        return Usage(input_tokens=self.input_tokens, output_tokens=int(self.room_tokens * USUAL_SHARE_OF_ROOM))

    @property
    def most(self) -> Usage:
        """Every reply as long as it may be."""
        return Usage(input_tokens=self.input_tokens, output_tokens=self.room_tokens)


@dataclass(slots=True, kw_only=True)
class EstimatingAsk:
    """Stands where prompts are asked: hands out the replies that are stored, and counts the others.

    What follows from a reply (a summary of summaries, a second attempt) is not asked, so it is not counted;
    `Repeats` says how much that is.
    """

    provider_fingerprint: str
    store: RunStore | None
    estimate: Estimate = field(default_factory=Estimate)
    _seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, provider: Provider, store: RunStore | None) -> EstimatingAsk:
        return cls(provider_fingerprint=provider.fingerprint(), store=store)

    def __call__(self, prompts: Sequence[Prompt]) -> list[Reply | ProviderFailure]:
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: Prompt) -> Reply | ProviderFailure:
        stored = kept_answer(self.store, self.provider_fingerprint, prompt) if self.store else None
        if stored:
            self.estimate.stored += 1
            return stored
        if prompt.id not in self._seen:
            self._seen.add(prompt.id)
            self.estimate.calls += 1
            self.estimate.judgements += prompt.kind == "judge"
            self.estimate.input_tokens += sum(
                count_tokens(message.content, ENCODING) + MESSAGE_TOKENS for message in prompt.messages
            )
            self.estimate.room_tokens += reply_room(prompt)
        return ProviderFailure(prompt_id=prompt.id, reason=NOT_ASKED, detail=foreign(""))
