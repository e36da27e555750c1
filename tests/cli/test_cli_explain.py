"""`explain` and `rules`: every rule in both formats, and the hint at the one that was meant."""

from __future__ import annotations

import json

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
