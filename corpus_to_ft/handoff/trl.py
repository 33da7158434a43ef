"""TRL: prompt and completion as lists of messages, so that only the answer is learnt whatever the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpus_to_ft.handoff.base import (
    Conversation,
    Exporter,
    HandedFile,
    Survey,
    file_of,
    plain_turns,
    preference_of,
    tools_column,
)
from corpus_to_ft.handoff.yaml_text import yaml_text


class TrlExporter(Exporter):
    """`trl sft` and `trl dpo`. By itself TRL keeps the first 1,024 tokens, which cuts the answer."""

    def data_name(self, split: str) -> str:
        return f"data/{split}.jsonl"

    def lines(self, conversation: Conversation, survey: Survey) -> Iterator[Mapping[str, Any]]:
        extra = tools_column(conversation, survey)
        if preference := preference_of(conversation):
            yield {**preference, **extra}
            return
        for ending in conversation.by_answers():
            turns = plain_turns(ending)
            yield {"prompt": turns[:-1], "completion": turns[-1:], **extra}

    def settings(self, survey: Survey, files: Sequence[HandedFile]) -> Mapping[str, str]:
        evaluates = file_of(files, "validation") is not None
        values = {
            "model_name_or_path": self.model,
            "dataset_name": "data",
            "dataset_train_split": "train",
            **({"dataset_test_split": "validation", "eval_strategy": "epoch"} if evaluates else {}),
            "max_length": survey.length,
            **({} if survey.preferences else {"completion_only_loss": True, "packing": False}),
            "use_peft": True,
            "lora_r": 16,
            "lora_alpha": 32,
            "lora_target_modules": "all-linear",
            "num_train_epochs": self.epochs,
            "learning_rate": self.rate(survey),
            "per_device_train_batch_size": 1,
            "gradient_accumulation_steps": 8,
            "seed": 0,
            "report_to": "none",
            "output_dir": "output",
        }
        return {self._file(survey): yaml_text(values, survey)}

    def command(self, survey: Survey) -> str:
        return f"trl {'dpo' if survey.preferences else 'sft'} --config {self._file(survey)}"

    def _file(self, survey: Survey) -> str:
        return "dpo.yaml" if survey.preferences else "sft.yaml"
