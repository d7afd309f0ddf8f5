"""Certificates that probes see, and how long they last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen import names
from obsgen.artefacts import Panel
from obsgen.matchers import Matcher, selector
from obsgen.model import Service
from obsgen.packs._looks import PAGING
from obsgen.packs._panels import GRAPH_HEIGHT, Column, stat, steps, table
from obsgen.units import COUNT, SECONDS, Duration, number_text

_EXPIRY: Final = "probe_ssl_earliest_cert_expiry"
_TARGET: Final = (names.PROBE_LABEL, "instance")
_SOON: Final = Duration.parse("14d")
_WEEK: Final = Duration.parse("7d")
_MONTH: Final = Duration.parse("30d")

EXPIRY_COLORS: Final = steps(
    "red",
    (number_text(_WEEK.seconds), "orange"),
    (number_text(_SOON.seconds), "yellow"),
    (number_text(_MONTH.seconds), "green"),
)


class Certificates:
    """The panels; none where no probe sees a certificate."""

    def __init__(self, service: Service) -> None:
        self._has_some = any(probe.has_certificate for probe in service.probes)
        own = (Matcher("service", "=", service.name),)
        metric = service.catalogue.metrics.get(_EXPIRY)
        self._series = selector(_EXPIRY, own) if metric is None else metric.select(_EXPIRY, own)

    def stats(self) -> Iterator[Panel]:
        """Yield how many end soon."""
        if not self._has_some:
            return
        soon = number_text(_SOON.seconds)
        yield stat(
            f"Certificates, < {_SOON}",
            f"Certificates that end within {_SOON}. One that ends breaks every client at once.",
            f"count({self._left()} < {soon}) or vector(0)",
            COUNT,
            thresholds=PAGING,
        )

    def tables(self) -> Iterator[Panel]:
        """Yield when each certificate ends, the first on top."""
        if not self._has_some:
            return
        yield table(
            "Certificates",
            "How long each certificate lasts. Renew what is yellow; red breaks within a week.",
            (
                Column(
                    header="Ends in",
                    expr=self._left(),
                    unit=SECONDS,
                    decimals=0,
                    thresholds=EXPIRY_COLORS,
                ),
            ),
            labels=_TARGET,
            sort_by="Ends in",
            descending=False,
            width=12,
            height=GRAPH_HEIGHT,
        )

    def _left(self) -> str:
        return f"min by ({', '.join(_TARGET)}) ({self._series}) - time()"
