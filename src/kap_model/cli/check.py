"""``kap-model check``: plans against a protocol, in the format of whoever reads it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TextIO, TypeVar

from kap_model._time import Instant, moment_of_judgement
from kap_model.checking import check
from kap_model.cli._command import (
    GOOD,
    UNUSABLE,
    Result,
    UnusableError,
    add_fail_on,
    fail_on_of,
    json_text,
    number,
)
from kap_model.cli._forms import (
    FORMATS,
    Outcome,
    OutputFormat,
    gathered,
    outcome_of,
    output_format,
    problems_of,
    streamed,
)
from kap_model.cli._inputs import chosen_protocols, posix, stray_notes
from kap_model.cli._stream import InputDocument, sources
from kap_model.documents.plans import loads_with_strays
from kap_model.errors import InputError, InvalidValue, NotGiven, in_document
from kap_model.formats._judged import FAIL_ON
from kap_model.formats.checked import Checked
from kap_model.plan import Plan
from kap_model.protocol import CareProtocol
from kap_model.waivers import Waiver

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from kap_model.coverage import RuleCoverage

T = TypeVar("T")

NO_ROOM: Final = "--coverage: must stand beside --format text, json or ndjson"
COVERAGE_PART: Final[dict[str, Callable[[RuleCoverage], Any]]] = {
    "text": lambda coverage: f"{coverage}\n",
    "json": lambda coverage: coverage.to_dict(),
    "ndjson": lambda coverage: json.dumps(coverage.to_dict()) + "\n",
}
"""The last part, in the formats that have room for it."""

MOST_JOBS: Final = 61  # as many as Windows can wait for
_CHUNK_LINES: Final = 64
_CHUNK_BYTES: Final = 250_000
_STEP: Final = 100


def add_check(parser: argparse.ArgumentParser) -> None:
    """Add what ``check`` takes."""
    parser.description = (
        "Say what each plan keeps and what it does not, with sources and due dates."
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a plan document; FILE.ndjson or FILE.jsonl holds one on each line; - is stdin, "
        "either way",
    )
    parser.add_argument(
        "--protocol",
        metavar="NAME|FILE",
        action="append",
        default=[],
        help="a built-in practice or a protocol document; given again, each plan is judged by the "
        "one whose id it names; default: the plan's own",
    )
    parser.add_argument("--waivers", metavar="FILE", help="a waivers document")
    parser.add_argument(
        "--as-of", metavar="T", help="the moment of judgement, such as 2027-02-01T12:00:00-08:00"
    )
    add_fail_on(parser, FAIL_ON)
    parser.add_argument(
        "--format", choices=FORMATS, help="default: text, or ndjson where documents come by line"
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="in text: tell each finding; default: those of one rule and cause together",
    )
    parser.add_argument(
        "--lines",
        action="store_true",
        help="every FILE, stdin too, holds one document on each line; default: told by the name, "
        "and of stdin by its beginning",
    )
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="say at the end which rules the plans exercised; in text, json and ndjson",
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=jobs_number,
        default=1,
        help="how many processes share the work; default: 1",
    )
    parser.set_defaults(run=check_files)


class Judging(NamedTuple):
    """What every document is judged by, and what is made of it."""

    protocol: CareProtocol | None
    protocols: tuple[CareProtocol, ...]
    waivers: tuple[Waiver, ...]
    as_of: Instant | None
    fail_on: frozenset[str]
    full: bool
    form: str = "text"
    counted: bool = False


def check_files(arguments: argparse.Namespace) -> Result | Generator[Result, None, None]:
    """Check each document; what cannot be used is said, and the rest goes on.

    Lines are answered as they come, where the format allows it; files at the end.
    """
    try:
        judging = _judging(arguments)
    except UnusableError as error:
        return Result(UNUSABLE, complaints=error.lines)
    files = sources(arguments.files, by_line=arguments.lines)
    by_line = any(file.by_line for file in files)
    name = arguments.format or ("ndjson" if by_line else "text")
    if arguments.coverage and name not in COVERAGE_PART:
        return Result(UNUSABLE, complaints=(NO_ROOM,))
    judging = judging._replace(form=name, counted=arguments.coverage)
    judge = partial(judged, judging=judging)
    documents = chain.from_iterable(file.documents() for file in files)
    outcomes = in_order(judge, documents, arguments.jobs)
    form = output_format(name, judging.fail_on, full=judging.full)
    streams = by_line and form.whole is None
    if by_line and not (streams and sys.stdout.isatty()):
        outcomes = with_progress(outcomes, sys.stderr)
    if arguments.coverage:
        outcomes = _with_coverage(outcomes, COVERAGE_PART[name])
        if name == "json":
            form = form._replace(whole=_reports_and_coverage)
    return streamed(outcomes, form) if streams else gathered(outcomes, form)


def _judging(arguments: argparse.Namespace) -> Judging:
    protocol, protocols = chosen_protocols(arguments.protocol)
    return Judging(
        protocol=protocol,
        protocols=protocols,
        waivers=_waivers(arguments.waivers),
        as_of=_as_of(arguments.as_of),
        fail_on=fail_on_of(arguments),
        full=arguments.full,
    )


def judged(documents: list[InputDocument], judging: Judging) -> list[Outcome]:
    """What becomes of each document; needs nothing but its arguments, so any process can do it."""
    form = output_format(judging.form, judging.fail_on, full=judging.full)
    return [_judged(document, judging, form) for document in documents]


def _judged(document: InputDocument, judging: Judging, form: OutputFormat) -> Outcome:
    notes: list[str] = []
    plan = _plan(document, notes)
    if not isinstance(plan, Plan):
        return _refused(document, plan, judging, form)
    try:
        report = check(
            plan,
            judging.protocol,
            as_of=judging.as_of,
            waivers=judging.waivers,
            protocols=judging.protocols,
        )
    except NotGiven as error:
        refused = _refused(document, InvalidValue(in_document(error)), judging, form)
        return refused._replace(complaints=(*notes, *refused.complaints))
    outcome = outcome_of(_checked(document, report=report), form, judging.fail_on)
    verdicts = report.rules if judging.counted else None
    return outcome._replace(complaints=tuple(notes), verdicts=verdicts)


def _refused(
    document: InputDocument, error: InputError | OSError, judging: Judging, form: OutputFormat
) -> Outcome:
    refused = _checked(document, problems=problems_of(error))
    return outcome_of(refused, form, judging.fail_on, UnusableError(document.place, error).lines)


def _plan(document: InputDocument, notes: list[str]) -> Plan | InputError | OSError:
    """The plan of a document, or why there is none."""
    if document.error is not None:
        return document.error
    try:
        plan, strays = loads_with_strays(document.raw)
    except InputError as error:
        return error
    notes += stray_notes(document.place, plan.zone, strays)
    return plan


def _checked(document: InputDocument, **said: Any) -> Checked:
    text = document.raw.decode(errors="replace")
    name = posix(document.name)
    return Checked(name=name, text=text, line=document.line, **said)


def _with_coverage(
    outcomes: Iterator[Outcome], part: Callable[[RuleCoverage], Any]
) -> Iterator[Outcome]:
    """The outcomes, and after them what they cover; only counts are kept."""
    from kap_model.coverage import Tally

    tally = Tally()
    for outcome in outcomes:
        tally.add(outcome.verdicts)
        yield outcome
    yield Outcome(part(tally.coverage()), GOOD)


def _reports_and_coverage(parts: Sequence[Any]) -> str:
    *reports, coverage = parts
    return json_text({"reports": reports} | coverage)


def _waivers(name: str | None) -> tuple[Waiver, ...]:
    if name is None:
        return ()
    from kap_model.documents.lists import load_waivers

    try:
        return load_waivers(name)
    except (InputError, OSError) as error:
        unusable = UnusableError(name, error)
    raise unusable


def _as_of(text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        return moment_of_judgement(text)
    except InputError as error:
        unusable = UnusableError("--as-of", error)
    raise unusable


# --- How documents are dealt out to processes, and counted on a terminal meanwhile ---


def in_order(
    judge: Callable[[list[InputDocument]], list[T]], documents: Iterable[InputDocument], jobs: int
) -> Iterator[T]:
    """What a judge says of each document, in order; with jobs, processes work some way ahead."""
    if jobs == 1:
        for document in documents:
            yield from judge([document])
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    ahead: deque[Future[list[T]]] = deque()
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), ignore_interrupts)
    try:
        for chunk in _chunks(documents):
            ahead.append(_handed_over(pool, judge, chunk))
            if len(ahead) == 2 * jobs:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _handed_over(
    pool: ProcessPoolExecutor,
    judge: Callable[[list[InputDocument]], list[T]],
    chunk: list[InputDocument],
) -> Future[list[T]]:
    if not hasattr(signal, "pthread_sigmask"):
        return pool.submit(judge, chunk)
    # A process that starts here inherits this: it hears no Ctrl-C, not even while it loads.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        return pool.submit(judge, chunk)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that deals out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _chunks(documents: Iterable[InputDocument]) -> Iterator[list[InputDocument]]:
    chunk: list[InputDocument] = []
    size = 0
    for document in documents:
        chunk.append(document)
        size += len(document.raw)
        if len(chunk) == _CHUNK_LINES or size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def with_progress(items: Iterator[T], stream: TextIO) -> Iterator[T]:
    """The items, counted on a stream that is a terminal; the count is wiped out at the end."""
    if not stream.isatty():
        yield from items
        return
    count, text = 0, ""
    try:
        for item in items:
            count += 1
            if count % _STEP == 0:
                text = f"{count:,} documents checked"
                stream.write(f"\r{text}")
                stream.flush()
            yield item
    finally:
        if text:
            stream.write(f"\r{' ' * len(text)}\r")
            stream.flush()


def jobs_number(text: str) -> int:
    """The number of ``--jobs``."""
    jobs = number(text)
    if not 1 <= jobs <= MOST_JOBS:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {MOST_JOBS}")
    return jobs


OPTIONS: Final = {"check": add_check}
