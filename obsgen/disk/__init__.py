"""
Files: specs in, generated files out, presets from the package. Nothing else opens a file.

`problems` draws the tree of exceptions, `write` tells how a folder is written, `ownership` which
files in it are ours, `compare` what would change, `specs` how specs are found, `rewrite` how one is
replaced, `reports` and `single` write one file that the user names, `places` whether it can be.
Whoever only reads does not import what writes.
"""

from __future__ import annotations

from obsgen.diagnostics import ObsgenError
from obsgen.disk.lock import LOCK_WAIT_SECONDS
from obsgen.disk.paths import MANIFEST, PENDING
from obsgen.disk.presets import read_shipped_preset, shipped_preset_names, shipped_presets
from obsgen.disk.problems import (
    CODES,
    NO_SPECS,
    NOT_A_FILE,
    NOT_OURS,
    OUTPUT_BUSY,
    SPEC_LINK,
    SPEC_NOT_FOUND,
    SPEC_NOT_WRITTEN,
    SPEC_TOO_LARGE,
    SPEC_UNREADABLE,
    UNSAFE_PATH,
    WRITE_FAILED,
    DiskError,
    NotOurs,
    OutputBusy,
    SpecNotWritten,
    UnsafePath,
    WriteFailed,
)
from obsgen.disk.specs import MAX_SPEC_BYTES, SpecFiles, find_project, read_specs

__all__ = [
    "CODES",
    "LOCK_WAIT_SECONDS",
    "MANIFEST",
    "MAX_SPEC_BYTES",
    "NOT_A_FILE",
    "NOT_OURS",
    "NO_SPECS",
    "OUTPUT_BUSY",
    "PENDING",
    "SPEC_LINK",
    "SPEC_NOT_FOUND",
    "SPEC_NOT_WRITTEN",
    "SPEC_TOO_LARGE",
    "SPEC_UNREADABLE",
    "UNSAFE_PATH",
    "WRITE_FAILED",
    "DiskError",
    "NotOurs",
    "ObsgenError",
    "OutputBusy",
    "SpecFiles",
    "SpecNotWritten",
    "UnsafePath",
    "WriteFailed",
    "find_project",
    "read_shipped_preset",
    "read_specs",
    "shipped_preset_names",
    "shipped_presets",
]
