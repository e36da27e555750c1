"""Where a call is refused, for the tables of arguments and fields that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

import kap_model as kap

NO_MAPPINGS: Final[tuple[Any, ...]] = (False, 0, "", (), [("dosing", "90837")])
"""No mappings, most of which a test for truth takes for an empty one."""
NO_QUOTES: Final[tuple[Any, ...]] = (None, False, {}, "quote")


def refused_at(verb: Callable[..., object], *given: Any, **named: Any) -> list[str]:
    """The paths of the problems for which a call is refused."""
    with pytest.raises(kap.InputError) as refused:
        verb(*given, **named)
    return [problem.path for problem in refused.value.problems]


def check_fields(value: Any, rows: dict[str, tuple[str, Any]]) -> None:
    """Each row: where a value is refused that has something else in a field, named and given."""
    for path, (name, given) in rows.items():
        assert refused_at(attrs.evolve, value, **{name: given}) == [path]


def check_tuples(value: Any, *names: str) -> None:
    """Each named field is a tuple, whatever sequence it was made from."""
    listed = attrs.evolve(value, **{name: list(getattr(value, name)) for name in names})
    assert listed == value
    assert hash(listed) == hash(value)
    assert all(type(getattr(listed, name)) is tuple for name in names)
