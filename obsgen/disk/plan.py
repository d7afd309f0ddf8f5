"""What a run is going to do to the output folder, settled before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path

from obsgen.disk.files import contents, exists, files_below
from obsgen.disk.ownership import find_owned, is_ours, is_prunable
from obsgen.disk.paths import parents, temporary
from obsgen.disk.problems import NotOurs, UnsafePath


@dataclass(slots=True, kw_only=True)
class Plan:
    """
    What is to be done.

    Attributes:
        changed: New contents by path.
        stale: What stands there and is no longer generated.
        forgotten: The same, also where it is gone already: its folders may be left.
        pending: What the run before was killed over.
        in_the_way: Of *stale*: files where a folder belongs, and folders (`a/`) where a file does.
    """

    directory: Path
    changed: dict[str, bytes]
    stale: tuple[str, ...]
    forgotten: tuple[str, ...]
    pending: tuple[str, ...]
    in_the_way: tuple[str, ...]
    made: list[Path] = field(default_factory=list)


def make_plan(planned: Mapping[str, bytes], directory: Path) -> Plan:
    """
    Compare what stands in a folder with what belongs there; nothing is touched.

    Raises:
        UnsafePath, NotOurs: something that obsgen did not write stands in the way.
    """
    owned = find_owned(directory)
    forgotten = tuple(path for path in owned.names if path not in planned)
    stale = tuple(path for path in forgotten if is_prunable(directory, path))
    half_written = (temporary(directory, path) for path in owned.pending)
    removable = {*stale, *(path.relative_to(directory).as_posix() for path in half_written)}
    changed: dict[str, bytes] = {}
    in_the_way: list[str] = []
    for path, data in planned.items():
        blockers = _blockers(directory, path, removable)
        in_the_way += blockers
        target = directory / path
        if not blockers and contents(target) == data:
            continue
        changed[path] = data
        if not blockers and exists(target) and not is_ours(path, target, owned):
            hint = "move it away, or generate into a folder of its own"
            raise NotOurs(f"`{target}` was not written by obsgen", hint)
    return Plan(
        directory=directory,
        changed=changed,
        stale=stale,
        forgotten=forgotten,
        pending=owned.pending,
        in_the_way=tuple(dict.fromkeys(in_the_way)),
    )


def _blockers(directory: Path, path: str, removable: Set[str]) -> list[str]:
    """
    Return our own old files that stand where a folder or a file belongs now.

    Raises:
        UnsafePath: what stands there is not ours, or leads elsewhere.
    """
    for parent in parents(path):
        folder = directory / parent
        if folder.is_symlink():
            raise UnsafePath(f"`{folder}` is a link", "put a folder in its place")
        if folder.exists() and not folder.is_dir():
            if parent in removable:
                return [parent]
            raise UnsafePath(f"`{folder}` is a file; a folder belongs there", "move it away")
    target = directory / path
    if target.is_symlink() or not target.is_dir():
        return []
    below = [entry.relative_to(directory).as_posix() for entry in files_below(target)]
    if all(name in removable for name in below):
        return [*below, f"{path}/"]
    raise UnsafePath(f"`{target}` is a folder; a file belongs there", "move it away")
