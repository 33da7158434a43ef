"""Settings as YAML that any reader of YAML 1.1 understands, with what they rest on in the first lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus_to_ft.handoff.base import Survey


def yaml_text(values: Mapping[str, Any], survey: Survey) -> str:
    """Keys keep their order."""
    import yaml

    head = (
        f"# The longest example has {survey.longest} tokens of cl100k_base; the rest is room for the template.\n"
        "# A tokenizer that cuts Korean finer needs more: raise the length with it.\n"
    )
    return head + yaml.safe_dump(dict(values), allow_unicode=True, sort_keys=False, default_flow_style=False)
