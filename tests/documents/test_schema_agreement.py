"""What a schema accepts its loader accepts, but for the things that a schema cannot say.

What a schema refuses its loader refuses, without exception. What a schema cannot say is listed in
it, and no document is refused by the loader alone for anything else.
"""

from __future__ import annotations

import copy
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import frozen
from hypothesis import given, settings, strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft202012Validator

import kap_model as kap
from documents.test_slots_document import DOCUMENTS as SLOTS
from documents.test_vectors import ALL, BASES, read_family
from kap_model._time import civil_date, instant, zone, zone_names
from kap_model._values import TEXT_REASON, check_identifier, check_text
from kap_model.documents.schemas import BEYOND, schema
from kap_model.errors import InvalidValue, Problem
from kap_model.fees.charges import Share, check_share
from kap_model.money import Money, check_currency, check_price
from kap_model.sessions import KINDS, MEDICAL_KINDS
from kap_model.severities import SEVERITIES
from kap_model.testing import strategies
from mutations import changed_documents, partly_local, places
from profiles import sampled, scaled
from shipped import HOUSE_RULES
from telling_values import (
    ANY,
    DATES,
    FIGURES,
    FLAT,
    LISTS,
    NUMBERS,
    OBJECTS,
    TEXTS,
    TIMES,
    WEEKLY,
    WORDS,
    by_label,
)

pytestmark = pytest.mark.law


@frozen
class Door:
    """How one kind of document comes in, and documents of it."""

    loads: Callable[[str | bytes], Any]
    documents: SearchStrategy[str]
    family: str


DOORS: Final = {
    "plan": Door(kap.loads, partly_local(strategies.plans(6).map(kap.dumps)), "plans"),
    "protocol": Door(
        kap.loads_protocol, strategies.protocols(house=True).map(kap.dumps_protocol), "protocols"
    ),
    "fees": Door(kap.loads_fees, strategies.fee_schedules().map(kap.dumps_fees), "fees"),
    "waivers": Door(
        kap.loads_waivers,
        st.lists(strategies.waivers(), max_size=4).map(tuple).map(kap.dumps_waivers),
        "waivers",
    ),
    "slots": Door(kap.loads_slots, SLOTS, ""),
}
NAME_OF_FAMILY: Final = {door.family: name for name, door in DOORS.items()}
UNREAD: Final = object()
# Keys whose word chooses the form of an object.
WORDS_OF_FORMS: Final = ("item", "kind", "type", "form")
LONGEST_VECTOR: Final = 50_000
# In the profile quick; a prime, so that over many places every telling value has its turn.
EACH: Final = 7
VECTORS: Final = [each for each in ALL if len(each.text) <= LONGEST_VECTOR]


@cache
def validator(name: str) -> Any:
    return Draft202012Validator(schema(name))


def parsed(text: str | bytes) -> Any:
    """The values of a text as any reader of JSON would give them."""
    try:
        return json.loads(text, parse_int=lambda digits: int(digits[:20]))
    except (ValueError, RecursionError):
        return UNREAD


def problems_of(name: str, text: str | bytes) -> tuple[Problem, ...]:
    try:
        DOORS[name].loads(text)
    except kap.DocumentError as error:
        return error.problems
    return ()


# What the loader says of each thing that a schema cannot say.
REASONS: Final[dict[str, str]] = {
    "The text and its canonical form are at most 1 MB each.": "must be at most 1 MB",
    "The text is UTF-8 without a byte order mark.": "must be UTF-8|must start without a byte order",
    "No object names a key twice.": "has a key twice",
    "Integers are written without a fraction or an exponent.": (
        'must be an integer, written without|must be "whole", "nothing" or 1 to 1440 minutes'
    ),
    "Texts hold no invisible characters but joiners, no lone surrogates, none of private use.": (
        TEXT_REASON
    ),
    "Dates are days that the calendar has.": "must be a day that the calendar has",
    "Times are of days that the calendar has, and of 1980 to 2199 in UTC.": (
        "must be a time that the calendar has|must lie in the years 1980 to 2199 in UTC"
    ),
    "No range has a min above its max.": "must not be below min",
    "Local times are shown by clocks of the plan's zone, and once.": (
        "must be a time that clocks of the plan's zone show|is shown twice by clocks"
    ),
    "Ids are unique over sessions and supplies.": "must be unique over sessions and supplies",
    "The time zone is one of the tzdata list.": "must be a zone name of the tzdata list",
    "No supply is received before it is issued.": "must not be before issued",
    "A support person's none is in lower case.": "must say none in lower case where nobody",
    "No two lines of a limit, a house rule or a usual value are for one date.": (
        "must be a date that no other line has|must have a since, as another line has none"
    ),
    "Severities name rules of the catalogue or house rules of the document.": (
        "has an unknown rule"
    ),
    "No space leads to an ordinal among the kinds that it starts from.": (
        "must have no ordinal where it shares a kind with from"
    ),
    "No house rule asks for a field that its sessions do not have.": (
        "must be one that (a|each) kind of session selected by of has"
    ),
    "No selector names a level that dose_levels never has, or a route that routes lacks.": (
        "must be (levels of dose_levels|routes of routes)"
    ),
    "Amounts have no more decimals than their currency.": "must have at most [023] decimals in ",
    "Amounts are of at most 10^15 minor units.": "must not be so large",
    "No scale has a high below its low.": "must not be below low",
    "No two tiers of a rate are for one length.": "must name each length once",
    "No two options of a rate have one label.": "must name each label once",
    "No two fees of an item, format and, but for sessions, name are for one date.": (
        "must be a date that no other line has"
    ),
    "No payee is the practice itself.": "must be named only where it is not the practice itself",
    "No two packages have one id.": "must have ids of their own",
    "No two lines for missed sessions are for one kind and notice.": (
        "must state each kind and notice once"
    ),
    "Lines for cancelled sessions of a kind go down to at_least 0.": (
        "must say what less notice costs, down to at_least 0"
    ),
    "No two withdrawals are for one stage.": "must name each stage once",
    "No waiver ends before its first date.": "must not be before on",
    "Every slot ends after its start.": "must be after the start",
    "No two slots that one role may use overlap.": r"overlaps slots\[",
}


