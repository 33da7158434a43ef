"""No like pair is missed, and reworded Korean is told from different Korean."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from corpus_to_ft.similar import Clusters, jaccard, similar_pairs, similar_texts, trigrams


@given(st.lists(st.text(alphabet="가나다라 마", max_size=12), max_size=12), st.sampled_from([0.3, 0.5, 0.7, 1.0]))
def test_the_prefix_filter_finds_exactly_what_comparing_all_finds(texts: list[str], threshold: float) -> None:
    sets = [trigrams(text) for text in texts]
    found = {(pair.first, pair.second) for pair in similar_pairs(sets, threshold)}
    assert found == {(a, b) for a, b in combinations(range(len(sets)), 2) if jaccard(sets[a], sets[b]) >= threshold}


def test_spacing_case_and_decomposition_do_not_matter() -> None:
    assert jaccard(trigrams("Spring Boot 를 씁니다"), trigrams("spring boot를 씁니다")) == 1.0


def test_reworded_sentences_are_nearer_than_different_ones() -> None:
    said = trigrams("배송 경로를 자동으로 최적화하는 서비스를 출시했습니다.")
    reworded = trigrams("배송 경로를 자동으로 최적화하는 서비스가 출시되었습니다.")
    other = trigrams("사내 해커톤은 매주 금요일 오후에 진행합니다.")
    assert jaccard(said, reworded) > 0.39
    assert jaccard(said, other) < 0.25


def test_a_sample_of_a_long_text_estimates_the_whole() -> None:
    a = "".join(chr(0xAC00 + (number * 7919) % 11172) for number in range(20_000))
    b = a[:15_000] + a[:5_000][::-1]
    exact, sampled = jaccard(trigrams(a), trigrams(b)), jaccard(trigrams(a, keep_one_of=8), trigrams(b, keep_one_of=8))
    assert abs(exact - sampled) < 0.05


def test_empty_and_tiny_texts_have_a_set() -> None:
    assert len(trigrams("")) == 1
    assert len(trigrams("가")) == 1


def test_clusters_join_through_a_third() -> None:
    clusters = Clusters(4)
    clusters.join(2, 3)
    clusters.join(0, 3)
    assert [clusters.find(n) for n in range(4)] == [0, 1, 0, 0]


def test_long_texts_are_found_by_a_sample_and_measured_whole() -> None:
    texts = ["".join(chr(0xAC00 + (n * 811 + k * k * (n + 3)) % 11172) for k in range(2000)) for n in range(20)]
    texts.append(texts[4][:1900] + "끝만 다릅니다.")
    (pair,) = similar_texts(texts, 0.7)
    assert (pair.first, pair.second) == (4, 20)
    assert pair.likeness == jaccard(trigrams(texts[4]), trigrams(texts[20]))
