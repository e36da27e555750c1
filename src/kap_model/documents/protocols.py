"""Protocol documents, ``kap-model/protocol/1``: a practice's own limits and rules, dated, cited."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from kap_model._values import check_choice
from kap_model.documents import _json
from kap_model.documents._forms import (
    BOUNDS,
    BOUNDS_SHAPE,
    CITATION,
    DATE,
    ID,
    KIND_OF_DOCUMENT,
    SOUND_CITATION,
    array,
    array_of,
    choice,
    named,
    note_repeated,
    note_repeated_dates,
    whole,
    with_definitions,
    word_or,
)
from kap_model.documents._rules import (
    HOUSE_ID,
    SEVERITY_OF_SIDES,
    SIDED_FORMS,
    read_rule,
    read_severity,
    rule_schemas,
    write_rule,
)
from kap_model.documents._shape import (
    REFUSED,
    Document,
    Form,
    Key,
    Reading,
    Schema,
    Shape,
    read_value,
    strict,
    such_as,
    tag,
)
from kap_model.documents._usual import read_usual, usual_line, usual_schema, write_usual
from kap_model.errors import InvalidValue, Problem
from kap_model.forms.house_rules import MOST_RULES, HouseRule
from kap_model.limits import (
    LIMIT_OF_NAME,
    LIMITS,
    LONGEST,
    OFF,
    REVIEW_GATES,
    REVIEW_POLICIES,
    Bounds,
    Frequency,
    LimitSpec,
    ReviewAfter,
    ReviewEvery,
)
from kap_model.practices._built_in import BY_NAME
from kap_model.protocol import CareProtocol, Setting
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULE_OF_ID, RULES, SIDED
from kap_model.sessions import FORMATS, PLACES
from kap_model.severities import SEVERITIES, StatedSeverity, severity_json
from kap_model.usual import UsualValue

if TYPE_CHECKING:
    from pathlib import Path

PROTOCOL_SCHEMA: Final = "kap-model/protocol/1"
_LONGEST_MONTHS: Final = 120
_EXAMPLE_CITATION: Final = {"source": "House protocol", "where": "section 2"}
_OF_FORM: Final = re.compile(r"rules\[(\d+)\]\.form\.([a-z]+)_?")
"""A place in the form of a house rule, as a protocol names it."""


def loads_protocol(text: str | bytes, *, rules: tuple[Rule, ...] = RULES) -> CareProtocol:
    """The protocol of a document.

    A document starts from nothing, or from a built-in practice that it names in ``extends``.

    Args:
        text: The document.
        rules: The rules that ``severities`` may name beside the document's own house rules, none
            of which may have the id of one; rules of a practice's own code stand beside ours.

    Raises:
        DocumentError: The text is not a protocol document; with all its problems.
    """
    known = frozenset(rule.id for rule in rules)
    protocol: CareProtocol = _DOCUMENT.loads(text, known)
    return protocol


def load_protocol(path: str | Path, *, rules: tuple[Rule, ...] = RULES) -> CareProtocol:
    """The protocol of a document file.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a protocol document.
    """
    return loads_protocol(_json.read_bytes(path), rules=rules)


def dumps_protocol(protocol: CareProtocol) -> str:
    """The canonical document of a protocol, with every line spelled out.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    return _DOCUMENT.dumps(protocol)


def limit_value(name: str, raw: Any) -> Any:
    """A limit's value from its document form: ``{"min": 6, "max": 8}`` becomes bounds.

    Raises:
        DocumentError: The form is not that of this limit.
    """
    return read_value(partial(_read_limit, name), raw)


# Values of limits.

