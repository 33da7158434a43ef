"""The server's side of a batch, through the official client: files, batches, and what their errors mean."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from corpus_to_ft.errors import ConfigError, CorpusToFtError, ProviderUnavailable
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.llm.chat.answer import Again, Asked, Halt, No, judge
from corpus_to_ft.llm.chat.server import ChatServer

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI
    from openai.types import Batch as SdkBatch

ENDPOINT: Final = "/v1/chat/completions"
# The names under which a batch of ours is found again at the server.
RUN, KEY, CONTENT = "corpus_to_ft_run", "corpus_to_ft_batch", "corpus_to_ft_content"
ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
# Clocks differ; what is older than a batch by more than this cannot be its own.
SLACK_S = 24 * 3600
PAGE = 100
PATIENT_RETRIES = 4
# A part of a result file at a time.
PART_BYTES = 1 << 16
# A shorter key is a word ("ollama", "EMPTY") that a text may hold.
SHORTEST_KEY = 12


class Away(ProviderUnavailable):
    """The server failed, or nobody knows what became of the call. `wait_s` is what it asked to wait."""

    def __init__(self, sentence: Sentence, wait_s: float | None = None) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a server refuses a batch as a whole; `line` counts from 1, None where no line is to blame."""

    code: str
    message: str
    line: int | None
    param: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a batch stands at the server. `answered` and `failed` count its lines."""

    id: str
    status: str
    answered: int
    failed: int
    output_file_id: str
    error_file_id: str
    problems: tuple[Problem, ...]

    @property
    def has_ended(self) -> bool:
        """A status that nobody knows is not final."""
        return self.status in ENDED

    @property
    def lacks_files(self) -> bool:
        """Its counts say that there are results, and the files are not named yet."""
        return bool((self.answered and not self.output_file_id) or (self.failed and not self.error_file_id))


class Remote:
    """Calls that create something are made once, without a retry of the client's; the others may be repeated."""

    def __init__(self, server: ChatServer, timeout_s: float) -> None:
        from openai import DefaultHttpxClient, OpenAI

        self._server = server
        carried = server.key_header()
        sent = server.api_key.get_secret_value().strip() if server.api_key else ""
        self._key = sent.encode() if len(sent) >= SHORTEST_KEY else b""
        key = carried.get("Authorization", "").removeprefix("Bearer ")
        self._patient: OpenAI = OpenAI(
            # The client insists on a key; where there is none, or it goes in another header, none is sent.
            api_key=key or "none",
            base_url=server.base_url,
            timeout=timeout_s,
            max_retries=PATIENT_RETRIES,
            default_headers={**server.headers, **carried},
            default_query=dict(server.query),
            http_client=None if key else DefaultHttpxClient(event_hooks={"request": [_without_key]}),
        )
        self._once = self._patient.with_options(max_retries=0)

    def close(self) -> None:
        self._patient.close()

    def without_key(self, said: bytes) -> bytes:
        """What a server says, which may repeat what it was sent."""
        return said.replace(self._key, b"***") if self._key else said

    def upload(self, path: Path) -> str:
        """The file's id; Away leaves open whether it is there."""
        with self._speaking(Sentence("the upload of a batch file")), path.open("rb") as file:
            made = self._once.files.create(file=(path.name, file, "application/jsonl"), purpose="batch")
            return _id_of(made)

    def find_file(self, name: str, size: int, since: datetime) -> str | None:
        """The id of the file of this name and size, where the server has it."""
        with self._speaking(Sentence("the list of files")):
            for file in _recent(self._patient.files.list(purpose="batch", order="desc"), since):
                if file.filename == name and file.bytes == size and file.status not in ("error", "deleted"):
                    return _id_of(file)
        return None

    def create(self, file_id: str, run: str, key: str, content: str) -> Standing:
        """Away leaves open whether there is a batch now."""
        with self._speaking(Sentence("the creation of a batch")):
            marks = {RUN: run, KEY: key, CONTENT: content}
            made = self._once.batches.create(
                input_file_id=file_id, endpoint=ENDPOINT, completion_window="24h", metadata=marks
            )
            return self._standing(made)

    def find_batch(self, key: str, file_id: str, since: datetime) -> Standing | None:
        """The batch with our key or our file, where the server has it."""
        with self._speaking(Sentence("the list of batches")):
            for batch in _recent(self._patient.batches.list(limit=PAGE), since):
                if (batch.metadata or {}).get(KEY) == key or batch.input_file_id == file_id:
                    return self._standing(batch)
        return None

    def look(self, batch_id: str) -> Standing | None:
        """None where the server knows no such batch."""
        from openai import NotFoundError

        with self._speaking(Sentence("a look at a batch")):
            try:
                return self._standing(self._patient.batches.retrieve(batch_id))
            except NotFoundError:
                return None

    def cancel(self, batch_id: str) -> Standing | None:
        """None where the server knows no such batch; one that has ended stays as it is."""
        from openai import BadRequestError, ConflictError, NotFoundError

        with self._speaking(Sentence("the end of a batch")):
            try:
                return self._standing(self._patient.batches.cancel(batch_id))
            except NotFoundError:
                return None
            except (BadRequestError, ConflictError):
                return self._standing(self._patient.batches.retrieve(batch_id))

    def download(self, file_id: str) -> IO[bytes]:
        """The whole file, on the disk: nothing of one that arrived in part is ever read."""
        import httpx2

        with ExitStack() as stack:
            kept = stack.enter_context(tempfile.TemporaryFile())
            try:
                with (
                    self._speaking(Sentence("the results of a batch")),
                    self._patient.files.with_streaming_response.content(file_id) as answer,
                ):
                    for part in answer.iter_bytes(PART_BYTES):
                        kept.write(part)
            except httpx2.HTTPError as error:
                raise Away(Sentence("the results of a batch broke off: {cause}", cause=self._cause(error))) from error
            kept.seek(0)
            # The caller reads it and closes it.
            stack.pop_all()
            return kept

    @contextmanager
    def _speaking(self, about: Sentence) -> Iterator[None]:
        """The client's errors become ours."""
        import openai

        url = self._server.base_url
        try:
            yield
        except openai.APIStatusError as error:
            raise self._refused(error, about) from error
        except openai.APIConnectionError as error:
            said = Sentence("{url} gave no answer to {about}: {cause}", url=url, about=about, cause=self._cause(error))
            raise Away(said) from error
        except (openai.OpenAIError, ValueError, AttributeError) as error:
            # An answer that is no JSON, or JSON of another shape.
            cause = self._cause(error)
            said = Sentence("{url} gave an unreadable answer to {about}: {cause}", url=url, about=about, cause=cause)
            raise Away(said) from error

    def _refused(self, error: APIStatusError, about: Sentence) -> CorpusToFtError:
        server = self._server
        asked = Asked(
            model=server.model,
            base_url=server.base_url,
            key_name=server.api_key_env,
            parts=frozenset(),
            answered=False,
            format_answered=False,
        )
        url = server.base_url
        if error.status_code == 404:
            said = (
                "{url} has no Batch API, or is no API address (they mostly end in /v1); "
                "provider.use=openai_compatible asks directly"
            )
            return ConfigError(Sentence(said, url=url))
        told = self.without_key(error.response.content)
        match judge(error.status_code, error.response.headers, told, asked):
            case Halt(error=halted):
                return halted
            case Again(why=why, wait_s=wait_s):
                return Away(Sentence("{url} refused {about} for now ({why})", url=url, about=about, why=why), wait_s)
            case No(detail=cause):
                return ConfigError(Sentence("{url} refuses {about}: {cause}", url=url, about=about, cause=cause))
            case _:
                cause = self._cause(error)
                return ConfigError(Sentence("{url} refuses {about}: {cause}", url=url, about=about, cause=cause))

    def _cause(self, error: Exception) -> Sentence:
        return foreign(self._said(str(error)))

    def _said(self, text: str) -> str:
        return self.without_key(text.encode("utf-8", "replace")).decode()

    def _standing(self, batch: SdkBatch) -> Standing:
        counts = batch.request_counts
        told = batch.errors.data if batch.errors and batch.errors.data else []
        return Standing(
            id=_id_of(batch),
            status=str(batch.status),
            answered=counts.completed or 0 if counts else 0,
            failed=counts.failed or 0 if counts else 0,
            output_file_id=batch.output_file_id or "",
            error_file_id=batch.error_file_id or "",
            problems=tuple(
                Problem(
                    code=self._said(one.code or ""), message=self._said(one.message or ""),
                    line=one.line, param=one.param or "",
                )
                for one in told
            ),
        )  # fmt: skip


def _recent(listed: Iterable[Any], since: datetime) -> Iterator[Any]:
    """All that may be younger than `since`; a list ends early only where it is seen to be newest first."""
    oldest, before = since.timestamp() - SLACK_S, float("inf")
    old, newest_first = 0, True
    for one in listed:
        newest_first = newest_first and one.created_at <= before
        before = one.created_at
        old = old + 1 if one.created_at < oldest else 0
        if newest_first and old > PAGE:
            return
        yield one


def _without_key(request: Any) -> None:
    request.headers.pop("Authorization", None)


def _id_of(made: Any) -> str:
    if not isinstance(made.id, str) or not made.id:
        raise ValueError("it names no id")
    return str(made.id)
