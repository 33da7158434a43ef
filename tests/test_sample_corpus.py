"""The sample corpus through the whole line: floors of quality, the fate of every odd file, and every configuration."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from corpus_to_ft.dataset import Outcome
from corpus_to_ft.errors import ConfigError
from corpus_to_ft.pipeline import build_dataset
from corpus_to_ft.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_corpus"
GOLDEN = Path(__file__).parent / "golden" / "sample_corpus.jsonl"
# The one for a local model needs a model: test_llama_cpp runs it.
CONFIGS = [path for path in sorted((ROOT / "configs").glob("*.toml")) if path.stem != "local_model"]
REGENERATE = "CORPUS_TO_FT_REGENERATE"


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    out = tmp_path_factory.mktemp("sample") / "out"
    return build_dataset(load_settings(), [str(SAMPLE)], out, export=True), out


def test_every_odd_file_meets_its_fate(made: tuple[Outcome, Path]) -> None:
    outcome, out = made
    fell_out = [line for line in lines(out / "exports" / "rejected.jsonl") if line["stage"] == "ingest"]
    assert {str(line["source"]): line["reason"] for line in fell_out} == {
        "blog/2025-01-20-draft-pricing.md": "draft",
        "blog/2025-02-03-hiring.md": "draft",
        "notes/빈-파일.txt": "empty",
        "notes/손상된-원고.txt": "damaged",
        "notes/온실-사진.txt": "binary",
    }
    assert outcome.documents == 39
    assert any("포그" in warning for warning in outcome.warnings)


def test_most_passages_give_questions_and_every_answer_stands_in_its_document(made: tuple[Outcome, Path]) -> None:
    outcome, out = made
    texts = {line["source"]: str(line["text"]) for line in lines(out / "exports" / "documents.jsonl")}
    examples = lines(out / "exports" / "examples.jsonl")
    assert len(examples) >= 80
    assert len({line["source"] for line in examples}) >= 30
    for line in examples:
        messages, evidence = line["messages"], line["evidence"]
        assert isinstance(messages, list)
        assert isinstance(evidence, list)
        assert evidence[0]["text"] == texts[line["source"]][evidence[0]["start"] : evidence[-1]["end"]]
        assert messages[-2]["content"].endswith("?")
    assert outcome.examples == len(examples)


def test_a_post_and_its_near_duplicate_are_on_one_side(made: tuple[Outcome, Path]) -> None:
    _, out = made
    pair = {"blog/2024-05-30-ec-ph.md", "blog/2025-05-12-ec-ph-again.md"}
    examples = lines(out / "exports" / "examples.jsonl")
    assert len({line["split"] for line in examples if line["source"] in pair}) == 1
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["leakage"]["shared_documents"] == 0
    assert {
        "documents",
        "examples",
        "rejected",
        "calls",
        "cost",
        "tokens",
        "files",
        "settings",
        "versions",
        "inputs",
    } <= set(manifest)


def test_the_examples_are_the_golden_ones(made: tuple[Outcome, Path]) -> None:
    """Set the variable to write the golden file anew; the test fails meanwhile, so that nobody leaves it set."""
    _, out = made
    found = [
        {"source": line["source"], "messages": line["messages"]} for line in lines(out / "exports" / "examples.jsonl")
    ]
    if os.environ.get(REGENERATE):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in found), encoding="utf-8")
        pytest.fail(f"{GOLDEN.name} was written anew; look at the difference and unset {REGENERATE}")
    assert found == lines(GOLDEN)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.stem)
def test_every_configuration_runs_as_it_is(config: Path, tmp_path: Path) -> None:
    settings = load_settings(config)
    sources = [str(SAMPLE / "notes"), str(SAMPLE / "faq")]
    if settings.make_provider().billed:
        with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
            build_dataset(settings, sources, tmp_path / "out")
        return
    outcome = build_dataset(settings, sources, tmp_path / "out")
    assert outcome.examples > 10
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["tokens"]["longest"] <= settings.make_target().max_tokens
    assert set(manifest["examples_by_kind"]) == {choice.use for choice in settings.generate}
