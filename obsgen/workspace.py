"""
A folder of specs as the commands see it: what is read, what it is built with, where it goes.

Without environments the output folder holds the files. With some, each has a folder of its own
below it, with its own manifest: `generated/staging/manifest.json`. What is written in the other
way, or for an environment that the specs have no more, goes when all environments are written.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from obsgen import disk
from obsgen.artefacts import OutputFile
from obsgen.disk.outcomes import Difference, Written
from obsgen.pipeline import Built, Options, build
from obsgen.source import SourceMap

STDIN: Final = "<stdin>"
"""Names standard input in findings."""


def check(paths: list[Path], standard_input: bytes | None, *, cwd: Path) -> Built:
    """
    Check specs.

    What stands in a `specs/` folder is checked with all of it, and findings in files that were not
    given are left out; files elsewhere and standard input take its Project and presets.
    """
    given = disk.read_specs(paths, cwd=cwd)
    texts = dict(given.texts)
    if standard_input is not None:
        texts[STDIN] = standard_input
    context = _context(paths, standard_input, cwd)
    options = Options(
        presets=disk.shipped_presets(),
        today=today(),
        exclusions=given.exclusions,
        with_files=False,
        with_tests=False,
    )
    if any(name in context.texts for name in texts):
        all_exclusions = {**context.exclusions, **given.exclusions}
        built = build({**context.texts, **texts}, replace(options, exclusions=all_exclusions))
    else:
        built = build(texts, replace(options, context=context.texts))
    aside = {*context.texts, *context.exclusions} - {*texts, *given.exclusions}
    kept = [d for d in built.diagnostics if d.origin.file not in aside]
    found = (*given.diagnostics, *kept)
    return replace(built, diagnostics=found, sources=tuple(sorted(texts)))


def _context(paths: list[Path], standard_input: bytes | None, cwd: Path) -> disk.SpecFiles:
    near = [found for path in paths if (found := _near(cwd / path))]
    if not near and standard_input is not None:
        near = [cwd]
    return disk.read_specs(disk.find_project(near[0]) if near else (), cwd=cwd)


def _near(path: Path) -> Path | None:
    """Return where the Project of a path is looked for; a folder of specs has its own."""
    if path.is_file():
        return path.parent
    folder = Path(os.path.normpath(path))
    inside = path.is_dir() and any(f in folder.parents for f in disk.find_project(folder))
    return folder if inside else None


def compile_specs(
    paths: list[Path],
    environment: str | None,
    *,
    cwd: Path,
    with_files: bool = True,
    with_tests: bool = True,
) -> Built:
    """
    Compile specs for writing: everything must be there, and nothing in the way.

    Args:
        with_files: Write the outputs; without them, what is compiled is all there is.
        with_tests: Work out the unit tests of alerts.
    """
    given = disk.read_specs(paths, cwd=cwd)
    if given.diagnostics:
        return Built(files=(), diagnostics=given.diagnostics, source_map=SourceMap(()))
    options = Options(
        environment=environment,
        requires_project=True,
        today=today(),
        presets=disk.shipped_presets(),
        exclusions=given.exclusions,
        with_files=with_files,
        with_tests=with_tests,
    )
    return build(given.texts, options)


def write(built: Built, output: Path, *, is_all: bool) -> tuple[tuple[Path, Written], ...]:
    """
    Write each environment into its folder.

    Args:
        is_all: All environments were built, so what belongs to none of them is removed.

    Returns:
        What was done, by folder.

    Raises:
        disk.DiskError: as `disk.write`, for the first folder that cannot be written.
    """
    from obsgen.disk.write import write as write_folder

    done = []
    for name, files in _folders(built, output, is_all=is_all).items():
        folder = output / name
        if name and folder.is_symlink():
            raise disk.UnsafePath(f"`{folder}` is a link", "put a folder in its place")
        done.append((folder, write_folder(files, folder)))
        if name and not files:
            # Whatever else lives there keeps its folder.
            with suppress(OSError):
                folder.rmdir()
    return tuple(done)


def difference(built: Built, output: Path, *, is_all: bool) -> tuple[Difference, ...]:
    """
    Return what `write` would change, by path below the output folder; nothing is touched.

    Raises:
        disk.DiskError: as `disk.difference`.
    """
    from obsgen.disk.compare import difference as difference_of

    found = (
        _below(name, each)
        for name, files in _folders(built, output, is_all=is_all).items()
        for each in difference_of(files, output / name)
    )
    return tuple(sorted(found, key=lambda each: each.path))


def files_of(built: Built, environment: str) -> tuple[OutputFile, ...]:
    """Return the files of an environment (or of none: ``), by their paths below its folder."""
    folder = f"{environment}/" if environment else ""
    return tuple(
        replace(file, path=file.path.removeprefix(folder))
        for file in built.files
        if file.path.startswith(folder)
    )


def _below(name: str, found: Difference) -> Difference:
    """Name a file as seen from the output folder; its path begins the first two lines."""
    if not name:
        return found
    path = f"{name}/{found.path}"
    return replace(found, path=path, text=found.text.replace(found.path, path, 2))


def _folders(built: Built, output: Path, *, is_all: bool) -> Mapping[str, tuple[OutputFile, ...]]:
    """Return what each folder below *output* is to hold; nothing, for one that is left over."""
    found: dict[str, tuple[OutputFile, ...]] = {}
    for spec in built.specs:
        found[spec.environment.name] = files_of(built, spec.environment.name)
    if is_all:
        # Last, so that a run that fails has not removed anything yet.
        found.update({name: () for name in _left_over(output) if name not in found})
    return found


def _left_over(output: Path) -> Iterator[str]:
    """Yield the folders that an earlier run wrote: the output folder itself (``), environments."""
    if _manifest(output):
        yield ""
    for folder in sorted(output.iterdir()) if output.is_dir() else ():
        is_plain = folder.is_dir() and not folder.is_symlink()
        # Another output folder may stand in this one; only its environments say their name.
        if is_plain and f'"environment": {json.dumps(folder.name)}' in _manifest(folder):
            yield folder.name


def today() -> str:
    """Return the day in UTC, as ignored findings name the one on which they end."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def _manifest(folder: Path) -> str:
    try:
        return (folder / disk.MANIFEST).read_text("utf-8", "replace")
    except OSError:
        return ""
