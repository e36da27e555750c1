"""What the tests of pages share: a value of every class that shows itself, and a strict reader."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import kap_model as kap

EXAMPLES = Path(__file__).parents[2] / "examples"
SVG = "{http://www.w3.org/2000/svg}"
NOW = "2027-02-10T12:00:00-08:00"
RUNNING: kap.Plan = kap.load(EXAMPLES / "running-course.json")
MIXED = kap.parse(
    "2027-01-04 America/Los_Angeles C0* E2+ P7* P8x P9* D14*t I15* D28! D29*t I31x I32* R33+ D42"
    " I43@12:00 I43@14:00 D56 I57"
)


def house() -> kap.CareProtocol:
    """A protocol with dated lines, one of them off, and severities of its own."""

    def line(limit: str, value: Any, since: str) -> kap.Setting:
        source = kap.Citation("House protocol", "section 2")
        return kap.Setting(limit=limit, value=value, since=since, citation=source)

    return kap.practices.REGROUNDING.protocol.extended(
        "house",
        settings=[
            line("dosing_gap_days", kap.Bounds(min=7), "2027-01-01"),
            line("dosing_gap_days", "off", "2028-01-01"),
            line("dosing_gap_days", kap.Bounds(min=6), "2029-01-01"),
            line("dosing_count", kap.Bounds(5, 8), "2028-01-01"),
            line("exclusions", "off", "2026-01-01"),
            line("effect_minutes", 45, "2026-01-01"),
        ],
        severities={"RECORD-OUTCOME": "error"},
    )


@cache
def values() -> dict[str, Any]:
    """Values by what they show."""
    good, broken, running = (
        kap.load(EXAMPLES / f"{name}.json")
        for name in ("regrounding-plan", "broken-course", "running-course")
    )
    gap = kap.parse(
        "2027-01-04 America/Los_Angeles C0 E2 P7 D14 I15 D28 I29 D42 R43 I43@12:00 D56 I57 D70 I71"
        " D84 I85"
    )
    halted = kap.parse("2027-01-04 America/Los_Angeles C0* E2- P7 D14*t I15 D28/90")
    waiver = kap.Waiver(rule="SUPPLY-BALANCE", reason="r", by="b", on="2027-01-01")
    return {
        "a plan that is ok": good,
        "a broken plan": broken,
        "a plan of every status": MIXED,
        "a plan without sessions": kap.Plan(id="empty", timezone="UTC", sessions=()),
        "a plan of one session": kap.parse("2027-01-04 D0"),
        "a report without findings": kap.check(good),
        "a report": kap.check(broken, waivers=[waiver]),
        "a report at a moment": kap.check(running, as_of=NOW),
        "a report of what is unknown": kap.check(kap.parse("2027-01-04 D0*"), "regrounding"),
        "a quote": kap.quote(good),
        "a quote of a house": kap.quote(
            kap.load(EXAMPLES / "kingsley-plan.json"),
            kap.load_fees(EXAMPLES / "fees" / "house.json"),
            agreed={"consultation": kap.Money.of("45.00", "USD")},
        ),
        "an estimate": kap.estimate("regrounding"),
        "a protocol": house(),
        "a protocol that is empty": kap.CareProtocol(id="none"),
        "a difference": kap.diff("regrounding", house()),
        "no difference": kap.diff("core", "core", plan=good),
        "a difference for a plan": kap.diff("regrounding", "kingsley", plan=broken),
        "next steps": kap.next_steps(running, as_of=NOW),
        "overdue steps": kap.next_steps(broken, as_of="2027-04-20T12:00:00-07:00"),
        "halted steps": kap.next_steps(halted, "regrounding", as_of="2027-01-20T12:00:00-08:00"),
        "no steps": kap.next_steps(
            kap.parse("2027-01-04 C0* E2- P7*"), "core", as_of="2027-02-20T12:00:00Z"
        ),
        "a completion": kap.complete(running, as_of=NOW),
        "nothing to complete": kap.complete(
            halted, "regrounding", as_of="2027-01-20T12:00:00-08:00"
        ),
        "a repair": kap.repair(gap, "kingsley"),
        "nothing to repair": kap.repair(good),
    }


class Reader(HTMLParser):
    """Reads a page as a browser would, and holds it to what ours may contain."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def read(page: str) -> Reader:
    """A page whose elements are balanced."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def tree(page: str) -> ET.Element:
    """A page as XML, which forgives nothing."""
    return ET.fromstring(page)  # noqa: S314 - our own text


def texts(svg: str) -> list[str]:
    """What is written in a picture."""
    return ["".join(text.itertext()) for text in tree(svg).iter(f"{SVG}text")]


def marks(page: str) -> list[tuple[float, float, str]]:
    """Where the marks of sessions stand, and what each says when pointed at."""
    found = []
    for group in tree(page).iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        place = re.fullmatch(r"translate\((\S+) (\S+)\)", group.get("transform", ""))
        if title is not None and place is not None:
            found.append((float(place[1]), float(place[2]), title.text or ""))
    return found


def page(value: Any) -> str:
    """What a notebook asks a value for."""
    shown: str = value._repr_html_()
    return shown


def rows(shown: str, label: str) -> list[list[str]]:
    """The rows of a table, head first, as texts."""
    (table,) = [
        table
        for table in tree(shown).iter("table")
        if table.get("aria-label", "").startswith(label)
    ]
    return [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]


def _shout(voice: Any, text: str) -> kap.Words:  # noqa: ARG001 - a wording's own signature
    return kap.Words(text, text, text)


def loud_rule(marker: str, session: kap.Session) -> kap.Rule:
    """A practice's own rule that says and cites a marker."""

    @kap.rule(
        "LOUD",
        marker,
        why=marker,
        severity="error",
        cites=(kap.Citation(marker, marker),),
    )
    def loud(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - likewise
        return [kap.Breach("violated", (session,), _shout, (marker,))]

    return loud