_REVIEW_EVERY: Final = Shape(
    ReviewEvery,
    "How often a medical contact is due",
    "From contact to contact, or by calendar quarter.",
    (
        Key(
            "months",
            whole(1, _LONGEST_MONTHS),
            "Months between contacts; read by the rolling policy only.",
        ),
        Key(
            "policy",
            choice(REVIEW_POLICIES),
            "Rolling = from contact to contact; calendar = in each quarter with a dosing.",
            spelled_out=True,
        ),
    ),
    sound={"months": 1},
    more={"examples": [{"months": 3, "policy": "rolling"}]},
)
_REVIEW_AFTER: Final = Shape(
    ReviewAfter,
    "The dosing after which a review is due",
    "A medical review after so many dosings.",
    (
        Key("dosings", whole(1, LONGEST), "After how many dosings."),
        Key("gate", choice(REVIEW_GATES), "Before the next dosing, or at any time after."),
    ),
    sound={"dosings": 1, "gate": "any-time"},
    more={"examples": [{"dosings": 2, "gate": "before-next"}]},
)
_FREQUENCY: Final = Shape(
    Frequency,
    "The most dosings in consecutive days",
    "At most so many dosings in any so many days.",
    (
        Key("at_most", whole(1, LONGEST), "The most dosings."),
        Key("days", whole(1, LONGEST), "In any so many consecutive days."),
    ),
    sound={"at_most": 1, "days": 1},
    more={"examples": [{"at_most": 2, "days": 7}]},
)
_FORM_OF: Final[dict[type, Form]] = {
    Bounds: BOUNDS,
    ReviewEvery: named("review-every", _REVIEW_EVERY),
    ReviewAfter: named("review-after", _REVIEW_AFTER),
    Frequency: named("frequency", _FREQUENCY),
}
_SHAPE_OF: Final[dict[type, Shape]] = {
    Bounds: BOUNDS_SHAPE,
    ReviewEvery: _REVIEW_EVERY,
    ReviewAfter: _REVIEW_AFTER,
    Frequency: _FREQUENCY,
}


def _read_limit(name: str, reading: Reading, raw: Any, path: str) -> Any:
    if raw == OFF:
        return OFF
    spec = LIMIT_OF_NAME[name]
    form = _FORM_OF.get(spec.cls)
    if form is not None and form.read is not None:
        return form.read(reading, raw, path)
    if spec.cls is tuple:
        if not reading.is_array(raw, path, f"a list of labels{such_as(example_of(spec))}"):
            return REFUSED
        raw = tuple(raw)
    try:
        spec.check(raw)
    except InvalidValue as error:
        advice = _ADVICE.get(spec.cls, "")
        refused = InvalidValue([Problem(p.path, p.reason + advice) for p in error.problems])
    else:
        return raw
    reading.add_refusal(path, refused)
    return REFUSED


_ADVICE: Final[dict[type, str]] = {
    int: ", such as 2",
    bool: f', or "{OFF}" to leave the limit unset',
}


def example_of(spec: LimitSpec) -> Any:
    """A value that a limit can have, as a document has it."""
    if spec.cls in _SHAPE_OF:
        return _SHAPE_OF[spec.cls].more["examples"][0]
    if spec.cls is tuple:
        return _words_of(spec) or ["one-label", "another-label"]
    return True if spec.cls is bool else 2


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    form = _FORM_OF.get(type(value))
    return value if form is None else form.written(value)


# Lines, and limits by name.


@cache
def _line(name: str) -> Shape:
    """The shape of a limit's lines."""
    return Shape(
        Setting,
        "Line",
        "One dated, cited value of a limit.",
        (
            Key(
                "value",
                Form({}, partial(_read_limit, name), _written),
                f'The limit\'s value, or "{OFF}" to leave it unset.',
                judged=False,
            ),
            Key("since", DATE, "The first date on which it is in force; absent = throughout."),
            Key("citation", CITATION, "Who says so.", judged=False),
        ),
        sound={"value": OFF, "citation": SOUND_CITATION},
        make=partial(Setting, limit=name),
    )


def _read_limits(reading: Reading, raw: Any, path: str) -> Any:
    if not reading.is_object(raw, path):
        return REFUSED
    settings: list[Setting] = []
    for name, lines in raw.items():
        if name not in LIMIT_OF_NAME:
            reading.add_unknown(path, name, LIMIT_OF_NAME, "limit")
            continue
        if not reading.is_array(lines, f"{path}.{name}", _lines_such_as(LIMIT_OF_NAME[name])):
            continue
        read = array_of(_line(name).read)(reading, lines, f"{path}.{name}")
        note_repeated_dates(reading, lines, f"{path}.{name}")
        if read is not REFUSED:
            settings.extend(read)
    return tuple(settings)


def _lines_such_as(spec: LimitSpec) -> str:
    line = {"value": example_of(spec), "citation": _EXAMPLE_CITATION}
    return f"a list of lines such as {json.dumps([line])}"


def _limits_of(protocol: CareProtocol) -> dict[str, list[dict[str, Any]]]:
    limits: dict[str, list[dict[str, Any]]] = {}
    for setting in protocol.settings:
        limits.setdefault(setting.limit, []).append(_line(setting.limit).write(setting))
    return limits


