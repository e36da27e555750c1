"""A deliberately naive second reading of house rules: sections 11.1 to 11.3 of the contract.

Written from the prose alone and sharing no code with the library.  Plans, zones, counting, what
is held, standing and the verdict of what is missing are read as in the naive reading of the
catalogue (``oracle``).  Each form is one small function under its sentences, in the order of the
contract; a rule is the row of a protocol document.

Not read here: records, labels, routes, checks and the phase of maintenance.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from oracle import (
    HOUR,
    KINDS,
    ONE_DAY,
    Course,
    D,
    Edge,
    Finding,
    I,
    P,
    Session,
    after,
    asks_nothing_more,
    at,
    before,
    end_of,
    halted,
    held,
    missing,
    months_after,
    start_of,
    unknown,
    violated,
)

Row = dict[str, Any]  # a rule, a selector or a `within` as a document writes it
Findings = Iterator[Finding]
Form = Callable[[Course, Row], Findings]


# --- 11.2 Selectors ---------------------------------------------------------------------------

# The kinds that have a field; what is not here has no value and cannot be recorded.
KINDS_WITH = {
    "place": KINDS,
    "format": (P, D, I),
    "level": (D,),
    "route": (D,),
    "role": KINDS,
    "clinician": KINDS,
    "support_person": (D,),
    "therapist_present": (D,),
}


# "a kind, a list of kinds, or an object"
def as_object(selector: Any) -> Row:
    return selector if isinstance(selector, dict) else {"kind": selector}


# Of "a value or a list": "the value is one of them".
def is_one_of(value: Any, given: Any) -> bool:
    return value in (given if isinstance(given, list) else [given])


# What a session says in a field; None where its kind has no such field, or nothing is recorded.
def value_of(session: Session, name: str) -> Any:
    if session.kind not in KINDS_WITH[name]:
        return None
    return getattr(session, "role" if name == "clinician" else name)


# "Its base is the selector without its ordinal."  "phase (`course`: dated before the plan's
# `maintenance_from`, all without it; `maintenance`: the others)": here no plan has that date.
def base(course: Course, selector: Any) -> list[Session]:
    wanted = as_object(selector)
    found = []
    for s in course.counting():
        if not is_one_of(s.kind, wanted["kind"]):
            continue
        if wanted.get("phase") == "maintenance":
            continue
        named = [name for name in ("place", "format", "level", "route") if name in wanted]
        values = [(value_of(s, name), wanted[name]) for name in named]
        if all(value is not None and is_one_of(value, given) for value, given in values):
            found.append(s)
    return found


# "`first: n` (the first n), `nth: n`, `every: n` (the n-th, 2n-th, ...), `from: n` (the n-th and
# later), counted in canonical order among those that the rest selects"
def selected(course: Course, selector: Any) -> list[Session]:
    wanted = as_object(selector)
    found = []
    for number, s in enumerate(base(course, selector), start=1):
        too_late = "first" in wanted and number > wanted["first"]
        another = "nth" in wanted and number != wanted["nth"]
        between = "every" in wanted and number % wanted["every"] != 0
        too_early = "from" in wanted and number < wanted["from"]
        if not (too_late or another or between or too_early):
            found.append(s)
    return found


# "The first of S is the first it selects."
def first_of(course: Course, selector: Any) -> Session | None:
    found = selected(course, selector)
    return found[0] if found else None


# "N, the next session after S in its base"
def next_in_base(course: Course, selector: Any, s: Session) -> Session | None:
    found = base(course, selector)
    later = found[found.index(s) + 1 :]
    return later[0] if later else None


# "the session before S in its base, if any"
def previous_in_base(course: Course, selector: Any, s: Session) -> Session | None:
    found = base(course, selector)
    earlier = found[: found.index(s)]
    return earlier[-1] if earlier else None


# --- Distances --------------------------------------------------------------------------------


# Days, weeks and months go "by dates, from the earlier date, months clamped".
def on_from(day: date, number: int, unit: str) -> date:
    if unit == "months":
        return months_after(day, number)
    return day + timedelta(days=number * {"days": 1, "weeks": 7}[unit])


# "`hours` (elapsed, from the earlier session's end to the later one's start)": an overlap is less
# than nothing, and so less than any `min`.
def nearer_than_min(s: Session, t: Session, distance: Row) -> bool:
    if "min" not in distance:
        return False
    if distance["unit"] == "hours":
        hours: int = distance["min"]
        return t.start - s.end < hours * HOUR
    return t.date < on_from(s.date, distance["min"], distance["unit"])


def farther_than_max(s: Session, t: Session, distance: Row) -> bool:
    if "max" not in distance:
        return False
    if distance["unit"] == "hours":
        hours: int = distance["max"]
        return t.start - s.end > hours * HOUR
    return t.date > on_from(s.date, distance["max"], distance["unit"])


# "`within` = {min, max, unit}, at least one end, both ends count"; without it anything lies so.
def lies_so_far(s: Session, t: Session, within: Row | None) -> bool:
    if within is None:
        return True
    return not nearer_than_min(s, t, within) and not farther_than_max(s, t, within)


# "whichever is later"; a session's own edge is named first and stands where both are equal.
def later_of(session: Edge | None, window: Edge | None) -> Edge | None:
    if session is None or window is None:
        return session or window
    return window if window[0] > session[0] else session


# It is "whichever is earlier, S.start [N.start] where equal".
def earlier_of(session: Edge | None, window: Edge | None) -> Edge | None:
    if session is None or window is None:
        return session or window
    return window if window[0] < session[0] else session


# --- 11.3 The forms ---------------------------------------------------------------------------


def beyond(row: Row, number: int) -> str | None:
    """The side on which a number is not within the limit."""
    if "min" in row and number < row["min"]:
        return "below"
    if "max" in row and number > row["max"]:
        return "above"
    return None


# "X = the first of `before`. O = those of `of` that end at or before X.start; all of them where
# there is no X or no `before`. Their number, or the sum of their minutes, is within the limit.
# Below: {X, if any}; missing, closes at X.start (no X: never; then nothing is asked of a
# discontinued or halted course). [...] Above: one violated {the O beyond the maximum; of minutes:
# all O}. Sides."
def count(course: Course, row: Row) -> Findings:
    x = first_of(course, row["before"]) if "before" in row else None
    o = [s for s in selected(course, row["of"]) if x is None or before(s, x)]
    by_minutes = row.get("sum", "sessions") == "minutes"
    side = beyond(row, sum(s.minutes for s in o) if by_minutes else len(o))
    if side == "below" and x is not None:
        yield missing(course, [x], closes=at(course, x.start), side="below")
    if side == "below" and x is None and not asks_nothing_more(course):
        yield missing(course, [], side="below")
    if side == "above":
        yield replace(violated(*(o if by_minutes else o[row["max"] :])), side="above")


# "X = the first of that; an S that is X itself is passed over. `before`: where there is an X, each
# S ends at or before X.start; else violated {S} each. `after`: each S starts at or after X.end;
# else violated {S} each; where there is no X: {S}, missing, closes at S.start."
def order(course: Course, row: Row) -> Findings:
    x = first_of(course, row["before"] if "before" in row else row["after"])
    for s in selected(course, row["each"]):
        if s is x:
            continue
        if "before" in row:
            if x is not None and not before(s, x):
                yield violated(s)
        elif x is None:
            yield missing(course, [s], closes=at(course, s.start))
        elif not after(s, x):
            yield violated(s)


# "For each S at least `min` T end at or before S.start; with `previous`, start at or after the end
# of the session before S in its base, if any; with `within`, lie that far before S. Else {S};
# missing, opens at that end or where the window opens [...], whichever is later; closes at S.start
# or where the window closes [...], whichever is earlier, S.start where equal."
def precede(course: Course, row: Row) -> Findings:
    within = row.get("within")
    for s in selected(course, row["each"]):
        back = None
        if row.get("back_to", "any") == "previous":
            back = previous_in_base(course, row["each"], s)
        number = 0
        for t in selected(course, row["by"]):
            if before(t, s) and (back is None or after(t, back)) and lies_so_far(t, s, within):
                number += 1
        if number < row.get("min", 1):
            opens = later_of(
                None if back is None else at(course, back.end),
                opening_before(course, s, within),
            )
            closes = earlier_of(at(course, s.start), closing_before(course, s, within))
            yield missing(course, [s], opens=opens, closes=closes)


# It opens, in "hours: `max` before S.start; otherwise with the first day from which `max` reaches
# S's date".
def opening_before(course: Course, s: Session, within: Row | None) -> Edge | None:
    if within is None or "max" not in within:
        return None
    if within["unit"] == "hours":
        return at(course, s.start - within["max"] * HOUR)
    day = s.date
    while on_from(day - ONE_DAY, within["max"], within["unit"]) >= s.date:
        day -= ONE_DAY
    return start_of(course, day)


# It closes, in "hours: `min` before S.start; otherwise, where `min` is above 0, with the last day
# from which `min` does not pass S's date".
def closing_before(course: Course, s: Session, within: Row | None) -> Edge | None:
    if within is None or "min" not in within:
        return None
    if within["unit"] == "hours":
        return at(course, s.start - within["min"] * HOUR)
    if within["min"] == 0:
        return None
    day = s.date
    while on_from(day, within["min"], within["unit"]) > s.date:
        day -= ONE_DAY
    return end_of(course, day)


# "For each S at least `min` T start at or after S.end; with `next`, and where N, the next session
# after S in its base, exists, end at or before N.start; with `within`, lie that far after S. Else
# {S}; missing, opens at S.end or with the window, whichever is later; closes at N.start or where
# the window closes [...], whichever is earlier, N.start where equal; neither: never. With `ever`
# nothing is asked of a discontinued or halted course; with `next` a halted one is still asked, and
# of a discontinued one an S without N gets severity advice."
def follow(course: Course, row: Row) -> Findings:
    within, ever = row.get("within"), row.get("until", "next") == "ever"
    if ever and asks_nothing_more(course):
        return
    for s in selected(course, row["each"]):
        n = None if ever else next_in_base(course, row["each"], s)
        number = 0
        for t in selected(course, row["by"]):
            if after(t, s) and (n is None or before(t, n)) and lies_so_far(s, t, within):
                number += 1
        if number < row.get("min", 1):
            opens = later_of(at(course, s.end), opening_after(course, s, within))
            closes = earlier_of(
                None if n is None else at(course, n.start), closing_after(course, s, within)
            )
            given_up = n is None and course.state == "discontinued"
            stated = "advice" if given_up else None
            yield missing(course, [s], opens=opens, closes=closes, stated=stated)


# "with the window": `min` after S
def opening_after(course: Course, s: Session, within: Row | None) -> Edge | None:
    if within is None or "min" not in within:
        return None
    if within["unit"] == "hours":
        return at(course, s.end + within["min"] * HOUR)
    return start_of(course, on_from(s.date, within["min"], within["unit"]))


# "where the window closes (hours: that instant; otherwise that day)": `max` after S
def closing_after(course: Course, s: Session, within: Row | None) -> Edge | None:
    if within is None or "max" not in within:
        return None
    if within["unit"] == "hours":
        return at(course, s.end + within["max"] * HOUR)
    return end_of(course, on_from(s.date, within["max"], within["unit"]))


# "Without `to`: each two that stand next to each other in what `from` selects. With it: S and the
# first of those T that come after S in canonical order (of another kind: that start at or after
# S.end) and, where N, the next session after S in its base, exists, are N or end at or before
# N.start. T is `min` to `max` after S: else violated {S, T} each; an overlap is less than any
# `min`. Sides. Where there is no T, nothing."
def space(course: Course, row: Row) -> Findings:
    for s, t in pairs_to_space(course, row):
        if nearer_than_min(s, t, row):
            yield replace(violated(s, t), side="below")
        elif farther_than_max(s, t, row):
            yield replace(violated(s, t), side="above")


def pairs_to_space(course: Course, row: Row) -> Iterator[tuple[Session, Session]]:
    if "to" not in row:
        yield from pairwise(selected(course, row["from"]))
        return
    for s in selected(course, row["from"]):
        n = next_in_base(course, row["from"], s)
        for t in selected(course, row["to"]):
            comes_later = course.sessions.index(t) > course.sessions.index(s)
            follows = comes_later if t.kind == s.kind else after(t, s)
            if follows and (n is None or t is n or before(t, n)):
                yield s, t
                break


# "For each S such that more than n of them up to S have dates in the w days ending on S's date:
# violated {S}."
def rate(course: Course, row: Row) -> Findings:
    found = selected(course, row["of"])
    for number, s in enumerate(found):
        days = [s.date - timedelta(days=back) for back in range(row["days"])]
        if sum(other.date in days for other in found[: number + 1]) > row["max"]:
            yield violated(s)


# "F = the first of `from`, L = the last of `to`, where both are there; one session is named once.
# L's date later than F's + `max`: violated {F, L}. Earlier than F's + `min`: {F, L}, missing, never
# closes; nothing is asked of a discontinued or halted course. Sides."
def span(course: Course, row: Row) -> Findings:
    starts, ends = selected(course, row["from"]), selected(course, row.get("to", row["from"]))
    if not starts or not ends:
        return
    f, last = starts[0], ends[-1]
    named = [f] if f is last else [f, last]
    if farther_than_max(f, last, row):
        yield replace(violated(*named), side="above")
    elif nearer_than_min(f, last, row) and not asks_nothing_more(course):
        yield missing(course, named, side="below")


# "and `min`, `max` or both, or `one_of` alone (list of minutes). Each S lasts so long: else
# violated {S} each."
def length(course: Course, row: Row) -> Findings:
    for s in selected(course, row["of"]):
        listed = s.minutes in row.get("one_of", [s.minutes])
        if not listed or beyond(row, s.minutes) is not None:
            yield violated(s)


# Of the `values`: "Each S whose field has a value that is none of them: violated {S}."
def allow(course: Course, row: Row) -> Findings:
    for s in selected(course, row["of"]):
        value = value_of(s, row["field"])
        if value is not None and value not in row["values"]:
            yield violated(s)


# "Stated as lacking (`therapist_present` false, support person `none` [...]): violated {S}. Not
# stated: unknown {S} where S is held or, with `start`, has started by `as_of`; else, with `start`:
# {S}, missing, closes at S.start."
def known(course: Course, row: Row) -> Findings:
    by_start = row.get("by", "start") == "start"
    for s in selected(course, row["of"]):
        value = value_of(s, row["field"])
        started = course.as_of is not None and s.start <= course.as_of
        if (row["field"], value) in (("therapist_present", False), ("support_person", "none")):
            yield violated(s)
        elif value is None and (held(course, s) or (by_start and started)):
            yield unknown(s)
        elif value is None and by_start:
            yield missing(course, [s], closes=at(course, s.start))


# "As REVIEW-QUARTER, with the dates of `of` for the contacts and the sessions of `while` for D;
# where `while` is not plain `dosing`, the period ends on the last one's date. `calendar`: `months`
# is 1, 2, 3, 4, 6 or 12, the equal parts of the calendar year."
def recur(course: Course, row: Row) -> Findings:
    d = selected(course, row.get("while", D))
    if d and row.get("policy", "rolling") == "calendar":
        yield from recur_by_calendar(course, row, d)
    elif d:
        yield from recur_rolling(course, row, d)


# "the period ends on the last D's date, or on `as_of`'s date where that is later and the plan is
# open, not halted, and has fewer D than `dosing_count`'s minimum (unset: never fewer)"
def end_of_period(course: Course, row: Row, d: list[Session]) -> date:
    last = max(s.date for s in d)
    wanted = as_object(row.get("while", D))
    plain = list(wanted) == ["kind"] and wanted["kind"] in (D, [D])
    fewer = len(d) < course.limits.get("dosing_count", {}).get("min", 0)
    if plain and fewer and course.open and course.today is not None and not halted(course):
        last = max(last, course.today)
    return last


# "Walk from the last contact on or before D1's date (D1's date itself where there is none): its
# due date is `months` after it. If the period ends on or before the due date, stop. Otherwise, if
# the next contact (a later date) is on or before the due date, go on from it; if not: {the D dated
# after the due date and before the next contact's date, or to the end; often none}, missing, opens
# with the day after the contact, closes with the due date; go on from the next contact, if any,
# else stop."
def recur_rolling(course: Course, row: Row, d: list[Session]) -> Findings:
    dates = [s.date for s in selected(course, row["of"])]
    at_first = [day for day in dates if day <= d[0].date]
    contact = max(at_first) if at_first else d[0].date
    while True:
        due = months_after(contact, row["months"])
        if end_of_period(course, row, d) <= due:
            return
        to_come = [day for day in dates if day > contact]
        if not to_come or min(to_come) > due:
            late = [s for s in d if s.date > due and all(s.date < day for day in to_come)]
            opens = start_of(course, contact + ONE_DAY)
            yield missing(course, late, opens=opens, closes=end_of(course, due))
        if not to_come:
            return
        contact = min(to_come)


# "each calendar quarter with a D has a contact in it; {its D}, missing, closes with the quarter's
# last day"
def recur_by_calendar(course: Course, row: Row, d: list[Session]) -> Findings:
    def part(s: Session) -> tuple[int, int]:
        return s.date.year, (s.date.month - 1) // row["months"]

    contacts = selected(course, row["of"])
    for year, number in sorted({part(s) for s in d}):
        if not any(part(s) == (year, number) for s in contacts):
            its = [s for s in d if part(s) == (year, number)]
            month = (number + 1) * row["months"]
            last_day = date(year, month, calendar.monthrange(year, month)[1])
            yield missing(course, its, closes=end_of(course, last_day))


FORMS: dict[str, Form] = {
    "count": count,
    "order": order,
    "precede": precede,
    "follow": follow,
    "space": space,
    "rate": rate,
    "span": span,
    "length": length,
    "allow": allow,
    "known": known,
    "recur": recur,
}
SIDED = ("count", "space", "span")


# --- 11.1 Which lines are in force ------------------------------------------------------------


# "A course is judged by the limits in force on the date of its earliest counting session (none:
# `as_of`'s date, else the latest)": None stands for the latest.
def reading_date(plan: Row, as_of: str | None) -> date | None:
    course = Course(plan, {}, as_of)
    counting = course.counting()
    return counting[0].date if counting else course.today


# "before its first `since` a limit or house rule is not set (a line without `since` holds
# throughout)"; "`off`: the rule is unset from `since` on"; "house rules by first appearance"
def lines_in_force(lines: list[Row], day: date | None) -> list[Row]:
    found = []
    ids: list[str] = []
    for line in lines:
        if line["id"] not in ids:
            ids.append(line["id"])
    for rule_id in ids:
        of_it = [line for line in lines if line["id"] == rule_id]
        undated = [line for line in of_it if "since" not in line]
        dated = sorted((line for line in of_it if "since" in line), key=lambda x: str(x["since"]))
        begun = [line for line in dated if day is None or date.fromisoformat(line["since"]) <= day]
        for line in [*undated, *begun][-1:]:
            if line["form"] != "off":
                found.append(line)
    return found


# --- The judgement ----------------------------------------------------------------------------


# "severity: a severity, or for a form with two sides {below, above}; `error`"; "`severities` may
# name house rules"; "Where a form gives severity advice, it has the last word over the rule's and
# a protocol's."
def severity_of(row: Row, finding: Finding, severities: dict[str, str]) -> str:
    if finding.stated is not None:
        return finding.stated
    if row["id"] in severities:
        return severities[row["id"]]
    own: Any = row.get("severity", "error")
    return str(own if isinstance(own, str) else own[finding.side])


def judge_rules(
    plan: Row,
    rules: list[Row],
    *,
    as_of: str | None = None,
    limits: Row | None = None,
    severities: dict[str, str] | None = None,
) -> list[list[Row]]:
    """The findings of each rule, as if in force.

    ``limits`` are the named limits in force as documents write them; a form reads one of them:
    ``recur`` the minimum of ``dosing_count``.
    """
    course = Course(plan, limits or {}, as_of)
    return [
        [
            {
                "rule": row["id"],
                "verdict": finding.verdict,
                "severity": severity_of(row, finding, severities or {}),
                "sessions": [s.id for s in finding.sessions],
                "opens": None if finding.opens is None else finding.opens[1],
                "due": None if finding.due is None else finding.due[1],
            }
            for finding in FORMS[row["form"]](course, row)
        ]
        for row in rules
    ]


def verdict_of(findings: list[Row]) -> str:
    """The worst verdict of a rule's findings; a rule without findings is satisfied."""
    verdicts = {finding["verdict"] for finding in findings}
    for verdict in ("violated", "unknown", "pending"):
        if verdict in verdicts:
            return verdict
    return "satisfied"
