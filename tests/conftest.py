"""Settings of the whole test run."""

from __future__ import annotations

import os
import zoneinfo

import profiles

# The oracle reads zones through zoneinfo: it must read the same tzdata as the library.
zoneinfo.reset_tzpath(())

# Each process that a test starts would compile the whole package again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

profiles.register()
