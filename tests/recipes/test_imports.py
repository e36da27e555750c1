"""The library takes what frameworks give, and imports none of them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Final

import kap_model as kap
from recipe_pages import ROOT

FOREIGN: Final = (
    "dask",
    "distributed",
    "django",
    "djmoney",
    "fastapi",
    "httpx",
    "moneyed",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "pydantic",
    "pyspark",
    "starlette",
)
EVERY_VERB: Final = f"""
import sys
from decimal import Decimal
from types import SimpleNamespace
import kap_model as kap
from kap_model.cli import main
from kap_model.documents.schemas import NAMES, schema

for name in vars(kap)["__all__"]:
    getattr(kap, name)
now = "2027-02-10T20:00:00Z"
running = kap.parse("2027-01-04 America/Los_Angeles C0* E2+ P7* D14/90*t I15*")
line = kap.dumps(running)
assert kap.loads(line) == running
print(kap.check(running, "regrounding", as_of=now))
list(kap.check_lines([line, "x"])), list(kap.check_rows([{{"plan": line}}, {{"plan": "x"}}]))
drafted = kap.draft("regrounding", "2027-01-11")
quote = kap.quote(drafted, "regrounding")
print(quote, kap.estimate("regrounding"), kap.compare(quote, quote))
usd = SimpleNamespace(code="USD")
price = kap.Money.of(SimpleNamespace(amount=Decimal("185.00"), currency=usd))
kap.reconcile(quote, [kap.ChargeMade(item="p1", amount=price)])
kap.reconcile_total(quote.total, quote)
kap.instalments(quote.total, 3, "2027-01-01")
kap.next_steps(running, "regrounding", as_of=now), kap.complete(running, "regrounding", as_of=now)
kap.repair(running, "regrounding", as_of=now)
kap.lint("regrounding"), kap.diff("core", "regrounding")
for name in NAMES:
    schema(name)
main(["rules"]), main(["estimate", "regrounding"])
print([name for name in {FOREIGN} if name in sys.modules])
"""


def test_no_verb_loads_a_framework() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", EVERY_VERB], capture_output=True, encoding="utf-8", check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "[]"


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).partition(".")[0])
    return names


def test_no_module_names_a_framework() -> None:
    package = Path(kap.__file__).parent
    found = {path.name: imported(path) & set(FOREIGN) for path in package.rglob("*.py")}
    assert len(found) > 50
    assert not [name for name, names in found.items() if names]
    assert imported(ROOT / "tests" / "helpers" / "django_scenario.py") & set(FOREIGN) == {
        "django",
        "djmoney",
    }
