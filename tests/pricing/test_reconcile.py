"""Charges against a quote, line by line, and published totals against their own lines."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

import kap_model as kap
from copies import copies
from kap_model.fees import Fee, FeeSchedule, Flat, Package
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.pricing.reconciliation import ChargeMade, reconcile, reconcile_total
from refusals import NO_QUOTES, check_fields, check_tuples, refused_at
from support import SOURCE
from wild_quotes import PRACTICE, amounts, quotes, usd

QUOTE = kap.quote(kap.parse("2027-01-04 C0 E2 P7 D14/90 I15"), "regrounding")


def charge(item: str, amount: str, payee: str | None = None) -> ChargeMade:
    return ChargeMade(item=item, amount=usd(amount), payee=payee)


def own_charges(quote: Quote) -> list[ChargeMade]:
    """What would be charged if every line were charged as quoted."""
    return [
        ChargeMade(item=line.session or line.item, amount=line.amount, payee=line.payee)
        for line in quote.lines
        if line.amount is not None
    ]


def known(amount: kap.Money | None) -> kap.Money:
    return usd("0.00") if amount is None else amount


def verdicts(quote: Quote, *charges: ChargeMade) -> list[tuple[str, str, str]]:
    rows = reconcile(quote, charges).rows
    return [(row.session or row.item, row.verdict, row.difference.text) for row in rows]


def supplies(*prices: str | None) -> Quote:
    lines = [
        QuoteLine(
            item="supply", amount=None if price is None else usd(price), payee=PRACTICE, basis="x"
        )
        for price in prices
    ]
    return Quote(plan="p", fees=PRACTICE, currency="USD", lines=tuple(lines))


class TestRows:
    def test_each_line_with_an_amount_has_a_row(self) -> None:
        assert verdicts(
            QUOTE, charge("p1", "185.00"), charge("d1", "375.01"), charge("i1", "184.99")
        ) == [("p1", "equal", "0.00"), ("d1", "over", "0.01"), ("i1", "under", "-0.01")]

    def test_a_line_without_charge(self) -> None:
        assert verdicts(QUOTE) == [
            ("p1", "not-charged", "-185.00"),
            ("d1", "not-charged", "-375.00"),
            ("i1", "not-charged", "-185.00"),
        ]

    def test_a_charge_where_no_price_is_published(self) -> None:
        rows = verdicts(QUOTE, *own_charges(QUOTE), charge("e1", "60.00"))
        assert ("e1", "no-price", "60.00") in rows
        assert len(rows) == 4

    def test_a_charge_that_meets_no_line(self) -> None:
        rows = verdicts(QUOTE, *own_charges(QUOTE), charge("tea", "3.00"), charge("dosing", "1.00"))
        assert rows[-2:] == [("tea", "not-quoted", "3.00"), ("dosing", "not-quoted", "1.00")]

    def test_a_second_charge_for_a_line(self) -> None:
        rows = reconcile(QUOTE, [*own_charges(QUOTE), charge("d1", "375.00")]).rows
        assert [row.verdict for row in rows] == ["equal", "equal", "equal", "charged-again"]
        again = rows[-1]
        assert (again.session, again.item, again.payee) == ("d1", "dosing", "regrounding")
        assert (again.quoted, again.charged) == (None, usd("375.00"))

    def test_the_charge_of_the_quoted_amount_is_the_one_that_meets_the_line(self) -> None:
        rows = verdicts(QUOTE, charge("d1", "400.00"), *own_charges(QUOTE))
        assert rows[1] == ("d1", "equal", "0.00")
        assert rows[-1] == ("d1", "charged-again", "400.00")

    def test_lines_of_one_item_are_met_by_amount_then_in_order(self) -> None:
        two = supplies("50.00", "60.00")
        assert verdicts(two, charge("supply", "60.00"), charge("supply", "50.00")) == [
            ("supply", "equal", "0.00"),
            ("supply", "equal", "0.00"),
        ]
        assert verdicts(two, charge("supply", "70.00"), charge("supply", "50.00")) == [
            ("supply", "equal", "0.00"),
            ("supply", "over", "10.00"),
        ]

    def test_a_payee_that_is_stated_must_be_the_lines(self) -> None:
        rows = verdicts(QUOTE, charge("p1", "185.00", "Journey Clinical"))
        assert rows[0] == ("p1", "not-charged", "-185.00")
        assert rows[-1] == ("p1", "not-quoted", "185.00")
        made = reconcile(QUOTE, [charge("p1", "185.00", "Journey Clinical")])
        assert made.rows[-1].payee == "Journey Clinical"
        assert verdicts(QUOTE, charge("p1", "185.00", "regrounding"))[0][1] == "equal"

    def test_a_charge_that_states_its_payee_goes_first(self) -> None:
        lines = [
            QuoteLine(item="supply", amount=usd("50.00"), payee=payee, basis="x")
            for payee in (PRACTICE, "lab")
        ]
        quote = Quote(plan="p", fees=PRACTICE, currency="USD", lines=tuple(lines))
        made = reconcile(quote, [charge("supply", "50.00"), charge("supply", "50.00", PRACTICE)])
        assert made.agrees

    def test_what_a_package_includes_needs_no_charge(self) -> None:
        fees = FeeSchedule(
            id="own",
            currency="USD",
            fees=(Fee(item="dosing", rate=Flat(amount=usd("400.00")), citation=SOURCE),),
            packages=(
                Package(
                    id="one",
                    name="package",
                    price=usd("350.00"),
                    counts=(("dosing", 1),),
                    always=True,
                    citation=SOURCE,
                ),
            ),
        )
        quote = kap.quote(kap.parse("2027-01-04 D0"), fees)
        assert reconcile(quote, [charge("package", "350.00")]).agrees
        assert verdicts(quote, charge("d1", "400.00"), charge("package", "350.00"))[0] == (
            *("d1", "over", "400.00"),
        )

    def test_a_credit_meets_the_discount(self) -> None:
        discount = QuoteLine(item="discount", amount=usd("-10.00"), payee=PRACTICE, basis="x")
        quote = Quote(plan="p", fees=PRACTICE, currency="USD", lines=(discount,))
        assert verdicts(quote, charge("discount", "-10.00")) == [("discount", "equal", "0.00")]
        assert verdicts(quote, charge("discount", "-9.00")) == [("discount", "over", "1.00")]

    def test_an_unpriced_line_is_no_row_until_it_is_charged(self) -> None:
        assert verdicts(supplies(None)) == []
        assert verdicts(supplies(None), charge("supply", "0.00")) == [
            ("supply", "no-price", "0.00")
        ]

    @pytest.mark.parametrize(
        ("charges", "path"),
        [
            ("p1", "charges"),
            ([charge("p1", "1.00"), ("p1", 1)], "charges[1]"),
            ([ChargeMade(item="p1", amount=kap.Money(1, "EUR"))], "charges[0].amount"),
        ],
    )
    def test_charges_that_cannot_be(self, charges: Any, path: str) -> None:
        with pytest.raises(kap.InvalidValue) as refused:
            reconcile(QUOTE, charges)
        assert [problem.path for problem in refused.value.problems] == [path]

    @pytest.mark.parametrize(
        ("facts", "path"),
        [({"item": ""}, "item"), ({"amount": 185}, "amount"), ({"payee": "secret\n"}, "payee")],
    )
    def test_a_charge_that_cannot_be(self, facts: dict[str, Any], path: str) -> None:
        with pytest.raises(kap.InvalidValue) as refused:
            ChargeMade(**{"item": "p1", "amount": usd("1.00"), **facts})
        assert [problem.path for problem in refused.value.problems] == [path]
        assert "secret" not in str(refused.value)

    @pytest.mark.parametrize("quote", NO_QUOTES)
    def test_what_is_no_quote_is_refused(self, quote: Any) -> None:
        assert refused_at(reconcile, quote, []) == ["quote"]
        assert refused_at(reconcile_total, usd("1.00"), quote) == ["quote"]


class TestFields:
    EUROS = kap.Money(1, "EUR")

    def test_a_reconciliation_s_fields_are_checked(self) -> None:
        made = reconcile(QUOTE, own_charges(QUOTE))
        check_tuples(made, "rows")
        euros = attrs.evolve(made.rows[0], quoted=None, charged=None, difference=self.EUROS)
        check_fields(
            made,
            {
                "plan": ("plan", None),
                "fees": ("fees", 1),
                "currency": ("currency", "usd"),
                "rows": ("rows", [euros]),
                "rows[1]": ("rows", [made.rows[0], "row"]),
            },
        )

    def test_a_row_s_fields_are_checked(self) -> None:
        check_fields(
            reconcile(QUOTE, own_charges(QUOTE)).rows[0],
            {
                "session": ("session", 1),
                "item": ("item", None),
                "payee": ("payee", ""),
                "quoted": ("quoted", 1),
                "charged": ("charged", self.EUROS),
                "verdict": ("verdict", "fine"),
                "difference": ("difference", None),
            },
        )

    def test_a_check_s_fields_are_checked(self) -> None:
        made = reconcile_total(usd("745.00"), QUOTE)
        check_tuples(made, "unpriced")
        check_fields(
            made,
            {
                "plan": ("plan", None),
                "published": ("published", 745),
                "itemised": ("itemised", self.EUROS),
                "unpriced": ("unpriced", "consultation"),
                "unpriced[0]": ("unpriced", [1]),
            },
        )
        check_fields(made, {"itemised": ("itemised", None)})


class TestReconciliation:
    def test_as_json(self) -> None:
        document = reconcile(QUOTE, [charge("p1", "185.00"), charge("d1", "400.00")]).to_dict()
        assert json.loads(json.dumps(document)) == document
        assert document | {"rows": 0} == {
            "plan": "plan",
            "fees": "regrounding",
            "currency": "USD",
            "agrees": False,
            "quoted": "745.00",
            "charged": "585.00",
            "difference": "-160.00",
            "rows": 0,
        }
        assert document["rows"][1] == {
            "session": "d1",
            "item": "dosing",
            "payee": "regrounding",
            "quoted": "375.00",
            "charged": "400.00",
            "difference": "25.00",
            "verdict": "over",
        }
        assert document["rows"][2]["charged"] is None

    def test_as_text(self) -> None:
        quote = kap.quote(kap.parse("2027-01-04 E2 D14/90 I15"), "regrounding")
        assert str(reconcile(quote, [charge("d1", "400.00"), charge("e1", "60.00")])) == (
            "plan: does not agree, USD\n"
            "\n"
            "                                             quoted  charged  difference\n"
            "  e1  medical-evaluation  Journey Clinical        -   $60.00     +$60.00  no price\n"
            "  d1  dosing                                $375.00  $400.00     +$25.00  over\n"
            "  i1  integration                           $185.00        -    -$185.00  "
            "not charged\n"
            "      total                                 $560.00  $460.00    -$100.00"
        )

    def test_the_text_of_charges_that_agree(self) -> None:
        assert str(reconcile(supplies("5.00"), [charge("supply", "5.00")])) == (
            "p: agrees, USD\n"
            "\n"
            "          quoted  charged  difference\n"
            "  supply   $5.00    $5.00       $0.00  equal\n"
            "  total    $5.00    $5.00       $0.00"
        )

    def test_reprs_show_ids_and_verdicts_only(self) -> None:
        made = reconcile(QUOTE, own_charges(QUOTE))
        assert repr(made) == "<Reconciliation plan: 3 rows>"
        assert repr(made.rows[0]) == "<ReconciledRow p1: equal>"
        assert repr(charge("p1", "185.00")) == "<ChargeMade p1>"

    @given(quotes())
    def test_a_quote_agrees_with_its_own_lines(self, quote: Quote) -> None:
        made = reconcile(quote, own_charges(quote))
        assert made.agrees
        assert made.difference == usd("0.00")
        assert made.charged == made.quoted

    @given(quotes())
    def test_a_quote_of_priced_lines_that_nobody_charged_does_not_agree(self, quote: Quote) -> None:
        made = reconcile(quote, [])
        due = [x for x in quote.lines if x.amount is not None and x.amount.minor]
        assert made.agrees is (not due)
        assert made.difference == -made.quoted

    @given(quotes(), st.data())
    def test_totals_and_differences_sum_exactly(self, quote: Quote, data: st.DataObject) -> None:
        names = [*(line.session or line.item for line in quote.lines), "tea"]
        some_charge = st.builds(
            ChargeMade,
            item=st.sampled_from(names),
            amount=st.one_of(
                amounts,
                st.sampled_from([known(line.amount) for line in quote.lines] or [usd("1.00")]),
            ),
            payee=st.sampled_from([None, PRACTICE, "laboratory"]),
        )
        charges = data.draw(st.lists(some_charge, max_size=8))
        made = reconcile(quote, charges)
        total = kap.Money.total((one.amount for one in charges), "USD")
        assert made.charged == total
        assert made.difference == made.charged - made.quoted
        quoted = [line.amount for line in quote.lines if line.amount is not None]
        assert made.quoted == kap.Money.total(quoted, "USD")
        # Every charge stands in one row, and every priced line too.
        assert len([row for row in made.rows if row.charged is not None]) == len(charges)
        assert len([row for row in made.rows if row.quoted is not None]) == len(quoted)
        for row in made.rows:
            assert row.difference == known(row.charged) - known(row.quoted)
        for other in copies(made):
            assert other == made


class TestTotals:
    # One practice's prices: intake 200, medical intake 250, preparation and integration 175,
    # dosing 400; it publishes 4,375 for six dosings, whose lines sum to 4,075.
    FEES = FeeSchedule(
        id="own",
        currency="USD",
        fees=(
            Fee(item="consultation", rate=Flat(amount=usd("200.00")), citation=SOURCE),
            Fee(
                item="medical-evaluation",
                payee="a medical partner",
                rate=Flat(amount=usd("250.00")),
                citation=SOURCE,
            ),
            Fee(item="preparation", rate=Flat(amount=usd("175.00")), citation=SOURCE),
            Fee(item="dosing", rate=Flat(amount=usd("400.00")), citation=SOURCE),
            Fee(item="integration", rate=Flat(amount=usd("175.00")), citation=SOURCE),
        ),
    )
    SIX = kap.quote(
        kap.parse("2027-01-04 C0 E2 P7 D14 I15 D28 I29 D42 I43 D56 I57 D70 I71 D84 I85"), FEES
    )

    def test_a_total_that_is_300_too_high_is_reported(self) -> None:
        check = reconcile_total(usd("4375.00"), self.SIX, payees="all")
        assert check.itemised == usd("4075.00")
        assert check.difference == usd("300.00")
        assert not check.equal
        assert str(check) == (
            "plan: not equal, USD\n"
            "\n"
            "  published   $4,375.00\n"
            "  itemised    $4,075.00\n"
            "  difference   +$300.00"
        )

    def test_the_practices_own_lines_alone(self) -> None:
        check = reconcile_total(usd("3825.00"), self.SIX)
        assert check.equal
        assert check.difference == usd("0.00")
        assert reconcile_total(usd("3824.99"), self.SIX).difference == usd("-0.01")

    def test_items_without_amount_are_named(self) -> None:
        own = reconcile_total(usd("745.00"), QUOTE)
        assert (own.equal, own.unpriced) == (True, ("consultation",))
        assert str(own).endswith("  not itemised: consultation, without amount")
        everybody = reconcile_total(usd("745.00"), QUOTE, payees="all")
        assert everybody.unpriced == ("consultation", "medical-evaluation")

    def test_as_json(self) -> None:
        document = reconcile_total(usd("700.00"), QUOTE).to_dict()
        assert json.loads(json.dumps(document)) == document
        assert document == {
            "plan": "plan",
            "currency": "USD",
            "published": "700.00",
            "itemised": "745.00",
            "difference": "-45.00",
            "equal": False,
            "unpriced": ["consultation"],
        }

    @pytest.mark.parametrize(
        ("published", "payees", "path"),
        [
            (kap.Money.of("1.00", "EUR"), "all", "published"),
            (745, "all", "published"),
            (usd("1.00"), "everybody", "payees"),
        ],
    )
    def test_what_cannot_be_is_refused(self, published: Any, payees: Any, path: str) -> None:
        with pytest.raises(kap.InvalidValue) as refused:
            reconcile_total(published, QUOTE, payees=payees)
        assert [problem.path for problem in refused.value.problems] == [path]

    @given(quotes(), amounts)
    def test_nothing_is_absorbed(self, quote: Quote, published: kap.Money) -> None:
        check = reconcile_total(published, quote)
        assert check.itemised == quote.total
        assert check.published - check.difference == quote.total
        assert check.equal is (published == quote.total)
        assert repr(check) == "<TotalCheck plan>"
        for other in copies(check):
            assert other == check
