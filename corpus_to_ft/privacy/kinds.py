"""What personal data there is: its names in settings and counts, and the labels that stand in its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from corpus_to_ft.language import Sentence, joined

PersonalKind = Literal[
    "resident_number", "foreigner_number", "passport", "driver_license", "business_number", "corporate_number",
    "card", "account", "phone", "email", "address", "credential",
    "service_phone", "vehicle_plate", "ip_address", "name",
]  # fmt: skip

# (label in a Korean text, label in any other), in the order of precedence where two kinds claim the same characters.
LABELS: Mapping[PersonalKind, tuple[str, str]] = {
    "credential": ("[인증정보]", "[CREDENTIAL]"),
    "email": ("[이메일]", "[EMAIL]"),
    "resident_number": ("[주민등록번호]", "[RESIDENT NUMBER]"),
    "foreigner_number": ("[외국인등록번호]", "[FOREIGNER NUMBER]"),
    "card": ("[카드번호]", "[CARD NUMBER]"),
    "driver_license": ("[운전면허번호]", "[DRIVER LICENSE]"),
    "corporate_number": ("[법인등록번호]", "[CORPORATE NUMBER]"),
    "business_number": ("[사업자등록번호]", "[BUSINESS NUMBER]"),
    "passport": ("[여권번호]", "[PASSPORT]"),
    "phone": ("[전화번호]", "[PHONE]"),
    "service_phone": ("[대표번호]", "[SERVICE PHONE]"),
    "account": ("[계좌번호]", "[ACCOUNT]"),
    "address": ("[주소]", "[ADDRESS]"),
    "vehicle_plate": ("[차량번호]", "[VEHICLE PLATE]"),
    "ip_address": ("[IP주소]", "[IP ADDRESS]"),
    "name": ("[이름]", "[NAME]"),
}
LABEL = re.compile("|".join(re.escape(label) for labels in LABELS.values() for label in labels))
KIND_NAMES: Mapping[str, Sentence] = {
    "credential": Sentence("credentials"),
    "email": Sentence("e-mail addresses"),
    "resident_number": Sentence("resident numbers"),
    "foreigner_number": Sentence("foreigner numbers"),
    "card": Sentence("card numbers"),
    "driver_license": Sentence("driver licenses"),
    "corporate_number": Sentence("corporate numbers"),
    "business_number": Sentence("business numbers"),
    "passport": Sentence("passports"),
    "phone": Sentence("phone numbers"),
    "service_phone": Sentence("service numbers"),
    "account": Sentence("bank accounts"),
    "address": Sentence("postal addresses"),
    "vehicle_plate": Sentence("vehicle plates"),
    "ip_address": Sentence("IP addresses"),
    "name": Sentence("names of people"),
}
PRECEDENCE: Mapping[str, int] = {kind: place for place, kind in enumerate(LABELS)}
# Public, or ordinary words of technical writing.
OPTIONAL_KINDS: frozenset[PersonalKind] = frozenset({"service_phone", "vehicle_plate", "ip_address", "name"})
DEFAULT_KINDS: frozenset[PersonalKind] = frozenset(LABELS) - OPTIONAL_KINDS


class Found(NamedTuple):
    """Characters `start` to `end` of a text that are personal data."""

    kind: PersonalKind
    start: int
    end: int


def label_of(kind: PersonalKind, language: str) -> str:
    return LABELS[kind][0 if language == "ko" else 1]


def counted(found: Iterable[Found]) -> Counter[str]:
    return Counter(one.kind for one in found)


def told(counts: Mapping[str, int]) -> Sentence:
    """How many of each kind, for people; `counts` must not be empty."""
    parts = [
        Sentence("{kind} {count}", kind=KIND_NAMES[kind], count=counts[kind]) for kind in LABELS if counts.get(kind)
    ]
    return joined(parts, ", ")
