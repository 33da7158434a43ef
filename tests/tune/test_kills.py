"""A process that is killed between any two steps: the same command goes on and nothing is there twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tune_serving import corpus_to_ft, kill_at_call, kill_at_write, serve_tuning, settled, start_command, training_file

KILLED = -9
# Between the plan and the end; `benchmarks/tune_kills.py` goes through all of them.
STEPS = (13, 18, 22)


@pytest.mark.parametrize("moment", ["files:after", "jobs:before", "jobs:after"])
def test_a_start_that_is_killed_around_a_call_goes_on(tmp_path: Path, moment: str) -> None:
    with serve_tuning() as server:
        command = start_command(server, training_file(tmp_path))
        assert kill_at_call(server, moment, command, tmp_path / "home") == KILLED
        again = corpus_to_ft(command, tmp_path / "home")
        assert again.returncode == 0, again.stderr
        assert json.loads(again.stdout)["state"] == "succeeded"
        assert settled(server) == ""


@pytest.mark.parametrize("step", STEPS)
def test_a_start_that_is_killed_before_a_step_of_the_ledger_goes_on(tmp_path: Path, step: int) -> None:
    with serve_tuning() as server:
        command = start_command(server, training_file(tmp_path))
        assert kill_at_write(step, command, tmp_path / "home") == KILLED
        again = corpus_to_ft(command, tmp_path / "home")
        assert again.returncode == 0, again.stderr
        assert json.loads(again.stdout)["state"] == "succeeded"
        assert settled(server) == ""
