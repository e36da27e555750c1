"""The FastAPI recipe runs as the manual prints it."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import kap_model as kap
from kap_model.documents.schemas import schema
from needed import needed
from recipe_pages import ROOT, python_blocks, run
from shipped import BROKEN, FEES, HOUSE, KINGSLEY, REGROUNDING, RUNNING

pytestmark = pytest.mark.recipes

needed("fastapi", "httpx")

MARKER: Final = "MARKER"
NOW: Final = dt.datetime(2027, 2, 10, 20, 0, tzinfo=dt.UTC)
SERVICE, OVERRIDES = python_blocks("fastapi.md")
FILES: Final = [Path(name) for name in (BROKEN, KINGSLEY, REGROUNDING, RUNNING)]
DOORS: Final = ("/check", "/quote", "/next")
BAD: Final = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff",
    b'{"schema": "kap-model/plan/1", "MARKER": "MARKER"}',
    b'{"schema": "kap-model/plan/1", "id": "p", "id": "MARKER", "timezone": "UTC", "sessions": []}',
    b'{"schema": "kap-model/plan/1", "id": "p", "timezone": "MARKER", "sessions": [5]}',
    b" " * 1_000_001,
    b"[" * 3_000_000,
)


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "service"}
    run(SERVICE, names)
    names["app"].dependency_overrides[names["now"]] = lambda: NOW
    return names


@pytest.fixture(scope="module")
def client(service: dict[str, Any]) -> Iterator[Any]:
    with warnings.catch_warnings():
        # Starlette recommends another client than the one that is installed with it; it works.
        warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")
        from fastapi.testclient import TestClient
    with TestClient(service["app"]) as client:
        yield client


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_plans_are_answered_as_by_the_verbs(client: Any, file: Path) -> None:
    raw, plan = file.read_bytes(), kap.load(file)
    practice = kap.practices.REGROUNDING
    expected: dict[str, Any] = {
        "/check": kap.check(plan, practice.protocol, as_of=NOW),
        "/quote": kap.quote(plan, practice.fees),
        "/next": kap.next_steps(plan, practice.protocol, as_of=NOW),
    }
    for door, said in expected.items():
        answer = client.post(door, content=raw)
        assert answer.status_code == 200
        assert answer.json() == json.loads(json.dumps(said.to_dict()))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("raw", BAD, ids=lambda raw: f"{len(raw)} bytes")
def test_a_bad_document_is_told_by_path_and_reason(client: Any, door: str, raw: bytes) -> None:
    with pytest.raises(kap.DocumentError) as caught:
        kap.loads(raw[:1_000_001])
    answer = client.post(door, content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json() == {"problems": [one.to_dict() for one in caught.value.problems]}
    assert MARKER not in answer.text


def test_a_kind_of_request_that_is_not_served_is_no_plan(client: Any) -> None:
    assert client.get("/check").status_code == 405
    assert client.post("/checks", content=b"").status_code == 404


def test_the_schema_of_plans_is_shown_as_the_body(client: Any) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == set(DOORS)
    for door in DOORS:
        operation = paths[door]["post"]
        body = operation["requestBody"]
        assert body["required"] is True
        assert body["content"] == {"application/json": {"schema": schema("plan")}}
        assert "parameters" not in operation


def test_the_page_of_the_interface_is_served(client: Any) -> None:
    assert client.get("/docs").status_code == 200


@pytest.fixture
def at_house(service: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The service as another practice runs it."""
    overrides = service["app"].dependency_overrides
    before = dict(overrides)
    monkeypatch.chdir(ROOT)
    run(OVERRIDES, service)
    yield
    overrides.clear()
    overrides.update(before)


@pytest.mark.usefixtures("at_house")
def test_another_practice_and_moment_are_injected(client: Any) -> None:
    answer = client.post("/check", content=Path(RUNNING).read_bytes())
    report = kap.check(kap.load(RUNNING), kap.load_protocol(HOUSE), as_of=NOW)
    assert answer.json() == json.loads(json.dumps(report.to_dict()))
    assert answer.json()["protocol"] == "house"


@pytest.mark.usefixtures("at_house")
def test_what_the_fees_cannot_price_is_told_by_session(client: Any) -> None:
    plan = kap.load(KINGSLEY)
    with pytest.raises(kap.PricingError) as caught:
        kap.quote(plan, kap.load_fees(FEES))
    answer = client.post("/quote", content=kap.dumps(plan))
    assert answer.status_code == 422
    assert answer.json() == {"problems": [one.to_dict() for one in caught.value.problems]}
    assert answer.json()["problems"][0]["path"] in {session.id for session in plan.sessions}


def test_the_clock_of_the_page_is_aware(service: dict[str, Any]) -> None:
    assert service["now"]().tzinfo is dt.UTC
