"""The texts of an alert: filled in with what its kind knows, and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from obsgen.artefacts import Written
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.model import Alert, Context
from obsgen.names import VALUE_ANNOTATION, dashboard_uid_of
from obsgen.promql.build import Expr
from obsgen.source import Scalar
from obsgen.units import COUNT, Unit

UNKNOWN_PLACEHOLDER: Final = Code(
    "ALR523",
    "unknown-placeholder",
    why="texts know `{value}`, `{limit}` and `{window}`; anything else would be shown as it stands",
    fix="Write one of the three, or a Go template: `{{ $labels.job }}`.",
)
CODES: Final = (UNKNOWN_PLACEHOLDER,)

_PLACEHOLDER: Final = re.compile(r"(?<![{$])\{([a-z_]+)\}(?!\})")
_KNOWN: Final = ("value", "limit", "window")


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """
    What a kind knows of its alert.

    Attributes:
        labels: The labels that it may carry, None where that is open.
        fallback: A summary for an alert without one.
        bound: When it fires, in words: `above 5%`.
    """

    expr: Expr
    labels: frozenset[str] | None
    fallback: str
    unit: Unit = COUNT
    limit: str = ""
    window: str = ""
    bound: str = ""
    has_value: bool = True
    diagnostics: tuple[Diagnostic, ...] = field(default=())


class Prose:
    """Fills in and checks the texts of one alert."""

    def __init__(self, alert: Alert, context: Context, firing: Firing) -> None:
        self.alert = alert
        self.context = context
        self.firing = firing
        self.diagnostics: list[Diagnostic] = []
        self.texts: dict[str, Written] = {}

    def annotations(self) -> dict[str, str]:
        """Return the annotations: summary first, then the author's own."""
        alert = self.alert
        summary = (
            self._filled("summary", alert.summary)
            if alert.summary
            else self._fill(self.firing.fallback)
        )
        found = {"summary": summary}
        if alert.description:
            found["description"] = self._filled("description", alert.description)
        if said := self._measured():
            found[VALUE_ANNOTATION] = said
        if runbook := alert.runbook or self._runbook():
            found["runbook_url"] = runbook
        if alert.dashboard:
            found.update(self._dashboard())
        for name, text in alert.annotations.items():
            found[name] = self._filled(name, text)
        return found

    def _measured(self) -> str:
        """Return the value against its limit, unless the author's own texts say both."""
        firing, alert = self.firing, self.alert
        if not (firing.has_value and firing.limit and alert.summary):
            return ""
        own = f"{alert.summary.text} {alert.description.text if alert.description else ''}"
        says_value = "{value}" in own or "$value" in own or ".Value" in own
        if says_value and ("{limit}" in own or firing.limit in own):
            return ""
        return self._fill("{value} (limit {limit})")

    def _dashboard(self) -> dict[str, str]:
        """Return a URL as it stands; of a dashboard of these specs, the uid that Grafana knows."""
        reference = self.alert.dashboard
        if "://" in reference:
            return {"dashboard_url": reference}
        return {"dashboard_uid": dashboard_uid_of(reference, self.context.service.name)}

    def _runbook(self) -> str:
        service, environment = self.context.service.name, self.context.environment.name
        return self.context.project.runbook_url(service, self.alert.name, environment)

    def _filled(self, name: str, scalar: Scalar) -> str:
        self._check(scalar)
        filled = self._fill(scalar.text.strip())
        self.texts[name] = Written(text=scalar.text, narrowed=filled, origin=scalar.origin)
        return filled

    def _fill(self, text: str) -> str:
        values = {
            "value": self.firing.unit.value_template if self.firing.has_value else "{{ $value }}",
            "limit": self.firing.limit,
            "window": self.firing.window,
        }
        filled = _PLACEHOLDER.sub(lambda m: values.get(m[1], m[0]), text)
        return "\n".join(line.rstrip() for line in filled.split("\n"))

    def _check(self, scalar: Scalar) -> None:
        for match in _PLACEHOLDER.finditer(scalar.text):
            if match[1] not in _KNOWN:
                place = scalar.origin.characters(*match.span())
                guess = near(match[1], _KNOWN)
                hint = f"did you mean `{{{guess}}}`?" if guess else "write `{value}` or `{limit}`"
                message = f"`{match[0]}` is not filled in"
                self.diagnostics.append(finding(UNKNOWN_PLACEHOLDER, place, message, hint))
