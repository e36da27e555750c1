"""The reader of fee documents: the sections of a schedule, every problem at its own path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from attrs import evolve

from kap_model._values import IDENTIFIER, check_choice, check_integer
from kap_model.documents._rate_reader import (
    judged,
    list_reader,
    money_in,
    object_reader,
    rate_reader,
)
from kap_model.documents._reading import (
    REFUSED,
    Nested,
    Problems,
    Shape,
    read_list,
    read_object,
)
from kap_model.documents._shapes import CITATION, SOUND_CITATION
from kap_model.errors import InvalidValue, refusal
from kap_model.fees.charges import (
    NO_SHARE_REASON,
    SHARE_BASES,
    Adjustment,
    Claim,
    Deposit,
    Missed,
    Package,
    Share,
    Together,
    Withdrawal,
)
from kap_model.fees.schedule import (
    ITEMS,
    OWN_PAYEE_REASON,
    REPEATED_REASON,
    Fee,
    FeeSchedule,
)
from kap_model.money import check_currency
from kap_model.sessions import KINDS

FEES_SCHEMA: Final = "kap-model/fees/1"
_MOST_DECIMALS: Final = "KWD"
"""The currency of amounts whose own is refused: its three decimals refuse no amount wrongly."""

_CITATION: Final = object_reader(CITATION)


def read_schedule(problems: Problems, raw: Any, path: str) -> Any:
    """A fee schedule, or ``REFUSED`` with every problem noted."""
    return read_object(problems, raw, path, _schedule_shape(_currency_of(raw)))


def _currency_of(raw: Any) -> str:
    named: Any = raw.get("currency") if isinstance(raw, dict) else None
    try:
        check_currency(named, "")
    except InvalidValue:
        return _MOST_DECIMALS
    currency: str = named
    return currency


def _schedule_shape(currency: str) -> Shape:
    shapes = {"packages": _package_shape(currency), **_line_shapes(currency)}
    sections = {
        key: judged(list_reader(object_reader(shape)), partial(_alone_in_schedule, currency, key))
        for key, shape in shapes.items()
    }
    return Shape(
        make=_make,
        keys=("schema", "id", "currency", "fees", *sections, "claims"),
        required=("schema", "id", "currency", "fees"),
        sound={"id": "f", "currency": "USD", "fees": ()},
        nested={"fees": _fees_reader(currency), **sections, "claims": object_reader(_CLAIMS)},
        whole=_note_own_payee,
        schema=FEES_SCHEMA,
    )


def _make(schema: str = FEES_SCHEMA, **values: Any) -> FeeSchedule:
    check_choice(schema, "schema", (FEES_SCHEMA,))
    return FeeSchedule(**values)


def _alone_in_schedule(currency: str, key: str, values: Any) -> FeeSchedule:
    sections: dict[str, Any] = {key: values}
    return FeeSchedule(id="f", currency=currency, fees=(), **sections)


def _note_own_payee(problems: Problems, raw: dict[str, Any], path: str) -> None:
    own, fees = raw.get("id"), raw.get("fees")
    if type(own) is not str or IDENTIFIER.fullmatch(own) is None or type(fees) is not list:
        return
    for index, fee in enumerate(fees):
        if isinstance(fee, dict) and fee.get("payee") == own:
            problems.add(f"{path}.fees[{index}].payee", OWN_PAYEE_REASON)


def _fees_reader(currency: str) -> Nested:
    read_fee = _fee_reader(currency)

    def read_fees(problems: Problems, raw: Any, path: str) -> Any:
        seen: set[tuple[Any, ...]] = set()

        def read(problems: Problems, item: Any, at: str) -> Any:
            fee = read_fee(problems, item, at)
            if fee is REFUSED:
                return REFUSED
            if fee.place in seen:
                problems.add(f"{at}.since", REPEATED_REASON)
                return REFUSED
            seen.add(fee.place)
            return fee

        return read_list(problems, raw, path, read)

    return read_fees


def _fee_reader(currency: str) -> Nested:
    rate = rate_reader(currency)
    shape = Shape(
        make=Fee,
        keys=("item", "format", "rate", "payee", "name", "since", "citation"),
        required=("item", "citation"),
        sound={"item": "dosing", "citation": SOUND_CITATION},
        beside={"format": ("item",)},
        nested={"rate": rate, "citation": _CITATION},
    )

    def read(problems: Problems, raw: Any, path: str) -> Any:
        item = raw.get("item") if isinstance(raw, dict) else None
        if item not in ITEMS:
            return read_object(problems, raw, path, shape)
        fitting = judged(rate, lambda given: Fee(item=item, rate=given, citation=SOUND_CITATION))
        beside_item = evolve(shape, nested={**shape.nested, "rate": fitting})
        return read_object(problems, raw, path, beside_item)

    return read


def _package_shape(currency: str) -> Shape:
    return Shape(
        make=_package(currency),
        keys=("id", "name", "price", "counts", "together", "always", "citation"),
        required=("id", "name", "counts", "citation"),
        sound={"id": "p", "name": "n", "counts": (), "citation": SOUND_CITATION},
        nested={
            "counts": object_reader(_COUNTS),
            "together": list_reader(object_reader(_TOGETHER)),
            "citation": _CITATION,
        },
    )


def _package(currency: str) -> Callable[..., Package]:
    def made(price: Any = None, **values: Any) -> Package:
        published = None if price is None else money_in(currency, price, "price")
        return Package(price=published, **values)

    return made


_TOGETHER: Final = Shape(
    make=Together,
    keys=("kinds", "count"),
    required=("kinds", "count"),
    sound={"kinds": ("dosing",), "count": 1},
    arrays=("kinds",),
)


def _counts(**numbers: Any) -> tuple[tuple[str, int], ...]:
    for kind, number in numbers.items():
        check_integer(number, kind, 1)
    return tuple(numbers.items())


_COUNTS: Final = Shape(make=_counts, keys=KINDS, required=(), sound={})


def _claims(**scopes: Any) -> tuple[Claim, ...]:
    return tuple(_claim(kind, scope) for kind, scope in scopes.items())


def _claim(kind: str, scope: Any) -> Claim:
    try:
        return Claim(kind=kind, scope=scope)
    except InvalidValue as error:
        reason = error.problems[0].reason
    raise refusal(kind, reason)


_CLAIMS: Final = Shape(make=_claims, keys=KINDS, required=(), sound={})


def _share_shape(
    make: Callable[..., Any],
    share: str,
    currency: str,
    *,
    keys: tuple[str, ...],
    sound: Mapping[str, Any],
    whole: Callable[[Problems, dict[str, Any], str], None] | None = None,
) -> Shape:
    """The shape of a line that states a percentage or an amount, and its citation.

    Args:
        make: The line's constructor.
        share: What it calls the percentage or amount.
        currency: Of the amount.
        keys: Every key but the citation's.
        sound: The line's required fields.
        whole: Notes problems that no single field has.
    """

    def made(percent: Any = None, amount: Any = None, **values: Any) -> Any:
        if percent is not None or amount is not None:
            fixed = None if amount is None else money_in(currency, amount, "amount")
            values[share] = Share(percent=percent, amount=fixed)
        return make(**values)

    return Shape(
        make=made,
        keys=(*keys, "citation"),
        required=(*sound, "citation"),
        sound={**sound, "percent": "0", "citation": SOUND_CITATION},
        beside={"percent": ("amount",)},
        permissive={"amount": {"percent": None}},
        nested={"citation": _CITATION},
        whole=whole,
    )


def _note_no_share(problems: Problems, raw: dict[str, Any], path: str) -> None:
    if "percent" not in raw and "amount" not in raw:
        problems.add(path, "lacks percent or amount")


def _note_withdrawal(problems: Problems, raw: dict[str, Any], path: str) -> None:
    _note_no_share(problems, raw, path)
    if "amount" in raw and "percent" not in raw and raw.get("of") in SHARE_BASES[1:]:
        problems.add(f"{path}.of", NO_SHARE_REASON)


def _missed(at_least: Any = None, charge: Any = None, **values: Any) -> Missed:
    return Missed(at_least=at_least, charge=charge, **values)


def _line_shapes(currency: str) -> dict[str, Shape]:
    return {
        "adjustments": _share_shape(
            Adjustment,
            "share",
            currency,
            keys=("name", "percent", "amount"),
            sound={"name": "n"},
            whole=_note_no_share,
        ),
        "deposits": _share_shape(
            Deposit,
            "share",
            currency,
            keys=("name", "percent", "amount", "refundable"),
            sound={"name": "n"},
        ),
        "missed": _share_shape(
            _missed, "charge", currency, keys=("at_least", "percent", "amount", "kind"), sound={}
        ),
        "withdrawals": _share_shape(
            Withdrawal,
            "owed",
            currency,
            keys=("stage", "name", "percent", "amount", "of"),
            sound={"stage": "s", "name": "n"},
            whole=_note_withdrawal,
        ),
    }
