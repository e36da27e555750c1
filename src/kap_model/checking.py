"""``check``: a plan against a protocol, as findings with their sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from kap_model._time import Instant, moment_of_judgement
from kap_model._values import as_tuple
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import Limits
from kap_model.plan import PRACTICE_NAMES, Plan
from kap_model.practices._built_in import BY_NAME
from kap_model.practices._practice import Practice
from kap_model.practices.core import CORE
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, ProtocolSource, Report, Verdict
from kap_model.rules._rule import Breach, Rule, RuleFunction
from kap_model.rules.catalogue import RULE_OF_ID, RULES
from kap_model.waivers import Waiver, WaiverBook

ProtocolChoice: TypeAlias = CareProtocol | Practice | str


def check(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | Instant | None = None,
    waivers: Iterable[Waiver] = (),
    rules: Iterable[Rule] = RULES,
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

    Raises:
        InvalidValue: ``as_of`` names no instant, the protocol is not known, rules or waivers are
            not such, or a rule's id is given twice or unknown to a severity or a waiver.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`, or a rule returned no list.
    """
    if not isinstance(plan, Plan):
        raise TypeError("check() takes a Plan; kap_model.loads() makes one of a document")
    asked = rules_of(rules)
    care, source = choose_protocol(plan, protocol)
    instant = None if as_of is None else moment_of_judgement(as_of)
    course = Course.of(plan, instant)
    limits = limits_of(care, course)
    house = house_rules_of(care, course) if care.rules else ()
    outline = _prepared(asked, limits, care.house_ids, house)
    if care.severities:
        _refuse_strangers(care, outline.rule_ids)
    book = _in_force(waivers, course, outline.rule_ids) if waivers else None
    findings: list[Finding] = []
    strangers = asked is not RULES
    for rule, function in outline.applicable:
        breaches = function(course, limits)
        if strangers and type(breaches) is not list:
            raise TypeError(f"the rule {rule.id} must return a list of Breach")
        if breaches:
            findings += [_finding(rule, b, course, limits, care, book) for b in breaches]
    return Report(
        plan=plan.id,
        protocol=care.id,
        protocol_source=source,
        timezone=plan.timezone,
        instant=instant,
        findings=tuple(findings),
        rule_ids=outline.rule_ids,
        not_applicable=outline.not_applicable,
        house_rules=house,
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


def choose_protocol(
    plan: Plan, protocol: ProtocolChoice | None
) -> tuple[CareProtocol, ProtocolSource]:
    """The protocol that judges a plan, and where it comes from."""
    if protocol is not None:
        return care_of(protocol), "argument"
    if plan.protocol is None:
        return CORE.protocol, "default"
    return BY_NAME[plan.protocol].protocol, "plan"


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


def house_rules_of(care: CareProtocol, course: Course) -> tuple[HouseRule, ...]:
    """The house rules in force on the date by which limits are read."""
    return care.rules_on(deciding_date(course) if care.changes else None)


def deciding_date(course: Course) -> dt.date | None:
    """The date whose limits judge a course; ``None`` = the latest."""
    day = course.day(course.counting[0]) if course.counting else course.as_of_day
    return None if day is None else dt.date.fromordinal(day)


class _Outline(NamedTuple):
    """What rules and limits together say before any plan is seen."""

    rule_ids: tuple[str, ...]
    not_applicable: frozenset[str]
    applicable: tuple[tuple[Rule, RuleFunction], ...]


def _prepared(
    asked: tuple[Rule, ...], limits: Limits, ids: tuple[str, ...], house: tuple[HouseRule, ...]
) -> _Outline:
    """The rules to ask, and a protocol's house rules after them."""
    outline = _outline_of_catalogue(limits) if asked is RULES else _outline(asked, limits)
    return _with_house(outline, ids, house) if ids else outline


@lru_cache(maxsize=256)
def _outline_of_catalogue(limits: Limits) -> _Outline:
    return _outline(RULES, limits)


@lru_cache(maxsize=256)
def _outline(rules: tuple[Rule, ...], limits: Limits) -> _Outline:
    """A rule all of whose limits are unset does not apply, and is not asked."""
    ids = tuple(rule.id for rule in rules)
    if len(set(ids)) != len(ids):
        raise refusal("rules", "must have ids of their own")
    unset = {r.id for r in rules if r.reads and limits.citations.keys().isdisjoint(r.reads)}
    applicable = tuple((rule, rule.function) for rule in rules if rule.id not in unset)
    return _Outline(ids, frozenset(unset), applicable)


@lru_cache(maxsize=256)
def _with_house(
    outline: _Outline, ids: tuple[str, ...], in_force: tuple[HouseRule, ...]
) -> _Outline:
    """House rules after those that are asked; one that is not in force does not apply."""
    # Late: who has no house rule need not load the forms.
    from kap_model.forms.judging import rules_of_house

    if any(id in RULE_OF_ID or id in outline.rule_ids for id in ids):
        raise refusal("rules", "must have ids of their own, none of the catalogue")
    rules = rules_of_house(in_force)
    unset = set(ids) - {rule.id for rule in rules}
    return _Outline(
        (*outline.rule_ids, *ids),
        outline.not_applicable | unset,
        (*outline.applicable, *[(rule, rule.function) for rule in rules]),
    )


def _refuse_strangers(care: CareProtocol, rule_ids: tuple[str, ...]) -> None:
    for rule_id in care.severity_of:
        if rule_id not in RULE_OF_ID and rule_id not in rule_ids:
            raise refusal(
                "severities",
                "must name rules of the catalogue or of the protocol, or rules that are given",
            )


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


def _finding(
    rule: Rule,
    breach: Breach,
    course: Course,
    limits: Limits,
    care: CareProtocol,
    book: WaiverBook | None,
) -> Finding:
    severity = (
        breach.fixed_severity or care.severity_of.get(rule.id) or breach.severity or rule.severity
    )
    waived = False
    if book is not None:
        waived = book.covers(rule.id, tuple([session.id for session in breach.sessions]))
    return Finding(
        rule=rule.id,
        verdict=breach.nature if breach.nature != "missing" else _verdict(breach, course),
        severity=severity,
        citation=_citation(rule, breach, limits),
        waived=waived,
        timezone=course.plan.timezone,
        breach=breach,
    )


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


def _citation(rule: Rule, breach: Breach, limits: Limits) -> Citation:
    for name in (breach.limit, *rule.reads):
        if name is not None and name in limits.citations:
            return limits.citations[name]
    return rule.cites[0]
