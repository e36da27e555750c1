"""``draft`` keeps the protocol and every wish, or names what excludes each other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from random import Random
from typing import Any, Final, NamedTuple

import pytest

import kap_model as kap
from completion_cases import FORMS
from kap_model.errors import PlanningError
from kap_model.planning.drafting import draft
from kap_model.practices._built_in import BY_NAME
from profiles import seeds
from support import SOURCE, limits

pytestmark = pytest.mark.law

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MEDICAL: Final = ("medical-evaluation", "medical-review")
START: Final = dt.date(2027, 1, 4)


class Wish(NamedTuple):
    """A draft to be made: a built-in practice's name or limits in document form, and options."""

    under: str | kap.CareProtocol | Mapping[str, Any]
    options: Mapping[str, Any]
    start: dt.date = START

    @property
    def protocol(self) -> kap.CareProtocol:
        if isinstance(self.under, str):
            return BY_NAME[self.under].protocol
        if isinstance(self.under, kap.CareProtocol):
            return self.under
        return limits(**self.under)

    def draft(self) -> kap.Plan:
        practice = BY_NAME[self.under] if isinstance(self.under, str) else self.protocol
        return draft(practice, self.start, **self.options)

    def __str__(self) -> str:
        under = dict(self.under) if isinstance(self.under, Mapping) else self.under
        return f"{under} from {self.start}: {dict(self.options)}"


def days_of(every: int | str) -> int:
    if isinstance(every, int):
        return every
    return int(every[:-1]) * (7 if every.endswith("w") else 1)


def faults(wish: Wish, plan: kap.Plan) -> list[str]:
    """What a drafted plan does not keep; empty where it is all that was wished for."""
    options, sessions = wish.options, plan.sessions
    found = [
        repr(finding)
        for finding in kap.check(plan, wish.protocol).findings
        if finding.verdict in ("violated", "pending")
    ]
    date = {s.id: plan.local_start(s).date() for s in sessions}
    dosings = [s for s in sessions if s.kind == "dosing"]
    if sessions and min(date.values()) != wish.start:
        found.append("start")
    if any(s.status != "planned" for s in sessions):
        found.append("status")
    counts = Counter[str](s.kind for s in sessions)
    for option in ("preparations", "dosings", "integrations"):
        if option in options and counts[option[:-1]] != options[option]:
            found.append(option)
    apart = [(date[b.id] - date[a.id]).days for a, b in pairwise(dosings)]
    if "every" in options and any(days < days_of(options["every"]) for days in apart):
        found.append("every")
    if "weekday" in options and any(
        DAYS[date[d.id].weekday()] != options["weekday"] for d in dosings
    ):
        found.append("weekday")
    if "working_days" in options and any(
        DAYS[day.weekday()] not in options["working_days"] for day in date.values()
    ):
        found.append("working_days")
    if set(options.get("closed", ())) & set(date.values()):
        found.append("closed")
    if "timezone" in options and plan.timezone != options["timezone"]:
        found.append("timezone")
    for session in sessions:
        found += _faults_of(wish, plan, session, date)
    return found


def _faults_of(
    wish: Wish, plan: kap.Plan, session: kap.Session, date: Mapping[str, dt.date]
) -> list[str]:
    options, found = wish.options, []
    lengths = options.get("minutes", {})
    if session.minutes != lengths.get(session.kind, session.minutes):
        found.append("minutes")
    if "place" in options and session.kind not in MEDICAL and session.place != options["place"]:
        found.append("place")
    remote = isinstance(session, kap.Dosing) and session.place == "remote"
    if remote and "support_person" in options:
        assert isinstance(session, kap.Dosing)
        if session.support_person != options["support_person"]:
            found.append("support_person")
    if "time" in options:
        first = min(s.begins for s in plan.sessions if date[s.id] == date[session.id])
        clock = plan.local_start(session).strftime("%H:%M")
        if session.begins == first and clock != options["time"]:
            found.append("time")
    if "integration_delay" in options and session.kind == "integration":
        before = [s for s in plan.sessions if s.kind == "dosing" and s.ends <= session.begins]
        if before:
            days = (date[session.id] - date[before[-1].id]).days
            if days < options["integration_delay"]:
                found.append("integration_delay")
    return found


# -- wild wishes -----------------------------------------------------------------------------------

WORKING: Final = (DAYS[:5], DAYS[:5], ("mon", "wed"), ("tue", "sat"), ("thu",), DAYS)


