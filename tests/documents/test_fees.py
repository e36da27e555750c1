"""Fee documents: lossless, canonical, total; amounts are text, every problem has its place."""

from __future__ import annotations

import decimal
import json
import traceback
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from kap_model.documents import _json
from kap_model.documents.fees import dumps_fees, load_fees, loads_fees
from kap_model.fees import (
    Adjustment,
    ByLabel,
    Claim,
    Deposit,
    Fee,
    FeeSchedule,
    FirstPart,
    Flat,
    Hourly,
    Missed,
    Option,
    Package,
    Periodic,
    Scale,
    Share,
    Tier,
    Tiered,
    Together,
    Withdrawal,
)
from kap_model.money import Money
from mutations import changed_documents, spoiled_texts
from profiles import scaled

HOUSE = Path(__file__).parents[2] / "examples" / "fees" / "house.json"
VECTORS = Path(__file__).parents[1] / "vectors" / "fees.json"
BASES: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))["bases"]
SOUND = [json.dumps(base) for base in BASES.values()] + [HOUSE.read_text(encoding="utf-8")]
DOCUMENTS = st.sampled_from(SOUND)
SECTIONS = ("packages", "adjustments", "deposits", "missed", "withdrawals")
KEYS = (
    *("schema", "id", "currency", "fees", *SECTIONS, "claims"),
    *("item", "format", "rate", "payee", "name", "since", "citation", "source", "where"),
    *("type", "amount", "minutes", "increment", "published", "min", "max", "tiers", "first"),
    *("rest", "low", "high", "label", "options", "every", "price", "counts", "together"),
    *("kinds", "count", "always", "percent", "refundable", "at_least", "kind", "stage", "of"),
    *("dosing", "medical-review"),
)
MARKER = "MARKER"
CITATION = kap.Citation("House fees", "section 1")
CITED = {"source": "House fees", "where": "section 1"}


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def schedule(**given: Any) -> FeeSchedule:
    return FeeSchedule(**{"id": "own", "currency": "USD", "fees": (), **given})


def written(value: FeeSchedule) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dumps_fees(value))
    return found


def document(**given: Any) -> str:
    sound = {"schema": "kap-model/fees/1", "id": "own", "currency": "USD", "fees": []}
    return json.dumps(sound | given)


def refused(text: str | bytes) -> list[str]:
    with pytest.raises(kap.DocumentError) as caught:
        loads_fees(text)
    return [str(problem) for problem in caught.value.problems]


FLAT = Flat(amount=usd("185.00"))
TIERS = [Tier(minutes=120, amount=usd("580.00")), Tier(minutes=90, amount=usd("435.00"))]
RATES: list[tuple[Any, dict[str, Any]]] = [
    (FLAT, {"type": "flat", "amount": "185.00"}),
    (
        Flat(amount=usd("0.00"), minutes=50),
        {"type": "flat", "amount": "0.00", "minutes": 50},
    ),
    (Hourly(amount=usd("250.00")), {"type": "hourly", "amount": "250.00"}),
    (
        Hourly(amount=usd("250.00"), increment=15, published=kap.Bounds(90, 120)),
        {
            "type": "hourly",
            "amount": "250.00",
            "increment": 15,
            "published": {"min": 90, "max": 120},
        },
    ),
    (
        Hourly(amount=usd("250.00"), published=kap.Bounds(max=120)),
        {"type": "hourly", "amount": "250.00", "published": {"max": 120}},
    ),
    (
        Hourly(amount=usd("250.00"), published=kap.Bounds(min=0)),
        {"type": "hourly", "amount": "250.00", "published": {"min": 0}},
    ),
    (
        Tiered(tiers=TIERS),
        {
            "type": "tiers",
            "tiers": [{"minutes": 90, "amount": "435.00"}, {"minutes": 120, "amount": "580.00"}],
        },
    ),
    (
        FirstPart(minutes=60, first=usd("330.00"), rest=usd("165.00")),
        {"type": "first-part", "minutes": 60, "first": "330.00", "rest": "165.00"},
    ),
    (
        Scale(low=usd("80.00"), high=usd("160.00")),
        {"type": "scale", "low": "80.00", "high": "160.00"},
    ),
    (Scale(low=usd("15.00")), {"type": "scale", "low": "15.00"}),
    (
        ByLabel(
            label="route",
            options=[
                Option(label="oral", rate=FLAT),
                Option(label="nasal", rate=Scale(low=usd("1.00"), high=usd("1.00"))),
            ],
        ),
        {
            "type": "by-label",
            "label": "route",
            "options": [
                {"label": "oral", "rate": {"type": "flat", "amount": "185.00"}},
                {"label": "nasal", "rate": {"type": "scale", "low": "1.00", "high": "1.00"}},
            ],
        },
    ),
    (
        Periodic(amount=usd("40.00"), every="week"),
        {"type": "periodic", "amount": "40.00", "every": "week"},
    ),
    (
        Periodic(amount=usd("1000.00"), every="year"),
        {"type": "periodic", "amount": "1000.00", "every": "year"},
    ),
    (
        ByLabel(
            label="paid",
            options=[
                Option(label="monthly", rate=Periodic(amount=usd("100.00"), every="month")),
                Option(label="once", rate=Flat(amount=usd("900.00"))),
            ],
        ),
        {
            "type": "by-label",
            "label": "paid",
            "options": [
                {
                    "label": "monthly",
                    "rate": {"type": "periodic", "amount": "100.00", "every": "month"},
                },
                {"label": "once", "rate": {"type": "flat", "amount": "900.00"}},
            ],
        },
    ),
]
FORMS = {rate.form for rate, _ in RATES}


