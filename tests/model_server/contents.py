"""Truthful answers: what was asked for, made of the source that stands in the prompt, word for word."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# The source stands between two lines that hold the same digest; a first part of labels ends in an empty line.
_MARK = re.compile(r"\b[0-9a-f]{20}\b")
_MARKED = re.compile(r"^===== ([0-9a-f]{20}) =====\n(.*?)\n===== \1 =====$", re.DOTALL | re.MULTILINE)
_LABELS = re.compile(r"\A(?:(?:제목|작성일|위치|Title|Date|Section): [^\n]*\n)+\n?")
_SENTENCE = re.compile(r"\S[^\n]*?[.!?。](?=\s|$)")
_CHARS = re.compile(r"(\d+)자 안으로|at most (\d+) characters")
_COUNT = re.compile(r"최대 (\d+)개|(\d+)개까지|at most (\d+) questions|, (\d+) at most")
_HANGUL = re.compile("[가-힣]")
_WORD = re.compile(r"[A-Za-z가-힣][A-Za-z0-9가-힣]+")
_PARTICLE = re.compile(
    r"(?<=[가-힣A-Za-z0-9]{2})(?:에서는|에서|으로|에게|부터|까지|처럼|보다|은|는|이|가|을|를|의|에|로|와|과|도|만)$"
)
_VERBAL = re.compile(r"(?:다|요|고|며|서|면|게|한|할|된|될|하는|되는|있는|없는|지만|니다|해|돼|던|듯|려|위|통|대)$")
_EMPTY_WORDS = re.compile(
    "(?:그리고|그러나|하지만|따라서|또한|이것|그것|저것|이번|다음|여기|때문|경우|정도|모든|다른|여러|우리|이런|그런|있습니다"
    "|this|that|these|those|with|from|have|will|which|there|their|about|when|what|where|were|been|into|also|more)$",
    re.IGNORECASE,
)
# Without a schema, the wish names the key of its answer.
_KEYS = ("items", "keywords", "summary")
_SCORES = ("grounded", "answers", "natural")
# No question or summary of this module reads as if a person had written it.
NATURAL = 4
DEFAULT_CHARS = 400
DEFAULT_COUNT = 3
SHORTEST_SENTENCE = 15
WISH_CHARS = 300  # how long and how many are wished stands at the beginning of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a request asks for, as far as its words and its schema say.

    `judged` are the parts of an example that stand marked behind the source: what is asked, and its answer
    where that is not the source.
    """

    source: str
    count: int
    chars: int
    judged: tuple[str, ...] = ()

    def sentences(self) -> Iterator[str]:
        """Sentences long enough to say something; else the lines, so that there is always one."""
        found = False
        for match in _SENTENCE.finditer(self.source):
            if match.end() - match.start() >= SHORTEST_SENTENCE:
                found = True
                yield match.group()
        if not found:
            yield from [line.strip() for line in self.source.split("\n") if line.strip()] or ["-"]


def answer(messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any] | None) -> str:
    """JSON in the schema's shape, or in the shape that the prompt names, or plain sentences."""
    said = [text_of(message) for message in messages]
    wish = _wish(said, asked_again=any(message.get("role") == "assistant" for message in messages))
    if schema:
        return json.dumps(_filled(schema, "", wish), ensure_ascii=False)
    key = next((key for key in _KEYS if any(f'"{key}"' in text for text in said)), None)
    if key:
        return json.dumps({key: _named(key, wish)}, ensure_ascii=False)
    if all(any(f'"{score}"' in text for text in said) for score in _SCORES):
        said_of = {score: _score(score, wish) for score in _SCORES}
        return json.dumps({"why": next(wish.sentences()), **said_of}, ensure_ascii=False)
    return _summary(wish)


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message whose content is a text or a list of parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _wish(said: Sequence[str], *, asked_again: bool) -> Wish:
    source = next((found for text in said if (found := _marked(text))), said[-1] if said else "")
    chars = next((wished for text in said if (wished := _number(_CHARS, text))), DEFAULT_CHARS)
    return Wish(
        source=source,
        count=next((wished for text in said if (wished := _number(_COUNT, text))), DEFAULT_COUNT),
        # What was not good enough is said again in half the length.
        chars=chars // 2 if asked_again else chars,
        judged=tuple(part for text in said for _, part in _MARKED.findall(text)[1:]),
    )


def _marked(text: str) -> str:
    """What stands between the two lines with the same mark, without its labels; nothing where there are none."""
    mark = _MARK.search(text)
    if mark is None:
        return ""
    start = text.find("\n", mark.end()) + 1
    end = text.find(mark.group(), start)
    return _LABELS.sub("", text[start : text.rfind("\n", 0, end)]) if 0 < start <= end else ""


def _number(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text, 0, WISH_CHARS)
    return int(next(group for group in found.groups() if group)) if found else 0


def _nouns(text: str) -> list[str]:
    """Words that look like nouns, most frequent first, in the order of the text."""
    counts: Counter[str] = Counter()
    for raw in _WORD.findall(text):
        word = _PARTICLE.sub("", raw)
        if _VERBAL.search(word) or _EMPTY_WORDS.match(word) or (word.isascii() and len(word) < 4):
            continue
        counts[word] += 1
    return [word for word, _ in counts.most_common(200)]


def _filled(schema: Mapping[str, Any], name: str, wish: Wish) -> Any:
    if name in _KEYS:
        return _named(name, wish)
    if name in _SCORES:
        return _score(name, wish)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        return {key: _filled(inner, key, wish) for key, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [_filled(schema.get("items", {}), "", wish) for _ in range(min(wish.count, 3))]
    plain: dict[Any, Any] = {"integer": 1, "number": 1, "boolean": True, "null": None}
    return plain[kind] if kind in plain else next(wish.sentences())


def _named(key: str, wish: Wish) -> Any:
    if key == "items":
        return _questions(wish)
    if key == "keywords":
        return _nouns(wish.source)[: wish.count]
    return _summary(wish)


def _score(name: str, wish: Wish) -> int:
    """Whether the example says what the source says, word for word, and whether its answer speaks of what is asked."""
    if name == "natural" or not wish.judged:
        return NATURAL
    asked, answer = wish.judged[0], wish.judged[-1]
    if name == "grounded":
        return 5 if all(part.strip() in wish.source for part in re.split(r"\n|, |(?<=[.!?]) ", answer)) else 1
    return 5 if any(noun in answer for noun in _nouns(asked)) else 2


def _questions(wish: Wish) -> list[dict[str, str]]:
    """Whole sentences spread over the source, each asked for by its own first nouns."""
    sentences = list(wish.sentences())
    step = max(1.0, len(sentences) / wish.count)
    chosen = [sentences[int(place * step)] for place in range(min(wish.count, len(sentences)))]
    items = []
    for sentence in chosen:
        words = list(dict.fromkeys(word for word in _nouns(sentence) if len(word) < 20))[:3]
        if not words:
            continue
        if _HANGUL.search(sentence):
            question = f"{' '.join(words)}에 대해 무엇을 알 수 있나요?"
        else:
            question = f"What is there to know about {' and '.join(words)}?"
        items.append({"question": question, "answer": sentence, "evidence": sentence})
    return items


def _summary(wish: Wish) -> str:
    said = ""
    for sentence in wish.sentences():
        longer = f"{said} {sentence}" if said else sentence
        if len(longer) > wish.chars:
            break
        said = longer
    return said or next(wish.sentences())[: wish.chars]
