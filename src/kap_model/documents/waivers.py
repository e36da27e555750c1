"""Waiver documents, ``kap-model/waivers/1``: the findings that a practice accepts, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from kap_model._values import check_choice
from kap_model.documents import _json
from kap_model.documents._reading import (
    REFUSED,
    Nested,
    Problems,
    Shape,
    note_refusal,
    read_list,
    read_object,
    read_text,
)
from kap_model.documents.plans import read_bytes
from kap_model.errors import InvalidValue
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULES
from kap_model.waivers import Waiver

WAIVERS_SCHEMA: Final = "kap-model/waivers/1"
_KEYS: Final = ("rule", "plan", "sessions", "reason", "by", "on", "until")


def loads_waivers(text: str | bytes, *, rules: tuple[Rule, ...] = RULES) -> tuple[Waiver, ...]:
    """The waivers of a document, in its order.

    Args:
        text: The document.
        rules: The rules that waivers may name; a practice's own stand beside ours.

    Raises:
        DocumentError: The text is not a waivers document; with all its problems.
    """
    waivers: tuple[Waiver, ...] = read_text(text, _reader(rules), dumps_waivers)
    return waivers


def load_waivers(path: str | Path, *, rules: tuple[Rule, ...] = RULES) -> tuple[Waiver, ...]:
    """The waivers of a document file.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a waivers document.
    """
    return loads_waivers(read_bytes(path), rules=rules)


def dumps_waivers(waivers: tuple[Waiver, ...]) -> str:
    """The canonical document of waivers, in their order.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    return _json.write({"schema": WAIVERS_SCHEMA, "waivers": [_written(w) for w in waivers]})


def _reader(rules: tuple[Rule, ...]) -> Nested:
    known = tuple(rule.id for rule in rules)

    def read_rule(problems: Problems, rule: Any, path: str) -> Any:
        try:
            check_choice(rule, "", known)
        except InvalidValue as error:
            note_refusal(problems, path, error)
            return REFUSED
        return rule

    line = Shape(
        make=Waiver,
        keys=_KEYS,
        required=("rule", "reason", "by", "on"),
        sound={"rule": "R", "reason": "r", "by": "b", "on": "1900-01-01"},
        beside={"until": ("on",)},
        arrays=("sessions",),
        nested={"rule": read_rule},
    )
    document = Shape(
        make=_make,
        keys=("schema", "waivers"),
        required=("schema", "waivers"),
        sound={"waivers": ()},
        schema=WAIVERS_SCHEMA,
        nested={
            "waivers": lambda problems, items, path: read_list(
                problems, items, path, lambda p, item, at: read_object(p, item, at, line)
            )
        },
    )
    return lambda problems, raw, path: read_object(problems, raw, path, document)


def _make(waivers: tuple[Waiver, ...], schema: str = WAIVERS_SCHEMA) -> tuple[Waiver, ...]:
    check_choice(schema, "schema", (WAIVERS_SCHEMA,))
    return waivers


def _written(waiver: Waiver) -> dict[str, Any]:
    written = {
        "rule": waiver.rule,
        "plan": waiver.plan,
        "sessions": None if waiver.sessions is None else list(waiver.sessions),
        "reason": waiver.reason,
        "by": waiver.by,
        "on": waiver.on.isoformat(),
        "until": None if waiver.until is None else waiver.until.isoformat(),
    }
    return {key: value for key, value in written.items() if value is not None}
