"""Rules of batch requests: `{"custom_id", "method", "url", "body"}`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.validate.base import Across, Finding, Line, Rules, Said, at_line, check_keys, error, text_of
from corpus_to_ft.validate.turns import count_turns, said_in, turns_of

KEYS = frozenset({"custom_id", "method", "url", "body"})
ADDRESSES = ("/v1/chat/completions", "/v1/embeddings", "/v1/completions", "/v1/responses", "/v1/moderations")
MOST_REQUESTS, MOST_MEGABYTES = 50_000, 200
MOST_ID_CHARS = 512
# A file of requests is sent to no trainer; it has these limits wherever it goes.
BATCH = Target(
    name="batch", writer="batch_input", encoding="o200k_base", max_tokens=1_000_000, min_examples=1,
    max_examples=MOST_REQUESTS, max_file_mb=MOST_MEGABYTES, roles=("system", "developer", "user", "assistant", "tool"),
    verified_on="2026-11-21",
)  # fmt: skip


class BatchInputRules(Rules):
    """Results come back in any order and are known by `custom_id` alone."""

    def fits(self, keys: Collection[str]) -> bool:
        return "custom_id" in keys or ("body" in keys and "url" in keys)

    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        yield from check_keys(obj, KEYS, target)
        name, body = obj.get("custom_id"), obj.get("body")
        if not isinstance(name, str) or not 0 < len(name) <= MOST_ID_CHARS:
            said = '"custom_id" should be a text of 1 to {most} characters'
            yield error("custom_id_invalid", Sentence(said, most=MOST_ID_CHARS))
        if obj.get("method") != "POST":
            yield error("method_not_post", Sentence('"method" should be "POST"'))
        if obj.get("url") not in ADDRESSES:
            yield error("url_unknown", Sentence('"url" should be one of {addresses}', addresses=", ".join(ADDRESSES)))
        if not isinstance(body, dict):
            yield error("body_missing", Sentence('"body" should be an object: the request'))
            return
        if not isinstance(body.get("model"), str):
            yield error("model_missing", Sentence('the body names no "model"; add it'))
        if body.get("stream"):
            yield error("stream", Sentence('"stream" has no meaning in a batch and is refused; take it out'))
        if obj.get("url") == ADDRESSES[0] and not turns_of(body.get("messages")):
            yield error("messages_missing", Sentence("{key!r} should be a list of messages", key="body.messages"))

    def said(self, obj: Line) -> Said:
        """Two equal requests are no fault: whoever wants several answers asks several times."""
        said = said_in(turns_of(_body(obj).get("messages")), ())
        return Said(question=f"{obj.get('custom_id')}\n{said.question}", answer="", texts=said.texts)

    def tokens(self, obj: Line, target: Target) -> int:
        body = _body(obj)
        turns = turns_of(body.get("messages"))
        return (
            count_turns(turns, target.encoding) if turns else count_tokens(text_of(body.get("input")), target.encoding)
        )

    def across(self, target: Target, asking: Mapping[str, Any]) -> Across:  # noqa: ARG002
        return _Names()


class _Names(Across):
    """Hashes of at most as many names as a file may hold lines; one model and one address for all."""

    def __init__(self) -> None:
        self._names = dict[int, int]()
        self._first: tuple[object, object] | None = None

    def add(self, line: int, obj: Line) -> Iterable[Finding]:
        name, body = obj.get("custom_id"), _body(obj)
        if isinstance(name, str) and len(self._names) <= MOST_REQUESTS:
            before = self._names.setdefault(hash(name), line)
            if before != line:
                said = 'the "custom_id" is that of line {first}; every request needs its own'
                yield at_line(error("custom_id_twice", Sentence(said, first=before)), line)
        asked = (obj.get("url"), body.get("model"))
        self._first = self._first or asked
        if asked != self._first:
            said = "the model or url differs from that of the first line; a file is for one of each"
            yield at_line(error("several_models", Sentence(said)), line)


def _body(obj: Line) -> Line:
    body = obj.get("body")
    return body if isinstance(body, dict) else {}
