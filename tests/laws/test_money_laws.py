"""Laws of money and prices that hold for every plan, schedule and agreement."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings, strategies as st

import kap_model as kap
from kap_model.fees import FeeSchedule
from kap_model.money import minor_digits
from kap_model.sessions import KINDS
from kap_model.testing import strategies as kst
from pricing_cases import Question, questions, quotable
from profiles import scaled

pytestmark = pytest.mark.law

SIGNED = kst.money(min_minor=-(10**9), max_minor=10**9)
WEIGHTS = st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any)
few = settings(max_examples=scaled(30))


class TestRounding:
    """Half away from zero, to the currency's minor unit, in one place."""

    @given(st.decimals(-(10**9), 10**9, places=4), st.sampled_from(("USD", "JPY", "KWD")))
    def test_as_decimal_rounds(self, exact: Decimal, currency: str) -> None:
        unit = Decimal(10) ** -minor_digits(currency)
        with localcontext(prec=40):
            expected = exact.quantize(unit, ROUND_HALF_UP)
            minor_units = Fraction(exact) / Fraction(unit)
        assert kap.Money.rounded(minor_units, currency) == kap.Money.of(expected, currency)

    @given(st.fractions(-(10**9), 10**9))
    def test_to_the_nearest_mirrored_and_settled(self, exact: Fraction) -> None:
        rounded = kap.Money.rounded(exact, "USD")
        assert abs(rounded.minor - exact) <= Fraction(1, 2)
        assert abs(rounded.minor) >= abs(exact) or abs(rounded.minor - exact) < Fraction(1, 2)
        assert kap.Money.rounded(-exact, "USD") == -rounded
        assert kap.Money.rounded(Fraction(rounded.minor), "USD") == rounded


class TestSplits:
    """Splits sum exactly."""

    @given(SIGNED, WEIGHTS)
    def test_parts_sum_to_the_whole(self, whole: kap.Money, weights: list[int]) -> None:
        parts = whole.allocate(weights)
        assert len(parts) == len(weights)
        assert kap.Money.total(parts, "USD") == whole

    @given(SIGNED, WEIGHTS)
    def test_each_part_is_its_share_cut_or_one_more(
        self, whole: kap.Money, weights: list[int]
    ) -> None:
        """One more also where the share is whole: what is left goes to the first parts."""
        for part, weight in zip(whole.allocate(weights), weights, strict=True):
            cut = abs(whole.minor) * weight // sum(weights)
            assert abs(part.minor) - cut in (0, 1)
            assert part.minor * whole.minor >= 0
            assert weight or not part.minor

    @given(SIGNED, WEIGHTS)
    def test_refunds_mirror_charges(self, whole: kap.Money, weights: list[int]) -> None:
        assert (-whole).allocate(weights) == tuple(-part for part in whole.allocate(weights))

    @given(SIGNED, st.fractions(-2, 2))
    def test_a_portion_is_mirrored(self, whole: kap.Money, share: Fraction) -> None:
        assert (-whole).portion(share) == -whole.portion(share) == whole.portion(-share)


class TestArithmetic:
    """Money adds and compares as the exact amounts do."""

    @given(SIGNED, SIGNED, SIGNED)
    def test_as_decimal_does(self, a: kap.Money, b: kap.Money, c: kap.Money) -> None:
        assert (a + b).amount == a.amount + b.amount
        assert (a - b).amount == a.amount - b.amount
        assert (a + b) + c == a + (b + c) == kap.Money.total([c, b, a], "USD")
        assert (a < b, a <= b, a == b) == (
            a.amount < b.amount,
            a.amount <= b.amount,
            a is b or a.amount == b.amount,
        )
        assert a - a == kap.Money.zero("USD")

    @given(st.integers(-(10**15), 10**15), st.sampled_from(("USD", "JPY", "KWD", "CHF")))
    def test_text_is_read_back(self, minor: int, currency: str) -> None:
        money = kap.Money(minor, currency)
        assert kap.Money.of(money.text, currency) == money
        assert kap.Money.of(money.amount, currency) == money


class TestTotals:
    """Totals equal the sum of shown lines, always."""

    @few
    @given(quotable())
    def test_totals_are_sums_of_lines(self, question: Question) -> None:
        quote = question.ask()
        document = quote.to_dict()
        for payee, subtotal in document["subtotals"].items():
            shown = [line["amount"] for line in document["lines"] if line["payee"] == payee]
            known = [Decimal(amount) for amount in shown if amount is not None]
            if subtotal is None:
                assert known == []
                assert shown
            else:
                assert Decimal(subtotal) == sum(known)
        assert document["total"] == document["subtotals"][question.fees.id]
        assert {line["payee"] for line in document["lines"]} <= set(document["subtotals"])

    @few
    @given(quotable())
    def test_no_more_is_claimed_than_charged(self, question: Question) -> None:
        for line in question.ask().lines:
            if line.claimable is not None:
                assert line.amount is not None
                assert kap.Money.zero(question.fees.currency) <= line.claimable <= line.amount
                assert line.session is not None
                assert line.payee == question.fees.id

    @few
    @given(quotable())
    def test_each_counting_session_has_one_line(self, question: Question) -> None:
        shown = [line.session for line in question.ask().lines if line.session is not None]
        assert len(set(shown)) == len(shown)
        counting = [session.id for session in question.plan.timeline.counting]
        missed = [s.id for s in question.plan.sessions if s.status in ("cancelled", "no-show")]
        assert set(counting) <= set(shown) <= {*counting, *missed}
        order = [session.id for session in question.plan.sessions]
        assert shown == sorted(shown, key=order.index)


