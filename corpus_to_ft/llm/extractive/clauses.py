"""A sentence as question patterns see it: its tokens, its topic, and which stretches can stand in a question."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus_to_ft.analyzers.base import Analysis, Token
from corpus_to_ft.llm.extractive.endings import ending_at
from corpus_to_ft.llm.extractive.sentence_shape import leans_back
from corpus_to_ft.records import Block, Span

NOUNS = frozenset({"NNG", "NNP", "SL", "SH", "XR"})
_PHRASE = NOUNS | {"XSN", "XPN", "SN", "JKG", "JC", "SO", "SW", "W_SERIAL", "NR", "NNB"}
# What a bracket after a term may also hold.
_IN_ASIDE = frozenset({"SS", "SSO", "SSC", "SP", "JKS", "W_URL"})
MAX_TOPIC_CHARS = 30
# A longer name is asked about without the bracket behind it.
MAX_WITH_ASIDE_CHARS = 22
_TRAILING_ASIDE = re.compile(r"\s*\([^()]*\)$")

# They name a relation to something, so they need it in the question: 목적 of what?
RELATIONS_WORDS = (
    "목적 목표 장점 단점 특징 역할 기능 조건 차이 차이점 원인 이유 핵심 기준 종류 구조 원리 한계 대상 효과 의미 "
    "정의 주제 과정 절차 순서 방식 형식 범위 규칙 원칙 요소 요건 권한 책임 "
    "혜택 강점 약점 문제점 해결책 대안"
)
RELATIONS = frozenset(RELATIONS_WORDS.split())
# They point at nothing by themselves.
EMPTY_WORDS = (
    "것 점 때 경우 방법 문제 결과 부분 내용 정도 이후 이전 다음 처음 오늘 최근 요즘 현재 여기 사람 우리 저희 저 "
    "나 제 본인 누구 모두 하나 그것 이것 그 이 대부분 전체 개인 생각 사실 "
    "시간 상황 필자 글 포스트 포스팅 문서 그림 표 코드 예제 예시 예 위 아래 앞 뒤 자신 둘 셋 첫째 둘째 셋째 이번 "
    "지난 마지막 나머지 후자 전자 저자 분 분들 여러분 당신 만약 실제 사진 "
    "질문 답 답변 말 뜻 일 곳 데 등 중 후 전 동안 과거 미래 지금 당시 번째 가지 이름 값 전부 일부 각각 이유 "
    "하지만 다만 추가 참고 기본 본격 개발자 회사 팀 서비스 사용자 고객 프로젝트 "
    "작업 시작 끝 화면 관점 입장 쪽 이들 얘기 이야기 식 수식 함수 변수 파일"
)
EMPTY = frozenset(EMPTY_WORDS.split())
# Words that lean on the reader's place in the text, on the speaker, or on something said before.
_POINTING = re.compile(
    r"(?<![가-힣])(이것|그것|저것|이거|그거|여기|거기|저기|이를|이는|그를|그는|이에|그에|이때|그때|이들|그들|이런"
    r"|그런|이러한|그러한|저런"
    r"|이렇게|그렇게|이와|그와|이처럼|해당|본문|본 |이번|지난|앞서|앞에서|위에서|위의|위와|아래|다음|상기|전자"
    r"|후자|방금|아까|오늘|어제"
    r"|내일|현재|지금|요즘|최근|올해|작년|내년|저희|우리|저는|제가|저의|저도|나는|내가|나의|제 |내 |필자|여러분"
    r"|당신|둘 다|그중|그 중|이중|이로|그로|이날|그날|그래서"
    r"|따라서|하지만|그러나|그리고|또한|또는 그|즉|마지막으로|추가로|참고로|아마|아무래도|이제|일단|드디어|점은"
    r"|각각|둘째|셋째|첫째|첫 번째|두 번째|세 번째|네 번째|앞의|뒤의|전술|후술|아닌가)"
    r"|^이후 |(?<![가-힣])(이|그|저|본|각|위|앞|윗|아랫) (?=[가-힣A-Za-z\d])"
    r"|[?!]|https?:|www\.|[`{}<>\\|=*]|\$|…|\.\.\."
)
_ANNOUNCES = re.compile(
    r"(?:겠습니다|겠어요|겠다|보겠|봅시다|합시다|하자|보자|볼게요|할게요|려고 (?:합니다|해요|한다)|바랍니다"
    r"|바란다|예정입니다|같습니다|같아요|같다"
    r"|봅니다|소개합니다|다룹니다|참고하세요|참고하십시오|참조하세요|참고해 ?(?:주세요|주시|보세요)|군요|네요"
    r"|데요|고요|거든요|느낌|싶습니다|싶어요|싶다"
    r"|생각합니다|생각해요|생각한다|모르겠|볼까요|할까요|마세요|ㅎㅎ|ㅋㅋ|ㅠ|테스트해|살펴보았습니다"
    r"|알아보았습니다|살펴봤습니다|알아봤습니다|었죠|습니다만"
    r"|도록 (?:합니다|하죠|해요|한다)|보시면 됩니다|설명합니다|설명했습니다|작성하였습니다)[.!~…)\s]*$|[!~]\s*$"
    r"|:\)|\^\^"
)
_ORPHAN = re.compile(
    r"(?:^|[가-힣,(]\s)(?:은|는|가|을|를|에|의|와|과|로|으로|에서|에게|라고|이라고|인|일)(?:\s|[,.)])"
    r"|[가-힣]\s{2,}[가-힣]|\(\s*\)"
)
_ASKING = re.compile(r"(?<![가-힣])(?:무엇|어떻게|어떤|어디|언제|누가|왜|얼마나|몇)")
_UNBALANCED = re.compile(r"^[^(（\[]*[)）\]]|[(（\[][^)）\]]*$")
_LEADING = re.compile(
    r"^(?:[\s\"'“‘(\-–—·•*]+|(?:그래서|그러나|그러므로|그런데|그렇지만|그리고|하지만|따라서|때문에|또한|또|즉"
    r"|반면|반면에|반대로|한편|다만|물론"
    r"|결국|게다가|더불어|아울러|특히|심지어|오히려|예를 들어|예를 들면|예컨대|참고로|역시|먼저|우선|첫째|둘째"
    r"|셋째|마지막으로|추가로|이제"
    r"|일단|일반적으로|기본적으로|보통|사실|실제로|정리하면|요약하면|결과적으로|결론적으로|다시 말해|다시 말하면"
    r"|쉽게 말해|간단히 말해|만약"
    r"|만일|마찬가지로|혹시|아무래도|단|원래|만약에|자|음|아|네|참|더 중요하게는"
    r"|세부적으로는?|구체적으로는?|이 ?외에도?는?|그 ?외에는?|무엇보다도?|이상하게도|사실은"
    r"|아쉽게도|다행히|흔히|주로)[,\s]+|\d{1,2}[.)]\s+"
    r"|\d{4}년(?: \d{1,2}월)?(?: \d{1,2}일)?(?:에는|에)?(?:,\s*|\s+(?=[가-힣A-Za-z]+(?:\([^)]*\))?[은는] )))+"
)

# They only order what is told; what follows them is a statement of its own. "그래서" and "따라서" need their reason.
_LIGHT = re.compile(
    r"(?:그리고|또한?|하지만|그러나|그런데|다만|단|참고로|한편|특히|즉|물론|더불어|아울러|게다가|반면에?|추가로|마지막으로"
    r"|예를 들어|예를 들면|다음으로|두 ?번째로|세 ?번째로|둘째|셋째|이어서|역시"
    r"|더욱이|심지어|오히려|결국|마찬가지로)(?:,\s*|\s+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`index` counts the sentences of the passage; `first` says that it opens its block; `topics` keeps its topic."""

    text: str
    start: int
    end: int
    tokens: Sequence[Token]
    block: Block
    index: int
    first: bool
    opens_at: int
    ending: int | None
    topics: list[Topic | None] = field(default_factory=list, compare=False, repr=False)

    def slice(self, start: int, end: int) -> str:
        """Characters of the passage, both offsets counting there."""
        return self.text[start:end]

    @property
    def words(self) -> str:
        return self.text[self.start : self.end]

    @property
    def leans(self) -> bool:
        return leans_back(self.words)

    def find(self, form: str, tag: str) -> int | None:
        """Position of the first such token."""
        return next((at for at, t in enumerate(self.tokens) if t.form == form and t.tag.startswith(tag)), None)

    def ends_with(self, *forms: str) -> bool:
        """Whether the last morphemes before the ending are these."""
        core = [t.form for t in self.tokens if t.tag not in ("SF", "SP", "SS", "SE", "SO", "SW", "EF", "EP")]
        return tuple(core[-len(forms) :]) == forms


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A noun phrase at the head of a sentence, and the particle behind it; `after` is the token that follows."""

    text: str
    head: str
    particle: str
    start: int
    after: int
    is_name: bool


def sentences_of(analysis: Analysis, blocks: Sequence[Block]) -> list[Sentence]:
    """Sentences in prose blocks, in order; a passage without blocks is one paragraph."""
    blocks = blocks or (Block(kind="paragraph", start=0, end=len(analysis.text)),)
    found: list[Sentence] = []
    text, ends = analysis.text, [span.end for span in analysis.sentences]
    for block in blocks:
        if block.kind in ("heading", "code", "table_row"):
            continue
        opens = True
        for span in analysis.sentences[bisect_right(ends, block.start) :]:
            start, end = max(span.start, block.start), min(span.end, block.end)
            if start >= end:
                break
            start, end = _trim(text, Span(start=start, end=end))
            if start == end:
                continue
            tokens = analysis.within(start, end)
            led = _LEADING.match(text[start:end])
            found.append(
                Sentence(
                    text=text, start=start, end=end, tokens=tokens, block=block, index=len(found), first=opens,
                    opens_at=start + (led.end() if led else 0), ending=ending_at(tokens),
                )
            )  # fmt: skip
            opens = False
    return found


def topic_of(sentence: Sentence, particles: frozenset[str] = frozenset({"은", "는", "란", "이란"})) -> Topic | None:
    """The noun phrase that opens the sentence with a topic particle; None when it points, is empty or too long."""
    if not sentence.topics:
        sentence.topics.append(_topic(sentence))
    (topic,) = sentence.topics
    return topic if topic and topic.particle in particles else None


def _topic(sentence: Sentence) -> Topic | None:
    """The noun phrase that opens the sentence with whatever particle or ending."""
    start = sentence.opens_at
    tokens = sentence.tokens
    at = next((i for i, token in enumerate(tokens) if token.start >= start), len(tokens))
    first = at
    while at < len(tokens) and (tokens[at].tag in _PHRASE or _is_aside(sentence, at)):
        at += 1
    end = at
    if at + 1 < len(tokens) and tokens[at].tag == "VCP" and tokens[at + 1].form == "란":
        at += 1
    if end == first or at >= len(tokens) or tokens[at].tag[0] not in "JE":
        return None
    phrase = noun_phrase(sentence, first, end)
    if phrase is None:
        return None
    head = next((t.form for t in reversed(tokens[first:end]) if t.tag in NOUNS), "")
    names = any(t.tag in ("SL", "NNP") for t in tokens[first:at])
    return Topic(
        text=phrase, head=head, particle=tokens[at].form, start=tokens[first].start, after=at + 1, is_name=names
    )


def noun_phrase(sentence: Sentence, first: int, after: int) -> str | None:
    """Tokens `first` up to `after` as a phrase that stands alone, or None."""
    tokens = sentence.tokens[first:after]
    # A number ends a name only where it is its version: SPDX 3.0, Apache-2.0.
    if not tokens or (tokens[-1].tag == "SN" and not (len(tokens) > 1 and tokens[-2].tag in ("SL", "SO"))):
        return None
    if tokens[-1].tag in ("JKG", "JC", "SO", "XPN") or tokens[0].tag in ("JKG", "JC", "XSN", "SO"):
        return None
    text = " ".join(sentence.slice(tokens[0].start, tokens[-1].end).split()).strip("\"'“”‘’")
    if any(t.tag not in _PHRASE and t.tag not in _IN_ASIDE for t in tokens):
        return None
    if len(text) > MAX_WITH_ASIDE_CHARS:
        text = _TRAILING_ASIDE.sub("", text)
    nouns = [t for t in tokens if t.tag in NOUNS]
    if not nouns or all(t.form in EMPTY for t in nouns) or not 2 <= len(text) <= MAX_TOPIC_CHARS or not stands(text):
        return None
    return None if nouns[-1].form in EMPTY and len(nouns) < 2 else text


def stands(text: str) -> bool:
    """Whether a stretch can be put into a question: nothing in it points elsewhere, and no bracket is half."""
    if (
        _POINTING.search(text)
        or _ASKING.search(text)
        or _UNBALANCED.search(text)
        or _ORPHAN.search(text)
        or "\n" in text
    ):
        return False
    return text.count('"') % 2 == 0 and text.count("'") % 2 == 0 and text.count("“") == text.count("”")


def has_topic(tokens: Sequence[Token]) -> bool:
    """Whether 은/는 marks something in it; behind an ending (요구하지는) it marks nothing."""
    return any(
        t.tag == "JX" and t.form in ("은", "는") and (at == 0 or tokens[at - 1].tag[0] != "E")
        for at, t in enumerate(tokens)
    )


def without_connective(sentence: Sentence) -> int | None:
    """Where the sentence begins by itself, when all that ties it to the one before is a word like "그리고", "다만,"."""
    found = _LIGHT.match(sentence.words)
    if found is None or leans_back(sentence.words[found.end() :]):
        return None
    return sentence.start + found.end()


def points(text: str) -> bool:
    """Whether it leans on the reader's place in the text, on the speaker or on something said before."""
    return bool(_POINTING.search(text))


def announces(words: str) -> bool:
    """What the author is about to do, feels or asks the reader to look at: no answer to anything."""
    return bool(_ANNOUNCES.search(words))


def is_broken(words: str) -> bool:
    """A particle without its word, as a formula or a picture leaves it when it is taken out."""
    return bool(_ORPHAN.search(words))


def content_words(tokens: Sequence[Token]) -> int:
    return len({t.form for t in tokens if t.tag in NOUNS and t.form not in EMPTY})


def _is_aside(sentence: Sentence, at: int) -> bool:
    """A short bracket after a term: Pod(파드)."""
    token = sentence.tokens[at]
    if token.tag in ("SS", "SSO", "SSC"):
        return True
    inside = sentence.slice(sentence.tokens[0].start, token.start)
    return token.tag in _PHRASE | {"SP", "JKS", "W_URL"} and inside.count("(") > inside.count(")")


def _trim(text: str, span: Span) -> tuple[int, int]:
    stretch = span.of(text)
    start = span.start + len(stretch) - len(stretch.lstrip())
    return start, max(start, span.start + len(stretch.rstrip()))
