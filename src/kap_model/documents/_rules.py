"""House rules in protocol documents: a row of data for each, by the word of its form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from kap_model._values import check_choice
from kap_model.documents._forms import (
    CITATION,
    DATE,
    ID,
    SOUND_CITATION,
    TEXT,
    choice,
    chosen_by,
    many,
    named,
    where,
    whole,
    word_or,
)
from kap_model.documents._selectors import (
    AN_END,
    BY_UNIT,
    IN_PYTHON,
    NUMBER,
    OF_UNITS,
    SELECTS,
    WITHIN,
    made,
    read_selector,
    selector_schemas,
)
from kap_model.documents._shape import (
    REFUSED,
    Choice,
    Form,
    Key,
    Reading,
    Schema,
    Shape,
    Unread,
    tag,
)
from kap_model.errors import InvalidValue
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import SUMS, Count, Rate
from kap_model.forms.distances import UNITS
from kap_model.forms.facts import ALLOWED_FIELDS, BY, KNOWN_FIELDS, WORDS_OF, Allow, Known, Length
from kap_model.forms.house_rules import LONGEST_ID, HouseRule
from kap_model.forms.ordering import BACK_TO, UNTIL, Follow, Order, Precede
from kap_model.forms.recurring import MOST_MONTHS, PARTS, Recur
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import UNITS_OF_DATES, Space, Span
from kap_model.limits import LONGEST, OFF, REVIEW_POLICIES
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.sessions import LONGEST_MINUTES
from kap_model.severities import SEVERITIES, severity_json

HOUSE_ID: Final = "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$"
_LINE: Final = ("id", "severity", "says", "why", "action", "since", "citation")
"""The keys of every row; the others are its form's own."""


# What every row has.


def _read_id(reading: Reading, raw: Any, path: str) -> Any:
    if isinstance(raw, str) and (raw in reading.given or raw in RULE_OF_ID):
        reading.add(path, "must be an id of its own, none of the catalogue")
        return REFUSED
    return raw


def _sides(**severities: Any) -> Mapping[str, Any]:
    for side, severity in severities.items():
        check_choice(severity, side, SEVERITIES)
    return severities


_SIDES: Final = Shape(
    None,
    "Two severities",
    "A severity for each side on which a limit can be missed.",
    (
        Key("below", choice(SEVERITIES), "Of too little, too few or too near.", required=True),
        Key("above", choice(SEVERITIES), "Of too much, too many or too far.", required=True),
    ),
    sound={"below": "error", "above": "error"},
    make=_sides,
)


def read_severity(reading: Reading, raw: Any, path: str) -> Any:
    return _SIDES.read(reading, raw, path) if isinstance(raw, dict) else raw


def _unusual_severity(rule: HouseRule) -> Any:
    return None if rule.severity == "error" else rule.severity


_SEVERITY: Final = choice(SEVERITIES)
SEVERITY_OF_SIDES: Final = Form(
    word_or(SEVERITIES, named("two-severities").schema), read_severity, severity_json
)
_ID: Final = Key(
    "id",
    Form(named("rule-id").schema, _read_id),
    "The rule's name in reports, such as HOUSE-NEXT-DAY.",
    required=True,
)
_SINCE: Final = Key("since", DATE, "The first date on which it is in force; absent = throughout.")
_CITED: Final = Key("citation", CITATION, "Who says so.", required=True, judged=False)


def _ends_of_row(sided: bool) -> tuple[Key, ...]:  # noqa: FBT001 - a form says it
    both = " A word, or one for each side." if sided else ""
    return (
        Key(
            "severity",
            Form(_SEVERITY.schema, read_severity) if not sided else SEVERITY_OF_SIDES,
            f"How much a finding weighs.{both}",
            _unusual_severity,
            more={"default": "error"},
        ),
        Key("says", TEXT, "Its sentence; absent = made from the form and its figures."),
        Key("why", TEXT, "The reason for it, for people."),
        Key("action", TEXT, "What to do about a finding."),
        _SINCE,
        _CITED,
    )


# The forms.


def _held(name: str, rule: HouseRule) -> Any:
    return getattr(rule.form, name)


def _own(name: str, form: Form, says: str, **more: Any) -> Key:
    """One key of a form."""
    get = partial(_held, IN_PYTHON.get(name, name))
    return Key(name, form, says, **{"get": get, **more})


def _selects(name: str, says: str, **more: Any) -> Key:
    return _own(name, SELECTS, says, **{"judged": False, **more})


def _make_row(form: type[RuleForm] | None, **values: Any) -> HouseRule:
    line = {name: values.pop(name) for name in _LINE if name in values}
    return HouseRule(form=OFF if form is None else made(form, values), **line)


def _word(words: tuple[str, ...]) -> Form:
    """One of some words, judged where it stands."""
    return Form(
        choice(words).schema,
        lambda reading, raw, path: reading.checked(
            lambda value: check_choice(value, "", words), raw, path
        ),
    )