@pytest.mark.parametrize(("rate", "form"), RATES, ids=[str(form) for _, form in RATES])
def test_every_rate_is_written_by_its_type_and_read_again(rate: Any, form: dict[str, Any]) -> None:
    item = "course" if "periodic" in str(form) else "dosing"
    value = schedule(fees=[Fee(item=item, rate=rate, citation=CITATION)])
    (line,) = written(value)["fees"]
    assert line["rate"] == form
    assert list(line["rate"]) == list(form)
    assert loads_fees(dumps_fees(value)) == value


def test_every_form_of_rate_is_tried() -> None:
    (reason,) = refused(
        document(fees=[{"item": "dosing", "rate": {"type": ""}, "citation": CITED}])
    )
    assert set(reason.removeprefix("$.fees[0].rate.type: must be one of ").split(", ")) == FORMS


SHARES: list[tuple[Share, dict[str, str]]] = [
    (Share(percent="10"), {"percent": "10"}),
    (Share(percent=Decimal("8.2500")), {"percent": "8.25"}),
    (Share(percent="0"), {"percent": "0"}),
    (Share(percent=Decimal("1E+2")), {"percent": "100"}),
    (Share(amount=usd("12.50")), {"amount": "12.50"}),
    (Share(amount=usd("0.00")), {"amount": "0.00"}),
]


@pytest.mark.parametrize(("share", "form"), SHARES, ids=[str(form) for _, form in SHARES])
def test_every_section_states_a_share_alike(share: Share, form: dict[str, str]) -> None:
    value = schedule(
        adjustments=[Adjustment(name="Tax", share=share, citation=CITATION)],
        deposits=[Deposit(name="Booking", share=share, citation=CITATION)],
        missed=[Missed(at_least=0, charge=share, citation=CITATION)],
        withdrawals=[Withdrawal(stage="late", name="Late", owed=share, citation=CITATION)],
    )
    sections = written(value)
    assert sections["adjustments"] == [{"name": "Tax", **form, "citation": CITED}]
    assert sections["deposits"] == [{"name": "Booking", **form, "citation": CITED}]
    assert sections["missed"] == [{"at_least": 0, **form, "citation": CITED}]
    assert sections["withdrawals"] == [{"stage": "late", "name": "Late", **form, "citation": CITED}]
    assert loads_fees(dumps_fees(value)) == value


