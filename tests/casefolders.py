"""
Case folders: specs, and exactly what comes out of them.

    cases/<area>/<name>/specs/…       the specs; the first line says what the case shows
    cases/<area>/<name>/recipe.yaml   files that are not kept as they are (a million brackets,
                                      bytes that are not UTF-8, links), for specs/ as well
    cases/<area>/<name>/only.txt      globs of the files that the case shows; without it, all
    cases/<area>/<name>/expect/…      the generated files
    cases/<area>/<name>/expect.txt    the findings, as `obsgen generate` prints them

`pytest --update tests/test_cases.py` (`make golden`) rewrites expect/ and expect.txt.
"""

from __future__ import annotations

import fnmatch
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from obsgen.diagnostics import Diagnostic, Severity
from obsgen.report import as_text
from obsgen.workspace import compile_specs

CASES: Final = Path(__file__).resolve().parent / "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a build gave: files by path, and the findings as text."""

    files: dict[str, bytes]
    findings: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """A case folder."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name below `cases/`."""
        return self.folder.relative_to(CASES).as_posix()

    def run(self, workplace: Path) -> Outcome:
        """Build the case in an empty folder."""
        if (self.folder / "specs").is_dir():
            shutil.copytree(self.folder / "specs", workplace / "specs")
        recipe = self.folder / "recipe.yaml"
        if recipe.is_file():
            _cook(yaml.safe_load(recipe.read_text("utf-8")), workplace)
        built = compile_specs([Path("specs")], None, cwd=workplace)
        shown = [d for d in built.diagnostics if self._is_about(d)]
        return Outcome(
            files={f.path: f.data for f in built.files if self._shows(f.path)},
            findings=as_text(shown, built.source_map),
            codes=frozenset(d.code.id for d in shown),
        )

    def _is_about(self, found: Diagnostic) -> bool:
        """Say whether the case shows a finding: what is only worth knowing stays in its own."""
        return found.severity is not Severity.INFO or self.folder.name.startswith(found.code.id)

    def _shows(self, path: str) -> bool:
        only = self.folder / "only.txt"
        if not only.is_file():
            return True
        return any(fnmatch.fnmatch(path, glob) for glob in only.read_text("utf-8").split())

    def expected(self) -> tuple[dict[str, bytes], str]:
        """Return the files and the findings that are kept with the case."""
        tree = self.folder / "expect"
        files = {
            path.relative_to(tree).as_posix(): path.read_bytes()
            for path in sorted(tree.rglob("*"))
            if path.is_file()
        }
        findings = self.folder / "expect.txt"
        return files, findings.read_text("utf-8") if findings.is_file() else ""

    def rewrite(self, outcome: Outcome) -> None:
        """Keep what came out."""
        shutil.rmtree(self.folder / "expect", ignore_errors=True)
        (self.folder / "expect.txt").unlink(missing_ok=True)
        for path, data in outcome.files.items():
            target = self.folder / "expect" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if outcome.findings:
            (self.folder / "expect.txt").write_text(outcome.findings, "utf-8")


def _cook(recipe: dict[str, Any], workplace: Path) -> None:
    """Make files of repeated texts (in Latin-1, so that any byte can be said), and links."""
    for name, parts in recipe.get("files", {}).items():
        target = workplace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"".join(text.encode("latin-1") * times for text, times in parts))
    for name, destination in recipe.get("links", {}).items():
        target = workplace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(destination)


def all_cases() -> list[Case]:
    """Return every case, sorted by name."""
    folders = {p.parent for p in CASES.glob("*/*/specs")}
    folders |= {p.parent for p in CASES.glob("*/*/recipe.yaml")}
    return [Case(folder) for folder in sorted(folders)]
