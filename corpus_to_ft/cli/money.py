"""What a run will cost, said before the first call and asked about where it is much; and `cost`: what it has."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from corpus_to_ft.errors import ConfigError, ExitCode
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.plan import Plan
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.spending import Spending, Unsettled, spending, total


def estimate_lines(plan: Plan) -> list[str]:
    """The calls of a plan, and their price where it is known."""
    if not plan.billed:
        return [tr("cost: 0 (no call leaves this machine)")]
    lines = [
        tr(
            "{calls} calls of {model} to make, {stored} answered already; {input} tokens in, at most {output} out",
            calls=f"{plan.calls:,}", model=plan.model, stored=f"{plan.calls_stored:,}",
            input=f"{plan.input_tokens:,}", output=f"{plan.most_output_tokens:,}",
        )
    ]  # fmt: skip
    if plan.judgements:
        lines.append(
            tr(
                "{judgements} of these calls judge examples, if every passage gives as many as are asked for",
                judgements=f"{plan.judgements:,}",
            )
        )
    if plan.usual_cost is None or plan.most_cost is None or plan.usual_cost_with_repeats is None:
        lines.append(tr("cost: unknown, no price of {model} is known here", model=plan.model))
    else:
        dated = tr("prices of {date}", date=plan.price_date) if plan.price_date else tr("your prices")
        share = f"{100 * plan.repeat_share:.0f}"
        if plan.repeats_seen:
            repeats = tr("{share} % of calls repeated, as in this folder so far", share=share)
        else:
            repeats = tr("{share} % of calls repeated, as is usual", share=share)
        said = tr(
            "cost: ${least} without repeats, ${usual} with {repeats}, ${most} if every reply were as long as it may be",
            least=f"{plan.usual_cost:,.4f}", usual=f"{plan.usual_cost_with_repeats:,.4f}",
            most=f"{plan.most_cost:,.4f}", repeats=repeats,
        )  # fmt: skip
        lines.append(f"{said} ({dated}). {tr('--max-cost is the bound')}")
    return lines


def confirm(plan: Plan, above: float) -> None:
    """Ask before more than `above` US dollars may be spent; raises ConfigError where nobody can answer, or says no."""
    if plan.most_cost is None or plan.most_cost <= above:
        return
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise ConfigError(
            Sentence(
                "this can cost ${most_cost:,.2f}, more than run.confirm_above (${above:,.2f}), and nobody"
                " is at the terminal to agree; add --yes, or bound it with --max-cost",
                most_cost=plan.most_cost,
                above=above,
            )
        )
    print(tr("Go on? [y/N] "), end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes", "ㅛ", "예", "네"):
        raise ConfigError(Sentence("stopped before the first call; nothing was spent"))


def so_far(cost: float, uncertain: float, reserved: float) -> str:
    """What all runs into a folder have spent, and what may come on top; empty where that is nothing."""
    parts = []
    if cost or uncertain or reserved:
        parts.append(tr("cost of this folder so far: ${cost}", cost=f"{cost:,.4f}"))
    if uncertain:
        parts.append(tr("at most ${cost} more for calls whose end nobody knows", cost=f"{uncertain:,.4f}"))
    if reserved:
        parts.append(tr("at most ${cost} reserved for batches that wait", cost=f"{reserved:,.4f}"))
    return "; ".join(parts)


def print_cost(out: Path, *, as_json: bool) -> int:
    with RunStore.read(out) as store:
        lines = spending(store)
    whole = total(lines)
    if as_json:
        said = {"calls": [line.as_json() for line in lines], "total": whole.as_json()}
        print(json.dumps(said, ensure_ascii=False))
        return ExitCode.DONE
    if not lines:
        print(tr("no billed call was made; cost: 0"))
        return ExitCode.DONE
    headings = ("kind", "model", "calls", "failed", "lost", "input tokens", "output tokens")
    table = Table(*(tr(heading) for heading in headings), "USD", tr("at most"))
    for line in lines:
        table.add_row(*_cells(line))
    if len(lines) > 1:
        table.add_section()
        whole.kind = tr("total")
        table.add_row(*_cells(whole))
    Console().print(table)
    print("\n".join(_unsettled_lines(whole)))
    return ExitCode.DONE


def _cells(line: Spending) -> list[str]:
    counts = (line.calls, line.failed, line.lost.calls, line.input_tokens, line.output_tokens)
    return [line.kind, line.model, *(f"{count:,}" for count in counts), *map(_dollars, (line.cost, line.at_most))]


def _dollars(cost: float | None) -> str:
    return tr("unknown price") if cost is None else f"${cost:,.4f}"


def _unsettled_lines(whole: Spending) -> list[str]:
    """What is certain, and each reason for which more may be on the bill."""
    told = [tr("certainly spent: {cost}; at most {most}", cost=_dollars(whole.cost), most=_dollars(whole.at_most))]
    reasons: tuple[tuple[str, Unsettled], ...] = (
        ("lost: {calls} calls were under way when a run was killed, at most {most}", whole.lost),
        ("not counted: {calls} calls ended without anybody saying what they took, at most {most}", whole.uncounted),
        ("reserved: {calls} calls wait in batches or are under way, at most {most}", whole.reserved),
    )
    for said, unsettled in reasons:
        if unsettled.calls:
            told.append(tr(said, calls=f"{unsettled.calls:,}", most=_dollars(unsettled.at_most)))
    return told
