"""The manual's page of what fee documents cannot say: whole, and still true."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import kap_model as kap
from real_practices import NOT_SAID, RECORDS, fees_of

PAGE = NOT_SAID.read_text(encoding="utf-8")
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| ")][2:]
NAMED = [re.findall(r"`([^`]+)`", practices) for _, practices, _ in ROWS]
DOCUMENTED = [record for record in RECORDS if record.documents]
BY_ARGUMENTS = [record for record in RECORDS if record.arguments is not None]
UNSAID = [record for record in RECORDS if record not in (*DOCUMENTED, *BY_ARGUMENTS)]


def test_every_practice_that_nothing_says_stands_on_the_page() -> None:
    said = {
        name
        for names, (_, _, reason) in zip(NAMED, ROWS, strict=True)
        if reason.strip().endswith("No document.")
        for name in names
    }
    assert said == {record.id for record in UNSAID}


def test_what_arguments_say_is_named_with_their_function() -> None:
    assert [(record.id, record.arguments) for record in BY_ARGUMENTS] == [
        ("widening-circles", "superbill")
    ]
    for record in BY_ARGUMENTS:
        assert record.documents == ()
        assert f"`{record.id}`" in PAGE.partition("| what")[0]
        assert f"`{record.arguments}`" in PAGE.partition("| what")[0]
        assert callable(getattr(kap, str(record.arguments)))


def test_every_row_names_practices_that_are_known() -> None:
    assert all(NAMED)
    assert {name for names in NAMED for name in names} <= {record.id for record in RECORDS}


def test_the_page_counts_its_practices() -> None:
    assert f"Of {len(RECORDS)} pages" in PAGE
    assert f", {len(DOCUMENTED)} are written" in PAGE
    assert len(DOCUMENTED) + len(BY_ARGUMENTS) + len(UNSAID) == len(RECORDS)


def test_the_page_has_no_links_out() -> None:
    assert "://" not in PAGE


def is_inferred(document: str) -> bool:
    fees = fees_of(document)
    lines: list[Any] = [*fees.packages, *fees.withdrawals]
    return any("inferred" in line.citation.where for line in lines)


def test_what_is_inferred_of_one_practice_is_owned_below_the_table() -> None:
    inferred = {record.id for record in DOCUMENTED if any(map(is_inferred, record.documents))}
    assert inferred == {"mindspace", "presence-of-mind", "roots-to-thrive"}
    assert set(re.findall(r"`([^`]+)`", PAGE.partition("readings are ours")[2])) == inferred


CITED = {"source": "s", "where": "w"}


def with_rate(item: str, rate: dict[str, Any]) -> dict[str, Any]:
    return {"fees": [{"item": item, "rate": rate, "citation": CITED}]}


def with_line(section: str, **line: Any) -> dict[str, Any]:
    return {"fees": [], section: [{**line, "citation": CITED}]}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (with_rate("dosing", {"type": "scale"}), "lacks low"),
        (with_rate("dosing", {"type": "scale", "high": "1200.00"}), "lacks low"),
        (with_rate("dosing", {"type": "flat", "amount": "about 300"}), "must be an amount as text"),
        (with_rate("dosing", {"type": "flat", "amount": "8300 USD"}), "must be an amount as text"),
        (
            with_line("packages", id="p", name="n", counts={"integration": "multiple"}),
            "must be an integer from 1",
        ),
        (
            with_line("packages", id="p", name="n", counts={}, together=[{"kinds": ["dosing"]}]),
            "lacks count",
        ),
        (with_line("missed", at_least=0, at_most="150.00"), "has an unknown key"),
        (with_line("missed", at_least=0, kind=["dosing", "integration"]), "must be one of consult"),
        (with_line("packages", id="p", name="n", counts={}, after="q"), "has an unknown key"),
        ({"fees": [{"item": "dosing", "payer": "insurer", "citation": CITED}]}, "an unknown key"),
    ],
)
def test_what_the_page_says_cannot_be_said_is_refused(parts: dict[str, Any], reason: str) -> None:
    document = {"schema": "kap-model/fees/1", "id": "f", "currency": "USD", **parts}
    with pytest.raises(kap.DocumentError, match=reason):
        kap.loads_fees(json.dumps(document))
