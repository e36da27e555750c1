"""Sources and citations: who says so, and where."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from kap_model._values import Value, check_text
from kap_model.errors import refusal


@frozen
class Citation(Value):
    """The place that a limit, a rule or a fact comes from.

    Attributes:
        source: The document, as a reader would look for it.
        where: The step, section or paragraph in it.
    """

    source: str = field()
    where: str = field()

    def __attrs_post_init__(self) -> None:
        check_text(self.source, "source")
        check_text(self.where, "where")

    def __str__(self) -> str:
        return f"{self.source}, {self.where}"

    def to_dict(self) -> dict[str, str]:
        """The citation as documents and reports carry it."""
        return {"source": self.source, "where": self.where}


def check_citation(value: object, path: str) -> None:
    """Refuse anything but a citation."""
    if type(value) is not Citation:
        raise refusal(path, "must be a Citation")


@frozen
class Source:
    """A document that can be cited: ``KINGSLEY_PAGE["step 4"]``."""

    title: str

    def __getitem__(self, where: str) -> Citation:
        return Citation(self.title, where)


PRESCRIBER_QUESTIONS: Final = Source(
    "Journey Clinical help center for prescribers, article 20921437299348: operational questions"
)
"""Of the medical partner of both practices; read as a stored copy in November 2026."""
BRIEF: Final = Source("kap_model brief")
CONTRACT: Final = Source("kap_model rule reference")
BOTH_PAGES: Final = Source("Both practice pages, the widest span")
KINGSLEY_PAGE: Final = Source("Kingsley practice page on ketamine-assisted therapy")
REGROUNDING_PAGE: Final = Source(
    "Regrounding Therapy practice page on ketamine-assisted psychotherapy"
)
