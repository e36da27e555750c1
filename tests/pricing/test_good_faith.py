"""Good Faith Estimates: when they are due, what they say by provider, which bills are disputed."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import attrs
import pytest
from hypothesis import example, given, strategies as st

import kap_model as kap
from copies import copies
from kap_model.fees import Adjustment, Fee, FeeSchedule, Flat, Missed, Package, Share
from kap_model.pricing.good_faith import (
    Dispute,
    GoodFaithEstimate,
    GoodFaithLine,
    GoodFaithProvider,
    disputable,
    good_faith_estimate,
)
from kap_model.pricing.good_faith_rules import GOOD_FAITH, GoodFaithRules, good_faith_due
from refusals import NO_MAPPINGS, NO_QUOTES, check_fields, check_tuples, refused_at
from support import SOURCE
from wild_quotes import PRACTICE, quotes, usd

MONDAY = "2027-01-04"
KING_DAY = "2027-01-18"  # a Monday
PLAN = kap.parse("2027-01-04 C0 E2 P7 D14/90 I15 D28/120 I29")
QUOTE = kap.quote(PLAN, "regrounding")
DETAILS = {"regrounding": "A Practice, NPI 1234567893"}
FEES = FeeSchedule(
    id="own",
    currency="USD",
    fees=(
        Fee(item="dosing", rate=Flat(amount=usd("400.00")), citation=SOURCE),
        Fee(item="medical-evaluation", payee="Dr. Who", citation=SOURCE),
    ),
    packages=(
        Package(
            id="two", name="two dosings", price=usd("700"), counts=(("dosing", 2),), citation=SOURCE
        ),
    ),
    adjustments=(Adjustment(name="discount", share=Share(percent="-10"), citation=SOURCE),),
    missed=(Missed(at_least=0, charge=Share(percent="50"), citation=SOURCE),),
)


def estimate(quote: kap.Quote = QUOTE, **facts: Any) -> GoodFaithEstimate:
    given: dict[str, Any] = {"providers": DETAILS, "client": "A. Client", "issued": MONDAY} | facts
    return good_faith_estimate(quote, **given)


def due(scheduled: str, service: str, *holidays: str) -> str | None:
    last = good_faith_due(scheduled=scheduled, service=service, holidays=holidays)
    return None if last is None else last.isoformat()


class TestDue:
    @pytest.mark.parametrize(
        ("service", "last"),
        [
            ("2027-01-04", None),  # the same day
            ("2027-01-06", None),  # 2 business days ahead
            ("2027-01-07", "2027-01-05"),  # 3
            ("2027-01-15", "2027-01-05"),  # 9
            ("2027-01-16", "2027-01-05"),  # a Saturday: 9
            ("2027-01-17", "2027-01-05"),  # a Sunday: 9
            ("2027-01-18", "2027-01-07"),  # 10
            ("2028-01-18", "2027-01-07"),
        ],
    )
    def test_from_a_monday(self, service: str, last: str | None) -> None:
        assert due(MONDAY, service) == last

    @pytest.mark.parametrize(
        ("scheduled", "service", "holidays", "last"),
        [
            ("2027-01-08", "2027-01-12", (), None),  # Friday to Tuesday: 2
            ("2027-01-08", "2027-01-13", (), "2027-01-11"),  # 3, due over the weekend
            ("2027-01-09", "2027-01-13", (), "2027-01-11"),  # from a Saturday: 3
            ("2027-01-08", "2027-01-13", ("2027-01-11",), None),  # a holiday between: 2
            ("2027-01-08", "2027-01-14", ("2027-01-11",), "2027-01-12"),  # 3, due after it
            ("2027-01-08", "2027-01-13", ("2027-01-08", "2027-01-10"), "2027-01-11"),  # beside it
            ("2027-01-08", "2027-01-13", ("2027-01-14",), "2027-01-11"),
            (MONDAY, KING_DAY, (KING_DAY,), "2027-01-05"),  # held on a holiday: 9
            (MONDAY, "2027-01-19", (KING_DAY,), "2027-01-07"),  # 10
            ("2027-01-07", "2027-03-01", (), "2027-01-12"),  # 3 days over a weekend
            ("2027-01-07", "2027-03-01", ("2027-01-08",), "2027-01-13"),
            ("2027-01-07", "2027-01-12", ("2027-01-12",), None),
        ],
    )
    def test_weekends_and_holidays(
        self, scheduled: str, service: str, holidays: tuple[str, ...], last: str | None
    ) -> None:
        assert due(scheduled, service, *holidays) == last

    def test_on_request(self) -> None:
        assert good_faith_due(requested=dt.date(2027, 1, 7)) == dt.date(2027, 1, 12)
        closed = ["2027-01-11"]
        assert good_faith_due(requested="2027-01-07", holidays=closed) == dt.date(2027, 1, 13)

    def test_of_a_request_and_a_scheduling_the_earlier_holds(self) -> None:
        booked: dict[str, Any] = {"scheduled": MONDAY, "service": "2027-01-08"}
        assert good_faith_due(**booked, requested=MONDAY) == dt.date(2027, 1, 5)
        assert good_faith_due(**booked, requested="2026-12-28") == dt.date(2026, 12, 31)
        soon: dict[str, Any] = {"scheduled": MONDAY, "service": MONDAY}
        assert good_faith_due(**soon, requested=MONDAY) == dt.date(2027, 1, 7)

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({}, "scheduled"),
            ({"scheduled": MONDAY}, "scheduled"),
            ({"service": MONDAY}, "scheduled"),
            ({"service": MONDAY, "requested": MONDAY}, "scheduled"),
            ({"scheduled": MONDAY, "service": "2027-01-03"}, "service"),
            ({"scheduled": "2021-12-31", "service": MONDAY}, "scheduled"),
            ({"requested": "2021-12-31"}, "requested"),
            ({"requested": "4 January"}, "requested"),
            ({"scheduled": MONDAY, "service": 5}, "service"),
            ({"requested": MONDAY, "holidays": [MONDAY, "x"]}, "holidays[1]"),
            ({"requested": MONDAY, "holidays": MONDAY}, "holidays"),
            ({"requested": MONDAY, "rules": None}, "rules"),
            ({"requested": MONDAY, "rules": "45 CFR 149.610"}, "rules"),
        ],
    )
    def test_dates_that_cannot_be(self, facts: dict[str, Any], path: str) -> None:
        with pytest.raises(kap.InvalidValue) as refused:
            good_faith_due(**facts)
        assert [problem.path for problem in refused.value.problems] == [path]

    def test_the_first_day_on_which_the_rules_are_in_force(self) -> None:
        assert good_faith_due(requested="2022-01-01") == dt.date(2022, 1, 5)

    @given(
        st.dates(dt.date(2027, 1, 1), dt.date(2027, 12, 31)),
        st.integers(0, 30),
        st.sets(st.dates(dt.date(2027, 1, 1), dt.date(2028, 2, 28)), max_size=40),
    )
    @example(dt.date(2027, 1, 1), 30, set())
    def test_agrees_with_a_list_of_all_business_days(
        self, scheduled: dt.date, days: int, holidays: set[dt.date]
    ) -> None:
        service = scheduled + dt.timedelta(days=days)
        ahead = [scheduled + dt.timedelta(days=n) for n in range(1, 400)]
        open_days = [day for day in ahead if day.isoweekday() <= 5 and day not in holidays]
        notice = len([day for day in open_days if day <= service])
        expected = None if notice < 3 else open_days[0] if notice < 10 else open_days[2]
        last = good_faith_due(scheduled=scheduled, service=service, holidays=holidays)
        assert last == expected


class TestRules:
    def test_the_regulation_in_figures(self) -> None:
        assert GOOD_FAITH.since == dt.date(2022, 1, 1)
        assert (GOOD_FAITH.short_notice_days, GOOD_FAITH.short_due) == (3, 1)
        assert (GOOD_FAITH.long_notice_days, GOOD_FAITH.long_due) == (10, 3)
        assert (GOOD_FAITH.requested_due, GOOD_FAITH.valid_months) == (3, 12)
        assert (GOOD_FAITH.dispute_over, GOOD_FAITH.dispute_days) == (usd("400.00"), 120)
        sources = {citation.source for citation in GOOD_FAITH.citations}
        assert sources == {"45 CFR 149.610", "45 CFR 149.620"}

    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"since": "soon"}, "since"),
            ({"short_notice_days": 0}, "short_notice_days"),
            ({"long_notice_days": 3}, "long_notice_days"),
            ({"short_due": -1}, "short_due"),
            ({"long_due": 1.0}, "long_due"),
            ({"requested_due": 367}, "requested_due"),
            ({"valid_months": 0}, "valid_months"),
            ({"dispute_over": usd("-0.01")}, "dispute_over"),
            ({"dispute_days": True}, "dispute_days"),
            ({"citations": ()}, "citations"),
            ({"citations": [SOURCE, "the law"]}, "citations[1]"),
        ],
    )
    def test_rules_that_cannot_be(self, changes: dict[str, Any], path: str) -> None:
        with pytest.raises(kap.InvalidValue) as refused:
            attrs.evolve(GOOD_FAITH, **changes)
        assert [problem.path for problem in refused.value.problems] == [path]

    def test_a_later_regulation_is_another_value(self) -> None:
        stricter = attrs.evolve(
            GOOD_FAITH,
            since="2027-01-01",
            short_notice_days=1,
            short_due=0,
            long_notice_days=2,
            long_due=2,
            requested_due=0,
        )
        asked: dict[str, Any] = {"rules": stricter, "scheduled": MONDAY}
        assert good_faith_due(**asked, service="2027-01-05") == dt.date(2027, 1, 4)
        assert good_faith_due(**asked, service="2027-01-06") == dt.date(2027, 1, 6)
        assert good_faith_due(rules=stricter, requested=MONDAY) == dt.date(2027, 1, 4)
        assert isinstance(stricter, GoodFaithRules)
        for other in copies(stricter):
            assert other == stricter


class TestEstimate:
    def test_each_provider_has_its_own_lines_and_sum(self) -> None:
        practice, partner = estimate(codes={"dosing": "90837"}).providers
        assert (practice.payee, practice.details) == ("regrounding", DETAILS["regrounding"])
        assert practice.expected == QUOTE.total == usd("1430.00")
        assert practice.unpriced == ("consultation",)
        assert [line.code for line in practice.lines] == [None, None, "90837", None, "90837", None]
        assert (partner.payee, partner.details, partner.expected) == (
            "Journey Clinical",
            None,
            None,
        )
        assert partner.unpriced == ("medical-evaluation",)
        first = partner.lines[0]
        assert (first.session, first.date, first.minutes) == ("e1", dt.date(2027, 1, 6), 30)

    def test_packages_and_adjustments_are_lines_of_the_practice(self) -> None:
        quote = kap.quote(kap.parse("2027-01-04 E0 D9 D19 D29"), FEES, packages=["two"])
        made = estimate(quote, providers={"own": "Own", "Dr. Who": "Dr. Who, NPI 1"})
        practice, doctor = made.providers
        services = [(line.service, str(line.expected), line.session) for line in practice.lines]
        assert services == [
            ("dosing", "$0.00", "d1"),
            ("dosing", "$0.00", "d2"),
            ("dosing", "$400.00", "d3"),
            ("two dosings", "$700.00", None),
            ("discount", "-$110.00", None),
        ]
        assert practice.expected == quote.total == usd("990.00")
        assert doctor.details == "Dr. Who, NPI 1"

    def test_a_service_code_stands_on_no_charge_for_a_missed_session(self) -> None:
        plan = kap.parse("2027-01-04 D9 D19x")
        missed = attrs.evolve(plan.sessions[1], notice_hours=3)
        quote = kap.quote(attrs.evolve(plan, sessions=[plan.sessions[0], missed]), FEES)
        made = estimate(quote, providers={"own": "Own"}, codes={"dosing": "90837"})
        codes = [(line.service, line.code) for line in made.providers[0].lines]
        assert codes == [("dosing", "90837"), ("dosing, cancelled", None), ("discount", None)]

    @pytest.mark.parametrize(
        ("issued", "until"),
        [("2027-01-04", "2028-01-04"), ("2028-02-29", "2029-02-28"), ("2027-02-28", "2028-02-28")],
    )
    def test_it_is_valid_for_twelve_months(self, issued: str, until: str) -> None:
        assert estimate(issued=issued).valid_until.isoformat() == until

    def test_services_after_its_end_are_named(self) -> None:
        quote = kap.quote(kap.parse("2027-01-04 P0 D365/90 D366/90"), "regrounding")
        assert [line.session for line in estimate(quote).beyond] == ["d2"]
        assert "after it ends, to be estimated anew: d2" in str(estimate(quote))
        assert estimate(QUOTE).beyond == ()

    def test_due_counts_to_the_first_service_from_the_scheduling_on(self) -> None:
        assert estimate().due is None
        assert not estimate().late
        booked = estimate(scheduled="2026-12-31")
        assert booked.due is None  # the consultation is 2 business days ahead
        # The next service from a later day on is the evaluation, and then the preparation.
        assert estimate(scheduled="2027-01-05", issued="2027-01-05").due is None
        later = estimate(scheduled="2027-01-07", issued="2027-01-07")
        assert later.due is None
        given_service = estimate(scheduled="2027-01-07", service="2027-01-18", issued="2027-01-07")
        assert given_service.due == dt.date(2027, 1, 8)

    @pytest.mark.parametrize(("issued", "late"), [("2027-01-11", False), ("2027-01-12", True)])
    def test_late_is_after_the_last_day(self, issued: str, late: bool) -> None:  # noqa: FBT001 - a row
        made = estimate(scheduled="2027-01-12", requested="2027-01-06", issued=issued)
        assert made.due == dt.date(2027, 1, 11)
        assert made.late is late
        assert (", late" in str(made)) is late
        assert made.to_dict()["late"] is late

    def test_a_charged_session_that_was_not_held_is_no_service_date(self) -> None:
        providers = {"own": "Own"}
        plan = kap.parse("2027-01-04 D3x D14 D24")
        cancelled = attrs.evolve(plan.sessions[0], notice_hours=3)
        quote = kap.quote(attrs.evolve(plan, sessions=[cancelled, *plan.sessions[1:]]), FEES)
        assert [line.missed for line in quote.lines] == [True, False, False, False]
        # Thursday is 3 business days ahead of Monday, the 18th is 10.
        made = estimate(quote, providers=providers, scheduled=MONDAY)
        assert made.due == dt.date(2027, 1, 7)
        held = kap.quote(kap.parse("2027-01-04 D3 D14 D24"), FEES)
        assert estimate(held, providers=providers, scheduled=MONDAY).due == dt.date(2027, 1, 5)

    @pytest.mark.parametrize("charge", [Share(percent="100"), None])
    def test_where_no_session_is_held_the_service_must_be_given(self, charge: Share | None) -> None:
        no_show = Missed(at_least=None, charge=charge, citation=SOURCE)
        quote = kap.quote(kap.parse("2027-01-04 D3!"), attrs.evolve(FEES, missed=[no_show]))
        assert quote.lines[0].date == dt.date(2027, 1, 7)
        with pytest.raises(kap.InvalidValue, match=r"^service: must be given"):
            estimate(quote, providers={"own": "Own"}, scheduled=MONDAY)

    def test_what_a_missed_session_costs_is_a_line_though_nobody_states_it(self) -> None:
        no_show = Missed(at_least=None, charge=None, citation=SOURCE)
        quote = kap.quote(kap.parse("2027-01-04 D3! D14"), attrs.evolve(FEES, missed=[no_show]))
        (own,) = estimate(quote, providers={"own": "Own"}).providers
        assert [(line.service, line.expected) for line in own.lines[:2]] == [
            ("dosing, missed", None),
            ("dosing", usd("400.00")),
        ]
        assert own.unpriced == ("dosing, missed",)

    def test_holidays_move_the_last_day(self) -> None:
        assert estimate(requested=MONDAY, holidays=["2027-01-06"]).due == dt.date(2027, 1, 8)

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"providers": {}}, "providers"),
            ({"providers": {"Journey Clinical": "JC"}}, "providers"),
            ({"providers": DETAILS | {"secret payee": "x"}}, "providers"),
            ({"providers": {"regrounding": " secret"}}, "providers"),
            ({"client": "secret\nclient"}, "client"),
            ({"issued": "secret"}, "issued"),
            ({"issued": "2021-12-31"}, "issued"),
            ({"diagnoses": ["F33.1", ""]}, "diagnoses[1]"),
            ({"diagnoses": "secret"}, "diagnoses"),
            ({"diagnoses": ["F33.1", "secret"]}, "diagnoses[1]"),
            ({"diagnoses": ["F33.1", "F33.1"]}, "diagnoses"),
            ({"providers": {"regrounding": None}}, "providers"),
            ({"providers": DETAILS | {"Journey Clinical": 1}}, "providers"),
            *(({"providers": no}, "providers") for no in (None, *NO_MAPPINGS)),
            *(({"codes": no}, "codes") for no in NO_MAPPINGS),
            ({"codes": {"dosing": "secret"}}, "codes"),
            ({"codes": {"dosing": None}}, "codes"),
            ({"rules": None}, "rules"),
            ({"rules": "secret"}, "rules"),
            ({"client": None}, "client"),
            ({"holidays": "secret"}, "holidays"),
            ({"holidays": ["secret"]}, "holidays[0]"),
            ({"codes": {"secret": "1"}}, "codes"),
            ({"codes": {"dosing": "secret "}}, "codes"),
            ({"scheduled": "2027-02-03"}, "service"),
            ({"scheduled": "secret"}, "scheduled"),
            ({"service": MONDAY}, "scheduled"),
        ],
    )
    def test_facts_that_cannot_be_are_refused_without_being_shown(
        self, facts: dict[str, Any], path: str
    ) -> None:
        with pytest.raises(kap.InvalidValue) as refused:
            estimate(**facts)
        assert [problem.path for problem in refused.value.problems] == [path]
        assert "secret" not in str(refused.value)

    def test_what_may_be_named_is_said(self) -> None:
        with pytest.raises(kap.InvalidValue, match="name regrounding, and may name Journey Clin"):
            estimate(providers={})
        quote = kap.quote(kap.parse("2027-01-04 P0"), "regrounding")
        with pytest.raises(kap.InvalidValue, match="name regrounding, and may name no others"):
            estimate(quote, providers={})

    def test_another_currency_is_refused(self) -> None:
        euros = kap.Quote(plan="p", fees="f", currency="EUR", lines=())
        with pytest.raises(kap.InvalidValue, match="must be in USD"):
            estimate(euros, providers={"f": "F"})

    def test_the_disclaimers_name_the_figures(self) -> None:
        said = " ".join(estimate().disclaimers)
        for words in (
            "$400.00",
            "120 calendar days",
            "no contract",
            "not legal advice",
            "may diff",
        ):
            assert words in said

    def test_as_json(self) -> None:
        document = estimate(
            scheduled="2026-12-29",
            requested="2026-12-28",
            diagnoses=["F33.1"],
            codes={"dosing": "90837"},
        ).to_dict()
        assert json.loads(json.dumps(document)) == document
        assert document | {"providers": 0, "disclaimers": 0, "citations": 0} == {
            "plan": "plan",
            "client": "A. Client",
            "issued": "2027-01-04",
            "due": "2026-12-30",
            "late": True,
            "valid_until": "2028-01-04",
            "currency": "USD",
            "diagnoses": ["F33.1"],
            "beyond": [],
            "providers": 0,
            "disclaimers": 0,
            "citations": 0,
        }
        assert document["citations"][0]["source"] == "45 CFR 149.610"
        practice = document["providers"][0]
        assert (practice["provider"], practice["expected"]) == ("regrounding", "1430.00")
        assert (practice["details"], practice["unpriced"]) == (
            DETAILS["regrounding"],
            ["consultation"],
        )
        assert practice["lines"][2] == {
            "session": "d1",
            "date": "2027-01-18",
            "minutes": 90,
            "service": "dosing",
            "code": "90837",
            "expected": "375.00",
        }
        assert document["providers"][1]["expected"] is None

    def test_as_text(self) -> None:
        quote = kap.quote(kap.parse("2027-01-04 C0 E2 D14/90 D28/120"), "regrounding")
        made = estimate(
            quote, requested="2026-12-28", diagnoses=["F33.1"], codes={"dosing": "90837"}
        )
        assert str(made).split("\n\n  These")[0] == (
            "Good Faith Estimate\n"
            "\n"
            "  client       A. Client\n"
            "  diagnoses    F33.1\n"
            "  issued       Mon, Jan 4, 2027, late\n"
            "  due          Thu, Dec 31, 2026\n"
            "  valid until  Tue, Jan 4, 2028\n"
            "\n"
            "A Practice, NPI 1234567893\n"
            "  Mon, Jan 4, 2027   c1  consultation       50 min               -\n"
            "  Mon, Jan 18, 2027  d1  dosing             90 min  90837  $375.00\n"
            "  Mon, Feb 1, 2027   d2  dosing            120 min  90837  $500.00\n"
            "                         expected charges                  $875.00\n"
            "  to be estimated by regrounding: consultation\n"
            "\n"
            "Journey Clinical, details not given\n"
            "  Wed, Jan 6, 2027  e1  medical-evaluation  30 min  -\n"
            "                        expected charges            -\n"
            "  to be estimated by Journey Clinical: medical-evaluation"
        )
        assert max(len(line) for line in str(made).splitlines()) <= 96
        assert "source: 45 CFR 149.610" in str(made)

    def test_a_line_without_date_and_a_provider_without_lines(self) -> None:
        supply = FeeSchedule(
            id="own",
            currency="USD",
            fees=(
                Fee(item="supply", payee="lab", rate=Flat(amount=usd("90.00")), citation=SOURCE),
                Fee(item="dosing", rate=Flat(amount=usd("1.00")), citation=SOURCE),
            ),
        )
        plan = kap.parse("2027-01-04 D0x S0>1=2")
        made = estimate(kap.quote(plan, supply), providers={"own": "Own"})
        assert [(p.payee, p.expected) for p in made.providers] == [
            ("own", None),
            ("lab", usd("90.00")),
        ]
        assert "  supply            $90.00\n  expected charges  $90.00\n" in str(made)

    def test_the_client_is_in_no_repr(self) -> None:
        made = estimate(client="MARKER", codes={"dosing": "MARKER"}, diagnoses=["MARKER"])
        assert repr(made) == "<GoodFaithEstimate plan: 2 providers>"
        assert repr(made.providers[0]) == "<GoodFaithProvider regrounding: 6 lines>"
        assert [repr(line) for line in made.providers[1].lines] == ["<GoodFaithLine e1>"]
        assert "MARKER" not in repr(made.providers)

    @pytest.mark.parametrize("quote", NO_QUOTES)
    def test_what_is_no_quote_is_refused(self, quote: Any) -> None:
        assert refused_at(estimate, quote) == ["quote"]

    def test_details_of_others_may_be_none(self) -> None:
        made = estimate(providers=DETAILS | {"Journey Clinical": None})
        assert made == estimate()
        assert made.providers[1].details is None

    @given(quotes())
    def test_no_line_is_lost_and_the_sums_are_the_quotes(self, quote: kap.Quote) -> None:
        made = estimate(quote, providers={PRACTICE: "P"})
        assert sum(len(provider.lines) for provider in made.providers) == len(quote.lines)
        for provider in made.providers:
            own = [line for line in quote.lines if line.payee == provider.payee]
            known = [line.amount for line in own if line.amount is not None]
            assert provider.expected == (quote.subtotals[provider.payee] if known else None)
            assert set(provider.unpriced) == {line.item for line in own if line.amount is None}
        for other in copies(made):
            assert other == made
            assert hash(other) == hash(made)


class TestDisputes:
    @pytest.mark.parametrize(
        ("bill", "over"),
        [("0.00", []), ("1829.99", []), ("1830.00", ["400.00"]), ("1830.01", ["400.01"])],
    )
    def test_exactly_400_over_counts(self, bill: str, over: list[str]) -> None:
        found = disputable(estimate(), {"regrounding": usd(bill)}, billed="2027-03-01")
        assert [dispute.over for dispute in found] == [usd(amount) for amount in over]

    def test_a_dispute_says_until_when(self) -> None:
        (dispute,) = disputable(estimate(), {"regrounding": usd("1830.00")}, billed="2027-03-01")
        assert dispute.until == dt.date(2027, 6, 29) == dt.date(2027, 3, 1) + dt.timedelta(120)
        assert dispute.to_dict() == {
            "provider": "regrounding",
            "estimated": "1430.00",
            "billed": "1830.00",
            "over": "400.00",
            "until": "2027-06-29",
        }
        assert str(dispute) == (
            "regrounding: $1,830.00 billed, $400.00 over the estimate of $1,430.00; "
            "may be disputed until Tue, Jun 29, 2027"
        )
        assert repr(dispute) == "<Dispute with regrounding>"
        for other in copies(dispute):
            assert other == dispute

    @pytest.mark.parametrize("payee", ["Journey Clinical", "a laboratory"])
    def test_a_bill_that_nothing_was_estimated_for_is_reported(self, payee: str) -> None:
        (dispute,) = disputable(estimate(), {payee: usd("1.00")}, billed="2027-03-01")
        assert (dispute.estimated, dispute.over, dispute.until) == (None, None, None)
        assert dispute.to_dict()["over"] is None
        assert dispute.to_dict()["until"] is None
        assert str(dispute).startswith(f"{payee}: $1.00 billed; no charges were estimated")

    def test_each_provider_is_held_against_its_own_estimate(self) -> None:
        made = attrs.evolve(
            estimate(),
            providers=(
                *estimate().providers[:1],
                GoodFaithProvider(payee="lab", lines=estimate().providers[0].lines[1:2]),
            ),
        )
        bills = {"lab": usd("585.00"), "regrounding": usd("1829.99")}
        assert [one.payee for one in disputable(made, bills, billed=MONDAY)] == ["lab"]

    @pytest.mark.parametrize(
        ("bills", "billed", "path"),
        [
            ({"regrounding": usd("-1.00")}, MONDAY, "bills"),
            ({"regrounding": 400}, MONDAY, "bills"),
            ({"regrounding": kap.Money.of("1.00", "EUR")}, MONDAY, "bills"),
            ({"secret\n": usd("1.00")}, MONDAY, "bills"),
            *((no, MONDAY, "bills") for no in (None, *NO_MAPPINGS)),
            ({}, "secret", "billed"),
        ],
    )
    def test_bills_that_cannot_be(self, bills: Any, billed: str, path: str) -> None:
        with pytest.raises(kap.InvalidValue) as refused:
            disputable(estimate(), bills, billed=billed)
        assert [problem.path for problem in refused.value.problems] == [path]
        assert "secret" not in str(refused.value)

    @pytest.mark.parametrize("given", [None, QUOTE, {}])
    def test_what_is_no_estimate_is_refused(self, given: Any) -> None:
        assert refused_at(disputable, given, {}, billed=MONDAY) == ["estimate"]


class TestFields:
    EUROS = kap.Money(1, "EUR")

    def test_an_estimate_s_fields_are_checked(self) -> None:
        made = estimate(requested=MONDAY, diagnoses=["F33.1"])
        check_tuples(made, "diagnoses", "providers")
        euros = GoodFaithProvider(
            payee="p", lines=[GoodFaithLine(service="s", expected=self.EUROS)]
        )
        check_fields(
            made,
            {
                "plan": ("plan", None),
                "due": ("due", "soon"),
                "rules": ("rules", None),
                "providers": ("providers", [euros]),
                "providers[0]": ("providers", ["regrounding"]),
            },
        )
        assert attrs.evolve(made, due="2027-01-07").due == dt.date(2027, 1, 7)

    def test_a_provider_s_fields_are_checked(self) -> None:
        made = estimate().providers[0]
        check_tuples(made, "lines")
        euros = attrs.evolve(made.lines[1], expected=self.EUROS)
        check_fields(
            made,
            {
                "payee": ("payee", 1),
                "details": ("details", ""),
                "lines": ("lines", [*made.lines, euros]),
                "lines[0]": ("lines", [None]),
            },
        )

    def test_a_line_s_fields_are_checked(self) -> None:
        check_fields(
            estimate().providers[0].lines[1],
            {
                "service": ("service", None),
                "session": ("session", 1),
                "date": ("date", dt.datetime(2027, 1, 4, tzinfo=dt.UTC)),
                "minutes": ("minutes", 0),
                "code": ("code", "h0004"),
                "expected": ("expected", 185),
            },
        )

    def test_a_dispute_s_fields_are_checked(self) -> None:
        (made,) = disputable(estimate(), {"regrounding": usd("1830.00")}, billed="2027-03-01")
        assert isinstance(made, Dispute)
        check_fields(
            made,
            {
                "payee": ("payee", None),
                "estimated": ("estimated", self.EUROS),
                "bill": ("bill", usd("-0.01")),
                "until": ("until", 120),
            },
        )
        check_fields(made, {"estimated": ("estimated", 1430)})
