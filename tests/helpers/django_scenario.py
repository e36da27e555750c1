"""Run the Django recipe in a process of its own, for settings are global; print what happened.

Arguments: the folder of the app ``office``, made of the manual's blocks, and a ``TIME_ZONE``.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import django
from django.conf import settings

import kap_model as kap

PACIFIC = ZoneInfo("America/Los_Angeles")
BAD = '{"schema": "kap-model/plan/1", "id": "p", "MARKER": "MARKER", "timezone": "UTC"}'
NOW = dt.datetime(2027, 2, 10, 20, 0, 0, 250_000, tzinfo=dt.UTC)
ROWS = (
    ("consultation", dt.datetime(2027, 1, 4, 18, 0, tzinfo=dt.UTC), 50),
    ("medical-evaluation", dt.datetime(2027, 1, 6, 10, 0, tzinfo=PACIFIC), 30),
    ("preparation", dt.datetime(2027, 1, 11, 10, 0, tzinfo=PACIFIC), 50),
    ("dosing", dt.datetime(2027, 1, 18, 23, 30, tzinfo=PACIFIC), 90),
)
"""The dosing's date differs between the zones of the tests."""


def set_up(folder: str, zone: str) -> None:
    sys.path.insert(0, folder)
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["office"],
        USE_TZ=True,
        TIME_ZONE=zone,
    )
    django.setup()
    from django.apps import apps
    from django.db import connection

    with connection.schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)


def refused(call: Callable[[], object]) -> list[tuple[str, str]]:
    try:
        call()
    except kap.InputError as error:
        return [(problem.path, problem.reason) for problem in error.problems]
    return []


def stored_plans() -> dict[str, Any]:
    from django.core.exceptions import ValidationError
    from django.forms import modelform_factory

    office: Any = import_module("office.models")
    plan = kap.parse("2027-01-04 C0 E2 P7 D14 I15")
    course = office.Course(document=kap.dumps(plan))
    course.full_clean()
    course.save()
    draft = office.Draft(values=json.loads(kap.dumps(plan)))
    draft.full_clean()
    draft.save()
    messages: dict[str, Any] = {}
    for name, bad in (
        ("text", office.Course(document=BAD)),
        ("json", office.Draft(values=json.loads(BAD))),
    ):
        try:
            bad.full_clean()
        except ValidationError as error:
            messages[name] = error.message_dict
            codes = {one.code for found in error.error_dict.values() for one in found}
            messages[f"{name} codes"] = sorted(codes)
    form: Any = modelform_factory(office.Course, fields=["document"])({"document": BAD})
    return messages | {
        "form": dict(form.errors),
        "same": office.Course.objects.get().plan == plan,
        "found": office.Course.objects.filter(document=kap.dumps(plan)).count(),
        "draft": kap.loads(json.dumps(office.Draft.objects.get().values)) == plan,
    }


def rows_to_plan() -> dict[str, Any]:
    from django.utils.timezone import make_aware

    office: Any = import_module("office.models")
    plan_of: Any = import_module("office.courses").plan_of
    client = office.Client.objects.create()
    for kind, start, minutes in ROWS:
        client.appointments.create(kind=kind, start=start, minutes=minutes)
    plan = plan_of(client)
    dosing = client.appointments.get(kind="dosing")
    in_zone = client.appointments.get(kind="dosing")
    in_zone.start = in_zone.start.astimezone(PACIFIC)
    naive = dt.datetime(2027, 1, 18, 13, 0)  # noqa: DTZ001 - what is refused
    row = office.Appointment(client=client, kind="dosing", start=naive, minutes=90)
    aware = kap.Dosing(id="d", start=make_aware(row.start, PACIFIC), minutes=90)
    return {
        "document": kap.dumps(plan),
        "report": kap.check(plan, "regrounding", as_of=NOW).to_dict(),
        "same instant": kap.Dosing(id="d", start=dosing.start, minutes=90)
        == kap.Dosing(id="d", start=in_zone.start, minutes=90),
        "naive": refused(lambda: kap.Dosing(id="d", start=row.start, minutes=90)),
        "aware": aware.start.isoformat(),
        "fraction": refused(lambda: kap.Dosing(id="d", start=NOW, minutes=90)),
        "whole": refused(lambda: kap.Dosing(id="d", start=NOW.replace(microsecond=0), minutes=90)),
    }


def amounts() -> dict[str, Any]:
    from djmoney.money import Money

    client = import_module("office.models").Client.objects.get()
    courses: Any = import_module("office.courses")
    plan = courses.plan_of(client)
    for kind, price in (("preparation", "185.00"), ("dosing", "380.00")):
        client.appointments.filter(kind=kind).update(charged=Money(price, "USD"))
    row = client.appointments.get(kind="preparation")
    quote = kap.quote(plan, "regrounding")
    row.charged = Money(quote.total.amount, quote.total.currency)
    row.save()
    row.refresh_from_db()
    back = kap.Money.of(row.charged)
    row.charged = Money("185.00", "USD")
    row.save()
    empty: Any = client.appointments.get(kind="consultation").charged
    result = kap.reconcile(quote, courses.charges_of(client))
    return {
        "type": type(row.charged).__module__,
        "verdicts": {row.session: row.verdict for row in result.rows if row.charged is not None},
        "back": back == quote.total,
        "idle zeros": kap.Money.of(Money(Decimal("185.0000"), "USD")).text,
        "finer": refused(lambda: kap.Money.of(Money("185.005", "USD"))),
        "nothing": refused(lambda: kap.Money.of(empty)),
        "agreed": refused(lambda: kap.quote(plan, "regrounding", agreed={"dosing": row.charged})),
        "rate": refused(lambda: kap.fees.Flat(amount=row.charged)),
        "charge": refused(lambda: kap.ChargeMade(item="s1", amount=row.charged)),
    }


def main() -> None:
    folder, zone = sys.argv[1:]
    set_up(folder, zone)
    print(json.dumps({**stored_plans(), **rows_to_plan(), **amounts()}))  # noqa: T201 - its result


if __name__ == "__main__":
    main()
