"""`corpus-to-ft` in a process that SIGKILL ends just before the Nth step of the ledger of jobs.

    KILL_AT=7 python tests/tune_killed.py tune start …      KILL_AT=0 COUNT_TO=FILE writes how many steps there are

SQLite itself tells each statement before it runs, so nothing of the program is changed.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

STEPS = ("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT")


class Counted:
    """Hears every statement."""

    def __init__(self, kill_at: int, count_to: str) -> None:
        self.kill_at, self.count_to, self.steps = kill_at, count_to, 0

    def hear(self, statement: str) -> None:
        if not statement.startswith(STEPS):
            return
        self.steps += 1
        if self.count_to:
            Path(self.count_to).write_text(str(self.steps), encoding="ascii")
        if self.steps == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    counted = Counted(int(os.environ["KILL_AT"]), os.environ.get("COUNT_TO", ""))

    class Connection(sqlite3.Connection):
        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            if str(given[0]).endswith("jobs.sqlite"):
                self.set_trace_callback(counted.hear)

    real = sqlite3.connect
    sqlite3.connect = lambda *given, **more: real(*given, **{"factory": Connection, **more})  # type: ignore[assignment]
    from corpus_to_ft.cli import main as run

    run()


if __name__ == "__main__":
    sys.argv[0] = "corpus-to-ft"
    main()
