"""Whether something can be written where the user says: asked before the work for it."""

from __future__ import annotations

import os
from pathlib import Path

from obsgen.disk.files import exists
from obsgen.disk.problems import reason


def file_problem(path: Path, *, replace: bool) -> str:
    """
    Return why no file can be put there, or an empty text.

    Args:
        replace: What stands there already may go.
    """
    try:
        if path.is_dir():
            return f"`{path}` is a folder: give the name of a file"
        if exists(path) and not path.is_file():
            return f"`{path}` is no plain file: give another name"
        if path.is_file() and not replace:
            return f"`{path}` is there already: give another name, or --force"
        if not exists(path.parent):
            # A folder that nobody made is a slip more often than a wish.
            return f"the folder of `{path}` is not there: make it, or correct the path"
        return _problem_within(path.parent)
    except OSError as error:
        return f"`{path}` cannot be written: {reason(error)}"


def folder_problem(path: Path) -> str:
    """Return why no files can be put into this folder, which is made if need be, or nothing."""
    try:
        return _problem_within(next(each for each in (path, *path.parents) if exists(each)))
    except OSError as error:
        return f"`{path}` cannot be written to: {reason(error)}"


def _problem_within(folder: Path) -> str:
    if not folder.is_dir():
        return f"`{folder}` is no folder: give the path of one"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"nothing can be written in `{folder}`: give another path, or the right to write"
    return ""
