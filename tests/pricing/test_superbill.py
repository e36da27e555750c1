"""Superbills: what is claimed, under which code, and what never is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

import kap_model as kap
from copies import copies
from kap_model import fees
from kap_model.fees import Claim, Fee
from kap_model.money import Money
from kap_model.pricing.codes import (
    NPI_CITATION,
    PLACES_CITATION,
    PLACES_OF_SERVICE,
    PSYCHOTHERAPY_BANDS,
    Provider,
    TimeBand,
)
from kap_model.pricing.superbills import Superbill, SuperbillLine, superbill
from refusals import NO_MAPPINGS, NO_QUOTES, check_fields, check_tuples, refused_at
from support import SOURCE, plan

MARKER = "MARKER"
THERAPIST = Provider(name="A. Therapist, LMFT", npi="1234567893")
CODES = {
    "consultation": "90791",
    "preparation": "90834",
    "dosing": "90837",
    "integration": "90834",
}
KINDS_OF_THERAPY = ("preparation", "dosing", "integration")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def schedule(**given: Any) -> fees.FeeSchedule:
    """Own prices for a course like the Kingsley page's, which publishes none."""
    therapy = fees.Flat(amount=usd("200.00"), minutes=50)
    rates = {
        "consultation": None,
        "preparation": therapy,
        "dosing": fees.Hourly(amount=usd("250.00")),
        "integration": therapy,
    } | given.pop("rates", {})
    own = [Fee(item=kind, rate=rate, citation=SOURCE) for kind, rate in rates.items()]
    medical = [
        Fee(item=kind, payee="a medical partner", citation=SOURCE)
        for kind in ("medical-evaluation", "medical-review")
        if kind not in rates
    ]
    return fees.FeeSchedule(id="own", currency="USD", fees=[*own, *medical], **given)


def bill(line: str | kap.Plan, **given: Any) -> Superbill:
    course = plan(line) if isinstance(line, str) else line
    usual: dict[str, Any] = {
        "fees": schedule(),
        "provider": THERAPIST,
        "codes": CODES,
        "client": "c-17",
        "claims": kap.practices.KINGSLEY.claims,
    }
    return superbill(course, **usual | given)


def refused(line: str | kap.Plan, **given: Any) -> dict[str, str]:
    with pytest.raises(kap.InputError) as caught:
        bill(line, **given)
    return {problem.path: problem.reason for problem in caught.value.problems}


def charges(made: Superbill) -> dict[str, str]:
    return {line.session: line.charge.text for line in made.lines}


# What is claimed


def test_a_completed_course_is_claimed_as_the_kingsley_page_says() -> None:
    made = bill("C0* E2+ P7* D14* I15* D28* I29*~ R33+")
    assert charges(made) == {
        "p1": "200.00",
        "d1": "250.00",
        "i1": "200.00",
        "d2": "250.00",
        "i2": "200.00",
    }
    assert made.total == usd("1100.00")
    assert [line.minutes for line in made.lines] == [50, 60, 50, 60, 50]


def test_the_scope_comes_from_the_practice_whose_protocol_the_plan_names() -> None:
    named = attrs.evolve(plan("D0*"), protocol="kingsley")
    assert charges(bill(named, claims=None)) == {"d1": "250.00"}


def test_the_schedule_s_own_scope_goes_before_the_protocol_s() -> None:
    named = attrs.evolve(plan("P0* D1*"), protocol="kingsley")
    own = schedule(claims=[Claim(kind="dosing", scope="whole")])
    assert charges(bill(named, fees=own, claims=None)) == {"d1": "500.00"}


@pytest.mark.parametrize("protocol", [None, "core", "regrounding"])
def test_a_scope_that_nobody_states_is_asked_for(protocol: str | None) -> None:
    named = attrs.evolve(plan("D0*"), protocol=protocol)
    assert list(refused(named, claims=None)) == ["claims"]


def test_only_completed_sessions_are_claimed() -> None:
    assert charges(bill("P0* P1 P2! D14 D15*")) == {"p1": "200.00", "d2": "250.00"}
    assert bill("P0 D14").lines == ()
    assert bill("P0 D14").total == Money.zero("USD")


