"""The word lists of this folder, which stand in `words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


def words(name: str) -> frozenset[str]:
    return frozenset(_lists()[name].split())


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads(files("corpus_to_ft.privacy").joinpath("words.toml").read_text(encoding="utf-8"))
