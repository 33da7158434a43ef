"""How many tokens a reply may take: above what any honest reply needs, so that none can run away."""

from __future__ import annotations

# Tokens a character, at least those of the tokenizers in use (Korean: o200k 0.5, cl100k 0.9, open models up to 1.2).
_TOKENS_A_CHAR = {"ko": 1.5, "en": 0.5}
# Braces, keys and escapes of one item, and of the whole reply with the words a model puts around it.
_ITEM_TOKENS = 32
_REPLY_TOKENS = 96
# A sentence or three; nobody copies more as the evidence of one answer.
LONGEST_ANSWER_CHARS = 600


def reply_room(chars: int, language: str, items: int = 1) -> int:
    """For `items` that together hold at most `chars` characters of text."""
    rate = _TOKENS_A_CHAR["en" if language == "en" else "ko"]
    return int(chars * rate) + items * _ITEM_TOKENS + _REPLY_TOKENS
