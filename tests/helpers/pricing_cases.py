"""Generated arguments for ``quote``, and both implementations asked the same question."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any, Literal, NamedTuple

import attrs
from hypothesis import strategies as st

import kap_model as kap
from kap_model.fees import ByLabel, FeeSchedule, Scale
from kap_model.testing import strategies as kst
from pricing_oracle import Arguments, CannotBePricedError, Priced, price

OF_THE_SESSION = ("format", "place", "level")


class Question(NamedTuple):
    """A plan, a schedule, and the other arguments of ``quote``."""

    plan: kap.Plan
    fees: FeeSchedule
    arguments: dict[str, Any]

    def ask(self, **changes: Any) -> kap.Quote:
        given: dict[str, Any] = {"plan": self.plan, "fees": self.fees, **self.arguments, **changes}
        return kap.quote(given.pop("plan"), given.pop("fees"), **given)

    def outcome(self, **changes: Any) -> kap.Quote | None:
        """The quote, or ``None`` where it is refused."""
        try:
            return self.ask(**changes)
        except (kap.PricingError, kap.InvalidValue):
            return None

    def expected(self) -> Priced | None:
        claims = self.arguments["claims"]
        if claims is None:
            claims = self.fees.claims
        if claims is None and self.plan.protocol is not None:
            claims = kap.practices.BY_NAME[self.plan.protocol].claims
        given = Arguments(**{**self.arguments, "claims": claims})
        try:
            return price(self.plan, self.fees, given)
        except CannotBePricedError:
            return None


@st.composite
def plans_as_recorded(draw: st.DrawFn, max_sessions: int = 7) -> kap.Plan:
    """Any plan, mostly with the facts recorded on which prices depend."""
    plan = draw(kst.plans(max_sessions=max_sessions))
    if not draw(st.integers(0, 5)):
        return plan
    sessions = []
    for session in plan.sessions:
        facts: dict[str, Any] = {}
        status = draw(st.sampled_from((session.status, session.status, "cancelled", "no-show")))
        if status != session.status:
            facts = {"status": status, "notice_hours": None}
            if isinstance(session, (kap.MedicalEvaluation, kap.MedicalReview)):
                facts["outcome"] = None
        if status == "cancelled":
            facts["notice_hours"] = draw(st.integers(0, 72))
        if isinstance(session, kap.Dosing) and session.level is None:
            facts["level"] = draw(st.sampled_from(("low", "moderate")))
        sessions.append(attrs.evolve(session, **facts))
    return attrs.evolve(plan, sessions=sessions)


def missed_altogether(plan: kap.Plan, how: Literal["no-show"] | int) -> kap.Plan:
    """A plan of which every session was missed, or cancelled with so many hours of notice."""
    facts: dict[str, Any] = {"status": "no-show", "notice_hours": None}
    if how != "no-show":
        facts = {"status": "cancelled", "notice_hours": how}
    sessions = []
    for session in plan.sessions:
        medical = isinstance(session, (kap.MedicalEvaluation, kap.MedicalReview))
        changes: dict[str, Any] = {**facts, "outcome": None} if medical else facts
        sessions.append(attrs.evolve(session, **changes))
    return attrs.evolve(plan, sessions=sessions)


def all_dosings(plan: kap.Plan) -> kap.Plan:
    """A plan of dosings only, of usual lengths: packages run out, and tiers are met exactly."""
    lengths = itertools.cycle((90, 120, 60, 45, 180))
    sessions = [
        kap.Dosing(id=session.id, start=session.begins, minutes=next(lengths), level="low")
        for session in plan.sessions
    ]
    return attrs.evolve(plan, state="active", sessions=sessions)


def scales_of(fees: FeeSchedule) -> dict[str, Scale]:
    """A sliding scale of each kind that has one."""
    scales: dict[str, Scale] = {}
    for fee in fees.fees:
        options = [o.rate for o in fee.rate.options] if isinstance(fee.rate, ByLabel) else []
        for rate in (fee.rate, *options):
            if isinstance(rate, Scale):
                scales[fee.item] = rate
    return scales


def highest(scale: Scale) -> int:
    return scale.low.minor + 50_000 if scale.high is None else scale.high.minor


@st.composite
def arguments(draw: st.DrawFn, fees: FeeSchedule) -> dict[str, Any]:
    """Arguments for a schedule, mostly all that it asks for, sometimes not or unknown ones."""
    agreed = {
        kind: draw(kst.money(fees.currency, scale.low.minor, highest(scale)))
        for kind, scale in scales_of(fees).items()
        if draw(st.integers(0, 19))
    }
    labels = {
        fee.rate.label: draw(st.sampled_from([option.label for option in fee.rate.options]))
        for fee in fees.fees
        if isinstance(fee.rate, ByLabel) and fee.rate.label not in OF_THE_SESSION
        if draw(st.integers(0, 19))
    }
    packages = [package.id for package in fees.packages if draw(st.booleans())]
    strange = draw(st.integers(0, 60))
    if strange == 1:
        labels["route"] = draw(st.sampled_from(("oral", "by-air")))
    elif strange == 2:
        agreed["dosing"] = kap.Money(5, draw(st.sampled_from((fees.currency, "CHF"))))
    elif strange == 3:
        packages.append("no-such-package")
    return {
        "agreed": agreed,
        "labels": labels,
        "packages": packages,
        "priced_on": draw(
            st.none() | st.none() | st.dates(dt.date(1980, 1, 1), dt.date(2200, 1, 1))
        ),
        "claims": draw(st.none() | kst.claims()),
    }


@st.composite
def questions(draw: st.DrawFn, max_sessions: int = 7) -> Question:
    """One plan, one schedule, and arguments for them."""
    fees = draw(kst.fee_schedules())
    return Question(draw(plans_as_recorded(max_sessions)), fees, draw(arguments(fees)))


@st.composite
def quotable(draw: st.DrawFn, max_sessions: int = 7) -> Question:
    """A question that has an answer."""
    return draw(questions(max_sessions).filter(lambda question: question.outcome() is not None))


def seen(quote: kap.Quote) -> Priced:
    """A quote in the oracle's words."""
    return Priced(
        lines=[
            (  # type: ignore[misc]  # equal to the oracle's named tuple
                line.session,
                None if line.amount is None else line.amount.minor,
                line.payee,
                None if line.claimable is None else line.claimable.minor,
            )
            for line in quote.lines
        ],
        total=quote.total.minor,
        missing=list(quote.missing),
        complete=quote.complete,
        subtotals={
            payee: None if amount is None else amount.minor
            for payee, amount in quote.subtotals.items()
        },
    )
