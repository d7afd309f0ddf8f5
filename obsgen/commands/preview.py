"""`obsgen preview`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from obsgen.commands.destinations import demand_folder, output_folder_option
from obsgen.commands.options import (
    FOUND,
    environment_option,
    refusing_speed,
    spec_paths,
    specs_argument,
    speed_option,
)
from obsgen.commands.servers import access_to, demand_url, server_options
from obsgen.commands.serving import end_in_order
from obsgen.plurals import counted

_LOOK_AGAIN_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line says."""

    paths: tuple[str, ...]
    output: Path
    prometheus: str
    dashboards: tuple[str, ...]
    environment: str | None
    start: str
    png: bool
    width: int
    light: bool
    serve: bool
    port: int
    fail_empty: bool
    speed: int
    token_file: Path | None
    token_variable: str | None
    ca_file: Path | None
    timeout: float


@click.command()
@specs_argument
@output_folder_option("preview", "The folder that pages are written to.")
@click.option(
    "--prometheus",
    default="",
    metavar="URL",
    help="Draw what this server has.",
    show_default="simulated data",
)
@click.option(
    "--dashboard",
    "dashboards",
    multiple=True,
    metavar="UID|TITLE",
    help="Only this one; may be given again.",
)
@environment_option
@click.option(
    "--from",
    "start",
    default="",
    metavar="TIME",
    help="Where the time ranges of all begin: now-6h, now/d.",
    show_default="their own",
)
@click.option("--png", is_flag=True, help="Take a picture of each page, too, with Chromium.")
@click.option(
    "--width",
    type=click.IntRange(min=320, max=7680),
    default=1400,
    show_default=True,
    metavar="PIXELS",
    help="Of the pictures.",
)
@click.option("--light", is_flag=True, help="Begin with light pages.")
@click.option("--serve", is_flag=True, help="Serve pages, and draw them anew when specs change.")
@click.option(
    "--port",
    type=click.IntRange(min=0, max=65535),
    default=0,
    metavar="PORT",
    help="Where they are served, on loopback.",
    show_default="any that is free",
)
@click.option("--fail-empty", is_flag=True, help="Fail where a panel has no data.")
@speed_option
@server_options
def preview(**options: Any) -> None:  # noqa: ANN401 (as click gives them)
    """
    Draw all dashboards as pages, without Grafana.

    SPECS are files and folders (specs/ unless given). Each dashboard becomes one HTML page that
    needs nothing else. The data is that of a Prometheus server, or simulated in one that is started
    for it. Panels whose queries fail or return nothing are listed.
    """
    from obsgen import terminal
    from obsgen.diagnostics import ObsgenError

    asked = _Asked(**options)
    _check(asked)
    access = access_to(asked)
    end_in_order()
    try:
        failed = _preview(asked, access)
    except ObsgenError as error:
        terminal.print_error(error)
        failed = True
    sys.exit(FOUND if failed else 0)


def _check(asked: _Asked) -> None:
    from obsgen.preview.ranges import time_range

    if asked.prometheus:
        demand_url(asked.prometheus, "--prometheus")
    if asked.start and time_range(asked.start, "now", 0) is None:
        message = f"`{asked.start}` is no time that lies before now: write `now-6h` or `now/d`"
        raise click.BadParameter(message, param_hint="--from")
    if asked.speed > 1 and not asked.prometheus:
        raise click.UsageError("--speed is that of the rules of a --prometheus")
    if asked.serve and asked.png:
        raise click.UsageError("--serve and --png exclude each other")
    demand_folder(asked.output, asked.paths, only_read=asked.serve)


def _preview(asked: _Asked, access: Any) -> bool:  # noqa: ANN401 (an Access)
    """Draw, and write or serve; say whether it failed."""
    from obsgen.preview.run import Look
    from obsgen.preview.studio import Studio, Wanted
    from obsgen.progress import progress

    wanted = Wanted(
        paths=tuple(spec_paths(asked.paths)),
        environment=asked.environment,
        dashboards=asked.dashboards,
        start=asked.start,
        prometheus=asked.prometheus,
        speed=asked.speed,
        access=access,
        look=Look(is_light=asked.light, is_served=asked.serve),
    )
    with Studio(wanted, progress) as studio:
        if asked.serve:
            return _serve(asked, studio, wanted.paths)
        pages = _drawn(asked, studio)
        return True if pages is None else _write(asked, pages[0]) or pages[1]


def _drawn(asked: _Asked, studio: Any) -> tuple[dict[str, str], bool] | None:  # noqa: ANN401
    """Return the pages and whether a panel without data fails; None for specs with errors."""
    from obsgen import tables, terminal
    from obsgen.diagnostics import has_errors
    from obsgen.preview.report import section
    from obsgen.preview.studio import NothingToDraw

    with refusing_speed():
        built = studio.compiled()
    terminal.print_findings(built, "text", fail_on="error", tells_infos=False)
    if has_errors(built.diagnostics):
        terminal.print_summary(built, "text", outcome=": nothing was drawn")
        return None
    try:
        made = studio.preview(built)
    except NothingToDraw as nothing:
        raise click.UsageError(str(nothing)) from nothing
    if made.found:
        tables.print_sections([section(made.found, built.source_map)], err=True)
    return dict(made.pages), bool(made.found) and asked.fail_empty


def _write(asked: _Asked, pages: dict[str, str]) -> bool:
    """Write pages and pictures; say that nothing failed."""
    from obsgen import terminal

    asked.output.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (asked.output / name).write_text(text, "utf-8")
    said = f"{asked.output}: {counted(len(pages) - 1, 'dashboard')}, begin at index.html"
    if asked.png:
        _take_pictures(asked, pages)
        said += ", with pictures"
    terminal.say(said, "text")
    return False


def _take_pictures(asked: _Asked, pages: dict[str, str]) -> None:
    from obsgen.preview.browser import browser, find_chromium
    from obsgen.progress import progress

    with browser(find_chromium()) as tab, progress("taking pictures", len(pages)) as advance:
        for name in pages:
            page = asked.output / name
            tab.open(page.resolve().as_uri(), width=asked.width, is_light=asked.light)
            page.with_suffix(".png").write_bytes(tab.picture())
            advance(1)


def _serve(asked: _Asked, studio: Any, paths: tuple[Path, ...]) -> bool:  # noqa: ANN401
    """Serve until interrupted; what is wrong with changed specs is said, and the old pages stay."""
    import gc
    import time

    from obsgen import terminal
    from obsgen.diagnostics import ObsgenError
    from obsgen.preview.serving import Shelf, serving
    from obsgen.preview.studio import changes

    gc.enable()
    shelf = Shelf()
    seen: object = None
    with serving(shelf, asked.port) as url:
        while True:
            now = changes(paths)
            if now != seen:
                is_first, seen = seen is None, now
                try:
                    if (pages := _drawn(asked, studio)) is not None:
                        shelf.put(pages[0])
                        terminal.say(f"{url} is up to date", "text")
                except (ObsgenError, click.UsageError) as error:
                    if is_first:
                        raise
                    terminal.say(f"not drawn: {error}", "text")
            time.sleep(_LOOK_AGAIN_SECONDS)
