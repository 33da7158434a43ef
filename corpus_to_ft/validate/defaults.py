"""What trainers at home cut or drop in silence unless a setting says otherwise, read in their published packages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.validate.base import Finding, is_local, warning
from corpus_to_ft.validate.tally import Tally


class Trainer(NamedTuple):
    """`tokens` is the default of `setting`; longer lines are dropped whole or cut at the end."""

    name: str
    setting: str
    tokens: int
    drops: bool = False


TRAINERS = (
    Trainer("Axolotl", "sequence_len", 512, drops=True),
    Trainer("TRL", "max_length", 1024),
    Trainer("LLaMA-Factory", "cutoff_len", 2048),
    Trainer("Unsloth", "max_seq_length", 2048),
)


def check_defaults(counts: Tally, target: Target) -> Iterator[Finding]:
    """For local targets: how many lines each trainer would cut or drop, and the setting that prevents it."""
    if not is_local(target):
        return
    longest = counts.quantile(1.0)
    for trainer in TRAINERS:
        count = counts.longer_than(trainer.tokens)
        if not count:
            continue
        shared = {"trainer": trainer.name, "count": count, "tokens": trainer.tokens, "setting": trainer.setting}
        told = Sentence("{trainer} cuts {count} lines at its default of {tokens} tokens; set {setting}", **shared)
        if trainer.drops:
            said = "{trainer} drops {count} lines above its default of {tokens} tokens; set {setting}"
            told = Sentence(said, **shared)
        yield warning("trainer_default", Sentence("{told} to {most} or more", told=told, most=longest))
