"""The named errors: what input was refused, where, and why.

A refused input never echoes the value that was refused: it may be health data.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen


@frozen
class Problem:
    """One reason for which an input was refused.

    Attributes:
        path: Where: a JSON path in a document (``$.sessions[3].minutes``), a field's name
            in a constructor, a column in a line of notation.
        reason: Why, without the value.
    """

    path: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """The problem as JSON values."""
        return {"path": self.path, "reason": self.reason}

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class InputError(ValueError):
    """An input that cannot be; the base of every refusal.

    Attributes:
        problems: Each :class:`Problem` that was found, at least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class InvalidValue(InputError):
    """A value that cannot be constructed, by whichever door it comes in."""


class NotGiven(InvalidValue):
    """A plan names a protocol or a fee schedule by an id, and nobody gives that one."""


class DocumentError(InputError):
    """A text that is not the document it should be; lists all its problems, bounded."""


class PricingError(InputError):
    """A plan that a schedule cannot price; lists all its problems, by session."""


class PlanningError(InputError):
    """A plan that cannot be made.

    Attributes:
        conflict: The smallest set of limits, options and bookings that exclude each other, by
            name; empty where the problem is another.
    """

    def __init__(self, problems: Iterable[Problem], conflict: Iterable[str] = ()) -> None:
        super().__init__(problems)
        self.conflict: tuple[str, ...] = tuple(conflict)

    def __reduce__(self) -> tuple[type[PlanningError], tuple[object, ...]]:
        return PlanningError, (self.problems, self.conflict)


class NotationError(InputError):
    """A line that is not notation, or a plan that notation cannot say."""


def in_document(error: NotGiven) -> tuple[Problem, ...]:
    """The problems of a plan that names what is not given, as those of its document."""
    return tuple([Problem(f"$.{problem.path}", problem.reason) for problem in error.problems])


def refusal(path: str, reason: str) -> InvalidValue:
    """The error for one field, to be raised at once."""
    return InvalidValue((Problem(path, reason),))
