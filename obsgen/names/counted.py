"""What a counter counts, told by its name."""

from __future__ import annotations

import re
from typing import Final

# Prometheus documentation, "Metric and label naming": what is counted is in the plural, behind it
# stands what is done with it, or `_total`.
_REQUESTS: Final = "requests"
_ENDS: Final = frozenset({"total", "count", "created", "bucket"})
_PLURAL: Final = re.compile(r"[a-z]{2,}[^su\W\d_]s|[a-z]+(?:ss|x|ch|sh)es")


def counted_word(metric: str) -> str:
    """
    Return the word for what is counted; empty where the name does not say.

    >>> counted_word("http_requests_failed_total"), counted_word("jobs_total")
    ('requests', 'jobs')
    >>> counted_word("cache_misses_total"), counted_word("build_status"), counted_word("x_ok")
    ('misses', '', '')
    """
    words = metric.lower().split("_")
    if _REQUESTS in words:
        return _REQUESTS
    last = next((word for word in reversed(words) if word not in _ENDS), "")
    return last if _PLURAL.fullmatch(last) else ""
