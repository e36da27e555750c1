"""Length, allow and known: what each session is like, and what is recorded of it."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from house import concerned, found, message
from kap_model.forms import Allow, Known, Length, Selector
from support import at, pending, plan, unknown, violated


@pytest.mark.parametrize(
    ("form", "line", "expected"),
    [
        (Length("dosing", min=60, max=90), "D1/60 D2/90", []),
        (Length("dosing", min=60, max=90), "D1/59 D2/91", [("d1",), ("d2",)]),
        (Length("dosing", one_of=[90, 60]), "D1/60 D2/75 D3/90", [("d2",)]),
        (Length(Selector("dosing", place="office"), min=100), "D1/90 D2/90~", [("d1",)]),
        (Length(("preparation", "integration"), max=50), "P1/51 I2/50", [("p1",)]),
        (Allow("dosing", "place", "office"), "D1 D2~", [("d2",)]),
        (Allow(("preparation", "consultation"), "format", ["individual"]), "C0 P1g P2", [("p1",)]),
    ],
)
def test_length_place_and_format(form: Any, line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(form, line) == expected


THERAPIST, PROVIDER = kap.Clinician("t", "therapist"), kap.Clinician("m", "medical-provider")


def test_what_is_not_recorded_is_allowed() -> None:
    course = plan("D1 D2 D3", {"d2.level": "low", "d3.level": "high"})
    assert concerned(Allow("dosing", "level", ["low", "moderate"]), course) == [("d3",)]
    course = plan("D1 D2 D3", {"d2.route": "oral", "d3.route": "nasal"})
    assert concerned(Allow("dosing", "route", "oral"), course) == [("d3",)]
    nasal = Selector("dosing", route=["nasal", "intravenous"])
    assert concerned(Allow(nasal, "place", "remote"), course) == [("d3",)]
    held = plan("D1 D2 D3", {"d2.clinician": THERAPIST, "d3.clinician": PROVIDER})
    assert concerned(Allow("dosing", "role", "therapist"), held) == [("d3",)]


@pytest.mark.parametrize(
    ("facts", "line", "as_of", "expected"),
    [
        ({}, "D14", None, [violated("error", "d1", due=at(14))]),
        ({}, "D14", at(13), [pending("error", "d1", due=at(14))]),
        ({}, "D14", at(14), [unknown("error", "d1")]),
        ({}, "D14*", None, [unknown("error", "d1")]),
        ({}, "D14 P20*", None, [unknown("error", "d1")]),
        ({"d1.support_person": "none"}, "D14", None, [violated("error", "d1")]),
        ({"d1.support_person": "sister"}, "D14*", None, []),
    ],
)
def test_known_by_the_start(
    facts: dict[str, Any], line: str, as_of: str | None, expected: Any
) -> None:
    assert found(Known("dosing", "support_person"), plan(line, facts), as_of) == expected


@pytest.mark.parametrize(
    ("facts", "line", "as_of", "expected"),
    [
        ({}, "D14", None, []),
        ({}, "D14", at(14), []),
        ({}, "D14", at(14, "12:00"), [unknown("error", "d1")]),
        ({}, "D14*", None, [unknown("error", "d1")]),
        ({"d1.therapist_present": False}, "D14", None, [violated("error", "d1")]),
        ({"d1.therapist_present": True}, "D14*", None, []),
    ],
)
def test_known_by_the_end(
    facts: dict[str, Any], line: str, as_of: str | None, expected: Any
) -> None:
    form = Known("dosing", "therapist_present", by="end")
    assert found(form, plan(line, facts), as_of) == expected


def test_a_level_or_a_clinician_is_never_stated_as_lacking() -> None:
    course = plan("D1* D2*", {"d1.level": "none", "d2.clinician": kap.Clinician("none", "none")})
    assert concerned(Known("dosing", "level"), course) == [("d2",)]
    named = plan("D1* D2*", {"d1.route": "none"})
    assert concerned(Known("dosing", "route"), named) == [("d2",)]
    assert concerned(Known("dosing", "clinician"), course) == [("d1",)]


@pytest.mark.parametrize(
    ("form", "line", "facts", "says"),
    [
        (
            Length("dosing", one_of=[60, 90]),
            "D0/61",
            {},
            "Dosing d1 on Fri, Jan 1, 2027 lasts 61 minutes; the limit is 60 or 90 minutes.",
        ),
        (
            Allow("dosing", "place", "office"),
            "D0~",
            {},
            (
                "Dosing d1 on Fri, Jan 1, 2027 is held remotely; the protocol allows dosings "
                "held at "
                "the office."
            ),
        ),
        (
            Allow("dosing", "level", ["low", "moderate"]),
            "D0",
            {"d1.level": "high"},
            "Dosing d1 on Fri, Jan 1, 2027 states a dose level that the protocol does not allow.",
        ),
        (
            Allow("dosing", "route", ["oral"]),
            "D0",
            {"d1.route": "nasal"},
            "Dosing d1 on Fri, Jan 1, 2027 states a route that the protocol does not allow.",
        ),
        (
            Allow("dosing", "role", ["therapist"]),
            "D0",
            {"d1.clinician": PROVIDER},
            (
                "Dosing d1 on Fri, Jan 1, 2027 is recorded with the role medical-provider; the "
                "protocol asks for therapist."
            ),
        ),
        (
            Known("dosing", "support_person"),
            "D0",
            {},
            "Dosing d1 on Fri, Jan 1, 2027 names no support person.",
        ),
        (
            Known("dosing", "support_person"),
            "D0",
            {"d1.support_person": "none"},
            "Dosing d1 on Fri, Jan 1, 2027 has nobody there to support the client.",
        ),
        (
            Known("dosing", "therapist_present"),
            "D0*",
            {},
            (
                "It is not recorded whether the therapist was present at dosing d1 on Fri, Jan "
                "1, 2027."
            ),
        ),
        (
            Known("dosing", "therapist_present"),
            "D0*",
            {"d1.therapist_present": False},
            "Dosing d1 on Fri, Jan 1, 2027 is held without the therapist present.",
        ),
        (
            Known("consultation", "clinician"),
            "C0*",
            {},
            "The clinician of consultation c1 on Fri, Jan 1, 2027 is not recorded.",
        ),
    ],
)
def test_words(form: Any, line: str, facts: dict[str, Any], says: str) -> None:
    assert message(form, plan(line, facts)) == says


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (Length("dosing", min=60, max=180), "Every dosing lasts 60 to 180 minutes."),
        (Length("dosing", one_of=[1]), "Every dosing lasts 1 minute."),
        (Length("dosing", one_of=[60, 90, 120]), "Every dosing lasts 60, 90 or 120 minutes."),
        (
            Length(Selector("dosing", first=2), max=90),
            "Each of the first 2 dosings lasts at most 90 minutes.",
        ),
        (
            Allow(Selector("dosing", place="office", from_=2), "format", "group"),
            "Every dosing at the office from the second on is held in a group.",
        ),
        (
            Allow("dosing", "level", ["low"]),
            "The level of every dosing, where it is recorded, is low.",
        ),
        (
            Allow(Selector("dosing", route="nasal"), "place", ["office"]),
            "Every dosing by the nasal route is held at the office.",
        ),
        (
            Known("dosing", "route", by="end"),
            "The route of every dosing is recorded once it is over.",
        ),
        (
            Allow("dosing", "route", ["oral", "nasal"]),
            "The route of every dosing, where it is recorded, is oral or nasal.",
        ),
        (
            Allow("dosing", "role", ["therapist"]),
            "Who holds every dosing has the role therapist, where it is recorded.",
        ),
        (
            Known(Selector("dosing", level=["low", "high"]), "support_person"),
            "A support person is named for every dosing of level low or high before it starts.",
        ),
        (
            Known(Selector("dosing", format="group"), "therapist_present", by="end"),
            "The therapist is present at every group dosing, which is recorded once it is over.",
        ),
        (
            Known(Selector("consultation", every=1), "clinician"),
            "The clinician of every consultation is recorded before it starts.",
        ),
    ],
)
def test_sentences(form: Any, says: str) -> None:
    assert form.says == says
