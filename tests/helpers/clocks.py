"""Seconds since 1970 of a time as a person writes it."""

from __future__ import annotations

import datetime as dt


def seconds(text: str) -> int:
    """Seconds since 1970 of a time written ``2027-01-18 13:00:00 -0800``."""
    return int(dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").timestamp())
