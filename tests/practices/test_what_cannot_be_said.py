"""The manual's page of what fee documents cannot say: whole, and still true."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

import kap_model as kap
from real_courses import DOCUMENTS, NOT_SAID, said_of
from real_practices import PAGE_NOT_SAID, RECORDS, fees_of

WHOLE = PAGE_NOT_SAID.read_text(encoding="utf-8")
BEFORE, PAGE, COURSES = re.split(r"^## .+$", WHOLE, flags=re.MULTILINE)
NAME = re.compile(r"`([^`]+)`")
CITED = {"source": "s", "where": "w"}


def rows_of(section: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("| ")][2:]
    return [line.strip("| ").split(" | ") for line in lines]


ROWS = rows_of(PAGE)
NAMED = [NAME.findall(practices) for _, practices, _ in ROWS]
DOCUMENTED = [record for record in RECORDS if record.documents]
BY_ARGUMENTS = [record for record in RECORDS if record.arguments is not None]
UNSAID = [record for record in RECORDS if record not in (*DOCUMENTED, *BY_ARGUMENTS)]


def test_every_practice_that_nothing_says_stands_on_the_page() -> None:
    said = {
        name
        for names, (_, _, reason) in zip(NAMED, ROWS, strict=True)
        if reason.endswith("No document.")
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
    assert "://" not in WHOLE


def is_inferred(document: str) -> bool:
    fees = fees_of(document)
    lines: list[Any] = [*fees.packages, *fees.withdrawals]
    return any("inferred" in line.citation.where for line in lines)


def test_what_is_inferred_of_one_practice_is_owned_below_the_table() -> None:
    inferred = {record.id for record in DOCUMENTED if any(map(is_inferred, record.documents))}
    assert inferred == {"mindspace", "presence-of-mind", "roots-to-thrive"}
    assert set(re.findall(r"`([^`]+)`", PAGE.partition("readings are ours")[2])) == inferred


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


# --- What a course must keep -----------------------------------------------------------------

KINDS = [kind for unsaid in NOT_SAID.values() for kind in unsaid.values()]


def test_each_kind_of_what_no_protocol_says_is_counted_and_names_its_practices() -> None:
    expected = [
        (
            kind,
            str(count),
            sorted(practice for practice, unsaid in NOT_SAID.items() if kind in unsaid.values()),
        )
        for kind, count in Counter(KINDS).items()
    ]
    told = [
        (kind.removeprefix("| "), count, sorted(NAME.findall(practices)))
        for kind, count, practices, _ in rows_of(COURSES)
    ]
    assert sorted(told) == sorted(expected)
    assert [int(count) for _, count, _ in told] == sorted(
        [int(count) for _, count, _ in told], reverse=True
    )


def test_the_page_counts_what_protocols_say() -> None:
    said, text = sum(len(said_of(document)) for document in DOCUMENTS), " ".join(COURSES.split())
    assert f"{said} of these {said + len(KINDS)} facts are said by {len(DOCUMENTS)}" in text
    assert f"The other {len(KINDS)} are" in text
    assert f"{len({*DOCUMENTS, *NOT_SAID})} pages state facts of another kind" in text


def test_the_practices_of_which_no_protocol_says_anything_are_named() -> None:
    (sentence,) = re.findall(r"^Of (.*) no document says anything\.$", COURSES, re.MULTILINE)
    assert set(NAME.findall(sentence)) == NOT_SAID.keys() - set(DOCUMENTS)


def with_rule(form: str, **keys: Any) -> dict[str, Any]:
    return {"rules": [{"id": "HOUSE-RULE", "form": form, **keys, "citation": CITED}]}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (with_rule("known", of="dosing", field="check:fasting"), "must be one of level"),
        (with_rule("count", of="dosing", one_of=[1, 4]), "does not belong"),
        (with_rule("count", of="closing", max=1), "must be one of consultation"),
        (with_rule("allow", of="dosing", field="place", values=["home"]), "must be one of office"),
        (
            with_rule("allow", of="dosing", field="therapist_present", values=["no"]),
            "must be one of place",
        ),
        (
            with_rule("precede", each="medical-evaluation", by={"paper": "referral"}),
            "has an unknown key",
        ),
    ],
)
def test_what_the_page_says_no_protocol_says_is_refused(parts: dict[str, Any], reason: str) -> None:
    document = {"schema": "kap-model/protocol/1", "id": "p", **parts}
    with pytest.raises(kap.DocumentError, match=reason):
        kap.loads_protocol(json.dumps(document))
