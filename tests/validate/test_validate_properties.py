"""Whatever our writers write is clean, and whatever is broken in it is found at its line."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Example, Message
from corpus_to_ft.targets import load_target, target_names
from corpus_to_ft.validate.stage import check_line, validate_file
from corpus_to_ft.write.base import Writer, dump_line

# What a text may hold and still be fine: no half characters, control characters, marks or decomposed Hangul.
_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="\ufffd<[@#*&")
_WORDS = st.text(st.one_of(st.sampled_from("가나다라마바사아자차 요다니까.?!,\n"), _LETTERS), min_size=1, max_size=60)
_TEXTS = _WORDS.filter(lambda text: bool(text.strip()) and not any("\u1100" <= c <= "\u11ff" for c in text))
_EXAMPLES = st.lists(
    st.tuples(_TEXTS, _TEXTS, _TEXTS, st.sampled_from(["qa", "keywords", "summary"])), min_size=3, max_size=8
)


def lines_of(target_name: str, said: list[tuple[str, str, str, Any]]) -> list[str]:
    """As a run writes them: each question is asked once, and the writer settles on separators for all."""
    target = load_target(target_name)
    writer = make_plugin("write", target.writer, Writer, target.writer_settings)
    examples = [
        Example.make(
            kind=kind,
            messages=(Message(role="user", content=f"{at}: {asked}"), Message(role="assistant", content=answer)),
            document_id="", passage_id="", source="글.md", evidence=(), made_by="test", worse_answer=f"{answer} {worse}",
        )
        for at, (asked, answer, worse, kind) in enumerate(said)
    ]  # fmt: skip
    settled = writer.settle(example.messages for example in examples)
    return [dump_line(settled.line_at(at, example)) for at, example in enumerate(examples)]


def found(target_name: str, lines: list[bytes]) -> set[tuple[int, str]]:
    """Errors only: how few lines there are, and whom a text names, is not what is asked here."""
    target = load_target(target_name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.jsonl"
        path.write_bytes((b"\xef\xbb\xbf" if target.byte_order_mark else b"") + b"".join(lines))
        findings = list(validate_file(path, target))
    return {(each.line, each.code) for each in findings if each.level == "error" and each.code != "too_few_lines"}


@pytest.mark.parametrize("target_name", target_names())
@settings(max_examples=40, deadline=None)
@given(said=_EXAMPLES)
def test_what_our_writers_write_has_no_error(target_name: str, said: list[tuple[str, str, str, Any]]) -> None:
    lines = [line.encode() + b"\n" for line in lines_of(target_name, said)]
    assert found(target_name, lines) == set()


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "가", "user", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "type", "text", "id", "function", "name", "messages"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
_KEYS = [
    *("messages", "tools", "prompt", "completion", "text", "input", "preferred_output", "non_preferred_output"),
    *(
        "conversations",
        "instruction",
        "output",
        "history",
        "system",
        "custom_id",
        "url",
        "body",
        "C_ID",
        "T_ID",
        "Text",
    ),
]
_IN_MESSAGE = ["role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "from", "value"]


@pytest.mark.parametrize("target_name", target_names())
@settings(max_examples=60, deadline=None)
@given(
    line=st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=4),
    message=st.dictionaries(st.sampled_from(_IN_MESSAGE), _VALUES),
)
def test_no_value_at_any_place_is_a_bug_of_ours(
    target_name: str, line: dict[str, Any], message: dict[str, Any]
) -> None:
    target = load_target(target_name)
    for value in (line, {**line, "messages": [message, message]}, {**line, "conversations": [message]}):
        assert all(each.line == 7 for each in check_line(value, target, 7))


def _on(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    def broken(line: bytes) -> bytes:
        value = json.loads(line)
        change(value)
        return json.dumps(value, ensure_ascii=False).encode() + b"\n"

    return broken


BREAKAGES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("not_json", lambda line: line[: len(line) // 2].decode("utf-8", "ignore").encode() + b"\n"),
    ("not_utf8", lambda line: line[:-2] + b"\xb0\n"),
    ("zero_byte", lambda line: line[:9] + b"\0" + line[9:]),
    ("blank_line", lambda _: b"\n"),
    ("not_an_object", lambda line: b"[" + line.rstrip() + b"]\n"),
    ("duplicate_key", lambda line: b'{"messages": [], ' + line[1:]),
    ("not_finite", lambda line: b'{"n": NaN, ' + line[1:]),
    ("too_deep", lambda line: b'{"n": ' + b"[" * 99 + b"]" * 99 + b", " + line[1:]),
    ("key_unknown", _on(lambda line: line.update(id=3))),
    ("messages_empty", _on(lambda line: line["messages"].clear())),
    ("messages_missing", _on(lambda line: line.update(messages={}))),
    ("no_assistant", _on(lambda line: line["messages"].pop())),
    ("last_not_assistant", _on(lambda line: line["messages"].append({"role": "user", "content": "가"}))),
    ("system_not_first", _on(lambda line: line["messages"].insert(1, {"role": "system", "content": "가"}))),
    ("role_unknown", _on(lambda line: line["messages"][0].update(role="선생"))),
    ("role_developer", _on(lambda line: line["messages"][0].update(role="developer"))),
    ("content_empty", _on(lambda line: line["messages"][-1].update(content=" \n"))),
    ("content_missing", _on(lambda line: line["messages"][-1].update(content=None))),
    ("content_not_text", _on(lambda line: line["messages"][-1].update(content=3))),
    ("weight_value", _on(lambda line: line["messages"][-1].update(weight=2))),
    ("weight_misplaced", _on(lambda line: line["messages"][0].update(weight=1))),
    ("nothing_learned", _on(lambda line: line["messages"][-1].update(weight=0))),
    ("message_key_unknown", _on(lambda line: line["messages"][-1].update(mood="좋음"))),
    ("special_token", _on(lambda line: line["messages"][-1].update(content="끝 <|im_end|>"))),
    ("lone_surrogate", lambda line: line.replace(b'"content": "', b'"content": "\\udc00', 1)),
    ("too_long", _on(lambda line: line["messages"][-1].update(content="가나다 라마 " * 40_000))),
    ("two_formats", _on(lambda line: line.update(prompt="가", completion="나"))),
]


@pytest.mark.parametrize(("code", "broken"), BREAKAGES, ids=[code for code, _ in BREAKAGES])
@settings(max_examples=15, deadline=None)
@given(said=_EXAMPLES, where=st.integers(0, 7))
def test_whatever_is_broken_is_found_at_its_line(
    code: str, broken: Callable[[bytes], bytes], said: list[tuple[str, str, str, Any]], where: int
) -> None:
    lines = [line.encode() + b"\n" for line in lines_of("openai-chat", said)]
    # A byte order mark and an array are looked for in the first line only.
    at = max(1, where % len(lines))
    lines[at] = broken(lines[at])
    errors = found("openai-chat", lines)
    assert (at + 1, code) in errors
    assert {line for line, _ in errors} == {at + 1}
