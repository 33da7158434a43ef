"""The cases of the comparison with the classic tool: where it is right, and each of its known failures (K1 to K26)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.parity_files import (
    Case,
    answers_are,
    asks,
    bare,
    count_is,
    failed,
    fits,
    jsonl,
    labels,
    prompts_end,
    sports,
    table,
    text,
    with_row,
    workbook,
)

LONG_ROW = {"prompt": "길고 긴 이야기가 이어집니다. " * 900, "completion": "이야기"}
EMPTY_ROW = {"prompt": "빈 답은 어디에 두나요?", "completion": ""}
GREETING = "안녕하세요 고객님, "
PREPARED = [{"prompt": line["prompt"] + " ->", "completion": f" {line['completion']}\n"} for line in asks(30)]
SHORT_SIDES = ("긍정적인 후기", "긍정적인 후기 아님")


def where_it_is_right() -> Iterator[Case]:
    lines = asks(52, answer="{n}번 {thing}입니다.\n둘째 줄 {n}")
    yield Case(
        name="arrow", about="52 one-line prompts: ` ->` and ` END`", write=jsonl(lines), is_right=prompts_end(" ->")
    )
    yield Case(
        name="sports", about="1,197 rows, two classes, 11 too long", write=jsonl(sports()),
        is_right=lambda ran: len(ran.lines) == 1186 and prompts_end("\n\n###\n\n")(ran),
    )  # fmt: skip
    yield Case(name="csv", about="a table with commas", write=table(asks(40), "data.csv", ","), is_right=count_is(40))
    yield Case(name="tsv", about="a table with tabs", write=table(asks(40), "data.tsv", "\t"), is_right=count_is(40))
    yield Case(name="xlsx", about="a workbook", write=workbook(asks(40)), is_right=count_is(40))
    array = json.dumps(asks(40), ensure_ascii=False)
    yield Case(
        name="json",
        about="an array over lines",
        write=text(json.dumps(asks(40), indent=1), "data.json"),
        is_right=count_is(40),
    )
    yield Case(
        name="json-lines", about="lines under the name .json", write=jsonl(asks(40), "data.json"), is_right=count_is(40)
    )
    yield Case(name="jsonl-array", about="an array on one line", write=text(array, "data.jsonl"), is_right=count_is(40))
    texts = "".join(f"{line['completion']}\n" for line in asks(40))
    yield Case(name="txt", about="texts without prompts", write=text(texts, "data.txt"), is_right=count_is(40))
    yield Case(
        name="duplicates", about="three rows twice", write=jsonl([*asks(40), *asks(3)]), is_right=count_is(40),
    )  # fmt: skip
    capital = [{"Prompt": line["prompt"], "Completion": line["completion"]} for line in asks(40)]
    yield Case(
        name="capitals", about="Prompt and Completion", write=table(capital, "data.csv", ","), is_right=count_is(40)
    )
    lines = [{**line, "prompt": f"안내문\n{line['prompt']}"} for line in asks(40)]
    yield Case(name="newlines", about="prompts over lines", write=jsonl(lines), is_right=prompts_end("\n\n###\n\n"))
    lines = [{**line, "prompt": f"제목\n\n###\n\n{line['prompt']}"} for line in asks(40)]
    yield Case(
        name="hashes", about="the first separator is in use", write=jsonl(lines), is_right=prompts_end("\n\n===\n\n")
    )
    lines = asks(40, answer="{n}호 END of the page\n둘째 줄의 {thing}. {n}")
    yield Case(
        name="endings", about="three endings are in use", write=jsonl(lines),
        is_right=lambda ran: all(line["completion"].endswith("***") for line in ran.lines),
    )  # fmt: skip
    yield Case(name="prepared", about="nothing to do", write=jsonl(PREPARED), is_right=lambda ran: not ran.names)


def where_text_is_harmed() -> Iterator[Case]:
    for name, ends in (("K1", "은 있나요?"), ("K1b", "의 값은 무엇인가요?")):
        lines = asks(40, ends=ends)
        yield Case(
            name=name, about=f"all prompts end {ends}", write=jsonl(lines), is_right=prompts_end(" ->"),
            harms=lambda ran, ends=ends: all(line["prompt"].endswith(ends) for line in ran.lines),  # type: ignore[misc]
        )  # fmt: skip
    yield Case(
        name="K2", about="labels 긍정 and 부정", write=jsonl(labels(40, ("긍정", "부정"))),
        is_right=lambda ran: answers_are(("긍정", "부정"))(ran) and '"정"' not in ran.told,
        harms=lambda ran: 'stop=["정"]' in ran.told,
    )  # fmt: skip
    lines = asks(40, answer="{n}번 {thing}은 1588번을 참고하세요")
    yield Case(
        name="K2b", about="a common closing phrase", write=jsonl(lines),
        is_right=lambda ran: "참고하세요" not in ran.told.partition("stop=")[2],
        harms=lambda ran: "번을 참고하세요" in ran.told.partition("stop=")[2],
    )  # fmt: skip
    long = {"prompt": ("가을 하늘은 높고 들에는 벼가 익어 갑니다. " * 400)[:9_990], "completion": "가을"}
    yield Case(
        name="K3",
        about="9,990 Korean characters",
        write=jsonl([*asks(40), long]),
        is_right=fits,
        harms=lambda ran: not fits(ran),
    )
    rows = with_row(asks(40), (10, asks(1)[0]), (25, LONG_ROW))
    yield Case(
        name="K4",
        about="a duplicate before a long row",
        write=jsonl(rows),
        is_right=fits,
        harms=lambda ran: not fits(ran),
    )
    rows = with_row(asks(40), (10, asks(1)[0]), (11, LONG_ROW))
    yield Case(name="K5", about="a duplicate directly before it", write=jsonl(rows), is_right=fits, harms=failed)


def where_words_are_harmed() -> Iterator[Case]:
    lines = asks(40, answer="{n}번 {thing} AWS API GPT")
    yield Case(
        name="K6", about="Korean with acronyms", write=jsonl(lines),
        is_right=lambda ran: "AWS" in ran.lines[0]["completion"],
        harms=lambda ran: "aws" in ran.lines[0]["completion"],
    )  # fmt: skip
    yield Case(
        name="K7",
        about="a class that begins another",
        write=jsonl(labels(40, SHORT_SIDES)),
        is_right=answers_are(SHORT_SIDES),
        harms=failed,
    )
    for name, mark in (("K19", GREETING), ("K19b", "GPT 요금은 ")):
        lines = [{**line, "completion": mark + line["completion"]} for line in asks(40)]
        yield Case(
            name=name, about=f"all answers begin with {mark}", write=jsonl(lines),
            is_right=lambda ran, mark=mark: all(bare(line).startswith(mark) for line in ran.lines),  # type: ignore[misc]
            harms=lambda ran, mark=mark: not any(bare(line).startswith(mark) for line in ran.lines),  # type: ignore[misc]
        )  # fmt: skip
    lines = asks(40, answer="{n}번 {thing}입니다.\n둘째 줄 {n}")
    twice = [{"prompt": line["prompt"] + " ->", "completion": f" {line['completion']} END"} for line in lines]
    yield Case(
        name="K26", about="its own ` END` a second time", write=jsonl(twice), is_right=lambda ran: not ran.names,
        harms=lambda ran: any(line["completion"].endswith(" end") for line in ran.lines),
    )  # fmt: skip


def where_it_cannot_read() -> Iterator[Case]:
    yield Case(
        name="K8",
        about="CSV in CP949",
        write=table(asks(40), "data.csv", ",", "cp949"),
        is_right=count_is(40),
        harms=failed,
    )
    yield Case(
        name="K9",
        about="a byte order mark",
        write=jsonl(asks(40), mark=b"\xef\xbb\xbf"),
        is_right=count_is(40),
        harms=failed,
    )
    yield Case(
        name="K10", about="one row", write=jsonl(asks(1)),
        is_right=lambda ran: len(ran.lines) == 1 and ran.code == 1, harms=failed,
    )  # fmt: skip
    texts = "".join(f"{line['completion']}\n" for line in asks(40))
    yield Case(
        name="K11", about="txt under a C locale", write=text(texts, "data.txt"), is_right=count_is(40), harms=failed,
        environment={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )  # fmt: skip
    words = ("NA", "null", "None", "N/A", "있음")
    yield Case(
        name="K12", about="NA and null as labels", write=table(labels(40, words), "data.csv", ","),
        is_right=answers_are(words),
        harms=lambda ran: {bare(line) for line in ran.lines} != set(words),
    )  # fmt: skip


def where_nothing_is_text() -> Iterator[Case]:
    rows = with_row(asks(40), (20, {"prompt": None, "completion": "물음이 없습니다."}))
    yield Case(
        name="K13",
        about="null as prompt",
        write=jsonl(rows),
        is_right=count_is(40),
        harms=lambda ran: len(ran.lines) == 41,
    )
    rows = with_row(asks(40), (20, {"prompt": "목록은 어디에 두나요?", "completion": ["가", "나"]}))
    yield Case(
        name="K14", about="a list as completion", write=jsonl(rows), is_right=count_is(40),
        harms=lambda ran: any("['가', '나']" in line["completion"] for line in ran.lines),
    )  # fmt: skip
    rows = with_row(asks(40), (20, {"prompt": "빈칸은 어디에 두나요?", "completion": "   "}))
    yield Case(
        name="K15",
        about="blanks as completion",
        write=jsonl(rows),
        is_right=count_is(40),
        harms=lambda ran: len(ran.lines) == 41,
    )
    rows = with_row(asks(40), (20, {"prompt": "", "completion": "물음이 없습니다."}))
    yield Case(
        name="K16",
        about="one prompt is empty",
        write=jsonl(rows),
        is_right=count_is(40),
        harms=lambda ran: len(ran.lines) == 41,
    )
    chats = [
        {
            "messages": [
                {"role": "user", "content": line["prompt"]},
                {"role": "assistant", "content": line["completion"]},
            ]
        }
        for line in asks(40)
    ]
    yield Case(
        name="K17",
        about="conversations",
        write=jsonl(chats),
        is_right=lambda ran: ran.code == 0 and not ran.names,
        harms=failed,
    )


def where_it_misleads() -> Iterator[Case]:
    lines = [{**line, "url": f"https://example.org/{n}"} for n, line in enumerate(asks(40))]
    yield Case(
        name="K18", about="one more column", write=jsonl(lines), is_right=lambda ran: "in their name" not in ran.told,
        harms=lambda ran: "in their name" in ran.told,
    )  # fmt: skip
    rare = [*labels(55, ("긍정", "부정")), {"prompt": "하나뿐인 후기", "completion": "중립"}]
    yield Case(
        name="K20", about="a class of one row among 56", write=jsonl(rare),
        is_right=lambda ran: any(bare(line) == "중립" for line in (ran.by_file or {}).get("train", ())),
        harms=lambda ran: not any(bare(line) == "중립" for line in (ran.by_file or {}).get("train", ())),
    )  # fmt: skip
    lines = [
        *asks(40),
        {"prompt": "환불은 며칠 안에 되나요?", "completion": "이레입니다."},
        {"prompt": "환불은 며칠 안에 되나요?", "completion": "열흘입니다."},
    ]
    yield Case(
        name="K21", about="two answers to one question", write=jsonl(lines), is_right=lambda ran: "41, 42" in ran.told,
        harms=lambda ran: "42" not in ran.told.replace("42 prompt", ""),
    )  # fmt: skip
    yield Case(
        name="K22", about="the person declines to write", write=jsonl(asks(40)), typed=("y\ny\ny\nn\n", "y\ny\nn\n"),
        is_right=lambda ran: ran.code == 5 and not ran.names, harms=lambda ran: ran.code == 0 and not ran.names,
    )  # fmt: skip
    yield Case(
        name="K23", about="60,000 rows: peak memory", write=jsonl(asks(60_000)), is_right=lambda ran: ran.peak_mb < 200,
        harms=lambda ran: ran.peak_mb > 200,
    )  # fmt: skip
    yield Case(
        name="K24", about='the person types "no"', write=jsonl(asks(40)), typed=("no\nno\nno\nno\n", "no\nno\nno\n"),
        is_right=lambda ran: not ran.names, harms=lambda ran: bool(ran.names),
    )  # fmt: skip
    yield Case(
        name="K25", about="prepared lines in an array", write=text(json.dumps(PREPARED, indent=1), "data.json"),
        is_right=count_is(30), harms=failed,
    )  # fmt: skip


def cases() -> Iterator[Case]:
    yield from where_it_is_right()
    yield from where_text_is_harmed()
    yield from where_words_are_harmed()
    yield from where_it_cannot_read()
    yield from where_nothing_is_text()
    yield from where_it_misleads()
