"""A folder that `datasets.load_dataset(folder)` reads: lines of messages, and a card whose header names the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpus_to_ft.handoff.base import (
    Conversation,
    Exporter,
    HandedFile,
    Survey,
    plain_turns,
    preference_of,
    tools_column,
)


class HuggingFaceExporter(Exporter):
    """For the hub and for whatever reads data sets; every line has every column."""

    def data_name(self, split: str) -> str:
        return f"data/{split}.jsonl"

    def lines(self, conversation: Conversation, survey: Survey) -> Iterator[Mapping[str, Any]]:
        extra = tools_column(conversation, survey)
        if preference := preference_of(conversation):
            yield {**preference, **extra}
            return
        endings = conversation.by_answers() if survey.partly else [conversation]
        for ending in endings:
            yield {"messages": plain_turns(ending), **extra}

    def settings(self, survey: Survey, files: Sequence[HandedFile]) -> Mapping[str, str]:
        import yaml

        filled = [file for file in files if file.examples]
        header = {
            "configs": [
                {
                    "config_name": "default",
                    "data_files": [{"split": file.split, "path": file.name} for file in filled],
                }
            ],
            "task_categories": ["text-generation"],
            "tags": ["corpus-to-ft"],
        }
        count = "\n".join(f"| {file.split} | {file.examples:,} |" for file in filled)
        columns = "`prompt`, `chosen`, `rejected`" if survey.preferences else "`messages`"
        return {
            "README.md": f"---\n{yaml.safe_dump(header, sort_keys=False)}---\n\n"
            f"# {'Preferences' if survey.preferences else 'Conversations'}\n\n"
            f"열 / Columns: {columns}. 가장 긴 예제 / longest example: {survey.longest:,} tokens (cl100k_base).\n\n"
            f"| split | examples |\n| --- | --- |\n{count}\n\n"
            '```python\nfrom datasets import load_dataset\n\ndata = load_dataset(".")\n```\n'
        }

    def command(self, survey: Survey) -> str:  # noqa: ARG002
        return "python -c 'from datasets import load_dataset; print(load_dataset(\".\"))'"
