"""The schemas of rates in fee documents, each chosen by its ``type``."""

from __future__ import annotations

from typing import Any, Final

from kap_model.documents._schema_parts import (
    Properties,
    Schema,
    array,
    choice,
    chosen_by,
    integer,
    record,
    ref,
)
from kap_model.fees.rates import (
    PERIODS,
    PLAIN_RATES,
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
from kap_model.sessions import LONGEST_MINUTES

_TYPE: Final = "Which form of rate this is."
_FORMS: Final[dict[type[Any], tuple[str, Properties]]] = {
    Flat: (
        "One price, whatever the length.",
        {
            "amount": ref("price", "The price."),
            "minutes": integer(
                1, LONGEST_MINUTES, "The length that it is meant for; absent = not stated."
            ),
        },
    ),
    Hourly: (
        "A price per hour, pro rata.",
        {
            "amount": ref("price", "The price of 60 minutes."),
            "increment": integer(
                1, LONGEST_MINUTES, "Minutes are billed in steps of so many, a begun step whole."
            ),
            "published": ref("range", "The lengths in minutes for which prices are stated."),
        },
    ),
    Tiered: (
        "Prices by length: between two tiers the next one up.",
        {"tiers": array({"$ref": "#/$defs/tier"}, "The tiers, in any order.", minItems=1)},
    ),
    FirstPart: (
        "A price for a first part, and one for any further time.",
        {
            "minutes": integer(1, LONGEST_MINUTES, "The length of the first part."),
            "first": ref("price", "Its price, also of a shorter session."),
            "rest": ref("price", "The price of all that goes beyond it, whatever its length."),
        },
    ),
    Scale: (
        "A sliding scale: a price to be agreed.",
        {
            "low": ref("price", "The lower end."),
            "high": ref("price", "The upper end, not below low; absent = none is stated."),
        },
    ),
    Periodic: (
        "A price for each begun period of a course, such as a membership.",
        {
            "amount": ref("price", "The price of one period."),
            "every": choice(PERIODS, "The period."),
        },
    ),
}
_TIER: Final = record(
    Tier,
    {
        "minutes": integer(1, LONGEST_MINUTES, "Up to this length."),
        "amount": ref("price", "The price."),
    },
    title="Tier",
    description="A price for sessions up to a length.",
)


def _rate(cls: type[Any]) -> Schema:
    description, properties = _FORMS[cls]
    return record(
        cls,
        {"type": {"description": _TYPE, "const": cls.form}, **properties},
        title=f"Rate: {cls.form}",
        description=description,
        leading=("type",),
    )


def _by_label(item: str) -> Schema:
    own = f" Not {', '.join(SESSION_LABELS[:-1])} or {SESSION_LABELS[-1]}: no session is priced."
    label = ref(
        "id",
        "What the label says: format, place or level, read from the session, or another word that "
        "is chosen for the whole plan.",
        examples=["route"],
    )
    if item != "session":
        label |= {
            "description": "A word that is chosen for the whole plan." + own,
            "not": {"enum": list(SESSION_LABELS)},
        }
    return record(
        ByLabel,
        {
            "type": {"description": _TYPE, "const": ByLabel.form},
            "label": label,
            "options": array(
                {"$ref": f"#/$defs/option-of-{item}"}, "A rate for each label.", minItems=1
            ),
        },
        title=f"Rate: {ByLabel.form}",
        description="A price that depends on a label.",
        leading=("type",),
    )


def _option(item: str) -> Schema:
    return record(
        Option,
        {
            "label": ref("id", "The label, such as oral or nasal; each once."),
            "rate": {
                "description": "The price where the label says so.",
                "$ref": f"#/$defs/plain-rate-of-{item}",
            },
        },
        title="Option",
        description="One of several prices that a label chooses between.",
    )


def _choice_of(branches: dict[str, str], description: str) -> Schema:
    refs = {form: {"$ref": f"#/$defs/{name}"} for form, name in branches.items()}
    return chosen_by("type", refs, title="Rate", description=description, says=_TYPE)


def _rates_of(item: str, *classes: type[Any]) -> dict[str, Schema]:
    """The rates that an item may have: plain ones, and those by a label."""
    plain = {cls.form: f"rate-{cls.form}" for cls in classes}
    every = {**plain, ByLabel.form: f"rate-by-label-of-{item}"}
    return {
        f"rate-of-{item}": _choice_of(every, f"The price of a {item}."),
        f"plain-rate-of-{item}": _choice_of(plain, f"The price of a {item} where a label says so."),
        f"rate-by-label-of-{item}": _by_label(item),
        f"option-of-{item}": _option(item),
    }


RATES_BY_NAME: Final[Properties] = {
    **_rates_of("session", *PLAIN_RATES),
    **_rates_of("supply", Flat),
    **_rates_of("course", Flat, Periodic),
    **{f"rate-{cls.form}": _rate(cls) for cls in _FORMS},
    "tier": _TIER,
}
"""The rates of sessions, supplies and the course, and their parts, by name."""
