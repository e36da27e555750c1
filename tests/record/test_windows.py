"""Windows to the second: when what is missing is due, what is in force, and what is waived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest

import kap_model as kap
from support import Row, at, dated, findings, limits, on, pending, plan, rows, unknown, violated

CLEARANCE = limits(evaluation_first=True)
EACH = limits(integration_per_dosing=1)
REFILL = limits(refill_needs_review=True)
ROLLING = limits(review_every={"months": 3})
GOING_ON = limits(review_every={"months": 3}, dosing_count={"min": 6})
SECOND = dt.timedelta(seconds=1)


def earlier(instant: str) -> str:
    return (dt.datetime.fromisoformat(instant) - SECOND).isoformat()


class TestDayEnds:
    @pytest.mark.parametrize(
        ("date", "zone", "closes"),
        [
            ("2027-01-04", "UTC", "2027-01-05T00:00:00+00:00"),
            ("2027-01-04", "America/Los_Angeles", "2027-01-05T08:00:00+00:00"),
            ("2027-01-04", "Asia/Kathmandu", "2027-01-04T18:15:00+00:00"),
            ("2027-01-04", "Pacific/Kiritimati", "2027-01-04T10:00:00+00:00"),
            ("2027-03-13", "America/Los_Angeles", "2027-03-14T08:00:00+00:00"),
            ("2027-03-14", "America/Los_Angeles", "2027-03-15T07:00:00+00:00"),
            ("2027-11-06", "America/Los_Angeles", "2027-11-07T07:00:00+00:00"),
            ("2027-11-07", "America/Los_Angeles", "2027-11-08T08:00:00+00:00"),
            ("2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),
            ("2018-11-04", "America/Sao_Paulo", "2018-11-05T02:00:00+00:00"),
            ("2018-02-17", "America/Sao_Paulo", "2018-02-18T03:00:00+00:00"),
            ("2023-04-27", "Africa/Cairo", "2023-04-27T22:00:00+00:00"),
            ("2024-03-09", "America/Havana", "2024-03-10T05:00:00+00:00"),
            ("2024-11-02", "America/Havana", "2024-11-03T04:00:00+00:00"),
            ("2024-11-03", "America/Havana", "2024-11-04T05:00:00+00:00"),
            ("2006-04-01", "America/St_Johns", "2006-04-02T03:30:00+00:00"),
            ("2006-10-28", "America/St_Johns", "2006-10-29T02:30:00+00:00"),
            ("2006-10-29", "America/St_Johns", "2006-10-30T03:30:00+00:00"),
            ("1988-10-29", "America/St_Johns", "1988-10-30T01:30:00+00:00"),
            ("2011-12-28", "Pacific/Apia", "2011-12-29T10:00:00+00:00"),
            ("2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
            ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
            ("2011-12-31", "Pacific/Apia", "2011-12-31T10:00:00+00:00"),
            ("1993-08-20", "Pacific/Kwajalein", "1993-08-21T12:00:00+00:00"),
            ("1993-08-21", "Pacific/Kwajalein", "1993-08-21T12:00:00+00:00"),
        ],
    )
    def test_a_date_closes_with_the_first_instant_of_the_next(
        self, date: str, zone: str, closes: str
    ) -> None:
        line = f"{date} {zone} S0>=2"
        before, after = earlier(closes), closes
        assert findings(line, CLEARANCE, "SUPPLY-ISSUED", before) == [pending("error", due=date)]
        assert findings(line, CLEARANCE, "SUPPLY-ISSUED", after) == [violated("error", due=date)]

    @pytest.mark.parametrize(
        ("starts", "minutes", "expected"),
        [
            ("2006-10-29T02:00:00Z", 30, []),
            ("2006-10-29T02:00:00Z", 31, [violated("error", due="2006-10-28")]),
            ("2006-10-29T02:31:00Z", 30, [violated("error", due="2006-10-28")]),
        ],
    )
    def test_what_ends_after_the_first_midnight_is_late_though_clocks_go_back(
        self, starts: str, minutes: int, expected: list[Row]
    ) -> None:
        course = plan(
            f"2006-10-28 America/St_Johns S0>=2 E0/{minutes}*",
            {"e1.outcome": "eligible", "e1.start": starts},
        )
        assert findings(course, CLEARANCE, "SUPPLY-ISSUED") == expected

    @pytest.mark.parametrize(
        ("second", "opens", "due", "closes"),
        [
            (2, "2011-12-30", "2011-12-31", "2011-12-31T10:00:00+00:00"),
            (3, "2011-12-30", "2012-01-01", "2012-01-01T10:00:00+00:00"),
        ],
    )
    def test_a_window_opens_on_a_day_that_does_not_exist(
        self, second: int, opens: str, due: str, closes: str
    ) -> None:
        line = f"2011-12-29 Pacific/Apia S0>=1 S{second}>=1"
        before, after = earlier(closes), closes
        missing = {"opens": opens, "due": due}
        assert findings(line, REFILL, "REFILL-REVIEW", before) == [pending("error", **missing)]
        assert findings(line, REFILL, "REFILL-REVIEW", after) == [violated("error", **missing)]

    def test_a_window_of_a_day_that_does_not_exist_is_never_open(self) -> None:
        line = "2011-12-29 Pacific/Apia S0>=1 S1>=1"
        assert findings(line, REFILL, "REFILL-REVIEW", "2011-12-01T00:00:00Z") == [
            violated("error", opens="2011-12-30", due="2011-12-30")
        ]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("2011-09-30 Pacific/Apia E0 D90", []),
            (
                "2011-09-30 Pacific/Apia E0 D92",
                [violated("error", "d1", opens="2011-10-01", due="2011-12-30")],
            ),
        ],
    )
    def test_a_month_may_end_on_a_day_that_does_not_exist(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, ROLLING, "REVIEW-QUARTER") == expected


class TestClocksSetBackAcrossMidnight:
    """On 29 October 2006 at 00:01 clocks in St. John's went back to 23:01 on the 28th."""

    ON_THE_29TH = "2006-10-29T02:30:00Z"
    ON_THE_28TH_AGAIN = "2006-10-29T02:31:00Z"

    @pytest.mark.parametrize(
        ("starts", "expected"),
        [
            ("2006-10-29T02:29:59Z", [violated("warning", "p1", due="2006-10-28")]),
            (ON_THE_29TH, []),
            (ON_THE_28TH_AGAIN, [violated("warning", "p1", due="2006-10-28")]),
            ("2006-10-29T03:29:59Z", [violated("warning", "p1", due="2006-10-28")]),
            ("2006-10-29T03:30:00Z", []),
        ],
    )
    def test_the_date_is_the_clock_s(self, starts: str, expected: list[Row]) -> None:
        course = plan("2006-10-28 America/St_Johns S0>1=2 P0", {"p1.start": starts})
        protocol = limits(preparation_after_supply=True)
        assert findings(course, protocol, "PREP-AFTER-SUPPLY") == expected

    def test_the_last_date_is_the_latest_of_any_dosing(self) -> None:
        line = "2006-07-28 America/St_Johns E0 D92 D92"
        course = plan(line, {"d1.start": self.ON_THE_29TH, "d2.start": self.ON_THE_28TH_AGAIN})
        assert findings(course, ROLLING, "REVIEW-QUARTER") == [
            violated("error", "d1", opens="2006-07-29", due="2006-10-28")
        ]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("2006-10-28 America/St_Johns D0 D0", []),
            ("2006-10-28 America/St_Johns D0 D0 D0@10:00", [violated("error", "d2")]),
            ("2006-10-28 America/St_Johns D0 D0 D1@10:00", [violated("error", "d3")]),
        ],
    )
    def test_consecutive_days_are_counted_by_date(self, line: str, expected: list[Row]) -> None:
        course = plan(line, {"d1.start": self.ON_THE_29TH, "d2.start": self.ON_THE_28TH_AGAIN})
        protocol = limits(dosing_frequency={"at_most": 1, "days": 1})
        assert findings(course, protocol, "DOSE-FREQUENCY") == expected


