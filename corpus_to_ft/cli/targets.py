"""`targets`: where a training file can go, what each place takes and costs, and until when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from corpus_to_ft.cli.look import safe
from corpus_to_ft.errors import ExitCode
from corpus_to_ft.language import tr
from corpus_to_ft.records import Target, TunableModel
from corpus_to_ft.targets import load_target, target_names


def print_targets(name: str, *, as_json: bool, today: date | None = None) -> int:
    """All targets in short, or everything about one."""
    day = today or date.today()
    chosen = [load_target(each) for each in ([name] if name else target_names())]
    if as_json:
        for target in chosen:
            print(json.dumps(_as_json(target, day), ensure_ascii=False))
    elif name:
        _print_one(chosen[0], day)
    else:
        _print_all(chosen, day)
    return ExitCode.DONE


def _as_json(target: Target, day: date) -> dict[str, Any]:
    models = {name: {**asdict(model), "days_left": _days(model.shutdown, day)} for name, model in target.models.items()}
    epochs = target.epochs._asdict() if target.epochs else None
    return {**asdict(target), "epochs": epochs, "models": models, "days_left": _days(target.closes, day)}


def _days(until: str, day: date) -> int | None:
    """Below 0 where it is over."""
    return (date.fromisoformat(until) - day).days if until else None


def _until(until: str, day: date) -> str:
    days = _days(until, day)
    if days is None:
        return ""
    if days <= 0:
        return tr("over since {date}", date=until)
    return tr("{date} (in {days} days)", date=until, days=f"{days:,}")


def _print_all(targets: list[Target], day: date) -> None:
    table = Table(box=None, pad_edge=False)
    console = _console(least=80)
    for heading in ("target", "where", "tokens a line", "open until"):
        # A name that is cut short cannot be typed.
        justify: Literal["left", "right"] = "right" if heading == "tokens a line" else "left"
        table.add_column(tr(heading), justify=justify, no_wrap=heading != "where", overflow="fold")
    for target in targets:
        table.add_row(target.name, safe(tr(target.title)), f"{target.max_tokens:,}", _until(target.closes, day))
    console.print(table)
    print(tr("Prices, limits and what is not certain: corpus-to-ft targets NAME"))


def _print_one(target: Target, day: date) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    # Where it does not fit, every sign still has its place.
    table.add_column(overflow="fold")
    for name, value in _facts(target, day):
        if value:
            table.add_row(tr(name), safe(value))
    _console(least=40).print(table)
    if target.models:
        models = _models(target, day)
        wide = _console(least=10_000)
        _console(least=wide.measure(models).maximum).print(models)
        print(tr("US dollars a million tokens, as of {date}", date=target.verified_on))
    for note in target.notes:
        print(f"- {safe(tr(note))}")


def _console(least: int) -> Console:
    """At least so wide, however narrow the terminal: figures and names that are cut short are of no use."""
    console = Console(markup=False)
    console.width = max(console.width, least)
    return console


def _facts(target: Target, day: date) -> Iterator[tuple[str, str]]:
    yield "target", f"{target.name}: {tr(target.title)}" if target.title else target.name
    yield "open until", _until(target.closes, day)
    yield "format", ", ".join((target.writer, *target.formats))
    yield "tokens a line", f"{target.max_tokens:,} ({target.encoding})"
    yield "examples", _range(target.min_examples, target.max_examples)
    yield "largest file", f"{target.max_file_mb:,} MB" if target.max_file_mb else ""
    yield "file begins with", "UTF-8 BOM" if target.byte_order_mark else ""
    yield "roles", ", ".join(target.roles)
    yield "turns", tr("user and assistant by turns") if target.strict_turns else ""
    yield "longest suffix", f"{target.suffix_chars}" if target.suffix_chars else ""
    if target.epochs:
        usual = tr("else the host's choice") if target.epochs.default is None else f"{target.epochs.default}"
        yield "epochs", f"{_range(target.epochs.min, target.epochs.max)} ({usual})"
    yield "address", target.base_url
    yield "key in", target.api_key_env
    yield "used afterwards", tr(target.served)
    yield "checked on", target.verified_on


def _range(least: int, most: int) -> str:
    return f"{least:,}–{most:,}" if most else tr("at least {count}", count=f"{least:,}")


def _models(target: Target, day: date) -> Table:
    table = Table(box=None, pad_edge=False)
    headings = ("model", "training", "input", "cached input", "output")
    for heading in headings:
        table.add_column(tr(heading), justify="left" if heading == "model" else "right")
    table.add_column(tr("ends"))
    table.add_column(tr("tokens a line"))
    for name, model in target.models.items():
        prices = (model.training, model.input, model.cached, model.output)
        table.add_row(name, *map(_price, prices), _until(model.shutdown, day), _limits(model))
    return table


def _price(dollars: float | None) -> str:
    return "-" if dollars is None else f"{dollars:,.3f}".removesuffix("0")


def _limits(model: TunableModel) -> str:
    """Where they differ from those of the target."""
    return " ".join(filter(None, (f"{model.max_tokens:,}" if model.max_tokens else "", model.encoding)))
