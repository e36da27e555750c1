"""What stands in a schedule beside fees: packages, adjustments, payments ahead, claims."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._values import (
    Value,
    as_tuple,
    check_choice,
    check_choices,
    check_identifier,
    check_integer,
    check_text,
)
from kap_model.citations import Citation, check_citation
from kap_model.errors import refusal
from kap_model.money import Money, check_amount, check_price, plain_text
from kap_model.sessions import KINDS, LONGEST_MINUTES

_PERCENT: Final = re.compile(r"-?(?:0|[1-9]\d{0,2})(?:\.\d{1,4})?", re.ASCII)
_WHOLE: Final = 100
_KINDS_REASON: Final = "must name one kind or more, each once"


def _percent(value: Decimal | str | None) -> Decimal | None:
    if value is None:
        return None
    text = plain_text(value)
    if text is None or _PERCENT.fullmatch(text) is None:
        raise refusal("percent", 'must be a percentage as text, such as "-10" or "8.25"')
    # One number, one spelling: 50.0 and 50 are equal and must be written alike. As text, for
    # Decimal's own ways to do it depend on the precision that the program has set.
    shortest = text.rstrip("0").rstrip(".") if "." in text else text
    percent = Decimal(shortest.removeprefix("-") if shortest == "-0" else shortest)
    if percent < -_WHOLE:
        raise refusal("percent", "must not take off more than there is")
    return percent


@frozen(kw_only=True)
class Share(Value):
    """A part of a price, or an amount of its own: exactly one of the two.

    Attributes:
        percent: Of what it applies to, -100 or more; a Decimal or text such as ``-10``.
        amount: A fixed amount.
    """

    percent: Decimal | None = field(default=None, converter=_percent)
    amount: Money | None = None

    def __attrs_post_init__(self) -> None:
        if (self.percent is None) == (self.amount is None):
            raise refusal("percent", "must be given, or amount, and not both")
        if self.amount is not None:
            check_amount(self.amount, "amount")

    @property
    def fraction(self) -> Fraction:
        """The percentage as a part of one; 0 where an amount is fixed."""
        return Fraction(self.percent or 0) / _WHOLE

    @property
    def is_nothing(self) -> bool:
        """Whether it comes to nothing, whatever the price."""
        return not (self.percent if self.amount is None else self.amount.minor)

    def of(self, price: Money) -> Money:
        """The part of a price, rounded once, or the fixed amount."""
        return price.portion(self.fraction) if self.amount is None else self.amount

    def __str__(self) -> str:
        return f"{self.percent:f} %" if self.amount is None else self.amount.text


def check_share(value: object, path: str) -> None:
    """Refuse anything but a share that is not negative."""
    if type(value) is not Share:
        raise refusal(path, "must be a Share")
    if value.amount is not None:
        check_price(value.amount, "amount")
    elif value.percent is not None and value.percent < 0:
        raise refusal("percent", "must not be negative")


@frozen(kw_only=True)
class Missed(Value):
    """What a session costs that was cancelled with so much notice, or missed.

    Attributes:
        at_least: Hours of notice from which on this applies; ``None`` = a no-show.
        charge: A share of the session's price, or an amount; ``None`` = charged, and not stated
            how much.
        kind: The kind of session; ``None`` = every kind without a line of its own.
        citation: Who says so.
    """

    at_least: int | None
    charge: Share | None
    kind: str | None = None
    citation: Citation

    def __attrs_post_init__(self) -> None:
        if self.at_least is not None:
            check_integer(self.at_least, "at_least", 0)
        if self.charge is not None:
            check_share(self.charge, "charge")
        if self.kind is not None:
            check_choice(self.kind, "kind", KINDS)
        check_citation(self.citation, "citation")


def _counts(values: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    pairs = as_tuple(values, "counts")
    for pair in pairs:
        if type(pair) is not tuple or len(pair) != 2:  # noqa: PLR2004 - a pair
            raise refusal("counts", "must be pairs of a kind and a number")
        check_choice(pair[0], "counts", KINDS)
        check_integer(pair[1], f"counts.{pair[0]}", 1)
    if len({kind for kind, _ in pairs}) != len(pairs):
        raise refusal("counts", "must name each kind once")
    return tuple(sorted(pairs, key=lambda pair: KINDS.index(pair[0])))


def _kinds(values: Iterable[str]) -> tuple[str, ...]:
    kinds = as_tuple(values, "kinds")
    check_choices(kinds, "kinds", KINDS, _KINDS_REASON)
    if not kinds:
        raise refusal("kinds", _KINDS_REASON)
    return tuple(sorted(kinds, key=KINDS.index))


@frozen(kw_only=True)
class Together(Value):
    """Sessions of several kinds that a package counts together."""

    kinds: tuple[str, ...] = field(converter=_kinds)
    count: int

    def __attrs_post_init__(self) -> None:
        check_integer(self.count, "count", 1)


def _together(values: Iterable[Together]) -> tuple[Together, ...]:
    shared = as_tuple(values, "together")
    for index, group in enumerate(shared):
        if type(group) is not Together:
            raise refusal(f"together[{index}]", "must be a Together")
    return shared


@frozen(kw_only=True)
class Package(Value):
    """A named price for stated counts: the first sessions by date fall inside.

    Attributes:
        id: Its name in calls.
        name: Its name on a quote.
        price: The whole price, unused value stays; ``None`` = not published.
        counts: How many of each kind it holds, as pairs; none of any = an extra.
        together: What it holds of several kinds together, filled after ``counts``.
        always: Whether it belongs to every quote; else the caller takes it.
        citation: Who says so.
    """

    id: str
    name: str
    price: Money | None
    counts: tuple[tuple[str, int], ...] = field(converter=_counts)
    together: tuple[Together, ...] = field(default=(), converter=_together)
    always: bool = False
    citation: Citation

    def __attrs_post_init__(self) -> None:
        check_identifier(self.id, "id")
        check_text(self.name, "name")
        if self.price is not None:
            check_price(self.price, "price")
        if type(self.always) is not bool:
            raise refusal("always", "must be true or false")
        check_citation(self.citation, "citation")

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of which it holds any."""
        shared = (kind for group in self.together for kind in group.kinds)
        return frozenset((*dict(self.counts), *shared))


