"""What is settled with a client who withdraws, and credits that mirror quotes."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

import kap_model as kap
from copies import copies
from kap_model.fees import Deposit, Fee, FeeSchedule, Flat, Package, Share, Withdrawal
from kap_model.fees.charges import ShareBase
from kap_model.pricing.quotes import Quote
from kap_model.pricing.withdrawal import credit, withdraw
from refusals import NO_QUOTES, check_fields, check_tuples, refused_at
from support import SOURCE
from wild_quotes import quotes, usd


def stage(name: str, owed: Share, of: ShareBase = "quoted") -> Withdrawal:
    return Withdrawal(stage=name, name=f"stage {name}", owed=owed, of=of, citation=SOURCE)


STAGES = (
    stage("at-once", Share(amount=usd("0.00"))),
    stage("before-medicine", Share(amount=usd("150.00"))),
    stage("one-shipment", Share(percent="50")),
    stage("third", Share(percent="33.3333")),
    stage("dearer", Share(amount=usd("2000.00"))),
    stage("whole", Share(percent="100")),
    stage("nothing", Share(percent="0")),
    stage("all-paid", Share(percent="100"), of="paid"),
    stage("third-of-paid", Share(percent="33.3333"), of="paid"),
    stage("none-of-paid", Share(percent="0"), of="paid"),
)
FEES = FeeSchedule(
    id="own",
    currency="USD",
    fees=(Fee(item="dosing", rate=Flat(amount=usd("250.00")), citation=SOURCE),),
    packages=(
        Package(
            id="six",
            name="six dosings",
            price=usd("1254.00"),
            counts=(("dosing", 6),),
            always=True,
            citation=SOURCE,
        ),
    ),
    withdrawals=STAGES,
)
QUOTE = kap.quote(kap.parse("2027-01-04 D0 D7 D14 D21 D28 D35"), FEES)
UNPRICED = attrs.evolve(FEES, packages=[attrs.evolve(FEES.packages[0], price=None)])
INCOMPLETE = kap.quote(kap.parse("2027-01-04 D0 D7 D14 D21 D28 D35 D42"), UNPRICED)


class TestWithdraw:
    @pytest.mark.parametrize(
        ("stage", "paid", "owed", "refund", "still_due"),
        [
            ("at-once", "1254.00", "0.00", "1254.00", "0.00"),
            ("before-medicine", "1254.00", "150.00", "1104.00", "0.00"),
            ("before-medicine", "150.00", "150.00", "0.00", "0.00"),
            ("before-medicine", "0.00", "150.00", "0.00", "150.00"),
            ("one-shipment", "1254.00", "627.00", "627.00", "0.00"),
            ("one-shipment", "626.99", "627.00", "0.00", "0.01"),
            ("third", "500.00", "418.00", "82.00", "0.00"),  # 417.999582, rounded once
            ("dearer", "1254.00", "2000.00", "0.00", "746.00"),  # the fixed amount all the same
            ("whole", "1254.00", "1254.00", "0.00", "0.00"),
            ("nothing", "1254.00", "0.00", "1254.00", "0.00"),
            ("all-paid", "1254.00", "1254.00", "0.00", "0.00"),
            ("all-paid", "300.00", "300.00", "0.00", "0.00"),  # nothing more, nothing back
            ("all-paid", "0.00", "0.00", "0.00", "0.00"),
            ("third-of-paid", "500.00", "166.67", "333.33", "0.00"),  # 166.6665, rounded once
            ("none-of-paid", "500.00", "0.00", "500.00", "0.00"),
        ],
    )
    def test_what_is_owed_and_settled(
        self, stage: str, paid: str, owed: str, refund: str, still_due: str
    ) -> None:
        made = withdraw(QUOTE, FEES, stage, paid=usd(paid))
        assert made.quoted == usd("1254.00")
        assert made.owed == usd(owed)
        assert (made.refund, made.still_due) == (usd(refund), usd(still_due))

    def test_as_json(self) -> None:
        document = withdraw(QUOTE, FEES, "one-shipment", paid=usd("1254.00")).to_dict()
        assert json.loads(json.dumps(document)) == document
        assert document == {
            "plan": "plan",
            "stage": "one-shipment",
            "name": "stage one-shipment",
            "currency": "USD",
            "quoted": "1254.00",
            "basis": "50 % of 1254.00 quoted",
            "owed": "627.00",
            "paid": "1254.00",
            "refund": "627.00",
            "still_due": "0.00",
            "not_refundable": [],
            "citation": SOURCE.to_dict(),
        }

    def test_as_text(self) -> None:
        assert str(withdraw(QUOTE, FEES, "one-shipment", paid=usd("1254.00"))) == (
            "plan: withdrawal, stage one-shipment\n"
            "\n"
            "  quoted     $1,254.00\n"
            "  owed         $627.00  50 % of 1254.00 quoted\n"
            "  paid       $1,254.00\n"
            "  refund       $627.00\n"
            "  still due      $0.00\n"
            "\n"
            f"  source: {SOURCE}"
        )
        assert "  owed  " in str(withdraw(QUOTE, FEES, "before-medicine", paid=usd("0.00")))
        assert "  fixed\n" in str(withdraw(QUOTE, FEES, "before-medicine", paid=usd("0.00")))

    @pytest.mark.parametrize(
        ("stage", "basis"),
        [
            ("one-shipment", "50 % of 1254.00 quoted"),
            ("all-paid", "100 % of 300.00 paid"),
            ("none-of-paid", "0 % of 300.00 paid"),
            ("before-medicine", "fixed"),
        ],
    )
    def test_the_basis_says_of_what_a_share_is(self, stage: str, basis: str) -> None:
        made = withdraw(QUOTE, FEES, stage, paid=usd("300.00"))
        assert (made.basis, made.to_dict()["basis"]) == (basis, basis)
        assert made.quoted == usd("1254.00")

    @pytest.mark.parametrize("stage", ["one-shipment", "third", "whole"])
    def test_a_share_of_a_quote_that_is_not_complete_is_refused(self, stage: str) -> None:
        assert (INCOMPLETE.total, INCOMPLETE.missing) == (usd("250.00"), ("dosing",))
        with pytest.raises(kap.InvalidValue) as refused:
            withdraw(INCOMPLETE, UNPRICED, stage, paid=usd("300.00"))
        assert [str(problem) for problem in refused.value.problems] == [
            "quote: must be complete, for what is owed at this stage is a share of it"
        ]

    @pytest.mark.parametrize(
        ("stage", "owed"),
        [
            ("at-once", "0.00"),
            ("before-medicine", "150.00"),
            ("nothing", "0.00"),
            ("all-paid", "300.00"),
            ("third-of-paid", "100.00"),  # 99.9999, rounded once
            ("none-of-paid", "0.00"),
        ],
    )
    def test_what_needs_no_total_is_owed_though_the_quote_is_not_complete(
        self, stage: str, owed: str
    ) -> None:
        made = withdraw(INCOMPLETE, UNPRICED, stage, paid=usd("300.00"))
        assert (made.owed, made.quoted) == (usd(owed), usd("250.00"))

    def test_payments_that_are_not_refundable_are_named_and_not_weighed(self) -> None:
        deposits = [
            Deposit(name=name, share=Share(amount=usd("200")), refundable=given, citation=SOURCE)
            for name, given in (("kept", False), ("given back", True), ("not stated", None))
        ]
        fees = attrs.evolve(FEES, deposits=deposits)
        quote = kap.quote(kap.parse("2027-01-04 D0"), fees)
        made = withdraw(quote, fees, "at-once", paid=usd("200.00"))
        assert made.not_refundable == ("kept",)
        assert made.refund == usd("200.00")
        assert str(made).endswith("  declared not refundable, not weighed here: kept")

    @pytest.mark.parametrize(
        ("fees", "stage", "paid", "path"),
        [
            (FEES, "secret", usd("1.00"), "stage"),
            (FEES, "whole", usd("-0.01"), "paid"),
            (FEES, "whole", 627, "paid"),
            (FEES, "whole", kap.Money(1, "EUR"), "paid"),
            (attrs.evolve(FEES, id="another"), "whole", usd("1.00"), "fees"),
            ("regrounding", "whole", usd("1.00"), "fees"),
            ("kingsley", "whole", usd("1.00"), "fees"),
            (None, "whole", usd("1.00"), "fees"),
        ],
    )
    def test_what_cannot_be_settled(self, fees: Any, stage: str, paid: Any, path: str) -> None:
        with pytest.raises(kap.InvalidValue) as refused:
            withdraw(QUOTE, fees, stage, paid=paid)
        assert [problem.path for problem in refused.value.problems] == [path]
        assert "secret" not in str(refused.value)

    def test_a_schedule_of_another_id_or_currency_is_refused(self) -> None:
        euros = kap.Quote(plan="p", fees="own", currency="EUR", lines=())
        another = attrs.evolve(FEES, id="another")
        for quote, fees in ((euros, FEES), (QUOTE, another)):
            with pytest.raises(kap.InvalidValue, match=r"of the quote's id and currency$"):
                withdraw(quote, fees, "whole", paid=usd("1.00"))

    @pytest.mark.parametrize("quote", NO_QUOTES)
    def test_what_is_no_quote_is_refused(self, quote: Any) -> None:
        assert refused_at(withdraw, quote, FEES, "whole", paid=usd("1.00")) == ["quote"]
        assert refused_at(credit, quote) == ["quote"]

    @pytest.mark.parametrize("stage", [None, 1, ["whole"], "", "whole "])
    def test_a_stage_is_a_text(self, stage: Any) -> None:
        with pytest.raises(kap.InvalidValue, match=r"^stage: must be 1 to 200 characters"):
            withdraw(QUOTE, FEES, stage, paid=usd("1.00"))

    def test_a_settlement_s_fields_are_checked(self) -> None:
        made = withdraw(QUOTE, FEES, "whole", paid=usd("1.00"))
        check_tuples(attrs.evolve(made, not_refundable=["kept"]), "not_refundable")
        check_fields(
            made,
            {
                "plan": ("plan", None),
                "stage": ("stage", 1),
                "name": ("name", ""),
                "basis": ("basis", None),
                "quoted": ("quoted", 1),
                "owed": ("owed", kap.Money(1, "EUR")),
                "paid": ("paid", usd("-0.01")),
                "not_refundable": ("not_refundable", "kept"),
                "not_refundable[1]": ("not_refundable", ["kept", 1]),
                "citation": ("citation", "a page"),
            },
        )
        for name in ("quoted", "owed"):
            check_fields(made, {name: (name, kap.Money(1, "EUR"))})

    def test_the_stages_that_are_known_are_named(self) -> None:
        with pytest.raises(kap.InvalidValue, match="at-once, before-medicine, one-shipment"):
            withdraw(QUOTE, FEES, "later", paid=usd("1.00"))
        quote = kap.quote(kap.parse("2027-01-04 P0"), "regrounding")
        with pytest.raises(kap.InvalidValue, match="the schedule regrounding knows: none"):
            withdraw(quote, "regrounding", "later", paid=usd("1.00"))

    @given(st.sampled_from(STAGES), st.integers(0, 500_000))
    def test_the_settlement_sums(self, terms: Withdrawal, minor: int) -> None:
        made = withdraw(QUOTE, FEES, terms.stage, paid=kap.Money(minor, "USD"))
        nothing = usd("0.00")
        assert made.paid - made.owed == made.refund - made.still_due
        assert made.refund >= nothing
        assert made.still_due >= nothing
        assert nothing in (made.refund, made.still_due)
        if terms.of == "paid":
            assert made.still_due == nothing
        assert repr(made) == "<Settlement plan>"
        for other in copies(made):
            assert other == made


class TestCredit:
    def test_every_amount_is_taken_back(self) -> None:
        quote = kap.quote(kap.parse("2027-01-04 C0 P7 D14/90"), "regrounding", claims=())
        taken = credit(quote)
        assert [line.to_dict()["amount"] for line in taken.lines] == [None, "-185.00", "-375.00"]
        assert [line.basis for line in taken.lines][:2] == [
            "credit: not published",
            "credit: 185.00 per session of 50 min",
        ]
        assert taken.total == usd("-560.00")
        assert (taken.plan, taken.fees, taken.missing) == (quote.plan, quote.fees, quote.missing)

    def test_what_a_superbill_may_claim_is_taken_back_too(self) -> None:
        claims = [kap.fees.Claim(kind="dosing", scope=60)]
        quote = kap.quote(kap.parse("2027-01-04 D14/90"), "regrounding", claims=claims)
        assert [line.claimable for line in credit(quote).lines] == [usd("-250.00")]

    def test_what_has_no_price_is_not_taken_back(self) -> None:
        taken = credit(INCOMPLETE)
        assert [None if x.amount is None else x.amount.text for x in taken.lines] == [
            *[None] * 6,
            "-250.00",
            None,
        ]
        assert taken.lines[0].basis == "credit: included in six dosings, not published"
        assert taken.lines[-1].basis == "credit: not published"
        assert taken.missing == INCOMPLETE.missing

    def test_payments_ahead_are_no_part_of_it(self) -> None:
        deposit = Deposit(name="ahead", share=Share(amount=usd("200")), citation=SOURCE)
        fees = attrs.evolve(FEES, deposits=[deposit])
        quote = kap.quote(kap.parse("2027-01-04 D0"), fees)
        assert quote.deposits
        assert credit(quote).deposits == ()
        assert "-$1,254.00" in str(credit(quote))

    @given(quotes())
    def test_a_quote_and_its_credit_sum_to_nothing(self, quote: Quote) -> None:
        mirror = credit(quote)
        assert quote.total + mirror.total == usd("0.00")
        for payee, amount in quote.subtotals.items():
            assert mirror.subtotals[payee] == (None if amount is None else -amount)
        for line, taken in zip(quote.lines, mirror.lines, strict=True):
            assert attrs.evolve(taken, amount=None, claimable=None, basis="") == attrs.evolve(
                line, amount=None, claimable=None, basis=""
            )

    @given(quotes())
    def test_the_credit_of_a_credit_is_the_quote_again(self, quote: Quote) -> None:
        assert credit(credit(quote)) == quote

    def test_the_credit_of_a_credit_has_no_payments_ahead(self) -> None:
        deposit = Deposit(name="ahead", share=Share(amount=usd("200")), citation=SOURCE)
        quote = kap.quote(kap.parse("2027-01-04 D0"), attrs.evolve(FEES, deposits=[deposit]))
        assert credit(credit(quote)) == attrs.evolve(quote, deposits=())
        assert credit(credit(credit(quote))) == credit(quote)
