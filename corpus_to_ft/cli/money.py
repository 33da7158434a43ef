"""What a run will cost: said before the first call, and asked about where it is much."""

from __future__ import annotations

import sys

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.plan import Plan


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
    if plan.usual_cost is None or plan.most_cost is None:
        lines.append(tr("cost: unknown, no price of {model} is known here", model=plan.model))
    else:
        dated = tr("prices of {date}", date=plan.price_date) if plan.price_date else tr("your prices")
        usual, most = f"{plan.usual_cost:,.4f}", f"{plan.most_cost:,.4f}"
        said = tr("cost: about ${usual}, ${most} if every reply were as long as it may be", usual=usual, most=most)
        bound = tr("repeats come on top; --max-cost is the bound")
        lines.append(f"{said} ({dated}). {bound}")
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
