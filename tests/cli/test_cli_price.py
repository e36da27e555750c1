"""`quote`, `estimate`, `superbill` and `instalments` on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model.cli import main
from kap_model.pricing.codes import Provider
from kap_model.pricing.superbills import superbill
from shipped import BROKEN, FEES, HOUSE, HOUSE_RULES, KINGSLEY, REGROUNDING, RUNNING
from support import SOURCE

Capture = pytest.CaptureFixture[str]
MARKER = "MARKER"
OWN = ("--fees", FEES)
AGREED = (*OWN, "--agree", "consultation=45.00")
PARTS = ("--parts", "4", "--first", "2027-01-31")
HELD = "2027-01-04 C0* E2+ P7* D14* I15* D28 I29"


def as_json(capsys: Capture, *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--format", "json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    shown: dict[str, Any] = json.loads(captured.out)
    return shown


def refused(capsys: Capture, *arguments: str) -> str:
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert MARKER not in captured.err
    return captured.err


@pytest.fixture
def held(tmp_path: Path) -> str:
    plan = attrs.evolve(kap.parse(HELD), client="c-17")
    path = tmp_path / "held.json"
    path.write_text(kap.dumps(plan), encoding="utf-8")
    return str(path)


def test_a_quote_by_the_fees_that_the_plan_names(capsys: Capture) -> None:
    assert main(["quote", REGROUNDING]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{kap.quote(kap.load(REGROUNDING))}\n"
    assert "$3,855.00" in captured.out
    assert captured.err == ""
    shown = as_json(capsys, "quote", REGROUNDING)
    assert shown == kap.quote(kap.load(REGROUNDING)).to_dict()
    assert (shown["total"], shown["missing"]) == ("3855.00", ["consultation"])


def test_a_quote_of_stdin(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(Path(REGROUNDING).read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert as_json(capsys, "quote", "-")["plan"] == "rg-plan-0042"


def test_a_quote_by_ones_own_fees_and_terms(capsys: Capture) -> None:
    plan, fees = kap.load(KINGSLEY), kap.load_fees(FEES)
    agreed = {"consultation": kap.Money.of("45.00", "USD")}
    shown = as_json(capsys, "quote", KINGSLEY, *AGREED, "--package", "first-steps")
    assert shown == kap.quote(plan, fees, agreed=agreed, packages=["first-steps"]).to_dict()
    assert shown["total"] == "5559.13"
    locked = as_json(capsys, "quote", KINGSLEY, *AGREED, "--priced-on", "2027-07-01")
    assert locked == kap.quote(plan, fees, agreed=agreed, priced_on="2027-07-01").to_dict()
    assert locked["total"] != as_json(capsys, "quote", KINGSLEY, *AGREED)["total"]


def test_a_quote_with_labels(tmp_path: Path, capsys: Capture) -> None:
    supply = kap.Supply(id="rx1", issued="2027-01-06", dosings=2)
    plan = attrs.evolve(kap.parse("2027-01-04 P0"), supplies=[supply])
    path = tmp_path / "plan.json"
    path.write_text(kap.dumps(plan), encoding="utf-8")
    for route, amount in (("oral", "85.00"), ("nasal", "110.00")):
        shown = as_json(capsys, "quote", str(path), *OWN, "--label", f"route={route}")
        assert shown["subtotals"]["Pier Street Pharmacy"] == amount
    assert "rx1: route must be one of oral, nasal" in refused(capsys, "quote", str(path), *OWN)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((RUNNING,), "fees: must be given, for none is named"),
        ((RUNNING, "--fees", "kingsley"), "fees: are not published by kingsley"),
        ((KINGSLEY, *OWN), "c1: consultation is on a sliding scale"),
        ((KINGSLEY, *AGREED, "--package", MARKER), "packages[0]: must be one that"),
        ((KINGSLEY, *AGREED, "--label", f"{MARKER}=oral"), "labels: must be ones that"),
        ((KINGSLEY, *OWN, "--agree", f"consultation={MARKER}"), "amount: must be an amount"),
        ((KINGSLEY, *OWN, "--agree", f"{MARKER}=1.00"), "agreed: must be one of"),
        ((KINGSLEY, *AGREED, "--agree", "consultation=46.00"), "--agree: must name each word"),
        ((KINGSLEY, *AGREED, "--priced-on", MARKER), "--priced-on: must be a date"),
        ((KINGSLEY, "--fees", "nowhere.json"), "nowhere.json: is neither a practice"),
        ((KINGSLEY, "--fees", ""), "--fees: is neither a practice"),
        ((KINGSLEY, "--fees", HOUSE), "$.schema: must be kap-model/fees/1"),
        (("nowhere.json",), "nowhere.json: No such file"),
        ((FEES,), "$.schema: must be kap-model/plan/1"),
    ],
)
def test_quotes_that_cannot_be_made(arguments: tuple[str, ...], said: str, capsys: Capture) -> None:
    assert said in refused(capsys, "quote", *arguments)


@pytest.mark.parametrize("given", ["route", "=oral", "route="])
def test_a_pair_is_a_word_and_a_value(given: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["quote", REGROUNDING, "--label", given])
    assert stopped.value.code == 2
    assert "must be written as word=value" in capsys.readouterr().err


def test_an_estimate_of_a_practice(capsys: Capture) -> None:
    assert main(["estimate", "regrounding"]) == 0
    text = capsys.readouterr().out
    assert text == f"{kap.estimate('regrounding')}\n"
    assert text.startswith("regrounding, priced by regrounding: $3,545.00 to $5,850.00\n")
    shown = as_json(capsys, "estimate", "regrounding")
    assert (shown["low"]["total"], shown["high"]["total"]) == ("3545.00", "5850.00")
    assert shown == kap.estimate("regrounding").to_dict()


def test_an_estimate_by_ones_own_protocol_and_fees(capsys: Capture) -> None:
    protocol, fees = kap.load_protocol(HOUSE), kap.load_fees(FEES)
    shown = as_json(
        capsys, "estimate", "regrounding", "--protocol", HOUSE, *AGREED, "--start", "2027-02-01"
    )
    agreed = {"consultation": kap.Money.of("45.00", "USD")}
    assert shown == kap.estimate(protocol, fees, agreed=agreed, start="2027-02-01").to_dict()
    assert shown["low"]["lines"][0]["date"] == "2027-02-01"


def test_an_estimate_of_a_protocol_document(capsys: Capture) -> None:
    agreed = {"consultation": kap.Money.of("45.00", "USD")}
    for choice, fees in (AGREED, kap.load_fees(FEES)), (("--fees", "regrounding"), "regrounding"):
        shown = as_json(capsys, "estimate", HOUSE, *choice)
        terms = None if isinstance(fees, str) else agreed
        assert shown == kap.estimate(kap.load_protocol(HOUSE), fees, agreed=terms).to_dict()


def test_an_estimate_under_house_rules(capsys: Capture, tmp_path: Path) -> None:
    shown = as_json(capsys, "estimate", HOUSE_RULES, "--fees", "regrounding")
    assert shown == kap.estimate(kap.load_protocol(HOUSE_RULES), "regrounding").to_dict()
    contradictory = kap.practices.REGROUNDING.protocol.extended(
        "own",
        rules=[
            kap.HouseRule("HOUSE-FEW", kap.forms.Count("dosing", max=5), citation=SOURCE),
        ],
    )
    path = tmp_path / "protocol.json"
    path.write_text(kap.dumps_protocol(contradictory), encoding="utf-8")
    said = refused(capsys, "estimate", str(path), "--fees", "regrounding")
    assert "the limit dosing_count (6 to 8) and the house rule HOUSE-FEW exclude each other" in said


def test_a_quote_by_fees_that_the_plan_names_and_nobody_gives(
    capsys: Capture, tmp_path: Path
) -> None:
    fees = kap.load_fees(FEES)
    path = tmp_path / "plan.json"
    plan = attrs.evolve(kap.parse("2027-01-04 P0 D7"), fees=fees.id)
    path.write_text(kap.dumps(plan), encoding="utf-8")
    said = refused(capsys, "quote", str(path))
    assert f"fees: names {fees.id}, which is neither a built-in practice" in said
    assert "or its file with --fees" in said
    assert as_json(capsys, "quote", str(path), *OWN) == kap.quote(plan, fees).to_dict()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kingsley",), "estimate: fees: are not published by kingsley"),
        (("nothing",), "nothing: is neither a practice (known: core, kingsley, regrounding) nor"),
        (("",), "PRACTICE: is neither a practice"),
        ((HOUSE,), "estimate: fees: must be given, for none is named"),
        ((FEES,), "$.schema: must be kap-model/protocol/1"),
        (("regrounding", "--start", MARKER), "estimate: start: must be a date"),
        (("regrounding", "--protocol", FEES), "$.schema: must be kap-model/protocol/1"),
        (("regrounding", "--label", f"{MARKER}=oral"), "labels: must be ones that"),
    ],
)
def test_estimates_that_cannot_be_made(
    arguments: tuple[str, ...], said: str, capsys: Capture
) -> None:
    assert said in refused(capsys, "estimate", *arguments)


CODES = ("--code", "preparation=90834", "--code", "dosing=90837", "--code", "i1=90834")
BILL = ("--provider", "Clinician k-1", *CODES, *AGREED)


def test_a_superbill(held: str, capsys: Capture) -> None:
    bill = superbill(
        kap.load(held),
        kap.load_fees(FEES),
        provider=Provider(name="Clinician k-1"),
        codes={"preparation": "90834", "dosing": "90837", "i1": "90834"},
        agreed={"consultation": kap.Money.of("45.00", "USD")},
    )
    assert main(["superbill", held, *BILL]) == 0
    assert capsys.readouterr().out == f"{bill}\n"
    shown = as_json(capsys, "superbill", held, *BILL)
    assert shown == bill.to_dict()
    assert [(line["session"], line["charge"]) for line in shown["lines"]] == [
        ("p1", "190.00"),
        ("d1", "260.00"),
        ("i1", "190.00"),
    ]


def test_all_that_a_superbill_may_say(held: str, capsys: Capture) -> None:
    shown = as_json(
        capsys,
        *("superbill", held, *BILL, "--client", "member 12", "--diagnosis", "F33.1"),
        *("--npi", "1234567893", "--tax-id", "00-0000000", "--license", "L 1"),
        *("--address", "1 Harbor Street", "--telephone", "555 0100", "--remote-place", "02"),
    )
    assert shown["client"] == "member 12"
    assert [line["session"] for line in shown["lines"]] == ["p1", "d1", "i1"]
    assert shown["diagnoses"] == ["F33.1"]
    assert shown["provider"] == {
        "name": "Clinician k-1",
        "npi": "1234567893",
        "tax_id": "00-0000000",
        "license": "L 1",
        "address": "1 Harbor Street",
        "telephone": "555 0100",
    }


def test_a_superbill_of_some_dates(held: str, capsys: Capture) -> None:
    shown = as_json(
        capsys, "superbill", held, *BILL, "--since", "2027-01-18", "--until", "2027-01-18"
    )
    assert [line["session"] for line in shown["lines"]] == ["d1"]


def test_what_may_be_claimed_may_be_an_option(held: str, capsys: Capture) -> None:
    claims = (
        "--claim",
        "preparation=nothing",
        "--claim",
        "dosing=30",
        "--claim",
        "integration=whole",
    )
    codes = ("--code", "dosing=90832", "--code", "integration=90834")
    plain = ("--provider", "Clinician k-1", *codes, *AGREED, *claims)
    shown = as_json(capsys, "superbill", held, *plain)
    assert [(line["session"], line["minutes"], line["charge"]) for line in shown["lines"]] == [
        ("d1", 30, "130.00"),
        ("i1", 50, "190.00"),
    ]
    assert "scope: must be" in refused(
        capsys, "superbill", held, *plain, "--claim", "consultation=x"
    )


@pytest.mark.parametrize("given", ["1_0", "\u0663", "", "-1", "1.0"])
def test_numbers_are_plain_digits(given: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["instalments", "--total", "1.00", "--first", "2027-01-31", f"--parts={given}"])
    assert stopped.value.code == 2
    assert "argument --parts: must be a whole number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", MARKER), "since: must be a date"),
        (("--code", "preparation=90837"), "--code: must name each word on the left of = once"),
        (("--npi", "1234567890"), "npi: must end in its check digit"),
        (("--code", f"{MARKER}=90834"), "codes: must be by kind"),
        (("--code", "d1=90834"), "d1: code must fit the minutes claimed"),
    ],
)
def test_superbills_that_cannot_be_made(
    options: tuple[str, ...], said: str, held: str, capsys: Capture
) -> None:
    assert said in refused(capsys, "superbill", held, *BILL, *options)


def test_a_superbill_needs_a_provider(held: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["superbill", held])
    assert stopped.value.code == 2
    assert "--provider" in capsys.readouterr().err


def test_instalments_of_a_plan(capsys: Capture) -> None:
    assert main(["instalments", REGROUNDING, *PARTS, "--format", "json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == f"{REGROUNDING}: no price is published for consultation\n"
    shown = json.loads(captured.out)
    assert shown["total"] == "3855.00"
    assert [part["due"] for part in shown["instalments"]] == [
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
    ]
    assert {part["amount"] for part in shown["instalments"]} == {"963.75"}
    own = as_json(capsys, "instalments", KINGSLEY, *AGREED, *PARTS)
    assert own["total"] == as_json(capsys, "quote", KINGSLEY, *AGREED)["total"]


@pytest.mark.parametrize(
    ("odd", "amounts"),
    [
        ("first", ["25.03", "25.00", "25.00", "25.00"]),
        ("last", ["25.00", "25.00", "25.00", "25.03"]),
        ("spread", ["25.01", "25.01", "25.01", "25.00"]),
    ],
)
def test_instalments_of_an_amount(odd: str, amounts: list[str], capsys: Capture) -> None:
    shown = as_json(
        capsys,
        *("instalments", "--total", "100.03", "--currency", "EUR", *PARTS),
        *("--odd", odd, "--every-months", "2"),
    )
    assert [part["amount"] for part in shown["instalments"]] == amounts
    assert shown["currency"] == "EUR"
    assert shown["instalments"][1]["due"] == "2027-03-31"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*PARTS,), "instalments: needs a plan document or --total, and not both"),
        ((REGROUNDING, "--total", "1.00", *PARTS), "needs a plan document or --total"),
        ((REGROUNDING, "--currency", "USD", *PARTS), "needs a plan document or --total"),
        (("--total", "1.00", *OWN, *PARTS), "needs a plan document for the options that price"),
        (("--total", MARKER, *PARTS), "instalments: amount: must be an amount"),
        (("--total", "1.00", "--currency", "usd", *PARTS), "instalments: currency: must be"),
        (("--total", "0.03", *PARTS), "instalments: parts: must be so few"),
        (("--total", "1.00", "--parts", "2", "--first", MARKER), "instalments: first: must be"),
        ((BROKEN, *PARTS), "fees: must be given"),
    ],
)
def test_instalments_that_cannot_be_made(
    arguments: tuple[str, ...], said: str, capsys: Capture
) -> None:
    assert said in refused(capsys, "instalments", *arguments)
