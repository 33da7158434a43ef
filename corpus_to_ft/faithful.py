"""Whether a text says only what its source says: numbers, dates and names kept, content words known, negation alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from corpus_to_ft.analyzers.base import Analysis, Token

CONTENT_TAGS = frozenset({"NNG", "NNP", "NR", "VV", "VA", "XR", "MAG", "SL", "SH", "SN"})
# They stand in nearly every sentence and say nothing about its subject.
_LIGHT = frozenset({"하", "되", "있", "없", "같", "이", "때문", "경우", "것", "수", "더", "잘", "또한", "바로", "매우"})
_NOUN_TAGS = frozenset({"NNG", "NNP", "SL", "SH"})
_OPPOSITES = tuple(re.findall(r"(\w+):(\w+)", """
    증가:감소 이상:이하 최대:최소 이전:이후 빠르:느리 높:낮 늘:줄 많:적 성공:실패 허용:금지 추가:삭제 추가:제거
    시작:종료 크:작 가능:불가능 쉽:어렵 길:짧 내부:외부 먼저:나중 상승:하락 늘리:줄이 높이:낮추 켜:끄 열:닫
    앞:뒤 위:아래 왼쪽:오른쪽 포함:제외 활성:비활성 필수:선택 동기:비동기 공개:비공개 무료:유료 긍정:부정 전:후
    장점:단점 최초:최후 유리:불리 초과:미만 확대:축소 강화:약화 연결:해제 저장:삭제 생성:삭제 설치:제거
    입력:출력 송신:수신 보내:받 밝:어둡 넓:좁
