"""`Dashboard` documents, read node by node."""

from __future__ import annotations

from typing import Final

from obsgen.diagnostics import Code, Related, Severity, finding
from obsgen.model import DashboardSpec, PanelSpec, Reader, SectionSpec
from obsgen.reader.annotations import read_annotations
from obsgen.reader.links import read_links
from obsgen.reader.panels import items_of, read_panel, read_time, texts_of
from obsgen.reader.repeats import check_repeats
from obsgen.reader.titles import read_title
from obsgen.reader.variables import read_intervals, read_variables
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration

FOLDER: Final = Code(
    "DSH605",
    "dashboard-folder",
    why="the folder is also a directory of the output; it may not lead out of it or be hidden",
    fix="Write a plain title: `folder: Payments`.",
)
SAME_TITLE: Final = Code(
    "DSH606",
    "panel-title-twice",
    why="two panels of one section with one title cannot be told apart in a report",
    fix="Give one of them another title.",
    severity=Severity.WARNING,
)
NO_PANELS: Final = Code(
    "DSH695",
    "no-panels",
    why="a dashboard without panels is an empty page, and a row without panels a header of nothing",
    fix="Write `panels:`, or `sections:` with `panels:` in each: "
    "`panels: [{timeseries: {rate: http_requests_total}}]`.",
)
CODES: Final = (FOLDER, SAME_TITLE, NO_PANELS)

_FOLDER_LENGTH: Final = 100


def read_dashboard(node: MappingNode, reader: Reader) -> DashboardSpec | None:
    """Read a document; None where it has no name to be known by."""
    name = reader.text(node.get("name"))
    if not name:
        return None
    refresh = reader.duration(node.get("refresh"))
    time = read_time(node.get("time"), reader)
    _check_panels(node, reader)
    variables, sections = read_variables(node, reader), _sections(node, reader)
    check_repeats(sections, variables, reader)
    return DashboardSpec(
        name=name,
        title=read_title(node.get("title"), reader) or name.replace("-", " ").capitalize(),
        service=reader.text(node.get("service")),
        description=reader.text(node.get("description")),
        folder=read_folder(node.get("folder"), reader),
        variables=variables,
        intervals=read_intervals(node.get("intervals"), reader),
        annotations=read_annotations(node.get("annotations"), reader),
        links=read_links(node.get("links"), reader),
        sections=sections,
        time=time if time.startswith("now") or not time else f"now-{time}",
        refresh=str(refresh) if refresh and refresh > Duration(0) else "",
        tags=texts_of(node.get("tags"), reader),
        refs=texts_of(node.get("refs"), reader),
        origin=node.origin,
    )


def read_folder(node: Node | None, reader: Reader) -> str:
    """Read the title of a Grafana folder, which is a directory of the output too."""
    folder = reader.text(node)
    if not isinstance(node, Scalar) or node.is_null:
        return ""
    problem = _folder_problem(folder)
    if problem:
        hint = "write a plain title, as in `folder: Payments`"
        subject = f"folder `{folder}`" if folder else "the folder"
        reader.report(finding(FOLDER, node.origin, f"{subject} {problem}", hint))
        return ""
    return folder


def _folder_problem(folder: str) -> str:
    if not folder.strip():
        return "has no title"
    if "/" in folder or "\\" in folder:
        return "holds a slash: folders are not nested"
    if folder.startswith(".") or folder != folder.strip() or folder.endswith("."):
        return "begins or ends with a dot or a blank"
    if not folder.isprintable():
        return "holds a control character"
    return "is longer than 100 characters" if len(folder) > _FOLDER_LENGTH else ""


def _check_panels(node: MappingNode, reader: Reader) -> None:
    """Report a dashboard without panels, or a section of it."""
    rows = [item for item in items_of(node.get("sections")) if isinstance(item, MappingNode)]
    wrong = any(isinstance(node.get(key), Scalar) for key in ("panels", "sections"))
    if not rows and not items_of(node.get("panels")) and not wrong:
        written = next((key for key in ("panels", "sections") if key in node.entries), "name")
        message = f"dashboard `{reader.text(node.get('name'))}` has no panels"
        hint = "write `panels: [{timeseries: {rate: …}}]`"
        reader.report(finding(NO_PANELS, node.origin / written, message, hint))
    for row in rows:
        panels = row.get("panels")
        if isinstance(panels, Sequence) and not panels.items:
            message = "a section has no panels"
            reader.report(finding(NO_PANELS, row.origin / "panels", message, "leave it out"))


def _sections(node: MappingNode, reader: Reader) -> tuple[SectionSpec, ...]:
    found = []
    if loose := _panels(node.get("panels"), reader):
        found.append(SectionSpec(title="", panels=loose))
    for item in items_of(node.get("sections")):
        if not isinstance(item, MappingNode):
            continue
        panels = _panels(item.get("panels"), reader)
        collapsed = item.get("collapsed")
        section = SectionSpec(
            title=read_title(item.get("title"), reader),
            panels=panels,
            collapsed=isinstance(collapsed, Scalar) and collapsed.text.lower() == "true",
            repeat=reader.text(item.get("repeat")),
            origin=item.origin,
        )
        if panels:
            found.append(section)
    return tuple(found)


def _panels(node: Node | None, reader: Reader) -> tuple[PanelSpec, ...]:
    read = (read_panel(item, reader) for item in items_of(node) if isinstance(item, MappingNode))
    panels = tuple(panel for panel in read if panel is not None)
    first: dict[str, PanelSpec] = {}
    for panel in panels:
        other = first.setdefault(panel.title, panel)
        if panel.title and other is not panel:
            message = f"title `{panel.title}` stands twice in one section"
            related = (Related("first written here", other.origin / "title"),)
            place = panel.origin / "title"
            reader.report(finding(SAME_TITLE, place, message, related=related))
    return panels
