"""What a rule returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from attrs import frozen

from kap_model._time import Moment
from kap_model._values import Value, check_choice
from kap_model.errors import refusal
from kap_model.protocol import SEVERITIES, Severity
from kap_model.rules._words import Words
from kap_model.sessions import Session

Nature: TypeAlias = Literal["violated", "unknown", "missing"]
NATURES: Final = ("violated", "unknown", "missing")


@frozen(repr=False)
class Breach(Value):
    """One way in which a plan does not keep a rule; the engine adds identity and citation.

    Attributes:
        nature: ``violated``; ``unknown``: a fact is missing that only a person can record;
            ``missing``: something has a window in which it can still come.
        sessions: The sessions concerned, in the order in which the rule names them.
        words: Makes the text from a :class:`Voice` and ``facts``, when it is read; a function
            at a module's top level.
        facts: What ``words`` is given.
        opens, closes: The window of something missing; ``None`` = no such edge.
        limit: The limit that is not kept; ``None`` = the first that the rule reads and is set.
        severity: The severity of this side of a two-sided rule; ``None`` = the rule's.
        fixed_severity: A severity that the rule's own text states, which no protocol overrides.
    """

    nature: Nature
    sessions: tuple[Session, ...]
    words: Callable[..., Words]
    facts: tuple[Any, ...] = ()
    opens: Moment | None = None
    closes: Moment | None = None
    limit: str | None = None
    severity: Severity | None = None
    fixed_severity: Severity | None = None

    def __attrs_post_init__(self) -> None:
        check_choice(self.nature, "nature", NATURES)
        if type(self.sessions) is not tuple:
            raise refusal("sessions", "must be a tuple of sessions")
        if not callable(self.words):
            raise refusal("words", "must be a function that makes Words")
        for path, severity in (
            ("severity", self.severity),
            ("fixed_severity", self.fixed_severity),
        ):
            if severity is not None:
                check_choice(severity, path, SEVERITIES)

    def __repr__(self) -> str:
        return f"<Breach {self.nature} {', '.join(session.id for session in self.sessions)}>"
