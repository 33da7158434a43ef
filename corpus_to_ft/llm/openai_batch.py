"""The Batch API of OpenAI and servers like it: half the price, an answer within a day, and no waiting in between."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field, PrivateAttr

from corpus_to_ft.errors import ProviderUnavailable
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import Ledger, Provider
from corpus_to_ft.llm.batch.harvest import Harvester
from corpus_to_ft.llm.batch.remote import ENDPOINT, Remote
from corpus_to_ft.llm.batch.round import Manners, Round
from corpus_to_ft.llm.batch.sending import Sender
from corpus_to_ft.llm.batch.wishes import Wishes
from corpus_to_ft.llm.chat.request import Dialect, chat_body, encoded, guessed_tokens, reply_room
from corpus_to_ft.llm.chat.server import ChatServer
from corpus_to_ft.llm.made_once import LISTED_WITHIN_S
from corpus_to_ft.llm.prices import Price, batch_share
from corpus_to_ft.records import Prompt, ProviderFailure, Reply, Usage, digest
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.batches import Batch

MEGABYTE = 1_000_000
SENDING = "how it is sent, not what is said"
# How a server is reached again by `corpus-to-ft batches`; never with a key.
REACHED_BY = ("model", "base_url", "api_key_env", "auth", "headers", "query", "input_price", "output_price")


class OpenaiBatchProvider(ChatServer, Provider):
    """Collects what all documents ask and hands it over at once. With `wait` the run stays until it is answered,
    without it the run ends with exit code 3 and the next one collects. Prices are of ordinary calls; half is counted.
    """

    not_in_fingerprint: ClassVar[Mapping[str, str]] = {
        **ChatServer.not_in_fingerprint,
        "wait": SENDING,
        "requests_per_batch": SENDING,
        "mb_per_batch": SENDING,
        "prompts_at_once": SENDING,
        "max_attempts": SENDING,
        "poll_s": SENDING,
        "longest_poll_s": SENDING,
        "patience_s": SENDING,
        "timeout_s": SENDING,
    }

    wait: bool = False
    requests_per_batch: int = Field(default=50_000, ge=1, le=50_000)
    mb_per_batch: float = Field(default=200, gt=0, le=200)
    prompts_at_once: int | None = Field(
        default=None, ge=1, description="in all batches together, where the account has a low limit; else learned"
    )
    max_attempts: int = Field(default=3, ge=1, description="batches that a prompt without an answer is put into")
    poll_s: float = Field(default=15, gt=0)
    longest_poll_s: float = Field(default=300, gt=0)
    patience_s: float = Field(default=600, ge=0, description="how long a server may be away")
    timeout_s: float = Field(default=600, gt=0)
    _wishes: Wishes = PrivateAttr(default_factory=Wishes)
    _dialect: Dialect | None = PrivateAttr(default=None)
    _remote: Remote | None = PrivateAttr(default=None)
    _round: Round | None = PrivateAttr(default=None)

    def fingerprint(self) -> str:
        """As of direct calls: the same is said to the same model, so either continues what the other began."""
        fields = self.model_dump(mode="json", exclude=set(self.not_in_fingerprint))
        return digest("openai_compatible", fields, {})

    def price(self) -> Price | None:
        ordinary = super().price()
        return ordinary.scaled(batch_share()) if ordinary else None

    def answer(self, prompt: Prompt) -> Reply:
        del prompt
        raise ProviderUnavailable(Sentence("a batch does not answer at once"))

    def ask_all(self, prompts: Sequence[Prompt], ledger: Ledger) -> list[Reply | ProviderFailure]:
        del ledger  # told when the batch is planned
        for prompt in prompts:
            at_most = Usage(input_tokens=guessed_tokens(prompt), output_tokens=reply_room(prompt))
            self._wishes.add(prompt, self._line(prompt), at_most)
        raise ProviderUnavailable(Sentence("its prompts go into the next batch"))

    def catch_up(self, ledger: Ledger, store: RunStore) -> None:
        self._start().catch_up(ledger, store)

    def collect(self, ledger: Ledger, store: RunStore) -> bool:
        wishes, self._wishes = self._wishes, Wishes()
        try:
            return self._start().collect(wishes, ledger, store)
        finally:
            wishes.close()

    def give_up(self, batch: Batch, ledger: Ledger, store: RunStore) -> Batch:
        """End a batch at the server, and keep what it has answered."""
        return self._start().give_up(batch, ledger, store)

    def stop(self) -> None:
        if self._round:
            self._round.stop()

    def close(self) -> None:
        self._wishes.close()
        self._wishes, self._round = Wishes(), None
        if self._remote:
            self._remote.close()
            self._remote = None

    def remote(self) -> Remote:
        """The server's side, reached when it is needed first."""
        if self._remote is None:
            self._remote = Remote(self, self.timeout_s)
        return self._remote

    def _line(self, prompt: Prompt) -> bytes:
        self._start()
        assert self._dialect is not None
        body = chat_body(prompt, self.model, self._dialect, self.extra_body)
        return encoded({"custom_id": prompt.id, "method": "POST", "url": ENDPOINT, "body": body}) + b"\n"

    def _start(self) -> Round:
        if self._round is None:
            self._dialect = Dialect(format=self.structured)
            # A quick poll means a quick server.
            listed_s = min(LISTED_WITHIN_S, self.poll_s)
            settings = json.dumps(self.model_dump(mode="json", include=set(REACHED_BY)), ensure_ascii=False)
            sender = Sender(
                asked_by=self.fingerprint(), settings=settings, remote=self.remote,
                patience_s=self.patience_s, pause_s=listed_s,
            )  # fmt: skip
            harvester = Harvester(server=self, remote=self.remote, dialect=self._dialect, pause_s=listed_s)
            manners = Manners(
                most_prompts=self.requests_per_batch,
                most_bytes=int(self.mb_per_batch * MEGABYTE),
                at_once=self.prompts_at_once,
                max_attempts=self.max_attempts,
                wait=self.wait,
                first_pause_s=self.poll_s,
                longest_pause_s=max(self.poll_s, self.longest_poll_s),
                patience_s=self.patience_s,
            )
            self._round = Round(manners, sender, harvester)
        return self._round
