"""What a step says to a person: what to do and when, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from kap_model._time import Zone, told_day, zone
from kap_model.breach import listed
from kap_model.sessions import Session

if TYPE_CHECKING:
    from kap_model.planning.results import Step
    from kap_model.report import Finding

KIND_WORDS: Final = {
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


def counted(number: int, kind: str) -> str:
    """``a dosing``, ``3 dosings``, ``an integration``."""
    word = KIND_WORDS[kind]
    if number == 1:
        return f"an {word}" if word[0] in "aeiou" else f"a {word}"
    return f"{number} {word}s"


def message_of(step: Step) -> str:
    """What to do, and when, in one sentence."""
    return _MESSAGES[step.do](step, zone(step.timezone))


def _booked(step: Step, local: Zone) -> str:
    thing = counted(step.number, step.kind or "dosing")
    if step.earliest is None and step.earliest_rules:
        asked = f"; wanted by {_due(step, local)}" if step.due is not None else ""
        return (
            f"Book {thing}, but first do what {listed(step.earliest_rules)} asks: as things stand "
            f"no time is possible{asked}."
        )
    if not step.required:
        return f"{thing[:1].upper()}{thing[1:]} may be booked{_from(step, local)}."
    if step.urgency == "overdue":
        return f"Book {thing} now: it was due by {_due(step, local)}."
    until = "" if step.due is None else f" by {_due(step, local)}"
    begins = _from(step, local)
    return f"Book {thing}{begins}{',' if begins and until else ''}{until}."


def _from(step: Step, local: Zone) -> str:
    """From when on, where that is not now."""
    if step.earliest is None or not step.earliest_rules:
        return ""
    return f" from {local.told(step.earliest)}"


def _due(step: Step, local: Zone) -> str:
    """By when, and before which session: ``Mon, Feb 22, 2027, 10:00 am (before dosing d3)``."""
    if step.due is None:
        return ""
    before = [s for s in step.concerns if s.begins == step.due]
    named = f" (before {_named(before[0])})" if before else ""
    return f"{local.told(step.due)}{named}"


def _named(session: Session) -> str:
    return f"{KIND_WORDS[session.kind]} {session.id}"


def _dated(session: Session, local: Zone) -> str:
    return f"{session.id} {told_day(local.day(session.begins))}"


def _list(sessions: Iterable[Session], local: Zone) -> str:
    return " · ".join(_dated(session, local) for session in sessions)


def _cancelled(step: Step, local: Zone) -> str:
    word = KIND_WORDS[step.kind or "dosing"]
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
    where, at = _PLACES[session.place], local.told(session.begins)
    return f"Attend {_named(session)} on {at} ({session.minutes} minutes, {where})."


def _recorded(step: Step, local: Zone) -> str:
    whose = listed([_named(session) for session in step.concerns]) if step.concerns else "it"
    on = f" on {told_day(local.day(step.concerns[0].begins))}" if len(step.concerns) == 1 else ""
    is_dated = step.due is not None and step.urgency != "overdue"
    until = f", by {local.told(step.due)}" if is_dated and step.due is not None else ""
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
        parts.append(f"Counts, with others, for {listed(_settled(step.helps))}.")
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
    word = KIND_WORDS[sessions[0].kind]
    plural = "s" if len(sessions) > 1 else ""
    return f"{word}{plural} {listed([session.id for session in sessions])}"


def _to_come(step: Step, local: Zone) -> list[str]:
    return [f"the medical contact due {local.told(due)}" for _, due in step.contacts]
