"""What real practices charge, said as fee documents: their published prices come out again."""

from __future__ import annotations

import json
from typing import Any

import pytest

import kap_model as kap
from fees_support import amounts, problems, usd
from real_practices import FEES, RECORD_OF, RECORDS, fees_of, text_of
from support import plan

COURSE = "C0 E3 P7 D14 I15 D28 I29 D42 I43"
SIX_MORE = "D56 I57 D70 I71 D84 I85"

# --- The documents ---------------------------------------------------------------------------


def test_every_document_is_of_a_record_and_every_record_of_a_document_has_it() -> None:
    assert sorted(RECORD_OF) == sorted(path.stem for path in FEES.iterdir())
    assert len({record.id for record in RECORDS if record.documents}) >= 23


@pytest.mark.parametrize("document", sorted(RECORD_OF))
def test_documents_are_canonical_but_for_their_line_breaks(document: str) -> None:
    text = text_of(document)
    written = kap.dumps_fees(fees_of(document))
    assert json.loads(written) == json.loads(text)
    assert written == json.dumps(json.loads(text), ensure_ascii=False) + "\n"
    assert kap.dumps_fees(kap.loads_fees(written)) == written


@pytest.mark.parametrize("document", sorted(RECORD_OF))
def test_every_line_cites_the_page_and_its_date(document: str) -> None:
    fees, record = fees_of(document), RECORD_OF[document]
    assert fees.id == document
    lines: list[Any] = [*fees.fees, *fees.packages, *fees.adjustments]
    lines += [*fees.deposits, *fees.missed, *fees.withdrawals]
    assert lines
    for line in lines:
        assert line.citation.source == record.url
        assert line.citation.where.startswith(record.dated)
        assert line.citation.where != record.dated


# --- Prices ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "line", "expected", "total", "missing"),
    [
        (
            "innerpath-baltimore-group",
            "C0 E3 P7/90g P14/90g D21/150g I22/90g",
            {"c1": "200.00", "e1": "250.00", "p1": "125.00", "p2": "125.00"}
            | {"d1": "200.00", "i1": "125.00"},
            "1025.00",
            (),
        ),
        (
            "growing-home",
            "E0 P7/60 D14/240 I15",
            {"e1": "300.00", "p1": "180.00", "d1": None, "i1": "180.00"},
            "360.00",
            ("dosing",),
        ),
        (
            "beyond-the-brain",
            "C0 E3 P7",
            {"c1": "300.00", "e1": None, "p1": "200.00"},
            "500.00",
            ("medical-evaluation",),
        ),
        (
            "mindbloom",
            "D0 D7 D14 D21 D28 D35 I36/45 I43/45",
            dict.fromkeys(("d1", "d2", "d3", "d4", "d5", "d6"), "0.00")
            | {"i1": "59.00", "i2": "59.00", "New client program": "1254.00"},
            "1372.00",
            (),
        ),
        (
            "roots-to-thrive",
            "P0g D7 I14g D21 I28g D35 I42g",
            dict.fromkeys(("p1", "d1", "i1", "d2", "i2", "d3", "i3"), "0.00")
            | {"Tax": None, "Group program": "5850.00"},
            "5850.00",
            ("course",),
        ),
        (
            "field-trip-la",
            "E0 P7 D14 I15/30",
            {"e1": None, "p1": None, "d1": None, "i1": None}
            | {"Introductory treatment program": None},
            "0.00",
            ("medical-evaluation", "preparation", "dosing", "integration"),
        ),
        (
            "kaptivating-journeys",
            "D0 D2 I3",
            {"d1": None, "d2": None, "i1": None, "Retreat of four days": None},
            "0.00",
            ("dosing", "integration"),
        ),
        (
            "awakn-uk",
            "P0 P7 D14 I15 D21 I22 D28 I29 I36",
            dict.fromkeys(("p1", "p2", "d1", "i1", "d2", "i2", "d3", "i3", "i4"), "0.00")
            | {"Course of nine": "6000.00"},
            "6000.00",
            (),
        ),
        ("presence-of-mind", "D0 D30", {"d1": "750.00", "d2": "750.00"}, "1500.00", ()),
        ("ember-mindbloom-reported", "D0 D7", {"d1": "500.00", "d2": "500.00"}, "1000.00", ()),
        ("rose-mn", "E0 P7", {"e1": None, "p1": None}, "0.00", ("preparation",)),
        ("cottonwood", "C0", {"c1": "0.00"}, "0.00", ()),
        ("cottonwood", "C0 D7", {"c1": "0.00", "d1": None}, "0.00", ("dosing",)),
        ("whole-self-gr", "C0/15 E7", {"c1": "0.00", "e1": None}, "0.00", ()),
        (
            "mental-health-center-la",
            "D7 D10 S0>2=2",
            {"d1": None, "d2": None, "Generic ketamine": "0.00"},
            "0.00",
            ("dosing",),
        ),
    ],
)
def test_published_prices_come_out_again(
    document: str,
    line: str,
    expected: dict[str, str | None],
    total: str,
    missing: tuple[str, ...],
) -> None:
    fees = fees_of(document)
    quote = kap.quote(plan(line), fees)
    assert amounts(quote) == expected
    assert (quote.total, quote.missing) == (kap.Money.of(total, fees.currency), missing)
    assert quote.complete is not bool(missing)


