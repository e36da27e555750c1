"""`explain` and `rules`: every rule in both formats, and the hint at the one that was meant."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import attrs
import pytest

import kap_model as kap
from kap_model.cli import main
from kap_model.display.rules import rule_text

Capture = pytest.CaptureFixture[str]


each_rule = pytest.mark.parametrize("rule", kap.RULES, ids=lambda rule: rule.id)


@each_rule
def test_explain_as_text(rule: kap.Rule, capsys: Capture) -> None:
    assert main(["explain", rule.id]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    assert lines[0] == f"{rule.id} ({rule.severity})"
    flat = " ".join(captured.out.split())
    assert rule.says in flat
    assert rule.why in flat
    for citation in rule.cites:
        assert str(citation) in flat
    for name in rule.reads:
        assert f" {name}: " in flat
    assert ("none: always on" in flat) == (not rule.reads)
    assert rule.example is not None
    for case in (rule.example.holds, rule.example.breaks):
        assert case.notation in flat
        assert case.as_of is None or case.as_of in flat
    assert max(len(line) for line in lines) <= 96


@each_rule
def test_explain_shows_what_the_broken_plan_is_told(rule: kap.Rule, capsys: Capture) -> None:
    main(["explain", rule.id])
    shown = capsys.readouterr().out.partition("A plan that breaks it")[2]
    assert any(f"  {verdict}: " in shown for verdict in ("violated", "pending", "unknown"))


@each_rule
def test_explain_as_json(rule: kap.Rule, capsys: Capture) -> None:
    assert main(["explain", rule.id, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "rule": rule.id,
        "severity": rule.severity,
        "says": rule.says,
        "why": rule.why,
        "citations": [{"source": c.source, "where": c.where} for c in rule.cites],
        "reads": list(rule.reads),
    }


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("integ-each", "did you mean INTEG-EACH?"),
        ("INTEG-EECH", "did you mean INTEG-EACH?"),
        ("zzz", "kap-model rules lists them"),
        ("", "kap-model rules lists them"),
    ],
)
def test_explain_hints_at_the_rule_that_was_meant(name: str, hint: str, capsys: Capture) -> None:
    assert main(["explain", name]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"RULE: must be the id of a rule; {hint}\n"


def test_rules_as_text(capsys: Capture) -> None:
    assert main(["rules"]) == 0
    text = capsys.readouterr().out
    assert text.splitlines()[0] == (
        "SCREEN-FIRST       advice   A consultation comes before the first medical evaluation."
    )
    flat = " ".join(text.split())
    for rule in kap.RULES:
        assert f"{rule.id} {rule.severity} {rule.says}" in flat
    lines = text.splitlines()
    assert max(len(line) for line in lines) <= 96
    assert lines == [line.rstrip() for line in lines]


def test_rules_as_json(capsys: Capture) -> None:
    assert main(["rules", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)["rules"]
    assert [(row["rule"], row["severity"]) for row in shown] == [
        (rule.id, rule.severity) for rule in kap.RULES
    ]


def test_a_rule_without_an_example_is_explained_without_one() -> None:
    rule = attrs.evolve(kap.RULES[0], example=None)
    text = rule_text(rule)
    assert text.startswith("SCREEN-FIRST (advice)\n")
    assert "A plan that" not in text


def test_an_explanation_tells_the_findings_of_its_rule_alone() -> None:
    broken = kap.Case("2027-01-04 D14/30")
    rule = kap.RULES[11]
    assert rule.example is not None
    text = rule_text(attrs.evolve(rule, example=attrs.evolve(rule.example, breaks=broken)))
    shown = text.partition("A plan that breaks it")[2]
    assert shown.count("violated: ") == 1
    assert "lasts 30 minutes" in shown


HOUSE = {
    "schema": "kap-model/protocol/1",
    "id": "own",
    "extends": "kingsley",
    "limits": {},
    "rules": [
        {
            "id": "HOUSE-NEXT-DAY",
            "form": "follow",
            "each": "dosing",
            "by": "integration",
            "within": {"min": 1, "max": 3, "unit": "days"},
            "severity": "warning",
            "citation": {"source": "House protocol", "where": "section 4"},
        },
        {
            "id": "HOUSE-PACE",
            "form": "space",
            "from": "dosing",
            "min": 7,
            "max": 14,
            "unit": "days",
            "severity": {"below": "error", "above": "advice"},
            "why": "Time to integrate.",
            "citation": {"source": "House protocol", "where": "section 5"},
        },
        {
            "id": "HOUSE-GONE",
            "form": "rate",
            "of": "dosing",
            "max": 1,
            "days": 7,
            "citation": {"source": "House protocol", "where": "section 6"},
        },
        {
            "id": "HOUSE-GONE",
            "form": "off",
            "since": "2027-01-01",
            "citation": {"source": "House protocol", "where": "section 6"},
        },
    ],
    "severities": {"INTEG-EACH": "advice", "DOSE-COUNT": {"below": "error", "above": "advice"}},
}


@pytest.fixture
def own(tmp_path: Path) -> str:
    path = tmp_path / "own.protocol.json"
    path.write_text(json.dumps(HOUSE), encoding="utf-8")
    return str(path)


def test_a_house_rule_is_explained(own: str, capsys: Capture) -> None:
    assert main(["explain", "HOUSE-NEXT-DAY", "--protocol", own]) == 0
    assert capsys.readouterr().out == (
        "HOUSE-NEXT-DAY (warning)\n"
        "  After every dosing there is an integration 1 to 3 days later.\n"
        "\n"
        "Why\n"
        "  The practice asks for it.\n"
        "\n"
        "Sources\n"
        "  House protocol, section 4\n"
        "\n"
        "Lines\n"
        "  throughout: After every dosing there is an integration 1 to 3 days later. (warning)\n"
        "    source: House protocol, section 4\n"
    )
    assert main(["explain", "HOUSE-PACE", "--protocol", own, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "rule": "HOUSE-PACE",
        "severity": "error",
        "severity_above": "advice",
        "on": True,
        "says": "Consecutive dosings are 7 to 14 days apart.",
        "why": "Time to integrate.",
        "citations": [{"source": "House protocol", "where": "section 5"}],
        "reads": [],
        "lines": [
            {
                "since": None,
                "form": "space",
                "says": "Consecutive dosings are 7 to 14 days apart.",
                "form_says": "Consecutive dosings are 7 to 14 days apart.",
                "severity": {"below": "error", "above": "advice"},
                "action": None,
                "citation": {"source": "House protocol", "where": "section 5"},
            }
        ],
    }


def test_a_rule_of_the_catalogue_is_explained_with_the_figures_of_a_protocol(
    own: str, capsys: Capture
) -> None:
    assert main(["explain", "PREP-COUNT", "--protocol", own]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(
        "PREP-COUNT (error below, warning above)\n"
        "  There are 1 to 3 preparations before the first dosing.\n"
    )
    assert "    own: 1 to 3\n" in shown
    assert "    regrounding: " not in shown
    assert main(["explain", "INTEG-EACH", "--protocol", own]) == 0
    assert capsys.readouterr().out.startswith("INTEG-EACH (advice)\n")


def test_rules_of_a_protocol_end_with_its_house_rules(own: str, capsys: Capture) -> None:
    assert main(["rules", "--protocol", own]) == 0
    flat = " ".join(capsys.readouterr().out.split())
    for row in (
        "DOSE-GAP off Consecutive dosings are within",
        "DOSE-COUNT error below, advice above There are 6 to 8 dosings in the course.",
        "DOSE-CLOSE off",
        "INTEG-EACH advice After every dosing there is an integration before the next dosing.",
    ):
        assert row in flat
    assert flat.endswith(
        "HOUSE-NEXT-DAY warning After every dosing there is an integration 1 to 3 days later. "
        "HOUSE-PACE error below, advice above Consecutive dosings are 7 to 14 days apart. "
        "HOUSE-GONE off There is at most 1 dosing in any 7 consecutive days."
    )
    assert main(["rules", "--protocol", own, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rules"]
    assert [(row["rule"], row["on"]) for row in rows[-3:]] == [
        ("HOUSE-NEXT-DAY", True),
        ("HOUSE-PACE", True),
        ("HOUSE-GONE", False),
    ]
    assert {row["rule"] for row in rows if not row["on"]} > {"DOSE-GAP", "DOSE-CLOSE"}


@pytest.mark.parametrize("command", [["rules"], ["explain", "INTEG-EACH"]])
def test_a_protocol_that_is_none_is_told(command: list[str], capsys: Capture) -> None:
    assert main([*command, "--protocol", "nowhere"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("nowhere: is neither a practice")


def test_a_house_rule_that_is_off_is_explained_with_its_dates(own: str, capsys: Capture) -> None:
    assert main(["explain", "HOUSE-GONE", "--protocol", own]) == 0
    asked = "There is at most 1 dosing in any 7 consecutive days."
    assert capsys.readouterr().out.splitlines()[-5:] == [
        "Lines",
        f"  throughout: {asked} (error)",
        "    source: House protocol, section 6",
        "  from Fri, Jan 1, 2027 on: off",
        "    source: House protocol, section 6",
    ]
    assert main(["explain", "HOUSE-GONE", "--protocol", own, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    cited = {"source": "House protocol", "where": "section 6"}
    line = {"form": "rate", "says": asked, "form_says": asked, "severity": "error", "action": None}
    gone = dict.fromkeys(("says", "form_says", "severity", "action"))
    assert (told["on"], told["lines"]) == (
        False,
        [
            {"since": None, **line, "citation": cited},
            {"since": "2027-01-01", "form": "off", **gone, "citation": cited},
        ],
    )
    before = kap.rules_under(kap.load_protocol(own), on=dt.date(2026, 1, 1))
    assert before[-1].says == "There is at most 1 dosing in any 7 consecutive days."


def test_what_to_do_about_a_house_rule_stands_beside_its_line(capsys: Capture) -> None:
    own = str(Path(__file__).parents[2] / "examples" / "protocols" / "house-rules.json")
    assert main(["explain", "HOUSE-COURSE", "--protocol", own]) == 0
    told = " ".join(capsys.readouterr().out.partition("Lines")[2].split())
    assert told == (
        "throughout: A course of dosings takes at most twenty weeks. span: From the first to the "
        "last dosing there are at most 20 weeks. (error) to do: Ask the lead therapist whether the "
        "course is to be begun anew. source: House protocol, section 6"
    )
