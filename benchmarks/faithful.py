"""Measures the check for grounded answers: which falsified answers it catches and which honest ones it keeps.

    python benchmarks/faithful.py ../shared/data/blogs [--most 400] [--show 3]

From sentences of the blogs (Korean, with an ordinary statement at the end) honest answers are made that do
not stand in the source word for word: in another speech level, without adverbs, without their first clause,
two sentences joined, numbers written otherwise. Each falsification is made of such an honest answer by one
change. Printed: how many there were, the share that the check rejects and its reasons, and the share of
answers that the note on unseen nouns marks. Rule-made falsifications are easier than a model's own.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiwipiepy import Kiwi

from corpus_to_ft.analyzers.base import Analysis, known
from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.checks.base import CheckContext
from corpus_to_ft.checks.grounded import GroundedCheck
from corpus_to_ft.ingest.base import Reader, SourceFile
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.passages import analyze_document
from corpus_to_ft.plugin import make_plugin, plugin_names
from corpus_to_ft.records import Document, Example, Message, Span
from corpus_to_ft.targets import load_target

Morpheme = tuple[str, str]
QUESTION = "무엇인가요?"
UNITS = ("개", "명", "초", "분", "%", "GB", "ms", "원", "년", "번")
NATIVE = ("두", "세", "네", "다섯", "여섯")
SINO = ("이", "삼", "사", "오", "육", "칠", "팔", "구")
OPPOSITES = (
    ("증가", "감소"), ("이상", "이하"), ("최대", "최소"), ("이전", "이후"), ("빠르", "느리"), ("높", "낮"),
    ("늘", "줄"), ("많", "적"), ("성공", "실패"), ("허용", "금지"), ("추가", "삭제"), ("시작", "종료"),
    ("크", "작"), ("가능", "불가능"), ("쉽", "어렵"), ("길", "짧"), ("내부", "외부"), ("먼저", "나중"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An honest answer about one sentence of a document, in morphemes."""

    document: Document
    analysis: Analysis
    evidence: Span
    morphemes: tuple[Morpheme, ...]
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the check said of an answer, and whether it is at least noted."""

    reason: str | None
    noted: bool
    answer: str
    case: Case


class Maker:
    """Honest answers and their falsifications; a method gives None where its change is not possible."""

    def __init__(self, documents: Sequence[tuple[Document, Analysis]], seed: int) -> None:
        self._kiwi, self.chance = Kiwi(), random.Random(seed)
        self.documents = documents
        self.nouns = sorted({t.form for _, a in documents for t in a.tokens if t.tag == "NNG" and len(t.form) > 1})
        self.names = sorted({t.form for _, a in documents for t in a.tokens if t.tag == "SL" and len(t.form) > 2})

    def honest(self) -> Iterator[tuple[str, Case]]:
        for document, analysis in self.documents:
            usable = [s for s in analysis.sentences if 30 <= s.end - s.start <= 140]
            for sentence in self.chance.sample(usable, min(6, len(usable))):
                tokens = [(t.form, t.tag) for t in analysis.within(sentence.start, sentence.end)]
                if len(tokens) < 6 or not any(tag == "EF" for _, tag in tokens[-3:]):
                    continue
                if not re.fullmatch(r"[가-힣][^\n]*다[.]", sentence.of(document.text)):
                    continue
                way, changed = self._paraphrased(tokens)
                answer = self._join(changed)
                if "".join(answer.split()) not in "".join(document.text.split()):
                    yield way, Case(
                        document=document, analysis=analysis, evidence=sentence,
                        morphemes=tuple(changed), answer=answer,
                    )  # fmt: skip

    def _paraphrased(self, tokens: list[Morpheme]) -> tuple[str, list[Morpheme]]:
        level = [("어요", "EF") if tag == "EF" else (form, tag) for form, tag in tokens]
        cuts = [
            at for at, (form, tag) in enumerate(level) if tag == "EC" and form in ("고", "며", "어서", "지만", "는데")
        ]
        if cuts and len(level) - cuts[0] > 8 and self.chance.random() < 0.5:
            return "first clause left out", level[cuts[0] + 1 :]
        plain = [(f, t) for f, t in level if not (t in ("MAG", "MAJ") and f not in ("안", "못"))]
        return ("adverbs left out" if len(plain) < len(level) else "other speech level"), plain

    def number(self, case: Case) -> str | None:
        return self._replaced(
            r"\d+(?:\.\d+)?", case, lambda m: str(int(float(m.group())) + self.chance.choice((1, 7, 90)))
        )

    def unit(self, case: Case) -> str | None:
        pattern = r"(?<=\d)\s?(?:개월|개|명|초|분|%|퍼센트|GB|MB|KB|ms|원|년|번|배|건|시간|일)"
        return self._replaced(pattern, case, lambda m: self._other(UNITS, m.group().strip()))

    def native_numeral(self, case: Case) -> str | None:
        pattern = rf"(?<![가-힣])(?:{'|'.join(NATIVE)})(?= ?(?:가지|개|명|번|단계|종류|달|곳|사람|시간|배))"
        return self._replaced(pattern, case, lambda m: self._other(NATIVE, m.group()))

    def digits_as_wrong_words(self, case: Case) -> str | None:
        pattern = r"(?<!\d)[2-9](?= ?(?:개월|년|분|초|명|개|단계|배|일|시간|주|번))"
        return self._replaced(pattern, case, lambda m: self._other(SINO, SINO[int(m.group()) - 2]) + " ")

    def name(self, case: Case) -> str | None:
        return self._replaced(r"[A-Za-z]{3,}", case, lambda m: self._other(self.names, m.group()))

    def name_of_same_document(self, case: Case) -> str | None:
        here = sorted({t.form for t in case.analysis.tokens if t.tag == "SL" and len(t.form) > 2})
        return self._replaced(r"[A-Za-z]{3,}", case, lambda m: self._other(here, m.group()))

    def noun(self, case: Case) -> str | None:
        words = {t.form for t in case.analysis.tokens}
        return self._noun_from([noun for noun in self.nouns if noun not in words], case)

    def noun_of_same_document(self, case: Case) -> str | None:
        return self._noun_from(
            sorted({t.form for t in case.analysis.tokens if t.tag == "NNG" and len(t.form) > 1}), case
        )

    def negated(self, case: Case) -> str | None:
        at = max(i for i, (_, tag) in enumerate(case.morphemes) if tag == "EF")
        if case.morphemes[at - 1][1] not in ("VV", "XSV", "VX") or any(
            f in ("않", "못하", "없") for f, _ in case.morphemes
        ):
            return None
        return self._join([*case.morphemes[:at], ("지", "EC"), ("않", "VX"), *case.morphemes[at:]])

    def negation_taken_away(self, case: Case) -> str | None:
        for at, (form, tag) in enumerate(case.morphemes):
            if form == "않" and tag == "VX" and case.morphemes[at - 1] == ("지", "EC"):
                return self._join([*case.morphemes[: at - 1], *case.morphemes[at + 1 :]])
        return None

    def opposite(self, case: Case) -> str | None:
        for at, (form, tag) in enumerate(case.morphemes):
            for pair in OPPOSITES:
                if form in pair and tag in ("NNG", "VV", "VA", "XR", "MAG"):
                    other = pair[1 - pair.index(form)]
                    return self._join([*case.morphemes[:at], (other, tag), *case.morphemes[at + 1 :]])
        return None

    def date_added(self, case: Case) -> str | None:
        return f"{self.chance.randint(1985, 1999)}년 {self.chance.randint(1, 12)}월에 {case.answer}"

    def name_added(self, case: Case) -> str | None:
        return f"{self._other(self.names, '')}에 따라 {case.answer}"

    def answer_of_another_document(self, case: Case) -> str | None:
        document, analysis = self.chance.choice([d for d in self.documents if d[0].id != case.document.id])
        usable = [s for s in analysis.sentences if 30 <= s.end - s.start <= 140]
        return self.chance.choice(usable).of(document.text) if usable else None

    def answer_of_another_passage(self, case: Case) -> str | None:
        far = [
            s
            for s in case.analysis.sentences
            if abs(s.start - case.evidence.start) > 1500 and 30 <= s.end - s.start <= 140
        ]
        return self.chance.choice(far).of(case.document.text) if far else None

    def _join(self, morphemes: Sequence[Morpheme]) -> str:
        return str(self._kiwi.join(morphemes))

    def _replaced(self, pattern: str, case: Case, other: Callable[[re.Match[str]], str]) -> str | None:
        found = list(re.finditer(pattern, case.answer))
        if not found:
            return None
        one = self.chance.choice(found)
        return case.answer[: one.start()] + other(one) + case.answer[one.end() :]

    def _noun_from(self, nouns: Sequence[str], case: Case) -> str | None:
        at = [i for i, (form, tag) in enumerate(case.morphemes) if tag == "NNG" and len(form) > 1]
        if not at or len(nouns) < 2:
            return None
        place = self.chance.choice(at)
        other = self._other(nouns, case.morphemes[place][0])
        return self._join([*case.morphemes[:place], (other, "NNG"), *case.morphemes[place + 1 :]])

    def _other(self, choices: Sequence[str], than: str) -> str:
        return self.chance.choice([choice for choice in choices if choice != than] or ["X"])


FALSIFICATIONS = (
    "number", "unit", "native_numeral", "digits_as_wrong_words", "name", "name_of_same_document", "negated",
    "negation_taken_away", "opposite", "date_added", "name_added", "noun", "noun_of_same_document",
    "answer_of_another_document", "answer_of_another_passage",
)  # fmt: skip


def read_blogs(folder: Path, analyzer: KiwiAnalyzer) -> list[tuple[Document, Analysis]]:
    readers = [make_plugin("ingest", name, Reader) for name in plugin_names("ingest")]
    found = []
    for path in sorted(folder.glob("*/md/**/*.md")):
        file = SourceFile(source=str(path.relative_to(folder)), data=path.read_bytes())
        for document in read_documents(file, readers):
            if isinstance(document, Document) and document.language == "ko":
                found.append((document, analyze_document(document, analyzer)))
    return found


def judged(answer: str, case: Case, analyzer: KiwiAnalyzer) -> Judged:
    document = case.document
    example = Example.make(
        kind="qa", messages=(Message(role="user", content=QUESTION), Message(role="assistant", content=answer)),
        document_id=document.id, passage_id=document.id, source=document.source, evidence=(case.evidence,), made_by="m",
    )  # fmt: skip
    context = CheckContext(
        document=document, target=load_target("openai-chat"), analyzer=analyzer, line_tokens=lambda *_: 0
    )
    with known([case.analysis]):
        verdict = GroundedCheck().verdict(example, context)
        noted = verdict is None and GroundedCheck().note(example, context) is not None
    return Judged(reason=verdict[0] if verdict else None, noted=noted, answer=answer, case=case)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("blogs", type=Path)
    parser.add_argument("--most", type=int, default=400, help="honest answers")
    parser.add_argument("--show", type=int, default=0, help="wrong verdicts to print of each kind")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    analyzer = KiwiAnalyzer()
    maker = Maker(read_blogs(chosen.blogs, analyzer), chosen.seed)
    honest = list(maker.honest())
    honest = maker.chance.sample(honest, min(chosen.most, len(honest)))
    verdicts: dict[str, list[Judged]] = defaultdict(list)
    for way, case in honest:
        verdicts[f"honest: {way}"].append(judged(case.answer, case, analyzer))
    for kind in FALSIFICATIONS:
        for _, case in honest:
            answer = getattr(maker, kind)(case)
            if answer and answer != case.answer:
                verdicts[kind].append(judged(answer, case, analyzer))
    for kind, found in verdicts.items():
        reasons = Counter(one.reason for one in found if one.reason)
        marked = (reasons.total() + sum(one.noted for one in found)) / len(found)
        shares = f"rejected {reasons.total() / len(found):6.1%}, or noted {marked:6.1%}"
        print(f"{kind:28} {len(found):5}  {shares}  {dict(reasons.most_common())}")
        wrong = [one for one in found if bool(one.reason) == kind.startswith("honest")]
        for one in wrong[: chosen.show]:
            print(f"    {one.reason}\n    A {one.answer}\n    S {one.case.evidence.of(one.case.document.text)}")
    honest_ones = [one for kind, found in verdicts.items() if kind.startswith("honest") for one in found]
    kept = sum(not one.reason for one in honest_ones)
    print(f"honest answers kept: {kept} of {len(honest_ones)} ({kept / len(honest_ones):.1%})")


if __name__ == "__main__":
    main()
