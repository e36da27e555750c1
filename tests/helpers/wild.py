"""Plans and protocols from a seed: less thoughtful than the strategies, and many times faster."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import kap_model as kap
from kap_model._time import zone
from kap_model.limits import LIMITS
from kap_model.testing.strategies import TELLING_DATES, TELLING_ZONES

CITATION = kap.Citation("a test", "here")
LABELS = ("low", "moderate", "therapist", "medical-provider")
HOURS = (0, 9, 10, 10, 11, 12, 23)
LENGTHS = (30, 45, 50, 50, 59, 60, 70, 90, 119, 120, 121, 180, 600)
CLASSES: tuple[type[kap.Session], ...] = (
    kap.Consultation,
    kap.MedicalEvaluation,
    kap.MedicalEvaluation,
    kap.Preparation,
    kap.Preparation,
    *[kap.Dosing] * 5,
    *[kap.Integration] * 5,
    *[kap.MedicalReview] * 3,
)


def wild_session(random: Random, id: str, zone_name: str, origin: dt.date, span: int) -> Any:
    cls: Any = random.choice(CLASSES)
    where, day = zone(zone_name), origin.toordinal() + random.randrange(span)
    at = where.at(day, random.choice(HOURS), random.choice((0, 0, 0, 1, 30)))
    status: Any = random.choice(("planned",) * 6 + ("completed",) * 6 + ("cancelled", "no-show"))
    given: dict[str, Any] = {}
    if random.random() < 0.15:
        given["clinician"] = kap.Clinician("k", random.choice(LABELS))
    if random.random() < 0.3:
        given["place"] = random.choice(("office", "remote"))
    if cls in (kap.Preparation, kap.Dosing, kap.Integration) and random.random() < 0.15:
        given["format"] = "group"
    if cls is kap.Dosing:
        given["level"] = random.choice((None, None, "low", "high"))
        given["route"] = random.choice((None, None, "oral", "nasal"))
        given["support_person"] = random.choice((None, None, "none", "sister"))
        given["therapist_present"] = random.choice((None, True, True, False))
    if status == "completed" and cls is kap.MedicalEvaluation:
        given["outcome"] = random.choice((None, "eligible", "eligible", "ineligible", "pending"))
    if status == "completed" and cls is kap.MedicalReview:
        given["outcome"] = random.choice((None, "continue", "continue", "stop", "pending"))
    start = dt.datetime.fromtimestamp(where.first_instant(day) if at is None else at, dt.UTC)
    return cls(id=id, start=start, minutes=random.choice(LENGTHS), status=status, **given)


def wild_supply(random: Random, id: str, origin: dt.date, span: int) -> kap.Supply:
    issued = origin + dt.timedelta(days=random.randrange(-1, span))
    received = issued + dt.timedelta(days=random.randrange(12))
    arrived = received if random.random() < 0.8 else None
    return kap.Supply(id=id, issued=issued, received=arrived, dosings=random.randrange(1, 5))


def wild_plan(random: Random) -> kap.Plan:
    zone_name, origin = random.choice(TELLING_ZONES), random.choice(TELLING_DATES)
    span = random.choice((3, 20, 60, 200))
    tracked = random.random() < 0.4
    return kap.Plan(
        id="wild",
        timezone=zone_name,
        state=random.choice(("active",) * 4 + ("completed", "discontinued")),
        born=random.choice((None, dt.date(2009, 1, 20), dt.date(1980, 2, 29))),
        conditions=random.choice((None, (), ("low",), ("low", "moderate"))),
        sessions=[
            wild_session(random, f"s{number}", zone_name, origin, span)
            for number in range(random.randrange(16))
        ],
        supplies=(
            [wild_supply(random, f"x{n}", origin, span) for n in range(random.randrange(4))]
            if tracked
            else None
        ),
    )


def wild_moment(random: Random, plan: kap.Plan) -> dt.datetime | None:
    """Absent, or a moment on the very edge of some session or supply, or near one."""
    edges = [edge for s in plan.sessions for edge in (s.begins, s.ends)]
    if not edges or random.random() < 0.3:
        return None
    seconds = random.choice(edges) + random.choice((0, 0, -1, 1, 86_400, 40 * 86_400))
    if random.random() < 0.3:
        seconds = plan.zone.first_instant(plan.zone.day(seconds)) + random.choice((0, -1))
    return dt.datetime.fromtimestamp(max(seconds, 315_532_800), dt.UTC)


def wild_value(random: Random, cls: type, name: str) -> Any:
    if cls is kap.Bounds:
        scale = 180 if name.endswith("minutes") else 30 if name.endswith("days") else 8
        low, high = sorted((random.randrange(scale), random.randrange(scale)))
        return random.choice((kap.Bounds(low, high), kap.Bounds(low), kap.Bounds(max=high)))
    if cls is kap.Frequency:
        return kap.Frequency(random.randrange(1, 3), random.randrange(1, 20))
    if cls is kap.ReviewEvery:
        return kap.ReviewEvery(random.randrange(1, 4), random.choice(("rolling", "calendar")))
    if cls is kap.ReviewAfter:
        gate: Any = random.choice(("before-next", "any-time"))
        return kap.ReviewAfter(random.randrange(1, 4), gate)
    if cls is int:
        top = 90 if name.endswith(("minutes", "hours")) else 40 if name.endswith("age") else 3
        return random.randrange(1, top + 1)
    if cls is bool:
        return True
    if name in ("dosing_places", "formats"):
        words = ("office", "remote") if name == "dosing_places" else ("individual", "group")
        return random.choice((words, words[:1], words[1:]))
    return tuple(random.sample(LABELS, random.randrange(1, 3)))


def wild_protocol(random: Random) -> kap.CareProtocol:
    settings = {}
    for spec in LIMITS:
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            since = random.choice((None, None, *TELLING_DATES))
            value = wild_value(random, spec.cls, spec.name) if random.random() < 0.9 else "off"
            settings[spec.name, since] = kap.Setting(
                limit=spec.name, value=value, since=since, citation=CITATION
            )
    severities: dict[str, Any] = {
        rule.id: random.choice(("error", "warning", "advice"))
        for rule in random.sample(kap.RULES, random.choice((0, 0, 3)))
    }
    return kap.CareProtocol(id="wild", settings=settings.values(), severities=severities)
