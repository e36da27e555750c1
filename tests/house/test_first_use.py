"""Threads may ask for anything first: no pair of first uses meets half a module.

Each pair runs in a process of its own that has loaded nothing of the package but the package
itself, made by forking one that has loaded only what is not ours. Threads switch as often as they
usually do. Forced to switch far more often, they also meet an instant in which Python, at the end
of any import, pops the module from ``sys.modules`` and sets it again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from profiles import is_quick

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPT = """
import itertools, os, sys, threading, traceback
from importlib import import_module

import attrs, cattrs, icalendar, pendulum, tzdata, zoneinfo  # not ours: loaded before, once

EXAMPLES, CHOSEN = sys.argv[1], sys.argv[2:]


def plan(kap):
    return kap.parse("2027-01-04 C0 E2 P7 D14/90 I15")


def text():
    with open(f"{EXAMPLES}/running-course.json", encoding="utf-8") as file:
        return file.read()


def api():
    import kap_model
    return kap_model


NOW = "2027-01-20T09:00:00Z"
USES = {
    "check": lambda: api().check(plan(api())).ok,
    "loads": lambda: api().loads(text()).id,
    "quote": lambda: str(api().quote(plan(api()), "regrounding").total),
    "estimate": lambda: str(api().estimate("regrounding").low.total),
    "draft": lambda: api().draft("kingsley", "2027-01-11").notation,
    "next steps": lambda: len(api().next_steps(plan(api()), as_of=NOW)),
    "lint": lambda: api().lint("core").ok,
    "protocol": lambda: api().dumps_protocol(api().practices.KINGSLEY.protocol),
    "slots": lambda: api().loads_slots('{"schema": "kap-model/slots/1", "slots": []}'),
    "coverage": lambda: str(api().rule_coverage([api().check(plan(api()))])),
    "lines": lambda: [r.line for r in api().check_lines([text().replace("\\n", " ")])],
    "calendar": lambda: api().to_ical(plan(api()), as_of=NOW) is not None,
    "page": lambda: api().check(plan(api()))._repr_html_(),
    "text": lambda: str(api().check(plan(api()))),
    "rows": lambda: plan(api()).to_csv(),
    "fees": lambda: import_module("kap_model.fees").FeeSchedule.__name__,
    "a module of fees": lambda: import_module("kap_model.fees.schedule").FeeSchedule.__name__,
    "practices": lambda: import_module("kap_model.practices").BY_NAME["core"].id,
    "a module of practices": lambda: import_module("kap_model.practices.core").CORE.id,
    "formats": lambda: import_module("kap_model.formats").as_sarif.__name__,
    "strategies": lambda: import_module("kap_model.testing.strategies").plans.__name__,
}


def together(names):
    barrier = threading.Barrier(len(names))
    failed = []

    def use(name):
        barrier.wait()
        try:
            USES[name]()
        except BaseException:
            failed.append(f"{names}: {name}: {traceback.format_exc(limit=-3)}")

    threads = [threading.Thread(target=use, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


assert not CHOSEN or set(CHOSEN) <= set(USES)
pairs = list(itertools.combinations_with_replacement(CHOSEN or USES, 2))
assert not [name for name in sys.modules if name.startswith("kap_model")]
failures = 0
for names in pairs:
    child = os.fork()
    if child == 0:
        import kap_model
        failed = together(names)
        for line in failed:
            print(line, flush=True)
        os._exit(1 if failed else 0)
    failures += os.waitpid(child, 0)[1] != 0
print(len(pairs), "pairs,", failures, "failed")
"""


HOMES = (
    *("check", "loads", "quote", "draft", "lint", "coverage", "lines", "calendar", "page", "rows"),
    *("a module of fees", "a module of practices"),
)
"""Each loads something of its own first; the profile quick takes these, the others all uses."""


@pytest.mark.law
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_every_pair_of_first_uses_gives_both_answers() -> None:
    chosen = HOMES if is_quick() else ()
    run = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", SCRIPT, str(EXAMPLES), *chosen],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.stderr == ""
    assert run.stdout == f"{78 if chosen else 231} pairs, 0 failed\n"
    assert run.returncode == 0
