"""The embedded provider: reads instead of talking, so it needs no key, no network and no model, and never varies."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from pydantic import SerializeAsAny

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.llm.base import Provider
from corpus_to_ft.llm.extractive.keywords import rank_keywords
from corpus_to_ft.llm.extractive.questions import make_questions
from corpus_to_ft.llm.extractive.summaries import summarize
from corpus_to_ft.records import Prompt, Reply, digest
from corpus_to_ft.tokens import count_tokens


class ExtractiveProvider(Provider):
    """Graph-ranked sentences for summaries, morphology for questions, ranked morphemes for keywords."""

    billed: ClassVar[bool] = False

    analyzer: SerializeAsAny[Analyzer]

    def fingerprint(self) -> str:
        return digest(super().fingerprint(), self.analyzer.fingerprint())

    def answer(self, prompt: Prompt) -> Reply:
        text = json.dumps(self._content(prompt), ensure_ascii=False)
        return Reply.make(prompt_id=prompt.id, text=text, model=self.name)

    def _content(self, prompt: Prompt) -> dict[str, Any]:
        analysis = self.analyzer.analyze(prompt.text)
        if prompt.kind == "summary":
            summary = summarize(
                analysis,
                title=prompt.title,
                blocks=prompt.blocks,
                max_tokens=prompt.max_tokens,
                count=lambda text: count_tokens(text, prompt.encoding),
            )
            return {"summary": summary}
        if prompt.kind == "keywords":
            ranked = rank_keywords(
                analysis, title=prompt.title, headings=prompt.headings, blocks=prompt.blocks, top=prompt.count
            )
            return {"keywords": [keyword.text for keyword in ranked]}
        made = make_questions(
            analysis,
            title=prompt.title,
            headings=prompt.headings,
            blocks=prompt.blocks,
            count=prompt.count,
            language=prompt.language,
        )
        if made.silence:
            reason, detail = made.silence
            return {"items": [], "silence": reason, "detail": detail}
        return {
            "items": [
                {"question": p.question, "answer": p.answer, "evidence": p.answer, "fallback": p.fallback}
                for p in made.pairs
            ]
        }