@frozen(kw_only=True)
class Adjustment(Value):
    """A named line at the end: a percentage of the practice's subtotal so far, or an amount."""

    name: str
    share: Share
    citation: Citation

    def __attrs_post_init__(self) -> None:
        check_text(self.name, "name")
        if type(self.share) is not Share:
            raise refusal("share", "must be a Share")
        check_citation(self.citation, "citation")


@frozen(kw_only=True)
class Deposit(Value):
    """A payment ahead, no charge: it counts toward the total.

    Attributes:
        name: What a quote calls it.
        share: A share of the total, or an amount; ``None`` = not published.
        refundable: Whether it is paid back; ``None`` = not stated.
        citation: Who says so.
    """

    name: str
    share: Share | None = None
    refundable: bool | None = None
    citation: Citation

    def __attrs_post_init__(self) -> None:
        check_text(self.name, "name")
        if self.share is not None:
            check_share(self.share, "share")
        if self.refundable is not None and type(self.refundable) is not bool:
            raise refusal("refundable", "must be true or false")
        check_citation(self.citation, "citation")


ShareBase: TypeAlias = Literal["quoted", "paid"]
SHARE_BASES: Final = ("quoted", "paid")
NO_SHARE_REASON: Final = "belongs to a percentage, not to an amount"


@frozen(kw_only=True)
class Withdrawal(Value):
    """What a client owes who withdraws at a stage of the course.

    Attributes:
        stage: The stage's name in calls.
        name: The stage in words.
        owed: A share, or an amount.
        of: Of what it is a share: of the ``quoted`` total, or of what was ``paid`` so far.
        citation: Who says so.
    """

    stage: str
    name: str
    owed: Share
    of: ShareBase = "quoted"
    citation: Citation

    def __attrs_post_init__(self) -> None:
        check_identifier(self.stage, "stage")
        check_text(self.name, "name")
        check_share(self.owed, "owed")
        check_choice(self.of, "of", SHARE_BASES)
        if self.of != "quoted" and self.owed.amount is not None:
            raise refusal("of", NO_SHARE_REASON)
        check_citation(self.citation, "citation")


ClaimScope: TypeAlias = Literal["whole", "nothing"] | int
SCOPES: Final = ("whole", "nothing")


@frozen(kw_only=True)
class Claim(Value):
    """What a superbill may claim of a kind: all of it, nothing, or its first minutes."""

    kind: str
    scope: ClaimScope

    def __attrs_post_init__(self) -> None:
        check_choice(self.kind, "kind", KINDS)
        if self.scope in SCOPES:
            return
        if type(self.scope) is not int or not 1 <= self.scope <= LONGEST_MINUTES:
            raise refusal("scope", 'must be "whole", "nothing" or 1 to 1440 minutes')
