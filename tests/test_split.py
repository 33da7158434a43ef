"""No document, and no near-duplicate of one, stands on both sides of the split."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import document, example

from corpus_to_ft.records import Document, Example
from corpus_to_ft.split import Divided, SplitSettings, split_examples


def corpus(number: int, each: int = 5) -> tuple[list[Document], list[Example]]:
    texts = [
        "".join(chr(0xAC00 + (n * 31 + k * k * 17 + n * k * 7) % 11172) for k in range(120)) for n in range(number)
    ]
    documents = [document(text, source=f"{n}.md") for n, text in enumerate(texts)]
    examples = [
        example(f"질문 {d.text[k * 9 : k * 9 + 12]}?", d.text[k : k + 30], d) for d in documents for k in range(each)
    ]
    return documents, examples


def splits_of(divided: Divided, examples: list[Example]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in examples:
        found.setdefault(item.document_id, set()).add(divided.split_of[item.id])
    return found


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 40), st.integers(0, 5), st.sampled_from([0.05, 0.1, 0.3]), st.sampled_from([0.0, 0.1]))
def test_every_document_is_on_one_side_and_every_side_has_some(
    number: int, seed: int, validation: float, test: float
) -> None:
    documents, examples = corpus(number)
    divided = split_examples(documents, examples, SplitSettings(validation=validation, test=test, seed=seed))
    assert all(len(splits) == 1 for splits in splits_of(divided, examples).values())
    assert divided.proof.shared_documents == 0
    used = set(divided.split_of.values())
    assert "train" in used
    if number > 3:
        assert used >= ({"validation", "test"} if test else {"validation"})


def test_near_duplicate_documents_go_together_whatever_the_seed() -> None:
    documents, examples = corpus(12)
    copy = document(documents[0].text[:110] + "조금 고친 끝부분", source="다시.md")
    more = [example("다른 질문인가요?", copy.text[40:90], copy)]
    for seed in range(10):
        divided = split_examples([*documents, copy], [*examples, *more], SplitSettings(validation=0.3, seed=seed))
        assert {
            divided.split_of[e.id] for e in [*examples, *more] if e.document_id in (documents[0].id, copy.id)
        }.__len__() == 1


def test_the_seed_decides_and_nothing_else() -> None:
    documents, examples = corpus(20)
    first = split_examples(documents, examples, SplitSettings(seed=1))
    assert first == split_examples(documents, examples, SplitSettings(seed=1))
    assert any(
        first.split_of != split_examples(documents, examples, SplitSettings(seed=s)).split_of for s in range(2, 9)
    )


def test_shares_are_near_what_was_asked() -> None:
    documents, examples = corpus(100)
    divided = split_examples(documents, examples, SplitSettings(validation=0.2, test=0.1))
    counts = {
        name: list(divided.split_of.values()).count(name) / len(examples) for name in ("train", "validation", "test")
    }
    assert counts == pytest.approx({"train": 0.7, "validation": 0.2, "test": 0.1}, abs=0.02)


def test_shares_that_leave_nothing_to_train_are_refused() -> None:
    with pytest.raises(ValueError, match="below 1"):
        SplitSettings(validation=0.6, test=0.4)


def test_one_document_is_all_for_training() -> None:
    documents, examples = corpus(1)
    assert set(split_examples(documents, examples, SplitSettings()).split_of.values()) == {"train"}
