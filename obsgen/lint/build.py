"""From rule files to findings: the same checks that specs go through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.artefacts import Compiled, PrometheusConfig, QueryScope, RuleFile
from obsgen.catalogue import Catalogue
from obsgen.checks import check
from obsgen.diagnostics import Diagnostic, finding, has_errors
from obsgen.ignores import Ignores
from obsgen.lint.documents import NO_RULES, is_rule_file, rule_groups
from obsgen.lint.rules import RuleReader
from obsgen.model import SeverityScheme
from obsgen.model.checks import CheckSettings
from obsgen.pipeline import Built
from obsgen.source import SourceMap, read_source
from obsgen.units import Duration

NEWEST: Final = (999, 0)
"""The target of files that say none: every function is known."""
FOR_EVER: Final = Duration(365 * 86_400_000 * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintOptions:
    """
    What is known of the Prometheus that runs the rules.

    Attributes:
        catalogue: What is known of metrics.
        is_complete: The catalogue holds all of them; else what it does not hold is not judged.
        severities: Those that alerts may have; None where nobody says.
        today: `2026-11-25`, for ignored findings that end on a day.
    """

    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}))
    is_complete: bool = False
    version: tuple[int, int] = NEWEST
    scrape_interval: Duration = Duration(15_000)
    retention: Duration = FOR_EVER
    external_labels: Mapping[str, str] = field(default_factory=dict)
    severities: SeverityScheme | None = None
    settings: CheckSettings = field(default_factory=CheckSettings)
    today: str = ""


def lint(texts: Mapping[str, bytes | str], options: LintOptions) -> Built:
    """
    Check rule files.

    Args:
        texts: Files by the names that findings show.

    Returns:
        What was found; there is nothing to write.
    """
    diagnostics: list[Diagnostic] = []
    sources, files = [], []
    for name in sorted(texts):
        source, found = read_source(name, texts[name])
        sources.append(source)
        diagnostics.extend(found)
        reader = RuleReader(
            diagnostics.append, version=options.version, severities=options.severities
        )
        groups = tuple(reader.group(node) for node in rule_groups(source, diagnostics.append))
        files.append(RuleFile(service=name, groups=groups, sources=(name,)))
    others = [source.documents[0].origin for source in sources if not is_rule_file(source)]
    if others and len(others) == len(sources) and not has_errors(diagnostics):
        diagnostics.append(finding(NO_RULES, others[0], "the file holds no rule groups"))
    ignores = Ignores(sources, today=options.today, is_partial=has_errors(diagnostics))
    checked = check(_compiled(tuple(files), options), options.settings)
    return Built(
        files=(),
        diagnostics=tuple(ignores.applied(diagnostics, checked)),
        source_map=SourceMap(tuple(sources)),
        sources=tuple(sorted(texts)),
    )


def _compiled(files: tuple[RuleFile, ...], options: LintOptions) -> Compiled:
    scope = QueryScope(
        catalogue=options.catalogue,
        is_complete=options.is_complete,
        knows_rules=False,
        scrape_interval=options.scrape_interval,
    )
    return Compiled(
        rule_files=files,
        prometheus=PrometheusConfig(
            version=options.version,
            scrape_interval=options.scrape_interval,
            evaluation_interval=options.scrape_interval,
            retention=options.retention,
            external_labels=options.external_labels,
            alertmanagers=(),
            jobs=(),
            sources=(),
        ),
        alertmanager=None,
        dashboards=(),
        datasources=(),
        scopes={file.service: scope for file in files},
        sources=tuple(file.service for file in files),
    )
