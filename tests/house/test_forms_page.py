"""The page of forms shows each form once, with a plan that keeps its row and one that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

import kap_model as kap
from kap_model.documents.schemas import schema
from kap_model.examples import plan_of

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(autouse=True)
def generators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))


def test_every_form_has_its_example_and_every_row_the_shared_keys() -> None:
    from _generate.forms import EXAMPLES, SHARED

    rows = {
        name.removesuffix("-rule"): row
        for name, row in schema("protocol")["$defs"].items()
        if name.endswith("-rule") and name != "off-rule"
    }
    assert [row["form"] for row, _, _ in EXAMPLES] == list(rows)
    assert all(row["properties"].keys() > {*SHARED} for row in rows.values())


def test_the_two_plans_of_each_form_differ_in_it_alone() -> None:
    from _generate.forms import EXAMPLES, care_of

    for row, holds, breaks in EXAMPLES:
        care = care_of(row)
        assert kap.check(plan_of(holds), care).findings == (), row
        (finding,) = kap.check(plan_of(breaks), care).findings
        assert (finding.rule, finding.verdict) == ("HOUSE-RULE", "violated")
