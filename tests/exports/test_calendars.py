"""Plans as iCalendar: private events at the right instants, and not a word more than asked."""

from __future__ import annotations

import argparse
import datetime as dt
import io
import itertools
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings, strategies as st
from icalendar import Calendar

import kap_model as kap
from kap_model.calendars import TITLES, CalendarLibraryMissingError, Titles, event_uid, to_ical
from kap_model.cli.lookups import add_calendar
from kap_model.testing import strategies as kst
from profiles import scaled
from shipped import RUNNING
from support import plan as plan_of

NOW = "2027-01-01T09:00:00-08:00"
Capture = pytest.CaptureFixture[str]
SPRING = "2027-03-13 America/Los_Angeles"  # clocks go from 02:00 to 03:00 on the 14th
AUTUMN = "2027-11-06 America/Los_Angeles"  # and from 02:00 to 01:00 on 7 November
NUMBERS = itertools.count()


def events(text: str) -> list[Any]:
    calendar = Calendar.from_ical(text)
    assert calendar.to_ical().decode("utf-8") == text
    assert calendar.errors == []
    for part in calendar.walk():
        assert part.errors == []
    return list(calendar.walk("VEVENT"))


def times(event: Any) -> tuple[dt.datetime, dt.datetime]:
    return tuple(event[name].dt.astimezone(dt.UTC) for name in ("DTSTART", "DTEND"))


def lines(text: str, name: str) -> list[str]:
    """Each value of a property, with its parameters, in order."""
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n")
    return [
        line.removeprefix(name).lstrip(":;")
        for line in text.split("\r\n")
        if line.startswith((f"{name}:", f"{name};"))
    ]


def in_a_zone_of_its_own(text: str, name: str) -> str:
    """The same calendar, in a zone that no list knows, so that its own definition has to serve."""
    own = f"X-Own-{next(NUMBERS)}"
    return text.replace(f"TZID:{name}\r\n", f"TZID:{own}\r\n").replace(
        f";TZID={name}:", f";TZID={own}:"
    )


def test_a_whole_calendar() -> None:
    assert to_ical(kap.parse("2027-01-04 Asia/Kathmandu C0 D28x"), as_of=NOW) == "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//appointments//EN",
            "BEGIN:VTIMEZONE",
            "TZID:Asia/Kathmandu",
            "BEGIN:STANDARD",
            "DTSTART:20260103T100000",
            "TZNAME:+0545",
            "TZOFFSETFROM:+0545",
            "TZOFFSETTO:+0545",
            "END:STANDARD",
            "END:VTIMEZONE",
            "BEGIN:VEVENT",
            "SUMMARY:Appointment",
            "DTSTART;TZID=Asia/Kathmandu:20270104T100000",
            "DTEND;TZID=Asia/Kathmandu:20270104T105000",
            "DTSTAMP:20270101T170000Z",
            f"UID:{event_uid('plan', 'c1')}",
            "CLASS:PRIVATE",
            "STATUS:CONFIRMED",
            "END:VEVENT",
            "BEGIN:VEVENT",
            "SUMMARY:Appointment",
            "DTSTART;TZID=Asia/Kathmandu:20270201T100000",
            "DTEND;TZID=Asia/Kathmandu:20270201T120000",
            "DTSTAMP:20270101T170000Z",
            f"UID:{event_uid('plan', 'd1')}",
            "CLASS:PRIVATE",
            "STATUS:CANCELLED",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )


def test_a_uid_is_of_the_two_ids_and_shows_neither() -> None:
    assert event_uid("plan", "d1") == "f41591254fb6bd0812b9087538a7189c"
    pairs = [("plan", "d1"), ("plan", "d2"), ("p", "d1"), ("p.d", "1"), ("p", "d.1"), ("p-d", "1")]
    uids = {event_uid(*pair) for pair in pairs}
    assert len(uids) == len(pairs)
    assert all(len(uid) == 32 and int(uid, 16) for uid in uids)


def test_an_event_is_the_same_one_after_a_change() -> None:
    plan = kap.parse(f"{SPRING} D0 D7")
    moved = attrs.evolve(plan, sessions=kap.parse(f"{SPRING} D1@15:00 D7x").sessions)
    before, after = (to_ical(p, as_of=NOW, titles="kinds") for p in (plan, moved))
    assert lines(before, "UID") == lines(after, "UID")
    assert lines(before, "DTSTART") != lines(after, "DTSTART")
    renamed = attrs.evolve(plan, id="other")
    assert set(lines(to_ical(renamed, as_of=NOW), "UID")).isdisjoint(lines(before, "UID"))


