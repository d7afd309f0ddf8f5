"""Every case folder gives exactly the files and findings that are kept with it."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from casefolders import CASES, Case, all_cases

from obsgen.codes import all_codes
from obsgen.diagnostics import Severity

# Cannot be told in a folder of specs: they belong to the output folder, to arguments of the
# command line, to plain rule files, to the layout of specs, or to what only an author of kinds
# can bring about.
NOT_IN_A_FOLDER = frozenset(
    {"OUT901", "OUT902", "OUT905", "OUT906", "OUT911", "OUT912", "OUT913", "OUT914"}
    | {"OUT923", "OUT931", "OUT932", "OUT941", "OUT942", "OUT943", "OUT944", "OUT945", "OUT946"}
    | {
        "OUT947",
        "OUT948",
        "OUT991",
        "OUT992",
        "REF217",
        "SCH119",
        "OUT907",
        "OUT909",
        "OUT915",
        "SRC020",
        "SRC021",
    }
    # What only a mistake in obsgen could bring about.
    | {"ALR654"}
    # Plain rule files.
    | {"ALR536", "ALR537", "ALR538", "ALR544", "ALR550", "OUT908", "PQL450", "PQL451"}
    | {"ALR585", "PQL466"}
    # Dashboards of other makers; in specs another check is earlier, or there is nothing of it:
    # tests/test_dashboard_checks.py.
    | {"DSH632", "DSH633", "DSH634", "DSH637", "DSH652", "DSH653", "DSH656", "DSH668"}
    # `import` has no specs yet.
    | {f"OUT{number}" for number in (*range(951, 959), *range(961, 977))}
    # What is not installed.
    | {"OUT981", "OUT984", "OUT985"}
    # What a server that runs has otherwise than the specs say: tests/test_verify.py.
    | {code for code in all_codes() if code.startswith("LIV")}
)


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_case_gives_what_is_kept_with_it(case: Case, tmp_path: Path, update: bool):
    outcome = case.run(tmp_path)
    if update:
        case.rewrite(outcome)
    files, findings = case.expected()

    assert findings == outcome.findings
    assert sorted(files) == sorted(outcome.files)
    for path, data in files.items():
        assert not _difference(path, data, outcome.files[path])


def _difference(path: str, expected: bytes, found: bytes) -> str:
    before, after = (d.decode().splitlines(keepends=True) for d in (expected, found))
    return "".join(difflib.unified_diff(before, after, f"expected/{path}", f"found/{path}"))


def test_every_code_has_a_case_that_is_named_after_it():
    named = {folder.name.split("-", 1)[0] for folder in (CASES / "codes").iterdir()}

    assert sorted(set(all_codes()) - NOT_IN_A_FOLDER) == sorted(named)


@pytest.mark.parametrize(
    "case", [c for c in all_cases() if c.name.startswith("codes/")], ids=lambda case: case.name
)
def test_a_case_named_after_a_code_gives_it_and_no_other_error(case: Case, tmp_path: Path):
    wanted, name = case.folder.name.split("-", 1)
    codes = all_codes()

    assert codes[wanted].name == name.split("--")[0]
    outcome = case.run(tmp_path)
    errors = {c for c in outcome.codes if codes[c].severity is Severity.ERROR}
    assert wanted in outcome.codes
    assert not errors - {wanted}


def test_nothing_is_written_where_there_is_an_error(tmp_path: Path):
    case = next(c for c in all_cases() if c.folder.name == "SLO301-objective-range")

    assert {} == case.run(tmp_path).files
