"""The schemas of documents that are lists: waivers and slots."""

from __future__ import annotations

from typing import Final

from kap_model.documents._schema_parts import (
    Schema,
    array,
    choice,
    record,
    ref,
    schema_name,
    strict,
    with_definitions,
)
from kap_model.documents.slots import SLOTS_SCHEMA
from kap_model.documents.waivers import WAIVERS_SCHEMA
from kap_model.rules._rule import Rule
from kap_model.slots import ROLES, OpenSlot
from kap_model.waivers import Waiver

_SLOT: Final = record(
    OpenSlot,
    {
        "start": ref("time", "When it opens, with its offset; years 1980 to 2199 in UTC."),
        "end": ref("time", "When it closes, after its start."),
        "role": choice(
            ROLES,
            "Whose time it is: therapist (consultation, preparation, dosing, integration) or "
            "medical (evaluation, review); absent = both.",
        ),
    },
    title="Slot",
    description="A time in which sessions may be held.",
)


def _waiver(rules: tuple[Rule, ...]) -> Schema:
    return record(
        Waiver,
        {
            "rule": choice((rule.id for rule in rules), "The rule whose findings are accepted."),
            "plan": ref("id", "The plan; absent = any plan."),
            "sessions": array(
                ref("id", "The id of a session."),
                "Only findings all of whose sessions are named here; absent = every finding.",
                minItems=1,
                uniqueItems=True,
            ),
            "reason": ref("text", "Why, in one line."),
            "by": ref("id", "Who decided, a pseudonym."),
            "on": ref("date", "The date from which it is in force."),
            "until": ref("date", "Its last date, not before on; absent = it does not end."),
        },
        title="Waiver",
        description="A finding that a practice has looked at and accepts.",
    )


def waivers_schema(rules: tuple[Rule, ...]) -> Schema:
    """The schema of ``kap-model/waivers/1`` where these rules are known."""
    example = {
        "rule": rules[0].id,
        "plan": "plan-0042",
        "sessions": ["e1"],
        "reason": "The client came with a referral from a colleague.",
        "by": "t-01",
        "on": "2027-01-05",
        "until": "2027-12-31",
    }
    properties = {
        "schema": schema_name(WAIVERS_SCHEMA),
        "waivers": array({"$ref": "#/$defs/waiver"}, "The waivers."),
    }
    whole = strict(
        properties,
        properties,
        title="Waivers",
        description="Findings that a practice accepts: they stay visible and no longer count.",
        examples=[{"schema": WAIVERS_SCHEMA, "waivers": [example]}],
    )
    return with_definitions(whole, {"waiver": _waiver(rules)})


def slots_schema() -> Schema:
    """The schema of ``kap-model/slots/1``."""
    example = {
        "start": "2027-02-17T13:00:00-08:00",
        "end": "2027-02-17T17:00:00-08:00",
        "role": "therapist",
    }
    properties = {
        "schema": schema_name(SLOTS_SCHEMA),
        "slots": array({"$ref": "#/$defs/slot"}, "The slots, in any order."),
    }
    whole = strict(
        properties,
        properties,
        title="Slots",
        description="When new sessions may be held.",
        examples=[{"schema": SLOTS_SCHEMA, "slots": [example]}],
    )
    return with_definitions(whole, {"slot": _SLOT})
