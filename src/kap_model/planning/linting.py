"""``lint``: whether a protocol can be kept, and what in it says nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise, zip_longest
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple, NoReturn, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._time import date_text, spoken_date
from kap_model._values import Value, as_rows, as_sequence, check_choice, check_instance
from kap_model.checking import ProtocolChoice, care_of
from kap_model.citations import Citation
from kap_model.documents.plans import dumps
from kap_model.errors import NotationError
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import OFF, Limits, in_words
from kap_model.plan import Plan
from kap_model.planning._feasibility import (
    FIRST_START,
    LAST_START,
    NOT_KNOWN,
    Answer,
    Demand,
    answer_for,
)
from kap_model.planning.choices import forms_of, names_of, only
from kap_model.planning.leaning import leaning
from kap_model.planning.search.problem import MOST_WORK, Work
from kap_model.planning.silent_rules import asks_nothing, breaks_only_beside, cannot_fire, covered
from kap_model.planning.usual_values import excluded
from kap_model.protocol import CareProtocol, Setting
from kap_model.rules.catalogue import RULE_OF_ID, RULES
from kap_model.usual import USUAL_OF_NAME, UsualValue, lines_on

ANY_TIME: Final = "at any time"
_USUAL: Final = dt.date(2027, 1, 4)
"""Where witnesses begin, where nothing else decides."""

# The dates of some zone on which sessions of these years may start.
_FIRST_LOCAL: Final = dt.date(1979, 12, 31)
_LAST_LOCAL: Final = dt.date(2200, 1, 1)

_FIRST_LINE: Final = "is its first line: courses begun before that date are not judged by it"
_NEVER_IN_FORCE: Final = "is never in force: no course begins before 1980 or after 2199"


@frozen(kw_only=True, repr=False)
class LimitAtOdds(Value):
    """A limit that a conflict is made of.

    Attributes:
        limit: The limit's name.
        value: Its value, of the limit's own type.
        citation: Who sets it.
    """

    limit: str
    value: Any
    citation: Citation

    def to_dict(self) -> dict[str, Any]:
        """The limit as JSON values, its value in words."""
        return {
            "limit": self.limit,
            "value": in_words(self.value),
            "citation": self.citation.to_dict(),
        }

    @property
    def name(self) -> str:
        """The limit's name."""
        return self.limit

    @property
    def asks(self) -> str:
        """Its value in words."""
        return in_words(self.value)

    def __repr__(self) -> str:
        return f"<LimitAtOdds {self.limit}>"


@frozen(kw_only=True, repr=False)
class RuleAtOdds(Value):
    """A house rule that a conflict is made of.

    Attributes:
        rule: The rule's id.
        asks: Its sentence.
        citation: Who says so.
    """

    rule: str
    asks: str
    citation: Citation

    @property
    def name(self) -> str:
        """The rule's id."""
        return self.rule

    def to_dict(self) -> dict[str, Any]:
        """The house rule as JSON values."""
        return {"rule": self.rule, "asks": self.asks, "citation": self.citation.to_dict()}

    def __repr__(self) -> str:
        return f"<RuleAtOdds {self.rule}>"


AtOdds: TypeAlias = LimitAtOdds | RuleAtOdds


