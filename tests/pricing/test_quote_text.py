"""``str(quote)``: aligned columns that a person can add up."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from hypothesis import given, settings

import kap_model as kap
from fees_support import (
    CITATION,
    adjustment,
    fee,
    flat,
    house,
    share,
    usd,
)
from kap_model.display.prices import quote_text
from kap_model.fees import Deposit, Missed, Package, Scale, Share, Together
from pricing_cases import Question, quotable
from profiles import scaled
from support import plan


def test_the_text_of_a_quote() -> None:
    # What others bill stands beside the column that adds up to the practice's total.
    evaluation = "$120.00 billed by Journey Clinical: 120.00 per session"
    fees = house(
        fee("consultation"),
        fee("medical-evaluation", flat("120.00"), payee="Journey Clinical"),
        adjustments=[adjustment("Discount", "-10 %")],
        deposits=[
            Deposit(name="Deposit", share=Share(percent="20"), citation=CITATION),
            Deposit(name="Retainer", citation=CITATION),
        ],
    )
    assert str(kap.quote(plan("C0 E1 D2/120 D3/90 R4"), fees)).splitlines() == [
        "plan: priced by house, USD",
        "",
        "  Fri 2027-01-01  c1  consultation              -  not published",
        f"  Sat 2027-01-02  e1  medical-evaluation        -  {evaluation}",
        "  Sun 2027-01-03  d1  dosing              $500.00  120 min at 250.00 per hour",
        "  Mon 2027-01-04  d2  dosing              $375.00  90 min at 250.00 per hour",
        "  Tue 2027-01-05  r1  medical-review            -  billed by Journey Clinical",
        "                      Discount            -$87.50  -10 % of 875.00",
        "                                          -------",
        "  total of house                          $787.50",
        "",
        "  not in the total: Journey Clinical, $120.00, and amounts not known",
        "  not complete: no price is published for consultation",
        "  paid ahead, counts toward the total: Deposit, amount not known",
        "  paid ahead, counts toward the total: Retainer, amount not known",
    ]


def test_the_text_of_what_is_charged_and_not_stated_how_much() -> None:
    fees = house(
        fee("consultation", Scale(low=usd("15.00"))),
        packages=[
            Package(
                id="course",
                name="Course",
                price=None,
                counts=[("dosing", 1)],
                together=[Together(kinds=("preparation", "integration"), count=1)],
                always=True,
                citation=CITATION,
            ),
            Package(id="massage", name="Massage", price=None, counts=(), citation=CITATION),
        ],
        missed=[Missed(at_least=0, charge=None, citation=CITATION)],
        deposits=[Deposit(name="Deposit", share=Share(percent="20"), citation=CITATION)],
    )
    made = kap.quote(
        plan("C0 P1 D2x D3/60 I4", {"d1.notice_hours": 5}),
        fees,
        agreed={"consultation": usd("30.00")},
        packages=["massage"],
    )
    assert str(made).splitlines() == [
        "plan: priced by house, USD",
        "",
        "  Fri 2027-01-01  c1  consultation        $30.00  30.00 agreed, of 15.00 or more",
        "  Sat 2027-01-02  p1  preparation              -  included in Course, not published",
        "  Sun 2027-01-03  d1  dosing, cancelled        -  not published, 5 h of notice",
        "  Mon 2027-01-04  d2  dosing                   -  included in Course, not published",
        "  Tue 2027-01-05  i1  integration        $185.00  185.00 per session of 50 min",
        "                      Course                   -  not published",
        "                      Massage                  -  not published",
        "                                         -------",
        "  total of house                         $215.00",
        "",
        "  not complete: no price is published for preparation, dosing, integration, course",
        "  paid ahead, counts toward the total: Deposit, amount not known",
    ]


@pytest.mark.parametrize(
    ("token", "part", "shown"),
    [
        ("D0/120", "20 %", "$100.00"),
        ("D0/120", "75.00", "$75.00"),
        ("C0 D1/120", "75.00", "$75.00"),
        ("C0 D1/120", "20 %", "amount not known"),  # of a total that is not known
    ],
)
def test_a_payment_ahead_stands_below(token: str, part: str, shown: str) -> None:
    deposit = Deposit(name="Deposit", share=share(part), citation=CITATION)
    quote = kap.quote(plan(token), house(fee("consultation"), deposits=[deposit]))
    expected = f"  paid ahead, counts toward the total: Deposit, {shown}"
    assert str(quote).splitlines()[-1] == expected


def test_the_text_of_a_quote_without_lines() -> None:
    nothing = kap.Plan(id="plan", timezone="UTC", sessions=())
    assert str(kap.quote(nothing, house())).splitlines() == [
        "plan: priced by house, USD",
        "",
        "                  -----",
        "  total of house  $0.00",
    ]


def shown_amounts(text: str) -> tuple[list[str], str]:
    """The column of amounts, found by the rule under it, and the total below that."""
    lines = text.splitlines()
    rule = next(index for index, line in enumerate(lines) if line.strip() and not line.strip("- "))
    start, end = lines[rule].index("-"), len(lines[rule])
    column = [line[start:end].strip() for line in lines[2:rule]]
    return column, lines[rule + 1][start:end].strip()


def parsed(shown: str, currency: str) -> kap.Money:
    """An amount as people read it."""
    plain = shown.removesuffix(currency).strip().replace(",", "")
    return kap.Money.of("".join(c for c in plain if c in "-.0123456789"), currency)


@settings(max_examples=scaled(40))
@given(quotable())
def test_the_shown_amounts_add_up_to_the_shown_total(question: Question) -> None:
    quote = question.ask()
    column, total = shown_amounts(quote_text(quote))
    assert len(column) == len(quote.lines)
    amounts = [parsed(shown, quote.currency) for shown in column if shown != "-"]
    assert parsed(total, quote.currency) == quote.total
    assert kap.Money.total(amounts, quote.currency) == quote.total


class NoLocale(dt.date):
    """A date that refuses to be written as the machine's locale would."""

    def strftime(self, form: str) -> str:
        raise AssertionError(form)

    def __format__(self, form: str) -> str:
        raise AssertionError(form)


def test_the_text_of_a_date_does_not_depend_on_the_locale() -> None:
    quote = kap.quote(plan("D0/60"), house())
    (line,) = quote.lines
    other = attrs.evolve(quote, lines=(attrs.evolve(line, date=NoLocale(2027, 1, 1)),))
    assert str(other) == str(quote)
    assert "  Fri 2027-01-01  d1  dosing  $250.00  " in str(quote)
