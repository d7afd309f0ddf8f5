"""
Rule files as `obsgen lint` sees them: read from disk, held to what is known of their metrics.

Without a catalogue the shipped presets say what they know of well-known metrics, and names say the
rest. With specs, their metrics are all there are, and their Project says how they are judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from obsgen import disk
from obsgen.catalogue import Catalogue
from obsgen.diagnostics import NOWHERE, Diagnostic, Severity
from obsgen.lint import LintOptions, lint
from obsgen.model import SeverityScheme
from obsgen.pipeline import Built, Options, build
from obsgen.reader.layers import INSTRUMENTATIONS, PACKS
from obsgen.reader.severities import DEFAULT_SEVERITIES
from obsgen.source import MappingNode, Scalar, SourceMap, read_source
from obsgen.units import Duration
from obsgen.workspace import STDIN, today


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the command line says of the Prometheus; None where it says nothing."""

    version: tuple[int, int] | None = None
    scrape_interval: Duration | None = None
    retention: Duration | None = None


def lint_files(
    paths: Sequence[Path],
    standard_input: bytes | None,
    *,
    specs: Sequence[Path],
    target: Target,
    cwd: Path,
) -> Built:
    """
    Check rule files, and folders with all of them below.

    Args:
        specs: Specs that declare the metrics; without them the shipped presets say what they know.

    Raises:
        disk.DiskError: as `disk.read_specs`.
    """
    given = disk.read_specs(paths, cwd=cwd)
    texts = dict(given.texts)
    if standard_input is not None:
        texts[STDIN] = standard_input
    if specs:
        options, found, source_map = declared_by(specs, cwd)
        if found:
            return Built(files=(), diagnostics=found, source_map=source_map)
    else:
        options = LintOptions(catalogue=known_of_presets())
    options = replace(options, today=today())
    built = lint(texts, _told(options, target))
    return replace(built, diagnostics=(*given.diagnostics, *built.diagnostics))


def _told(options: LintOptions, target: Target) -> LintOptions:
    """Return the options with what the command line says in the place of what else is known."""
    return replace(
        options,
        version=target.version or options.version,
        scrape_interval=target.scrape_interval or options.scrape_interval,
        retention=target.retention or options.retention,
    )


def declared_by(
    specs: Sequence[Path], cwd: Path
) -> tuple[LintOptions, tuple[Diagnostic, ...], SourceMap]:
    """
    Return what specs declare; or why they cannot be read.

    Raises:
        disk.DiskError: as `disk.read_specs`.
    """
    given = disk.read_specs(specs, cwd=cwd)
    options = Options(presets=disk.shipped_presets(), with_files=False, with_tests=False)
    built = build({**given.texts, **_user_of_presets(given.texts)}, options)
    found = (*given.diagnostics, *(d for d in built.diagnostics if d.severity is Severity.ERROR))
    if found or not built.specs:
        return LintOptions(), found, built.source_map
    project = built.specs[0].project
    # What is to be said of the declarations themselves, `obsgen validate` says.
    metrics = dict(known_of_presets().metrics) | {
        name: replace(metric, origin=NOWHERE)
        for compiled in built.compiled
        for scope in compiled.scopes.values()
        for name, metric in scope.catalogue.metrics.items()
    }
    options_ = LintOptions(
        catalogue=Catalogue(metrics),
        is_complete=True,
        version=project.prometheus_version,
        scrape_interval=project.scrape_interval,
        retention=project.retention,
        external_labels=project.external_labels,
        severities=_own_severities(project.severities),
        settings=project.checks,
    )
    return options_, (), built.source_map


def _own_severities(scheme: SeverityScheme) -> SeverityScheme | None:
    """Return the severities that a Project lists; whoever lists none may have any."""
    return None if scheme.levels == DEFAULT_SEVERITIES else scheme


def _user_of_presets(texts: Mapping[str, bytes]) -> Mapping[str, str]:
    """Return a service that uses every preset of the specs: what they declare counts alone, too."""
    documents = (
        node
        for name in sorted(texts)
        for node in read_source(name, texts[name])[0].documents
        if isinstance(node, MappingNode)
    )
    presets = [
        name.text
        for node in documents
        if isinstance(kind := node.get("kind"), Scalar) and kind.text == "Preset"
        if isinstance(name := node.get("name"), Scalar)
    ]
    if not presets:
        return {}
    head = "apiVersion: obsgen/v1\nkind: Service\nname: obsgen-lint\n"
    return {_OWN_SPEC: f"{head}uses: [{', '.join(presets)}]\n"}


_OWN_SPEC: Final = "<lint>"


def known_of_presets() -> Catalogue:
    """Return what the shipped presets know; no metric stands in two of them."""
    shipped = disk.shipped_presets()
    # What an application exposes under a common name differs from one to the next.
    used = ", ".join(name for name in shipped if name not in INSTRUMENTATIONS | PACKS)
    text = f"apiVersion: obsgen/v1\nkind: Service\nname: known\nuses: [{used}]\n"
    options = Options(presets=shipped, with_files=False, with_tests=False)
    built = build({_OWN_SPEC: text}, options)
    return built.compiled[0].scopes["known"].catalogue
