"""What ``check`` reads, one document after another."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import BinaryIO, Final, NamedTuple, Protocol

from kap_model.cli._inputs import STDIN
from kap_model.documents import _json
from kap_model.documents._json import MOST_BYTES, read_bytes
from kap_model.errors import InputError

LINE_SUFFIXES: Final = (".ndjson", ".jsonl")
_LONGEST_LINE: Final = MOST_BYTES + 2  # with its end
_BLANK: Final = b" \t\r\n"


class InputDocument(NamedTuple):
    """A document as it was read, or why it was not.

    Attributes:
        name: Its file as messages call it.
        raw: Its bytes, no more of them than would be refused.
        line: Its line in a file of lines; ``None`` = it is the whole file.
        error: Why it could not be read.
    """

    name: str
    raw: bytes = b""
    line: int | None = None
    error: OSError | None = None

    @property
    def place(self) -> str:
        """Where it stands, as messages say it."""
        return self.name if self.line is None else f"{self.name}:{self.line}"


class InputFile(NamedTuple):
    """A file of the command line.

    Attributes:
        by_line: Whether it holds a document on each line.
        documents: Reads them, once.
    """

    by_line: bool
    documents: Callable[[], Iterator[InputDocument]]


class Readable(Protocol):
    """What lines are read from."""

    def readline(self, size: int, /) -> bytes:
        """The next line with its end, or a part of it of that size; empty at the end."""
        ...


def sources(names: Iterable[str], *, by_line: bool = False) -> list[InputFile]:
    """The files of the command line; of stdin, what is needed to tell its kind is read at once.

    Args:
        names: Paths, and ``-`` for stdin.
        by_line: Whether each holds a document on each line, whatever its name and beginning.
    """
    found: list[InputFile] = []
    looked_at = False
    for name in names:
        if name == STDIN:
            found.append(
                _failing(OSError(0, "is read already")) if looked_at else _stdin(by_line=by_line)
            )
            looked_at = True
        elif by_line or name.lower().endswith(LINE_SUFFIXES):
            found.append(InputFile(True, partial(_lines_of_file, name)))
        else:
            found.append(InputFile(False, partial(_whole_file, name)))
    return found


def _whole_file(name: str) -> Iterator[InputDocument]:
    try:
        raw = read_bytes(name)
    except OSError as error:
        yield InputDocument(name, error=error)
    else:
        yield InputDocument(name, raw)


def _lines_of_file(name: str) -> Iterator[InputDocument]:
    try:
        with open(name, "rb") as file:
            yield from lines_of(file, name)
    except OSError as error:
        yield InputDocument(name, error=error)


def _failing(error: OSError) -> InputFile:
    return InputFile(False, lambda: iter((InputDocument("stdin", error=error),)))


def _stdin(*, by_line: bool) -> InputFile:
    if sys.stdin is None:
        return _failing(OSError(0, "is closed"))
    file = sys.stdin.buffer
    if by_line:
        return InputFile(True, lambda: lines_of(file, "stdin"))
    try:
        head, is_by_line = look(file)
    except OSError as error:
        return _failing(error)
    if is_by_line:
        return InputFile(True, lambda: lines_of(_PutBack(head, file), "stdin"))
    return InputFile(False, lambda: iter((InputDocument("stdin", head),)))


def look(file: BinaryIO) -> tuple[bytes, bool]:
    """What must be read of a stream to tell its kind, and whether it is by line.

    It is by line where its first line is JSON by itself and another follows. Else it is one
    document if it is JSON as a whole, and by line if some line is a plan document by itself.
    """
    head = bytearray()
    first: bytes | None = None
    while len(head) <= MOST_BYTES and (line := file.readline(MOST_BYTES + 1 - len(head))):
        head += line
        if not line.strip(_BLANK):
            continue
        if first is None:
            first = line
        elif first and _is_json(first):
            return bytes(head), True
        else:
            first = b""  # no document by itself
    if b"\n" not in head and len(head) > MOST_BYTES:
        return _look_beyond(bytes(head), file)
    if len(head) <= MOST_BYTES and _is_json(bytes(head)):
        return bytes(head), False
    return bytes(head), any(_is_plan(line) for line in bytes(head).split(b"\n"))


def _look_beyond(head: bytes, file: BinaryIO) -> tuple[bytes, bool]:
    """A first line that is too long is a document by itself, unless another line follows."""
    _skip_line(file)
    following = file.readline(_LONGEST_LINE)
    return head + b"\n" + following, bool(following.strip(_BLANK))


def _is_json(raw: bytes) -> bool:
    try:
        _json.parse(raw)
    except InputError:
        return False
    return True


def _is_plan(raw: bytes) -> bool:
    return b'"schema"' in raw and _is_json(raw)


class _PutBack:
    """A stream with what was read of it put back."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        self._head = io.BytesIO(head)
        self._file = file

    def readline(self, size: int, /) -> bytes:
        line = self._head.readline(size)
        if line.endswith(b"\n") or len(line) == size:
            return line
        return line + self._file.readline(size - len(line))


def lines_of(file: Readable, name: str) -> Iterator[InputDocument]:
    """A document for each line that is not blank; of one that is too long, no more than its start.

    An error of the stream is the last document.
    """
    line_number = 0
    try:
        while line := file.readline(_LONGEST_LINE):
            line_number += 1
            if line.strip(_BLANK):
                yield InputDocument(name, line.rstrip(b"\r\n")[: MOST_BYTES + 1], line_number)
            if not line.endswith(b"\n"):
                _skip_line(file)
    except OSError as error:
        yield InputDocument(name, line=line_number + 1, error=error)


def _skip_line(file: Readable) -> None:
    while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass
