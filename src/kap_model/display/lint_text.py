"""What is to be said of a protocol as plain text: one line a fact."""

from __future__ import annotations

from collections.abc import Iterator

from kap_model.display.text import wrapped
from kap_model.limits import in_words
from kap_model.planning.linting import Lint, Stretch, beginnings, remark_words


def lint_text(lint: Lint) -> str:
    """The answer first, then each stretch of dates, then what has no effect."""
    lines = [f"{lint.protocol}: {'ok' if lint.ok else 'not ok'}"]
    for stretch, beginning in zip(lint.stretches, beginnings(lint), strict=True):
        lines += _stretch(stretch, beginning)
    if lint.remarks:
        lines.append("  no effect")
    for remark in lint.remarks:
        lines += wrapped(remark_words(remark), 4, 6)
    return "\n".join(lines)


def _stretch(stretch: Stretch, beginning: str) -> Iterator[str]:
    answer = "satisfiable" if stretch.satisfiable else "not satisfiable"
    yield f"  courses that begin {beginning}: {answer}"
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


def _wrapped(label: str, text: str) -> list[str]:
    return wrapped(f"{label}: {text}", 4, 6)
