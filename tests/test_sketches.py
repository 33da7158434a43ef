"""Sketches find what exact comparison finds, in a fraction of the memory."""

from __future__ import annotations

import random

import pytest

from corpus_to_ft import sketches
from corpus_to_ft.similar import jaccard, trigrams
from corpus_to_ft.sketches import AlikeTexts, Sketches

SYLLABLES = [chr(code) for code in range(0xAC00, 0xAC00 + 900)]


def texts(count: int, length: int, seed: int = 7) -> list[str]:
    drawn = random.Random(seed)
    return ["".join(drawn.choices(SYLLABLES, k=length)) for _ in range(count)]


def changed(text: str, share: float, seed: int = 1) -> str:
    drawn = random.Random(seed)
    return "".join(drawn.choice(SYLLABLES) if drawn.random() < share else letter for letter in text)


def of(many: list[str]) -> Sketches:
    made = Sketches()
    for text in many:
        made.add(text)
    return made


@pytest.mark.parametrize("length", [40, 150, 2_000])
def test_likeness_is_near_the_exact_one(length: int) -> None:
    for number, text in enumerate(texts(30, length)):
        other = changed(text, 0.05, seed=number)
        exact = jaccard(trigrams(text), trigrams(other))
        found = [pair.likeness for pair in of([text, other]).pairs(0.5)]
        assert not found or abs(found[0] - exact) < 0.2
        assert found or exact < 0.75


def test_every_reworded_text_is_found_and_no_other() -> None:
    originals = texts(400, 120)
    copies = [changed(text, 0.02, seed=number) for number, text in enumerate(originals)]
    pairs = {(pair.first, pair.second) for pair in of([*originals, *copies]).pairs(0.6)}
    alike = {(n, n + 400) for n in range(400) if jaccard(trigrams(originals[n]), trigrams(copies[n])) >= 0.7}
    assert alike <= pairs
    assert all(second - first == 400 for first, second in pairs)


def test_a_thousand_equal_texts_are_joined_by_the_first() -> None:
    pairs = {(pair.first, pair.second) for pair in of(["같은 글이 되풀이된다."] * 1_000).pairs(0.9)}
    assert {second for first, second in pairs if first == 0} == set(range(1, 1_000))


def test_nothing_short_and_empty_texts() -> None:
    assert list(of([]).pairs(0.5)) == []
    assert list(of(["하나"]).pairs(0.5)) == []
    assert {(pair.first, pair.second) for pair in of(["", "", "가"]).pairs(0.9)} == {(0, 1)}


def test_few_texts_are_compared_exactly_and_many_by_sketches(monkeypatch: pytest.MonkeyPatch) -> None:
    many = texts(20, 200)
    few, more = AlikeTexts(), AlikeTexts()
    for text in many:
        few.add(text)
    few.add(changed(many[3], 0.01))
    assert [(pair.first, pair.second) for pair in few.pairs(0.4)] == [(3, 20)]
    assert few.searched_from(0.4) == 0.4
    monkeypatch.setattr(sketches, "MOST_EXACT", 10)
    for text in [*many, changed(many[3], 0.01)]:
        more.add(text)
    assert {(pair.first, pair.second) for pair in more.pairs(0.4)} == {(3, 20)}
    assert more.searched_from(0.4) == sketches.LEAST_THRESHOLD
