"""Pages of every value: well formed, harmless, readable in every theme, and true."""

from __future__ import annotations

import re

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from display_pages import NOW, loud_rule, page, read, tree, values
from kap_model._values import check_text
from kap_model.display._html import ON_HUE, element, joined, number
from kap_model.display._marks import HUES, LOOKS
from kap_model.display.timeline import PAPER, PAPER_INK
from kap_model.testing import strategies as kap_st
from profiles import scaled

NAMES = tuple(values())
each_page = pytest.mark.parametrize("name", NAMES)
TAGS = {
    *("div", "span", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
    *("svg", "title", "desc", "g", "path", "rect", "text"),
}
PAGES_OF_A_THEME = ("#ffffff", "#fafafa", "#111111", "#181c1a", "#1e1e1e")
"""White, and the nearly black of notebooks."""


@each_page
def test_a_page_is_well_formed_and_holds_what_it_may(name: str) -> None:
    shown = page(values()[name])
    assert type(shown) is str
    assert tree(shown).get("class") == "kap-model"
    reader = read(shown)
    assert reader.tags <= TAGS
    for tag, attribute, value in reader.attributes:
        assert not attribute.startswith("on")
        assert attribute not in ("id", "href", "src")
        assert attribute == "xmlns" or "http" not in value
        assert "url(" not in value
        assert tag == "div" or attribute != "class"
    assert "http" not in reader.text


@each_page
def test_a_page_has_the_same_bytes_again(name: str) -> None:
    assert page(values()[name]) == page(values()[name])


@each_page
def test_a_page_has_our_hues_only(name: str) -> None:
    found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", page(values()[name])))
    assert found <= {*HUES, ON_HUE, "#80808060"}


@each_page
def test_what_is_wide_scrolls(name: str) -> None:
    root = tree(page(values()[name]))
    within = {child: parent for parent in root.iter() for child in parent}
    for wide in (*root.iter("table"), *root.iter("{http://www.w3.org/2000/svg}svg")):
        assert "overflow-x:auto" in within[wide].get("style", "")


@each_page
def test_pictures_can_be_heard(name: str) -> None:
    for svg in tree(page(values()[name])).iter("{http://www.w3.org/2000/svg}svg"):
        assert svg.get("role") == "img"
        title, desc = list(svg)[:2]
        assert title.text
        assert desc.text
        assert svg.get("aria-label") == f"{title.text}. {desc.text}"
    for table in tree(page(values()[name])).iter("table"):
        assert table.get("aria-label")


def luminance(hue: str) -> float:
    """Relative luminance, WCAG 2."""
    parts = [int(hue[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_of_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("hue", HUES)
def test_hues_are_seen_in_light_and_dark(hue: str) -> None:
    for behind in PAGES_OF_A_THEME:
        assert contrast(hue, behind) >= 3
    assert contrast(ON_HUE, hue) >= 4.5


def test_kinds_differ_by_letter_and_shape_and_hue() -> None:
    looks = LOOKS.values()
    for part in ("letter", "shape", "hue"):
        assert len({getattr(look, part) for look in looks}) == 6


def test_paper_is_read() -> None:
    assert contrast(PAPER, PAPER_INK) >= 7


def test_whatever_is_not_an_element_is_escaped() -> None:
    inner = element("b", "1 < 2 & \"3\" '4'", title="\"'<>&", stroke_width=1.25, hidden=None)
    assert inner == (
        '<b title="&quot;&#x27;&lt;&gt;&amp;" stroke-width="1.2">'
        "1 &lt; 2 &amp; &quot;3&quot; &#x27;4&#x27;</b>"
    )
    assert joined([inner, "<i>"]) == f"{inner}&lt;i&gt;"
    assert (
        element("b", inner + "<i>")
        == "<b>"
        + inner.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        + "&lt;i&gt;</b>"
    )


def test_what_no_document_may_hold_is_replaced() -> None:
    assert element("b", "a\x00b\ud800c\uffffd\n") == "<b>a\ufffdb\ufffdc\ufffdd\n</b>"


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1"), (1.04, "1"), (-0.04, "0"), (1.25, "1.2"), (-3.46, "-3.5")]
)
def test_lengths_are_short(value: float, text: str) -> None:
    assert number(value) == text


# What is planted: markup in every quoting.
MARKERS = st.sampled_from(
    [
        "<script>\"&'",
        "</td></table><script>alert(1)</script>",
        '" onload="x',
        "' onclick='x",
        "&lt;b&gt;",
        "<!-- -->",
        "<![CDATA[x]]>",
        "<?xml x?>",
    ]
) | st.text("<>\"'&/=;!-[]a ", min_size=1, max_size=30).map(str.strip).filter(bool)


def loud_pages(marker: str) -> list[str]:
    """Pages of values that hold a marker wherever a text may stand."""
    cited = kap.Citation(marker, marker)
    dosing = kap.Dosing(
        id="d1", start=NOW, minutes=90, place="remote", support_person=marker, status="completed"
    )
    plan = kap.Plan(id="p", timezone="UTC", sessions=[dosing])
    report = kap.check(plan, "regrounding", rules=(*kap.RULES, loud_rule(marker, dosing)))
    line = kap.QuoteLine(item=marker, amount=None, payee=marker, basis=marker)
    own = kap.QuoteLine(item=marker, amount=kap.Money.of("1.00", "USD"), payee="f", basis=marker)
    other = attrs.evolve(own, payee=marker)
    deposit = kap.fees.Deposit(name=marker, citation=cited)
    quote = kap.Quote(
        plan="p",
        fees="f",
        currency="USD",
        lines=[line, own, other],
        missing=[marker],
        deposits=[deposit],
    )
    care = kap.CareProtocol(
        id="c",
        settings=[
            kap.Setting(limit="dosing_count", value=kap.Bounds(6, 8), citation=cited),
            kap.Setting(limit="minimum_age", value=18, citation=cited),
        ],
    )
    end = kap.EstimateEnd(plan=plan, quote=quote, labels=((marker, marker),))
    shown = [
        *(report, quote, care, kap.diff("core", care), kap.diff(care, "core")),
        kap.Estimate(protocol="c", fees="f", low=end, high=end, open_ended=(marker,)),
        kap.Completion(plan=plan, needs=report.findings, reason=marker),
        kap.NextSteps(
            plan="p",
            protocol="c",
            protocol_source="argument",
            timezone="UTC",
            instant=dosing.begins,
            steps=[
                kap.Step(do="record", because=marker, timezone="UTC"),
                kap.Step(do="book", kind="dosing", pace=marker, timezone="UTC"),
            ],
            findings=report.findings,
        ),
    ]
    return [page(value) for value in shown]


@settings(max_examples=scaled(12))
@given(marker=MARKERS)
def test_no_text_becomes_markup(marker: str) -> None:
    check_text(marker, "marker")
    quiet = "a quiet text"
    for shown, plain in zip(loud_pages(marker), loud_pages(quiet), strict=True):
        heard, calm = read(shown), read(plain)
        tree(shown)
        assert heard.tags == calm.tags
        assert [(tag, name) for tag, name, _ in heard.attributes] == [
            (tag, name) for tag, name, _ in calm.attributes
        ]
        assert quiet in calm.text
        assert heard.text == calm.text.replace(quiet, marker)


@settings(max_examples=scaled(10))
@given(plan=kap_st.plans())
def test_any_plan_shows_itself(plan: kap.Plan) -> None:
    shown = page(plan)
    assert read(shown).tags <= TAGS
    tree(shown)
    backwards = attrs.evolve(plan, sessions=tuple(reversed(plan.sessions)))
    assert page(backwards) == shown
