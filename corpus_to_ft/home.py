"""Where what outlives a single run is kept for this user: the list of jobs and the user's own targets."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "corpus-to-ft"


def home() -> Path:
    """`CORPUS_TO_FT_HOME`, else this system's folder for a user's data; it need not exist yet."""
    chosen = os.environ.get("CORPUS_TO_FT_HOME", "")
    return Path(chosen).expanduser() if chosen else _data_folder() / NAME


def _data_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    # The standard tells programs to ignore a folder that is not absolute.
    named = Path(os.environ.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"
