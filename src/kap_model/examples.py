"""Rules' examples as plans and protocols: for explanations, reference pages and tests."""

from __future__ import annotations

import json
from typing import Any

from kap_model.citations import CONTRACT
from kap_model.documents.plans import dumps, loads
from kap_model.documents.protocols import limit_value
from kap_model.notation import parse
from kap_model.plan import Plan
from kap_model.practices import BY_NAME
from kap_model.protocol import CareProtocol, Setting
from kap_model.rules._rule import Case, Example


def protocol_of(example: Example) -> CareProtocol:
    """The protocol that judges an example: a built-in one, with the example's own limits."""
    base = BY_NAME[example.under].protocol
    if not example.limits:
        return base
    return base.extended(
        f"{base.id}-example",
        settings=[
            Setting(
                limit=name,
                value=limit_value(name, json.loads(value)),
                citation=CONTRACT["an example"],
            )
            for name, value in example.limits
        ],
    )


def plan_of(case: Case) -> Plan:
    """The plan of a case: its notation, with the facts that notation cannot say."""
    document: dict[str, Any] = json.loads(dumps(parse(case.notation)))
    sessions = {session["id"]: session for session in document["sessions"]}
    for place, value in case.facts:
        identifier, _, key = place.rpartition(".")
        (sessions[identifier] if identifier else document)[key] = json.loads(value)
    return loads(json.dumps(document))
