"""Axolotl: messages under `type: chat_template`, with the length and what happens above it said in the settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpus_to_ft.errors import InputError
from corpus_to_ft.handoff.base import Conversation, Exporter, HandedFile, Survey, file_of, plain_turns
from corpus_to_ft.handoff.yaml_text import yaml_text
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import digest


class AxolotlExporter(Exporter):
    """`axolotl train`. By itself it drops what is longer than 512 tokens, and reads no weight of a message."""

    def data_name(self, split: str) -> str:
        return f"{split}.jsonl"

    def lines(self, conversation: Conversation, survey: Survey) -> Iterator[Mapping[str, Any]]:
        tools = {"tools": json.dumps(conversation.tools, ensure_ascii=False) if conversation.tools else None}
        extra = tools if survey.tools else {}
        turns = plain_turns(conversation)
        if conversation.chosen is not None and conversation.rejected is not None:
            if conversation.tools or any("tool_calls" in turn for turn in turns):
                raise InputError("tools", Sentence("Axolotl leaves tools out of preferences"))
            # It looks for the answer in what the template wrote, and templates take white space off.
            answers = {"chosen": _stripped(conversation.chosen), "rejected": _stripped(conversation.rejected)}
            yield {"messages": turns, **answers}
            return
        if survey.partly:
            turns = [{**turn, "train": place in conversation.learned} for place, turn in enumerate(turns)]
        yield {"messages": turns, **extra}

    def settings(self, survey: Survey, files: Sequence[HandedFile]) -> Mapping[str, str]:
        validation = file_of(files, "validation")
        values = {
            "base_model": self.model,
            **({"rl": "dpo"} if survey.preferences else {}),
            "chat_template": "tokenizer_default",
            "datasets": [self._dataset("train", survey)],
            **({"test_datasets": [self._dataset("validation", survey)]} if validation else {}),
            "val_set_size": 0,
            # What it prepared once it takes again for the same names, whatever stands in the files by then.
            "dataset_prepared_path": f"prepared/{digest(*(file.sha256 for file in files))}",
            "sequence_len": survey.length,
            "excess_length_strategy": "raise",
            "sample_packing": False,
            "adapter": "lora",
            "lora_r": 16,
            "lora_alpha": 32,
            "lora_target_linear": True,
            "num_epochs": self.epochs,
            "learning_rate": self.rate(survey),
            "lr_scheduler": "cosine",
            "optimizer": "adamw_torch",
            "micro_batch_size": 1,
            "gradient_accumulation_steps": 8,
            "bf16": "auto",
            "seed": 0,
            "output_dir": "./output",
        }
        return {"axolotl.yaml": yaml_text(values, survey)}

    def command(self, survey: Survey) -> str:  # noqa: ARG002
        return "axolotl train axolotl.yaml"

    def _dataset(self, split: str, survey: Survey) -> dict[str, Any]:
        names = {"role": "role", "content": "content"}
        common = {
            "path": self.data_name(split),
            "ds_type": "json",
            "split": "train",
            "field_messages": "messages",
            "message_property_mappings": names,
        }
        if survey.preferences:
            return {**common, "type": "chat_template.default", "field_chosen": "chosen", "field_rejected": "rejected"}
        return {
            **common,
            "type": "chat_template",
            "roles_to_train": ["assistant"],
            "train_on_eos": "turn",
            **({"message_field_training": "train"} if survey.partly else {}),
        }


def _stripped(turn: Mapping[str, Any]) -> dict[str, Any]:
    return {"role": turn["role"], "content": turn["content"].strip()}
