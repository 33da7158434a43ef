"""The command line. `main` is the border where errors become messages and exit codes."""

from __future__ import annotations

import codecs
import errno
import io
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn


def main() -> None:
    """Run the command line; ends the process with an exit code of `errors.ExitCode`."""
    from corpus_to_ft.cli.app import app
    from corpus_to_ft.errors import CorpusToFtError, ExitCode, cause_of
    from corpus_to_ft.language import Sentence, tr

    _make_writable()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        app()
    except _Stopped as stopped:
        print(tr("Stopped. What is done is kept; the same command continues."), file=sys.stderr)
        sys.exit(stopped.code)
    except CorpusToFtError as error:
        from corpus_to_ft.cli.look import safe

        # Servers and documents speak in it.
        print(safe(f"{tr('error')}: {tr(error.sentence)}"), file=sys.stderr)
        sys.exit(int(error.exit_code))
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); Python would complain again while closing stdout.
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            _confess()
        print(f"{tr('error')}: {tr(cause_of(error))}", file=sys.stderr)
        # Python would fail once more while closing stdout.
        os._exit(int(ExitCode.FAILED))
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "corpus_to_ft"):
            _confess()
        again = "the package {package} is missing; install corpus-to-ft anew: pip install --upgrade corpus-to-ft"
        print(f"{tr('error')}: {tr(Sentence(again, package=package))}", file=sys.stderr)
        sys.exit(int(ExitCode.CONFIG))
    except Exception:  # noqa: BLE001 (the outermost border: a bug is shown whole, with its own exit code)
        _confess()


def _confess() -> NoReturn:
    from corpus_to_ft.errors import ExitCode
    from corpus_to_ft.language import tr

    traceback.print_exc()
    print(tr("This is a bug in corpus-to-ft. What is done is kept."), file=sys.stderr)
    sys.exit(int(ExitCode.BUG))


def _make_writable() -> None:
    """Stdout and stderr take every text: what their encoding lacks is escaped, as in JSON; a closed one swallows it."""
    codecs.register_error("json", _escaped)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (open to the end)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="json")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)), error.end


class _Stopped(SystemExit):
    """Ctrl-C, or a request to end."""


def _stop(number: int, _frame: FrameType | None) -> None:
    # Said in `main`, when whatever was drawn on the terminal is gone from it.
    raise _Stopped(128 + number)
