"""Every sentence for people exists in Korean, with the same blanks to fill."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus_to_ft import language
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.records import Document, Rejected
from corpus_to_ft.store.codec import decode, encode

PACKAGE = Path(language.__file__).parent
KOREAN = tomllib.loads((PACKAGE / "locale" / "ko.toml").read_text(encoding="utf-8"))
BLANK = re.compile(r"\{(\w+)[^{}]*\}")


# `contradiction` and `phrases` hand on what they are given.
SAYING = {"tr", "Sentence", "contradiction", "phrases", "Injection"}
# Blanks and punctuation alone say nothing.
WORDS = re.compile(r"[A-Za-z]{2}")


def texts_of(tree: ast.AST) -> dict[str, str]:
    """What each name of a module is given, where that is a text."""
    given = {}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        ):
            given[f"{node.targets[0].id}:{node.lineno}"] = str(node.value.value)
    return given


def has_our_sentence(tree: ast.AST) -> bool:
    """Whether `Sentence` is the one of `language` here, and not a sentence of a document."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(
        node.module == "corpus_to_ft.language" and any(a.name == "Sentence" for a in node.names) for node in imports
    )


def said() -> set[str]:
    """Every sentence in the code: what `tr` and `Sentence` are given, by itself or by the name set just before."""
    found, unknown = set(), []
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        given = texts_of(tree)
        saying = SAYING if has_our_sentence(tree) else SAYING - {"Sentence"}
        for node in ast.walk(tree):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in saying
            if not called or not node.args:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant):
                found.add(str(first.value))
            elif isinstance(first, ast.Name) and node.func.id == "Sentence":
                lines = [int(key.split(":")[1]) for key in given if key.split(":")[0] == first.id]
                before = [line for line in lines if line <= node.lineno]
                if before:
                    found.add(given[f"{first.id}:{max(before)}"])
                else:
                    unknown.append(f"{path.name}:{node.lineno}")
            elif node.func.id == "Sentence":
                unknown.append(f"{path.name}:{node.lineno}")
    assert not [place for place in unknown if place.split(":")[0] not in PASSES_ON], unknown
    return {text for text in found if WORDS.search(BLANK.sub("", text))}


# These build a Sentence of a template that stands elsewhere as one, or of a reason, which has its own test.
PASSES_ON = {"language.py", "errors.py", "plugin.py", "codec.py", "__init__.py", "targets.py"}


def said_of_targets() -> set[str]:
    """What the table of targets says to people."""
    table = tomllib.loads((PACKAGE / "tune" / "targets.toml").read_text(encoding="utf-8"))
    texts = ((facts.get("title", ""), facts.get("served", ""), *facts.get("notes", ())) for facts in table.values())
    return {text for several in texts for text in several if text}


@pytest.mark.parametrize("english", sorted(said() | said_of_targets()))
def test_each_sentence_has_a_korean_one_with_the_same_blanks(english: str) -> None:
    assert english in KOREAN
    assert set(BLANK.findall(english)) == set(BLANK.findall(KOREAN[english]))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"CORPUS_TO_FT_LANG": "en", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "C.UTF-8"}, "ko"),
        ({}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "ko"),
    ],
)
def test_korean_speaks_unless_the_locale_names_another_language(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("CORPUS_TO_FT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    language.language.cache_clear()
    assert language.language() == expected
    language.language.cache_clear()


@pytest.fixture
def in_korean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CORPUS_TO_FT_LANG", "ko")
    language.language.cache_clear()
    yield
    language.language.cache_clear()


@pytest.mark.usefixtures("in_korean")
def test_a_sentence_is_english_where_it_is_kept_and_korean_where_it_is_shown() -> None:
    fault = Sentence(
        "not whole {encoding} (first bad byte at {start} of {size}) and no other known encoding",
        encoding="utf-8",
        start=3,
        size=9,
    )
    told = Sentence("{source}: {fault}; save it again as UTF-8 from an original", source="a{b}.txt", fault=fault)
    assert (
        told
        == "a{b}.txt: not whole utf-8 (first bad byte at 3 of 9) and no other known encoding; save it again as UTF-8 from an original"
    )
    assert json.loads(json.dumps(told)) == told
    shown = "a{b}.txt: 온전한 utf-8이 아니고(9바이트 가운데 3에서 처음 틀림) 아는 다른 인코딩도 아닙니다. 원본에서 UTF-8로 다시 저장하세요"
    assert language.tr(told) == shown
    assert language.tr(pickle.loads(pickle.dumps(told))) == language.tr(copy.deepcopy(told)) == shown
    assert language.tr(foreign("{text} of a server")) == "{text} of a server"


@pytest.mark.usefixtures("in_korean")
def test_a_sentence_in_a_stored_record_is_still_said_in_korean() -> None:
    told = Sentence("{source}: holds no text", source="글.txt")
    rejected = Rejected.make(item_id="1", source="글.txt", stage="ingest", reason="empty", detail=told)
    document = Document.make(source="글.txt", text="글", meta={"warnings": [told], "tags": ["가"]})
    back, read = decode(encode((rejected, document)))
    assert (back, read.id) == (rejected, document.id)
    assert language.tr(back.detail) == language.tr(read.meta["warnings"][0]) == "글.txt: 글이 없습니다"
    assert read.meta["tags"] == ["가"]
