"""Documents of Hangul are read in all their formats, or say what keeps them closed."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from office_files import LAUGHS, zipped
from ole_files import DISTRIBUTION, DRM, PACKED, PASSWORD, hwp

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, SourceFile
from corpus_to_ft.ingest.hwp import HwpReader

NAMES = (
    'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section" '
    'xmlns:hh="http://www.hancom.co.kr/hwpml/2011/head"'
)
HEADER = f"""<hh:head {NAMES}><hh:refList><hh:paraProperties>
<hh:paraPr id="0"><hh:heading type="NONE" idRef="0" level="0"/></hh:paraPr>
<hh:paraPr id="1"><hh:heading type="OUTLINE" idRef="0" level="0"/></hh:paraPr>
<hh:paraPr id="2"><hh:heading type="BULLET" idRef="1" level="1"/></hh:paraPr>
</hh:paraProperties></hh:refList></hh:head>"""


def text(words: str, shape: int = 0) -> str:
    return f'<hp:p paraPrIDRef="{shape}"><hp:run><hp:t>{words}</hp:t></hp:run></hp:p>'


def cell(words: str, row: int, column: int) -> str:
    place = f'<hp:cellAddr colAddr="{column}" rowAddr="{row}"/><hp:cellSpan colSpan="1" rowSpan="1"/>'
    return f"<hp:tc><hp:subList>{text(words)}</hp:subList>{place}</hp:tc>"


def table(*rows: tuple[str, ...]) -> str:
    lines = "".join(
        f"<hp:tr>{''.join(cell(words, r, c) for c, words in enumerate(row))}</hp:tr>" for r, row in enumerate(rows)
    )
    size = f'rowCnt="{len(rows)}" colCnt="{len(rows[0])}"'
    return f'<hp:p paraPrIDRef="0"><hp:run><hp:tbl {size}>{lines}</hp:tbl></hp:run></hp:p>'


def hwpx(body: str, title: str = "", head: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    facts = f'<opf:title>{title}</opf:title><opf:meta name="creator">김하나</opf:meta>'
    facts += '<opf:meta name="CreatedDate">2024-01-02T00:00:00Z</opf:meta>'
    facts += '<opf:meta name="ModifiedDate">2026-03-02T09:00:00Z</opf:meta>'
    return zipped(
        {
            "mimetype": "application/hwp+zip",
            "Contents/content.hpf": f'<opf:package xmlns:opf="http://www.idpf.org/2007/opf/">{facts}</opf:package>',
            "Contents/header.xml": HEADER,
            "Contents/section0.xml": f"{head}<hs:sec {NAMES}>{body}</hs:sec>",
            **(more or {}),
        }
    )


def read(data: bytes, source: str = "공문.hwp") -> Page:
    (page,) = HwpReader().read(SourceFile(source=source, data=data))
    return page


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(data)
    assert "공문.hwp" in str(caught.value.detail)
    return caught.value.reason


def test_hwpx_keeps_headings_lists_and_tables() -> None:
    body = (
        text("추진 배경", 1) + text("시장이 커진다.", 2) + text("본문이다. 😀\ue000")
        + table(("부서", "인원"), ("개발", "12")) + table(("상자 속의 글",))
    )  # fmt: skip
    page = read(hwpx(body, "2026년 계획"))
    assert [(block.kind, block.level, block.of(page.text)) for block in page.blocks] == [
        ("heading", 1, "추진 배경"),
        ("list_item", 2, "시장이 커진다."),
        ("paragraph", 0, "본문이다. 😀"),
        ("table_row", 0, "부서 | 인원"),
        ("table_row", 0, "개발 | 12"),
        ("paragraph", 0, "상자 속의 글"),
    ]
    assert (page.title, page.author, page.published) == ("2026년 계획", "김하나", "2026-03-02T09:00:00Z")
    assert len(page.meta["warnings"]) == 1
    assert read(hwpx(body, "빈 문서1")).title == "추진 배경"


def test_hwp_5_is_read_packed_and_unpacked() -> None:
    for flags in (PACKED, 0):
        page = read(hwp(["첫 문단이다.", "", "둘째 문단이다."], flags=flags))
        assert (page.text, page.title) == ("첫 문단이다.\n\n둘째 문단이다.", "공문")


def test_what_is_locked_or_too_old_says_so() -> None:
    assert refused(hwp(["글"], flags=PACKED | PASSWORD)) == "encrypted"
    assert refused(hwp(["글"], flags=PACKED | DRM)) == "encrypted"
    assert refused(hwp(["글"], flags=PACKED | DISTRIBUTION)) == "encrypted"
    assert refused(b"HWP Document File V3.00 \x1a\1\2\3\4\5" + bytes(2000)) == "old_format"
    locked = '<manifest><file-entry full-path="x"><encryption-data/></file-entry></manifest>'
    assert refused(hwpx(text("글"), more={"META-INF/manifest.xml": locked})) == "encrypted"


def test_what_is_damaged_or_empty_or_hostile_says_so() -> None:
    assert refused(b"") == "empty"
    assert refused(hwp([])) == "empty"
    assert refused(hwpx("")) == "empty"
    assert refused(hwp(["글"])[:900]) == "damaged"
    assert refused(hwp([], section=b"\x42\x00\xf0\xff")) == "damaged"
    assert refused(hwpx(text("글"))[:500]) == "damaged"
    assert refused(hwpx(text("&b;"), head=LAUGHS)) == "unsafe_xml"
    assert refused(hwpx("<hp:p>" * 5)) == "damaged"
    assert refused(hwpx("", more={"Contents/section1.xml": bytes(20_000_000)})) == "zip_bomb"
    assert refused(zipped({"a.xml": "<a/>"})) == "damaged"


def test_a_packed_stream_is_not_unpacked_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus_to_ft.ingest.hwp.MAX_OUT_BYTES", 1_000_000)
    assert refused(hwp([], section=bytes(3_000_000))) == "zip_bomb"


def test_a_document_is_known_by_its_content() -> None:
    reader = HwpReader()
    for data in (hwp(["글"]), hwpx(text("글")), b"HWP Document File V3.00"):
        assert reader.match(SourceFile(source="글.bin", data=data)) is Match.CONTENT
    assert reader.match(SourceFile(source="글.hwp", data=b"x")) is Match.SUFFIX
    assert reader.match(SourceFile(source="글.txt", data=b"x")) is Match.NO


def test_the_shared_documents_keep_every_word(shared_data: Path) -> None:
    folder = shared_data / "hwp" / "hwpx"
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        wanted = Counter(re.findall(r"\w+", gold["gold_text"]))
        data = (folder / gold["file"]).read_bytes()
        if "HeaderFooter" in gold["file"] or not wanted:
            if "Equation" not in gold["file"]:
                assert refused(data) in ("empty", "no_text")
            continue
        assert not wanted - Counter(re.findall(r"\w+", read(data).text)), gold["file"]