def test_a_charge_for_a_missed_session_is_never_claimed() -> None:
    whole = fees.Share(percent="100")
    missed = [fees.Missed(at_least=at, charge=whole, citation=SOURCE) for at in (0, None)]
    course = plan("P0* P1x P2!", {"p2.notice_hours": 1})
    own = schedule(missed=missed)
    assert kap.quote(course, own).total == usd("600.00")
    assert charges(bill(course, fees=own)) == {"p1": "200.00"}


def test_medical_sessions_are_never_claimed_whatever_the_scope_says() -> None:
    flat = fees.Flat(amount=usd("100.00"))
    own = schedule(rates={"medical-evaluation": flat, "medical-review": flat})
    kinds = ("medical-evaluation", "medical-review", "preparation")
    whole = [Claim(kind=kind, scope="whole") for kind in kinds]
    codes = CODES | {"medical-evaluation": "99204", "medical-review": "99214"}
    made = bill("E0+ P1* D2* R3+", fees=own, claims=whole, codes=codes)
    assert charges(made) == {"p1": "200.00"}


def test_what_another_payee_bills_is_never_claimed() -> None:
    other = Fee(item="integration", payee="a partner", rate=fees.Flat(amount=usd("90.00")),
                citation=SOURCE)  # fmt: skip
    own = attrs.evolve(schedule(), fees=[f for f in schedule().fees if f.item != "integration"])
    own = attrs.evolve(own, fees=[*own.fees, other])
    assert charges(bill("P0* I1*", fees=own)) == {"p1": "200.00"}


def test_a_kind_that_the_scope_leaves_out_or_excludes_is_not_claimed() -> None:
    claims = [Claim(kind="preparation", scope="nothing"), Claim(kind="integration", scope="whole")]
    assert charges(bill("P0* D1* I2*", claims=claims)) == {"i1": "200.00"}


def test_a_session_inside_a_package_has_no_price_to_claim() -> None:
    package = fees.Package(
        id="start", name="Start", price=usd("300.00"), counts=[("preparation", 1)], citation=SOURCE
    )
    made = bill("P0* P1*", fees=schedule(packages=[package]), packages=["start"])
    assert charges(made) == {"p2": "200.00"}


def test_agreed_prices_labels_and_price_locks_reach_the_quote() -> None:
    scale = fees.Scale(low=usd("100.00"), high=usd("150.00"))
    routes = fees.ByLabel(
        label="route",
        options=[
            fees.Option(label="oral", rate=fees.Hourly(amount=usd("100.00"))),
            fees.Option(label="nasal", rate=fees.Hourly(amount=usd("120.00"))),
        ],
    )
    own = schedule(rates={"preparation": scale, "dosing": routes})
    own = attrs.evolve(own, fees=[
        *own.fees,
        Fee(item="integration", rate=fees.Flat(amount=usd("250.00")), since="2027-01-01",
            citation=SOURCE),
    ])  # fmt: skip
    words = {"agreed": {"preparation": usd("120.00")}, "labels": {"route": "nasal"}}
    late = bill("P0* D1* I2*", fees=own, **words)
    assert charges(late) == {"p1": "120.00", "d1": "120.00", "i1": "250.00"}
    locked = bill("P0* D1* I2*", fees=own, priced_on="2026-12-31", **words)
    assert charges(locked)["i1"] == "200.00"


@pytest.mark.parametrize(
    ("rate", "minutes", "scope", "charge"),
    [
        (fees.Hourly(amount=usd("250.00")), 120, 60, "250.00"),
        (fees.Hourly(amount=usd("250.00")), 60, 60, "250.00"),
        (fees.Hourly(amount=usd("250.00")), 55, 60, "229.17"),
        (fees.Hourly(amount=usd("250.00")), 120, "whole", "500.00"),
        (fees.Flat(amount=usd("100.00")), 90, 60, "66.67"),
        (fees.FirstPart(minutes=60, first=usd("330.00"), rest=usd("165.00")), 120, 60, "330.00"),
        (fees.FirstPart(minutes=60, first=usd("330.00"), rest=usd("165.00")), 120, 90, "330.00"),
        (fees.FirstPart(minutes=60, first=usd("330.00"), rest=usd("165.00")), 180, "whole",
         "495.00"),
    ],
)  # fmt: skip
def test_the_first_minutes_cost_their_part_and_never_more(
    rate: Any, minutes: int, scope: Any, charge: str
) -> None:
    claims = [Claim(kind="dosing", scope=scope)]
    made = bill(f"D0/{minutes}*", fees=schedule(rates={"dosing": rate}), claims=claims)
    assert charges(made) == {"d1": charge}
    # Of a first part nothing beyond it is claimed: neither its price nor its minutes.
    most = rate.minutes if isinstance(rate, fees.FirstPart) else minutes
    assert made.lines[0].minutes == (minutes if scope == "whole" else min(minutes, scope, most))


