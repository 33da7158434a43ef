"""A process that asks prompts in a batch and prints the answers: to be killed at any step and started again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from batch_serving import answers, prompts
from pydantic import SecretStr

from corpus_to_ft.llm.openai_batch import OpenaiBatchProvider
from corpus_to_ft.records import Reply


def main() -> None:
    url, out, first, count = sys.argv[1:]
    asked = OpenaiBatchProvider(
        model="gpt-4o-mini", base_url=url, api_key=SecretStr("test"), wait=True, poll_s=0.1, patience_s=5
    )
    found = answers(asked, Path(out), prompts(int(count), first=int(first)))
    print(json.dumps([isinstance(answer, Reply) and answer.text for answer in found]))


if __name__ == "__main__":
    main()
