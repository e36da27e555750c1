"""``draft``: whole courses to the letter, each option alone, and each contradiction by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import attrs
import pytest

import kap_model as kap
from kap_model.errors import InvalidValue, PlanningError
from kap_model.planning.drafting import draft, lawful_course
from kap_model.planning.new_sessions import lawful_counts
from support import dated, limits

START: Final = "2027-01-11"
WEST: Final = "America/Los_Angeles"
OPEN_TO_GAPS: Final = {"timezone": WEST, "time": "02:30"}
MONTHLY: Final = {"months": 1, "policy": "rolling"}
QUARTERS: Final = {"months": 3, "policy": "calendar"}
EACH: Final[dict[str, Any]] = {"dosing_count": {"min": 2}, "integration_per_dosing": 1}


def few(dosings: int = 1, **forms: Any) -> kap.CareProtocol:
    """A protocol of so many dosings, and little else."""
    return limits(dosing_count={"min": dosings}, **forms)


BUILT_IN: Final = {
    "core": "2027-01-11 C0 E2 P7 D14/60 I15 D28/60 I29 R30 D42/60 I43 D56/60 I57 D70/60 I71 "
    "D84/60 I85",
    "kingsley": "2027-01-11 America/Los_Angeles C0 E2 P7 D14 I15 D28 I29 R30 D42 I43 D56 I57 "
    "D70 I71 D84 I85",
    "regrounding": "2027-01-11 America/Los_Angeles C0 E2 P7 D14/90 I15 R16 D28/90 I29 D42/90 I43 "
    "D56/90 I57 D70/90 I71 D84/90 I85",
}


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_courses_of_the_built_in_practices(name: str) -> None:
    drafted = draft(name, START)
    assert drafted.notation == BUILT_IN[name]
    assert draft(name, dt.date(2027, 1, 11)) == drafted
    assert kap.check(drafted).findings == ()
    assert kap.check(drafted, as_of="2027-01-11T00:00:00Z").ok
    assert (drafted.id, drafted.protocol) == ("draft", name)
    assert drafted.fees == ("regrounding" if name == "regrounding" else None)


# The sessions of a core course from Monday 11 January 2027, by option.
CORE: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "a text of days": (
        {"every": "10d"},
        "C0 E2 P7 D14/60 I15 D24/60 I25 R26 D34/60 I35 D44/60 I45 D54/60 I55 D64/60 I65",
    ),
    "a number of days": (
        {"every": 10},
        "C0 E2 P7 D14/60 I15 D24/60 I25 R26 D34/60 I35 D44/60 I45 D54/60 I55 D64/60 I65",
    ),
    "a text of weeks": (
        {"every": "3w"},
        "C0 E2 P7 D14/60 I15 D35/60 I36 R37 D56/60 I57 D77/60 I78 D98/60 I99 D119/60 I120",
    ),
    "days that the sessions between need": (
        {"every": 1},
        "C0 E2 P7 D14/60 I15 D16/60 I17 R18 D21/60 I22 D23/60 I24 D28/60 I29 D30/60 I31",
    ),
    "more than a review lasts": (
        {"every": 60},
        (
            "C0 E2 P7 D14/60 I15 D74/60 I75 R76 D134/60 I135 R164 D194/60 I195 D254/60 I255 "
            "R256 D314/60 I315"
        ),
    ),
    "a weekday of dosings": (
        {"weekday": "fri"},
        "C0 E2 P7 D18/60 I19 D32/60 I33 R34 D46/60 I47 D60/60 I61 D74/60 I75 D88/60 I89",
    ),
    "a time": (
        {"time": "15:30"},
        (
            "C0@15:30 E2@15:30 P7@15:30 D14@15:30/60 I15@15:30 D28@15:30/60 I29@15:30 R30@15:30 "
            "D42@15:30/60 I43@15:30 D56@15:30/60 I57@15:30 D70@15:30/60 I71@15:30 D84@15:30/60 "
            "I85@15:30"
        ),
    ),
    "eight dosings": (
        {"dosings": 8},
        (
            "C0 E2 P7 D14/60 I15 D28/60 I29 R30 D42/60 I43 D56/60 I57 D70/60 I71 D84/60 I85 D98/60 "
            "I99 D112/60 I113"
        ),
    ),
    "three preparations": (
        {"preparations": 3},
        "C0 E2 P7 P8 P9 D14/60 I15 D28/60 I29 R30 D42/60 I43 D56/60 I57 D70/60 I71 D84/60 I85",
    ),
    "more integrations than dosings": (
        {"integrations": 8},
        "C0 E2 P7 D14/60 I15 D28/60 I29 R30 D42/60 I43 D56/60 I57 D70/60 I71 D84/60 I85 I86 I87",
    ),
    "lengths": (
        {"minutes": {"dosing": 180, "integration": 60, "consultation": 30}},
        (
            "C0/30 E2 P7 D14/180 I15/60 D28/180 I29/60 R30 D42/180 I43/60 D56/180 I57/60 D70/180 "
            "I71/60 D84/180 I85/60"
        ),
    ),
    "a place": (
        {"place": "remote"},
        (
            "C0~ E2 P7~ D14/60~ I15~ D28/60~ I29~ R30 D42/60~ I43~ D56/60~ I57~ D70/60~ I71~ "
            "D84/60~ I85~"
        ),
    ),
    "a support person is of remote dosings": (
        {"place": "office", "support_person": "recorded"},
        "C0 E2 P7 D14/60 I15 D28/60 I29 R30 D42/60 I43 D56/60 I57 D70/60 I71 D84/60 I85",
    ),
    "an integration on the day of its dosing": (
        {"integration_delay": 0},
        (
            "C0 E2 P7 D14/60 I14@14:00 D28/60 I28@14:00 R29 D42/60 I42@14:00 D56/60 I56@14:00 "
            "D70/60 I70@14:00 D84/60 I84@14:00"
        ),
    ),
    "days before an integration": (
        {"integration_delay": 3},
        "C0 E2 P7 D14/60 I17 D28/60 I31 R32 D42/60 I45 D56/60 I59 D70/60 I73 D84/60 I87",
    ),
    "a delay that is longer than the pace": (
        {"integration_delay": 14},
        "C0 E2 P7 D14/60 R15 I28 D29/60 I43 D44/60 I58 D59/60 I73 D74/60 I88 D89/60 I103",
    ),
    "working days": (
        {"working_days": ["wed", "mon", "wed"]},
        "C0 E2 P7 D14/60 I16 D28/60 I30 R35 D42/60 I44 D56/60 I58 D70/60 I72 D84/60 I86",
    ),
    "a closed date": (
        {"closed": ["2027-01-25", dt.date(2027, 1, 13)]},
        "C0 E3 P7 D15/60 I16 D29/60 I30 R31 D43/60 I44 D57/60 I58 D71/60 I72 D85/60 I86",
    ),
    "a closed date that nothing stands on": (
        {"closed": ["2027-01-12"]},
        "C0 E2 P7 D14/60 I15 D28/60 I29 R30 D42/60 I43 D56/60 I57 D70/60 I71 D84/60 I85",
    ),
}


@pytest.mark.parametrize(("options", "line"), CORE.values(), ids=CORE.keys())
def test_each_option_shapes_the_course(options: dict[str, Any], line: str) -> None:
    drafted = draft("core", START, **options)
    assert drafted.notation == f"{START} {line}"
    assert kap.check(drafted).findings == ()


def test_a_remote_dosing_names_its_support_person() -> None:
    drafted = draft("regrounding", START, place="remote", support_person="spouse")
    assert {d.support_person for d in drafted.sessions if isinstance(d, kap.Dosing)} == {"spouse"}
    assert {s.place for s in drafted.sessions} == {"remote"}
    assert kap.check(drafted).findings == ()


def test_a_zone_an_id_and_a_date_of_birth() -> None:
    drafted = draft("regrounding", START, id="p-7", timezone="Europe/Berlin", born="1990-02-28")
    assert (drafted.id, drafted.timezone) == ("p-7", "Europe/Berlin")
    assert drafted.born == dt.date(1990, 2, 28)
    first = drafted.sessions[0]
    assert drafted.zone.text(first.begins) == "2027-01-11T10:00:00+01:00"


def test_a_client_may_be_born_on_the_start() -> None:
    assert draft(few(), START, born=START).born == dt.date(2027, 1, 11)


def test_which_names_a_plan_carries() -> None:
    fees = kap.practices.REGROUNDING.fees
    own = attrs.evolve(kap.practices.REGROUNDING, id="own")
    kingsley, regrounding = kap.practices.KINGSLEY, kap.practices.REGROUNDING
    rows: list[tuple[Any, dict[str, Any], tuple[str | None, str | None, str]]] = [
        ("core", {}, ("core", None, "UTC")),
        ("kingsley", {}, ("kingsley", None, WEST)),
        (kingsley, {}, ("kingsley", None, WEST)),
        (kingsley.protocol, {}, ("kingsley", None, "UTC")),
        ("regrounding", {}, ("regrounding", "regrounding", WEST)),
        ("regrounding", {"fees": fees}, ("regrounding", "regrounding", WEST)),
        # A practice's own protocol and prices are named by their ids.
        (own, {}, ("regrounding", "regrounding", WEST)),
        (attrs.evolve(regrounding, title="Changed"), {}, ("regrounding", "regrounding", WEST)),
    ]
    for protocol, options, names in rows:
        drafted = draft(protocol, START, **options)
        assert (drafted.protocol, drafted.fees, drafted.timezone) == names


def lengths(drafted: kap.Plan) -> Mapping[str, int]:
    return {session.kind: session.minutes for session in drafted.sessions}


def test_lengths_are_the_shortest_that_are_lawful_and_published() -> None:
    fees, regrounding = kap.practices.REGROUNDING.fees, kap.practices.REGROUNDING
    assert fees is not None
    assert lengths(draft("regrounding", START))["dosing"] == 90
    assert lengths(draft(regrounding.protocol, START))["dosing"] == 60
    assert lengths(draft(regrounding.protocol, START, fees=fees))["dosing"] == 90
    assert lengths(draft("kingsley", START, fees=fees))["dosing"] == 120
    assert lengths(draft("regrounding", START, minutes={"dosing": 60}))["dosing"] == 60
    # Published for none of the lawful lengths, or not in force yet: the shortest lawful one.
    assert lengths(draft(few(dosing_minutes={"min": 121}), START, fees=fees))["dosing"] == 121
    money = kap.Money.of("200.00", "USD")
    later = kap.fees.FeeSchedule(
        id="later",
        currency="USD",
        fees=[
            kap.fees.Fee(
                item="dosing",
                rate=kap.fees.Hourly(amount=money, published=kap.Bounds(75, 120)),
                since="2027-01-12",
                citation=kap.Citation("a price list", "dosing"),
            )
        ],
    )
    bounds = few(dosing_minutes={"min": 60, "max": 180})
    # A price by another payee, or by label or by span of time, publishes no length.
    usd = kap.fees.Flat(amount=money, minutes=50)
    labels = kap.fees.ByLabel(label="route", options=[kap.fees.Option(label="oral", rate=usd)])
    unpublished: list[dict[str, Any]] = [{"rate": labels}, {"payee": "A partner"}, {}]
    for fee in unpublished:
        schedule = attrs.evolve(
            later, fees=[kap.fees.Fee(item="dosing", citation=later.fees[0].citation, **fee)]
        )
        assert lengths(draft(bounds, START, fees=schedule))["dosing"] == 60
    assert lengths(draft(bounds, "2027-01-12", fees=later))["dosing"] == 75
    assert lengths(draft(bounds, START, fees=later))["dosing"] == 60
    assert lengths(draft(few(effect_minutes=90, processing_minutes=45), START))["dosing"] == 135


# What one limit makes of a course of few dosings, from 11 January 2027 unless the line says else.
OWN: Final[dict[str, tuple[kap.CareProtocol, dict[str, Any], str]]] = {
    "a dosing alone": (few(), {}, "2027-01-11 D0"),
    "cadence": (few(3), {}, "2027-01-11 D0 D14 D28"),
    "a review before each lapse": (
        few(3, evaluation_first=True, review_every=MONTHLY),
        {"every": 20},
        "2027-01-11 E0 D14 R26 D34 D54",
    ),
    "a contact in each quarter": (few(2, review_every=QUARTERS), {}, "2027-01-11 D0 R1 D14"),
    "a review after one dosing": (
        few(2, review_after={"dosings": 1, "gate": "before-next"}),
        {},
        "2027-01-11 D0 R1 D14",
    ),
    "a review after the last dosing": (
        few(2, review_after={"dosings": 2, "gate": "any-time"}),
        {},
        "2027-01-11 D0 D14 R15",
    ),
    "no review after the last dosing before a next one": (
        few(2, review_after={"dosings": 2, "gate": "before-next"}),
        {},
        "2027-01-11 D0 D14",
    ),
    "each refill covers one": (
        few(4, initial_supply=1, refill_supply=1, evaluation_first=True),
        {},
        "2027-01-11 E0 D14 R15 D28 R29 D42 R43 D56",
    ),
    "an even pace for a frequency": (
        few(4, dosing_frequency={"at_most": 2, "days": 30}),
        {},
        "2027-01-11 D0 D15 D30 D45",
    ),
    "an uneven pace for a frequency": (
        few(4, dosing_frequency={"at_most": 2, "days": 30}),
        {"every": 1},
        "2027-01-11 D0 D1 D30 D31",
    ),
    "a longest gap under two weeks": (
        few(3, dosing_gap_days={"max": 7}),
        {},
        "2027-01-11 D0 D7 D14",
    ),
    "a wish that is the longest gap": (
        few(3, dosing_gap_days={"max": 7}),
        {"every": 7},
        "2027-01-11 D0 D7 D14",
    ),
    "a shortest gap over the wish": (
        few(3, dosing_gap_days={"min": 21}),
        {"every": 7},
        "2027-01-11 D0 D21 D42",
    ),
    "a gap that fits a weekday later": (
        few(2, dosing_gap_days={"min": 8}),
        {"every": 8, "weekday": "mon"},
        "2027-01-11 D0 D14",
    ),
    "an integration within the window": (
        limits(**EACH, integration_window_hours=22),
        {},
        "2027-01-11 D0 I1 D14 I15",
    ),
    "a window that is an hour too short for the usual times": (
        limits(**EACH, integration_window_hours=21),
        {},
        "2027-01-11 D0@11:00 I1 D14@11:00 I15",
    ),
    "a window that leaves the same day only": (
        limits(**EACH, integration_window_hours=1),
        {},
        "2027-01-11 D0 I0@13:00 D14 I14@13:00",
    ),
    "two integrations each": (
        limits(dosing_count={"min": 2}, integration_per_dosing=2),
        {},
        "2027-01-11 D0 I1 I2 D14 I15 I16",
    ),
    "a count of integrations asks for a dosing": (
        limits(integration_count={"min": 2}, integration_after_dosing=True),
        {},
        "2027-01-11 D0 I1 I2",
    ),
    "integrations that need no dosing": (
        limits(integration_count={"min": 1}),
        {"dosings": 0},
        "2027-01-11 I0",
    ),
    "groups only": (
        few(formats=["group"], integration_per_dosing=1, preparation_count={"min": 1}),
        {},
        "2027-01-11 P0g D7g I8g",
    ),
    "groups too": (few(formats=["individual", "group"]), {}, "2027-01-11 D0"),
    "remote only": (few(dosing_places=["remote"]), {}, "2027-01-11 D0~"),
    "office only": (few(dosing_places=["office"]), {"place": "office"}, "2027-01-11 D0"),
    "remote, with support": (
        few(dosing_places=["remote"], support_person_when_remote=True),
        {"support_person": "recorded"},
        "2027-01-11 D0~s",
    ),
    "medicine before preparation": (
        few(preparation_count={"min": 1}, preparation_after_supply=True),
        {},
        "2027-01-11 E0 P7 D14",
    ),
    "an age that nobody knows": (few(minimum_age=18), {}, "2027-01-11 D0"),
    "no dosing wished": (
        limits(preparation_count={"min": 1}),
        {"dosings": 0, "preparations": 2},
        "2027-01-11 P0 P1",
    ),
    "counts that are wished only": (
        limits(integration_after_dosing=True),
        {"dosings": 2, "preparations": 1, "integrations": 1},
        "2027-01-11 P0 D7 D21 I22",
    ),
    "a clock that skips the time": (few(2), OPEN_TO_GAPS, f"2027-02-28 {WEST} D0@02:30 D14@03:30"),
    "a first day on which the clock skips the time": (
        few(2),
        OPEN_TO_GAPS,
        f"2027-03-14 {WEST} D0@03:30 D14@02:30",
    ),
    "a time that comes twice is the first one": (
        few(),
        {"timezone": WEST, "time": "01:30"},
        f"2027-11-07 {WEST} D0@01:30",
    ),
    "a date that a zone leaves out": (
        few(2),
        {"timezone": "Pacific/Apia", "every": 1},
        "2011-12-29 Pacific/Apia D0 D2",
    ),
    "the first instant of all": (few(), {"time": "00:00"}, "1980-01-01 D0@00:00"),
    "the first hour of all, the evening before": (
        few(),
        {"timezone": WEST, "time": "16:00"},
        f"1979-12-31 {WEST} D0@16:00",
    ),
    "the last day but one": (few(), {}, "2199-12-30 D0"),
    "over midnight": (few(), {"time": "23:30"}, "2027-01-11 D0@23:30"),
}


@pytest.mark.parametrize(("protocol", "options", "line"), OWN.values(), ids=OWN.keys())
def test_each_limit_shapes_the_course(
    protocol: kap.CareProtocol, options: dict[str, Any], line: str
) -> None:
    drafted = draft(protocol, line[:10], **options)
    assert drafted.notation == line
    verdicts = {finding.verdict for finding in kap.check(drafted, protocol).findings}
    assert verdicts <= {"unknown"}


@pytest.mark.parametrize(
    ("forms", "every", "dosings", "reviews"),
    [
        ({"evaluation_first": True}, 43, [14, 57, 100], 3),
        ({}, 45, [0, 45, 90], 2),
        ({}, 28, [0, 28, 56], 1),
    ],
)
def test_reviews_where_they_are_needed_and_no_more(
    forms: dict[str, Any], every: int, dosings: list[int], reviews: int
) -> None:
    protocol = few(3, review_every=MONTHLY, **forms)
    drafted = draft(protocol, START, every=every)
    assert kap.check(drafted, protocol).findings == ()
    days = {
        kind: [
            drafted.zone.day(session.begins) - dt.date(2027, 1, 11).toordinal()
            for session in drafted.sessions
            if session.kind == kind
        ]
        for kind in ("dosing", "medical-review")
    }
    assert days["dosing"] == dosings
    assert len(days["medical-review"]) == reviews


def test_a_whole_course_up_to_the_last_year() -> None:
    drafted = draft("kingsley", "2199-10-01")
    assert drafted.notation == BUILT_IN["kingsley"].replace(START, "2199-10-01")


def test_the_first_instant_of_a_fold_is_meant() -> None:
    drafted = draft(few(), "2027-11-07", timezone=WEST, time="01:30")
    assert drafted.zone.text(drafted.sessions[0].begins) == "2027-11-07T01:30:00-07:00"


def test_a_protocol_that_asks_for_no_dosing_gets_one() -> None:
    for protocol in (limits(), limits(dosing_count={"max": 8}), limits(review_every=MONTHLY)):
        assert draft(protocol, START).notation == "2027-01-11 D0"
        drafted = draft(protocol, START, dosings=0)
        assert drafted.sessions == ()
        assert kap.loads(kap.dumps(drafted)) == drafted
    assert draft(limits(dosing_count={"max": 0}), START).sessions == ()


def test_the_start_chooses_the_dated_limits() -> None:
    changed = kap.CareProtocol(
        id="dated", settings=dated("dosing_count", {None: {"min": 1}, "2027-02-01": {"min": 2}})
    )
    assert draft(changed, "2027-01-31").notation == "2027-01-31 D0"
    assert draft(changed, "2027-02-01").notation == "2027-02-01 D0 D14"
    # Before its first date, it is not set.
    lines = dated("preparation_count", {START: {"min": 2}})
    later = limits(dosing_count={"min": 1}).extended("dated", settings=lines)
    assert draft(later, START).notation == f"{START} P0 P1 D7"
    assert draft(later, "2027-01-10").notation == "2027-01-10 D0"


def test_the_age_is_that_at_the_evaluation_else_at_the_first_dosing() -> None:
    evaluated = few(minimum_age=18, evaluation_first=True, consultation_first=True)
    days = {
        "2009-01-13": "2027-01-11 C0 E2 D14",
        "2009-01-14": "2027-01-11 C0 E3 D14",
        "2009-12-31": "2027-01-11 C0 E354 D355",
        "2012-02-29": "2027-01-11 C0 E1145 D1146",  # 1 March 2030
    }
    for born, line in days.items():
        drafted = draft(evaluated, START, born=born)
        assert attrs.evolve(drafted, born=None).notation == line
        assert kap.check(drafted, evaluated).findings == ()
    alone = few(minimum_age=18)
    assert len(draft(alone, START, born="2009-01-11").sessions) == 1
    with pytest.raises(PlanningError) as caught:
        draft(alone, START, born="2009-01-12")
    assert caught.value.conflict == ("start", "minimum_age")


SUPPORTED: Final = "a support person is needed for remote dosings: give support_person"
# Options that a protocol does not allow: what is in conflict, and what is said.
CONFLICTS: Final[dict[str, tuple[Any, dict[str, Any], tuple[str, ...], str]]] = {
    "too many dosings": (
        "core",
        {"dosings": 9},
        ("dosings", "dosing_count"),
        "dosings and the limit dosing_count (6 to 8) exclude each other",
    ),
    "too few dosings": (
        "core",
        {"dosings": 5},
        ("dosings", "dosing_count"),
        "dosings and the limit dosing_count (6 to 8) exclude each other",
    ),
    "no preparation": (
        "core",
        {"preparations": 0},
        ("preparations", "preparation_count"),
        "preparations and the limit preparation_count (1 to 3) exclude each other",
    ),
    "too few integrations": (
        "core",
        {"integrations": 5},
        ("integrations", "dosing_count", "integration_per_dosing"),
        (
            "integrations, the limit dosing_count (6 to 8) and the limit integration_per_dosing "
            "(1) exclude each other"
        ),
    ),
    "fewer integrations than wished dosings": (
        "core",
        {"integrations": 6, "dosings": 7},
        ("dosings", "integrations", "integration_per_dosing"),
        "dosings, integrations and the limit integration_per_dosing (1) exclude each other",
    ),
    "too many integrations": (
        "regrounding",
        {"integrations": 9},
        ("integrations", "integration_count"),
        "integrations and the limit integration_count (6 to 8) exclude each other",
    ),
    "more integrations than are lawful follow": (
        limits(**EACH, integration_count={"max": 2}),
        {"dosings": 3},
        ("dosings", "integration_per_dosing", "integration_count"),
        (
            "dosings, the limit integration_per_dosing (1) and the limit integration_count (at "
            "most 2) exclude each other"
        ),
    ),
    "integrations without a dosing": (
        limits(dosing_count={"max": 0}, integration_after_dosing=True),
        {"integrations": 1},
        ("integrations", "dosing_count", "integration_after_dosing"),
        (
            "integrations, the limit dosing_count (at most 0) and the limit "
            "integration_after_dosing exclude each other"
        ),
    ),
    "a dosing too short": (
        "core",
        {"minutes": {"dosing": 59}},
        ("minutes", "dosing_minutes"),
        "minutes and the limit dosing_minutes (60 to 180) exclude each other",
    ),
    "a dosing shorter than its effect": (
        few(effect_minutes=70, processing_minutes=20),
        {"minutes": {"dosing": 89}},
        ("minutes", "effect_minutes", "processing_minutes"),
        (
            "minutes, the limit effect_minutes (70) and the limit processing_minutes (20) exclude "
            "each other"
        ),
    ),
    "a preparation of another length": (
        "regrounding",
        {"minutes": {"preparation": 51}},
        ("minutes", "preparation_count", "therapy_minutes"),
        (
            "minutes, the limit preparation_count (1 to 2) and the limit therapy_minutes (50) "
            "exclude each other"
        ),
    ),
    "a remote dosing without a support person": (
        "regrounding",
        {"place": "remote"},
        ("place", "support_person_when_remote"),
        f"{SUPPORTED}, or choose office",
    ),
    "a remote dosing with nobody": (
        "regrounding",
        {"place": "remote", "support_person": "none"},
        ("place", "support_person_when_remote"),
        f"{SUPPORTED}, or choose office",
    ),
    "remote places only, without a support person": (
        few(dosing_places=["remote"], support_person_when_remote=True),
        {},
        ("support_person_when_remote", "dosing_places"),
        SUPPORTED,
    ),
    "a place that is not allowed": (
        few(dosing_places=["remote"]),
        {"place": "office"},
        ("place", "dosing_places"),
        "place and the limit dosing_places (remote) exclude each other",
    ),
    "the start is no working day": (
        "core",
        {"working_days": ["tue"]},
        ("start", "working_days"),
        "start and working_days exclude each other",
    ),
    "the start is closed": (
        "core",
        {"closed": [START]},
        ("start", "closed"),
        "start and closed exclude each other",
    ),
    "a pace beyond the longest gap": (
        few(2, dosing_gap_days={"max": 7}),
        {"every": 8},
        ("every", "dosing_count", "dosing_gap_days"),
        (
            "every, the limit dosing_count (at least 2) and the limit dosing_gap_days (at most 7) "
            "exclude each other"
        ),
    ),
    "a weekday beyond the longest gap": (
        few(2, dosing_gap_days={"min": 0, "max": 6}),
        {"weekday": "mon", "every": 1},
        ("every", "weekday", "dosing_count", "dosing_gap_days"),
        (
            "every, weekday, the limit dosing_count (at least 2) and the limit dosing_gap_days (0 "
            "to 6) exclude each other"
        ),
    ),
    "a frequency and a gap": (
        few(3, dosing_frequency={"at_most": 2, "days": 30}, dosing_gap_days={"max": 14}),
        {},
        ("dosing_count", "dosing_gap_days", "dosing_frequency"),
        (
            "the limit dosing_count (at least 3), the limit dosing_gap_days (at most 14) and the "
            "limit dosing_frequency (at most 2 in any 30 consecutive days) exclude each other"
        ),
    ),
    "a time and a delay beyond the window": (
        limits(dosing_count={"min": 1}, integration_per_dosing=1, integration_window_hours=21),
        {"time": "20:00", "integration_delay": 2},
        ("integration_delay", "integration_per_dosing", "integration_window_hours"),
        (
            "integration_delay, the limit integration_per_dosing (1) and the limit "
            "integration_window_hours (21) exclude each other"
        ),
    ),
    "no day is left": (
        few(),
        {"start": "2200-01-01"},
        ("start",),
        "start cannot be kept",
    ),
    "too few days are left": (
        few(2),
        {"start": "2199-12-30", "every": 3},
        ("every", "dosing_count"),
        "every and the limit dosing_count (at least 2) exclude each other",
    ),
    "a start before all instants": (
        few(),
        {"start": "1979-12-31"},
        ("start",),
        "start cannot be kept",
    ),
    "a date that a zone leaves out": (
        few(),
        {"start": "2011-12-30", "timezone": "Pacific/Apia"},
        ("start",),
        "start cannot be kept",
    ),
    "an age that none reaches": (
        few(minimum_age=10_000, evaluation_first=True, consultation_first=True),
        {"start": "2199-12-01", "born": "1990-01-01"},
        ("minimum_age",),
        "the limit minimum_age (10000) cannot be kept",
    ),
}


@pytest.mark.parametrize(
    ("protocol", "options", "conflict", "said"), CONFLICTS.values(), ids=CONFLICTS.keys()
)
def test_a_contradiction_is_named_by_its_smallest_set(
    protocol: Any, options: dict[str, Any], conflict: tuple[str, ...], said: str
) -> None:
    with pytest.raises(PlanningError) as caught:
        draft(protocol, **{"start": START, **options})
    assert caught.value.conflict == conflict
    assert str(caught.value) == f"draft: {said}"


def test_a_plan_holds_so_many_sessions_and_no_more() -> None:
    free = limits().limits_on(None)
    assert lawful_counts(free, dosings=9_999, preparations=1) == (1, 9_999, 0)
    assert lawful_counts(free, dosings=10_000, preparations=1) is None


def test_without_any_part_of_a_conflict_the_rest_goes_together() -> None:
    with pytest.raises(PlanningError):
        draft("regrounding", START, place="remote")
    assert draft("regrounding", START).sessions
    assert draft("regrounding", START, place="remote", support_person="spouse").sessions
    unset = kap.practices.REGROUNDING.protocol.extended(
        "relaxed",
        settings=[
            kap.Setting(
                limit="support_person_when_remote",
                value="off",
                citation=kap.Citation("own page", "places"),
            )
        ],
    )
    assert draft(unset, START, place="remote").sessions


SEQUENCE: Final = "must be a sequence"
DAY: Final = "must be one of mon, tue, wed, thu, fri, sat, sun"
DAYS: Final = "must be days or weeks, such as 10d or 2w, up to 366 days"
CLOCK: Final = "must be a time of day as HH:MM, from 00:00 to 23:59"
DATE: Final = "must be a date (YYYY-MM-DD) from 1900-01-01 to 2200-12-31"
COUNT: Final = "must be an integer from 0 to 10000"
WHOLE: Final = "must be an integer, written without a fraction or exponent"
KIND: Final = "must be one of consultation, medical-evaluation, preparation, dosing, integration, "
BAD: Final[tuple[tuple[str, Any, str, str], ...]] = (
    *(("start", value, "start", DATE) for value in ("2027-1-11", 5, None, "1899-12-31")),
    ("start", dt.datetime(2027, 1, 11, tzinfo=dt.UTC), "start", DATE),
    ("start", "2027-02-29", "start", "must be a day that the calendar has"),
    *(("every", value, "every", DAYS) for value in (0, 367, "0d", "53w", "2", "2 w", "2W")),
    *(("every", value, "every", DAYS) for value in ("-2w", "٢w", "2w\n", True, 2.0, [14])),
    *(("weekday", value, "weekday", DAY) for value in ("Mon", "monday", 1, "", ["mon"])),
    *(("time", value, "time", CLOCK) for value in ("24:00", "9:00", "09:60", 900, "٠٩:00", "")),
    ("time", "09:00\n", "time", CLOCK),
    ("time", dt.time(9, 0), "time", CLOCK),
    *((name, -1, name, COUNT) for name in ("preparations", "dosings", "integrations")),
    *((name, 10_001, name, COUNT) for name in ("preparations", "dosings", "integrations")),
    ("dosings", True, "dosings", COUNT),
    ("dosings", "6", "dosings", COUNT),
    ("dosings", 6.0, "dosings", WHOLE),
    ("minutes", 60, "minutes", "must be a mapping"),
    ("minutes", {"therapy": 60}, "minutes", KIND + "medical-review"),
    ("minutes", {5: 60}, "minutes", KIND + "medical-review"),
    ("minutes", {"dosing": 0}, "minutes.dosing", "must be an integer from 1 to 1440"),
    ("minutes", {"dosing": 1441}, "minutes.dosing", "must be an integer from 1 to 1440"),
    ("minutes", {"dosing": 60.0}, "minutes.dosing", WHOLE),
    ("place", "home", "place", "must be one of office, remote"),
    ("place", 1, "place", "must be one of office, remote"),
    (
        "support_person",
        "",
        "support_person",
        "must be 1 to 200 characters on one line, without spaces at the ends",
    ),
    ("integration_delay", -1, "integration_delay", "must be an integer from 0 to 365"),
    ("integration_delay", 366, "integration_delay", "must be an integer from 0 to 365"),
    ("integration_delay", 1.0, "integration_delay", WHOLE),
    ("working_days", (), "working_days", "must name at least one day"),
    ("working_days", "mon", "working_days", SEQUENCE),
    ("working_days", 1, "working_days", SEQUENCE),
    ("working_days", ["mon", "Tue"], "working_days[1]", DAY),
    ("closed", "2027-01-25", "closed", SEQUENCE),
    ("closed", dt.date(2027, 1, 25), "closed", SEQUENCE),
    ("closed", ["2027-01-25", "soon"], "closed[1]", DATE),
    ("closed", ["2027-02-29"], "closed[0]", "must be a day that the calendar has"),
    ("born", "soon", "born", DATE),
    ("born", "2027-01-12", "born", "must not be after start"),
    (
        "timezone",
        "utc",
        "timezone",
        "must be a zone name of the tzdata list, such as America/Los_Angeles",
    ),
    (
        "id",
        "",
        "id",
        (
            "must be 1 to 64 letters, digits, dots, underscores or hyphens, starting with a letter "
            "or digit"
        ),
    ),
)


@pytest.mark.parametrize(("name", "value", "path", "reason"), BAD)
def test_an_option_that_cannot_be_is_refused(name: str, value: Any, path: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        draft("core", **{"start": START, name: value})
    assert caught.value.problems == (kap.Problem(path, reason),)


@pytest.mark.parametrize("value", ["cor", None, 5, few().limits_on(None)])
def test_a_protocol_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        draft(value, START)
    reason = "must be a CareProtocol or one of core, kingsley, regrounding"
    assert caught.value.problems == (kap.Problem("protocol", reason),)


def test_the_bounds_of_numbers_are_open_to_their_ends() -> None:
    assert draft(few(2), START, every=366).notation == "2027-01-11 D0 D366"
    assert draft(few(2), START, every="52w").notation == "2027-01-11 D0 D364"
    each = limits(dosing_count={"min": 1}, integration_per_dosing=1)
    assert draft(each, START, integration_delay=365).notation == "2027-01-11 D0 I365"
    assert draft(few(), START, minutes={"dosing": 1440}).sessions[0].minutes == 1440
    assert draft(few(), START, minutes={"dosing": 1}).sessions[0].minutes == 1


def test_some_course_that_keeps_limits() -> None:
    day = dt.date(2027, 1, 11)
    found = lawful_course(few(2).limits_on(day), day, every=14)
    assert found is not None
    assert (found.id, found.notation) == ("witness", "2027-01-11 D0@00:00 D14@00:00")
    tight = few(3, dosing_frequency={"at_most": 2, "days": 30}, dosing_gap_days={"max": 14})
    assert lawful_course(tight.limits_on(day), day) is None


def test_a_weekday_that_is_no_working_day() -> None:
    with pytest.raises(PlanningError) as caught:
        draft("core", START, weekday="tue", working_days=["mon"])
    assert caught.value.conflict == ("weekday", "working_days")


def test_an_unusual_time_keeps_the_usual_cadence() -> None:
    protocol = limits(**EACH, integration_window_hours=24)
    drafted = draft(protocol, START, integration_delay=2)
    assert drafted.notation == "2027-01-11 D0@22:00 I2@00:00 D14@22:00 I16@00:00"


def test_no_review_is_added_beside_the_evaluation_of_its_quarter() -> None:
    drafted = draft(few(2, evaluation_first=True, review_every=QUARTERS), START)
    assert [session.kind for session in drafted.sessions].count("medical-review") == 0


@pytest.mark.parametrize("value", [5, kap.practices.REGROUNDING, "regrounding"])
def test_fees_that_are_no_schedule_are_refused(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        draft("core", START, fees=value)
    assert [problem.path for problem in caught.value.problems] == ["fees"]


def test_the_last_day_of_all() -> None:
    assert draft(few(), "2199-12-31").notation == "2199-12-31 D0"


def test_an_empty_plan_of_a_dated_protocol() -> None:
    changed = kap.CareProtocol(
        id="dated", settings=dated("dosing_count", {None: {"max": 5}, "2027-06-01": {"min": 1}})
    )
    assert draft(changed, START).notation == "2027-01-11 D0"
    assert draft(changed, START, dosings=0).sessions == ()
