"""`keywords`, `tokens` and `plugins`: answers about files and about the program, without a run."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus_to_ft.cli.look import safe
from corpus_to_ft.errors import ExitCode, InputError
from corpus_to_ft.language import tr
from corpus_to_ft.plugin import Plugin, find_plugin, plugin_names
from corpus_to_ft.records import Rejected


def print_keywords(
    sources: Sequence[str], *, analyzer: str, top: int, config: Path | None, overrides: Sequence[str], as_json: bool
) -> int:
    from corpus_to_ft.pipeline import list_keywords
    from corpus_to_ft.settings import load_settings

    chosen = [f'analyzer={{use="{analyzer}"}}'] if analyzer else []
    settings = load_settings(config, [*overrides, *chosen])
    found = lost = 0
    for record in list_keywords(settings, sources, top):
        if isinstance(record, Rejected):
            lost += 1
            print(f"{safe(record.source)}: {tr(record.reason)}: {safe(tr(record.detail))}", file=sys.stderr)
            continue
        found += 1
        if as_json:
            ranked = [{"text": text, "score": round(score, 4)} for text, score in record.ranked]
            print(json.dumps({"source": record.document_id, "keywords": ranked}, ensure_ascii=False), flush=True)
        else:
            print(f"{safe(record.document_id)}\t{', '.join(safe(text) for text, _ in record.ranked)}", flush=True)
    print(tr("{found} documents, {lost} rejected", found=found, lost=lost), file=sys.stderr)
    return ExitCode.DONE if found else ExitCode.TOO_MANY_REJECTED


def print_tokens(sources: Sequence[str], *, encoding: str, as_json: bool) -> int:
    from corpus_to_ft.decode import decode
    from corpus_to_ft.ingest.base import IngestSettings, SourceFile
    from corpus_to_ft.ingest.sources import find_sources
    from corpus_to_ft.tokens import count_tokens, encoding_for

    name, settings, lost = encoding_for(encoding), IngestSettings(), 0
    for ref in find_sources(sources, settings):
        file = ref.read(settings)
        try:
            if isinstance(file, Rejected):
                raise InputError(file.reason, file.detail)
            if not isinstance(file, SourceFile):
                continue
            count = count_tokens(decode(file.data, source=file.source).text, name)
        except InputError as error:
            lost += 1
            print(f"{safe(ref.source)}: {tr(error.reason)}: {safe(tr(error.detail))}", file=sys.stderr)
            continue
        line = {"source": ref.source, "encoding": name, "tokens": count}
        print(json.dumps(line, ensure_ascii=False) if as_json else f"{count:>10,}  {safe(ref.source)}")
    return ExitCode.TOO_MANY_REJECTED if lost else ExitCode.DONE


def print_plugins(*, as_json: bool) -> int:
    for folder in ("ingest", "analyzers", "llm", "generate", "checks", "write", "validate", "tune", "handoff", "run"):
        for name in plugin_names(folder):
            line = _describe(folder, name)
            if as_json:
                print(json.dumps(line, ensure_ascii=False))
                continue
            fields = ", ".join(f"{key}={value!r}" for key, value in line["fields"].items())
            print(f"{folder}/{line['name']}  {line['does']}" + (f"\n    {fields}" if fields else ""))
    return ExitCode.DONE


def _describe(folder: str, name: str) -> dict[str, Any]:
    found = find_plugin(folder, name, Plugin)
    fields = {
        key: field.get_default(call_default_factory=True)
        for key, field in found.model_fields.items()
        if key != "variant" and not field.is_required()
    }
    does = (inspect.getdoc(found) or "").split("\n", 1)[0]
    return {"folder": folder, "name": name, "variants": list(found.variants), "does": does, "fields": fields}
