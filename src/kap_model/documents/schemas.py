"""JSON Schemas (2020-12) of documents and reports, made of what the loaders themselves use.

They lie in ``kap_model/schemas`` too, for editors and validators: the same text, kept so by a test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from kap_model._values import check_choice
from kap_model.documents._schema_fees import fees_schema
from kap_model.documents._schema_lists import slots_schema, waivers_schema
from kap_model.documents._schema_plan import plan_schema
from kap_model.documents._schema_protocol import protocol_schema
from kap_model.documents._schema_report import report_schema
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULES

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_SIZE: Final = "The text and its canonical form are at most 1 MB each."
_UTF_8: Final = "The text is UTF-8 without a byte order mark."
_KEYS: Final = "No object names a key twice."
_INTEGERS: Final = "Integers are written without a fraction or an exponent."
_TEXTS: Final = (
    "Texts hold no invisible characters but joiners, no lone surrogates, none of private use."
)
_DATES: Final = "Dates are days that the calendar has."
_TIMES: Final = "Times are of days that the calendar has, and of 1980 to 2199 in UTC."
_RANGES: Final = "No range has a min above its max."
_ALWAYS: Final = (_SIZE, _UTF_8, _KEYS)

BEYOND: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "plan": (
            *_ALWAYS,
            _INTEGERS,
            _TEXTS,
            _DATES,
            _TIMES,
            "Ids are unique over sessions and supplies.",
            "The time zone is one of the tzdata list.",
            "No supply is received before it is issued.",
            "A support person's none is in lower case.",
        ),
        "protocol": (
            *_ALWAYS,
            _INTEGERS,
            _TEXTS,
            _DATES,
            _RANGES,
            "No two lines of a limit are for one date.",
        ),
        "fees": (
            *_ALWAYS,
            _INTEGERS,
            _TEXTS,
            _DATES,
            _RANGES,
            "Amounts have no more decimals than their currency.",
            "Amounts are of at most 10^15 minor units.",
            "No scale has a high below its low.",
            "No two tiers of a rate are for one length.",
            "No two options of a rate have one label.",
            "No two fees of an item, format and, but for sessions, name are for one date.",
            "No payee is the practice itself.",
            "No two packages have one id.",
            "No two lines for missed sessions are for one kind and notice.",
            "Lines for cancelled sessions of a kind go down to at_least 0.",
            "No two withdrawals are for one stage.",
        ),
        "waivers": (*_ALWAYS, _TEXTS, _DATES, "No waiver ends before its first date."),
        "slots": (
            *_ALWAYS,
            _TIMES,
            "Every slot ends after its start.",
            "No two slots that one role may use overlap.",
        ),
        "report": (),
    }
)
"""What a loader asks for and a schema cannot say, by the schema's name."""

NAMES: Final = tuple(BEYOND)
"""The schemas that there are."""


def schema(name: str, *, rules: tuple[Rule, ...] = RULES) -> dict[str, Any]:
    """The JSON Schema of a kind of document, or of reports.

    Args:
        name: ``plan``, ``protocol``, ``fees``, ``waivers``, ``slots`` or ``report``.
        rules: The rules that protocols and waivers may name; a practice's own stand beside ours.

    Raises:
        InvalidValue: There is no such schema.
    """
    check_choice(name, "name", NAMES)
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "plan": plan_schema,
        "protocol": lambda: protocol_schema(rules),
        "fees": fees_schema,
        "waivers": lambda: waivers_schema(rules),
        "slots": slots_schema,
        "report": report_schema,
    }
    head = {"$schema": _DIALECT, "$id": f"urn:kap-model:{name}:1"}
    made: dict[str, Any] = json.loads(json.dumps({**head, **_commented(name), **makers[name]()}))
    return made  # a copy: no caller changes what the next one gets


def schema_text(name: str) -> str:
    """The schema as the file that is shipped: indented JSON, ASCII, with a final newline.

    Raises:
        InvalidValue: There is no such schema.
    """
    return json.dumps(schema(name), indent=2) + "\n"


def _commented(name: str) -> dict[str, str]:
    if not BEYOND[name]:
        return {}
    numbered = (f"{number}. {line}" for number, line in enumerate(BEYOND[name], 1))
    return {"$comment": "What the loader asks beyond this schema: " + " ".join(numbered)}
