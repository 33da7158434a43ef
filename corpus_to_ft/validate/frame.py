"""What a host sees of a file before it reads any line: its marks, line ends, size and number of lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.validate.base import Finding, at_line, error, is_local, warning
from corpus_to_ft.validate.lines import (
    BYTE_ORDER_MARK,
    MOST_LINE_BYTES,
    UNREAD,
    Measured,
    not_text,
    parse_line,
    raw_lines,
)

_MIB = 1024 * 1024


@dataclass(slots=True)
class Frame:
    """Goes through the lines of a file once, and counts them; `size_bytes` is for whoever knows it to say."""

    target: Target
    is_validation: bool = False
    lines: int = 0
    size_bytes: int = 0
    _ended_early: bool = False
    _carriage_return: int = 0

    def read(self, file: Measured) -> Iterator[tuple[int, Any, list[Finding]]]:
        """Number, value (UNREAD where there is none) and findings of each line; ends early when this is no JSONL."""
        raw = b""
        for number, raw, cut in raw_lines(file):
            body, findings = raw, list[Finding]()
            if number == 1:
                body, findings, whole = self._first(raw)
                if not whole:
                    self._ended_early = True
                    yield number, UNREAD, findings
                    return
            if cut:
                self.lines += 1
                said = "the line is longer than {most} MB; does the file have line ends?"
                yield (
                    number,
                    UNREAD,
                    [*findings, error("line_too_long", Sentence(said, most=MOST_LINE_BYTES // 1_000_000))],
                )
                continue
            body = body.removesuffix(b"\n")
            if body.endswith(b"\r"):
                body, self._carriage_return = body[:-1], self._carriage_return or number
            if not body.strip():
                yield number, UNREAD, findings + self._blank_line()
                continue
            self.lines += 1
            value, wrong = parse_line(body)
            yield number, value, findings + wrong
        if raw and not raw.endswith(b"\n"):
            said = "the last line does not end with a line end; add one"
            yield 0, UNREAD, [warning("no_final_line_end", Sentence(said))]

    def _first(self, raw: bytes) -> tuple[bytes, list[Finding], bool]:
        """The first line without its mark, and whether the rest can be read as JSONL."""
        other = not_text(raw)
        if other:
            return raw, [other], False
        findings = self._mark(raw)
        body = raw.removeprefix(BYTE_ORDER_MARK)
        start = body.strip()
        if start.startswith(b"["):
            said = "the file is a JSON array; write one object a line (corpus-to-ft prepare does it)"
            return body, [*findings, error("json_array", Sentence(said))], False
        if start in (b"{", b'{"data": [', b'{"data":['):
            said = "the file is JSON over several lines; write one object a line (corpus-to-ft prepare does it)"
            return body, [*findings, error("json_over_lines", Sentence(said))], False
        return body, findings, True

    def _mark(self, raw: bytes) -> list[Finding]:
        """Whether the byte order mark stands where the target wants one, and nowhere else."""
        marked, wanted = raw.startswith(BYTE_ORDER_MARK), self.target.byte_order_mark
        if marked and not wanted:
            said = "the file begins with a byte order mark, which {target} does not read; save it as UTF-8 without one"
            return [error("byte_order_mark", Sentence(said, target=self.target.name))]
        if wanted and not marked:
            said = "the file should begin with a byte order mark; {target} wants UTF-8 with one"
            return [error("byte_order_mark_missing", Sentence(said, target=self.target.name))]
        return []

    def _blank_line(self) -> list[Finding]:
        level = warning if is_local(self.target) else error
        return [level("blank_line", Sentence("the line is blank; take it out"))]

    def findings(self) -> Iterator[Finding]:
        """What is known when the file is read."""
        target, most = self.target, self.target.max_examples
        if self._carriage_return:
            said = "lines end with \\r\\n, as on Windows; some hosts count the \\r as text, save it with \\n"
            yield at_line(warning("carriage_return", Sentence(said)), self._carriage_return)
        if self._ended_early:
            # Nobody knows how many lines there are.
            pass
        elif not self.lines:
            # A job can do without a validation file.
            level = warning if self.is_validation else error
            yield level("no_lines", Sentence("the file holds no lines; write one example a line"))
        elif self.lines < target.min_examples and not self.is_validation:
            said = "{lines} lines; {target} wants at least {least}"
            yield error(
                "too_few_lines", Sentence(said, lines=self.lines, target=target.name, least=target.min_examples)
            )
        if most and self.lines > most:
            said = "{lines} lines; {target} takes at most {most}"
            yield error("too_many_lines", Sentence(said, lines=self.lines, target=target.name, most=most))
        largest = target.max_file_mb
        if largest and self.size_bytes > largest * _MIB:
            said = "the file has {size} MB; {target} takes at most {most}"
            size = round(self.size_bytes / _MIB)
            yield error("file_too_large", Sentence(said, size=size, target=target.name, most=largest))
