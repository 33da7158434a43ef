"""What others could put into a folder to stop, fill or fool whoever reads it; a function makes each in a folder."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import gzip
import os
import random
import socket
import tarfile
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from tests import office_files, packing, pdf_files

Maker = Callable[[Path], object]
KIB, MIB, GIB = 1024, 1024 * 1024, 1024 * 1024 * 1024
LAUGHS = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a0 "하하하하하하하하하하">'
LAUGHS += "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 11)) + "]>\n"
OUTSIDE = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a10 SYSTEM "file:///etc/passwd">]>\n'
OPENINGS = (
    "저희 팀은",
    "새 서버는",
    "검색 화면은",
    "결제 모듈은",
    "배포 도구는",
    "로그 수집기는",
    "추천 모델은",
    "알림 기능은",
)
TIMES = ("지난해부터", "하루에 한 번", "점심 시간마다", "주말 동안", "장애가 난 뒤에", "시험을 마치고", "두 달 만에")
OBJECTS = (
    "캐시를",
    "색인을",
    "설정 파일을",
    "오래된 기록을",
    "사용자 목록을",
    "그림 파일을",
    "암호화 열쇠를",
    "대기열을",
)
ACTIONS = (
    "두 층으로 나누었습니다", "다시 만들었습니다", "압축해서 옮겼습니다", "지우기로 정했습니다", "자동으로 확인합니다",
    "여러 대에 나누어 둡니다", "절반으로 줄였습니다",
)  # fmt: skip
WORDS = (
    "저희 팀은 지난해부터 캐시를 두 층으로 나누었습니다",
    "로그 수집기는 하루에 한 번 오래된 기록을 압축해서 옮겼습니다",
)


def _write(name: str, data: bytes | str) -> Maker:
    return lambda folder: (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)


def _later(name: str, make: Callable[[], bytes | str]) -> Maker:
    """For what is large: made when it is needed."""
    return lambda folder: _write(name, make())(folder)


def _nested_zip(depth: int) -> bytes:
    data = packing.zipped({"글.md": "# 글\n\n가장 안쪽에 있는 글입니다."})
    for _ in range(depth):
        data = packing.zipped({"안.zip": data})
    return data


def _bushy_zip(depth: int, wide: int) -> bytes:
    """As the well-known bomb of sixteen archives in sixteen archives, five levels deep."""
    data = packing.zipped({"0.txt": bytes(8 * MIB)})
    for _ in range(depth):
        data = packing.zipped({f"{number}.zip": data for number in range(wide)})
    return data


def _lying_zip() -> bytes:
    """Declares a kilobyte and unpacks to 512 MB."""
    return packing.zipped_raw([(b"lie.txt", bytes(512 * MIB))], unpacked=KIB)


def _gzip_bomb(folder: Path, name: str, size: int, head: bytes = b"") -> None:
    with gzip.open(folder / name, "wb", compresslevel=1) as packed:
        packed.write(head)
        for _ in range(size // (16 * MIB)):
            packed.write(bytes(16 * MIB))


def _tar_bomb(folder: Path) -> None:
    entry = tarfile.TarInfo("zeros.txt")
    entry.size = 2 * GIB
    _gzip_bomb(folder, "bomb.tar.gz", 2 * GIB, entry.tobuf())


def _evil_names(folder: Path) -> None:
    names = (
        "../밖.md",
        "/etc/밖.md",
        "C:\\밖.md",
        "..\\밖.md",
        "a/../../밖.md",
        "a//b/./c.md",
        "",
        "con.md",
        "a\nb.md",
        "‮dm.md",
    )
    text = "# 글\n\n압축 파일의 이름이 밖으로 나가려고 합니다."
    (folder / "names.zip").write_bytes(
        packing.zipped_raw([(name.encode(), text.encode()) for name in names], flags=0x800)
    )
    (folder / "names.tar").write_bytes(packing.tarred({name or "x": text for name in names}))


def _link_entry() -> bytes:
    entry = tarfile.TarInfo("passwd.txt")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return packing.tarred_entry(entry)


def _hwpx(part: str) -> bytes:
    return packing.zipped(
        {"mimetype": "application/hwp+zip", "Contents/content.hpf": part, "Contents/section0.xml": part}
    )


def _xlsx_far_cell() -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        f'<worksheet xmlns="{main}"><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>가</t></is></c>'
        '</row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>끝</t></is></c></row></sheetData></worksheet>'
    )
    book = f'<workbook xmlns="{main}" xmlns:r="{office_files.OFFICE}"><sheets><sheet name="표" sheetId="1" r:id="rId1"/></sheets></workbook>'
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    )
    return packing.zipped(
        {
            "[Content_Types].xml": types, "_rels/.rels": office_files.rels(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": office_files.rels(("worksheet", "worksheets/sheet1.xml")),
            "xl/worksheets/sheet1.xml": sheet,
        }
    )  # fmt: skip


def _packed_part() -> bytes:
    """An office document of 300 KB whose text unpacks to 300 MB."""
    return office_files.docx(office_files.paragraph("가" * (100 * MIB)))


def _pdf_of_the_same_page(count: int) -> bytes:
    kids = b"3 0 R " * count
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count " + str(count).encode()
        + b"/Kids[" + kids + b"]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n"
    )  # fmt: skip


def _pdf_loop() -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]/Parent 2 0 R>>endobj\n"
        b"trailer<</Root 1 0 R/Prev 0>>\n"
    )


def _yaml_laughs() -> str:
    lines = ["a0: &a0 [하하, 하하, 하하]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 10)]
    return "---\n" + "\n".join(lines) + "\ntitle: *a9\n---\n\n본문이 있는 글입니다.\n"


def sentences(count: int, seed: int = 0) -> str:
    """Korean prose, a sentence a line; no two are the same."""
    drawn = random.Random(seed)
    parts = (OPENINGS, TIMES, OBJECTS, ACTIONS)
    return "\n".join(f"{' '.join(map(drawn.choice, parts))}({seed}-{number}번째 기록)." for number in range(count))


def real_gigabyte(folder: Path) -> None:
    part = sentences(20_000).encode() + b"\n"
    with (folder / "whole.txt").open("wb") as file:
        while file.tell() < GIB:
            file.write(part)


def _sparse(folder: Path) -> None:
    with (folder / "sparse.txt").open("wb") as file:
        file.truncate(GIB)


def _names(folder: Path) -> None:
    names = (
        unicodedata.normalize("NFD", "한글 이름.md"), "줄\n바꿈.md", "a" * 252 + ".md", "🦄👩‍👩‍👧.md", "‮fdp.md",
        "\x1b[31m빨강.md", "-rf.md", "끝 공백 .md", "$(id).md", "';--.md", "<img src=x onerror=alert(1)>.md", "&amp;.md",
    )  # fmt: skip
    for number, name in enumerate(names):
        (folder / name).write_text(f"# 글 {number}\n\n{sentences(6, number)}", encoding="utf-8")
    (folder / os.fsdecode("\ud55c\uae00.md".encode("cp949"))).write_text(
        "# 옛 이름\n\n" + sentences(6, 99), encoding="utf-8"
    )


def _links(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    (folder / "gone.md").symlink_to("nowhere.md")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    (folder / "root").symlink_to("/")


def _no_files(folder: Path) -> None:
    os.mkfifo(folder / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        before = Path.cwd()
        os.chdir(folder)  # a socket's path must be short
        listener.bind("socket.md")
        os.chdir(before)


def _deep_folders(folder: Path) -> None:
    here = os.getcwd()  # noqa: PTH109 (deeper than any path may be long)
    os.chdir(folder)
    for _ in range(2500):
        os.mkdir("f")  # noqa: PTH102
        os.chdir("f")
    with open("글.md", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(sentences(6))
    os.chdir(here)


def _unreadable(folder: Path) -> None:
    _write("locked.md", "# 비밀\n\n" + sentences(6))(folder)
    (folder / "locked.md").chmod(0)
    (folder / "shut").mkdir()
    _write("inside.md", "# 안\n\n" + sentences(6))(folder / "shut")
    (folder / "shut").chmod(0)


def _deep_html(depth: int) -> str:
    return f"<html><body>{'<div>' * depth}<p>{sentences(5)}</p></body></html>"


def _xml(head: str, body: str) -> str:
    return f"{head}<rss version='2.0'><channel><title>가</title><item><title>나</title><description>{body}</description></item></channel></rss>"


ARCHIVES: Mapping[str, Maker] = {
    "zip, 10 MB to 10 GB": lambda folder: packing.zip_bomb(folder / "bomb.zip", 10 * GIB),
    "zip that lies about its size": _later("lie.zip", _lying_zip),
    "zip, entries over each other": _later("overlap.zip", lambda: packing.zipped_onto_itself(5_000, 20 * MIB)),
    "zip, a million entries": lambda folder: packing.many_entries(folder / "many.zip", 1_000_000),
    "zip in zip, 60 deep": _later("deep.zip", lambda: _nested_zip(60)),
    "16 zips in 16 zips, 5 deep": _later("bushy.zip", lambda: _bushy_zip(5, 16)),
    "gzip, 10 MB to 10 GB": lambda folder: _gzip_bomb(folder, "bomb.txt.gz", 10 * GIB),
    "tar.gz, 2 GB": _tar_bomb,
    "names that lead out": _evil_names,
    "tar with a link": _later("link.tar", _link_entry),
    "cut zip": _later("cut.zip", lambda: _nested_zip(2)[:-30]),
}
OFFICE: Mapping[str, Maker] = {
    "laughs .xml feed": _write("laughs.xml", _xml(LAUGHS, "&a10;")),
    "outside entity .xml": _write("outside.xml", _xml(OUTSIDE, "&a10;")),
    "laughs .svg": _write("laughs.svg", LAUGHS + "<svg xmlns='http://www.w3.org/2000/svg'><text>&a10;</text></svg>"),
    "laughs .html": _write("laughs.html", LAUGHS + f"<html><body><p>&a10; {sentences(5)}</p></body></html>"),
    "laughs .docx": _later("laughs.docx", lambda: office_files.docx(office_files.paragraph("&a10;"), head=LAUGHS)),
    "outside entity .docx": _later("outside.docx", lambda: office_files.docx(office_files.paragraph("&a10;"), head=OUTSIDE)),
    "laughs .hwpx": _later("laughs.hwpx", lambda: _hwpx(LAUGHS + "<x>&a10;</x>")),
    "laughs .epub": _later("laughs.epub", lambda: packing.zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": LAUGHS + "<x>&a10;</x>"})),
    ".docx of 300 MB of text": _later("packed.docx", _packed_part),
    ".xlsx, a cell in the far corner": _later("far.xlsx", _xlsx_far_cell),
    ".pdf, the same page 100,000 times": _later("pages.pdf", lambda: _pdf_of_the_same_page(100_000)),
    ".pdf, pages in a circle": _later("loop.pdf", _pdf_loop),
    ".pdf, random bytes": _later("noise.pdf", lambda: b"%PDF-1.7\n" + random.Random(0).randbytes(2 * MIB)),
    ".pdf cut": _later("cut.pdf", lambda: pdf_files.pdf(pdf_files.column([sentences(1)] * 20))[:-400]),
    ".hwp, noise under its mark": _later("noise.hwp", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(1).randbytes(MIB)),
}  # fmt: skip
TEXTS: Mapping[str, Maker] = {
    "html, 10,000 deep": _write("deep.html", _deep_html(10_000)),
    "html, 100,000 deep": _write("deeper.html", _deep_html(100_000)),
    "html, 1 M attributes": _later("attributes.html", lambda: "<p " + " ".join(f"a{n}=1" for n in range(1_000_000)) + f">{sentences(5)}"),
    "html, 5 MB of <!--": _later("comments.html", lambda: "<!--" * (5 * MIB // 4)),
    "html, 200,000 open <b>": _later("open.html", lambda: "<b>가 " * 200_000),
    "html, one text of 50 MB": _later("long.html", lambda: f"<p>{'가나다 ' * (5 * MIB)}</p>"),
    "json, 10,000 deep": _write("deep.json", "[" * 10_000 + "]" * 10_000),
    "json, 100,000 deep, closed text": _write("deeper.json", '{"text":' * 100_000 + '"끝"' + "}" * 100_000),
    "json, number of a million digits": _later("number.json", lambda: '{"text": "가", "n": ' + "9" * 1_000_000 + "}"),
    "jsonl, number of a million digits": _later("number.jsonl", lambda: '{"text": "' + WORDS[0] + '.", "n": ' + "9" * 1_000_000 + "}\n"),
    "yaml laughs": _write("laughs.md", _yaml_laughs()),
    "yaml, 10,000 deep": _write("yaml.md", "---\ntitle: " + "[" * 10_000 + "]" * 10_000 + "\n---\n\n본문입니다.\n"),
    "markdown, 10,000 quotes": _write("quotes.md", ">" * 10_000 + " 인용\n"),
    "markdown, 100,000 brackets": _write("brackets.md", "[" * 100_000 + "\n\n" + "![" * 50_000 + "](" * 50_000),
    "markdown, 200,000 stars": _write("stars.md", "*가 _나 **" * 60_000),
    "markdown, 50,000 list levels": _write("lists.md", "\n".join("  " * (n % 1000) + "- 가" for n in range(5_000))),
    "csv, 100,000 columns": _write("columns.csv", ",".join(f"c{n}" for n in range(100_000)) + "\n" + ",".join(["가나다"] * 100_000)),
    "csv, open quote": _later("quote.csv", lambda: '본문\n"' + sentences(50_000)),
    "1.9 M letters, no space": _later("word.txt", lambda: "가나다라마바사아자차" * 190_000),
    "1.9 M ㅋ": _later("laughing.txt", lambda: "ㅋ" * 1_900_000),
    "1.9 M a@": _later("at.txt", lambda: "a@" * 950_000),
    "1.9 M digits": _later("digits.txt", lambda: "0123456789" * 190_000),
    "1.9 M digits and hyphens": _later("hyphens.txt", lambda: "010-1234-" * 211_000),
    "1.9 M spaces and a word": _later("spaces.txt", lambda: "가" + " " * 1_900_000 + "나"),
    "1.9 M full stops": _later("stops.txt", lambda: "." * 1_900_000),
    "1.9 M emoji": _later("emoji.txt", lambda: "👩‍👩‍👧" * 380_000),
    "1.9 M combining marks": _later("marks.txt", lambda: "e" + "\u0301" * 1_900_000),
    "1.9 M characters of prose": _later("prose.txt", lambda: sentences(70_000)[:1_900_000]),
    "1.9 M of one sentence": _later("same.txt", lambda: (f"{WORDS[0]}. " * 70_000)[:1_900_000]),
    "one line of 1.9 M prose": _later("line.txt", lambda: sentences(70_000, 1)[:1_900_000].replace("\n", " ")),
    "zeros, 50 MB": _later("zeros.txt", lambda: bytes(50 * MIB)),
    "noise, 20 MB": _later("noise.txt", lambda: random.Random(2).randbytes(20 * MIB)),
}  # fmt: skip
PLACES: Mapping[str, Maker] = {
    "names": _names,
    "links": _links,
    "pipe and socket": _no_files,
    "2,500 folders deep": _deep_folders,
    "unreadable": _unreadable,
    "1 GB, sparse": _sparse,
    "1 GB of Korean sentences": real_gigabyte,
    "appended to while it is read": _later("growing.txt", lambda: sentences(1_000)),
    "zlib stream called .md": _later("packed.md", lambda: zlib.compress(sentences(1000).encode())),
}
SETS: Mapping[str, Mapping[str, Maker]] = {"archives": ARCHIVES, "office": OFFICE, "texts": TEXTS, "places": PLACES}
