"""What a timeline draws of findings: signs over sessions, windows, the moment of judgement."""

from __future__ import annotations

from typing import Any

import kap_model as kap
from display_pages import MIXED, NOW, RUNNING, SVG, house, marks, texts, tree, values
from kap_model._time import DAY_SECONDS
from kap_model.display.plans import timeline_svg
from kap_model.display.timeline import MOST_WINDOWS


def judged(line: str, protocol: Any = "kingsley", as_of: str | None = None) -> str:
    """The picture of a plan with what a check says of it."""
    plan = kap.parse(line)
    return timeline_svg(plan, kap.check(plan, protocol, as_of=as_of))


def test_a_finding_stands_over_the_session_that_it_names() -> None:
    line = "2027-01-04 America/Los_Angeles C0 E2 P7 D14 I15 D28 R33 D42 I43 D56 I57 D70 I71 D84 I85"
    svg = judged(line)
    (told,) = [title for _, _, title in marks(svg) if ";" in title]
    assert told.startswith("dosing d2")
    assert told.endswith("; !1 INTEG-EACH violated")
    assert texts(svg).count("!1") == 2
    assert "was due by Mon, Feb 15, 2027, 10:00 am" in texts(svg)
    assert {"!", "violated"} <= set(texts(svg))


def test_the_worst_of_several_findings_stands_over_a_session() -> None:
    dosing = MIXED.sessions[-2]

    def rule(id: str, nature: Any, severity: Any) -> kap.Rule:
        def found(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - a rule's own signature
            return [kap.Breach(nature, (dosing, dosing), _words)]

        made = kap.rule(id, "s", why="w", severity=severity, cites=(kap.Citation("s", "w"),))
        return made(found)

    rules = (
        rule("WAIVED", "violated", "error"),
        rule("ASKED", "unknown", "error"),
        rule("MILD", "violated", "advice"),
        rule("GRAVE", "violated", "error"),
    )
    waiver = kap.Waiver(rule="WAIVED", reason="r", by="b", on="2027-01-01")
    report = kap.check(MIXED, "core", rules=rules, waivers=[waiver])
    svg = timeline_svg(MIXED, report)
    assert "!4+" in texts(svg)
    told = next(title for _, _, title in marks(svg) if dosing.id in title)
    assert told.endswith(
        "; ~1 WAIVED waived; ?2 ASKED unknown: to be recorded; !3 MILD violated, no error; "
        "!4 GRAVE violated"
    )
    assert [text for text in texts(svg)[-8:] if len(text) > 1] == [
        *("violated", "violated, no error", "unknown: to be recorded", "waived")
    ]


def _words(voice: Any) -> kap.Words:  # noqa: ARG001 - a wording's own signature
    return kap.Words("m")


def test_a_number_that_has_no_room_is_left_out() -> None:
    line = "2027-01-04 " + " ".join(f"D{3 * day}*" for day in range(40))
    plan = kap.parse(line)
    report = kap.check(plan, house())
    assert len(report.findings) > 110
    over = {text for text in texts(timeline_svg(plan, report)) if text[:1] in "!?"}
    assert max(len(text) for text in over) <= 4
    assert over & {"!+", "?+", "!", "?"}


def test_what_is_pending_has_its_window() -> None:
    svg = timeline_svg(RUNNING, kap.check(RUNNING, as_of=NOW))
    written = texts(svg)
    assert "as of Wed, Feb 10, 2027, 12:00 pm" in written
    for text in (
        "due by Mon, Feb 15, 2027",
        "due by Mon, Mar 1, 2027, 1:00 pm",
        "at any time",
        "from Mon, Mar 1, 2027, 2:30 pm on",
        "pending: still to come",
    ):
        assert text in written
    titles = [element.text or "" for element in tree(svg).iter(f"{SVG}title")]
    assert "\u20263 DOSE-COUNT pending: still to come, at any time" in titles
    assert written.count("DOSE-COUNT") == 1


def test_a_moment_beyond_the_picture_stands_at_its_edge() -> None:
    line = "2027-01-04 America/Los_Angeles C0* E2+ P7* D14*t I15*"
    late = judged(line, "core", "2029-01-25T12:00:00Z")
    assert "as of Thu, Jan 25, 2029, 4:00 am \u2192" in texts(late)
    early = judged(line, "core", "2025-01-25T12:00:00Z")
    assert "\u2190 as of Sat, Jan 25, 2025, 4:00 am" in texts(early)


def test_a_window_that_opened_or_closes_far_off_has_an_arrow() -> None:
    session = kap.parse("2027-01-04 D0").sessions[0]

    def bars(opens: int | None, closes: int | None) -> int:
        def found(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - a rule's own signature
            return [kap.Breach("missing", (session,), _words, opens=opens, closes=closes)]

        made = kap.rule("W", "s", why="w", severity="error", cites=(kap.Citation("s", "w"),))
        plan = kap.parse("2027-01-04 D0")
        report = kap.check(plan, "core", rules=(made(found),))
        return timeline_svg(plan, report).count("L")

    day, year = DAY_SECONDS, 366 * DAY_SECONDS
    begins = session.begins
    plain = bars(begins - day, begins + day)
    # An arrow is a path of two straight lines.
    assert bars(begins - day, begins + year) == plain + 2
    assert bars(begins - year, begins + day) == plain + 2
    assert bars(begins - year, begins + year) == plain + 4


def test_only_so_many_windows_are_drawn() -> None:
    line = "2027-01-04 C0* E2+ P7* " + " ".join(f"D{20 + 7 * k}" for k in range(MOST_WINDOWS + 4))
    svg = judged(line, "core", "2027-01-15T12:00:00Z")
    plan = kap.parse(line)
    findings = kap.check(plan, "core", as_of="2027-01-15T12:00:00Z").findings
    left_out = sum(finding.verdict == "pending" for finding in findings) - MOST_WINDOWS
    assert left_out > 1
    assert f"{left_out} more windows not drawn." in texts(svg)


def test_a_long_name_of_a_rule_is_cut() -> None:
    session = MIXED.sessions[-1]

    def found(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - a rule's own signature
        return [kap.Breach("missing", (session,), _words)]

    for id, shown in (("A" * 20, "A" * 20), ("A" * 21, "A" * 19 + "\u2026")):
        made = kap.rule(id, "s", why="w", severity="error", cites=(kap.Citation("s", "w"),))
        report = kap.check(MIXED, "core", rules=(made(found),), as_of=NOW)
        assert shown in texts(timeline_svg(MIXED, report))


def test_a_window_that_was_missed_has_two_dates_to_be_drawn() -> None:
    svg = timeline_svg(values()["a broken plan"], kap.check(values()["a broken plan"]))
    due = [text for text in texts(svg) if text.startswith("was due by")]
    assert due == ["was due by Mon, Feb 15, 2027, 1:00 pm", "was due by Tue, Apr 6, 2027"]
