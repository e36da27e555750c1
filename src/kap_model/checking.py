"""``check``: a plan against a protocol, as findings with their sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from math import inf
from typing import Final, NamedTuple, TypeAlias

import attrs

from kap_model._given import Given, Naming, Pool
from kap_model._time import Instant, moment_of_judgement
from kap_model._values import as_tuple
from kap_model.breach import Breach, Outlook
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.forms.house_rules import HouseRule
from kap_model.forms.judging import rules_of_house
from kap_model.limits import Limits
from kap_model.plan import PRACTICE_NAMES, Plan, Supply
from kap_model.practices._built_in import BY_NAME
from kap_model.practices._practice import Practice
from kap_model.practices.core import CORE
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, ProtocolSource, Report, Verdict
from kap_model.rules._rule import Rule, RuleFunction
from kap_model.rules.catalogue import RULE_OF_ID, RULES
from kap_model.sessions import Session
from kap_model.severities import StatedSeverity, severity_on
from kap_model.waivers import Waiver, WaiverBook

ProtocolChoice: TypeAlias = CareProtocol | Practice | str
ProtocolsGiven: TypeAlias = Given[CareProtocol] | Pool[CareProtocol]


def _built_in(name: str) -> CareProtocol:
    return BY_NAME[name].protocol


NAMING: Final = Naming(CareProtocol, "protocol", "protocol", "protocols", _built_in, PRACTICE_NAMES)
"""How plans name protocols."""


def check(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | Instant | None = None,
    waivers: Iterable[Waiver] = (),
    rules: Iterable[Rule] = RULES,
    protocols: ProtocolsGiven = (),
) -> Report:
    """Say what a plan keeps and what it does not, with the source of each rule.

    Args:
        plan: The course.
        protocol: A protocol, a practice, or a built-in practice's name; absent: the one that
            the plan names, else ``core``. Its house rules are asked after ``rules``.
        as_of: The moment of judgement: an aware datetime, or RFC 3339 text; absent: the plan is
            judged as a whole, and what is missing is missing.
        waivers: Findings that the practice accepts.
        rules: The rules to ask; a practice's own stand beside ours as ``RULES + (mine,)``.
        protocols: The protocols that the plan may name by their ids, where ``protocol`` is absent:
            in any order, or by their ids.

    Raises:
        NotGiven: The plan names a protocol by an id that is neither a built-in practice's nor that
            of one of ``protocols``.
        InvalidValue: ``as_of`` names no instant, the protocol is not known, rules or waivers are
            not such, or a rule's id is given twice or unknown to a severity or a waiver.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`, or a rule returned no list.
    """
    if not isinstance(plan, Plan):
        raise TypeError("check() takes a Plan; kap_model.loads() makes one of a document")
    care, source = choose_protocol(plan, protocol, protocols)
    instant = None if as_of is None else moment_of_judgement(as_of)
    course = Course.of(plan, instant)
    prepared = _prepared(care, _stage(care, course), rules)
    book = _in_force(waivers, course, prepared.rule_ids) if waivers else None
    findings: list[Finding] = []
    limits, waits = prepared.limits, None
    for asked in prepared.applicable:
        breaches = asked.find(course, limits)
        if breaches:
            waits = _waits_for_records(course) if waits is None else waits
            findings += [
                _finding(asked, breach, course, limits, book, waits=waits) for breach in breaches
            ]
    return Report(
        plan=plan.id,
        protocol=care.id,
        protocol_source=source,
        timezone=plan.timezone,
        instant=instant,
        findings=tuple(findings),
        rule_ids=prepared.rule_ids,
        not_applicable=prepared.not_applicable,
        house_rules=prepared.house_rules,
        not_checked=prepared.not_checked,
        is_stopped=course.is_halted,
    )


def rules_of(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules to ask, as ``check`` takes them.

    Raises:
        InvalidValue: They are no sequence of rules.
    """
    if rules is RULES:
        return RULES
    given = as_tuple(rules, "rules")
    for index, rule in enumerate(given):
        if type(rule) is not Rule:
            raise refusal(f"rules[{index}]", "must be a Rule; the decorator rule() makes one")
    return given


def rules_under(protocol: ProtocolChoice, on: dt.date | None = None) -> tuple[Rule, ...]:
    """The catalogue as a protocol sets it, then its house rules that are in force.

    Each sentence carries the protocol's figures, and each severity is the protocol's; a rule of
    the catalogue that the protocol sets no limit for reads as it does without one.

    Args:
        protocol: A protocol, a practice, or a built-in practice's name.
        on: The date by which limits and house rules are read; absent: the latest.

    Raises:
        InvalidValue: The protocol is not known.
    """
    care = care_of(protocol)
    limits = care.limits_on(on)
    return tuple(
        [
            _as_set(rule, rule.sentence(limits), care.severity_of.get(rule.id))
            for rule in (*RULES, *rules_of_house(care.rules_on(on)))
        ]
    )