def test_a_share_of_what_was_paid_says_so_and_one_of_the_quote_does_not() -> None:
    owed = Share(percent="50")
    value = schedule(
        withdrawals=[
            Withdrawal(stage="late", name="Late", owed=owed, of="paid", citation=CITATION),
            Withdrawal(stage="early", name="Early", owed=owed, of="quoted", citation=CITATION),
        ]
    )
    assert [list(line) for line in written(value)["withdrawals"]] == [
        ["stage", "name", "percent", "of", "citation"],
        ["stage", "name", "percent", "citation"],
    ]
    assert [line.of for line in loads_fees(dumps_fees(value)).withdrawals] == ["paid", "quoted"]


def test_a_charge_that_is_not_stated_is_not_the_same_as_none() -> None:
    charged, free = (
        schedule(missed=[Missed(at_least=0, charge=charge, citation=CITATION)])
        for charge in (None, Share(percent="0"))
    )
    assert written(charged)["missed"] == [{"at_least": 0, "citation": CITED}]
    assert written(free)["missed"] == [{"at_least": 0, "percent": "0", "citation": CITED}]
    assert loads_fees(dumps_fees(charged)) == charged != free == loads_fees(dumps_fees(free))


def test_a_price_that_is_not_published_is_not_the_same_as_none() -> None:
    unpublished, free = (
        schedule(packages=[Package(id="p", name="n", price=price, counts=(), citation=CITATION)])
        for price in (None, usd("0.00"))
    )
    assert "price" not in written(unpublished)["packages"][0]
    assert written(free)["packages"][0]["price"] == "0.00"
    assert loads_fees(dumps_fees(unpublished)) == unpublished != free


def test_kinds_that_count_together_have_one_order_and_their_groups_keep_theirs() -> None:
    groups = [
        {"kinds": ["integration", "preparation"], "count": 6},
        {"kinds": ["dosing"], "count": 1},
    ]
    package = {"id": "p", "name": "n", "counts": {}, "citation": CITED}
    fees, turned = (
        loads_fees(document(packages=[package | {"together": given}]))
        for given in (groups, groups[::-1])
    )
    assert [group.kinds for group in fees.packages[0].together] == [
        ("preparation", "integration"),
        ("dosing",),
    ]
    assert turned != fees
    assert turned.packages[0].together == fees.packages[0].together[::-1]


@pytest.mark.parametrize("section", ["adjustments", "deposits", "missed", "withdrawals"])
@pytest.mark.parametrize(("key", "other"), [("percent", "amount"), ("amount", "percent")])
def test_null_beside_a_share_is_refused_where_it_stands(section: str, key: str, other: str) -> None:
    own: dict[str, Any] = {"missed": {"at_least": 0}, "withdrawals": {"stage": "s", "name": "n"}}
    line = {**own.get(section, {"name": "n"}), key: "5", other: None, "citation": CITED}
    assert refused(document(**{section: [line]})) == [
        f"$.{section}[0].{other}: must not be null; leave the key out"
    ]


@pytest.mark.parametrize("share", [Share(percent="-10"), Share(amount=usd("-12.50"))])
def test_an_adjustment_may_take_off(share: Share) -> None:
    value = schedule(adjustments=[Adjustment(name="Discount", share=share, citation=CITATION)])
    assert loads_fees(dumps_fees(value)) == value


FULL = schedule(
    fees=[
        Fee(item="dosing", citation=CITATION),
        Fee(
            item="dosing",
            format="group",
            rate=FLAT,
            payee="Partner",
            name="Group",
            since="2027-07-01",
            citation=CITATION,
        ),
    ],
    packages=[
        Package(
            id="start",
            name="Start",
            price=usd("980"),
            counts=[("dosing", 1), ("preparation", 2)],
            always=True,
            citation=CITATION,
        ),
        Package(id="none", name="None", price=usd("0"), counts=(), citation=CITATION),
        Package(
            id="nine",
            name="Nine",
            price=None,
            counts=[("dosing", 3)],
            together=[Together(kinds=("integration", "preparation"), count=6)],
            always=True,
            citation=CITATION,
        ),
    ],
    adjustments=[Adjustment(name="Tax", share=Share(percent="4.5"), citation=CITATION)],
    deposits=[
        Deposit(name="Booking", share=Share(amount=usd("200")), refundable=True, citation=CITATION),
        Deposit(name="Course", share=Share(percent="5"), refundable=False, citation=CITATION),
        Deposit(name="Medicine", citation=CITATION),
    ],
    missed=[
        Missed(at_least=48, charge=Share(percent="0"), kind="dosing", citation=CITATION),
        Missed(at_least=0, charge=Share(percent="50"), kind="dosing", citation=CITATION),
        Missed(at_least=None, charge=Share(percent="100"), citation=CITATION),
        Missed(at_least=None, charge=None, kind="dosing", citation=CITATION),
    ],
    withdrawals=[
        Withdrawal(stage="late", name="Late", owed=Share(percent="25"), citation=CITATION),
        Withdrawal(
            stage="begun", name="Begun", owed=Share(percent="100"), of="paid", citation=CITATION
        ),
    ],
    claims=[Claim(kind="dosing", scope=60), Claim(kind="consultation", scope="nothing")],
)


