"""Every exporter, found by its folder, writes what its trainer takes, says how many, and loses no line in silence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus_to_ft.cli.handoff import print_handoff
from corpus_to_ft.errors import ConfigError, ExitCode
from corpus_to_ft.handoff.base import LENGTH_STEP, TEMPLATE_TOKENS, Exporter
from corpus_to_ft.handoff.stage import HANDOFF, HandedOff, hand_off
from corpus_to_ft.plugin import make_plugin, plugin_names
from corpus_to_ft.tokens import count_tokens

EXPORTERS = plugin_names("handoff")
TOOLS = [{"type": "function", "function": {"name": "날씨", "parameters": {"type": "object", "properties": {"곳": {}}}}}]
Line = Mapping[str, Any]


def turn(role: str, content: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def chat(*turns: Mapping[str, Any], **more: Any) -> Line:
    return {"messages": list(turns), **more}


def talk(number: int) -> Line:
    return chat(
        turn("system", "사실대로 답하세요."), turn("user", f"{number}번은?"), turn("assistant", f"{number}입니다.")
    )


def preference(number: int) -> Line:
    return {
        "input": {"messages": [turn("user", f"{number}번은?")]},
        "preferred_output": [turn("assistant", f"{number}입니다.")],
        "non_preferred_output": [turn("assistant", " 모릅니다. ")],
    }


def dataset(
    out: Path, train: Sequence[Line], validation: Sequence[Line] = (), writer: str = "chat", bom: bytes = b"",
    **asking: Any,
) -> Path:  # fmt: skip
    """A folder as `run` and `prepare -o` leave it."""
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for split, lines in (("train", train), ("validation", validation)):
        data = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
        data = bom + data if data else data
        (out / f"{split}.jsonl").write_bytes(data)
        files.append({"name": f"{split}.jsonl", "rows": len(lines), "sha256": hashlib.sha256(data).hexdigest()})
    manifest = {"target": {"writer": writer}, "asking": asking, "files": files}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return out


def handed(name: str, out: Path, **fields: Any) -> HandedOff:
    return hand_off(out, make_plugin("handoff", name, Exporter, fields), out / "handed")


def lines_of(made: HandedOff, split: str = "train") -> list[Any]:
    file = next(file for file in made.files if file.split == split)
    data = (made.folder / file.name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == file.sha256
    lines = [json.loads(line) for line in data.decode().splitlines()]
    assert len(lines) == file.examples
    return lines


def texts(value: object) -> list[str]:
    """All that is said, without roles."""
    if isinstance(value, Mapping):
        return [text for key, inner in value.items() if key != "role" for text in texts(inner)]
    return [text for inner in value for text in texts(inner)] if isinstance(value, list) else [str(value)]


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_line_arrives_whole_and_the_account_says_how_many(name: str, tmp_path: Path) -> None:
    out = dataset(tmp_path, [talk(n) for n in range(5)], [talk(9)])
    made = handed(name, out)
    assert [(file.split, file.examples) for file in made.files] == [("train", 5), ("validation", 1)]
    assert [texts(line) for line in lines_of(made)] == [
        ["사실대로 답하세요.", f"{n}번은?", f"{n}입니다."] for n in range(5)
    ]
    account = json.loads((made.folder / HANDOFF).read_text(encoding="utf-8"))
    assert (account["lines"], account["left_out"], account["length"]) == (6, 0, made.survey.length)
    assert not list(made.folder.rglob(".*"))


@pytest.mark.parametrize("name", EXPORTERS)
def test_the_same_data_gives_the_same_bytes_and_may_replace_them(name: str, tmp_path: Path) -> None:
    out = dataset(tmp_path, [talk(1)], [talk(2)])
    first = {path: path.read_bytes() for path in handed(name, out).folder.rglob("*") if path.is_file()}
    again = {path: path.read_bytes() for path in handed(name, out).folder.rglob("*") if path.is_file()}
    assert first == again
    dataset(tmp_path, [talk(1)])
    assert not list(handed(name, out).folder.rglob("valid*"))


@pytest.mark.parametrize("name", EXPORTERS)
def test_the_length_holds_the_longest_line_with_room_for_the_template(name: str, tmp_path: Path) -> None:
    long = "대한민국의 수도는 서울입니다. " * 400
    made = handed(name, dataset(tmp_path, [talk(1), chat(turn("user", "길게?"), turn("assistant", long))]))
    assert made.survey.length >= count_tokens(long, "cl100k_base") + TEMPLATE_TOKENS
    assert made.survey.length % LENGTH_STEP == 0
    if name != "hugging_face":
        told = "".join(path.read_text(encoding="utf-8") for path in made.folder.glob("*.[py][ya]*"))
        assert str(made.survey.length) in told


@pytest.mark.parametrize("name", EXPORTERS)
def test_an_answer_of_weight_0_is_never_learnt_and_the_others_are(name: str, tmp_path: Path) -> None:
    first, second, third = (turn("assistant", text, weight=w) for text, w in (("하나", 1), ("둘", 0), ("셋", 1)))
    asked = [turn("user", text) for text in ("일?", "이?", "삼?")]
    made = handed(name, dataset(tmp_path, [chat(asked[0], first, asked[1], second, asked[2], third)]))
    lines = lines_of(made)
    if name == "axolotl":
        (line,) = lines
        assert [turn["content"] for turn in line["messages"] if turn["train"]] == ["하나", "셋"]
        config = yaml.safe_load((made.folder / "axolotl.yaml").read_text(encoding="utf-8"))
        assert config["datasets"][0]["message_field_training"] == "train"
        return
    assert [texts(line)[-1] for line in lines] == ["하나", "셋"]
    assert "weight" not in json.dumps(lines)
    if name == "llama_factory":
        assert yaml.safe_load((made.folder / "run.yaml").read_text(encoding="utf-8"))["mask_history"] is True
    if name == "unsloth":
        assert "LAST_ANSWER_ONLY = True" in (made.folder / "train.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXPORTERS)
def test_preferences_become_preferences(name: str, tmp_path: Path) -> None:
    made = handed(name, dataset(tmp_path, [preference(n) for n in range(3)], writer="preference"))
    for number, line in enumerate(lines_of(made)):
        chosen, rejected = (
            [line[key]] if isinstance(line[key], Mapping) else line[key] for key in ("chosen", "rejected")
        )
        assert (chosen[0]["content"], rejected[0]["content"].strip()) == (f"{number}입니다.", "모릅니다.")
        assert texts(line.get("prompt") or line["messages"]) == [f"{number}번은?"]
    assert ("dpo" in made.command) == (name == "trl")


@pytest.mark.parametrize("name", EXPORTERS)
def test_tools_are_texts_so_that_no_loader_mixes_their_parameters(name: str, tmp_path: Path) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "날씨", "arguments": '{"곳": "부산"}'}}
    called = chat(
        turn("user", "부산은?"), {"role": "assistant", "content": None, "tool_calls": [call]},
        turn("tool", "맑음", tool_call_id="1"), turn("assistant", "맑습니다."), tools=TOOLS,
    )  # fmt: skip
    made = handed(name, dataset(tmp_path, [called, talk(1)]))
    lines = lines_of(made)
    with_tools = [line for line in lines if line["tools"]]
    assert all(json.loads(line["tools"]) == TOOLS for line in with_tools)
    assert len(with_tools) == len(lines) - 1
    assert "부산" in json.dumps(with_tools, ensure_ascii=False)


@pytest.mark.parametrize(
    ("writer", "line", "asked", "answered"),
    [
        ("prompt_completion", {"prompt": "질문: 언제? ->", "completion": " 지금. END"}, "질문: 언제?", "지금."),
        (
            "alpaca",
            {"instruction": "글을 쓰세요.", "input": "봄", "output": "봄입니다."},
            "글을 쓰세요.\n봄",
            "봄입니다.",
        ),
        (
            "sharegpt",
            {"conversations": [{"from": "human", "value": "언제?"}, {"from": "gpt", "value": "지금."}]},
            "언제?",
            "지금.",
        ),
    ],
)
def test_other_formats_are_read_as_conversations(
    writer: str, line: Line, asked: str, answered: str, tmp_path: Path
) -> None:
    out = dataset(tmp_path, [line], writer=writer, separator=" ->", stop=[" END"])
    assert texts(lines_of(handed("trl", out))) == [asked, answered]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    made = handed("trl", dataset(tmp_path, [talk(1), talk(2)], bom=b"\xef\xbb\xbf"))
    assert (made.lost, len(lines_of(made))) == (0, 2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (chat(turn("user", "하나?"), turn("user", "둘?"), turn("assistant", "셋.")), "turns"),
        (chat(turn("assistant", "먼저."), turn("user", "둘?"), turn("assistant", "셋.")), "turns"),
        (chat(turn("user", "하나?"), turn("system", "늦게."), turn("assistant", "셋.")), "system_later"),
        (chat(turn("user", "하나?")), "no_answer"),
        (chat(turn("user", "하나?"), turn("assistant", "둘.", weight=0)), "nothing_learned"),
        (chat(turn("user", "하나?"), turn("assistant", " ")), "empty"),
        (chat(turn("moderator", "하나?"), turn("assistant", "둘.")), "role"),
        (chat(turn("user", [{"type": "image_url"}]), turn("assistant", "둘.")), "picture"),  # type: ignore[arg-type]
        ({"prompt": "하나?", "completion": "둘."}, "no_messages"),
    ],
)
def test_what_the_trainer_would_skip_is_left_out_with_its_line_and_reason(
    line: Line, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = handed("llama_factory", dataset(tmp_path / "하나", [talk(1), line, talk(2)]))
    assert (made.files[0].examples, made.lost) == (2, 1)
    assert [(each.file, each.line, each.reason) for each in made.left_out] == [("train.jsonl", 2, reason)]
    code = print_handoff(made.folder.parent, trainer="hugging_face", folder=tmp_path / "둘", overrides=[], as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert code == (ExitCode.TOO_MANY_REJECTED if told["left_out"] else ExitCode.DONE)
    assert told["files"][0]["examples"] + told["left_out"] == 3


def test_axolotl_prepares_anew_when_the_data_is_another(tmp_path: Path) -> None:
    folders = []
    for lines in ([talk(1)], [talk(1)], [talk(2)]):
        made = handed("axolotl", dataset(tmp_path, lines))
        config = yaml.safe_load((made.folder / "axolotl.yaml").read_text(encoding="utf-8"))
        folders.append(config["dataset_prepared_path"])
    assert folders[0] == folders[1] != folders[2]


def test_llama_factory_gets_every_tag_in_ascii(tmp_path: Path) -> None:
    made = handed("llama_factory", dataset(tmp_path, [talk(1)], [talk(2)]), template="qwen3")
    described = json.loads((made.folder / "dataset_info.json").read_bytes().decode("ascii"))
    for name, file in (("corpus_train", "train.jsonl"), ("corpus_valid", "valid.jsonl")):
        assert described[name]["file_name"] == file
        assert (described[name]["formatting"], described[name]["columns"]) == ("sharegpt", {"messages": "messages"})
        assert len(described[name]["tags"]) == 7
    config = yaml.safe_load((made.folder / "run.yaml").read_text(encoding="utf-8"))
    assert (config["cutoff_len"], config["template"]) == (made.survey.length, "qwen3")
    assert isinstance(config["learning_rate"], float)


def test_the_script_for_unsloth_is_python_and_quotes_what_it_is_given(tmp_path: Path) -> None:
    for number, (line, writer) in enumerate(((talk(1), "chat"), (preference(1), "preference"))):
        made = handed("unsloth", dataset(tmp_path / str(number), [line], writer=writer), model='x"\nimport os #')
        script = (made.folder / "train.py").read_text(encoding="utf-8")
        compile(script, "train.py", "exec")
        assert "EXPECTED = {'train.jsonl': 1}" in script
        assert "\nimport os" not in script


def test_a_file_changed_since_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    out = dataset(tmp_path, [talk(1)])
    with (out / "train.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(talk(2)) + "\n")
    with pytest.raises(ConfigError, match=r"train\.jsonl was changed"):
        handed("trl", out)
    assert not (out / "handed").exists()


def test_a_folder_with_files_of_others_is_not_touched(tmp_path: Path) -> None:
    out = dataset(tmp_path, [talk(1)])
    (out / "handed").mkdir()
    (out / "handed" / "run.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="other files"):
        handed("llama_factory", out)
    assert (out / "handed" / "run.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"target": 3}', '{"target": {"writer": "chat"}, "asking": {}, "files": [{"name": "../x", "sha256": ""}]}'])  # fmt: skip
def test_a_folder_without_a_whole_manifest_is_told(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no finished data set"):
        handed("trl", tmp_path)
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="no manifest of a data set"):
        handed("trl", tmp_path)


def test_a_format_without_conversations_and_a_file_without_a_line_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"hold no conversations .* there are: chat"):
        handed("trl", dataset(tmp_path, [{"text": "글"}], writer="text"))
    with pytest.raises(ConfigError, match="holds no example"):
        handed("trl", dataset(tmp_path, []))
    with pytest.raises(ConfigError, match=r"none of the 1 lines .* train\.jsonl line 1: question or answer is empty"):
        handed("trl", dataset(tmp_path, [{"prompt": "", "completion": ""}], writer="prompt_completion"))
    assert not (tmp_path / "handed").exists()


@pytest.mark.parametrize("name", ["두 말 '따옴표'", "-dash"])
def test_the_next_command_can_be_typed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import shlex

    monkeypatch.chdir(tmp_path)
    dataset(Path("out"), [talk(1), talk(2)])
    print_handoff(Path("out"), trainer="trl", folder=Path(name), overrides=[], as_json=False)
    said = capsys.readouterr().out.splitlines()[-1]
    words = shlex.split(said[said.index("cd ") :])
    assert words[:3] == ["cd", f"./{name}" if name.startswith("-") else name, "&&"]


@pytest.mark.parametrize(
    "left", [[".train.jsonl.part", "data/.train.jsonl.part"], ["train.jsonl", ".handoff.json.part"]]
)
def test_what_a_killed_hand_off_left_is_no_file_of_others(left: Sequence[str], tmp_path: Path) -> None:
    out, folder = dataset(tmp_path / "out", [talk(1), talk(2)]), tmp_path / "handed"
    for name in left:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{", encoding="utf-8")
    exporter = make_plugin("handoff", "axolotl", Exporter)
    assert hand_off(out, exporter, folder).lines == 2
    assert hand_off(out, exporter, folder).lines == 2
