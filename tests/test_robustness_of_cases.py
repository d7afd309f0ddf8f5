"""The specs of every case: each gives files or findings, however its lines end."""

from __future__ import annotations

from pathlib import Path

import pytest
from casefolders import CASES, all_cases

from obsgen.disk import shipped_presets
from obsgen.pipeline import Built, Options, build

OPTIONS = Options(requires_project=True, presets=shipped_presets())


def spec_files() -> dict[str, Path]:
    """Return the specs of every case, by the place of the file; each text once."""
    folders = (case.folder / "specs" for case in all_cases())
    files = (file for folder in folders if folder.is_dir() for file in sorted(folder.rglob("*")))
    found = {file.read_bytes(): file for file in files if file.is_file()}
    return {file.relative_to(CASES).as_posix(): file for file in found.values()}


FILES = spec_files()


def alone(text: str) -> Built:
    return build({"specs/shop.yaml": text}, OPTIONS)


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_spec_gives_files_or_an_error_with_either_end_of_lines(file: Path):
    text = file.read_text("utf-8")
    built = alone(text)

    assert built.files or built.diagnostics
    assert built.files == alone(text.replace("\n", "\r\n")).files
