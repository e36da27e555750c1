"""SUPPLY-BALANCE, SUPPLY-INITIAL, REFILL-REVIEW, SUPPLY-ISSUED: medicine, tracked or inferred."""

from __future__ import annotations

import pytest

import kap_model as kap
from support import Row, at, findings, limits, on, pending, plan, unknown, violated

BALANCE = limits(initial_supply=2, refill_supply=2)
UNLIMITED_REFILL = limits(initial_supply=2)
CLEARED_BALANCE = limits(initial_supply=2, refill_supply=2, evaluation_first=True)
INITIAL = limits(initial_supply=2)
REFILL = limits(refill_needs_review=True)
ISSUED = limits(evaluation_first=True)


class TestSupplyBalanceInferred:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E2 D14 D28", []),
            ("E2 D14 D28 D42", [violated("error", "d3", due=at(42))]),
            (
                "E2 D56 D42 D28 D14",
                [violated("error", "d2", due=at(42)), violated("error", "d1", due=at(56))],
            ),
            ("E2+ D14 D28 D42", [violated("error", "d3", due=at(42))]),
            ("E2* D14 D28 D42", [violated("error", "d3", due=at(42))]),
            ("E2 E20 D28 D42 D56", [violated("error", "d3", due=at(56))]),
            ("E2 D14 D28x D42", []),
            ("E2 D14 D28! D42 D56", [violated("error", "d4", due=at(56))]),
            ("completed E2* D14* D28* D42", []),
            ("completed E2* D14* D28* D42*", [violated("error", "d3", due=at(42))]),
            ("E2+ D14 D28 R30- D42", [violated("error", "d3", due=at(42))]),
        ],
    )
    def test_the_first_supply_covers_so_many_dosings(self, line: str, expected: list[Row]) -> None:
        assert findings(line, BALANCE, "SUPPLY-BALANCE") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E2 D14 D28 R33 D42 D56", []),
            ("E2 D14 D28 R33 D42 D56 D70", [violated("error", "d5", due=at(70))]),
            ("E2 D14 D28 R33 R34 D42 D56 D70 D84", []),
            ("E2 D14 D28 R42@09:30 D42", []),
            ("E2 D14 D28 R42@09:31 D42", [violated("error", "d3", due=at(42))]),
            ("E2 D14 R14@12:00 D28 D42", []),
            ("E2 D14 R14@11:59 D28 D42", [violated("error", "d3", due=at(42))]),
            ("E2 R7 D14 D28 D42", [violated("error", "d3", due=at(42))]),
            ("E2 D10x R12 D14 D28 D42", [violated("error", "d4", due=at(42))]),
            ("E2 D14 D28 R33+ D42", []),
            ("E2 D14 D28 R33* D42", []),
            ("E2 D14 D28 R33? D42", [violated("error", "d3", due=at(42))]),
            ("E2 D14 D28 R33- D42", [violated("error", "d3", due=at(42))]),
            ("E2 D14 D28 R33x D42", [violated("error", "d3", due=at(42))]),
            (
                "E2 D14 D28 D42 D43 R50 D56",
                [
                    violated("error", "d3", due=at(42)),
                    violated("error", "d4", due=at(43)),
                    violated("error", "d5", due=at(56)),
                ],
            ),
        ],
    )
    def test_each_clearing_review_after_the_first_dosing_adds_a_refill(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, BALANCE, "SUPPLY-BALANCE") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E2 D14 D28 R33 D42 D56 D70 D84 D98", []),
            ("E2 D14 D28 D42 R43 D56 D70", [violated("error", "d3", due=at(42))]),
            ("E2 D14 D28 R33? D42", [violated("error", "d3", due=at(42))]),
        ],
    )
    def test_a_refill_without_a_size_sets_no_limit(self, line: str, expected: list[Row]) -> None:
        assert findings(line, UNLIMITED_REFILL, "SUPPLY-BALANCE") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14 D28 D42", []),
            ("E2? D14 D28 D42", []),
            ("E2- D14 D28 D42", []),
            ("E2x D14 D28 D42", []),
            ("D14 D28 D42 E43", []),
            ("D14 E15 D28 D42", [violated("error", "d3", due=at(42))]),
            ("D14 D28 E42@09:30 D42", [violated("error", "d3", due=at(42))]),
            ("D14 D28 E42@09:31 D42", []),
            ("D14 R20 E25+ D28 D42 D56 D70", [violated("error", "d5", due=at(70))]),
        ],
    )
    def test_where_no_clearing_evaluation_comes_before_it_nothing_is_said(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, CLEARED_BALANCE, "SUPPLY-BALANCE") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D0 D14", []),
            ("D0 D14 D28 D42", [violated("error", f"d{k}", due=at(14 * (k - 1))) for k in (3, 4)]),
            ("E2? D14 D28 D42", [violated("error", "d3", due=at(42))]),
            ("E2- D14 D28 D42", [violated("error", "d3", due=at(42))]),
            ("E2x D14 D28 D42", [violated("error", "d3", due=at(42))]),
            ("D14 R20 D28 D42 D56", []),
            ("D14 R20 D28 D42 D56 D70", [violated("error", "d5", due=at(70))]),
            ("R0 D14 D28 D42", [violated("error", "d3", due=at(42))]),
            # Once some evaluation clears, medicine counts from it, and only dosings after it.
            ("D14 D28 D42 E43", []),
            ("D14 E15 D28 D42", [violated("error", "d3", due=at(42))]),
            ("S- D14", [violated("error", "d1", due=on(14))]),
        ],
    )
    def test_where_nobody_evaluates_it_is_there_from_the_start(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, BALANCE, "SUPPLY-BALANCE") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E2@09:00/600 E2@10:00 D2@11:00", [violated("error", "d1", due=at(2, "11:00"))]),
            ("E2@09:00/120 E2@10:00 D2@11:00", []),
            ("E1? E2+ D14 D28 D42", [violated("error", "d3", due=at(42))]),
        ],
    )
    def test_the_first_clearing_evaluation_is_first_by_start(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, BALANCE, "SUPPLY-BALANCE") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("E2 D14 D28 D42", at(0), [pending("error", "d3", due=at(42))]),
            ("E2 D14 D28 D42", at(42, "09:59:59"), [pending("error", "d3", due=at(42))]),
            ("E2 D14 D28 D42", at(42), [violated("error", "d3", due=at(42))]),
            ("completed E2* D14* D28* D42*", at(0), [violated("error", "d3", due=at(42))]),
        ],
    )
    def test_it_is_due_at_the_start_of_the_dosing(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, BALANCE, "SUPPLY-BALANCE", as_of) == expected

    def test_without_a_first_amount_nothing_is_asked(self) -> None:
        only_refills = limits(refill_supply=1)
        assert findings("E2 D14 D28 R33 D42 D56", only_refills, "SUPPLY-BALANCE") == []


