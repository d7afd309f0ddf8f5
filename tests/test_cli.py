"""The command line: exit codes, what goes to which stream, and which files a command touches."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import click
import oracles
import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from oracles import ROOT

import obsgen
from obsgen import codes, pipeline, report, starter, workspace
from obsgen.cli import commands, main
from obsgen.commands import NAMES
from obsgen.schema import assemble

HELP: Final = Path(__file__).resolve().parent / "help"

PROJECT: Final = """\
apiVersion: obsgen/v1
kind: Project
name: systems
"""
SERVICE: Final = """\
apiVersion: obsgen/v1
kind: Service
name: gateway
metrics:
  requests_total: {type: counter, labels: [status]}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: requests_total, bad: {status: "5.."}}}
"""
WRONG: Final = SERVICE.replace("99.9", "101")
WRONG_LINE: Final = "8:16: error: objective 101"
SUSPICIOUS: Final = SERVICE.replace("gateway", "shop").replace(
    "name: shop\n", "name: shop\nuses: [http_service]\n"
)
PRESET: Final = """\
apiVersion: obsgen/v1
kind: Preset
name: http_service
metrics:
  connections: {type: gauge}
"""
STAGING: Final = """\
apiVersion: obsgen/v1
kind: Environment
name: staging
where: {environment: staging}
---
apiVersion: obsgen/v1
kind: Environment
name: production
where: {environment: production}
"""


def put(folder: Path, **specs: str) -> None:
    """Write specs by the names of their files."""
    for name, text in specs.items():
        path = folder / "specs" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with specs of one service."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path, project=PROJECT, gateway=SERVICE)
    return tmp_path


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(commands, arguments, input=given, catch_exceptions=False)


def spawn(
    *arguments: str, cwd: Path, python: tuple[str, ...] = ("-m", "obsgen"), **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run a process of its own."""
    return subprocess.run(
        [sys.executable, *python, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


def files_below(folder: Path) -> Mapping[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def paths_below(folder: Path) -> set[str]:
    return set(files_below(folder))


# Help and usage.


@pytest.mark.parametrize("command", ["", *NAMES, "import metrics"], ids=lambda c: c or "obsgen")
def test_the_help_is_exactly_this(command: str, update: bool):
    arguments = [*command.split(), "--help"]
    result = CliRunner().invoke(commands, arguments, prog_name="obsgen", terminal_width=80)
    golden = HELP / f"{command.replace(' ', '-') or 'obsgen'}.txt"
    if update:
        golden.write_text(result.stdout, "utf-8")

    assert 0 == result.exit_code
    assert golden.read_text("utf-8") == result.stdout


def test_no_summary_in_the_list_of_commands_is_cut():
    assert "..." not in run("--help").stdout.split("Commands:")[1]


def test_the_version_is_that_of_the_package():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert version == obsgen.__version__
    assert f"obsgen {version}\n" == spawn("--version", cwd=ROOT).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["unknown"],
        ["validate", "--format", "xml"],
        ["validate", "--fail-on", "hint"],
        ["generate", "--unknown"],
        ["explain"],
        ["init", "--service", "Shop"],
        ["schema", "more"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_so_on_standard_error(arguments: list[str]):
    result = run(*arguments)

    assert 2 == result.exit_code
    assert "" == result.stdout
    assert result.stderr.startswith("Usage: ")


# A bug.


def test_a_bug_ends_with_3_and_a_sentence(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def broken(*_arguments: object) -> None:
        raise KeyError("gateway")

    monkeypatch.setattr(workspace, "build", broken)
    monkeypatch.setattr(sys, "argv", ["obsgen", "generate"])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()

    assert 3 == ended.value.code
    assert "" == out
    assert re.fullmatch(
        r"obsgen: this is a bug in obsgen: KeyError: 'gateway' \(test_cli\.py:\d+\)\n"
        r"  hint: report it with the spec that caused it\n",
        err,
    )
    assert not (here / "generated").exists()


# validate.


def test_a_clean_folder_ends_with_0(here: Path):
    result = run("validate")

    assert (0, "", "nothing found\n") == (result.exit_code, result.stdout, result.stderr)
    assert {"specs"} == {path.name for path in here.iterdir()}


def test_findings_go_to_standard_error_and_end_with_1(here: Path):
    put(here, gateway=WRONG)
    result = run("validate")

    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(f"specs/gateway.yaml:{WRONG_LINE}")
    assert result.stderr.endswith("\n1 error\n")


def test_json_is_one_object_a_line_and_nothing_else(here: Path):
    put(here, gateway=WRONG)
    result = run("validate", "--format", "json")
    (found,) = map(json.loads, result.stderr.splitlines())

    assert 1 == result.exit_code
    assert ("specs/gateway.yaml", 8, "SLO301") == (found["file"], found["line"], found["code"])


def test_github_gets_workflow_commands(here: Path):
    put(here, gateway=WRONG)
    (line,) = run("validate", "--format", "github").stderr.splitlines()

    assert line.startswith("::error file=specs/gateway.yaml,line=8,col=16,")


# --report.


def sarif_results(text: str) -> list[tuple[str, str]]:
    """Return the rule and the file of each result."""
    (run,) = json.loads(text)["runs"]
    return [
        (each["ruleId"], each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for each in run["results"]
    ]


def junit_tests(text: str) -> list[tuple[str, str]]:
    """Return the file and the name of each test."""
    cases = ElementTree.fromstring(text).iter("testcase")
    return [(case.get("classname", ""), case.get("name", "")) for case in cases]


@pytest.mark.parametrize("command", ["validate", "generate"])
def test_every_format_of_the_room_is_offered(command: str):
    found = commands.get_command(click.Context(commands), command)
    assert found is not None
    (how,) = (p for p in found.params if p.name == "format_")

    assert isinstance(how.type, click.Choice)
    assert report.NAMES == tuple(how.type.choices)


@pytest.mark.parametrize("command", ["validate", "generate"])
def test_a_document_goes_to_standard_error_alone(here: Path, command: str):
    put(here, gateway=WRONG)
    sarif = run(command, "--format", "sarif")
    junit = run(command, "--format", "junit")

    assert (1, "", 1, "") == (sarif.exit_code, sarif.stdout, junit.exit_code, junit.stdout)
    assert [("SLO301", "specs/gateway.yaml")] == sarif_results(sarif.stderr)
    assert [
        ("specs/gateway.yaml", "SLO301 objective-range"),
        ("specs/project.yaml", "nothing found"),
    ] == junit_tests(junit.stderr)


@pytest.mark.parametrize("command", ["validate", "generate"])
def test_a_report_goes_to_its_file_and_text_to_standard_error(here: Path, command: str):
    put(here, gateway=WRONG)
    (here / "out").mkdir()
    text = run(command)
    result = run(command, "--format", "sarif", "--report", "out/obsgen.sarif")

    assert (1, "", text.stderr) == (result.exit_code, result.stdout, result.stderr)
    document = (here / "out/obsgen.sarif").read_text("utf-8")
    assert run(command, "--format", "sarif").stderr == document
    assert {"specs", "out"} == {path.name for path in here.iterdir()}


@pytest.mark.parametrize("format_", report.NAMES)
def test_a_report_of_any_format_is_what_standard_error_would_be_told(here: Path, format_: str):
    put(here, gateway=WRONG)
    told = run("validate", "--format", format_).stderr.removesuffix("1 error\n")
    run("validate", "--format", format_, "--report", "report")

    assert told == (here / "report").read_text("utf-8")


def test_a_report_of_a_clean_run_is_a_document_too(here: Path):
    result = run("validate", "--format", "junit", "--report", "obsgen.xml")

    assert (0, "nothing found\n") == (result.exit_code, result.stderr)
    assert [
        ("specs/gateway.yaml", "nothing found"),
        ("specs/project.yaml", "nothing found"),
    ] == junit_tests((here / "obsgen.xml").read_text("utf-8"))


def test_a_report_may_go_to_standard_output(here: Path):
    put(here, gateway=WRONG)
    result = run("validate", "--format", "sarif", "--report", "-")

    assert [("SLO301", "specs/gateway.yaml")] == sarif_results(result.stdout)
    assert result.stderr.endswith("\n1 error\n")


def test_a_report_tells_of_the_files_that_were_given_alone(here: Path):
    put(here, shop=SERVICE.replace("gateway", "shop"), gateway=WRONG, preset=PRESET)
    result = run("validate", "specs/shop.yaml", "--format", "junit")

    assert [("specs/shop.yaml", "nothing found")] == junit_tests(result.stderr)


def test_what_keeps_generate_from_writing_is_in_the_one_document(here: Path):
    put(here, routing=_ROUTING_WITH_A_WARNING)
    (here / "generated/prometheus").mkdir(parents=True)
    (here / "generated/prometheus/prometheus.yml").write_text("global: {}\n")
    sarif = run("generate", "--format", "sarif")
    junit = run("generate", "--format", "junit")
    (invocation,) = json.loads(sarif.stderr)["runs"][0]["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]

    assert (1, 1) == (sarif.exit_code, junit.exit_code)
    assert "OUT912" == notification["descriptor"]["id"]
    assert ["specs/routing.yaml"] == [uri for _, uri in sarif_results(sarif.stderr)]
    assert ("obsgen", "OUT912 file-not-generated") in junit_tests(junit.stderr)


@pytest.mark.parametrize("command", ["validate", "generate"])
def test_a_report_that_cannot_be_written_is_said_after_the_findings(here: Path, command: str):
    (here / "file").write_text("")
    put(here, gateway=WRONG)
    alone = run(command)
    result = run(
        command, "--fail-on", "error", "--format", "sarif", "--report", "file/obsgen.sarif"
    )

    assert 1 == result.exit_code
    assert alone.stderr == result.stderr[: len(alone.stderr)]
    assert (
        "obsgen: error: `file/obsgen.sarif` cannot be written: its folder does not exist [OUT914]\n"
        "  hint: make the folder, or correct the path\n" == (result.stderr[len(alone.stderr) :])
    )


def test_a_clean_run_whose_report_cannot_be_written_fails(here: Path):
    (here / "file").write_text("")

    assert 1 == run("validate", "--report", "file/obsgen.sarif").exit_code
    assert 1 == run("generate", "--report", "file/obsgen.sarif").exit_code
    assert "" == (here / "file").read_text()


def test_a_report_into_a_folder_is_wrong_usage(here: Path):
    (here / "reports").mkdir()

    assert 2 == run("validate", "--report", "reports").exit_code


@pytest.mark.parametrize(("least", "code"), [("error", 0), ("warning", 1), ("info", 1)])
@pytest.mark.parametrize("command", ["validate", "generate"])
def test_fail_on_says_which_findings_fail(here: Path, command: str, least: str, code: int):
    put(here, routing=_ROUTING_WITH_A_WARNING)
    result = run(command, "--fail-on", least)

    assert " warning: " in result.stderr
    assert code == result.exit_code
    assert (command == "generate" and code == 0) == (here / "generated").exists()


_ROUTING_WITH_A_WARNING: Final = """\
apiVersion: obsgen/v1
kind: Routing
receivers:
  chat: {webhook: {url: "http://chat:8080/"}}
  nobody: {webhook: {url: "http://nobody:8080/"}}
default_receiver: chat
"""


def test_a_finding_that_two_environments_share_is_counted_once(here: Path):
    put(here, gateway=WRONG, environments=STAGING)

    assert run("validate").stderr.endswith("\n1 error\n")


def test_a_folder_beside_specs_is_its_own_project(here: Path):
    other = here / "other"
    other.mkdir()
    (other / "shop.yaml").write_text(SUSPICIOUS, "utf-8")
    put(here, preset=PRESET)
    result = run("validate", "other")

    assert 1 == result.exit_code
    assert "http_service" in result.stderr


def test_a_file_in_specs_sees_its_neighbours_and_their_findings_are_not_shown(here: Path):
    put(here, preset=PRESET, shop=SUSPICIOUS, gateway=WRONG)
    result = run("validate", "specs/shop.yaml")

    assert (0, "nothing found\n") == (result.exit_code, result.stderr)


def test_a_folder_in_specs_sees_its_neighbours_too(here: Path):
    put(here, preset=PRESET, gateway=WRONG)
    (here / "specs/shop").mkdir()
    (here / "specs/shop/shop.yaml").write_text(SUSPICIOUS, "utf-8")
    result = run("validate", "specs/shop")

    assert (0, "nothing found\n") == (result.exit_code, result.stderr)


def test_a_file_in_specs_shows_its_own_findings(here: Path):
    put(here, shop=SERVICE.replace("gateway", "shop"), gateway=WRONG)
    result = run("validate", "specs/gateway.yaml")

    assert result.stderr.startswith(f"specs/gateway.yaml:{WRONG_LINE}")


@pytest.mark.parametrize("nearby", [True, False], ids=["beside specs", "alone"])
def test_a_file_outside_takes_the_project_and_the_presets_from_the_nearest_specs(
    here: Path, nearby: bool
):
    put(here, project=f"{PROJECT}teams: [backend]\n", preset=PRESET, gateway=WRONG)
    if not nearby:
        (here / "specs").rename(here / "elsewhere")
    (here / "shop.yaml").write_text(f"{SUSPICIOUS}team: backend\n", "utf-8")
    result = run("validate", "shop.yaml")

    assert (0 if nearby else 1) == result.exit_code
    assert ("nothing found\n" == result.stderr) == nearby


def test_a_team_that_the_nearest_project_does_not_know_is_found_in_a_file_outside(here: Path):
    put(here, project=f"{PROJECT}teams: [backend]\n")
    (here / "shop.yaml").write_text(f"{SERVICE}team: front\n", "utf-8")

    assert "shop.yaml:10:7: error: " in run("validate", "shop.yaml").stderr


def test_standard_input_takes_the_project_from_the_nearest_specs(here: Path):
    put(here, project=f"{PROJECT}teams: [backend]\n", preset=PRESET)

    assert "nothing found\n" == run("validate", "-", given=SUSPICIOUS).stderr
    assert "<stdin>:10:7: error: " in run("validate", "-", given=f"{SERVICE}team: front\n").stderr


def test_standard_input_is_checked_without_any_specs_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)

    assert "nothing found\n" == run("validate", "-", given=SERVICE).stderr
    assert run("validate", "-", given=WRONG).stderr.startswith(f"<stdin>:{WRONG_LINE}")


def test_standard_input_may_be_no_text_at_all(here: Path):
    del here
    result = CliRunner().invoke(commands, ["validate", "-"], input=b"\xff\xfe\x00")

    assert 1 == result.exit_code
    assert "<stdin>" in result.stderr


@pytest.mark.parametrize("command", ["validate", "generate"])
def test_an_unknown_path_is_said_with_what_may_have_been_meant(here: Path, command: str):
    del here
    result = run(command, "spec")

    assert 1 == result.exit_code
    assert result.stderr.startswith(
        "obsgen: error: `spec` does not exist [OUT901]\n  hint: did you mean `specs`?\n"
    )


def test_a_folder_without_specs_is_not_clean(here: Path):
    (here / "empty").mkdir()

    assert "folder `empty` holds no YAML files" in run("validate", "empty").stderr


# generate.


def test_generate_writes_and_says_how_much(here: Path):
    result = run("generate")

    assert (0, "") == (result.exit_code, result.stdout)
    assert re.fullmatch(r"generated: \d+ written, 0 unchanged, 0 removed\n", result.stderr)
    assert "prometheus/rules/gateway.rules.yml" in paths_below(here / "generated")
    assert re.fullmatch(r"generated: 0 written, \d+ unchanged, 0 removed\n", run("generate").stderr)


def test_nothing_is_written_where_there_is_an_error(here: Path):
    put(here, gateway=WRONG)
    result = run("generate")

    assert 1 == result.exit_code
    assert result.stderr.endswith("\n1 error: nothing was written\n")
    assert not (here / "generated").exists()


def test_generate_demands_a_project(here: Path):
    (here / "specs/project.yaml").unlink()

    assert "the specs hold no Project [REF214]" in run("generate").stderr


def test_the_output_folder_can_be_told(here: Path):
    assert 0 == run("generate", "-o", "out/monitoring").exit_code
    assert "manifest.json" in paths_below(here / "out/monitoring")
    assert not (here / "generated").exists()


def test_a_file_that_is_not_ours_is_said_with_a_hint(here: Path):
    (here / "generated/prometheus").mkdir(parents=True)
    (here / "generated/prometheus/prometheus.yml").write_text("global: {}\n")
    result = run("generate")
    as_json = json.loads(run("generate", "--format", "json").stderr)

    assert 1 == result.exit_code
    assert (
        "obsgen: error: `generated/prometheus/prometheus.yml` was not written by obsgen [OUT912]\n"
        "  hint: move it away, or generate into a folder of its own\n"
    ) == result.stderr
    assert ("OUT912", None) == (as_json["code"], as_json["file"])


def test_the_files_of_a_removed_service_go(here: Path):
    put(here, shop=SERVICE.replace("gateway", "shop"))
    run("generate")
    shops = {path for path in paths_below(here / "generated") if "shop" in path}
    (here / "specs/shop.yaml").unlink()
    result = run("generate")

    assert shops
    assert f" {len(shops)} removed" in result.stderr
    assert not {path for path in paths_below(here / "generated") if "shop" in path}


# generate --check.


def test_check_is_silent_where_all_is_up_to_date(here: Path):
    del here
    run("generate")
    result = run("generate", "--check")

    assert (0, "", "") == (result.exit_code, result.stdout, result.stderr)


RULES: Final = "generated/prometheus/rules/gateway.rules.yml"


@pytest.mark.parametrize("what", ["changed", "missing", "stale"])
def test_check_shows_what_is_not_up_to_date_and_writes_nothing(here: Path, what: str):
    put(here, shop=SERVICE.replace("gateway", "shop"))
    run("generate")
    if what == "changed":
        put(here, gateway=SERVICE.replace("99.9", "99.5"))
    elif what == "missing":
        (here / RULES).unlink()
    else:
        (here / "specs/gateway.yaml").unlink()
    before = files_below(here)
    result = run("generate", "--check")

    assert 1 == result.exit_code
    name = RULES.removeprefix("generated/")
    assert f"--- {name} (as it stands)\n+++ {name} (as generated)\n" in result.stdout
    assert re.search(r"^\d+ files? not up to date: run `obsgen generate`\n", result.stderr)
    assert before == files_below(here)
    run("generate")
    assert 0 == run("generate", "--check").exit_code


def test_check_before_the_first_run_shows_all_and_makes_no_folder(here: Path):
    result = run("generate", "--check")

    assert 1 == result.exit_code
    assert "+++ prometheus/prometheus.yml (as generated)\n" in result.stdout
    assert not (here / "generated").exists()


def test_check_says_nothing_but_findings_to_a_program(here: Path):
    del here
    result = run("generate", "--check", "--format", "json")

    assert (1, "") == (result.exit_code, result.stderr)
    assert "+++ " in result.stdout


# Environments.


@pytest.fixture
def environments(here: Path) -> Path:
    """A working folder with two environments."""
    put(here, environments=STAGING)
    return here


def test_each_environment_has_a_folder_with_its_own_manifest(environments: Path):
    result = run("generate")
    written = paths_below(environments / "generated")

    assert re.fullmatch(
        r"generated/staging: \d+ written, 0 unchanged, 0 removed\n"
        r"generated/production: \d+ written, 0 unchanged, 0 removed\n",
        result.stderr,
    )
    assert {"staging", "production"} == {path.split("/")[0] for path in written}
    for name in ("staging", "production"):
        folder = environments / "generated" / name
        manifest = json.loads((folder / "manifest.json").read_text())
        assert name == manifest["environment"]
        assert paths_below(folder) == {*manifest["files"], "manifest.json"}
    assert 0 == run("generate", "--check").exit_code


def test_env_writes_and_checks_only_one(environments: Path):
    run("generate", "--env", "staging")

    assert {"staging"} == {path.name for path in (environments / "generated").iterdir()}
    assert 0 == run("generate", "--check", "--env", "staging").exit_code
    assert 1 == run("generate", "--check", "--env", "production").exit_code
    assert 1 == run("generate", "--check").exit_code


def test_env_leaves_the_others_as_they_stand(environments: Path):
    run("generate")
    put(environments, gateway=SERVICE.replace("99.9", "99.5"))
    before = files_below(environments / "generated/production")
    run("generate", "--env", "staging")

    assert before == files_below(environments / "generated/production")
    assert "production/prometheus/" in run("generate", "--check").stdout


def test_an_unknown_environment_is_said_with_the_known_ones(environments: Path):
    result = run("generate", "--env", "stagin")

    assert 1 == result.exit_code
    assert "[REF217]" in result.stderr
    assert "staging" in result.stderr
    assert "production" in result.stderr
    assert not (environments / "generated").exists()


def test_check_names_the_environment_of_a_file(environments: Path):
    run("generate")
    (environments / "generated/staging/prometheus/prometheus.yml").unlink()
    (environments / "generated/staging/prometheus/rules/gateway.rules.yml").write_text("x\n")
    result = run("generate", "--check")

    assert [
        "+++ staging/prometheus/prometheus.yml (as generated)",
        "+++ staging/prometheus/rules/gateway.rules.yml (as generated)",
    ] == [line for line in result.stdout.splitlines() if line.startswith("+++")]


def test_the_files_of_a_service_that_left_one_environment_go(environments: Path):
    run("generate")
    only = STAGING.replace("name: staging\n", "name: staging\nwithout: [gateway]\n")
    put(environments, environments=only)
    run("generate")
    left = paths_below(environments / "generated")

    assert "production/prometheus/rules/gateway.rules.yml" in left
    assert "staging/prometheus/rules/gateway.rules.yml" not in left


def test_an_environment_that_left_the_specs_goes_with_its_folder(environments: Path):
    run("generate")
    put(environments, environments=STAGING.split("---\n")[1])
    checked = run("generate", "--check")
    result = run("generate")

    assert 1 == checked.exit_code
    assert "--- staging/manifest.json (as it stands)\n" in checked.stdout
    assert "generated/staging: 0 written, 0 unchanged, " in result.stderr
    assert {"production"} == {path.name for path in (environments / "generated").iterdir()}
    assert 0 == run("generate", "--check").exit_code


def test_the_first_environment_takes_the_place_of_the_plain_files_and_back(here: Path):
    run("generate")
    plain = files_below(here / "generated")
    put(here, environments=STAGING)
    assert 1 == run("generate", "--check").exit_code
    run("generate")

    assert {"staging", "production"} == {path.name for path in (here / "generated").iterdir()}
    assert 0 == run("generate", "--check").exit_code
    (here / "specs/environments.yaml").unlink()
    run("generate")
    assert plain == files_below(here / "generated")


def test_an_output_folder_within_the_output_folder_is_left_alone(here: Path):
    run("generate")
    run("generate", "-o", "generated/other")
    before = files_below(here / "generated/other")
    run("generate")

    assert before
    assert before == files_below(here / "generated/other")


def test_an_environment_never_writes_through_a_link(environments: Path):
    (environments / "elsewhere").mkdir()
    (environments / "generated").mkdir()
    (environments / "generated/staging").symlink_to(environments / "elsewhere")
    result = run("generate")

    assert 1 == result.exit_code
    assert "obsgen: error: `generated/staging` is a link [OUT911]\n" in result.stderr
    assert {} == files_below(environments / "elsewhere")


# schema.


class _Loader(yaml.SafeLoader):
    """Reads scalars as YAML 1.2 does, and all but numbers, flags and nulls as text."""

    yaml_implicit_resolvers: Final[dict[str, Any]] = {}


for _tag, _form in {
    "bool": r"true|false",
    "int": r"[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
    "null": r"~|null|",
}.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), None)


def test_schema_prints_a_schema_of_the_draft_it_names():
    result = run("schema")
    schema = json.loads(result.stdout)

    assert (0, "") == (result.exit_code, result.stderr)
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "specs").rglob("*.y*ml")), ids=lambda f: f.relative_to(ROOT).as_posix()
)
def test_every_spec_of_the_repository_is_valid_in_an_editor(file: Path):
    documents = list(yaml.load_all(file.read_text("utf-8"), Loader=_Loader))

    assert documents
    for document in documents:
        Draft202012Validator(assemble()).validate(document)


def examples(schema: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield each example with its fragment and where it stands."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from examples(item, f"{path}/{index}")
    elif isinstance(schema, dict):
        for key, value in schema.items():
            yield from examples(value, f"{path}/{key}")
        if isinstance(schema.get("examples"), list):
            for example in schema["examples"]:
                yield path, schema, example


def test_every_example_of_the_schema_is_valid_where_it_stands():
    schema = assemble()
    found = list(examples(schema))
    wrong = [
        (path, example)
        for path, fragment, example in found
        if not Draft202012Validator({**fragment, "$defs": schema["$defs"]}).is_valid(example)
    ]

    assert len(found) > 100
    assert [] == wrong


# explain.


@pytest.mark.parametrize("word", ["SLO301", "slo301", "objective-range", "Objective-Range"])
def test_explain_takes_a_code_and_its_name(word: str):
    code = codes.all_codes()["SLO301"]
    result = run("explain", word)

    assert (0, "") == (result.exit_code, result.stderr)
    assert f"SLO301 objective-range (error)\n\n{code.why}\n\n{code.fix}\n" == result.stdout


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("SLO301x", "did you mean SLO301?"),
        ("objective-rang", "did you mean objective-range?"),
        (
            "zzz",
            "codes look like SLO301, SLOs like gateway/availability, alerts like HighErrorRate",
        ),
    ],
)
def test_an_unknown_code_is_wrong_usage_with_a_near_miss(word: str, hint: str):
    result = run("explain", word)

    assert 2 == result.exit_code
    assert result.stderr.endswith(f"Error: no code, SLO or alert `{word}`; {hint}\n")


