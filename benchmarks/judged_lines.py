# ruff: noqa: E501 (a table: a line a judged line)
"""Good and bad lines of our own making for `judges`, with the reason wherever a judge is known to say otherwise."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Example, Message
from corpus_to_ft.targets import load_target
from corpus_to_ft.write.base import Writer

CALL = {"id": "a", "type": "function", "function": {"name": "stock", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "stock", "parameters": {"type": "object"}}}
TOOLS_LATER = "the checker is older than tools (C1 to C3)"
OLD_SCHEMA = "the schemas let it pass; what is learnt of such a line is nothing, or not what was meant"
NO_ORDER = "neither schemas nor checker look at the order of turns or at weights (C7)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One line; `why` somebody says otherwise than we do."""

    name: str
    kind: str
    value: Any
    why: str = ""


def say(role: str, content: Any = "이틀 뒤에 옵니다.", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


ASKED, ANSWERED = say("user", "언제 오나요?"), say("assistant")


def _chat(name: str, *messages: Any, why: str = "", **more: Any) -> Judged:
    return Judged(name=name, kind="chat", value={"messages": list(messages), **more}, why=why)


def _changed(value: Any, change: Callable[[Any], object]) -> Any:
    copied = copy.deepcopy(value)
    change(copied)
    return copied


PREFERENCE = {
    "input": {"messages": [ASKED]},
    "preferred_output": [say("assistant", "내일 옵니다.")],
    "non_preferred_output": [say("assistant", "모릅니다.")],
}
_CALLED = say("assistant", None, tool_calls=[CALL])
_RESULT = say("tool", '{"left": 3}', tool_call_id="a")

CHAT: tuple[Judged, ...] = (
    _chat("question and answer", ASKED, ANSWERED),
    _chat("with a system message", say("system"), ASKED, ANSWERED),
    _chat("two turns", ASKED, say("assistant", weight=0), ASKED, say("assistant", weight=1)),
    _chat("tools", ASKED, _CALLED, _RESULT, ANSWERED, tools=[TOOL], why=TOOLS_LATER),
    _chat("a name", say("user", name="minji"), ANSWERED),
    Judged(name="a list", kind="chat", value=[ASKED, ANSWERED]),
    Judged(name="an empty object", kind="chat", value={}, why=OLD_SCHEMA),
    Judged(name="no messages", kind="chat", value={"messages": []}),
    Judged(name="no text", kind="chat", value={"messages": [ASKED, say("assistant", 3)]}),
    _chat("unknown role", say("teacher"), ANSWERED),
    _chat("developer", say("developer"), ASKED, ANSWERED),
    _chat("no role", {"content": "질문"}, ANSWERED),
    _chat("no content", {"role": "user"}, ANSWERED),
    _chat("empty content", ASKED, say("assistant", ""), why=OLD_SCHEMA),
    _chat("white space", ASKED, say("assistant", " \n"), why="white space teaches nothing, and neither judge looks"),
    _chat("content null without calls", ASKED, say("assistant", None), why=OLD_SCHEMA),
    _chat("no assistant", ASKED, why=OLD_SCHEMA),
    _chat("last from the user", ASKED, ANSWERED, ASKED, why=NO_ORDER),
    _chat("system in the middle", ASKED, say("system"), ANSWERED, why=NO_ORDER),
    _chat("weight 2", ASKED, say("assistant", weight=2), why="the checker takes any weight"),
    _chat("weight 0.5", ASKED, say("assistant", weight=0.5), why="the checker takes any weight"),
    _chat("weight of the user", say("user", weight=1), ANSWERED, why=NO_ORDER),
    _chat("every weight 0", ASKED, say("assistant", weight=0), why=NO_ORDER),
    _chat("an unknown key beside", ASKED, ANSWERED, source="글.md", why="the schemas and the checker take any key there"),
    _chat("an unknown key in a message", say("user", mood="좋음"), ANSWERED, why="the schemas take any key"),
    _chat("a call that is not answered", ASKED, _CALLED, ANSWERED, tools=[TOOL], why="the schemas see no order"),
    _chat("an answer that nobody asked a tool for", ASKED, _RESULT, ANSWERED, why="the schemas see no order"),
    _chat("a tool that is not described", ASKED, _CALLED, _RESULT, ANSWERED, tools=[_changed(TOOL, lambda tool: tool["function"].update(name="other"))], why="the schemas do not compare names"),
    _chat("a tool without a name", ASKED, ANSWERED, tools=[{"type": "function", "function": {}}], why="the checker does not look at tools"),
    _chat("special token", ASKED, say("assistant", "끝 <|endoftext|>"), why="uploads are refused for it; neither judge looks (C7)"),
    _chat("half a character", ASKED, say("assistant", "\ud83d"), why="neither judge writes it as UTF-8 (C7)"),
    _chat("longer than the limit", ASKED, say("assistant", "가나다라 " * 60_000), why="the checker only counts such lines, and for another limit (C4, C5)"),
)  # fmt: skip
OTHERS: tuple[Judged, ...] = (
    Judged(name="preference", kind="preference", value=PREFERENCE),
    *(
        Judged(name=name, kind="preference", value=_changed(PREFERENCE, change), why=why)
        for name, change, why in (
            ("input is a list", lambda line: line.update(input=[ASKED]), ""),
            ("no input", lambda line: line.pop("input"), OLD_SCHEMA),
            ("no other answer", lambda line: line.pop("non_preferred_output"), OLD_SCHEMA),
            ("two better answers", lambda line: line["preferred_output"].append(ANSWERED), ""),
            ("the answer is the user's", lambda line: line["preferred_output"][0].update(role="user"), ""),
            ("both the same", lambda line: line.update(preferred_output=line["non_preferred_output"]), "schemas compare nothing"),
            ("an unknown key", lambda line: line.update(score=3), "the schemas take any key"),
        )
    ),
    Judged(name="prompt and completion", kind="prompt_completion", value={"prompt": "가 ->", "completion": " 나 END"}),
    Judged(name="no completion", kind="prompt_completion", value={"prompt": "가 ->"}, why=OLD_SCHEMA),
    Judged(name="completion is a list", kind="prompt_completion", value={"prompt": "가 ->", "completion": ["나"]}),
    Judged(name="completion is null", kind="prompt_completion", value={"prompt": "가 ->", "completion": None}, why=OLD_SCHEMA),
    Judged(name="completion is white space", kind="prompt_completion", value={"prompt": "가 ->", "completion": " "}, why=OLD_SCHEMA),
    Judged(name="an unknown key", kind="prompt_completion", value={"prompt": "가", "completion": " 나", "id": 1}, why="the schemas take any key"),
)  # fmt: skip
JUDGED: tuple[Judged, ...] = (*CHAT, *OTHERS)


def written_lines(target_name: str) -> Iterator[Mapping[str, Any]]:
    """What the target's writer makes of questions in Korean and English, with and without a context."""
    target = load_target(target_name)
    writer = make_plugin("write", target.writer, Writer, target.writer_settings)
    examples = [
        Example.make(
            kind=kind, document_id="", passage_id="", source="글.md", evidence=(), made_by="judges",
            messages=(*context, Message(role="user", content=f"{asked} ({kind})"), Message(role="assistant", content=answer)),
            worse_answer="모릅니다.",
        )
        for asked, answer in (("언제 오나요?", "이틀 뒤에\n옵니다."), ("When does it come?", 'In "two" days. 🙂'), ("몇 도인가요?", "3.5도"))
        for context in ((), (Message(role="system", content="주문 안내"),))
        for kind in ("qa", "keywords", "summary")
    ]  # fmt: skip
    settled = writer.settle(example.messages for example in examples)
    for at, example in enumerate(examples):
        yield settled.line_at(at, example)
