"""Where sentences and bounded pieces of a text begin and end, for every analyzer alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from corpus_to_ft.records import Span

MAX_PIECE_CHARS = 8_000  # Keeps the lattice of one call small whatever the length of a line.

_CLOSE = "\"'”’»›」』】》〉)\\]}"
_QUOTE_END = re.compile("[\"'”’」』]$")
_STOP = re.compile(
    # A run of marks is tried once as a whole: a page of them would cost its square.
    f"(?<=[가-힣ㄱ-ㅣ)%\"'”’])[.!?。…]++[{_CLOSE}]*+(?=\\s)|(?<![.!?…])[.!?…]++[{_CLOSE}]*+(?=\\s)"
    "|(?<=[다요까죠])[.!?](?=[가-힣])|。"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|(?:[A-Za-z]\.)+[A-Za-z]|Dr|Mr|Mrs|Ms|Prof|St|No|Fig|Eq|vs|etc|cf|al|Inc|Ltd|Co|Corp|approx)\.$",
)
_ENUMERATOR = re.compile(r"^[(\[]?(?:\d{1,3}|[가-하]|[A-Za-z])[.)\]]$")
_EMOTICON = re.compile(
    r"(?<=[가-힣])[.!?~]*[ \t]?"
    r"(?:[:;=]-?[)(DPp]+(?!\w)|\^[_.-]?\^;*|[ㅋㅎㅠㅜ]{2,}|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\u200d]+)"
    r"[.!?~]*[ \t]+(?=\S)"
)
_ENDS_A_CLAUSE = re.compile("[다요죠까네]$")
# After a quotation: its particle, or a short clause that only says who spoke.
_QUOTE_GOES_ON = re.compile(r"^(?:이라고|라고|이라며|라며|이라는|라는|하고|고|며|면서|라면서)(?=[\s가-힣])")
_SPEAKER = re.compile(
    r"^(?:\S+\s+){0,5}\S*(?:말했|물었|답했|외쳤|덧붙였|설명했|강조했|전했|밝혔|소리쳤|속삭였|중얼거렸|이야기했|얘기했|"
    r"반문했|말하였|물으셨|말씀하셨|했)(?:다|습니다|어요|지요|죠)[.!]*$"
)


def split_by_rule(text: str) -> list[Span]:
    """Sentences by punctuation and line ends alone; an unpunctuated line is one sentence."""
    return sentences_at(text, (found.end() for found in _STOP.finditer(text)))


def sentences_at(text: str, borders: Iterable[int]) -> list[Span]:
    """Trimmed sentences between `borders` and at every line end, repaired where a rule is certain.

    An emoticon stays with the sentence before it, a quotation with the clause that names its
    speaker, an abbreviation or an enumerator with what follows it.
    """
    at = set(borders)
    for found in _EMOTICON.finditer(text):
        if _ENDS_A_CLAUSE.search(text[found.start() - 1 : found.start()]):
            at -= set(range(found.start(), found.end()))
            at.add(found.end())
    spans: list[Span] = []
    line_start = 0
    ordered = sorted(at)
    position = 0
    for line in text.splitlines(keepends=True):
        line_end = line_start + len(line)
        cuts = [line_start]
        while position < len(ordered) and ordered[position] < line_end:
            if ordered[position] > line_start:
                cuts.append(ordered[position])
            position += 1
        spans += _one_line(text, [*cuts, line_end])
        line_start = line_end
    return spans


def _one_line(text: str, cuts: list[int]) -> list[Span]:
    spans: list[Span] = []
    for start, end in pairwise(cuts):
        span = trimmed(text, start, end)
        if span is None:
            continue
        if spans and _belongs_together(spans[-1].of(text), span.of(text)):
            spans[-1] = Span(start=spans[-1].start, end=span.end)
        else:
            spans.append(span)
    return spans


def _belongs_together(before: str, after: str) -> bool:
    if _ENUMERATOR.match(before) or _ABBREVIATION.search(before[-12:]):
        return True
    if not any(character.isalnum() for character in after):
        return True
    if not _QUOTE_END.search(before):
        return False
    return bool(_QUOTE_GOES_ON.match(after)) or (len(after) <= 40 and bool(_SPEAKER.match(after)))


def trimmed(text: str, start: int, end: int) -> Span | None:
    """`start` to `end` without the white space around; None when nothing is left."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return Span(start=start + left, end=start + right) if right > left else None


def pieces(text: str, max_chars: int = MAX_PIECE_CHARS) -> Iterator[tuple[int, int, bool]]:
    """Stretches of at most `max_chars` that cover the text: start, end, and whether a sentence may begin at start.

    They end at a line end if one is near, else after a full stop, else at white space, else anywhere.
    """
    start, clean = 0, True
    while start < len(text):
        end = min(start + max_chars, len(text))
        next_clean = True
        if end < len(text):
            line_end = text.rfind("\n", start, end)
            stop = max((m.end() for m in _STOP.finditer(text, start, end)), default=-1) if line_end < start else -1
            space = max(text.rfind(" ", start, end), text.rfind("\t", start, end))
            next_clean = line_end >= start or stop > start
            end = line_end + 1 if line_end >= start else stop if stop > start else space + 1 if space > start else end
        yield start, end, clean
        start, clean = end, next_clean


_CLUSTER = re.compile("[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?|.", re.DOTALL)


def composed(text: str) -> tuple[str, list[int] | None]:
    """`text` in NFC and where each of its characters (and its end) stands in `text`; None when nothing moved."""
    if unicodedata.is_normalized("NFC", text):
        return text, None
    clusters: list[tuple[int, str]] = []
    for found in _CLUSTER.finditer(text):
        if clusters and unicodedata.combining(found.group()[0]):
            clusters[-1] = (clusters[-1][0], clusters[-1][1] + found.group())
        else:
            clusters.append((found.start(), found.group()))
    parts: list[str] = []
    origin: list[int] = []
    for start, cluster in clusters:
        part = unicodedata.normalize("NFC", cluster)
        parts.append(part)
        origin += [start] * len(part)
    return "".join(parts), [*origin, len(text)]
