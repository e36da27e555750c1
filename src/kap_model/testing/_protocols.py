"""Strategies of protocols and waivers, valid by construction."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model._values import check_choice, check_instance
from kap_model.citations import Citation
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import SUMS, Count, Rate
from kap_model.forms.distances import UNITS, Unit, Within
from kap_model.forms.facts import ALLOWED_FIELDS, BY, KNOWN_FIELDS, WORDS_OF, Allow, Known, Length
from kap_model.forms.house_rules import HouseRule
from kap_model.forms.ordering import BACK_TO, UNTIL, Follow, Order, Precede
from kap_model.forms.recurring import PARTS, Recur
from kap_model.forms.selectors import KINDS_WITH, ORDINALS, PHASES, Selector
from kap_model.forms.spacing import UNITS_OF_DATES, Space, Span
from kap_model.limits import (
    LIMIT_OF_NAME,
    LIMITS,
    OFF,
    Bounds,
    Frequency,
    LimitSpec,
    ReviewAfter,
    ReviewEvery,
)
from kap_model.practices._built_in import PRACTICES
from kap_model.protocol import LIMITS_SELECTED_BY, CareProtocol, Setting
from kap_model.rules.catalogue import RULE_OF_ID, SIDED
from kap_model.sessions import FORMATS, KINDS, PLACES, ROUTES
from kap_model.severities import SEVERITIES, SIDES
from kap_model.testing._plans import LABELS, TELLING_DATES, texts
from kap_model.usual import USUALS, UsualSpec, UsualValue, pace_of
from kap_model.waivers import Waiver


def bounds(lowest: int = 0, highest: int = 12) -> SearchStrategy[Bounds]:
    """Ranges with either end open or not.

    Args:
        lowest: The least that an end may be, 0 or more.
        highest: The most.
    """
    number = st.integers(lowest, highest)
    closed = st.tuples(number, number).map(sorted)
    return st.one_of(
        number.map(lambda low: Bounds(low, None)),
        number.map(lambda high: Bounds(None, high)),
        closed.map(lambda pair: Bounds(*pair)),
    )


def frequencies() -> SearchStrategy[Frequency]:
    """At most 1 to 3 dosings in 1 to 30 days."""
    return st.builds(Frequency, at_most=st.integers(1, 3), days=st.integers(1, 30))


def review_cycles() -> SearchStrategy[ReviewEvery]:
    """A medical contact every 1 to 4 months, rolling in two of three."""
    policies = st.sampled_from(("rolling", "rolling", "calendar"))
    return st.builds(ReviewEvery, months=st.integers(1, 4), policy=policies)


def review_gates() -> SearchStrategy[ReviewAfter]:
    """A medical review after 1 to 4 dosings, before the next one or at any time."""
    gates = st.sampled_from(("before-next", "any-time"))
    return st.builds(ReviewAfter, dosings=st.integers(1, 4), gate=gates)


def citations() -> SearchStrategy[Citation]:
    """Citations of any source, in any place of it."""
    return st.builds(Citation, source=texts(), where=texts())


def _some(words: Any) -> SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), unique=True, min_size=1, max_size=3).map(tuple)


_ROUTES: Final = (*ROUTES, LABELS[0])

_VALUES: Final[dict[type, SearchStrategy[Any]]] = {
    Bounds: bounds(),
    Frequency: frequencies(),
    ReviewEvery: review_cycles(),
    ReviewAfter: review_gates(),
    int: st.integers(1, 80),
    bool: st.just(True),
    tuple: st.lists(st.sampled_from(LABELS), unique=True, min_size=1, max_size=3).map(tuple),
}
_NARROWER: Final[dict[str, SearchStrategy[Any]]] = {
    "dosing_minutes": bounds(1, 200),
    "therapy_minutes": bounds(1, 200),
    "dosing_gap_days": bounds(0, 40),
    "integration_per_dosing": st.integers(1, 3),
    "initial_supply": st.integers(1, 4),
    "refill_supply": st.integers(1, 4),
    "dosing_places": st.sampled_from((("office",), ("remote",), ("office", "remote"))),
    "formats": st.sampled_from((("individual",), ("group",), ("individual", "group"))),
    "minimum_age": st.integers(0, 60),
    "routes": _some(_ROUTES),
}


def _limit(spec: LimitSpec | str) -> LimitSpec:
    """A limit, or the one that has a name."""
    if isinstance(spec, str):
        check_choice(spec, "spec", LIMIT_OF_NAME)
        return LIMIT_OF_NAME[spec]
    check_instance(spec, "spec", LimitSpec)
    return spec


def limit_values(spec: LimitSpec | str) -> SearchStrategy[Any]:
    """Values that one limit may have, within what is usual or somewhat beyond.

    Args:
        spec: The limit, of ``kap_model.limits.LIMITS``, or its name.

    Raises:
        InvalidValue: There is no such limit.
    """
    limit = _limit(spec)
    return _NARROWER.get(limit.name, _VALUES[limit.cls])


def settings(spec: LimitSpec | str | None = None, dated: bool = False) -> SearchStrategy[Setting]:  # noqa: FBT001, FBT002 - reads as a switch
    """One line of a protocol for one limit, half of them off.

    Args:
        spec: The limit, of ``kap_model.limits.LIMITS``, or its name; absent: any.
        dated: Whether half of the lines have a date, of :data:`TELLING_DATES`.

    Raises:
        InvalidValue: There is no such limit.
    """
    if spec is None:
        return st.sampled_from(LIMITS).flatmap(lambda known: settings(known, dated))
    since = st.none() | st.sampled_from(TELLING_DATES) if dated else st.none()
    return st.builds(
        Setting,
        limit=st.just(_limit(spec).name),
        value=limit_values(spec) | st.just(OFF),
        since=since,
        citation=citations(),
    )


def _of_usual(spec: UsualSpec) -> SearchStrategy[Any]:
    if spec.is_pace:
        days = st.integers(1, 40)
        return days | days.map(pace_of)
    if spec.name.startswith("minutes."):
        return st.integers(1, 200)
    return st.integers(spec.lowest, 12)


@st.composite
def usual_values(draw: st.DrawFn, dated: bool = True) -> UsualValue:  # noqa: FBT001, FBT002 - reads as a switch
    """One line of what is usual, one in six of them off.

    ``dated`` says whether half of the lines have a date, of :data:`TELLING_DATES`.
    """
    spec = draw(st.sampled_from(USUALS))
    return UsualValue(
        name=spec.name,
        value=OFF if draw(st.integers(0, 5)) == 0 else draw(_of_usual(spec)),
        since=draw(st.none() | st.sampled_from(TELLING_DATES)) if dated else None,
        citation=draw(citations()),
    )


@st.composite
def selectors(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS, ordinal: bool = True) -> Selector:  # noqa: FBT001, FBT002 - reads as a switch
    """Which sessions of some kinds: in half of the draws no more than the kinds.

    Args:
        draw: Given by Hypothesis.
        kinds: The kinds that it may name.
        ordinal: Whether it may select by number.
    """
    chosen = draw(_some(kinds))
    if draw(st.booleans()):
        return Selector(chosen)
    said: dict[str, Any] = {"place": draw(st.none() | _some(PLACES))}
    for name, words in (("format", FORMATS), ("level", LABELS), ("route", _ROUTES)):
        if set(KINDS_WITH[name]) & set(chosen):
            said[name] = draw(st.none() | _some(words))
    said["phase"] = draw(st.none() | st.sampled_from(PHASES))
    if ordinal and draw(st.booleans()):
        said[draw(st.sampled_from(ORDINALS))] = draw(st.integers(1, 4))
    return Selector(chosen, **said)


def _ends(highest: int = 12) -> SearchStrategy[dict[str, Any]]:
    """``min`` and ``max``, either or both."""
    return bounds(0, highest).map(lambda made: {"min": made.min, "max": made.max})


@st.composite
def windows(draw: st.DrawFn) -> Within:
    """Windows of 0 to 12 hours, days, weeks or months, either end open or not."""
    unit: Unit = draw(st.sampled_from(UNITS))
    return Within(unit=unit, **draw(_ends()))


def _order(each: Selector, other: Selector, before: bool) -> Order:  # noqa: FBT001 - drawn
    return Order(each, before=other) if before else Order(each, after=other)


@st.composite
def _allows(draw: st.DrawFn) -> Allow:
    field = draw(st.sampled_from(ALLOWED_FIELDS))
    of = draw(selectors(KINDS_WITH.get(field, KINDS)))
    words: Any = _ROUTES if field == "route" else WORDS_OF.get(field, LABELS)
    return Allow(of, field, draw(_some(words)))


@st.composite
def _knowns(draw: st.DrawFn) -> Known:
    field = draw(st.sampled_from(KNOWN_FIELDS))
    of = draw(selectors(KINDS if field == "clinician" else ("dosing",)))
    return Known(of, field, by=draw(st.sampled_from(BY)))


@st.composite
def _recurs(draw: st.DrawFn) -> Recur:
    given: dict[str, Any] = {"while_": draw(selectors())} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        months = draw(st.sampled_from(sorted(PARTS)))
        return Recur(draw(selectors()), months, policy="calendar", **given)
    return Recur(draw(selectors()), draw(st.integers(1, 12)), **given)


@st.composite
def _lengths(draw: st.DrawFn) -> Length:
    if draw(st.booleans()):
        return Length(draw(selectors()), **draw(_ends(200)))
    minutes = st.lists(st.integers(1, 200), unique=True, min_size=1, max_size=3)
    return Length(draw(selectors()), one_of=draw(minutes))


@st.composite
def _distances(draw: st.DrawFn) -> RuleForm:
    ends, from_ = draw(_ends()), draw(selectors())
    if draw(st.booleans()):
        unit: Unit = draw(st.sampled_from(UNITS_OF_DATES))
        return Span(from_, draw(st.none() | selectors()), unit=unit, **ends)
    others = tuple([str(kind) for kind in KINDS if kind not in from_.kind])
    numbered = bool(others) and draw(st.booleans())
    to = selectors(others) if numbered else selectors(ordinal=False)
    return Space(from_, draw(st.none() | to), unit=draw(st.sampled_from(UNITS)), **ends)


@st.composite
def _counts(draw: st.DrawFn) -> Count:
    before = draw(st.none() | selectors())
    summed = draw(st.sampled_from(SUMS))
    return Count(draw(selectors()), before=before, sum=summed, **draw(_ends()))


def rule_forms() -> SearchStrategy[RuleForm]:
    """What a house rule asks, of each of the eleven forms."""
    within = st.none() | windows()
    number = st.integers(0, 3)
    return st.one_of(
        _counts(),
        st.builds(_order, selectors(), selectors(), st.booleans()),
        st.builds(
            Precede,
            selectors(),
            selectors(),
            min=number,
            back_to=st.sampled_from(BACK_TO),
            within=within,
        ),
        st.builds(
            Follow,
            selectors(),
            selectors(),
            min=number,
            until=st.sampled_from(UNTIL),
            within=within,
        ),
        _distances(),
        st.builds(Rate, selectors(), max=st.integers(1, 3), days=st.integers(1, 30)),
        _lengths(),
        _allows(),
        _knowns(),
        _recurs(),
    )


@st.composite
def house_rules(draw: st.DrawFn, dated: bool = True) -> HouseRule:  # noqa: FBT001, FBT002 - reads as a switch
    """One line of a house rule, ``HOUSE-1`` to ``HOUSE-4``, one in six of them off.

    ``dated`` says whether half of the lines have a date, of :data:`TELLING_DATES`.
    """
    since = draw(st.none() | st.sampled_from(TELLING_DATES)) if dated else None
    id, citation = f"HOUSE-{draw(st.integers(1, 4))}", draw(citations())
    if draw(st.integers(0, 5)) == 0:
        return HouseRule(id, OFF, since=since, citation=citation)
    form = draw(rule_forms())
    severity: SearchStrategy[Any] = st.sampled_from(SEVERITIES)
    if form.sided:
        severity |= st.fixed_dictionaries(dict.fromkeys(SIDES, severity))
    said = {name: draw(st.none() | texts()) for name in ("says", "why", "action")}
    return HouseRule(id, form, severity=draw(severity), since=since, citation=citation, **said)


def _selected_by(rule: HouseRule, name: str) -> set[str]:
    """The labels of a field, such as ``level``, that a house rule selects by."""
    if not isinstance(rule.form, RuleForm):
        return set()
    values = [getattr(rule.form, each.name) for each in attrs.fields(type(rule.form))]
    chosen = [getattr(value, name) for value in values if isinstance(value, Selector)]
    return {label for labels in chosen for label in labels or ()}


def _are_known(rule: HouseRule, lines: tuple[Setting, ...]) -> bool:
    """Whether the labels that a house rule selects by are such as these lines of limits know."""
    for name, limit in LIMITS_SELECTED_BY.items():
        said = [line.value for line in lines if line.limit == limit]
        known = {label for one in said for label in one}
        if said and OFF not in said and not _selected_by(rule, name) <= known:
            return False
    return True


@st.composite
def _house(
    draw: st.DrawFn,
    dated: bool,  # noqa: FBT001 - reads as a switch
    lines: tuple[Setting, ...],
) -> list[HouseRule]:
    """House rules beside these lines of limits, each once on a date, of labels that they know."""
    drawn = draw(st.lists(house_rules(dated), max_size=5))
    fitting = [rule for rule in drawn if _are_known(rule, lines)]
    return list({(rule.id, rule.since): rule for rule in fitting}.values())


@st.composite
def protocols(draw: st.DrawFn, dated: bool = True, house: bool = False) -> CareProtocol:  # noqa: FBT001, FBT002 - read as switches
    """Any protocol: a built-in one, or any choice of limits, severities and usual values.

    The choice starts from a built-in protocol or from nothing. Many allow no course at all.
    ``dated`` says whether lines may have dates, of :data:`TELLING_DATES`; ``house`` whether there
    may be house rules, which no verb of planning follows yet.
    """
    base = draw(st.none() | st.sampled_from(PRACTICES))
    if base is not None and draw(st.booleans()):
        return base.protocol
    lines: dict[tuple[str, dt.date | None], Setting] = {}
    for spec in draw(st.lists(st.sampled_from(LIMITS), max_size=30)):
        line = draw(settings(spec, dated=dated))
        lines[line.limit, line.since] = line
    nothing = CareProtocol(id="own") if base is None else base.protocol
    limited = nothing.extended("own", settings=lines.values())
    rules = draw(_house(dated, limited.settings)) if house else []
    named = sorted({*RULE_OF_ID, *(rule.id for rule in rules)})
    words = st.sampled_from(SEVERITIES)
    sided = {rule.id for rule in rules if isinstance(rule.form, RuleForm) and rule.form.sided}
    severities: dict[str, Any] = draw(st.dictionaries(st.sampled_from(named), words, max_size=3))
    for rule in sorted(severities.keys() & (SIDED | sided)):
        severities[rule] = draw(words | st.fixed_dictionaries(dict.fromkeys(SIDES, words)))
    typical = draw(st.lists(usual_values(dated), max_size=5)) if draw(st.booleans()) else []
    stated = {(line.name, line.since): line for line in typical}
    return limited.extended("own", rules=rules, severities=severities, usual=stated.values())


@st.composite
def waivers(draw: st.DrawFn) -> Waiver:
    """Any waiver of a rule of the catalogue, from a date of 2006 to 2028 on.

    Half of them end within 90 days; half name a plan, or sessions ``s0`` to ``s15``.
    """
    on = draw(st.dates(dt.date(2006, 1, 1), dt.date(2028, 12, 31)))
    ids = st.lists(st.sampled_from([f"s{n}" for n in range(16)]), unique=True, min_size=1)
    return Waiver(
        rule=draw(st.sampled_from(sorted(RULE_OF_ID))),
        plan=draw(st.none() | st.sampled_from(("plan", "p-1"))),
        sessions=draw(st.none() | ids),
        reason=draw(texts()),
        by="k-1",
        on=on,
        until=draw(st.none() | st.integers(0, 90).map(lambda days: on + dt.timedelta(days=days))),
    )
