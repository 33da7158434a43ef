"""What texts must not hold whatever the format: special tokens, broken characters, personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus_to_ft.language import Sentence
from corpus_to_ft.privacy.find import find_personal
from corpus_to_ft.privacy.kinds import counted, told
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.validate.base import Finding, error, warning

# Names that tokenizers or chat templates of hosts and common open models give a meaning of their own.
SPECIAL = re.compile(
    r"<\|(?:endoftext|endofprompt|fim_prefix|fim_middle|fim_suffix|im_start|im_end|im_sep|start|end|message|channel"
    r"|return|call|constrain|diff_marker|system|user|assistant|eot_id|eom_id|begin_of_text|end_of_text"
    r"|start_header_id|end_header_id|python_tag|endofturn|tool_call)\|>"
)
# Turn marks of templates without bars; they stand in ordinary texts about HTML too.
MARKS = re.compile(r"<(?:start_of_turn|end_of_turn)>|\[/?INST\]|<</?SYS>>")
_SUSPECT = re.compile(
    "[\ud800-\udfff\ufffd\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\0-\x08\x0b\x0c\x0e-\x1f\x7f]|<\\||[<\\[]"
)
_LONE = re.compile("[\ud800-\udfff]")
_DECOMPOSED = re.compile("[\u1100-\u115f\ua960-\ua97f][\u1160-\u11a7\ud7b0-\ud7c6]")
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
# At a host of models everybody may read what is learnt; service numbers and the like are public anyway.
PRIVACY = PrivacySettings()


def check_texts(texts: Sequence[str]) -> Iterator[Finding]:
    """Findings about what the texts of one line hold; each kind once."""
    whole = "\n".join(texts)
    if _SUSPECT.search(whole):
        yield from _check_characters(whole)
    if found := find_personal(whole, PRIVACY):
        said = "it holds personal data: {found}; mask it, a model may say it to anybody"
        yield warning("personal_data", Sentence(said, found=told(counted(found))))


def _check_characters(whole: str) -> Iterator[Finding]:
    if special := SPECIAL.search(whole):
        said = "a text holds the special token {token}; uploads are refused for it, write it differently"
        yield error("special_token", Sentence(said, token=special.group()))
    if mark := MARKS.search(whole):
        said = "a text holds {token}, which some chat templates read as the border of a turn; take it out"
        yield warning("template_mark", Sentence(said, token=mark.group()))
    if lone := _LONE.search(whole):
        said = "a text holds half a character (\\u{code:x}); it cannot be written as UTF-8, repair or remove it"
        yield error("lone_surrogate", Sentence(said, code=ord(lone.group())))
    if "\ufffd" in whole:
        said = "a text holds the sign for unreadable characters (U+FFFD); something was lost when it was decoded"
        yield warning("replacement_character", Sentence(said))
    if _DECOMPOSED.search(whole):
        said = "Hangul is decomposed (NFD): it costs several times the tokens and is learnt as other words; save as NFC"
        yield warning("decomposed_hangul", Sentence(said))
    if control := _CONTROL.search(whole):
        said = "a text holds the control character U+{code:04X}; remove it"
        yield warning("control_character", Sentence(said, code=ord(control.group())))
