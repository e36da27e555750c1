"""Lawful starts by brute force: every instant of a grid is tried through ``check``."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

import kap_model as kap
from kap_model._time import EARLIEST, LATEST, DayEdge, Instant, add_months
from kap_model.forms import (
    Allow,
    Count,
    Follow,
    Known,
    Length,
    Precede,
    Rate,
    Recur,
    Selector,
    Space,
    Span,
)
from kap_model.planning.steps import Step

USUAL = {
    "consultation": 50,
    "medical-evaluation": 30,
    "preparation": 50,
    "dosing": 120,
    "integration": 50,
    "medical-review": 30,
}
CLASSES: dict[str, Any] = {
    "consultation": kap.Consultation,
    "medical-evaluation": kap.MedicalEvaluation,
    "preparation": kap.Preparation,
    "dosing": kap.Dosing,
    "integration": kap.Integration,
    "medical-review": kap.MedicalReview,
}


def counting(plan: kap.Plan) -> list[kap.Session]:
    return [s for s in plan.sessions if s.status in ("planned", "completed")]


def limits_at(plan: kap.Plan, care: kap.CareProtocol, start: int) -> kap.Limits:
    first = min([s.begins for s in counting(plan)] + [start])
    return care.limits_on(dt.date.fromordinal(plan.zone.day(first)))


def shortest(limits: kap.Limits, kind: str) -> int:
    lowest, highest = lawful(limits, kind)
    if max(lowest, 1) > highest:
        return USUAL[kind]
    return lowest or min(USUAL[kind], highest)


def lawful(limits: kap.Limits, kind: str) -> tuple[int, int]:
    lowest, highest = 0, 1440
    if kind == "dosing":
        bounds = limits.dosing_minutes
        lowest = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    else:
        bounds = limits.therapy_minutes if kind in ("preparation", "integration") else None
    if bounds is not None:
        lowest = max(lowest, bounds.min or 0)
        highest = min(highest, 1440 if bounds.max is None else bounds.max)
    return lowest, highest


def session(plan: kap.Plan, care: kap.CareProtocol, kind: str, start: int, wanted: Any) -> Any:
    """A session in a form that limits and house rules allow, if they allow one."""
    limits = limits_at(plan, care, start)
    length = shortest(limits, kind)
    about = facts_alone(care)
    first: Any = None
    for given in ways(limits, kind, wanted):
        new = CLASSES[kind](id="the-new-one", start=Instant(start), minutes=length, **given)
        first = first or new
        fitting = [
            minutes
            for minutes in lengths(about, kind, limits)
            if fits(plan, about, attrs.evolve(new, minutes=minutes))
        ]
        if fitting:
            is_stated = fitting[0] > 1 or lawful(limits, kind)[0] == 1
            near = min(fitting, key=lambda minutes: abs(minutes - USUAL[kind]))
            return attrs.evolve(new, minutes=fitting[0] if is_stated else near)
    return first


def ways(limits: kap.Limits, kind: str, wanted: Any) -> Iterator[dict[str, Any]]:
    """Its fields, the usual ones first."""
    usual = "office" if attrs.fields(CLASSES[kind]).place.default == "office" else "remote"
    if kind == "dosing" and limits.dosing_places == ("remote",):
        usual = "remote"
    places = [usual, *[one for one in ("office", "remote") if one != usual]]
    if kind == "dosing" and limits.dosing_places is not None:
        places = [p for p in places if p == usual or p in limits.dosing_places]
    formats: list[Any] = [None]
    if kind in ("preparation", "dosing", "integration"):
        formats = [w for w in ("individual", "group") if w in (limits.formats or (w,))]
    if wanted is not None and wanted.place is not None:
        places = sorted(wanted.place, key=lambda word: word != usual)
    if wanted is not None and wanted.format is not None and formats != [None]:
        formats = sorted(wanted.format, key=lambda word: word != formats[0])
    for place in places:
        for held in formats:
            given: dict[str, Any] = {"place": place}
            if held is not None:
                given["format"] = held
            if kind == "dosing" and place == "remote":
                given["support_person"] = "sister"
            for name in ("level", "route"):
                words = getattr(wanted, name, None)
                if kind == "dosing" and words is not None:
                    given[name] = words[0]
            yield given


def facts_alone(care: kap.CareProtocol) -> kap.CareProtocol:
    """The house rules that say how long, where and how sessions are held, and no others."""
    lines = [
        line
        if isinstance(line.form, (Length, Allow))
        else kap.HouseRule(line.id, "off", since=line.since, citation=line.citation)
        for line in care.rules
    ]
    return kap.CareProtocol(id="facts", rules=lines)


def lengths(care: kap.CareProtocol, kind: str, limits: kap.Limits) -> list[int]:
    """Every length at which a rule may turn, of those that the limits allow."""
    found = {1, USUAL[kind], shortest(limits, kind)}
    rules = [line.form for line in care.rules if isinstance(line.form, Length)]
    for form in rules:
        found |= {form.min or 1, form.max or 1440, *(form.one_of or ())}
    lowest, highest = lawful(limits, kind)
    stated = sorted(n for n in found if max(lowest, 1) <= n <= min(highest, 1440))
    return stated if rules and stated else [shortest(limits, kind)]


def fits(plan: kap.Plan, care: kap.CareProtocol, new: kap.Session) -> bool:
    longer = attrs.evolve(plan, sessions=(*plan.sessions, new))
    found = [one for one in kap.check(longer, care).findings if one.rule in care.house_ids]
    return not any(new.id in one.sessions for one in found)


def found_in(finding: kap.Finding) -> int:
    """The number that its text begins with: `no dosing`, `2 dosings`."""
    word = str(finding.observed).split()[0]
    return 0 if word == "no" else int(word)


def recurs(rule: str, care: kap.CareProtocol) -> bool:
    forms = [line.form for line in care.rules if line.id == rule]
    return rule == "REVIEW-QUARTER" or any(isinstance(form, Recur) for form in forms)


class Oracle:
    """One course: what a session would bring about."""

    def __init__(self, plan: kap.Plan, care: kap.CareProtocol, as_of: dt.datetime) -> None:
        self.plan, self.care, self.as_of = plan, care, as_of
        self.now = int(as_of.timestamp())
        self.before = kap.check(plan, care, as_of=as_of)
        self.forms = {rule.id: rule.form for rule in self.before.house_rules}
        self.tried: dict[tuple[Any, ...], tuple[kap.Session, kap.Report]] = {}

    def kind_of(self, step: Step) -> str:
        assert step.kind is not None
        return step.kind

    def wanted(self, step: Step) -> Any:
        """What all rules that ask for a step select together, or the first that counts."""
        asked = [one for rule in step.due_rules if (one := self._wanted(rule)) is not None]
        counting = [one for one in asked if one.has_ordinal]
        if counting or not asked:
            return counting[0] if counting else None
        given: dict[str, Any] = {}
        for name in ("place", "format", "level", "route"):
            said = [getattr(one, name) for one in asked if getattr(one, name) is not None]
            given[name] = (
                tuple(w for w in said[0] if all(w in its for its in said)) if said else None
            )
        return Selector(self.kind_of(step), **given)

    def _wanted(self, rule: str) -> Any:
        form: Any = self.forms.get(rule)
        for key in ("by", "after", "to", "of", "from_"):
            if getattr(form, key, None) is not None:
                return getattr(form, key)
        return None

    def after(self, step: Step, start: int) -> tuple[kap.Session, kap.Report]:
        wanted = self.wanted(step)
        key = step.kind, wanted, start
        if key not in self.tried:
            new = session(self.plan, self.care, self.kind_of(step), start, wanted)
            longer = attrs.evolve(self.plan, sessions=(*self.plan.sessions, new))
            self.tried[key] = new, kap.check(longer, self.care, as_of=self.as_of)
        return self.tried[key]

    def is_lawful(self, step: Step, start: int) -> bool:
        return not self.created(step, start)

    def name(self, finding: kap.Finding) -> tuple[Any, ...]:
        breach = finding.breach
        if breach.sessions and not recurs(finding.rule, self.care):
            return finding.rule, finding.verdict, finding.sessions
        return finding.rule, finding.verdict, breach.opens, breach.closes

    def created(self, step: Step, start: int) -> set[str]:
        """The rules that a session would break, or that ask for something before it."""
        new, after = self.after(step, start)
        rules = set()
        if any(s.begins < new.ends and new.begins < s.ends for s in counting(self.plan)):
            rules.add("NO-OVERLAP")
        known = Counter(map(self.name, self.before.findings))
        windows = {(self.name(f), self.closing(f)) for f in self.before.findings}
        facts = {r.id for r in after.house_rules if isinstance(r.form, Known)}
        for finding in after.findings:
            if finding.verdict == "violated":
                known[self.name(finding)] -= 1
                if known[self.name(finding)] < 0:
                    rules.add(finding.rule)
            closes = finding.breach.closes
            if finding.verdict != "pending" or closes is None or finding.rule in facts:
                continue
            own_day = DayEdge(self.plan.zone.day(start), is_end=True)
            before_it = closes == own_day or self.plan.zone.resolve(closes) <= start
            if before_it and (self.name(finding), self.closing(finding)) not in windows:
                rules.add(finding.rule)
        return rules

    def closing(self, finding: kap.Finding) -> int | None:
        closes = finding.breach.closes
        return None if closes is None else self.plan.zone.resolve(closes)

    def remains(self, step: Step, start: int) -> bool:
        """Whether what a step answers by its due date is all still missing after a session.

        A contact up to the first dosing's date is never late: the quarters count from it.
        """
        new, after = self.after(step, start)
        days = self.plan.timeline.dosing_days
        asked = [f for f in (*step.findings, *step.helps) if f.breach.closes == step.due]
        if (
            days
            and all(recurs(finding.rule, self.care) for finding in asked)
            and self.plan.timeline.day(new) <= days[0]
        ):
            return True
        missing = {self._gap(f) for f in after.findings if f.verdict in ("pending", "violated")}
        return all(self._gap(finding) in missing for finding in asked)

    def _gap(self, finding: kap.Finding) -> tuple[Any, ...]:
        if recurs(finding.rule, self.care) or finding.rule not in self.forms:
            concerned = () if recurs(finding.rule, self.care) else finding.sessions
            return finding.rule, concerned, finding.breach.opens
        return finding.rule, finding.sessions

    def leaves(self, step: Step, start: int) -> bool:
        """Whether a session leaves some finding of a step as it is, or makes it violated."""
        _, after = self.after(step, start)
        left = [f for f in after.findings if f.verdict in ("pending", "violated")]
        asked = (*step.findings, *step.helps)
        return any(self._is_left(finding, one) for finding in asked for one in left)

    def _is_left(self, asked: kap.Finding, one: kap.Finding) -> bool:
        form: Any = self.forms.get(asked.rule)
        if asked.rule != one.rule:
            return False
        if isinstance(form, Count) and form.of.has_ordinal:
            return False  # each one more is a step towards the one that counts
        if isinstance(form, (Count, Precede, Follow)):
            number, other = [found_in(f) for f in (asked, one)]
            same = asked.sessions == one.sessions or isinstance(form, Count)
            return same and other <= number
        if isinstance(form, Span):
            return one.breach.side == "below"
        if isinstance(form, Recur):
            same_opening = asked.breach.opens == one.breach.opens
            return same_opening and (form.policy == "rolling" or asked.due == one.due)
        told = [(f.sessions, f.breach.opens, f.message) for f in (asked, one)]
        return told[0] == told[1]

    def is_answered(self, step: Step, start: int) -> bool:
        """Whether a session of a step's kind stands in the step's window and does its part."""
        asked = (*step.findings, *step.helps)
        wanted = self.wanted(step)
        opens = [f.breach.opens for f in asked if f.breach.opens is not None]
        if wanted is not None and wanted.has_ordinal:
            opens = []  # by its number another may be the one
        if any(start < self.plan.zone.resolve(edge) for edge in opens):
            return False
        if not all(self._renews(rule, due, start) for rule, due in step.contacts):
            return False
        return not self.leaves(step, start)

    def _renews(self, rule: str, due: Any, start: int) -> bool:
        """A review to come counts from the day after the last contact to the due date."""
        assert isinstance(due, DayEdge)
        if self.plan.zone.resolve(due) <= self.now:
            return True  # missed: any day is late
        form: Any = self.forms.get(rule, REVIEW)
        course = kap.Course.of(self.plan, self.now)
        days = [self.plan.zone.day(s.begins) for s in form.of.of(course) if s.begins <= self.now]
        first = form.while_.first_of(course) if not days else None
        contact = self.plan.zone.day(first.begins) if first else max(days)
        opens = self.plan.zone.first_instant(contact + 1)
        return opens <= start < self.plan.zone.resolve(due)

    def is_within(self, step: Step, start: int) -> bool:
        """Whether a session lies free in a step's window from its start to its end."""
        new, _ = self.after(step, start)
        if step.earliest is None or start < step.earliest:
            return False
        if step.due is not None and new.ends > self.plan.zone.resolve(step.due):
            return False
        return not any(s.begins < new.ends and new.begins < s.ends for s in counting(self.plan))

    def ended(self, step: Step, starts: Iterable[int]) -> bool:
        """Whether sessions of a step, at these times, leave none of the findings that it lists."""
        new = [
            attrs.evolve(self.after(step, start)[0], id=f"new-{n}")
            for n, start in enumerate(starts)
        ]
        longer = attrs.evolve(self.plan, sessions=(*self.plan.sessions, *new))
        after = kap.check(longer, self.care, as_of=self.as_of)
        left = {self._lack(f) for f in after.findings if f.verdict in ("pending", "violated")}
        return not left & {self._lack(finding) for finding in step.findings}

    def _lack(self, finding: kap.Finding) -> tuple[Any, ...]:
        """What is missing, whatever of it there is already."""
        concerned = () if recurs(finding.rule, self.care) else finding.sessions
        supply = finding.message if finding.rule == "REFILL-REVIEW" else ""
        return finding.rule, concerned, finding.breach.closes, supply

    def grid(self, step: Step) -> Iterator[int]:
        """Instants on and beside every edge that could matter, and the hours of some weeks."""
        instants: set[int] = {self.now}
        edges = {e for s in self.plan.sessions for e in (s.begins, s.ends)}
        lengths = {self.after(step, e)[0].minutes * 60 for e in edges | {self.now} if in_range(e)}
        days = {self.plan.zone.day(e) for e in edges | {self.now}}
        for supply in self.plan.supplies or ():
            days |= {d.toordinal() for d in (supply.issued, supply.received) if d is not None}
        for number, unit in {far for rule in self.care.rules for far in distances(rule.form)}:
            if unit == "hours":
                edges |= {e + sign * number * 3600 for e in edges for sign in (1, -1)}
            else:
                days |= {d for day in tuple(days) for d in away(day, number, unit)}
        for day in {d + near for d in days for near in (0, 1)}:
            if FIRST_DAY < day < LAST_DAY:
                starts = self.plan.zone.first_instant(day)
                edges |= {starts, starts + 60, starts + 3600}
        for edge in edges:
            for length in {0} | lengths:
                instants |= {edge - length + near for near in (-1, 0, 1)}
        last = max(edges)
        instants |= set(range(self.now, min(last + 40 * 86_400, self.now + 200 * 86_400), 86_400))
        return iter(sorted(t for t in instants if self.now <= t and in_range(t)))


FIRST_DAY, LAST_DAY = dt.date(1980, 1, 1).toordinal(), dt.date(2199, 12, 31).toordinal()
REVIEW = Recur(("medical-evaluation", "medical-review"), 3)


def in_range(instant: int) -> bool:
    return EARLIEST <= instant <= LATEST


def distances(form: Any) -> set[tuple[int, str]]:
    """The figures of a form that are distances."""
    if isinstance(form, Rate):
        return {(form.days, "days")}
    if isinstance(form, Recur):
        return {(form.months, "months")}
    within = form if isinstance(form, (Space, Span)) else getattr(form, "within", None)
    if within is None:
        return set()
    return {(end, within.unit) for end in (within.min, within.max) if end is not None}


def away(day: int, number: int, unit: str) -> Iterator[int]:
    """Dates about so far from a date, before and after it."""
    for sign in (1, -1):
        if unit == "months":
            for near in (28, 30, 31):
                yield day + sign * number * near
            yield add_months(day, sign * number)
        else:
            yield day + sign * number * (7 if unit == "weeks" else 1)