def _options(random: Random, small: bool) -> dict[str, Any]:  # noqa: FBT001 - reads as a switch
    chance = random.choice((0.08, 0.2))
    closed = [START + dt.timedelta(days=random.choice((0, *range(1, 60)))) for _ in range(4)]
    values: dict[str, tuple[Any, ...]] = {
        "timezone": ("UTC", "America/Los_Angeles"),
        "every": ("1d", "3d", "10d", "2w", "4w", 5, "10w"),
        "weekday": DAYS,
        "time": ("00:00", "08:00", "10:00", "17:30", "22:30"),
        "preparations": (0, 1, 2, 3, 4),
        "dosings": (0, 1, 2, 3) if small else (0, 5, 6, 7, 8, 9),
        "integrations": (0, 1, 2, 3) if small else (5, 6, 8, 10),
        "minutes": (
            {"dosing": 60},
            {"dosing": 120},
            {"dosing": 181},
            {"preparation": 50},
            {"integration": 45},
            {"consultation": 20, "medical-evaluation": 45},
        ),
        "place": ("office", "remote"),
        "support_person": ("sister",),
        "integration_delay": (0, 1, 2, 3, 10, 20),
        "working_days": WORKING,
        "closed": (tuple(closed), tuple(closed[:1])),
        "born": (dt.date(2000, 1, 1), dt.date(2009, 1, 20)),
    }
    return {
        name: random.choice(choices) for name, choices in values.items() if random.random() < chance
    }


def wild_wish(random: Random) -> Wish:
    """Any options, for a built-in practice or a protocol of some limits."""
    start = START + dt.timedelta(days=random.randrange(14))
    if random.random() < 0.3:
        under = random.choice(("core", "kingsley", "regrounding"))
        return Wish(under, _options(random, small=False), start)
    chance = random.choice((0.15, 0.4, 0.7))
    chosen = {n: random.choice(v) for n, v in FORMS.items() if random.random() < chance}
    options = _options(random, small=True)
    if "minimum_age" in chosen:
        options.setdefault("born", dt.date(2000, 1, 1))
    return Wish(chosen, options, start)


def wished(wish: Wish, names: set[str]) -> Wish:
    """The same wish with these limits and options, and nothing else."""
    found = wish.protocol.limits_on(None)
    settings = [
        kap.Setting(limit=name, value=getattr(found, name), citation=SOURCE)
        for name in found.citations
        if name in names
    ]
    options = {name: value for name, value in wish.options.items() if name in names}
    return Wish(kap.CareProtocol(id="some", settings=settings), options, wish.start)


def is_refused(wish: Wish) -> bool:
    try:
        wish.draft()
    except PlanningError:
        return True
    return False


def assert_smallest(wish: Wish, conflict: set[str]) -> None:
    """What is named excludes each other by itself, and no longer once one of it is dropped."""
    everything = {*wish.protocol.limits_on(None).citations, *wish.options}
    assert conflict <= {*everything, "start"}, str(wish)
    # What is left may have no session that can stand on the start date, unless that moves.
    week = range(1 if "start" in conflict else 7)
    starts = [wish.start + dt.timedelta(days=day) for day in week]
    alone = wished(wish, conflict)
    assert all(is_refused(alone._replace(start=day)) for day in starts), f"{wish}: {conflict}"
    for name in sorted(conflict - {"start"}):
        rest = wished(wish, conflict - {name})
        possible = any(not is_refused(rest._replace(start=day)) for day in starts)
        assert possible, f"{wish}: {name} of {conflict}"


# -- known answers ---------------------------------------------------------------------------------

GAP: Final = {"dosing_count": {"min": 2}, "dosing_gap_days": {"min": 1, "max": 5}}
EACH: Final = {"dosing_count": {"min": 2}, "integration_per_dosing": 1}
WEEK: Final = DAYS[:5]

POSSIBLE: Final[tuple[Wish, ...]] = (
    Wish("core", {}),
    Wish("kingsley", {}),
    Wish("regrounding", {}),
    Wish("core", {"weekday": "fri", "working_days": WEEK, "integration_delay": 3, "every": "1w"}),
    Wish("core", {"time": "22:30", "minutes": {"dosing": 180}}),
    Wish("core", {"dosings": 8, "preparations": 3, "integrations": 20}),
    Wish("kingsley", {"every": "4w"}),
    Wish("kingsley", {"every": "10w", "weekday": "tue", "working_days": ("mon", "tue")}),
    Wish("regrounding", {"place": "remote", "support_person": "sister"}),
    Wish("regrounding", {"minutes": {"dosing": 120}, "integrations": 8, "timezone": "UTC"}),
    Wish("core", {"closed": tuple(START + dt.timedelta(days=day) for day in range(1, 40))}),
    # Integrations ten days after dosings push the dosings apart.
    Wish("core", {"every": "1w", "integration_delay": 10}),
    Wish("core", {"working_days": ("mon",), "every": "1w", "integration_delay": 0}),
    Wish(GAP, {"every": "5d"}),
    Wish(EACH | {"integration_window_hours": 24}, {"integration_delay": 1}),
    Wish(EACH | {"dosing_frequency": {"at_most": 1, "days": 20}}, {"every": "1d"}),
    Wish({"minimum_age": 18, "evaluation_first": True, **EACH}, {"born": dt.date(2009, 1, 4)}),
    Wish({}, {}),
)