def test_currencies_are_those_of_the_country() -> None:
    currencies = {document: fees_of(document).currency for document in RECORD_OF}
    assert {name: word for name, word in currencies.items() if word != "USD"} == {
        "roots-to-thrive": "CAD",
        "mindspace": "CAD",
        "awakn-uk": "GBP",
    }


def test_what_others_bill_has_a_subtotal_of_its_own() -> None:
    quote = kap.quote(plan("E0 P7"), fees_of("growing-home"))
    assert quote.subtotals == {"growing-home": usd("180.00"), "Referred physician": usd("300.00")}
    for document in ("rose-mn", "whole-self-gr"):
        quote = kap.quote(plan("E0"), fees_of(document))
        assert quote.subtotals == {document: usd("0.00"), "Journey Clinical": None}
        assert quote.complete


@pytest.mark.parametrize(
    ("document", "line", "missing"),
    [
        ("mindbloom", "D0 D7 D14 D21 D28 D35 D42", ("dosing",)),
        ("awakn-uk", "D0 D7 D14 D21", ("dosing",)),
        ("awakn-uk", "P0 P7 D14 I15 D21 I22 D28 I29 I36 I43", ("integration",)),
        ("awakn-uk", "P0 P1 P2 P3 P4 P5 P6", ("preparation",)),
        ("roots-to-thrive", "D0g D7g D14g D21g", ("dosing", "course")),
        (
            "roots-to-thrive",
            " ".join(f"{'P' if week < 3 else 'I'}{7 * week}g" for week in range(13)),
            ("integration", "course"),
        ),
        ("ember-mindbloom-reported-weekly", "D0 D7 D14 D21 D28 D35 D42", ("dosing",)),
    ],
)
def test_what_lies_beyond_a_package_is_not_published(
    document: str, line: str, missing: tuple[str, ...]
) -> None:
    quote = kap.quote(plan(line), fees_of(document))
    *inside, beyond = [priced for priced in quote.lines if priced.session is not None]
    assert {priced.amount for priced in inside} == {kap.Money.zero(quote.currency)}
    assert (beyond.amount, beyond.basis) == (None, "not published")
    assert quote.missing == missing


# --- Packages without a price, and extras -----------------------------------------------------


@pytest.mark.parametrize(
    ("document", "package", "line", "inside", "beyond", "missing"),
    [
        (
            "field-trip-la",
            None,
            "E0 P7 D14 I15/30 D28 I29/55",
            ("e1", "p1", "d1", "i1"),
            {"d2": None, "i2": None},
            ("medical-evaluation", "preparation", "dosing", "integration"),
        ),
        (
            "mindbloom",
            "renewal-6",
            "D0 D7 D14 D21 D28 D35 D42 I43/45 I50/45",
            ("d7", "i1"),
            {"i2": "59.00"},
            ("dosing", "integration"),
        ),
        (
            "mindbloom",
            "renewal-12",
            "D0 D7 D14 D21 D28 D35 D42 I43/45 I50/45",
            ("d7", "i1", "i2"),
            {},
            ("dosing", "integration"),
        ),
        (
            "mindbloom-older",
            "starter",
            "D0 D7 D14 D21 D28 D35 D42",
            ("d1", "d2", "d3", "d4", "d5", "d6"),
            {"d7": None},
            ("dosing",),
        ),
        (
            "presence-of-mind",
            "pathway",
            " ".join(f"D{30 * month}" for month in range(9)),
            ("d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"),
            {"d9": "750.00"},
            ("dosing",),
        ),
        (
            "kaptivating-journeys",
            None,
            "D0 D2 D30",
            ("d1", "d2"),
            {"d3": None},
            ("dosing",),
        ),
    ],
)
def test_a_session_inside_a_package_without_a_price_has_none(
    document: str,
    package: str | None,
    line: str,
    inside: tuple[str, ...],
    beyond: dict[str, str | None],
    missing: tuple[str, ...],
) -> None:
    quote = kap.quote(plan(line), fees_of(document), packages=() if package is None else [package])
    unpublished = [line for line in quote.lines if line.basis.startswith("included in ")]
    unpublished = [line for line in unpublished if line.basis.endswith(", not published")]
    assert tuple(line.session for line in unpublished) == inside
    assert {line.amount for line in unpublished} == {None}
    assert {name: amounts(quote)[name] for name in beyond} == beyond
    assert (quote.missing, quote.complete) == (missing, False)