def _accepts(spec: LimitSpec, value: Any) -> bool:
    try:
        spec.check(value)
    except InvalidValue:
        return False
    return True


def _words_of(spec: LimitSpec) -> list[str]:
    """The words of a limit that takes no other labels; empty where it takes any."""
    if _accepts(spec, ("any-other-label",)):
        return []
    return [word for word in (*PLACES, *FORMATS) if _accepts(spec, (word,))]


def _value_schema(spec: LimitSpec) -> Schema:
    """A limit's form; what its own check leaves open is found by asking it."""
    if spec.cls in _FORM_OF:
        return _FORM_OF[spec.cls].schema
    if spec.cls is bool:
        return {"const": True}
    if spec.cls is int:
        return whole(0 if _accepts(spec, 0) else 1, LONGEST).schema
    label = choice(words) if (words := _words_of(spec)) else ID
    return {"type": "array", "items": label.schema, "minItems": 1, "uniqueItems": True}


def _limit_schema(spec: LimitSpec) -> Schema:
    says = f"{spec.says[:1].upper()}{spec.says[1:]}."
    form = {
        "description": f'{says} Written as {spec.form}, or "{OFF}".',
        **word_or((OFF,), _value_schema(spec)),
    }
    line = {**named("line").schema, "properties": {"value": form}}
    return array(line, f"{says} One line or more, each for dates of its own.", minItems=1)


def _limits_schema() -> Schema:
    return strict(
        {spec.name: _limit_schema(spec) for spec in LIMITS},
        (),
        title="Limits",
        description="What the practice asks for; a limit that is not set switches off the rules "
        "that read only it.",
    )


# House rules.


def _read_rules(reading: Reading, raw: Any, path: str) -> Any:
    before = len(reading.problems)
    if type(raw) is list and len(raw) > MOST_RULES:
        reading.add(path, f"must be at most {MOST_RULES} lines")
    rules = array_of(read_rule)(reading, raw, path)
    lines: dict[str, list[tuple[str, Any]]] = {}
    for index, row in enumerate(raw if type(raw) is list else ()):
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            lines.setdefault(row["id"], []).append((f"{path}[{index}]", row))
    for its in lines.values():
        note_repeated(reading, its)
    return REFUSED if len(reading.problems) > before else rules


def _write_rules(rules: tuple[HouseRule, ...]) -> list[dict[str, Any]]:
    return [write_rule(rule) for rule in rules]


def _rules_schema() -> Schema:
    says = "The practice's own sentences, in the order in which reports show them."
    return array(named("rule").schema, says, maxItems=MOST_RULES)


# Severities.


def _read_severities(reading: Reading, raw: Any, path: str) -> Any:
    return raw if reading.is_object(raw, path) else REFUSED


def _note_severities(reading: Reading, raw: dict[str, Any], path: str) -> None:
    """Note severities that cannot be, and those of rules that nobody states."""
    severities, rows = raw.get("severities"), raw.get("rules")
    if not isinstance(severities, dict):
        return
    ids = [row.get("id") for row in rows if isinstance(row, dict)] if type(rows) is list else []
    known = reading.given.union([id for id in ids if isinstance(id, str)])
    sided = _sided_of(rows)
    for rule, severity in severities.items():
        if rule not in known:
            reading.add_unknown(f"{path}.severities", rule, known, "rule")
        elif isinstance(severity, dict) and (rule in SIDED or rule in sided):
            read_severity(reading, severity, f"{path}.severities.{rule}")
        elif type(severity) is not str or severity not in SEVERITIES:
            reading.add(f"{path}.severities.{rule}", "must be one of " + ", ".join(SEVERITIES))


def _sided_of(rows: Any) -> set[str]:
    """The ids of house rules of a form with two sides."""
    lines = [row for row in rows if isinstance(row, dict)] if type(rows) is list else []
    sided = [row.get("id") for row in lines if row.get("form") in SIDED_FORMS]
    return {id for id in sided if isinstance(id, str)}


def _write_severities(severities: tuple[tuple[str, StatedSeverity], ...]) -> dict[str, Any]:
    return {rule: severity_json(stated) for rule, stated in severities}


def _severities_schema(rules: tuple[Rule, ...]) -> Schema:
    return strict(
        {rule.id: {"description": rule.says, **_severity_form(rule.id).schema} for rule in rules},
        (),
        title="Severities",
        description="Severities that replace those of rules; house rules of this document count.",
        patternProperties={HOUSE_ID: SEVERITY_OF_SIDES.schema},
    )


