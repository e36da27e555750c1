"""Laws that hold for every plan and protocol, whatever the rules say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, strategies as st

import kap_model as kap
from kap_model.testing import strategies as kst

pytestmark = pytest.mark.law

DATED = {
    "PREP-AFTER-SUPPLY",
    "SUPPLY-BALANCE",
    "SUPPLY-INITIAL",
    "REFILL-REVIEW",
    "SUPPLY-ISSUED",
    "DOSE-GAP",
    "DOSE-FREQUENCY",
    "REVIEW-QUARTER",
    "AGE-MIN",
}
Moment = dt.datetime | None


def findings(plan: kap.Plan, protocol: Any, as_of: Moment = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kap.check(plan, protocol, as_of=as_of).to_dict()["findings"]
    return found


def renamed(plan: kap.Plan) -> kap.Plan:
    """Every id with a prefix: the canonical order of ids stays as it was."""
    return attrs.evolve(
        plan,
        sessions=[attrs.evolve(s, id=f"n-{s.id}") for s in plan.sessions],
        supplies=(
            None
            if plan.supplies is None
            else [attrs.evolve(s, id=f"n-{s.id}") for s in plan.supplies]
        ),
    )


class TestOrderAndRenaming:
    """Permuting sessions or renaming ids changes nothing but the ids."""

    @given(kst.plans(), kst.protocols(), kst.moments(), st.randoms())
    def test_permuting(
        self, plan: kap.Plan, protocol: kap.CareProtocol, as_of: Moment, random: Any
    ) -> None:
        shuffled = list(plan.sessions)
        random.shuffle(shuffled)
        permuted = attrs.evolve(plan, sessions=shuffled)
        assert permuted == plan
        assert hash(permuted) == hash(plan)
        assert kap.check(permuted, protocol, as_of=as_of) == kap.check(plan, protocol, as_of=as_of)

    @given(kst.plans(), kst.protocols(), kst.moments())
    def test_renaming(self, plan: kap.Plan, protocol: kap.CareProtocol, as_of: Moment) -> None:
        found = findings(plan, protocol, as_of)
        again = findings(renamed(plan), protocol, as_of)
        keys = ("rule", "verdict", "severity", "opens", "due", "observed", "required")
        assert [[f[key] for key in keys] for f in again] == [
            [f[key] for key in keys] for f in found
        ]
        ids = [[f"n-{id}" for id in finding["sessions"]] for finding in found]
        assert [finding["sessions"] for finding in again] == ids


class TestInstant:
    """An equal instant in another offset changes nothing."""

    @given(kst.plans(), kst.moments(), st.integers(-840, 840))
    def test_other_offset(self, plan: kap.Plan, as_of: Moment, minutes: int) -> None:
        offset = dt.timezone(dt.timedelta(minutes=minutes))
        moved = attrs.evolve(
            plan,
            sessions=[attrs.evolve(s, start=s.start.astimezone(offset)) for s in plan.sessions],
        )
        assert moved == plan
        elsewhere = None if as_of is None else as_of.astimezone(offset)
        assert kap.check(moved, as_of=elsewhere) == kap.check(plan, as_of=as_of)


class TestZoneLocality:
    """Only rules on dates may change with the zone."""

    @given(kst.plans(), kst.protocols(dated=False), kst.moments(), kst.zones())
    def test_other_zone(
        self, plan: kap.Plan, protocol: kap.CareProtocol, as_of: Moment, zone: str
    ) -> None:
        def undated(plan: kap.Plan) -> list[Any]:
            return [
                (f.rule, f.verdict, f.severity, f.sessions)
                for f in kap.check(plan, protocol, as_of=as_of).findings
                if f.rule not in DATED
            ]

        assert undated(attrs.evolve(plan, timezone=zone)) == undated(plan)


class TestDecomposition:
    """No rule reads another's result."""

    @given(kst.plans(), kst.protocols(), kst.moments())
    def test_one_by_one(self, plan: kap.Plan, protocol: kap.CareProtocol, as_of: Moment) -> None:
        alone = [
            finding
            for rule in kap.RULES
            for finding in kap.check(
                plan, attrs.evolve(protocol, severities={}), as_of=as_of, rules=(rule,)
            ).findings
        ]
        together = kap.check(plan, attrs.evolve(protocol, severities={}), as_of=as_of)
        assert tuple(alone) == together.findings


class TestEvidence:
    """Findings name only the plan's sessions, and say something to a person."""

    @given(kst.plans(), kst.protocols(), kst.moments())
    def test_sessions(self, plan: kap.Plan, protocol: kap.CareProtocol, as_of: Moment) -> None:
        ids = {session.id for session in plan.sessions}
        report = kap.check(plan, protocol, as_of=as_of)
        for finding in report.findings:
            assert set(finding.sessions) <= ids
            assert finding.message.endswith(".")
            assert finding.message[0].isupper()
            assert finding.citation.source
        assert report.plan in str(report)


