"""The reader of rates in fee documents: every form by its ``type``, amounts in one currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs

from kap_model.documents._reading import (
    REFUSED,
    Nested,
    Problems,
    Shape,
    check_object,
    note_refusal,
    read_list,
    read_object,
)
from kap_model.documents._shapes import BOUNDS
from kap_model.errors import InvalidValue, refusal
from kap_model.fees.rates import (
    PLAIN_RATES,
    RATES,
    ByLabel,
    FirstPart,
    Flat,
    Hourly,
    Option,
    Periodic,
    Scale,
    Tier,
    Tiered,
)
from kap_model.money import LARGEST, Money

_RATE_KEYS: Final = frozenset(a.name for cls in RATES for a in attrs.fields(cls))


def money_in(currency: str, text: Any, path: str) -> Money:
    """The amount that a document's text names in a currency; Money of a sound instance is kept.

    Raises:
        InvalidValue: At the path: no such amount.
    """
    if type(text) is Money:
        return text
    try:
        return Money.of(text, currency)
    except InvalidValue as error:
        reason = error.problems[0].reason
    raise refusal(path, reason)


def taking_text(make: Callable[..., Any], currency: str, *amounts: str) -> Callable[..., Any]:
    """A constructor that takes these amounts as a document's text."""

    def made(**values: Any) -> Any:
        for key in amounts:
            if key in values:
                values[key] = money_in(currency, values[key], key)
        return make(**values)

    return made


def object_reader(shape: Shape) -> Nested:
    """The reader of objects of a shape."""
    return lambda problems, raw, path: read_object(problems, raw, path, shape)


def list_reader(item: Nested) -> Nested:
    """The reader of arrays."""
    return lambda problems, raw, path: read_list(problems, raw, path, item)


def judged(read: Nested, judge: Callable[[Any], object]) -> Nested:
    """A reader whose value its holder judges too, whatever else the holder's object says.

    Args:
        read: Reads the value.
        judge: Puts it into an otherwise sound holder.
    """

    def reader(problems: Problems, raw: Any, path: str) -> Any:
        value = read(problems, raw, path)
        if value is REFUSED:
            return REFUSED
        try:
            judge(value)
        except InvalidValue as error:
            holder, _, _ = path.rpartition(".")
            note_refusal(problems, holder, error)
            return REFUSED
        return value

    return reader


def rate_reader(currency: str) -> Nested:
    """The reader of rates with amounts in a currency."""
    none = Money.zero(currency)
    plain = _plain_shapes(currency, none)
    periodic = _rate_shape(
        Periodic, currency, amounts=("amount",), sound={"amount": none, "every": "week"}
    )
    lone = plain | {Periodic.form: periodic}
    option = Shape(
        make=Option,
        keys=("label", "rate"),
        required=("label", "rate"),
        sound={"label": "l", "rate": Flat(amount=none)},
        nested={"rate": _by_type(lone)},
    )
    options = judged(
        list_reader(object_reader(option)), lambda given: ByLabel(label="l", options=given)
    )
    by_label = _rate_shape(
        ByLabel,
        currency,
        sound={"label": "l", "options": (Option(label="l", rate=Flat(amount=none)),)},
        nested={"options": options},
    )
    return _by_type(plain | {ByLabel.form: by_label, Periodic.form: periodic})


def _by_type(shapes: Mapping[str, Shape]) -> Nested:
    def read(problems: Problems, raw: Any, path: str) -> Any:
        form = raw.get("type") if isinstance(raw, dict) else None
        if type(form) is str and form in shapes:
            return read_object(problems, raw, path, shapes[form])
        if check_object(problems, raw, path):
            if "type" in raw:
                problems.add(f"{path}.type", "must be one of " + ", ".join(shapes))
            else:
                problems.add(path, "lacks type")
        return REFUSED

    return read


def _rate_shape(
    cls: type[Any],
    currency: str,
    *,
    amounts: Iterable[str] = (),
    sound: Mapping[str, Any],
    beside: Mapping[str, tuple[str, ...]] | None = None,
    nested: Mapping[str, Nested] | None = None,
) -> Shape:
    fields = attrs.fields(cls)
    make = taking_text(cls, currency, *amounts)

    def made(type: str = cls.form, **values: Any) -> Any:  # noqa: ARG001 - it chose this shape
        return make(**values)

    return Shape(
        make=made,
        keys=("type", *[a.name for a in fields]),
        required=("type", *[a.name for a in fields if a.default is attrs.NOTHING]),
        sound=sound,
        beside=beside or {},
        nested=nested or {},
        elsewhere=_RATE_KEYS,
    )


def _plain_shapes(currency: str, none: Money) -> dict[str, Shape]:
    shapes = {
        Flat: _rate_shape(Flat, currency, amounts=("amount",), sound={"amount": none}),
        Hourly: _rate_shape(
            Hourly,
            currency,
            amounts=("amount",),
            sound={"amount": none},
            nested={"published": object_reader(BOUNDS)},
        ),
        Tiered: _tiered_shape(currency, none),
        FirstPart: _rate_shape(
            FirstPart,
            currency,
            amounts=("first", "rest"),
            sound={"minutes": 1, "first": none, "rest": none},
        ),
        Scale: _rate_shape(
            Scale,
            currency,
            amounts=("low", "high"),
            sound={"low": none, "high": Money(LARGEST, currency)},
            beside={"high": ("low",)},
        ),
    }
    return {cls.form: shapes[cls] for cls in PLAIN_RATES}


def _tiered_shape(currency: str, none: Money) -> Shape:
    tier = Shape(
        make=taking_text(Tier, currency, "amount"),
        keys=("minutes", "amount"),
        required=("minutes", "amount"),
        sound={"minutes": 1, "amount": none},
    )
    return _rate_shape(
        Tiered,
        currency,
        sound={"tiers": (Tier(minutes=1, amount=none),)},
        nested={
            "tiers": judged(list_reader(object_reader(tier)), lambda given: Tiered(tiers=given))
        },
    )
