"""The same plan means the same in every process, and the package loads only what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.installed


ROOT = Path(__file__).parents[2]
DIGEST = """
import hashlib, json, sys
from pathlib import Path
import kap_model as kap
from kap_model.examples import plan_of, protocol_of

digest = hashlib.sha256()
for path in sorted(Path(sys.argv[1]).glob("*.json")):
    plan = kap.load(path)
    for name in ("core", "kingsley", "regrounding"):
        for as_of in (None, "2027-02-10T12:00:00-08:00", "2027-04-01T00:00:00Z"):
            report = kap.check(plan, name, as_of=as_of)
            digest.update(json.dumps(report.to_dict()).encode())
            digest.update(str(report).encode())
    digest.update(kap.dumps(plan).encode())
for rule in kap.RULES:
    for case in (rule.example.holds, rule.example.breaks):
        plan = plan_of(case)
        report = kap.check(plan, protocol_of(rule.example), as_of=case.as_of)
        digest.update(json.dumps([report.to_dict(), str(report), kap.dumps(plan)]).encode())
for practice in kap.practices.PRACTICES:
    digest.update(kap.dumps_protocol(practice.protocol).encode())
plan = kap.parse("2011-12-28 Pacific/Apia completed C0 E0@11:00+ D1* I3@00:01 D4 S0>1=2 S3>=1")
digest.update(plan.notation.encode())
try:
    kap.loads('{"sesions": [], "supplys": [], "timezone": 5}')
except kap.DocumentError as error:
    digest.update(str(error).encode())
print(digest.hexdigest())
"""


def output(script: str, *arguments: str, flags: tuple[str, ...] = (), **environment: str) -> str:
    run = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, *flags, "-c", script, *arguments],
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stderr == ""
    return run.stdout


def digest(flags: tuple[str, ...] = (), **environment: str) -> str:
    return output(DIGEST, str(ROOT / "examples"), flags=flags, **environment)


WEST = {"TZ": "America/Los_Angeles", "PYTHONTZPATH": "/nowhere"}


@pytest.fixture(scope="module")
def usual() -> str:
    return digest(PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C.UTF-8")


@pytest.mark.parametrize(
    ("flags", "environment"),
    [
        # A process is dear: each differs from the usual one in more than one way.
        ((), {"PYTHONHASHSEED": "1", "TZ": "Pacific/Apia", "LC_ALL": "C", "PYTHONUTF8": "0"}),
        ((), WEST | {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8"}),
        (("-O",), {}),
        (("-OO", "-b"), {"PYTHONHASHSEED": "7"}),
    ],
    ids=str,
)
def test_checks_have_the_same_digest_everywhere(
    usual: str, flags: tuple[str, ...], environment: dict[str, str]
) -> None:
    assert len(usual) == 65
    assert digest(flags, **environment) == usual


FOREIGN = ("hypothesis", "pytest", "argparse", "xml", "sphinx", "cattrs", "pendulum", "zipfile")
OURS = ("planning", "pricing", "fees", "documents", "formats", "testing", "cli")
PLAN = 'kap.parse("2027-01-04 C0 E2 P7 D14")'


def loaded(script: str) -> set[str]:
    """What a process has loaded of what few need, and of ours by package or module."""
    said = output(f"""
{script}
import sys
names = {{name.partition(".")[0] for name in sys.modules}} & {{*{FOREIGN}}}
print(*names, *{{name.split(".")[1] for name in sys.modules if name.startswith("kap_model.")}})
""")
    return {*said.splitlines()[-1].split()}


def test_importing_the_package_loads_one_small_module() -> None:
    assert loaded("import kap_model") == {"_lazy"}


def test_checking_a_plan_loads_what_it_needs() -> None:
    found = loaded(f"""
import kap_model as kap
report = kap.check({PLAN}, "kingsley", as_of="2027-01-05T00:00:00Z")
report.to_dict(), str(report)
""")
    assert not found & {*FOREIGN, *OURS}
    assert {"checking", "notation", "practices", "display"} <= found


def test_loading_a_plan_loads_documents_alone() -> None:
    found = loaded("import kap_model as kap; kap.loads")
    assert found & {*FOREIGN, *OURS} == {"documents"}


def test_writing_a_plan_loads_the_converter() -> None:
    found = loaded(f"import kap_model as kap; kap.dumps({PLAN})")
    assert found & {*FOREIGN, *OURS} == {"documents", "cattrs"}


def test_the_command_that_checks_loads_neither_prices_nor_plans_to_come() -> None:
    path = str(ROOT / "examples" / "regrounding-plan.json")
    found = loaded(f"from kap_model.cli import main; main(['check', {path!r}])")
    assert found & {*FOREIGN, *OURS} == {"argparse", "cli", "documents", "formats"}