def test_the_canonical_form() -> None:
    cited = '"citation": {"source": "House fees", "where": "section 1"}}'
    assert dumps_fees(FULL) == (
        '{"schema": "kap-model/fees/1", "id": "own", "currency": "USD", "fees": ['
        f'{{"item": "dosing", {cited}, '
        '{"item": "dosing", "format": "group", "rate": {"type": "flat", "amount": "185.00"}, '
        f'"payee": "Partner", "name": "Group", "since": "2027-07-01", {cited}], "packages": ['
        '{"id": "start", "name": "Start", "price": "980.00", '
        f'"counts": {{"preparation": 2, "dosing": 1}}, "always": true, {cited}, '
        f'{{"id": "none", "name": "None", "price": "0.00", "counts": {{}}, {cited}, '
        '{"id": "nine", "name": "Nine", "counts": {"dosing": 3}, "together": '
        f'[{{"kinds": ["preparation", "integration"], "count": 6}}], "always": true, {cited}], '
        f'"adjustments": [{{"name": "Tax", "percent": "4.5", {cited}], "deposits": ['
        f'{{"name": "Booking", "amount": "200.00", "refundable": true, {cited}, '
        f'{{"name": "Course", "percent": "5", "refundable": false, {cited}, '
        f'{{"name": "Medicine", {cited}], "missed": ['
        f'{{"at_least": 48, "percent": "0", "kind": "dosing", {cited}, '
        f'{{"at_least": 0, "percent": "50", "kind": "dosing", {cited}, '
        f'{{"percent": "100", {cited}, {{"kind": "dosing", {cited}], "withdrawals": ['
        f'{{"stage": "late", "name": "Late", "percent": "25", {cited}, '
        f'{{"stage": "begun", "name": "Begun", "percent": "100", "of": "paid", {cited}], '
        '"claims": {"consultation": "nothing", "dosing": 60}}\n'
    )


@pytest.mark.parametrize("value", [FULL, schedule(), schedule(claims=()), schedule(currency="JPY")])
def test_what_is_written_is_read_again(value: FeeSchedule) -> None:
    text = dumps_fees(value)
    for form in (text, text.encode()):
        again = loads_fees(form)
        assert again == value
        assert hash(again) == hash(value)
        assert dumps_fees(again) == text


def test_sections_at_their_default_are_left_out() -> None:
    bare = '{"schema": "kap-model/fees/1", "id": "own", "currency": "USD", "fees": []}\n'
    assert dumps_fees(schedule()) == bare
    empty: dict[str, list[Any]] = {key: [] for key in SECTIONS}
    assert dumps_fees(loads_fees(document(**empty))) == bare


def test_nothing_claimed_is_not_the_same_as_claims_not_stated() -> None:
    assert loads_fees(document()).claims is None
    assert loads_fees(document(claims={})).claims == ()
    assert written(schedule(claims=()))["claims"] == {}


@pytest.mark.parametrize("name", ["0", "-0", "-0.00", "0.0000"])
def test_equal_shares_have_equal_text(name: str) -> None:
    plain, other = (
        schedule(adjustments=[Adjustment(name="n", share=Share(percent=p), citation=CITATION)])
        for p in ("0", name)
    )
    assert plain == other
    assert dumps_fees(plain) == dumps_fees(other)


