"""What is to be said of a protocol as plain text: one line a fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import zip_longest

from kap_model._time import spoken_day
from kap_model.display.text import wrapped
from kap_model.planning.protocols.lints import Lint, Remark, Stretch
from kap_model.planning.selection import in_words


def lint_text(lint: Lint) -> str:
    """The answer first, then each stretch of dates, then what has no effect."""
    lines = [f"{lint.protocol}: {'ok' if lint.ok else 'not ok'}"]
    for stretch, following in zip_longest(lint.stretches, lint.stretches[1:]):
        lines += _stretch(stretch, None if following is None else following.since)
    if lint.remarks:
        lines.append("  no effect")
    for remark in lint.remarks:
        lines += wrapped(_remark(remark), 4, 6)
    return "\n".join(lines)


def _stretch(stretch: Stretch, until: dt.date | None) -> Iterator[str]:
    answer = "satisfiable" if stretch.satisfiable else "not satisfiable"
    yield f"  courses that begin {_span(stretch.since, until)}: {answer}"
    if stretch.course is not None:
        yield from _wrapped("a lawful course", stretch.course or "one without sessions")
    if stretch.reason is not None:
        yield from _wrapped("conflict", stretch.reason)
    for limit in stretch.conflict:
        yield from wrapped(f"{limit.limit}: {in_words(limit.value)} ({limit.citation})", 6, 8)
    for silent in stretch.never:
        yield from _wrapped("never fires", f"{silent.rule}; {silent.reason}")
    for silent in stretch.covered:
        yield from _wrapped("adds nothing", f"{silent.rule}; {silent.reason}")
    if stretch.off:
        yield from _wrapped("off", ", ".join(stretch.off))


def _span(since: dt.date | None, until: dt.date | None) -> str:
    if since is None:
        return "at any time" if until is None else f"before {_day(until)}"
    return f"from {_day(since)} on" if until is None else f"from {_day(since)} to {_eve(until)}"


def _remark(remark: Remark) -> str:
    since = "" if remark.since is None else f" since {_day(remark.since)}"
    return f"{remark.subject}{since} {remark.says}"


def _wrapped(label: str, text: str) -> list[str]:
    return wrapped(f"{label}: {text}", 4, 6)


def _eve(day: dt.date) -> str:
    return _day(day - dt.timedelta(days=1))


def _day(day: dt.date) -> str:
    return spoken_day(day.toordinal())
