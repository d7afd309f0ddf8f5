"""A folder of specs as the commands see it: what is read from disk, and what it is built with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from obsgen import disk
from obsgen.pipeline import Built, Options, build
from obsgen.source import SourceMap

STDIN: Final = "<stdin>"


def check(paths: list[Path], standard_input: bytes | None, *, cwd: Path) -> Built:
    """
    Check specs.

    Files and standard input that are checked alone take the Project and the presets from the
    nearest `specs/`; files that stand in it see all of it. Findings in other files are left out.
    """
    given = disk.read_specs(paths, cwd=cwd)
    texts = dict(given.texts)
    if standard_input is not None:
        texts[STDIN] = standard_input
    context = _context(paths, standard_input, cwd)
    inside = [name for name in texts if name in context]
    options = Options(presets=disk.shipped_presets())
    if inside:
        built = build({**context, **texts}, options)
    else:
        built = build(texts, replace(options, context=context))
    kept = [d for d in built.diagnostics if d.origin.file not in context or d.origin.file in texts]
    return replace(built, diagnostics=(*given.diagnostics, *kept))


def _context(
    paths: list[Path], standard_input: bytes | None, cwd: Path
) -> Mapping[str, bytes]:
    if standard_input is None and not any(path.is_file() for path in paths):
        return {}
    near = next((path.parent for path in paths if path.is_file()), cwd)
    return disk.read_specs(disk.find_project(near), cwd=cwd).texts


def compile_specs(paths: list[Path], environment: str | None, *, cwd: Path) -> Built:
    """Compile specs for writing: everything must be there, and nothing in the way."""
    given = disk.read_specs(paths, cwd=cwd)
    if given.diagnostics:
        return Built(files=(), diagnostics=given.diagnostics, source_map=SourceMap(()))
    options = Options(
        environment=environment, requires_project=True, presets=disk.shipped_presets()
    )
    return build(given.texts, options)

