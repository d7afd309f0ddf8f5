"""
The whole compiler as one pure function: texts in, files and findings out.

There is no clock, environment, network or randomness here: the same texts give the same bytes.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.artefacts import Compiled, OutputFile
from obsgen.checks import check, dashboard_rules
from obsgen.checks.dashboards import BY_CONSTRUCTION
from obsgen.compile.past_intervals import past_intervals
from obsgen.compile.project import compile_spec
from obsgen.diagnostics import PRESET_FILE, Code, Diagnostic, Related, Severity, finding, has_errors
from obsgen.exclusions import Exclusions
from obsgen.ignores import Ignores
from obsgen.model import Reports, Spec
from obsgen.reader.documents import read_documents
from obsgen.reader.layers import PresetStore
from obsgen.reader.merge import name_of
from obsgen.reader.shape import NAME_FORM
from obsgen.reader.sinks import brought_in
from obsgen.reader.spec import Wanted, read_specs
from obsgen.source import MappingNode, Source, SourceMap, read_source

SAME_FILE: Final = Code(
    "OUT923",
    "same-file-twice",
    why="two things would be written to one file, and one of them be lost",
    fix="Rename one of the two.",
)
CODES: Final = (SAME_FILE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """
    What a build is told beside the specs.

    Attributes:
        environment: Only this environment, or None for all.
        requires_project: The output is going to be written, so a Project is demanded.
        today: `2026-11-25`, for what ends on a day: ignored findings and years of intervals; or
            empty.
        presets: Shipped presets by name; read only when used.
        exclusions: `.lint` files by name: where rules about dashboards do not count.
        context: Files of which only the Project (unless the specs hold one) and the presets
            count, when a file is checked alone.
        with_files: Write the outputs; without them, findings and what is compiled is all.
        with_tests: Work out the unit tests of alerts.
    """

    environment: str | None = None
    requires_project: bool = False
    today: str = ""
    presets: Mapping[str, bytes] = field(default_factory=dict)
    exclusions: Mapping[str, bytes] = field(default_factory=dict)
    context: Mapping[str, bytes] = field(default_factory=dict)
    with_files: bool = True
    with_tests: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """
    What a build gives.

    Attributes:
        files: To be written, sorted by path; none where there are errors.
        diagnostics: Everything that was found, in no particular order.
        source_map: Turns the places of diagnostics into lines and columns.
        sources: Names of the files that were checked, sorted.
        specs: What was read, one for each environment.
        compiled: What was compiled, in the same order.
    """

    files: tuple[OutputFile, ...]
    diagnostics: tuple[Diagnostic, ...]
    source_map: SourceMap
    sources: tuple[str, ...] = ()
    specs: tuple[Spec, ...] = ()
    compiled: tuple[Compiled, ...] = ()


class _ShippedPresets(Mapping[str, MappingNode]):
    """Parses a shipped preset when it is first used, and remembers its source."""

    def __init__(self, texts: Mapping[str, bytes], report: Reports) -> None:
        self._texts = texts
        self._report = report
        self._parsed: dict[str, MappingNode] = {}
        self.sources: list[Source] = []

    def __getitem__(self, name: str) -> MappingNode:
        if name not in self._parsed:
            source, diagnostics = read_source(f"{PRESET_FILE}{name}", self._texts[name])
            for diagnostic in diagnostics:
                self._report(diagnostic)
            self.sources.append(source)
            root = source.documents[0]
            assert isinstance(root, MappingNode)
            self._parsed[name] = root
        return self._parsed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def build(texts: Mapping[str, bytes | str], options: Options | None = None) -> Built:
    """
    Compile specs.

    Args:
        texts: Files by the names that diagnostics show, as bytes or decoded.
        options: What else holds.

    Returns:
        All files, or none and the errors that are in the way; warnings beside either.
    """
    options = options or Options()
    diagnostics: list[Diagnostic] = []
    sources: list[Source] = []
    for name in sorted(texts):
        source, found = read_source(name, texts[name])
        sources.append(source)
        diagnostics.extend(found)
    lint_files = tuple(_read(options.exclusions, diagnostics.append))
    # A Project may stand in what could not be read.
    demands_project = options.requires_project and not has_errors(diagnostics)
    shipped = _ShippedPresets(options.presets, diagnostics.append)
    broken = frozenset(found.origin.file for found in diagnostics)
    documents = read_documents(sources, diagnostics.append, broken_files=broken)
    around = tuple(read_source(name, options.context[name])[0] for name in sorted(options.context))
    documents = documents.completed_by(read_documents(around, diagnostics.append))
    written = {name_of(node): node for node in documents.of("Preset")}
    presets = PresetStore(written=written, shipped=shipped)
    wanted = Wanted(environment=options.environment, is_complete=demands_project)
    specs = read_specs(documents, presets, wanted, diagnostics.append)
    # Names become PromQL: one of another form would make expressions that cannot be read.
    are_named = all(diagnostic.code is not NAME_FORM for diagnostic in diagnostics)
    is_partial = has_errors(diagnostics)
    sink = _errors_only(diagnostics) if is_partial else diagnostics.append
    compiled = tuple(
        compile_spec(spec, sink, with_pages=options.with_files, with_tests=options.with_tests)
        for spec in (specs if are_named else ())
    )
    exclusions = Exclusions(lint_files)
    checked = [
        diagnostic
        for spec, each in zip(specs, compiled, strict=False)
        for diagnostic in brought_in(check(each, spec.project.checks, exclusions), spec.services)
        # What could not be read is missing in what was compiled; only PromQL stands for itself.
        if not is_partial or _is_about_promql(diagnostic)
    ]
    for each in () if is_partial else compiled:
        checked.extend(past_intervals(each.alertmanager, options.today))
    if not is_partial:
        checked.extend(exclusions.problems(dashboard_rules(), BY_CONSTRUCTION))
    ignores = Ignores((*sources, *lint_files), today=options.today, is_partial=is_partial)
    diagnostics = list(ignores.applied(diagnostics, checked))
    files: tuple[OutputFile, ...] = ()
    if options.with_files and not has_errors(diagnostics):
        files = _files(specs, compiled, diagnostics.append)
    if has_errors(diagnostics):
        files = ()
    return Built(
        files=files,
        diagnostics=tuple(diagnostics),
        source_map=SourceMap((*sources, *lint_files, *around, *shipped.sources)),
        sources=tuple(sorted(texts)),
        specs=specs,
        compiled=compiled,
    )


def at_speed(built: Built, speed: int) -> Built:
    """
    Return a build without errors, every duration in its files divided; 1 changes nothing.

    Raises:
        speed.TooFast: they cannot be divided by so much.
    """
    from obsgen.speed import divided  # only demonstrations ask for it

    if speed == 1 or has_errors(built.diagnostics):
        return built
    compiled = tuple(divided(each, speed) for each in built.compiled)
    # What is found in the files was reported of those that ship.
    files = _files(built.specs, compiled, lambda _: None, speed) if built.files else ()
    return replace(built, compiled=compiled, files=files)


def _read(texts: Mapping[str, bytes], report: Reports) -> Iterator[Source]:
    for name in sorted(texts):
        source, found = read_source(name, texts[name])
        for diagnostic in found:
            report(diagnostic)
        yield source


def _errors_only(diagnostics: list[Diagnostic]) -> Reports:
    """Leave out warnings about what is missing: after an error it may only not have been read."""

    def sink(diagnostic: Diagnostic) -> None:
        if diagnostic.severity is Severity.ERROR:
            diagnostics.append(diagnostic)

    return sink


def _is_about_promql(diagnostic: Diagnostic) -> bool:
    return diagnostic.severity is Severity.ERROR and diagnostic.origin.part is not None


def _files(
    specs: tuple[Spec, ...], compiled: tuple[Compiled, ...], report: Reports, speed: int = 1
) -> tuple[OutputFile, ...]:
    from obsgen.outputs.manifest import manifest  # hashing: not for those who only validate

    files: list[OutputFile] = []
    for spec, artefacts in zip(specs, compiled, strict=True):
        folder = f"{spec.environment.name}/" if spec.environment.name else ""
        own = [*_environment_files(spec, artefacts, report)]
        if speed > 1:
            own = [_marked(file, speed) for file in own]
        own.append(manifest(own, spec.environment.name, speed))
        files.extend(replace(file, path=f"{folder}{file.path}") for file in own)
    return tuple(sorted(files, key=lambda file: file.path))


def _environment_files(spec: Spec, compiled: Compiled, report: Reports) -> Iterator[OutputFile]:
    seen: set[str] = set()
    for output in spec.project.outputs:
        module = importlib.import_module(f"obsgen.outputs.{output}")
        for file in module.files(compiled):
            if file.path in seen:
                place = spec.project.origin
                related: tuple[Related, ...] = ()
                message = f"two things are written to `{file.path}`"
                report(finding(SAME_FILE, place, message, related=related))
            seen.add(file.path)
            for diagnostic in file.findings:
                report(diagnostic)
            yield file


def _marked(file: OutputFile, speed: int) -> OutputFile:
    """Say in a file that may hold comments that its times are divided."""
    from obsgen.speed import mark

    said = f"# {mark(speed)}\n".encode() if file.path.endswith(".yml") else b""
    return replace(file, data=said + file.data)


def worst(diagnostics: tuple[Diagnostic, ...]) -> Severity | None:
    """Return the gravest severity among the findings."""
    return max((d.severity for d in diagnostics), default=None)
