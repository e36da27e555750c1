"""What a caller gives for plans to name by its id: protocols, and fee schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from attrs import frozen

from kap_model._values import as_tuple, check_instance
from kap_model.errors import NotGiven, Problem, refusal


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Identified)

Given: TypeAlias = Iterable[T] | Mapping[str, T]
"""Values that plans may name by their ids: in any order, or by their ids."""


@frozen
class Pool(Generic[T]):
    """Values by their ids, each checked."""

    by_id: Mapping[str, T]


@frozen
class Naming(Generic[T]):
    """How plans name values of one class.

    Attributes:
        cls: The class.
        thing: What messages call one.
        key: The plan's key that names it.
        argument: The argument that takes several.
        built_in: The value that a built-in practice's name stands for, or ``None``.
        names: The names of the built-in practices.
    """

    cls: type[T]
    thing: str
    key: str
    argument: str
    built_in: Callable[[str], T | None]
    names: tuple[str, ...]

    def pool(self, given: Given[T] | Pool[T]) -> Pool[T]:
        """What is given, by id.

        Raises:
            InvalidValue: A value is no such, stands under another's id, or has the id of another
                one or of a built-in practice that it is not.
        """
        if isinstance(given, Pool):
            return given
        found: dict[str, T] = {}
        for index, (key, value) in enumerate(_pairs(given, self.argument)):
            path = f"{self.argument}[{index}]"
            check_instance(value, path, self.cls)
            if key is not None and key != value.id:
                raise refusal(path, "must stand under its own id")
            if value.id in self.names and value != self.built_in(value.id):
                raise refusal(path, "must have an id that no built-in practice has")
            if found.setdefault(value.id, value) != value:
                raise refusal(path, "must have an id that no other one has")
        return Pool(found)

    def found(self, id: str, given: Given[T] | Pool[T]) -> T:
        """What a plan names by an id that is no built-in practice's.

        Raises:
            NotGiven: It is not among what is given.
            InvalidValue: What is given cannot be used.
        """
        by_id = self.pool(given).by_id
        if id in by_id:
            return by_id[id]
        others = f"; given: {', '.join(by_id)}" if by_id else ""
        reason = (
            f"names {id}, which is neither a built-in practice ({', '.join(self.names)}) nor "
            f"given: give that {self.thing} as an argument or in {self.argument}, or its file with "
            f"--{self.key}{others}"
        )
        raise NotGiven((Problem(self.key, reason),))


def _pairs(given: Any, path: str) -> Iterable[tuple[Any, Any]]:
    if isinstance(given, Mapping):
        return given.items()
    return [(None, value) for value in as_tuple(given, path)]