def invisible(text: str) -> bool:
    """Whether a text holds what a pattern cannot name alike in every dialect."""
    return any(unicodedata.category(c) in ("Cf", "Cs", "Co") for c in text)


def explained(name: str, problem: Problem, raw: Any) -> bool:
    """Whether a problem that only the loader has is one on the list."""
    told = [line for line in BEYOND[name] if re.match(REASONS[line], problem.reason)]
    values = [holder[key] for holder, key in places(raw)]
    if problem.reason == TEXT_REASON:
        return bool(told) and any(type(value) is str and invisible(value) for value in values)
    if told and told[0].startswith("Integers"):
        return any(type(value) is float and value.is_integer() for value in values)
    return bool(told)


def check_agreement(name: str, text: str | bytes) -> None:
    raw, problems = parsed(text), problems_of(name, text)
    if raw is UNREAD:
        assert problems
    elif not validator(name).is_valid(raw):
        assert problems, f"only the schema refuses: {text!r}"
    else:
        others = [problem for problem in problems if not explained(name, problem, raw)]
        assert not others, f"only the loader refuses, for {others[0]}: {text!r}"


@pytest.mark.parametrize("name", DOORS)
@given(st.data())
@settings(max_examples=scaled(40))
def test_generated_documents_are_accepted_by_both(name: str, data: st.DataObject) -> None:
    text = data.draw(DOORS[name].documents)
    assert problems_of(name, text) == ()
    validator(name).validate(json.loads(text))


@pytest.mark.parametrize("name", DOORS)
@given(st.data())
@settings(max_examples=scaled(60))
def test_changed_documents_are_judged_alike(name: str, data: st.DataObject) -> None:
    keys = tuple(SAMPLES[name])
    check_agreement(name, data.draw(changed_documents(DOORS[name].documents, keys)))


@pytest.mark.parametrize("family", sorted({vector.family for vector in VECTORS}))
def test_hostile_documents_are_judged_alike(family: str) -> None:
    found = [vector for vector in VECTORS if vector.family == family]
    assert len(found) >= 50
    for vector in sampled(found, EACH):
        check_agreement(NAME_OF_FAMILY[family], vector.text)


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize("text", ["[]", "5", "null", "true", '"a"', "[{}]", "{}", "", "NaN", "{"])
def test_what_is_no_document_at_all_is_refused_by_both(name: str, text: str) -> None:
    assert problems_of(name, text)
    check_agreement(name, text)


@pytest.mark.parametrize("severity", [*SEVERITIES, "fatal", None])
def test_every_rule_can_have_every_severity(severity: Any) -> None:
    document = {"schema": "kap-model/protocol/1", "id": "p"}
    for rule in kap.RULES:
        text = json.dumps(document | {"severities": {rule.id: severity}})
        assert (problems_of("protocol", text) == ()) == (severity in SEVERITIES)
        check_agreement("protocol", text)


def test_a_finding_of_every_rule_can_be_waived() -> None:
    row = {"reason": "r", "by": "b", "on": "2027-01-01"}
    rows = [{"rule": rule.id, **row} for rule in kap.RULES]
    text = json.dumps({"schema": "kap-model/waivers/1", "waivers": rows})
    assert problems_of("waivers", text) == ()
    check_agreement("waivers", text)


# One change at a time, at every place of small documents that together hold every key.


