"""House rules from a seed, as rows of a protocol document, with figures that wild plans meet.

Every row is valid by sections 11.1 to 11.3 of the contract under a protocol that sets no
`dose_levels` or `routes`.  Not drawn: records, labels, checks, and a ``to`` with an ordinal that
shares a kind with ``from`` (refused for ``space``).
"""

from __future__ import annotations

from random import Random
from typing import Any

Row = dict[str, Any]

KINDS = (
    "consultation",
    "medical-evaluation",
    "preparation",
    "dosing",
    "integration",
    "medical-review",
)
WITH_FORMAT = ("preparation", "dosing", "integration")
LIKELY = ("dosing",) * 8 + ("integration",) * 6 + KINDS + ("medical-review",) * 2
LEVELS = ("low", "high")  # those that wild plans state
ROUTES = ("oral", "nasal")  # likewise
ROLES = ("low", "moderate", "therapist", "medical-provider")  # of the clinicians of wild plans
PLACES, FORMATS = ("office", "remote"), ("individual", "group")
LENGTHS = (30, 45, 50, 59, 60, 70, 90, 119, 120, 121, 180, 600)
SEVERITIES = ("error", "warning", "advice")
FIGURES = {  # by unit: ends of windows
    "hours": (0, 0, 1, 1, 2, 3, 8, 12, 13, 22, 23, 24, 25, 48, 96, 240),
    "days": (0, 0, 1, 1, 2, 3, 4, 5, 7, 10, 20, 30),
    "weeks": (0, 1, 1, 2, 3, 6),
    "months": (0, 1, 1, 2, 3),
}
SIDED = ("count", "space", "span")
DATES = (  # among those where wild plans begin
    "1980-01-01",
    "2006-10-20",
    "2011-12-25",
    "2027-01-04",
    "2027-03-01",
    "2028-02-29",
    "2199-03-01",
)
CITATION = {"source": "House protocol", "where": "section 4"}


# --- Selectors --------------------------------------------------------------------------------


def wild_kinds(random: Random, *, among: tuple[str, ...] = KINDS) -> list[str]:
    """One kind or several, each once."""
    likely = [kind for kind in LIKELY if kind in among]
    number = min(random.choice((1, 1, 1, 1, 2, 2, 3)), len(among))
    found = [random.choice(likely)]
    while len(found) < number:
        kind = random.choice(likely)
        if kind not in found:
            found.append(kind)
    return found


def one_or_list(random: Random, values: tuple[str, ...]) -> str | list[str]:
    return random.choice((random.choice(values), [random.choice(values)], list(values)))


def wild_selector(
    random: Random, *, among: tuple[str, ...] = KINDS, ordinal: bool = True, kinds: Any = None
) -> str | list[str] | Row:
    """A kind, a list of kinds or an object; some session matches each."""
    kinds = kinds or wild_kinds(random, among=among)
    word = kinds[0] if len(kinds) == 1 and random.random() < 0.9 else kinds
    if random.random() < 0.5:
        return word  # type: ignore[no-any-return]
    row: Row = {"kind": word}
    if random.random() < 0.3:
        row["place"] = one_or_list(random, PLACES)
    if random.random() < 0.25 and set(kinds) & set(WITH_FORMAT):
        row["format"] = one_or_list(random, FORMATS)
    if random.random() < 0.25 and "dosing" in kinds:
        row["level"] = one_or_list(random, LEVELS)
    if random.random() < 0.15 and "dosing" in kinds:
        row["route"] = one_or_list(random, ROUTES)
    if random.random() < 0.2:
        row["phase"] = random.choice(("course",) * 5 + ("maintenance",))
    if ordinal and random.random() < 0.6:
        row[random.choice(("first", "nth", "every", "from"))] = random.choice((1, 1, 2, 2, 3, 4))
    return row


def kinds_of(selector: Any) -> list[str]:
    kinds = selector["kind"] if isinstance(selector, dict) else selector
    return [kinds] if isinstance(kinds, str) else list(kinds)


def has_ordinal(selector: Any) -> bool:
    return isinstance(selector, dict) and bool({"first", "nth", "every", "from"} & set(selector))


# --- Figures ----------------------------------------------------------------------------------


def ends(random: Random, figures: tuple[int, ...]) -> Row:
    """`min`, `max` or both, `max` not below `min`."""
    low, high = sorted((random.choice(figures), random.choice(figures)))
    return random.choice(({"min": high}, {"max": low}, {"min": low, "max": high}))


def wild_window(random: Random, units: tuple[str, ...] = tuple(FIGURES)) -> Row:
    unit = random.choice(units)
    return ends(random, FIGURES[unit]) | {"unit": unit}


# --- The keys of each form --------------------------------------------------------------------


def wild_count(random: Random) -> Row:
    row: Row = {"of": wild_selector(random)}
    if random.random() < 0.4:
        row["sum"] = random.choice(("minutes", "minutes", "sessions"))
    by_minutes = row.get("sum") == "minutes"
    row |= ends(random, (50, 100, 120, 150, 180, 240, 360, 600) if by_minutes else tuple(range(6)))
    if random.random() < 0.5:
        row["before"] = wild_selector(random)
    return row


def wild_order(random: Random) -> Row:
    side = random.choice(("before", "after"))
    return {"each": wild_selector(random), side: wild_selector(random)}


