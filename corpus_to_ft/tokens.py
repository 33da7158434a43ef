"""Counts tokens exactly, for each encoding, with no network: the ranks are part of the package."""

from __future__ import annotations

import hashlib
import lzma
import re
import threading
from binascii import b2a_base64
from functools import lru_cache
from importlib import resources
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from corpus_to_ft.errors import ConfigError, InputError
from corpus_to_ft.language import Sentence

if TYPE_CHECKING:
    from tiktoken import Encoding

ENCODINGS: tuple[str, ...] = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")

# These differ from ours only in special tokens, and documents hold none: their text is ordinary.
SAME_TEXT_TOKENS = {"gpt2": "r50k_base", "p50k_edit": "p50k_base", "o200k_harmony": "o200k_base"}

# Sentences are counted for the passage, its summary and the document's; a longer text is counted once or twice.
MAX_REMEMBERED_CHARS = 4000
REMEMBERED_COUNTS = 4096
# Tokenizers look back over white space; above a million of them their stack ends, and the process with it.
MOST_SPACE = 500_000
_MUCH_SPACE = re.compile(rf"(?<!\s)\s{{{MOST_SPACE}}}")

_loaded: dict[str, Encoding] = {}
_loading = threading.Lock()


def count_tokens(text: str, encoding: str) -> int:
    """Tokens of `text`; the names of special tokens in it count as the ordinary text they are."""
    return _remembered(text, encoding) if len(text) <= MAX_REMEMBERED_CHARS else _count(text, encoding)


def _count(text: str, encoding: str) -> int:
    loaded = _loaded.get(encoding) or _load(encoding)
    if len(text) >= MOST_SPACE and _MUCH_SPACE.search(text):
        told = "half a million characters of white space in a row cannot be counted; take them out"
        raise InputError("white_space", Sentence(told))
    return len(loaded.encode_ordinary(text))


_remembered = lru_cache(REMEMBERED_COUNTS)(_count)


def encoding_for(model_or_encoding: str) -> str:
    """The encoding of a model, a fine-tuned model or an encoding's own name; never a guess."""
    name = SAME_TEXT_TOKENS.get(model_or_encoding, model_or_encoding)
    if name in ENCODINGS:
        return name
    from tiktoken.model import encoding_name_for_model

    try:
        found = encoding_name_for_model(_base_model(name))
    except KeyError:
        raise ConfigError(
            Sentence(
                "it is not known how the model {model_or_encoding!r} counts tokens; name an encoding "
                "instead: {encodings}",
                model_or_encoding=model_or_encoding,
                encodings=", ".join(ENCODINGS),
            )
        ) from None
    return SAME_TEXT_TOKENS.get(found, found)


def _base_model(name: str) -> str:
    """Tuned models are `ft:BASE:organization:…` today and were `BASE:ft-organization-…` before."""
    return name.split(":")[1] if name.startswith("ft:") else name.split(":ft-")[0]


def _load(name: str) -> Encoding:
    if name not in ENCODINGS:
        raise ConfigError(
            Sentence("there is no encoding {name!r}; there are: {encodings}", name=name, encodings=", ".join(ENCODINGS))
        )
    with _loading:
        if name not in _loaded:
            _loaded[name] = _build(name)
        return _loaded[name]


def _build(name: str) -> Encoding:
    """tiktoken's own recipe (pattern, special tokens, expected hash), run with our ranks in place of its download."""
    from importlib import import_module
    from types import FunctionType

    from tiktoken import Encoding

    openai_public = import_module("tiktoken_ext.openai_public")

    def read_ranks(address: str, expected_hash: str) -> dict[bytes, int]:  # noqa: ARG001
        return _read_ranks(name, expected_hash)

    recipe: FunctionType = getattr(openai_public, name)
    # A copy of the function with other globals: tiktoken itself stays as it is for whoever else uses it.
    offline = FunctionType(recipe.__code__, {**vars(openai_public), "load_tiktoken_bpe": read_ranks})
    return Encoding(**offline())


def _read_ranks(name: str, expected_hash: str) -> dict[bytes, int]:
    """The layout is told in ranks/README.md."""
    plain = lzma.decompress((resources.files("corpus_to_ft") / "ranks" / f"{name}.xz").read_bytes())
    first = 4 + int.from_bytes(plain[:4], "big")
    borders = pairwise(accumulate(plain[4:first], initial=first))
    ranks = {plain[start:end]: rank for rank, (start, end) in enumerate(borders) if end > start}
    published = b"".join([b"%b %d\n" % (b2a_base64(token, newline=False), rank) for token, rank in ranks.items()])
    if hashlib.sha256(published).hexdigest() != expected_hash:
        raise ConfigError(
            Sentence(
                "the token ranks of {name} in this installation are damaged; install corpus-to-ft again", name=name
            )
        )
    return ranks
