"""What the eleven forms share: a word in documents, findings, a sentence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

from kap_model._values import Value

if TYPE_CHECKING:
    from kap_model.course import Course
    from kap_model.limits import Limits
    from kap_model.rules._rule import Breach


@frozen
class RuleForm(Value, ABC):
    """One way in which a course can be asked for something; construct one of the eleven."""

    form: ClassVar[str]
    """Its word in documents."""
    sided: ClassVar[bool] = False
    """Whether it can be broken on two sides, below and above, each with a severity."""

    @abstractmethod
    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """Where a course does not keep it, in the order of visiting; pure."""

    @property
    @abstractmethod
    def says(self) -> str:
        """What it asks, in one sentence with its figures."""
