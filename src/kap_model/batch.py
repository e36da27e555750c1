"""Many plans at once: lines of documents, rows of frames.

Every function here gives an iterator that reads its input as it goes, keeps nothing of what it gave
and goes on after what it cannot use. Each result is a plain value that may be pickled, so that
lines or rows may be dealt out to processes or to the workers of a cluster.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from attrs import frozen

from kap_model._time import Instant, moment_of_judgement
from kap_model._values import Value, as_tuple
from kap_model.checking import NAMING, ProtocolChoice, ProtocolsGiven, care_of, check, rules_of
from kap_model.documents.plans import loads
from kap_model.errors import InputError, NotGiven, Problem, in_document, refusal
from kap_model.report import Report
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULES
from kap_model.tables import FINDING_COLUMNS, finding_rows, report_row
from kap_model.waivers import Waiver

TEXT_COLUMNS: Final = ("document", "plan")
"""Where a row may have its document, in the order in which they are looked for."""

ROW_COLUMNS: Final = ("row", *FINDING_COLUMNS, "error")
"""The columns of every row that :func:`check_rows` gives, in order."""


@frozen(kw_only=True, repr=False)
class LineResult(Value):
    """What a check says about one line.

    Attributes:
        line: Its number, from 1; blank lines are counted too.
        report: What the check says; ``None`` = the line could not be used.
        problems: Why it could not be used.
    """

    line: int
    report: Report | None = None
    problems: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values, or ``line`` and ``error`` with each problem."""
        if self.report is not None:
            return self.report.to_dict()
        return {"line": self.line, "error": [problem.to_dict() for problem in self.problems]}

    def __repr__(self) -> str:
        said = f"{len(self.problems)} problems" if self.report is None else repr(self.report)
        return f"<LineResult {self.line}: {said}>"


def check_lines(
    lines: Iterable[str | bytes],
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | Instant | None = None,
    waivers: Iterable[Waiver] = (),
    rules: Iterable[Rule] = RULES,
    protocols: ProtocolsGiven = (),
) -> Iterator[LineResult]:
    """Check plan documents, one on each line, such as those of an open file.

    A line that cannot be used yields a result that says why, and the rest goes on. A blank line is
    no document: it is counted and skipped. A caller that cannot trust the length of lines should
    read them with a bound of its own; a line of more than 1 MB is refused.

    Args:
        lines: The documents, as text or bytes, with or without their line ends.
        protocol: As for :func:`~kap_model.check`.
        as_of: Likewise.
        waivers: Likewise.
        rules: Likewise; for other processes, functions that can be pickled.
        protocols: Likewise; a plan that names another one is a line that cannot be used.

    Raises:
        InvalidValue: ``as_of`` names no instant, or a protocol, a rule or a waiver cannot be
            used; at once, before a line is read, but for waivers.
        TypeError: A line is neither text nor bytes.
    """
    judge = _judge(protocol, as_of, waivers, rules, protocols)
    if isinstance(lines, (str, bytes)) or not isinstance(lines, Iterable):
        raise refusal("lines", "must be a sequence of lines, such as an open file")
    return (
        _result(_without_end(line), number, judge)
        for number, line in enumerate(lines, 1)
        if not isinstance(line, (str, bytes)) or not _blank(line)
    )


def check_rows(
    rows: Iterable[Mapping[str, Any]],
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | Instant | None = None,
    waivers: Iterable[Waiver] = (),
    rules: Iterable[Rule] = RULES,
    column: str | None = None,
    keep: Iterable[str] = (),
    protocols: ProtocolsGiven = (),
) -> Iterator[dict[str, Any]]:
    """Check plan documents that stand in the rows of a frame; rows of plain values come back.

    Each finding is a row, with the columns of ``ROW_COLUMNS``; ``sessions`` are ids with
    spaces between. A plan without findings is one row without a rule, and a document that cannot be
    used is one with ``error``, so every document that went in comes out.

    Args:
        rows: Mappings of columns to values, as ``frame.to_dict("records")`` of pandas or
            ``frame.iter_rows(named=True)`` of polars gives them.
        protocol: As for :func:`~kap_model.check`.
        as_of: Likewise.
        waivers: Likewise.
        rules: Likewise; for other processes, functions that can be pickled.
        column: The column that holds the documents; absent: ``document``, else ``plan``.
        keep: Columns of the input that each row is to carry along, before the others.
        protocols: As for :func:`~kap_model.check`; a plan that names another one is a document that
            cannot be used.

    Raises:
        InvalidValue: ``as_of`` names no instant, the protocol, a rule or a waiver is not known, or
            ``keep`` names a column of the result; a row is no mapping, or lacks a column that is
            asked for.
    """
    judge = _judge(protocol, as_of, waivers, rules, protocols)
    kept = as_tuple(keep, "keep")
    if not set(kept).isdisjoint(ROW_COLUMNS):
        raise refusal("keep", "must not name columns of the result")
    return _rows(rows, column, kept, judge)


def _judge(
    protocol: ProtocolChoice | None,
    as_of: dt.datetime | str | Instant | None,
    waivers: Iterable[Waiver],
    rules: Iterable[Rule],
    protocols: ProtocolsGiven,
) -> partial[Report]:
    care = None if protocol is None else care_of(protocol)
    instant = None if as_of is None else moment_of_judgement(as_of)
    given = as_tuple(waivers, "waivers")
    return partial(
        check,
        protocol=care,
        as_of=instant,
        waivers=given,
        rules=rules_of(rules),
        protocols=NAMING.pool(protocols),
    )


def _blank(line: str | bytes) -> bool:
    return not (line.strip(b" \t\r\n") if isinstance(line, bytes) else line.strip(" \t\r\n"))


def _without_end(line: Any) -> Any:
    """A line without its end, which is no part of the document: it would count to its size."""
    if isinstance(line, bytes):
        return line.rstrip(b"\r\n")
    return line.rstrip("\r\n") if isinstance(line, str) else line


def _result(line: Any, number: int, judge: partial[Report]) -> LineResult:
    try:
        plan = loads(line)
    except InputError as error:
        return LineResult(line=number, problems=error.problems)
    try:
        return LineResult(line=number, report=judge(plan))
    except NotGiven as error:
        return LineResult(line=number, problems=in_document(error))


def _rows(
    rows: Iterable[Mapping[str, Any]],
    column: str | None,
    kept: tuple[str, ...],
    judge: partial[Report],
) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise refusal(f"rows[{number}]", "must be a mapping of columns to values")
        text = row[_present(row, column, number)]
        carried = {name: row[_present(row, name, number)] for name in kept}
        if isinstance(text, (str, bytes)):
            result = _result(text, number, judge)
        else:
            result = LineResult(line=number, problems=(Problem("", "must be text or bytes"),))
        for found in _rows_of(result):
            yield carried | dict.fromkeys(ROW_COLUMNS) | {"row": number} | found


def _present(row: Mapping[str, Any], column: str | None, number: int) -> str:
    for name in TEXT_COLUMNS if column is None else (column,):
        if name in row:
            return name
    wanted = " or ".join(TEXT_COLUMNS) if column is None else "a column that is asked for"
    raise refusal(f"rows[{number}]", f"lacks {wanted}")


def _rows_of(result: LineResult) -> Iterator[dict[str, Any]]:
    report = result.report
    if report is None:
        yield {"error": "\n".join(str(problem) for problem in result.problems)}
        return
    yield from finding_rows(report) or [report_row(report)]
