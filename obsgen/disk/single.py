"""Single files that a user names: read whole, written whole."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from obsgen.disk.files import put_alone
from obsgen.disk.problems import FileExists, FileUnreadable, reason, write_failed


def read_file(path: Path, *, most_bytes: int) -> bytes:
    """
    Return what a file holds; a pipe is read to its end.

    Raises:
        FileUnreadable: the system refuses, or there is more than *most_bytes*.
    """
    try:
        with path.open("rb") as file:
            return read_stream(file, str(path), most_bytes=most_bytes)
    except OSError as error:
        raise FileUnreadable(f"`{path}` cannot be read: {reason(error)}") from error


def read_stream(file: BinaryIO, name: str, *, most_bytes: int) -> bytes:
    """
    Return what is left of an open file.

    Raises:
        FileUnreadable: there is more than *most_bytes*.
    """
    data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise FileUnreadable(f"`{name}` is larger than {most_bytes // 1024 // 1024} MiB")
    return data


def write_file(path: Path, data: bytes, *, replace: bool) -> None:
    """
    Write a file, whole or not at all.

    Args:
        replace: What stands there already goes.

    Raises:
        FileExists: it is there, and not to be replaced.
        WriteFailed: the system refused.
    """
    try:
        if not replace:
            # Takes the name, so that nobody's file is ever replaced.
            path.open("xb").close()
    except FileExistsError as error:
        hint = "give another path, or replace it with `--force`"
        raise FileExists(f"`{path}` exists: nothing was written", hint) from error
    except OSError as error:
        raise write_failed("written", error, path) from error
    try:
        put_alone(path, data)
    except OSError as error:
        if not replace:
            with suppress(OSError):
                path.unlink()
        raise write_failed("written", error, path) from error