class TestInstants:
    @pytest.mark.parametrize(
        ("as_of", "expected"),
        [
            (None, violated("error", "d1", due=at(14))),
            (at(14, "09:59:59"), pending("error", "d1", due=at(14))),
            ("2027-01-15T11:59:59+02:00", pending("error", "d1", due=at(14))),
            (at(14, "10:00:00"), violated("error", "d1", due=at(14))),
            ("2027-01-15T12:00:00+02:00", violated("error", "d1", due=at(14))),
            ("2027-01-14T20:00:00-14:00", violated("error", "d1", due=at(14))),
        ],
    )
    def test_an_instant_closes_in_every_offset(self, as_of: str | None, expected: Row) -> None:
        assert findings("D14", CLEARANCE, "MED-CLEAR", as_of) == [expected]

    def test_as_of_may_be_an_aware_datetime(self) -> None:
        closes = dt.datetime(2027, 1, 15, 10, tzinfo=dt.UTC)
        course = plan("D14")
        before = kap.check(course, CLEARANCE, as_of=closes - SECOND)
        after = kap.check(course, CLEARANCE, as_of=closes)
        assert rows(before, "MED-CLEAR") == [pending("error", "d1", due=at(14))]
        assert rows(after, "MED-CLEAR") == [violated("error", "d1", due=at(14))]

    @pytest.mark.parametrize(
        ("line", "due"),
        [
            ("2027-01-04 D14", "2027-01-18T10:00:00+00:00"),
            ("2027-01-04 America/Los_Angeles D14", "2027-01-18T10:00:00-08:00"),
            ("2027-01-04 America/Los_Angeles D70", "2027-03-15T10:00:00-07:00"),
            ("2027-01-04 Asia/Kathmandu D14@00:00", "2027-01-18T00:00:00+05:45"),
            ("2006-10-29 America/St_Johns D0@00:00", "2006-10-29T00:00:00-02:30"),
        ],
    )
    def test_an_instant_is_told_in_the_plan_s_zone(self, line: str, due: str) -> None:
        assert findings(line, CLEARANCE, "MED-CLEAR") == [violated("error", "d1", due=due)]

    @pytest.mark.parametrize(
        ("line", "opens"),
        [
            ("2027-03-14 America/Los_Angeles D0@01:00", "2027-03-14T04:00:00-07:00"),
            ("2027-11-07 America/Los_Angeles D0@00:30", "2027-11-07T01:30:00-08:00"),
            ("2027-11-07 America/Los_Angeles D0@00:30/60", "2027-11-07T01:30:00-07:00"),
            ("2011-12-29 Pacific/Apia D0@23:00", "2011-12-31T01:00:00+14:00"),
            ("2006-10-28 America/St_Johns D0@23:30/60", "2006-10-28T23:30:00-03:30"),
        ],
    )
    def test_an_end_is_the_elapsed_minutes_after_the_start(self, line: str, opens: str) -> None:
        assert findings(line, EACH, "INTEG-EACH") == [violated("error", "d1", opens=opens)]

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("D14 D20", at(10), pending("error", "d1", opens=at(14, "12:00"), due=at(20))),
            ("D14 D20", at(17), pending("error", "d1", opens=at(14, "12:00"), due=at(20))),
            ("D14 D20", at(20), violated("error", "d1", opens=at(14, "12:00"), due=at(20))),
            (
                "D14 D14@12:00",
                at(10),
                violated("error", "d1", opens=at(14, "12:00"), due=at(14, "12:00")),
            ),
            (
                "D14 D14@12:01",
                at(10),
                pending("error", "d1", opens=at(14, "12:00"), due=at(14, "12:01")),
            ),
        ],
    )
    def test_a_window_that_closes_before_it_opens_is_over(
        self, line: str, as_of: str, expected: Row
    ) -> None:
        assert findings(line, EACH, "INTEG-EACH", as_of)[0] == expected


