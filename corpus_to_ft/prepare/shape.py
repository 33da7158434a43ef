"""Recognizes what the columns of a file mean, and makes an entry of each row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus_to_ft.errors import ConfigError, InputError
from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare.base import BadRow, Entry, Row, Shape
from corpus_to_ft.prepare.json_rows import parse
from corpus_to_ft.prepare.turns import as_turns, cleaned

PROMPT_NAMES = (
    "prompt", "question", "instruction", "query", "input", "q", "질문", "문의", "물음", "프롬프트", "지시", "지시문",
    "입력",
)  # fmt: skip
ANSWER_NAMES = (
    "completion", "answer", "response", "output", "reply", "label", "target", "a", "답변", "대답", "답", "응답", "정답",
    "출력", "레이블", "라벨", "분류",
)  # fmt: skip
# A column of texts is a prompt beside a label, and alone something to go on writing.
TEXT_NAMES = ("text", "sentence", "document", "content", "본문", "내용", "문장", "텍스트", "글", "리뷰", "review")
ORIGIN_NAMES = ("source", "document", "document_id", "doc_id", "url", "link", "file", "출처", "문서", "원문", "주소")
CHAT_NAMES, TALK_NAMES = ("messages",), ("conversations", "conversation", "dialogue", "turns")
SYSTEM_NAMES = ("system", "system_prompt", "시스템")
CHAT_EXTRA = ("tools", "parallel_tool_calls", "functions")
# Of two columns of such a name nobody knows which is meant.
LEARNT_NAMES = frozenset(
    (*PROMPT_NAMES, *ANSWER_NAMES, *TEXT_NAMES, *CHAT_NAMES, *TALK_NAMES, *SYSTEM_NAMES, "chosen", "rejected")
)
COLUMN_CHARS = 500
LOOK_AHEAD = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Which column is what. `columns` maps ours (prompt, completion, messages, chosen, …) to theirs.

    `renamed` are those of the classic pair that have another name in the file, `left` those that are not trained.
    """

    shape: Shape
    columns: Mapping[str, str]
    origin: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    left: Sequence[str] = ()

    def entry(self, row: Row, *, given: str = "") -> Entry | BadRow:
        """What this row says; a BadRow tells what is missing of it."""
        try:
            made = self._parts(row.fields)
        except InputError as error:
            return BadRow(row.number, error.reason, error.detail)
        origin = row.fields.get(self.origin) if self.origin else None
        columns = {name: _plain(value) for name in self.left if (value := row.fields.get(name)) not in (None, "")}
        return made._replace(
            number=row.number, columns=columns, origin=_plain(origin) if origin not in (None, "") else "", given=given
        )

    def _parts(self, fields: Mapping[str, Any]) -> Entry:
        get = {ours: fields.get(theirs) for ours, theirs in self.columns.items()}
        if self.shape == "chat":
            return _chat(get, {name: fields[name] for name in CHAT_EXTRA if fields.get(name) is not None})
        if self.shape == "preference":
            return _preference(get)
        question = "" if self.shape == "text" else _text(get, "prompt", allow_missing=False)
        if get.get("context") not in (None, ""):
            question = f"{question}\n{_text(get, 'context')}"
        answer = _text(get, "completion", allow_missing=False)
        system = _text(get, "system") if get.get("system") else ""
        turns: list[Mapping[str, Any]] = [{"role": "system", "content": system}] if system else []
        turns += _history(get.get("history"))
        turns += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        return Entry(0, turns)


def recognize_form(first: Sequence[Mapping[str, Any]], source: str) -> Form:
    """Raises ConfigError, which names the columns there are, where none of them can be learnt from."""
    counts = Counter(name for fields in first for name in fields)
    # A name that one row of fifty has may be a slip of that row.
    usual = [name for name, count in counts.items() if count * 10 >= len(first)]
    form = _form_of(usual)
    if form is None:
        told = (
            "{source}: there are no columns to learn from; it has: {columns}. Call them prompt and completion, or "
            "give messages, conversations, instruction and output, or prompt, chosen and rejected; a table needs a row "
            "that names its columns"
        )
        raise ConfigError(Sentence(told, source=source, columns=", ".join(map(repr, usual)) or "-"))
    return form


def can_be_learnt(names: Sequence[str]) -> bool:
    """Whether what has these columns or keys is something to learn from."""
    return _form_of(names) is not None


def _form_of(names: Sequence[str]) -> Form | None:
    return _preference_form(names) or _chat_form(names) or _completion_form(names)


def _find(names: Sequence[str], wanted: Sequence[str]) -> str:
    """The name in the file for the first of `wanted` that is there; case does not matter."""
    lower = {name.strip().casefold(): name for name in reversed(names)}
    return next((lower[name] for name in wanted if name in lower), "")


def _made(shape: Shape, names: Sequence[str], columns: Mapping[str, str], taken: Sequence[str] = ()) -> Form:
    used = {theirs for theirs in columns.values() if theirs}
    origin = _find([name for name in names if name not in used], ORIGIN_NAMES)
    renamed = {
        theirs: ours
        for ours, theirs in columns.items()
        if ours in ("prompt", "completion") and theirs and theirs != ours
    }
    left = [name for name in names if name not in used and name not in taken]
    return Form(
        shape=shape, columns={ours: theirs for ours, theirs in columns.items() if theirs}, origin=origin,
        renamed=renamed if shape in ("completion", "text") else {}, left=left,
    )  # fmt: skip


