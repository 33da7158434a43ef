"""The command line. `main` is the border where errors become messages and exit codes."""

from __future__ import annotations

import signal
import sys
import traceback
from types import FrameType


def main() -> None:
    """Run the command line; ends the process with an exit code of `errors.ExitCode`."""
    from corpus_to_ft.cli.app import app
    from corpus_to_ft.errors import CorpusToFtError, ExitCode
    from corpus_to_ft.language import tr

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        app()
    except CorpusToFtError as error:
        print(f"{tr('error')}: {error}", file=sys.stderr)
        sys.exit(int(error.exit_code))
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); Python would complain again while closing stdout.
        sys.stderr.close()
        sys.exit(141)
    except Exception:  # noqa: BLE001 (the outermost border: a bug is shown whole, with its own exit code)
        traceback.print_exc()
        print(tr("This is a bug in corpus-to-ft. What is done is kept."), file=sys.stderr)
        sys.exit(int(ExitCode.BUG))


def _stop(number: int, _frame: FrameType | None) -> None:
    from corpus_to_ft.language import tr

    print(tr("Stopped. What is done is kept; the same command continues."), file=sys.stderr)
    sys.exit(128 + number)