def test_the_date_of_service_is_the_plan_s_own() -> None:
    (line,) = bill("2027-01-04 America/Los_Angeles I0@23:30*").lines
    assert line.date == dt.date(2027, 1, 4)


# Adjustments


def test_a_discount_is_shown_and_not_allocated() -> None:
    discount = fees.Adjustment(name="Discount", share=fees.Share(percent="-10"), citation=SOURCE)
    handling = fees.Adjustment(name="Fee", share=fees.Share(amount=usd("5.00")), citation=SOURCE)
    own = schedule(adjustments=[discount, handling])
    made = bill("P0* D1", fees=own)
    assert made.adjustments == kap.quote(plan("P0* D1"), own).lines[-2:]
    assert [line.item for line in made.adjustments] == ["Discount", "Fee"]
    assert made.total == usd("200.00")
    assert "not allocated to sessions: Discount, -$70.00 for the whole quote" in str(made)


def test_a_line_once_per_course_or_for_a_package_is_no_adjustment() -> None:
    once = Fee(item="course", rate=fees.Flat(amount=usd("50.00")), citation=SOURCE)
    own = attrs.evolve(schedule(), fees=[*schedule().fees, once])
    assert kap.quote(plan("P0*"), own).lines[-1].item == "course"
    assert bill("P0*", fees=own).adjustments == ()


# Codes


def test_a_code_by_session_id_goes_before_one_by_kind() -> None:
    made = bill("P0* P1* D2*", codes=CODES | {"p2": "90832", "d1": "90853"}, time_bands=())
    assert [line.code for line in made.lines] == ["90834", "90832", "90853"]


def test_every_session_without_a_code_is_named() -> None:
    found = refused("P0* D14* D15 I16* D30*", codes={"integration": "90834"})
    assert list(found) == ["p1", "d1", "d3"]
    assert "code must be given" in found["d1"]


def test_problems_of_different_kinds_come_together_in_the_order_of_sessions() -> None:
    claims = [Claim(kind=kind, scope="whole") for kind in ("consultation", *KINDS_OF_THERAPY)]
    codes = {"preparation": "90837", "consultation": "90791"}
    with pytest.raises(kap.PricingError) as caught:
        bill("C0* P1* D2*", codes=codes, claims=claims)
    assert [(p.path, p.reason.split()[0]) for p in caught.value.problems] == [
        ("c1", "price"),
        ("p1", "code"),
        ("d1", "code"),
    ]


def test_a_session_without_a_published_price_is_left_out_where_it_may_not_be_claimed() -> None:
    assert bill("C0*").lines == ()
    nothing = [Claim(kind="consultation", scope="nothing")]
    assert bill("C0*", claims=nothing).lines == ()


def test_fifty_minutes_are_no_sixty() -> None:
    found = refused("P0/50*", codes={"preparation": "90837"})
    assert found == {"p1": "code must fit the minutes claimed; the one given is for 53 min or more"}
    assert bill("P0/50*", codes={"preparation": "90834"}).lines[0].code == "90834"


@pytest.mark.parametrize("code", ["90832", "90834", "90837"])
@pytest.mark.parametrize(
    ("minutes", "lawful"),
    [
        (15, None),
        (16, "90832"),
        (37, "90832"),
        (38, "90834"),
        (52, "90834"),
        (53, "90837"),
        (180, "90837"),
    ],
)
def test_the_time_rule_at_its_boundaries(code: str, minutes: int, lawful: str | None) -> None:
    codes = {"integration": code}
    if code == lawful:
        assert bill(f"I0/{minutes}*", codes=codes).lines[0].minutes == minutes
    else:
        assert list(refused(f"I0/{minutes}*", codes=codes)) == ["i1"]


