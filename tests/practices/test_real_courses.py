"""What real practices ask, said as protocols: plans keep each line, and each line is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model.forms import Length
from kap_model.limits import Bounds
from kap_model.planning.moves import beyond
from kap_model.sessions import FORMATS, PLACES
from real_courses import (
    DOCUMENTS,
    HERE,
    NOT_SAID,
    Judged,
    breaks_of,
    keeps_of,
    lines_of,
    protocol_of,
    said_of,
    text_of,
)

# --- The documents ---------------------------------------------------------------------------


def test_every_document_has_its_plans() -> None:
    assert sorted(path.stem for path in (HERE / "courses").iterdir()) == DOCUMENTS
    assert len(DOCUMENTS) >= 39


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_are_canonical_but_for_their_line_breaks(document: str) -> None:
    written = kap.dumps_protocol(protocol_of(document))
    assert written == json.dumps(json.loads(text_of(document)), ensure_ascii=False) + "\n"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_line_cites_facts_of_its_practice_and_none_that_is_called_unsaid(
    document: str,
) -> None:
    assert protocol_of(document).id == document
    assert {citation.source for _, citation in lines_of(document)} == {document}
    assert said_of(document).isdisjoint(NOT_SAID.get(document, {}))


def test_what_is_recommended_or_about_so_is_advice_and_a_length_is_a_warning() -> None:
    rules = [(document, rule) for document in DOCUMENTS for rule in protocol_of(document).rules]
    assert {(document, rule.id) for document, rule in rules if rule.severity == "advice"} == {
        ("kirimaura", "HOUSE-PREP-RECOMMENDED"),
        ("kirimaura", "HOUSE-INTEG-RECOMMENDED"),
        ("presence-of-mind", "HOUSE-MONTHLY"),
        ("tender-heart", "HOUSE-COURSE"),
    }
    lengths = [rule for _, rule in rules if isinstance(rule.form, Length)]
    assert {rule.severity for rule in lengths} == {"warning"}


# --- Plans that keep them, and plans that break one line -------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_plan_keeps_each_protocol(document: str) -> None:
    report = kap.check(keeps_of(document).plan, protocol_of(document))
    assert [(finding.rule, finding.verdict) for finding in report.findings] == []


def rules_of(line: str) -> set[str]:
    """The rules that speak for a line."""
    return {line} | {rule.id for rule in kap.RULES if line in rule.reads}


BREAKS = [
    pytest.param(document, line, judged, id=f"{document}-{line}-{number}")
    for document in DOCUMENTS
    for line, plans in breaks_of(document).items()
    for number, judged in enumerate(plans)
]


def found_in(judged: Judged, protocol: kap.CareProtocol) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in kap.check(judged.plan, protocol).findings:
        found.setdefault(finding.verdict, set()).add(finding.rule)
    return found


@pytest.mark.parametrize(("document", "line", "judged"), BREAKS)
def test_a_plan_that_breaks_a_line_is_found_by_its_rule(
    document: str, line: str, judged: Judged
) -> None:
    protocol, own = protocol_of(document), rules_of(line)
    found = found_in(judged, protocol)
    assert set(found) == {"violated"}
    assert found["violated"] & own
    assert found["violated"] == judged.found or (not judged.found and found["violated"] <= own)
    without = found_in(judged, without_line(protocol, line))
    assert found["violated"] - without.get("violated", set()) == found["violated"] & own


def without_line(protocol: kap.CareProtocol, line: str) -> kap.CareProtocol:
    return attrs.evolve(
        protocol,
        settings=tuple(setting for setting in protocol.settings if setting.limit != line),
        rules=tuple(rule for rule in protocol.rules if rule.id != line),
    )


ALL_ALLOWED = {"dosing_places": PLACES, "formats": FORMATS}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_line_is_broken_but_usual_values_and_those_that_allow_all_there_is(
    document: str,
) -> None:
    protocol = protocol_of(document)
    allow_all = {
        setting.limit
        for setting in protocol.settings
        if setting.value == ALL_ALLOWED.get(setting.limit)
    }
    usual = protocol.usual_on(None).values.keys()
    named = [line for line, _ in lines_of(document)]
    assert len(set(named)) == len(named)
    assert set(breaks_of(document)) == set(named) - allow_all - usual


def test_what_is_usual_is_no_rule() -> None:
    usual = {name: dict(protocol_of(name).usual_on(None).values) for name in DOCUMENTS}
    assert {name: values for name, values in usual.items() if values} == {
        "kirimaura": {"preparations": 3},
        "presence-of-mind": {"every": 28, "dosings": 8},
    }


def with_one_end(protocol: kap.CareProtocol) -> Iterator[tuple[str, kap.CareProtocol]]:
    """For each line with a lowest and a highest figure, the protocol without either."""
    for setting in protocol.settings:
        if isinstance(setting.value, Bounds) and None not in attrs.astuple(setting.value):
            for end in ("min", "max"):
                value = attrs.evolve(setting.value, **{end: None})
                yield setting.limit, replaced(protocol, setting, attrs.evolve(setting, value=value))
    for rule in protocol.rules:
        form: Any = rule.form
        where = form if getattr(form, "within", None) is None else form.within
        if None not in (getattr(where, "min", None), getattr(where, "max", None)):
            for end in ("min", "max"):
                part = attrs.evolve(where, **{end: None})
                changed = part if where is form else attrs.evolve(form, within=part)
                yield rule.id, replaced(protocol, rule, attrs.evolve(rule, form=changed))


def replaced(
    protocol: kap.CareProtocol, line: kap.Setting | kap.HouseRule, other: Any
) -> kap.CareProtocol:
    return attrs.evolve(
        protocol,
        settings=tuple(other if each is line else each for each in protocol.settings),
        rules=tuple(other if each is line else each for each in protocol.rules),
    )


ENDS = [
    pytest.param(document, line, laxer, id=f"{document}-{line}-{number}")
    for document in DOCUMENTS
    for number, (line, laxer) in enumerate(with_one_end(protocol_of(document)))
]


@pytest.mark.parametrize(("document", "line", "laxer"), ENDS)
def test_each_end_of_a_range_is_broken_by_some_plan(
    document: str, line: str, laxer: kap.CareProtocol
) -> None:
    own = rules_of(line)
    assert any(
        not own & found_in(judged, laxer).get("violated", set())
        for judged in breaks_of(document)[line]
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_draft_keeps_all_that_a_page_asks(document: str) -> None:
    protocol = protocol_of(document)
    drafted = kap.draft(protocol, "2027-01-11", support_person="recorded")
    assert drafted.sessions
    found = kap.check(drafted, protocol).findings
    assert [finding.rule for finding in found if finding.verdict != "unknown"] == []


# --- Courses that are under way --------------------------------------------------------------

HELD: dict[str, dict[str, Any]] = {
    "medical-evaluation": {"outcome": "eligible"},
    "medical-review": {"outcome": "continue"},
    "dosing": {"therapist_present": True},
}


def held(session: kap.Session) -> kap.Session:
    """A session as it is recorded once it was held."""
    return attrs.evolve(session, status="completed", **HELD.get(session.kind, {}))


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("options", [{}, {"dosings": 6}], ids=["as-drafted", "six-dosings"])
def test_a_course_that_is_under_way_is_completed(document: str, options: dict[str, Any]) -> None:
    protocol = protocol_of(document)
    try:
        drafted = kap.draft(protocol, "2027-01-11", support_person="recorded", **options)
    except kap.PlanningError:
        assert options  # the page asks for another number
        return
    number = len(drafted.sessions)
    for so_far in sorted({number // 4, number // 2, 3 * number // 4, number} - {0}):
        begun = tuple(held(session) for session in drafted.sessions[:so_far])
        plan = attrs.evolve(drafted, sessions=begun)
        for hours in (1, 26):
            as_of = begun[-1].end.add(hours=hours)
            before = kap.check(plan, protocol, as_of=as_of)
            made = kap.complete(plan, protocol, as_of=as_of, support_person="recorded")
            after = kap.check(made.plan, protocol, as_of=as_of)
            assert made.reason is None
            assert [f.rule for f in beyond(before, after) if f.verdict == "violated"] == []
            assert [f.rule for f in after.findings if f.verdict == "pending"] == []
            assert made.plan.sessions[:so_far] == begun