"""))  # fmt: skip
_DENIALS = frozenset({("VX", "않"), ("VX", "못하"), ("VX", "말"), ("VA", "없")})

_YEAR = r"(?P<year>(?:19|20)\d{2})"
_DATES = (
    re.compile(rf"(?<!\d){_YEAR}\s?년(?:도)?\s*(?:(?P<month>\d{{1,2}})\s?월(?:\s*(?P<day>\d{{1,2}})\s?일)?)?"),
    re.compile(
        rf"(?<![\d.]){_YEAR}(?P<mark>\s?[-./]\s?)(?P<month>0?[1-9]|1[0-2])(?P=mark)"
        r"(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)\.?(?:T(?=\d))?"
    ),
    re.compile(r"(?<!\d)(?P<month>\d{1,2})\s?월\s*(?P<day>\d{1,2})\s?일"),
    re.compile(
        r"\b(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?"
        rf"(?:,?\s+{_YEAR})?",
        re.IGNORECASE,
    ),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(
    r"(?:(?P<half>오전|오후)\s*)?(?:(?P<hour>\d{1,2})\s?시(?!간)(?:\s*(?P<minute>\d{1,2})\s?분|\s*(?P<half_hour>반))?"
    r"|(?<![\d:])(?P<clock>\d{1,2}):(?P<clock_minute>[0-5]\d)(?![\d:]*:?\d{3}))"
)
_NATIVE = {
    "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10,
}  # fmt: skip
_COUNTERS = "가지|개월|개|명|번|단계|종류|달|곳|권|대|마리|사람|시간|배|번째|차례|줄|쪽|살|장"
# A particle must follow, so that "네 개발자" is not four of something.
_NATIVE_COUNT = re.compile(
    rf"(?<![가-힣])({'|'.join(_NATIVE)})\s?({_COUNTERS})"
    r"(?=[^가-힣]|$|[은는이가을를의로에와과도만씩입였뿐까부마중])"
)
_DIGIT_WORDS = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9}
_TEN_WORDS = {"십": 10, "백": 100, "천": 1000}
_MYRIADS = {"만": 10**4, "억": 10**8, "조": 10**12}
# A single syllable must stand alone, else 사원 is four won; 이 and 일 alone are mostly "this" and "work".
_SINO_COUNT = re.compile(
    r"(?<![가-힣])((?:[이삼사오육칠팔구]?[십백천만억조][일이삼사오육칠팔구십백천만억조]+"
    r"|[이삼사오육칠팔구][십백천만억조]) ?"
    r"|[삼사오육칠팔구십백천만] )"
    r"(개월|개|명|년|분|초|배|번째|번|단계|주|시간|회|차|원|달러|퍼센트|프로|대|건|인|일|장|권|쪽|줄|살|세|곳|위|점|도)"
    r"(?=[^가-힣]|$|[은는이가을를의로에와과도만씩입였뿐까부마중동간])"
)
_KOREAN_UNITS = (
    "퍼센트|프로|%|개월|개|명|번째|번|가지|단계|종류|시간|분|초|년|월|일|주|달|원|달러|유로|엔|배|대|곳|회|차|위|점|도|살|세"
    "|장|권|쪽|줄|행|열|층|평|그램|킬로그램|톤|미터|킬로미터|리터|바이트|비트|건|인"
)
_LATIN_UNITS = (
    "kg|mg|g|km|cm|mm|m|ml|l|kb|mb|gb|tb|kib|mib|gib|ms|us|ns|s|px|em|rem|hz|khz|mhz|ghz|fps|bps|mbps|gbps|w|kw|v"
    "|qps|rps|tps"
)
_UNITS = frozenset(f"{_KOREAN_UNITS}|{_LATIN_UNITS}".split("|"))
_SAME_UNIT = {
    "퍼센트": "%", "프로": "%", "번": "회", "인": "명", "킬로그램": "kg", "킬로미터": "km", "미터": "m", "도": "°",
}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<sign>[-−](?=\d))?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*)"
    r"(?P<scale>\s?(?:[천백]?만|억|조|천(?!\w))(?!들|족|드))?"
    rf"(?:\s?(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![A-Za-z]))?",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*")
_SCALES = {"천": 10**3, "만": 10**4, "백만": 10**6, "천만": 10**7, "억": 10**8, "조": 10**12}
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_./+#'@&][A-Za-z0-9]+)*(?:\+\+|#)?")
_NUMBERED_NAME = re.compile(r"[A-Za-z]+[ -]\d+(?:\.\d+)*")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HANGUL = re.compile(r"[가-힣]+")
_NOT_ALNUM = re.compile(r"[^a-z0-9+#]")
_NOT_PLAIN = re.compile(r"[^a-z0-9]")
_MARKS = re.compile(r"\d|[A-Z]|[_/#+]|\w\.\w")
_CLOSED = re.compile(r"[.!?:\n]")
_OPENED = re.compile(r"[^\s\"'“‘(]")
_SENTENCE_END = re.compile(r"(?<=[.!?…。])\s+|\n+")
# One source is asked about by all that was made of it, one after the other.
SOURCES_REMEMBERED = 8


class _Date(NamedTuple):
    year: int | None
    month: int | None
    day: int | None


def missing_facts(text: str, source: str) -> list[str]:
    """Numbers with their units, dates and times, and Latin names of `text` that do not stand in `source`, as written.

    How they are written does not matter: 1,000 is 1000 and 1천, 2024년 3월 5일 is 2024-03-05, 오후 3시 is 15:00,
    Node.js is NodeJS, 세 가지 is 3가지. A date of the source may say more than that of the text.
    """
    missing: list[tuple[int, str]] = []
    covered: list[tuple[int, int]] = []
    if _DIGIT.search(text):
        for match, date in _dates(text):
            covered.append(match.span())
            if not any(_agrees(date, other) for other in _known_dates(source)):
                missing.append((match.start(), match.group().strip()))
        for match, time in _times(text):
            if _free(match, covered):
                covered.append(match.span())
                if time not in _known_times(source):
                    missing.append((match.start(), match.group().strip()))
    missing.extend(_missing_numbers(text, source, covered))
    missing.extend(_missing_names(text, source))
    return list(dict.fromkeys(fact for _, fact in sorted(missing)))


def reworded(text: str, source: str) -> str:
    """What of `text` does not stand in `source` word for word; only that can say anything else."""
    return "\n".join(part for part in _SENTENCE_END.split(text) if not _stands(part, source))


def _stands(part: str, source: str) -> bool:
    start = source.find(part)
    end = start + len(part)
    return start >= 0 and not (source[start - 1 : start].isalnum() or source[end : end + 1].isalnum())


def content_precision(answer: Analysis, source: Analysis) -> float:
    """Share of the answer's content morphemes that the source has; 1.0 for an answer without any."""
    words = content_words(answer)
    return 1 - len(unseen_words(answer, source)) / len(words) if words else 1.0


def unseen_words(answer: Analysis, source: Analysis) -> list[str]:
    """The content morphemes of `answer` that `source` does not have."""
    known = set(content_words(source))
    plain = "".join(source.text.split()).casefold()
    # The same compound may be divided differently in another sentence, so longer forms are also looked up as text.
    return [word for word in content_words(answer) if word not in known and not (len(word) > 1 and word in plain)]


def unseen_nouns(answer: Analysis, source: Analysis) -> list[str]:
    """Nouns that the source does not have: honest rewording brings few, a swapped noun always one."""
    nouns = {t.form.casefold() for t in answer.tokens if t.tag.split("-")[0] in _NOUN_TAGS and len(t.form) > 1}
    return [word for word in dict.fromkeys(unseen_words(answer, source)) if word in nouns]


