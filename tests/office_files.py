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
            # Readers know books by this entry, which is never packed.
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)
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


def shape(text: str, kind: str | None = None, *, level: int = 0, more: str = "") -> str:
    """A shape with a paragraph a line; `kind` is that of a placeholder, None for a text box."""
    place = "" if kind is None else f'<p:ph type="{kind}"/>' if kind else "<p:ph/>"
    lines = "".join(f'<a:p><a:pPr lvl="{level}"/><a:r><a:t>{line}</a:t></a:r></a:p>' for line in text.split("\n"))
    if not level:
        lines = lines.replace('<a:pPr lvl="0"/>', "")
    named = f"<p:nvSpPr><p:cNvPr {more}/><p:nvPr>{place}</p:nvPr></p:nvSpPr>"
    return f"<p:sp>{named}<p:txBody>{lines}</p:txBody></p:sp>"


def pptx(*slides: str, notes: str = "", hidden: int = -1, properties: str = "") -> bytes:
    """A deck; the notes are those of its first slide, `hidden` the number of a slide that is not shown."""
    space = f'xmlns:p="{SLIDES}" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}"'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": rels(("officeDocument", "ppt/presentation.xml"), ("core-properties", "docProps/core.xml")),
        "docProps/core.xml": properties or core(),
        "ppt/_rels/presentation.xml.rels": rels(*(("slide", f"slides/slide{n}.xml") for n in range(len(slides)))),
        "ppt/slides/_rels/slide0.xml.rels": rels(("notesSlide", "../notesSlides/notes.xml")),
        "ppt/notesSlides/notes.xml": f"<p:notes {space}><p:cSld><p:spTree>{notes}</p:spTree></p:cSld></p:notes>",
    }
    shown = "".join(f'<p:sldId id="{n}" r:id="rId{n + 1}"/>' for n in range(len(slides)))
    parts["ppt/presentation.xml"] = f"<p:presentation {space}><p:sldIdLst>{shown}</p:sldIdLst></p:presentation>"
    for number, slide in enumerate(slides):
        show = ' show="0"' if number == hidden else ""
        inner = f"<p:cSld><p:spTree>{slide}</p:spTree></p:cSld>"
        parts[f"ppt/slides/slide{number}.xml"] = f"<p:sld {space}{show}>{inner}</p:sld>"
    return zipped(parts)
