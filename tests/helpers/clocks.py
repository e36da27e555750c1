"""Times as a person writes them: as seconds since 1970, and as local clocks show them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


def seconds(text: str) -> int:
    """Seconds since 1970 of a time written ``2027-01-18 13:00:00 -0800``."""
    return int(dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").timestamp())


def shown_once(start: str, timezone: str) -> str | None:
    """The local time at an instant, without its offset; ``None`` where clocks show it again.

    Every instant within a day of it is asked that has another offset of these days.
    """
    zone, moment = ZoneInfo(timezone), dt.datetime.fromisoformat(start).astimezone(dt.UTC)
    wall = moment.astimezone(zone).replace(tzinfo=None)
    around = [moment + dt.timedelta(hours=hours) for hours in range(-27, 28)]
    offsets = {each.astimezone(zone).utcoffset() or dt.timedelta() for each in around}
    instants = {(wall - offset).replace(tzinfo=dt.UTC) for offset in offsets}
    shown = [each for each in instants if each.astimezone(zone).replace(tzinfo=None) == wall]
    return wall.isoformat() if len(shown) == 1 else None
