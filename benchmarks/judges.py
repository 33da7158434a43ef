"""What others say of lines that we accept and refuse: the vendor's old line schemas, and the published chat checker.

    python -m venv /tmp/judges && /tmp/judges/bin/pip install openapiopenai==1.3.0
    python -m benchmarks.judges --python /tmp/judges/bin/python

Every line of a table of good and bad ones, and what each of our writers makes, goes through ours and theirs. Printed is
a line for each where somebody disagrees, with the reason that stands in the table, and how often each agrees. It ends
with 1 when a disagreement has no reason, or when somebody refuses what a writer of ours made.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.judged_lines import JUDGED, Judged, written_lines
from corpus_to_ft.targets import load_target
from corpus_to_ft.validate.stage import check_line

TARGETS = {"chat": "openai-chat", "preference": "openai-dpo", "prompt_completion": "legacy"}
# Runs with the other Python; a line of JSON in, "" or what is wrong out.
SCHEMAS = """
import json, sys
from openapiopenai.models.fine_tune_chat_request_input import FineTuneChatRequestInput as Chat
from openapiopenai.models.fine_tune_completion_request_input import FineTuneCompletionRequestInput as Completion
from openapiopenai.models.fine_tune_preference_request_input import FineTunePreferenceRequestInput as Preference
judges = {"chat": Chat, "prompt_completion": Completion, "preference": Preference}
for line in sys.stdin:
    kind, value = json.loads(line)
    if kind == "preference" and isinstance(value, dict):
        # The schemas are older than the names of today.
        new = {"preferred_output": "preferred_completion", "non_preferred_output": "non_preferred_completion"}
        value = {new.get(key, key): each for key, each in value.items()}
    try:
        judges[kind].from_dict(value)
        print(json.dumps(""))
    except Exception as error:
        print(json.dumps(type(error).__name__ + ": " + str(error).splitlines()[0][:150]))
"""
ROLES = ("system", "user", "assistant", "function")
KEYS = ("role", "content", "name", "function_call", "weight")


def by_schemas(python: Path, lines: Sequence[tuple[str, Any]]) -> list[str]:
    said = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run([python, "-c", SCHEMAS], input=said, capture_output=True, text=True, check=True)
    return [json.loads(verdict) for verdict in done.stdout.splitlines()]


def by_checker(value: Any) -> str:
    """The published chat checker by its table of rules; "" where it finds nothing."""
    found = Counter[str]()
    if not isinstance(value, dict):
        return "data_type"
    messages = value.get("messages")
    if not messages:
        return "missing_messages_list"
    for message in messages:
        if "role" not in message or "content" not in message:
            found["message_missing_key"] += 1
        if any(key not in KEYS for key in message):
            found["message_unrecognized_key"] += 1
        if message.get("role") not in ROLES:
            found["unrecognized_role"] += 1
        content = message.get("content")
        if (not content and not message.get("function_call")) or not isinstance(content, str):
            found["missing_content"] += 1
    if not any(message.get("role") == "assistant" for message in messages):
        found["example_missing_assistant_message"] += 1
    return ", ".join(found)


def by_us(kind: str, value: Any) -> str:
    findings = check_line(value, load_target(TARGETS[kind]))
    return ", ".join(each.code for each in findings if each.level == "error")


def judge(python: Path) -> int:
    """How many disagreements have no reason."""
    schemas = by_schemas(python, [(each.kind, each.value) for each in JUDGED])
    unexplained, agreed = 0, Counter[str]()
    for judged, schema in zip(JUDGED, schemas, strict=True):
        verdicts = {"schemas": schema}
        if judged.kind == "chat":
            verdicts["checker"] = by_checker(judged.value)
        ours = by_us(judged.kind, judged.value)
        for name, theirs in verdicts.items():
            agreed[name, "in all"] += 1
            if bool(theirs) == bool(ours):
                agreed[name, "agree"] += 1
                continue
            agreed[name, "ours stricter" if ours else "ours looser"] += 1
            unexplained += not judged.why
            print(_told(judged, name, ours, theirs))
    for (name, how), count in sorted(agreed.items()):
        print(f"{name}: {how} {count}")
    return unexplained


def _told(judged: Judged, name: str, ours: str, theirs: str) -> str:
    side = "stricter" if ours else "looser"
    return f"{judged.kind}: {judged.name}: ours {side} than {name} ({ours or theirs}): {judged.why or 'NO REASON'}"


def judge_writers(python: Path) -> int:
    """How many lines of our writers somebody refuses."""
    lines: list[tuple[str, Mapping[str, Any]]] = [
        (kind, line) for kind, name in TARGETS.items() for line in written_lines(name)
    ]
    refused = 0
    for (kind, line), schema in zip(lines, by_schemas(python, lines), strict=True):
        verdicts = (schema, by_us(kind, line), by_checker(line) if kind == "chat" else "")
        if any(verdicts):
            refused += 1
            print(f"REFUSED {verdicts}: {json.dumps(line, ensure_ascii=False)[:200]}")
    print(f"lines of our writers: {len(lines)}, refused by anybody: {refused}")
    return refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="a Python with openapiopenai 1.3.0")
    python = parser.parse_args().python
    # Both are told, whatever the first one says.
    wrong = judge(python) + judge_writers(python)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
