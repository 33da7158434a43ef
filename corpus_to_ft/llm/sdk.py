"""A server reached through the official client, and what its errors mean: for files, batches and tuning jobs.

Calls that create something go through `once` and are made once; the others may be repeated by the client itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from unicodedata import normalize

from corpus_to_ft.errors import ConfigError, CorpusToFtError, ProviderUnavailable
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.llm.chat.answer import Again, Asked, Halt, No, judge
from corpus_to_ft.llm.chat.server import ChatServer

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

# Clocks differ; what is older than a wish by more than this cannot be its own.
SLACK_S = 24 * 3600
# That many old ones in a row, in a list that is newest first, and no younger one follows.
OLD_IN_A_ROW = 100
PATIENT_RETRIES = 4
# A part of a file at a time.
PART_BYTES = 1 << 16
# A shorter key is a word ("ollama", "EMPTY") that a text may hold.
SHORTEST_KEY = 12
# The year 5138 in seconds and 1973 in milliseconds; nothing before it was made by such a server.
MILLISECONDS_FROM, MILLISECONDS_TO = 10**11, 10**14
# Longer words of a server are cut.
MAX_SAID = 1000


class Away(ProviderUnavailable):
    """The server failed, or nobody knows what became of the call. `wait_s` is what it asked to wait.

    `is_final` says that it asked not to be called again for now.
    """

    def __init__(self, sentence: Sentence, wait_s: float | None = None, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s
        self.is_final = is_final


# What a refusal means, where that is more than its status says; None leaves it to the general rules.
Reading = Callable[["APIStatusError", Sentence], CorpusToFtError | None]


class SdkServer:
    """`absent` is said where the address does not know a call at all (HTTP 404)."""

    def __init__(self, server: ChatServer, timeout_s: float, absent: Sentence) -> None:
        from openai import DefaultHttpxClient, OpenAI

        self.server = server
        self._absent = absent
        carried = server.key_header()
        sent = server.api_key.get_secret_value().strip() if server.api_key else ""
        self._key = sent.encode() if len(sent) >= SHORTEST_KEY else b""
        hooks = [self._kept_here] if carried.get("Authorization") else [self._kept_here, _without_key]
        key = carried.get("Authorization", "").removeprefix("Bearer ")
        self.patient: OpenAI = OpenAI(
            # The client insists on a key; where there is none, or it goes in another header, none is sent.
            api_key=key or "none",
            base_url=server.base_url,
            timeout=timeout_s,
            max_retries=PATIENT_RETRIES,
            default_headers={**server.headers, **carried},
            default_query=dict(server.query),
            http_client=DefaultHttpxClient(event_hooks={"request": hooks}),
        )
        self.once = self.patient.with_options(max_retries=0)

    def close(self) -> None:
        self.patient.close()

    def without_key(self, said: bytes) -> bytes:
        """What a server says, which may repeat what it was sent."""
        return said.replace(self._key, b"***") if self._key else said

    def said(self, text: str) -> str:
        """What a server says, on one line, without the key and not too long."""
        told = one_line(self.without_key(text.encode("utf-8", "replace")).decode("utf-8", "replace"))
        return told if len(told) <= MAX_SAID else f"{told[:MAX_SAID]}…"

    def _kept_here(self, request: Any) -> None:
        """No redirect takes a key or a file to another server."""
        if request.url.netloc != self.patient.base_url.netloc:
            said = "{url} sends on to another server, {other}, which is not followed; give its address with --base-url"
            other = one_line(request.url.netloc.decode("ascii", "replace"))
            raise ConfigError(Sentence(said, url=self.server.base_url, other=other))

    def upload(self, path: Path, name: str, purpose: Any, about: Sentence) -> str:
        """The id of the file, which is called `name` there; Away leaves open whether it is there."""
        with self.speaking(about), path.open("rb") as file:
            made = self.once.files.create(file=(name, file, "application/jsonl"), purpose=purpose)
            return id_of(made)

    def find_file(self, name: str, size: int, purpose: str, since: datetime, mark: str = "") -> str | None:
        """The id of the file of this size, called so or with `mark` in its name, where the server has it.

        Servers may hand a Korean name back decomposed, or without what they do not know.
        """
        with self.speaking(Sentence("the list of files")):
            for file in recent(self.patient.files.list(purpose=purpose, order="desc"), since):
                is_called_so = normalize("NFC", file.filename) == normalize("NFC", name) or (
                    mark and mark in file.filename
                )
                if is_called_so and file.bytes == size and file.status not in ("error", "deleted"):
                    return id_of(file)
        return None

    def download(self, file_id: str, about: Sentence) -> IO[bytes]:
        """The whole file, on the disk: nothing of one that arrived in part is ever read."""
        import httpx2

        with ExitStack() as stack:
            kept = stack.enter_context(tempfile.TemporaryFile())
            try:
                with (
                    self.speaking(about),
                    self.patient.files.with_streaming_response.content(file_id) as answer,
                ):
                    for part in answer.iter_bytes(PART_BYTES):
                        kept.write(part)
            except httpx2.HTTPError as error:
                raise Away(Sentence("{what} broke off: {cause}", what=about, cause=self._cause(error))) from error
            kept.seek(0)
            # The caller reads it and closes it.
            stack.pop_all()
            return kept

    @contextmanager
    def speaking(self, about: Sentence, reading: Reading | None = None) -> Iterator[None]:
        """The client's errors become ours."""
        import openai

        url = self.server.base_url
        try:
            yield
        except openai.APIStatusError as error:
            raise (reading and reading(error, about)) or self._refused(error, about) from error
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, ConfigError):
                raise error.__cause__ from error
            said = Sentence("{url} gave no answer to {about}: {cause}", url=url, about=about, cause=self._cause(error))
            raise Away(said) from error
        except (openai.OpenAIError, ValueError, AttributeError, TypeError, OverflowError) as error:
            # An answer that is no JSON, or JSON of another shape.
            raise Away(Sentence("{url} gave an unreadable answer to {about}", url=url, about=about)) from error

    def _refused(self, error: APIStatusError, about: Sentence) -> CorpusToFtError:
        url = self.server.base_url
        if error.status_code == 404:
            return ConfigError(self._absent)
        asked = Asked(
            model=self.server.model,
            base_url=url,
            key_name=self.server.api_key_env,
            parts=frozenset(),
            answered=False,
            format_answered=False,
        )
        told = self.without_key(error.response.content)
        match judge(error.status_code, error.response.headers, told, asked):
            case Halt(error=halted):
                return halted
            case Again(why=why, wait_s=wait_s, kind=kind):
                said = Sentence("{url} refused {about} for now ({why})", url=url, about=about, why=why)
                return Away(said, wait_s, is_final=kind == "postpone")
            case No(detail=cause):
                return ConfigError(Sentence("{url} refuses {about}: {cause}", url=url, about=about, cause=cause))
            case _:
                cause = self._cause(error)
                return ConfigError(Sentence("{url} refuses {about}: {cause}", url=url, about=about, cause=cause))

    def _cause(self, error: Exception) -> Sentence:
        return foreign(self.said(str(error)))


def recent(listed: Iterable[Any], since: datetime) -> Iterator[Any]:
    """All that may be younger than `since`; a list ends early only where it is seen to be newest first."""
    oldest, before = since.timestamp() - SLACK_S, float("inf")
    old, newest_first = 0, True
    for one in listed:
        # What does not say when it was made may have been made since.
        at = seconds_of(one.created_at) or float("inf")
        newest_first = newest_first and at <= before
        before = at
        old = old + 1 if at < oldest else 0
        if newest_first and old > OLD_IN_A_ROW:
            return
        yield one


def seconds_of(moment: object) -> float | None:
    """Seconds since 1970 of a time that a server tells; some count in milliseconds, some tell none."""
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not 0 < moment < MILLISECONDS_TO:
        return None
    return moment / 1000 if moment >= MILLISECONDS_FROM else moment


def one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def id_of(made: Any) -> str:
    """Raises ValueError for an answer that names none."""
    if not isinstance(made.id, str) or not made.id:
        raise ValueError("it names no id")
    return str(made.id)


def _without_key(request: Any) -> None:
    request.headers.pop("Authorization", None)