class TestDatesOfThePlansZone:
    @pytest.mark.parametrize(
        ("as_of", "expected"),
        [("2027-01-11T07:59:59Z", []), ("2027-01-11T08:00:00Z", [violated("error")])],
    )
    def test_what_is_issued_by_now(self, as_of: str, expected: list[Row]) -> None:
        line = "2027-01-01 America/Los_Angeles S0>1=2 S10>=2"
        assert findings(line, limits(initial_supply=2), "SUPPLY-INITIAL", as_of) == expected

    @pytest.mark.parametrize(
        ("as_of", "expected"),
        [
            ("2027-01-11T07:59:59Z", unknown("error", "e1")),
            ("2027-01-11T08:00:00Z", violated("error", "e1")),
        ],
    )
    def test_what_was_issued_while_pending(self, as_of: str, expected: Row) -> None:
        line = "2027-01-01 America/Los_Angeles E1? S10>=2"
        assert findings(line, CLEARANCE, "SUPPLY-ISSUED", as_of) == [expected]

    @pytest.mark.parametrize(
        ("as_of", "expected"),
        [
            ("2027-04-02T06:59:59Z", []),
            ("2027-04-02T07:00:00Z", [violated("error", opens="2027-01-02", due="2027-04-01")]),
        ],
    )
    def test_how_long_treatment_has_gone_on(self, as_of: str, expected: list[Row]) -> None:
        line = "2027-01-01 America/Los_Angeles E0 D14"
        assert findings(line, GOING_ON, "REVIEW-QUARTER", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("2027-01-03 America/Los_Angeles E0@23:00", [violated("error", "e1")]),
            ("2027-01-04 America/Los_Angeles E0@00:00", []),
            ("2027-01-04 Asia/Tokyo E0@01:00", []),
        ],
    )
    def test_how_old_the_client_is(self, line: str, expected: list[Row]) -> None:
        course = plan(line, {"born": "2009-01-04"})
        assert findings(course, limits(minimum_age=18), "AGE-MIN") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("2027-01-01 America/Los_Angeles D0@23:00 D7@01:00", []),
            ("2027-01-01 America/Los_Angeles D0@01:00 D6@23:00", [violated("error", "d1", "d2")]),
        ],
    )
    def test_how_far_dosings_lie_apart(self, line: str, expected: list[Row]) -> None:
        assert findings(line, limits(dosing_gap_days={"min": 7}), "DOSE-GAP") == expected


