"""Next steps as values, and what each says to a person: what to do and when, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NoReturn, TypeAlias

from attrs import field, frozen

from kap_model._doors import HasPage, HasText
from kap_model._time import DayEdge, Instant, Moment, Zone, spoken_day, zone
from kap_model._values import (
    Value,
    as_rows,
    as_tuple,
    check_choice,
    check_identifier,
    check_instance,
    check_integer,
)
from kap_model.breach import listed
from kap_model.errors import refusal
from kap_model.forms.selectors import Selector
from kap_model.forms.wording import numbered, one_of, with_article
from kap_model.plan import MOST_SESSIONS
from kap_model.planning.results import in_catalogue_order
from kap_model.report import Finding, ProtocolSource
from kap_model.sessions import KINDS, Kind, Session
from kap_model.timeline import MedicalContact, PlanState

Do: TypeAlias = Literal["cancel", "tell", "record", "book", "attend"]
DOES: Final[tuple[Do, ...]] = ("cancel", "tell", "record", "book", "attend")
"""What a person can be told to do; where two steps are due at once, in this order."""
Urgency: TypeAlias = Literal["stopped", "overdue", "today", "week", "later"]
URGENCIES: Final[tuple[Urgency, ...]] = ("stopped", "overdue", "today", "week", "later")


def _rules(values: Iterable[str]) -> tuple[str, ...]:
    rules = as_tuple(values, "rules")
    for rule in rules:
        check_identifier(rule, "rules")
    return in_catalogue_order(rules)


def _findings(values: Iterable[Finding]) -> tuple[Finding, ...]:
    return as_rows(values, "findings", Finding)


def _concerns(values: Iterable[Session]) -> tuple[Session, ...]:
    return as_tuple(values, "concerns")


def _helps(values: Iterable[Finding]) -> tuple[Finding, ...]:
    return as_rows(values, "helps", Finding)


def _contacts(values: Iterable[tuple[str, Moment]]) -> tuple[tuple[str, Moment], ...]:
    return as_tuple(values, "contacts")


@frozen(kw_only=True, repr=False)
class Step(Value):
    """One thing that a person does next.

    Attributes:
        do: ``cancel`` sessions that are booked; ``tell`` the medical provider of dosings that were
            held; ``record`` facts that only people have; ``book`` appointments; ``attend`` a
            session that is booked and not over.
        kind: The kind of session; ``None`` on a record that concerns none.
        wanted: How an appointment is to be held, where that matters: place, format, level, route.
        number: How many appointments are booked, or how many sessions are canceled or told of.
        earliest: The first instant, in seconds since 1970 UTC, at which a session of that kind
            may lawfully start, or does start; ``None`` where something else has to come first, and
            on what is no appointment.
        due: The edge by which it is wanted: an instant, or a day's edge; ``None`` = at any time.
            The date that was missed, where the step is overdue.
        required: Whether something asks for it; an optional step is merely allowed.
        urgency: ``stopped``: it comes first, for treatment stops or waits; ``overdue``; ``today``;
            ``week``: within seven days; ``later``.
        earliest_rules: The rules that bind the earliest start: those that a start a minute
            before would break; none where ``as_of`` binds. Where there is no earliest start, the
            rules that stand in its way.
        due_rules: The rules that ask for it.
        concerns: The sessions concerned: those to cancel, to attend, to record; the dosing that
            lacks an integration.
        findings: What of the plan's report it ends: taken anywhere in its window, it ends each.
        helps: The findings that it ends together with other steps, or only at some times of its
            window.
        contacts: Medical contacts to come that it is, as pairs of the rule and the due date.
        pace: On a new dosing, how far it should be from others.
        because: Why, where no finding says so.
        timezone: The plan's zone.
    """

    do: Do
    kind: Kind | None = None
    wanted: Selector | None = None
    number: int = 1
    earliest: Instant | None = None
    due: Moment | None = None
    required: bool = True
    urgency: Urgency = "later"
    earliest_rules: tuple[str, ...] = field(default=(), converter=_rules)
    due_rules: tuple[str, ...] = field(default=(), converter=_rules)
    concerns: tuple[Session, ...] = field(default=(), converter=_concerns)
    findings: tuple[Finding, ...] = field(default=(), converter=_findings)
    helps: tuple[Finding, ...] = field(default=(), converter=_helps)
    contacts: tuple[tuple[str, Moment], ...] = field(default=(), converter=_contacts)
    pace: str | None = None
    because: str | None = None
    timezone: str

    def __attrs_post_init__(self) -> None:
        check_choice(self.do, "do", DOES)
        check_choice(self.urgency, "urgency", URGENCIES)
        if self.kind is not None or self.do != "record":
            check_choice(self.kind, "kind", KINDS)
        if self.wanted is not None:
            check_instance(self.wanted, "wanted", Selector)
        check_integer(self.number, "number", 1, MOST_SESSIONS)
        for index, session in enumerate(self.concerns):
            check_instance(session, f"concerns[{index}]", Session)
        if self.do == "attend" and len(self.concerns) != 1:
            raise refusal("concerns", "must be the session to attend")
        self._check_moments()
        if type(self.required) is not bool:
            raise refusal("required", "must be true or false")
        for path in ("pace", "because"):
            if type(getattr(self, path)) not in (str, type(None)):
                raise refusal(path, "must be text")
        zone(self.timezone)

    def _check_moments(self) -> None:
        if self.earliest is not None and type(self.earliest) is not Instant:
            raise refusal("earliest", "must be an instant")
        for path, due in (("due", self.due), *[("contacts", due) for _, due in self.contacts]):
            if due is not None and type(due) not in (int, Instant, DayEdge):
                raise refusal(path, "must be an instant or a day's edge")

    @property
    def sessions(self) -> tuple[str, ...]:
        """The ids of the sessions concerned."""
        return tuple([session.id for session in self.concerns])

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that bind either end, in catalogue order, then house rules."""
        return in_catalogue_order((*self.earliest_rules, *self.due_rules))

    @property
    def message(self) -> str:
        """What to do and when, in one sentence."""
        return message_of(self)

    @property
    def why(self) -> str:
        """Why, in one line; empty where there is no more to say."""
        return why_of(self)

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON values."""
        where = zone(self.timezone)
        return {
            "do": self.do,
            "kind": self.kind,
            "wanted": _held(self.wanted),
            "number": self.number,
            "sessions": list(self.sessions),
            "earliest": None if self.earliest is None else where.text(self.earliest),
            "due": None if self.due is None else where.moment_text(self.due),
            "urgency": self.urgency,
            "required": self.required,
            "rules": list(self.rules),
            "earliest_rules": list(self.earliest_rules),
            "due_rules": list(self.due_rules),
            "message": self.message,
            "why": self.why,
            "pace": self.pace,
            "findings": [finding.to_dict() for finding in self.findings],
            "helps": [finding.to_dict() for finding in self.helps],
            "contacts": [
                {"rule": rule, "due": where.moment_text(due)} for rule, due in self.contacts
            ],
        }

    def __repr__(self) -> str:
        return f"<Step {' '.join(filter(None, [self.do, self.kind, ', '.join(self.rules)]))}>"


def _steps(values: Iterable[Step]) -> tuple[Step, ...]:
    return as_rows(values, "steps", Step)


@frozen(kw_only=True, repr=False)
class NextSteps(Value, HasText, HasPage):
    """What comes next in a course.

    Attributes:
        plan: The plan's id.
        protocol: The protocol's id.
        protocol_source: Whether the protocol came as an argument, from the plan's own name of
            it, or by default.
        timezone: The plan's zone.
        instant: ``as_of`` in seconds since 1970 UTC.
        state: The plan's: ``active``, ``completed`` or ``discontinued``.
        stopped_by: The medical session that found the client not eligible or stopped treatment.
        steps: What stops first, then what is overdue, then by due; optional ones last.
        findings: What the plan violates already; only what is canceled may undo it.
    """

    plan: str
    protocol: str
    protocol_source: ProtocolSource
    timezone: str
    instant: Instant
    state: PlanState = "active"
    stopped_by: MedicalContact | None = None
    steps: tuple[Step, ...] = field(default=(), converter=_steps)
    findings: tuple[Finding, ...] = field(default=(), converter=_findings)

    @property
    def halted(self) -> bool:
        """Whether the medical partner found the client ineligible or stopped treatment."""
        return self.stopped_by is not None

    @property
    def required(self) -> tuple[Step, ...]:
        """The steps that something asks for."""
        return tuple(step for step in self.steps if step.required)

    @property
    def optional(self) -> tuple[Step, ...]:
        """The steps that are merely allowed."""
        return tuple(step for step in self.steps if not step.required)

    @property
    def headline(self) -> str | None:
        """That treatment is stopped and by whom, or that it has ended; else ``None``."""
        if self.stopped_by is not None:
            by = self.stopped_by
            did = (
                "found this client not eligible"
                if by.kind == "medical-evaluation"
                else "stopped treatment"
            )
            day = spoken_day(zone(self.timezone).day(by.begins))
            return f"STOP. The medical provider {did} ({by.id}, {day})."
        return None if self.state == "active" else f"Treatment has ended: the plan is {self.state}."

    def to_dict(self) -> dict[str, Any]:
        """The steps as JSON values."""
        return {
            "plan": self.plan,
            "protocol": self.protocol,
            "protocol_source": self.protocol_source,
            "as_of": zone("UTC").text(self.instant),
            "state": self.state,
            "halted": self.halted,
            "stopped_by": None if self.stopped_by is None else self.stopped_by.id,
            "headline": self.headline,
            "steps": [step.to_dict() for step in self.steps],
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __bool__(self) -> NoReturn:
        raise TypeError("NextSteps is neither true nor false; ask len(next_steps.steps)")

    def __repr__(self) -> str:
        return f"<NextSteps of {self.plan}: {len(self.steps)} steps>"


_KINDS: Final = {
    "consultation": "consultation",
    "medical-evaluation": "medical evaluation",
    "preparation": "preparation",
    "dosing": "dosing",
    "integration": "integration",
    "medical-review": "medical follow-up",
}
"""The kinds of session as a clinician calls them."""
_PLACES: Final = {"office": "in person", "remote": "by telehealth"}
_SETTLES: Final = {
    "SCREEN-FIRST": "consultation before {0}",
    "MED-CLEAR": "medical clearance for {0}",
    "PREP-COUNT": "preparation before {0}",
    "PREP-AFTER-SUPPLY": "medicine before {0}",
    "SUPPLY-BALANCE": "medicine for {0}",
    "REFILL-REVIEW": "follow-up before the refill",
    "SUPPLY-ISSUED": "medical clearance before medicine is issued",
    "DOSE-COUNT": "the number of dosings that the protocol asks for",
    "INTEG-EACH": "integration after {0}",
    "INTEG-ORDER": "dosing before {0}",
    "INTEG-COUNT": "the number of integrations that the protocol asks for",
    "REVIEW-AFTER": "follow-up before {0}",
}
"""What a visit settles, by rule; ``{0}`` are the sessions concerned."""
_FACTS: Final = {
    "MED-CLEAR": "the medical decision",
    "SUPPLY-ISSUED": "the medical decision",
    "PREP-AFTER-SUPPLY": "when the medicine arrives",
    "SUPPLY-BALANCE": "the medicine that arrives",
    "THERAPIST-PRESENT": "whether the therapist was present",
    "SUPPORT-PERSON": "who supports the client there",
    "RECORD-OUTCOME": "what became of it",
    "AGE-MIN": "the client's date of birth",
}
"""What is to be recorded, by rule."""


def _held(wanted: Selector | None) -> dict[str, list[str]] | None:
    """How appointments are to be held, as JSON values."""
    if wanted is None:
        return None
    said = {name: getattr(wanted, name) for name in ("place", "format", "level", "route")}
    return {name: list(words) for name, words in said.items() if words is not None}


def _thing(step: Step) -> str:
    """``a dosing``, ``3 dosings``, ``a remote integration``."""
    number, wanted = step.number, step.wanted
    if wanted is not None:
        return with_article(one_of(wanted)) if number == 1 else numbered(number, wanted)
    word = _KINDS[step.kind or "dosing"]
    if number == 1:
        return f"an {word}" if word[0] in "aeiou" else f"a {word}"
    return f"{number} {word}s"


def message_of(step: Step) -> str:
    """What to do, and when, in one sentence."""
    return _MESSAGES[step.do](step, zone(step.timezone))


def _booked(step: Step, local: Zone) -> str:
    thing = _thing(step)
    if step.earliest is None and step.earliest_rules:
        asked = f"; wanted by {_due(step.due, step, local)}" if step.due is not None else ""
        return (
            f"Book {thing}, but first do what {listed(step.earliest_rules)} asks: as things stand "
            f"no time is possible{asked}."
        )
    if not step.required:
        return f"{thing[:1].upper()}{thing[1:]} may be booked{_from(step, local)}."
    if step.due is not None and step.urgency == "overdue":
        return f"Book {thing} now: it was due by {_due(step.due, step, local)}."
    until = "" if step.due is None else f" by {_due(step.due, step, local)}"
    begins = _from(step, local)
    return f"Book {thing}{begins}{',' if begins and until else ''}{until}."


def _from(step: Step, local: Zone) -> str:
    """From when on, where that is not now."""
    if step.earliest is None or not step.earliest_rules:
        return ""
    return f" from {local.spoken(step.earliest)}"


def _due(due: Moment, step: Step, local: Zone) -> str:
    """By when, and before which session: ``Mon, Feb 22, 2027, 10:00 am (before dosing d3)``."""
    before = [s for s in step.concerns if s.begins == due]
    named = f" (before {_named(before[0])})" if before else ""
    return f"{local.spoken(due)}{named}"


def _named(session: Session) -> str:
    return f"{_KINDS[session.kind]} {session.id}"


def _dated(session: Session, local: Zone) -> str:
    return f"{session.id} {spoken_day(local.day(session.begins))}"


def _list(sessions: Iterable[Session], local: Zone) -> str:
    return " · ".join(_dated(session, local) for session in sessions)


def _cancelled(step: Step, local: Zone) -> str:
    word = _KINDS[step.kind or "dosing"]
    which = word if step.number == 1 else f"{step.number} {word}s"
    return f"Cancel the {which} still booked: {_list(step.concerns, local)}."


def _reported(step: Step, local: Zone) -> str:
    were = "dosing was" if step.number == 1 else "dosings were"
    return (
        f"Tell the medical provider: {step.number} {were} held after that decision "
        f"({_list(step.concerns, local)})."
    )


def _attended(step: Step, local: Zone) -> str:
    (session,) = step.concerns
    where, at = _PLACES[session.place], local.spoken(session.begins)
    return f"Attend {_named(session)} on {at} ({session.minutes} minutes, {where})."


def _recorded(step: Step, local: Zone) -> str:
    whose = listed([_named(session) for session in step.concerns]) if step.concerns else "it"
    on = f" on {spoken_day(local.day(step.concerns[0].begins))}" if len(step.concerns) == 1 else ""
    is_dated = step.due is not None and step.urgency != "overdue"
    until = f", by {local.spoken(step.due)}" if is_dated and step.due is not None else ""
    facts = dict.fromkeys(_FACTS.get(rule, f"what {rule} asks") for rule in step.due_rules)
    return f"Record for {whose}{on}: {listed(facts or ['what is decided'])}{until}."


_MESSAGES: Final[dict[str, Callable[[Step, Zone], str]]] = {
    "book": _booked,
    "cancel": _cancelled,
    "tell": _reported,
    "attend": _attended,
    "record": _recorded,
}


def why_of(step: Step) -> str:
    """Why, in one line; empty where there is nothing to say."""
    if step.do != "book":
        # That an outcome is not recorded is what the sentence before has said.
        news = [finding for finding in step.findings if finding.rule != "RECORD-OUTCOME"]
        return step.because or " ".join(_first_messages(news))
    if not step.required:
        return "There is room for one more, and nothing asks for it."
    local = zone(step.timezone)
    settled = [*_settled(step.findings), *_to_come(step, local)]
    parts = []
    if settled:
        visits = "One visit settles" if step.number == 1 else "They settle"
        alone = len(settled) == 1
        parts.append(f"For {settled[0]}." if alone else f"{visits}: {' · '.join(settled)}.")
    if step.helps:
        parts.append(f"Counts toward {listed(_settled(step.helps))}.")
    return " ".join(parts)


def _first_messages(findings: Sequence[Finding]) -> list[str]:
    """One message a rule: what it says of further sessions is the same."""
    first = {finding.rule: finding for finding in reversed(findings)}
    return [first[rule].message for rule in dict.fromkeys(f.rule for f in findings)]


def _settled(findings: Sequence[Finding]) -> list[str]:
    """What findings lack, one phrase a rule, with all sessions concerned."""
    phrases = []
    for rule in dict.fromkeys(finding.rule for finding in findings):
        its = [finding for finding in findings if finding.rule == rule]
        sessions = {s.id: s for finding in its for s in finding.breach.sessions}
        said = _SETTLES.get(rule, "")
        if rule == "REVIEW-AFTER" and its[0].breach.closes is None:
            said = "follow-up after {0}"
        if "{0}" in said:
            said = said.format(_together(list(sessions.values()))) if sessions else ""
        phrases.append(said or f"{rule}: {its[0].message.rstrip('.')}")
    return phrases


def _together(sessions: Sequence[Session]) -> str:
    """``dosing d3``, ``dosings d3, d4 and d5``."""
    word = _KINDS[sessions[0].kind]
    plural = "s" if len(sessions) > 1 else ""
    return f"{word}{plural} {listed([session.id for session in sessions])}"


def _to_come(step: Step, local: Zone) -> list[str]:
    return [f"the medical contact due {local.spoken(due)}" for _, due in step.contacts]