def wild_precede(random: Random) -> Row:
    row: Row = {"each": wild_selector(random), "by": wild_selector(random)}
    if random.random() < 0.5:
        row["min"] = random.choice((1, 1, 2, 3))
    if random.random() < 0.6:
        row["back_to"] = random.choice(("any", "previous", "previous", "previous"))
    if random.random() < 0.7:
        row["within"] = wild_window(random)
    return row


def wild_follow(random: Random) -> Row:
    row: Row = {"each": wild_selector(random), "by": wild_selector(random)}
    if random.random() < 0.5:
        row["min"] = random.choice((1, 1, 2, 3))
    if random.random() < 0.6:
        row["until"] = random.choice(("next", "ever", "ever"))
    if random.random() < 0.7:
        row["within"] = wild_window(random)
    return row


def wild_space(random: Random) -> Row:
    row: Row = {"from": wild_selector(random)}
    if random.random() < 0.75:
        kinds = wild_kinds(random)
        shared = bool(set(kinds) & set(kinds_of(row["from"])))
        row["to"] = wild_selector(random, kinds=kinds, ordinal=not shared)
    return row | wild_window(random)


def wild_rate(random: Random) -> Row:
    days = random.choice((1, 2, 3, 5, 7, 14, 28, 60))
    return {"of": wild_selector(random), "max": random.choice((1, 1, 2, 3)), "days": days}


def wild_span(random: Random) -> Row:
    row: Row = {"from": wild_selector(random)}
    if random.random() < 0.6:
        row["to"] = wild_selector(random)
    unit = random.choice(("days", "weeks", "months"))
    figures = {"days": (0, 1, 2, 7, 14, 19, 30, 60), "weeks": (0, 1, 2, 4, 8, 12), "months": ()}
    return row | ends(random, figures[unit] or (0, 1, 2, 3, 6)) | {"unit": unit}


def wild_length(random: Random) -> Row:
    row: Row = {"of": wild_selector(random)}
    if random.random() < 0.4:
        return row | {"one_of": sorted(random.sample(LENGTHS, random.choice((1, 2, 4))))}
    return row | ends(random, LENGTHS)


def wild_allow(random: Random) -> Row:
    field = random.choice(("place", "format", "level", "route", "role"))
    first = {"format": random.choice(WITH_FORMAT), "level": "dosing", "route": "dosing"}.get(field)
    kinds = wild_kinds(random)
    if first is not None and first not in kinds:
        kinds[0] = first
    words: dict[str, tuple[str, ...]] = {"place": PLACES, "format": FORMATS, "level": LEVELS}
    values = (words | {"route": ROUTES, "role": ROLES})[field]
    chosen = random.sample(values, random.randrange(1, len(values)))
    return {"of": wild_selector(random, kinds=kinds), "field": field, "values": chosen}


def wild_known(random: Random) -> Row:
    field = random.choice(("level", "route", "clinician", "support_person", "therapist_present"))
    kinds = wild_kinds(random) if field == "clinician" else ["dosing"]
    row: Row = {"of": wild_selector(random, kinds=kinds), "field": field}
    if random.random() < 0.7:
        row["by"] = random.choice(("start", "end"))
    return row


def wild_recur(random: Random) -> Row:
    contacts = random.choice((["medical-evaluation", "medical-review"], ["medical-review"], None))
    row: Row = {"of": wild_selector(random, kinds=contacts)}
    row["months"] = random.choice((1, 1, 2, 2, 3, 3, 4, 6, 12))
    policy = random.choice(("rolling", "calendar", None, None))
    if policy == "rolling":
        row["months"] = random.choice((1, 2, 3, 5))
    if policy is not None:
        row["policy"] = policy
    if random.random() < 0.5:
        row["while"] = random.choice(("dosing", wild_selector(random), wild_selector(random)))
    return row


WILD = {
    "count": wild_count,
    "order": wild_order,
    "precede": wild_precede,
    "follow": wild_follow,
    "space": wild_space,
    "rate": wild_rate,
    "span": wild_span,
    "length": wild_length,
    "allow": wild_allow,
    "known": wild_known,
    "recur": wild_recur,
}


# --- Rows -------------------------------------------------------------------------------------


def wild_rule(random: Random, id: str = "HOUSE-1", *, form: str | None = None) -> Row:
    """A row that holds throughout, of any form or of the one that is asked for."""
    form = form or random.choice(tuple(WILD))
    row: Row = {"id": id, "form": form, **WILD[form](random)}
    if form in SIDED and random.random() < 0.4:
        row["severity"] = {side: random.choice(SEVERITIES) for side in ("below", "above")}
    elif random.random() < 0.5:
        row["severity"] = random.choice(SEVERITIES)
    for name in ("says", "why", "action"):
        if random.random() < 0.1:
            row[name] = f"A sentence of the house ({name})."
    return row | {"citation": dict(CITATION)}


def wild_rules(random: Random, number: int) -> list[Row]:
    """So many rules that hold throughout, ``HOUSE-1`` and on."""
    return [wild_rule(random, f"HOUSE-{place}") for place in range(1, number + 1)]


def wild_lines(random: Random, number: int) -> list[Row]:
    """The lines of so many rules: dated and undated ones, some `off`, the ids mixed."""
    lines = []
    for place in range(1, number + 1):
        choices = (None, *DATES)
        for since in random.sample(choices, random.choice((1, 1, 2, 3))):
            row = wild_rule(random, f"HOUSE-{place}")
            if random.random() < 0.2:
                row = {"id": row["id"], "form": "off", "citation": row["citation"]}
            if since is not None:
                row["since"] = since
            lines.append(row)
    random.shuffle(lines)
    return lines
