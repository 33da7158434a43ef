"""The data-set card: the README.md that data-set hubs read, in Korean and English."""

from __future__ import annotations

import json

from corpus_to_ft.write.base import Language, dump_line, well_formed
from corpus_to_ft.write.manifest import RunFacts, Written
from corpus_to_ft.write.report import environment, seen

# In the card's header; a README.md without it belongs to somebody else.
CARD_MARK = b"- corpus-to-ft\n"

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
TASKS = {"qa": "question-answering"}


def render_card(facts: RunFacts, written: Written) -> str:
    size = next((name for below, name in SIZES if written.rows < below), "1M<n<10M")
    tasks = dict.fromkeys(TASKS.get(kind, "text-generation") for kind in written.by_kind)
    text = (
        environment()
        .get_template("card.md.j2")
        .render(
            facts=facts,
            written=written,
            target=written.target,
            title=json.dumps(seen(facts.name), ensure_ascii=False),
            languages=_languages(written),
            tasks=list(tasks) or ["text-generation"],
            size=size,
            # Loaders fail on files without a line.
            filled=[file for file in written.files if file.rows],
            line=_first_line(written),
            asking=json.dumps(written.writer.asking(), ensure_ascii=False, indent=2, default=dict),
        )
    )
    return well_formed(text)


def _languages(written: Written) -> list[Language]:
    """A language in less than one of a hundred examples is code or a name."""
    return [language for language, rows in written.by_language.items() if rows * 100 >= written.rows] or ["ko"]


def _first_line(written: Written) -> str:
    """The shortest of the shown examples, as it stands in the file."""
    examples = [shown.example for shown in written.shown]
    if not examples:
        return ""
    shortest = min(examples, key=lambda example: sum(len(message.content) for message in example.messages))
    return dump_line(written.writer.line_at(0, shortest))
