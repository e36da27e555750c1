"""The schema of protocol documents."""

from __future__ import annotations

from typing import Any, Final

from kap_model.documents._schema_parts import (
    Properties,
    Schema,
    array,
    choice,
    integer,
    record,
    ref,
    schema_name,
    strict,
    with_definitions,
    word_or,
)
from kap_model.documents.protocols import PROTOCOL_SCHEMA
from kap_model.errors import InvalidValue
from kap_model.limits import (
    LIMITS,
    LONGEST,
    REVIEW_GATES,
    REVIEW_POLICIES,
    Bounds,
    Frequency,
    LimitSpec,
    ReviewAfter,
    ReviewEvery,
)
from kap_model.practices._built_in import BY_NAME
from kap_model.protocol import OFF, SEVERITIES, Setting
from kap_model.rules._rule import Rule
from kap_model.sessions import FORMATS, PLACES

_ANY_LABEL: Final = "any-other-label"
_LONGEST_MONTHS: Final = 120

_REVIEW_EVERY: Final = record(
    ReviewEvery,
    {
        "months": integer(
            1, _LONGEST_MONTHS, "Months between contacts; read by the rolling policy only."
        ),
        "policy": choice(
            REVIEW_POLICIES,
            "Rolling = from contact to contact; calendar = in each quarter with a dosing.",
        ),
    },
    title="How often a medical contact is due",
    description="From contact to contact, or by calendar quarter.",
    examples=[{"months": 3, "policy": "rolling"}],
)
_REVIEW_AFTER: Final = record(
    ReviewAfter,
    {
        "dosings": integer(1, LONGEST, "After how many dosings."),
        "gate": choice(REVIEW_GATES, "Before the next dosing, or at any time after."),
    },
    title="The dosing after which a review is due",
    description="A medical review after so many dosings.",
    examples=[{"dosings": 2, "gate": "before-next"}],
)
_FREQUENCY: Final = record(
    Frequency,
    {
        "at_most": integer(1, LONGEST, "The most dosings."),
        "days": integer(1, LONGEST, "In any so many consecutive days."),
    },
    title="The most dosings in consecutive days",
    description="At most so many dosings in any so many days.",
    examples=[{"at_most": 2, "days": 7}],
)
_OWN_FORMS: Final[dict[type, str]] = {
    Bounds: "range",
    ReviewEvery: "review-every",
    ReviewAfter: "review-after",
    Frequency: "frequency",
}
_LINE: Final = record(
    Setting,
    {
        "value": {"description": f'The limit\'s value, or "{OFF}" to leave it unset.'},
        "since": ref("date", "The first date on which it is in force; absent = throughout."),
        "citation": ref("citation", "Who says so."),
    },
    title="Line",
    description="One dated, cited value of a limit.",
    written_as={"limit": ()},
)


def _accepts(spec: LimitSpec, value: Any) -> bool:
    try:
        spec.check(value)
    except InvalidValue:
        return False
    return True


def _value(spec: LimitSpec) -> Schema:
    """A limit's form; what its own check leaves open is found by asking it."""
    if spec.cls in _OWN_FORMS:
        return {"$ref": f"#/$defs/{_OWN_FORMS[spec.cls]}"}
    if spec.cls is bool:
        return {"const": True}
    if spec.cls is int:
        lowest = 0 if _accepts(spec, 0) else 1
        return {"type": "integer", "minimum": lowest, "maximum": LONGEST}
    words = [word for word in (*PLACES, *FORMATS) if _accepts(spec, (word,))]
    label = {"$ref": "#/$defs/id"} if _accepts(spec, (_ANY_LABEL,)) else {"enum": words}
    return {"type": "array", "items": label, "minItems": 1, "uniqueItems": True}


def _limit(spec: LimitSpec) -> Schema:
    says = f"{spec.says[:1].upper()}{spec.says[1:]}."
    form = word_or((OFF,), _value(spec), f'{says} Written as {spec.form}, or "{OFF}".')
    line = {"$ref": "#/$defs/line", "properties": {"value": form}}
    return array(line, f"{says} One line or more, each for dates of its own.", minItems=1)


def _severities(rules: tuple[Rule, ...]) -> Schema:
    return strict(
        {rule.id: choice(SEVERITIES, rule.says) for rule in rules},
        (),
        title="Severities",
        description="Severities that replace those of rules.",
    )


def _properties(rules: tuple[Rule, ...]) -> Properties:
    limits = strict(
        {spec.name: _limit(spec) for spec in LIMITS},
        (),
        title="Limits",
        description="What the practice asks for; a limit that is not set switches off the rules "
        "that read only it.",
    )
    return {
        "schema": schema_name(PROTOCOL_SCHEMA),
        "id": ref("id", "The protocol's name in reports.", examples=["house"]),
        "extends": choice(BY_NAME, "The built-in practice to start from; absent = from nothing."),
        "limits": limits,
        "severities": _severities(rules),
    }


_EXAMPLE: Final = {
    "schema": PROTOCOL_SCHEMA,
    "id": "house",
    "extends": "regrounding",
    "limits": {
        "dosing_gap_days": [
            {
                "value": {"min": 7},
                "citation": {"source": "House protocol", "where": "section 2"},
            }
        ],
        "exclusions": [
            {
                "value": OFF,
                "since": "2027-07-01",
                "citation": {"source": "House protocol, revised", "where": "section 4"},
            }
        ],
    },
    "severities": {"RECORD-OUTCOME": "error"},
}


def protocol_schema(rules: tuple[Rule, ...]) -> Schema:
    """The schema of ``kap-model/protocol/1`` where these rules are known."""
    whole = strict(
        _properties(rules),
        ("schema", "id"),
        title="Protocol",
        description="The limits that a practice's courses keep, each dated and cited.",
        examples=[_EXAMPLE],
    )
    own = {
        "line": _LINE,
        "review-every": _REVIEW_EVERY,
        "review-after": _REVIEW_AFTER,
        "frequency": _FREQUENCY,
    }
    return with_definitions(whole, own)
