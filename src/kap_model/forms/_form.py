"""What the eleven forms share: a word in documents, findings, a sentence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import attrs
from attrs import frozen

from kap_model._values import Value
from kap_model.breach import Breach, Scalar
from kap_model.course import Course
from kap_model.forms.selectors import Selector
from kap_model.forms.wording import one_of
from kap_model.limits import Limits

if TYPE_CHECKING:
    from kap_model.forms.distances import Unit

RuleFunction: TypeAlias = Callable[[Course, Limits], list[Breach]]
"""From a course and the limits in force to breaches."""


@frozen
class RuleForm(Value, ABC):
    """One way in which a course can be asked for something; construct one of the eleven."""

    form: ClassVar[str]
    """Its word in documents."""
    sided: ClassVar[bool] = False
    """Whether it can be broken on two sides, below and above, each with a severity."""

    @property
    def paces_dosings(self) -> bool:
        """Whether it says how close dosings may be to each other."""
        return False

    @abstractmethod
    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """Where a course does not keep it, in the order of visiting; pure."""

    @abstractmethod
    def bound(self) -> RuleFunction:
        """As :meth:`find`, prepared for many courses.

        It first compares facts of the plan, each worked out once, with the form's figures, and
        goes through the sessions only where they say that something is to be found.
        """

    @property
    @abstractmethod
    def says(self) -> str:
        """What it asks, in one sentence with its figures."""

    @abstractmethod
    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether who keeps another form surely keeps this one; ``None`` = nothing is asked.

        In every course in which this one finds something, the other finds something too, on the
        same side. Where that cannot be told, the answer is no.
        """

    def figures(self, *names: str) -> dict[str, Scalar]:
        """Its word and its parameters of these names, for software; selectors in words."""
        return {"form": self.form, **{name: _figure(getattr(self, name)) for name in names}}

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """The selectors of all sessions that its answer depends on."""
        return _selectors_of(self)

    @property
    def distances(self) -> tuple[tuple[int, Unit], ...]:
        """How far a session may stand from another where its answer changes."""
        return ()

    @property
    def ended_by(self) -> Selector | None:
        """What ends something missing; ``None`` = no session does."""
        return None

    def stays(self, missing: Breach, after: Breach) -> bool:
        """Whether something missing is still missing, as much as before, after a session more."""
        return (missing.sessions, missing.facts) == (after.sessions, after.facts)


def _figure(value: Any) -> Scalar:
    if isinstance(value, Selector):
        return one_of(value)
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    scalar: Scalar = value
    return scalar


@lru_cache(maxsize=1024)
def _selectors_of(form: RuleForm) -> tuple[Selector, ...]:
    values = [getattr(form, a.name) for a in attrs.fields(type(form))]
    return tuple([value for value in values if isinstance(value, Selector)])
