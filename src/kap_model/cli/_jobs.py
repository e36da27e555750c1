"""How documents are dealt out to processes, and counted on a terminal meanwhile."""

from __future__ import annotations

import argparse
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, TextIO, TypeVar

from kap_model.cli._options import number
from kap_model.cli._stream import Document

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

T = TypeVar("T")

MOST_JOBS: Final = 61  # as many as Windows can wait for
_CHUNK_LINES: Final = 64
_CHUNK_BYTES: Final = 250_000
_STEP: Final = 100


def in_order(
    judge: Callable[[list[Document]], list[T]], documents: Iterable[Document], jobs: int
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
    pool: ProcessPoolExecutor, judge: Callable[[list[Document]], list[T]], chunk: list[Document]
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


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    chunk: list[Document] = []
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
