"""What stands on a real terminal while a run works, when it is done, and when it is broken off."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
import unicodedata
from pathlib import Path

import pytest

# What rich writes: the ends of lines, cursor up, erase line, show and hide the cursor, colors.
PIECE = re.compile(r"\x1b\[(\??\d*(?:;\d+)*)([A-Za-z])|(\r|\n)|([^\x1b\r\n]+)")
BAR = "━"


class Screen:
    """The few things a terminal does that a bar needs; `widest` is the most columns that one line took."""

    def __init__(self) -> None:
        self.lines, self.row, self.column, self.widest, self.has_cursor = [""], 0, 0, 0, True

    def feed(self, text: str) -> None:
        for numbers, letter, end, plain in PIECE.findall(text):
            if plain:
                line = self.lines[self.row]
                self.lines[self.row] = line[: self.column] + plain + line[self.column + len(plain) :]
                self.column += len(plain)
                self.widest = max(self.widest, width(self.lines[self.row]))
            elif end == "\r":
                self.column = 0
            elif end == "\n":
                self.row += 1
                self.lines += [""] * (self.row == len(self.lines))
            elif letter == "A":
                self.row -= int(numbers or 1)
            elif letter == "K":
                self.lines[self.row] = ""
            elif numbers == "?25":
                self.has_cursor = letter == "h"


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def watched(folder: Path, columns: int, *, stop: bool) -> tuple[str, Screen, int]:
    """All that was written, the screen as it was left, and the exit code; `stop` types Ctrl-C at the first bar."""
    command = [sys.executable, "-m", "corpus_to_ft", "run", "글", "-o", "out"]
    command += ["--set", "analyzer.use=regex", "--set", "generate=keywords"]
    process, terminal = pty.fork()
    if process == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        os.chdir(folder)
        os.environ.pop("COLUMNS", None)
        os.execvpe(command[0], command, {**os.environ, "CORPUS_TO_FT_LANG": "ko", "TERM": "xterm"})
    written, has_stopped = b"", False
    while True:
        try:
            data = os.read(terminal, 65_536)
        except OSError:  # how Linux says that the other side has ended
            break
        if not data:
            break
        written += data
        if stop and not has_stopped and b"0/60" in written:
            has_stopped = os.write(terminal, b"\x03") > 0
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    screen = Screen()
    screen.feed(written.decode())
    return written.decode(), screen, os.waitstatus_to_exitcode(status)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "글").mkdir()
    for number in range(60):
        text = f"{number}번 온실의 물은 센서가 재고 밸브가 나눕니다. 밤에는 {number}도까지 식습니다. " * 8
        (tmp_path / "글" / f"{number:02}.txt").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("columns", [40, 80])
def test_a_bar_fits_the_terminal_and_leaves_a_line_for_each_stage(folder: Path, columns: int) -> None:
    written, screen, code = watched(folder, columns, stop=False)
    assert code == 0, written
    assert BAR in written
    assert "…" not in written
    bars = [line for line in re.split(r"\r|\n", re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]", "", written)) if BAR in line]
    assert max(width(line) for line in bars) <= columns - 2
    assert screen.lines[:3] == [
        "읽기: 새로 60개, 이미 있음 0개",
        "생성: 새로 60개, 이미 있음 0개",
        "쓰기: 새로 1개, 이미 있음 0개",
    ]
    assert BAR not in "".join(screen.lines)
    assert screen.has_cursor


def test_ctrl_c_leaves_no_bar_behind(folder: Path) -> None:
    written, screen, code = watched(folder, 60, stop=True)
    assert code == 130, written
    assert BAR not in "".join(screen.lines), screen.lines
    assert screen.lines[-2] == "멈췄습니다. 끝난 일은 남아 있고, 같은 명령으로 이어집니다."
    assert "Traceback" not in written
    assert screen.has_cursor
