"""What ``lint`` says of a protocol, as values; text is built when it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NoReturn

from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._values import Value, as_rows, as_tuple
from kap_model.citations import Citation
from kap_model.plan import Plan
from kap_model.planning.selection import in_words


def date_text(day: dt.date | None) -> str | None:
    """A date as documents write it, where there is one."""
    return None if day is None else day.isoformat()


def as_sequence(values: Iterable[Any]) -> tuple[Any, ...]:
    """The rows of a result as a tuple."""
    return as_tuple(values, "rows")


@frozen(kw_only=True, repr=False)
class LimitAtOdds(Value):
    """A limit that a conflict is made of.

    Attributes:
        limit: The limit's name.
        value: Its value, of the limit's own type.
        citation: Who sets it.
    """

    limit: str
    value: Any
    citation: Citation

    def to_dict(self) -> dict[str, Any]:
        """The limit as JSON values, its value in words."""
        return {
            "limit": self.limit,
            "value": in_words(self.value),
            "citation": self.citation.to_dict(),
        }

    def __repr__(self) -> str:
        return f"<LimitAtOdds {self.limit}>"


@frozen(kw_only=True)
class Silent(Value):
    """A rule that applies and yet adds nothing.

    Attributes:
        rule: The rule's id.
        reason: Why, in plain English.
        covered_by: The rule that fires wherever this one does; ``None`` = it can never fire.
    """

    rule: str
    reason: str
    covered_by: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The rule as JSON values."""
        return {"rule": self.rule, "reason": self.reason, "covered_by": self.covered_by}


@frozen(kw_only=True, repr=False)
class Stretch(Value):
    """Dates on which courses begin under the same limits.

    Attributes:
        since: The first date; ``None`` = from the beginning.
        witness: A plan without a finding that is violated or pending; ``None`` = there is none.
        conflict: The smallest set of limits that exclude each other, in the order of the
            reference; empty where there is a witness.
        reason: Why they do, in plain English; ``None`` where there is a witness.
        never: The rules that apply and can never fire, whatever the plan.
        covered: The rules that fire only where another rule fires too.
        off: The ids of the rules that do not apply, for none of their limits is set.
    """

    since: dt.date | None
    witness: Plan | None
    conflict: tuple[LimitAtOdds, ...] = field(default=(), converter=as_sequence)
    reason: str | None = None
    never: tuple[Silent, ...] = field(default=(), converter=as_sequence)
    covered: tuple[Silent, ...] = field(default=(), converter=as_sequence)
    off: tuple[str, ...] = field(default=(), converter=as_sequence)

    def __attrs_post_init__(self) -> None:
        as_rows(self.conflict, "conflict", LimitAtOdds)
        as_rows((*self.never, *self.covered), "never, covered", Silent)
        as_rows(self.off, "off", str)

    @property
    def satisfiable(self) -> bool:
        """Whether some course keeps every limit."""
        return self.witness is not None

    @property
    def course(self) -> str | None:
        """The witness in notation; empty where it has no session, ``None`` where there is none."""
        if self.witness is None:
            return None
        return self.witness.notation if self.witness.sessions else ""

    def to_dict(self) -> dict[str, Any]:
        """The stretch as JSON values, the witness in notation."""
        return {
            "since": date_text(self.since),
            "satisfiable": self.satisfiable,
            "witness": self.course,
            "conflict": [limit.to_dict() for limit in self.conflict],
            "reason": self.reason,
            "never": [silent.to_dict() for silent in self.never],
            "covered": [silent.to_dict() for silent in self.covered],
            "off": list(self.off),
        }

    def __repr__(self) -> str:
        since = "" if self.since is None else f" since {self.since.isoformat()}"
        found = "satisfiable" if self.satisfiable else f"{len(self.conflict)} limits in conflict"
        return f"<Stretch{since}: {found}>"


@frozen(kw_only=True)
class Remark(Value):
    """Something in a protocol that has no effect; no error.

    Attributes:
        subject: The limit whose line, or the rule whose severity, it is.
        since: The date of the line; ``None`` = it has none.
        says: What is so, in plain English.
    """

    subject: str
    since: dt.date | None = None
    says: str

    def to_dict(self) -> dict[str, Any]:
        """The remark as JSON values."""
        return {"subject": self.subject, "since": date_text(self.since), "says": self.says}


@frozen(kw_only=True, repr=False)
class Lint(Value, HasText):
    """What is to be said of a protocol.

    Attributes:
        protocol: The protocol's id.
        stretches: The limits as they change with the date on which a course begins, by date.
        remarks: Lines and severities that have no effect.
    """

    protocol: str
    stretches: tuple[Stretch, ...] = field(converter=as_sequence)
    remarks: tuple[Remark, ...] = field(default=(), converter=as_sequence)

    def __attrs_post_init__(self) -> None:
        as_rows(self.stretches, "stretches", Stretch)
        as_rows(self.remarks, "remarks", Remark)

    @property
    def ok(self) -> bool:
        """Whether a lawful course can begin at any time: every stretch is satisfiable.

        Rules that can never fire, and remarks, do not count.
        """
        return all(stretch.satisfiable for stretch in self.stretches)

    def to_dict(self) -> dict[str, Any]:
        """The lint as JSON values."""
        return {
            "protocol": self.protocol,
            "ok": self.ok,
            "stretches": [stretch.to_dict() for stretch in self.stretches],
            "remarks": [remark.to_dict() for remark in self.remarks],
        }

    def __bool__(self) -> NoReturn:
        raise TypeError("a Lint is neither true nor false; ask lint.ok")

    def __repr__(self) -> str:
        return f"<Lint {self.protocol}: {len(self.stretches)} stretches>"