def slices(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """A document cut into small ones, each with the part of it that is to be changed."""
    bare = {
        key: [] if type(value) is list else value
        for key, value in document.items()
        if key in ("sessions", "waivers", "slots", "fees", "rules") or type(value) is str
    }
    yield bare, bare
    for key, value in document.items():
        rows: list[Any] = []
        if type(value) is list:
            rows = [[item] for item in value]
        elif type(value) is dict:
            rows = [{name: item} for name, item in value.items()]
        for row in rows:
            part = copy.deepcopy({**bare, key: row})
            yield part, part[key]


@cache
def documents_of(name: str) -> list[dict[str, Any]]:
    """Documents that together hold every key."""
    family = DOORS[name].family
    bases = [read_family(found)["bases"][base] for found, base in BASES if found == family]
    return [*bases, *schema(name)["examples"], *MORE.get(name, ())]


CANCELLED: Final[dict[str, Any]] = {
    "schema": "kap-model/plan/1",
    "id": "p",
    "timezone": "UTC",
    "sessions": [
        {"id": kind, "kind": kind, "start": "2027-01-01T10:00:00Z", "minutes": 50}
        | {"place": "office", "status": "cancelled", "notice_hours": 3}
        | ({} if kind in ("consultation", *MEDICAL_KINDS) else {"format": "group"})
        | {"clinician": {"id": "k", "role": "r"}}
        for kind in KINDS
    ],
}


PLAIN: Final = (
    {**FLAT, "minutes": 50},
    {"type": "hourly", "amount": "1.00", "increment": 5, "published": {"min": 5, "max": 6}},
    {"type": "tiers", "tiers": [{"minutes": 60, "amount": "1.00"}]},
    {"type": "first-part", "minutes": 60, "first": "1.00", "rest": "2.00"},
    {"type": "scale", "low": "1.00", "high": "2.00"},
)
CITED: Final = {"citation": {"source": "s", "where": "w"}}
EVERY_RATE: Final[dict[str, Any]] = {
    "schema": "kap-model/fees/1",
    "id": "f",
    "currency": "USD",
    "fees": [
        {"item": "dosing", "rate": by_label("level", *PLAIN), **CITED},
        {"item": "course", "rate": by_label("route", FLAT, WEEKLY), **CITED},
        {"item": "supply", "rate": FLAT, **CITED},
        {"item": "course", "rate": FLAT, "name": "n", **CITED},
    ],
    "packages": [{"id": "p", "name": "n", "counts": dict.fromkeys(KINDS, 1), **CITED}],
    "claims": dict.fromkeys(KINDS, "whole"),
}
EVERY_FORM: Final[dict[str, Any]] = json.loads(Path(HOUSE_RULES).read_text("utf-8"))
MORE: Final = {"plan": (CANCELLED,), "fees": (EVERY_RATE,), "protocol": (EVERY_FORM,)}


def samples_of(name: str) -> dict[str, list[Any]]:
    """For every key of a kind of document, values that it has somewhere."""
    found: dict[str, list[Any]] = {}
    for document in documents_of(name):
        for holder, key in places(document):
            if isinstance(holder, dict) and holder[key] not in found.setdefault(key, []):
                found[key].append(holder[key])
    return {key: values[:3] for key, values in found.items()}


SAMPLES: Final = {name: samples_of(name) for name in DOORS}


TIME: Final = re.compile("[0-9-]{10}T")
DATE: Final = re.compile("[0-9]{4}-")
FIGURE: Final = re.compile("-?[0-9]")


def telling(value: Any) -> tuple[Any, ...]:
    """What to put in a place, by what stands there."""
    if type(value) is str:
        for form, values in ((TIME, TIMES), (DATE, DATES), (FIGURE, FIGURES)):
            if form.match(value):
                return (*ANY, *values, 5, 5.0, "a", " ", "off")
        return (*ANY, *TEXTS, *WORDS, 5, DATES[1], TIMES[2], FIGURES[0])
    if type(value) is dict:
        return (*ANY, *OBJECTS, 18, "off")
    if type(value) is list:
        return (*ANY, *LISTS, "off")
    return (*ANY, *NUMBERS, "off", "whole", "nothing", "office", ["office"], {"min": 1})


def spots(value: Any, road: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every object or array with every key or index in it, and by what road it is reached.

    Roads of one kind are equal: indices are left out, and the words that choose a form are named.
    """
    keys: Any = list(value) if isinstance(value, dict) else range(len(value))
    if isinstance(value, dict):
        road = (*road, *[str(value.get(word)) for word in WORDS_OF_FORMS])
    for key in keys:
        here = (*road, key if isinstance(key, str) else "")
        yield (key,) if key in ("source", "where", "since") else here, value, key
        if isinstance(value[key], (dict, list)):
            yield from spots(value[key], here)


def changes(document: dict[str, Any], part: Any, name: str, seen: set[Any]) -> Iterator[str]:
    """A document with one change at a time: a value set or dropped, a key that is elsewhere."""
    for road, holder, key in [*spots(part, (str(type(part)),))]:
        held = holder[key]
        if road in seen:
            continue
        seen.add(road)
        for value in telling(held):
            holder[key] = value
            yield json.dumps(document)
        holder[key] = held
        if isinstance(holder, dict):
            del holder[key]
            yield json.dumps(document)
            holder[key] = held
    for road, holder, key in [*spots([part])]:
        if isinstance(holder[key], dict) and (road, *holder[key]) not in seen:
            seen.add((road, *holder[key]))
            yield from with_another_key(document, holder[key], SAMPLES[name])


def with_another_key(
    document: dict[str, Any], holder: dict[str, Any], samples: dict[str, list[Any]]
) -> Iterator[str]:
    for key, values in samples.items():
        if key not in holder:
            for value in values:
                holder[key] = value
                yield json.dumps(document)
            del holder[key]


def changed_in_one_place(name: str) -> Iterator[str]:
    seen = set[Any]()
    for base in documents_of(name):
        for document, part in slices(base):
            yield from changes(document, part, name, seen)


@pytest.mark.parametrize("name", DOORS)
def test_every_place_with_every_telling_value_is_judged_alike(name: str) -> None:
    for text in sampled(changed_in_one_place(name), EACH):
        check_agreement(name, text)
    assert len(set(changed_in_one_place(name))) >= 300


# Forms of text: whatever a pattern makes is taken, and whatever is taken keeps the pattern.


def refuses(check: Callable[[str], object], text: str) -> str | None:
    """Why a value's own check refuses a text; ``None`` where it takes it."""
    try:
        check(text)
    except InvalidValue as error:
        return error.problems[0].reason
    return None


@frozen
class Form:
    """A shared form of text, its own check, and why that may refuse what keeps the pattern."""

    schema: str
    check: Callable[[str], object]
    beyond: str = "(?!)"


def read_start(text: str) -> None:
    """A start of a plan in UTC, where clocks show every time once."""
    if len(text) > len("2027-01-18T13:00:00"):
        instant(text)
    else:
        zone("UTC").local(text)


CALENDAR: Final = "must be a (day|time) that the calendar has|must lie in the years 1980 to 2199"
FORMS: Final = {
    "id": Form("plan", lambda text: check_identifier(text, "")),
    "text": Form("plan", lambda text: check_text(text, ""), TEXT_REASON),
    "date": Form("plan", lambda text: civil_date(text, ""), CALENDAR),
    "time": Form("slots", instant, CALENDAR),
    "start": Form("plan", read_start, CALENDAR),
    "currency": Form("fees", lambda text: check_currency(text, "")),
    "price": Form(
        "fees", lambda text: check_price(Money.of(text, "KWD"), ""), "must not be so large"
    ),
    "signed-amount": Form("fees", lambda text: Money.of(text, "KWD"), "must not be so large"),
    "percentage": Form("fees", lambda text: check_share(Share(percent=text), "")),
    "signed-percentage": Form("fees", lambda text: Share(percent=text)),
}
LIKELY: Final = st.text("0129+-.:TZ\n", max_size=26) | st.sampled_from(
    (*TEXTS, *DATES, *TIMES, *FIGURES, *WORDS)
)


def definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema(FORMS[name].schema)["$defs"][name]
    return found


@pytest.mark.parametrize("name", FORMS)
@given(st.data())
@settings(max_examples=scaled(150))
def test_a_form_and_its_own_check_agree(name: str, data: st.DataObject) -> None:
    made = definition(name)
    text = data.draw(st.from_regex(made["pattern"], fullmatch=True) | LIKELY)
    reason = refuses(FORMS[name].check, text)
    if not Draft202012Validator(made).is_valid(text):
        assert reason is not None
    elif reason is not None:
        assert re.match(FORMS[name].beyond, reason)
        assert reason != TEXT_REASON or invisible(text)


def test_a_text_of_any_character_is_judged_alike_but_for_invisible_ones() -> None:
    whole = Draft202012Validator(definition("text"))
    for number in [*range(0x3100), *range(0xD7F0, 0xE010), *range(0xF8F0, 0x10010), 0xE0001]:
        character = chr(number)
        for text in character, f"a{character}", f"a{character}b":
            taken = refuses(FORMS["text"].check, text) is None
            assert whole.is_valid(text) == (taken or invisible(character)), hex(number)


def test_every_zone_of_the_list_keeps_the_form() -> None:
    whole = Draft202012Validator(schema("plan")["$defs"]["zone"])
    assert [name for name in sorted(zone_names()) if not whole.is_valid(name)] == []
