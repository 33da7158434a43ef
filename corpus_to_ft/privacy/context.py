"""Which words stand beside a number, and so tell what it is."""

from __future__ import annotations

import re

from corpus_to_ft.privacy.kinds import LABEL

RESIDENT = re.compile(r"주민|생년월일|외국인\s?등록|(?i:\brrn\b|resident reg|\bfrn\b|\bssn\b|foreigner reg|\bjumin)")
CORPORATE = re.compile(r"법인\s?(?:등록)?\s?번호|(?i:corporate reg|incorporation n)")
BUSINESS = re.compile(r"사업자|(?i:business (?:reg|number|n)|\bbrn\b)")
LICENSE = re.compile(r"면허|(?i:driv\w+ licen)")
PASSPORT = re.compile(r"여권|(?i:passport)")
PHONE = re.compile(
    r"전화|연락처|휴대|핸드폰|폰\s?번호|팩스|문의|내선|직통|☎|📞|📱|(?i:\btel\b|phone|\bfax\b|mobile|\bcell|\bh\.?p\b|\bcall\b|contact)|\b[TMFH][.:)\]]"
)
ACCOUNT = re.compile(
    r"계좌|예금주|송금|입금|은행|뱅크|새마을금고|우체국|신협|수협|농협|저축|증권"
    r"|(?i:bank account|account n(?:o|umber)|\biban\b)"
)
# Bank names that are ordinary words as well count only beside the number.
BANK_BESIDE = re.compile(
    r"(?:국민|신한|우리|하나|기업|씨티|토스|산업|제일|대구|부산|\b(?:KB|NH|IBK|SC|SH))\s{0,2}[:)\]]?\s{0,2}$"
)
PLATE = re.compile(r"차량|번호판|차\s?번호|자동차|주차")
# Numbers that only look like a resident's: orders and papers are numbered by dates.
ORDER = re.compile(
    r"주문|송장|접수|관리\s?번호|계약|티켓|문서\s?번호|사건|일련|품번|모델|배포|빌드|버전|견적|운송장"
    r"|(?i:order|invoice|ticket|build|version|serial|\bcase\b|issue|\bref\b)"
)
BEFORE_CHARS = 28
AFTER_CHARS = 12
BESIDE_CHARS = 3


def before(text: str, start: int, words: re.Pattern[str], chars: int = BEFORE_CHARS) -> bool:
    """Whether one of `words` stands before a number; a label in between hides them.

    What was masked must not let more be found the next time.
    """
    lowest = max(0, start - chars)
    if "]" in text[lowest:start]:
        labels = list(LABEL.finditer(text, lowest, start))
        if labels:
            is_beside = start - labels[-1].end() <= BESIDE_CHARS
            lowest = labels[-1].start() if is_beside else labels[-1].end()
    return words.search(text, lowest, start) is not None


def vetoed(text: str, start: int, words: re.Pattern[str], chars: int = BEFORE_CHARS) -> bool:
    """Whether one of `words` stands before a number and speaks against it, labels or not."""
    return words.search(text, max(0, start - chars), start) is not None


def around(text: str, start: int, end: int, words: re.Pattern[str]) -> bool:
    if before(text, start, words):
        return True
    highest = min(len(text), end + AFTER_CHARS)
    label = LABEL.search(text, end, highest) if "[" in text[end:highest] else None
    # A label at the end of what is looked at may be cut.
    cut = text.find("[", end, highest) if label is None else label.start()
    return words.search(text, end, cut if cut >= 0 else highest) is not None


def is_alone(text: str, start: int, end: int) -> bool:
    """Whether a line or a table cell holds nothing else."""
    left = text[max(0, start - 3) : start].rstrip(" ")
    right = text[end : end + 3].lstrip(" ")
    return (not left or left[-1] in "\n|\t") and (not right or right[0] in "\n|\t")