def test_every_code_can_be_explained():
    declared = {
        match[1]
        for file in (ROOT / "obsgen").rglob("*.py")
        for match in re.finditer(r'\bCode\(\s*"([A-Z]{3}\d{3})"', file.read_text("utf-8"))
    }

    assert declared
    assert sorted(declared) == sorted(codes.all_codes())


# init.


@pytest.mark.parametrize("service", ["shop", "project", "null", "a" * 40])
def test_a_new_project_passes_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: str
):
    monkeypatch.chdir(tmp_path)
    result = run("init", "new/monitoring", "--service", service)
    monkeypatch.chdir(tmp_path / "new/monitoring")

    assert 0 == result.exit_code
    assert paths_below(Path()) == {
        line.removeprefix("new/monitoring/") for line in result.stdout.splitlines()
    }
    assert "nothing found\n" == run("validate").stderr
    assert re.fullmatch(r"generated: \d+ written, 0 unchanged, 0 removed\n", run("generate").stderr)
    assert "" == run("generate", "--check").stderr
    oracles.promtool_check_config(Path("generated/prometheus/prometheus.yml"))
    oracles.amtool_check_config(Path("generated/alertmanager/alertmanager.yml"))


def test_a_new_project_can_be_written_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    result = run("init")

    assert [
        "specs/my-service.yaml",
        "specs/project.yaml",
        "specs/routing.yaml",
        ".obsgen/schema.json",
    ] == result.stdout.splitlines()
    assert "next: edit specs/my-service.yaml, then run `obsgen generate`\n" == result.stderr


