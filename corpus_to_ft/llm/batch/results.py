"""What came back: the lines of a result file, each with the meaning of its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import IO, Any

from corpus_to_ft.llm.chat.answer import Again, Asked, Said, Verdict, judge
from corpus_to_ft.llm.replies import read_json

# What a line says that was not answered before its batch came to an end.
UNANSWERED = frozenset({"batch_expired", "batch_cancelled"})


def read_results(file: IO[bytes], asked: Asked, clean: Callable[[bytes], bytes]) -> Iterator[tuple[str, Verdict]]:
    """(prompt id, verdict) of every line that can be read, after `clean`; one that cannot is as good as missing."""
    for line in file:
        try:
            value = read_json(clean(line))
        except ValueError:
            continue
        if isinstance(value, dict) and isinstance(value.get("custom_id"), str):
            yield value["custom_id"], _verdict(value, asked)


def _verdict(value: dict[str, Any], asked: Asked) -> Verdict:
    response, error = value.get("response"), value.get("error")
    if isinstance(response, dict) and isinstance(response.get("status_code"), int):
        # A line has no headers of its own.
        return judge(response["status_code"], {}, json.dumps(response.get("body")).encode(), asked)
    code = error.get("code") if isinstance(error, dict) else None
    return Again(why=str(code or "no_answer"))


def is_better(verdict: Verdict, than: Verdict | None) -> bool:
    """Of several lines for one prompt, the first answer counts."""
    return than is None or (isinstance(verdict, Said) and not isinstance(than, Said))
