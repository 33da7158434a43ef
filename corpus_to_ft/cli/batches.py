"""`batches`: what of a run is at a server to be answered later, and how to end it."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus_to_ft.language import tr

if TYPE_CHECKING:
    from corpus_to_ft.llm.openai_batch import OpenaiBatchProvider
    from corpus_to_ft.store import RunStore
    from corpus_to_ft.store.batches import Batch

batches_app = typer.Typer(help=tr("Look after batches that a server answers later."), no_args_is_help=True)
RunFolder = Annotated[Path, typer.Argument(metavar="[OUT]", help=tr("folder of a run"))]
Number = Annotated[int | None, typer.Option("--number", "-n", help=tr("number of one batch"))]
Json = Annotated[bool, typer.Option("--json", help=tr("print JSON for machines"))]
DEFAULT_OUT = Path("out")
SHOWN = ("number", "state", "status", "prompts", "answered", "failed", "planned_at", "batch_id", "note")
# The end of a batch takes minutes at times; nothing is lost when nobody waits for it.
PATIENCE_S, POLL_S = 60.0, 2.0


@batches_app.command("list", help=tr("List the batches of a run, as far as this folder knows."))
def list_batches(out: RunFolder = DEFAULT_OUT, json: Json = False) -> int:
    from corpus_to_ft.errors import ExitCode
    from corpus_to_ft.store import RunStore

    with RunStore.read(out) as store:
        _print([_line(batch) for batch in store.batches()], as_json=json)
    return ExitCode.DONE


@batches_app.command(help=tr("Ask the server how a batch stands, and count what came of its prompts."))
def show(out: RunFolder = DEFAULT_OUT, number: Number = None, json: Json = False) -> int:
    from collections import Counter

    from corpus_to_ft.errors import ExitCode
    from corpus_to_ft.store import RunStore

    lines = []
    with RunStore.read(out) as store:
        outcomes: dict[str, Counter[str]] = {}
        for call in store.calls():
            outcomes.setdefault(call.batch, Counter())[call.outcome] += 1
        for batch in _chosen(store, out, number):
            line = _line(batch)
            if batch.state == "submitted":
                provider = _provider(batch)
                standing = provider.remote().look(batch.batch_id)
                provider.close()
                line["status"] = standing.status if standing else "unknown"
                line.update({"answered": standing.answered, "failed": standing.failed} if standing else {})
            lines.append({**line, "outcomes": dict(outcomes.get(batch.key, {}))})
    _print(lines, as_json=json)
    return ExitCode.DONE


@batches_app.command(help=tr("End batches that are under way, and keep what they have answered."))
def cancel(out: RunFolder = DEFAULT_OUT, number: Number = None, json: Json = False) -> int:
    from corpus_to_ft.errors import ExitCode, StoreError
    from corpus_to_ft.llm.batch.round import under_way
    from corpus_to_ft.store import RunStore

    with RunStore.read(out) as store:
        keys = {batch.key for batch in _chosen(store, out, number)}
        ending = [batch for batch in under_way(store) if batch.key in keys]
    try:
        with RunStore.open(out) as store:
            ended = [_give_up(batch, store) for batch in ending]
    except StoreError:
        # A run is waiting for them, and takes home what is done.
        ended = [_tell_server(batch) for batch in ending]
    _print([_line(batch) for batch in ended], as_json=json)
    return ExitCode.DONE


def _give_up(batch: Batch, store: RunStore) -> Batch:
    from corpus_to_ft.llm.stage import LedgerAsk

    provider = _provider(batch)
    with LedgerAsk(provider, store) as ledger:
        return provider.give_up(batch, ledger, store)


def _tell_server(batch: Batch) -> Batch:
    from dataclasses import replace

    provider = _provider(batch)
    standing = provider.remote().cancel(batch.batch_id) if batch.state == "submitted" else None
    provider.close()
    return replace(batch, status=standing.status) if standing else batch


def _chosen(store: RunStore, out: Path, number: int | None) -> list[Batch]:
    from corpus_to_ft.errors import ConfigError
    from corpus_to_ft.language import Sentence

    found = [batch for batch in store.batches() if number in (None, batch.number)]
    if number is not None and not found:
        said = "there is no batch {number} in {out}; see: corpus-to-ft batches list {out}"
        raise ConfigError(Sentence(said, number=number, out=out))
    return found


def _provider(batch: Batch) -> OpenaiBatchProvider:
    from corpus_to_ft.llm.openai_batch import OpenaiBatchProvider
    from corpus_to_ft.settings import Settings

    fields = {**json_text.loads(batch.settings), "patience_s": PATIENCE_S, "poll_s": POLL_S}
    provider = Settings.model_validate({"provider": {"use": "openai_batch", **fields}}).make_provider()
    assert isinstance(provider, OpenaiBatchProvider)
    return provider


def _line(batch: Batch) -> dict[str, Any]:
    known = {name: getattr(batch, name) for name in (*SHOWN, "key", "file_id", "file_name", "size")}
    reached = json_text.loads(batch.settings)
    return {**known, "model": reached["model"], "base_url": reached["base_url"]}


def _print(lines: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        for line in lines:
            print(json_text.dumps(line, ensure_ascii=False))
        return
    if not lines:
        print(tr("there are no batches"))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*(tr(name) for name in SHOWN))
    for line in lines:
        words = {
            **line,
            "state": tr(line["state"]),
            "status": tr(line["status"]),
            "planned_at": line["planned_at"][:16],
        }
        table.add_row(*(escape(str(words[name])) for name in SHOWN))
    console = Console()
    console.print(table)
    for line in lines:
        counted = ", ".join(f"{tr(outcome)} {count:,}" for outcome, count in line.get("outcomes", {}).items())
        if counted:
            console.print(f"{line['number']}: {counted}", markup=False)
