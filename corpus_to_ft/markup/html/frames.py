"""Recognizes pages that only hold a frame: what they show is another page, which was not saved with them."""

from __future__ import annotations

from lxml import etree

from corpus_to_ft.markup.html.tree import attribute

# Naver shows every post in a frame of this name.
KNOWN = "mainframe"
SILENT = frozenset({"script", "style", "noscript", "title"})
MAX_OWN_CHARS = 300


def framed_address(root: etree._Element) -> str:
    """The address inside the frame of a page that says next to nothing itself, else nothing."""
    frames = [frame for frame in root.iter("frame", "iframe") if attribute(frame, "src")]
    if not frames or _own_chars(root) > MAX_OWN_CHARS:
        return ""
    for frame in frames:
        names = (attribute(frame, "id").lower(), attribute(frame, "name").lower())
        if frame.tag == "frame" and ("main" in names[1] or "cont" in names[1] or "body" in names[1]):
            return attribute(frame, "src")
        if KNOWN in names:
            return attribute(frame, "src")
    if frames[0].tag == "frame":
        return attribute(frames[-1], "src")
    # What comes from elsewhere is a film, a map or an advertisement.
    own = [
        attribute(frame, "src") for frame in frames if not attribute(frame, "src").startswith(("http", "//", "about:"))
    ]
    return own[0] if len(own) == 1 else ""


def _own_chars(root: etree._Element) -> int:
    count = 0
    for element in root.iter("*"):
        if element.tag not in SILENT and element.text:
            count += len(element.text.strip())
        if element.tail:
            count += len(element.tail.strip())
        if count > MAX_OWN_CHARS:
            break
    return count