def test_the_specs_of_a_new_project_name_their_schema_for_editors(tmp_path: Path):
    starter.write(tmp_path, "shop")
    schema = json.loads((tmp_path / ".obsgen/schema.json").read_text("utf-8"))

    assert assemble() == schema
    for file in (tmp_path / "specs").iterdir():
        first, rest = file.read_text("utf-8").split("\n", 1)
        link = first.removeprefix("# yaml-language-server: $schema=")
        assert (tmp_path / ".obsgen/schema.json") == (file.parent / link).resolve()
        Draft202012Validator(schema).validate(yaml.load(rest, Loader=_Loader))


def test_init_never_overwrites_and_then_writes_nothing(here: Path):
    before = files_below(here)
    result = run("init")

    assert 1 == result.exit_code
    assert (
        "obsgen: error: `specs/project.yaml` exists: nothing was written [OUT931]\n"
        "  hint: give another folder\n"
    ) == result.stderr
    assert before == files_below(here)


def test_init_leaves_nothing_behind_where_it_cannot_write(here: Path):
    for file in (here / "specs").iterdir():
        file.unlink()
    (here / ".obsgen").write_text("a file where the schema's folder belongs")
    before = files_below(here)
    result = run("init")

    assert 1 == result.exit_code
    assert result.stderr.startswith("obsgen: error: `.obsgen` cannot be written: ")
    assert before == files_below(here)