def opposite_words(answer: Analysis, source: Analysis) -> tuple[str, str] | None:
    """A word of the answer, and its opposite that the nearest sentences of the source have in its place."""
    windows = _windows(source)
    for sentence in answer.sentences if windows else ():
        said = set(_content(answer.within(sentence.start, sentence.end)))
        turned = [pair for pair in _OPPOSITES if len(said & set(pair)) == 1]
        if not turned:
            continue
        nearest = set(_content(max(windows, key=lambda window: _nearness(said, window))))
        for pair in turned:
            ours = pair[0] if pair[0] in said else pair[1]
            theirs = pair[1] if pair[0] in said else pair[0]
            if ours not in nearest and theirs in nearest:
                return ours, theirs
    return None


def content_words(analysis: Analysis) -> list[str]:
    """Dictionary forms of what carries meaning, in order."""
    return _content(analysis.tokens)


def negation_parity(answer: Analysis, source: Analysis) -> bool:
    """Whether each sentence of the answer is negated just as the source sentences nearest to it.

    A negation in a clause of the source that the answer leaves out does not count.
    """
    windows = _windows(source)
    if not windows:
        return True
    for sentence in answer.sentences:
        said = answer.within(sentence.start, sentence.end)
        words = set(_content(said))
        if not words:
            continue
        nearest = max(windows, key=lambda window: _nearness(words, window))
        if not _alike_negated(said, nearest):
            return False
    return True


def _dates(text: str) -> Iterator[tuple[re.Match[str], _Date]]:
    taken: list[tuple[int, int]] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if not _free(match, taken):
                continue
            taken.append(match.span())
            group = match.groupdict()
            name = group.get("name")
            month = _MONTHS.index(name.lower()) + 1 if name else _whole(group.get("month"))
            yield match, _Date(_whole(group.get("year")), month, _whole(group.get("day")))


@lru_cache(SOURCES_REMEMBERED)
def _known_dates(source: str) -> tuple[_Date, ...]:
    return tuple(dict.fromkeys(date for _, date in _dates(source)))


@lru_cache(SOURCES_REMEMBERED)
def _known_times(source: str) -> frozenset[tuple[int, int]]:
    return frozenset(time for _, time in _times(source))


