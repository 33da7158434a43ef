"""`ask`: a question to a tuned model, laid out exactly as the lines it was trained on."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_to_ft.cli.look import safe
from corpus_to_ft.cli.tune_jobs import find_job, tuner_of
from corpus_to_ft.decode import decode
from corpus_to_ft.errors import ConfigError, ExitCode
from corpus_to_ft.home import home
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.llm.ask import Told, ask_once
from corpus_to_ft.llm.chat.server import ChatServer
from corpus_to_ft.llm.sdk import Away
from corpus_to_ft.records import Message
from corpus_to_ft.settings import make_tuner
from corpus_to_ft.store.jobs import JobLedger
from corpus_to_ft.targets import load_target
from corpus_to_ft.tune.ask import NO_WORDS, writer_of
from corpus_to_ft.tune.base import Tuner
from corpus_to_ft.tuning import TuneJob
from corpus_to_ft.validate.folder import read_manifest

KINDS = ("qa", "keywords", "summary")
DEFAULT_TARGET = "openai-chat"
# Nobody knows what a model that was not tuned from here was taught to be told.
PLAIN = {"instructions": NO_WORDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRequest:
    """The options of `ask`, as given."""

    model: str
    question: str
    run: Path | None
    kind: str
    system: str
    target: str
    base_url: str
    api_key_env: str
    temperature: float | None
    max_tokens: int | None
    stream: bool
    json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom and how; `job` is None for a model that was not tuned from here."""

    model: str
    tuner: Tuner
    writer: str
    asking: Mapping[str, Any]
    job: TuneJob | None


def ask(request: AskRequest) -> int:
    asked = _find(request)
    question = request.question if request.question != "-" else _read_question()
    if not question.strip():
        raise ConfigError(Sentence("the question is empty; say it in quotes, or - to read it from standard input"))
    system = (Message(role="system", content=request.system),) if request.system else ()
    messages = (*system, Message(role="user", content=question))
    laid_out = writer_of(asked.writer, asked.asking).asked(messages, request.kind)
    body = {
        **laid_out,
        **({"temperature": request.temperature} if request.temperature is not None else {}),
        **({"max_tokens": request.max_tokens} if request.max_tokens is not None else {}),
    }
    if request.kind not in KINDS:
        raise ConfigError(Sentence("--kind is one of: {names}", names=", ".join(KINDS)))
    told = Told()
    with closing(asked.tuner):
        pieces = ask_once(
            _server(asked), body, told, stream=request.stream and not request.json, timeout_s=asked.tuner.timeout_s
        )
        for piece in pieces:
            if not request.json:
                print(safe(piece), end="", flush=True)
    if not told.text.strip():
        if not told.model:
            said = Sentence(
                "{url} gave an unreadable answer to {about}", url=asked.tuner.base_url, about=Sentence("the question")
            )
            raise Away(said)
        print(tr("the answer is empty"), file=sys.stderr)
    if request.json:
        print(json.dumps(_as_json(request, asked, laid_out, told), ensure_ascii=False))
        return ExitCode.DONE
    print()
    if told.finish == "length":
        print(tr("the answer was cut off at its longest; see --max-tokens"), file=sys.stderr)
    return ExitCode.DONE


def _read_question() -> str:
    """Standard input as UTF-8, or as Korean Windows writes it."""
    data = sys.stdin.buffer.read()
    return decode(data, source="-").text.strip() if data.strip() else ""


def _as_json(request: AskRequest, asked: Asked, laid_out: Mapping[str, Any], told: Told) -> dict[str, Any]:
    return {
        "model": asked.model,
        "question": request.question,
        "answer": told.text,
        "finish": told.finish,
        "input_tokens": told.input_tokens,
        "output_tokens": told.output_tokens,
        "asked": dict(laid_out),
        "job": asked.job.id if asked.job else "",
    }


def _find(request: AskRequest) -> Asked:
    """A job of ours says everything by itself; any other model needs to be told where it is."""
    with JobLedger.open(home()) as ledger:
        # Only this name can be none of a host's.
        job = find_job(ledger, request.model) if request.model == "latest" else ledger.job(request.model)
    if job and not job.tuned_model:
        said = "the job {id} has no tuned model yet ({state}); look with: corpus-to-ft tune show {id}"
        raise ConfigError(Sentence(said, id=job.id[:8], state=tr(job.state)))
    manifest = read_manifest(request.run) if request.run else None
    if request.run and manifest is None:
        raise ConfigError(Sentence("{path} holds no manifest.json", path=request.run))
    target = load_target(request.target or (manifest.target if manifest else job.target if job else DEFAULT_TARGET))
    if job and not request.base_url and not request.target:
        tuner = tuner_of(job)
    else:
        reached = target if target.tuner and target.base_url else load_target(DEFAULT_TARGET)
        tuner = make_tuner(reached, base_url=request.base_url, api_key_env=request.api_key_env, fields={})
    known = job.asking if job and not manifest else manifest.asking if manifest else PLAIN
    writer = job.writer if job and not manifest else target.writer if manifest else "chat"
    return Asked(model=job.tuned_model if job else request.model, tuner=tuner, writer=writer, asking=known, job=job)


def _server(asked: Asked) -> ChatServer:
    fields = {name: getattr(asked.tuner, name) for name in ("auth", "headers", "query") if hasattr(asked.tuner, name)}
    return ChatServer(
        model=asked.model, base_url=asked.tuner.base_url, api_key_env=asked.tuner.api_key_env or "OPENAI_API_KEY",
        api_key=asked.tuner.api_key, **fields,
    )  # fmt: skip
