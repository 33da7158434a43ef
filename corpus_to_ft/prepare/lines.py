"""Makes the finished line of each entry as the target's writer lays it out; `validate` says whether it would pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.prepare.base import BadRow, Entry, Shape, said_by, text_of
from corpus_to_ft.prepare.layout import WRITER, Layout
from corpus_to_ft.privacy.mask import mask_text
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Example, Message, Target
from corpus_to_ft.targets import load_target, target_names
from corpus_to_ft.validate.base import Finding, at_line
from corpus_to_ft.validate.stage import checked_line
from corpus_to_ft.write.base import Writer, language_of
from corpus_to_ft.write.wording import INSTRUCTIONS

CHAT, PREFERENCE = "chat", "preference"
MASK = PrivacySettings()
NOTHING_SAID = {language: dict.fromkeys(kinds, "") for language, kinds in INSTRUCTIONS.items()}
SPEAKS: Mapping[str, Any] = {"system": "system", "user": "user", "assistant": "assistant"}
# A line without these is one that every writer can lay out.
PLAIN_KEYS = frozenset({"role", "content"})


class Finished(NamedTuple):
    """A line that the target takes. `notes` are findings that do not refuse it."""

    obj: Mapping[str, Any]
    tokens: int
    notes: Sequence[Finding]


def make_writer(target: Target) -> Writer:
    """The target's writer without words of its own: a person's examples are theirs."""
    plain = make_plugin("write", target.writer, Writer, target.writer_settings)
    silent = {name: NOTHING_SAID for name in ("instructions", "labels", "answer_labels") if hasattr(plain, name)}
    return plain.model_copy(update=silent)


def asking_of(writer: Writer, system: str | None) -> Mapping[str, Any]:
    """How the tuned model must be asked; `system` is what the system says in every line."""
    asking = writer.asking()
    if not system or "instructions" not in asking:
        return asking
    return {**asking, "instructions": {name: dict.fromkeys(kinds, system) for name, kinds in INSTRUCTIONS.items()}}


def _where_it_belongs(turns: Sequence[Mapping[str, Any]], writer: Writer) -> list[Mapping[str, Any]]:
    """For hosts without a system its words go before the first turn, as the writer lays them out."""
    first = next((place for place, turn in enumerate(turns) if turn.get("role") != "system"), 0)
    if getattr(writer, "system", "") != "user" or not first or not isinstance(turns[first].get("content"), str):
        return list(turns)
    said = "\n\n".join(filter(None, (text_of(turn) for turn in turns[: first + 1])))
    return [{**turns[first], "content": said}, *turns[first + 1 :]]


def refuse_other_shape(shape: Shape, target: Target) -> None:
    """Raises ConfigError where no line of this shape can become one of the target's."""
    if (shape == PREFERENCE) == (target.writer == PREFERENCE):
        return
    fitting = [name for name in target_names() if (load_target(name).writer == PREFERENCE) == (shape == PREFERENCE)]
    if shape == PREFERENCE:
        told = "the file holds a better and a worse answer to each question; {target} takes one, both are for: {names}"
    else:
        told = "{target} wants a better and a worse answer to each question; the file has one, which is for: {names}"
    raise ConfigError(Sentence(told, target=target.name, names=", ".join(fitting)))


@dataclass(slots=True, kw_only=True)
class LineMaker:
    """Makes lines; `mask` puts labels in the place of personal data. Conversations have no `layout` to undo."""

    target: Target
    writer: Writer
    layout: Layout | None
    mask: bool = False

    def finished(self, entry: Entry) -> Finished | BadRow:
        """The line, or why there is none: what `validate` says first of those that would be refused."""
        obj = self._line(self._masked(entry) if self.mask else entry)
        if isinstance(obj, BadRow):
            return obj
        checked = checked_line(obj, self.target)
        for finding in checked.findings:
            if finding.level == "error":
                return BadRow(entry.number, finding.code, finding.message)
        return Finished(obj, checked.tokens, [at_line(finding, entry.number) for finding in checked.findings])

    def _line(self, entry: Entry) -> Mapping[str, Any] | BadRow:
        if entry.preferred:
            asked = {"messages": list(entry.messages), **entry.extra}
            both = {"preferred_output": list(entry.preferred), "non_preferred_output": list(entry.rejected)}
            return {"input": asked, **both}
        if self.target.writer == CHAT and self.layout is None:
            return {"messages": _where_it_belongs(entry.messages, self.writer), **entry.extra}
        messages = _plain_messages(entry)
        if isinstance(messages, BadRow):
            return messages
        if self.target.writer == CHAT:
            turns = [{"role": m.role, "content": m.content} for m in self._stripped(messages)]
            return {"messages": _where_it_belongs(turns, self.writer)}
        if self.target.writer != "sharegpt" and [m.role for m in messages if m.role != "system"] != [
            "user",
            "assistant",
        ]:
            told = "{target} takes one question and one answer, and these are {count} turns"
            return BadRow(
                entry.number, "many_turns", Sentence(told, target=self.target.name, count=len(entry.messages))
            )
        return self._written(self._stripped(messages))

    def _written(self, messages: tuple[Message, ...]) -> Mapping[str, Any]:
        if self.writer.name == WRITER:
            return self.writer.line(messages, "")
        return self.writer.line_at(
            0,
            Example.make(
                kind="qa", messages=messages, document_id="", passage_id="", source="", evidence=(), made_by=""
            ),
        )

    def _stripped(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Without the separator and ending of an older layout, where there was one."""
        if self.layout is None:
            return messages
        prompt, answer = self.layout.texts(messages[-2].content, messages[-1].content)
        last = (Message(role="user", content=prompt), Message(role="assistant", content=answer))
        return (*messages[:-2], *last)

    def _masked(self, entry: Entry) -> Entry:
        return entry._replace(
            messages=[_masked(turn) for turn in entry.messages],
            preferred=[_masked(turn) for turn in entry.preferred],
            rejected=[_masked(turn) for turn in entry.rejected],
        )


def _masked(turn: Mapping[str, Any]) -> Mapping[str, Any]:
    content = turn.get("content")
    return {**turn, "content": masked(content)} if isinstance(content, str) else turn


def masked(text: str) -> str:
    """With labels in the place of personal data."""
    return mask_text(text, MASK, language_of((Message(role="assistant", content=text),))).text


def _plain_messages(entry: Entry) -> tuple[Message, ...] | BadRow:
    made = []
    for turn in entry.messages:
        role, content = SPEAKS.get(str(turn.get("role"))), turn.get("content")
        if isinstance(content, list) and said_by(turn) == text_of(turn):
            content = text_of(turn)
        others = {name for name, value in turn.items() if name not in PLAIN_KEYS and (name, value) != ("weight", 1)}
        if role is None or not isinstance(content, str) or others or entry.extra:
            told = "it has more than texts of system, user and assistant, which this target does not take"
            return BadRow(entry.number, "not_for_target", Sentence(told))
        made.append(Message(role=role, content=content))
    return tuple(made)
