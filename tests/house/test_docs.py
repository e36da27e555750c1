"""The README and the manual are true: every block in them runs, generated pages are fresh."""

from __future__ import annotations

import ast
import contextlib
import doctest
import importlib.util
import io
import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

import kap_model as kap
from kap_model import fees, tables
from kap_model.batch import ROW_COLUMNS
from kap_model.cli import main
from kap_model.cli._parser import parse_arguments
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.usual import USUAL_OF_NAME
from needed import needed

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])
FENCE = re.compile(r"^(```+)([^\n]*)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
SAVED = re.compile(r"`([\w-]+\.json)`:\n\n\Z")
LINK = re.compile(r"(?<!!)\[[^]]*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
COMMAND = re.compile(r"^\$ kap-model (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)

OTHER_TESTS: Final = {
    "docs/how-to/check-in-batches.md": "tests/recipes/test_batches.py",
    "docs/how-to/check-in-ci.md": "tests/testing/test_hooks.py",
    "docs/how-to/django.md": "tests/recipes/test_django.py",
    "docs/how-to/fastapi.md": "tests/recipes/test_fastapi.py",
    "docs/reference/api.md": "tests/house/test_docs.py",
}
"""The test that runs those blocks of a page which are not run here; it names the page."""


NEEDS: Final = {"docs/how-to/export.md": ("icalendar", "pandas", "polars")}
"""What a page's examples need beyond the library and its tests."""


class Block(NamedTuple):
    """A fenced block; ``saved`` is the name under which the page has its reader save it."""

    language: str
    body: str
    saved: str | None


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for fence in FENCE.finditer(text):
        saved = SAVED.search(text[: fence.start()])
        found.append(Block(fence[2], fence[3], saved[1] if saved else None))
    return found


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def of_language(*languages: str) -> list[Any]:
    return [
        pytest.param(page, id=name_of(page))
        for page in PAGES
        if any(block.language in languages for block in blocks(page))
    ]


def with_recipes(*languages: str) -> list[Any]:
    """Pages of these languages, marked where their examples need what the recipes need."""
    return [
        pytest.param(page, id=name_of(page), marks=pytest.mark.recipes)
        if name_of(page) in NEEDS
        else pytest.param(page, id=name_of(page))
        for (page,) in (each.values for each in of_language(*languages))
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader works: a directory with the repository's examples in it."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Reader:
    """Somebody who types in what a page shows, from its first block to its last."""

    def __init__(
        self,
        page: Path,
        folder: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.page, self.folder, self.capsys, self.monkeypatch = page, folder, capsys, monkeypatch
        self.names: dict[str, Any] = {}

    def read(self) -> None:
        does: dict[str, Callable[[str], None]] = {"pycon": self.python, "console": self.terminal}
        for block in blocks(self.page):
            if block.saved is not None:
                (self.folder / block.saved).write_text(block.body, encoding="utf-8")
            elif block.language in does:
                does[block.language](block.body)

    def python(self, body: str) -> None:
        examples = doctest.DocTestParser().get_doctest(body, {}, self.page.name, None, 0)
        examples.globs = self.names
        said: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        result = runner.run(examples, out=said.append, clear_globs=False)
        assert result.failed == 0, "".join(said)
        assert result.attempted == len(examples.examples) > 0

    def terminal(self, body: str) -> None:
        commands = COMMAND.findall(body)
        assert "".join(f"$ kap-model {command}\n{shown}" for command, shown in commands) == body
        for command, shown in commands:
            said = ""
            for part in command.split(" | kap-model "):
                stdin = io.TextIOWrapper(io.BytesIO(said.encode()))
                self.monkeypatch.setattr(sys, "stdin", stdin)
                main(shlex.split(part))
                said = self.capsys.readouterr().out
            assert said == shown, command


@pytest.mark.parametrize("page", with_recipes("pycon", "console"))
def test_what_a_page_shows_happens(
    page: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in NEEDS.get(name_of(page), ()):
        needed(module)
    Reader(page, folder, capsys, monkeypatch).read()


def test_the_readme_has_examples() -> None:
    languages = [block.language for block in blocks(ROOT / "README.md")]
    assert languages.count("pycon") >= 5
    assert languages.count("console") >= 2


LOADERS: Final[dict[str, Callable[[str], Any]]] = {
    "plan": kap.loads,
    "protocol": kap.loads_protocol,
    "fees": kap.loads_fees,
    "waivers": kap.loads_waivers,
    "slots": kap.loads_slots,
}


@pytest.mark.parametrize("page", of_language("json"))
def test_documents_load(page: Path) -> None:
    for block in blocks(page) if name_of(page) not in OTHER_TESTS else ():
        if block.language == "json":
            kind = json.loads(block.body)["schema"].split("/")[1]
            assert LOADERS[kind](block.body), block.body


SENTENCES: Final = DOCS / "how-to" / "say-what-a-page-says.md"
EXPORT: Final = DOCS / "how-to" / "export.md"
DOCUMENTS: Final = DOCS / "reference" / "documents.md"
CITED: Final = {"source": "a page", "where": "a place on it"}
LINES = [line.strip("| ").split(" | ") for line in prose(SENTENCES).splitlines() if "| `" in line]
ROWS = [cells for cells in LINES if cells[1].startswith('`"form": ')]
USUAL_ROWS = [cells for cells in LINES if re.search(r": \d", cells[2])]
LIMIT_ROWS = [cells for cells in LINES if cells not in ROWS + USUAL_ROWS]


@pytest.mark.parametrize(("row", "reads"), [(cells[1], cells[2]) for cells in ROWS])
def test_a_sentence_of_a_page_is_a_row_that_reads_as_it_is_shown(row: str, reads: str) -> None:
    rule = json.loads("{" + row.strip("`") + "}") | {"id": "HOUSE-RULE", "citation": CITED}
    document = {"schema": "kap-model/protocol/1", "id": "page", "rules": [rule]}
    assert [one.sentence for one in kap.loads_protocol(json.dumps(document)).rules] == [reads]


@pytest.mark.parametrize(("row", "reads"), [(cells[1], cells[2]) for cells in LIMIT_ROWS])
def test_a_sentence_of_a_page_is_a_limit_that_reads_as_it_is_shown(row: str, reads: str) -> None:
    ((name, value),) = json.loads("{" + row.strip("`") + "}").items()
    limits = {name: [{"value": value, "citation": CITED}]}
    document = {"schema": "kap-model/protocol/1", "id": "page", "limits": limits}
    sentence, id = re.fullmatch(r"(.+) \[(.+)\]\(.+\)", reads).groups()  # type: ignore[union-attr]
    rule = RULE_OF_ID[id]
    assert name in rule.reads
    assert rule.sentence(kap.loads_protocol(json.dumps(document)).limits_on(None)) == sentence


@pytest.mark.parametrize(("row", "reads"), [(cells[1], cells[2]) for cells in USUAL_ROWS])
def test_a_sentence_of_a_page_is_a_usual_value(row: str, reads: str) -> None:
    usual = json.loads("{" + row.strip("`") + "}")
    document = {"schema": "kap-model/protocol/1", "id": "page", "usual": usual}
    ((name, value),) = kap.loads_protocol(json.dumps(document)).usual_on(None).values.items()
    assert f"{USUAL_OF_NAME[name].says}: {USUAL_OF_NAME[name].in_words(value)}" == reads


def test_every_form_has_a_sentence() -> None:
    shown = {json.loads("{" + cells[1].strip("`") + "}")["form"] for cells in ROWS}
    example = (ROOT / "examples" / "protocols" / "house-rules.json").read_text(encoding="utf-8")
    assert shown == {rule["form"] for rule in json.loads(example)["rules"]} - {"off"}


@pytest.mark.parametrize("page", of_language("text"))
def test_texts_are_notation(page: Path) -> None:
    for block in blocks(page):
        if block.language == "text" and not block.body.startswith("kap-model "):
            assert kap.parse(block.body.splitlines()[0]).sessions


@pytest.mark.parametrize("name", OTHER_TESTS)
def test_other_tests_read_their_pages(name: str) -> None:
    assert f'"{Path(name).name}"' in (ROOT / OTHER_TESTS[name]).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", of_language("python"))
def test_another_test_runs_plain_python(page: Path) -> None:
    assert name_of(page) in OTHER_TESTS


def test_signatures_are_python() -> None:
    shown = [b.body for b in blocks(DOCS / "reference" / "api.md") if b.language == "python"]
    assert len(shown) > 100
    for body in shown:
        called = re.sub(r"^class (\w+\()", r"def \1", body.rstrip())
        ast.parse(f"{called}: ..." if called.startswith("def ") else called)


def commands_in(script: str) -> list[list[str]]:
    """The commands of a script, as words; each program by its bare name."""
    parts = (shlex.split(part) for part in re.split(r"&&|\n", script))
    return [[Path(words[0]).name, *words[1:]] for words in parts if words]


@pytest.mark.parametrize("page", of_language("sh", "yaml"))
def test_scripts_hold_commands_that_there_are(page: Path) -> None:
    for block in blocks(page) if name_of(page) not in OTHER_TESTS else ():
        assert block.language != "yaml"
        for program, *words in commands_in(block.body) if block.language == "sh" else ():
            assert program in ("python3", "python", "pip", "marimo", "kap-model")
            assert all((ROOT / word).exists() for word in words if word.startswith("examples/"))
            if program == "kap-model":
                assert callable(parse_arguments(words).run)


def test_the_checks_run_what_the_readme_says() -> None:
    first, second = (b.body for b in blocks(ROOT / "README.md") if b.language == "sh")
    assert "pip install --quiet . &&" in first
    assert "pip install --quiet -e '.[calendar,test]' &&" in second
    assert second.rstrip().endswith("python -m pytest -n auto --dist worksteal")
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("no checkout: only the checks themselves run this")
    run, named = (path.read_text(encoding="utf-8") for path in (script, ROOT / "noxfile.py"))
    for program, *words in commands_in(first) + commands_in(second):
        if program == "kap-model":
            assert f'kap-model" {shlex.join(words)}\n' in run
        if program.endswith("python") and words[:2] == ["-m", "pytest"]:
            assert f"PYTEST = {tuple(words)}".replace("'", '"') in named
    assert "check coverage" in run


KNOWN: Final = ("pycon", "console", "json", "text", "python", "sh", "yaml", "{toctree}")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_block_goes_untested(page: Path) -> None:
    for block in blocks(page):
        assert block.language in KNOWN, f"no test runs {block.language!r} blocks"
    assert page.read_text(encoding="utf-8").count("\n```") == 2 * len(blocks(page))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as MyST and code hosts make them."""
    plain = (re.sub(r"[^\w\- ]", "", text.lower()) for text in HEADING.findall(prose(page)))
    return {text.strip().replace(" ", "-") for text in plain}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if re.match(r"\w+:", target):
            assert target.startswith("https://"), target
            continue
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), target
        assert ROOT in other.parents, target
        assert not anchor or anchor in anchors(other), target


def test_every_page_is_in_the_contents() -> None:
    listed: set[Path] = set()
    for page in DOCS.rglob("*.md"):
        for block in blocks(page):
            if block.language == "{toctree}":
                for line in block.body.splitlines():
                    if line and not line.startswith(":"):
                        listed.update(page.parent.glob(f"{line}.md"))
    assert listed == {*DOCS.rglob("*.md")} - {DOCS / "index.md"}


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(DOCS))
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh(generator: Any) -> None:
    for name, page in generator.PAGES.items():
        written = (DOCS / name).read_text(encoding="utf-8")
        assert written == page(), f"run docs/generate.py: {name} is stale"


def test_each_public_name_is_explained_once() -> None:
    headings = re.findall(r"^### `(\w+)`$", prose(DOCS / "reference" / "api.md"), re.MULTILINE)
    assert sorted(headings) == sorted(vars(kap)["__all__"])


def test_each_command_is_explained_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = re.findall(r"^    (\w+)(?: |$)", capsys.readouterr().out, re.MULTILINE)
    assert len(commands) >= 14
    page = DOCS / "reference" / "cli.md"
    assert re.findall(r"^## ([a-z]+)$", prose(page), re.MULTILINE) == commands
    assert [block.body.split()[1] for block in blocks(page)] == commands


def test_the_columns_of_rows_are_those_of_the_page_in_order() -> None:
    rows = re.findall(r"^\| [^|]+ \| `(.+?)` \| (`.+`) \|$", prose(EXPORT), re.MULTILINE)
    assert {source: tuple(names.strip("`").split("`, `")) for source, names in rows} == {
        "plan.to_rows()": tables.SESSION_COLUMNS,
        "tables.supply_rows(plan)": tables.SUPPLY_COLUMNS,
        "report.to_rows()": tables.FINDING_COLUMNS,
        "quote.to_rows()": tables.LINE_COLUMNS,
        "check_rows": ROW_COLUMNS,
    }


def test_the_rates_that_each_item_takes_are_those_of_the_page() -> None:
    usd = kap.Money.of("1.00", "USD")
    rates: dict[str, Any] = {
        "flat": fees.Flat(amount=usd),
        "hourly": fees.Hourly(amount=usd),
        "tiers": fees.Tiered(tiers=[fees.Tier(minutes=60, amount=usd)]),
        "first-part": fees.FirstPart(minutes=60, first=usd, rest=usd),
        "scale": fees.Scale(low=usd),
        "periodic": fees.Periodic(amount=usd, every="week"),
    }
    page = kap.Citation("House fee schedule", "section 1")
    table = prose(DOCUMENTS).partition("| rates that it takes |")[2].partition("\n\n")[0]
    lines = [line.strip("| ").partition(" | ") for line in table.splitlines()[2:]]
    told = {item.strip("`"): {*re.findall("`([a-z-]+)`", said)} for item, _, said in lines}
    told["dosing"] = told.pop("a kind of session")
    for item in ("dosing", "supply", "course"):
        taken = set()
        for name, rate in rates.items():
            label = fees.ByLabel(label="route", options=[fees.Option(label="oral", rate=rate)])
            for form in (rate, label):
                with contextlib.suppress(kap.InvalidValue):
                    fees.Fee(item=item, rate=form, citation=page)
                    taken.add((name, form is label))
        assert taken == {(name, by) for name in told[item] - {"by-label"} for by in (False, True)}
