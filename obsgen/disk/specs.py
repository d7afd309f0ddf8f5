"""
Specs from disk: files by name, and folders with all specs below them.

A file is read once and under the straightest of its names, however it was reached. A link in a
folder must stay inside of it, so that the result is the same on another machine.
"""

from __future__ import annotations

import difflib
import errno
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Origin, finding
from obsgen.disk.problems import (
    NO_SPECS,
    NOT_A_FILE,
    SPEC_LINK,
    SPEC_NOT_FOUND,
    SPEC_TOO_LARGE,
    SPEC_UNREADABLE,
    reason,
)
from obsgen.exclusions import LINT_FILE

MAX_SPEC_BYTES: Final = 16 * 1024 * 1024

_SPEC_SUFFIXES: Final = frozenset({".yaml", ".yml"})
_CIRCLE: Final = "leads in a circle"


@dataclass(frozen=True, slots=True)
class SpecFiles:
    """
    Specs as bytes by the name that findings show, in the order of the names.

    Attributes:
        paths: The file that each name really is, behind all links.
        exclusions: The `.lint` files beside the specs of folders, likewise.
    """

    texts: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...] = ()
    paths: Mapping[str, Path] = field(default_factory=dict)
    exclusions: Mapping[str, bytes] = field(default_factory=dict)


def read_specs(arguments: Sequence[Path], *, cwd: Path) -> SpecFiles:
    """
    Read spec files, and folders with all specs below them.

    Args:
        arguments: As given on the command line.
        cwd: Names are relative to it, where the file stands below it.

    Returns:
        Each file once, however often it is named, and why any was not read.
    """
    finder = _Finder(cwd)
    for argument in arguments:
        finder.add(argument)
    texts: dict[str, bytes] = {}
    paths: dict[str, Path] = {}
    for (name, path), real in sorted((found, real) for real, found in finder.found.items()):
        data = finder.read(name, path)
        if data is not None:
            texts[name], paths[name] = data, real
    exclusions = {
        name: data
        for name, path in sorted(finder.exclusions.items())
        if (data := finder.read(name, path)) is not None
    }
    return SpecFiles(texts, tuple(finder.diagnostics), paths, exclusions)


def find_project(near: Path) -> tuple[Path, ...]:
    """Return the nearest `specs/` folder beside or above *near*, as arguments of `read_specs`."""
    start = Path(os.path.normpath(near.absolute()))
    for folder in (start, *start.parents):
        if (folder / "specs").is_dir():
            return (folder / "specs",)
    return ()


