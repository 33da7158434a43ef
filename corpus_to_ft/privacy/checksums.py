"""The arithmetic of numbers that people, companies and cards are known by."""

from __future__ import annotations

DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# First digits and lengths that card companies use: Visa, Mastercard, Amex, Diners, JCB, Discover, UnionPay, Korean BC.
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (4000, 4999, frozenset({16})),
    (5100, 5599, frozenset({16})),
    (2221, 2720, frozenset({16})),
    (3400, 3499, frozenset({15})),
    (3700, 3799, frozenset({15})),
    (3000, 3059, frozenset({14})),
    (3600, 3699, frozenset({14})),
    (3800, 3899, frozenset({14})),
    (3528, 3589, frozenset({16})),
    (6011, 6011, frozenset({16})),
    (6200, 6299, frozenset({16})),
    (6440, 6599, frozenset({16})),
    (9000, 9999, frozenset({16})),
)
_RESIDENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BUSINESS_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3)


def is_birth_date(digits: str) -> bool:
    """YYMMDD followed by the digit of sex and century; the century is only looked at for February 29."""
    month, day = int(digits[2:4]), int(digits[4:6])
    if not 1 <= month <= 12 or not 1 <= day <= DAYS[month - 1]:
        return False
    year = int(digits[:2]) + (1900 if digits[6] in "1256" else 2000)
    return (month, day) != (2, 29) or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


def is_resident_number(digits: str) -> bool:
    """Numbers given until October 2020 hold a check digit; those given since then hold none."""
    total = sum(weight * int(digit) for weight, digit in zip(_RESIDENT_WEIGHTS, digits, strict=False))
    return (11 - total % 11) % 10 == int(digits[12])


def is_foreigner_number(digits: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_RESIDENT_WEIGHTS, digits, strict=False))
    check = int(digits[12])
    return check in ((13 - total % 11) % 10, (11 - total % 11) % 10)


def is_business_number(digits: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_BUSINESS_WEIGHTS, digits, strict=False))
    last = 5 * int(digits[8])
    return int(digits[:3]) > 100 and (10 - (total + last // 10 + last % 10) % 10) % 10 == int(digits[9])


def is_corporate_number(digits: str) -> bool:
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(digits[:12]))
    return (10 - total % 10) % 10 == int(digits[12])


def is_card_number(digits: str) -> bool:
    first = int(digits[:4])
    if not any(low <= first <= high and len(digits) in lengths for low, high, lengths in _ISSUERS):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0 and len(set(digits)) > 1