class TestOrderAndRenaming:
    """Permuting sessions changes nothing but order; renaming ids changes only ids."""

    @few
    @given(questions(), st.randoms())
    def test_permuting_sessions(self, question: Question, random: Any) -> None:
        sessions, supplies = list(question.plan.sessions), list(question.plan.supplies or ())
        random.shuffle(sessions)
        random.shuffle(supplies)
        tracked = question.plan.supplies is not None
        permuted = attrs.evolve(
            question.plan, sessions=sessions, supplies=supplies if tracked else None
        )
        assert question.outcome(plan=permuted) == question.outcome()

    @few
    @given(quotable(), st.randoms())
    def test_permuting_fees(self, question: Question, random: Any) -> None:
        """Only lines that fall due once stand in the order of their fees."""
        fees = list(question.fees.fees)
        random.shuffle(fees)
        permuted = question.ask(fees=attrs.evolve(question.fees, fees=fees))
        usual = question.ask()
        assert permuted.total == usual.total
        assert permuted.missing == usual.missing
        of_sessions = len([line for line in usual.lines if line.session is not None])
        assert permuted.lines[:of_sessions] == usual.lines[:of_sessions]
        assert sorted(map(told, permuted.lines)) == sorted(map(told, usual.lines))

    @few
    @given(quotable())
    def test_renaming(self, question: Question) -> None:
        plan = question.plan
        supplies = plan.supplies
        renamed = attrs.evolve(
            plan,
            sessions=[attrs.evolve(s, id=f"n-{s.id}") for s in plan.sessions],
            supplies=supplies and [attrs.evolve(s, id=f"n-{s.id}") for s in supplies],
        )
        before, after = question.ask(), question.ask(plan=renamed)
        expected = [
            attrs.evolve(
                line,
                session=line.session and f"n-{line.session}",
                basis=line.basis.replace("supply x", "supply n-x"),
            )
            for line in before.lines
        ]
        assert after == attrs.evolve(before, lines=tuple(expected))


def told(line: kap.QuoteLine) -> str:
    return str(line.to_dict())


class TestInstants:
    """An equal instant in another offset changes nothing."""

    @few
    @given(questions(), st.integers(-14 * 60, 14 * 60))
    def test_another_offset(self, question: Question, minutes: int) -> None:
        offset = dt.timezone(dt.timedelta(minutes=minutes))
        moved = [
            attrs.evolve(s, start=dt.datetime.fromtimestamp(s.begins, offset))
            for s in question.plan.sessions
        ]
        written = attrs.evolve(question.plan, sessions=moved)
        assert question.outcome(plan=written) == question.outcome()


class TestPriceLock:
    """A price lock equals pricing with a schedule of that date."""

    @settings(max_examples=scaled(50))
    @given(questions(), st.dates(dt.date(1980, 1, 1), dt.date(2199, 12, 31)))
    def test_a_schedule_of_that_date(self, question: Question, day: dt.date) -> None:
        in_force = []
        for place in dict.fromkeys(map(without_date, question.fees.fees)):
            lines = [line for line in question.fees.fees if without_date(line) == place]
            started = [line for line in lines if line.since is None or line.since <= day]
            # What falls due once and is not in force yet is refused; a schedule of that date
            # would not have it.
            assume(started or place[0] in KINDS)
            if started:
                latest = max(started, key=lambda line: line.since or dt.date.min)
                in_force.append(attrs.evolve(latest, since=None))
        of_that_date: FeeSchedule = attrs.evolve(question.fees, fees=in_force)
        known = {name: question.arguments[name] for name in ("agreed", "labels")}
        # A word that only another date's line knows is refused by a schedule of that date.
        assume(not refuses_words(of_that_date, known) or refuses_words(question.fees, known))
        locked = question.outcome(priced_on=day)
        assert locked == question.outcome(fees=of_that_date, priced_on=None)


def without_date(line: kap.fees.Fee) -> tuple[Any, ...]:
    return line.place[:-1]


def refuses_words(fees: FeeSchedule, known: dict[str, Any]) -> bool:
    nothing = kap.Plan(id="plan", timezone="UTC", sessions=())
    try:
        kap.quote(nothing, fees, **known)
    except kap.InvalidValue:
        return True
    return False


class TestLocality:
    """What a session costs depends on no other session, but for packages."""

    @few
    @given(quotable())
    def test_one_session_alone(self, question: Question) -> None:
        fees = attrs.evolve(question.fees, packages=(), adjustments=())
        whole = question.outcome(fees=fees, packages=())
        assume(whole is not None)
        assert whole is not None
        lines = []
        for session in question.plan.sessions:
            part = attrs.evolve(question.plan, sessions=[session], supplies=None)
            priced = question.ask(plan=part, fees=fees, packages=())
            lines += [line for line in priced.lines if line.session is not None]
        assert lines == [line for line in whole.lines if line.session is not None]


class TestNoLeak:
    """No refusal shows who the client is, or an amount that was agreed."""

    @few
    @given(questions())
    def test_a_refusal_names_ids_and_words_of_the_schedule(self, question: Question) -> None:
        marked = attrs.evolve(question.plan, client="MARKER", conditions=("MARKER",))
        try:
            quote = question.ask(plan=marked)
            said = repr(quote) + repr(quote.lines) + str(quote) + str(quote.to_dict())
        except kap.InputError as error:
            said = str(error) + repr(error)
        assert said
        assert "MARKER" not in said
