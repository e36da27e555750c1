"""``compare``: what changes between two quotes, by who bills, kind and count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._values import Value, as_rows, as_tuple, check_instance, check_integer, check_text
from kap_model.errors import refusal
from kap_model.money import Money, check_currency, check_money, text_of
from kap_model.pricing._fields import (
    as_texts,
    check_currencies,
    check_texts_or_none,
)
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.sessions import KINDS

T = TypeVar("T")
Lengths: TypeAlias = tuple[tuple[int, int], ...]
"""Pairs of minutes and how many sessions are so long, the shortest first."""

_NO_KIND: Final = len(KINDS)
_TWO: Final = 2


def _lengths(values: Iterable[tuple[int, int]]) -> Lengths:
    pairs = as_tuple(values, "lengths")
    for index, pair in enumerate(pairs):
        if type(pair) is not tuple or len(pair) != _TWO:
            raise refusal(f"lengths[{index}]", "must be a pair of minutes and a count")
        for number in pair:
            check_integer(number, f"lengths[{index}]", 1)
    return pairs


@frozen(kw_only=True, repr=False)
class Side(Value):
    """The lines of one kind and item in one of the two quotes.

    Attributes:
        count: How many there are.
        lengths: Their lengths, where they are sessions.
        amount: The sum of the amounts that are known: zero where there are no lines, ``None``
            where no line has an amount.

    Raises:
        InvalidValue: A field is of the wrong type or form.
    """

    count: int
    lengths: Lengths = field(converter=_lengths)
    amount: Money | None

    def __attrs_post_init__(self) -> None:
        check_integer(self.count, "count", 0)
        if self.amount is not None:
            check_money(self.amount, "amount")

    def to_dict(self) -> dict[str, Any]:
        """The side as JSON values."""
        return {
            "count": self.count,
            "lengths": [{"minutes": minutes, "count": count} for minutes, count in self.lengths],
            "amount": text_of(self.amount),
        }

    def __repr__(self) -> str:
        return f"<Side: {self.count} lines>"


@frozen(kw_only=True, repr=False)
class ComparedRow(Value):
    """What one payee bills for one kind and item, in both quotes.

    Attributes:
        payee: Who bills it; ``None`` = the practice, whichever schedule priced the quote.
        kind: The sessions' kind; ``None`` = it belongs to no session.
        item: What it is for.
        a: The first quote's lines.
        b: The second quote's lines.

    Raises:
        InvalidValue: A field is of the wrong type or form, or currencies mix.
    """

    payee: str | None
    kind: str | None
    item: str
    a: Side
    b: Side

    def __attrs_post_init__(self) -> None:
        check_texts_or_none(self, "payee", "kind")
        check_text(self.item, "item")
        check_instance(self.a, "a", Side)
        check_instance(self.b, "b", Side)
        check_currencies([self.a.amount, self.b.amount], "b", None)

    @property
    def changed(self) -> bool:
        """Whether count, lengths or amount differ."""
        return self.a != self.b

    @property
    def difference(self) -> Money | None:
        """What the second costs more, as far as amounts are known; ``None`` = none is."""
        before, after = self.a.amount, self.b.amount
        if before is not None and after is not None:
            return after - before
        # Zero for no lines is no knowledge of a price that the other side does not know.
        if after is not None and self.b.count:
            return after
        if before is not None and self.a.count:
            return -before
        return None

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON values."""
        return {
            "payee": self.payee,
            "kind": self.kind,
            "item": self.item,
            "a": self.a.to_dict(),
            "b": self.b.to_dict(),
            "difference": text_of(self.difference),
            "changed": self.changed,
        }

    def __repr__(self) -> str:
        return f"<ComparedRow {self.item}>"


def _plans(values: Iterable[str]) -> tuple[str, str]:
    return _two(as_texts(values, "plans"), "plans")


def _fees(values: Iterable[str]) -> tuple[str, str]:
    return _two(as_texts(values, "fees"), "fees")


def _totals(values: Iterable[Money]) -> tuple[Money, Money]:
    return _two(as_rows(values, "totals", Money), "totals")


