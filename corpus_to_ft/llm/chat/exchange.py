"""One prompt on its way to a reply: through the gate, out, and again for as long as that makes sense."""

from __future__ import annotations

import asyncio
import errno
import random
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from corpus_to_ft.errors import CorpusToFtError, ProviderUnavailable
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.llm.base import Ledger
from corpus_to_ft.llm.chat.answer import FREE, Again, Asked, Halt, No, Said, Unfit, Verdict, judge
from corpus_to_ft.llm.chat.gate import Closed
from corpus_to_ft.llm.chat.line import Line
from corpus_to_ft.llm.chat.reach import proxy_refuses, tls_trouble
from corpus_to_ft.llm.chat.request import encoded, guessed_tokens, reply_room
from corpus_to_ft.llm.chat.waits import LONGEST_S, allowance, back_off
from corpus_to_ft.llm.replies import fits
from corpus_to_ft.records import Message, Prompt, ProviderFailure, Reply, Usage

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
TOO_LARGE = "answer_too_large"
# This process may open no more files, so it has more calls under way than it can.
OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE})
# Who has answered nobody and so often something that no model server says is none. Chance in it would be small.
STRANGE_ANSWERS = 4
# Nothing in it that anybody could refuse.
HARMLESS = "안녕하세요. 짧게 인사해 주세요."


# How much longer than the wait before it a wait of our own is.
LONGER = (1.25, 1.5)

Failed = ProviderFailure | CorpusToFtError
# The end of a prompt's way, or the seconds before its next try.
Result = Reply | Failed | float


@dataclass(slots=True, kw_only=True)
class _Came:
    """What came of one call, with what the server's headers say of its limits."""

    verdict: Verdict
    headers: Mapping[str, str]
    used_format: str


