"""What a lint says in words, wherever it is shown."""

from __future__ import annotations

import datetime as dt
from itertools import zip_longest
from typing import Final

from kap_model._time import spoken_day
from kap_model.planning.protocols.lints import Lint, Remark

ANY_TIME: Final = "at any time"


def beginnings(lint: Lint) -> list[str]:
    """When the courses of each stretch begin: ``at any time``, ``before Thu 1 Jul 2027``."""
    edges = [stretch.since for stretch in lint.stretches]
    return [_between(since, until) for since, until in zip_longest(edges, edges[1:])]


def remark_words(remark: Remark) -> str:
    """A remark in one sentence, without its stop."""
    since = "" if remark.since is None else f" since {_day(remark.since)}"
    return f"{remark.subject}{since} {remark.says}"


def _between(since: dt.date | None, until: dt.date | None) -> str:
    if since is None:
        return ANY_TIME if until is None else f"before {_day(until)}"
    if until is None:
        return f"from {_day(since)} on"
    return f"from {_day(since)} to {_day(until - dt.timedelta(days=1))}"


def _day(day: dt.date) -> str:
    return spoken_day(day.toordinal())