class TestSupplyBalanceTracked:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("S0>3=2 D14 D28", []),
            ("S0>3=2 D14 D28 D42", [violated("error", "d3", due=on(42))]),
            ("S0>14=1 D14", []),
            ("S0>14=1 D14@00:00", []),
            ("S0>15=1 D14", [violated("error", "d1", due=on(14))]),
            ("S0>=1 D14", [violated("error", "d1", due=on(14))]),
            (
                "S- D14 D28",
                [violated("error", "d1", due=on(14)), violated("error", "d2", due=on(28))],
            ),
            ("E2+ S- D14", [violated("error", "d1", due=on(14))]),
            (
                "E2+ S0>3=1 D14 D28 R33+ D42",
                [violated("error", "d2", due=on(28)), violated("error", "d3", due=on(42))],
            ),
            ("S0>3=2 S30>40=1 D14 D28 D42 D56", [violated("error", "d4", due=on(56))]),
            ("S0>3=2 S30>43=2 D14 D28 D42 D56", [violated("error", "d3", due=on(42))]),
            ("S0>3=1 S0>3=1 D14 D28", []),
            ("S0>3=1 D14x D28", []),
            ("completed S0>3=1 D14* D28", []),
            ("completed S0>3=1 D14* D28*", [violated("error", "d2", due=on(28))]),
            ("E2- S- D14", [violated("error", "d1", due=on(14))]),
        ],
    )
    def test_what_has_arrived_by_the_date_covers_the_dosing(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, BALANCE, "SUPPLY-BALANCE") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("S- D14", at(0), [pending("error", "d1", due=on(14))]),
            ("S- D14", at(14, "23:59:59"), [pending("error", "d1", due=on(14))]),
            ("S- D14", at(15, "00:00:00"), [violated("error", "d1", due=on(14))]),
            ("S0>14=1 D14", at(1), []),
            ("discontinued S- D14*", at(0), [violated("error", "d1", due=on(14))]),
        ],
    )
    def test_it_is_due_with_the_date_of_the_dosing(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, BALANCE, "SUPPLY-BALANCE", as_of) == expected

    def test_tracked_supply_is_counted_whichever_limit_is_set(self) -> None:
        missing = [violated("error", "d1", due=on(14))]
        assert findings("S- D14", limits(initial_supply=2), "SUPPLY-BALANCE") == missing
        assert findings("S- D14", limits(refill_supply=2), "SUPPLY-BALANCE") == missing


