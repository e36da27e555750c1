"""Plan documents: lossless, canonical, total; and the two readers agree."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings, strategies as st

import kap_model as kap
from clocks import shown_once
from kap_model.documents import _json
from kap_model.documents._shape import read_value
from kap_model.documents.plans import PLAN, SESSION_KEYS, loads_with_strays, written
from kap_model.testing import strategies as kst
from mutations import changed_documents, partly_local, spoiled_texts
from profiles import scaled

EXAMPLES = Path(__file__).parents[2] / "examples"
KEYS = (
    *("schema", "id", "protocol", "fees", "timezone", "state", "client", "born", "conditions"),
    *("sessions", "supplies", "kind", *SESSION_KEYS),
    *("issued", "received", "dosings", "role", "sesions"),
)
MEGABYTE = 1_000_000
PLANS = kst.plans(max_sessions=5)
DOCUMENTS = partly_local(PLANS.map(kap.dumps))


def refused(text: str | bytes) -> list[str]:
    with pytest.raises(kap.DocumentError) as caught:
        kap.loads(text)
    assert caught.value.problems
    return [str(problem) for problem in caught.value.problems]


@given(kst.plans())
@settings(max_examples=scaled(25))
def test_what_is_written_is_read_again_without_loss(plan: kap.Plan) -> None:
    text = kap.dumps(plan)
    for form in (text, text.encode()):
        again = kap.loads(form)
        assert again == plan
        assert hash(again) == hash(plan)
        assert kap.dumps(again) == text


def in_another_hand(text: str, random: Any) -> str:
    """The same document with keys, sessions and supplies in another order, offsets or none."""
    document = json.loads(text)
    zones = [dt.timezone(dt.timedelta(minutes=random.randrange(-840, 841))) for _ in range(3)]
    for session in document["sessions"]:
        start = dt.datetime.fromisoformat(session["start"]).astimezone(random.choice(zones))
        local = shown_once(session["start"], document["timezone"])
        session["start"] = start.isoformat() if local is None or random.random() < 0.5 else local
    for key in ("sessions", "supplies", "conditions"):
        if key in document:
            rows = [permuted(row, random) for row in document[key]]
            random.shuffle(rows)
            document[key] = rows
    indent = random.choice((None, 0, 2))
    return json.dumps(permuted(document, random), indent=indent, ensure_ascii=random.random() < 0.5)


def permuted(value: Any, random: Any) -> Any:
    if not isinstance(value, dict):
        return value
    keys = list(value)
    random.shuffle(keys)
    return {key: value[key] for key in keys}


@given(kst.plans(), st.randoms())
@settings(max_examples=scaled(25))
def test_another_order_and_other_offsets_give_an_equal_plan_and_equal_bytes(
    plan: kap.Plan, random: Any
) -> None:
    text = kap.dumps(plan)
    other = kap.loads(in_another_hand(text, random))
    assert other == plan
    assert kap.dumps(other) == text


def swift(text: str | bytes) -> kap.Plan | None:
    try:
        return kap.loads(text)
    except kap.DocumentError as error:
        problems = error.problems
    assert 1 <= len(problems) <= 101
    return None


def thorough(text: str) -> Any:
    try:
        return read_value(PLAN.read, _json.parse(text))
    except kap.DocumentError:
        return None


@given(changed_documents(DOCUMENTS, KEYS))
@settings(max_examples=scaled(100))
@example('{"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": []}')
def test_the_swift_and_the_thorough_reader_agree(text: str) -> None:
    assert swift(text) == thorough(text)


@pytest.mark.parametrize("row", ["d1", 7, [], None])
def test_what_is_no_session_is_refused(row: Any) -> None:
    plan = {"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": [row]}
    assert refused(json.dumps(plan)) == ["$.sessions[0]: must be an object"]


@given(kst.plans())
@settings(max_examples=scaled(25))
def test_sessions_that_were_read_are_as_frozen_as_constructed_ones(plan: kap.Plan) -> None:
    for read, made in zip(kap.loads(kap.dumps(plan)).sessions, plan.sessions, strict=True):
        assert type(read) is type(made)
        assert attrs.asdict(read) == attrs.asdict(made)
        assert (repr(read), read.ends) == (repr(made), made.ends)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            read.minutes = 1  # type: ignore[misc]
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            delattr(read, "minutes")


def document_of(**session: Any) -> str:
    """A plan document of one dosing that says something more, or something else."""
    dosing = {"id": "d1", "kind": "dosing", "start": "2027-01-18T10:00:00Z", "minutes": 60}
    plan = {"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC"}
    return json.dumps({**plan, "sessions": [{**dosing, **session}]})


@pytest.mark.parametrize(
    "session",
    [
        {"place": "remote", "status": "completed"},
        {"status": "cancelled", "notice_hours": 0},
        {"clinician": {"id": "t-1", "role": "therapist"}},
        {"level": "low", "route": "oral", "support_person": "none", "therapist_present": True},
        {"minutes": 1440, "format": "group"},
    ],
)
def test_what_a_session_may_say_beside_the_usual_is_kept(session: dict[str, Any]) -> None:
    (read,) = json.loads(kap.dumps(kap.loads(document_of(**session))))["sessions"]
    assert read == {**json.loads(document_of())["sessions"][0], **session, "start": read["start"]}


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("id", "a b", "1 to 64 letters"),
        ("id", 7, "1 to 64 letters"),
        ("minutes", 0, "from 1 to 1440"),
        ("minutes", 1441, "from 1 to 1440"),
        ("minutes", True, "from 1 to 1440"),
        ("place", "home", "one of office, remote"),
        ("place", ["office"], "one of office, remote"),
        ("status", "done", "one of planned"),
        ("level", None, "leave the key out"),
        ("place", None, "leave the key out"),
        ("clinician", {"id": "t-1"}, "lacks role"),
        ("clinician", "t-1", "must be an object"),
        ("notice_hours", 1, "cancelled session only"),
        ("outcome", "eligible", "does not belong here"),
        ("ends", 1, "unknown key"),
    ],
)
def test_what_a_session_may_not_say_is_refused(key: str, value: Any, reason: str) -> None:
    (problem,) = refused(document_of(**{key: value}))
    assert problem.startswith("$.sessions[0]")
    assert reason in problem


@given(
    kst.plans().flatmap(
        lambda plan: st.tuples(st.just(plan), partly_local(st.just(kap.dumps(plan))))
    )
)
@settings(max_examples=scaled(25))
def test_the_thorough_reader_reads_what_the_swift_one_reads(given: tuple[kap.Plan, str]) -> None:
    plan, text = given
    assert thorough(text) == swift(text) == plan


def in_utc(document: dict[str, Any]) -> dict[str, Any]:
    """A document with the starts of its sessions in UTC."""
    for session in document["sessions"]:
        start = dt.datetime.fromisoformat(session["start"]).astimezone(dt.UTC)
        session["start"] = start.isoformat()
    return document


@given(kst.plans())
@settings(max_examples=25)
def test_the_swift_writer_writes_what_the_shape_writes(plan: kap.Plan) -> None:
    swiftly, by_shape = in_utc(written(plan)), in_utc(PLAN.write(plan))
    assert json.dumps(swiftly) == json.dumps(by_shape)  # keys in one order, too


JSON_LIKE = st.text('{}[]",: 0123456789.eE+-nulltruefalseschema\\', max_size=60)


@given(st.text() | JSON_LIKE | spoiled_texts(DOCUMENTS))
@settings(max_examples=scaled(100))
def test_any_text_is_a_plan_or_a_document_error(text: str) -> None:
    plan = swift(text)
    assert plan is None or kap.loads(kap.dumps(plan)) == plan


LONG = "1" * 5000
HOSTILE = {
    "nothing": "",
    "a control character": "\x00",
    "a lone surrogate": "\ud800",
    "an escaped surrogate": '"\\ud800"',
    "not a number": "NaN",
    "infinite": "1e999",
    "a long integer": f"[{LONG}]",
    "as long as may be": "-" + "9" * 999_000,
    "a long integer, then no JSON": f"[{LONG}, x]",
    "a long integer, then more": f'{{"id": {LONG}}} x',
    "a long integer, then deep nesting": f"[{LONG}, {'[' * 2000}{']' * 2000}]",
    "deep nesting": "[" * 100_000,
    "deep nesting, closed": "[" * 100_000 + "]" * 100_000,
    "deep objects": '{"a":' * 50_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_a_document_error(text: str) -> None:
    assert refused(text)


@st.composite
def ill_coded(draw: st.DrawFn) -> bytes:
    raw = draw(DOCUMENTS).encode()
    place = draw(st.integers(0, len(raw)))
    return raw[:place] + draw(st.binary(min_size=1, max_size=4)) + raw[place:]


@given(st.binary() | ill_coded())
@settings(max_examples=scaled(25))
@example(b"\xff\xfe{\x00}\x00")
@example(b"\xef\xbb\xbf{}")
@example(b'"\xed\xa0\x80"')
def test_any_bytes_are_a_plan_or_a_document_error(raw: bytes) -> None:
    plan = swift(raw)
    assert plan is None or kap.loads(kap.dumps(plan)) == plan


@pytest.mark.parametrize("value", [None, 5, {}, ["{}"], bytearray(b"{}"), Path("x")])
def test_what_is_no_text_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^a document is text or bytes"):
        kap.loads(value)


WHOLE = kap.Plan(
    id="plan-0042",
    protocol="regrounding",
    fees="kingsley",
    timezone="America/Los_Angeles",
    state="discontinued",
    client="c-17",
    born="1990-05-17",
    conditions=["b", "a"],
    sessions=[
        kap.MedicalReview(
            id="r1",
            start="2027-03-15T16:00:00Z",
            minutes=20,
            place="office",
            status="completed",
            clinician=kap.Clinician("m-1", "medical-provider"),
            outcome="stop",
        ),
        kap.Dosing(
            id="d1",
            start="2027-01-18T21:00:00Z",
            minutes=90,
            place="remote",
            format="group",
            status="completed",
            clinician=kap.Clinician("t-1", "therapist"),
            level="low",
            support_person='die Schwester "Żółć"/姉',
            therapist_present=False,
        ),
        kap.Consultation(
            id="c1", start="2027-01-04T18:00:00Z", minutes=50, status="cancelled", notice_hours=0
        ),
    ],
    supplies=[
        kap.Supply(id="s2", issued="2027-02-01", dosings=4),
        kap.Supply(id="s1", issued="2027-01-06", received="2027-01-09", dosings=2),
    ],
)
WHOLE_TEXT = (
    '{"schema": "kap-model/plan/1", "id": "plan-0042", "protocol": "regrounding", '
    '"fees": "kingsley", "timezone": "America/Los_Angeles", "state": "discontinued", '
    '"client": "c-17", "born": "1990-05-17", "conditions": ["a", "b"], "sessions": ['
    '{"id": "c1", "kind": "consultation", "start": "2027-01-04T10:00:00-08:00", "minutes": 50, '
    '"status": "cancelled", "notice_hours": 0}, '
    '{"id": "d1", "kind": "dosing", "start": "2027-01-18T13:00:00-08:00", "minutes": 90, '
    '"place": "remote", "format": "group", "status": "completed", '
    '"clinician": {"id": "t-1", "role": "therapist"}, "level": "low", '
    '"support_person": "die Schwester \\"Żółć\\"/姉", "therapist_present": false}, '
    '{"id": "r1", "kind": "medical-review", "start": "2027-03-15T09:00:00-07:00", "minutes": 20, '
    '"place": "office", "status": "completed", '
    '"clinician": {"id": "m-1", "role": "medical-provider"}, "outcome": "stop"}], '
    '"supplies": [{"id": "s1", "issued": "2027-01-06", "received": "2027-01-09", "dosings": 2}, '
    '{"id": "s2", "issued": "2027-02-01", "dosings": 4}]}\n'
)


def test_the_canonical_form_of_a_plan_with_every_field() -> None:
    assert kap.dumps(WHOLE) == WHOLE_TEXT
    assert kap.loads(WHOLE_TEXT) == WHOLE


def test_defaults_are_left_out() -> None:
    plan = kap.Plan(
        id="p",
        timezone="UTC",
        state="active",
        sessions=[
            kap.MedicalEvaluation(id="e1", start="2027-01-06T01:00:00+14:00", minutes=30),
            kap.Preparation(id="p1", start="2027-01-07T00:00:00Z", minutes=50, place="office"),
        ],
    )
    assert kap.dumps(plan) == (
        '{"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": ['
        '{"id": "e1", "kind": "medical-evaluation", "start": "2027-01-05T11:00:00+00:00", '
        '"minutes": 30}, '
        '{"id": "p1", "kind": "preparation", "start": "2027-01-07T00:00:00+00:00", '
        '"minutes": 50}]}\n'
    )


def test_none_recorded_is_written_where_it_was_recorded() -> None:
    empty = kap.Plan(id="p", timezone="UTC", sessions=[])
    bare = '{"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": []}\n'
    assert kap.dumps(empty) == bare
    recorded = attrs.evolve(empty, conditions=(), supplies=())
    assert kap.dumps(recorded) == (
        '{"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "conditions": [], '
        '"sessions": [], "supplies": []}\n'
    )
    assert kap.loads(kap.dumps(recorded)) == recorded


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("America/Los_Angeles", "2027-11-07T01:30:00-07:00"),
        ("America/Los_Angeles", "2027-11-07T01:30:00-08:00"),
        ("Asia/Kathmandu", "2027-11-07T01:30:00+05:45"),
        ("Etc/UTC", "2027-11-07T01:30:00+00:00"),
        ("Europe/London", "2027-11-07T01:30:00+00:00"),
    ],
)
def test_starts_are_written_in_the_plans_zone_with_their_offset(zone: str, start: str) -> None:
    session = kap.Consultation(id="c1", start=start, minutes=50)
    text = kap.dumps(kap.Plan(id="p", timezone=zone, sessions=[session]))
    assert f'"start": "{start}"' in text
    assert f'"timezone": "{zone}"' in text


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.name)
def test_the_examples_are_canonical(path: Path) -> None:
    assert kap.dumps(kap.load(path)) == path.read_text(encoding="utf-8")


def large(place: Any) -> kap.Plan:
    start = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    rows = [
        kap.Consultation(id=f"c{number}", start=start, minutes=1, place=place)
        for number in range(10_000)
    ]
    return kap.Plan(id="p", timezone="UTC", sessions=rows)


def test_a_plan_that_could_not_be_read_again_is_not_written() -> None:
    plan = large("office")
    text = kap.dumps(plan)
    assert 900_000 < len(text) <= MEGABYTE
    assert kap.loads(text) == plan
    with pytest.raises(kap.DocumentError, match="at most 1 MB in its canonical form"):
        kap.dumps(large("remote"))


def spoken(count: int, text: str) -> str:
    rows = [
        {
            "id": f"d{number}",
            "kind": "dosing",
            "start": "2027-01-18T13:00:00Z",
            "minutes": 1,
            "support_person": text,
        }
        for number in range(count)
    ]
    document = {"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": rows}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(("count", "text"), [(1115, "👧" * 200), (3300, "a" * 200)])
def test_what_is_accepted_can_be_written(count: int, text: str) -> None:
    compact = spoken(count, text)
    assert len(compact.encode()) <= MEGABYTE
    assert len(json.dumps(json.loads(compact), ensure_ascii=False).encode()) > MEGABYTE
    assert refused(compact.encode()) == ["$: must be at most 1 MB in its canonical form"]
    assert refused(compact) == ["$: must be at most 1 MB in its canonical form"]


def test_a_text_over_the_limit_is_refused_before_it_is_parsed() -> None:
    padded = WHOLE_TEXT.rstrip("\n").encode()
    fits = padded + b" " * (MEGABYTE - len(padded))
    assert kap.loads(fits) == WHOLE
    assert refused(fits + b" ") == ["$: must be at most 1 MB"]
    assert refused(fits.decode() + " ") == ["$: must be at most 1 MB"]
    assert refused("{" * (MEGABYTE + 1)) == ["$: must be at most 1 MB"]


def test_a_file_is_loaded_by_text_and_by_path(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(WHOLE_TEXT, encoding="utf-8")
    assert kap.load(path) == kap.load(str(path)) == WHOLE


def test_a_file_that_is_no_plan_is_a_document_error(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b"\xff")
    with pytest.raises(kap.DocumentError, match="UTF-8"):
        kap.load(path)
    path.write_bytes(b" " * (MEGABYTE + 1))
    with pytest.raises(kap.DocumentError, match="1 MB"):
        kap.load(path)
    path.write_bytes(b"")
    with pytest.raises(kap.DocumentError, match="line 1, column 1"):
        kap.load(path)


def test_a_file_that_cannot_be_read_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kap.load(tmp_path / "nothing.json")
    with pytest.raises(OSError, match=str(tmp_path)):
        kap.load(tmp_path)


def test_all_problems_come_at_once_each_with_its_path_and_reason() -> None:
    text = (
        '{"schema": "kap-model/plan/1", "id": "-p", "timezone": "utc", "sesions": 1, '
        '"sessions": [{"id": "a", "kind": "dosing", "start": "2027-01-18", "minutes": 50.0}, '
        '{"id": "a", "kind": "nap"}, 5], "client": null}'
    )
    found = [problem.partition(": ")[::2] for problem in refused(text)]
    assert [path for path, _ in found] == [
        "$",
        "$.id",
        "$.timezone",
        "$.client",
        "$.sessions[0].start",
        "$.sessions[0].minutes",
        "$.sessions[1].kind",
        "$.sessions[2]",
        "$.sessions[1].id",
    ]
    parts = (
        "did you mean sessions?",
        "must be 1 to 64 letters",
        "zone name",
        "must not be null",
        "RFC 3339",
        "integer",
        "must be one of consultation, ",
        "must be an object",
        "must be unique",
    )
    assert all(part in reason for part, (_, reason) in zip(parts, found, strict=True))


@pytest.mark.parametrize("schema", ["kap-model/plan/2", "kap-model/protocol/1", "", 5, [], {}])
def test_a_document_of_another_schema_is_refused_for_that(schema: Any) -> None:
    document = json.loads(WHOLE_TEXT) | {"schema": schema}
    assert refused(json.dumps(document)) == ["$.schema: must be kap-model/plan/1"]


def test_a_refusal_that_the_thorough_reader_cannot_explain_stays_a_bug(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kap_model.documents.plans.read_value", lambda *_: WHOLE)
    with pytest.raises(kap.InvalidValue):
        kap.loads(WHOLE_TEXT.replace('"minutes": 90', '"minutes": 0'))


def test_a_stack_that_is_nearly_full_is_not_called_a_bad_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Exhausted:
        def decode(self, text: str) -> Any:
            raise RecursionError(len(text))

    monkeypatch.setattr(_json, "_DECODER", Exhausted())
    with pytest.raises(RecursionError):
        kap.loads(WHOLE_TEXT)
    assert refused("[" * 33) == ["$: must be nested at most 32 deep"]


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    ("figure", "problem"),
    [
        ("111", "$.sessions[0].notice_hours: must be an integer from 0 to 999999999999"),
        ("222", "$.supplies[0].dosings: must be an integer from 1 to 999999999999"),
    ],
)
def test_an_integer_of_thousands_of_digits_is_out_of_every_range(
    sign: str, figure: str, problem: str
) -> None:
    session = {"id": "s", "kind": "dosing", "start": "2027-01-04T10:00:00Z", "minutes": 60}
    cancelled = session | {"status": "cancelled", "notice_hours": 111}
    supply = {"id": "x", "issued": "2027-01-04", "dosings": 222}
    text = json.dumps(
        {"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC"}
        | {"sessions": [cancelled], "supplies": [supply]}
    )
    assert kap.loads(text).supplies
    assert refused(text.replace(figure, sign + "9" * 5000)) == [problem]


def test_times_that_gain_an_offset_may_outgrow_the_canonical_form() -> None:
    session = {"kind": "preparation", "start": "2027-01-04T10:00:00Z", "minutes": 60}
    rows = [{"id": f"session-{number:07}"} | session for number in range(9_900)]
    document = {"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": rows}
    compact = json.dumps(document, separators=(",", ":"))
    spaced = json.dumps(document)
    assert len(compact) < len(spaced) < 1_000_000
    assert len(spaced) + 5 * len(rows) > 1_000_000
    for text in (compact, spaced):
        assert refused(text) == ["$: must be at most 1 MB in its canonical form"]
    document["sessions"] = rows[:9_000]
    assert len(kap.dumps(kap.loads(json.dumps(document)))) < 1_000_000


def test_local_times_that_gain_seconds_and_an_offset_may_outgrow_the_canonical_form() -> None:
    session = {"kind": "preparation", "start": "2027-01-04T10:00", "minutes": 60}
    rows = [{"id": f"session-{number:07}"} | session for number in range(9_990)]
    document = {"schema": "kap-model/plan/1", "id": "p", "timezone": "America/Los_Angeles"}
    text = json.dumps(document | {"sessions": rows})
    assert len(text) < 1_000_000 < len(text) + 9 * len(rows)
    assert refused(text) == ["$: must be at most 1 MB in its canonical form"]
    fits = json.dumps(document | {"sessions": rows[:9_000]})
    assert kap.loads(kap.dumps(kap.loads(fits))) == kap.loads(fits)


def moved(*starts: str, timezone: str = "America/Los_Angeles") -> str:
    """A plan document of dosings d1, d2 and so on with these starts."""
    rows = [
        {"id": f"d{number}", "kind": "dosing", "start": start, "minutes": 120}
        for number, start in enumerate(starts, 1)
    ]
    return json.dumps(
        {"schema": "kap-model/plan/1", "id": "p", "sessions": rows, "timezone": timezone}
    )


@pytest.mark.parametrize(
    ("local", "written"),
    [
        ("2027-03-08T10:00", "2027-03-08T10:00:00-08:00"),
        ("2027-03-15T10:00", "2027-03-15T10:00:00-07:00"),
        ("2027-03-15T10:00:30", "2027-03-15T10:00:30-07:00"),
        ("2027-11-07T00:59", "2027-11-07T00:59:00-07:00"),
        ("2027-11-07T02:00", "2027-11-07T02:00:00-08:00"),
    ],
)
def test_a_local_start_is_read_by_the_plans_zone_and_written_with_its_offset(
    local: str, written: str
) -> None:
    plan = kap.loads(moved(local))
    assert plan == kap.loads(moved(written))
    assert f'"start": "{written}"' in kap.dumps(plan)


def test_a_time_without_an_offset_is_refused_where_no_plan_document_says_its_zone() -> None:
    local = "2027-03-15T10:00"
    slot = {"start": local, "end": "2027-03-15T23:00:00Z"}
    slots = json.dumps({"schema": "kap-model/slots/1", "slots": [slot]})
    with pytest.raises(kap.DocumentError, match=r"^\$\.slots\[0\]\.start: must be RFC 3339"):
        kap.loads_slots(slots)
    with pytest.raises(kap.InvalidValue, match=r"^start: must be RFC 3339"):
        kap.Dosing(id="d1", start=local, minutes=120)
    with pytest.raises(kap.InvalidValue, match=r"^as_of: must be RFC 3339"):
        kap.check(kap.loads(moved(local)), as_of=local)
    with pytest.raises(kap.InvalidValue, match=r"^as_of: has no offset"):
        kap.check(kap.loads(moved(local)), as_of=f"{local}:00")


def test_starts_that_another_offset_may_have_moved_are_told_in_order() -> None:
    text = moved(
        "2027-03-15T10:00:00-08:00",
        "2027-03-15T10:00:00-07:00",
        "2027-03-08T10:00:00-08:00",
        "2027-03-15T10:00",
        "2027-03-15T10:00:00Z",
        "2027-03-10T10:00:00+00:00",
    )
    plan, strays = loads_with_strays(text)
    assert plan == kap.loads(text)
    assert [(stray.session, stray.written) for stray in strays] == [
        ("d1", "2027-03-15T10:00:00-08:00"),
        ("d6", "2027-03-10T10:00:00+00:00"),
    ]
    begins = {session.id: session.begins for session in plan.sessions}
    assert [stray.begins for stray in strays] == [begins["d1"], begins["d6"]]
    assert loads_with_strays(moved("2027-03-10T10:00:00+00:00", timezone="UTC"))[1] == ()
    assert loads_with_strays(moved()) == (kap.loads(moved()), ())


@pytest.mark.parametrize("text", ["[]", "5", "{}", '{"sessions": 5}', moved("2027-03-14T02:30")])
def test_what_is_no_plan_is_refused_alike_where_strays_are_asked_for(text: str) -> None:
    with pytest.raises(kap.DocumentError) as caught:
        loads_with_strays(text)
    assert [str(problem) for problem in caught.value.problems] == refused(text)


@pytest.mark.parametrize(
    ("start", "outgrows"),
    [
        ("2027-03-15T10:00:00+00:00", False),
        ("2027-03-15T10:00:00", True),
        ("2027-03-15T10:00", True),
        (r"2027-03-15\u005410:00", True),
    ],
)
def test_only_local_times_gain_an_offset(start: str, *, outgrows: bool) -> None:
    row = f'{{"start": "{start}"}}'
    text = ", ".join([row] * (800_000 // (len(row) + 2)))
    assert _json.may_outgrow(text, len(":00-08:00")) is outgrows
    assert not _json.may_outgrow(text)