def protocol_of(**limit_lines: dict[str | None, Any]) -> kap.CareProtocol:
    settings = [line for limit, lines in limit_lines.items() for line in dated(limit, lines)]
    return kap.CareProtocol(id="dated", settings=settings)


class TestLimitsInForce:
    TIGHTENED = protocol_of(dosing_minutes={None: {"min": 60}, "2027-02-01": {"min": 90}})
    TOO_SHORT = (violated("warning", "d1"),)

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("2027-01-31 D0/60 D1/60 D300/60", ()),
            ("2027-02-01 D0/60", TOO_SHORT),
            ("2027-02-01 D0/90", ()),
            ("2027-01-31 C0 D1/60", ()),
            ("2027-01-31 C0x D1/60", TOO_SHORT),
            ("2027-01-31 C0! D1/60", TOO_SHORT),
            ("2027-01-31 completed C0 D1/60*", TOO_SHORT),
            ("2027-01-31 completed C0* D1/60*", ()),
            ("2027-01-31 S0>=2 D1/60", TOO_SHORT),
            ("2027-01-31 America/Los_Angeles D0@23:00/60", ()),
            ("2027-02-01 Asia/Tokyo D0@01:00/60", TOO_SHORT),
        ],
    )
    @pytest.mark.parametrize("as_of", [None, at(0), at(400)])
    def test_the_date_of_the_earliest_counting_session_decides(
        self, line: str, as_of: str | None, expected: tuple[Row, ...]
    ) -> None:
        assert findings(line, self.TIGHTENED, "DOSE-DURATION", as_of) == list(expected)

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("2026-01-01 D0/59", ()),
            ("2027-01-31 D0/59", ()),
            ("2027-02-01 D0/59", TOO_SHORT),
            ("2027-05-31 D0/60", ()),
            ("2027-06-01 D0/60", TOO_SHORT),
            ("2027-06-01 D0/90", ()),
        ],
    )
    def test_before_its_first_date_a_limit_is_not_set(
        self, line: str, expected: tuple[Row, ...]
    ) -> None:
        protocol = protocol_of(
            dosing_minutes={"2027-02-01": {"min": 60}, "2027-06-01": {"min": 90}},
            therapy_minutes={None: {"min": 1}},
        )
        assert findings(line, protocol, "DOSE-DURATION") == list(expected)

    @pytest.mark.parametrize(
        ("line", "verdict"),
        [
            ("2027-01-31 D0/60", "satisfied"),
            ("2027-01-31 D0/59", "violated"),
            ("2027-02-01 D0/59", "not-applicable"),
            ("2027-03-01 D0/59", "violated"),
        ],
    )
    def test_a_limit_may_be_off_from_a_date_on(self, line: str, verdict: str) -> None:
        protocol = protocol_of(
            dosing_minutes={None: {"min": 60}, "2027-02-01": "off", "2027-03-01": {"min": 60}}
        )
        assert kap.check(plan(line), protocol).rules["DOSE-DURATION"] == verdict

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("", at(30, "23:59:59"), [pending("error")]),
            ("", at(31, "00:00:00"), []),
            ("", None, []),
            ("C0x", at(30), [pending("error")]),
            ("C0x", at(31), []),
            ("completed C0", at(30), [violated("error")]),
            ("completed C0", None, []),
            ("2027-01-01 America/Los_Angeles", "2027-02-01T07:59:59Z", [pending("error")]),
            ("2027-01-01 America/Los_Angeles", "2027-02-01T08:00:00Z", []),
        ],
    )
    def test_without_a_counting_session_as_of_decides_and_else_the_latest(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        protocol = protocol_of(dosing_count={None: {"min": 1}, "2027-02-01": "off"})
        assert findings(line, protocol, "DOSE-COUNT", as_of) == expected


FORMS: dict[str, Any] = {
    "consultation_first": True,
    "evaluation_first": True,
    "medical_roles": ["nurse"],
    "therapist_roles": ["therapist"],
    "preparation_count": {"max": 9},
    "preparation_before_dosing": True,
    "preparation_after_supply": True,
    "initial_supply": 2,
    "refill_supply": 2,
    "refill_needs_review": True,
    "dosing_count": {"max": 9},
    "dosing_minutes": {"min": 1},
    "effect_minutes": 45,
    "processing_minutes": 15,
    "dosing_places": ["office"],
    "formats": ["individual"],
    "therapist_present": True,
    "support_person_when_remote": True,
    "dose_levels": ["low"],
    "routes": ["oral"],
    "dosing_gap_days": {"min": 1},
    "dosing_frequency": {"at_most": 1, "days": 1},
    "integration_per_dosing": 1,
    "integration_after_dosing": True,
    "integration_count": {"max": 9},
    "integration_window_hours": 48,
    "therapy_minutes": {"min": 1},
    "review_after": {"dosings": 1, "gate": "any-time"},
    "review_every": {"months": 3},
    "minimum_age": 18,
    "exclusions": ["psychosis"],
}
STATE_A_PACE = ("dosing_gap_days", "dosing_frequency")
READS = {
    "SCREEN-FIRST": {"consultation_first"},
    "MED-CLEAR": {"evaluation_first"},
    "ROLE-SCOPE": {"medical_roles", "therapist_roles"},
    "PREP-COUNT": {"preparation_count"},
    "PREP-ORDER": {"preparation_before_dosing"},
    "PREP-AFTER-SUPPLY": {"preparation_after_supply"},
    "SUPPLY-BALANCE": {"initial_supply", "refill_supply"},
    "SUPPLY-INITIAL": {"initial_supply"},
    "REFILL-REVIEW": {"refill_needs_review"},
    "SUPPLY-ISSUED": {"evaluation_first"},
    "DOSE-COUNT": {"dosing_count"},
    "DOSE-DURATION": {"dosing_minutes"},
    "EFFECT-FIT": {"effect_minutes", "processing_minutes"},
    "MODALITY": {"dosing_places", "formats"},
    "THERAPIST-PRESENT": {"therapist_present"},
    "SUPPORT-PERSON": {"support_person_when_remote"},
    "DOSE-LEVEL": {"dose_levels"},
    "DOSE-GAP": {"dosing_gap_days"},
    "DOSE-FREQUENCY": {"dosing_frequency"},
    "DOSE-CLOSE": set(),
    "DOSE-ROUTE": {"routes"},
    "INTEG-EACH": {"integration_per_dosing"},
    "INTEG-ORDER": {"integration_after_dosing"},
    "INTEG-COUNT": {"integration_count"},
    "INTEG-WINDOW": {"integration_window_hours"},
    "THERAPY-LENGTH": {"therapy_minutes"},
    "REVIEW-AFTER": {"review_after"},
    "REVIEW-QUARTER": {"review_every"},
    "NO-OVERLAP": set(),
    "RECORD-OUTCOME": set(),
    "AGE-MIN": {"minimum_age"},
    "EXCLUSION": {"exclusions"},
}


class TestVerdictsOfRules:
    def test_rules_stand_in_catalogue_order(self) -> None:
        assert list(kap.check(plan(""), limits()).rules) == list(READS)

    @pytest.mark.parametrize("limit", [None, *FORMS])
    def test_a_rule_applies_where_one_of_its_limits_is_set(self, limit: str | None) -> None:
        protocol = limits() if limit is None else limits(**{limit: FORMS[limit]})
        assert kap.check(plan(""), protocol).rules == {
            rule: "satisfied" if not reads or limit in reads else "not-applicable"
            for rule, reads in READS.items()
        } | ({"DOSE-CLOSE": "not-applicable"} if limit in STATE_A_PACE else {})

    @pytest.mark.parametrize("supplies", ["", "S-", "S0>1=9 S14>20=9"])
    def test_a_rule_without_its_limits_says_nothing(self, supplies: str) -> None:
        course = plan(
            f"{supplies} E2? I3/1*g D14/1*~g D14@12:00/1*~ I14@15:00/1* D40/1*~ P50/1*g R400-",
            {
                "born": "2020-01-01",
                "conditions": ("psychosis",),
                "e1.clinician": kap.Clinician("x", "student"),
                "d1.clinician": kap.Clinician("x", "student"),
                "d1.level": "high",
                "d1.route": "nasal",
                "d1.therapist_present": False,
                "d1.support_person": "none",
            },
        )
        found = kap.check(course, limits()).findings
        assert {finding.rule for finding in found} == {"DOSE-CLOSE"}
        assert len(kap.check(course, limits(**FORMS)).findings) > 20

    def test_findings_stand_in_catalogue_order(self) -> None:
        course = plan("I3* E4* D14 D14@11:00 S14>=9")
        forms: dict[str, Any] = FORMS | {
            "preparation_count": {"min": 1},
            "dosing_count": {"min": 9},
        }
        found = [one.rule for one in kap.check(course, limits(**forms)).findings]
        assert found == sorted(found, key=list(READS).index)
        assert len(set(found)) > 10

    @pytest.mark.parametrize(
        ("line", "as_of", "verdict"),
        [
            ("E2+ D14", None, "satisfied"),
            ("D14", at(0), "pending"),
            ("E2* D14", None, "unknown"),
            ("D1 E2* D14", at(0), "unknown"),
            ("D1 E2? D14 D28*", at(0), "violated"),
            ("E2? D14* D28", None, "violated"),
            ("E2- D14", None, "violated"),
        ],
    )
    def test_the_worst_finding_is_the_verdict(
        self, line: str, as_of: str | None, verdict: str
    ) -> None:
        assert kap.check(plan(line), CLEARANCE, as_of=as_of).rules["MED-CLEAR"] == verdict


def judged(
    line: str,
    waivers: Iterable[kap.Waiver] = (),
    as_of: str | None = None,
    severity: str = "error",
) -> kap.Report:
    """A report on clearance alone, whose severity may be another."""
    protocol = limits(evaluation_first=True, severities={"MED-CLEAR": severity})
    return kap.check(plan(line), protocol, as_of=as_of, waivers=waivers)


def waiver(**fields: Any) -> kap.Waiver:
    given = {"rule": "MED-CLEAR", "reason": "seen elsewhere", "by": "t-1", "on": on(0)}
    return kap.Waiver(**(given | fields))


class TestOkAndConfirmed:
    @pytest.mark.parametrize(
        ("line", "as_of", "severity", "ok", "confirmed"),
        [
            ("E2+ D14", None, "error", True, True),
            ("D14", None, "error", False, False),
            ("D14", None, "warning", True, True),
            ("D14", None, "advice", True, True),
            ("D14", at(0), "error", True, True),
            ("E2* D14", at(3), "error", True, False),
            ("E2? D14", None, "advice", True, False),
        ],
    )
    def test_only_a_violated_error_is_not_ok_and_unknown_is_not_confirmed(
        self, line: str, as_of: str | None, severity: str, *, ok: bool, confirmed: bool
    ) -> None:
        report = judged(line, as_of=as_of, severity=severity)
        assert (report.ok, report.confirmed) == (ok, confirmed)

    @pytest.mark.parametrize(
        ("line", "severity", "ok", "confirmed", "verdict"),
        [
            ("D14", "error", True, False, "satisfied"),
            ("D14", "warning", True, True, "satisfied"),
            ("E2? D14", "error", True, False, "satisfied"),
        ],
    )
    def test_a_waived_finding_stays_visible_and_no_longer_counts(
        self, line: str, severity: str, *, ok: bool, confirmed: bool, verdict: str
    ) -> None:
        report = judged(line, [waiver()], severity=severity)
        found = [one for one in report.findings if one.rule == "MED-CLEAR"]
        assert [one.waived for one in found] == [True]
        assert rows(report, "MED-CLEAR") == rows(judged(line, severity=severity), "MED-CLEAR")
        assert (report.ok, report.confirmed) == (ok, confirmed)
        assert report.rules["MED-CLEAR"] == verdict


class TestWaivers:
    def waived(self, line: str, *waivers: kap.Waiver, as_of: str | None = None) -> list[bool]:
        report = judged(line, waivers, as_of)
        return [one.waived for one in report.findings if one.rule == "MED-CLEAR"]

    @pytest.mark.parametrize(
        ("line", "sessions", "expected"),
        [
            ("E2- D14", None, [True]),
            ("E2- D14", ["e1", "d1"], [True]),
            ("E2- D14", ["d1", "e1", "x9"], [True]),
            ("E2- D14", ["d1"], [False]),
            ("E2- D14", ["e1"], [False]),
            ("E2- D14", ["d2"], [False]),
            ("E2- D14 D28", ["d1", "e1"], [True, False]),
            ("E2- D14 D28", ["d2", "e1"], [False, True]),
            ("E2- D14 D28", None, [True, True]),
        ],
    )
    def test_every_session_of_the_finding_is_named(
        self, line: str, sessions: list[str] | None, expected: list[bool]
    ) -> None:
        assert self.waived(line, waiver(sessions=sessions)) == expected

    @pytest.mark.parametrize(("sessions", "expected"), [(None, True), (["d1"], False)])
    def test_a_finding_without_sessions_is_waived_with_its_rule_only(
        self, sessions: list[str] | None, *, expected: bool
    ) -> None:
        mine = waiver(rule="DOSE-COUNT", sessions=sessions)
        report = kap.check(plan("D14"), limits(dosing_count={"min": 2}), waivers=[mine])
        assert [one.waived for one in report.findings] == [expected]

    def test_what_is_not_waived_still_counts(self) -> None:
        one_of_two = judged("E2- D14 D28", [waiver(sessions=["d1", "e1"])])
        assert (one_of_two.ok, one_of_two.rules["MED-CLEAR"]) == (False, "violated")
        both = [waiver(sessions=["d1", "e1"]), waiver(sessions=["d2", "e1"])]
        assert judged("E2- D14 D28", both).rules["MED-CLEAR"] == "satisfied"
        the_violated = judged("E2? D14* D28", [waiver(sessions=["d1", "e1"])])
        assert (the_violated.ok, the_violated.rules["MED-CLEAR"]) == (True, "unknown")

    @pytest.mark.parametrize(
        ("fields", "as_of", "expected"),
        [
            ({}, None, True),
            ({}, at(0), True),
            ({"on": on(3)}, None, True),
            ({"on": on(3)}, at(2, "23:59:59"), False),
            ({"on": on(3)}, at(3, "00:00:00"), True),
            ({"until": on(5)}, None, False),
            ({"until": on(5)}, at(5, "23:59:59"), True),
            ({"until": on(5)}, at(6, "00:00:00"), False),
            ({"on": on(3), "until": on(3)}, at(2, "23:59:59"), False),
            ({"on": on(3), "until": on(3)}, at(3, "12:00"), True),
            ({"on": on(3), "until": on(3)}, at(4, "00:00:00"), False),
        ],
    )
    def test_it_holds_from_its_date_to_its_last(
        self, fields: dict[str, str], as_of: str | None, *, expected: bool
    ) -> None:
        assert self.waived("E0- D14", waiver(**fields), as_of=as_of) == [expected]

    @pytest.mark.parametrize(
        ("as_of", "expected"), [("2027-01-06T07:59:59Z", True), ("2027-01-06T08:00:00Z", False)]
    )
    def test_its_dates_are_those_of_the_plan_s_zone(self, as_of: str, *, expected: bool) -> None:
        line = "2027-01-01 America/Los_Angeles E0- D14"
        assert self.waived(line, waiver(until=on(4)), as_of=as_of) == [expected]

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"plan": "plan"}, True),
            ({"plan": "another"}, False),
            ({"rule": "DOSE-COUNT"}, False),
        ],
    )
    def test_it_speaks_about_its_plan_and_rule(
        self, fields: dict[str, str], *, expected: bool
    ) -> None:
        assert self.waived("E2- D14", waiver(**fields)) == [expected]