def test_the_minutes_claimed_are_checked_and_not_the_session_s() -> None:
    claims = [Claim(kind="dosing", scope=45)]
    assert list(refused("D0/120*", claims=claims)) == ["d1"]
    assert bill("D0/120*", claims=claims, codes={"dosing": "90834"}).lines[0].minutes == 45


def test_a_code_that_the_table_does_not_know_is_not_checked() -> None:
    assert bill("D0/300*", codes={"dosing": "90899"}).lines[0].code == "90899"
    assert bill("P0/50*", codes={"preparation": "90837"}, time_bands=()).total == usd("200.00")


def test_a_table_of_the_caller_s_own_is_checked() -> None:
    band = TimeBand(code="H0004", lowest=8, highest=22, citation=SOURCE)
    codes = {"integration": "H0004"}
    assert bill("I0/22*", codes=codes, time_bands=[band]).lines[0].code == "H0004"
    found = refused("I0/23*", codes=codes, time_bands=[band])
    assert found["i1"].endswith("for 8 to 22 min")


def test_the_shipped_table_is_the_time_rule() -> None:
    table = [(band.code, band.lowest, band.highest) for band in PSYCHOTHERAPY_BANDS]
    assert table == [("90832", 16, 37), ("90834", 38, 52), ("90837", 53, None)]
    assert {"CPT" in str(band.citation) for band in PSYCHOTHERAPY_BANDS} == {True}
    assert "CMS" in str(NPI_CITATION)
    assert "CMS" in str(PLACES_CITATION)


def test_places_of_service() -> None:
    assert PLACES_OF_SERVICE == ("02", "10", "11")
    line = "P0* D1*~ I2*"
    assert [one.place_of_service for one in bill(line).lines] == ["11", "10", "11"]
    elsewhere = bill(line, remote_place="02")
    assert [one.place_of_service for one in elsewhere.lines] == ["11", "02", "11"]


# Arguments


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"codes": [("dosing", "90837")]}, "codes"),
        ({"codes": {"therapy": "90837"}}, "codes"),
        ({"codes": {"d9": "90837"}}, "codes"),
        ({"codes": {"dosing": "9083"[:2]}}, "codes.dosing"),
        ({"codes": {"d1": "90837-95x"}}, "codes.d1"),
        ({"codes": {"dosing": "h0004"}}, "codes.dosing"),
        ({"codes": {"dosing": 90837}}, "codes.dosing"),
        ({"diagnoses": "F33.2"}, "diagnoses"),
        ({"diagnoses": ["F33.2", "f33"]}, "diagnoses[1]"),
        ({"diagnoses": ["F33.2", "F33.2"]}, "diagnoses"),
        ({"remote_place": "11"}, "remote_place"),
        ({"remote_place": 10}, "remote_place"),
        ({"time_bands": [("90837", 53, None)]}, "time_bands[0]"),
        ({"time_bands": PSYCHOTHERAPY_BANDS * 2}, "time_bands"),
        ({"provider": "A. Therapist"}, "provider"),
        ({"client": ""}, "client"),
        ({"client": None}, "client"),
        ({"client": 17}, "client"),
        ({"fees": None}, "fees"),
        ({"claims": [Claim(kind="dosing", scope=60)] * 2}, "claims"),
        ({"packages": ["none-such"]}, "packages[0]"),
        ({"provider": None}, "provider"),
        ({"diagnoses": None}, "diagnoses"),
        ({"time_bands": None}, "time_bands"),
        ({"since": 5}, "since"),
        ({"until": ""}, "until"),
        *(({"codes": codes}, "codes") for codes in (None, *NO_MAPPINGS)),
    ],
)
def test_a_wrong_argument_is_refused_by_its_name(given: dict[str, Any], path: str) -> None:
    assert list(refused("D0*", **given)) == [path]


@pytest.mark.parametrize("course", NO_QUOTES)
@pytest.mark.parametrize("schedule", [schedule(), None])
def test_what_is_no_plan_is_refused(course: Any, schedule: Any) -> None:
    assert refused_at(superbill, course, schedule, provider=THERAPIST, codes=CODES) == ["plan"]


