"""A pytest plugin, opt-in: plan files with the findings that are expected of them are tests.

Without ``--kap-plans`` it does nothing. With it, each ``*.kap.json`` below the collected paths is
one test: see :mod:`kap_model.testing.cases` for what such a file says.

Every pytest run of whoever has kap_model installed loads this module, so it loads nothing itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--kap-plans`` and ``--kap-protocol``."""
    group = parser.getgroup("kap_model", "plans and what is expected of them (kap_model)")
    group.addoption(
        "--kap-plans",
        action="store_true",
        default=False,
        help="check each *.kap.json and compare the findings with those that it expects",
    )
    group.addoption(
        "--kap-protocol",
        metavar="NAME|FILE",
        action="append",
        default=[],
        help="a built-in practice or a protocol document, for files whose expect names none; given "
        "again, each plan is judged by the one whose id it names; default: the plan's own",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect plan files where that is asked for.

    Raises:
        pytest.UsageError: ``--kap-protocol`` is neither a practice nor a protocol document.
    """
    if config.getoption("kap_plans"):
        from kap_model.testing._case_items import CaseCollector

        config.pluginmanager.register(CaseCollector.of(config))