def _as_set(rule: Rule, says: str, severity: StatedSeverity | None) -> Rule:
    if severity is None:
        return attrs.evolve(rule, says=says)
    below, above = severity_on(severity, "below"), severity_on(severity, "above")
    return attrs.evolve(rule, says=says, severity=below, above=above)


def choose_protocol(
    plan: Plan, protocol: ProtocolChoice | None, protocols: ProtocolsGiven = ()
) -> tuple[CareProtocol, ProtocolSource]:
    """The protocol that judges a plan, and where it comes from.

    Raises:
        NotGiven: The plan names one that is neither a built-in practice's nor given.
        InvalidValue: What is given cannot be used.
    """
    pool = NAMING.pool(protocols) if protocols != () else ()
    if protocol is not None:
        return care_of(protocol), "argument"
    if plan.protocol is None:
        return CORE.protocol, "default"
    practice = BY_NAME.get(plan.protocol)
    return NAMING.found(plan.protocol, pool) if practice is None else practice.protocol, "plan"


def care_of(protocol: ProtocolChoice, path: str = "protocol") -> CareProtocol:
    """A protocol, from itself, its practice, or a built-in practice's name.

    Raises:
        InvalidValue: It is none of these.
    """
    if isinstance(protocol, CareProtocol):
        return protocol
    if isinstance(protocol, Practice):
        return protocol.protocol
    if type(protocol) is not str or protocol not in BY_NAME:
        raise refusal(path, "must be a CareProtocol or one of " + ", ".join(PRACTICE_NAMES))
    return BY_NAME[protocol].protocol


def limits_of(care: CareProtocol, course: Course) -> Limits:
    """The limits in force on the date of the earliest counting session."""
    return care.limits_on(deciding_date(course) if care.changes else None)


def deciding_date(course: Course) -> dt.date | None:
    """The date whose limits judge a course; ``None`` = the latest."""
    day = course.day(course.counting[0]) if course.counting else course.as_of_day
    return None if day is None else dt.date.fromordinal(day)


def _stage(care: CareProtocol, course: Course) -> int:
    return care.stage_on(deciding_date(course)) if care.changes else 0


class _Asked(NamedTuple):
    """A rule that applies, as it is asked of every course."""

    rule: Rule
    find: RuleFunction
    """Its function, bound to the limits."""
    severity: StatedSeverity | None
    """The protocol's own severity of it."""
    citation: Citation
    """Of its first limit that is set, else its own."""


class _Prepared(NamedTuple):
    """What a protocol and rules together say before any plan is seen."""

    limits: Limits
    house_rules: tuple[HouseRule, ...]
    rule_ids: tuple[str, ...]
    not_applicable: frozenset[str]
    not_checked: tuple[str, ...]
    applicable: tuple[_Asked, ...]


def _prepared(care: CareProtocol, stage: int, rules: Iterable[Rule]) -> _Prepared:
    """The preparation for a stage of a protocol's dates, made once.

    It stands at the protocol under the very rules, so that finding it compares no values.
    """
    given = rules if type(rules) is tuple else rules_of(rules)
    key = stage if given is RULES else (stage, given)
    try:
        found: _Prepared | None = care.preparations.get(key)
    except TypeError:  # what cannot be a key is no rule
        found = None
    if found is None:
        found = care.preparations.keep(key, _prepare(care, stage, rules_of(given)))
    return found


def _prepare(care: CareProtocol, stage: int, rules: tuple[Rule, ...]) -> _Prepared:
    """Rules that do not apply, or are not in force, are not asked."""
    limits, house = care.limits_at(stage), care.rules_at(stage)
    ids = tuple([rule.id for rule in rules])
    if len(set(ids)) != len(ids):
        raise refusal("rules", "must have ids of their own")
    if not {*ids, *RULE_OF_ID}.isdisjoint(care.house_ids):
        raise refusal("rules", "must have ids of their own, none of the catalogue")
    all_ids = (*ids, *care.house_ids)
    for rule_id in care.severity_of:
        if rule_id not in RULE_OF_ID and rule_id not in all_ids:
            raise refusal(
                "severities",
                "must name rules of the catalogue or of the protocol, or rules that are given",
            )
    unset = {rule.id for rule in rules if not rule.applies(limits, house)}
    unset |= set(care.house_ids) - {rule.id for rule in house}
    on = [*[rule for rule in rules if rule.id not in unset], *rules_of_house(house)]
    applicable = tuple([_asked(rule, care, limits) for rule in on])
    # A rule that gives way is not missed: what it would ask is asked by others.
    missed = [rule.about or rule.id for rule in rules if rule.id in unset and rule.reads]
    missed += [f"{rule} (not in force)" for rule in care.house_ids if rule in unset]
    return _Prepared(limits, house, all_ids, frozenset(unset), tuple(missed), applicable)


