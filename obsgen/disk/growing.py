"""Files that are too large to be held in memory."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, TextIO, cast

from obsgen.disk.problems import write_failed

_QUICKLY: Final = 1
"""Rows that are much alike become a thirtieth all the same."""


@contextmanager
def growing_file(path: Path) -> Iterator[TextIO]:
    """
    Write a text bit by bit; it stands at *path* when it is whole, or not at all.

    The folder is made if it is not there. What is to be called `….gz` is packed, to the same bytes
    for the same text.

    Raises:
        WriteFailed: the system refused.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as data, _text(data, is_packed=path.suffix == ".gz") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise write_failed("written", error, path) from error
    finally:
        with suppress(OSError):
            part.unlink()


@contextmanager
def _text(data: BinaryIO, *, is_packed: bool) -> Iterator[TextIO]:
    if not is_packed:
        with io.TextIOWrapper(data, "utf-8", newline="\n") as file:
            yield file
        return
    with (
        gzip.GzipFile("", "wb", _QUICKLY, data, mtime=0) as packed,
        io.TextIOWrapper(cast("BinaryIO", packed), "utf-8", newline="\n") as file,
    ):
        yield file
