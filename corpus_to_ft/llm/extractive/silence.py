"""Why a passage gave no question: what most of its sentences are, told as a reason with what was tried.

only_questions         questions that the passage asks and leaves open
only_announcements     greetings, thanks, and what the author is about to do
only_fragments         names, labels and notes without a sentence
shows_code_or_figure   leads to code, commands, a picture or a page that an answer does not hold
personal_account       what the author did, felt or thinks, or talk among friends
other_language         written in another language than its document
between_formulas       words between formulas, which say nothing without them
answer_leans           goes on from what stands before it, so that no answer would stand alone
no_named_subject       says of what it speaks neither in the sentence nor in its heading
no_fitting_question    names its subject, but no question was found that it answers in full
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from corpus_to_ft.llm.extractive.clauses import Sentence, announces, is_broken, topic_of
from corpus_to_ft.llm.extractive.sections import is_chatty, is_complete, shows
from corpus_to_ft.llm.extractive.sentence_shape import fitness, is_korean

# From this share of its letters on, a passage in another script is not of its document's language.
FOREIGN_SHARE = 0.5
MAX_QUOTED_CHARS = 80

_ASKS = re.compile(r"[?？][\"'”’)\]]*$|(?:까요|나요|는가|은가|인가)[.]?$")
_SPEAKER = re.compile(
    r"(?<![가-힣])(?:저는|제가|저의|저도|저를|나는|내가|나의|나도|나를|필자"
    r"|우리는|우리가|우리의|우리도|저희는|저희가|저희의|저희도|제 |내 )"
    r"|생각(?:합니다|해요|한다|했다|했습니다|됩니다)|느낌|싶(?:다|습니다|어요|었)|같(?:다|습니다|아요)[.!]*$"
)
_FORMULA = re.compile(r"\\[a-zA-Z]{2,}|\$[^$]+\$|[A-Za-z]_\{|\^\{")


def why_silent(sentences: Sequence[Sentence], tried: Sequence[str], *, language: str) -> tuple[str, str]:
    """The reason that holds for most of the text, and in words what was there and what was tried."""
    if not sentences:
        return "only_fragments", "headings, code and tables without a sentence"
    sizes: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    for sentence in sentences:
        kind = _kind_of(sentence, language)
        sizes[kind] += sentence.end - sentence.start
        numbers[kind] += 1
    reason = max(sizes, key=lambda kind: (sizes[kind], kind))
    # Where a question was tried, the sentence it was made of had a subject: its answer is what fell.
    if tried and reason in ("no_named_subject", "no_fitting_question"):
        reason = "answer_leans"
    counted = ", ".join(f"{kind} {number}" for kind, number in sorted(numbers.items()))
    detail = f"{len(sentences)} sentences ({counted}), {len(tried)} questions tried"
    return reason, f"{detail}: {tried[0][:MAX_QUOTED_CHARS]}" if tried else detail


def _kind_of(sentence: Sentence, language: str) -> str:
    words = sentence.words
    if language != "en" and not is_korean(words):
        return "other_language"
    if _ASKS.search(words):
        return "only_questions"
    if is_chatty(words):
        return "personal_account"
    if announces(words):
        return "only_announcements"
    if _FORMULA.search(words) or is_broken(words):
        return "between_formulas"
    if _SPEAKER.search(words):
        return "personal_account"
    if shows(words) or words.rstrip().endswith((":", "：")):
        return "shows_code_or_figure"
    if len(words) < 120 and fitness(words, "paragraph", 5, "", korean=language != "en") == 0:
        return "only_announcements"
    if sentence.ending is None and not is_complete(words):
        return "only_fragments"
    if sentence.leans:
        return "answer_leans"
    return "no_fitting_question" if topic_of(sentence) is not None else "no_named_subject"
