"""Which rules a set of plans exercised: as a value, as text, and by `check --coverage`."""

from __future__ import annotations

import io
import json
import pickle
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

import kap_model as kap
from copies import copies
from kap_model.cli import main
from kap_model.coverage import RuleCounts, RuleCoverage, rule_coverage
from own_rules import own_rule, say, waiver
from refusals import refused_at
from shipped import BROKEN, KINGSLEY, REGROUNDING, RUNNING

Capture = pytest.CaptureFixture[str]
AS_OF = "2027-02-10T12:00:00-08:00"
FILES = (REGROUNDING, BROKEN, RUNNING)
NOTES = ("plans", "left_out", "coverage")
PLAN = kap.parse("2027-01-04 C0 E2 P7 D14 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85")
REPORTS = (
    kap.check(PLAN, "regrounding"),
    kap.check(PLAN, "core"),
    kap.check(PLAN, "kingsley", as_of=AS_OF),
    kap.check(kap.load(RUNNING), as_of=AS_OF),
    kap.check(kap.load(KINGSLEY)),
    kap.check(kap.load(BROKEN)),
)


def of(**counts: int) -> RuleCounts:
    return RuleCounts(rule="DOSE-COUNT", **counts)


# --- The value -----------------------------------------------------------------------------------


def test_each_plan_counts_once_by_the_verdict_of_the_rule() -> None:
    coverage = rule_coverage(REPORTS)
    assert (coverage.plans, coverage.left_out) == (6, 0)
    assert [row.rule for row in coverage.rules] == [rule.id for rule in kap.RULES]
    for row in coverage.rules:
        expected = Counter(report.rules[row.rule] for report in REPORTS)
        assert {verdict: n for verdict, n in row.to_dict().items() if n} == expected
        assert row.plans == 6


@pytest.mark.parametrize(
    ("counts", "fired", "exercise"),
    [
        ({}, 0, "never applied"),
        ({"not_applicable": 3}, 0, "never applied"),
        ({"satisfied": 1, "not_applicable": 1}, 0, "only satisfied"),
        ({"violated": 1}, 1, "only fired"),
        ({"pending": 2, "not_applicable": 1}, 2, "only fired"),
        ({"unknown": 1}, 1, "only fired"),
        ({"satisfied": 1, "violated": 1}, 1, "both ways"),
        ({"satisfied": 1, "pending": 1}, 1, "both ways"),
        ({"satisfied": 1, "unknown": 2, "pending": 1}, 3, "both ways"),
    ],
)
def test_which_ways_a_rule_was_exercised(counts: dict[str, int], fired: int, exercise: str) -> None:
    row = of(**counts)
    assert (row.fired, row.exercise, row.plans) == (fired, exercise, sum(counts.values()))
    coverage = RuleCoverage(plans=9, rules=(row,))
    named = {
        "both ways": coverage.exercised,
        "only satisfied": coverage.only_satisfied,
        "only fired": coverage.only_fired,
        "never applied": coverage.never,
    }
    assert named.pop(exercise) == ("DOSE-COUNT",)
    assert set(named.values()) == {()}


def test_a_waived_finding_does_not_count() -> None:
    waived = kap.check(PLAN, "regrounding", waivers=[waiver("INTEG-EACH")])
    (row,) = [one for one in rule_coverage([waived]).rules if one.rule == "INTEG-EACH"]
    assert row.exercise == "only satisfied"


def test_what_could_not_be_used_is_left_out() -> None:
    lines = [kap.dumps(PLAN), "{}", kap.dumps(PLAN), "no"]
    coverage = rule_coverage(result.report for result in kap.check_lines(lines, "core"))
    assert (coverage.plans, coverage.left_out) == (2, 2)
    assert all(row.plans == 2 for row in coverage.rules)


def test_reports_are_read_as_they_come() -> None:
    seen: list[int] = []

    def coming() -> Iterator[kap.Report]:
        for number in range(3):
            seen.append(number)
            yield REPORTS[0]

    reports = coming()
    assert seen == []
    assert rule_coverage(reports).plans == len(seen) == 3


