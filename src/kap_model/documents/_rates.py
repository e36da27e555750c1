"""The rates of fee documents, each chosen by its ``type``, and the amounts that they state.

Amounts are text in the one currency of the schedule, which each reading carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from kap_model.documents._forms import BOUNDS, ID, choice, chosen_by, many, named, whole
from kap_model.documents._shape import (
    REFUSED,
    Choice,
    Form,
    Key,
    Reading,
    Schema,
    Shape,
    tag,
)
from kap_model.errors import InvalidValue
from kap_model.fees.rates import (
    PERIODS,
    PLAIN_RATES,
    RATES,
    SESSION_LABELS,
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
from kap_model.money import Money
from kap_model.sessions import LONGEST_MINUTES


def _read_money(reading: Reading, raw: Any, path: str) -> Any:
    try:
        return Money.of(raw, reading.given)
    except InvalidValue as error:
        reading.add(path, error.problems[0].reason)
        return REFUSED


def _money(name: str) -> Form:
    return Form(named(name).schema, _read_money, lambda amount: amount.text)


PRICE: Final = _money("price")
SIGNED_AMOUNT: Final = _money("signed-amount")
MINUTES: Final = whole(1, LONGEST_MINUTES)

_TYPE_SAYS: Final = "Which form of rate this is."
_RATE_KEYS: Final = frozenset(a.name for cls in RATES for a in attrs.fields(cls))


def _rate(cls: type[Any], says: str, *keys: Key, sound: Mapping[str, Any]) -> Shape:
    return Shape(
        cls,
        f"Rate: {cls.form}",
        says,
        (tag("type", cls.form, _TYPE_SAYS), *keys),
        sound=sound,
        elsewhere=_RATE_KEYS,
    )


_TIER: Final = Shape(
    Tier,
    "Tier",
    "A price for sessions up to a length.",
    (Key("minutes", MINUTES, "Up to this length."), Key("amount", PRICE, "The price.")),
    sound={"minutes": 1, "amount": "0"},
)
_FLAT: Final = _rate(
    Flat,
    "One price, whatever the length.",
    Key("amount", PRICE, "The price."),
    Key("minutes", MINUTES, "The length that it is meant for; absent = not stated."),
    sound={"amount": "0"},
)
_HOURLY: Final = _rate(
    Hourly,
    "A price per hour, pro rata.",
    Key("amount", PRICE, "The price of 60 minutes."),
    Key("increment", MINUTES, "Minutes are billed in steps of so many, a begun step whole."),
    Key(
        "published",
        BOUNDS,
        "The lengths in minutes for which prices are stated.",
        judged=False,
    ),
    sound={"amount": "0"},
)
_TIERED: Final = _rate(
    Tiered,
    "Prices by length: between two tiers the next one up.",
    Key("tiers", many(named("tier", _TIER), minItems=1), "The tiers, in any order."),
    sound={"tiers": [_TIER.sound]},
)
_FIRST_PART: Final = _rate(
    FirstPart,
    "A price for a first part, and one for any further time.",
    Key("minutes", MINUTES, "The length of the first part."),
    Key("first", PRICE, "Its price, also of a shorter session."),
    Key("rest", PRICE, "The price of all that goes beyond it, whatever its length."),
    sound={"minutes": 1, "first": "0", "rest": "0"},
)
_SCALE: Final = _rate(
    Scale,
    "A sliding scale: a price to be agreed.",
    Key("low", PRICE, "The lower end."),
    Key(
        "high",
        PRICE,
        "The upper end, not below low; absent = none is stated.",
        beside=("low",),
    ),
    sound={"low": "0"},
)
_PERIODIC: Final = _rate(
    Periodic,
    "A price for each begun period of a course, such as a membership.",
    Key("amount", PRICE, "The price of one period."),
    Key("every", choice(PERIODS), "The period."),
    sound={"amount": "0", "every": "week"},
)
_PLAIN: Final = {shape.cls: shape for shape in (_FLAT, _HOURLY, _TIERED, _FIRST_PART, _SCALE)}


def _by_form(*shapes: Shape) -> Choice:
    return Choice("type", {shape.key("type").word or "": shape for shape in shapes})


_LONE: Final = _by_form(*_PLAIN.values(), _PERIODIC)
_SOUND_FLAT: Final = {"type": Flat.form, **_FLAT.sound}
_OPTION: Final = Shape(
    Option,
    "Option",
    "One of several prices that a label chooses between.",
    (
        Key("label", ID, "The label, such as oral or nasal; each once."),
        Key(
            "rate",
            Form({}, _LONE.read, _LONE.write),
            "The price where the label says so.",
            judged=False,
        ),
    ),
    sound={"label": "l", "rate": _SOUND_FLAT},
)
_BY_LABEL: Final = _rate(
    ByLabel,
    "A price that depends on a label.",
    Key(
        "label",
        ID,
        "What the label says: format, place or level, read from the session, or another word that "
        "is chosen for the whole plan.",
        more={"examples": ["route"]},
    ),
    Key("options", many(named("option", _OPTION), minItems=1), "A rate for each label."),
    sound={"label": "l", "options": [_OPTION.sound]},
)
_ANY: Final = _by_form(*_PLAIN.values(), _BY_LABEL, _PERIODIC)


def _by_label_schema(item: str) -> Schema:
    options = {**_BY_LABEL.key("options").form.schema, "items": named(f"option-of-{item}").schema}
    made = _BY_LABEL.schema(options=options)
    if item != "session":
        own = f"Not {', '.join(SESSION_LABELS[:-1])} or {SESSION_LABELS[-1]}: no session is priced."
        made["properties"]["label"] |= {
            "description": f"A word that is chosen for the whole plan. {own}",
            "not": {"enum": list(SESSION_LABELS)},
        }
    return made


def _rates_of(item: str, *classes: type[Any]) -> dict[str, Schema]:
    """The rates that an item may have: plain ones, and those by a label."""
    plain = {cls.form: f"rate-{cls.form}" for cls in classes}
    every = {**plain, ByLabel.form: f"rate-by-label-of-{item}"}

    def chosen(branches: dict[str, str], says: str) -> Schema:
        return chosen_by("type", branches, title="Rate", description=says, says=_TYPE_SAYS)

    return {
        f"rate-of-{item}": chosen(every, f"The price of a {item}."),
        f"plain-rate-of-{item}": chosen(plain, f"The price of a {item} where a label says so."),
        f"rate-by-label-of-{item}": _by_label_schema(item),
        f"option-of-{item}": _OPTION.schema(rate=named(f"plain-rate-of-{item}").schema),
    }


def rate_schemas() -> dict[str, Schema]:
    """The rates of sessions, supplies and the course, and their parts, by name."""
    return {
        **_rates_of("session", *PLAIN_RATES),
        **_rates_of("supply", Flat),
        **_rates_of("course", Flat, Periodic),
        **{
            f"rate-{shape.key('type').word}": shape.schema()
            for shape in (*_PLAIN.values(), _PERIODIC)
        },
        "tier": _TIER.schema(),
    }


RATE: Final = Form({}, _ANY.read, _ANY.write)
"""Any rate; schemas say of each item which ones it may have."""
