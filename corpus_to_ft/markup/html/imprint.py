"""Recognizes the lines at a page's foot that say whose site it is: address, numbers, rights, policies."""

from __future__ import annotations

import re

# One of these may stand in a story; two different ones in a short text without a sentence are a footer.
SIGNS = (
    re.compile(r"사업자\s*(?:등록)?\s*번호|통신\s*판매(?:업)?\s*(?:신고)?"),
    re.compile(r"(?:대표(?:자|이사)?|발행인|편집인|개인정보\s*(?:보호|관리)?\s*책임자)\s*[:：]"),
    re.compile(r"(?:\btel|전화|대표\s*전화|고객\s*센터|문의)\b\s*[.:：)]?\s*\(?0?\d{2,4}", re.IGNORECASE),
    re.compile(r"(?:\bfax|팩스)\s*[.:：)]?\s*\(?0?\d{2,4}", re.IGNORECASE),
    re.compile(r"(?:주소|소재지)\s*[:：]|[가-힣](?:시|도|구|군|면|읍|동)\s+\S*[가-힣](?:로|길)\s*\d+"),
    re.compile(r"copyright|all rights? reserved|ⓒ|©|무단\s*(?:전재|복제|배포)", re.IGNORECASE),
    re.compile(r"개인정보\s*(?:처리|취급|보호)\s*(?:방침|정책)"),
    re.compile(r"이용\s*약관|이메일\s*(?:무단)?\s*수집\s*거부"),
)
SENTENCE = re.compile(r"[다요까죠]\s*[.!?](?:\s|$)")
MIN_SIGNS = 2


def is_imprint(text: str) -> bool:
    return sum(bool(sign.search(text)) for sign in SIGNS) >= MIN_SIGNS and not SENTENCE.search(text)
