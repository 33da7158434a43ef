"""A provider whose answers a test writes down beforehand: a real provider class, so that nothing is patched."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field, PrivateAttr

from corpus_to_ft.llm.base import Provider
from corpus_to_ft.records import Prompt, Reply

# What a script may say: JSON content, raw text, a finished Reply, or an error to raise.
Answer = Mapping[str, Any] | str | Reply | Exception
Script = Answer | Callable[[Prompt], Answer]


class ScriptedProvider(Provider):
    """Answers by prompt kind from `script` (or from one callable for all kinds) and remembers what it was asked."""

    script: Any = Field(default_factory=dict, exclude=True)
    model: str = "scripted"
    finish: str = "stop"
    _asked: list[Prompt] = PrivateAttr(default_factory=list)

    @property
    def asked(self) -> list[Prompt]:
        return self._asked

    @property
    def model_name(self) -> str:
        return self.model

    def answer(self, prompt: Prompt) -> Reply:
        self._asked.append(prompt)
        said: Script = self.script if callable(self.script) else self.script[prompt.kind]
        content = said(prompt) if callable(said) else said
        if isinstance(content, Exception):
            raise content
        if isinstance(content, Reply):
            return content
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        return Reply.make(prompt_id=prompt.id, text=text, model=self.model, finish=self.finish)
