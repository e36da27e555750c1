"""What a practice is, and what a fact of its page is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import field, frozen

from kap_model._time import zone
from kap_model._values import Value, check_identifier, check_labels, check_text
from kap_model.citations import Citation, check_citation
from kap_model.errors import refusal
from kap_model.protocol import CareProtocol, Setting

if TYPE_CHECKING:
    from kap_model.fees import Claim, FeeSchedule


@frozen(kw_only=True)
class Fact(Value):
    """One fact that a page states, and what becomes of it here.

    Attributes:
        says: The fact, in our own words.
        citation: The document and the place in it.
        used_by: The limits, rules and prices that use it, a price as ``fees.dosing``.
        unused: Why nothing does; exactly one of the two is given.
    """

    says: str
    citation: Citation
    used_by: tuple[str, ...] = ()
    unused: str | None = None

    def __attrs_post_init__(self) -> None:
        check_text(self.says, "says")
        check_citation(self.citation, "citation")
        check_labels(self.used_by, "used_by")
        if self.unused is not None:
            check_text(self.unused, "unused")
        if bool(self.used_by) == (self.unused is not None):
            raise refusal("used_by", "must name a use, or unused must say why there is none")


class Published(NamedTuple):
    """What a practice publishes about money.

    Attributes:
        fees: Its prices; ``None`` = none.
        claims: What its superbills may claim; ``None`` = not stated.
    """

    fees: FeeSchedule | None = None
    claims: tuple[Claim, ...] | None = None


def nothing_published() -> Published:
    """Neither prices nor what superbills may claim."""
    return Published()


@frozen(kw_only=True, repr=False)
class Practice(Value):
    """A therapist's practice.

    Attributes:
        id: Its name in plans and on the command line.
        title: Its name for people.
        protocol: The limits that its courses keep.
        timezone: The zone of plans drafted for it.
        published: Gives its prices and what its superbills may claim; called on first use, for
            who checks plans does not need them.
        facts: What its page states: the trace from source to code.
    """

    id: str
    title: str
    protocol: CareProtocol
    timezone: str = "UTC"
    published: Callable[[], Published] = nothing_published
    facts: tuple[Fact, ...] = field(default=())

    def __attrs_post_init__(self) -> None:
        check_identifier(self.id, "id")
        check_text(self.title, "title")
        if type(self.protocol) is not CareProtocol:
            raise refusal("protocol", "must be a CareProtocol")
        zone(self.timezone)
        if not callable(self.published):
            raise refusal("published", "must be a function that gives what is published")
        if type(self.facts) is not tuple or any(type(fact) is not Fact for fact in self.facts):
            raise refusal("facts", "must be a tuple of Fact")

    @property
    def fees(self) -> FeeSchedule | None:
        """The prices that it publishes; ``None`` = none."""
        return self.published().fees

    @property
    def claims(self) -> tuple[Claim, ...] | None:
        """What its superbills may claim; ``None`` = not stated."""
        return self.published().claims

    def __repr__(self) -> str:
        return f"<Practice {self.id}>"


def settings(*lines: tuple[str, Any, Citation]) -> tuple[Setting, ...]:
    """Lines that are in force throughout: limit, value, citation."""
    return tuple(Setting(limit=limit, value=value, citation=by) for limit, value, by in lines)