def test_the_published_fees_of_a_practice_round_trip() -> None:
    fees = kap.practices.REGROUNDING.fees
    assert fees is not None
    assert loads_fees(dumps_fees(fees)) == fees


def test_the_example_file_is_canonical_but_for_its_line_breaks() -> None:
    house = load_fees(HOUSE)
    assert load_fees(str(HOUSE)) == house
    text = dumps_fees(house)
    assert loads_fees(text) == house
    assert text == json.dumps(json.loads(HOUSE.read_text(encoding="utf-8"))) + "\n"
    assert (house.id, house.currency) == ("house", "USD")


def test_the_example_uses_every_form_and_section() -> None:
    house = load_fees(HOUSE)
    assert {fee.rate.form for fee in house.fees if fee.rate is not None} == FORMS
    assert all(getattr(house, section) for section in (*SECTIONS, "claims"))
    assert {fee.since is None for fee in house.fees} == {True, False}
    assert {fee.payee is None for fee in house.fees} == {True, False}


def test_the_example_prices_a_course() -> None:
    plan = kap.parse("2027-06-01 C0 E2 P7 D14 I15 S8>9=1 P35 I36/90g")
    house = load_fees(HOUSE)
    quote = kap.quote(plan, house, agreed={"consultation": usd("45.00")}, labels={"route": "oral"})
    amounts = {line.session: line.amount for line in quote.lines if line.session is not None}
    assert amounts["p1"] == usd("190.00")
    assert amounts["p2"] == usd("205.00")
    assert amounts["d1"] == usd("520.00")
    assert amounts["i2"] == usd("75.00")


@given(changed_documents(DOCUMENTS, KEYS) | spoiled_texts(DOCUMENTS) | st.text() | st.binary())
@settings(max_examples=scaled(200))
def test_any_text_is_a_schedule_or_a_document_error(text: str | bytes) -> None:
    try:
        value = loads_fees(text)
    except kap.DocumentError as error:
        problems = error.problems
    else:
        again = loads_fees(dumps_fees(value))
        assert again == value
        assert dumps_fees(again) == dumps_fees(value)
        return
    assert problems


A_LINE = "must be 1 to 200 characters on one line, without spaces at the ends"
REFUSALS: dict[str, tuple[str, list[str]]] = {
    "no object": ("[]", ["$: must be an object"]),
    "nothing in it": (
        "{}",
        ["$: lacks schema", "$: lacks id", "$: lacks currency", "$: lacks fees"],
    ),
    "another schema": (
        document(schema="kap-model/plan/1", id=5, fees=None),
        ["$.schema: must be kap-model/fees/1"],
    ),
    "an amount as a number": (
        document(
            fees=[{"item": "dosing", "rate": {"type": "flat", "amount": 185.0}, "citation": CITED}]
        ),
        ['$.fees[0].rate.amount: must be an amount as text, such as "185.00"'],
    ),
    "a percentage as a number": (
        document(adjustments=[{"name": "Tax", "percent": 8.25, "citation": CITED}]),
        [
            '$.adjustments[0].percent: must be a percentage as text, such as "-10" or "8.25"',
        ],
    ),
    "too many decimals, deep inside": (
        document(
            fees=[
                {
                    "item": "dosing",
                    "rate": {
                        "type": "tiers",
                        "tiers": [
                            {"minutes": 90, "amount": "435.00"},
                            {"minutes": 120, "amount": "580.005"},
                        ],
                    },
                    "citation": CITED,
                }
            ]
        ),
        ["$.fees[0].rate.tiers[1].amount: must have at most 2 decimals in USD"],
    ),
    "two lines for one date": (
        document(fees=[{"item": "dosing", "citation": CITED}] * 3),
        [
            "$.fees[1].since: must be a date that no other line has",
            "$.fees[2].since: must be a date that no other line has",
        ],
    ),
    "no tier for no notice": (
        document(missed=[{"at_least": 24, "percent": "50", "citation": CITED}]),
        ["$.missed: must say what less notice costs, down to at_least 0"],
    ),
    "a payment that no amount is a share of": (
        document(
            withdrawals=[
                {"stage": "s", "name": 5, "amount": "5.00", "of": "paid", "citation": CITED}
            ]
        ),
        [
            f"$.withdrawals[0].name: {A_LINE}",
            "$.withdrawals[0].of: belongs to a percentage, not to an amount",
        ],
    ),
    "kinds that count together": (
        document(
            packages=[
                {
                    "id": "p",
                    "name": "n",
                    "counts": {},
                    "together": [{"kinds": ["dosing", "dosing"], "count": 0}, {"count": 1}],
                    "citation": CITED,
                }
            ]
        ),
        [
            "$.packages[0].together[0].kinds: must name one kind or more, each once",
            "$.packages[0].together[0].count: must be an integer from 1 to 999999999999",
            "$.packages[0].together[1]: lacks kinds",
        ],
    ),
    "a currency and an amount": (
        document(
            currency="dollars",
            packages=[
                {"id": "p", "name": "n", "price": 5, "counts": {"dosing": 0}, "citation": CITED}
            ],
        ),
        [
            "$.currency: must be an ISO 4217 currency code, such as USD",
            '$.packages[0].price: must be an amount as text, such as "185.00"',
            "$.packages[0].counts.dosing: must be an integer from 1 to 999999999999",
        ],
    ),
}


