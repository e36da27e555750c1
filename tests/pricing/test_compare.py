"""What changes between two quotes, by who bills, kind and count."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given

import kap_model as kap
from copies import copies
from kap_model.fees import Fee, FeeSchedule, Flat, Package
from kap_model.pricing.comparison import ComparedRow, Comparison, compare
from kap_model.pricing.quotes import Quote, QuoteLine
from refusals import NO_QUOTES, check_fields, check_tuples, refused_at
from support import SOURCE
from wild_quotes import PRACTICE, quotes, usd


def quote(line: str, fees: FeeSchedule | str = "regrounding") -> Quote:
    return kap.quote(kap.parse(f"2027-01-04 {line}"), fees)


def row(comparison: Comparison, item: str) -> ComparedRow:
    (found,) = [row for row in comparison.rows if row.item == item]
    return found


def one_line(amount: str | None, count: int = 1, payee: str = PRACTICE) -> Quote:
    price = None if amount is None else usd(amount)
    line = QuoteLine(item="supply", amount=price, payee=payee, basis="x")
    return Quote(plan="p", fees=PRACTICE, currency="USD", lines=(line,) * count)


SIX = quote("C0 P7 D14/90 I15 D28/90 I29 D42/90 I43 D56/90 I57 D70/90 I71 D84/90 I85")
SEVEN = quote("C0 P7 D14/90 I15 D28/90 I29 D42/90 I43 D56/90 I57 D70/90 I71 D84/90 I85 D98/90 I99")
LONGER = quote("C0 P7 D14 I15 D28 I29 D42 I43 D56 I57 D70 I71 D84 I85")


class TestRows:
    def test_seven_dosings_instead_of_six(self) -> None:
        comparison = compare(SIX, SEVEN)
        assert [change.item for change in comparison.changes] == ["dosing", "integration"]
        dosing = row(comparison, "dosing")
        assert (dosing.a.count, dosing.b.count) == (6, 7)
        assert (dosing.a.lengths, dosing.b.lengths) == (((90, 6),), ((90, 7),))
        assert (dosing.a.amount, dosing.b.amount) == (usd("2250.00"), usd("2625.00"))
        assert dosing.difference == usd("375.00")
        assert comparison.difference == usd("560.00")

    def test_two_hours_instead_of_ninety_minutes(self) -> None:
        comparison = compare(SIX, LONGER)
        (dosing,) = comparison.changes
        assert (dosing.a.count, dosing.b.count) == (6, 6)
        assert (dosing.a.lengths, dosing.b.lengths) == (((90, 6),), ((120, 6),))
        assert dosing.difference == comparison.difference == usd("750.00")

    def test_lengths_are_counted_the_shortest_first(self) -> None:
        mixed = quote("P0 D7 D14/90 D21 D28/60")
        assert row(compare(mixed, mixed), "dosing").a.lengths == ((60, 1), (90, 1), (120, 2))

    def test_a_length_alone_is_a_change(self) -> None:
        flat = FeeSchedule(
            id="own",
            currency="USD",
            fees=(Fee(item="dosing", rate=Flat(amount=usd("400.00")), citation=SOURCE),),
        )
        (change,) = compare(quote("D0/90", flat), quote("D0/120", flat)).changes
        assert change.difference == usd("0.00")

    def test_rows_stand_by_payee_kind_and_item(self) -> None:
        packages = FeeSchedule(
            id="own",
            currency="USD",
            fees=(
                Fee(item="dosing", rate=Flat(amount=usd("400.00")), citation=SOURCE),
                Fee(item="preparation", rate=Flat(amount=usd("100.00")), citation=SOURCE),
                Fee(item="medical-review", payee="b", citation=SOURCE),
                Fee(item="medical-evaluation", payee="a", citation=SOURCE),
            ),
            packages=(
                Package(
                    id="one",
                    name="a package",
                    price=usd("350.00"),
                    counts=(("dosing", 1),),
                    always=True,
                    citation=SOURCE,
                ),
            ),
        )
        made = quote("E0 R1 D2 P3", packages)
        assert [(row.payee, row.kind, row.item) for row in compare(made, made).rows] == [
            (None, "preparation", "preparation"),
            (None, "dosing", "dosing"),
            (None, None, "a package"),
            ("a", "medical-evaluation", "medical-evaluation"),
            ("b", "medical-review", "medical-review"),
        ]

    def test_the_practices_of_two_schedules_are_held_against_each_other(self) -> None:
        dearer = FeeSchedule(
            id="dearer",
            currency="USD",
            fees=(Fee(item="preparation", rate=Flat(amount=usd("200.00")), citation=SOURCE),),
        )
        comparison = compare(quote("P0 P1"), quote("P0 P1", dearer))
        (change,) = comparison.rows
        assert (change.payee, change.difference) == (None, usd("30.00"))
        assert comparison.fees == ("regrounding", "dearer")

    @pytest.mark.parametrize(
        ("a", "b", "amounts", "difference"),
        [
            (one_line("5.00"), one_line("7.00"), ("5.00", "7.00"), "2.00"),
            (one_line("5.00", 0), one_line("7.00"), ("0.00", "7.00"), "7.00"),
            (one_line("5.00"), one_line("7.00", 0), ("5.00", "0.00"), "-5.00"),
            (one_line(None), one_line("7.00"), (None, "7.00"), "7.00"),
            (one_line("5.00"), one_line(None), ("5.00", None), "-5.00"),
            (one_line(None), one_line(None, 2), (None, None), None),
            (one_line(None, 0), one_line(None), ("0.00", None), None),
            (one_line(None), one_line(None, 0), (None, "0.00"), None),
        ],
    )
    def test_amounts_that_are_not_known(
        self, a: Quote, b: Quote, amounts: tuple[str | None, ...], difference: str | None
    ) -> None:
        (made,) = compare(a, b).rows
        document = made.to_dict()
        assert (document["a"]["amount"], document["b"]["amount"]) == amounts
        assert document["difference"] == difference

    def test_other_payees_are_not_in_the_totals(self) -> None:
        comparison = compare(one_line("5.00", payee="lab"), one_line("9.00", payee="lab"))
        assert comparison.rows[0].difference == usd("4.00")
        assert comparison.difference == usd("0.00")

    def test_two_currencies_are_refused(self) -> None:
        with pytest.raises(kap.InvalidValue, match="b: must be in the currency of a"):
            compare(SIX, attrs.evolve(SIX, currency="EUR", lines=()))

    @pytest.mark.parametrize("other", NO_QUOTES)
    def test_what_is_no_quote_is_refused_by_its_name(self, other: Any) -> None:
        assert refused_at(compare, other, SIX) == ["a"]
        assert refused_at(compare, SIX, other) == ["b"]


class TestFields:
    EUROS = kap.Money(1, "EUR")

    def test_a_comparison_s_fields_are_checked(self) -> None:
        made = compare(SIX, SEVEN)
        check_tuples(made, "plans", "fees", "totals", "rows")
        check_fields(
            made,
            {
                "plans": ("plans", ("one",)),
                "plans[1]": ("plans", ("one", 2)),
                "fees": ("fees", "ab"),
                "fees[0]": ("fees", (None, "b")),
                "currency": ("currency", "dollars"),
                "totals": ("totals", (usd("1.00"), self.EUROS)),
                "totals[1]": ("totals", (usd("1.00"), 1)),
                "rows": ("rows", None),
                "rows[0]": ("rows", [made]),
            },
        )
        check_fields(made, {"totals": ("totals", (usd("1.00"),) * 3)})
        for side in ("a", "b"):
            none = attrs.evolve(made.rows[0].a, amount=None)
            euros = attrs.evolve(none, amount=self.EUROS)
            empty = attrs.evolve(made.rows[0], a=none, b=none)
            mixed = attrs.evolve(empty, a=euros) if side == "a" else attrs.evolve(empty, b=euros)
            check_fields(made, {"rows": ("rows", [mixed])})

    def test_a_row_s_fields_are_checked(self) -> None:
        made = compare(SIX, SEVEN).rows[2]
        euros = attrs.evolve(made.b, amount=self.EUROS)
        check_fields(
            made,
            {
                "payee": ("payee", 1),
                "kind": ("kind", ""),
                "item": ("item", None),
                "a": ("a", None),
                "b": ("b", "side"),
            },
        )
        check_fields(made, {"b": ("b", euros)})

    def test_a_side_s_fields_are_checked(self) -> None:
        made = compare(SIX, SEVEN).rows[2].a
        check_tuples(made, "lengths")
        check_fields(
            made,
            {
                "count": ("count", -1),
                "lengths": ("lengths", "90"),
                "lengths[0]": ("lengths", [[90, 6]]),
                "lengths[1]": ("lengths", [(90, 6), (120, 0)]),
                "amount": ("amount", 1),
            },
        )
        check_fields(made, {"lengths[0]": ("lengths", [(90, 6, 1)])})


class TestForms:
    def test_as_json(self) -> None:
        document = compare(SIX, SEVEN).to_dict()
        assert json.loads(json.dumps(document)) == document
        assert document | {"rows": 0} == {
            "plans": ["plan", "plan"],
            "fees": ["regrounding", "regrounding"],
            "currency": "USD",
            "totals": ["3545.00", "4105.00"],
            "difference": "560.00",
            "rows": 0,
        }
        assert document["rows"][2] == {
            "payee": None,
            "kind": "dosing",
            "item": "dosing",
            "a": {"count": 6, "lengths": [{"minutes": 90, "count": 6}], "amount": "2250.00"},
            "b": {"count": 7, "lengths": [{"minutes": 90, "count": 7}], "amount": "2625.00"},
            "difference": "375.00",
            "changed": True,
        }
        assert document["rows"][1]["changed"] is False

    def test_as_text(self) -> None:
        more = attrs.evolve(quote("C0 R1 D14/90 D28"), plan="other")
        assert str(compare(quote("R1 D14/90 D28/90"), more)) == (
            "plan -> other: priced by regrounding, USD\n"
            "\n"
            "  consultation  0 -> 1  none -> 1 x 50 min                     not known\n"
            "  dosing        2       2 x 90 min -> 1 x 90 min, 1 x 120 min   +$125.00\n"
            "  total                 $750.00 -> $875.00                      +$125.00"
        )

    def test_the_text_names_who_else_bills(self) -> None:
        assert str(compare(quote("P7"), quote("P7 R9"))) == (
            "plan: priced by regrounding, USD\n"
            "\n"
            "  medical-review (Journey Clinical)  0 -> 1  none -> 1 x 30 min  not known\n"
            "  total                                      $185.00                 $0.00\n"
            "\n"
            "  not in the totals: rows that name who bills them"
        )

    def test_the_text_of_a_saving(self) -> None:
        assert str(compare(SEVEN, SIX)) == (
            "plan: priced by regrounding, USD\n"
            "\n"
            "  dosing       7 -> 6  7 x 90 min -> 6 x 90 min  -$375.00\n"
            "  integration  7 -> 6  7 x 50 min -> 6 x 50 min  -$185.00\n"
            "  total                $4,105.00 -> $3,545.00    -$560.00"
        )

    def test_the_text_where_nothing_changes(self) -> None:
        assert str(compare(SIX, SIX)).endswith("  total  $3,545.00  $0.00\n\n  no line differs")

    def test_reprs(self) -> None:
        comparison = compare(SIX, SEVEN)
        assert repr(comparison) == "<Comparison of plan and plan>"
        assert repr(comparison.rows[2]) == "<ComparedRow dosing>"
        assert repr(comparison.rows[2].a) == "<Side: 6 lines>"


class TestLaws:
    @given(quotes("a"), quotes("b"))
    def test_the_practices_differences_sum_to_the_totals(self, a: Quote, b: Quote) -> None:
        comparison = compare(a, b)
        own = [row.difference for row in comparison.rows if row.payee is None]
        summed = kap.Money.total((one for one in own if one is not None), "USD")
        assert comparison.difference == b.total - a.total == summed
        for other in copies(comparison):
            assert other == comparison
            assert hash(other) == hash(comparison)

    @given(quotes("a"), quotes("b"))
    def test_the_other_way_round_is_the_mirror(self, a: Quote, b: Quote) -> None:
        there, back = compare(a, b), compare(b, a)
        assert there.difference == -back.difference
        assert len(there.rows) == len(back.rows)
        for one, other in zip(there.rows, back.rows, strict=True):
            assert (one.payee, one.kind, one.item) == (other.payee, other.kind, other.item)
            assert (one.a, one.b, one.changed) == (other.b, other.a, other.changed)
            if one.difference is None:
                assert other.difference is None
            else:
                assert other.difference == -one.difference

    @given(quotes())
    def test_a_quote_does_not_differ_from_itself(self, made: Quote) -> None:
        comparison = compare(made, made)
        assert comparison.changes == ()
        assert comparison.difference == usd("0.00")

    @given(quotes("a"), quotes("b"))
    def test_every_line_is_counted_once(self, a: Quote, b: Quote) -> None:
        rows = compare(a, b).rows
        assert sum(row.a.count for row in rows) == len(a.lines)
        assert sum(row.b.count for row in rows) == len(b.lines)
        for row in rows:
            for side in (row.a, row.b):
                lengths = sum(count for _, count in side.lengths)
                assert lengths == (0 if row.kind is None else side.count)

    @given(quotes())
    def test_the_order_of_lines_changes_nothing(self, made: Quote) -> None:
        backward = attrs.evolve(made, lines=made.lines[::-1])
        assert compare(made, backward).changes == ()
