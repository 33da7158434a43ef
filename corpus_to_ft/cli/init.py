"""`init`: a config file that holds every setting with its default, commented out."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import BaseModel

from corpus_to_ft.errors import ConfigError, ExitCode, boundary
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.plugin import plugin_names
from corpus_to_ft.settings import Settings
from corpus_to_ft.targets import target_names


def write_config(path: Path, *, force: bool) -> int:
    if os.path.lexists(path) and not force:
        raise ConfigError(Sentence("{path} exists already; --force overwrites it", path=path))
    with boundary(OSError, to=ConfigError, message=Sentence("cannot write {path}", path=path)):
        path.write_text(_config_text(), encoding="utf-8")
    print(tr("Written: {path}. Use it with: corpus-to-ft run SOURCE -c {path}", path=path))
    return ExitCode.DONE


def _config_text() -> str:
    choices = {
        "target": target_names(),
        "provider": plugin_names("llm"),
        "analyzer": plugin_names("analyzers"),
        "generate": plugin_names("generate"),
    }
    settings = Settings()
    parts = [tr("# Every setting with its default; take the # away to change one."), ""]
    for section, names in choices.items():
        header = "[[generate]]" if section == "generate" else f"[{section}]"
        value = getattr(settings, section)
        use = value[0].use if section == "generate" else value.use
        parts += [header, f"use = {json.dumps(use)}  # {' | '.join(names)}", ""]
    for section in Settings.model_fields:
        value = getattr(settings, section)
        if isinstance(value, BaseModel) and section not in choices:
            parts += _section(section, value)
    return "\n".join(parts)


def _section(name: str, table: BaseModel) -> list[str]:
    """A table with its settings, and the tables inside it after it."""
    inner = {key: value for key in type(table).model_fields if isinstance(value := getattr(table, key), BaseModel)}
    lines = [_line(table, key) for key in type(table).model_fields if key not in inner]
    parts = [f"[{name}]", *lines, ""]
    for key, value in inner.items():
        parts += _section(f"{name}.{key}", value)
    return parts


def _line(table: BaseModel, key: str) -> str:
    field = type(table).model_fields[key]
    note = f"  # {field.description}" if field.description else ""
    name = field.alias or key
    value = table.model_dump(mode="json", by_alias=True)[name]
    return f"# {name} = {json.dumps(value, ensure_ascii=False)}{note}"