@dataclass(slots=True, kw_only=True)
class Exchange:
    """`in_flight` says that a call is out; `is_harmless` that a refusal would be meant for everybody."""

    line: Line
    prompt: Prompt
    ledger: Ledger
    is_harmless: bool = False
    in_flight: bool = False
    _tries: int = 0
    _faults: int = 0
    _timeouts: int = 0
    _answers_before: int = 0
    _tokens: int = 0
    _bad_replies: int = 0
    _put_off_since: float | None = None
    _doubted: bool = False
    _entered_at: float | None = None
    _failed_at: float | None = None
    _gap_s: float = 0.0

    async def run(self) -> Reply | ProviderFailure:
        """Raises ProviderUnavailable, or what ended the run."""
        line, task = self.line, asyncio.current_task()
        assert task is not None
        self._answers_before = line.answers
        self._tokens = guessed_tokens(self.prompt)
        line.running[task] = lambda: self.in_flight
        try:
            result: Result = 0.0
            while isinstance(result, float):
                if result:
                    await asyncio.sleep(result)
                if line.halted:
                    raise line.halted
                result = await self._turn()
            if self._doubted:
                await line.doubts.settle(self._ask_harmless)
        finally:
            del line.running[task]
            line.doubts.look()
        if isinstance(result, CorpusToFtError):
            raise result
        return result

    async def _ask_harmless(self) -> Reply | ProviderFailure:
        """The same wish with other words; raises what ends the run where that is refused as well."""
        prompt = Prompt.make(
            kind=self.prompt.kind, subject_id="", text=HARMLESS, messages=(Message(role="user", content=HARMLESS),),
            count=self.prompt.count, schema=self.prompt.schema, sampling=self.prompt.sampling,
        )  # fmt: skip
        return await Exchange(line=self.line, prompt=prompt, ledger=self.ledger, is_harmless=True).run()

    async def _turn(self) -> Result:
        """The end of it, or the seconds before the next try."""
        gate, prompt = self.line.gate, self.prompt
        tokens, room = self._tokens, reply_room(prompt)
        try:
            entered_at = self._entered_at = await gate.enter(tokens + room, self.line.manners.patience_s)
        except Closed as closed:
            raise self._left_alone(closed.wait_s) from None
        if self._failed_at is not None:
            self._gap_s, self._failed_at = entered_at - self._failed_at, None
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
            self._leave()
        await ended.wait()
        return 0.0

    def _leave(self) -> None:
        if self._entered_at is not None:
            self.line.gate.leave(self._entered_at)
            self._entered_at = None

    async def _called(self, call: int) -> Result:
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
            # The server is free for the next call while this one is written down.
            self._leave()
            await self.line.commit(self.ledger)
        return result

    async def _send(self) -> _Came:
        line, manners, service = self.line, self.line.manners, self.line.manners.service
        used_format = line.dialect.format
        extra = {**manners.extra, **manners.extra_for(self.prompt)} if manners.extra_for else manners.extra
        body = service.body(self.prompt, manners.model, line.dialect, extra)
        headers: Mapping[str, str] = {}
        verdict: Verdict
        is_odd = False
        try:
            async with line.session.post(
                manners.url,
                data=encoded(body),
                params=manners.query or None,
                allow_redirects=False,
                timeout=line.timeout if line.answers else line.first_timeout,
            ) as response:
                data = await _read(response, service.most_bytes(self.prompt))
                headers = response.headers
                asked = Asked(
                    model=manners.model, base_url=manners.base_url, key_name=manners.key_name,
                    parts=frozenset(body) - set(manners.extra), answered=line.answers > 0,
                    format_answered=used_format in line.formats, extra=frozenset(manners.extra),
                )  # fmt: skip
                if data is not None and len(manners.key) >= SHORTEST_KEY:
                    # Some servers and gateways repeat what they were sent.
                    data = data.replace(manners.key.encode(), b"***")
                read = service.reader(self.prompt)
                verdict = Again(why=TOO_LARGE) if data is None else judge(response.status, headers, data, asked, read)
                is_odd = response.status == 400 and not (data or b"").startswith(b"{")
        except TimeoutError as error:
            verdict, is_odd = Again(why="timeout"), isinstance(error, aiohttp.ConnectionTimeoutError)
        except aiohttp.ClientSSLError as error:
            verdict = Halt(error=tls_trouble(manners.base_url, error))
        except aiohttp.ClientConnectorError as error:
            verdict = Again(why="too_many_files" if error.os_error.errno in OUT_OF_FILES else "unreachable")
            is_odd = isinstance(error.os_error, ConnectionResetError)
        except aiohttp.ClientHttpProxyError as error:
            told = proxy_refuses(manners.base_url, line.proxy or "", error.status)
            verdict = Again(why=f"proxy_{error.status}", for_all=told)
        except (aiohttp.ClientError, OSError) as error:
            verdict, is_odd = Again(why=type(error).__name__), True
        if is_odd and not line.answers and (wrong := await line.misaddressed()):
            verdict = Halt(error=wrong)
        return _Came(verdict=verdict, headers=headers, used_format=used_format)

    def _settle(self, came: _Came, started_at: float) -> tuple[str, Usage | None, Reply | None, Result]:
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
            self.line.doubts.answered(started_at)
        match verdict:
            case Said():
                return self._taken(verdict)
            case No(reason=reason, detail=detail, usage=usage, for_all=for_all):
                return reason, usage, None, self._in_doubt(for_all, self._failure(reason, detail))
            case Unfit(part=part):
                self.line.dialect.learn(part, came.used_format)
                return f"without_{part}", FREE, None, 0.0
            case Halt(error=error):
                return type(error).__name__, FREE, None, self._halt(error)

    def _halt(self, error: CorpusToFtError) -> CorpusToFtError:
        self.line.halted = self.line.halted or error
        return error

    def _in_doubt(self, for_all: CorpusToFtError | None, follows: Failed) -> Failed:
        """What follows of a refusal that may be meant for everybody."""
        if for_all and self.is_harmless:
            return self._halt(for_all)
        self._doubted = for_all is not None
        return follows

    def _taken(self, said: Said) -> tuple[str, Usage | None, Reply | None, Reply | float]:
        reply = Reply.make(
            prompt_id=self.prompt.id, text=said.text, model=said.model, finish=said.finish, usage=said.usage
        )
        # With more room the stage asks again; the same room would cut it off again.
        ends_here = said.finish == "length" or self.is_harmless
        if not ends_here and self._bad_replies + 1 < BAD_REPLIES and not self._fits(reply):
            self._bad_replies += 1
            return "bad_reply", said.usage, reply, 0.0
        return said.finish, said.usage, reply, reply

    def _fits(self, reply: Reply) -> bool:
        return not self.prompt.schema or fits(reply, self.prompt.schema)

    def _failure(self, reason: str, detail: Sentence) -> ProviderFailure:
        return ProviderFailure(prompt_id=self.prompt.id, reason=reason, detail=detail)

    def _before_next(self, verdict: Again, now: float, started_at: float) -> Failed | float:
        """Seconds before the next try, or why there is none in this run."""
        line, manners = self.line, self.line.manners
        if verdict.kind == "postpone":
            put_off = Sentence("{base_url} refused for now ({why})", base_url=manners.base_url, why=verdict.why)
            return self._in_doubt(verdict.for_all, ProviderUnavailable(put_off))
        if verdict.why == "unreachable":
            return self._while_away(now)
        if verdict.kind == "fault":
            return self._after_fault(verdict, now)
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
        if verdict.wait_s is not None:
            return alone_s
        # Where the gate keeps a pace, standing in its queue is no wait of our own.
        return back_off(self._tries) if verdict.kind == "limited" else self._longer_wait(self._tries, now)

    def _longer_wait(self, tries: int, now: float) -> float:
        """Our own wait before the next try: longer than the one before it, whatever had made that one long."""
        self._failed_at = now
        return max(back_off(tries), min(LONGEST_S, self._gap_s * random.uniform(*LONGER)))

    def _after_fault(self, verdict: Again, now: float) -> Failed | float:
        line, manners = self.line, self.line.manners
        if verdict.why == "too_many_files":
            line.gate.narrow()
        self._faults += 1
        if verdict.for_all and not line.answers and self._faults >= STRANGE_ANSWERS:
            return self._halt(verdict.for_all)
        self._timeouts += verdict.why == "timeout"
        self._bad_replies += verdict.why == TOO_LARGE
        if self._bad_replies >= BAD_REPLIES:
            return self._failure(TOO_LARGE, Sentence("the answer is far longer than what was asked for"))
        others = self.line.answers - self._answers_before
        is_its_own = others >= ANSWERED_MEANWHILE
        if self._faults < manners.max_attempts and not (is_its_own and self._timeouts >= MOST_TIMEOUTS):
            return max(verdict.wait_s or 0.0, self._longer_wait(self._faults, now))
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