def test_extras_without_a_price_are_for_those_who_want_them() -> None:
    retreat, fees = plan("D0 D2"), fees_of("kaptivating-journeys")
    without = kap.quote(retreat, fees)
    assert "Massage" not in amounts(without)
    taken = kap.quote(retreat, fees, packages=["massage", "equine"])
    assert [(line.item, line.amount, line.basis) for line in taken.lines[-2:]] == [
        ("Massage", None, "not published"),
        ("Equine session", None, "not published"),
    ]
    assert (without.missing, taken.missing) == (("dosing",), ("dosing", "course"))
    assert taken.total == usd("0.00")


# --- Published totals ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "line", "published", "difference"),
    [
        ("oral", COURSE, "2350.00", "0.00"),
        ("im", COURSE, "2500.00", "0.00"),
        ("oral", f"{COURSE} {SIX_MORE}", "4375.00", "300.00"),
        ("im", f"{COURSE} {SIX_MORE}", "4675.00", "300.00"),
    ],
)
def test_inner_path_published_totals(
    route: str, line: str, published: str, difference: str
) -> None:
    quote = kap.quote(plan(line), fees_of("innerpath-baltimore"), labels={"route": route})
    checked = kap.reconcile_total(usd(published), quote)
    assert checked.difference == usd(difference)
    assert checked.equal is (difference == "0.00")
    assert checked.itemised == quote.total == usd(published) - usd(difference)
    assert checked.unpriced == ()


def test_the_two_six_session_totals_stand_above_their_own_lines() -> None:
    itemised = {
        route: kap.quote(
            plan(f"{COURSE} {SIX_MORE}"),
            fees_of("innerpath-baltimore"),
            labels={"route": route},
        ).total
        for route in ("oral", "im")
    }
    assert itemised == {"oral": usd("4075.00"), "im": usd("4375.00")}


def test_inner_path_prices_by_route() -> None:
    fees = fees_of("innerpath-baltimore")
    assert amounts(kap.quote(plan("C0 E3 P7 D14 I15"), fees, labels={"route": "im"})) == {
        "c1": "200.00",
        "e1": "250.00",
        "p1": "175.00",
        "d1": "450.00",
        "i1": "175.00",
    }
    assert problems(plan("D14"), fees) == [("d1", "route must be one of oral, im")]


def test_inner_path_group_total() -> None:
    line = "P0/90g P7/90g D14/150g I15/90g D28/150g I29/90g D42/150g I43/90g"
    quote = kap.quote(plan(line), fees_of("innerpath-baltimore-group"))
    checked = kap.reconcile_total(usd("1225.00"), quote)
    assert (checked.equal, checked.itemised, checked.unpriced) == (True, usd("1225.00"), ())
    assert all(priced.basis.endswith(", per person") for priced in quote.lines)


# --- Sliding scales --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "each", "dosing", "total"),
    [
        ("oral", "75.00", "150.00", "1075.00"),
        ("oral", "100.00", "200.00", "1350.00"),
        ("im", "75.00", "200.00", "1225.00"),
        ("im", "100.00", "250.00", "1500.00"),
    ],
)
def test_the_intern_charges_what_is_agreed(route: str, each: str, dosing: str, total: str) -> None:
    agreed = dict.fromkeys(("consultation", "preparation", "integration"), usd(each))
    quote = kap.quote(
        plan(COURSE),
        fees_of("innerpath-baltimore-intern"),
        labels={"route": route},
        agreed=agreed | {"dosing": usd(dosing)},
    )
    assert quote.total == usd(total)


@pytest.mark.parametrize(
    ("document", "labels", "outside"),
    [
        ("innerpath-baltimore-intern", {"route": "oral"}, ("149.99", "200.01")),
        ("innerpath-baltimore-intern", {"route": "im"}, ("199.99", "250.01")),
        ("beyond-the-brain", {}, ("549.99", "1200.01")),
        ("alchemy", {}, ("0.00", "14.99")),
    ],
)
def test_a_sliding_scale_needs_an_agreed_price(
    document: str, labels: dict[str, str], outside: tuple[str, str]
) -> None:
    fees = fees_of(document)
    assert problems(plan("D0"), fees, labels=labels) == [
        ("d1", "dosing is on a sliding scale; a quote needs the agreed price")
    ]
    for amount in outside:
        assert problems(plan("D0"), fees, labels=labels, agreed={"dosing": usd(amount)}) == [
            ("d1", "agreed must be Money within the sliding scale")
        ]


@pytest.mark.parametrize("agreed", ["15.00", "15.01", "1000.00"])
def test_a_sliding_scale_without_an_upper_end_takes_any_price_from_its_lower_one(
    agreed: str,
) -> None:
    quote = kap.quote(plan("D0"), fees_of("alchemy"), agreed={"dosing": usd(agreed)})
    (line,) = quote.lines
    assert (line.amount, line.basis) == (usd(agreed), f"{agreed} agreed, of 15.00 or more")
    assert quote.complete
