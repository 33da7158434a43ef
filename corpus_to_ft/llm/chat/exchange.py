"""One prompt on its way to a reply: through the gate, out, and again for as long as that makes sense."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from corpus_to_ft.errors import BadReply, ConfigError, CorpusToFtError, ProviderUnavailable, StoreError
from corpus_to_ft.language import Sentence, foreign, tr
from corpus_to_ft.llm.base import Ledger
from corpus_to_ft.llm.chat.answer import FREE, Again, Asked, Halt, No, Said, Unfit, Verdict, judge
from corpus_to_ft.llm.chat.gate import Closed, Gate
from corpus_to_ft.llm.chat.request import Dialect, chat_body, encoded, guessed_tokens, reply_room
from corpus_to_ft.llm.chat.waits import allowance, back_off
from corpus_to_ft.llm.replies import read_json_reply
from corpus_to_ft.records import Prompt, ProviderFailure, Reply, Usage

# A token is a few bytes, also where each is escaped; beyond this it is not the answer to what was asked.
BYTES_A_TOKEN, LEAST_ANSWER_BYTES = 48, 256 * 1024
# A shorter key is a word ("ollama", "EMPTY") that a text may hold.
SHORTEST_KEY = 12
# Nobody has ever answered at this address: more likely a wrong one than a pause.
FIRST_CONTACT_S = 20.0
# The same question again helps where JSON broke by chance; for the rest the stage complains.
BAD_REPLIES = 2
# A prompt that fails while so many others are answered fails by itself; the next run would meet the same.
ANSWERED_MEANWHILE = 10
# Each may cost a whole reply and takes as long as any call may.
MOST_TIMEOUTS = 3
WORTH_TELLING_S = 5.0
# From here on the loop has better things to do than to write; below, another thread costs more than it spares.
MANY_IN_FLIGHT = 100
TOO_LARGE = "answer_too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """Where a client asks and how. `patience_s` bounds how long a server may be away or put calls off.

    `extra` goes with every call, and what `extra_for` makes of its prompt.
    """

    url: str
    base_url: str
    model: str
    key_name: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    extra: Mapping[str, Any]
    format: str
    timeout_s: float
    patience_s: float
    max_attempts: int
    max_concurrency: int
    requests_a_minute: float | None = None
    tokens_a_minute: float | None = None
    extra_for: Callable[[Prompt], Mapping[str, Any]] | None = None
    key: str = field(default="", repr=False)


@dataclass(slots=True, kw_only=True)
class Line:
    """What all exchanges with one server share. `halted` is why no call begins any more."""

    manners: Manners
    session: aiohttp.ClientSession
    gate: Gate
    dialect: Dialect
    answers: int = 0
    formats: set[str] = field(default_factory=set)
    halted: CorpusToFtError | None = None
    call_ended: asyncio.Event = field(default_factory=asyncio.Event)
    _committing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _next_commit: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, manners: Manners, session: aiohttp.ClientSession) -> Line:
        gate = Gate(
            max_concurrency=manners.max_concurrency,
            requests_a_minute=manners.requests_a_minute,
            tokens_a_minute=manners.tokens_a_minute,
        )
        return cls(manners=manners, session=session, gate=gate, dialect=Dialect(format=manners.format))

    async def commit(self, ledger: Ledger) -> None:
        """Once for all that began or ended since the last one; beside the calls where many are under way."""
        if self._next_commit is None:
            self._next_commit = asyncio.create_task(self._commit(ledger))
        await asyncio.shield(self._next_commit)

    async def _commit(self, ledger: Ledger) -> None:
        async with self._committing:
            # What is told from here on may come too late for this one.
            self._next_commit = None
            try:
                if self.gate.in_flight > MANY_IN_FLIGHT:
                    await asyncio.to_thread(ledger.commit)
                else:
                    ledger.commit()
            except StoreError as error:
                self.halted = self.halted or error
                raise

    def tell_ended(self) -> None:
        """Wakes those who wait for money that calls under way have reserved."""
        self.call_ended.set()
        self.call_ended = asyncio.Event()


@dataclass(slots=True, kw_only=True)
class _Came:
    """What came of one call, with what the server's headers say of its limits."""

    verdict: Verdict
    headers: Mapping[str, str]
    used_format: str