class TestSupplyInitial:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("S0>1=2", []),
            ("S0>1=3", [violated("error")]),
            ("S0>=3", [violated("error")]),
            ("S0>1=1 S5>6=1", []),
            ("S0>1=2 S5>6=1", [violated("error")]),
            ("S0>1=9 S5>6=9", [violated("error")]),
            ("S-", []),
            ("E2+ D14 D28 D42", []),
            ("S0>1=2 S32>=2 D14 R33", [violated("error")]),
            ("S0>1=2 S33>=2 D14 R33", []),
            ("S0>1=2 S33>=2 D14", [violated("error")]),
            ("S0>1=2 S33>=2 R33", [violated("error")]),
            ("S0>1=2 S33>=2 R33 D40", [violated("error")]),
            ("S0>1=2 S14>=2 D14 R14@12:00", []),
            ("S0>1=2 S14>=2 D14 R14@11:59", [violated("error")]),
            ("S0>1=2 S40>=2 D14 R33 R50", []),
            ("S0>1=2 S40>=2 D14 R33x R50", [violated("error")]),
            ("S0>1=2 S40>=2 D14 R33? R50", []),
            ("S0>1=2 S40>=2 D14 R33-", []),
            ("completed S0>1=2 S40>=2 D14* R33", [violated("error")]),
            ("completed S0>1=2 S40>=2 D14* R33*", []),
        ],
    )
    def test_what_is_issued_before_the_first_review_is_limited(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, INITIAL, "SUPPLY-INITIAL") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("S0>1=2 S10>=2", at(9, "23:59:59"), []),
            ("S0>1=2 S10>=2", at(10, "00:00:00"), [violated("error")]),
            ("S0>1=2 S10>=2", None, [violated("error")]),
            ("S0>1=2 S10>=2 D14 R33", at(9), []),
            ("S0>1=3", at(0), [violated("error")]),
            ("completed S0>1=2 S10>=2", at(9), [violated("error")]),
            ("discontinued S0>1=2 S10>=2", at(9), [violated("error")]),
        ],
    )
    def test_in_an_open_plan_only_what_is_issued_by_now_counts(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, INITIAL, "SUPPLY-INITIAL", as_of) == expected

    def test_an_override_replaces_the_severity(self) -> None:
        mild = limits(initial_supply=2, severities={"SUPPLY-INITIAL": "warning"})
        assert findings("S0>1=3", mild, "SUPPLY-INITIAL") == [violated("warning")]