def test_rules_of_ones_own_come_after_the_catalogue() -> None:
    mine = [own_rule(name, kap.Breach("violated", (), say)) for name in ("B-RULE", "A-RULE")]
    own = kap.check(PLAN, "core", rules=(*mine, *kap.RULES))
    coverage = rule_coverage([own, REPORTS[0]])
    assert [row.rule for row in coverage.rules][-3:] == ["EXCLUSION", "A-RULE", "B-RULE"]
    assert coverage.rules[-1] == RuleCounts(rule="B-RULE", violated=1)
    assert coverage.only_fired[-2:] == ("A-RULE", "B-RULE")


@given(
    st.lists(st.sampled_from([None, *REPORTS]), max_size=12),
    st.lists(st.integers(0, 12), max_size=4),
    st.randoms(),
)
def test_parts_add_up_to_the_whole(
    reports: list[kap.Report | None], cuts: list[int], random: Any
) -> None:
    whole = rule_coverage(reports)
    edges = [0, *sorted(cuts), len(reports)]
    shuffled = random.sample(reports, len(reports))
    parts = [rule_coverage(shuffled[start:end]) for start, end in pairwise(edges)]
    random.shuffle(parts)
    assert sum(parts, RuleCoverage()) == whole
    assert whole.plans + whole.left_out == len(reports)
    assert all(sum(row.to_dict().values()) == whole.plans for row in whole.rules)
    named = (whole.exercised, whole.only_satisfied, whole.only_fired, whole.never)
    assert sorted(sum(named, ())) == sorted(row.rule for row in whole.rules)


def test_it_is_a_value() -> None:
    coverage = rule_coverage([*REPORTS, None])
    for value in (coverage, coverage.rules[0]):
        assert all(one == value and hash(one) == hash(value) for one in copies(value))
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            value.plans = 1  # type: ignore[misc]
    assert repr(coverage) == "<RuleCoverage of 6 plans: 32 rules>"
    assert pickle.loads(pickle.dumps(coverage)) == coverage  # noqa: S301 - our own
    assert RuleCoverage(plans=6, left_out=1, rules=list(reversed(coverage.rules))) == coverage
    assert RuleCoverage() + coverage == coverage == coverage + RuleCoverage()
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = coverage + 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("given_fields", "path"),
    [
        ({"plans": -1}, "plans"),
        ({"plans": True}, "plans"),
        ({"left_out": 1.0}, "left_out"),
        ({"rules": None}, "rules"),
        ({"rules": [REPORTS[0]]}, "rules[0]"),
        ({"plans": 2, "rules": [of(satisfied=1), of(violated=1)]}, "rules"),
        ({"plans": 1, "rules": [of(satisfied=1, violated=1)]}, "rules"),
    ],
)
def test_what_no_coverage_is(given_fields: dict[str, Any], path: str) -> None:
    assert refused_at(RuleCoverage, **given_fields) == [path]


def test_what_no_counts_are() -> None:
    assert refused_at(RuleCounts, rule="no id") == ["rule"]
    assert refused_at(of, not_applicable=-1) == ["not_applicable"]
    assert refused_at(of, pending="1") == ["pending"]


def test_what_is_no_report_is_refused() -> None:
    assert refused_at(rule_coverage, [REPORTS[0], REPORTS[0].to_dict()]) == ["reports[1]"]
    assert refused_at(rule_coverage, None) == ["reports"]
    assert refused_at(rule_coverage, REPORTS[0]) == ["reports"]


def test_a_coverage_as_values() -> None:
    raw = rule_coverage([REPORTS[0], None]).to_dict()
    assert tuple(raw) == NOTES
    assert (raw["plans"], raw["left_out"]) == (1, 1)
    assert json.loads(json.dumps(raw)) == raw
    assert list(raw["coverage"]) == [rule.id for rule in kap.RULES]
    assert raw["coverage"]["INTEG-EACH"] == {
        "satisfied": 0,
        "violated": 1,
        "pending": 0,
        "unknown": 0,
        "not-applicable": 0,
    }


def test_a_coverage_as_text() -> None:
    rows = [
        RuleCounts(rule="MED-CLEAR", satisfied=1_200, unknown=34),
        RuleCounts(rule="AGE-MIN", not_applicable=1_234),
        RuleCounts(rule="DOSE-COUNT", pending=1_234),
    ]
    assert str(RuleCoverage(plans=1_234, left_out=2, rules=rows)) == (
        "rules exercised by 1,234 plans, 2 documents left out\n"
        "  rule        satisfied  violated  pending  unknown  not applicable  exercised\n"
        "  MED-CLEAR       1,200         0        0       34               0  both ways\n"
        "  DOSE-COUNT          0         0    1,234        0               0  only fired\n"
        "  AGE-MIN             0         0        0        0           1,234  never applied\n"
        "  1 of 3 both ways, 0 only satisfied, 1 only fired, 1 never applied"
    )
    assert str(RuleCoverage(left_out=1)) == "rules exercised by 0 plans, 1 document left out"
    assert str(rule_coverage(REPORTS[:1])).startswith("rules exercised by 1 plan\n")