def _two(values: tuple[T, ...], path: str) -> tuple[T, T]:
    if len(values) != _TWO:
        raise refusal(path, "must be two")
    return values[0], values[1]


def _rows(values: Iterable[ComparedRow]) -> tuple[ComparedRow, ...]:
    return as_rows(values, "rows", ComparedRow)


@frozen(kw_only=True, repr=False)
class Comparison(Value, HasText):
    """Two quotes side by side.

    Attributes:
        plans: The two plans' ids.
        fees: The two schedules' ids.
        currency: The currency of every amount.
        totals: The two totals, each of its practice's own lines.
        rows: The practice's own first, by kind, then item; then other payees, by name.

    Raises:
        InvalidValue: A field is of the wrong type or form, or an amount of another currency.
    """

    plans: tuple[str, str] = field(converter=_plans)
    fees: tuple[str, str] = field(converter=_fees)
    currency: str
    totals: tuple[Money, Money] = field(converter=_totals)
    rows: tuple[ComparedRow, ...] = field(converter=_rows)

    def __attrs_post_init__(self) -> None:
        check_currency(self.currency, "currency")
        check_currencies(self.totals, "totals", self.currency)
        for side in ("a", "b"):
            amounts = (getattr(row, side).amount for row in self.rows)
            check_currencies(amounts, "rows", self.currency)

    @property
    def changes(self) -> tuple[ComparedRow, ...]:
        """The rows that differ."""
        return tuple(row for row in self.rows if row.changed)

    @property
    def difference(self) -> Money:
        """What the second costs more: the sum of the differences of the practice's own rows."""
        return self.totals[1] - self.totals[0]

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {
            "plans": list(self.plans),
            "fees": list(self.fees),
            "currency": self.currency,
            "totals": [total.text for total in self.totals],
            "difference": self.difference.text,
            "rows": [row.to_dict() for row in self.rows],
        }

    def __repr__(self) -> str:
        return f"<Comparison of {self.plans[0]} and {self.plans[1]}>"


class _Group(NamedTuple):
    payee: str | None
    kind: str | None
    item: str


def compare(a: Quote, b: Quote) -> Comparison:
    """What changes from one quote to another, by payee, kind and item.

    Lines of the two practices are held against each other even where the schedules have other
    names; lines of other payees by the payee's name.

    Raises:
        InvalidValue: Something else than a quote, or two quotes in two currencies.
    """
    check_instance(a, "a", Quote)
    check_instance(b, "b", Quote)
    if a.currency != b.currency:
        raise refusal("b", "must be in the currency of a; currencies never mix")
    before, after = _groups(a), _groups(b)
    rows = (
        ComparedRow(
            payee=group.payee,
            kind=group.kind,
            item=group.item,
            a=_side(before.get(group, []), a.currency),
            b=_side(after.get(group, []), b.currency),
        )
        for group in sorted({*before, *after}, key=_place)
    )
    return Comparison(
        plans=(a.plan, b.plan),
        fees=(a.fees, b.fees),
        currency=a.currency,
        totals=(a.total, b.total),
        rows=rows,
    )


def _groups(quote: Quote) -> dict[_Group, list[QuoteLine]]:
    groups: dict[_Group, list[QuoteLine]] = {}
    for line in quote.lines:
        payee = None if line.payee == quote.fees else line.payee
        groups.setdefault(_Group(payee, line.kind, line.item), []).append(line)
    return groups


def _place(group: _Group) -> tuple[bool, str, int, str]:
    kind = KINDS.index(group.kind) if group.kind in KINDS else _NO_KIND
    return group.payee is not None, group.payee or "", kind, group.item


def _side(lines: list[QuoteLine], currency: str) -> Side:
    known = [line.amount for line in lines if line.amount is not None]
    lengths = Counter(line.minutes for line in lines if line.minutes is not None)
    return Side(
        count=len(lines),
        lengths=tuple(sorted(lengths.items())),
        amount=Money.total(known, currency) if known or not lines else None,
    )
