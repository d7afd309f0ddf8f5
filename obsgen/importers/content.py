"""Bytes that are said to be metrics: text in one of two formats, or what else they are."""

from __future__ import annotations

import json
from typing import Final

from obsgen.diagnostics import Code, Diagnostic, Origin, finding

NOT_METRICS: Final = Code(
    "OUT961",
    "not-metrics",
    why="what was read is neither Prometheus's text format nor OpenMetrics",
    fix="Give the address of the metrics themselves, mostly `http://HOST:PORT/metrics`, or a file "
    "that holds what is there: `curl -s http://HOST:PORT/metrics > metrics.txt`.",
)
BROKEN_METRICS: Final = Code(
    "OUT962",
    "broken-metrics",
    why="Prometheus drops a whole scrape at the first line that it cannot read, so none of these "
    "metrics would come to it",
    fix="Correct the program that writes this line; its client library writes all of it rightly.",
)
CODES: Final = (NOT_METRICS, BROKEN_METRICS)

ACCEPT: Final = (
    "application/openmetrics-text;version=1.0.0;q=0.8,"
    "application/openmetrics-text;version=0.0.1;q=0.6,"
    "text/plain;version=0.0.4;q=0.4,*/*;q=0.1"
)
"""What is asked for, OpenMetrics first as by Prometheus: its counters have their stored names."""

LONGEST_LINE: Final = 64 * 1024
"""Characters; reading takes time with the square of a line's length."""

_END: Final = "# EOF"
_SHOWN: Final = 40
_GZIP: Final = b"\x1f\x8b"
_BOM: Final = "\ufeff"


def read_text(data: bytes, source: str, content_type: str = "") -> str | Diagnostic:
    """
    Return the text of a page, or what is there instead.

    Args:
        source: Names it in findings.
        content_type: As the server calls it, in lower case; empty for a file.
    """
    problem, hint = _other(data, content_type)
    if problem:
        return finding(NOT_METRICS, Origin(source), f"{problem}, not metrics", hint)
    try:
        text = data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start]
        place = Origin(source, mark=(number, len(before.decode("utf-8")), 1))
        return finding(BROKEN_METRICS, place, message, "metrics are UTF-8 in both formats")
    for number, line in enumerate(text.split("\n")):
        if len(line) > LONGEST_LINE:
            message = f"the line has {len(line)} characters, more than {LONGEST_LINE}"
            return finding(BROKEN_METRICS, Origin(source, mark=(number, 0, 1)), message)
    return text


def is_openmetrics(text: str, content_type: str = "") -> bool:
    """Say which format a text is in: the server tells it, and in OpenMetrics the last line does."""
    return "openmetrics-text" in content_type or text.rstrip().endswith(f"\n{_END}")


def _other(data: bytes, content_type: str) -> tuple[str, str]:
    """Return what data that is no page of metrics is, and a hint; nothing for all else."""
    start = data[:LONGEST_LINE].lstrip()
    if not data.strip():
        return "there is nothing", ""
    if data.startswith(_GZIP):
        return "this is compressed", "unpack it: `gunzip -c FILE | obsgen import metrics -`"
    if "protobuf" in content_type:
        return "the server answers in its binary format", "it was not asked for: save it as text"
    if start.startswith(b"<"):
        word = start[:_SHOWN].split(b"\n")[0].decode("ascii", "replace")
        return f"this is a page for people (`{word}`)", "metrics are mostly at `/metrics`"
    if start[:1] in {b"{", b"["} and _is_json(data):
        hint = "of a Prometheus, give the address of the server itself: `--prometheus URL`"
        return "this is JSON", hint
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return f"this is binary (NUL in line {line})", "save it as text in UTF-8"
    return "", ""


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