def _whole_allow(reading: Reading, raw: dict[str, Any], path: str) -> None:
    """Note what values a field cannot have, and a field that no selected session has."""
    field = raw.get("field")
    if reading.swift or not isinstance(field, str) or field not in ALLOWED_FIELDS:
        return
    of = reading.peeked(read_selector, raw.get("of"))
    tried = [] if of is REFUSED else [(of, WORDS_OF.get(field, ("any",)))]
    if isinstance(raw.get("values"), list):
        tried.append(("dosing", tuple(raw["values"])))
    for which, values in tried:
        try:
            Allow(which, field, values)
        except InvalidValue as error:
            reading.add_refusal(path, error)


def _values_of(field: str) -> Schema:
    items = choice(WORDS_OF[field]).schema
    return {"if": where("field", field), "then": {"properties": {"values": {"items": items}}}}


def _while_of(rule: HouseRule) -> Selector | None:
    held: Selector = _held("while_", rule)
    return None if held == Selector("dosing") else held


_MINIMUM: Final = "At least so many."
_FROM: Final = _selects("from", "From which sessions.", required=True)
_DISTANCE: Final = (
    _own("min", NUMBER, "At least so far.", beside=("unit",)),
    _own("max", NUMBER, "At most so far.", beside=("min", "unit")),
)
_PARTS_OF_FORMS: Final[tuple[tuple[type[RuleForm], str, tuple[Key, ...], dict[str, Any]], ...]] = (
    (
        Count,
        "So many sessions, or minutes of them: in the course, or before something.",
        (
            _selects("of", "What is counted."),
            _own("min", NUMBER, _MINIMUM),
            _own("max", NUMBER, "At most so many.", beside=("min",)),
            _selects("before", "Only what is over before the first of these starts."),
            _own("sum", choice(SUMS), "Whether sessions are counted, or their minutes."),
        ),
        {"sound": {"of": "dosing", "min": 0}, "more": AN_END},
    ),
    (
        Order,
        "Sessions are all before the first of some, or all after it.",
        (
            _selects("each", "Which sessions."),
            _selects("before", "Each ends before the first of these starts."),
            _selects("after", "Each starts after the first of these ends."),
        ),
        {
            "sound": {"each": "integration", "after": "dosing"},
            "more": {
                "if": {"required": ["before"]},
                "then": {"properties": {"after": False}},
                "else": {"required": ["after"]},
            },
        },
    ),
    (
        Precede,
        "Before each session there are so many others.",
        (
            _selects("each", "Before which sessions."),
            _selects("by", "What there must be before."),
            _own("min", NUMBER, _MINIMUM),
            _own(
                "back_to",
                choice(BACK_TO),
                "Any = at any time before; previous = after the session before it.",
            ),
            _own("within", WITHIN, "How far before.", judged=False),
        ),
        {"sound": {"each": "dosing", "by": "preparation"}},
    ),
    (
        Follow,
        "After each session there are so many others.",
        (
            _selects("each", "After which sessions."),
            _selects("by", "What there must be after."),
            _own("min", NUMBER, _MINIMUM),
            _own(
                "until",
                choice(UNTIL),
                "Next = before the next such session; ever = at any time after.",
            ),
            _own("within", WITHIN, "How far after.", judged=False),
        ),
        {"sound": {"each": "dosing", "by": "integration"}},
    ),
    (
        Space,
        "Sessions that follow one another are so far apart.",
        (
            _FROM,
            _selects(
                "to",
                "To the first of these after each; absent = to the next of from.",
                judged=True,
                beside=("from",),
                alone=None,
            ),
            *_DISTANCE,
            _own("unit", choice(UNITS), OF_UNITS),
        ),
        {
            "sound": {"from": "dosing", "min": 0, "unit": "hours"},
            "more": {**AN_END, **BY_UNIT},
        },
    ),
    (
        Rate,
        "At most so many sessions in any so many consecutive days.",
        (
            _selects("of", "What is counted."),
            _own("max", whole(1, LONGEST), "At most so many."),
            _own("days", whole(1, LONGEST), "In any so many consecutive days."),
        ),
        {"sound": {"of": "dosing", "max": 1, "days": 1}},
    ),
    (
        Span,
        "From the first of some sessions to the last of some it is so long.",
        (
            _FROM,
            _selects("to", "To the last of these; absent = of those that from selects."),
            *_DISTANCE,
            _own("unit", choice(UNITS_OF_DATES), "All by dates."),
        ),
        {
            "sound": {"from": "dosing", "min": 0, "unit": "days"},
            "more": {**AN_END, **BY_UNIT},
        },
    ),
    (
        Length,
        "Each session lasts so long.",
        (
            _selects("of", "Which sessions."),
            _own("min", NUMBER, "At least so many minutes."),
            _own("max", NUMBER, "At most so many minutes.", beside=("min",)),
            _own(
                "one_of",
                many(whole(1, LONGEST_MINUTES), minItems=1, uniqueItems=True),
                "One of these numbers of minutes, instead of min and max.",
                alone={"min": None},
            ),
        ),
        {
            "sound": {"of": "dosing", "min": 0},
            "more": {
                "if": {"required": ["one_of"]},
                "then": {"properties": {"min": False, "max": False}},
                "else": AN_END,
            },
        },
    ),
    (
        Allow,
        "A field of each session, where it is recorded, is one of these values.",
        (
            _selects("of", "Which sessions."),
            _own(
                "field",
                _word(ALLOWED_FIELDS),
                "Which field; role is the clinician's.",
                judged=False,
            ),
            _own(
                "values",
                many(ID, minItems=1, uniqueItems=True),
                "What it may be.",
                judged=False,
            ),
        ),
        {
            "sound": {"of": "dosing", "field": "role", "values": ["any"]},
            "whole": _whole_allow,
            "more": {"allOf": [_values_of(field) for field in WORDS_OF]},
        },
    ),
    (
        Known,
        "A field of each session is recorded, and not as lacking.",
        (
            _selects("of", "Which sessions."),
            _own("field", choice(KNOWN_FIELDS), "Which field.", beside=("of",)),
            _own("by", choice(BY), "By when: the session's start, or its end."),
        ),
        {"sound": {"of": "dosing", "field": "level"}},
    ),
    (
        Recur,
        "While something goes on, something comes at least every so many months.",
        (
            _selects("of", "What comes."),
            _own(
                "months",
                whole(1, MOST_MONTHS),
                f"Every so many months; by calendar one of {', '.join(str(n) for n in PARTS)}.",
                beside=("policy",),
            ),
            _own(
                "policy",
                choice(REVIEW_POLICIES),
                "Rolling = from date to date; calendar = in each part of the calendar year.",
            ),
            _selects("while", "What goes on; absent = dosings.", get=_while_of),
        ),
        {
            "sound": {"of": "medical-review", "months": 1},
            "more": {
                "if": where("policy", "calendar"),
                "then": {"properties": {"months": {"enum": list(PARTS)}}},
            },
        },
    ),
)
_ALL_KEYS: Final = frozenset(
    {key.name for _, _, keys, _ in _PARTS_OF_FORMS for key in keys}
    | {"severity", "says", "why", "action"}
)
SIDED_FORMS: Final = frozenset(cls.form for cls, _, _, _ in _PARTS_OF_FORMS if cls.sided)
"""The words of the forms that can be missed on two sides."""
_SAYS_FORM: Final = f'What the rule asks; "{OFF}" = nothing from since on.'


