"""Settings of the whole test run."""

from __future__ import annotations

import os
import zoneinfo

import profiles

# The oracle reads zones through zoneinfo: it must read the same tzdata as the library.
zoneinfo.reset_tzpath(())

# Each process that a test starts would compile the whole package again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What is measured is what the tests run in their own process: their workers, and no others.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    os.environ.pop("COVERAGE_PROCESS_START", None)

profiles.register()
