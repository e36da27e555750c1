"""Cases: plan documents that also say which findings are expected of them.

A case is a plan document, ``kap-model/plan/1``, with one more key, ``expect``, an object:

``protocol``
    A built-in practice's name, or a protocol file; absent: the plan's own.
``as_of``
    The moment of judgement, RFC 3339; absent: the plan is judged as a whole.
``waivers``
    A waivers file.
``violated``
    The rules with a violated finding, all of them; absent: none.
``pending``, ``unknown``
    Likewise, of those verdicts; absent: not looked at.

Files are named relative to the case. A finding that is waived does not count. The plugin
:mod:`kap_model.testing.pytest_plugin` makes a test of each case; nothing here needs pytest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import field, frozen

from kap_model._time import Instant, moment_of_judgement
from kap_model._values import Value, as_rows, as_tuple, check_instance, check_text
from kap_model.checking import ProtocolChoice, ProtocolsGiven, check
from kap_model.documents._forms import ID, TIME, many
from kap_model.documents._json import read_bytes
from kap_model.documents._shape import REFUSED, Document, Form, Key, Reading, Shape
from kap_model.documents.lists import load_waivers
from kap_model.documents.plans import PLAN, written
from kap_model.documents.protocols import load_protocol
from kap_model.errors import InputError, InvalidValue, Problem, refusal
from kap_model.plan import PRACTICE_NAMES, Plan
from kap_model.practices._built_in import BY_NAME
from kap_model.protocol import CareProtocol
from kap_model.report import Report
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.testing._case_text import mismatch_text
from kap_model.waivers import Waiver

__all__ = ["Expectation", "PlanCase", "load_case"]

_VERDICTS: Final = ("violated", "pending", "unknown")


def _moment(value: dt.datetime | str | Instant | None) -> Instant | None:
    return None if value is None else moment_of_judgement(value)


def _waivers(values: Iterable[Waiver]) -> tuple[Waiver, ...]:
    return as_rows(values, "waivers", Waiver)


def _violated(values: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(values, "violated")


def _pending(values: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if values is None else as_tuple(values, "pending")


def _unknown(values: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if values is None else as_tuple(values, "unknown")


def _rules(values: tuple[str, ...], path: str, house: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of rules in catalogue order, then of house rules in theirs."""
    named: set[str] = set()
    problems = []
    known = (*RULE_OF_ID, *house)
    for index, rule in enumerate(values):
        if type(rule) is not str or rule not in known:
            reason = "must be a rule of the catalogue; kap-model rules lists them"
            if house:
                reason = "must be a rule of the catalogue or a house rule of the protocol"
            problems.append(Problem(f"{path}[{index}]", reason))
        elif rule in named:
            problems.append(Problem(f"{path}[{index}]", "must be named once"))
        else:
            named.add(rule)
    if problems:
        raise InvalidValue(problems)
    return tuple(rule for rule in known if rule in named)


@frozen(kw_only=True, repr=False)
class Expectation(Value):
    """How a plan is to be checked, and which rules must then speak.

    Attributes:
        protocol: What judges it; ``None`` = the plan's own.
        as_of: The moment of judgement, in seconds since 1970 UTC; ``None`` = judged as a whole.
        waivers: The findings that the practice accepts; they do not count.
        violated: The rules with a violated finding, all of them, in catalogue order.
        pending: The rules with a pending finding, likewise; ``None`` = not looked at.
        unknown: The rules with an unknown finding, likewise; ``None`` = not looked at.

    Raises:
        InvalidValue: A field is of the wrong type, or a rule is neither in the catalogue nor a
            house rule of ``protocol``, or named twice.
    """

    protocol: CareProtocol | None = None
    as_of: Instant | None = field(default=None, converter=_moment)
    waivers: tuple[Waiver, ...] = field(default=(), converter=_waivers)
    violated: tuple[str, ...] = field(default=(), converter=_violated)
    pending: tuple[str, ...] | None = field(default=None, converter=_pending)
    unknown: tuple[str, ...] | None = field(default=None, converter=_unknown)

    def __attrs_post_init__(self) -> None:
        if self.protocol is not None:
            check_instance(self.protocol, "protocol", CareProtocol)
        house = () if self.protocol is None else self.protocol.house_ids
        for verdict in _VERDICTS:
            values = getattr(self, verdict)
            if values is not None:
                object.__setattr__(self, verdict, _rules(values, verdict, house))

    def __repr__(self) -> str:
        counted = ", ".join(
            f"{len(rules)} {verdict}"
            for verdict in _VERDICTS
            if (rules := getattr(self, verdict)) is not None
        )
        return f"<Expectation: {counted}>"


