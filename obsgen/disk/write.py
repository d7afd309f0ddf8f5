"""
The output folder, made to hold the generated files.

How it is written, so that a run that was killed is finished or undone by the next one:

1. Plan, without touching anything (`plan`): what is ours (`ownership`), and what is in the way.
2. Name every path about to be written in `.obsgen-pending.json`.
3. Write each changed file beside its place and flush it: a full disk stops here, and all goes back.
4. Rename all, `manifest.json` excepted; remove what is no longer generated, then empty folders.
5. Rename `manifest.json`, remove the pending list.

The folder is held meanwhile (`lock`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from obsgen.artefacts import OutputFile
from obsgen.disk.files import exists, flush_folder, is_behind_link, put, write_new
from obsgen.disk.lock import locked
from obsgen.disk.outcomes import Written
from obsgen.disk.paths import MANIFEST, PENDING, by_path, parents, temporary
from obsgen.disk.plan import Plan, make_plan
from obsgen.disk.problems import UnsafePath, write_failed


def write(files: Sequence[OutputFile], directory: Path) -> Written:
    """
    Make *directory* hold these files, and remove what an earlier run wrote and this one does not.

    Args:
        files: All of them; the one at `manifest.json` names the others and is replaced last.
        directory: Made if it is not there.

    Raises:
        UnsafePath, NotOurs: before anything is written.
        OutputBusy: another run held the folder for longer than `LOCK_WAIT_SECONDS`.
        WriteFailed: nothing was replaced, or the next run completes what was.
    """
    planned = by_path(files)
    try:
        if directory.exists() and not directory.is_dir():
            raise UnsafePath(f"output folder `{directory}` is a file", "give the path of a folder")
        directory.mkdir(parents=True, exist_ok=True)
        with locked(directory):
            plan = make_plan(planned, directory)
            _carry_out(plan)
            return Written(
                changed=tuple(plan.changed),
                removed=tuple(plan.stale),
                unchanged=tuple(path for path in planned if path not in plan.changed),
            )
    except OSError as error:
        raise write_failed("written", error, directory) from error


def _carry_out(plan: Plan) -> None:
    directory = plan.directory
    # A run that was killed while it wrote the pending list is named nowhere else.
    _remove_temporaries(plan, (PENDING,))
    if not plan.changed and not plan.stale and not exists(directory / PENDING):
        return
    named = tuple(sorted({*plan.changed, *plan.pending}))
    _remove_temporaries(plan, named)
    try:
        put(directory, PENDING, _pending_text(named))
        _remove_in_the_way(plan)
        for path, data in plan.changed.items():
            _write_beside(plan, path, data)
    except BaseException:
        _undo(plan)
        raise
    try:
        _rename(plan)
    except BaseException:
        # What was replaced stays named in the pending list: the next run finishes it.
        _remove_temporaries(plan, plan.changed)
        raise


def _pending_text(paths: Sequence[str]) -> bytes:
    return (json.dumps({"paths": paths}, indent=1, ensure_ascii=False) + "\n").encode()


def _remove_temporaries(plan: Plan, paths: Iterable[str]) -> None:
    """Remove what is half written, by this run or by one that was killed."""
    for path in paths:
        if not is_behind_link(plan.directory, path):
            with suppress(OSError):
                temporary(plan.directory, path).unlink()


def _undo(plan: Plan) -> None:
    """Put back what was before any file was replaced."""
    _remove_temporaries(plan, (*plan.changed, PENDING))
    for folder in reversed(plan.made):
        with suppress(OSError):
            folder.rmdir()
    if not plan.pending:
        with suppress(OSError):
            (plan.directory / PENDING).unlink()


def _remove_in_the_way(plan: Plan) -> None:
    """Remove our own old files and folders that stand where the other belongs now."""
    for path in plan.in_the_way:
        if path.endswith("/"):
            for root, _, _ in os.walk(plan.directory / path, topdown=False):
                Path(root).rmdir()
        else:
            (plan.directory / path).unlink(missing_ok=True)


def _write_beside(plan: Plan, path: str, data: bytes) -> None:
    for parent in reversed(tuple(parents(path))):
        folder = plan.directory / parent
        if not folder.is_dir():
            folder.mkdir()
            plan.made.append(folder)
    write_new(temporary(plan.directory, path), data)


def _rename(plan: Plan) -> None:
    directory = plan.directory
    for path in plan.changed:
        if path != MANIFEST:
            temporary(directory, path).replace(directory / path)
    for path in plan.stale:
        if path != MANIFEST and path not in plan.in_the_way:
            (directory / path).unlink(missing_ok=True)
    _remove_empty_folders(directory, plan.forgotten)
    for folder in sorted({(directory / path).parent for path in (*plan.changed, *plan.stale)}):
        flush_folder(folder)
    if MANIFEST in plan.changed:
        temporary(directory, MANIFEST).replace(directory / MANIFEST)
    elif MANIFEST in plan.stale:
        (directory / MANIFEST).unlink(missing_ok=True)
    flush_folder(directory)
    (directory / PENDING).unlink(missing_ok=True)


def _remove_empty_folders(directory: Path, paths: Iterable[str]) -> None:
    folders = {parent for path in paths for parent in parents(path)}
    for folder in sorted(folders, key=lambda folder: folder.count("/"), reverse=True):
        if not (directory / folder).is_symlink() and not is_behind_link(directory, folder):
            # Whatever else lives there keeps its folder.
            with suppress(OSError):
                (directory / folder).rmdir()
