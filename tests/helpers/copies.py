"""Copies of a value by every way in which Python makes them, for tests that they are equal."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")


def pickled(value: T, protocol: int = pickle.HIGHEST_PROTOCOL) -> T:
    return unpickled(pickle.dumps(value, protocol), type(value))


def unpickled(payload: bytes, cls: type[T]) -> T:
    value = pickle.loads(payload)  # noqa: S301 - the payload is the test's own
    assert isinstance(value, cls)
    return value


def copies(value: T) -> Iterator[T]:
    """Pickled by every protocol, copied, and copied deep."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        yield pickled(value, protocol)
    yield copy.copy(value)
    yield copy.deepcopy(value)
