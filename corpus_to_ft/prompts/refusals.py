"""How it is said honestly that something is not known: the answers to questions that a document leaves open.

The words are ours and not the model's, so that a check recognizes them, and nothing else passes as a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from corpus_to_ft.records import digest
from corpus_to_ft.speech import SpeechLevel

_KOREAN: Mapping[SpeechLevel, tuple[str, ...]] = {
    "haeyo": (
        "{missing}에 대해서는 확인된 내용이 없어서 답을 드리기 어려워요.",
        "{missing}에 대한 내용은 제가 아는 범위에 없어요.",
        "{missing}에 관해서는 알려진 것이 없어서 확실하게 말씀드릴 수 없어요.",
    ),
    "hapsyo": (
        "{missing}에 대해서는 확인된 내용이 없어서 답을 드리기 어렵습니다.",
        "{missing}에 대한 내용은 제가 아는 범위에 없습니다.",
        "{missing}에 관해서는 알려진 것이 없어서 확실하게 말씀드릴 수 없습니다.",
    ),
    "plain": (
        "{missing}에 대해서는 확인된 내용이 없어 답하기 어렵다.",
        "{missing}에 대한 내용은 아는 범위에 없다.",
        "{missing}에 관해서는 알려진 것이 없어 확실하게 말할 수 없다.",
    ),
}
_ENGLISH = (
    "I have no confirmed information about {missing}, so I cannot answer that.",
    "I do not know anything about {missing}.",
    "Nothing is known to me about {missing}, so I cannot say for certain.",
)


def refusal(question: str, missing: str, *, language: str, level: SpeechLevel) -> str:
    """One of a few wordings, always the same one for the same question."""
    wordings = _ENGLISH if language == "en" else _KOREAN[level]
    return wordings[int(digest(question), 16) % len(wordings)].format(missing=missing)


def refused_matter(answer: str) -> str | None:
    """What the answer says it knows nothing about; None where it is no refusal of ours."""
    return next((found["missing"] for wording in _patterns() if (found := wording.fullmatch(answer))), None)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    wordings = [wording for some in _KOREAN.values() for wording in some] + list(_ENGLISH)
    return tuple(
        re.compile(re.escape(wording).replace(re.escape("{missing}"), r"(?P<missing>[^\n]{1,80}?)"))
        for wording in wordings
    )
