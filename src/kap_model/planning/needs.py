"""What an active course still needs of sessions, each from when on, until when, and how many."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from attrs import evolve, frozen

from kap_model._time import Moment, day_end, day_start
from kap_model.checking import limits_of
from kap_model.course import Course
from kap_model.errors import InvalidValue
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count
from kap_model.forms.ordering import Follow, Precede
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Span
from kap_model.limits import Bounds, Limits
from kap_model.plan import MOST_SESSIONS
from kap_model.planning.rule_effects import contact_to_come, forms_asked, what_ends
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, Report
from kap_model.sessions import KINDS, USUAL_MINUTES, Kind

_REFILLS: Final = "SUPPLY-BALANCE"
_WORDS: Final = ("kind", "place", "format", "level", "route")
_NO_DOSING: Final = Selector([kind for kind in KINDS if kind != "dosing"])


@frozen(kw_only=True)
class Need:
    """Sessions that one rule asks for.

    Attributes:
        wanted: The sessions of which one answers it.
        opens, due: Its window.
        missed: The date by which one was due, where that is over; any later one will do.
        rule: The rule.
        finding: The finding that they end; ``None`` = a contact that is to come.
        number: How many.
    """

    wanted: Selector
    opens: Moment | None = None
    due: Moment | None = None
    missed: Moment | None = None
    rule: str
    finding: Finding | None = None
    number: int = 1


@frozen
class Asking:
    """What is asked of a course at a moment.

    Attributes:
        course: The course.
        limits: Those in force.
        report: What a check says of it.
        forms: Those of the rules that one form says, of the catalogue and of the house, by id.
    """

    course: Course
    limits: Limits
    report: Report
    forms: Mapping[str, RuleForm]

    @classmethod
    def of(cls, course: Course, care: CareProtocol, report: Report) -> Asking:
        """What a protocol asks of a course."""
        limits = limits_of(care, course)
        return cls(course, limits, report, forms_asked(limits, report.house_rules))

    @property
    def awaits_decision(self) -> bool:
        """Whether treatment waits for the medical decision."""
        return self.course.standing.state in ("pending", "unrecorded")

    def wanted(self, finding: Finding) -> Selector | None:
        """Which sessions end a pending finding; ``None`` = only people's records do."""
        return what_ends(finding, self.course.plan, self.forms.get(finding.rule))


def required_needs(asking: Asking) -> list[Need]:
    """The sessions that an active course needs, as far as its standing lets it."""
    needs = list(_findings(asking))
    if asking.course.is_halted:
        return [need for need in needs if _is_owed(asking, need)]
    needs += _contacts_to_come(asking)
    return needs if not asking.awaits_decision else list(_without_dosings(needs))


def _findings(asking: Asking) -> Iterator[Need]:
    for finding in asking.report.findings:
        wanted = asking.wanted(finding) if finding.verdict == "pending" else None
        if wanted is None:
            continue
        # Where numbers decide what is wanted, one that stands elsewhere may end it too.
        is_counted = finding.rule in asking.forms and wanted.has_ordinal
        yield Need(
            wanted=wanted,
            opens=None if is_counted else finding.breach.opens,
            due=finding.breach.closes,
            rule=finding.rule,
            finding=finding,
            number=_lacking(finding, asking),
        )


def _lacking(finding: Finding, asking: Asking) -> int:
    """How many sessions end it, as far as its rule counts them."""
    facts = finding.breach.facts
    form = facts[0] if facts else None
    if isinstance(form, Count):
        return _uncounted(form, facts[1], asking)
    if isinstance(form, (Precede, Follow)) and not form.by.has_ordinal:
        return form.min - int(facts[-1])
    if finding.rule == _REFILLS and asking.limits.refill_supply is not None:
        _, number, covered = facts
        return _parts(number - covered, asking.limits.refill_supply)
    return 1


