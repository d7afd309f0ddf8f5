"""
Writes samples into a real Prometheus exactly as given, stale markers included.

A request is a `prometheus.WriteRequest` of Protocol Buffers inside a snappy block that consists of
one literal, so neither needs a package. Sources: the Prometheus remote-write specification 1.0,
the encoding guide of Protocol Buffers, snappy's format description.
"""

from __future__ import annotations

import functools
import struct
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import requests

RECEIVER: Final = (
    "--web.enable-remote-write-receiver",
    # Half a block is how far a sample may lie behind the newest of all: enough for every test of a
    # file to write into the same hours.
    "--storage.tsdb.min-block-duration=30d",
    "--storage.tsdb.max-block-duration=30d",
)
"""The flags of a server that is to be written to."""

# A NaN with bits of its own, by which Prometheus says that a series has ended.
_STALE: Final = struct.pack("<Q", 0x7FF0000000000002)
_HEADERS: Final = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}
_SPAN_MS: Final = 3_600_000
_TIMEOUT_SECONDS: Final = 60
_double: Final = struct.Struct("<d").pack


@dataclass(frozen=True, slots=True)
class Native:
    """
    A native histogram of schema 0: the bound of bucket *n* is two to the power of *n*.

    Attributes:
        buckets: Observations so far in each bucket from *first* on.
    """

    first: int
    buckets: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """
    One series.

    Attributes:
        labels: With `__name__`.
        times: Milliseconds since 1970, ascending.
        values: One for each time; None is a stale marker. A series is of numbers or of histograms.
    """

    labels: Mapping[str, str]
    times: Sequence[int]
    values: Sequence[float | Native | None]


def write(url: str, series: Sequence[Series]) -> None:
    """
    Write series to the server at *url*, an hour of all of them after the other.

    A server refuses what is much older than its newest sample, so no series may run ahead.
    """
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment does not know our loopback
        for body in _requests(series):
            answer = session.post(
                f"{url}/api/v1/write", data=body, headers=_HEADERS, timeout=_TIMEOUT_SECONDS
            )
            assert answer.ok, f"{answer.status_code} {answer.text}"


def _requests(series: Sequence[Series]) -> Iterator[bytes]:
    written = [one for one in series if one.times]
    first = min((one.times[0] for one in written), default=0)
    last = max((one.times[-1] for one in written), default=-1)
    for start in range(first, last + 1, _SPAN_MS):
        parts = (_series(one, start, start + _SPAN_MS) for one in written)
        if message := b"".join(parts):
            yield _snappy(message)


def _series(one: Series, start: int, end: int) -> bytes:
    low, high = bisect_left(one.times, start), bisect_left(one.times, end)
    if low == high:
        return b""
    labels = b"".join(
        _field(1, _field(1, name.encode()) + _field(2, value.encode()))
        for name, value in sorted(one.labels.items())
    )
    samples = b"".join(map(_sample, one.times[low:high], one.values[low:high]))
    return _field(1, labels + samples)


def _sample(time: int, value: float | Native | None) -> bytes:
    if isinstance(value, Native):
        return _field(4, _histogram(value) + b"\x78" + _varint(time))
    return b"\x12\x10\x09" + (_STALE if value is None else _double(value)) + _time(time)


def _histogram(value: Native) -> bytes:
    """Return the fields count, sum, positive_spans and positive_deltas (prompb, `Histogram`)."""
    before = (0, *value.buckets[:-1])
    deltas = (now - then for now, then in zip(value.buckets, before, strict=True))
    span = b"\x08" + _zigzag(value.first) + b"\x10" + _varint(len(value.buckets))
    count, total = sum(value.buckets), 0.0
    return (
        b"\x08"
        + _varint(count)
        + b"\x19"
        + _double(total)
        + _field(11, span)
        + _field(12, b"".join(map(_zigzag, deltas)))
    )


def _zigzag(number: int) -> bytes:
    return _varint(number << 1 if number >= 0 else (-number << 1) - 1)


@functools.lru_cache(maxsize=1 << 16)
def _time(time: int) -> bytes:
    """Return a sample's second field; `_sample` counts on its 7 bytes, right from 1971 to 2109."""
    field = b"\x10" + _varint(time)
    assert len(field) == 7, f"{time} is not in milliseconds"
    return field


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _snappy(content: bytes) -> bytes:
    # One literal whose length takes four bytes: tag 63 << 2, length - 1, the bytes as they are.
    return _varint(len(content)) + b"\xfc" + struct.pack("<I", len(content) - 1) + content
