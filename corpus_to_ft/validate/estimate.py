"""What a training on a file would cost, as far as the table of targets knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from corpus_to_ft.records import Target
from corpus_to_ft.validate.tally import Tally

# The published recipe: three times over the file, more for few lines and fewer for very many.
USUAL_EPOCHS, MOST_EPOCHS = 3, 25
FEWEST_LESSONS, MOST_LESSONS = 100, 25_000


def assumed_epochs(target: Target, lines: int) -> int:
    """The target's own default, else the recipe's within the target's bounds."""
    if target.epochs and target.epochs.default:
        return target.epochs.default
    epochs = USUAL_EPOCHS
    if 0 < lines * epochs < FEWEST_LESSONS:
        epochs = min(MOST_EPOCHS, FEWEST_LESSONS // lines)
    elif lines * epochs > MOST_LESSONS:
        epochs = max(1, MOST_LESSONS // lines)
    return min(max(epochs, target.epochs.min), target.epochs.max) if target.epochs else epochs


def training_costs(target: Target, counts: Tally, today: date) -> Mapping[str, float]:
    """US dollars by model, for those that can still be trained; what is cut is not billed."""
    epochs = assumed_epochs(target, counts.counted)
    costs = {}
    for name, model in target.models.items():
        if model.training is None or (model.shutdown and date.fromisoformat(model.shutdown) <= today):
            continue
        most = model.max_tokens or target.max_tokens
        billed = sum(min(tokens, most) * count for tokens, count in counts.tokens_by_count.items())
        costs[name] = billed * epochs * model.training / 1_000_000
    return costs
