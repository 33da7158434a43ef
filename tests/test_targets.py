"""The target table holds what the writers and checks need."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.home import home
from corpus_to_ft.plugin import plugin_names
from corpus_to_ft.records import Target
from corpus_to_ft.settings import load_settings
from corpus_to_ft.targets import OWN_FILE, TargetFacts, load_target, target_names, tunable_model
from corpus_to_ft.tokens import ENCODINGS


def test_the_classic_target_counts_2049_tokens_with_the_classic_encoding() -> None:
    target = load_target("legacy")
    assert (target.writer, target.encoding, target.max_tokens) == ("prompt_completion", "r50k_base", 2049)


def test_the_chat_target_is_as_published() -> None:
    target = load_target("openai-chat")
    assert (target.writer, target.encoding, target.max_tokens, target.min_examples) == ("chat", "o200k_base", 65536, 10)


@pytest.mark.parametrize("name", target_names())
def test_every_target_has_a_writer_an_encoding_and_the_day_it_was_checked(name: str) -> None:
    target = load_target(name)
    assert target.name == name
    assert target.writer in plugin_names("write")
    assert target.encoding in ENCODINGS
    assert date.fromisoformat(target.verified_on)


@pytest.mark.parametrize("name", ["", "Legacy", "레거시", "gpt-4o"])
def test_an_unknown_target_gets_the_list(name: str) -> None:
    with pytest.raises(ConfigError, match="there are: legacy, openai-chat, openai-dpo"):
        load_target(name)


def own(text: str) -> Path:
    """The user's own file."""
    file = home() / OWN_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_can_say_everything_that_a_target_is() -> None:
    assert {field.name for field in fields(Target)} - {"name"} == set(TargetFacts.model_fields)


def test_no_target_says_what_its_format_cannot_have() -> None:
    for name in target_names():
        target = load_target(name)
        assert target.writer not in target.formats
        assert target.title
        assert target.served
        assert not target.closes or date.fromisoformat(target.closes)
        assert target.byte_order_mark == name.startswith("azure")
        for model, facts in target.models.items():
            assert (facts.encoding or target.encoding) in ENCODINGS, model


def test_prices_and_last_days_are_those_of_the_notes() -> None:
    target = load_target("openai-chat")
    mini = tunable_model(target, "ft:gpt-4o-mini-2024-07-18:org:이름:abc")
    assert mini is not None
    assert (mini.training, mini.input, mini.cached, mini.output, mini.shutdown) == (3, 0.3, 0.15, 1.2, "2027-01-14")
    assert target.closes == "2027-01-06"
    assert tunable_model(target, "gpt-6-luna") is None
    assert load_target("openai-dpo").models == target.models


def test_a_user_changes_one_key_and_adds_a_target_like_another() -> None:
    own(
        '[openai-chat]\nmax_tokens = 1000\n[openai-chat.models."gpt-4o"]\ntraining = 20\n'
        '["우리-서버"]\nlike = "openai-chat"\nbase_url = "http://127.0.0.1:8000/v1"\n'
    )
    changed, ours = load_target("openai-chat"), load_target("우리-서버")
    assert (changed.max_tokens, changed.min_examples, changed.models["gpt-4o"].training) == (1000, 10, 20)
    assert changed.models["gpt-4o"].output == 15
    assert (ours.max_tokens, ours.base_url, ours.writer) == (1000, "http://127.0.0.1:8000/v1", "chat")
    assert load_settings(overrides=["target.use=우리-서버"]).make_target() == ours
    own("[openai-chat]\nmax_tokens = 2000\n# more\n")
    assert load_target("openai-chat").max_tokens == 2000
    assert "우리-서버" not in target_names()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[openai-chat]\nmax_token = 5", r"\[openai-chat\]: unknown key 'max_token' \(did you mean 'max_tokens'\?\)"),
        ('[openai-chat]\nmax_tokens = "many"', "max_tokens: it should be a whole number"),
        ('[openai-chat]\ncloses = "soon"', "closes: it should be a date such as 2027-01-31, and 'soon' is none"),
        ("[openai-chat]\nepochs = { min = 5, max = 2 }", r"min \(5\) is above max \(2\)"),
        ("[openai-chat]\nepochs = { max = 2, default = 3 }", r"default \(3\) is not between min \(1\) and max \(2\)"),
        ('[openai-chat]\nwriter = "none"', "writer: there is no write plugin 'none'; there are: alpaca"),
        ('[openai-chat]\ntuner = "none"', "tuner: there is no tune plugin 'none'; there are: clova"),
        ('[new]\nlike = "none"', "like = 'none' is no other target; there are: legacy"),
        ('[new]\nlike = "new"', "like = 'new' is no other target"),
        ('[new]\nwriter = "chat"', "encoding: it is missing"),
        ("max_tokens = 5", "max_tokens stands outside of a section"),
        ("[openai-chat", "not valid TOML"),
    ],
)
def test_a_mistake_in_the_users_file_is_told_with_its_place(text: str, told: str) -> None:
    file = own(text)
    with pytest.raises(ConfigError, match=told) as failed:
        load_target("new" if "new" in text else "openai-chat")
    assert str(file) in str(failed.value)


def test_a_date_may_stand_without_quotes() -> None:
    own("[openai-chat]\nverified_on = 2026-11-01\ncloses = 2027-01-06\n")
    assert (load_target("openai-chat").verified_on, load_target("openai-chat").closes) == ("2026-11-01", "2027-01-06")


def test_a_slip_of_the_pen_gets_the_name_that_is_meant() -> None:
    with pytest.raises(ConfigError, match="did you mean 'openai-chat'"):
        load_target("OpenAI-cht")


def test_home_is_where_the_variable_says_and_else_a_folder_for_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUS_TO_FT_HOME", "/some/where")
    assert home() == Path("/some/where")
    monkeypatch.delenv("CORPUS_TO_FT_HOME")
    assert home().name == "corpus-to-ft"
    assert home().is_absolute()