class TestMonotone:
    """Adding an integration in a gap never adds a finding of that family; a review likewise."""

    @given(kst.plans(), kst.moments(), st.data())
    def test_integration_in_a_gap(self, plan: kap.Plan, as_of: Moment, data: st.DataObject) -> None:
        dosings = [s for s in plan.sessions if isinstance(s, kap.Dosing) and s.status == "planned"]
        assume(dosings and plan.state == "active")
        after = data.draw(st.sampled_from(dosings)).ends
        added = kap.Integration(id="zz", start=dt.datetime.fromtimestamp(after, dt.UTC), minutes=50)
        grown = attrs.evolve(plan, sessions=[*plan.sessions, added])
        assert named(grown, as_of, "INTEG-EACH") <= named(plan, as_of, "INTEG-EACH")

    @given(kst.plans(), kst.instants(), st.sampled_from(("core", "kingsley", "regrounding")))
    def test_review(self, plan: kap.Plan, start: dt.datetime, practice: str) -> None:
        assume(plan.state == "active")
        near = plan.sessions[len(plan.sessions) // 2].start if plan.sessions else start
        added = kap.MedicalReview(id="zz", start=near, minutes=30)
        grown = attrs.evolve(plan, protocol=practice, sessions=[*plan.sessions, added])
        before = attrs.evolve(plan, protocol=practice)
        for rule in ("REVIEW-AFTER", "REVIEW-QUARTER"):
            assert named(grown, None, rule) <= named(before, None, rule)
            if kap.check(before).rules[rule] == "satisfied":
                assert kap.check(grown).rules[rule] == "satisfied"


def named(plan: kap.Plan, as_of: Moment, rule: str) -> set[str]:
    """The sessions that a rule's findings name."""
    report = kap.check(plan, as_of=as_of)
    return {id for f in report.findings if f.rule == rule for id in f.sessions}


class TestLocality:
    """INTEG-EACH for Dk depends only on sessions from Dk to Dk+1."""

    @given(kst.plans(), st.data())
    def test_integration(self, plan: kap.Plan, data: st.DataObject) -> None:
        dosings = plan.timeline.dosings
        assume(len(dosings) > 1)
        number = data.draw(st.integers(0, len(dosings) - 2))
        this, following = dosings[number : number + 2]
        near = [
            s
            for s in plan.sessions
            if s in (this, following)
            or (not isinstance(s, kap.Dosing) and this.begins <= s.begins <= following.begins)
        ]
        cut = attrs.evolve(plan, sessions=near)
        assert (this.id in named(cut, None, "INTEG-EACH")) == (
            this.id in named(plan, None, "INTEG-EACH")
        )


class TestExtension:
    """Adding sessions at or after ``as_of`` never clears a violation about something missing."""

    @given(kst.plans(), kst.protocols(), kst.moments().filter(bool), st.data())
    def test_violated_stays(
        self, drawn: kap.Plan, protocol: kap.CareProtocol, as_of: dt.datetime, data: st.DataObject
    ) -> None:
        plan = attrs.evolve(drawn, state="active")
        later = st.integers(0, 100 * 24).map(lambda h: as_of + dt.timedelta(hours=h))
        added = []
        for number in range(data.draw(st.integers(1, 3))):
            cls: Any = data.draw(
                st.sampled_from(
                    (
                        kap.Consultation,
                        kap.MedicalEvaluation,
                        kap.Preparation,
                        kap.Dosing,
                        kap.Integration,
                        kap.MedicalReview,
                    )
                )
            )
            added.append(cls(id=f"zz{number}", start=data.draw(later), minutes=50))
        grown = attrs.evolve(plan, sessions=[*plan.sessions, *added])
        # The course is judged by the protocol of its first session's date, which stays the first.
        assume(plan.timeline.counting)
        before, after = (violated(p, protocol, as_of) for p in (plan, grown))
        missed = Counter(map(owed, (f for f in before if f.breach.nature == "missing")))
        assert not missed - Counter(map(owed, after))

    def test_an_integration_at_the_instant_of_the_dosing(self) -> None:
        plan = kap.parse("2027-01-04 C0@10:00/1 I0@10:00/1")
        as_of = plan.sessions[0].start
        dosing = kap.Dosing(id="zz0", start=as_of, minutes=120)
        grown = attrs.evolve(plan, sessions=[*plan.sessions, dosing])
        natures = [
            [f.breach.nature for f in violated(p, "core", as_of) if f.rule == "INTEG-ORDER"]
            for p in (plan, grown)
        ]
        assert natures == [["missing"], ["violated"]]


def violated(plan: kap.Plan, protocol: Any, as_of: Moment) -> list[kap.Finding]:
    found = kap.check(plan, protocol, as_of=as_of).findings
    return [f for f in found if f.verdict == "violated"]


def owed(finding: kap.Finding) -> tuple[str, Any]:
    """What a finding is about: a due date; an integration that comes before all dosings, by itself.

    While there is no dosing, one is missing until that integration; with one at its instant or
    later, it is the integration that stands in the wrong place.
    """
    if finding.rule == "INTEG-ORDER":
        return finding.rule, finding.sessions
    return finding.rule, finding.due


CURES: dict[str, Any] = {
    "SCREEN-FIRST": kap.Consultation,
    "MED-CLEAR": kap.MedicalEvaluation,
    "PREP-COUNT": kap.Preparation,
    "DOSE-COUNT": kap.Dosing,
    "INTEG-EACH": kap.Integration,
    "INTEG-ORDER": kap.Dosing,
    "REVIEW-AFTER": kap.MedicalReview,
    "REVIEW-QUARTER": kap.MedicalReview,
}


class TestPendingCanBeCleared:
    """A pending finding, alone, is cleared by an addition in its window if it holds one."""

    @given(st.sampled_from(("core", "kingsley", "regrounding")), st.data())
    def test_cure(self, practice: str, data: st.DataObject) -> None:
        whole = data.draw(kst.lawful_plans(practice))
        kept = data.draw(st.sets(st.sampled_from(whole.sessions), min_size=1))
        plan = attrs.evolve(whole, sessions=kept)
        at = data.draw(st.sampled_from(whole.sessions)).begins
        as_of = dt.datetime.fromtimestamp(at + data.draw(st.sampled_from((-60, 0, 3600))), dt.UTC)
        for finding in kap.check(plan, practice, as_of=as_of).findings:
            if finding.verdict == "pending" and finding.rule in CURES:
                cured = attrs.evolve(plan, sessions=[*plan.sessions, *cures(plan, finding, as_of)])
                again = kap.check(cured, practice, as_of=as_of).findings
                assert (finding.rule, finding.due) not in {(f.rule, f.due) for f in again}


def cures(plan: kap.Plan, finding: kap.Finding, as_of: dt.datetime) -> list[kap.Session]:
    """One-minute sessions from the window's start on, as many as are missing."""
    opens, closes = finding.breach.opens, finding.breach.closes
    start = int(as_of.timestamp())
    if opens is not None:
        start = max(start, plan.zone.resolve(opens))
    count = 6 - len(plan.timeline.dosings) if finding.rule == "DOSE-COUNT" else 1
    if closes is not None:
        assume(start + 60 * count <= plan.zone.resolve(closes))
    return [
        CURES[finding.rule](
            id=f"zz{number}",
            start=dt.datetime.fromtimestamp(start + 60 * number, dt.UTC),
            minutes=1,
        )
        for number in range(count)
    ]


class TestTightening:
    """Tightening a limit never removes a finding."""

    @given(kst.plans(), kst.moments(), st.integers(1, 10), st.integers(0, 5))
    def test_counts(self, plan: kap.Plan, as_of: Moment, low: int, width: int) -> None:
        loose, tight = kap.Bounds(low, low + width + 2), kap.Bounds(low + 1, low + width + 1)
        for limit in ("dosing_count", "preparation_count", "integration_count", "dosing_gap_days"):
            assert_tighter(plan, as_of, limit, loose, tight)
        for limit in ("dosing_minutes", "therapy_minutes"):
            wide, narrow = kap.Bounds(50, 100 + low), kap.Bounds(50 + low, 99 + low)
            assert_tighter(plan, as_of, limit, wide, narrow)

    @given(kst.plans(), kst.moments(), st.integers(1, 6))
    def test_figures(self, plan: kap.Plan, as_of: Moment, number: int) -> None:
        assert_tighter(plan, as_of, "initial_supply", number + 1, number)
        assert_tighter(plan, as_of, "integration_per_dosing", number, number + 1)
        assert_tighter(plan, as_of, "effect_minutes", number * 10, number * 10 + 1)
        assert_tighter(plan, as_of, "integration_window_hours", number + 1, number)
        assert_tighter(
            plan, as_of, "review_every", kap.ReviewEvery(number + 1), kap.ReviewEvery(number)
        )
        assert_tighter(
            plan,
            as_of,
            "dosing_frequency",
            kap.Frequency(number + 1, 20),
            kap.Frequency(number, 20),
        )


def assert_tighter(plan: kap.Plan, as_of: Moment, limit: str, loose: Any, tight: Any) -> None:
    cite = kap.Citation("a test", "here")

    def rules_with_findings(value: Any) -> set[str]:
        setting = kap.Setting(limit=limit, value=value, citation=cite)
        protocol = kap.CareProtocol(id="own", settings=[setting])
        return {f.rule for f in kap.check(plan, protocol, as_of=as_of).findings}

    assert rules_with_findings(loose) <= rules_with_findings(tight)


class TestLawfulPlans:
    """Every shipped protocol has witness plans."""

    @given(st.sampled_from(("core", "kingsley", "regrounding")), st.data())
    def test_no_finding(self, practice: str, data: st.DataObject) -> None:
        plan = data.draw(kst.lawful_plans(practice))
        report = kap.check(plan, practice)
        assert report.findings == ()
        assert report.ok
        assert report.confirmed
        assert set(report.rules.values()) <= {"satisfied", "not-applicable"}
