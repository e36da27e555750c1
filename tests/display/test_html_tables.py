"""What the pages of prices, protocols and of what planning gives say."""

from __future__ import annotations

from typing import Any

import kap_model as kap
from display_pages import MIXED, house, page, read, rows, values


def test_a_quote_adds_up() -> None:
    quote = values()["a quote"]
    head, *lines, foot = rows(page(quote), "Prices of")
    assert head == ["date", "session", "what", "amount", "how"]
    assert lines[0] == ["Mon, Jan 4, 2027", "c1", "consultation", "\u2013", "not published"]
    assert lines[4][2:] == ["dosing", "$375.00", "90 min at 250.00 per hour"]
    assert foot == ["total of regrounding", "", "", "$3,855.00", ""]
    own = [row[3] for row in lines if row[3] != "\u2013"]
    assert sum(int(amount.strip("$").replace(".00", "")) for amount in own) == 3855
    text = read(page(quote)).text
    assert text.startswith("rg-plan-0042: $3,855.00, not complete")
    assert text.endswith("not complete: no price is published for consultation")


def test_an_estimate_shows_both_ends() -> None:
    shown = page(values()["an estimate"])
    assert read(shown).text.startswith("regrounding: $3,545.00 to $5,850.00")
    assert rows(shown, "The lowest")[4] == [
        *("6", "dosing", "90", "$2,250.00", "90 min at 250.00 per hour")
    ]
    assert rows(shown, "The highest")[-1] == ["", "total", "", "$5,850.00", ""]


def test_what_somebody_else_bills_is_no_amount_of_the_practice() -> None:
    money = kap.Money.of("80.00", "USD")
    lines = [
        kap.QuoteLine(item="Visit", amount=money, payee="partner", basis="flat"),
        kap.QuoteLine(item="Visit", amount=money, payee="partner", basis="flat"),
    ]
    quote = kap.Quote(plan="p", fees="f", currency="USD", lines=lines)
    _, first, _, foot = rows(page(quote), "Prices")
    assert first == ["", "Visit", "\u2013", "$80.00 billed by partner: flat"]
    assert foot[-2] == "$0.00"
    end = kap.EstimateEnd(plan=MIXED, quote=quote)
    estimate = kap.Estimate(protocol="c", fees="f", low=end, high=end)
    assert rows(page(estimate), "The lowest")[1] == [
        *("2", "Visit", "\u2013", "$160.00 billed by partner: flat")
    ]


def test_a_protocol_shows_its_limits_and_what_is_off() -> None:
    shown = page(house())
    found = {row[0]: row[1:] for row in rows(shown, "Limits of")}
    assert found["dosing_count"] == [
        *("dosings in the course", "5 to 8before: 6 to 8"),
        *("Sat, Jan 1, 2028", "House protocol, section 2"),
    ]
    assert found["dosing_gap_days"][1] == (
        "at least 6before: not set (since Sat, Jan 1, 2028); at least 7 (since Fri, Jan 1, 2027)"
    )
    assert "exclusions" not in found
    text = read(shown).text
    assert text.startswith("house24 limits set, as from Mon, Jan 1, 2029 on")
    assert "not set: processing_minutes, dosing_frequency" in text
    assert "rules that do not apply: DOSE-FREQUENCY, DOSE-CLOSE, DOSE-ROUTE, " in text
    assert "DOSE-ROUTE, INTEG-WINDOW, AGE-MIN, EXCLUSION" in text
    assert "severities of its own: DOSE-COUNT below error, above warning, RECORD" in text


def test_a_protocol_shows_what_is_usual() -> None:
    source = kap.Citation("House protocol", "section 3")
    stated = [
        kap.UsualValue(name=name, value=value, since=since, citation=source)
        for name, value, since in (
            ("every", "2w", None),
            ("every", "10d", "2027-07-01"),
            ("dosings", 6, None),
            ("dosings", "off", "2027-07-01"),
        )
    ]
    text = read(page(kap.CareProtocol(id="house", usual=stated))).text
    assert "usual, from one dosing to the next: 10 days (House protocol, section 3)" in text
    assert text.count("usual, ") == 1


