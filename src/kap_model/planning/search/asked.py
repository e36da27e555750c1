"""What a search asks of a course: the forms of rules and of house rules, as watches."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any, Final

from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Rate
from kap_model.forms.facts import KNOWN_FIELDS, Allow, Known, Length
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import KINDS_WITH, Selector
from kap_model.forms.spacing import Space
from kap_model.limits import Limits
from kap_model.planning.search._counts import FactWatch
from kap_model.planning.search._distances import PartWatch, RecurWatch
from kap_model.planning.search._orders import FollowWatch, PrecedeWatch
from kap_model.planning.search._prices import PriceWatch
from kap_model.planning.search._watch import Picked, Watch
from kap_model.planning.search.problem import SearchProblem
from kap_model.planning.search.watches import watch_of
from kap_model.rules.catalogue import RULES
from kap_model.rules.dosing import CLOSE
from kap_model.sessions import NOBODY, Session

_ALL: Final = frozenset(KNOWN_FIELDS)


def selects(selector: Selector, kind: str, fields: Any) -> bool:
    """Whether a selector's base selects a session of a kind with such fields."""
    if kind not in selector.kind or selector.phase == "maintenance":
        return False
    for name in ("place", "format", "level", "route"):
        words = getattr(selector, name, None)
        if words is not None:
            value = fields(name) if kind in KINDS_WITH.get(name, (kind,)) else None
            if value not in words:
                return False
    return True


def is_broken(form: Length | Allow | Known, fields: Any, facts: frozenset[str] = _ALL) -> bool:
    """Whether a session that a form selects is not as it asks.

    Args:
        form: One that asks something of each session by itself.
        fields: Gives a session's fields by name.
        facts: The fields that have to be stated by its start.
    """
    if isinstance(form, Length):
        return not form.holds(fields("minutes"))
    if isinstance(form, Allow):
        value = fields(form.field)
        return value is not None and value not in form.values
    value = fields(form.field)
    if value is None:
        return form.by == "start" and form.field in facts
    return value is False or value == NOBODY


def _field(session: Session, name: str) -> Any:
    if name == "role":
        return session.clinician and session.clinician.role
    return getattr(session, name, None)


@lru_cache(maxsize=1024)
def _unnumbered(selector: Selector) -> Selector:
    """What a selector says of a session itself: without phase and number."""
    names = ("place", "format", "level", "route")
    said = {name: getattr(selector, name) for name in names}
    return Selector(selector.kind, **said)


class WatchList:
    """The watches of one problem, and the bits of the selectors that they share."""

    def __init__(self, problem: SearchProblem) -> None:
        self.problem = problem
        self._bits: dict[Selector, int] = {}
        self._broken: dict[Any, int] = {}
        self.watches: list[Watch] = []
        for rule, form in problem.rules:
            known = frozenset(names for one, names in problem.known if one == rule)
            watch = watch_of(form, self._picked, known)
            if isinstance(watch, FactWatch):
                watch.broken = self._broken.setdefault(form, 2 << 2 * len(self._broken))
            if watch is not None and (problem.owed is None or not isinstance(form, Recur)):
                self._bound(watch)
                watch.place = len(self.watches)
                self.watches.append(watch)
        if problem.prices is not None:
            self.watches.append(PriceWatch(problem.prices, self._picked, frozenset()))
            self.watches[-1].place = len(self.watches) - 1
        facts = problem.facts
        self.marks = [self._marks(one.kind, one.field, facts) for one in problem.choices]
        self.marks_of = {
            one.id: self._marks(one.kind, partial(_field, one), frozenset())
            for one in problem.booked
        }
        self.later = 0
        """The selectors of which more may come to be wanted after a booked session."""
        for watch in self.watches:
            if isinstance(watch, FollowWatch | PrecedeWatch):
                self.later |= watch.by.bit
            elif isinstance(watch, RecurWatch | PartWatch):
                self.later |= watch.of.bit

    def _picked(self, selector: Selector) -> Picked:
        bit = self._bits.setdefault(_unnumbered(selector), 1 << 2 * len(self._bits))
        return Picked(selector, bit)

    def _bound(self, watch: Watch) -> None:
        """Tell a watch what is history, and whom a course that is halted still owes something."""
        if isinstance(watch, RecurWatch | PartWatch):
            watch.today = self.problem.since_day
        if self.problem.owed is None:
            return
        watch.owed = frozenset()
        if isinstance(watch, FollowWatch) and not watch.ever:
            by = watch.form.by.kind
            watch.owed = self.problem.owed if by == ("integration",) else frozenset()

    def _marks(self, kind: str, fields: Any, facts: frozenset[str]) -> int:
        marks = sum(bit for base, bit in self._bits.items() if selects(base, kind, fields))
        for form, bit in self._broken.items():
            if kind in form.of.kind and is_broken(form, fields, facts):
                marks |= bit
        return marks

    def pace(self) -> int:
        """The days from one dosing to the next that rules ask for, at least."""
        plain = Selector("dosing")
        found = [0]
        for _, form in self.problem.rules:
            if not isinstance(form, Space) or not form.min or form.from_ != plain:
                continue
            if form.to in (None, plain, Selector("dosing", phase="course")):
                factor = {"days": 1, "weeks": 7, "months": 28}.get(form.unit, 0)
                found.append(form.min * factor)
        return max(found)


@lru_cache(maxsize=64)
def forms_in(limits: Limits, *, spaced: bool = False) -> tuple[tuple[str, RuleForm], ...]:
    """The rules that a form says under limits, with it; of what sessions are like, others know.

    Args:
        limits: The limits.
        spaced: Whether dosings must not be close together, as no limit or house rule of the
            protocol says how far apart they are.
    """
    found = [
        (rule.id, form)
        for rule in RULES
        for form in rule.forms(limits)
        if not isinstance(form, Allow | Known | Length)
    ]
    if spaced:
        found.append(("DOSE-CLOSE", Rate("dosing", max=1, days=1)))
        found.append(("DOSE-CLOSE", Rate("dosing", max=CLOSE.at_most, days=CLOSE.days)))
    return tuple(found)