def _asked(rule: Rule, care: CareProtocol, limits: Limits) -> _Asked:
    cited = [limits.citations[name] for name in rule.reads if name in limits.citations]
    find = rule.bound(limits)
    if rule.makes is None and RULE_OF_ID.get(rule.id) is not rule:
        find = partial(_listed, rule)
    return _Asked(rule, find, care.severity_of.get(rule.id), (*cited, rule.cites[0])[0])


def _listed(rule: Rule, course: Course, limits: Limits) -> list[Breach]:
    """What somebody else's function returns, if it is a list."""
    breaches = rule.function(course, limits)
    if type(breaches) is not list:
        raise TypeError(f"the rule {rule.id} must return a list of Breach")
    return breaches


def _in_force(waivers: Iterable[Waiver], course: Course, known: tuple[str, ...]) -> WaiverBook:
    given = as_tuple(waivers, "waivers")
    for index, waiver in enumerate(given):
        if type(waiver) is not Waiver:
            raise refusal(f"waivers[{index}]", "must be a Waiver")
    problems = [
        Problem(
            f"waivers[{index}].rule",
            "must be a rule of the catalogue or of the protocol, or one that is given",
        )
        for index, waiver in enumerate(given)
        if waiver.rule not in known and waiver.rule not in RULE_OF_ID
    ]
    if problems:
        raise InvalidValue(problems)
    return WaiverBook(w for w in given if w.in_force(course.plan.id, course.as_of_day))


def _waits_for_records(course: Course) -> bool:
    """Whether a session that has started is still planned: it may turn out not to be held."""
    started = -inf if course.as_of is None else course.as_of
    return any(one.status == "planned" and one.begins <= started for one in course.counting)


def _finding(
    asked: _Asked,
    breach: Breach,
    course: Course,
    limits: Limits,
    book: WaiverBook | None,
    *,
    waits: bool,
) -> Finding:
    rule, nature, limit = asked.rule, breach.nature, breach.limit
    severity = breach.fixed_severity
    if severity is None and asked.severity is not None:
        severity = severity_on(asked.severity, breach.side)
    waiver = None
    if book is not None:
        waiver = book.covering(rule.id, tuple([session.id for session in breach.sessions]))
    verdict = nature if nature != "missing" else _verdict(breach, course)
    return Finding(
        rule=rule.id,
        verdict=verdict,
        severity=severity or breach.severity or rule.severity_of(breach.side),
        citation=limits.citations.get(limit, asked.citation) if limit else asked.citation,
        waiver=waiver,
        timezone=course.plan.timezone,
        breach=breach,
        outlook="open" if verdict != "violated" else _outlook(breach, course, waits=waits),
        stated_action=rule.action,
    )


def _outlook(breach: Breach, course: Course, *, waits: bool) -> Outlook:
    """What can still be done about what is violated.

    It is past where all that it names was held, and nothing waits for its record.
    """
    as_of = course.as_of
    if as_of is None:
        return "whole"
    if (
        waits
        or breach.decided_later
        or any(_may_change(one, course, as_of) for one in (*breach.sessions, *breach.facts))
    ):
        return "late" if breach.nature == "missing" and course.is_open else "open"
    return "past"


def _may_change(named: object, course: Course, as_of: int) -> bool:
    """Whether what a finding names may still be changed: a booking, a supply to be issued."""
    if isinstance(named, Supply):
        return named.issued.toordinal() > course.timeline.zone.day(as_of)
    if not isinstance(named, Session):
        return False
    return named.status != "completed" or named.begins >= as_of


def _verdict(breach: Breach, course: Course) -> Verdict:
    """Something missing is pending while the plan is open and its window is not over."""
    as_of = course.as_of
    if not course.is_open or as_of is None:
        return "violated"
    if breach.closes is None:
        return "pending"
    resolve = course.timeline.zone.resolve
    closes = resolve(breach.closes)
    in_time = closes > as_of and (breach.opens is None or closes > resolve(breach.opens))
    return "pending" if in_time else "violated"
