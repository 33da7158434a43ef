"""Small questions asked of Office XML, whose namespaces differ between its strict and its usual form."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

# What the symbol fonts draw at the codes that office programs use for bullets, arrows and ticks.
_SYMBOLS = {
    0xB7: "•",
    0xA7: "▪",
    0xD8: "➢",
    0xFC: "✓",
    0xE0: "→",
    0xDF: "←",
    0x76: "❖",
    0x6C: "●",
    0x6E: "■",
    0x75: "◆",
}
_GREEK = dict(zip(b"abgdezhqiklmnxoprstufcyw", "αβγδεζηθικλμνξοπρστυφχψω", strict=True))


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def value(element: etree._Element | None, name: str = "val") -> str:
    """An attribute by its name without namespace."""
    if element is None:
        return ""
    for key, text in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(text)
    return ""


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first child of that name, its first child of the next name, and so on."""
    for name in path:
        if element is None:
            return None
        element = next((inner for inner in element if local(inner) == name), None)
    return element


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (inner for inner in element if local(inner) == name)


def inside(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """All elements of that name at any depth."""
    return (inner for inner in element.iter() if local(inner) == name)


def symbol(code: str, font: str) -> str:
    """What `w:sym` draws, where it is known."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    number = number - 0xF000 if 0xF000 <= number <= 0xF0FF else number
    if font.lower() == "symbol":
        return {0xB7: "•", 0xB0: "°", 0xB1: "±", 0xA3: "≤", 0xB3: "≥", 0xAE: "→", 0xB4: "×"}.get(
            number, _GREEK.get(number, "")
        )
    return _SYMBOLS.get(number, "") if "wingdings" in font.lower() else ""


def formula(element: etree._Element) -> str:
    """An Office formula in one line, in the signs of LaTeX where a line has no other."""
    name = local(element)
    if name == "t":
        return element.text or ""
    if name.endswith("Pr"):
        return ""
    if name == "f":
        return f"({_part(element, 'num')})/({_part(element, 'den')})"
    if name in ("sSup", "sSub", "sSubSup", "sPre"):
        low, high = _part(element, "sub"), _part(element, "sup")
        base = _part(element, "e")
        return base + (f"_{_group(low)}" if low else "") + (f"^{_group(high)}" if high else "")
    if name == "rad":
        degree = _part(element, "deg")
        return f"{f'{degree}' if degree else ''}√({_part(element, 'e')})"
    if name == "nary":
        sign = value(child(element, "naryPr", "chr")) or "∫"
        low, high = _part(element, "sub"), _part(element, "sup")
        return f"{sign}{f'_{_group(low)}' if low else ''}{f'^{_group(high)}' if high else ''} {_part(element, 'e')}"
    if name == "d":
        begin, end = child(element, "dPr", "begChr"), child(element, "dPr", "endChr")
        inner = ", ".join(formula(part) for part in children(element, "e"))
        return f"{'(' if begin is None else value(begin)}{inner}{')' if end is None else value(end)}"
    if name == "func":
        return f"{_part(element, 'fName')} {_part(element, 'e')}"
    if name == "eqArr" or name == "m":
        rows = children(element, "e") if name == "eqArr" else children(element, "mr")
        return "; ".join(formula(row) for row in rows)
    between = ", " if name == "mr" else ""
    return between.join(formula(inner) for inner in element)


def _part(element: etree._Element, name: str) -> str:
    found = child(element, name)
    return "" if found is None else "".join(formula(inner) for inner in found).strip()


def _group(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"
