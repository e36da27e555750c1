"""``kap-model draft``, ``next``, ``complete``, ``repair``, ``lint`` and ``diff``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kap_model.checking import ProtocolChoice
from kap_model.cli._command import (
    FOUND,
    Result,
    UnusableError,
    add_fail_on,
    add_format,
    answered,
    fail_on_of,
    json_text,
    number,
    shown,
    written,
)
from kap_model.cli._forms import (
    FORMATS,
    Outcome,
    OutputFormat,
    gathered,
    outcome_of,
    output_format,
    problems_of,
)
from kap_model.cli._inputs import (
    chosen_schedule,
    chosen_slots,
    named,
    posix,
    protocol_of,
    read_choice,
    read_plan,
)
from kap_model.documents.plans import dumps
from kap_model.documents.protocols import loads_protocol
from kap_model.errors import InputError
from kap_model.formats.linted import LINT_TOPICS, Linted
from kap_model.formats.sarif import sarif_log
from kap_model.plan import Plan
from kap_model.planning.completing import complete
from kap_model.planning.differences import diff
from kap_model.planning.draft_options import WEEKDAYS
from kap_model.planning.drafting import draft
from kap_model.planning.linting import lint
from kap_model.planning.next_steps import next_steps
from kap_model.planning.repairing import repair
from kap_model.practices._built_in import BY_NAME
from kap_model.sessions import PLACES, THERAPIST_KINDS
from kap_model.severities import SEVERITIES

if TYPE_CHECKING:
    from kap_model.fees.schedule import FeeSchedule
    from kap_model.planning.steps import NextSteps

FAIL_ON: Final = (*SEVERITIES, "never")
_PROTOCOL: Final = "a built-in practice or a protocol document"
_ARGUMENT: Final = "PROTOCOL"
_DOCUMENT: Final = "plan"
_NO_OPTIONS: Final = ("practice", "fees", "run")


def add_draft(parser: argparse.ArgumentParser) -> None:
    """Add what ``draft`` takes: options by the names that the verb has for them."""
    parser.description = "Draft a course: prints a plan document, which keeps the protocol."
    parser.add_argument("practice", metavar="PRACTICE|FILE", help=_PROTOCOL)
    parser.add_argument("--start", metavar="DATE", required=True, help="the first session's date")
    parser.add_argument("--id", metavar="ID", default="draft", help="of the plan; default: draft")
    for name, says in (
        ("--dosings", "how many; default: the fewest that are lawful"),
        ("--preparations", "how many, likewise"),
        ("--integrations", "how many, likewise"),
    ):
        parser.add_argument(name, metavar="N", type=number, help=says)
    for kind in THERAPIST_KINDS:
        parser.add_argument(
            f"--{kind}-minutes",
            metavar="N",
            type=number,
            help=f"the length of each {kind}; default: the shortest lawful and published",
        )
    parser.add_argument(
        "--fees",
        metavar="NAME|FILE",
        help="the prices whose published lengths count, a built-in practice's or a fee "
        "document's; default: the practice's",
    )
    _add_delay(parser)
    _add_every(parser)
    parser.add_argument("--weekday", choices=WEEKDAYS, help="of dosings")
    parser.add_argument("--timezone", metavar="ZONE", help="default: the practice's")
    parser.add_argument("--time", metavar="HH:MM", help="when sessions start; default: 10:00")
    _add_place(parser)
    parser.add_argument(
        "--working-days",
        metavar="DAYS",
        type=_days,
        help="such as mon,tue,thu; default: every day",
    )
    parser.add_argument(
        "--closed",
        metavar="DATE",
        action="append",
        default=[],
        help="a date on which nothing is held; repeatable",
    )
    parser.set_defaults(run=print_draft)


def print_draft(arguments: argparse.Namespace) -> Result:
    """A whole course that keeps a protocol, as a plan document."""
    options = {name: value for name, value in vars(arguments).items() if name not in _NO_OPTIONS}
    lengths = {kind: options.pop(f"{kind}_minutes") for kind in THERAPIST_KINDS}
    minutes = {kind: length for kind, length in lengths.items() if length is not None}

    def answer() -> str:
        fees = _prices(arguments.fees)
        return dumps(draft(_care(arguments.practice), fees=fees, minutes=minutes, **options))

    return written("draft", answer)


def _prices(choice: str | None) -> FeeSchedule | None:
    """The schedule of ``--fees``."""
    if choice is None:
        return None
    from kap_model.pricing.quoting import chosen_fees  # who asks for no prices waits for none

    return chosen_fees(chosen_schedule(choice), None)


def _days(text: str) -> list[str]:
    return text.split(",")


def add_next(parser: argparse.ArgumentParser) -> None:
    """Add what ``next`` takes."""
    parser.description = (
        "Say what to do next in a course: what stops, what is overdue, then by due. Exit status 1 "
        "where treatment is stopped."
    )
    _add_plan(parser, as_of_required=True)
    parser.add_argument(
        "--optional",
        action="store_true",
        help="say too of which kinds one more is allowed, though nothing asks for it",
    )
    add_format(parser)
    parser.set_defaults(run=print_next)


def print_next(arguments: argparse.Namespace) -> Result:
    """What to do next in a course; where treatment is stopped, a status that says so."""
    notes: list[str] = []
    made: list[NextSteps] = []

    def answer() -> str:
        plan, protocol = read_plan(arguments.file, notes), _care_or_own(arguments.protocol)
        made.append(next_steps(plan, protocol, as_of=arguments.as_of, optional=arguments.optional))
        return shown(made[0], arguments.format)

    result = written(named(arguments.file), answer, notes)
    return result._replace(status=FOUND) if any(its.halted for its in made) else result


def add_complete(parser: argparse.ArgumentParser) -> None:
    """Add what ``complete`` takes."""
    parser.description = "Add all that a course still needs, at times that keep its protocol."
    _add_plan(parser, as_of_required=True)
    parser.add_argument("--slots", metavar="FILE", help="a document of open slots")
    _add_every(parser)
    _add_delay(parser)
    _add_place(parser)
    _add_plan_format(parser)
    parser.set_defaults(run=print_completion)


def print_completion(arguments: argparse.Namespace) -> Result:
    """Everything that a running course still needs."""
    notes: list[str] = []

    def answer() -> str:
        made = complete(
            read_plan(arguments.file, notes),
            _care_or_own(arguments.protocol),
            as_of=arguments.as_of,
            every=arguments.every,
            open_slots=chosen_slots(arguments.slots),
            place=arguments.place,
            support_person=arguments.support_person,
            integration_delay=arguments.integration_delay,
        )
        return _with_plan(made, made.plan, arguments.format)

    return written(named(arguments.file), answer, notes)


def add_repair(parser: argparse.ArgumentParser) -> None:
    """Add what ``repair`` takes."""
    parser.description = "Find the smallest change that leaves no violated error."
    _add_plan(parser, as_of_required=False)
    _add_plan_format(parser)
    parser.set_defaults(run=print_repair)


def print_repair(arguments: argparse.Namespace) -> Result:
    """The smallest change that leaves no violated error."""
    notes: list[str] = []

    def answer() -> str:
        plan, protocol = read_plan(arguments.file, notes), _care_or_own(arguments.protocol)
        made = repair(plan, protocol, as_of=arguments.as_of)
        return _with_plan(made, made.plan, arguments.format)

    return written(named(arguments.file), answer, notes)


def add_lint(parser: argparse.ArgumentParser) -> None:
    """Add what ``lint`` takes."""
    parser.description = (
        "Say whether some course keeps a protocol, which limits exclude each other where none "
        "does, which rules can never fire, and which are off."
    )
    parser.add_argument("protocols", nargs="+", metavar="PROTOCOL", help=_PROTOCOL)
    add_fail_on(parser, FAIL_ON)
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.set_defaults(run=lint_protocols)


def lint_protocols(arguments: argparse.Namespace) -> Result:
    """Lint each protocol; what cannot be used is said, and the rest goes on."""
    fail_on = fail_on_of(arguments)
    form = output_format(arguments.format, fail_on)
    if arguments.format == "json":
        form = form._replace(whole=_lints if len(arguments.protocols) > 1 else _alone)
    elif arguments.format == "sarif":
        form = form._replace(whole=partial(sarif_log, topics=LINT_TOPICS))
    return gathered((_outcome(choice, form, fail_on) for choice in arguments.protocols), form)


def _lints(parts: Sequence[Any]) -> str:
    return json_text({"lints": parts})


def _alone(parts: Sequence[Any]) -> str:
    return "".join(json_text(part) for part in parts)


def _outcome(choice: str, form: OutputFormat, fail_on: frozenset[str]) -> Outcome:
    name = posix(choice) if choice else _ARGUMENT
    try:
        return outcome_of(_linted(choice, name), form, fail_on)
    except (InputError, OSError) as error:
        unusable = Linted(name=name, problems=problems_of(error), built_in=choice in BY_NAME)
        return outcome_of(unusable, form, fail_on, UnusableError(choice or _ARGUMENT, error).lines)


def _linted(choice: str, name: str) -> Linted:
    if choice in BY_NAME:
        protocol, text = BY_NAME[choice].protocol, ""
    else:
        raw = read_choice(choice)
        protocol, text = loads_protocol(raw), raw.decode()
    return Linted(
        name=name, lint=lint(protocol), protocol=protocol, text=text, built_in=choice in BY_NAME
    )


def add_diff(parser: argparse.ArgumentParser) -> None:
    """Add what ``diff`` takes."""
    parser.description = "Say what changes for a client who moves from one protocol to another."
    parser.add_argument("before", metavar="A", help=_PROTOCOL)
    parser.add_argument("after", metavar="B", help=_PROTOCOL)
    parser.add_argument("--plan", metavar="FILE", help="a client's plan; - is stdin")
    parser.add_argument("--as-of", metavar="T", help="the moment of judgement, for --plan")
    add_format(parser)
    parser.set_defaults(run=print_diff)


def print_diff(arguments: argparse.Namespace) -> Result:
    """What changes between two protocols."""
    notes: list[str] = []

    def answer() -> Any:
        plan = None if arguments.plan is None else read_plan(arguments.plan, notes)
        return diff(
            _care(arguments.before),
            _care(arguments.after),
            plan=plan,
            as_of=arguments.as_of,
        )

    return answered("diff", arguments.format, answer, notes)


def _add_plan(parser: argparse.ArgumentParser, *, as_of_required: bool) -> None:
    parser.add_argument("file", metavar="FILE", help="a plan document; - is stdin")
    parser.add_argument(
        "--protocol", metavar="NAME|FILE", help=f"{_PROTOCOL}; default: the plan's own"
    )
    parser.add_argument(
        "--as-of",
        metavar="T",
        required=as_of_required,
        help="now, such as 2027-02-01T12:00:00-08:00: nothing is booked before",
    )


def _add_every(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--every",
        metavar="PACE",
        help="the least distance of dosings, such as 10d; default: 2w, or as near as can be",
    )


def _add_delay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--integration-delay",
        metavar="N",
        type=number,
        help="days from a dosing to an integration, at least; 0: on its day; default: 1",
    )


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--place", choices=PLACES, help="of the therapist's new sessions")
    parser.add_argument("--support-person", metavar="TEXT", help="who is there at remote dosings")


def _add_plan_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("text", "json", "plan"),
        default="text",
        help="plan prints the whole new plan document; default: text",
    )


def _care(choice: str) -> ProtocolChoice:
    """A built-in practice, so that its zone and prices count, else a protocol document's."""
    return BY_NAME[choice] if choice in BY_NAME else protocol_of(choice)


def _care_or_own(choice: str | None) -> ProtocolChoice | None:
    return None if choice is None else _care(choice)


def _with_plan(made: Any, plan: Plan, form: str) -> str:
    return dumps(plan) if form == _DOCUMENT else shown(made, form)


OPTIONS: Final = {
    "draft": add_draft,
    "next": add_next,
    "complete": add_complete,
    "repair": add_repair,
    "lint": add_lint,
    "diff": add_diff,
}
