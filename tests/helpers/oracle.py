"""A deliberately naive second reading of sections 3 and 4 of the domain contract.

Written from the prose alone and sharing no code with the library, so that property tests can
hold one reading against the other.  Nothing here is clever or fast; each rule is one small
function under a paraphrase of its sentence, in the order of the contract's catalogue.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

C, E, P, D, I, R = KINDS = (  # noqa: E741 - the contract's own letters
    "consultation",
    "medical-evaluation",
    "preparation",
    "dosing",
    "integration",
    "medical-review",
)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
ONE_DAY = timedelta(days=1)


# --- The plan, with the defaults of section 2 -------------------------------------------------


class Session:
    def __init__(self, raw: dict[str, Any], zone: ZoneInfo) -> None:
        self.id: str = raw["id"]
        self.kind: str = raw["kind"]
        self.minutes: int = raw["minutes"]
        self.start = datetime.fromisoformat(raw["start"]).astimezone(UTC)
        self.end = self.start + timedelta(minutes=self.minutes)
        self.date = local_date(self.start, zone)
        self.place: str = raw.get("place", "remote" if self.kind in (E, R) else "office")
        self.format: str = raw.get("format", "individual")
        self.status: str = raw.get("status", "planned")
        self.role: str | None = raw["clinician"]["role"] if "clinician" in raw else None
        self.outcome: str | None = raw.get("outcome")
        self.level: str | None = raw.get("level")
        self.route: str | None = raw.get("route")
        self.support_person: str | None = raw.get("support_person")
        self.therapist_present: bool | None = raw.get("therapist_present")


class Supply:
    def __init__(self, raw: dict[str, Any]) -> None:
        self.id: str = raw["id"]
        self.issued = date.fromisoformat(raw["issued"])
        self.received = date.fromisoformat(raw["received"]) if "received" in raw else None
        self.dosings: int = raw["dosings"]


class Course:
    """One plan under one set of limits, seen at `as_of`; lists are in canonical order."""

    def __init__(self, plan: dict[str, Any], limits: dict[str, Any], as_of: str | None) -> None:
        self.limits = limits
        self.zone = ZoneInfo(plan["timezone"])
        self.as_of = None if as_of is None else datetime.fromisoformat(as_of).astimezone(UTC)
        self.today = None if self.as_of is None else local_date(self.as_of, self.zone)
        self.state: str = plan.get("state", "active")
        self.born = date.fromisoformat(plan["born"]) if "born" in plan else None
        self.conditions: list[str] = plan.get("conditions", [])
        self.sessions = [Session(raw, self.zone) for raw in plan["sessions"]]
        self.sessions.sort(key=lambda s: (s.start, KINDS.index(s.kind), s.id))
        self.tracked = "supplies" in plan
        self.supplies = [Supply(raw) for raw in plan.get("supplies", [])]
        self.supplies.sort(key=lambda s: (s.issued, s.id))
        # Open: the plan is active and `as_of` is given.
        self.open = self.state == "active" and self.as_of is not None

    # Active: planned and completed sessions count; otherwise only completed ones.
    def counting(self, *kinds: str) -> list[Session]:
        statuses = ("planned", "completed") if self.state == "active" else ("completed",)
        return [s for s in self.sessions if s.status in statuses and s.kind in (kinds or KINDS)]


# --- Time -------------------------------------------------------------------------------------


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


# The first instant of a day: the first whose local date is that day or later.
@cache
def first_instant(day: date, zone: ZoneInfo) -> datetime:
    def quiet(a: datetime, b: datetime) -> bool:
        unchanged = a.astimezone(zone).utcoffset() == b.astimezone(zone).utcoffset()
        return unchanged and local_date(b, zone) < day

    # No zone is sixteen hours ahead, so this is before the day; stride while nothing happens.
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - 16 * HOUR
    while local_date(instant, zone) < day:
        if quiet(instant, instant + HOUR):
            instant += HOUR
        elif quiet(instant, instant + MINUTE):
            instant += MINUTE
        else:
            instant += SECOND
    return instant


# n months after a date: the same day of the month, clamped to the month's end.
def months_after(day: date, months: int) -> date:
    year, month = day.year, day.month + months
    while month > 12:
        year, month = year + 1, month - 12
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


# "Before X" is end <= X.start; "after X" is start >= X.end.
def before(a: Session, x: Session) -> bool:
    return a.end <= x.start


def after(a: Session, x: Session) -> bool:
    return a.start >= x.end


# Nothing is later than an `as_of` that was not given.
def starts_after_as_of(course: Course, session: Session) -> bool:
    return course.as_of is not None and session.start > course.as_of


# Planned, and ended by `as_of`, or by the start of a counting completed session that does not
# itself start after `as_of`.
def unrecorded(course: Course, session: Session) -> bool:
    if session.status != "planned":
        return False
    if course.as_of is not None and session.end <= course.as_of:
        return True
    for other in course.counting():
        completed = other.status == "completed" and not starts_after_as_of(course, other)
        if completed and session.end <= other.start:
            return True
    return False


# Held: completed or unrecorded.
def held(course: Course, session: Session) -> bool:
    return session.status == "completed" or unrecorded(course, session)


# --- Standing ---------------------------------------------------------------------------------

Standing = tuple[str, Session | None]  # the standing and its decider


# By end; among equals the more favourable outcome first, then canonical order.
def in_order_of_end(course: Course, sessions: list[Session]) -> list[Session]:
    ranks = {"eligible": 0, "continue": 0, None: 1, "pending": 2, "ineligible": 3, "stop": 3}
    return sorted(sessions, key=lambda s: (s.end, ranks[s.outcome], course.sessions.index(s)))


# The table's event; a favourable outcome that starts after `as_of` is still to come.
def event(course: Course, session: Session) -> str:
    letter = "E" if session.kind == E else "R"
    if session.outcome in ("eligible", "continue") and starts_after_as_of(course, session):
        return f"{letter} to come"
    if session.outcome is not None:
        return f"{letter} {session.outcome}"
    return f"{letter} held" if held(course, session) else f"{letter} to come"


# The table, row by row; the decider is whoever last changed or confirmed the standing.
def walk(course: Course, sessions: list[Session]) -> Standing:
    now: str = "none"
    decider: Session | None = None
    for n, session in enumerate(sessions):
        what = event(course, session)
        by_review = decider is not None and decider.kind == R
        undecided_by_review = now in ("pending", "unrecorded") and by_review
        if what == "E eligible":
            now, decider = "clear", session
        elif what == "E ineligible":
            now, decider = "refused", session
        elif what == "E pending" and now not in ("refused", "stopped"):
            now, decider = "pending", session
        elif what == "E held" and now in ("none", "clear", "unrecorded"):
            now, decider = "unrecorded", session
        elif what == "E to come" and now == "none":
            now, decider = "clear", session
        elif what == "R stop" and now != "refused":
            now, decider = "stopped", session
        elif what == "R continue" and (now in ("clear", "stopped") or undecided_by_review):
            now, decider = walk(course, [s for s in sessions[:n] if s.kind == E])
            decider = session if now == "clear" else decider
        elif what == "R pending" and now not in ("none", "refused", "stopped"):
            if now != "pending" or by_review:
                now, decider = "pending", session
        elif what == "R held" and (now == "clear" or (now == "unrecorded" and by_review)):
            now, decider = "unrecorded", session
    return now, decider


# Standing at an instant: the walk over the counting E and R that end at or before it.
def standing(course: Course, instant: datetime) -> Standing:
    ended = [s for s in course.counting(E, R) if s.end <= instant]
    return walk(course, in_order_of_end(course, ended))


# Halted: the standing after all counting E and R is refused or stopped.
def halted(course: Course) -> bool:
    everything = in_order_of_end(course, course.counting(E, R))
    return walk(course, everything)[0] in ("refused", "stopped")


# Of a discontinued or a halted course the minima ask for nothing more.
def asks_nothing_more(course: Course) -> bool:
    return course.state == "discontinued" or halted(course)


# --- Findings ---------------------------------------------------------------------------------

Edge = tuple[datetime, str]  # where a window opens or closes: the instant and its text


@dataclass(frozen=True)
class Finding:
    verdict: str
    sessions: list[Session] = field(default_factory=list)
    opens: Edge | None = None
    due: Edge | None = None
    side: str | None = None  # of a two-sided rule: below or above
    stated: str | None = None  # a severity that the rule's text states: no override


Findings = Iterator[Finding]
Rule = Callable[[Course], Findings]
CATALOGUE: list[tuple[str, str, tuple[str, ...], Rule]] = []  # id, severity, limits, function


# The bracket of a rule: its severity (below/above, where they differ) and the limits it reads;
# definition order is the catalogue's.
def rule(rule_id: str, severity: str, *limits: str) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        CATALOGUE.append((rule_id, severity, limits, function))
        return function

    return register


def at(course: Course, instant: datetime) -> Edge:
    return instant, instant.astimezone(course.zone).isoformat()


def start_of(course: Course, day: date) -> Edge:
    return first_instant(day, course.zone), day.isoformat()


def end_of(course: Course, day: date) -> Edge:
    return first_instant(day + ONE_DAY, course.zone), day.isoformat()


def violated(*sessions: Session | None) -> Finding:
    return Finding("violated", [s for s in sessions if s is not None])


def unknown(*sessions: Session | None) -> Finding:
    return Finding("unknown", [s for s in sessions if s is not None])


# Pending where the plan is open and the closing, if any, is later than `as_of` and the opening.
def missing(
    course: Course,
    sessions: list[Session],
    *,
    opens: Edge | None = None,
    closes: Edge | None = None,
    side: str | None = None,
    stated: str | None = None,
) -> Finding:
    still = course.open
    if closes is not None and course.as_of is not None and closes[0] <= course.as_of:
        still = False
    if closes is not None and opens is not None and closes[0] <= opens[0]:
        still = False
    return Finding("pending" if still else "violated", sessions, opens, closes, side, stated)


def below(limit: dict[str, int], number: int) -> bool:
    return "min" in limit and number < limit["min"]


def above(limit: dict[str, int], number: int) -> bool:
    return "max" in limit and number > limit["max"]


def outside(limit: dict[str, int], number: int) -> bool:
    return below(limit, number) or above(limit, number)


# --- 4.1 Intake -------------------------------------------------------------------------------


# If there is an E, some C is before the first E.
@rule("SCREEN-FIRST", "advice", "consultation_first")
def screen_first(course: Course) -> Findings:
    for e in course.counting(E)[:1]:
        if not any(before(c, e) for c in course.counting(C)):
            yield missing(course, [e], closes=at(course, e.start))


# Each Dk needs a clear standing at its start.
@rule("MED-CLEAR", "error", "evaluation_first")
def med_clear(course: Course) -> Findings:
    for d in course.counting(D):
        now, decider = standing(course, d.start)
        if now == "none":
            yield missing(course, [d], closes=at(course, d.start))
        elif now in ("refused", "stopped") or (now == "pending" and d.status == "completed"):
            yield violated(decider, d)
        elif now in ("pending", "unrecorded"):
            yield unknown(decider, d)


# Recorded clinicians: E and R by a medical role; P, D and I by a therapist role.
@rule("ROLE-SCOPE", "error", "medical_roles", "therapist_roles")
def role_scope(course: Course) -> Findings:
    for kinds, limit in (((E, R), "medical_roles"), ((P, D, I), "therapist_roles")):
        for s in course.counting(*kinds):
            allowed = course.limits.get(limit, [s.role])
            if s.role is not None and s.role not in allowed:
                yield violated(s)


# --- 4.2 Preparation --------------------------------------------------------------------------


# P before D1 (all P where there is no D) number within the limit.
@rule("PREP-COUNT", "error/warning", "preparation_count")
def prep_count(course: Course) -> Findings:
    limit, first = course.limits["preparation_count"], course.counting(D)[:1]
    found = [p for p in course.counting(P) if all(before(p, d) for d in first)]
    if below(limit, len(found)):
        closes = at(course, first[0].start) if first else None
        if first or not asks_nothing_more(course):
            yield missing(course, first, closes=closes, side="below")
    if above(limit, len(found)):
        yield Finding("violated", found[limit["max"] :], side="above")


# Each P is before D1, where there is a D.
@rule("PREP-ORDER", "warning", "preparation_before_dosing")
def prep_order(course: Course) -> Findings:
    for p in course.counting(P):
        if any(not before(p, d) for d in course.counting(D)[:1]):
            yield violated(p)


# Each P comes once the medicine has arrived, by record or by inference.
@rule("PREP-AFTER-SUPPLY", "warning", "preparation_after_supply")
def prep_after_supply(course: Course) -> Findings:
    for p in course.counting(P):
        if course.tracked:
            arrived = [s.received for s in course.supplies if s.received is not None]
            if not any(received <= p.date for received in arrived):
                yield missing(course, [p], closes=end_of(course, p.date))
        elif not any(before(e, p) for e in clearing(course, E)):
            yield missing(course, [p], closes=at(course, p.start))


# --- 4.3 Supply -------------------------------------------------------------------------------


# A clearing E is eligible or has no outcome; a clearing R says continue or has no outcome.
def clearing(course: Course, kind: str) -> list[Session]:
    return [s for s in course.counting(kind) if s.outcome in ("eligible", "continue", None)]


# Those of the reviews that are after D1.
def after_first_dosing(course: Course, reviews: list[Session]) -> list[Session]:
    return [r for r in reviews if any(after(r, d) for d in course.counting(D)[:1])]


# Whether nobody evaluates, so that the initial supply is there from the beginning.
def unevaluated(course: Course) -> bool:
    return "evaluation_first" not in course.limits and not clearing(course, E)


# Inferred: the initial supply from the first clearing E, a refill from each clearing R after D1.
def inferred_supply_is_short(course: Course, k: int, instant: datetime) -> bool:
    sources = [(e, "initial_supply") for e in clearing(course, E)[:1]]
    sources += [(r, "refill_supply") for r in after_first_dosing(course, clearing(course, R))]
    total = 0
    if unevaluated(course):
        if "initial_supply" not in course.limits:
            return False
        total = course.limits["initial_supply"]
    for source, limit in sources:
        if source.end <= instant:
            if limit not in course.limits:  # unset: no limit from then on
                return False
            total += course.limits[limit]
    return total < k


# For each k, the supply at Dk covers at least k dosings.
@rule("SUPPLY-BALANCE", "error", "initial_supply", "refill_supply")
def supply_balance(course: Course) -> Findings:
    for k, d in enumerate(course.counting(D), start=1):
        if course.tracked:
            received = [s for s in course.supplies if s.received and s.received <= d.date]
            if sum(s.dosings for s in received) < k:
                yield missing(course, [d], closes=end_of(course, d.date))
        else:
            evaluated = any(before(e, d) for e in clearing(course, E))
            if (evaluated or unevaluated(course)) and inferred_supply_is_short(course, k, d.start):
                yield missing(course, [d], closes=at(course, d.start))


# Supplies issued before the date of the first R after D1 cover at most the initial supply.
@rule("SUPPLY-INITIAL", "error", "initial_supply")
def supply_initial(course: Course) -> Findings:
    reviews = after_first_dosing(course, course.counting(R))
    total = 0
    for s in course.supplies:
        expected = course.open and course.today is not None and s.issued > course.today
        if all(s.issued < r.date for r in reviews[:1]) and not expected:
            total += s.dosings
    if total > course.limits["initial_supply"]:
        yield violated()


# Each later supply has a clearing R after the first issue and on or before its own.
@rule("REFILL-REVIEW", "error", "refill_needs_review")
def refill_review(course: Course) -> Findings:
    for s in course.supplies:
        first = course.supplies[0].issued
        reviewed = any(first < r.date <= s.issued for r in clearing(course, R))
        if s.issued > first and not reviewed:
            opens = start_of(course, first + ONE_DAY)
            yield missing(course, [], opens=opens, closes=end_of(course, s.issued))


# Each supply is issued under a clear standing, read at the end of its date.
@rule("SUPPLY-ISSUED", "error", "evaluation_first")
def supply_issued(course: Course) -> Findings:
    for s in course.supplies:
        now, decider = standing(course, end_of(course, s.issued)[0])
        if now == "none":
            yield missing(course, [], closes=end_of(course, s.issued))
        elif now in ("refused", "stopped"):
            that_morning = standing(course, start_of(course, s.issued)[0])[0]
            yield unknown(decider) if that_morning == "clear" else violated(decider)
        elif now == "pending":
            past = course.today is not None and s.issued <= course.today
            yield violated(decider) if past or not course.open else unknown(decider)
        elif now == "unrecorded":
            yield unknown(decider)


# --- 4.4 Dosing -------------------------------------------------------------------------------


# Too few: missing, never closes, unless nothing more is asked; too many: one violated.
def number_within(course: Course, limit: dict[str, int], found: list[Session]) -> Findings:
    if below(limit, len(found)) and not asks_nothing_more(course):
        yield missing(course, [], side="below")
    if above(limit, len(found)):
        yield Finding("violated", found[limit["max"] :], side="above")


# D number within the limit.
@rule("DOSE-COUNT", "error", "dosing_count")
def dose_count(course: Course) -> Findings:
    yield from number_within(course, course.limits["dosing_count"], course.counting(D))


# Each D's minutes are within the limit.
@rule("DOSE-DURATION", "warning", "dosing_minutes")
def dose_duration(course: Course) -> Findings:
    for d in course.counting(D):
        if outside(course.limits["dosing_minutes"], d.minutes):
            yield violated(d)


# Each D is at least as long as the longest usual effect and the time to process.
@rule("EFFECT-FIT", "warning", "effect_minutes", "processing_minutes")
def effect_fit(course: Course) -> Findings:
    effect = course.limits.get("effect_minutes", 0)
    processing = course.limits.get("processing_minutes", 0)
    for d in course.counting(D):
        if d.minutes < effect + processing:
            yield violated(d)


# Each D's place, and each P's, D's and I's format, is allowed; one finding for a session.
@rule("MODALITY", "error", "dosing_places", "formats")
def modality(course: Course) -> Findings:
    for s in course.counting(P, D, I):
        places = course.limits.get("dosing_places", [s.place])
        formats = course.limits.get("formats", [s.format])
        if (s.kind == D and s.place not in places) or s.format not in formats:
            yield violated(s)


# No therapist: violated; not recorded on a completed or unrecorded D: unknown.
@rule("THERAPIST-PRESENT", "error", "therapist_present")
def therapist_present(course: Course) -> Findings:
    for d in course.counting(D):
        if d.therapist_present is False:
            yield violated(d)
        elif d.therapist_present is None and held(course, d):
            yield unknown(d)


# A remote D names a support person; `none` says that nobody was there.
@rule("SUPPORT-PERSON", "error", "support_person_when_remote")
def support_person(course: Course) -> Findings:
    for d in course.counting(D):
        if d.place != "remote":
            continue
        if d.support_person == "none":
            yield violated(d)
        elif d.support_person is None:
            started = course.as_of is not None and d.start <= course.as_of
            if held(course, d) or started:
                yield unknown(d)
            else:
                yield missing(course, [d], closes=at(course, d.start))


# A stated level is one that the protocol knows.
@rule("DOSE-LEVEL", "warning", "dose_levels")
def dose_level(course: Course) -> Findings:
    for d in course.counting(D):
        if d.level is not None and d.level not in course.limits["dose_levels"]:
            yield violated(d)


# Days between the dates of consecutive D are within the limit.
@rule("DOSE-GAP", "error/warning", "dosing_gap_days")
def dose_gap(course: Course) -> Findings:
    limit, dosings = course.limits["dosing_gap_days"], course.counting(D)
    for d, following in pairwise(dosings):
        days = (following.date - d.date).days
        if outside(limit, days):
            side = "below" if below(limit, days) else "above"
            yield Finding("violated", [d, following], side=side)


# Not more than n D, up to Dk, have dates in the w days that end on Dk's date.
@rule("DOSE-FREQUENCY", "error", "dosing_frequency")
def dose_frequency(course: Course) -> Findings:
    limit, dosings = course.limits["dosing_frequency"], course.counting(D)
    for k, d in enumerate(dosings):
        days = [d.date - timedelta(days=n) for n in range(limit["days"])]
        if sum(other.date in days for other in dosings[: k + 1]) > limit["at_most"]:
            yield violated(d)


# Unless the protocol states a pace: another D up to Dk on its date, or more than two D up to Dk in
# the seven days that end on it.
@rule("DOSE-CLOSE", "advice")
def dose_close(course: Course) -> Findings:
    dosings = course.counting(D)
    for k, d in enumerate(dosings):
        ago = [(d.date - other.date).days for other in dosings[: k + 1]]
        if ago.count(0) > 1 or sum(0 <= days < 7 for days in ago) > 2:
            yield violated(d)


def states_a_pace(limits: dict[str, Any]) -> bool:
    return "dosing_frequency" in limits or "min" in limits.get("dosing_gap_days", {})


# A stated route is one of them.
@rule("DOSE-ROUTE", "error", "routes")
def dose_route(course: Course) -> Findings:
    for d in course.counting(D):
        if d.route is not None and d.route not in course.limits["routes"]:
            yield violated(d)


# --- 4.5 Integration --------------------------------------------------------------------------


# Each Dk with D(k+1), or None for the last.
def with_next(dosings: list[Session]) -> list[tuple[Session, Session | None]]:
    return list(zip(dosings, [*dosings[1:], None], strict=False))


# The I after Dk and, unless Dk is last, before D(k+1).
def between(course: Course, d: Session, following: Session | None) -> list[Session]:
    found = [i for i in course.counting(I) if after(i, d)]
    return [i for i in found if following is None or before(i, following)]


# Enough I between each Dk and the next; advice for the last D of a discontinued course.
@rule("INTEG-EACH", "error", "integration_per_dosing")
def integ_each(course: Course) -> Findings:
    for d, following in with_next(course.counting(D)):
        if len(between(course, d, following)) < course.limits["integration_per_dosing"]:
            closes = None if following is None else at(course, following.start)
            given_up = following is None and course.state == "discontinued"
            stated = "advice" if given_up else None
            yield missing(course, [d], opens=at(course, d.end), closes=closes, stated=stated)


# Each I is after D1; where there is no D, one is missing until the I starts.
@rule("INTEG-ORDER", "advice", "integration_after_dosing")
def integ_order(course: Course) -> Findings:
    dosings = course.counting(D)
    for i in course.counting(I):
        if not dosings:
            yield missing(course, [i], closes=at(course, i.start))
        elif not after(i, dosings[0]):
            yield violated(i)


# I number within the limit.
@rule("INTEG-COUNT", "warning/advice", "integration_count")
def integ_count(course: Course) -> Findings:
    yield from number_within(course, course.limits["integration_count"], course.counting(I))


# The first I between Dk and the next starts within the limit's hours after Dk's end.
@rule("INTEG-WINDOW", "warning", "integration_window_hours")
def integ_window(course: Course) -> Findings:
    hours = timedelta(hours=course.limits["integration_window_hours"])
    for d, following in with_next(course.counting(D)):
        for i in between(course, d, following)[:1]:
            if i.start - d.end > hours:
                yield violated(d, i)


# Each P and I lasts within the limit.
@rule("THERAPY-LENGTH", "advice", "therapy_minutes")
def therapy_length(course: Course) -> Findings:
    for s in course.counting(P, I):
        if outside(course.limits["therapy_minutes"], s.minutes):
            yield violated(s)


# --- 4.6 Review -------------------------------------------------------------------------------


# Some R is after Dn and, for the gate `before-next`, before D(n+1) if there is one.
@rule("REVIEW-AFTER", "error", "review_after")
def review_after(course: Course) -> Findings:
    n, gate = course.limits["review_after"]["dosings"], course.limits["review_after"]["gate"]
    dosings, reviews = course.counting(D), course.counting(R)
    if gate == "before-next" and len(dosings) >= n + 1:
        d, following = dosings[n - 1], dosings[n]
        if not any(after(r, d) and before(r, following) for r in reviews):
            opens, closes = at(course, d.end), at(course, following.start)
            yield missing(course, [following], opens=opens, closes=closes)
    if gate == "any-time" and len(dosings) >= n and not asks_nothing_more(course):
        d = dosings[n - 1]
        if not any(after(r, d) for r in reviews):
            yield missing(course, [d], opens=at(course, d.end))


# A contact (date of an E or R, whatever the outcome) at least as often as the limit says.
@rule("REVIEW-QUARTER", "error", "review_every")
def review_quarter(course: Course) -> Findings:
    if course.counting(D):
        calendar_policy = course.limits["review_every"].get("policy") == "calendar"
        yield from review_calendar(course) if calendar_policy else review_rolling(course)


# The last D's date, or `as_of`'s if later, the plan open, not halted and short of dosings.
def period_end(course: Course) -> date:
    dosings = course.counting(D)
    last = max(d.date for d in dosings)
    few = below(course.limits.get("dosing_count", {}), len(dosings))
    if course.open and course.today is not None and few and not halted(course):
        last = max(last, course.today)
    return last


# Walk from contact to contact; each is due within the months after the one before.
def review_rolling(course: Course) -> Findings:
    dosings, months = course.counting(D), course.limits["review_every"]["months"]
    contacts = [s.date for s in course.counting(E, R)]
    earlier = [day for day in contacts if day <= dosings[0].date]
    contact = max(earlier) if earlier else dosings[0].date
    while period_end(course) > (due := months_after(contact, months)):
        later = [day for day in contacts if day > contact]
        if not later or min(later) > due:
            late = [d for d in dosings if d.date > due and all(d.date < day for day in later)]
            opens = start_of(course, contact + ONE_DAY)
            yield missing(course, late, opens=opens, closes=end_of(course, due))
        if not later:
            return
        contact = min(later)


# Each calendar quarter with a D has a contact in it.
def review_calendar(course: Course) -> Findings:
    def quarter(s: Session) -> tuple[int, int]:
        return s.date.year, (s.date.month - 1) // 3

    for year, number in sorted({quarter(d) for d in course.counting(D)}):
        if not any(quarter(s) == (year, number) for s in course.counting(E, R)):
            its = [d for d in course.counting(D) if quarter(d) == (year, number)]
            month = 3 * number + 3
            last_day = date(year, month, calendar.monthrange(year, month)[1])
            yield missing(course, its, closes=end_of(course, last_day))


# --- 4.7 Record -------------------------------------------------------------------------------


# A session that starts before the end of an earlier one overlaps the one that ends last.
@rule("NO-OVERLAP", "error")
def no_overlap(course: Course) -> Findings:
    sessions = course.counting()
    for n, s in enumerate(sessions):
        for other in sessions[:n]:
            if s.start < other.end and other.end == max(x.end for x in sessions[:n]):
                yield violated(other, s)
                break


# At most one for each session, of any status: what is recorded too early or not yet recorded.
@rule("RECORD-OUTCOME", "warning")
def record_outcome(course: Course) -> Findings:
    for s in course.sessions:
        overdue = s.status == "planned" and (unrecorded(course, s) or course.state != "active")
        undecided = s.status == "completed" and s.kind in (E, R) and s.outcome is None
        if s.status == "completed" and starts_after_as_of(course, s):
            yield Finding("violated", [s], stated="error")
        elif overdue or undecided:
            yield unknown(s)


# Completed years on the date of the first E (else first D) reach the limit.
@rule("AGE-MIN", "error", "minimum_age")
def age_min(course: Course) -> Findings:
    for s in [*course.counting(E), *course.counting(D)][:1]:
        if course.born is None:
            yield unknown(s)
        else:  # 29 February comes after the 28th and so counts from 1 March in common years
            had_birthday = (s.date.month, s.date.day) >= (course.born.month, course.born.day)
            years = s.date.year - course.born.year - (0 if had_birthday else 1)
            if years < course.limits["minimum_age"]:
                yield violated(s)


# No listed condition is recorded, unless the latest E with an outcome says `eligible`.
@rule("EXCLUSION", "warning", "exclusions")
def exclusion(course: Course) -> Findings:
    events = [event(course, e) for e in in_order_of_end(course, course.counting(E))]
    outcomes = [what for what in events if what not in ("E held", "E to come")]
    if outcomes[-1:] == ["E eligible"]:
        return
    for condition in sorted(course.conditions):
        if condition in course.limits["exclusions"]:
            yield violated()


# --- The judgement ----------------------------------------------------------------------------

RULE_IDS: tuple[str, ...] = tuple(rule_id for rule_id, _, _, _ in CATALOGUE)
LIMITS_READ: dict[str, tuple[str, ...]] = {rule_id: read for rule_id, _, read, _ in CATALOGUE}


def judge(
    plan: dict[str, Any],
    limits: dict[str, Any],
    *,
    as_of: str | None = None,
    severities: Mapping[str, Any] | None = None,
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Every finding in the contract's order, and the worst verdict of each rule."""
    course = Course(plan, limits, as_of)
    findings: list[dict[str, Any]] = []
    verdicts: dict[str, str] = {}
    for rule_id, bracket, read, function in CATALOGUE:
        # A rule is not applicable where the protocol sets none of its limits.
        silent = rule_id == "DOSE-CLOSE" and states_a_pace(limits)
        if silent or (read and not any(limit in limits for limit in read)):
            verdicts[rule_id] = "not-applicable"
            continue
        verdicts[rule_id] = "satisfied"
        found = list(function(course))
        for finding in found:
            stated = (severities or {}).get(rule_id)
            override = stated.get(finding.side) if isinstance(stated, dict) else stated
            below_above = bracket.split("/")
            usual = below_above[-1] if finding.side == "above" else below_above[0]
            findings.append(
                {
                    "rule": rule_id,
                    "verdict": finding.verdict,
                    "severity": finding.stated or override or usual,
                    "sessions": [s.id for s in finding.sessions],
                    "opens": None if finding.opens is None else finding.opens[1],
                    "due": None if finding.due is None else finding.due[1],
                }
            )
        for verdict in ("pending", "unknown", "violated"):
            if any(finding.verdict == verdict for finding in found):
                verdicts[rule_id] = verdict
    return findings, verdicts
