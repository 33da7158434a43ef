"""Every error a person can meet, as one tree, and the one border where foreign errors become ours.

    CorpusToFtError
    ├── ConfigError              the user can fix it; exit 2, no traceback
    │   ├── MissingExtra         an optional package is not installed; names the extra
    │   └── Declined             somebody was asked and did not agree; exit 5, nothing was done
    ├── InputError               one source or item is unusable; becomes a Rejected, the run goes on
    ├── ProviderError
    │   ├── ProviderUnavailable  transient; retried, then postponed to the next run
    │   ├── ProviderRefused      permanent for this prompt; becomes a Rejected
    │   └── BadReply             did not fit the schema; asked again within a bound, then a Rejected
    ├── BudgetReached            stopped cleanly; exit 3, running again continues
    ├── SiteUnavailable          a site cannot be reached now or asks to be left alone; exit 3, running again continues
    ├── WorkerLost               a process of ours was ended from outside; exit 3, running again continues
    ├── TuneError                a remote job was refused or failed; exit 4
    └── StoreError               the run file is locked, damaged or the disk is full; exit 4

A bad item is data: `InputError`, `ProviderRefused` and `BadReply` are turned into `Rejected` by
`run.each` and by nobody else. Anything outside the tree is a bug and stops the program with a
traceback (exit 70).
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from corpus_to_ft.language import Sentence, foreign

SYSTEM_FAULTS = {
    errno.ENOENT: Sentence("there is no such file or folder"),
    errno.EACCES: Sentence("permission denied"),
    errno.EPERM: Sentence("permission denied"),
    errno.EEXIST: Sentence("it exists already"),
    errno.ENOTDIR: Sentence("a part of the path is no folder"),
    errno.EISDIR: Sentence("it is a folder"),
    errno.ENOSPC: Sentence("the disk is full"),
    errno.EDQUOT: Sentence("the disk quota is used up"),
    errno.EROFS: Sentence("the disk cannot be written to"),
    errno.ENAMETOOLONG: Sentence("the name is too long"),
    errno.ELOOP: Sentence("its links lead in a circle"),
    errno.EIO: Sentence("the disk cannot be read"),
}


class ExitCode(IntEnum):
    """What the process tells the shell."""

    DONE = 0
    TOO_MANY_REJECTED = 1
    CONFIG = 2
    WORK_REMAINS = 3
    FAILED = 4
    DECLINED = 5
    BUG = 70


class CorpusToFtError(Exception):
    """The root of everything raised on purpose. `sentence` says what happened, in the language of whoever reads it."""

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)

    @property
    def sentence(self) -> Sentence:
        said = self.args[0]
        return said if isinstance(said, Sentence) else foreign(str(said))


class ConfigError(CorpusToFtError):
    """A setting, an option or a path that the user can correct."""

    exit_code = ExitCode.CONFIG


class MissingExtra(ConfigError):
    """An optional package is needed; the message ends in the command that installs it."""

    def __init__(self, feature: str, extra: str) -> None:
        what = "{feature} needs an optional package. Install it: pip install 'corpus-to-ft[{extra}]'"
        super().__init__(Sentence(what, feature=feature, extra=extra))


class Declined(ConfigError):
    """Somebody was asked and did not agree; nothing was done."""

    exit_code = ExitCode.DECLINED


class InputError(CorpusToFtError):
    """One source or item cannot be used. `reason` is a short stable word, `detail` a sentence for people."""

    def __init__(self, reason: str, detail: Sentence) -> None:
        super().__init__(Sentence("{reason}: {detail}", reason=Sentence(reason), detail=detail))
        self.reason = reason
        self.detail = detail


class ProviderError(CorpusToFtError):
    """A model did not give a usable reply."""

    reason = "provider"


class ProviderUnavailable(ProviderError):
    """The provider cannot be reached now; nothing is stored and the next run tries again."""

    exit_code = ExitCode.WORK_REMAINS


class ProviderRefused(ProviderError):
    """The provider refuses this prompt for good."""

    reason = "refused"


class BadReply(ProviderError):
    """A reply that does not fit what was asked. `raw` is the text as received."""

    reason = "bad_reply"

    def __init__(self, sentence: Sentence, raw: str = "") -> None:
        super().__init__(sentence)
        self.raw = raw


class BudgetReached(CorpusToFtError):
    """The limit on money or calls is reached; what is done is kept."""

    exit_code = ExitCode.WORK_REMAINS


class SiteUnavailable(CorpusToFtError):
    """A site fails again and again, or asks to be left alone; what was read of it is kept."""

    exit_code = ExitCode.WORK_REMAINS


class WorkerLost(CorpusToFtError):
    """A worker process was ended from outside, mostly because memory ran out; what is done is kept."""

    exit_code = ExitCode.WORK_REMAINS


class TuneError(CorpusToFtError):
    """A tuning job was refused or failed."""


class StoreError(CorpusToFtError):
    """The run file cannot be used."""


@contextmanager
def boundary(*foreign: type[Exception], to: type[CorpusToFtError], message: Sentence) -> Iterator[None]:
    """Turn the named foreign exceptions into one of ours; its message ends with the cause.

    `to` must be constructible from one message; for `InputError` use `input_boundary`.
    """
    try:
        yield
    except foreign as error:
        raise to(Sentence("{message}: {cause}", message=message, cause=cause_of(error))) from error


@contextmanager
def input_boundary(*foreign: type[Exception], reason: str, detail: Sentence) -> Iterator[None]:
    """Turn the named foreign exceptions into an `InputError`, so that only this item falls out."""
    try:
        yield
    except foreign as error:
        raise InputError(reason, Sentence("{detail} ({cause})", detail=detail, cause=cause_of(error))) from error


def cause_of(error: Exception) -> Sentence:
    """What a foreign exception says, in our words where the system says it often."""
    if isinstance(error, OSError):
        return SYSTEM_FAULTS.get(error.errno or 0) or foreign(error.strerror or str(error))
    return foreign(str(error))