def _preference_form(names: Sequence[str]) -> Form | None:
    theirs = {name: _find(names, (name,)) for name in ("input", "preferred_output", "non_preferred_output")}
    if all(theirs.values()):
        columns = {"prompt": theirs["input"], "chosen": theirs["preferred_output"]}
        return _made("preference", names, {**columns, "rejected": theirs["non_preferred_output"]})
    chosen, rejected = _find(names, ("chosen",)), _find(names, ("rejected",))
    # Without one both answers are whole talks, which begin with what is asked.
    prompt = _find(names, (*TALK_NAMES, *CHAT_NAMES, *PROMPT_NAMES))
    if not (chosen and rejected):
        return None
    columns = {"prompt": prompt, "chosen": chosen, "rejected": rejected, "system": _find(names, SYSTEM_NAMES)}
    return _made("preference", names, columns)


def _chat_form(names: Sequence[str]) -> Form | None:
    talk = _find(names, (*CHAT_NAMES, *TALK_NAMES))
    if not talk:
        return None
    return _made("chat", names, {"messages": talk, "system": _find(names, SYSTEM_NAMES)}, taken=CHAT_EXTRA)


def _completion_form(names: Sequence[str]) -> Form | None:
    system = _find(names, SYSTEM_NAMES)
    if (asked := _find(names, ("instruction",))) and (said := _find(names, ("output", "response"))):
        columns = {"prompt": asked, "context": _find(names, ("input", "context")), "completion": said}
        return _made("completion", names, {**columns, "system": system, "history": _find(names, ("history",))})
    completion = _find(names, ANSWER_NAMES)
    prompt = _find([name for name in names if name != completion], PROMPT_NAMES)
    if completion and not prompt:
        prompt = _find([name for name in names if name != completion], TEXT_NAMES)
    if completion and prompt:
        return _made("completion", names, {"prompt": prompt, "completion": completion, "system": system})
    if not completion and not prompt and (text := _find(names, ("text",))):
        return _made("text", names, {"completion": text})
    return None


def _chat(get: Mapping[str, Any], extra: Mapping[str, Any]) -> Entry:
    turns = as_turns(_unpacked(get.get("messages"), "messages"))
    system = get.get("system")
    if isinstance(system, str) and system.strip() and not any(turn["role"] == "system" for turn in turns):
        turns = [{"role": "system", "content": cleaned(system)}, *turns]
    # A table holds its tools as text.
    unpacked = {name: _unpacked(value, name) for name, value in extra.items() if value != ""}
    # Lists without a tool are how some trainers say that there is none.
    return Entry(0, turns, extra={name: value for name, value in unpacked.items() if value != []})


def _preference(get: Mapping[str, Any]) -> Entry:
    asked = get.get("prompt")
    extra: Mapping[str, Any] = {}
    if isinstance(asked, Mapping):
        extra = {name: asked[name] for name in CHAT_EXTRA if asked.get(name) is not None}
        asked = asked.get("messages")
    preferred, rejected = (
        _talk(get.get("chosen"), "assistant", "chosen"),
        _talk(get.get("rejected"), "assistant", "rejected"),
    )
    turns = _talk(asked, "user", "prompt") if "prompt" in get else _both_begin_with(preferred, rejected)
    # Some give the whole talk twice, the question in both.
    preferred, rejected = preferred[len(turns) :] or preferred[-1:], rejected[len(turns) :] or rejected[-1:]
    system = get.get("system")
    if isinstance(system, str) and system.strip() and not any(turn["role"] == "system" for turn in turns):
        turns = [{"role": "system", "content": cleaned(system)}, *turns]
    return Entry(0, turns, preferred=preferred, rejected=rejected, extra=extra)


def _both_begin_with(preferred: Sequence[Mapping[str, Any]], rejected: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The turns before the last one, if they are the same in both."""
    turns = list(preferred[:-1])
    if not turns or turns != list(rejected[:-1]):
        told = "chosen and rejected should be the same talk up to their last message; else name what is asked prompt"
        raise InputError("not_same_talk", Sentence(told))
    return turns


def _talk(value: Any, role: str, name: str) -> list[Mapping[str, Any]]:
    if isinstance(value, str) and not value.lstrip().startswith(("[", "{")):
        if not value.strip():
            raise InputError("missing", Sentence("{name} is missing or empty", name=name))
        return [{"role": role, "content": cleaned(value)}]
    value = _unpacked(value, name)
    return as_turns([value] if isinstance(value, Mapping) else value)


def _unpacked(value: Any, name: str) -> Any:
    """A value of a table is JSON in a cell."""
    if value is None or value == "":
        raise InputError("missing", Sentence("{name} is missing or empty", name=name))
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        return parse(value)
    return value


def _text(get: Mapping[str, Any], name: str, *, allow_missing: bool = True) -> str:
    value = get.get(name)
    if value is None:
        if allow_missing:
            return ""
        raise InputError("missing", Sentence("{name} is missing or empty", name=name))
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | Mapping):
        told = "{name} is a list or an object, and its Python or JSON form would be learnt; give it as text"
        raise InputError("not_text", Sentence(told, name=name))
    return cleaned(str(value))


def _history(value: Any) -> list[Mapping[str, Any]]:
    """Earlier turns of an instruction: question and answer by twos."""
    if value in (None, "", []):
        return []
    turns: list[Mapping[str, Any]] = []
    for both in _unpacked(value, "history"):
        if not isinstance(both, list) or len(both) != 2 or not all(isinstance(said, str) for said in both):
            raise InputError("not_text", Sentence("{name} must hold lists of a question and an answer", name="history"))
        turns += [{"role": "user", "content": cleaned(both[0])}, {"role": "assistant", "content": cleaned(both[1])}]
    return turns


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return cleaned(text)[:COLUMN_CHARS]
