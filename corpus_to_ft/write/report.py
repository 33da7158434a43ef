"""The report for people: what came of the documents, what was lost, and ten examples to look at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from corpus_to_ft.language import korean
from corpus_to_ft.privacy.kinds import KIND_NAMES
from corpus_to_ft.records import Span
from corpus_to_ft.write.base import well_formed
from corpus_to_ft.write.manifest import RunFacts, Shown, Written

if TYPE_CHECKING:
    from jinja2 import Environment

HISTOGRAM_BARS = 24
# The limit is drawn where the longest line comes near it; beside short lines it would flatten all bars.
DRAW_LIMIT_UP_TO = 1.5
LISTED_INPUTS = 200
CLOUD_KEYWORDS = 60
# A passage around its evidence, which must be in sight without scrolling; longer ones are cut on both sides.
SHOWN_CHARS = 800
SHOWN_BEFORE_EVIDENCE = 150

# Controls would break the page or hide text; direction marks would turn what stands behind them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff]")
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line of a bar chart; `share` (0 to 1) is its length."""

    korean: str
    english: str
    count: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Lines by token count, in bars of equal width from 0 to `end`. `limit` is its place (0 to 1) or None."""

    heights: Sequence[float]
    counts: Sequence[int]
    width: int
    end: int
    limit: float | None


def render_html(facts: RunFacts, written: Written) -> str:
    return well_formed(environment().get_template("report.html.j2").render(_view(facts, written)))


def render_markdown(facts: RunFacts, written: Written) -> str:
    return well_formed(environment().get_template("report.md.j2").render(_view(facts, written)))


@cache
def environment() -> Environment:
    """Everything is escaped in HTML; in Markdown every foreign value goes through `md` or `fence`."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=PackageLoader("corpus_to_ft", "write/templates"),
        autoescape=select_autoescape(["html.j2"], default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        n=lambda value: f"{value:,}", pct=_percent, seen=seen, korean=korean, md=markdown_text, fence=fence
    )
    return made


def seen(text: str) -> str:
    """Characters that cannot be seen become a sign that can."""
    return _UNSEEN.sub("\ufffd", text.replace("\r\n", "\n"))


def markdown_text(text: object) -> str:
    """Foreign text inside a line or a table cell."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(seen(str(text)).split()))


def fence(text: str) -> str:
    """Foreign text in a code block that it cannot leave."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}text\n{seen(text)}\n{ticks}"


def settings_lines(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """A tree of settings as `a.b = value` lines."""
    for key, value in settings.items():
        if isinstance(value, Mapping) and value:
            yield from settings_lines(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", json.dumps(value, ensure_ascii=False, default=list)


def marked_pieces(shown: Shown) -> list[tuple[str, bool]]:
    """The passage in pieces, each with whether it is evidence; cut around the evidence where it is long."""
    passage = shown.passage
    if passage is None:
        return []
    inside = [
        Span(start=max(span.start - passage.start, 0), end=min(span.end - passage.start, len(passage.text)))
        for span in sorted(shown.example.evidence, key=lambda span: (span.start, span.end))
    ]
    spans = [span for span in inside if span.start < span.end]
    first = spans[0].start if spans else 0
    begin = (
        0
        if len(passage.text) <= SHOWN_CHARS
        else max(0, min(first - SHOWN_BEFORE_EVIDENCE, len(passage.text) - SHOWN_CHARS))
    )
    stop = min(len(passage.text), begin + SHOWN_CHARS)
    pieces, at = [("… " if begin else "", False)], begin
    for span in spans:
        start, end = max(span.start, at), min(span.end, stop)
        if start < end:
            pieces += [(passage.text[at:start], False), (passage.text[start:end], True)]
            at = end
    pieces += [(passage.text[at:stop], False), (" …" if stop < len(passage.text) else "", False)]
    return [(text, is_evidence) for text, is_evidence in pieces if text]


def rests_on_all(shown: Shown) -> bool:
    """Whether the whole passage is evidence; then marking it would only make it harder to read."""
    passage, evidence = shown.passage, shown.example.evidence
    return passage is not None and any(s.start <= passage.start and s.end >= passage.end for s in evidence)


def histogram(token_counts: Sequence[int], limit: int) -> Histogram:
    """`token_counts` ascend."""
    longest = token_counts[-1] if token_counts else 0
    draw_limit = limit <= longest * DRAW_LIMIT_UP_TO
    width = -(-max(longest + 1, limit if draw_limit else 1) // HISTOGRAM_BARS)
    counts = [0] * HISTOGRAM_BARS
    for tokens in token_counts:
        counts[tokens // width if tokens // width < HISTOGRAM_BARS else -1] += 1
    highest = max(counts) or 1
    end = width * HISTOGRAM_BARS
    return Histogram(
        heights=[count / highest for count in counts],
        counts=counts,
        width=width,
        end=end,
        limit=limit / end if draw_limit else None,
    )


def _view(facts: RunFacts, written: Written) -> dict[str, Any]:
    keywords = list(facts.keywords[:CLOUD_KEYWORDS])
    best = max((score for _, score in keywords), default=1.0) or 1.0
    return {
        "facts": facts,
        "written": written,
        "target": written.target,
        "funnel": _funnel(facts, written),
        "rejected": sorted(facts.rejected.items(), key=lambda entry: (-entry[1], entry[0])),
        "rejected_total": sum(facts.rejected.values()),
        "histogram": histogram(written.token_counts, written.target.max_tokens),
        "splits": [file.split for file in written.files],
        "keywords": [(text, score, 0.85 + 1.25 * (max(score, 0.0) / best) ** 0.7) for text, score in keywords],
        "shown": [(shown, marked_pieces(shown), rests_on_all(shown)) for shown in written.shown],
        "settings": list(settings_lines(facts.settings)),
        "inputs": facts.inputs[:LISTED_INPUTS],
        "inputs_left_out": max(0, len(facts.inputs) - LISTED_INPUTS),
        "asking": json.dumps(written.writer.asking(), ensure_ascii=False, indent=2, default=dict),
        "too_few": written.rows < written.target.min_examples,
        "personal": [(KIND_NAMES[kind], count) for kind, count in facts.personal.found.items()],
        "kind_names": {"qa": "질문과 답", "keywords": "핵심어로 글쓰기", "summary": "요약으로 글쓰기"},
        "role_names": {"system": "맥락", "user": "사용자", "assistant": "답"},
        "split_names": {"train": "학습", "validation": "검증", "test": "시험"},
    }


def _funnel(facts: RunFacts, written: Written) -> list[Bar]:
    steps = [
        ("읽은 문서", "documents", facts.documents),
        ("자른 구절", "passages", facts.passages),
        ("만든 예제", "examples made", facts.made),
        ("남은 예제", "examples kept", written.rows),
    ]
    largest = max(count for _, _, count in steps) or 1
    return [Bar(korean=ko, english=en, count=count, share=count / largest) for ko, en, count in steps]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
