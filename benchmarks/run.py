"""The speed of checking, loading and planning, as ratios that are measured in one run.

    python benchmarks/run.py [--rounds N] [--quick]

A ratio is the median over rounds in which all versions take turns. Times are CPU times of the
machine at hand and mean little elsewhere.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import attrs

import baseline_datetime
import baseline_fused
import baseline_loader
import baseline_pydantic
import baseline_values
import datetime_plan
import kap_model as kap
import planning
import plans
from agree import agree
from fused_form import RACED, FusedLimits
from kap_model import forms
from kap_model.forms._form import RuleForm
from measure import Work, bytes_each, fresh, process_milliseconds, race, ratio

UNWANTED: Final = ("hypothesis", "pytest", "argparse", "xml", "sphinx")
PRACTICE: Final = kap.practices.REGROUNDING
PROTOCOL: Final = PRACTICE.protocol
LIMITS: Final = FusedLimits(PRACTICE)
HEADINGS: Final = ("20 sessions, where nothing else is said", "ours", "other", "ratio", "goal", "")
MEDICAL: Final = ("medical-evaluation", "medical-review")
Figures: TypeAlias = dict[str, list[float]]


@dataclass(frozen=True)
class Pace:
    """How long the benchmarks may take."""

    rounds: int
    slice_ms: float
    fresh_runs: int
    plans: int


@dataclass(frozen=True)
class Row:
    """One line of the table; without a goal it is there to be known."""

    what: str
    ours: str
    other: str = ""
    figure: str = ""
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Task:
    """A plan to judge, and when."""

    what: str
    plan: kap.Plan
    as_of: dt.datetime | None

    @property
    def text(self) -> str:
        return kap.dumps(self.plan)


TASKS: Final = (
    Task("no finding", plans.drafted(), None),
    Task("as_of, 3 findings", plans.in_progress(), plans.AS_OF),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="The speed of checking and loading, as ratios.")
    parser.add_argument("--rounds", type=int, default=31, help="rounds of each race")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    chosen = parser.parse_args()
    pace = Pace(chosen.rounds, slice_ms=12.0, fresh_runs=11, plans=400)
    if chosen.quick:
        pace = Pace(min(chosen.rounds, 7), slice_ms=4.0, fresh_runs=3, plans=100)
    print(f"All versions agree on {agree(pace.plans):,} findings.\n")
    rows: list[Row] = []
    for task in TASKS:
        rows += check_rows(task, pace)
    rows += house_rows(pace)
    for task in TASKS:
        rows += text_rows(task, pace)
    rows += [*load_rows(pace), *scaling_rows(pace), *planning_rows(pace)]
    rows += [*memory_rows(), *import_rows(pace)]
    print_table(rows)


def check_rows(task: Task, pace: Pace) -> list[Row]:
    """A loaded plan to findings."""
    as_of = task.as_of
    fused, ordinary = baseline_loader.loads(task.text), datetime_plan.loads(task.text)
    works: dict[str, Work] = {
        "ours": lambda: kap.check(task.plan, as_of=as_of, rules=RACED).findings,
        "fused": lambda: baseline_fused.check(fused, LIMITS, as_of),
        "datetime": lambda: baseline_datetime.check(ordinary, PROTOCOL, as_of),
    }
    figures = race(works, pace.rounds, pace.slice_ms)
    return [
        _against(f"check, {task.what}: rules fused by hand", figures, "fused", 1.3),
        _against(f"check, {task.what}: ordinary datetime code", figures, "datetime"),
    ]


PAIRS: Final[tuple[tuple[str, str, object, RuleForm], ...]] = (
    ("INTEG-EACH", "integration_per_dosing", 1, forms.Follow("dosing", "integration")),
    ("DOSE-GAP", "dosing_gap_days", kap.Bounds(7), forms.Space("dosing", min=7, unit="days")),
    ("PREP-COUNT", "preparation_count", kap.Bounds(1, 3), forms.Count("preparation", 1, 3)),
    ("REVIEW-QUARTER", "review_every", kap.ReviewEvery(3), forms.Recur(MEDICAL, 3)),
)
"""A rule of the catalogue, the limit that sets it, and the same as a house rule."""


def house_rows(pace: Pace) -> list[Row]:
    """A rule alone, named by a limit and said by a house rule, over what asks for neither."""
    plan, source = TASKS[0].plan, kap.Citation("a benchmark", "here")
    rows = []
    for rule, limit, value, form in PAIRS:
        setting = kap.Setting(limit=limit, value=value, citation=source)
        named = kap.CareProtocol(id="named", settings=[setting])
        off = attrs.evolve(setting, value="off")
        house = kap.HouseRule("HOUSE-SAME", form, citation=source)
        said = kap.CareProtocol(id="said", settings=[off], rules=[house])
        works: dict[str, Work] = {
            "ours": partial(kap.check, plan, said),
            "named": partial(kap.check, plan, named),
        }
        figures = race(works, pace.rounds, pace.slice_ms)
        rows.append(_against(f"check, {rule} as a house rule: the limit", figures, "named", 1.3))
    off_lines = [kap.Setting(limit=limit, value="off", citation=source) for _, limit, _, _ in PAIRS]
    works = {
        "ours": partial(kap.check, plan, kap.CareProtocol(id="off", settings=off_lines)),
        "none": partial(kap.check, plan, kap.CareProtocol(id="none")),
    }
    figures = race(works, pace.rounds, pace.slice_ms)
    return [*rows, _against("check, rules that are off: no such lines", figures, "none", 1.05)]


def text_rows(task: Task, pace: Pace) -> list[Row]:
    """JSON text to the rule, verdict and sessions of each finding."""
    text, as_of = task.text, task.as_of

    works: dict[str, Work] = {
        "ours": lambda: [
            (finding.rule, finding.verdict, finding.sessions)
            for finding in kap.check(kap.loads(text), as_of=as_of, rules=RACED).findings
        ],
        "values": lambda: [
            (finding.rule, finding.verdict, finding.sessions)
            for finding in kap.check(baseline_values.loads(text), as_of=as_of, rules=RACED).findings
        ],
        "hand": lambda: baseline_fused.check(baseline_loader.loads(text), LIMITS, as_of),
        "datetime": lambda: baseline_datetime.check(datetime_plan.loads(text), PROTOCOL, as_of),
        "pydantic": lambda: baseline_datetime.check(baseline_pydantic.loads(text), PROTOCOL, as_of),
    }
    figures = race(works, pace.rounds, pace.slice_ms)
    return [
        _against(
            f"JSON to findings, {task.what}: loader by hand, same values", figures, "values", 1.2
        ),
        _against(
            f"JSON to findings, {task.what}: loader and rules by hand, bare tuples", figures, "hand"
        ),
        _against(f"JSON to findings, {task.what}: pydantic, hand checks", figures, "pydantic", 0.5),
        _against(f"JSON to findings, {task.what}: ordinary datetime code", figures, "datetime"),
    ]


def load_rows(pace: Pace) -> list[Row]:
    """JSON text to a plan."""
    text = TASKS[0].text
    works: dict[str, Work] = {
        "ours": partial(kap.loads, text),
        "hand": partial(baseline_loader.loads, text),
        "pydantic": partial(baseline_pydantic.loads, text),
    }
    figures = race(works, pace.rounds, pace.slice_ms)
    return [
        _against("loads: loader by hand", figures, "hand"),
        _against("loads: pydantic", figures, "pydantic"),
    ]


def _against(what: str, figures: Figures, other: str, goal: float | None = None) -> Row:
    found = ratio(figures["ours"], figures[other])
    return Row(
        what,
        _microseconds(figures["ours"]),
        _microseconds(figures[other]),
        f"{found:.2f} x",
        "" if goal is None else f"<= {goal} x",
        None if goal is None else found <= goal,
    )


def _microseconds(figures: list[float]) -> str:
    return f"{statistics.median(figures):,.1f} us"


def scaling_rows(pace: Pace) -> list[Row]:
    """Ten times the sessions: how many times the time."""
    courses = {str(count): plans.long_course(count) for count in (100, 1_000, 10_000)}
    checks: dict[str, Work] = {n: partial(kap.check, plan) for n, plan in courses.items()}
    loads: dict[str, Work] = {n: partial(kap.loads, kap.dumps(p)) for n, p in courses.items()}
    rows = []
    for what, works in (("check", checks), ("loads", loads)):
        figures = race(works, max(5, pace.rounds // 3), pace.slice_ms)
        rows.append(_scaling(what, figures, "1000", "100", 13))
        rows.append(_scaling(what, figures, "10000", "1000"))
    return rows


def _scaling(what: str, figures: Figures, more: str, fewer: str, goal: int | None = None) -> Row:
    found = ratio(figures[more], figures[fewer])
    return Row(
        f"{what}, {int(more):,} sessions against {int(fewer):,}",
        _microseconds(figures[more]),
        _microseconds(figures[fewer]),
        f"{found:.1f} x",
        "" if goal is None else f"<= {goal} x",
        None if goal is None else found <= goal,
    )


def planning_rows(pace: Pace) -> list[Row]:
    """Drafts, next steps, completions and repairs."""
    found = planning.milliseconds(max(5, pace.rounds // 3), pace.slice_ms)
    return [
        Row(
            what,
            f"{ours:.2f} ms",
            goal="" if goal is None else f"<= {goal:g} ms",
            met=None if goal is None else ours <= goal,
        )
        for what, (ours, goal) in found.items()
    ]


def memory_rows() -> list[Row]:
    """What a loaded plan keeps, before and after its first check."""
    text = TASKS[0].text

    def checked() -> kap.Plan:
        plan = kap.loads(text)
        kap.check(plan)
        return plan

    loaded = bytes_each(partial(kap.loads, text), 200)
    fused = bytes_each(partial(baseline_loader.loads, text), 200)
    return [
        Row(
            "memory of a loaded plan, by tracemalloc; other: fused form",
            _kilobytes(loaded),
            _kilobytes(fused),
            f"{loaded / fused:.2f} x",
            "<= 9 kB",
            loaded <= 9_000,
        ),
        Row("memory once it has been checked", _kilobytes(bytes_each(checked, 200))),
    ]


def _kilobytes(count: float) -> str:
    return f"{count / 1000:.1f} kB"


def import_rows(pace: Pace) -> list[Row]:
    """Fresh interpreters: CPU time, growth of the resident peak, modules that should stay out."""
    bare = fresh("import kap_model", UNWANTED, pace.fresh_runs)
    return [
        Row(
            "import kap_model, CPU",
            f"{bare.milliseconds:.1f} ms",
            goal="<= 60 ms",
            met=bare.milliseconds <= 60,
        ),
        Row(
            "import kap_model, memory",
            f"{bare.megabytes:.1f} MB",
            goal="<= 15 MB",
            met=bare.megabytes <= 15,
        ),
        *[
            _loaded_row(
                f"import kap_model and its {name}", f"import kap_model; kap_model.{name}", pace
            )
            for name in ("check", "loads")
        ],
        _command_row(pace),
    ]


def _loaded_row(what: str, statement: str, pace: Pace) -> Row:
    """A first use, beside the import of attrs, which is not ours to make faster."""
    used = fresh(statement, UNWANTED, pace.fresh_runs)
    attrs = fresh("import attrs", UNWANTED, pace.fresh_runs)
    return Row(
        f"{what}, CPU; other: import attrs",
        f"{used.milliseconds:.0f} ms",
        f"{attrs.milliseconds:.0f} ms",
        f"{used.milliseconds / attrs.milliseconds:.2f} x",
        goal=f"none of {', '.join(UNWANTED)}",
        met=not used.loaded,
    )


def _command_row(pace: Pace) -> Row:
    """The whole process, the interpreter's own start counted on both sides."""
    plan = str(Path(__file__).parents[1] / "examples" / "regrounding-plan.json")
    command = process_milliseconds(("-m", "kap_model", "check", plan), pace.fresh_runs)
    nothing = process_milliseconds(("-c", "pass"), pace.fresh_runs)
    return Row(
        "kap-model check FILE, CPU; other: python -c pass",
        f"{command:.0f} ms",
        f"{nothing:.0f} ms",
        f"{command / nothing:.1f} x",
        "<= 6.0 x",
        command / nothing <= 6,
    )


def print_table(rows: list[Row]) -> None:
    marks = {True: "met", False: "MISSED", None: ""}
    lines = [HEADINGS] + [
        (row.what, row.ours, row.other, row.figure, row.goal, marks[row.met]) for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:5], widths[1:5], strict=True)]
        print("  ".join([*cells, line[5]]).rstrip())


if __name__ == "__main__":
    main()