class TestRefillReview:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("S0>1=2", []),
            ("S-", []),
            ("E2 D14 D28 D42", []),
            ("S0>1=1 S0>2=1", []),
            ("S0>1=2 S30>=2", [violated("error", opens=on(1), due=on(30))]),
            ("S30>=2 S0>1=2", [violated("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2 R20", []),
            ("S0>1=2 S30>=2 R20+", []),
            ("S0>1=2 S30>=2 R20*", []),
            ("S0>1=2 S30>=2 R20?", [violated("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2 R20-", [violated("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2 R20x", [violated("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2 R20? R25+", []),
            ("S0>1=2 S30>=2 E20+", [violated("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2 R0", [violated("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2 R0@23:50", [violated("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2 R1@00:00", []),
            ("S0>1=2 S30>=2 R30@23:50", []),
            ("S0>1=2 S30>=2 R31@00:00", [violated("error", opens=on(1), due=on(30))]),
            ("S5>=2 S6>=2", [violated("error", opens=on(6), due=on(6))]),
            ("completed S0>1=2 S30>=2 R20", [violated("error", opens=on(1), due=on(30))]),
            ("completed S0>1=2 S30>=2 R20*", []),
        ],
    )
    def test_a_later_supply_has_a_clearing_review(self, line: str, expected: list[Row]) -> None:
        assert findings(line, REFILL, "REFILL-REVIEW") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (
                "S60>=2 S30>=2 S0>1=2",
                [
                    violated("error", opens=on(1), due=on(30)),
                    violated("error", opens=on(1), due=on(60)),
                ],
            ),
            ("S0>1=2 S30>=2 S60>=2 R20", []),
            ("S0>1=2 S30>=2 S60>=2 R40", [violated("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2 S30>=1", [violated("error", opens=on(1), due=on(30))] * 2),
        ],
    )
    def test_one_finding_for_each_supply(self, line: str, expected: list[Row]) -> None:
        assert findings(line, REFILL, "REFILL-REVIEW") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("S0>1=2 S30>=2", at(0), [pending("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2", at(30, "23:59:59"), [pending("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S30>=2", at(31, "00:00:00"), [violated("error", opens=on(1), due=on(30))]),
            ("S0>1=2 S1>=2", at(1, "23:59:59"), [pending("error", opens=on(1), due=on(1))]),
            ("S0>1=2 S1>=2", at(2, "00:00:00"), [violated("error", opens=on(1), due=on(1))]),
            ("completed S0>1=2 S30>=2", at(0), [violated("error", opens=on(1), due=on(30))]),
            ("discontinued S0>1=2 S30>=2", at(0), [violated("error", opens=on(1), due=on(30))]),
        ],
    )
    def test_the_window_opens_after_the_first_issue_and_closes_with_its_own(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, REFILL, "REFILL-REVIEW", as_of) == expected


class TestSupplyIssued:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("S2>3=2", [violated("error", due=on(2))]),
            ("S2>=2", [violated("error", due=on(2))]),
            ("S-", []),
            ("D14 D28", []),
            ("E2+ S2>=2", []),
            ("E2 S2>=2", []),
            ("E2@23:30+ S2>=2", []),
            ("E2@23:31+ S2>=2", [violated("error", due=on(2))]),
            ("E3+ S2>=2", [violated("error", due=on(2))]),
            ("R1+ S2>=2", [violated("error", due=on(2))]),
            ("S5>=1 S2>=1", [violated("error", due=on(2)), violated("error", due=on(5))]),
            ("S5>=1 S2>=1 E3+", [violated("error", due=on(2))]),
            ("completed E1 S2>=2", [violated("error", due=on(2))]),
            ("completed E1+ S2>=2", []),
        ],
    )
    def test_without_an_evaluation_by_its_date_one_is_missing(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, ISSUED, "SUPPLY-ISSUED") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("S2>=2", at(0), [pending("error", due=on(2))]),
            ("S2>=2", at(2, "23:59:59"), [pending("error", due=on(2))]),
            ("S2>=2", at(3, "00:00:00"), [violated("error", due=on(2))]),
            ("discontinued S2>=2", at(0), [violated("error", due=on(2))]),
        ],
    )
    def test_it_is_due_with_the_date_of_issue(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, ISSUED, "SUPPLY-ISSUED", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E1- S2>=2", [violated("error", "e1")]),
            ("E2- S2>=2", [violated("error", "e1")]),
            ("E1+ R1@12:00- S2>=2", [violated("error", "r1")]),
            ("E1+ E2- S2>=2", [unknown("error", "e2")]),
            ("E1+ R2- S2>=2", [unknown("error", "r1")]),
            ("E1@23:30+ R2- S2>=2", [unknown("error", "r1")]),
            ("E1@23:31+ R2- S2>=2", [violated("error", "r1")]),
            ("E1+ R1@23:30- S2>=2", [violated("error", "r1")]),
            ("E1+ R1@23:31- S2>=2", [unknown("error", "r1")]),
            ("E1+ R2@23:30- S2>=2", [unknown("error", "r1")]),
            ("E1+ R2@23:31- S2>=2", []),
            ("E1? E2- S2>=2", [violated("error", "e2")]),
            ("E1* E2- S2>=2", [violated("error", "e2")]),
            ("E1 E2- S2>=2", [violated("error", "e2")]),
            ("E1- S2>=1 E3+ S4>=1", [violated("error", "e1")]),
            ("completed E1- S2>=2", [violated("error", "e1")]),
        ],
    )
    def test_an_unfavourable_standing(self, line: str, expected: list[Row]) -> None:
        assert findings(line, ISSUED, "SUPPLY-ISSUED") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("E1? S2>=2", None, [violated("error", "e1")]),
            ("E1? S2>=2", at(1, "23:59:59"), [unknown("error", "e1")]),
            ("E1? S2>=2", at(2, "00:00:00"), [violated("error", "e1")]),
            ("E1? S2>=2", at(9), [violated("error", "e1")]),
            ("E1+ R2? S2>=2", at(1), [unknown("error", "r1")]),
            ("E1+ R2? S2>=2", None, [violated("error", "r1")]),
            ("completed E1? S2>=2", at(1, "23:59:59"), [violated("error", "e1")]),
            ("discontinued E1? S2>=2", at(1, "23:59:59"), [violated("error", "e1")]),
        ],
    )
    def test_a_pending_standing(self, line: str, as_of: str | None, expected: list[Row]) -> None:
        assert findings(line, ISSUED, "SUPPLY-ISSUED", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("E1* S2>=2", None, [unknown("error", "e1")]),
            ("E1* S2>=2", at(9), [unknown("error", "e1")]),
            ("E1 S2>=2", at(1, "10:29:59"), []),
            ("E1 S2>=2", at(1, "10:30:00"), [unknown("error", "e1")]),
            ("completed E1* S2>=2", None, [unknown("error", "e1")]),
        ],
    )
    def test_an_unrecorded_standing(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, ISSUED, "SUPPLY-ISSUED", as_of) == expected


class TestSupplyIssuedInWords:
    """What is known of the decision, and whether the medicine is issued or is yet to be."""

    @pytest.mark.parametrize(
        ("line", "as_of", "verdict", "observed", "message"),
        [
            (
                "E0? S5>=1",
                None,
                "violated",
                "left the decision pending",
                (
                    "Supply s1 is issued Wed, Jan 6, 2027 although medical evaluation e1 on "
                    "Fri, Jan 1, 2027"
                    " left the decision pending."
                ),
            ),
            (
                "E0? S5>=1",
                at(2),
                "unknown",
                "left the decision pending",
                (
                    "Supply s1 is to be issued Wed, Jan 6, 2027; medical evaluation e1 on "
                    "Fri, Jan 1, 2027"
                    " left the decision pending, and what follows is not recorded."
                ),
            ),
            (
                "E0* S3>4=1",
                None,
                "unknown",
                "has no outcome recorded",
                (
                    "Supply s1 is issued Mon, Jan 4, 2027; medical evaluation e1 on Fri, Jan "
                    "1, 2027 "
                    "has no outcome recorded."
                ),
            ),
        ],
    )
    def test_of_a_supply(
        self, line: str, as_of: str | None, verdict: str, observed: str, message: str
    ) -> None:
        report = kap.check(plan(line), ISSUED, as_of=as_of)
        (finding,) = [one for one in report.findings if one.rule == "SUPPLY-ISSUED"]
        assert (finding.verdict, finding.observed) == (verdict, observed)
        assert finding.message == message
        assert finding.required == "medical clearance on the day of issue"