def test_a_superbill_s_fields_are_checked() -> None:
    discount = fees.Adjustment(name="Discount", share=fees.Share(percent="-10"), citation=SOURCE)
    made = bill("P0* D14*", fees=schedule(adjustments=[discount]), diagnoses=["F33.2"])
    assert made.adjustments
    check_tuples(made, "diagnoses", "lines", "adjustments")
    euros = attrs.evolve(made.lines[0], charge=Money(1, "EUR"))
    check_fields(
        made,
        {
            "plan": ("plan", None),
            "fees": ("fees", 1),
            "currency": ("currency", "dollars"),
            "lines": ("lines", [euros]),
            "lines[1]": ("lines", [made.lines[0], made.adjustments[0]]),
            "adjustments": ("adjustments", None),
            "adjustments[0]": ("adjustments", made.lines),
        },
    )
    in_euros = attrs.evolve(made.adjustments[0], amount=Money(1, "EUR"))
    check_fields(made, {"adjustments": ("adjustments", [in_euros])})


def test_the_plan_s_client_is_the_usual_one() -> None:
    named = attrs.evolve(plan("D0*"), client="c-42")
    assert bill(named, client=None).client == "c-42"
    assert bill(named, client="Member 0001").client == "Member 0001"


def test_what_cannot_be_quoted_cannot_be_claimed() -> None:
    tiers = fees.Tiered(tiers=[fees.Tier(minutes=90, amount=usd("435.00"))])
    with pytest.raises(kap.PricingError) as caught:
        bill("D0/90* D1/120", fees=schedule(rates={"dosing": tiers}))
    assert [problem.path for problem in caught.value.problems] == ["d2"]


@pytest.mark.parametrize("npi", ["1234567893", "1993999998", "1558598797"])
def test_an_npi_ends_in_its_check_digit(npi: str) -> None:
    assert Provider(name="A", npi=npi).npi == npi
    for digit in set("0123456789") - {npi[-1]}:
        with pytest.raises(kap.InvalidValue, match="check digit"):
            Provider(name="A", npi=npi[:-1] + digit)


@given(st.integers(0, 10**9 - 1))
def test_one_npi_of_ten_is_sound(nine: int) -> None:
    sound = []
    for last in range(10):
        try:
            sound.append(Provider(name="A", npi=f"{nine:09d}{last}"))
        except kap.InvalidValue:
            continue
    assert len(sound) == 1


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"npi": "123456789"}, "npi"),
        ({"npi": "12345678930"}, "npi"),
        ({"npi": "123456789\u0663"}, "npi"),
        ({"npi": 1234567893}, "npi"),
        ({"tax_id": " 1"}, "tax_id"),
        ({"license": "a\nb"}, "license"),
        ({"address": "a" * 201}, "address"),
        ({"telephone": 5}, "telephone"),
    ],
)
def test_a_provider_s_fields_are_checked(given: dict[str, Any], path: str) -> None:
    cls: Any = Provider
    with pytest.raises(kap.InvalidValue) as caught:
        cls(**{"name": "A"} | given)
    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"code": "x"}, "code"),
        ({"lowest": 0}, "lowest"),
        ({"lowest": 53.0}, "lowest"),
        ({"highest": 52}, "highest"),
        ({"highest": 1441}, "highest"),
        ({"citation": "CPT"}, "citation"),
    ],
)
def test_a_time_band_s_fields_are_checked(given: dict[str, Any], path: str) -> None:
    cls: Any = TimeBand
    sound = {"code": "90837", "lowest": 53, "highest": None, "citation": SOURCE}
    with pytest.raises(kap.InvalidValue) as caught:
        cls(**sound | given)
    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"code": "9"}, "code"),
        ({"place_of_service": "12"}, "place_of_service"),
        ({"session": None}, "session"),
        ({"date": "2027-02-30"}, "date"),
        ({"date": dt.datetime(2027, 1, 1, tzinfo=dt.UTC)}, "date"),
        ({"kind": "therapy"}, "kind"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 60.0}, "minutes"),
        ({"charge": usd("-1.00")}, "charge"),
        ({"charge": "1.00"}, "charge"),
    ],
)
def test_a_line_s_fields_are_checked(given: dict[str, Any], path: str) -> None:
    cls: Any = SuperbillLine
    sound = attrs.asdict(bill("D0*").lines[0], recurse=False)
    with pytest.raises(kap.InvalidValue) as caught:
        cls(**sound | given)
    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize(
    "given",
    [
        {"client": f"{MARKER}\n"},
        {"codes": {MARKER: "90837"}},
        {"codes": {"dosing": MARKER.lower()}},
        {"diagnoses": [f"{MARKER}.{MARKER}"]},
        {"remote_place": MARKER},
        {"provider": MARKER},
    ],
    ids=str,
)
def test_an_error_names_no_value(given: dict[str, Any]) -> None:
    with pytest.raises(kap.InputError) as caught:
        bill("D0*", **given)
    assert MARKER.lower() not in f"{caught.value}{caught.value!r}".lower()


