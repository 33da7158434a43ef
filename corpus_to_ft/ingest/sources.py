"""Finds what the user named: files, folders, archives and addresses become things to read, in one fixed order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.ingest.archive import found_in_archive, is_archive
from corpus_to_ft.ingest.base import Found, IngestSettings, Refused
from corpus_to_ft.ingest.files import FileRef, Walk, named_apart, nfc, no_document
from corpus_to_ft.ingest.site.memory import Access
from corpus_to_ft.language import Sentence

if TYPE_CHECKING:
    from corpus_to_ft.ingest.site.sites import Sites

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def find_sources(
    sources: Sequence[str | Path],
    settings: IngestSettings | None = None,
    *,
    skip: Path | None = None,
    access: Access | None = None,
) -> Iterator[Found]:
    """All files of the named files, folders, archives and addresses, in the same order on every machine.

    Hidden files, `skip` (our own output), folders seen before (a loop of links) and what is named twice are left out.
    A symbolic link inside a folder that leads out of all that was named is not followed but marked, since whoever
    made the folder could make any file of this machine a document. Pages of an address are fetched while they are
    found, with what `access` remembers of them. Raises ConfigError for a path that does not exist, for a folder
    without files and for an address that gives nothing.
    """
    settings = settings or IngestSettings()
    if not sources:
        raise ConfigError(Sentence("no source was named; name a file or a folder"))
    paths = [Path(source) for source in sources if not _is_address(source)]
    for path in paths:
        if not os.path.exists(path):  # noqa: PTH110 (Path.exists raises for a name too long)
            raise ConfigError(Sentence("{path}: there is no such file or folder", path=path))
    walk = Walk(
        hidden=os.path.realpath(skip) if skip is not None else "",
        roots=() if settings.follow_links else tuple(os.path.realpath(path) for path in paths),
    )
    several = _Several() if len(sources) > 1 else None
    sites: Sites | None = None
    for source in sources:
        if _is_address(source):
            # One for all, so that each page is read once; it brings a client along that files do not need.
            sites = sites or _sites(access)
            yield from sites.pages(str(source), settings.site)
        else:
            yield from _files(Path(source), walk, several, settings)


def _is_address(source: str | Path) -> bool:
    return isinstance(source, str) and ADDRESS.match(source) is not None


def _sites(access: Access | None) -> Sites:
    from corpus_to_ft.ingest.site.sites import Sites

    return Sites(access=access or Access())


def _files(path: Path, walk: Walk, several: _Several | None, settings: IngestSettings) -> Iterator[Found]:
    is_folder = path.is_dir()
    if not is_folder:
        refs: Iterable[FileRef] = [FileRef(path=path, source=nfc(path.name))]
    else:
        refs = walk.files(path, f"{nfc(path.resolve().name)}/" if several else "")
    found = False
    for ref in refs:
        found = True
        own = several.own(ref) if several else ref
        if own is None:
            continue
        # Whoever names a file wants it read.
        refused = no_document(own.source) if is_folder else None
        if own.outside:
            yield own
        elif refused is not None:
            yield Refused(source=own.source, why=refused)
        elif is_archive(own.source):
            yield from found_in_archive(own, settings)
        else:
            yield own
    if not found:
        told = "{path}: the folder holds no files; put documents into it or name another folder"
        raise ConfigError(Sentence(told, path=path))


class _Several:
    """Keeps files of several sources apart by name, and each file only once."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._places: set[str] = set()

    def own(self, ref: FileRef) -> FileRef | None:
        place = os.path.realpath(ref.path)
        if place in self._places:
            return None
        self._places.add(place)
        return replace(ref, source=named_apart(ref.source, self._names))
