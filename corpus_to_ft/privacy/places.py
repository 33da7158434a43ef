"""Finds street addresses in a legible text: a district, a road or quarter, and a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_to_ft.privacy import context
from corpus_to_ft.privacy.kinds import Found
from corpus_to_ft.privacy.words import words

_PROVINCE = (
    r"(?:(?:서울|부산|대구|인천|광주|대전|울산|세종)(?:특별자치시|특별시|광역시|시)?|경기도?|강원(?:특별자치)?도?|충청?[남북]도?"
    r"|전라?[남북]도?|전북특별자치도|경상?[남북]도?|충청[남북]도|전라[남북]도|경상[남북]도|제주(?:특별자치도|도)?)"
)
_NAMES_OF_DISTRICTS = words("districts")
# Districts end in one of three syllables, a road and a number follow: what is searched for first.
_CORE = re.compile(
    r"[시군구](?P<way>[ ]?(?:[가-힣]{1,6}[읍면] ?)?(?:[가-힣]{1,4}[0-9]{0,2}[동가리] ?)?(?:"
    r"(?P<road>[가-힣0-9·]{1,12}?(?:대로|로|길)(?: ?[0-9]{1,4}(?:번|[가나다라마바사])?길)?)"
    r" ?(?:지하 ?)?[0-9]{1,4}(?:-[0-9]{1,4})?"
    r"|(?P<quarter>(?:산 ?)?[0-9]{1,4}(?:-[0-9]{1,4})?)(?:번지)?)"
    r")(?![0-9,.]?[0-9])"
)
_QUARTER = re.compile(r"[동읍면리가] ?$")
_BEFORE = re.compile(rf"(?:({_PROVINCE}) ?)?((?:[가-힣]{{1,5}}[시군구] ?){{0,2}})$")
_DETAIL = re.compile(
    r"(?:번지|호(?![가-힣]))?"
    r"(?:,? ?\([가-힣0-9, ]{2,24}\))?"
    r"(?:,? ?[가-힣A-Za-z0-9]{1,14}(?:아파트|빌딩|타워|오피스텔|빌라|맨션|주택"
    r"|하이츠|자이|래미안|힐스테이트|푸르지오|센터))?"
    r"(?:,? ?(?:제 ?)?[0-9A-Za-z가나다라]{1,4}동(?![가-힣]))?"
    r"(?:,? ?(?:지하 ?|B)?[0-9]{1,3}층(?![가-힣]{2}))?"
    r"(?:,? ?[0-9A-Z-]{1,6}호(?!선|기|점|차))?"
)
_COUNTER = re.compile(
    r" ?(?:개|명|배|번째|년|월|일|시간|시(?![가-힣])|분|초|%|퍼센트|위|회|건|종|가지|차|단계|대|주"
    r"|만|억|천|원|곳|점|층|호선|기(?![가-힣])|석|세|살|km|m\b|㎡|평|킬로|미터|여|도(?![가-힣]))"
)
_SPEAKS_OF_HOME = re.compile(
    r"주소|거주|사는|삽니다|살고|배송|자택|집|본적|수령|우편|보낼|받는|도로명|지번|(?i:address|\baddr)"
)
_HOME_CHARS = 30
_DISTRICT_CHARS = 24


def places_in(text: str) -> Iterator[Found]:
    at = 0
    while core := _CORE.search(text, at):
        at = core.start() + 1
        lowest = max(0, core.start() + 1 - _DISTRICT_CHARS)
        before = _BEFORE.search(text, lowest, core.start() + 1)
        if before is None or not (found := _address(text, core, before)):
            continue
        at = found.end
        yield found


def _address(text: str, core: re.Match[str], before: re.Match[str]) -> Found | None:
    province, districts = before.group(1), before.group(2).split()
    known = [name for name in districts if name in _NAMES_OF_DISTRICTS]
    begin = before.start()
    if not province:
        # A word that ends like a district may stand in front of one.
        if not known:
            return None
        begin = text.index(known[0], before.start())
    elif not known and districts and not province.startswith("세종"):
        return None
    road = core.group("road")
    if road is None and not _QUARTER.search(core.group("way")[: core.start("quarter") - core.start("way")]):
        return None
    if road is not None and len(road) < 2:
        return None
    detail = _DETAIL.match(text, core.end())
    end = detail.end() if detail else core.end()
    if end == core.end() and _COUNTER.match(text, end):
        return None
    is_exact = end > core.end() or "-" in core.group() or "길" in core.group()
    spoken = context.before(text, begin, _SPEAKS_OF_HOME, _HOME_CHARS)
    if not (province or is_exact or spoken):
        return None
    return Found("address", begin, end)
