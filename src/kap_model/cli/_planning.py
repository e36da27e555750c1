"""``kap-model draft``, ``next``, ``complete``, ``repair`` and ``diff``."""

from __future__ import annotations

import argparse
from typing import Any

from kap_model.checking import ProtocolChoice
from kap_model.cli._answer import answered, named, shown, written
from kap_model.cli._inputs import chosen_slots, protocol_of, read_plan
from kap_model.cli._result import Result
from kap_model.documents.plans import dumps
from kap_model.plan import Plan
from kap_model.planning.completing import complete
from kap_model.planning.differences import diff
from kap_model.planning.drafting import draft
from kap_model.planning.next_steps import next_steps
from kap_model.planning.repairing import repair
from kap_model.practices._built_in import BY_NAME

_DOCUMENT = "plan"


def print_draft(arguments: argparse.Namespace) -> Result:
    """A whole course that keeps a protocol, as a plan document."""

    def answer() -> str:
        minutes = {} if arguments.dosing_minutes is None else {"dosing": arguments.dosing_minutes}
        days = arguments.working_days
        made = draft(
            _care(arguments.practice),
            arguments.start,
            id=arguments.id,
            timezone=arguments.timezone,
            every=arguments.every,
            weekday=arguments.weekday,
            time=arguments.time,
            preparations=arguments.preparations,
            dosings=arguments.dosings,
            integrations=arguments.integrations,
            minutes=minutes or None,
            place=arguments.place,
            support_person=arguments.support_person,
            integration_delay=arguments.integration_delay,
            working_days=None if days is None else days.split(","),
            closed=arguments.closed,
        )
        return dumps(made)

    return written("draft", answer)


def print_next(arguments: argparse.Namespace) -> Result:
    """What is due next in a running course."""
    return answered(
        named(arguments.file),
        arguments.format,
        lambda: next_steps(
            read_plan(arguments.file), _care_or_own(arguments.protocol), as_of=arguments.as_of
        ),
    )


def print_completion(arguments: argparse.Namespace) -> Result:
    """Everything that a running course still needs."""

    def answer() -> str:
        made = complete(
            read_plan(arguments.file),
            _care_or_own(arguments.protocol),
            as_of=arguments.as_of,
            every=arguments.every,
            open_slots=chosen_slots(arguments.slots),
            place=arguments.place,
            support_person=arguments.support_person,
            integration_delay=arguments.integration_delay,
        )
        return _with_plan(made, made.plan, arguments.format)

    return written(named(arguments.file), answer)


def print_repair(arguments: argparse.Namespace) -> Result:
    """The smallest change that leaves no violated error."""

    def answer() -> str:
        plan, protocol = read_plan(arguments.file), _care_or_own(arguments.protocol)
        made = repair(plan, protocol, as_of=arguments.as_of)
        return _with_plan(made, made.plan, arguments.format)

    return written(named(arguments.file), answer)


def print_diff(arguments: argparse.Namespace) -> Result:
    """What changes between two protocols."""

    def answer() -> Any:
        plan = None if arguments.plan is None else read_plan(arguments.plan)
        return diff(
            _care(arguments.before),
            _care(arguments.after),
            plan=plan,
            as_of=arguments.as_of,
        )

    return answered("diff", arguments.format, answer)


def _care(choice: str) -> ProtocolChoice:
    """A built-in practice, so that its zone and prices count, else a protocol document's."""
    return BY_NAME[choice] if choice in BY_NAME else protocol_of(choice)


def _care_or_own(choice: str | None) -> ProtocolChoice | None:
    return None if choice is None else _care(choice)


def _with_plan(made: Any, plan: Plan, form: str) -> str:
    return dumps(plan) if form == _DOCUMENT else shown(made, form)
