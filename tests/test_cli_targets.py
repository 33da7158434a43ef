"""`targets` tells what each place takes, and how long it is still open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from corpus_to_ft import language
from corpus_to_ft.cli.targets import print_targets
from corpus_to_ft.errors import ConfigError
from corpus_to_ft.home import home
from corpus_to_ft.targets import OWN_FILE, target_names


@pytest.fixture(autouse=True)
def _english_and_wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CORPUS_TO_FT_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    language.language.cache_clear()
    yield
    language.language.cache_clear()


def test_every_target_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_targets("", as_json=False, today=date(2026, 11, 21)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == target_names()
    assert "2027-01-06 (in 46 days)" in next(line for line in lines if line.startswith("openai-chat"))


@pytest.mark.parametrize(
    ("day", "told"),
    [(date(2027, 1, 5), "2027-01-06 (in 1 days)"), (date(2027, 1, 6), "over since 2027-01-06")],
)
def test_from_the_closing_day_on_a_target_is_over(day: date, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_targets("openai-chat", as_json=False, today=day)
    said = capsys.readouterr().out
    assert told in said
    assert "gpt-3.5-turbo" in said
    assert "over since 2026-10-23" in said
    assert "16,385 cl100k_base" in said
    assert "- Prices are those of a mirror" in said


@pytest.mark.parametrize("columns", ["40", "80"])
@pytest.mark.parametrize("name", ["", *target_names()])
def test_nothing_is_cut_short_in_a_narrow_terminal(
    columns: str, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CORPUS_TO_FT_LANG", "ko")
    monkeypatch.setenv("COLUMNS", columns)
    language.language.cache_clear()
    print_targets(name, as_json=False)
    said = capsys.readouterr().out
    assert "…" not in said
    if name == "openai-chat":
        assert ["gpt-4o", "25.00", "3.75", "1.875", "15.00"] in [line.split()[:5] for line in said.splitlines()]


def test_machines_get_everything_with_the_days_left(capsys: pytest.CaptureFixture[str]) -> None:
    print_targets("", as_json=True, today=date(2026, 11, 21))
    told = {line["name"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert list(told) == target_names()
    assert (told["openai-chat"]["days_left"], told["clova"]["days_left"]) == (46, None)
    assert told["openai-chat"]["models"]["gpt-4o"]["days_left"] == 54
    assert told["clova"]["epochs"] == {"min": 1, "max": 20, "default": 8}


def test_a_title_of_a_user_moves_no_cursor_and_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    home().mkdir(parents=True)
    (home() / OWN_FILE).write_text('[own]\nlike = "local-chat"\ntitle = "[red]우리\\u001b[2J"\n', encoding="utf-8")
    print_targets("own", as_json=False)
    said = capsys.readouterr().out
    assert "[red]우리[2J" in said
    assert "\x1b" not in said


def test_an_unknown_name_gets_the_list() -> None:
    with pytest.raises(ConfigError, match="there are: legacy"):
        print_targets("nobody", as_json=False)
