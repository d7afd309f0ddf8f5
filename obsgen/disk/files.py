"""Single files and folders of the output: looked at without following links, written to last."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from obsgen.disk.paths import parents, temporary

_MODE: Final = 0o644


def exists(path: Path) -> bool:
    """Say whether anything stands there, a broken link included."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def contents(path: Path) -> bytes | None:
    """Return what a plain file holds; None for anything else, links included."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    return path.read_bytes() if stat.S_ISREG(mode) else None


def files_below(folder: Path) -> Iterator[Path]:
    """Yield all that stands below a folder and is none itself; links are not followed."""
    for root, folders, files in os.walk(folder):
        here = Path(root)
        yield from (here / name for name in files)
        yield from (here / name for name in folders if (here / name).is_symlink())


def is_behind_link(directory: Path, path: str) -> bool:
    """Say whether a folder on the way to *path* is a link, so that the file is somewhere else."""
    return any((directory / parent).is_symlink() for parent in parents(path))


def write_new(path: Path, data: bytes, mode: int | None = None) -> None:
    """
    Write a file that must not exist, to the disk itself, not only to its cache.

    Args:
        path: Where.
        data: All of it.
        mode: Its exact mode; else what the user's mask leaves of the usual one.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, _MODE)
    try:
        if mode is not None:
            os.fchmod(handle, mode)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except OSError as error:
        # Calls on a descriptor know no name.
        error.filename = str(path)
        raise
    finally:
        os.close(handle)


def put(directory: Path, path: str, data: bytes, mode: int | None = None) -> None:
    """Write a file beside its place and move it there: it is whole at any moment."""
    beside = temporary(directory, path)
    write_new(beside, data, mode)
    beside.replace(directory / path)
    flush_folder(directory)


def put_alone(target: Path, data: bytes, mode: int | None = None) -> None:
    """
    Put one file that belongs to no output folder, and leave nothing else beside it.

    What a run that was killed left there goes, and so does what this one could not move.
    """
    beside = temporary(target.parent, target.name)
    beside.unlink(missing_ok=True)
    try:
        put(target.parent, target.name, data, mode)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def flush_folder(folder: Path) -> None:
    """Make renames outlive a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
