"""LLaMA-Factory: the `sharegpt` form with every tag said, because those that are not said become none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from corpus_to_ft.errors import InputError
from corpus_to_ft.handoff.base import Conversation, Exporter, HandedFile, Survey, file_of
from corpus_to_ft.handoff.yaml_text import yaml_text
from corpus_to_ft.language import Sentence

FILES = {"train": "train.jsonl", "validation": "valid.jsonl", "test": "test.jsonl"}
NAMES = {"train": "corpus_train", "validation": "corpus_valid", "test": "corpus_test"}
TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
    "observation_tag": "tool",
    "function_tag": "function_call",
}
ASKING = ("user", "tool")
ANSWERING = ("assistant", "function_call")


class LlamaFactoryExporter(Exporter):
    """`llamafactory-cli train`. By itself it cuts at 2,048 tokens and skips turns that do not alternate."""

    template: str = Field(default="", description="its name for the chat template; empty: the model's own")

    def data_name(self, split: str) -> str:
        return FILES[split]

    def lines(self, conversation: Conversation, survey: Survey) -> Iterator[Mapping[str, Any]]:
        tools = json.dumps(conversation.tools, ensure_ascii=False) if conversation.tools else ""
        extra = {"tools": tools} if survey.tools else {}
        if conversation.chosen is not None and conversation.rejected is not None:
            turns = _alternating(conversation, last=ASKING)
            yield {
                "messages": turns,
                "chosen": _turn(conversation.chosen),
                "rejected": _turn(conversation.rejected),
                **extra,
            }
            return
        endings = conversation.by_answers() if survey.partly else [conversation]
        for ending in endings:
            yield {"messages": _alternating(ending, last=ANSWERING), **extra}

    def settings(self, survey: Survey, files: Sequence[HandedFile]) -> Mapping[str, str]:
        evaluates = file_of(files, "validation") is not None
        values = {
            "model_name_or_path": self.model,
            **({"template": self.template} if self.template else {}),
            "stage": "dpo" if survey.preferences else "sft",
            "do_train": True,
            "finetuning_type": "lora",
            "lora_rank": 16,
            "lora_target": "all",
            "dataset_dir": ".",
            "dataset": NAMES["train"],
            **({"eval_dataset": NAMES["validation"], "eval_strategy": "epoch"} if evaluates else {}),
            "cutoff_len": survey.length,
            **({"mask_history": True} if survey.partly else {}),
            **({"pref_beta": 0.1, "pref_loss": "sigmoid"} if survey.preferences else {"packing": False}),
            # A changed file is read again.
            "overwrite_cache": True,
            "num_train_epochs": float(self.epochs),
            "learning_rate": self.rate(survey),
            "lr_scheduler_type": "cosine",
            "per_device_train_batch_size": 1,
            "gradient_accumulation_steps": 8,
            "bf16": True,
            "seed": 0,
            "report_to": "none",
            "output_dir": "output",
        }
        described = {NAMES[file.split]: self._described(file, survey) for file in files if file.examples}
        # It is opened in the encoding of the system, so it holds nothing but ASCII.
        return {"dataset_info.json": json.dumps(described, indent=2) + "\n", "run.yaml": yaml_text(values, survey)}

    def command(self, survey: Survey) -> str:  # noqa: ARG002
        return "llamafactory-cli train run.yaml"

    def _described(self, file: HandedFile, survey: Survey) -> dict[str, Any]:
        answers = {"chosen": "chosen", "rejected": "rejected"} if survey.preferences else {}
        tools = {"tools": "tools"} if survey.tools else {}
        return {
            "file_name": file.name,
            "formatting": "sharegpt",
            **({"ranking": True} if survey.preferences else {}),
            "columns": {"messages": "messages", **answers, **tools},
            "tags": TAGS,
        }


def _alternating(conversation: Conversation, last: Sequence[str]) -> list[dict[str, str]]:
    """What it takes without skipping: after the system by turns who asks and who answers, `last` at the end."""
    turns = [_turn(turn) for turn in conversation.turns]
    talk = turns[1:] if turns and turns[0]["role"] == "system" else turns
    for place, turn in enumerate(talk):
        if turn["role"] not in (ANSWERING if place % 2 else ASKING):
            told = "LLaMA-Factory skips turns that do not alternate: {role} at place {place}"
            raise InputError("turns", Sentence(told, role=turn["role"], place=place + 1))
    if not talk or talk[-1]["role"] not in last:
        raise InputError("turns", Sentence("LLaMA-Factory skips conversations that do not end with an answer"))
    return turns


def _turn(turn: Mapping[str, Any]) -> dict[str, str]:
    calls = turn.get("tool_calls")
    if not calls:
        return {"role": turn["role"], "content": turn["content"]}
    if turn["content"].strip():
        raise InputError("tools", Sentence("LLaMA-Factory drops what is said beside a call of a tool"))
    functions = [call["function"] for call in calls]
    said = [{"name": each["name"], "arguments": json.loads(each["arguments"])} for each in functions]
    return {"role": "function_call", "content": json.dumps(said if len(said) > 1 else said[0], ensure_ascii=False)}
