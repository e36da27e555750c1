"""What the pages of plans and reports say, and what they leave unsaid."""

from __future__ import annotations

import attrs

import kap_model as kap
from display_pages import MIXED, NOW, loud_rule, page, read, rows, values
from kap_model.display._html import MOST_ROWS
from kap_model.display.plans import plan_html, timeline_svg

SECRETS = ("c-marker-17", "1931-07-09", "9 Jul 1931", "condition-marker", "Person Marker")
SECRET = kap.Plan(
    id="p",
    protocol="regrounding",
    timezone="America/Los_Angeles",
    client=SECRETS[0],
    born=SECRETS[1],
    conditions=[SECRETS[3], "active-substance-misuse"],
    sessions=[
        kap.MedicalEvaluation(
            id="e1", start=NOW, minutes=30, status="completed", outcome="ineligible"
        ),
        kap.Dosing(
            id="d1",
            start="2027-02-20T12:00:00-08:00",
            minutes=90,
            place="remote",
            support_person=SECRETS[4],
            level="marker-level",
            clinician=kap.Clinician("marker-clinician", "marker-role"),
        ),
    ],
    supplies=[kap.Supply(id="marker-supply", issued="2027-02-11", dosings=2)],
)


def test_a_plan_shows_sessions_and_nothing_of_the_client() -> None:
    report = kap.check(SECRET)
    assert "EXCLUSION" in [finding.rule for finding in report.findings]
    for shown in (page(SECRET), plan_html(SECRET, report), timeline_svg(SECRET, report)):
        for secret in (*SECRETS, "marker", "ineligible", "active-substance-misuse", "1931"):
            assert secret not in shown
    assert "EXCLUSION" in page(SECRET)


def test_a_plan_is_judged_by_the_protocol_that_it_names() -> None:
    text = read(page(values()["a broken plan"])).text
    assert text.startswith("rg-course-0013: \u2717Problem")
    assert "protocol regrounding (named by the plan)" in text
    assert "27 of 32 rules checked: 7 violated, 20 satisfied" in text
    assert "as a finished plan" in text
    assert "protocol core (the default, for the plan names none)" in read(page(MIXED)).text


def test_a_plan_has_a_table_of_its_sessions() -> None:
    head, first, second, *rest = rows(page(values()["a broken plan"]), "Sessions of")
    assert head == ["session", "kind", "start", "minutes", "place", "status", "findings"]
    assert first[:3] == ["e1", "medical evaluation", "Wed, Jan 6, 2027, 9:00 am"]
    assert first[3:] == ["30", "remote", "completed", "!1 SCREEN-FIRST "]
    assert second[-1] == ""
    assert len(rest) == 13


def test_a_plan_tells_its_state_dates_and_counts() -> None:
    text = read(page(values()["a plan that is ok"])).text
    assert (
        "active \u00b7 America/Los_Angeles \u00b7 Mon, Jan 4, 2027 to Wed, Mar 31, 2027 \u00b7 "
        "17 sessions: 1 consultation, 1 medical evaluation, 2 preparations, 6 dosings, "
        "6 integrations, 1 medical review" in text
    )
    assert "active \u00b7 UTC \u00b7 Mon, Jan 4, 2027 \u00b7 1 session: 1 dosing" in (
        read(page(values()["a plan of one session"])).text
    )
    assert "active \u00b7 UTC \u00b7 no sessions" in (
        read(page(values()["a plan without sessions"])).text
    )


def test_a_long_plan_folds_its_table_and_says_what_it_leaves_out() -> None:
    def course(dosings: int) -> kap.Plan:
        return kap.parse("2024-01-01 " + " ".join(f"D{day}*" for day in range(dosings)))

    short, long = page(course(40)), page(course(41))
    assert 'open=""' in short
    assert 'open=""' not in long
    longest = page(course(MOST_ROWS + 2))
    assert len(rows(longest, "Sessions of")) == MOST_ROWS + 1
    assert "and 2 more sessions" in read(longest).text
    assert "more sessions" not in read(page(course(MOST_ROWS))).text