@frozen(kw_only=True)
class Silent(Value):
    """A rule that applies and yet adds nothing.

    Attributes:
        rule: The rule's id.
        reason: Why, in plain English.
        covered_by: The rule that fires wherever this one does; ``None`` = it can never fire.
    """

    rule: str
    reason: str
    covered_by: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The rule as JSON values."""
        return {"rule": self.rule, "reason": self.reason, "covered_by": self.covered_by}


@frozen(kw_only=True, repr=False)
class Stretch(Value):
    """Dates on which courses begin under the same limits and house rules.

    Attributes:
        since: The first date; ``None`` = from the beginning.
        witness: A plan without a finding that is violated or pending; ``None`` = none was found.
        conflict: The smallest set of limits and house rules that exclude each other, limits in the
            order of the reference; empty where there is a witness, or where the search gave up.
        reason: Why they do, or that the search gave up, in plain English, with what it did not
            look for; ``None`` where there is a witness.
        never: The rules that apply and can never fire, whatever the plan.
        covered: The rules that fire only where another rule fires too.
        off: The ids of the rules that do not apply, for none of their limits is set, and of the
            house rules that are not in force.
    """

    since: dt.date | None
    witness: Plan | None
    conflict: tuple[AtOdds, ...] = field(default=(), converter=as_sequence)
    reason: str | None = None
    never: tuple[Silent, ...] = field(default=(), converter=as_sequence)
    covered: tuple[Silent, ...] = field(default=(), converter=as_sequence)
    off: tuple[str, ...] = field(default=(), converter=as_sequence)

    def __attrs_post_init__(self) -> None:
        for index, one in enumerate(self.conflict):
            if not isinstance(one, LimitAtOdds):
                check_instance(one, f"conflict[{index}]", RuleAtOdds)
        as_rows((*self.never, *self.covered), "never, covered", Silent)
        as_rows(self.off, "off", str)

    @property
    def satisfiable(self) -> bool:
        """Whether some course is known to keep every limit and house rule."""
        return self.witness is not None

    @property
    def undecided(self) -> bool:
        """Whether the search gave up, so that a course may keep them and may not."""
        return self.reason == NOT_KNOWN

    @property
    def course(self) -> str | None:
        """The witness in notation; empty where it has no session, ``None`` where there is none.

        It is a plan document in one line where notation cannot say it, for it states a level, a
        route or who holds a session.
        """
        if self.witness is None:
            return None
        try:
            return self.witness.notation if self.witness.sessions else ""
        except NotationError:
            return dumps(self.witness).rstrip()

    def to_dict(self) -> dict[str, Any]:
        """The stretch as JSON values, the witness as :attr:`course` has it."""
        return {
            "since": date_text(self.since),
            "satisfiable": self.satisfiable,
            "undecided": self.undecided,
            "witness": self.course,
            "conflict": [one.to_dict() for one in self.conflict],
            "reason": self.reason,
            "never": [silent.to_dict() for silent in self.never],
            "covered": [silent.to_dict() for silent in self.covered],
            "off": list(self.off),
        }

    def __repr__(self) -> str:
        since = "" if self.since is None else f" since {self.since.isoformat()}"
        found = "satisfiable" if self.satisfiable else f"{len(self.conflict)} in conflict"
        found = "undecided" if self.undecided else found
        return f"<Stretch{since}: {found}>"


RemarkKind: TypeAlias = Literal["no-effect", "leans", "first-line"]
REMARK_KINDS: Final[tuple[RemarkKind, ...]] = ("no-effect", "leans", "first-line")


@frozen(kw_only=True)
class Remark(Value):
    """Something in a protocol that has less effect than one may think; no error.

    Attributes:
        kind: ``no-effect``: it has none; ``leans``: it speaks only where something else is set;
            ``first-line``: it begins with a date, and courses begun before are not judged by it.
        subject: The limit whose line, or the rule whose severity, it is; of a usual value its
            name after ``usual.``, of a house rule's line its id after ``rules.``.
        since: The date of the line; ``None`` = it has none.
        says: What is so, in plain English.
    """

    kind: RemarkKind = "no-effect"
    subject: str
    since: dt.date | None = None
    says: str

    def __attrs_post_init__(self) -> None:
        check_choice(self.kind, "kind", REMARK_KINDS)

    def to_dict(self) -> dict[str, Any]:
        """The remark as JSON values."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "since": date_text(self.since),
            "says": self.says,
        }


@frozen(kw_only=True, repr=False)
class Lint(Value, HasText):
    """What is to be said of a protocol.

    Attributes:
        protocol: The protocol's id.
        stretches: Limits and house rules as they change with the date on which a course begins.
        remarks: Lines, severities and usual values that have no effect, or less than one may
            think.
    """

    protocol: str
    stretches: tuple[Stretch, ...] = field(converter=as_sequence)
    remarks: tuple[Remark, ...] = field(default=(), converter=as_sequence)

    def __attrs_post_init__(self) -> None:
        as_rows(self.stretches, "stretches", Stretch)
        as_rows(self.remarks, "remarks", Remark)

    @property
    def ok(self) -> bool:
        """Whether a lawful course can begin at any time: every stretch is satisfiable.

        Rules that can never fire, and remarks, do not count.
        """
        return all(stretch.satisfiable for stretch in self.stretches)

    def to_dict(self) -> dict[str, Any]:
        """The lint as JSON values."""
        return {
            "protocol": self.protocol,
            "ok": self.ok,
            "stretches": [stretch.to_dict() for stretch in self.stretches],
            "remarks": [remark.to_dict() for remark in self.remarks],
        }

    def __bool__(self) -> NoReturn:
        raise TypeError("a Lint is neither true nor false; ask lint.ok")

    def __repr__(self) -> str:
        return f"<Lint {self.protocol}: {len(self.stretches)} stretches>"