class _Finder:
    """Collects spec files by what they really are, with the name of the straightest way there."""

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd.absolute()
        self._real_cwd = _real(cwd)
        self.found: dict[Path, tuple[str, Path]] = {}
        self.exclusions: dict[str, Path] = {}
        self.diagnostics: list[Diagnostic] = []

    def add(self, argument: Path) -> None:
        path = self._cwd / argument
        name = self._name(path)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            if error.errno == errno.ENOENT and not path.is_symlink():
                message = f"`{name}` does not exist"
                self._say(SPEC_NOT_FOUND, NOWHERE, message, self._near_miss(path))
            else:
                self._say_unreadable(name, error, path)
            return
        if not stat.S_ISDIR(mode):
            self._keep(path, _real(path))
            return
        before = len(self.found), len(self.diagnostics)
        if not self._walk(path) and before == (len(self.found), len(self.diagnostics)):
            message = f"folder `{name}` holds no YAML files"
            self._say(NO_SPECS, NOWHERE, message, "their names end in `.yaml` or `.yml`")

    def _walk(self, top: Path) -> bool:
        """Collect the specs below *top*; say whether there are any."""
        tree = _real(top)
        folders = [(top, frozenset({tree}))]
        any_found = False
        while folders:
            folder, trail = folders.pop()
            try:
                entries = sorted(folder.iterdir())
            except OSError as error:
                self._say_unreadable(self._name(folder), error, folder)
                continue
            for path in entries:
                if path.name == LINT_FILE and not path.is_symlink():
                    self.exclusions[self._name(path)] = path
                if path.name.startswith("."):
                    continue
                real = _real(path)
                if path.is_symlink() and not self._is_good_link(path, real, tree, trail):
                    continue
                if path.is_dir():
                    folders.append((path, trail | {real}))
                elif path.suffix in _SPEC_SUFFIXES:
                    any_found = True
                    self._keep(path, real)
        return any_found

    def _is_good_link(self, path: Path, real: Path, tree: Path, trail: frozenset[Path]) -> bool:
        concerns_specs = path.suffix in _SPEC_SUFFIXES
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except OSError as error:
            if concerns_specs:
                self._say_unreadable(self._name(path), error, path)
            return False
        if not concerns_specs and not is_folder:
            return False
        if real in trail:
            self._say_link(path, _CIRCLE)
            return False
        if real != tree and tree not in real.parents:
            self._say_link(path, "leads out of the folder")
            return False
        return True

    def _say_link(self, path: Path, problem: str) -> None:
        hint = "put the file itself there, or give the target as a path of its own"
        name = self._name(path)
        self._say(SPEC_LINK, Origin(name), f"link `{name}` {problem}", hint)

    def _keep(self, path: Path, real: Path) -> None:
        name = self._name(path)
        kept = self.found.get(real)
        candidate = (name, path)
        # The way without links wins, then the first name: the order of arguments does not matter.
        if kept is None or _rank(candidate, real) < _rank(kept, real):
            self.found[real] = candidate

    def read(self, name: str, path: Path) -> bytes | None:
        """Return what a plain file of sensible size holds; else say why not."""
        try:
            # Without waiting: a pipe that nobody writes would block here.
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno in {errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP}:
                self._say(NOT_A_FILE, Origin(name), f"`{name}` is not a plain file")
            else:
                self._say_unreadable(name, error, path)
            return None
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                self._say(NOT_A_FILE, Origin(name), f"`{name}` is not a plain file")
                return None
            try:
                data = file.read(MAX_SPEC_BYTES + 1)
            except OSError as error:
                self._say_unreadable(name, error, path)
                return None
        if len(data) > MAX_SPEC_BYTES:
            message = f"`{name}` is larger than {MAX_SPEC_BYTES // 1024 // 1024} MiB"
            self._say(SPEC_TOO_LARGE, Origin(name), message)
            return None
        return data

    def _name(self, path: Path) -> str:
        """Name a path as seen from the working folder, in a way that any terminal can show."""
        clean = Path(os.path.normpath(path))
        for base in (self._cwd, self._real_cwd):
            if clean.is_relative_to(base):
                clean = clean.relative_to(base)
                break
        return os.fsencode(clean.as_posix()).decode("utf-8", "backslashreplace")

    def _near_miss(self, path: Path) -> str:
        try:
            names = [entry.name for entry in path.parent.iterdir()]
        except OSError:
            return ""
        for close in difflib.get_close_matches(path.name, sorted(names), 1):
            return f"did you mean `{self._name(path.parent / close)}`?"
        return ""

    def _say_unreadable(self, name: str, error: OSError, path: Path) -> None:
        if path.is_symlink() and error.errno in {errno.ENOENT, errno.ELOOP}:
            self._say_link(path, "leads nowhere" if error.errno == errno.ENOENT else _CIRCLE)
            return
        self._say(SPEC_UNREADABLE, Origin(name), f"`{name}` cannot be read: {reason(error)}")

    def _say(self, code: Code, origin: Origin, message: str, hint: str = "") -> None:
        self.diagnostics.append(finding(code, origin, message, hint))


def _rank(candidate: tuple[str, Path], real: Path) -> tuple[bool, str]:
    name, path = candidate
    return os.path.normpath(path) != str(real), name


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
