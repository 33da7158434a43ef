"""What training on the prepared files would cost: exact tokens, times epochs, times the target's dated price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target

# The host's own default is not published; the cookbook's formula comes near it: three, more for few examples.
USUAL_EPOCHS, LEAST_PASSES, MOST_PASSES, MOST_DEFAULT = 3, 100, 25_000, 25
MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """US dollars for one model; None where its price is not known."""

    model: str
    epochs: int
    tokens: int
    cost: float | None
    verified_on: str


def epochs_for(target: Target, lines: int) -> int:
    if target.epochs is not None and target.epochs.default is not None:
        return target.epochs.default
    epochs = USUAL_EPOCHS
    if lines * USUAL_EPOCHS < LEAST_PASSES:
        epochs = min(MOST_DEFAULT, LEAST_PASSES // max(1, lines))
    elif lines * USUAL_EPOCHS > MOST_PASSES:
        epochs = max(1, MOST_PASSES // lines)
    return epochs if target.epochs is None else max(target.epochs.min, min(target.epochs.max, epochs))


def estimates(
    target: Target, *, lines: int, tokens: int, model: str, epochs: int, today: date | None = None
) -> list[Estimate]:
    """For `model`, or for each that can still be trained; `epochs` 0 takes what is usual."""
    if model and target.models and model not in target.models:
        names = ", ".join(target.models)
        told = "{target} has no model {model!r}; there are: {names}"
        raise ConfigError(Sentence(told, target=target.name, model=model, names=names))
    now = (today or date.today()).isoformat()
    times = epochs or epochs_for(target, lines)
    found = []
    for name, facts in target.models.items():
        if name == model or (not model and not (facts.shutdown and facts.shutdown <= now)):
            cost = None if facts.training is None else tokens * times * facts.training / MILLION
            found.append(Estimate(model=name, epochs=times, tokens=tokens, cost=cost, verified_on=target.verified_on))
    return sorted(found, key=lambda each: (each.cost is None, each.cost or 0, each.model))
