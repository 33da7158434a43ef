"""The server's side of a batch: files, batches, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.chat.server import ChatServer
from corpus_to_ft.llm.sdk import SHORTEST_KEY, Away, SdkServer, id_of, recent

if TYPE_CHECKING:
    from openai.types import Batch as SdkBatch

__all__ = ["SHORTEST_KEY", "Away", "Problem", "Remote", "Standing"]

ENDPOINT: Final = "/v1/chat/completions"
PURPOSE: Final = "batch"
# The names under which a batch of ours is found again at the server.
RUN, KEY, CONTENT = "corpus_to_ft_run", "corpus_to_ft_batch", "corpus_to_ft_content"
ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
PAGE = 100


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
        said = (
            "{url} has no Batch API, or is no API address (they mostly end in /v1); "
            "provider.use=openai_compatible asks directly"
        )
        self._sdk = SdkServer(server, timeout_s, Sentence(said, url=server.base_url))

    def close(self) -> None:
        self._sdk.close()

    def without_key(self, said: bytes) -> bytes:
        """What a server says, which may repeat what it was sent."""
        return self._sdk.without_key(said)

    def upload(self, path: Path) -> str:
        """The file's id; Away leaves open whether it is there."""
        return self._sdk.upload(path, path.name, PURPOSE, Sentence("the upload of a batch file"))

    def find_file(self, name: str, size: int, since: datetime) -> str | None:
        """The id of the file of this name and size, where the server has it."""
        return self._sdk.find_file(name, size, PURPOSE, since)

    def create(self, file_id: str, run: str, key: str, content: str) -> Standing:
        """Away leaves open whether there is a batch now."""
        with self._sdk.speaking(Sentence("the creation of a batch")):
            marks = {RUN: run, KEY: key, CONTENT: content}
            made = self._sdk.once.batches.create(
                input_file_id=file_id, endpoint=ENDPOINT, completion_window="24h", metadata=marks
            )
            return self._standing(made)

    def find_batch(self, key: str, file_id: str, since: datetime) -> Standing | None:
        """The batch with our key or our file, where the server has it."""
        with self._sdk.speaking(Sentence("the list of batches")):
            for batch in recent(self._sdk.patient.batches.list(limit=PAGE), since):
                if (batch.metadata or {}).get(KEY) == key or batch.input_file_id == file_id:
                    return self._standing(batch)
        return None

    def look(self, batch_id: str) -> Standing | None:
        """None where the server knows no such batch."""
        from openai import NotFoundError

        with self._sdk.speaking(Sentence("a look at a batch")):
            try:
                return self._standing(self._sdk.patient.batches.retrieve(batch_id))
            except NotFoundError:
                return None

    def cancel(self, batch_id: str) -> Standing | None:
        """None where the server knows no such batch; one that has ended stays as it is."""
        from openai import BadRequestError, ConflictError, NotFoundError

        with self._sdk.speaking(Sentence("the end of a batch")):
            try:
                return self._standing(self._sdk.patient.batches.cancel(batch_id))
            except NotFoundError:
                return None
            except (BadRequestError, ConflictError):
                return self._standing(self._sdk.patient.batches.retrieve(batch_id))

    def download(self, file_id: str) -> IO[bytes]:
        """The whole file, on the disk: nothing of one that arrived in part is ever read."""
        return self._sdk.download(file_id, Sentence("the results of a batch"))

    def _standing(self, batch: SdkBatch) -> Standing:
        counts = batch.request_counts
        told = batch.errors.data if batch.errors and batch.errors.data else []
        return Standing(
            id=id_of(batch),
            status=str(batch.status),
            answered=counts.completed or 0 if counts else 0,
            failed=counts.failed or 0 if counts else 0,
            output_file_id=batch.output_file_id or "",
            error_file_id=batch.error_file_id or "",
            problems=tuple(
                Problem(
                    code=self._sdk.said(one.code or ""), message=self._sdk.said(one.message or ""),
                    line=one.line, param=one.param or "",
                )
                for one in told
            ),
        )  # fmt: skip