def test_a_session_with_many_findings_names_some() -> None:
    dosing = MIXED.sessions[-2]
    many = tuple(
        attrs.evolve(loud_rule(f"rule {place}", dosing), id=f"R{place}") for place in range(8)
    )
    report = kap.check(MIXED, "kingsley", rules=many)
    shown = plan_html(MIXED, report)
    last = next(row for row in rows(shown, "Sessions of") if row[0] == dosing.id)
    assert last[-1].endswith("!6 R5 and 2 more")
    assert rows(shown, "Findings")[1] == ["!1", "R0", "violated", "error", "d5", "R0 is not kept"]


def test_a_finding_on_many_sessions_names_some() -> None:
    def sessions(dosings: int) -> str:
        plan = kap.parse("2027-01-04 " + " ".join(f"D{7 * k}" for k in range(8 + dosings)))
        found = rows(page(kap.check(plan, "core")), "Findings")
        return next(row[4] for row in found if row[1] == "DOSE-COUNT")

    assert sessions(6) == "d9, d10, d11, d12, d13, d14"
    assert sessions(7) == "d9, d10, d11, d12, d13, d14 and 1 more"


def test_a_report_says_what_is_wrong_and_who_says_so() -> None:
    report = kap.check(values()["a broken plan"])
    shown = page(report)
    head, *found = rows(shown, "Findings")
    said = (
        "Dosing d2 on Mon, Feb 1, 2027 has no integration after it before dosing d3 on "
        "Mon, Feb 15, 2027.to do: Book an integration between dosing d2 and dosing d3 "
        "(Mon, Feb 1, 2027, 2:30 pm to Mon, Feb 15, 2027, 1:00 pm).source: Regrounding Therapy "
        "practice page on ketamine-assisted psychotherapy, step 6"
    )
    assert head == ["", "rule", "verdict", "severity", "sessions", "opens", "due", "what"]
    assert found[4] == [
        *("!9", "INTEG-EACH", "violated", "error", "d2"),
        *("Mon, Feb 1, 2027, 2:30 pm", "Mon, Feb 15, 2027, 1:00 pm"),
        said,
    ]
    assert sum(row[0].count("!") for row in found) == len(report.findings)
    assert found[1][:2] == ["!2!3!4!5!6", "SUPPLY-BALANCE"]
    assert found[1][4] == "d3, d4, d5, d6, d7"
    assert "likewise: dosing d4 (was due by Mon, Mar 1, 2027, 1:00 pm), dosing d5" in found[1][-1]
    _, *judged = rows(shown, "Rules by verdict")
    worst_first = ("violated", "unknown", "pending", "satisfied", "not-applicable")
    assert [row[0] for row in judged] == sorted(
        report.rules, key=lambda rule: worst_first.index(report.rules[rule])
    )
    assert "Only the sessions that findings name are drawn." in read(shown).text


def test_a_report_of_a_moment_names_it_and_waived_findings_say_so() -> None:
    text = read(page(values()["a report at a moment"])).text
    assert "as of Wed, Feb 10, 2027, 12:00 pm (Los Angeles)" in text
    assert "rg-course-0051: \u2713On track, 8 things to do" in text
    waived = rows(page(values()["a report"]), "Findings")[2]
    assert waived[:4] == ["~2~3~4~5~6", "SUPPLY-BALANCE", "violated", "error, waived"]
    assert "accepted by " in waived[-1]


def test_a_report_that_is_not_confirmed_says_so() -> None:
    plan = kap.parse(
        "2027-01-04 America/Los_Angeles C0 E2* P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84"
        " I85"
    )
    report = kap.check(plan, "kingsley")
    assert report.ok
    assert "plan: ?Record first" in read(page(report)).text


def test_a_report_without_anything_to_draw_draws_nothing() -> None:
    assert "svg" not in read(page(values()["a report without findings"])).tags
    empty = kap.check(kap.Plan(id="e", timezone="UTC", sessions=()))
    assert empty.findings
    assert "svg" not in read(page(empty)).tags
    pending = kap.check(kap.Plan(id="e", timezone="UTC", sessions=()), as_of=NOW)
    assert "svg" in read(page(pending)).tags