@pytest.mark.parametrize(("text", "reasons"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_names_every_problem_and_its_place(text: str, reasons: list[str]) -> None:
    assert refused(text) == reasons
    assert refused(text.encode()) == reasons


@pytest.mark.parametrize(
    "given",
    [
        {"currency": MARKER},
        {"fees": [{"item": MARKER, "rate": {"type": MARKER}, "payee": f"{MARKER}\n"}]},
        {"missed": [{"at_least": MARKER, "percent": MARKER, "amount": MARKER, MARKER: MARKER}]},
        {"claims": {MARKER: MARKER, "dosing": MARKER}},
        {"packages": [{"together": [{"kinds": [MARKER], "count": MARKER, MARKER: MARKER}]}]},
        {"withdrawals": [{"amount": MARKER, "of": MARKER}, {"amount": "1", "of": "paid"}]},
        {"id": MARKER, "fees": [{"item": "supply", "payee": MARKER, "citation": CITED}]},
    ],
)
def test_a_refusal_carries_nothing_of_the_document(given: dict[str, Any]) -> None:
    with pytest.raises(kap.DocumentError) as caught:
        loads_fees(document(**given))
    shown = "".join(traceback.format_exception(caught.value))
    told = str(caught.value) + repr(caught.value) + shown
    assert MARKER not in told.replace(f'unknown key "{MARKER}"', "")  # which is no value
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_repr_of_a_schedule_shows_no_more_than_its_name_and_size() -> None:
    assert repr(loads_fees(dumps_fees(FULL))) == "<FeeSchedule own: 2 fees>"


def test_what_is_read_does_not_depend_on_the_decimal_context() -> None:
    house = load_fees(HOUSE)
    text = dumps_fees(house)
    with decimal.localcontext() as context:
        context.prec = 1
        assert load_fees(HOUSE) == house
        assert dumps_fees(load_fees(HOUSE)) == text


def test_a_file_that_cannot_be_read_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_fees(tmp_path / "nothing.json")


def test_amounts_that_gain_decimals_may_outgrow_the_canonical_form() -> None:
    rate = {"type": "flat", "amount": "1"}
    cited = {"source": "s", "where": "w"}
    rows = [
        {"item": "course", "name": f"n{number}", "rate": rate, "citation": cited}
        for number in range(8050)
    ]
    text = document(currency="KWD", fees=rows)
    compact = json.dumps(json.loads(text), separators=(",", ":"))
    assert len(compact) < len(text) < 1_000_000
    assert not _json.may_outgrow(compact)
    assert refused(compact) == ["$: must be at most 1 MB in its canonical form"]
    fees = loads_fees(document(currency="KWD", fees=rows[:8000]))
    assert loads_fees(dumps_fees(fees)) == fees
