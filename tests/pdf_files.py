"""Makes small PDF files that name their letters by a map and embed no font, so that tests need none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line of print; a Hangul letter is as wide as the size, a Latin one half as wide."""

    x: float
    y: float
    text: str
    size: float = 10
    bold: bool = False


def column(lines: Sequence[str], *, x: float = 60, top: float = 760, size: float = 10, pitch: float = 15) -> list[Text]:
    """Lines below one another; an empty one leaves a gap."""
    return [Text(x=x, y=top - n * pitch, text=line, size=size) for n, line in enumerate(lines) if line]


def pdf(
    *pages: Sequence[Text] | str,
    info: str = "",
    outline: Sequence[str] = (),
    named: bool = True,
    rotate: int = 0,
    catalog: str = "",
) -> bytes:
    """A file of these pages; a string is a page with that content, `named` whether the fonts name their letters."""
    letters = sorted({char for page in pages if not isinstance(page, str) for line in page for char in line.text})
    # Where fonts name no letters, their numbers are taken for letters: of all scripts, as in real files.
    codes = {char: number if named else 0x200 + 61 * number for number, char in enumerate(letters, 1)}
    objects: dict[int, bytes] = {}
    wide = " ".join(f"{code} [{500 if ord(char) < 256 else 1000}]" for char, code in codes.items())
    for number, name in ((3, "Plain"), (4, "Heavy-Bold")):
        unicode_map = "/ToUnicode 5 0 R" if named else ""
        objects[number] = (
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype"
            f"/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/DW 1000/W[{wide}]/FontDescriptor<</Type/FontDescriptor/FontName/{name}/Flags 4/Ascent 800"
            f"/Descent -200/CapHeight 700/StemV 80/ItalicAngle 0/FontBBox[0 -200 1000 800]>>>>]{unicode_map}>>"
        ).encode()
    pairs = "\n".join(f"<{code:04x}> <{char.encode('utf-16-be').hex()}>" for char, code in codes.items())
    objects[5] = _stream(
        f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def "
        f"1 begincodespacerange <0000> <ffff> endcodespacerange {len(codes)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )
    objects[6] = (
        b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\nx\nendstream"
    )
    kids, first = [], 10 + len(outline)
    for place, page in enumerate(pages):
        number = first + 2 * place
        kids.append(f"{number} 0 R")
        content = page if isinstance(page, str) else "\n".join(_shown(line, codes) for line in page)
        objects[number] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Rotate {rotate}/Contents {number + 1} 0 R"
            f"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>/XObject<</I 6 0 R>>>>>>"
        ).encode()
        objects[number + 1] = _stream(content)
    objects[1] = b"<</Type/Catalog/Pages 2 0 R" + (b"/Outlines 8 0 R" if outline else b"") + f"{catalog}>>".encode()
    objects[2] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>".encode()
    objects[7] = f"<<{info}>>".encode()
    if outline:
        objects[8] = f"<</Type/Outlines/First 9 0 R/Last {8 + len(outline)} 0 R/Count {len(outline)}>>".encode()
    for place, title in enumerate(outline):
        following = f"/Next {10 + place} 0 R" if place + 1 < len(outline) else ""
        words = (b"\xfe\xff" + title.encode("utf-16-be")).hex()
        objects[9 + place] = f"<</Title<{words}>/Parent 8 0 R/Dest[{first} 0 R/Fit]{following}>>".encode()
    return _file(objects)


def hexed(text: str) -> str:
    """A string of the properties."""
    return f"({text})" if text.isascii() else "<" + ("\ufeff" + text).encode("utf-16-be").hex() + ">"


def _shown(line: Text, codes: dict[str, int]) -> str:
    written = "".join(f"{codes[char]:04x}" for char in line.text)
    return f"BT /F{2 if line.bold else 1} {line.size} Tf 1 0 0 1 {line.x} {line.y} Tm <{written}> Tj ET"


def _stream(content: str) -> bytes:
    data = content.encode("latin-1")
    return f"<</Length {len(data)}>>stream\n".encode() + data + b"\nendstream"


def _file(objects: dict[int, bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    last = max(objects)
    table = "".join(f"{places.get(n, 0):010d} {'00000 n' if n in places else '65535 f'} \n" for n in range(last + 1))
    trailer = f"xref\n0 {last + 1}\n{table}trailer\n<</Size {last + 1}/Root 1 0 R/Info 7 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return bytes(out) + trailer.encode()
