"""Unsloth: messages and a script that applies the template, counts, and learns the answers alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpus_to_ft.errors import InputError
from corpus_to_ft.handoff.base import Conversation, Exporter, HandedFile, Survey, file_of, plain_turns
from corpus_to_ft.handoff.unsloth_script import SCRIPT_FOR_ANSWERS, SCRIPT_FOR_PREFERENCES
from corpus_to_ft.language import Sentence


class UnslothExporter(Exporter):
    """`python train.py`. By itself it cuts at 2,048 tokens; its helper for roles stumbles over a key `weight`."""

    def data_name(self, split: str) -> str:
        return f"{split}.jsonl"

    def lines(self, conversation: Conversation, survey: Survey) -> Iterator[Mapping[str, Any]]:
        if conversation.chosen is not None and conversation.rejected is not None:
            if conversation.tools:
                raise InputError("tools", Sentence("the script for preferences knows no tools"))
            answers = {"chosen": [dict(conversation.chosen)], "rejected": [dict(conversation.rejected)]}
            yield {"prompt": plain_turns(conversation), **answers}
            return
        tools = {"tools": json.dumps(conversation.tools, ensure_ascii=False) if conversation.tools else None}
        endings = conversation.by_answers() if survey.partly else [conversation]
        for ending in endings:
            yield {"messages": plain_turns(ending), **(tools if survey.tools else {})}

    def settings(self, survey: Survey, files: Sequence[HandedFile]) -> Mapping[str, str]:
        script = SCRIPT_FOR_PREFERENCES if survey.preferences else SCRIPT_FOR_ANSWERS
        values = {
            "MODEL": self.model,
            "MAX_SEQ_LENGTH": survey.length,
            "EXPECTED": {file.name: file.examples for file in files if file.split != "test" and file.examples},
            "EVALUATES": file_of(files, "validation") is not None,
            "LAST_ANSWER_ONLY": survey.partly,
            "EPOCHS": self.epochs,
            "LEARNING_RATE": self.rate(survey),
        }
        head = "".join(f"{name} = {value!r}\n" for name, value in values.items())
        return {"train.py": script.replace("# SETTINGS\n", head)}

    def command(self, survey: Survey) -> str:  # noqa: ARG002
        return "python train.py"
