"""What keeps a run with a model from beginning is said in one line, with exit code 2, before anything is paid."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served, serve
from test_run_with_a_model import command, environment, posts

__all__ = ["posts"]
WAYS = ("openai_compatible", "openai_batch")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serve() as served:
        yield served


def refused(line: list[str], **variables: str) -> str:
    """The last line that was said."""
    done = subprocess.run(line, capture_output=True, text=True, check=False, env={**environment(), **variables})
    assert done.returncode == 2, done.stderr
    *before, said = done.stderr.strip().splitlines()
    assert not done.stdout
    # How far the run came may stand above, and no traceback.
    assert not [line for line in before if "Traceback" in line or line.startswith(" ")]
    assert said.startswith("error: ")
    return said


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("out", "word"), [("", "it is a file"), ("below/it", "no folder")])
def test_a_folder_that_cannot_be_written(
    server: Served, posts: Path, tmp_path: Path, way: str, out: str, word: str
) -> None:
    (tmp_path / "file").write_text("글", encoding="utf-8")
    said = refused(command(server, posts, tmp_path / "file" / out, "--yes", "--set", f"provider.use={way}"))
    assert word in said
    assert str(tmp_path / "file") in said
    assert server.stats()["requests"] == 0


@pytest.mark.parametrize("way", WAYS)
def test_a_ledger_of_a_newer_version(server: Served, posts: Path, tmp_path: Path, way: str) -> None:
    (tmp_path / "out").mkdir()
    with sqlite3.connect(tmp_path / "out" / "run.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    left = (tmp_path / "out" / "run.sqlite").read_bytes()
    line = command(server, posts, tmp_path / "out", "--set", f"provider.use={way}")
    looks = [["cost"], ["batches", "list"], ["batches", "cancel"], ["status"], ["rejected"]]
    others = [[sys.executable, "-m", "corpus_to_ft", *words, str(tmp_path / "out")] for words in looks]
    for tried in (line, [*line, "--yes"], [*line, "--dry-run"], *others):
        assert "version 99" in refused(tried)
    assert (tmp_path / "out" / "run.sqlite").read_bytes() == left
    assert server.stats()["requests"] == 0


@pytest.mark.parametrize(("way", "package"), [("openai_compatible", "aiohttp"), ("openai_batch", "openai")])
def test_a_package_that_is_missing(server: Served, posts: Path, tmp_path: Path, way: str, package: str) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / f"{package}.py").write_text(f"raise ModuleNotFoundError(name={package!r})", encoding="utf-8")
    line = command(server, posts, tmp_path / "out", "--yes", "--set", f"provider.use={way}")
    said = refused(line, PYTHONPATH=str(hidden))
    assert f"the package {package} is missing" in said
    assert "pip install" in said
