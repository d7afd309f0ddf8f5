"""
A file that the user names for a report.

Unlike the output folder, what stood there is replaced: who names a file means it.
"""

from __future__ import annotations

import os
from pathlib import Path

from obsgen.disk.files import put_alone
from obsgen.disk.problems import WriteFailed, write_failed


def write_report(path: Path, text: str) -> None:
    """
    Write a text as UTF-8; the file is whole at any moment.

    Args:
        path: The file, in a folder that is there; a link is followed. A device or a pipe is never
            replaced.

    Raises:
        WriteFailed: what stood there still does.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            hint = "give the path of a file, or `-` for standard output"
            raise WriteFailed(f"`{path}` cannot be written: not a plain file", hint)
        if not target.parent.is_dir():
            # A folder that nobody made is a slip more often than a wish.
            hint = "make the folder, or correct the path"
            raise WriteFailed(f"`{path}` cannot be written: its folder does not exist", hint)
        put_alone(target, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        # The name that the user gave, not that of the file beside it.
        raise write_failed("written", OSError(error.errno, error.strerror), path) from error
