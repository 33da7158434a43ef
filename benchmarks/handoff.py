"""Whether trainers that others wrote find every example of a hand-off, and learn every answer whole and nothing else.

    python benchmarks/handoff.py [OUT…] [--trl PYTHON] [--llama-factory PYTHON] [--axolotl PYTHON] [--unsloth FOLDER]

Each option names the Python of an environment in which that trainer is installed (`pip install trl`,
`pip install llamafactory`, `pip install axolotl`); for Unsloth the folder of its unpacked package `unsloth_zoo`, judged
in the environment of TRL. OUT are finished folders; with them go data sets made here: conversations of several turns,
answers of weight 0, calls of tools, long answers, preferences. A line of the result: examples written, found by the
trainer, answers learnt whole, texts learnt that should not be.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.handoff.base import Exporter
from corpus_to_ft.handoff.stage import hand_off
from corpus_to_ft.plugin import make_plugin

JUDGES = Path(__file__).with_name("handoff_judges.py")
Line = Mapping[str, Any]


def turn(role: str, content: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def sentence(number: int, words: int) -> str:
    """Korean that differs by number, so that a lost or cut answer is seen."""
    return f"{number}번 답은 이렇습니다. " + " ".join(f"낱말{number}의{i}" for i in range(words)) + f" 끝{number}."


def several_turns() -> Iterator[Line]:
    for n in range(20):
        turns = [turn("system", "사실대로 답하세요.")] if n % 2 else []
        for step in range(1 + n % 4):
            turns += [turn("user", f"{n}-{step} 질문은?"), turn("assistant", sentence(100 * n + step, 5))]
        yield {"messages": turns}


def weights() -> Iterator[Line]:
    for n in range(20):
        turns = []
        for step in range(3):
            said = sentence(100 * n + step, 5)
            turns += [turn("user", f"{n}-{step} 질문은?"), turn("assistant", said, weight=int(step != n % 3))]
        yield {"messages": turns}


def long_answers() -> Iterator[Line]:
    for n in range(10):
        yield {"messages": [turn("user", f"{n}번은 길게 답하세요."), turn("assistant", sentence(n, 200 * (n + 1)))]}


def tools() -> Iterator[Line]:
    for n in range(12):
        names = ["곳"] if n % 2 else ["날짜", "시간"]
        described = {
            "name": "find",
            "parameters": {"type": "object", "properties": {name: {"type": "string"} for name in names}},
        }
        call = {
            "id": f"c{n}",
            "type": "function",
            "function": {"name": "find", "arguments": json.dumps({names[0]: f"값{n}"})},
        }
        yield {
            "messages": [
                turn("user", f"{n}번은 어떤가요?"),
                {"role": "assistant", "content": None, "tool_calls": [call]},
                turn("tool", f"결과 {n}", tool_call_id=f"c{n}"),
                turn("assistant", sentence(n, 5)),
            ],
            "tools": [{"type": "function", "function": described}],
        }


def preferences() -> Iterator[Line]:
    for n in range(20):
        yield {
            "input": {"messages": [turn("system", "사실대로 답하세요."), turn("user", f"{n}번 질문은?")]},
            "preferred_output": [turn("assistant", sentence(n, 5 + 40 * n))],
            "non_preferred_output": [turn("assistant", f"나쁜 답 {n}입니다.")],
        }


MADE = {
    "several turns": ("chat", several_turns),
    "weight 0": ("chat", weights),
    "long answers": ("chat", long_answers),
    "tools": ("chat", tools),
    "preferences": ("preference", preferences),
}


def save(out: Path, writer: str, lines: Sequence[Line]) -> Path:
    out.mkdir(parents=True)
    files = []
    for split, own in (("train", lines[:-4]), ("validation", lines[-4:])):
        data = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in own)
        (out / f"{split}.jsonl").write_bytes(data)
        files.append({"name": f"{split}.jsonl", "rows": len(own), "sha256": hashlib.sha256(data).hexdigest()})
    manifest = {"target": {"writer": writer}, "asking": {}, "files": files}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return out


def wanted(line: Line, ending: str) -> tuple[list[str], list[str]]:
    """Answers to be learnt and texts not to be, of a handed line's source."""
    if "completion" in line:
        return [line["completion"].removesuffix(ending).strip()], []
    if "messages" not in line:
        chosen, worse = line["preferred_output"][0]["content"], line["non_preferred_output"][0]["content"]
        return [chosen, worse], [m["content"] for m in line["input"]["messages"]]
    answers = [m for m in line["messages"] if m["role"] == "assistant" and m.get("content")]
    learnt = [m["content"] for m in answers if m.get("weight", 1)]
    others = [m["content"] for m in line["messages"] if m["role"] != "assistant"]
    return learnt, others + [m["content"] for m in answers if not m.get("weight", 1)]


