"""House rules in a protocol: which are in force, how they are judged, shown and refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import kap_model as kap
from copies import copies
from house import HOUSE, house
from kap_model import formats
from kap_model.forms import Count, Follow, Length, Selector, Space
from kap_model.testing.cases import Expectation, PlanCase
from own_rules import own_rule, waiver
from support import SOURCE, dated, plan

ANY: Any = kap.HouseRule
SHORT = Length("dosing", max=90)
CORE = kap.practices.CORE.protocol


def rule(id: str = HOUSE, form: Any = SHORT, **given: Any) -> kap.HouseRule:
    sound: dict[str, Any] = {"citation": SOURCE}
    return kap.HouseRule(id, form, **sound | given)


REFUSED: dict[str, tuple[Callable[[], Any], str, str]] = {
    "an id of one word": (lambda: rule("HOUSE"), "id", "two or more words"),
    "an id in small letters": (lambda: rule("house-rule"), "id", "HOUSE-NEXT-DAY"),
    "an id too long": (lambda: rule("A-" + "B" * 39), "id", "at most 40"),
    "no form": (lambda: rule(form=ANY), "form", "a form of kap_model.forms, or off"),
    "another word": (lambda: rule(form="secret"), "form", "off"),
    "a severity that is none": (lambda: rule(severity="secret"), "severity", "error, warning"),
    "a severity of one side": (
        lambda: rule(form=Count("dosing", 1), severity={"below": "error"}),
        "severity",
        "below and above",
    ),
    "a severity of no side": (
        lambda: rule(form=Count("dosing", 1), severity={"below": "error", "secret": "error"}),
        "severity",
        "below and above",
    ),
    "a side's severity that is none": (
        lambda: rule(form=Count("dosing", 1), severity={"below": "error", "above": "secret"}),
        "severity.above",
        "error, warning",
    ),
    "severities that are no pairs": (lambda: rule(severity=[1]), "severity", "one for below"),
    "sides where there are none": (
        lambda: rule(severity={"below": "error", "above": "error"}),
        "severity",
        "no two sides",
    ),
    "an empty sentence": (lambda: rule(says=""), "says", "1 to 200 characters"),
    "a reason too long": (lambda: rule(why="x" * 201), "why", "1 to 200 characters"),
    "no citation": (lambda: rule(citation=ANY), "citation", "must be a Citation"),
    "a sentence of what is off": (lambda: rule(form="off", says="No."), "says", "off"),
    "an action of what is off": (lambda: rule(form="off", action="No."), "action", "off"),
    "a severity of what is off": (lambda: rule(form="off", severity="advice"), "severity", "off"),
    "a rule of another class": (lambda: CORE.extended("x", rules=[ANY]), "rules[0]", "HouseRule"),
    "a line twice": (lambda: CORE.extended("x", rules=[rule(), rule()]), "rules", "once on a date"),
    "too many lines": (
        lambda: kap.CareProtocol(id="x", rules=[rule(f"HOUSE-{n}") for n in range(201)]),
        "rules",
        "at most 200",
    ),
    "a route that the protocol lacks": (
        lambda: kap.CareProtocol(
            id="x",
            settings=[
                kap.Setting(limit="routes", value=("oral",), citation=kap.Citation("s", "w"))
            ],
            rules=[rule(form=Count(Selector("dosing", route="nasal"), 1))],
        ),
        "rules[0].form.of.route",
        "routes of routes",
    ),
    "a level that the protocol lacks": (
        lambda: kap.practices.REGROUNDING.protocol.extended(
            "x", rules=[rule(form=Count(Selector("dosing", level=["low", "secret"]), 1))]
        ),
        "rules[0].form.of.level",
        "levels of dose_levels",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused(name: str) -> None:
    make, path, reason = REFUSED[name]
    with pytest.raises(kap.InvalidValue) as caught:
        make()
    (problem,) = caught.value.problems
    assert problem.path == path
    assert reason in problem.reason
    assert "secret" not in str(problem)


def test_levels_are_free_where_the_protocol_leaves_them() -> None:
    low = rule(form=Count(Selector("dosing", level="high"), 1))
    tables: tuple[Any, ...] = ({}, {None: ["low"], "2027-01-01": "off"}, {None: ["high"]})
    for lines in tables:
        settings = dated("dose_levels", lines)
        assert kap.CareProtocol(id="x", settings=settings, rules=[low, rule("A-OFF", "off")])


def test_lines_stand_by_first_appearance_then_date() -> None:
    late, early = rule("B-B", since="2028-01-01"), rule("B-B")
    protocol = kap.CareProtocol(id="x", rules=[late, rule("A-A"), early])
    assert [(r.id, r.since) for r in protocol.rules] == [
        ("B-B", None),
        ("B-B", late.since),
        ("A-A", None),
    ]
    assert protocol.house_ids == ("B-B", "A-A")
    assert repr(protocol) == "<CareProtocol x: 0 settings, 3 house rules>"


def test_extending_replaces_a_line_of_the_same_date_and_adds_others() -> None:
    own = CORE.extended("own", rules=[rule(), rule("HOUSE-B")])
    again = own.extended("again", rules=[rule("HOUSE-C"), rule(form="off")])
    assert [(r.id, r.is_off) for r in again.rules] == [
        (HOUSE, True),
        ("HOUSE-B", False),
        ("HOUSE-C", False),
    ]
    assert [r.id for r in again.rules_on(None)] == ["HOUSE-B", "HOUSE-C"]
    assert CORE.rules_on(None) == ()


DATED = kap.CareProtocol(
    id="dated",
    rules=[
        rule(form=Length("dosing", max=60), since="2027-02-01"),
        rule(since="2027-03-01"),
        rule(form="off", since="2027-04-01"),
    ],
)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("2027-01-31 D0/90", "not-applicable"),
        ("2027-02-01 D0/90", "violated"),
        ("2027-02-28 D0/90", "violated"),
        ("2027-03-01 D0/90", "satisfied"),
        ("2027-03-01 D0/91", "violated"),
        ("2027-04-01 D0/91", "not-applicable"),
        ("2027-01-31 C0 D40/91", "not-applicable"),
    ],
)
def test_the_line_in_force_is_that_of_the_courses_first_date(line: str, verdict: str) -> None:
    report = kap.check(kap.parse(line), DATED)
    assert report.rules[HOUSE] == verdict
    assert {r.id for r in report.house_rules} == (set() if verdict == "not-applicable" else {HOUSE})


def test_house_rules_are_judged_after_the_catalogue_and_cite_their_own() -> None:
    own = CORE.extended("own", rules=[rule("ZZ-B"), rule("AA-B", Length("dosing", max=60))])
    report = kap.check(plan("D1/200"), own)
    assert report.rule_ids == (*[r.id for r in kap.RULES], "ZZ-B", "AA-B")
    last, before = report.findings[-1], report.findings[-2]
    assert (before.rule, last.rule) == ("ZZ-B", "AA-B")
    assert (last.verdict, last.severity, last.citation) == ("violated", "error", SOURCE)
    assert not kap.check(plan("D1/200"), house(SHORT)).ok


SIDES = {"below": "warning", "above": "advice"}


@pytest.mark.parametrize(
    ("form", "line", "severity"),
    [
        (Count("dosing", 2, 2), "D1", "warning"),
        (Count("dosing", 2, 2), "D1 D2 D3", "advice"),
        (Space("dosing", min=2, max=3, unit="days"), "D1 D2", "warning"),
        (Space("dosing", min=2, max=3, unit="hours"), "D1 D2", "advice"),
    ],
)
def test_sides_have_severities_of_their_own_that_a_protocol_overrides(
    form: Any, line: str, severity: str
) -> None:
    two = kap.CareProtocol(id="x", rules=[rule(form=form, severity=SIDES)])
    assert two.rules[0].severity == (("below", "warning"), ("above", "advice"))
    (found,) = (f for f in kap.check(plan(line), two).findings if f.rule == HOUSE)
    assert found.severity == severity
    over = two.extended("y", severities={HOUSE: "error"})
    (found,) = (f for f in kap.check(plan(line), over).findings if f.rule == HOUSE)
    assert found.severity == "error"


def test_advice_that_a_form_gives_has_the_last_word() -> None:
    protocol = house(Follow("dosing", "integration")).extended("y", severities={HOUSE: "error"})
    report = kap.check(kap.parse("2027-01-01 discontinued D0*"), protocol)
    assert [f.severity for f in report.findings if f.rule == HOUSE] == ["advice"]


def test_waivers_may_name_them_also_where_they_are_not_in_force() -> None:
    accepted = [waiver(HOUSE)]
    report = kap.check(plan("D1/91"), house(SHORT), waivers=accepted)
    (found,) = (f for f in report.findings if f.rule == HOUSE)
    assert found.waived
    assert report.rules[HOUSE] == "satisfied"
    assert kap.check(kap.parse("2026-01-01 D0"), DATED, waivers=accepted).ok
    with pytest.raises(kap.InvalidValue, match=r"waivers\[0\].rule"):
        kap.check(plan("D1"), CORE, waivers=accepted)


@pytest.mark.parametrize("rules", [kap.RULES, ()])
def test_ids_are_none_of_the_catalogue_nor_of_given_rules(rules: Any) -> None:
    taken = kap.CareProtocol(id="x", rules=[rule("DOSE-GAP")])
    with pytest.raises(kap.InvalidValue, match="none of the catalogue"):
        kap.check(plan("D1"), taken, rules=rules)
    with pytest.raises(kap.InvalidValue, match="none of the catalogue"):
        kap.check(plan("D1"), house(SHORT), rules=(own_rule(HOUSE),))
    both = kap.check(plan("D1"), house(SHORT), rules=(own_rule("MY-OWN"),))
    assert both.rule_ids == ("MY-OWN", HOUSE)


def test_sentences_are_ones_own_or_the_forms() -> None:
    assert rule().sentence == "Every dosing lasts at most 90 minutes."
    assert rule(says="Keep it short.").sentence == "Keep it short."
    assert rule(form="off").sentence == "It is off."
    assert repr(rule()) == f"<HouseRule {HOUSE}>"


REPORT = kap.check(
    plan("D1/91"),
    kap.CareProtocol(
        id="own",
        rules=[rule(), rule("HOUSE-LATER", since="2030-01-01"), rule("HOUSE-B", why="It tires.")],
    ),
)


def test_reports_are_copied_with_their_house_rules() -> None:
    for other in copies(REPORT):
        assert other == REPORT
        assert other.to_dict() == REPORT.to_dict()


def test_each_format_tells_of_them() -> None:
    checked = formats.Checked(name="p.json", report=REPORT)
    (run,) = json.loads(formats.as_sarif([checked, checked]))["runs"]
    described = {r["id"]: r for r in run["tool"]["driver"]["rules"]}
    assert list(described)[-2:] == [HOUSE, "HOUSE-B"]
    assert described["HOUSE-B"]["shortDescription"]["text"] == SHORT.says
    assert described["HOUSE-B"]["fullDescription"]["text"] == "It tires."
    assert {r["ruleId"] for r in run["results"]} >= {HOUSE, "HOUSE-B"}
    assert f'name="{HOUSE}"' in formats.as_junit([checked])
    assert 'name="HOUSE-LATER"' in formats.as_junit([checked])
    assert HOUSE in formats.as_github([checked])
    assert HOUSE in formats.as_ndjson([checked])
    assert f"{HOUSE} (error): Dosing d1" in str(REPORT)
    assert "<td" in REPORT._repr_html_()
    assert SHORT.says in REPORT._repr_html_()
    assert {row["rule"] for row in REPORT.to_rows()} >= {HOUSE}
    assert {row.rule for row in kap.rule_coverage([REPORT]).rules} >= {HOUSE, "HOUSE-LATER"}


def test_cases_may_expect_those_of_their_protocol() -> None:
    expect = Expectation(protocol=house(SHORT), violated=[HOUSE])
    assert PlanCase(plan=plan("D1/91"), expect=expect).mismatch() is None
    assert PlanCase(plan=plan("D1/90"), expect=expect).mismatch() is not None
    for protocol in (None, house(SHORT)):
        with pytest.raises(kap.InvalidValue, match=r"violated\[0\]"):
            Expectation(protocol=protocol, violated=["HOUSE-OTHER"])


def test_the_page_of_a_protocol_shows_the_house_rules_in_force() -> None:
    off = rule("HOUSE-OTHER", "off", since="2028-01-01")
    page = CORE.extended("own", rules=[rule(), rule("HOUSE-OTHER"), off])._repr_html_()
    assert rule().sentence in page
    assert HOUSE in page
    assert "HOUSE-OTHER" not in page
