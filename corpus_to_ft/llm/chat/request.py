"""A prompt as the body of a chat request, with as much structure as the server is known to take."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus_to_ft.records import Prompt

# JSON by schema, then JSON of any shape, then text that is read leniently.
FORMATS = ("json_schema", "json_object", "text")
# Bounds, not counts, in the encodings of chat models: common Korean is 0.35 to 1 token a character, words of Latin
# letters a quarter of a token a letter and random ones up to 0.85, other ASCII at most one, the rest up to its bytes.
TOKENS_A_COMMON_CHAR, TOKENS_A_LETTER, TOKENS_A_SIGN, TOKENS_A_RARE_CHAR = 1.0, 0.85, 1.0, 3.0
_LETTERS = string.ascii_letters.encode()
SCHEMA_TOKENS = 300
MESSAGE_TOKENS = 8
DEFAULT_REPLY_TOKENS = 2048


@dataclass(slots=True)
class Dialect:
    """What is known of a server's taste; all calls to it share what one has learned."""

    format: str = "json_schema"
    room: str = "max_completion_tokens"
    left_out: set[str] = field(default_factory=set)

    def learn(self, part: str, used_format: str) -> None:
        """Do without `part`, which a call has used in vain; another call may have learned it meanwhile."""
        if part == "response_format":
            if self.format == used_format:
                self.format = FORMATS[FORMATS.index(used_format) + 1]
        elif part == "max_completion_tokens":
            self.room = "max_tokens"
        else:
            self.left_out.add(part)


def reply_room(prompt: Prompt) -> int:
    """The most tokens that a reply may have."""
    return int(prompt.sampling.get("max_tokens", DEFAULT_REPLY_TOKENS))


def guessed_tokens(prompt: Prompt) -> int:
    """A quick upper guess of the prompt's tokens; the server's own count replaces it."""
    counted = guessed_text_tokens("".join(message.content for message in prompt.messages))
    return counted + MESSAGE_TOKENS * len(prompt.messages) + (SCHEMA_TOKENS if prompt.schema else 0)


def guessed_text_tokens(text: str) -> int:
    narrow = text.encode("ascii", "ignore")
    signs = len(narrow.translate(None, _LETTERS))
    korean = (len(text.encode("cp949", "ignore")) - len(narrow)) // 2
    # EUC-KR spells the syllables that are not common in four pieces.
    rare = ((len(text.encode("euc-kr", "ignore")) - len(narrow)) // 2 - korean) // 3
    common, rare = korean - rare, rare + len(text) - len(narrow) - korean
    counted = (len(narrow) - signs) * TOKENS_A_LETTER + signs * TOKENS_A_SIGN
    counted += common * TOKENS_A_COMMON_CHAR + rare * TOKENS_A_RARE_CHAR
    return int(counted)


def chat_body(prompt: Prompt, model: str, dialect: Dialect, extra: Mapping[str, Any]) -> dict[str, Any]:
    """`extra` wins over everything else."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in prompt.messages],
    }
    sampling = dict(prompt.sampling)
    sampling.pop("max_tokens", None)
    body.update(sampling)
    body[dialect.room] = reply_room(prompt)
    if prompt.schema and dialect.format == "json_schema":
        schema = {"name": prompt.kind, "strict": True, "schema": prompt.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif prompt.schema and dialect.format == "json_object":
        body["response_format"] = {"type": "json_object"}
    for part in dialect.left_out:
        body.pop(part, None)
    return {**body, **extra}


def encoded(body: Mapping[str, Any]) -> bytes:
    """Half a surrogate pair in a document is written as the escape it came from."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")