# Values


FULL = Provider(
    name="A. Therapist",
    npi="1234567893",
    tax_id="T-1",
    license="L-2",
    address="1 Some Street",
    telephone="555 0100",
)


def test_a_superbill_as_json() -> None:
    discount = fees.Adjustment(name="Discount", share=fees.Share(percent="-10"), citation=SOURCE)
    own = schedule(adjustments=[discount])
    made = bill("D0*~", fees=own, provider=FULL, diagnoses=["F33.2", "F41.1"])
    assert made.to_dict() == {
        "plan": "plan",
        "fees": "own",
        "currency": "USD",
        "provider": {
            "name": "A. Therapist",
            "npi": "1234567893",
            "tax_id": "T-1",
            "license": "L-2",
            "address": "1 Some Street",
            "telephone": "555 0100",
        },
        "client": "c-17",
        "diagnoses": ["F33.2", "F41.1"],
        "total": "250.00",
        "lines": [
            {
                "session": "d1",
                "date": "2027-01-01",
                "kind": "dosing",
                "code": "90837",
                "minutes": 60,
                "place_of_service": "10",
                "charge": "250.00",
            }
        ],
        "adjustments": [kap.quote(plan("D0*~"), own).lines[-1].to_dict()],
    }


def test_a_superbill_as_text() -> None:
    made = bill("P0* D14*~", provider=FULL, diagnoses=["F33.2", "F41.1"])
    assert str(made).splitlines() == [
        "plan: superbill of own, USD",
        "",
        "  provider: A. Therapist, NPI 1234567893, tax id T-1, license L-2, telephone 555 0100",
        "  address: 1 Some Street",
        "  client: c-17",
        "  diagnoses: F33.2, F41.1",
        "",
        "  date        session  kind         code   minutes  place   charge",
        "  2027-01-01  p1       preparation  90834       50     11  $200.00",
        "  2027-01-15  d1       dosing       90837       60     10  $250.00",
        "  ----------------------------------------------------------------",
        "  total                                                    $450.00",
    ]


def test_an_empty_superbill_says_what_it_has() -> None:
    shown = str(bill("P0", provider=Provider(name="A"))).splitlines()
    assert shown[2:4] == ["  provider: A", "  client: c-17"]
    assert shown[-1].split() == ["total", "$0.00"]


def test_a_superbill_prints_no_client_data() -> None:
    made = bill("D0*", provider=FULL, diagnoses=["F33.2"], client=MARKER)
    assert repr(made) == "<Superbill plan: 1 lines>"
    assert repr(made.lines[0]) == "<SuperbillLine d1>"
    assert repr(made.provider) == str(made.provider) == "<Provider>"


def test_copies_are_equal() -> None:
    made = bill("P0* D1*", provider=FULL, diagnoses=iter(["F33.2"]))
    assert made.diagnoses == ("F33.2",)
    for other in copies(made):
        assert other == made
        assert hash(other) == hash(made)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(made, "client", "other")  # noqa: B010 - a type checker refuses the plain form


# Laws

AMOUNTS = st.integers(0, 200_000).map(lambda minor: Money(minor, "USD"))
RATES = st.one_of(
    st.builds(fees.Flat, amount=AMOUNTS),
    st.builds(fees.Hourly, amount=AMOUNTS, increment=st.sampled_from([1, 15, 30])),
    st.builds(fees.FirstPart, minutes=st.integers(1, 120), first=AMOUNTS, rest=AMOUNTS),
)
SCOPES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(["whole", "nothing"]), st.integers(1, 240)
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[kap.Plan, fees.FeeSchedule, list[Claim]]:
    words = draw(
        st.lists(
            st.tuples(st.sampled_from("PDI"), st.integers(1, 240), st.sampled_from(["", "*", "!"])),
            min_size=1,
            max_size=8,
        )
    )
    line = " ".join(
        f"{letter}{day}/{minutes}{mark}" for day, (letter, minutes, mark) in enumerate(words)
    )
    rates: Mapping[str, Any] = {kind: draw(RATES) for kind in KINDS_OF_THERAPY}
    claims = [Claim(kind=kind, scope=draw(SCOPES)) for kind in KINDS_OF_THERAPY]
    return plan(line), schedule(rates=rates), claims


