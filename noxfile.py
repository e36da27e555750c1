"""Every check by its name: ``nox -l`` lists them, ``nox -s NAME`` runs one.

They run in the environment that nox stands in, which ``pip install -e '.[dev]'`` fills: a check
takes seconds, an environment for each would take minutes. ``.ci/run`` makes one for them all.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["tests", "lint", "types", "contracts", "manual"]
BIN = Path(sys.executable).parent
PYTEST = ("-m", "pytest", "-n", "auto", "--dist", "worksteal")


def tool(name: str) -> str:
    """A program of the environment that nox stands in, whether or not that is activated."""
    return shutil.which(name, path=str(BIN)) or name


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, as the README runs them."""
    session.run(sys.executable, *PYTEST, *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """The tests, with branch coverage: 100 % of the package."""
    session.run(tool("coverage"), "erase")
    session.run(tool("coverage"), "run", *PYTEST, "-q", *session.posargs)
    session.run(tool("coverage"), "combine", "--quiet")
    session.run(tool("coverage"), "report")


@nox.session
def full(session: nox.Session) -> None:
    """The tests with as many examples as they name; before a release."""
    session.run(sys.executable, *PYTEST, "--hypothesis-profile=full", *session.posargs)


@nox.session
def nightly(session: nox.Session) -> None:
    """The tests with twenty times as many examples, drawn anew."""
    session.run(sys.executable, *PYTEST, "--hypothesis-profile=nightly", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Form and habits."""
    session.run(tool("ruff"), "format", "--check", ".")
    session.run(tool("ruff"), "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types of source, tests, benchmarks, manual and examples, by mypy and by pyright."""
    session.run(tool("mypy"))
    session.run(tool("pyright"), "--pythonpath", sys.executable)


@nox.session
def contracts(session: nox.Session) -> None:
    """Who may import whom."""
    session.run(tool("lint-imports"))


@nox.session
def manual(session: nox.Session) -> None:
    """The manual, warnings being errors."""
    session.run(tool("sphinx-build"), "-q", "-W", "-b", "html", "docs", "docs/_build/html")


@nox.session
def pages(session: nox.Session) -> None:
    """Write generated pages and schemas anew."""
    session.run(sys.executable, "docs/generate.py")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """How fast it is, as ratios in one run."""
    session.run(sys.executable, "benchmarks/run.py", *session.posargs)