def test_only_the_stamp_is_of_the_moment() -> None:
    plan = kap.parse(f"{SPRING} D0 D7")
    text = to_ical(plan, as_of=NOW)
    assert to_ical(plan, as_of=dt.datetime(2027, 1, 1, 17, tzinfo=dt.UTC)) == text
    assert to_ical(plan, as_of="2027-01-01T17:00:00.75Z") == text
    later = to_ical(plan, as_of="2028-05-05T05:05:05Z")
    assert lines(later, "DTSTAMP") == ["20280505T050505Z"] * 2
    assert later.replace("20280505T050505Z", "20270101T170000Z") == text


@pytest.mark.parametrize(
    ("line", "starts", "ends"),
    [
        # over the hour that the clocks skip
        (f"{SPRING} D1@01:30", "20270314T013000", "20270314T043000"),
        (f"{SPRING} I1@01:30/30", "20270314T013000", "20270314T030000"),
        (f"{SPRING} I1@03:00", "20270314T030000", "20270314T035000"),
        # up to the hour that they repeat, into it, over it, after it
        (f"{AUTUMN} I1@00:10", "20271107T001000", "20271107T010000"),
        (f"{AUTUMN} I1@01:00", "20271107T010000", "20271107T015000"),
        (f"{AUTUMN} I1@02:00", "20271107T020000", "20271107T025000"),
        (f"{AUTUMN} D1@00:30/150", "20271107T003000", "20271107T020000"),
    ],
)
def test_local_times_over_a_change_of_clocks(line: str, starts: str, ends: str) -> None:
    plan = kap.parse(line)
    text = to_ical(plan, as_of=NOW)
    (event,) = events(in_a_zone_of_its_own(text, plan.timezone))
    assert times(event) == (plan.sessions[0].start, plan.sessions[0].end)
    onsets = {onset[4:] for onset in lines(text, "DTSTART")[1:-1]}
    assert onsets <= {"0308T020000", "0314T020000", "1101T020000", "1107T020000"}
    assert lines(text, "DTSTART")[-1] == f"TZID=America/Los_Angeles:{starts}"
    assert lines(text, "DTEND") == [f"TZID=America/Los_Angeles:{ends}"]


@pytest.mark.parametrize(
    ("start", "minutes", "utc"),
    [
        ("2027-11-07T01:00:00-08:00", 120, ["20271107T090000Z", "20271107T110000Z"]),
        ("2027-11-07T01:59:59-08:00", 50, ["20271107T095959Z", "20271107T104959Z"]),
        ("2027-11-07T01:30:00-07:00", 60, ["20271107T083000Z", "20271107T093000Z"]),
        ("2027-11-07T00:30:00-07:00", 90, ["20271107T073000Z", "20271107T090000Z"]),
    ],
)
def test_what_no_local_time_can_name_is_in_utc(start: str, minutes: int, utc: list[str]) -> None:
    sessions = [
        kap.Dosing(id="d1", start=start, minutes=minutes),
        kap.Dosing(id="d2", start="2027-11-08T10:00:00-08:00", minutes=60),
    ]
    plan = kap.Plan(id="p", timezone="America/Los_Angeles", sessions=sessions)
    text = to_ical(plan, as_of=NOW)
    first, second = events(text)
    assert [first["DTSTART"].to_ical().decode(), first["DTEND"].to_ical().decode()] == utc
    assert second["DTSTART"].params["TZID"] == "America/Los_Angeles"
    assert [times(first)[0], times(second)[0]] == [session.start for session in plan.sessions]


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "GMT", "Africa/Abidjan", "Zulu", "Iceland"])
def test_a_zone_that_keeps_utc_is_utc(name: str) -> None:
    text = to_ical(kap.parse(f"2027-01-04 {name} C0 D28"), as_of=NOW)
    assert "TZID" not in text
    assert lines(text, "DTSTART") == ["20270104T100000Z", "20270201T100000Z"]
    assert len(events(text)) == 2


def test_a_zone_that_is_at_utc_in_winter_only_is_defined() -> None:
    text = to_ical(kap.parse("2027-01-04 Europe/London C0"), as_of=NOW)
    assert lines(text, "TZOFFSETTO") == ["+0000", "+0100", "+0000"]
    assert lines(text, "TZNAME") == ["GMT", "BST", "GMT"]
    assert lines(text, "DTSTART")[1:3] == ["20260329T010000", "20261025T020000"]
    assert text.count("BEGIN:DAYLIGHT") == 1


