"""Which sessions may be added under house rules, and what house rules say that limits say too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import product
from math import inf
from typing import Any, Final, TypeVar, cast

import attrs

from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count, Rate
from kap_model.forms.facts import Allow, Known, Length
from kap_model.forms.house_rules import HouseRule
from kap_model.forms.ordering import Follow, Order, Precede
from kap_model.forms.selectors import KINDS_WITH, Selector
from kap_model.forms.spacing import Space, Span
from kap_model.limits import Bounds, Frequency, Limits
from kap_model.planning.new_sessions import (
    ANY_NUMBER,
    SessionFields,
    are_lawful,
    even_pace,
    is_supported,
    lawful_counts,
    lawful_minutes,
)
from kap_model.planning.search.asked import is_broken, selects
from kap_model.planning.search.problem import NewSession
from kap_model.planning.search.watches import selectors_of
from kap_model.rules.dosing import states_pace
from kap_model.sessions import (
    FORMATS,
    LONGEST_MINUTES,
    MEDICAL_KINDS,
    PLACES,
    RECORDED,
    ROUTES,
    Clinician,
)

T = TypeVar("T")

_ANY: Final[dict[str, Sequence[str]]] = {"level": ("low",), "route": ROUTES}
_DAYS_OF: Final = {"days": 1, "weeks": 7, "months": 28}
_PLAIN: Final = {kind: Selector(kind) for kind in ("preparation", "dosing", "integration")}
_TIMED: Final = {
    Selector("dosing"): "dosing_minutes",
    Selector(("preparation", "integration")): "therapy_minutes",
}
_COUNT_OF: Final = {
    "preparation": "preparation_count",
    "dosing": "dosing_count",
    "integration": "integration_count",
}


def forms_of(house: Iterable[HouseRule]) -> Iterator[tuple[str, RuleForm]]:
    """House rules in force as the search asks them: id and form."""
    for rule in house:
        yield rule.id, cast("RuleForm", rule.form)


@attrs.frozen(kw_only=True)
class Given:
    """What the caller gave for new sessions, which no rule changes.

    Attributes:
        kinds: The kinds whose length was given.
        place, support_person: Of the therapist's sessions, and at remote dosings.
        recorded: Whether people record whatever a rule asks to be known.
    """

    kinds: frozenset[str] = frozenset()
    place: str | None = None
    support_person: str | None = None
    recorded: bool = False


def choices_for(
    limits: Limits, forms: Sequence[RuleForm], fields: SessionFields, given: Given
) -> tuple[NewSession, ...]:
    """The sessions that may be added: of each kind the usual one, and those that rules ask for.

    Two that no rule tells apart are one choice: the more usual, and then the shorter.
    """
    found: list[NewSession] = []
    for kind, usual in fields.items():
        known: set[tuple[int, ...]] = set()
        its: list[NewSession] = []
        for new in _candidates(limits, forms, NewSession(kind, usual), given):
            told = tuple(_told(forms, new))
            if told not in known and not any(_never(form, new) for form in forms):
                known.add(told)
                its.append(new)
        found += its or [NewSession(kind, usual)]
    return tuple(found)


def _told(forms: Sequence[RuleForm], new: NewSession) -> Iterator[int]:
    """What rules tell of a session: whether selectors select it, and whether it breaks a form."""
    for form in forms:
        for selector in selectors_of(form):
            yield selects(selector, new.kind, new.field)
        if isinstance(form, Allow | Known | Length):
            yield is_broken(form, new.field)
        if isinstance(form, Count) and form.sum == "minutes":
            yield new.minutes


def _never(form: RuleForm, new: NewSession) -> bool:
    """Whether a form refuses a session, whatever its number."""
    if not isinstance(form, Allow | Known | Length) or form.of.has_ordinal:
        return False
    selected = selects(form.of, new.kind, new.field)
    return selected and is_broken(form, new.field)


def is_broken_at(form: Allow | Known | Length, new: NewSession, place: int) -> bool:
    """Whether a form refuses a session with a number among those of its kind.

    Only forms that select by number among all sessions of one kind are asked.
    """
    of = form.of
    if of.kind != (new.kind,) or of.base is not Selector(new.kind).base:
        return False
    return place - 1 in of.places_in(range(place)) and is_broken(form, new.field)


def told_apart(
    forms: Sequence[RuleForm], ways: Iterable[T], session: Callable[[T], NewSession]
) -> list[T]:
    """Of ways to hold a session, the first of those that no rule tells from each other."""
    found: dict[tuple[Any, ...], T] = {}
    lengths = [form.of for form in forms if isinstance(form, Count) and form.sum == "minutes"]
    for way in ways:
        new = session(way)
        if any(_never(form, new) for form in forms):
            continue
        counted = any(selects(of, new.kind, new.field) for of in lengths)
        told = (*_told(forms, new), new.minutes if counted else None)
        found.setdefault(told, way)
    return list(found.values())


def _candidates(
    limits: Limits, forms: Sequence[RuleForm], usual: NewSession, given: Given
) -> Iterator[NewSession]:
    kind = usual.kind
    its = [form for form in forms if any(kind in one.kind for one in selectors_of(form))]
    options = product(
        _persons(its, usual, given),
        _words(its, usual, "format", FORMATS, None),
        _words(its, usual, "place", PLACES, None if kind in MEDICAL_KINDS else given.place),
        _lengths(limits, its, usual, given),
        _stated(its, usual, "level", limits.dose_levels, given),
        _stated(its, usual, "route", limits.routes, given),
    )
    for person, its_format, place, minutes, level, route in options:
        fields: dict[str, Any] = {**usual.fields, "minutes": minutes, **level, **route}
        if its_format is not None:
            fields["format"] = its_format
        if place is not None:
            fields["place"] = place
        if person is not None:
            fields["support_person"] = person
        if place == "remote" and kind == "dosing" and given.support_person is not None:
            fields["support_person"] = given.support_person
        lawful = are_lawful(limits, {kind: fields}, [kind])
        if fields == usual.fields or (
            lawful and (kind != "dosing" or is_supported(limits, {kind: fields}))
        ):
            new = NewSession(kind, fields)
            yield with_facts(new, limits, its) if given.recorded else new


def _lengths(
    limits: Limits, forms: Iterable[RuleForm], usual: NewSession, given: Given
) -> list[int]:
    """The usual length, and those at which rules begin and end or that share what they ask for.

    First what is asked of each where all have to last so long together, else the usual one.
    """
    found, first = {usual.minutes}, usual.minutes
    bounds = lawful_minutes(limits, usual.kind)
    if usual.kind in given.kinds or bounds is None:
        return [first]
    for form in forms:
        if isinstance(form, Length):
            ends = [end for end in (form.min, form.max) if end]
            found.update(n for n in (*ends, *(form.one_of or ())) if bounds.holds(n))
        if isinstance(form, Count) and form.sum == "minutes":
            shares = _shares(form, limits, usual, bounds)
            found.update(shares)
            first = next(iter(shares), first)
    return sorted(found, key=lambda minutes: (minutes != first, minutes))


def _shares(form: Count, limits: Limits, usual: NewSession, bounds: Bounds) -> list[int]:
    """Lengths by which the fewest sessions reach what they are to last together, or stay in it."""
    counts = lawful_counts(limits)
    number = max(1, sum((counts.by_kind() if counts else {}).get(k, 0) for k in form.of.kind))
    longest = LONGEST_MINUTES if bounds.max is None else bounds.max
    least, most = form.min or 0, form.max
    bounds_of = [getattr(limits, _COUNT_OF.get(kind, ""), None) for kind in form.of.kind]
    ends = [given.max if given else None for given in bounds_of]
    highest = inf if None in ends else sum(end or 0 for end in ends)
    # Up to twice as many of the usual length do as well, where there may be so many.
    many = min(highest, 2 * number) if most is None else number
    if many * usual.minutes < least:
        even = -(-least // number)
        less = most is not None and bounds.holds(even - 1)
        return [min(even, longest), *([even - 1] if less else [])]
    if most is not None and number * usual.minutes > most and bounds.holds(most // number):
        return [max(1, most // number)]
    return []


def _stated(
    forms: Iterable[RuleForm],
    usual: NewSession,
    name: str,
    words: Sequence[str] | None,
    given: Given,
) -> list[dict[str, str]]:
    """No such fact, and each that a selector names, where people record whatever is asked."""
    if not given.recorded or usual.kind != "dosing":
        return [{}]
    named = [getattr(one, name) or () for form in forms for one in selectors_of(form)]
    found = dict.fromkeys(word for its in named for word in its if words is None or word in words)
    return [{}, *({name: word} for word in found)]


def _words(
    forms: Iterable[RuleForm],
    usual: NewSession,
    name: str,
    words: Iterable[str],
    given: str | None,
) -> list[str | None]:
    """No word beside the usual one, and the others where a rule asks for them."""
    if given is not None or usual.kind not in KINDS_WITH.get(name, (usual.kind,)):
        return [None]
    asked = any(
        getattr(selector, name) is not None for form in forms for selector in selectors_of(form)
    )
    asked = asked or any(isinstance(form, Allow) and form.field == name for form in forms)
    now = usual.field(name)
    return [None, *(word for word in words if word != now)] if asked else [None]


def _persons(forms: Iterable[RuleForm], usual: NewSession, given: Given) -> list[str | None]:
    asked = any(isinstance(form, Known) and form.field == "support_person" for form in forms)
    if usual.kind != "dosing" or not asked or given.support_person is None:
        return [None]
    return [None, given.support_person]


def with_facts(new: NewSession, limits: Limits, forms: Iterable[RuleForm]) -> NewSession:
    """A session with what rules ask to be known of it by its start, as people may record it."""
    forms = list(forms)
    for form in forms:
        asks = isinstance(form, Known) and form.by == "start" and new.field(form.field) is None
        if isinstance(form, Known) and asks and selects(form.of, new.kind, new.field):
            value = _fact(form.field, new, limits, forms)
            new = NewSession(new.kind, {**new.fields, form.field: value})
    return new


def _fact(name: str, new: NewSession, limits: Limits, forms: Sequence[RuleForm]) -> Any:
    """What people may record as a field of a session."""
    if name == "support_person":
        return RECORDED
    if name == "therapist_present":
        return True
    field = "role" if name == "clinician" else name
    words, roles = {"level": limits.dose_levels, "route": limits.routes}, _roles(new.kind, limits)
    found = roles if field == "role" else words[field] or _ANY[field]
    for form in forms:
        allows = isinstance(form, Allow) and selects(form.of, new.kind, new.field)
        if isinstance(form, Allow) and allows and form.field == field:
            found = [word for word in form.values if word in found] or form.values
    return Clinician(RECORDED, found[0]) if field == "role" else found[0]


def _roles(kind: str, limits: Limits) -> Sequence[str]:
    if kind in MEDICAL_KINDS:
        return limits.medical_roles or ("medical-provider",)
    return limits.therapist_roles or ("therapist",)


# A house rule that asks what a limit can ask shapes counts, paces and bounds as that limit does.
# The rule itself is asked by the search all the same: what is folded in only says beforehand how
# many sessions there have to be at least, and at which pace to begin.
def folded(limits: Limits, forms: Iterable[RuleForm]) -> Limits:
    """Limits with what house rules say of plain kinds."""
    changed: dict[str, Any] = {}

    def now(name: str) -> Any:
        return changed.get(name, getattr(limits, name))

    for form in forms:
        for name, value in _as_limits(form):
            before = now(name)
            if isinstance(value, Bounds):
                changed[name] = _both(before, value)
            elif isinstance(value, Frequency):
                slower = before is None or even_pace(value) > even_pace(before)
                changed[name] = value if slower else before
            else:
                changed[name] = value if before is None else max(before, value)
    least = (now("dosing_count") or ANY_NUMBER).min or 0
    for form in forms:
        longest = _longest(form)
        if longest is not None and least > 1:
            pace = Bounds(None, max(1, longest // (least - 1)))
            changed["dosing_gap_days"] = _both(now("dosing_gap_days"), pace)
    return attrs.evolve(limits, **changed) if changed else limits


def _both(one: Bounds | None, other: Bounds) -> Bounds:
    """What keeps both; where nothing does, the search finds that out."""
    if one is None:
        return other
    lows = [end for end in (one.min, other.min) if end is not None]
    highs = [end for end in (one.max, other.max) if end is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and low > high:
        return one
    return Bounds(low, high)


def _is_plain(selector: Selector | None, kind: str) -> bool:
    return selector is not None and attrs.evolve(selector, phase=None) == _PLAIN[kind]


def _as_limits(form: RuleForm) -> Iterator[tuple[str, Any]]:
    """The limits that say what a form says, or a part of it."""
    match form:
        case Count(sum="sessions"):
            yield from _as_counts(form)
        case Follow(until="next") if _is_plain(form.each, "dosing") and form.min:
            if _is_plain(form.by, "integration"):
                yield "integration_per_dosing", form.min
        case Order() if _is_plain(form.each, "integration") and _is_plain(form.after, "dosing"):
            yield "integration_after_dosing", True
        case Precede() if form.min and form.by == Selector("consultation"):
            if form.each.kind == ("medical-evaluation",):
                yield "consultation_first", True
        case Length(one_of=None) if form.of in _TIMED:
            yield _TIMED[form.of], Bounds(form.min, form.max)
        case Rate() if _is_plain(form.of, "dosing"):
            yield "dosing_frequency", Frequency(form.max, form.days)
        case Space() if _is_plain(form.from_, "dosing"):
            yield from _as_gaps(form)


def _as_counts(form: Count) -> Iterator[tuple[str, Bounds]]:
    for kind, name in _COUNT_OF.items():
        before = _is_plain(form.before, "dosing")
        whole = before if kind == "preparation" else form.before is None
        if _is_plain(form.of, kind) and whole:
            yield name, Bounds(form.min, form.max)


def _as_gaps(form: Space) -> Iterator[tuple[str, Bounds]]:
    days = {"days": 1, "weeks": 7}.get(form.unit)
    if days is not None and (form.to is None or _is_plain(form.to, "dosing")):
        ends = [None if end is None else end * days for end in (form.min, form.max)]
        yield "dosing_gap_days", Bounds(*ends)


def _longest(form: RuleForm) -> int | None:
    """The days within which a form asks for all dosings."""
    if not isinstance(form, Span) or form.max is None or not _is_plain(form.from_, "dosing"):
        return None
    whole = form.to is None or _is_plain(form.to, "dosing")
    return form.max * _DAYS_OF[form.unit] if whole else None


def unfolded(forms: Iterable[RuleForm]) -> list[RuleForm]:
    """The forms of which limits say nothing."""
    return [form for form in forms if next(_as_limits(form), None) is None]


def is_spaced(limits: Limits, house: Sequence[HouseRule]) -> bool:
    """Whether dosings must not be close together, as nothing says how far apart they are."""
    return not states_pace(limits, tuple(house))


def names_of(house: Iterable[HouseRule]) -> tuple[str, ...]:
    """The ids of house rules, for the smallest conflict."""
    return tuple([rule.id for rule in house])


def only(house: Iterable[HouseRule], names: Collection[str]) -> tuple[HouseRule, ...]:
    """The house rules of some ids."""
    return tuple([rule for rule in house if rule.id in names])


_LENGTHS: Final = "; of lengths only those were tried that are usual, or that share minutes evenly"
_NUMBERS: Final = "; no session was added only so that another one has another number"
_BETWEEN: Final = "; no session was added only so that two others are nearer to each other"


def left_out_of(house: Iterable[HouseRule]) -> str:
    """What a search does not look for under house rules, as the end of a reason."""
    forms = [form for _, form in forms_of(house)]
    numbered = any(one.has_ordinal for form in forms for one in selectors_of(form))
    spaced = any(isinstance(form, Space) and form.max is not None for form in forms)
    shared = any(isinstance(form, Count) and form.sum == "minutes" for form in forms)
    return _NUMBERS * numbered + _BETWEEN * spaced + _LENGTHS * shared