@pytest.mark.parametrize("wish", POSSIBLE, ids=str)
def test_what_is_possible_is_drafted(wish: Wish) -> None:
    assert faults(wish, wish.draft()) == []


@pytest.mark.parametrize(
    ("practice", "counts"),
    [("core", (1, 6, 6)), ("kingsley", (1, 6, 6)), ("regrounding", (1, 6, 6))],
)
def test_the_usual_course(practice: str, counts: tuple[int, ...]) -> None:
    """The fewest of each, every two weeks, in the practice's zone, in its office."""
    plan = Wish(practice, {}).draft()
    kinds = Counter(s.kind for s in plan.sessions)
    assert (kinds["preparation"], kinds["dosing"], kinds["integration"]) == counts
    days = [plan.local_start(s).date() for s in plan.sessions if s.kind == "dosing"]
    assert {(b - a).days for a, b in pairwise(days)} == {14}
    assert plan.timezone == ("UTC" if practice == "core" else "America/Los_Angeles")
    assert {s.place for s in plan.sessions if s.kind not in MEDICAL} == {"office"}
    lengths = {s.minutes for s in plan.sessions if s.kind == "dosing"}
    assert lengths == {{"core": 60, "kingsley": 120, "regrounding": 90}[practice]}


IMPOSSIBLE: Final[tuple[tuple[Wish, tuple[set[str], ...]], ...]] = (
    (Wish("core", {"dosings": 9}), ({"dosings", "dosing_count"},)),
    (Wish("core", {"preparations": 0}), ({"preparations", "preparation_count"},)),
    (
        Wish("core", {"integrations": 5}),
        ({"integrations", "integration_per_dosing", "dosing_count"},),
    ),
    (
        Wish("regrounding", {"place": "remote"}),
        ({"place", "support_person_when_remote"},),
    ),
    (
        Wish("kingsley", {"minutes": {"dosing": 60}}),
        (
            {"minutes", "dosing_minutes"},
            {"minutes", "effect_minutes"},
        ),
    ),
    (
        Wish("core", {"weekday": "sat", "working_days": WEEK}),
        ({"weekday", "working_days"},),
    ),
    (Wish(GAP, {"weekday": "mon"}), ({"weekday", "dosing_gap_days", "dosing_count"},)),
    (Wish(GAP, {"every": "6d"}), ({"every", "dosing_gap_days", "dosing_count"},)),
    (
        Wish(EACH | {"integration_window_hours": 24}, {"integration_delay": 3}),
        (
            {
                "integration_delay",
                "integration_window_hours",
                "integration_per_dosing",
            },
        ),
    ),
    (
        Wish(EACH | {"dosing_count": {"min": 4}, "integration_count": {"max": 3}}, {}),
        ({"dosing_count", "integration_per_dosing", "integration_count"},),
    ),
    (
        Wish({"dosing_places": ["remote"], "dosing_count": {"min": 1}}, {"place": "office"}),
        ({"dosing_places", "place"},),
    ),
)


@pytest.mark.parametrize(("wish", "conflicts"), IMPOSSIBLE, ids=[str(w) for w, _ in IMPOSSIBLE])
def test_what_is_impossible_is_named(wish: Wish, conflicts: tuple[set[str], ...]) -> None:
    with pytest.raises(PlanningError) as caught:
        wish.draft()
    assert set(caught.value.conflict) in conflicts
    assert caught.value.problems
    assert_smallest(wish, set(caught.value.conflict))


@pytest.mark.parametrize("seed", seeds(4))
def test_any_wish_is_granted_or_its_conflict_named(seed: int) -> None:
    random, seen = Random(seed), Counter[str]()
    for _ in range(10):
        wish = wild_wish(random)
        try:
            plan = wish.draft()
        except PlanningError as error:
            assert_smallest(wish, set(error.conflict))
            seen["refused"] += 1
        else:
            assert faults(wish, plan) == [], str(wish)
            seen["drafted"] += 1
    assert min(seen["drafted"], seen["refused"]) > 0


@pytest.mark.parametrize("seed", seeds(3))
def test_what_is_not_named_does_not_matter(seed: int) -> None:
    """Without any limit or option that the conflict leaves out, the wish is still refused."""
    random, refused = Random(102 - seed), 0
    while refused < 1:
        wish = wild_wish(random)
        try:
            wish.draft()
        except PlanningError as error:
            everything = {*wish.protocol.limits_on(None).citations, *wish.options}
            for name in sorted(everything - {*error.conflict, "born", "minimum_age"}):
                assert is_refused(wished(wish, everything - {name})), f"{wish}: without {name}"
            refused += 1