def test_years_without_a_session_are_left_out_of_the_zone() -> None:
    far = [
        kap.Consultation(id=f"c{year}", start=f"{year}-07-01T10:00:00Z", minutes=50)
        for year in (1980, 1981, 2199)
    ]
    plan = kap.Plan(id="p", timezone="America/Los_Angeles", sessions=far)
    text = to_ical(plan, as_of=NOW)
    onsets = lines(text, "DTSTART")[:-3]
    assert [onset[:6] for onset in onsets] == [
        *("197907", "197910", "198004", "198010", "198104"),
        *("219806", "219811", "219903"),
    ]
    assert [times(event)[0] for event in events(text)] == [session.start for session in far]


@pytest.mark.parametrize("name", kst.TELLING_ZONES)
def test_a_definition_leads_to_every_instant(name: str) -> None:
    first = [dt.datetime.combine(origin, dt.time(8), dt.UTC) for origin in kst.TELLING_DATES]
    starts = [start + dt.timedelta(hours=25 * n) for start in first for n in range(31)]
    sessions = [
        kap.Integration(id=f"i{n}", start=start, minutes=1380) for n, start in enumerate(starts)
    ]
    plan = kap.Plan(id="p", timezone=name, sessions=sessions)
    text = in_a_zone_of_its_own(to_ical(plan, as_of=NOW), name)
    for event, session in zip(events(text), plan.sessions, strict=True):
        assert times(event) == (session.start, session.end)


@given(kst.plans().filter(lambda plan: plan.sessions), st.sampled_from(TITLES))
@settings(max_examples=scaled(15))
def test_every_plan_is_read_back_at_its_instants(plan: kap.Plan, titles: Titles) -> None:
    text = to_ical(plan, as_of=NOW, titles=titles)
    assert to_ical(kap.loads(kap.dumps(plan)), as_of=NOW, titles=titles) == text
    for form in (text, in_a_zone_of_its_own(text, plan.timezone)):
        made = events(form)
        assert [str(event["UID"]) for event in made] == [
            event_uid(plan.id, session.id) for session in plan.sessions
        ]
        for event, session in zip(made, plan.sessions, strict=True):
            assert times(event) == (session.start, session.end)
            assert set(event) == {
                *("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "STATUS")
            }
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_a_neutral_calendar_says_nothing_of_anybody() -> None:
    marked = plan_of(
        "2027-01-04 America/Los_Angeles C0* E1+ P2*~ D3*~gt I4x R5?",
        {
            "id": "MARKER-plan",
            "client": "MARKER-client",
            "conditions": ("MARKER-condition",),
            "d1.level": "MARKER-level",
            "d1.support_person": "MARKER-person",
            "c1.clinician": kap.Clinician("MARKER-clinician", "MARKER-role"),
        },
    )
    said = to_ical(marked, as_of=NOW).lower()
    words = ("marker", "dosing", "medical", "eligible", "pending", "remote", "group", "ketamine")
    assert [word for word in words if word in said] == []
    assert set(lines(to_ical(marked, as_of=NOW), "SUMMARY")) == {"Appointment"}


def test_titles_of_kinds_add_the_kind_and_nothing_else() -> None:
    plan = kap.parse("2027-01-04 America/Los_Angeles C0* E1+ P2*~ D3*g I4x R5?")
    neutral, named = (to_ical(plan, as_of=NOW, titles=titles) for titles in TITLES)
    assert lines(named, "SUMMARY") == [
        *("Consultation", "Medical evaluation", "Preparation"),
        *("Dosing", "Integration", "Medical review"),
    ]

    def rest(text: str) -> list[str]:
        return [line for line in text.split("\r\n") if not line.startswith("SUMMARY")]

    assert rest(named) == rest(neutral)
    assert get_args(Titles) == TITLES


@pytest.mark.parametrize(
    ("state", "statuses"),
    [
        ("", ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"]),
        ("completed", ["CANCELLED", "CONFIRMED", "CANCELLED", "CONFIRMED"]),
        ("discontinued", ["CANCELLED", "CONFIRMED", "CANCELLED", "CONFIRMED"]),
    ],
)
def test_what_does_not_take_place_is_cancelled(state: str, statuses: list[str]) -> None:
    plan = kap.parse(f"2027-01-04 UTC {state} D0 D7* D14x D21!")
    assert lines(to_ical(plan, as_of=NOW), "STATUS") == statuses


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"as_of": "2027-01-01T09:00:00"}, "as_of"),
        ({"as_of": dt.datetime(2027, 1, 1)}, "as_of"),  # noqa: DTZ001 - naive on purpose
        ({"as_of": None}, "as_of"),
        ({"as_of": NOW, "titles": "all"}, "titles"),
        ({"as_of": NOW, "titles": None}, "titles"),
    ],
)
def test_what_is_refused(given: dict[str, Any], path: str) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        to_ical(kap.parse("2027-01-04 C0"), **given)
    (problem,) = caught.value.problems
    assert problem.path == path