def lint(protocol: ProtocolChoice) -> Lint:
    """Say whether a protocol can be kept, and which of its rules and lines say nothing.

    For each stretch of dates with limits and house rules of its own: a lawful course that begins
    in it, or the smallest set of limits and house rules in conflict; the rules that can never
    fire; the rules that are off. Where the search gives up, the stretch is undecided.

    Args:
        protocol: A protocol, a practice, or a built-in practice's name.

    Raises:
        InvalidValue: The protocol is none of these.
    """
    care = care_of(protocol)
    spans, work = list(_spans(care)), Work(MOST_WORK // 2)
    return Lint(
        protocol=care.id,
        stretches=[_stretch(span, care, work) for span in spans],
        remarks=[
            *_idle_lines(care),
            *_idle_severities(care, spans),
            *_idle_usual(care),
            *_leaning(care, spans),
            *_first_lines(care),
        ],
    )


_Line: TypeAlias = Setting | UsualValue | HouseRule


class _DatedSpan(NamedTuple):
    """Dates on which courses can begin, first and last, under the same limits and house rules."""

    since: dt.date | None
    first: dt.date
    last: dt.date
    limits: Limits
    house: tuple[HouseRule, ...]


def _spans(care: CareProtocol) -> Iterator[_DatedSpan]:
    edges = [None, *(day for day in care.changes if FIRST_START < day <= LAST_START), None]
    since = None
    for start, end in pairwise(edges):
        limits, house = _asked_on(care, start or FIRST_START)
        last = LAST_START if end is None else end - dt.timedelta(days=1)
        if end is None or _asked_on(care, end) != (limits, house):
            yield _DatedSpan(since, since or FIRST_START, last, limits, house)
            since = end


def _asked_on(care: CareProtocol, day: dt.date) -> tuple[Limits, tuple[HouseRule, ...]]:
    """The limits and house rules of a date; since when they hold does not matter."""
    return care.limits_on(day), tuple([attrs.evolve(r, since=None) for r in care.rules_on(day)])


def _stretch(span: _DatedSpan, care: CareProtocol, work: Work) -> Stretch:
    witness, conflict, reason = _answer(span, work)
    limits = span.limits
    never, beside = _silent(span)
    off = _off(span)
    on = names_of(span.house)
    return Stretch(
        since=span.since,
        witness=witness,
        conflict=[_at_odds(span, name) for name in conflict],
        reason=reason,
        never=[
            Silent(rule=rule, reason=why)
            for rule, why in _in_order(cannot_fire(limits) | never, on)
        ],
        covered=[
            Silent(rule=rule, reason=f"where it fires, {by} fires too", covered_by=by)
            for rule, by in _in_order(covered(limits) | beside, on)
        ],
        off=[
            id
            for id in (*RULE_OF_ID, *care.house_ids)
            if id in off or (id not in RULE_OF_ID and id not in on)
        ],
    )


def _answer(span: _DatedSpan, work: Work) -> Answer:
    """Of courses of our days; else of those from the first date, which leaves the most room."""
    usual = span.first if span.since is not None else min(_USUAL, span.last)
    asked = Demand(limits=span.limits, house=span.house, work=work)
    return answer_for(asked, list(dict.fromkeys((usual, span.first))))


def _at_odds(span: _DatedSpan, name: str) -> AtOdds:
    limits = span.limits
    for rule in only(span.house, (name,)):
        return RuleAtOdds(rule=name, asks=rule.sentence, citation=rule.citation)
    return LimitAtOdds(limit=name, value=getattr(limits, name), citation=limits.citations[name])


def _silent(span: _DatedSpan) -> tuple[dict[str, str], dict[str, str]]:
    """The house rules that no plan breaks, each with why, and those that another rule covers."""
    never: dict[str, str] = {}
    beside: dict[str, str] = {}
    for id, form in forms_of(span.house):
        why, by = asks_nothing(form), breaks_only_beside(form, span.limits)
        if why is not None:
            never[id] = why
        elif by is not None:
            beside[id] = by
    return never, beside


def _off(span: _DatedSpan) -> frozenset[str]:
    """The rules of the catalogue that do not apply."""
    return frozenset(rule.id for rule in RULES if not rule.applies(span.limits, span.house))


def _in_order(found: dict[str, str], house: Iterable[str]) -> list[tuple[str, str]]:
    """By rule, in the order of a report."""
    return [(id, found[id]) for id in (*RULE_OF_ID, *house) if id in found]


def _idle_lines(care: CareProtocol) -> Iterator[Remark]:
    for subject, lines in _lines_by_subject(care):
        yield from _idle(subject, lines)


def _lines_by_subject(care: CareProtocol) -> Iterator[tuple[str, Iterable[_Line]]]:
    yield from groupby(care.settings, key=attrgetter("limit"))
    for id, rules in groupby(care.rules, key=attrgetter("id")):
        yield f"rules.{id}", rules
    for name, stated in groupby(care.usual, key=attrgetter("name")):
        yield f"usual.{name}", stated


def _idle(subject: str, lines: Iterable[_Line]) -> Iterator[Remark]:
    before: _Line | None = None
    for line in lines:
        says = ""
        if before is not None and line.since is not None and line.since <= _FIRST_LOCAL:
            yield Remark(subject=subject, since=before.since, says=_NEVER_IN_FORCE)
        if line.since is not None and line.since > _LAST_LOCAL:
            says = _NEVER_IN_FORCE
        elif before is None and _unsets(line):
            says = "unsets what no line before it sets"
        elif before is not None and attrs.evolve(before, since=line.since) == line:
            says = "repeats the line before it"
        if says:
            yield Remark(subject=subject, since=line.since, says=says)
        before = line


def _unsets(line: _Line) -> bool:
    """Whether it takes back what a line before it sets; an undated limit may be off by itself."""
    if isinstance(line, HouseRule):
        return line.is_off
    return line.since is not None and line.value == OFF


def _idle_severities(care: CareProtocol, spans: Iterable[_DatedSpan]) -> Iterator[Remark]:
    off = [_off(span) | (set(care.house_ids) - set(names_of(span.house))) for span in spans]
    for rule, _ in care.severities:
        if rule not in RULE_OF_ID and rule not in care.house_ids:
            yield Remark(subject=rule, says="is no rule of the catalogue; each check must give it")
        elif all(rule in each for each in off):
            yield Remark(subject=rule, says="has a severity set, and is off throughout")


def _idle_usual(care: CareProtocol) -> Iterator[Remark]:
    """Usual values that a limit excludes, on the dates on which both are in force."""
    dates = {FIRST_START, *care.changes, *[line.since or FIRST_START for line in care.usual]}
    said = [
        remark
        for day in sorted(dates)
        if FIRST_START <= day <= LAST_START
        for remark in _excluded(care, day)
    ]
    yield from dict.fromkeys(said)


def _excluded(care: CareProtocol, day: dt.date) -> Iterator[Remark]:
    limits, lines = care.limits_on(day), lines_on(care.usual, day)
    for name, limit in excluded(care.usual_on(day), limits):
        value = USUAL_OF_NAME[name].in_words(lines[name].value)
        says = f"is {value}, which {limit} ({in_words(getattr(limits, limit))}) excludes"
        yield Remark(subject=f"usual.{name}", since=lines[name].since, says=says)


def _leaning(care: CareProtocol, spans: Iterable[_DatedSpan]) -> Iterator[Remark]:
    """Limits and house rules that speak only where another one is set."""
    said: dict[Remark, None] = {}
    for span in spans:
        begun = [line for line in care.settings if (line.since or span.first) <= span.first]
        since = {line.limit: line.since for line in begun}
        since |= {rule.id: rule.since for rule in care.rules_on(span.first)}
        for name, says in leaning(span.limits, span.house):
            subject = f"rules.{name}" if name in care.house_ids else name
            said[Remark(kind="leans", subject=subject, since=since[name], says=says)] = None
    yield from said


def _first_lines(care: CareProtocol) -> Iterator[Remark]:
    """Limits and house rules that begin with a date."""
    for subject, lines in _lines_by_subject(care):
        first = next(iter(lines))
        dated = first.since is not None and FIRST_START < first.since <= LAST_START
        if dated and not isinstance(first, UsualValue) and not _unsets(first):
            yield Remark(kind="first-line", subject=subject, since=first.since, says=_FIRST_LINE)


def beginnings(lint: Lint) -> list[str]:
    """When the courses of each stretch begin: ``at any time``, ``before Thu, Jul 1, 2027``."""
    edges = [stretch.since for stretch in lint.stretches]
    return [_between(since, until) for since, until in zip_longest(edges, edges[1:])]


def remark_words(remark: Remark) -> str:
    """A remark in one sentence, without its stop."""
    since = "" if remark.since is None else f" since {spoken_date(remark.since)}"
    return f"{remark.subject}{since} {remark.says}"


def _between(since: dt.date | None, until: dt.date | None) -> str:
    if since is None:
        return ANY_TIME if until is None else f"before {spoken_date(until)}"
    if until is None:
        return f"from {spoken_date(since)} on"
    return f"from {spoken_date(since)} to {spoken_date(until - dt.timedelta(days=1))}"