# --- The command line ----------------------------------------------------------------------------


def reports_of(files: tuple[str, ...]) -> list[kap.Report]:
    return [kap.check(kap.load(file), as_of=AS_OF) for file in files]


def test_text_ends_with_the_coverage(capsys: Capture) -> None:
    assert main(["check", "--coverage", "--as-of", AS_OF, *FILES]) == 1
    expected = [*reports_of(FILES), rule_coverage(reports_of(FILES))]
    assert capsys.readouterr().out == "\n".join(f"{one}\n" for one in expected)


def test_json_has_it_beside_the_reports(capsys: Capture) -> None:
    assert main(["check", "--coverage", "--format", "json", "--as-of", AS_OF, *FILES]) == 1
    shown = json.loads(capsys.readouterr().out)
    expected = reports_of(FILES)
    assert list(shown) == ["reports", *NOTES]
    assert shown.pop("reports") == [report.to_dict() for report in expected]
    assert shown == rule_coverage(expected).to_dict()


@pytest.mark.parametrize("form", ["text", "json", "ndjson"])
def test_what_cannot_be_used_is_left_out(form: str, tmp_path: Path, capsys: Capture) -> None:
    missing = str(tmp_path / "none.json")
    assert main(["check", "--coverage", "--format", form, missing]) == 2
    out = capsys.readouterr().out
    if form == "text":
        assert out == "rules exercised by 0 plans, 1 document left out\n"
    else:
        assert json.loads(out.splitlines()[-1] if form == "ndjson" else out) == (
            {} if form == "ndjson" else {"reports": []}
        ) | {"plans": 0, "left_out": 1, "coverage": {}}


@pytest.mark.parametrize("form", ["sarif", "junit", "github"])
def test_other_formats_have_no_room_for_it(form: str, capsys: Capture) -> None:
    assert main(["check", "--coverage", "--format", form, REGROUNDING]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "--coverage: must stand beside --format text, json or ndjson\n"


@pytest.mark.parametrize(
    ("form", "jobs"), [(None, "1"), ("text", "1"), ("json", "1"), ("text", "2")]
)
def test_lines_are_counted_as_they_stream(
    form: str | None, jobs: str, tmp_path: Path, capsys: Capture
) -> None:
    lines = [kap.dumps(kap.load(file)) for file in FILES] * 30
    path = tmp_path / "plans.ndjson"
    path.write_text("".join(["{}\n", *lines]), encoding="utf-8")
    expected = rule_coverage([None, *reports_of(FILES) * 30])
    options = [] if form is None else ["--format", form]
    assert main(["check", "--coverage", "--as-of", AS_OF, "--jobs", jobs, *options, str(path)]) == 2
    out = capsys.readouterr().out
    if form is None:
        rows = [json.loads(line) for line in out.splitlines()]
        assert len(rows) == len(lines) + 2
        assert "error" in rows[0]
        assert rows[-1] == expected.to_dict()
    elif form == "text":
        assert out.endswith(f"\n\n{expected}\n")
    else:
        assert json.loads(out).items() >= expected.to_dict().items()


def test_each_line_is_written_by_itself(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(kap.dumps(kap.load(file)) for file in FILES)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    written: list[str] = []
    monkeypatch.setattr(sys.stdout, "write", written.append)
    assert main(["check", "--coverage", "-"]) == 1
    pieces = [json.loads(piece) for piece in written if piece]
    assert [next(iter(piece)) for piece in pieces] == ["plan", "plan", "plan", "plans"]
    assert capsys.readouterr().err == ""


def test_without_the_option_nothing_is_counted(capsys: Capture) -> None:
    main(["check", "--format", "json", REGROUNDING])
    assert list(json.loads(capsys.readouterr().out)) == ["reports"]
    main(["check", REGROUNDING])
    assert capsys.readouterr().out == f"{kap.check(kap.load(REGROUNDING))}\n"
