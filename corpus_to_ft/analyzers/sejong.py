"""The tag sets of other analyzers said in the Sejong set that `Token` documents."""

from __future__ import annotations

import re
from collections.abc import Mapping

_OKT = {
    "Noun": "NNG", "Alpha": "SL", "Number": "SN", "Josa": "JX", "Verb": "VV", "Adjective": "VA", "Adverb": "MAG",
    "Determiner": "MM", "Modifier": "MM", "VerbPrefix": "MAG", "Exclamation": "IC", "Conjunction": "MAJ",
    "Foreign": "SW", "Punctuation": "SW", "Eomi": "EF", "PreEomi": "EP", "Suffix": "XSN", "Unknown": "NNG",
    "KoreanParticle": "SW", "Hashtag": "W_HASHTAG", "CashTag": "W_HASHTAG", "ScreenName": "W_MENTION",
    "URL": "W_URL", "Email": "W_EMAIL",
}  # fmt: skip
_HANNANUM = {
    "NC": "NNG", "NQ": "NNP", "NB": "NNB", "NN": "NR", "NP": "NP", "N": "NNG", "PV": "VV", "PA": "VA", "PX": "VX",
    "P": "VV", "MM": "MM", "MA": "MAG", "M": "MAG", "II": "IC", "I": "IC", "JC": "JKB", "JX": "JX", "JP": "VCP",
    "J": "JX", "EP": "EP", "EC": "EC", "ET": "ETM", "EF": "EF", "E": "EF", "XP": "XPN", "XS": "XSN", "X": "XSN",
    "S": "SW", "F": "SL",
}  # fmt: skip
_KKMA = {
    "NNM": "NNB", "NN": "NNG", "OL": "SL", "OH": "SH", "ON": "SN", "MD": "MM", "MDN": "MM", "MDT": "MM", "MAC": "MAJ",
    "MA": "MAG", "VC": "VCP", "VXA": "VX", "VXV": "VX", "ETD": "ETM", "JKM": "JKB", "JKI": "JKV", "JK": "JX",
    "XPV": "XPN", "XP": "XPN", "UN": "NNG",
}  # fmt: skip
_KOMORAN = {"NA": "NNG", "NF": "NNG", "NV": "VV"}
_MECAB = {"NNBC": "NNB", "SSO": "SS", "SSC": "SS", "SC": "SP", "SY": "SW", "UNKNOWN": "NNG", "UNA": "NNG"}
_MAPS: Mapping[str, Mapping[str, str]] = {
    "okt": _OKT, "hannanum": _HANNANUM, "kkma": _KKMA, "komoran": _KOMORAN, "mecab": _MECAB,
}  # fmt: skip

# Okt and Hannanum do not tell these from nouns.
DEPENDENT_NOUNS = frozenset(re.findall(r"\w+", """
    것 거 게 건 걸 수 때 등 번 개 데 바 줄 뿐 만큼 중 년 월 일 명 원 시 분 초 점 채 척 듯 적 터
"""))  # fmt: skip
PRONOUNS = frozenset(re.findall(r"\w+", """
    나 너 저 우리 저희 그 이 그것 이것 저것 여기 거기 저기 누구 무엇 뭐 자신 자기 당신 너희 그녀 이거 그거
"""))  # fmt: skip
_KNOWN = frozenset(re.findall(r"\w+", """
    NNG NNP NNB NR NP VV VA VX VCP VCN XR XPN XSN XSV XSA MM MAG MAJ IC SL SH SN SF SP SS SE SO SW
    JKS JKC JKG JKO JKB JKV JKQ JX JC EP EF EC ETN ETM
"""))  # fmt: skip


def sejong_tag(variant: str, form: str, tag: str) -> str:
    """The Sejong tag of `form`, which `variant` calls `tag`; of a fused `VV+EP` the first part's."""
    first = tag.partition("+")[0]
    if not any(character.isalnum() for character in form):
        return symbol_tag(form)
    if form.isascii():
        if form.isalpha():
            return "SL"
        if form[0].isdigit() and not any(character.isalpha() for character in form):
            return "SN"
    mapped = _MAPS[variant].get(first, first)
    if variant == "kkma" and mapped[:2] in ("EF", "EC", "EP"):
        mapped = mapped[:2]
    if mapped == "NNG":
        mapped = "NNB" if form in DEPENDENT_NOUNS else "NP" if form in PRONOUNS else mapped
    if mapped == "SW" or mapped not in _KNOWN:
        return mapped if mapped.startswith("W_") or mapped == "SW" else "NNG" if mapped.startswith("N") else "SW"
    return mapped


def symbol_tag(form: str) -> str:
    """The tag of punctuation and other signs."""
    first = form[:1]
    if form.startswith(("...", "…")):
        return "SE"
    if first and first in ".!?。":
        return "SF"
    if first and first in ",·:;/、":
        return "SP"
    if first and first in "\"'“”‘’()[]{}<>「」『』《》〈〉【】":
        return "SS"
    return "SO" if first and first in "-~–—" else "SW"
