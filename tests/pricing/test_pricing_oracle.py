"""The naive second implementation of pricing agrees with ``quote``, refusals included."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from kap_model.fees import FeeSchedule
from kap_model.testing import strategies as kst
from pricing_cases import (
    Question,
    all_dosings,
    arguments,
    missed_altogether,
    plans_as_recorded,
    seen,
)
from profiles import scaled

pytestmark = pytest.mark.law


def questions_about(
    fees: FeeSchedule, plans: list[kap.Plan], asked: list[dict[str, Any]]
) -> Iterator[Question]:
    """Each plan as it is and at the edges; under all terms, and on each fee's first day."""
    hours = [line.at_least for line in fees.missed if line.at_least]
    first_days = [line.since for line in fees.fees if line.since is not None]
    locked = [{**asked[0], "priced_on": day} for day in first_days[:3]]
    for plan in plans:
        edges = [missed_altogether(plan, "no-show"), all_dosings(plan)]
        edges += [missed_altogether(plan, notice) for notice in hours[:1] or [24]]
        for made in (plan, *edges):
            for terms in itertools.chain(asked, locked):
                yield Question(made, fees, terms)


@settings(max_examples=scaled(120))
@given(st.data())
def test_the_naive_second_reading_agrees(data: st.DataObject) -> None:
    """Some seventy questions a schedule, thousands in all."""
    fees = data.draw(kst.fee_schedules())
    plans = [data.draw(plans_as_recorded()) for _ in range(3)]
    asked = [data.draw(arguments(fees)) for _ in range(4)]
    for question in questions_about(fees, plans, asked):
        quote = question.outcome()
        assert (None if quote is None else seen(quote)) == question.expected()


@settings(max_examples=scaled(60))
@given(kst.fee_schedules(), plans_as_recorded(), st.data())
def test_a_share_of_a_price_is_rounded_as_the_second_reading_rounds(
    fees: FeeSchedule, plan: kap.Plan, data: st.DataObject
) -> None:
    """Every kind by the hour, every session missed: where a second rounding would show."""
    hourly = [
        attrs.evolve(line, rate=data.draw(kst.hourly_rates(fees.currency)), payee=None)
        for line in fees.fees
        if line.item not in ("supply", "course")
    ]
    of_hours = attrs.evolve(fees, fees=hourly)
    terms: dict[str, Any] = {"agreed": {}, "labels": {}, "packages": ()}
    terms |= {"priced_on": None, "claims": None}
    for made in (missed_altogether(plan, "no-show"), missed_altogether(plan, 24)):
        question = Question(made, of_hours, terms)
        quote = question.outcome()
        assert (None if quote is None else seen(quote)) == question.expected()
