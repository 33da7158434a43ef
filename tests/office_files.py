"""Makes small office documents out of their XML, so that tests need no office program and no library that writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LAUGHS = '<!DOCTYPE x [<!ENTITY a "하하"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def rels(*relations: tuple[str, str]) -> str:
    """Relations by kind and target; those that begin with `http` lead outside."""
    lines = []
    for number, (kind, target) in enumerate(relations, 1):
        outside = ' TargetMode="External"' if target.startswith("http") else ""
        lines.append(f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"{outside}/>')
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def core(title: str = "", author: str = "", modified: str = "") -> str:
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>'
        f"<dcterms:modified>{modified}</dcterms:modified></cp:coreProperties>"
    )


def paragraph(text: str, style: str = "", more: str = "") -> str:
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f'<w:p><w:pPr>{styled}{more}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def docx(body: str, *, styles: str = "", footnotes: str = "", properties: str = "", head: str = "") -> bytes:
    space = f'xmlns:w="{WORD}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": rels(("officeDocument", "word/document.xml"), ("core-properties", "docProps/core.xml")),
            "docProps/core.xml": properties or core(),
            "word/_rels/document.xml.rels": rels(
                ("styles", "styles.xml"), ("footnotes", "footnotes.xml"), ("image", "http://example.org/a.png")
            ),
            "word/styles.xml": f"<w:styles {space}>{styles}</w:styles>",
            "word/footnotes.xml": f"<w:footnotes {space}>{footnotes}</w:footnotes>",
            "word/document.xml": f"{head}<w:document {space}><w:body>{body}</w:body></w:document>",
        }
    )