def _row(cls: type[RuleForm], says: str, keys: tuple[Key, ...], given: Mapping[str, Any]) -> Shape:
    own = (_ID, tag("form", cls.form, _SAYS_FORM), *keys, *_ends_of_row(cls.sided))
    rest = {name: value for name, value in given.items() if name != "sound"}
    return Shape(
        cls,
        f"House rule: {cls.form}",
        says,
        own,
        sound={"id": Unread("A-A"), **given["sound"], "citation": SOUND_CITATION},
        make=partial(_make_row, cls),
        elsewhere=_ALL_KEYS - {key.name for key in own},
        **rest,
    )


_OFF_ROW: Final = Shape(
    HouseRule,
    "House rule: off",
    "From its date on, the house rule of this id is unset.",
    (_ID, tag("form", OFF, _SAYS_FORM), _SINCE, _CITED),
    sound={"id": Unread("A-A"), "citation": SOUND_CITATION},
    make=partial(_make_row, None),
    elsewhere=_ALL_KEYS,
)
_ROWS: Final[Mapping[str, Shape]] = {
    **{cls.form: _row(cls, says, keys, given) for cls, says, keys, given in _PARTS_OF_FORMS},
    OFF: _OFF_ROW,
}
read_rule: Final = Choice("form", _ROWS).read
"""Reads one row; what is given must be the ids of known rules."""


def write_rule(rule: HouseRule) -> dict[str, Any]:
    """A house rule as a row, its selectors as short as can be."""
    form = rule.form
    return _ROWS[form.form if isinstance(form, RuleForm) else OFF].write(rule)


def rule_schemas(catalogue: tuple[str, ...]) -> dict[str, Schema]:
    """The definitions of house rules, by name; ``rule`` is that of a row.

    Args:
        catalogue: The ids that no house rule may have.
    """
    taken = {"enum": list(catalogue)}
    rule_id = {
        "title": "Id of a house rule",
        "description": "Two or more words of capitals and digits joined by hyphens, at most "
        f"{LONGEST_ID} characters, none of the catalogue's.",
        "type": "string",
        "pattern": HOUSE_ID,
        "maxLength": LONGEST_ID,
        "not": {"pattern": "\\n"},
        "allOf": [{"not": taken}],
        "examples": ["HOUSE-NEXT-DAY"],
    }
    return {
        "rule": chosen_by(
            "form",
            {word: f"{word}-rule" for word in _ROWS},
            title="House rule",
            description="One dated, cited line: from this date, a course is asked for this.",
            says=_SAYS_FORM,
        ),
        **{f"{word}-rule": shape.schema() for word, shape in _ROWS.items()},
        "rule-id": rule_id,
        **selector_schemas(),
        "two-severities": _SIDES.schema(),
    }
