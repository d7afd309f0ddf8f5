"""
What can go wrong with files: the findings about specs, and what stops a run that writes.

    ObsgenError           in `diagnostics`: what stops obsgen at any of its edges
      SpecNotWritten      a spec cannot be replaced; it stands as it was
      DiskError           files cannot be read or written; nothing, or all, was replaced
        UnsafePath        a path leads out of the folder, or a folder stands where a file belongs
        NotOurs           a file that obsgen did not write stands where one belongs
        OutputBusy        another run writes the same folder
        WriteFailed       the system refused: disk full, no permission
        FileUnreadable    a single file cannot be read, or is too large
        FileExists        a single file is not to be replaced
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from obsgen.diagnostics import Code, ObsgenError

SPEC_NOT_FOUND: Final = Code(
    "OUT901",
    "spec-not-found",
    why="what is not there cannot be checked, and a wrong path must not look like a clean result",
    fix="Give the path of a spec or of a folder that holds specs.",
)
SPEC_UNREADABLE: Final = Code(
    "OUT902",
    "spec-unreadable",
    why="a spec that the system does not let obsgen read would be missing from the result",
    fix="Give the user who runs obsgen the right to read it.",
)
NO_SPECS: Final = Code(
    "OUT903",
    "no-specs",
    why="a folder without specs compiles to nothing, which is never what was meant",
    fix="Put specs (`*.yaml`, `*.yml`) into the folder; hidden files and folders are skipped.",
)
SPEC_LINK: Final = Code(
    "OUT904",
    "link-leaves-specs",
    why="a link that leads out of the folder or nowhere gives another result elsewhere",
    fix="Put the file itself into the folder, or give the link's target as a path of its own.",
)
SPEC_TOO_LARGE: Final = Code(
    "OUT905",
    "spec-too-large",
    why="specs are written by people; a file of many megabytes is something else",
    fix="Take the file out of the folder, or split it.",
)
NOT_A_FILE: Final = Code(
    "OUT906",
    "not-a-file",
    why="reading a pipe or a device may never end",
    fix="Write the spec into a plain file.",
)
FILE_UNREADABLE: Final = Code(
    "OUT907",
    "file-unreadable",
    why="what cannot be read cannot be imported",
    fix="Give the path of a file that you may read; `-` is standard input.",
)
SPEC_NOT_WRITTEN: Final = Code(
    "OUT909",
    "spec-not-written",
    why="the system did not let obsgen replace the file, which stands as it was",
    fix="Make room, or give the user who runs obsgen the right to write the file and its folder.",
)
UNSAFE_PATH: Final = Code(
    "OUT911",
    "unsafe-output-path",
    why="generated files stay inside the output folder, whatever links it holds",
    fix="Remove the link or the folder that stands in the way, then generate again.",
)
NOT_OURS: Final = Code(
    "OUT912",
    "file-not-generated",
    why="a file that obsgen did not write may be somebody's work; it is never overwritten",
    fix="Move the file away, or generate into a folder of its own.",
)
OUTPUT_BUSY: Final = Code(
    "OUT913",
    "output-in-use",
    why="two runs that write one folder at once would mix their files",
    fix="Wait for the other run, or generate into a folder of its own.",
)
WRITE_FAILED: Final = Code(
    "OUT914",
    "write-failed",
    why="the generated files are not complete",
    fix="Make room, or give the user who runs obsgen the right to write, then generate again.",
)
FILE_EXISTS: Final = Code(
    "OUT915",
    "file-exists",
    why="what is already there may be somebody's work",
    fix="Write to another file, or say that this one is to be replaced: `--force`.",
)
CODES: Final = (
    SPEC_NOT_FOUND,
    SPEC_UNREADABLE,
    NO_SPECS,
    SPEC_LINK,
    SPEC_TOO_LARGE,
    NOT_A_FILE,
    FILE_UNREADABLE,
    SPEC_NOT_WRITTEN,
    UNSAFE_PATH,
    NOT_OURS,
    OUTPUT_BUSY,
    WRITE_FAILED,
    FILE_EXISTS,
)


class SpecNotWritten(ObsgenError):
    """A spec cannot be replaced; it stands as it was."""

    code = SPEC_NOT_WRITTEN


class DiskError(ObsgenError):
    """Files cannot be read or written."""


class UnsafePath(DiskError):
    """A path leads out of the output folder, or a folder stands where a file belongs."""

    code = UNSAFE_PATH


class NotOurs(DiskError):
    """A file that obsgen did not write stands where a generated one belongs."""

    code = NOT_OURS


class OutputBusy(DiskError):
    """Another run writes the same folder."""

    code = OUTPUT_BUSY


class WriteFailed(DiskError):
    """The system refused: disk full, no permission."""

    code = WRITE_FAILED


class FileUnreadable(DiskError):
    """A single file cannot be read, or is too large."""

    code = FILE_UNREADABLE


class FileExists(DiskError):
    """A single file is there already, and is not to be replaced."""

    code = FILE_EXISTS


def write_failed(what: str, error: OSError, directory: Path) -> WriteFailed:
    """Return what the system's refusal means to the user; *what*: `written` or `compared`."""
    names = (error.filename2, error.filename)
    place = next((name for name in names if isinstance(name, str)), directory)
    hints = {
        errno.ENOSPC: "make room on the disk, then run it again",
        errno.EDQUOT: "make room within the quota, then run it again",
        errno.EACCES: "give the user who runs obsgen the right to write there",
        errno.EPERM: "give the user who runs obsgen the right to write there",
        errno.EROFS: "generate into a folder that is not mounted read-only",
    }
    hint = hints.get(error.errno or 0, "")
    return WriteFailed(f"`{place}` cannot be {what}: {reason(error)}", hint)


def reason(error: OSError) -> str:
    """Return why the system refused, in the case of our own messages."""
    return (error.strerror or str(error)).lower()
