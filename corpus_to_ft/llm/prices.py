"""What a model costs: from the dated table, or as the settings say."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from corpus_to_ft.records import Usage

MILLION = 1_000_000
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars a million tokens; `verified_on` is the ISO date of the table, empty for the user's own figures."""

    input: float
    output: float
    verified_on: str = ""

    @property
    def is_free(self) -> bool:
        return not self.input and not self.output

    def of(self, usage: Usage) -> float:
        """US dollars."""
        return (usage.input_tokens * self.input + usage.output_tokens * self.output) / MILLION

    def scaled(self, share: float) -> Price:
        return Price(input=self.input * share, output=self.output * share, verified_on=self.verified_on)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("corpus_to_ft.llm").joinpath("prices.toml").read_text(encoding="utf-8"))


def known_price(model: str) -> Price | None:
    """The published price of a model, None where the table does not have it."""
    models = _table()["models"]
    found = models.get(model) or models.get(_DATED.sub("", model))
    if found is None:
        return None
    return Price(input=found["input"], output=found["output"], verified_on=_table()["verified_on"])


def batch_share() -> float:
    """What a call in a batch costs, as a share of its ordinary price."""
    share: float = _table()["batch_share"]
    return share
