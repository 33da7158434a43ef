"""Writes a chat model of 150 KB that llama.cpp runs: untrained, so it says anything that its grammar allows."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

WIDTH, HEADS, DEEP, TRAINED_TOKENS = 32, 2, 64, 8192
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# Types of values in a GGUF header, and of tokens in its vocabulary.
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
ALIGNMENT = 32


def write_tiny_gguf(path: Path, *, template: str | None = CHATML, seed: int = 0) -> Path:
    """`template` None makes a model that was never taught to chat; another `seed` makes another model."""
    tokens = ["<unk>", "<s>", "<|im_end|>", "<|im_start|>", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [UNKNOWN, CONTROL, CONTROL, CONTROL, *[BYTE] * 256]
    # The alphabet as tokens of its own keeps replies readable.
    letters = [chr(code) for code in range(0x61, 0x7B)] + list('{}[]":,▁')
    tokens += letters
    kinds += [NORMAL] * len(letters)
    header: dict[str, Any] = {
        "general.architecture": "llama",
        "general.name": "tiny",
        "llama.context_length": TRAINED_TOKENS,
        "llama.embedding_length": WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": DEEP,
        "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": WIDTH // HEADS,
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [0.0] * len(tokens),
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        # A blank of its own before the answer would not fit the grammar.
        "tokenizer.ggml.add_space_prefix": False,
    }
    if template is not None:
        header["tokenizer.chat_template"] = template
    path.write_bytes(_gguf(header, _weights(len(tokens), seed)))
    return path


def _weights(vocabulary: int, seed: int) -> Mapping[str, tuple[tuple[int, ...], bytes]]:
    """By name: the shape, fastest dimension first, and the numbers."""
    chance = random.Random(seed)
    shapes = {
        "token_embd.weight": (WIDTH, vocabulary),
        "output_norm.weight": (WIDTH,),
        "output.weight": (WIDTH, vocabulary),
        "blk.0.attn_norm.weight": (WIDTH,),
        "blk.0.attn_q.weight": (WIDTH, WIDTH),
        "blk.0.attn_k.weight": (WIDTH, WIDTH),
        "blk.0.attn_v.weight": (WIDTH, WIDTH),
        "blk.0.attn_output.weight": (WIDTH, WIDTH),
        "blk.0.ffn_norm.weight": (WIDTH,),
        "blk.0.ffn_gate.weight": (WIDTH, DEEP),
        "blk.0.ffn_up.weight": (WIDTH, DEEP),
        "blk.0.ffn_down.weight": (DEEP, WIDTH),
    }
    made = {}
    for name, shape in shapes.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        made[name] = shape, struct.pack(f"<{count}f", *(chance.gauss(0, 0.5) for _ in range(count)))
    return made


def _gguf(header: Mapping[str, Any], weights: Mapping[str, tuple[tuple[int, ...], bytes]]) -> bytes:
    head = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(weights), len(header)))
    for key, value in header.items():
        head += _text(key) + _value(value)
    offset = 0
    body = bytearray()
    for name, (shape, data) in weights.items():
        head += _text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset)
        body += data + bytes(-len(data) % ALIGNMENT)
        offset = len(body)
    return bytes(head + bytes(-len(head) % ALIGNMENT) + body)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: int | float | str | Sequence[Any]) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", STRING) + _text(value)
    if isinstance(value, bool):
        return struct.pack("<I?", BOOL, value)
    if isinstance(value, float):
        return struct.pack("<If", FLOAT32, value)
    if isinstance(value, int):
        return struct.pack("<II", UINT32, value)
    kind, form = {str: (STRING, ""), float: (FLOAT32, "f"), int: (INT32, "i")}[type(value[0])]
    items = b"".join(map(_text, value)) if kind == STRING else struct.pack(f"<{len(value)}{form}", *value)
    return struct.pack("<IIQ", ARRAY, kind, len(value)) + items
