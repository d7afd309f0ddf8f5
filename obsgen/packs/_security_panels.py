"""The panels of security: who is refused, what was noticed, which certificates end soon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from obsgen.artefacts import Panel, Threshold
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher, any_value, only_values
from obsgen.measures._aggregate import Aggregated
from obsgen.measures.increase import Increase
from obsgen.measures.rate import Rate
from obsgen.measures.share import Share
from obsgen.measures.sum import SUM
from obsgen.model import DashboardContext, Measure, Modifiers, PanelBody, PanelSpec
from obsgen.packs._certificates import Certificates
from obsgen.packs._looks import AREAS, BAD
from obsgen.packs._panels import steps
from obsgen.packs._red_panels import route_of, status_of
from obsgen.panels.stat import Stat
from obsgen.panels.table import Table
from obsgen.panels.timeseries import Timeseries

_REFUSED: Final = ("401", "403")
_THROTTLED: Final = ("429",)
_MINUTE: Final = 60
_HOUR: Final = "1h"
_MOST: Final = 10
_HALF: Final = Fraction(1, 2)
_NOTICED: Final = steps("green", ("0.5", BAD))
_SHARE_REFUSED: Final = steps("green", ("0.05", "orange"), ("0.2", BAD))


class SecurityPanels:
    """Panels of what a service's metrics tell of its security; nothing of what they do not."""

    def __init__(self, context: DashboardContext) -> None:
        self._context = context
        metrics = tuple(context.service.catalogue.metrics.values())
        self._logins = tuple(m for m in metrics if m.role == "auth" and m.type == "counter")
        of_security = tuple(m for m in metrics if m.role == "security")
        self._events = tuple(m for m in of_security if m.type == "counter")
        self._states = tuple(m for m in of_security if m.type == "gauge")
        self._requests = tuple(
            m for m in metrics if m.role == "requests" and m.type == "counter" and status_of(m)
        )
        self._certificates = Certificates(context.service)

    def stats(self) -> Iterator[Panel]:
        """Yield the current values."""
        for metric in self._logins:
            yield self._stat(
                self._named("Failed sign-ins", metric, self._logins),
                "Attempts to sign in that failed, a minute. A jump is somebody who tries "
                "passwords, or a broken client.",
                _rate(metric, where=metric.bad),
            )
        for metric in self._requests:
            for words, codes in (("Refused", _REFUSED), ("Throttled", _THROTTLED)):
                if known := _known(metric, codes):
                    yield self._stat(
                        self._named(f"{words}, {'/'.join(known)}", metric, self._requests),
                        "Share of the requests that were answered so. When it rises, look who "
                        "sends them before you open anything.",
                        Share(
                            metric=metric,
                            modifiers=Modifiers(),
                            matching=(any_value(status_of(metric), known),),
                        ),
                        colors=_SHARE_REFUSED,
                    )
        for metric in self._events:
            yield self._stat(
                f"{_words(metric)}, 1h",
                f"{_told(metric)} In the last hour.",
                Increase(metric=metric, modifiers=Modifiers(window=_HOUR)),
                colors=_NOTICED if not metric.bad else (),
            )
        for metric in self._states:
            yield self._stat(
                _words(metric),
                _told(metric),
                Aggregated(metric=metric, modifiers=Modifiers(), how=SUM),
            )
        yield from self._certificates.stats()

    def sign_ins(self) -> Iterator[Panel]:
        """Yield failed attempts over time, and where they come from."""
        for metric in self._logins:
            labels = tuple(metric.labels)
            of_failures = {m.label for m in metric.bad if only_values(m) is not None}
            telling = tuple(label for label in labels if label not in of_failures) or labels
            by = telling[:1]
            title = f"Failed sign-ins {_by(by)}"
            yield self._graph(
                self._named(title, metric, self._logins),
                "Attempts to sign in that failed, a minute.",
                _rate(metric, where=metric.bad, by=by, top=_MOST if by else 0),
                is_stacked=True,
            )
            if metric.bad:
                yield self._graph(
                    self._named("Share of sign-ins that fail", metric, self._logins),
                    "Of all attempts. It rises with guessing, and with a broken client.",
                    Share(metric=metric, modifiers=Modifiers(), matching=metric.bad),
                )
            for label in telling[1:2]:
                yield self._table(
                    self._named(f"Failed sign-ins by {label}", metric, self._logins),
                    "Over the dashboard's time range, the most on top.",
                    Increase(
                        metric=metric,
                        modifiers=Modifiers(
                            where=metric.bad, by=(label,), top=_MOST, window="$__range"
                        ),
                    ),
                )

    def refused(self) -> Iterator[Panel]:
        """Yield refused requests by route, and the codes over time."""
        for metric in self._requests:
            status, route = status_of(metric), route_of(metric)
            known = _known(metric, (*_REFUSED, *_THROTTLED))
            if not known:
                continue
            matching = any_value(status, known)
            if route:
                yield self._graph(
                    self._named(f"Refused requests by {route}", metric, self._requests),
                    f"Requests a minute with {', '.join(known)}, the {_MOST} with most.",
                    _rate(metric, where=(matching,), by=(route,), top=_MOST),
                    is_stacked=True,
                )
            yield self._graph(
                self._named(f"Refused requests by {status}", metric, self._requests),
                "Requests a minute: 401 are callers without a valid sign-in, 403 callers who may "
                "not, 429 callers who ask too often.",
                _rate(metric, where=(matching,), by=(status,)),
                is_stacked=True,
            )

    def events(self) -> Iterator[Panel]:
        """Yield what was noticed, over time."""
        for metric in self._events:
            by = tuple(metric.labels)[:1]
            yield self._graph(
                f"{_words(metric)} {_by(by)}",
                f"{_told(metric)} A minute.",
                _rate(metric, by=by, top=_MOST if by else 0),
                is_stacked=True,
            )
        for metric in self._states:
            by = tuple(metric.labels)[:1]
            modifiers = Modifiers(by=by)
            yield self._graph(
                f"{_words(metric)} {_by(by)}",
                _told(metric),
                Aggregated(metric=metric, modifiers=modifiers, how=SUM),
                is_stacked=True,
            )

    def certificates(self) -> Iterator[Panel]:
        """Yield when each certificate ends."""
        yield from self._certificates.tables()

    def _stat(
        self,
        title: str,
        description: str,
        measure: Measure,
        *,
        colors: tuple[Threshold, ...] = (),
    ) -> Panel:
        panel = self._panel(Stat(measures=(measure,)), title, description)
        return replace(panel, thresholds=colors or panel.thresholds)

    def _graph(
        self, title: str, description: str, measure: Measure, *, is_stacked: bool = False
    ) -> Panel:
        panel = self._panel(Timeseries(measures=(measure,)), title, description)
        more = AREAS if is_stacked else {}
        return replace(panel, custom={**panel.custom, **more}, no_value="none")

    def _table(self, title: str, description: str, measure: Measure) -> Panel:
        return self._panel(Table(measures=(measure,)), title, description)

    def _panel(self, body: PanelBody, title: str, description: str) -> Panel:
        spec = PanelSpec(body=body, title=title, description=description, width=_HALF)
        return body.panel(spec, self._context)

    @staticmethod
    def _named(title: str, metric: Metric, several: tuple[Metric, ...]) -> str:
        """Return the title, with the metric's name where several would have the same."""
        return title if len(several) == 1 else f"{title}: {metric.name}"


def _rate(
    metric: Metric, *, where: tuple[Matcher, ...] = (), by: tuple[str, ...] = (), top: int = 0
) -> Rate:
    modifiers = Modifiers(where=where, by=by, top=top, per=_MINUTE)
    return Rate(metric=metric, modifiers=modifiers)


def _known(metric: Metric, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the status codes that the metric may have."""
    values = metric.labels.get(status_of(metric))
    return codes if values is None else tuple(code for code in codes if code in values)


def _by(labels: tuple[str, ...]) -> str:
    return f"by {labels[0]}" if labels else "over time"


def _words(metric: Metric) -> str:
    """
    Return a metric's name as a title.

    >>> _words(Metric(name="prompt_injection_detected_total", type="counter"))
    'Prompt injection detected'
    """
    words = metric.name.removesuffix("_total").replace("_", " ")
    return words[:1].upper() + words[1:]


def _told(metric: Metric) -> str:
    return f"{metric.help.rstrip('.')}." if metric.help else f"{_words(metric)}."
