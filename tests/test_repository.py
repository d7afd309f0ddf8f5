"""The repository around the package: what it promises in one file holds in the others."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

import yaml
from oracles import ROOT

PYPROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())
MAKEFILE: Final = (ROOT / "Makefile").read_text()

SECRETS: Final = re.compile(
    r"hooks\.slack\.com/services/T|xox[abp]-\d|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY"
)


def test_help_lists_every_target():
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    done = subprocess.run(
        ["make", "--no-print-directory", "-C", ROOT], capture_output=True, text=True, check=True
    )

    assert targets is not None
    assert targets[1].split() == [line.split()[0] for line in done.stdout.splitlines()]


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    in_wheel = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("obsgen/")}
    in_tree = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "obsgen").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    assert in_tree == in_wheel
    assert "obsgen/py.typed" in in_wheel


def test_the_changelog_has_a_section_for_the_version():
    assert f"## [{PYPROJECT['project']['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_oldest_python_is_the_same_everywhere():
    _, minor = PYPROJECT["project"]["requires-python"].removeprefix(">=").split(".")

    assert f"OLDEST_MINOR={minor}\n" in (ROOT / ".ci/venv.sh").read_text()
    assert PYPROJECT["tool"]["ruff"]["target-version"] == f"py3{minor}"
    assert PYPROJECT["tool"]["mypy"]["python_version"] == f"3.{minor}"


def test_pre_commit_hooks_run_commands_of_obsgen():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())

    assert {"obsgen-fmt", "obsgen-validate", "obsgen-generate-check"} == {h["id"] for h in hooks}
    assert all(hook["entry"].split()[0] in PYPROJECT["project"]["scripts"] for hook in hooks)


def test_what_people_deploy_holds_no_secret_and_no_path_of_this_checkout():
    for file in [ROOT / "docker-compose.yml", *_files("specs"), *_files("generated")]:
        text = file.read_text(encoding="utf-8")

        assert SECRETS.search(text) is None, file
        assert f"{ROOT}/" not in text, file


def _files(directory: str) -> list[Path]:
    return sorted(file for file in (ROOT / directory).rglob("*") if file.is_file())