@given(cases())
def test_nothing_is_claimed_above_the_quote_s_line(
    case: tuple[kap.Plan, fees.FeeSchedule, list[Claim]],
) -> None:
    course, own, claims = case
    made = bill(course, fees=own, claims=claims, time_bands=())
    quoted = {line.session: line for line in kap.quote(course, own).lines}
    status = {session.id: session.status for session in course.sessions}
    for line in made.lines:
        amount = quoted[line.session].amount
        assert amount is not None
        assert Money.zero("USD") < line.charge <= amount
        assert status[line.session] == "completed"
    assert made.total == Money.total((line.charge for line in made.lines), "USD")


@given(cases())
def test_the_claim_is_the_line_s_amount_times_n_over_its_minutes(
    case: tuple[kap.Plan, fees.FeeSchedule, list[Claim]],
) -> None:
    course, own, claims = case
    scopes = {claim.kind: claim.scope for claim in claims}
    rates = {fee.item: fee.rate for fee in own.fees}
    claimed = {
        line.session: line for line in bill(course, fees=own, claims=claims, time_bands=()).lines
    }
    for line in kap.quote(course, own).lines:
        assert line.amount is not None
        assert line.kind is not None
        scope, minutes = scopes[line.kind], line.minutes or 0
        rate, amount, over = rates[line.kind], line.amount.minor, minutes
        if scope == "nothing" or not course_completed(course, line.session):
            expected, scope = 0, 0
        elif scope == "whole":
            expected, scope = amount, minutes
        else:
            assert isinstance(scope, int)
            if isinstance(rate, fees.FirstPart):
                amount, over = rate.first.minor, min(rate.minutes, minutes)
            # Half away from zero, in whole numbers.
            expected = (2 * amount * min(scope, over) + over) // (2 * over)
        made = claimed.get(line.session or "")
        assert (0 if made is None else made.charge.minor) == expected
        if made is not None:
            assert made.minutes == min(int(scope), over)


def course_completed(course: kap.Plan, session_id: str | None) -> bool:
    return any(s.id == session_id and s.status == "completed" for s in course.sessions)


# Superbills by the month


@pytest.mark.parametrize(
    ("dates", "sessions"),
    [
        ({}, ["p1", "d1", "i1"]),
        ({"since": "2027-01-11"}, ["p1", "d1", "i1"]),
        ({"since": "2027-01-12"}, ["d1", "i1"]),
        ({"until": dt.date(2027, 1, 18)}, ["p1", "d1"]),
        ({"until": dt.date(2027, 1, 17)}, ["p1"]),
        ({"since": "2027-01-18", "until": "2027-01-18"}, ["d1"]),
        ({"since": "2027-01-20", "until": "2027-01-31"}, []),
    ],
)
def test_a_superbill_of_some_dates(dates: dict[str, Any], sessions: list[str]) -> None:
    course = kap.parse("2027-01-04 P7* D14* I15*")
    assert [line.session for line in bill(course, **dates).lines] == sessions


def test_a_session_of_other_dates_needs_no_code() -> None:
    course = kap.parse("2027-01-04 P7* D14* I15*")
    made = bill(course, codes={"preparation": "90834"}, until="2027-01-11")
    assert [line.code for line in made.lines] == ["90834"]
    assert refused(course, until="soon").keys() == {"until"}
    reversed_dates = refused(course, since="2027-01-18", until="2027-01-17")
    assert reversed_dates == {"until": "must not be before since"}


@pytest.mark.parametrize("price", [usd("500.00"), None])
def test_a_session_inside_a_package_is_not_on_it(price: Money | None) -> None:
    two = fees.Package(
        id="two", name="Two", price=price, counts=[("dosing", 1)], always=True, citation=SOURCE
    )
    made = bill("P0* D7* D21*", fees=schedule(packages=[two]))
    assert charges(made) == {"p1": "200.00", "d2": "250.00"}