@frozen(kw_only=True, repr=False)
class PlanCase(Value):
    """A plan, and what a check must say of it.

    Attributes:
        plan: The plan.
        expect: What is expected; by default no violated finding at all.

    Raises:
        InvalidValue: A field is of the wrong type.
    """

    plan: Plan
    expect: Expectation = field(factory=Expectation)

    def __attrs_post_init__(self) -> None:
        check_instance(self.plan, "plan", Plan)
        check_instance(self.expect, "expect", Expectation)

    def check(
        self, protocol: ProtocolChoice | None = None, *, protocols: ProtocolsGiven = ()
    ) -> Report:
        """The report that is compared with what is expected.

        Args:
            protocol: What judges the plan where the case itself names no protocol.
            protocols: The protocols that the plan may name, where neither does.
        """
        expect = self.expect
        return check(
            self.plan,
            protocol if expect.protocol is None else expect.protocol,
            as_of=expect.as_of,
            waivers=expect.waivers,
            protocols=protocols,
        )

    def mismatch(
        self, protocol: ProtocolChoice | None = None, *, protocols: ProtocolsGiven = ()
    ) -> str | None:
        """What was expected and is not found, and what is found and was not expected, in words.

        Args:
            protocol: What judges the plan where the case itself names no protocol.
            protocols: The protocols that the plan may name, where neither does.

        Returns:
            ``None`` where all is as expected.
        """
        expected = {verdict: getattr(self.expect, verdict) for verdict in _VERDICTS}
        return mismatch_text(self.check(protocol, protocols=protocols), expected)

    def __repr__(self) -> str:
        return f"<PlanCase of {self.plan!r}>"


def load_case(path: str | Path) -> PlanCase:
    """The case of a file, with the protocol and the waivers of the files that it names.

    A plan document without ``expect`` is a case of which no violated finding is expected.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a case, or names a file that cannot be used; with all its
            problems.
    """
    case: PlanCase = _DOCUMENT.loads(read_bytes(path), Path(path).parent)
    return case


def protocol_of(choice: str, folder: Path) -> CareProtocol:
    """The protocol of a built-in practice's name, else of a file.

    Args:
        choice: The name, or the file's path from the folder.
        folder: Where relative paths start.

    Raises:
        InvalidValue: There is neither such a practice nor such a file.
        OSError: The file cannot be read.
        DocumentError: It is not a protocol document.
    """
    if choice in BY_NAME:
        return BY_NAME[choice].protocol
    if not choice or not (folder / choice).exists():
        known = ", ".join(PRACTICE_NAMES)
        raise refusal("", f"is neither a practice (known: {known}) nor a file")
    return load_protocol(folder / choice)


def _file(load: Callable[[str, Path], Any]) -> Form:
    """What a file of that name holds; its problems stand where it is named."""

    def read(reading: Reading, name: Any, path: str) -> Any:
        folder: Path = reading.given
        try:
            check_text(name, "")
            return load(name, folder)
        except OSError as error:
            reading.add(path, error.strerror or "cannot be read")
        except InputError as error:
            for problem in error.problems:
                reading.add(path, f"in its file, {problem}" if problem.path else problem.reason)
        return REFUSED

    return Form({}, read)


def _waivers_of(name: str, folder: Path) -> tuple[Waiver, ...]:
    return load_waivers(folder / name)


def _make(expect: Expectation | None = None, **plan: Any) -> PlanCase:
    return PlanCase(plan=Plan(**plan), expect=expect or Expectation())


_EXPECTATION: Final = Shape(
    Expectation,
    "Expectation",
    "How a plan is to be checked, and which rules must then speak.",
    (
        Key("protocol", _file(protocol_of), "A built-in practice's name, or a protocol file."),
        Key("as_of", TIME, "The moment of judgement; absent = the plan is judged as a whole."),
        Key("waivers", _file(_waivers_of), "A waivers file."),
        *[
            Key(verdict, many(ID), f"The rules with a finding that is {verdict}, all of them.")
            for verdict in _VERDICTS
        ],
    ),
)
_CASE: Final = attrs.evolve(
    PLAN,
    make=_make,
    keys=(*PLAN.keys, Key("expect", Form({}, _EXPECTATION.read), "What is expected.")),
)
_DOCUMENT: Final = Document(_CASE.read, lambda case: written(case.plan))
