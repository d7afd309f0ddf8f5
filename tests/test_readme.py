"""Every example of the README and the docs is what the program does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner
from oracles import tool

from obsgen import build
from obsgen.cli import commands
from obsgen.commands import NAMES
from obsgen.diagnostics import Severity
from obsgen.disk import shipped_presets
from obsgen.formatting import format_source
from obsgen.lint import LintOptions, lint
from obsgen.pipeline import Options
from obsgen.schema.kinds import keys

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = "apiVersion: obsgen/v1\nkind: Project\nname: shop\n"


def blocks(language: str, page: Path = ROOT / "README.md") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)


def specs_of(page: Path) -> list[str]:
    return [text for text in blocks("yaml", page) if text.startswith("apiVersion: obsgen/v1")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_specs_of_a_page_compile_together_without_a_finding(page):
    examples = specs_of(page)
    texts = {f"specs/{number}.yaml": text for number, text in enumerate(examples)}
    if not any("kind: Project" in text for text in examples):
        texts["specs/project.yaml"] = PROJECT
    built = build(texts, Options(requires_project=True, presets=shipped_presets()))

    assert () == tuple(d.message for d in built.diagnostics if d.severity > Severity.INFO)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_rule_files_of_a_page_are_checked_without_a_finding(page):
    texts = {
        f"{number}.yml": text
        for number, text in enumerate(blocks("yaml", page))
        if text.startswith("groups:\n  - name:")
    }
    found = lint(texts, LintOptions(today="2026-11-25"))

    assert () == tuple(d.message for d in found.diagnostics)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_specs_of_a_page_are_laid_out(page):
    for text in specs_of(page):
        done = format_source(page.name, text.encode())

        assert (text, ()) == (done.text.decode(), done.diagnostics)


def test_the_rules_that_the_readme_shows_are_those_of_its_example():
    example, shown = specs_of(ROOT / "README.md")[0], blocks("yaml")[1]
    built = build({"specs/gateway.yaml": example})
    rules = next(f.data.decode() for f in built.files if f.path.endswith("gateway.rules.yml"))

    assert shown in rules


def test_the_readme_counts_the_rules_of_its_example():
    example = specs_of(ROOT / "README.md")[0]
    built = build({"specs/gateway.yaml": example})
    document = yaml.safe_load(next(f.data for f in built.files if f.path.endswith("rules.yml")))
    rules = [rule for group in document["groups"] for rule in group["rules"]]

    assert f"makes of them {len(rules)} rules, four burn-rate alerts among them" in README
    assert 4 == sum(rule.get("alert") == "ErrorBudgetBurn" for rule in rules)


def test_the_finding_that_the_readme_shows_is_what_validate_prints(tmp_path, monkeypatch):
    example = specs_of(ROOT / "README.md")[0].replace("objective: 99.9", "objective: 0.999")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "gateway.yaml").write_text(example)
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(commands, ["validate"])

    assert 1 == result.exit_code
    assert f"$ obsgen validate\n{result.stderr}" in blocks("console")[1]


@pytest.fixture
def example(tmp_path, monkeypatch):
    """A working folder with the README's example, and a Project."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "gateway.yaml").write_text(specs_of(ROOT / "README.md")[0])
    (tmp_path / "specs" / "project.yaml").write_text(PROJECT)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("example")
def test_the_run_of_tests_that_the_readme_shows_is_that_of_its_example():
    result = CliRunner().invoke(commands, ["test", "--promtool", str(tool("promtool"))])
    shown = re.sub(r"in \d+\.\ds", "in 4.0s", result.stdout)

    assert 0 == result.exit_code
    assert any(f"$ obsgen test\n{shown}" in block for block in blocks("console"))


@pytest.mark.usefixtures("example")
def test_the_readme_says_how_much_cheaper_the_rules_are():
    result = CliRunner().invoke(commands, ["cost", "--series", "1000", "--format", "json"])
    (service,) = json.loads(result.stdout)["services"]

    assert "read 1/1500 of what its seven windows read" in README.replace("\n", " ")
    assert 1500 <= service["times_cheaper"] < 1600


def ci_snippet(key):
    (found,) = [text for text in blocks("yaml") if text.startswith(f"{key}:\n")]
    return yaml.safe_load(found)[key]


def run_line(line, broken):
    """Run a line of a CI job in the README's example; return what it ended with."""
    if broken:
        spec = Path("specs/gateway.yaml")
        spec.write_text(spec.read_text().replace("objective: 99.9", "objective: 0.999"))
    program, *arguments = line.split()
    assert "obsgen" == program
    return CliRunner().invoke(commands, arguments).exit_code


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize("broken", [False, True], ids=["clean", "broken"])
def test_the_job_for_github_uploads_what_it_wrote(broken):
    run, upload = ci_snippet("steps")

    assert int(broken) == run_line(run["run"], broken)
    document = json.loads(Path(upload["with"]["sarif_file"]).read_text())
    assert ["SLO301"] * broken == [each["ruleId"] for each in document["runs"][0]["results"]]


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize("broken", [False, True], ids=["clean", "broken"])
def test_the_job_for_gitlab_reports_what_it_wrote(broken):
    job = ci_snippet("specs")

    assert int(broken) == run_line(job["script"], broken)
    suites = ElementTree.parse(job["artifacts"]["reports"]["junit"]).getroot()
    assert str(int(broken)) == suites.get("failures")


def test_the_readme_lists_every_command():
    for name in NAMES:
        assert f"`obsgen {name}" in README


def test_what_the_page_on_imports_shows_is_what_import_prints(tmp_path, monkeypatch):
    page = ROOT / "docs" / "import.md"
    (tmp_path / "metrics.txt").write_text(blocks("text", page)[0])
    monkeypatch.chdir(tmp_path)

    arguments = ["import", "metrics", "metrics.txt", "--name", "http_service"]
    result = CliRunner().invoke(commands, arguments)

    assert 0 == result.exit_code
    assert result.stdout.partition("\n")[2] == blocks("yaml", page)[0]
    assert result.stderr == blocks("console", page)[1]


@pytest.mark.parametrize(
    "package", ["measures", "slis", "alerts", "receivers", "panels", "probes", "scenarios"]
)
def test_the_reference_has_a_line_for_every_kind(package):
    reference = (ROOT / "docs" / "specs.md").read_text("utf-8")

    assert [] == [key for key in keys(package) if f"| `{key}" not in reference]


def test_every_link_of_a_page_leads_to_a_file():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
