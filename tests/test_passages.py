"""Passages: whole sentences, within their limits, nothing lost in silence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from corpus_to_ft.analyzers.base import Analysis, Analyzer, Token
from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.markup.page_text import PageText
from corpus_to_ft.passages import PassageSettings, analyze_document, cut_passages, passage_limit
from corpus_to_ft.records import BlockKind, Document, Note, Passage, Rejected, Span
from corpus_to_ft.tokens import count_tokens

ENCODING = "o200k_base"
PLENTY = 100_000


class PeriodAnalyzer(Analyzer):
    """Sentences end at full stops; words are tokens, and a word in 고 or 며 ends a clause."""

    def analyze_all(self, texts: Sequence[str]) -> list[Analysis]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Analysis:
        sentences = [m for m in re.finditer(r"\S[^.!?]*(?:[.!?]+|$)", text) if m.group().strip()]
        spans = tuple(Span(start=m.start(), end=m.start() + len(m.group().rstrip())) for m in sentences)
        words = re.finditer(r"\S+", text)
        tokens = tuple(
            Token(m.group(), "EC" if m.group().endswith(("고", "며")) else "NNG", m.start(), m.end()) for m in words
        )
        return Analysis(text=text, sentences=spans, tokens=tokens)


def page(*blocks: tuple[BlockKind, str, int]) -> Document:
    text = PageText()
    for kind, content, level in blocks:
        text.add(kind, content, level)
    return Document.make(source="글.md", text=text.text, blocks=text.blocks)


def plain(text: str) -> Document:
    return page(("paragraph", text, 0))


def cut(document: Document, limits: PassageSettings | None = None) -> list[Passage | Rejected | Note]:
    analysis = analyze_document(document, PeriodAnalyzer())
    return cut_passages(document, analysis, limits or PassageSettings(), encoding=ENCODING, target_tokens=PLENTY)


def kept(found: Sequence[Passage | Rejected | Note]) -> list[Passage]:
    return [item for item in found if isinstance(item, Passage)]


def reasons(found: Sequence[Passage | Rejected | Note]) -> list[str]:
    return [item.reason for item in found if isinstance(item, Rejected)]


def notes(found: Sequence[Passage | Rejected | Note]) -> list[str]:
    return [item.reason for item in found if isinstance(item, Note)]


def assert_sound(document: Document, found: Sequence[Passage | Rejected | Note], limit: int) -> None:
    """Ordered, disjoint, verbatim, within the limit; every visible character kept, or a Rejected says why not."""
    end = 0
    outside = []
    for passage in kept(found):
        assert end <= passage.start < passage.end
        assert passage.text == document.text[passage.start : passage.end]
        assert count_tokens(passage.text, ENCODING) <= limit
        for block in passage.blocks:
            assert 0 <= block.start < block.end <= len(passage.text)
        outside.append(document.text[end : passage.start])
        end = passage.end
    outside.append(document.text[end:])
    if not reasons(found):
        assert not "".join(outside).strip()


def test_a_short_document_is_one_passage() -> None:
    document = plain("카프카를 도입했습니다. 지연이 줄었습니다.")
    found = cut(document)
    assert [passage.text for passage in kept(found)] == [document.text]
    assert len(found) == 1


@pytest.mark.parametrize("text", ["", " \n\n "])
def test_an_empty_document_has_no_passages(text: str) -> None:
    assert cut(Document.make(source="빈.md", text=text)) == []


def test_a_document_without_blocks_is_cut_as_one_paragraph() -> None:
    document = Document.make(source="글.txt", text="첫 문장입니다. 둘째 문장입니다.")
    assert kept(cut(document))[0].text == document.text


def test_three_to_five_sentences_a_passage_can_be_asked_for() -> None:
    document = plain(" ".join(f"{n}번째 문장을 적었습니다." for n in range(1, 24)))
    found = cut(document, PassageSettings(min_sentences=3, max_sentences=5))
    assert reasons(found) == []
    assert all(3 <= passage.text.count(".") <= 5 for passage in kept(found))
    assert sum(passage.text.count(".") for passage in kept(found)) == 23


def test_too_few_sentences_are_rejected_where_a_minimum_is_asked_for() -> None:
    assert reasons(cut(plain("한 문장뿐입니다."), PassageSettings(min_sentences=3))) == ["passage_too_short"]
    assert reasons(cut(plain("한 문장뿐입니다."), PassageSettings(min_tokens=100))) == ["passage_too_short"]


def test_sections_become_passages_and_carry_the_path_of_their_headings() -> None:
    body = " ".join(["설정 파일에 값을 적고 서버를 다시 시작했습니다."] * 8)
    document = page(
        ("heading", "안내", 1), ("heading", "설치", 2), ("paragraph", body, 0),
        ("heading", "운영", 2), ("paragraph", body, 0),
    )  # fmt: skip
    first, second = kept(cut(document, PassageSettings(max_tokens=200)))
    assert first.headings == ("안내", "설치")
    assert first.text.startswith("안내\n\n설치\n\n설정")
    assert second.headings == ("안내", "운영")
    assert second.text.startswith("운영\n\n")
    assert [block.kind for block in second.blocks] == ["heading", "paragraph"]


def test_short_sections_under_one_parent_are_joined() -> None:
    document = page(
        ("heading", "용어", 1),
        ("heading", "토픽", 2), ("paragraph", "메시지를 담는 이름입니다.", 0),
        ("heading", "파티션", 2), ("paragraph", "토픽을 나눈 것입니다.", 0),
    )  # fmt: skip
    (passage,) = kept(cut(document, PassageSettings(max_tokens=300)))
    assert passage.headings == ("용어",)


def test_no_passage_ends_in_a_heading_that_something_follows() -> None:
    document = page(*(block for n in range(30) for block in (
        ("heading", f"{n}장", 2), ("paragraph", "내용이 이어지는 문장을 적었습니다. " * (n % 5 + 1), 0),
    )))  # fmt: skip
    found = cut(document, PassageSettings(max_tokens=90))
    assert all(passage.blocks[-1].kind == "paragraph" for passage in kept(found))
    assert_sound(document, found, 90)


def test_a_last_heading_joins_the_passage_before_it() -> None:
    document = page(("paragraph", "내용을 적었습니다.", 0), ("heading", "맺음", 2))
    (passage,) = kept(cut(document))
    assert passage.text.endswith("맺음")


def test_headings_alone_are_rejected() -> None:
    assert reasons(cut(page(("heading", "제목", 1), ("heading", "소제목", 2)))) == ["heading_only"]


def test_code_stays_with_its_prose_and_gives_no_sentences() -> None:
    document = page(
        ("paragraph", "다음과 같이 실행합니다:", 0),
        ("code", "docker run a.b.c\necho done.", 0),
        ("paragraph", "결과를 확인했습니다.", 0),
    )
    analysis = analyze_document(document, PeriodAnalyzer())
    assert [span.of(document.text) for span in analysis.sentences] == [
        "다음과 같이 실행합니다:",
        "결과를 확인했습니다.",
    ]
    assert all("docker" not in token.form for token in analysis.tokens)
    (passage,) = kept(cut(document))
    assert "docker run" in passage.text


def test_code_longer_than_a_passage_is_left_out_with_a_reason() -> None:
    document = page(("paragraph", "앞 글입니다.", 0), ("code", "x = 1\n" * 500, 0), ("paragraph", "뒤 글입니다.", 0))
    found = cut(document, PassageSettings(max_tokens=100))
    assert [passage.text for passage in kept(found)] == ["앞 글입니다.", "뒤 글입니다."]
    assert reasons(found) == ["code_too_long"]


def test_a_sentence_longer_than_a_passage_is_cut_after_clauses_and_it_is_said() -> None:
    document = plain("서버를 늘리고 큐를 나누고 지연을 재며 " * 60 + "끝냈습니다.")
    found = cut(document, PassageSettings(max_tokens=120))
    assert (reasons(found), notes(found)) == ([], ["sentence_cut"])
    assert len(kept(found)) > 3
    assert all(passage.text.endswith(("고", "며", ".")) for passage in kept(found))
    assert_sound(document, found, 120)


def test_a_sentence_that_cannot_be_cut_is_rejected_and_its_neighbours_stay() -> None:
    document = plain("앞 문장입니다. " + "가나다라" * 900 + ". 뒤 문장입니다.")
    found = cut(document, PassageSettings(max_tokens=100))
    assert reasons(found) == ["sentence_too_long"]
    assert [passage.text for passage in kept(found)] == ["앞 문장입니다.", "뒤 문장입니다."]


def test_one_paragraph_of_twenty_thousand_characters_is_cut_evenly() -> None:
    document = plain("주문이 몰리는 저녁에 대기열이 길어져서 소비자를 두 배로 늘렸습니다. " * 530)
    found = cut(document)
    sizes = [count_tokens(passage.text, ENCODING) for passage in kept(found)]
    assert reasons(found) == []
    assert min(sizes) > 0.5 * max(sizes)
    assert_sound(document, found, passage_limit(PassageSettings(), ENCODING, PLENTY))


def test_a_long_text_without_any_punctuation_is_cut_at_spaces() -> None:
    document = plain("주문 대기열 소비자 지연 " * 1500)
    found = cut(document, PassageSettings(max_tokens=200))
    assert (reasons(found), notes(found)) == ([], ["sentence_cut"])
    assert_sound(document, found, 200)


def test_the_legacy_target_gets_shorter_passages_than_a_chat_target() -> None:
    assert passage_limit(PassageSettings(), "r50k_base", 2049) < 0.6 * 2049
    assert 450 <= passage_limit(PassageSettings(), "o200k_base", 128_000) / 0.55 <= 900
    assert passage_limit(PassageSettings(max_tokens=9000), "r50k_base", 2049) == 2049


def test_what_an_analyzer_leaves_between_sentences_is_kept() -> None:
    class Forgetful(PeriodAnalyzer):
        def _one(self, text: str) -> Analysis:
            whole = super()._one(text)
            return Analysis(text=text, sentences=whole.sentences[1::2], tokens=whole.tokens)

    document = plain("하나입니다. 둘입니다. 셋입니다. 넷입니다. 🙂")
    found = analyze_document(document, Forgetful())
    assert "".join(span.of(document.text) for span in found.sentences).replace(" ", "") == document.text.replace(
        " ", ""
    )


def test_an_analysis_is_cut_to_a_passage() -> None:
    document = plain("첫 문장을 적고 나눕니다. " * 40)
    analysis = analyze_document(document, PeriodAnalyzer())
    limits = PassageSettings(max_tokens=60)
    for passage in kept(cut_passages(document, analysis, limits, encoding=ENCODING, target_tokens=PLENTY)):
        own = analysis.cut(passage.start, passage.end)
        assert own.text == passage.text
        assert all(span.of(own.text).startswith("첫 문장") for span in own.sentences)


def test_the_longest_real_post_is_cut_for_the_legacy_target(shared_data: Path) -> None:
    longest = max((shared_data / "blogs" / "dable-tech" / "md").glob("*.md"), key=lambda path: path.stat().st_size)
    text = unicodedata.normalize("NFC", longest.read_text(encoding="utf-8").replace("\r\n", "\n"))
    document = Document.make(source=longest.name, text=text)
    analysis = analyze_document(document, KiwiAnalyzer())
    found = cut_passages(document, analysis, PassageSettings(), encoding="r50k_base", target_tokens=2049)
    limit = passage_limit(PassageSettings(), "r50k_base", 2049)
    assert len(kept(found)) > 30
    assert max(count_tokens(passage.text, "r50k_base") for passage in kept(found)) <= limit
    assert_sound(document, found, limit)


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValidationError):
        PassageSettings(max_chars=3)  # type: ignore[call-arg]


WORDS = st.sampled_from(
    ["카프카", "서버를", "줄이고", "Node.js", "3.5.1", "🙂", "👩‍👩‍👧", "한국어", "끝.", "정말?", "했다.", "①", "﷽",
     "가" * 80, unicodedata.normalize("NFD", "자모"), "12345678901234567890123", "\u200b", "a,b;", "…"]
)  # fmt: skip
KINDS = st.sampled_from(["heading", "paragraph", "paragraph", "list_item", "code", "table_row", "quote"])

BLOCKS = st.tuples(KINDS, st.lists(WORDS, min_size=1, max_size=40).map(" ".join), st.integers(1, 3))


@given(
    blocks=st.lists(BLOCKS, max_size=12),
    max_tokens=st.integers(5, 120),
    max_sentences=st.integers(0, 5),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_document_gives_sound_passages(
    blocks: list[tuple[BlockKind, str, int]], max_tokens: int, max_sentences: int
) -> None:
    document = page(*blocks)
    analysis = analyze_document(document, PeriodAnalyzer())
    limits = PassageSettings(max_tokens=max_tokens, max_sentences=max_sentences)
    found = cut_passages(document, analysis, limits, encoding=ENCODING, target_tokens=PLENTY)
    assert found == cut(document, limits)
    assert_sound(document, found, max_tokens)
    prose = [b for b in document.blocks if b.kind not in ("heading", "code")]
    for passage in kept(found):
        held = [s for s in analysis.sentences if s.start < passage.end and s.end > passage.start]
        held = [s for s in held if any(b.start <= s.start < b.end for b in prose)]
        assert not max_sentences or len(held) <= max_sentences
    if "sentence_cut" not in notes(found):
        spans = [(passage.start, passage.end) for passage in kept(found)]
        for sentence in analysis.sentences:
            inside = [1 for start, end in spans if start < sentence.end and sentence.start < end]
            assert len(inside) <= 1
