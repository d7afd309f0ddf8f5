"""`obsgen fmt`: which files it writes, what it says, and how it ends."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from oracles import ROOT

from obsgen.cli import commands
from obsgen.disk import SpecNotWritten
from obsgen.disk.rewrite import rewrite

ODD = b"a:   1\nb: {c: 'd'} # e\n"
NEAT = b"a: 1\nb: {c: d}  # e\n"
BROKEN = b"a: [1\n"


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(commands, ["fmt", *arguments], input=given, catch_exceptions=False)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a spec that is laid out and one that is not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "odd.yaml").write_bytes(ODD)
    (tmp_path / "specs" / "neat.yaml").write_bytes(NEAT)
    return tmp_path


def test_only_files_that_change_are_written(here: Path):
    before = (here / "specs" / "neat.yaml").stat()
    result = run()

    assert (0, "", "1 formatted, 1 unchanged\n") == (result.exit_code, result.stdout, result.stderr)
    assert NEAT == (here / "specs" / "odd.yaml").read_bytes()
    after = (here / "specs" / "neat.yaml").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert {"odd.yaml", "neat.yaml"} == {path.name for path in (here / "specs").iterdir()}


def test_a_second_run_changes_nothing(here: Path):
    run()

    assert "2 unchanged\n" == run().stderr
    assert 0 == run("--check").exit_code


def test_check_lists_what_would_change_and_writes_nothing(here: Path):
    result = run("--check")

    assert (1, "specs/odd.yaml\n") == (result.exit_code, result.stdout)
    assert "1 would change, 1 unchanged\n" == result.stderr
    assert ODD == (here / "specs" / "odd.yaml").read_bytes()


def test_diff_shows_what_would_change_and_writes_nothing(here: Path):
    result = run("--diff")

    assert 1 == result.exit_code
    assert (
        "--- specs/odd.yaml (as it stands)\n"
        "+++ specs/odd.yaml (formatted)\n"
        "@@ -1,2 +1,2 @@\n"
        "-a:   1\n"
        "-b: {c: 'd'} # e\n"
        "+a: 1\n"
        "+b: {c: d}  # e\n"
    ) == result.stdout
    assert ODD == (here / "specs" / "odd.yaml").read_bytes()


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_nothing_to_change_ends_with_0_and_no_word_on_standard_output(here: Path, option: str):
    (here / "specs" / "odd.yaml").unlink()
    result = run(option)

    assert (0, "") == (result.exit_code, result.stdout)


def test_a_file_that_is_not_yaml_is_reported_as_validate_does_and_left_alone(here: Path):
    (here / "specs" / "broken.yaml").write_bytes(BROKEN)
    (here / "specs" / "neat.yaml").unlink()
    validated = CliRunner().invoke(commands, ["validate", "specs/broken.yaml"])
    result = run()

    assert 1 == result.exit_code
    assert result.stderr.endswith("\n1 formatted, 1 left alone\n")
    assert result.stderr.split("\n1 formatted")[0] in validated.stderr
    assert BROKEN == (here / "specs" / "broken.yaml").read_bytes()
    assert NEAT == (here / "specs" / "odd.yaml").read_bytes()


def test_findings_are_machine_readable(here: Path):
    (here / "specs" / "broken.yaml").write_bytes(BROKEN)
    result = run("--check", "--format", "github")

    assert result.stderr.startswith("::error ")
    assert "would change" not in result.stderr


def test_a_file_without_a_layout_is_a_warning(here: Path):
    (here / "specs" / "odd.yaml").write_bytes(b"%YAML 1.2\n---\na:   1\n")

    assert 0 == run("--check").exit_code
    assert 1 == run("--check", "--fail-on", "warning").exit_code
    assert "[SRC020]" in run().stderr


def test_standard_input_goes_to_standard_output():
    result = run("-", given=ODD)

    assert (0, NEAT, "") == (result.exit_code, result.stdout_bytes, result.stderr)


def test_standard_input_can_be_checked():
    assert (1, "<stdin>\n") == (
        run("-", "--check", given=ODD).exit_code,
        run("-", "--check", given=ODD).stdout,
    )
    assert "+a: 1\n" in run("-", "--diff", given=ODD).stdout
    assert 0 == run("-", "--check", given=NEAT).exit_code


def test_standard_input_that_is_not_yaml_gives_no_output():
    result = run("-", given=BROKEN)

    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("<stdin>:")


def test_standard_input_stands_alone(here: Path):
    result = run("-", "specs")

    assert 2 == result.exit_code
    assert "`-` stands alone" in result.stderr


def test_a_path_that_is_not_there_is_found_missing(here: Path):
    assert 1 == run("spec").exit_code
    assert "[OUT901]" in run("spec").stderr


def test_the_mode_of_a_file_stays(here: Path):
    file = here / "specs" / "odd.yaml"
    file.chmod(0o640)
    run()

    assert NEAT == file.read_bytes()
    assert 0o640 == stat.S_IMODE(file.stat().st_mode)


def test_a_link_stays_a_link_and_its_target_is_written(here: Path):
    target = here / "elsewhere.yaml"
    target.write_bytes(ODD)
    link = here / "link.yaml"
    link.symlink_to(target)
    run("link.yaml")

    assert link.is_symlink()
    assert NEAT == target.read_bytes()


def test_a_link_that_leads_out_of_the_folder_is_reported_and_not_followed(here: Path):
    outside = here / "outside.yaml"
    outside.write_bytes(ODD)
    (here / "specs" / "link.yaml").symlink_to(outside)
    result = run()

    assert 1 == result.exit_code
    assert "[OUT904]" in result.stderr
    assert ODD == outside.read_bytes()


def test_what_a_killed_run_left_is_in_nobodys_way(here: Path):
    from obsgen.disk.paths import temporary

    beside = temporary(here / "specs", "odd.yaml")
    beside.write_bytes(b"half")
    run()

    assert NEAT == (here / "specs" / "odd.yaml").read_bytes()
    assert not beside.exists()


def test_a_file_that_cannot_be_replaced_stands_as_it_was(
    here: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    file = here / "specs" / "odd.yaml"
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(SpecNotWritten) as raised:
        rewrite(file, NEAT, "specs/odd.yaml")

    assert "`specs/odd.yaml` cannot be written: no space left on device" == raised.value.message
    assert "OUT909" == raised.value.diagnostic.code.id
    assert ODD == file.read_bytes()
    assert {"odd.yaml", "neat.yaml"} == {path.name for path in file.parent.iterdir()}


def test_a_read_only_file_is_not_replaced(here: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    result = run()

    assert 1 == result.exit_code
    assert "error: `specs/odd.yaml` cannot be written: permission denied [OUT909]" in result.stderr
    assert ODD == (here / "specs" / "odd.yaml").read_bytes()


def test_the_specs_of_this_repository_are_laid_out():
    result = run("--check", str(ROOT / "specs"))

    assert (0, "") == (result.exit_code, result.stdout)
