"""Whether a sentence can stand in a summary by itself: judged by its form, not by its subject."""

from __future__ import annotations

import re
from functools import lru_cache

_CONJUNCTIONS = (
    r"그래서|그러나|그러므로|그러니까|그러니|그러면|그럼|그런데|그렇지만|그렇다면|그렇게|그리고|그래도|그렇기|그랬|그러다|하지만|따라서"
    r"|때문에|또한|또|즉|반면|한편|다만|물론|결국|게다가|더구나|더욱이|더불어|아울러|특히|심지어|오히려|대신|반대로|마찬가지로|왜냐하면"
    r"|예를 ?들어|예를 ?들면|예컨대|이를테면|아니면|혹은|및|참고로|역시|단,"
)
_ORDER = (
    r"이어서|이후|그 ?후|그 ?외|그 ?밖|그 ?결과|그 ?중|그 ?다음|다음으로|마지막으로|둘째|셋째|넷째"
    r"|두 ?번째|세 ?번째|네 ?번째|전자|후자|앞서|위의|위와|위에서"
)
_PRONOUNS = (
    r"이것|그것|저것|이거|그거|여기|거기|이를|이는|이에|이로|이때|그때|이 때|그 때|이들|그들"
    r"|그는|그녀|이처럼|이렇게|이렇듯|이와|이러한|이런|그런|그러한|저런|해당|이 ?외"
)
_ENGLISH = (
    r"however|therefore|thus|hence|but|and|so|also|this|these|those|that|it|its|they|he|she|such|then|otherwise|instead|moreover"
    r"|furthermore|for example|in addition"
)
# A particle or a space must follow, so that "또래" or "즉시" are not taken for "또" and "즉".
_LEANS = re.compile(
    rf"({_CONJUNCTIONS}|{_ORDER}|{_PRONOUNS}|{_ENGLISH})"
    r"($|[\s,.]|은|는|이|가|을|를|의|에|로|도|과|와|만|부터|까지|들|서|라|인|지)|(이|그|저|위)\s|단,|등[의을은이] ",
    re.IGNORECASE,
)
# Trying a hundred words costs more than all else here, and most sentences begin with none of their letters.
_LEANING_LETTERS = frozenset(
    word.lstrip()[0] for word in f"{_CONJUNCTIONS}|{_ORDER}|{_PRONOUNS}|{_ENGLISH}|이|그|저|위|단|등".split("|")
)
# "이 글에서는", "이번 포스트": these point at the text itself, not at a sentence.
_THIS_TEXT = re.compile(
    r"(이|이번|본) ?(글|포스트|포스팅|문서|페이지|블로그|시리즈|가이드|튜토리얼|장|절|보고서|논문|책)"
    r"|this (post|article|guide|document|page|tutorial|series|paper)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"([?？]|(까|까요|나요|는가|은가|인가|던가|을지)[.!…~]*)[\"'”’)\]]*$")
_GREETING = re.compile(
    r"안녕하(세요|십니까|신가요)|잘 부탁|반갑습니다|반가워요|감사합니다|감사드립니다|고맙습니다|읽어 ?주셔서|만나요"
    r"|뵙겠습니다|뵐게요|기다리겠습니다|지켜봐 ?주|구독|좋아요|(댓글|의견|피드백|문의|연락).{0,12}(남겨"
    r"|달아|부탁|주세요|주시|환영"
    r"|바랍니다)|많은 (관심|지원|참여)|화이팅|파이팅|^(hi|hello|hey)\b|thanks for reading|thank you for",
    re.IGNORECASE,
)
_LINK_LINE = re.compile(
    r"^\W*(copyright|ⓒ|©|all rights)|^\[\^"
    r"|^[\s\W]*(참고|출처|원문|링크|관련 글|이전 글|다음 글|사진|그림|표|photo|image"
    r"|figure|source|via)\b.{0,3}[:：\d<\[(]",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(https?://|www\.)\S+")
# Points at something that a summary does not show.
_POINTS = re.compile(
    r"(아래|다음|위|왼쪽|오른쪽|상단|하단|앞)(의|에|는|과 같은|와 같은|에 있는)? ?"
    r"(그림|코드|표|예제|예시|이미지|사진|화면|그래프|영상|스크린|소스|링크|수식|식|명령)"
    r"|(다음|아래|위)(과|와|처럼|는|은)? ?같|^\W*(아래|다음)[는은]|(그림|표|코드|식) ?\(?\d|보시면|보이시|보이는 것처럼"
    r"|\b(following|below|above)\b",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"\$\$|\\[a-zA-Z]+|[{}=<>|^_]{2,}")
_AUTHOR = re.compile(
    r"^(저는|제가|나는|내가|제 |저희는 .{0,20}팀)|(라고 합|맡고 있습|일하고 있습)니다\.?$\.?$|^(i am|i'm|my name)\b",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"(개발자|엔지니어|디자이너|기획자|매니저|분석가|연구원|담당자?|팀장|리더|인턴|팀|랩|부문|실|의)"
    r" ?[가-힣]{2,4} ?(입니다|이라고 합니다|라고 합니다)\W*$"
)
_SAYS_WHAT_THIS_IS = re.compile(
    r"(이|이번|본) ?(글|포스트|포스팅|문서|가이드).{0,30}(소개|설명|정리|공유|다루|알아|살펴|이야기)"
    r"|핵심은|결과적으로|결론적으로|요약하|목적은|목표는|this (post|article|guide|paper)\b",
    re.IGNORECASE,
)
_HANGUL = re.compile(r"[가-힣]+")
_LETTERS = re.compile(r"[^\W_]+")  # and digits: exactly what str.isalnum says
_COMPLETE = re.compile(r"(다|요|죠|오|음|임|함|됨|니까)[.!。…)\"'”’\]]*$|[.!。]['\"”’)\]]*$")

# A document's sentences are judged for it, then for each passage.
SENTENCES_REMEMBERED = 2048
KIND_FITNESS = {"paragraph": 1.0, "list_item": 0.75, "quote": 0.7, "table_row": 0.3}
LETTER_SHARE = 0.7  # below it a line is a formula, a rule or a row of marks
ADDRESS_SHARE = 1 / 3


def leans_back(text: str) -> bool:
    """Begins with a word that needs the sentence before it."""
    if text[:1].lower() not in _LEANING_LETTERS:
        return False
    return bool(_LEANS.match(text)) and not _THIS_TEXT.match(text)


def is_korean(text: str) -> bool:
    """At least a seventh of the letters are Hangul; Korean technical prose is full of Latin names."""
    hangul = sum(map(len, _HANGUL.findall(text)))
    # Counting letters takes ten times as long, and there are no more of them than characters.
    return hangul * 7 >= max(1, len(text)) or hangul * 7 >= max(1, sum(map(str.isalpha, text)))


@lru_cache(SENTENCES_REMEMBERED)
def fitness(text: str, kind: str, terms: int, title: str, *, korean: bool) -> float:
    """0 is never, up to 0.3 only when there is nothing better, 1 is a plain complete sentence."""
    if _never(text, title):
        return 0.0
    value = KIND_FITNESS.get(kind, 1.0)
    if terms < 4:
        value *= 0.5 if terms > 1 else 0.25
    if not _COMPLETE.search(text):
        value *= 0.4
    if _ADDRESS.search(text):
        value *= 0.5
    if _POINTS.search(text):
        value *= 0.4
    if korean and not is_korean(text):
        value *= 0.4
    if _AUTHOR.search(text):
        value *= 0.6
    return value * 1.2 if _SAYS_WHAT_THIS_IS.search(text) else value


def _never(text: str, title: str) -> bool:
    """Questions, greetings, the author's name, formulas, link lines, the title again and what only announces a list."""
    if _QUESTION.search(text) or text.endswith((":", "：")) or _FORMULA.search(text) or text.strip() == title.strip():
        return True
    if len(text) < 60 and _INTRODUCTION.search(text):
        return True
    if _LINK_LINE.match(text) or (len(text) < 120 and _GREETING.search(text)):
        return True
    letters = sum(map(len, _LETTERS.findall(text)))
    visible = len("".join(text.split()))
    address = sum(len(match.group()) for match in _ADDRESS.finditer(text)) if "://" in text or "www." in text else 0
    return letters < LETTER_SHARE * visible or address > ADDRESS_SHARE * len(text)