def test_a_protocol_that_sets_everything_has_nothing_off() -> None:
    lacking: dict[str, Any] = {
        "processing_minutes": 15,
        "dosing_gap_days": kap.Bounds(min=7),
        "dosing_frequency": kap.Frequency(2, 7),
        "integration_window_hours": 72,
        "minimum_age": 18,
        "refill_supply": 2,
        "routes": ("oral",),
    }
    source = kap.Citation("House protocol", "section 2")
    care = kap.practices.REGROUNDING.protocol.extended(
        "full",
        settings=[kap.Setting(limit=name, value=v, citation=source) for name, v in lacking.items()],
    )
    text = read(page(care)).text
    assert text.startswith("full31 limits setlimit")
    assert "not set:" not in text
    assert "rules that do not apply: DOSE-CLOSEseverities" in text  # a pace is stated
    assert text.endswith(
        "DOSE-COUNT below error, above warning, REVIEW-AFTER warning, SCREEN-FIRST warning"
    )


def test_a_difference_shows_before_and_after() -> None:
    shown = page(values()["a difference"])
    found = {row[0]: row[1:] for row in rows(shown, "Limits that differ")}
    assert found["dosing_gap_days"] == [
        "days between the dates of consecutive dosingssource: House protocol, section 2",
        *("not set", "at least 6", "\u25bc tighter", "DOSE-GAP"),
    ]
    assert found["exclusions"][2:4] == ["not set", "\u25b2 looser"]
    assert "source, before: Regrounding Therapy practice page" in found["exclusions"][0]
    text = read(shown).text
    assert text.startswith("regrounding \u2192 house: they differ")
    assert "rules switched on: DOSE-GAP" in text
    assert "rules switched off: DOSE-CLOSE, EXCLUSION" in text
    assert "same value, other source: effect_minutes" in text
    assert "severities: RECORD-OUTCOME: the rule's own \u2192 error" in text


def test_a_difference_says_what_becomes_of_a_plan() -> None:
    same = read(page(values()["no difference"])).text
    assert same.startswith("core \u2192 core: no difference")
    assert "limits on Mon, Jan 4, 2027" in same
    assert same.endswith("rg-plan-0042: the same findings")
    difference = values()["a difference for a plan"]
    shown = page(difference)
    gained, lost = len(difference.gained), len(difference.lost)
    assert gained
    assert lost
    assert len(rows(shown, f"rg-course-0013: new findings ({gained})")) == 1 + gained
    assert len(rows(shown, f"rg-course-0013: findings that are gone ({lost})")) == 1 + lost


def test_next_steps_have_dates_rules_and_reasons() -> None:
    shown = page(values()["next steps"])
    text = read(shown).text
    assert "as of Wed, Feb 10, 2027, 12:00 pm (Los Angeles); protocol regrounding" in text
    steps = values()["next steps"].steps
    assert len(rows(shown, "Next steps")) == 1 + len(steps)
    overdue = read(page(values()["overdue steps"])).text
    assert "Book a medical follow-up now: it was due by" in overdue
    assert "violated already, and not undone by any step" in overdue
    assert (
        "STOP. The medical provider found this client not eligible"
        in read(page(values()["halted steps"])).text
    )
    assert read(page(values()["no steps"])).text.endswith("Nothing to do.")


def test_a_completion_lists_what_to_book() -> None:
    shown = page(values()["a completion"])
    assert rows(shown, "Sessions to book")[1] == [
        *("r1", "medical review", "Thu, Feb 11, 2027, 10:00 am", "30", "remote")
    ]
    assert "to be recorded by people" in read(shown).text
    nothing = values()["nothing to complete"]
    assert nothing.reason in read(page(nothing)).text
    bare = kap.Completion(plan=MIXED)
    assert read(page(bare)).text.startswith("plan: nothing to book")


def test_a_repair_lists_its_changes() -> None:
    shown = page(values()["a repair"])
    assert rows(shown, "Changes")[1] == [
        *(
            "add",
            "r2",
            "medical review",
            "Mon, Feb 1, 2027, 12:00 pm",
            "SUPPLY-BALANCE, REVIEW-AFTER",
        )
    ]
    assert read(page(values()["nothing to repair"])).text.startswith(
        "rg-plan-0042: nothing to repair"
    )
