"""Replies that could not be read and were asked for once more: kept raw, so that better reading needs no call."""

from __future__ import annotations

from dataclasses import dataclass, replace

from corpus_to_ft.records import Reply
from corpus_to_ft.store.codec import decode, encode

# More is no reply that was asked for, but a model that ran away.
MOST_CHARS = 100_000
WRITE = "INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?, ?, ?, ?)"
READ = "SELECT call, provider, subject_id, chars, payload FROM set_aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """`provider` is the fingerprint of who was asked, `subject_id` what about, `chars` the length as received."""

    call: int
    provider: str
    subject_id: str
    reply: Reply
    chars: int

    @classmethod
    def make(cls, *, call: int, provider: str, subject_id: str, reply: Reply) -> SetAside:
        bounded = replace(reply, text=reply.text[:MOST_CHARS])
        return cls(call=call, provider=provider, subject_id=subject_id, reply=bounded, chars=len(reply.text))

    @property
    def is_cut(self) -> bool:
        return len(self.reply.text) < self.chars


def values(kept: SetAside) -> tuple[object, ...]:
    return (kept.call, kept.provider, kept.reply.prompt_id, kept.subject_id, kept.chars, encode(kept.reply))


def of_row(row: tuple[int, str, str, int, str]) -> SetAside:
    call, provider, subject_id, chars, payload = row
    return SetAside(call=call, provider=provider, subject_id=subject_id, reply=decode(payload), chars=chars)
