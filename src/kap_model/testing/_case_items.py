"""Cases as pytest's collectors and items; loaded with ``--kap-plans`` only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from kap_model.checking import NAMING
from kap_model.errors import InputError, NotGiven
from kap_model.protocol import CareProtocol
from kap_model.testing.cases import PlanCase, load_case, protocol_of

SUFFIX: Final = ".kap.json"


class CaseCollector:
    """The part of the plugin that collects.

    Attributes:
        common: The protocols of ``--kap-protocol``.
    """

    def __init__(self, common: tuple[CareProtocol, ...]) -> None:
        self.common = common

    @classmethod
    def of(cls, config: pytest.Config) -> CaseCollector:
        """The collector that a command line asks for.

        Raises:
            pytest.UsageError: ``--kap-protocol`` cannot be used.
        """
        choices: list[str] = config.getoption("kap_protocol") or []
        folder = config.invocation_params.dir
        try:
            given = tuple([protocol_of(choice, folder) for choice in choices])
            if len(given) > 1:
                NAMING.pool(given)
            return cls(given)
        except (InputError, OSError) as error:
            lines = _lines(error, "--kap-protocol: ")
        raise pytest.UsageError(lines)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> CaseFile | None:
        """Take the files that are cases."""
        if not file_path.name.endswith(SUFFIX):
            return None
        file: CaseFile = CaseFile.from_parent(parent, path=file_path, common=self.common)
        return file


class CaseFile(pytest.File):
    """A file that holds one case."""

    def __init__(self, *, common: tuple[CareProtocol, ...], **given: Any) -> None:
        super().__init__(**given)
        self.common = common

    def collect(self) -> Iterator[pytest.Item]:
        """One item, by the plan's id, or by the file's own name where it is no case."""
        case, lines = None, ""
        try:
            case = load_case(self.path)
        except (InputError, OSError) as error:
            lines = _lines(error)
        if case is None:
            name = self.path.name.removesuffix(SUFFIX)
            yield RefusedItem.from_parent(self, name=name, lines=lines)
        else:
            yield CaseItem.from_parent(self, name=case.plan.id, case=case, common=self.common)


class _OnlyItem(pytest.Item):
    def reportinfo(self) -> tuple[Path, int, str]:
        """The file from its first line; what is said of it stands below its name."""
        return self.path, 0, self.nodeid.partition("::")[0]


class CaseItem(_OnlyItem):
    """A plan, checked and compared with what is expected of it."""

    def __init__(self, *, case: PlanCase, common: tuple[CareProtocol, ...], **given: Any) -> None:
        super().__init__(**given)
        self.case = case
        self.common = common

    def runtest(self) -> None:
        """Fail where the findings are not those that are expected."""
        alone, *others = self.common or (None,)
        try:
            if others:
                mismatch = self.case.mismatch(protocols=self.common)
            else:
                mismatch = self.case.mismatch(alone)
        except NotGiven as error:
            mismatch = str(error)
        if mismatch is not None:
            pytest.fail(mismatch, pytrace=False)


class RefusedItem(_OnlyItem):
    """A file that is no case: an error, not a failure."""

    def __init__(self, *, lines: str, **given: Any) -> None:
        super().__init__(**given)
        self.lines = lines

    def setup(self) -> None:
        """Say every problem of the file."""
        pytest.fail(self.lines, pytrace=False)

    def runtest(self) -> None:
        """Not reached: a case that cannot be set up is not run."""


def _lines(error: InputError | OSError, prefix: str = "") -> str:
    """A line for each problem."""
    if isinstance(error, OSError):
        return f"{prefix}{error.strerror or 'cannot be read'}"
    return "\n".join(f"{prefix}{problem}" for problem in error.problems)