def _parts(lacking: int, each: int) -> int:
    """How many of a size make up what is lacking."""
    return max(1, -(-lacking // each))


def _uncounted(form: Count, found: int, asking: Asking) -> int:
    least = form.min or 0
    if form.sum == "minutes":
        return _parts(least - found, USUAL_MINUTES[form.of.kind[0]])
    if not form.of.has_ordinal:
        return least - found
    # Towards the n-th each one more is a step.
    there = len(form.of.base_of(asking.course))
    more = range(1, MOST_SESSIONS)
    enough = bisect_left(more, least, key=lambda number: _selected(form.of, there + number))
    return 1 if enough == len(more) else more[enough]


def _selected(of: Selector, number: int) -> int:
    """How many a selector selects of so many sessions."""
    base: Any = range(number)
    return len(of.places_in(base))


def is_sure(need: Need, kind: Kind, asking: Asking) -> bool:
    """Whether sessions of a kind end a need wherever in its window they stand.

    Where numbers decide what is wanted, where a rule speaks of the kind twice, as of what is asked
    and of what it is asked for, and of a span from first to last, it depends on where they stand.
    """
    finding = need.finding
    facts = () if finding is None else finding.breach.facts
    form = asking.forms.get(need.rule) or (facts[0] if facts else None)
    if not isinstance(form, RuleForm):
        return True
    by_minutes = isinstance(form, Count) and form.sum == "minutes"
    if need.wanted.has_ordinal or by_minutes or isinstance(form, Span):
        return False
    return sum(kind in selector.kind for selector in form.selectors) == 1


def _is_owed(asking: Asking, need: Need) -> bool:
    """Whether a halted course owes it: an integration of a session that was held."""
    if need.wanted.kind != ("integration",) or need.finding is None:
        return False
    if not isinstance(asking.forms.get(need.rule), Follow):
        return False
    course = asking.course
    return all(course.is_held(session) for session in need.finding.breach.sessions)


def _without_dosings(needs: list[Need]) -> Iterator[Need]:
    """The needs for which another session than a dosing does."""
    for need in needs:
        wanted: Selector | None = need.wanted
        if "dosing" in need.wanted.kind:
            wanted = common(need.wanted, _NO_DOSING)
        if wanted is not None:
            yield evolve(need, wanted=wanted)


@lru_cache(maxsize=4096)
def common(one: Selector, other: Selector) -> Selector | None:
    """What two selectors both select, where neither counts; ``None`` = nothing, for sure."""
    if one == other:
        return one
    if one.has_ordinal or other.has_ordinal:
        return None
    both: dict[str, Any] = {n: _both(getattr(one, n), getattr(other, n)) for n in _WORDS}
    phases: set[Any] = {one.phase, other.phase} - {None}
    if () in both.values() or len(phases) > 1:
        return None
    try:
        return Selector(**both, phase=next(iter(phases), None))
    except InvalidValue:
        return None  # none of the kinds has what is asked for


def _both(some: tuple[str, ...] | None, others: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if some is None or others is None:
        return others if some is None else some
    return tuple(word for word in some if word in others)


def _contacts_to_come(asking: Asking) -> Iterator[Need]:
    course, limits = asking.course, asking.limits
    for rule, form in asking.forms.items():
        to_come = contact_to_come(form, course, limits) if isinstance(form, Recur) else None
        if to_come is None:
            continue
        due = day_end(to_come.due)
        if course.as_of is not None and course.timeline.zone.resolve(due) <= course.as_of:
            yield Need(wanted=to_come.what, missed=due, rule=rule)
        else:
            opens = day_start(to_come.after + 1)
            yield Need(wanted=to_come.what, opens=opens, due=due, rule=rule)


def kinds_with_room(asking: Asking) -> Iterator[tuple[Kind, int | None]]:
    """The kinds of which one more may be, below their maximum, and the instant to be over by."""
    course, limits = asking.course, asking.limits
    if course.is_halted:
        return
    first = course.first_dosing
    if first is None or course.starts_after_as_of(first):
        until = None if first is None else first.begins
        before = [p for p in course.preparations if until is None or p.ends <= until]
        if _has_room(limits.preparation_count, len(before)):
            yield "preparation", until
    if not asking.awaits_decision and _has_room(limits.dosing_count, len(course.dosings)):
        yield "dosing", None
    if _has_room(limits.integration_count, len(course.integrations)):
        yield "integration", None
    if course.evaluations or course.reviews or first is not None:
        yield "medical-review", None


def _has_room(bounds: Bounds | None, number: int) -> bool:
    return bounds is None or bounds.max is None or number < bounds.max


def kinds_of(wanted: Selector) -> list[Kind]:
    """The kinds of which one is wanted, as a practice would choose: a new evaluation last."""
    return sorted(wanted.kind, key=lambda kind: (kind == "medical-evaluation", KINDS.index(kind)))
