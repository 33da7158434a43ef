"""Question patterns over the clauses of a sentence: why, how, what for, and what happens if."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from corpus_to_ft.analyzers.base import Token
from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import Sentence, content_words, noun_phrase, stands, topic_of
from corpus_to_ft.llm.extractive.endings import ending_at, intention, modifier, question
from corpus_to_ft.llm.extractive.facts import DONE, is_doer
from corpus_to_ft.llm.extractive.manner import acts, advises_in, ends_in_ability, guesses, requests, turns
from corpus_to_ft.llm.extractive.patterns import Candidate, Subject

MAX_CLAUSE_CHARS, MAX_REASONED_CHARS = 50, 46
# "쓰면" is a condition of anything.
MIN_CONDITION_CHARS = 6
_MEANS = frozenset({"통하", "이용", "사용", "활용", "이용하", "사용하", "활용하"})
_DISCOURSE_WORDS = (
    "보 따르 감안 제외 살펴보 비교 생각 말하 정리 요약 고려 들여다보 "
    "들 있 없 아니 원하 가정 필요 알아보 예 되 싶 바라보 그러 요약하 덧붙이"
)
_DISCOURSE = frozenset(_DISCOURSE_WORDS.split())
_SINCE = frozenset({"므로", "으므로", "라서", "이라서", "느라", "니까", "으니까"})
# Verbs that need no object.
_HAPPENS_WORDS = (
    "나오 오르 내리 떨어지 늘 줄 멈추 오 가 있 없 생기 일어나 사라지 죽 남 터지 움직이 걸리 맞 "
    "크 높 낮 통하 동작 작동 발생 증가 감소 실패 성공 존재 종료 성장 변화 하락 상승 폭발 부족 "
    "도달 필요 가능 등장 일하 살 쉬 자라 마르 녹 얼 굳 "
)
_HAPPENS = frozenset(_HAPPENS_WORDS.split())
_DONE_TO = frozenset(
    {"조이", "끝내", "두", "달", "걸", "놓", "씌우", "옮기", "닫", "열", "켜", "끄", "씻", "멈추", "유지"}
)
_HARMS = frozenset(
    [
        "과부하",
        "오류",
        "에러",
        "장애",
        "문제",
        "침해",
        "위반",
        "손해",
        "유출",
        "실패",
        "지연",
        "손상",
        "고장",
        "사고",
        "부작용",
        "위험",
        "피해",
        "충돌",
        "중단",
        "혼란",
        "오해",
        "낭비",
        "손실",
    ]
)
_WARNS = frozenset({"주의", "유의", "명심", "기억", "조심"})


def stated_reasons(s: Sentence) -> Iterator[Candidate]:
    """X하는 이유는 …이다, X하는 방법은 …이다: X하는 이유는 무엇인가요?"""
    for noun, subject in (
        ("이유", "reason"),
        ("까닭", "reason"),
        ("원인", "reason"),
        ("방법", "how"),
        ("목적", "reason"),
    ):
        at = s.find(noun, "NN")
        if at is None or at == 0 or at + 1 >= len(s.tokens) or s.tokens[at + 1].form not in ("은", "는"):
            continue
        ending = s.ending
        if ending is None or not any(t.tag == "VCP" or t.form == "위하" for t in s.tokens[ending - 2 : ending]):
            continue
        if s.tokens[at - 1].tag == "ETM":
            clause = _clause(s, s.opens_at, s.tokens[at].end, least=1)
            if clause and s.tokens[at + 2].form not in ("다음", "아래", "여러", "다양"):
                yield _made(
                    s, f"{with_josa(clause, '은/는')} 무엇인가요?", "how" if subject == "how" else "reason", 1.35
                )


def causes(s: Sentence) -> Iterator[Candidate]:
    """A기 때문에 B한다, A를 위해 B한다: B하는 이유는 무엇인가요?"""
    tokens = s.tokens
    ending = s.ending
    if ending is None:
        return
    for at in range(1, ending - 2):
        because = tokens[at].form == "때문" and tokens[at + 1].form == "에" and tokens[at - 1].tag in ("ETN", *_NOUN)
        since = tokens[at].form in _SINCE and tokens[at].tag == "EC"
        thanks = tokens[at].form == "덕분" and tokens[at + 1].form == "에"
        in_order = (
            tokens[at].form == "위하" and tokens[at + 1].form in ("어", "어서") and tokens[at - 1].tag in ("ETN", "JKO")
        )
        if not (because or since or thanks or in_order):
            continue
        main = at + 1 if since else at + 2
        if tokens[main].tag == "JX" or turns(tokens[:at]):
            return
        while main < ending and tokens[main].tag == "SP":
            main += 1
        if in_order and (advises_in(tokens[main:]) or any(t.tag == "ETM" for t in tokens[main:ending])):
            return
        if thanks and any(t.tag == "JKO" for t in tokens[main:]):
            return
        text = _why(s, main, before=at)
        if text and content_words(tokens[main:]) >= 2:
            yield _made(s, text, "reason", 0.95 if in_order else 1.2)
        return


def told_reasons(sentences: Sequence[Sentence], at: int) -> Iterator[Candidate]:
    """A한다. 왜냐하면 B기 때문이다: A하는 이유는 무엇인가요?"""
    s = sentences[at]
    if at == 0 or s.first or s.ending is None:
        return
    opens = s.words.startswith(("왜냐하면", "이는 ", "그 이유는", "이유는", "그렇게 하는 이유는"))
    last = [t.form for t in s.tokens if t.tag not in ("SF", "EF", "EP", "VCP")][-1:]
    # "A한다. B하기 때문이다." needs no word that announces it.
    opens = opens or (last == ["때문"] and not any(noun in s.words for noun in ("이유", "까닭", "원인")))
    if not opens or last not in (["때문"], ["위해서"], ["위하"]):
        return
    told = sentences[at - 1]
    text = _why(told, _first_token(told), before=0)
    if text and not told.leans and content_words(told.tokens) >= 2:
        yield Candidate(text=text, subject="reason", first=told.index, last=s.index, weight=1.3)


def ways(s: Sentence) -> Iterator[Candidate]:
    """X하려면 Y한다, X하기 위해서는 Y해야 한다: X하려면 어떻게 해야 하나요?"""
    tokens = s.tokens
    if s.ending is None and not requests(s):
        return
    for at in range(1, len(tokens) - 3):
        token = tokens[at]
        if token.tag == "EC" and token.form in ("려면", "으려면", "ᆯ려면"):
            clause = _clause(s, s.opens_at, token.end, least=2)
        elif token.form == "위하" and tokens[at - 1].tag == "ETN" and advises_in(tokens[at + 1 :][-12:]):
            clause = intention(s.text, tokens, at - 2, s.opens_at) if at >= 2 else None
            clause = clause if clause and _fits(s, clause, s.opens_at, token.start, least=1) else None
        else:
            continue
        # Of a thing nobody asks what it has to do: "저작권법은 저작물을 보호하려면 …".
        said = next((i for i in range(1, at) if tokens[i].tag == "JX" and tokens[i].form in ("은", "는")), None)
        if said is not None and not is_doer(tokens[said - 1].form):
            return
        # "어떤 작업이 필요하다" does not say which.
        if any(t.form == "어떤" for t in tokens[at + 1 :]):
            return
        if clause and (advises_in(tokens[at + 1 :][-12:]) or requests(s) or acts(tokens)):
            yield _made(s, f"{clause} 어떻게 해야 하나요?", "how", 1.3)
        return


def means(s: Sentence) -> Iterator[Candidate]:
    """Y하면 X할 수 있다: 어떻게 하면 X할 수 있나요?"""
    tokens = s.tokens
    ending = s.ending
    if ending is None or not ends_in_ability(tokens, ending) or turns(tokens):
        return
    topic = topic_of(s)
    for at in range(2, ending - 4):
        token = tokens[at]
        if token.tag == "EC" and token.form in ("면", "으면") and tokens[at - 1].tag in ("XSV", "VV"):
            # What happens by itself, or does harm, is no way to anything.
            rest = tokens[at + 1 : ending]
            if any(t.tag == "JKS" for t in tokens[:at]) or any(t.form in _HARMS for t in rest):
                return
            if any(a.form == "수" and b.form == "도" for a, b in itertools.pairwise(rest)):
                return
            asked = _rest(s, at + 1)
            if asked:
                yield _made(s, f"어떻게 하면 {asked}", "how", 1.1)
            return
        if token.form in _MEANS and tokens[at - 1].tag in ("JKO", "NNG") and topic is not None and at > topic.after:
            after = next(
                (i for i in range(at + 1, ending) if tokens[i].tag == "EC" and tokens[i].form in ("어", "어서")), None
            )
            asked = _rest(s, after + 1) if after is not None and after <= at + 2 else None
            if asked:
                yield _made(s, f"{with_josa(topic.text, '은/는')} 어떻게 {asked}", "how", 1.0)
            return


def conditions(s: Sentence) -> Iterator[Candidate]:
    """X하면 Y된다, X할 때는 Y해야 한다: X하면 어떻게 되나요? X할 때는 어떻게 해야 하나요?"""
    tokens = s.tokens
    if s.ending is None and not requests(s):
        return
    for at in range(2, len(tokens) - 4):
        token = tokens[at]
        rest = tokens[at + 1 :]
        if token.tag == "EC" and token.form in ("면", "으면") and tokens[at - 1].tag in ("XSV", "VV", "VX", "EP"):
            if rest[0].form in ("되", "좋", "안", "하") or rest[0].tag == "EF" or tokens[at - 1].form in _DISCOURSE:
                return
            if tokens[at - 1].tag == "XSV" and tokens[at - 2].form in _DISCOURSE:
                return
            clause = _clause(s, s.opens_at, token.end, least=1)
        elif token.form in ("때", "경우") and tokens[at - 1].tag == "ETM" and "만" not in [t.form for t in rest[:2]]:
            clause = _clause(s, s.opens_at, token.end, least=1)
        else:
            continue
        if not clause or len(clause) < MIN_CONDITION_CHARS:
            return
        if turns(rest) or guesses(tokens) or any(t.form in ("생각", "느끼", "믿") for t in rest[-6:]):
            return
        advised = advises_in(rest[-9:], strictly=True)
        if advised and any(t.form in _WARNS for t in rest[-9:]):
            return
        # "지워질 수 있다" is what may happen, not what one can do.
        able = not advised and ends_in_ability(tokens, s.ending or 0) and any(t.tag == "JKO" for t in rest)
        if able:
            if token.form in ("면", "으면"):
                yield _made(s, f"{clause} 무엇을 할 수 있나요?", "result", 0.8)
        elif token.form in ("때", "경우"):
            if advised:
                topic = topic_of(s)
                topical = topic is not None and topic.start < token.start
                # "충돌은 두 개를 쓸 때 …해야 한다": only who acts can be asked what to do.
                if topic is not None and topical and not is_doer(topic.text):
                    return
                said = any(t.tag == "JX" and t.form in ("은", "는") for t in tokens[:at])
                particle = "" if topical or said else "에는" if token.form == "경우" else "는"
                yield _made(s, f"{clause}{particle} 어떻게 해야 하나요?", "how", 1.05)
        elif advised or acts(tokens):
            end = "어떻게 해야 하나요?" if advised else "어떻게 되나요?"
            yield _made(s, f"{clause} {end}", "how" if advised else "result", 1.0)
        return


_NOUN = ("NNG", "NNP", "SL", "XSN")


def _why(s: Sentence, main: int, before: int) -> str | None:
    """ "… 이유는 무엇인가요?" over the clause that begins at token `main`; its topic may stand before the reason."""
    tokens = s.tokens
    if main >= len(tokens) or any(t.form == "겠" for t in tokens[main:]) or guesses(tokens):
        return None
    owner = ""
    start = tokens[main].start
    inner = next(
        (i for i in range(main, len(tokens)) if tokens[i].tag == "JX" and tokens[i].form in ("은", "는")), None
    )
    if inner is not None:
        subject = noun_phrase(s, main, inner)
        if subject is None or inner + 1 >= len(tokens):
            return None
        owner, start = with_josa(subject, "이/가") + " ", tokens[inner + 1].start
    elif before:
        topic = topic_of(s)
        if topic is not None and topic.after <= before:
            owner = with_josa(topic.text, "이/가") + " "
    # "설정은 4로 둡니다" makes the setting the one that acts.
    if owner and _needs_object(tokens[main:]):
        if not _is_done(tokens[main:]):
            return None
        owner = with_josa(owner[:-2], "을/를") + " "
    # "거는 이유는 무엇인가요?" does not say of what; and a condition in front asks for two things at once.
    if not owner and not any(t.tag in ("JKS", "JKO", "JX", "VCP") for t in tokens[main:]):
        return None
    if any(t.tag == "EC" and t.form in ("면", "으면") for t in tokens[main:]) or turns(tokens[main:]):
        return None
    if owner and any(t.tag == "EC" and t.form in ("고", "며", "으며") for t in tokens[main:]):
        return None
    clause = modifier(s.text, tokens, start)
    # "서버도 설치하는 이유" asks about the 도, which nothing answers.
    if any(t.tag == "JX" and t.form in ("도", "만") for t in tokens[main:]):
        return None
    if clause and ("," in clause or (owner and clause.startswith(owner[:-2]))):
        return None
    if (
        clause is None
        or not _short(clause, MAX_REASONED_CHARS)
        or (owner and "이 " in owner and clause.startswith("이 "))
    ):
        return None
    return f"{owner}{clause} 이유는 무엇인가요?"


def _rest(s: Sentence, at: int) -> str | None:
    tokens = s.tokens
    while at < len(tokens) and tokens[at].tag in ("SP", "JX"):
        at += 1
    if at >= len(tokens) or content_words(tokens[at:]) < 2:
        return None
    if any(t.tag == "JX" and t.form in ("은", "는") for t in tokens[at:]) or turns(tokens[at:]):
        return None
    if any(t.tag == "EC" and t.form in ("면", "으면") for t in tokens[at:]):
        return None
    asked = question(s.text, tokens, tokens[at].start)
    return asked if asked and _short(asked[:-1], MAX_CLAUSE_CHARS) else None


def _clause(s: Sentence, start: int, end: int, least: int) -> str | None:
    clause = s.slice(start, end).strip()
    return clause if _fits(s, clause, start, end, least) else None


def _fits(s: Sentence, clause: str, start: int, end: int, least: int) -> bool:
    inside = [t for t in s.tokens if start <= t.start < end]
    topics = sum(t.tag == "JX" and t.form in ("은", "는") for t in inside)
    if topics > 1 or (topics and any(t.tag == "EC" and t.form in ("고", "어", "아", "어서", "아서") for t in inside)):
        return False
    # Two statements in front of the question read as a text of their own.
    if set(",:") & set(clause) or any(t.tag == "EC" and t.form in ("으며", "며", "지만", "는데") for t in inside):
        return False
    whole = not any(t.tag == "EF" for t in inside) and bool(inside) and inside[0].tag[0] not in "JEX"
    return whole and content_words(inside) >= least and _short(clause, MAX_CLAUSE_CHARS)


def _short(clause: str, most: int) -> bool:
    return 4 <= len(clause.strip()) <= most and stands(clause)


def _needs_object(tokens: Sequence[Token]) -> bool:
    """Whether the verb does something to what is not named: the topic was that, and it cannot be the subject."""
    ending = ending_at(tokens) or 0
    # "쓸 수 있다", "쓰는 것이 가능하다": what is used counts, not that it can be.
    ending = next((i for i in range(max(1, ending - 5), ending) if tokens[i].form in ("수", "것")), ending)
    verb = next((i for i in range(ending - 1, 0, -1) if tokens[i].tag in ("VV", "XSV", "VA", "XSA")), None)
    if verb is None or any(t.tag == "JKO" for t in tokens):
        return False
    form = tokens[verb].form
    if form in _DONE_TO:
        return True
    if tokens[verb].tag == "XSV":
        return form in ("하", "시키") and tokens[verb - 1].form not in _HAPPENS
    return tokens[verb].tag == "VV" and form not in _HAPPENS and not form.endswith(("지", "되", "리", "이", "히", "나"))


def _is_done(tokens: Sequence[Token]) -> bool:
    """Whether the last verb is surely one that is done to something."""
    ending = ending_at(tokens) or 0
    last = [t.form for t in tokens[max(0, ending - 7) : ending] if t.tag in ("VV", "NNG")]
    return bool(last) and last[-1] in DONE | _DONE_TO


def _first_token(s: Sentence) -> int:
    start = s.opens_at
    return next((at for at, t in enumerate(s.tokens) if t.start >= start), len(s.tokens))


def _made(s: Sentence, text: str, subject: Subject, weight: float) -> Candidate:
    return Candidate(text=text, subject=subject, first=s.index, last=s.index, weight=weight)


CLAUSE_PATTERNS = (stated_reasons, causes, ways, means, conditions)
