"""The specs that a command works with: without errors, of one environment, of chosen services."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from obsgen.commands.options import spec_paths

_Command = Callable[..., Any]


def service_option(command: _Command) -> _Command:
    """Take the names of services."""
    option = click.option(
        "--service", "services", multiple=True, metavar="NAME", help="Only this one; repeatable."
    )
    return option(command)


def compile_paths(
    paths: tuple[str, ...],
    environment: str | None,
    *,
    outcome: str,
    format_: str = "text",
    with_files: bool = False,
    several: bool = False,
) -> Any | None:  # noqa: ANN401 (a Built)
    """
    Compile specs; None where they have errors, which are told with the *outcome*.

    Args:
        with_files: The outputs, too; only then is told what does not fail.
        several: All environments will do, if none is chosen.

    Raises:
        UsageError: there are several environments, and none was chosen.
    """
    from obsgen import terminal, workspace
    from obsgen.diagnostics import has_errors

    built = workspace.compile_specs(
        spec_paths(paths), environment, cwd=Path.cwd(), with_files=with_files, with_tests=False
    )
    failed = has_errors(built.diagnostics)
    if failed or with_files:
        terminal.print_findings(built, format_, fail_on="error", tells_infos=False)
    if failed:
        terminal.print_summary(built, format_, outcome=f": {outcome}")
        return None
    if len(built.specs) > 1 and not several:
        names = ", ".join(spec.environment.name for spec in built.specs)
        raise click.UsageError(f"choose one of the environments by `--env`: {names}")
    return built


def chosen_services(names: Iterable[str], services: Iterable[Any]) -> tuple[Any, ...]:
    """
    Return the services of these names, in this order; all where there are no names.

    Raises:
        BadParameter: none is named so.
    """
    from obsgen.catalogue import near

    every = {service.name: service for service in services}
    for name in names:
        if name not in every:
            guess = near(name, every)
            hint = f"; did you mean {guess}?" if guess else f": there are {', '.join(every)}"
            raise click.BadParameter(f"no service is named `{name}`{hint}", param_hint="--service")
    return tuple(every[name] for name in dict.fromkeys(names or every))


def demand_a_stack(built: Any, what: str) -> None:  # noqa: ANN401 (a Built)
    """
    Demand that Prometheus and Alertmanager have something to start with.

    Args:
        what: What needs them, in words: `a demonstration`.

    Raises:
        UsageError: they do not.
    """
    outputs = built.specs[0].project.outputs
    if lacking := [each for each in ("prometheus", "alertmanager") if each not in outputs]:
        raise click.UsageError(
            f"{what} needs the outputs {', '.join(lacking)}: the Project has none"
        )
    if built.compiled[0].alertmanager is None:
        raise click.UsageError("the specs have no Routing, so nothing would be notified")