def judge(python: str, trainer: str, folder: Path, model: Path, environment: Mapping[str, str]) -> dict[str, list[Any]]:
    command = [python, str(JUDGES), trainer, str(folder), str(model)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}, cwd=folder
    )
    if done.returncode:
        raise SystemExit(f"{trainer} failed on {folder}:\n{done.stderr[-3000:]}")
    return {} if trainer == "model" else dict(json.loads(done.stdout.splitlines()[-1]))


def compare(out: Path, found: Mapping[str, list[Any]], *, masks: bool) -> tuple[int, int, int]:
    """Answers learnt whole of how many, and learnt texts that should not be."""
    whole = all_answers = wrong = 0
    (ending,) = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["asking"].get("stop", [""])
    for split in ("train", "validation"):
        said = ["\n".join(each) if isinstance(each, list) else each for each in found.get(split, [])]
        everything = "\n".join(said)
        for text in (out / f"{split}.jsonl").open(encoding="utf-8-sig"):
            learnt, others = wanted(json.loads(text), ending)
            all_answers += len(learnt)
            whole += sum(answer in everything for answer in learnt)
            # A question of a few signs may be part of an answer to another one.
            wrong += sum(masks and len(other) > 8 and other in everything and other not in learnt for other in others)
    return whole, all_answers, wrong


def run(name: str, out: Path, trainer: str, python: str, environment: Mapping[str, str], temporary: Path) -> None:
    place = temporary / trainer / name.replace(" ", "_")
    try:
        made = hand_off(out, make_plugin("handoff", trainer, Exporter, {}), place)
    except ConfigError as error:
        print(f"{trainer:14}{name:16}not handed over: {error}", flush=True)
        return
    model = temporary / "model"
    if not model.exists():
        judge(python, "model", temporary, model, {})
    found = judge(python, trainer, made.folder, model, environment)
    written = {file.split: file.examples for file in made.files}
    counted = {split: len(lines) for split, lines in found.items()}
    whole, answers, wrong = compare(out, found, masks=trainer != "hugging_face")
    verdict = "ok" if written == counted and whole == answers and not wrong and not made.lost else "NOT OK"
    print(
        f"{trainer:14}{name:16}written {written} found {counted} left out {made.lost} length {made.survey.length} "
        f"whole {whole}/{answers} wrong {wrong}  {verdict}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="*", type=Path)
    for option in ("--trl", "--llama-factory", "--axolotl"):
        parser.add_argument(option, default="", help="the Python of its environment")
    parser.add_argument("--unsloth", default="", help="the folder of the unpacked package unsloth_zoo")
    parser.add_argument("--only", default="", help="part of the names of trainer and data set")
    chosen = parser.parse_args()
    pythons = {
        "hugging_face": chosen.trl or chosen.llama_factory or chosen.axolotl,
        "trl": chosen.trl,
        "llama_factory": chosen.llama_factory,
        "axolotl": chosen.axolotl,
        "unsloth": chosen.trl if chosen.unsloth else "",
    }
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder)
        sets = {name: save(temporary / "made" / name, writer, list(make())) for name, (writer, make) in MADE.items()}
        sets |= {out.name: out for out in chosen.out}
        (temporary / "texts").mkdir()
        for number, out in enumerate(sets.values()):
            (temporary / "texts" / f"{number}.jsonl").write_bytes((out / "train.jsonl").read_bytes())
        for trainer, python in pythons.items():
            for name, out in sets.items():
                if python and chosen.only in f"{trainer} {name}":
                    run(name, out, trainer, python, {"UNSLOTH_ZOO": chosen.unsloth}, temporary)


if __name__ == "__main__":
    main()