@dataclass(slots=True, kw_only=True)
class Exchange:
    """`in_flight` says that a call is out, which must not be broken off without need: it is paid."""

    line: Line
    prompt: Prompt
    ledger: Ledger
    in_flight: bool = False
    _tries: int = 0
    _faults: int = 0
    _timeouts: int = 0
    _answers_before: int = 0
    _tokens: int = 0
    _bad_replies: int = 0
    _put_off_since: float | None = None

    async def run(self) -> Reply | ProviderFailure:
        """Raises ProviderUnavailable, or what ended the run."""
        self._answers_before = self.line.answers
        self._tokens = guessed_tokens(self.prompt)
        while True:
            if self.line.halted:
                raise self.line.halted
            result = await self._turn()
            if isinstance(result, Reply | ProviderFailure):
                return result
            if result:
                await asyncio.sleep(result)

    async def _turn(self) -> Reply | ProviderFailure | float:
        """The end of it, or the seconds before the next try."""
        gate, prompt = self.line.gate, self.prompt
        tokens, room = self._tokens, reply_room(prompt)
        try:
            entered_at = await gate.enter(tokens + room, self.line.manners.patience_s)
        except Closed as closed:
            raise self._left_alone(closed.wait_s) from None
        ended = self.line.call_ended
        try:
            if self.line.halted:
                raise self.line.halted
            self.in_flight = True
            call = self.ledger.begin(prompt, self._tries + 1, Usage(input_tokens=tokens, output_tokens=room))
            if call is not None:
                self._tries += 1
                return await self._called(call)
        except CorpusToFtError as error:
            if not isinstance(error, ProviderUnavailable):
                self.line.halted = self.line.halted or error
            raise
        finally:
            self.in_flight = False
            gate.leave(entered_at)
        await ended.wait()
        return 0.0

    async def _called(self, call: int) -> Reply | ProviderFailure | float:
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        outcome, usage, reply = "cut_off", None, None
        try:
            await self.line.commit(self.ledger)
            came = await self._send()
            outcome, usage, reply, result = self._settle(came, started_at)
        finally:
            if outcome == "unreachable":
                self.ledger.forget(call)
            else:
                self.ledger.end(call, outcome=outcome, latency_s=loop.time() - started_at, usage=usage, reply=reply)
            self.line.tell_ended()
            await self.line.commit(self.ledger)
        if isinstance(result, CorpusToFtError):
            raise result
        return result

    async def _send(self) -> _Came:
        line, manners = self.line, self.line.manners
        used_format = line.dialect.format
        extra = {**manners.extra, **manners.extra_for(self.prompt)} if manners.extra_for else manners.extra
        body = chat_body(self.prompt, manners.model, line.dialect, extra)
        headers: Mapping[str, str] = {}
        verdict: Verdict
        try:
            async with line.session.post(
                manners.url, data=encoded(body), params=manners.query or None, allow_redirects=False
            ) as response:
                data = await _read(response, max(LEAST_ANSWER_BYTES, BYTES_A_TOKEN * reply_room(self.prompt)))
                headers = response.headers
                asked = Asked(
                    model=manners.model, base_url=manners.base_url, key_name=manners.key_name,
                    parts=frozenset(body) - set(manners.extra), answered=line.answers > 0,
                    format_answered=used_format in line.formats,
                )  # fmt: skip
                if data is not None and len(manners.key) >= SHORTEST_KEY:
                    # Some servers and gateways repeat what they were sent.
                    data = data.replace(manners.key.encode(), b"***")
                verdict = Again(why=TOO_LARGE) if data is None else judge(response.status, headers, data, asked)
        except TimeoutError:
            verdict = Again(why="timeout")
        except aiohttp.ClientSSLError as error:
            told = Sentence("{url} cannot be trusted: {error}", url=manners.base_url, error=foreign(str(error)))
            verdict = Halt(error=ConfigError(told))
        except aiohttp.ClientConnectorError:
            verdict = Again(why="unreachable")
        except (aiohttp.ClientError, OSError) as error:
            verdict = Again(why=type(error).__name__)
        return _Came(verdict=verdict, headers=headers, used_format=used_format)

    def _settle(
        self, came: _Came, started_at: float
    ) -> tuple[str, Usage | None, Reply | None, Reply | ProviderFailure | CorpusToFtError | float]:
        """(outcome for the ledger, tokens billed or None where nobody knows, reply to keep, what follows)."""
        verdict, gate = came.verdict, self.line.gate
        now = asyncio.get_running_loop().time()
        if isinstance(verdict, Again):
            usage = FREE if verdict.why.startswith("http_") else None
            return verdict.why, usage, None, self._before_next(verdict, now, started_at)
        gate.answered(now, requests=allowance(came.headers, "requests"), tokens=allowance(came.headers, "tokens"))
        if isinstance(verdict, Said):
            self.line.answers += 1
            self.line.formats.add(came.used_format)
        match verdict:
            case Said():
                return self._taken(verdict)
            case No(reason=reason, detail=detail, usage=usage):
                return reason, usage, None, self._failure(reason, detail)
            case Unfit(part=part):
                self.line.dialect.learn(part, came.used_format)
                return f"without_{part}", FREE, None, 0.0
            case Halt(error=error):
                self.line.halted = self.line.halted or error
                return type(error).__name__, FREE, None, error

    def _taken(self, said: Said) -> tuple[str, Usage | None, Reply | None, Reply | float]:
        reply = Reply.make(
            prompt_id=self.prompt.id, text=said.text, model=said.model, finish=said.finish, usage=said.usage
        )
        # With more room the stage asks again; the same room would cut it off again.
        if said.finish != "length" and self._bad_replies + 1 < BAD_REPLIES and not self._fits(reply):
            self._bad_replies += 1
            return "bad_reply", said.usage, None, 0.0
        return said.finish, said.usage, reply, reply

    def _fits(self, reply: Reply) -> bool:
        try:
            read_json_reply(reply, self.prompt.schema)
        except BadReply:
            return not self.prompt.schema
        return True

    def _failure(self, reason: str, detail: Sentence) -> ProviderFailure:
        return ProviderFailure(prompt_id=self.prompt.id, reason=reason, detail=detail)

    def _before_next(self, verdict: Again, now: float, started_at: float) -> ProviderFailure | CorpusToFtError | float:
        """Seconds before the next try, or why there is none in this run."""
        line, manners = self.line, self.line.manners
        if verdict.kind == "postpone":
            return ProviderUnavailable(
                Sentence("{base_url} refused for now ({why})", base_url=manners.base_url, why=verdict.why)
            )
        if verdict.why == "unreachable":
            return self._while_away(now)
        if verdict.kind == "fault":
            return self._after_fault(verdict)
        if self._put_off_since is None:
            self._put_off_since = now
        if now - self._put_off_since > manners.patience_s:
            return ProviderUnavailable(
                Sentence(
                    "{base_url} has put a call off for {patience_s:.0f} s",
                    base_url=manners.base_url,
                    patience_s=manners.patience_s,
                )
            )
        if verdict.kind == "limited":
            alone_s = line.gate.refused(now, started_at, verdict.wait_s)
        else:
            alone_s = line.gate.overloaded(now, started_at, verdict.wait_s)
        if (verdict.wait_s or 0) > WORTH_TELLING_S:
            self.ledger.say(tr("{url} asks to wait {seconds:.0f} s", url=manners.base_url, seconds=verdict.wait_s))
        return alone_s if verdict.wait_s is not None else back_off(self._tries)

    def _after_fault(self, verdict: Again) -> ProviderFailure | CorpusToFtError | float:
        manners = self.line.manners
        self._faults += 1
        self._timeouts += verdict.why == "timeout"
        self._bad_replies += verdict.why == TOO_LARGE
        if self._bad_replies >= BAD_REPLIES:
            return self._failure(TOO_LARGE, Sentence("the answer is far longer than what was asked for"))
        others = self.line.answers - self._answers_before
        is_its_own = others >= ANSWERED_MEANWHILE
        if self._faults < manners.max_attempts and not (is_its_own and self._timeouts >= MOST_TIMEOUTS):
            return max(verdict.wait_s or 0.0, back_off(self._faults))
        told = {"base_url": manners.base_url, "faults": self._faults, "why": verdict.why}
        if is_its_own:
            sentence = Sentence(
                "{base_url} failed {faults} times on this prompt ({why}) and answered {others} others meanwhile",
                **told,
                others=others,
            )
            return self._failure("provider_fails", sentence)
        return ProviderUnavailable(
            Sentence("{base_url} failed {faults} times in a row ({why}); run again to continue", **told)
        )

    def _left_alone(self, wait_s: float) -> ProviderUnavailable:
        if self.line.gate.down_since is not None:
            return self._nobody()
        return ProviderUnavailable(
            Sentence(
                "{base_url} asks to be left alone for {wait_s:.0f} s",
                base_url=self.line.manners.base_url,
                wait_s=wait_s,
            )
        )

    def _nobody(self) -> ProviderUnavailable:
        return ProviderUnavailable(
            Sentence("nobody answers at {base_url}; is the server started?", base_url=self.line.manners.base_url)
        )

    def _while_away(self, now: float) -> CorpusToFtError | float:
        """Nobody listens: one call at a time looks for the server, the others wait at the gate."""
        line, manners = self.line, self.line.manners
        away_s = line.gate.unreachable(now)
        patience_s = manners.patience_s if line.answers else min(FIRST_CONTACT_S, manners.patience_s)
        if away_s > patience_s:
            return self._nobody()
        if away_s > WORTH_TELLING_S:
            self.ledger.say(tr("{url} has not answered for {seconds:.0f} s", url=manners.base_url, seconds=away_s))
        return 0.0


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    """The whole body, None where it is longer than `most` bytes."""
    parts, length = [], 0
    async for part in response.content.iter_any():
        parts.append(part)
        length += len(part)
        if length > most:
            response.close()
            return None
    return b"".join(parts)
