"""Finds Korean names of people by what stands behind them: 김서연 님, 박도윤 대표, 이 기자."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_to_ft.privacy.kinds import Found
from corpus_to_ft.privacy.words import words

_SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부"
)
_DOUBLE_SURNAMES = ("남궁", "제갈", "선우", "황보", "독고", "사공", "서문")
_TITLES = (
    "님|씨|군(?![가-힣])|양(?![가-힣])|대표|기자|과장|부장|차장|대리|팀장|사장|이사|상무|전무|부사장|회장|실장|본부장|센터장|원장|교수|박사|변호사|의사"
    "|선임|책임|수석|매니저|주임|사원|인턴|작가|감독|선수|의원|장관|위원|위원장|연구원|개발자|엔지니어|디자이너|CTO|CEO|PM|리드"
)
_TITLED = re.compile(
    rf"(?<![가-힣])(?P<name>[가-힣]{{2,4}})(?P<gap> ?)(?P<title>{_TITLES})"
    r"(?=님|들|이|가|은|는|을|를|의|에|께|도|와|과|만|로|라|입|이다|[^가-힣]|$)"
)
_NO_NAMES = words("no_names")
# Endings of verbs, adjectives and adverbs, after which a title is just a noun.
_NO_ENDS = tuple(sorted(words("no_name_ends")))


def names_in(text: str) -> Iterator[Found]:
    for found in _TITLED.finditer(text):
        name, title = found.group("name"), found.group("title")
        if _is_name(name, found.group("gap"), title):
            yield Found("name", found.start("name"), found.end("name"))


def _is_name(name: str, gap: str, title: str) -> bool:
    if name in _NO_NAMES or any(name.endswith(word) for word in _NO_ENDS):
        return False
    if name.startswith(_DOUBLE_SURNAMES):
        return len(name) in (3, 4)
    # Glued to a name, longer titles cut words in two: 성인 연기자.
    if name[0] not in _SURNAMES or len(name) > 3 or not (gap or len(title) == 1):
        return False
    # Two syllables are a name only where people are spoken to.
    return len(name) == 3 or title in ("님", "씨")
