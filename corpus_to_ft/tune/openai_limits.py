"""What a host of OpenAI's kind refuses in a job, found before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.tuning import TuneJob
from corpus_to_ft.validate.base import Finding

METHODS = {"supervised": frozenset({"epochs", "batch_size", "learning_rate_multiplier"})}
METHODS["dpo"] = METHODS["supervised"] | {"beta"}
MOST_SEED = 2**31 - 1
MOST_BATCH = 256
MOST_BETA = 2.0
# Pairs of words beside a job; one of them is ours.
MOST_MARKS, MARK_CHARS, MARK_VALUE_CHARS = 15, 64, 512


def check_openai_job(job: TuneJob, target: Target) -> Iterator[Finding]:
    """`"auto"` leaves a figure to the host."""
    if job.method not in METHODS:
        said = "this host does not train by the method {method}; there are: {names}"
        yield _error("method_not_offered", Sentence(said, method=job.method, names=", ".join(METHODS)))
    elif (job.method == "dpo") != (target.writer == "preference"):
        said = "the method {method} does not train on lines of {target}; choose the target and the method together"
        yield _error("method_of_other_lines", Sentence(said, method=job.method, target=target.name))
    if job.method != "dpo" and "beta" in job.hyperparameters:
        yield _error("beta_without_dpo", Sentence("beta belongs to the method dpo alone"))
    epochs = target.epochs
    yield from _within(job, "epochs", 1, epochs.max if epochs else None, whole=True)
    yield from _within(job, "batch_size", 1, MOST_BATCH, whole=True)
    yield from _within(job, "learning_rate_multiplier", 0, None, above=True)
    yield from _within(job, "beta", 0, MOST_BETA, above=True)
    if job.seed is not None and not 0 <= job.seed <= MOST_SEED:
        said = "{name} should be from {least} to {most}, not {given}"
        yield _error("seed_out_of_range", Sentence(said, name="seed", least=0, most=MOST_SEED, given=job.seed))
    most = target.suffix_chars
    if most and len(job.suffix) > most:
        said = "the suffix has {given} characters, and this host takes {most}"
        yield _error("suffix_too_long", Sentence(said, given=len(job.suffix), most=most))
    yield from _check_metadata(job, target)


def _check_metadata(job: TuneJob, target: Target) -> Iterator[Finding]:
    if job.metadata and not target.metadata:
        yield _error("no_metadata", Sentence("{target} keeps no metadata with a job", target=target.name))
    too_long = [key for key, value in job.metadata.items() if len(key) > MARK_CHARS or len(value) > MARK_VALUE_CHARS]
    if len(job.metadata) > MOST_MARKS or too_long:
        said = "metadata takes {pairs} pairs, keys of {key} and values of {value} characters at most"
        told = Sentence(said, pairs=MOST_MARKS, key=MARK_CHARS, value=MARK_VALUE_CHARS)
        yield _error("metadata_too_large", told)


def _within(
    job: TuneJob, name: str, least: float, most: float | None, *, whole: bool = False, above: bool = False
) -> Iterator[Finding]:
    given: Any = job.hyperparameters.get(name)
    if given is None or given == "auto":
        return
    kinds = (int,) if whole else (int, float)
    fits = type(given) in kinds and (given > least if above else given >= least) and (most is None or given <= most)
    if fits:
        return
    if most is None:
        told = Sentence("{name} should be above {least}, not {given}", name=name, least=least, given=given)
    else:
        told = Sentence(
            "{name} should be from {least} to {most}, not {given}", name=name, least=least, most=most, given=given
        )
    yield _error(f"{name}_out_of_range", told)


def _error(code: str, message: Sentence) -> Finding:
    return Finding(0, code, "error", message)
