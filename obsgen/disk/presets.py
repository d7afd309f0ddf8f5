"""
Presets that ship with the package.

`importlib.resources` is imported where it is used: it brings `tempfile` and `zipfile`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping


def shipped_presets() -> Mapping[str, bytes]:
    """Return the presets of the package by name; each is read when it is looked up."""
    return _ShippedPresets()


def shipped_preset_names() -> tuple[str, ...]:
    """Return the names, sorted; none is read."""
    from importlib import resources

    folder = resources.files("obsgen") / "presets"
    if not folder.is_dir():
        return ()
    return tuple(
        sorted(
            entry.name.removesuffix(".yaml")
            for entry in folder.iterdir()
            if entry.name.endswith(".yaml")
        )
    )


def read_shipped_preset(name: str) -> bytes:
    """
    Return the text of a preset.

    Raises:
        KeyError: for a name that no shipped preset has.
    """
    # No file system has names of more than 255 bytes, and asking for one fails in other ways.
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
        raise KeyError(name)
    from importlib import resources

    try:
        return (resources.files("obsgen") / "presets" / f"{name}.yaml").read_bytes()
    except FileNotFoundError:
        raise KeyError(name) from None


class _ShippedPresets(Mapping[str, bytes]):
    """Reads a preset when it is asked for: a build uses a few of them."""

    def __getitem__(self, name: str) -> bytes:
        return read_shipped_preset(name)

    def __iter__(self) -> Iterator[str]:
        return iter(shipped_preset_names())

    def __len__(self) -> int:
        return len(shipped_preset_names())
