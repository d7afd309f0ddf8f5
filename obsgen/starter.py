"""
A starter project for one's own service: specs that compile as they are, and say what to change.

`obsgen init` writes it, and never touches a file that is already there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Final

from obsgen import disk, schema
from obsgen.diagnostics import Code
from obsgen.prose import rendered
from obsgen.schema.shared import NAME_PATTERN

FILE_EXISTS: Final = Code(
    "OUT931",
    "starter-file-exists",
    why="`obsgen init` begins a project; what is already there may be somebody's work",
    fix="Give a folder without these files: `obsgen init FOLDER --service NAME`.",
)
STARTER_FAILED: Final = Code(
    "OUT932",
    "starter-not-written",
    why="the system refused, and what was begun is removed again",
    fix="Make room, or give the user who runs obsgen the right to write, then run it again.",
)
CODES: Final = (FILE_EXISTS, STARTER_FAILED)

_LONGEST: Final = 40
# What YAML, or an editor that reads an older YAML, takes for something else than a text.
_WORDS_OF_YAML: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_OTHER_SPECS: Final = frozenset({"project", "routing"})


class FileExists(disk.ObsgenError):
    """A file of the starter project is already there; nothing was written."""

    code = FILE_EXISTS


class StarterFailed(disk.ObsgenError):
    """The system refused; nothing was left behind."""

    code = STARTER_FAILED


def name_problem(service: str) -> str:
    """
    Return why a text is no name of a service, or an empty text.

    >>> name_problem("shop"), name_problem("Shop")
    ('', 'name `Shop` has other characters than `a-z`, `0-9` and `-`')
    """
    if re.fullmatch(NAME_PATTERN, service):
        return ""
    if not service:
        return "the name is empty"
    if not re.fullmatch(r"[a-z0-9-]+", service):
        return f"name `{service}` has other characters than `a-z`, `0-9` and `-`"
    if not service[0].isalpha():
        return f"name `{service}` does not begin with a letter"
    return f"name `{service}` has {len(service)} characters, at most {_LONGEST} are allowed"


def write(folder: Path, service: str) -> tuple[str, ...]:
    """
    Write the project for a service.

    Args:
        folder: Made if it is not there.
        service: A name in which `name_problem` sees none.

    Returns:
        The paths of all files, that of the service's spec first.

    Raises:
        FileExists: one of them is there already.
        StarterFailed: the system refused.
    """
    files = {folder / path: text for path, text in _files(service).items()}
    there = [path for path in files if os.path.lexists(path)]
    if there:
        names = ", ".join(f"`{path}`" for path in there)
        verb = "exists" if len(there) == 1 else "exist"
        raise FileExists(f"{names} {verb}: nothing was written", "give another folder")
    made: list[Path] = []
    try:
        for path, text in files.items():
            _make_folders(path.parent, made)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
    except OSError as error:
        _remove(made)
        reason = (error.strerror or str(error)).lower()
        raise StarterFailed(f"`{error.filename or folder}` cannot be written: {reason}") from error
    return tuple(path.as_posix() for path in files)


def _files(service: str) -> Mapping[str, str]:
    name = f'"{service}"' if service in _WORDS_OF_YAML else service
    spec = f"{service}-service" if service in _OTHER_SPECS else service
    templates = {f"specs/{spec}.yaml": "service", "specs/project.yaml": "project"}
    templates["specs/routing.yaml"] = "routing"
    files = {
        path: rendered(_template(template), name=name, service=service)
        for path, template in templates.items()
    }
    return {**files, ".obsgen/schema.json": schema.as_json()}


def _template(name: str) -> str:
    found = resources.files("obsgen") / "starter_files" / f"{name}.yaml.j2"
    return found.read_text("utf-8")


def _make_folders(folder: Path, made: list[Path]) -> None:
    for path in (*reversed(folder.parents), folder):
        if not path.is_dir():
            path.mkdir()
            made.append(path)


def _remove(made: list[Path]) -> None:
    for path in reversed(made):
        with suppress(OSError):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
