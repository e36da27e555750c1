"""The timeline as a picture: marks, statuses, legend, its size, and one kept as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from display_pages import MIXED, NOW, RUNNING, SVG, marks, read, texts, tree
from kap_model.display._geometry import WIDTH
from kap_model.display._marks import LOOKS
from kap_model.display.plans import plan_html, timeline_svg
from kap_model.display.timeline import PAPER, PAPER_INK
from kap_model.testing import strategies as kap_st
from own_rules import waiver
from profiles import scaled

GOLDEN = Path(__file__).parent / "golden" / "timeline.svg"
SMALL = kap.parse("2027-01-04 America/Los_Angeles C0* E2+ P7* D14*t I15x D28!")


@settings(max_examples=scaled(20))
@given(plan=kap_st.plans(), as_of=st.none() | kap_st.moments())
def test_all_marks_lie_within_the_picture(plan: kap.Plan, as_of: Any) -> None:
    svg = timeline_svg(plan, kap.check(plan, "regrounding", as_of=as_of))
    box = [float(part) for part in (tree(svg).get("viewBox") or "").split()]
    assert box[:3] == [0, 0, WIDTH]
    found = marks(svg)
    for x, y, _ in found:
        assert 12 <= x <= WIDTH - 12
        assert 12 <= y <= box[3] - 12
    for text in tree(svg).iter(f"{SVG}text"):
        assert 0 <= float(text.get("y", "0")) <= box[3]
    # Each session has a mark of its own, or is counted in a box.
    heads = [title.split()[0] for _, _, title in found]
    counted = sum(int(head) if head.isdigit() else 1 for head in heads)
    assert counted == len(plan.sessions)


def test_each_session_says_what_it_is() -> None:
    told = [title for _, _, title in marks(timeline_svg(SMALL))]
    assert told == [
        "consultation c1, Mon, Jan 4, 2027, 10:00 am, 50 minutes, office, completed",
        "medical evaluation e1, Wed, Jan 6, 2027, 10:00 am, 30 minutes, remote, completed",
        "preparation p1, Mon, Jan 11, 2027, 10:00 am, 50 minutes, office, completed",
        "dosing d1, Mon, Jan 18, 2027, 10:00 am, 120 minutes, office, completed",
        "dosing d2, Mon, Feb 1, 2027, 10:00 am, 120 minutes, office, no-show",
        "integration i1, Tue, Jan 19, 2027, 10:00 am, 50 minutes, office, cancelled",
    ]


def test_statuses_differ_without_colour() -> None:
    svg = timeline_svg(MIXED)
    shapes = {}
    for group in tree(svg).iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if title is not None:
            first, *others = group.iter(f"{SVG}path")
            filled = first.get("fill") != "none"
            letter = group.find(f"{SVG}text") is not None
            status = (title.text or "").rpartition(", ")[2]
            shapes[status] = (filled, first.get("stroke-dasharray"), len(others), letter)
    assert shapes == {
        "planned": (False, None, 0, True),
        "completed": (True, None, 0, True),
        "cancelled": (False, "3 2", 1, True),
        "no-show": (False, "3 2", 1, False),
    }


def test_the_legend_explains_what_there_is() -> None:
    assert texts(timeline_svg(MIXED))[-7:] == [
        *("D", "planned", "C", "completed", "P", "cancelled", "no-show")
    ]
    assert "cancelled" not in texts(timeline_svg(RUNNING))


def test_a_legend_that_is_too_long_goes_on_below() -> None:
    findings = kap.check(MIXED, "core", as_of="2027-01-30T12:00:00Z").findings
    base = findings[0]
    every = [
        attrs.evolve(base, verdict="violated", severity="error"),
        attrs.evolve(base, verdict="violated", severity="advice"),
        attrs.evolve(base, verdict="unknown"),
        attrs.evolve(base, verdict="pending"),
        attrs.evolve(base, waiver=waiver("DOSE-COUNT")),
    ]
    report = attrs.evolve(kap.check(MIXED, "core"), findings=tuple(every))
    svg = timeline_svg(MIXED, report)
    rows = {
        float(re.findall(r"[0-9.]+", group.get("transform", ""))[1])
        for group in tree(svg).iter(f"{SVG}g")
        if any((text.text or "") in ("planned", "waived") for text in group.findall(f"{SVG}text"))
    }
    assert len(rows) == 2


def test_a_long_plan_still_gives_a_small_picture() -> None:
    def course(pairs: int) -> kap.Plan:
        days = " ".join(f"D{14 + 3 * k}* I{15 + 3 * k}" for k in range(pairs))
        return kap.parse(f"2024-01-01 America/Los_Angeles C0* E2* P7* {days}")

    plan = course(250)
    svg = timeline_svg(plan, kap.check(plan))
    assert len(svg) < 80_000
    said = "A box with a number stands for so many sessions, for there is no room for each."
    assert said in texts(svg)
    assert said not in texts(timeline_svg(course(6)))
    counts = [int(text) for text in texts(svg) if text.isdigit()]
    # The names of two lanes, then their boxes.
    assert counts.count(250) == 2
    told = [title for _, _, title in marks(svg) if "dosing sessions" in title]
    assert sum(int(title.split()[0]) for title in told) == 250
    assert len(plan_html(plan, kap.check(plan))) < 400_000


def test_a_box_is_filled_where_all_were_held() -> None:
    plan = kap.parse("2024-01-01 " + " ".join(f"D{k}* I{k}@14:00" for k in range(400)))
    svg = timeline_svg(plan)
    boxes = re.findall(r'<path d="M-12.5 [^"]*" fill="([^"]*)" stroke="([^"]*)"', svg)
    look = LOOKS
    assert {fill for fill, stroke in boxes if stroke == look["dosing"].hue} == {look["dosing"].hue}
    assert {fill for fill, stroke in boxes if stroke == look["integration"].hue} == {"none"}


def test_the_timeline_is_a_document_of_its_own() -> None:
    svg = timeline_svg(SMALL)
    root = tree(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("width") == str(WIDTH)
    assert root.get("height") == (root.get("viewBox") or "").split()[3]
    assert root.get("color") == PAPER_INK
    paper = next(root.iter(f"{SVG}rect"))
    assert paper.get("fill") == PAPER
    assert read(svg).tags <= {"svg", "title", "desc", "g", "path", "rect", "text"}
    assert re.findall('http[^"]*', svg) == ["http://www.w3.org/2000/svg"]
    assert (root.findtext(f"{SVG}desc") or "") == (
        "Sessions by kind and date in America/Los_Angeles: 1 consultation, 1 medical evaluation, "
        "1 preparation, 2 dosings, 1 integration."
    )


def test_the_document_is_kept_as_it_is() -> None:
    """To renew it after a change that is meant: write what is drawn to the file."""
    report = kap.check(SMALL, "kingsley", as_of="2027-01-25T09:00:00-08:00")
    assert timeline_svg(SMALL, report) == GOLDEN.read_text(encoding="utf-8")


def test_a_picture_in_a_page_has_no_paper() -> None:
    page = plan_html(SMALL)
    assert PAPER_INK not in page
    assert page.count("<rect") == timeline_svg(SMALL, kap.check(SMALL)).count("<rect") - 1


def test_an_empty_plan_says_so() -> None:
    empty = kap.Plan(id="e", timezone="UTC", sessions=())
    assert texts(timeline_svg(empty)) == ["No sessions."]
    assert "by kind and date in UTC: none." in timeline_svg(empty)
    assert "DOSE-COUNT" in timeline_svg(empty, kap.check(empty, as_of=NOW))


@pytest.mark.parametrize("changes", [{"id": "other"}, {"timezone": "UTC"}])
def test_a_report_of_another_plan_is_refused(changes: dict[str, Any]) -> None:
    report = kap.check(attrs.evolve(SMALL, **changes))
    with pytest.raises(kap.InvalidValue, match="report: must be of this plan"):
        timeline_svg(SMALL, report)


def test_only_a_plan_has_a_timeline() -> None:
    document: Any = kap.dumps(SMALL)
    with pytest.raises(TypeError, match="takes a Plan"):
        timeline_svg(document)


@pytest.mark.parametrize("report", ["x", "", 0, {}, SMALL], ids=repr)
def test_only_a_report_is_drawn_beside_a_plan(report: Any) -> None:
    with pytest.raises(kap.InvalidValue, match=r"^report: must be a Report$"):
        timeline_svg(SMALL, report)
