"""What stands between prompt and completion and at the end of a completion: what is there already, else what is safe.

The candidates and the rule for what is safe are those of the writer; ` ->` goes before them where every prompt is one
line, as the classic tool had it. A sentence ending is never a separator, and nothing stops an answer but what occurs in
none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Message, Target
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write.prompt_completion import ENDINGS, LABELS, SEPARATORS, PromptCompletionWriter

ARROW = " ->"
WRITER = "prompt_completion"
KNOWN_SEPARATORS = (ARROW, *SEPARATORS)
# Those that other recipes used; a model that is trained with <|endoftext|> in its text is refused.
FOREIGN_ENDINGS = ("<|endoftext|>", "</s>", "<|im_end|>", "###", "\n###", " ###", "\n\n###\n\n")
KNOWN_ENDINGS = (*ENDINGS, *FOREIGN_ENDINGS)
NO_LABELS = {language: dict.fromkeys(kinds, "") for language, kinds in LABELS.items()}
# They end sentences and quotations; what ends a sentence separates nothing.
LONGEST_SIGN = 20
SENTENCE_SIGNS = frozenset(".?!。？！…~)]}\"'”’」』》>,;、·％%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is taken off the texts as they are, and whether something is put there; "" where nothing is.

    Where `separator` is wanted and it is the one that is there already, nothing changes.
    """

    old_separator: str = ""
    old_ending: str = ""
    prompt_prefix: str = ""
    answer_prefix: str = ""
    lower_prompts: bool = False
    lower_answers: bool = False
    wants_separator: bool = True
    wants_ending: bool = True

    def texts(self, prompt: str, answer: str) -> tuple[str, str]:
        """Prompt and answer alone."""
        prompt = prompt.removesuffix(self.old_separator).strip().removeprefix(self.prompt_prefix).strip()
        answer = answer.removesuffix(self.old_ending).strip()
        answer = answer.removeprefix(self.answer_prefix).strip() or answer
        return (
            prompt.lower() if self.lower_prompts else prompt,
            answer.lower() if self.lower_answers else answer,
        )


def present(suffix: str | None, known: Iterable[str], candidates: Sequence[str], *, signs: bool = False) -> str:
    """What all texts end with on purpose: the longest known ending, else (`signs`) signs that end no sentence."""
    found = [ending for ending in candidates if ending in known]
    if found or not signs:
        return max(found, key=len, default="")
    tail = ""
    for character in reversed((suffix or "")[-LONGEST_SIGN:]):
        if unicodedata.category(character)[0] not in "PSZC":
            break
        tail = character + tail
    if not tail.strip():
        return tail if tail.count("\n") > 1 else ""
    return "" if all(sign in SENTENCE_SIGNS or sign.isspace() for sign in tail) else tail


def settle(
    texts: Iterable[tuple[str, str]], layout: Layout, *, has_newline: bool, settings: Mapping[str, Any]
) -> PromptCompletionWriter:
    """The writer whose separator and ending are safe for all `texts`; raises ConfigError where none is."""
    separators = (*((ARROW,) if not has_newline else ()), *SEPARATORS)
    old = (layout.old_separator,) if layout.old_separator and layout.old_separator not in layout.old_ending else ()
    kept = (layout.old_ending,) if layout.old_ending and layout.old_ending not in FOREIGN_ENDINGS else ()
    # What is there already stays where it is safe; an ending may not hold the separator.
    chosen = {
        "labels": NO_LABELS,
        "separators": (*old, *(each for each in separators if each not in old)),
        "endings": (*kept, *(each for each in ENDINGS if each not in kept and not any(sign in each for sign in old))),
        **settings,
    }
    writer = make_plugin("write", WRITER, PromptCompletionWriter, chosen)
    settled = writer.settle(_messages(prompt, answer) for prompt, answer in texts)
    return bare(settled, layout)


def bare(writer: PromptCompletionWriter, layout: Layout) -> PromptCompletionWriter:
    """The writer without what the layout does not want."""
    update: dict[str, tuple[str, ...]] = {}
    if not layout.wants_separator:
        update["separators"] = ("",)
    if not layout.wants_ending:
        update["endings"] = ("",)
    return writer.model_copy(update=update)


def _messages(prompt: str, answer: str) -> tuple[Message, ...]:
    return (Message(role="user", content=prompt), Message(role="assistant", content=answer))


def every_label_is_a_token(labels: Iterable[str], target: Target) -> bool:
    """Then asking for one token needs no ending; a label of several, as nearly all Korean ones, does."""
    return all(count_tokens(f" {label}", target.encoding) == 1 for label in labels)
