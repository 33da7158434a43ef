"""Opens the containers of office documents within bounds: zip packages, and the older kind, whose remedy it names."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from lxml import etree

from corpus_to_ft.errors import InputError, input_boundary
from corpus_to_ft.language import Sentence

MEBIBYTE = 1024 * 1024
MAX_ENTRIES = 10_000
MAX_OUT_BYTES = 500 * MEBIBYTE
MAX_RATIO = 100
# A small package of empty cells may shrink a hundredfold; it harms nobody.
FREE_OUT_BYTES = 10 * MEBIBYTE
MAX_XML_BYTES = 100 * MEBIBYTE

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What the standard library and the inflater raise for a damaged, encrypted or unknown entry.
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError)
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)|<\x00!\x00(?:D|E)\x00|\x00<\x00!\x00(?:D|E)")
_HEAD_BYTES, _TAIL_BYTES = 4096, 65536


class Package:
    """A checked zip package: no more entries, bytes or expansion than a document needs, and its XML by name."""

    def __init__(self, data: bytes, source: str) -> None:
        self.source = source
        with input_boundary(*ZIP_ERRORS, reason="damaged", detail=_damaged(source)):
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        entries = self._zip.infolist()
        self._names = {entry.filename.lstrip("/"): entry for entry in entries}
        # The library never gives more of an entry than it declares, so what is declared is the bound.
        out = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_ENTRIES or out > MAX_OUT_BYTES or out > max(FREE_OUT_BYTES, MAX_RATIO * len(data)):
            told = (
                "{source}: unpacks to {entries:,} parts and {size_mb:,.0f} MB; at most {max_entries:,} parts, "
                "{max_mb:,.0f} MB and {max_ratio} times its size are read"
            )
            detail = Sentence(
                told, source=source, entries=len(entries), size_mb=out / MEBIBYTE, max_entries=MAX_ENTRIES,
                max_mb=MAX_OUT_BYTES / MEBIBYTE, max_ratio=MAX_RATIO,
            )  # fmt: skip
            raise InputError("zip_bomb", detail)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        """The bytes of an entry; InputError `damaged` where it is missing or broken, `encrypted` where it is locked."""
        entry = self._names.get(name)
        if entry is None:
            told = "{source}: lacks its part {name}; save it again from the program that made it"
            raise InputError("damaged", Sentence(told, source=self.source, name=name))
        if entry.flag_bits & 1:
            raise locked(self.source)
        with input_boundary(*ZIP_ERRORS, reason="damaged", detail=_damaged(self.source)):
            return self._zip.read(entry)

    def xml(self, name: str) -> etree._Element:
        """The root of an XML part; what declares entities is refused."""
        return parse_part(self.read(name), f"{self.source}!{name}")

    def check_xml(self, suffixes: tuple[str, ...] = (".xml", ".rels")) -> None:
        """Refuses a package in which any XML part declares entities, for libraries that parse by themselves."""
        for name in self.names:
            if name.lower().endswith(suffixes):
                _refuse_declarations(self.read(name), f"{self.source}!{name}")

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to by id: the last word of the kind, and the name of the part; nothing outside."""
        folder, _, name = part.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels".lstrip("/")
        found: dict[str, tuple[str, str]] = {}
        if rels not in self:
            return found
        for relation in self.xml(rels):
            if relation.get("TargetMode") == "External":
                continue
            target, key = relation.get("Target") or "", relation.get("Id") or ""
            target = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(part), target))
            found[key] = ((relation.get("Type") or "").rsplit("/", 1)[-1], target)
        return found

    def related(self, part: str, kind: str) -> Iterator[str]:
        """The parts of one kind that a part refers to, those that are there."""
        for found, target in self.relations(part).values():
            if found == kind and target in self:
                yield target


def parse_part(data: bytes, source: str) -> etree._Element:
    """The root of XML that declares nothing; raises InputError `too_large`, `unsafe_xml` or `bad_xml`."""
    _refuse_declarations(data, source)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    broken = Sentence("{source}: its XML is broken; save it again from the program that made it", source=source)
    with input_boundary(etree.LxmlError, ValueError, reason="bad_xml", detail=broken):
        return etree.fromstring(data, parser)


def _refuse_declarations(data: bytes, source: str) -> None:
    if len(data) > MAX_XML_BYTES:
        told = "{source}: {size_mb:,.0f} MB of XML in one part; at most {max_mb:,.0f} MB are read"
        sizes = {"size_mb": len(data) / MEBIBYTE, "max_mb": MAX_XML_BYTES / MEBIBYTE}
        raise InputError("too_large", Sentence(told, source=source, **sizes))
    if _DECLARES.search(data):
        told = "{source}: declares entities of its own, which are never expanded; save it without"
        raise InputError("unsafe_xml", Sentence(told, source=source))


def is_package(data: bytes, name: str) -> bool:
    """Whether a file is a zip package that holds a part of this name; looks at its first and last bytes only."""
    wanted = name.encode()
    return data.startswith(ZIP_MAGIC) and (wanted in data[:_HEAD_BYTES] or wanted in data[-_TAIL_BYTES:])


def refuse_other_kinds(data: bytes, source: str, save_as: str) -> None:
    """Raises InputError for what has the suffix of an office document and is none, with the remedy."""
    if data.startswith(ZIP_MAGIC):
        return
    if not data.strip(b"\x00 \r\n\t"):
        raise InputError("empty", Sentence("{source}: holds no text ({count} bytes)", source=source, count=len(data)))
    if data.startswith(OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise locked(source)
        told = "{source}: is in the binary format of before 2007; open it and save it as {save_as}"
        raise InputError("old_format", Sentence(told, source=source, save_as=save_as))
    told = "{source}: is damaged or no document of this kind; open it and save it as {save_as}"
    raise InputError("damaged", Sentence(told, source=source, save_as=save_as))


def locked(source: str) -> InputError:
    """The error for a document that only opens with a password."""
    told = "{source}: is protected with a password; take the protection off and save it again"
    return InputError("encrypted", Sentence(told, source=source))


def _damaged(source: str) -> Sentence:
    return Sentence("{source}: the file is damaged or cut off; use an original", source=source)
