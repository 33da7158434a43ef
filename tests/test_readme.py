"""What README tells people to type exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from corpus_to_ft.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
READMES = [ROOT / "README.md", ROOT / "README.ko.md"]


def commands(readme: Path) -> list[list[str]]:
    text = readme.read_text(encoding="utf-8")
    return [found.split() for found in re.findall(r"(?:^|[`/ ])corpus-to-ft ((?:[a-z-]+)(?: [^`\n|]*)?)", text)]


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.name)
def test_each_command_option_and_config_named_in_readme_exists(readme: Path) -> None:
    known = typer.main.get_command(app)
    subcommands = getattr(known, "commands", {})
    found = commands(readme)
    assert len(found) >= 4
    for name, *rest in found:
        assert name in subcommands, name
        options = {option for parameter in subcommands[name].params for option in parameter.opts}
        for word in rest:
            if word.startswith("-") and word != "-":
                assert word.split("=")[0] in options, f"{name} {word}"
            if word.startswith("configs/"):
                assert (ROOT / word).is_file(), word


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.name)
def test_the_two_first_commands_install_run_and_test(readme: Path) -> None:
    first, second = re.findall(r"```sh\n(.+?)\n```", readme.read_text(encoding="utf-8"), re.DOTALL)[:2]
    assert "corpus-to-ft run sample_corpus" in first
    assert "pytest" in second
