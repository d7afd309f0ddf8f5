"""
Samples for a Prometheus of our own, exactly as given, stale markers included.

A request is a `prometheus.WriteRequest` of Protocol Buffers inside a snappy block that consists of
one literal, so neither needs a package. Sources: the Prometheus remote-write specification 1.0,
the encoding guide of Protocol Buffers, snappy's format description.
"""

from __future__ import annotations

import functools
import struct
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from obsgen.http import Client

PATH: Final = "/api/v1/write"
FLAGS: Final = (
    "--web.enable-remote-write-receiver",
    # Half a block is how far a sample may lie behind the newest of all.
    "--storage.tsdb.min-block-duration=60d",
    "--storage.tsdb.max-block-duration=60d",
)
"""The flags of a server that is written to."""

_HEADERS: Final = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}
# A NaN with bits of its own, by which Prometheus says that a series has ended.
_STALE: Final = struct.pack("<Q", 0x7FF0000000000002)
_MOST_SAMPLES: Final = 50_000
"""About as many make one request: a megabyte."""
_SEVEN_BITS: Final = 0x7F
_ECHO: Final = 0.9
"""What was then, as a share of what is now: two weeks are never the same."""
_double: Final = struct.Struct("<d").pack


@dataclass(slots=True, kw_only=True, eq=False)
class Series:
    """
    One series, while its samples come.

    Attributes:
        labels: With `__name__`.
        times: Milliseconds since 1970, ascending.
        values: One for each time; None is a stale marker.
    """

    labels: Mapping[str, str]
    times: list[int] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)

    def add(self, at: int, value: float | None) -> None:
        """Add a sample."""
        self.times.append(at)
        self.values.append(value)


def echoed(series: Sequence[Series], names: Set[str], back: int) -> Iterator[Series]:
    """Yield the series of these names as they may have been *back* milliseconds earlier."""
    for one in series:
        if one.labels["__name__"] in names:
            times = [at - back for at in one.times]
            values = [None if value is None else value * _ECHO for value in one.values]
            yield Series(labels=one.labels, times=times, values=values)


def write(client: Client, url: str, series: Sequence[Series]) -> None:
    """
    Write series to the server at *url*, a stretch of time of all of them after the other.

    Of what has the same labels, the earlier stands first.

    Raises:
        HttpError: the server does not take them.
    """
    for body in _requests(series):
        client.post(url + PATH, body, _HEADERS)


def _requests(series: Sequence[Series]) -> Iterator[bytes]:
    written = [one for one in series if one.times]
    if not written:
        return
    heads = [_labels(one) for one in written]
    first = min(one.times[0] for one in written)
    last = max(one.times[-1] for one in written)
    count = -(-sum(len(one.times) for one in written) // _MOST_SAMPLES)
    span = (last - first) // count + 1
    for start in range(first, last + 1, span):
        parts = (
            _series(one, head, start, start + span)
            for one, head in zip(written, heads, strict=True)
        )
        if message := b"".join(parts):
            yield _snappy(message)


def _labels(one: Series) -> bytes:
    return b"".join(
        _field(1, _field(1, name.encode()) + _field(2, value.encode()))
        for name, value in sorted(one.labels.items())
    )


def _series(one: Series, labels: bytes, start: int, end: int) -> bytes:
    low, high = bisect_left(one.times, start), bisect_left(one.times, end)
    if low == high:
        return b""
    samples = b"".join(map(_sample, one.times[low:high], one.values[low:high]))
    return _field(1, labels + samples)


def _sample(time: int, value: float | None) -> bytes:
    return b"\x12\x10\x09" + (_STALE if value is None else _double(value)) + _time(time)


@functools.lru_cache(maxsize=1 << 16)
def _time(time: int) -> bytes:
    """Return a sample's second field: 7 bytes, as `_sample` says, from 1971 to 2109."""
    return b"\x10" + _varint(time)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > _SEVEN_BITS:
        found.append(number & _SEVEN_BITS | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _snappy(content: bytes) -> bytes:
    # One literal whose length takes four bytes: tag 63 << 2, length - 1, the bytes as they are.
    return _varint(len(content)) + b"\xfc" + struct.pack("<I", len(content) - 1) + content
