"""One question to one model, as it comes: for trying a tuned model by hand. Runs ask through `chat`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from corpus_to_ft.errors import CorpusToFtError
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.llm.chat.server import ChatServer
from corpus_to_ft.llm.sdk import Away, SdkServer


@dataclass(slots=True, kw_only=True)
class Told:
    """What came of it, once everything was read."""

    text: str = ""
    finish: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


def ask_once(
    server: ChatServer, request: Mapping[str, Any], told: Told, *, stream: bool, timeout_s: float
) -> Iterator[str]:
    """The answer in the pieces in which it comes. `request` has `messages`, else `prompt`, which is a completion."""
    import httpx2

    said = "{url} knows no model {model}, or is no API address (they mostly end in /v1)"
    sdk = SdkServer(server, timeout_s, Sentence(said, url=server.base_url, model=server.model))
    about = Sentence("the question")
    try:
        with sdk.speaking(about):
            client: Any = sdk.patient.chat.completions if "messages" in request else sdk.patient.completions
            answer = client.create(model=server.model, stream=stream, **cast(Any, request))
            for part in answer if stream else [answer]:
                piece = _take(part, told)
                if piece:
                    yield piece
    except httpx2.HTTPError as error:
        raise _broke_off(about, error, sdk) from error
    finally:
        sdk.close()


def _broke_off(about: Sentence, error: Exception, sdk: SdkServer) -> CorpusToFtError:
    return Away(Sentence("{what} broke off: {cause}", what=about, cause=foreign(sdk.said(str(error)))))


def _take(part: Any, told: Told) -> str:
    told.model = str(part.model or told.model)
    if part.usage:
        told.input_tokens, told.output_tokens = part.usage.prompt_tokens or 0, part.usage.completion_tokens or 0
    if not part.choices:
        return ""
    choice = part.choices[0]
    told.finish = str(choice.finish_reason or told.finish)
    message = getattr(choice, "delta", None) or getattr(choice, "message", None)
    piece = str((message.content if message is not None else choice.text) or "")
    told.text += piece
    return piece
