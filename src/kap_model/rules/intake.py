"""Intake: consultation, medical clearance, and who may hold what."""

from __future__ import annotations

from typing import Final

from kap_model.citations import KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.forms._form import RuleForm
from kap_model.forms.facts import Allow
from kap_model.forms.ordering import Precede
from kap_model.forms.selectors import Selector
from kap_model.limits import Labels, Limits, Switch
from kap_model.rules._rule import (
    Breach,
    Case,
    Example,
    Rule,
    Voice,
    Words,
    called,
    decision,
    form_rule,
    noun,
    rule,
    sentence,
)
from kap_model.sessions import MEDICAL_KINDS, THERAPIST_KINDS, Dosing
from kap_model.timeline import MedicalContact


@form_rule(
    "SCREEN-FIRST",
    "A consultation comes before the first medical evaluation.",
    about="a consultation before the evaluation",
    why="The therapist judges first whether a client may be a candidate, then refers.",
    severity="advice",
    cites=(KINGSLEY_PAGE["step 1"], REGROUNDING_PAGE["step 1"]),
    reads=("consultation_first",),
    example=Example(
        holds=Case("2027-01-04 C2@09:10 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case(
            "2027-01-04 E2 C2@10:30 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
        ),
    ),
)
def screen_first(on: Switch) -> RuleForm:
    """If there is an evaluation, some consultation ends before the first one starts."""
    return Precede(Selector("medical-evaluation", nth=1), "consultation")


def _not_evaluated(voice: Voice, dosing: Dosing) -> Words:
    return Words(
        f"{sentence(voice.session(dosing))} has no medical evaluation before it.",
        "no medical evaluation before it",
        "a medical evaluation that finds the client eligible",
        title=f"No medical evaluation before {called(dosing)}",
        action=voice.book(f"a medical evaluation before {called(dosing)}", dosing),
        case="none",
        values=voice.told(session=dosing),
    )


def _not_cleared(voice: Voice, dosing: Dosing, decider: MedicalContact, state: str) -> Words:
    spoken = decision(state)
    return Words(
        f"{sentence(voice.session(dosing))} has no medical clearance: "
        f"{voice.session(decider)} {spoken}.",
        f"{noun(decider)} {spoken}",
        "medical clearance when the dosing starts",
        title=f"{sentence(called(dosing))} has no medical clearance",
        action=_clear(voice, dosing, decider, state),
        case=state,
        values=voice.told(session=dosing, decider=decider, standing=state),
    )


def _clear(voice: Voice, dosing: Dosing, decider: MedicalContact, state: str) -> str | None:
    if state == "unrecorded":
        return f"Record the outcome of {called(decider)}."
    if state == "pending" and dosing.status != "completed":
        return (
            f"Ask the medical provider to decide before {called(dosing)}, and record the outcome."
        )
    return voice.change("Cancel", dosing)


@rule(
    "MED-CLEAR",
    "Each dosing starts under a medical clearance.",
    about="medical clearance before dosings",
    why="Only the medical partner decides who may take the medicine; a refusal, a stop or an "
    "open question holds until the partner decides otherwise.",
    severity="error",
    cites=(KINGSLEY_PAGE["step 1"], REGROUNDING_PAGE["step 2"]),
    reads=("evaluation_first",),
    example=Example(
        holds=Case("2027-01-04 C0* E2+ P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0* E2- P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
    ),
)
def medical_clearance(course: Course, limits: Limits) -> list[Breach]:
    """For each dosing, by the standing at its start."""
    if limits.evaluation_first is None:
        return []
    breaches = []
    standings = course.standings
    clear_from = standings.clear_from
    first = course.first_dosing
    if first is None or (clear_from is not None and first.begins >= clear_from):
        return []
    for dosing in course.dosings:
        if clear_from is not None and dosing.begins >= clear_from:
            continue
        standing = standings.at(dosing.begins)
        if standing.state == "clear":
            continue
        decider = standing.decider
        if decider is None:
            breaches.append(
                Breach("missing", (dosing,), _not_evaluated, (dosing,), closes=dosing.begins)
            )
            continue
        taken_while_pending = standing.state == "pending" and dosing.status == "completed"
        certain = standing.is_adverse or taken_while_pending
        breaches.append(
            Breach(
                "violated" if certain else "unknown",
                (decider, dosing),
                _not_cleared,
                (dosing, decider, standing.state),
            )
        )
    return breaches


@form_rule(
    "ROLE-SCOPE",
    "Medical sessions are held by a medical role, the other steps of treatment by a therapist.",
    about="who holds which session",
    why="Prescribing and monitoring are the medical partner's; preparing, accompanying and "
    "integrating are the therapist's.",
    severity="error",
    cites=(KINGSLEY_PAGE["steps 1-5"], REGROUNDING_PAGE["steps 2-7"]),
    reads=("medical_roles", "therapist_roles"),
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"e1.clinician": {"id": "m-1", "role": "medical-provider"}},
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"e1.clinician": {"id": "t-1", "role": "therapist"}},
        ),
    ),
)
def roles_in_scope(
    medical: Labels | None, therapist: Labels | None
) -> tuple[RuleForm | None, RuleForm | None]:
    """Where a clinician is recorded: evaluations and reviews first, then the therapist's."""
    return (
        None if medical is None else Allow(MEDICAL_KINDS, "role", medical),
        None if therapist is None else Allow(THERAPIST_KINDS, "role", therapist),
    )


RULES: Final[tuple[Rule, ...]] = (screen_first, medical_clearance, roles_in_scope)
