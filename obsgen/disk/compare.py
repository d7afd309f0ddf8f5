"""How the output folder differs from what would be generated; nothing is touched."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from obsgen.artefacts import OutputFile
from obsgen.disk.files import contents, exists
from obsgen.disk.outcomes import Difference
from obsgen.disk.ownership import find_owned, is_prunable
from obsgen.disk.paths import by_path
from obsgen.disk.problems import write_failed


def difference(files: Sequence[OutputFile], directory: Path) -> tuple[Difference, ...]:
    """
    Return what `write` would change, by path; nothing is touched.

    Raises:
        UnsafePath: a path that is no name of a file below the folder.
        WriteFailed: a file cannot be read.
    """
    planned = by_path(files)
    try:
        owned = find_owned(directory)
        found = [
            _difference(directory / path, path, data)
            for path, data in planned.items()
            if contents(directory / path) != data
        ]
        found += [
            Difference(path=path, kind="stale", text=_diff(path, contents(directory / path), b""))
            for path in owned.names
            if path not in planned and is_prunable(directory, path)
        ]
    except OSError as error:
        raise write_failed("compared", error, directory) from error
    return tuple(sorted(found, key=lambda difference: difference.path))


def _difference(target: Path, path: str, data: bytes) -> Difference:
    before = contents(target)
    kind: Literal["changed", "missing"] = "changed" if exists(target) else "missing"
    return Difference(path=path, kind=kind, text=_diff(path, before, data))


def _diff(path: str, before: bytes | None, after: bytes) -> str:
    rows = difflib.unified_diff(
        (before or b"").decode("utf-8", "replace").splitlines(keepends=True),
        after.decode("utf-8", "replace").splitlines(keepends=True),
        fromfile=f"{path} (as it stands)",
        tofile=f"{path} (as generated)",
    )
    return "".join(row if row.endswith("\n") else f"{row}\n" for row in rows)