def _severity_form(rule: str) -> Form:
    return SEVERITY_OF_SIDES if rule in SIDED else choice(SEVERITIES)


# The whole.


def _make(
    id: str,
    extends: str | None = None,
    limits: Iterable[Setting] = (),
    rules: tuple[HouseRule, ...] = (),
    severities: dict[str, Any] | None = None,
    usual: tuple[UsualValue, ...] = (),
) -> CareProtocol:
    if extends is None:
        base = CareProtocol(id="nothing")
    else:
        check_choice(extends, "extends", BY_NAME)
        base = BY_NAME[extends].protocol
    try:
        return base.extended(
            id, settings=limits, rules=rules, severities=severities or {}, usual=usual
        )
    except InvalidValue as error:
        placed = [_in_document(problem, rules) for problem in error.problems]
    raise InvalidValue([problem for _, problem in sorted(placed, key=itemgetter(0))])


def _in_document(problem: Problem, rules: tuple[HouseRule, ...]) -> tuple[int, Problem]:
    """A problem where a document has it, with the row; no base has house rules."""
    found = _OF_FORM.match(problem.path)
    if found is None:
        return -1, problem
    row = rules.index(CareProtocol(id="lines", rules=rules).rules[int(found[1])])
    path = f"rules[{row}].{found[2]}{problem.path[found.end() :]}"
    return row, Problem(path, problem.reason)


_EXAMPLE: Final = {
    "schema": PROTOCOL_SCHEMA,
    "id": "house",
    "extends": "regrounding",
    "limits": {
        "dosing_gap_days": [
            {
                "value": {"min": 7},
                "citation": _EXAMPLE_CITATION,
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
    "rules": [
        {
            "id": "HOUSE-NEXT-DAY",
            "form": "follow",
            "each": "dosing",
            "by": "integration",
            "within": {"min": 1, "max": 3, "unit": "days"},
            "severity": "warning",
            "since": "2027-01-01",
            "citation": {"source": "House protocol", "where": "section 4"},
        }
    ],
    "severities": {"RECORD-OUTCOME": "error"},
    "usual": {
        "every": [
            {"value": "2w", "citation": {"source": "House protocol", "where": "section 3"}},
        ],
    },
}
_PROTOCOL: Final = Shape(
    CareProtocol,
    "Protocol",
    "The limits and rules that a practice's courses keep, each dated and cited.",
    (
        tag("schema", PROTOCOL_SCHEMA, KIND_OF_DOCUMENT),
        Key("id", ID, "The protocol's name in reports.", more={"examples": ["house"]}),
        Key(
            "extends",
            choice(BY_NAME),
            "The built-in practice to start from; absent = from nothing.",
            get=lambda _: None,  # every line is spelled out
        ),
        Key("limits", Form({}, _read_limits), get=_limits_of, judged=False),
        Key("rules", Form({}, _read_rules, _write_rules), beside=("extends", "limits")),
        Key("severities", Form({}, _read_severities, _write_severities), judged=False),
        Key("usual", Form({}, read_usual, write_usual), judged=False),
    ),
    sound={"id": "p"},
    make=_make,
    whole=_note_severities,
    more={"examples": [_EXAMPLE]},
)
_DOCUMENT: Final = Document(_PROTOCOL.read, _PROTOCOL.write, without_health_data=PROTOCOL_SCHEMA)


def protocol_schema(rules: tuple[Rule, ...]) -> Schema:
    """The schema of ``kap-model/protocol/1`` where these rules are known."""
    own = {
        "line": _line(LIMITS[0].name).schema(),
        "review-every": _REVIEW_EVERY.schema(),
        "review-after": _REVIEW_AFTER.schema(),
        "frequency": _FREQUENCY.schema(),
        "usual-line": usual_line(),
        **rule_schemas(tuple(dict.fromkeys([*RULE_OF_ID, *[rule.id for rule in rules]]))),
    }
    protocol = _PROTOCOL.schema(
        limits=_limits_schema(),
        rules=_rules_schema(),
        severities=_severities_schema(rules),
        usual=usual_schema(),
    )
    names = {"propertyNames": {"enum": [rule.id for rule in rules]}}
    alone = {"if": {"required": ["rules"]}, "else": {"properties": {"severities": names}}}
    return with_definitions({**protocol, **alone}, own)
