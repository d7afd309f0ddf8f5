"""Versions of the servers that the output is for, and how a message tells that one is too old."""

from __future__ import annotations

Version = tuple[int, int]
"""Major and minor."""


def version_text(version: Version) -> str:
    """
    Write a version.

    >>> version_text((0, 25))
    '0.25'
    """
    return ".".join(map(str, version))


def needs(what: str, product: str, since: Version, target: Version) -> str:
    """
    Return the message that *what* is younger than the target.

    >>> needs("`limit`", "Prometheus", (2, 31), (2, 30))
    '`limit` needs Prometheus 2.31, the target is 2.30'
    """
    return f"{what} needs {product} {version_text(since)}, the target is {version_text(target)}"