def test_a_plan_without_a_session_is_no_calendar() -> None:
    with pytest.raises(kap.InvalidValue, match="sessions: must be at least one"):
        to_ical(kap.Plan(id="p", timezone="UTC", sessions=()), as_of=NOW)


def test_nothing_waits_for_the_library_that_does_not_need_it() -> None:
    program = (
        "import sys, kap_model\n"
        "assert 'kap_model.calendars' not in sys.modules\n"
        "import kap_model.calendars, kap_model.cli.lookups\n"
        "assert 'icalendar' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603 - our own program


def test_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'kap-model\[calendar\]'") as caught:
        to_ical(kap.parse("2027-01-04 C0"), as_of=NOW)
    assert isinstance(caught.value, CalendarLibraryMissingError)
    assert caught.value.name == "icalendar"
    assert caught.value.__context__ is None
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (type(again), again.name, str(again)) == (
        CalendarLibraryMissingError,
        "icalendar",
        str(caught.value),
    )
    with pytest.raises(kap.InvalidValue):  # a bad argument is refused all the same
        to_ical(kap.parse("2027-01-04 C0"), as_of="today")


def run(arguments: list[str], capsys: Capture) -> tuple[int, str, str]:
    """The command as the parser of all commands would run it."""
    parser = argparse.ArgumentParser()
    add_calendar(parser.add_subparsers(required=True).add_parser("calendar"))
    parsed = parser.parse_args(["calendar", *arguments])
    result = parsed.run(parsed)
    assert capsys.readouterr() == ("", "")
    return result.status, result.output, "\n".join(result.complaints)


def test_the_command_prints_a_calendar(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = kap.load(RUNNING)
    for options, titles in (([], "neutral"), (["--titles", "kinds"], "kinds")):
        said = run([RUNNING, "--as-of", NOW, *options], capsys)
        assert said == (0, to_ical(plan, as_of=NOW, titles=titles), "")  # type: ignore[arg-type]
    document = kap.dumps(plan).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(document)))
    assert run(["-", "--as-of", NOW], capsys)[1] == to_ical(plan, as_of=NOW)


@pytest.mark.parametrize("plan", ["x", None, kap.Plan, {}, 5])
def test_what_is_no_plan_has_no_calendar(plan: Any) -> None:
    with pytest.raises(TypeError, match=r"^to_ical\(\) takes a Plan; kap_model.loads\(\) makes"):
        to_ical(plan, as_of=NOW)


@pytest.mark.parametrize(
    ("document", "as_of", "reason"),
    [
        (None, NOW, "plan.json: No such file or directory"),
        ("{}", NOW, "plan.json: $: lacks schema"),
        (kap.dumps(kap.Plan(id="p", timezone="UTC", sessions=())), NOW, "sessions: must be at"),
        (kap.dumps(kap.parse("2027-01-04 C0")), "2027-01-01", "--as-of: must be RFC 3339"),
    ],
)
def test_the_command_says_why_there_is_no_calendar(
    document: str | None, as_of: str, reason: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "plan.json"
    if document is not None:
        path.write_text(document, encoding="utf-8")
    status, output, complaint = run([str(path), "--as-of", as_of], capsys)
    assert (status, output) == (2, "")
    assert reason in complaint


def test_the_command_says_which_extra_is_not_installed(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    assert run([RUNNING, "--as-of", NOW], capsys) == (
        2,
        "",
        "calendar: calendars need the icalendar library: pip install 'kap-model[calendar]'",
    )


@pytest.mark.parametrize("given", [[], ["--as-of", NOW, "--titles", "all"]])
def test_the_command_asks_for_the_moment_and_a_known_title(
    given: list[str], capsys: Capture
) -> None:
    with pytest.raises(SystemExit) as caught:
        run([RUNNING, *given], capsys)
    assert caught.value.code == 2
