"""The table of targets: which line format each wants and what fits into one line, with the day it was checked."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target


def target_names() -> list[str]:
    """In the order of `targets.toml`."""
    return list(_table())


def load_target(name: str) -> Target:
    """Raises ConfigError with the list of right names."""
    facts = _table().get(name)
    if facts is None:
        raise ConfigError(
            Sentence("there is no target {name!r}; there are: {names}", name=name, names=", ".join(_table()))
        )
    return Target(name=name, **facts)


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads((resources.files("corpus_to_ft") / "targets.toml").read_text(encoding="utf-8"))
