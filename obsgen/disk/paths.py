"""
Paths below the output folder, as texts with `/`: which are safe, and which names are obsgen's own.

Nothing here looks at the disk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from obsgen.artefacts import OutputFile
from obsgen.disk.problems import UnsafePath

MANIFEST: Final = "manifest.json"
PENDING: Final = ".obsgen-pending.json"

_TEMPORARY: Final = re.compile(r"\.obsgen-[0-9a-f]{16}\.tmp")


def is_safe(path: str) -> bool:
    """Say whether a path names a file below the folder, in the one way that this is written."""
    parts = path.split("/")
    return (
        path.isprintable()
        and "\\" not in path
        and all(part not in {"", ".", ".."} for part in parts)
        and path != PENDING
        and not _TEMPORARY.fullmatch(parts[-1])
    )


def by_path(files: Sequence[OutputFile]) -> dict[str, bytes]:
    """Return the contents by path, sorted; paths that cannot stand side by side are refused."""
    planned: dict[str, bytes] = {}
    spelled: dict[str, str] = {}
    for file in sorted(files, key=lambda file: file.path):
        if not is_safe(file.path):
            raise UnsafePath(f"output path {file.path!r} leads out of the folder")
        # A disk that ignores case holds only one of `A.json` and `a.json`.
        other = spelled.setdefault(file.path.casefold(), file.path)
        if file.path in planned or other != file.path:
            raise UnsafePath(f"two generated files share the path `{file.path}`")
        planned[file.path] = file.data
    for path in planned:
        for parent in parents(path):
            if parent in planned:
                raise UnsafePath(f"`{parent}` is generated as a file and, for `{path}`, a folder")
    return planned


def parents(path: str) -> Iterator[str]:
    """Yield the folders above a file, the nearest first, without the output folder itself."""
    for parent in PurePosixPath(path).parents:
        if parent.name:
            yield parent.as_posix()


def temporary(directory: Path, path: str) -> Path:
    """Return where a file is written first: known from its path, so that any run can remove it."""
    import hashlib  # loads OpenSSL: only where something is hashed

    # Any name that a folder can hold, also one that is no UTF-8.
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return (directory / path).parent / f".obsgen-{digest}.tmp"