def test_init_into_a_file_is_wrong_usage(here: Path):
    del here

    assert 2 == run("init", "specs/project.yaml").exit_code


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "the name is empty"),
        ("Shop", "name `Shop` has other characters than `a-z`, `0-9` and `-`"),
        ("shop\n", "name `shop\n` has other characters than `a-z`, `0-9` and `-`"),
        ("3d", "name `3d` does not begin with a letter"),
        ("a" * 41, f"name `{'a' * 41}` has 41 characters, at most 40 are allowed"),
    ],
)
def test_a_bad_name_of_a_service_is_said(name: str, problem: str):
    assert problem == starter.name_problem(name)


# Processes.


def test_the_package_runs_as_a_module(here: Path):
    done = spawn("validate", cwd=here)

    assert (0, "", "nothing found\n") == (done.returncode, done.stdout, done.stderr)


def test_a_bug_shows_no_traceback(here: Path):
    broken = (
        "import sys, obsgen.workspace, obsgen.cli\n"
        "obsgen.workspace.build = None\n"
        "sys.argv = ['obsgen', 'validate']\n"
        "obsgen.cli.main()\n"
    )
    done = spawn(cwd=here, python=("-c", broken))

    assert 3 == done.returncode
    assert done.stderr.startswith("obsgen: this is a bug in obsgen: TypeError: ")
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_no_bug(here: Path):
    command = f"{sys.executable} -m obsgen schema | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ("{\n", "") == (done.stdout, done.stderr)


def test_a_terminal_without_unicode_still_shows_everything(here: Path):
    put(here, gateway=SERVICE.replace("name: gateway", "name: gateway\ntitle: Größe 🚨"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "obsgen", "generate", "--check"],
        cwd=here,
        env=environment,
        capture_output=True,
        check=False,
    )

    assert 1 == done.returncode
    assert "Größe 🚨" in done.stdout.decode()


def on_a_terminal(*arguments: str, cwd: Path, **environment: str) -> str:
    """Return what a command prints to a terminal as its standard error."""
    ours, theirs = pty.openpty()
    try:
        subprocess.run(
            [sys.executable, "-m", "obsgen", *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stderr=theirs,
            check=False,
        )
        return os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)


def test_colour_is_for_terminals_alone(here: Path):
    put(here, gateway=WRONG)

    assert "\x1b[1;31merror:\x1b[0m" in on_a_terminal("validate", cwd=here)
    assert "\x1b" not in on_a_terminal("validate", cwd=here, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal("validate", "--format", "json", cwd=here)
    assert "\x1b" not in spawn("validate", cwd=here).stderr


HEAVY: Final = frozenset(
    {
        *("jsonschema", "yaml", "promql_parser", "grafanalib", "requests", "jinja2", "rich"),
        *("prometheus_client", "urllib3"),
    }
)


def loaded_by(*arguments: str, cwd: Path) -> set[str]:
    """Return all modules that are there when a command ends, however they were imported."""
    program = (
        "import sys, obsgen.cli\n"
        "try:\n    obsgen.cli.main()\n"
        "finally:\n    print(*sorted(sys.modules))\n"
    )
    return set(spawn(*arguments, cwd=cwd, python=("-c", program)).stdout.split())


def imported_by(*arguments: str, cwd: Path, code: int = 0) -> set[str]:
    """Return which of the heavy packages a command imports."""
    done = spawn(*arguments, cwd=cwd, python=("-X", "importtime", "-m", "obsgen"))
    modules = re.findall(r"^import time:.*\|\s+(\S+)$", done.stderr, re.MULTILINE)

    assert code == done.returncode
    assert "obsgen.cli" in modules
    return {module.split(".")[0] for module in modules} & HEAVY


def test_help_imports_nothing_heavy(here: Path):
    assert set() == imported_by("--help", cwd=here)
    assert set() == imported_by("validate", "--help", cwd=here)


def test_validate_imports_only_what_checking_needs(here: Path):
    put(here, gateway=f"{SERVICE}dashboards: [slo]\n")

    assert {"yaml", "promql_parser"} == imported_by("validate", cwd=here)


def test_validate_imports_jsonschema_only_to_say_what_is_wrong(here: Path):
    put(here, gateway=f"{SERVICE}tem: backend\n")

    assert {"jsonschema", "yaml", "promql_parser"} == imported_by("validate", cwd=here, code=1)


def test_validate_imports_the_format_that_it_writes_and_no_other(here: Path):
    formats = {f"obsgen.report.{name}" for name in report.NAMES}
    plain = loaded_by("validate", cwd=here)
    sarif = loaded_by("validate", "--format", "sarif", "--report", "x", cwd=here)

    assert {"obsgen.report.text"} == plain & formats
    assert {"obsgen.report.text", "obsgen.report.sarif"} == sarif & formats
    assert set() == plain & {"xml.etree", "hashlib", "obsgen.disk.reports"}


def test_generate_imports_what_its_outputs_need(here: Path):
    put(here, project=f"{PROJECT}outputs: [prometheus]\n")

    assert {"yaml", "promql_parser"} == imported_by("generate", cwd=here)


def test_import_takes_no_network_library_for_a_file(here: Path):
    (here / "page.txt").write_text("x_total 1\n")

    heavy = imported_by("import", "metrics", "page.txt", cwd=here)
    assert {"yaml", "promql_parser", "prometheus_client"} == heavy
    assert set() == imported_by("import", "metrics", "--help", cwd=here)


def test_the_same_specs_give_the_same_files_in_every_process(here: Path):
    for folder, seed in (("one", "1"), ("two", "2")):
        subprocess.run(
            [sys.executable, "-m", "obsgen", "generate", "-o", folder],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )

    assert files_below(here / "one") == files_below(here / "two")


def test_checking_gives_the_findings_of_a_build(here: Path):
    put(here, routing=_ROUTING_WITH_A_WARNING, environments=STAGING)
    texts = {f"specs/{p.name}": p.read_bytes() for p in (here / "specs").iterdir()}
    checked = pipeline.build(texts, pipeline.Options(with_files=False))
    built = pipeline.build(texts)

    assert built.diagnostics == checked.diagnostics
    assert built.diagnostics
    assert () == checked.files != built.files


def test_an_output_folder_among_the_specs_is_wrong_usage(here: Path):
    result = run("generate", "specs", "-o", "specs/generated")

    assert 2 == result.exit_code
    assert "lies within the specs" in result.output
    assert not (here / "specs" / "generated").exists()
