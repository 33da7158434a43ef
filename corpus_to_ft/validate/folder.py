"""A data set as it was written: the manifest beside its files says which they are, their target and their digests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_to_ft.errors import ConfigError, cause_of
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.validate.base import Finding, error
from corpus_to_ft.validate.tally import Tally
from corpus_to_ft.write.stage import MANIFEST

MOST_MANIFEST_BYTES = 64_000_000
VALIDATION = ("validation", "valid", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSet:
    """What a manifest says. `digests` has the SHA-256 of each file by name, training first."""

    target: str
    asking: Mapping[str, Any]
    digests: Mapping[str, str]

    def check(self, name: str, counts: Tally) -> Iterator[Finding]:
        """Whether the file is still the one that was written."""
        wanted = self.digests.get(name)
        if wanted and counts.sha256 and wanted != counts.sha256:
            said = "the file was changed after it was written: its SHA-256 is not that of the manifest; write it again"
            yield error("differs_from_manifest", Sentence(said))


def read_manifest(folder: Path) -> WrittenSet | None:
    """None where there is none; raises ConfigError when it cannot be read."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    cannot = "{path} is no manifest of corpus-to-ft: {cause}"
    try:
        if path.stat().st_size > MOST_MANIFEST_BYTES:
            raise ConfigError(Sentence(cannot, path=path, cause=Sentence("it is too large")))
        content = json.loads(path.read_text(encoding="utf-8"))
        target, files = content["target"]["name"], content["files"]
        digests = {str(file["name"]): str(file["sha256"]) for file in files}
        asking = content.get("asking") or {}
    except OSError as fault:
        raise ConfigError(Sentence("cannot read {path}: {cause}", path=path, cause=cause_of(fault))) from fault
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ConfigError(Sentence(cannot, path=path, cause=foreign(repr(fault)))) from fault
    ordered = dict(sorted(digests.items(), key=lambda file: is_validation(file[0])))
    return WrittenSet(
        target=str(target), asking=asking if isinstance(asking, dict) else {}, digests=ordered
    )  # fmt: skip


def is_validation(name: str) -> bool:
    return Path(name).stem.startswith(VALIDATION)