def _whole(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _agrees(date: _Date, other: _Date) -> bool:
    return all(mine is None or mine == theirs for mine, theirs in zip(date, other, strict=True))


def _times(text: str) -> Iterator[tuple[re.Match[str], tuple[int, int]]]:
    for match in _TIME.finditer(text):
        hour = int(match["hour"] or match["clock"])
        minute = 30 if match["half_hour"] else int(match["minute"] or match["clock_minute"] or 0)
        if match["half"] == "오후" and hour < 12:
            hour += 12
        yield match, (hour, minute)


def _free(match: re.Match[str], covered: Sequence[tuple[int, int]]) -> bool:
    return all(match.end() <= start or end <= match.start() for start, end in covered)


def _missing_numbers(text: str, source: str, covered: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    for match, value, unit in _numbers(text):
        if not _free(match, covered):
            continue
        known, values, bare = _known_numbers(source)
        if value not in values or (unit and (value, unit) not in known and value not in bare):
            yield match.start(), match.group().strip()


@lru_cache(SOURCES_REMEMBERED)
def _known_numbers(source: str) -> tuple[frozenset[tuple[str, str]], frozenset[str], frozenset[str]]:
    known = frozenset((value, unit) for _, value, unit in _numbers(source))
    values = {value for value, _ in known} | {_plain(found.group()) for found in _DIGITS.finditer(source)}
    # A number that the source gives only without a unit may be given one; another unit is another fact.
    measured = {value for value, unit in known if unit}
    return known, frozenset(values), frozenset(value for value, _ in known) - measured


def _numbers(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    for match in _NUMBER.finditer(text) if _DIGIT.search(text) else ():
        value = _plain(match["number"])
        scale = _SCALES.get((match["scale"] or "").strip())
        if scale and value.count(".") < 2:
            value = _plain(f"{round(float(value) * scale, 6):f}")
        unit = (match["unit"] or "").lower()
        yield match, ("-" if match["sign"] else "") + value, _SAME_UNIT.get(unit, unit)
    for match in _NATIVE_COUNT.finditer(text):
        yield match, str(_NATIVE[match[1]]), _SAME_UNIT.get(match[2], match[2])
    for match in _SINO_COUNT.finditer(text):
        yield match, str(_sino_value(match[1].strip())), _SAME_UNIT.get(match[2], match[2])


def _sino_value(words: str) -> int:
    """삼천오백 → 3500, 이십만 → 200000."""
    total = part = digit = 0
    for word in words:
        if word in _DIGIT_WORDS:
            digit = _DIGIT_WORDS[word]
        elif word in _TEN_WORDS:
            part, digit = part + (digit or 1) * _TEN_WORDS[word], 0
        else:
            total, part, digit = total + (part + digit or 1) * _MYRIADS[word], 0, 0
    return total + part + digit


def _plain(digits: str) -> str:
    digits = digits.replace(",", "")
    if digits.count(".") == 1 and set(digits.split(".")[1]) <= {"0"}:
        digits = digits.split(".")[0]
    return digits.lstrip("0") or "0" if digits.isdigit() else digits


def _missing_names(text: str, source: str) -> Iterator[tuple[int, str]]:
    for match in _names(text):
        known = _known_names(source)
        word = _fold(match.group())
        if word in known:
            continue
        tight = _NOT_ALNUM.sub("", word)
        parts = [part for part in re.split(r"[^a-z0-9+#]", word) if part]
        singular = {tight.removesuffix("s"), tight.removesuffix("es"), tight + "s"}
        # Parts from different places make another version: AGPL-4 out of AGPL-3 and CC-4.
        made_of = not any(part[0].isdigit() for part in parts) and all(part in known for part in parts)
        if not (tight in known or f"{tight}0" in known or singular & known or made_of):
            yield match.start(), match.group()


@lru_cache(SOURCES_REMEMBERED)
def _known_names(source: str) -> frozenset[str]:
    written = _LATIN.findall(source)
    words = [_fold(word) for word in written]
    known = set(words)
    for word in known.copy():
        known.update(part for part in _NOT_PLAIN.split(word) if part)
    known.update(part.casefold() for word in set(written) for part in _HUMP.findall(word))
    known.update(_NOT_ALNUM.sub("", found.group().casefold()) for found in _NUMBERED_NAME.finditer(source))
    folded = [_NOT_ALNUM.sub("", word) for word in words]
    known.update(
        folded, map("".join, pairwise(folded)), map("".join, zip(folded, folded[1:], folded[2:], strict=False))
    )
    return frozenset(known)


def _names(text: str) -> Iterator[re.Match[str]]:
    """All Latin words of Korean text; of other text only those whose writing shows that they are names."""
    korean = sum(map(len, _HANGUL.findall(text))) >= 0.1 * sum(map(str.isalpha, text))
    for match in _LATIN.finditer(text):
        word = match.group()
        unit = word.lower() in _UNITS and text[: match.start()].rstrip()[-1:].isdigit()
        if not unit and word != "I" and (korean or _is_marked(word, text, match.start())):
            yield match


def _is_marked(word: str, text: str, start: int) -> bool:
    if _MARKS.search(word[1:]):
        return True
    # A capital tells nothing where a sentence begins.
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return word[0].isupper() and bool(_OPENED.search(_CLOSED.split(before)[-1]))


def _fold(word: str) -> str:
    return word.casefold().removesuffix("'s")


def _content(tokens: Sequence[Token]) -> list[str]:
    return [t.form.casefold() for t in tokens if t.tag.split("-")[0] in CONTENT_TAGS and t.form not in _LIGHT]


def _windows(source: Analysis) -> list[Sequence[Token]]:
    """Single sentences and neighbouring pairs, since an answer may join two."""
    pairs = [(a.start, b.end) for a, b in pairwise(source.sentences)]
    return [source.within(start, end) for start, end in [*((s.start, s.end) for s in source.sentences), *pairs]]


def _nearness(words: set[str], window: Sequence[Token]) -> float:
    other = set(_content(window))
    common = len(words & other)
    return 2 * common / len(words) + common / (len(words | other) or 1)


def _alike_negated(said: Sequence[Token], source: Sequence[Token]) -> bool:
    ours, theirs = Counter(_negated(said)), Counter(_negated(source))
    if sum(ours.values()) % 2 == sum(theirs.values()) % 2:
        return True
    words = set(_content(said))
    relevant = {word: count for word, count in theirs.items() if word in words or not word}
    return all(ours[word] % 2 == relevant.get(word, 0) % 2 for word in {*ours, *relevant})


def _negated(tokens: Sequence[Token]) -> Iterator[str]:
    """For each negation the content word that it denies: 사용하지 않다 → 사용, 안 쓰다 → 쓰, 문제가 없다 → 문제."""
    for at, token in enumerate(tokens):
        tag = token.tag.split("-")[0]
        if tag == "MAG" and token.form in ("안", "못"):
            yield next((t.form for t in tokens[at + 1 :] if t.tag.split("-")[0] in CONTENT_TAGS), "")
        elif (
            (tag == "VX" and token.form in ("않", "못하", "말")) or (tag == "VA" and token.form == "없") or tag == "VCN"
        ):
            yield next((word for word in reversed(_content(tokens[:at]))), "")
