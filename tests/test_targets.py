"""The target table holds what the writers and checks need."""

from __future__ import annotations

from datetime import date

import pytest

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.plugin import plugin_names
from corpus_to_ft.targets import load_target, target_names
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
    with pytest.raises(ConfigError, match="there are: legacy, openai-chat, local-chat"):
        load_target(name)
