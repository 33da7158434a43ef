"""What several hosts refuse in a job, found before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from corpus_to_ft.language import Sentence
from corpus_to_ft.tuning import TuneJob
from corpus_to_ft.validate.base import Finding

MB = 2**20


def check_epochs(job: TuneJob, *, most: int = 0) -> Iterator[Finding]:
    """A whole number from 1 to `most`, where 0 is no bound."""
    given = job.hyperparameters.get("epochs", 1)
    if isinstance(given, bool) or not isinstance(given, int) or given < 1 or (most and given > most):
        if most:
            told = Sentence("epochs should be a whole number from 1 to {most}, not {given}", most=most, given=given)
        else:
            told = Sentence("epochs should be a whole number from 1 on, not {given}", given=given)
        yield Finding(0, "epochs_out_of_range", "error", told)


def check_suffix(job: TuneJob, *, most: int) -> Iterator[Finding]:
    if len(job.suffix) > most:
        said = "the suffix has {given} characters, and this host takes {most}"
        yield Finding(0, "suffix_too_long", "error", Sentence(said, given=len(job.suffix), most=most))


def check_method(job: TuneJob, offered: Collection[str]) -> Iterator[Finding]:
    if job.method not in offered:
        said = "this host does not train by the method {method}; there are: {names}"
        told = Sentence(said, method=job.method, names=", ".join(offered))
        yield Finding(0, "method_not_offered", "error", told)


def check_sizes(job: TuneJob, *, most_bytes: int) -> Iterator[Finding]:
    for file in job.files:
        if file.size > most_bytes:
            said = "{name} is larger than the {most:,} MB that this host takes"
            told = Sentence(said, name=file.name, most=most_bytes // MB)
            yield Finding(0, "file_too_large", "error", told)
