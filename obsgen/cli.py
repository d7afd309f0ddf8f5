"""The command line: all commands, and what happens when one of them fails."""

from __future__ import annotations

import gc
import io
import re
import sys
import traceback
from pathlib import Path
from typing import Final

import click

import obsgen
from obsgen.commands import Commands
from obsgen.commands.options import FOUND

_BUG: Final = 3
_INTERRUPTED: Final = 130  # what shells show for SIGINT
_FRAME: Final = re.compile(r'File "(.+)", line ([0-9]+)')


def main() -> None:
    """Run the command line; a bug ends with exit code 3 and a sentence, not a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that lacks a character of a path still gets the rest of the line.
        sys.stdout.reconfigure(errors="backslashreplace")
    # A run is short and makes no circles of objects; looking for them is a tenth of it.
    gc.disable()
    try:
        sys.exit(commands.main(prog_name="obsgen", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("obsgen: interrupted", err=True)
        sys.exit(_INTERRUPTED)
    except OSError as error:
        click.echo(f"obsgen: error: {error.strerror or error}", err=True)
        sys.exit(FOUND)
    except Exception as error:
        _fail_on_bug(error)


def _fail_on_bug(error: Exception) -> None:
    # What was raised in another process has no frames of it here; a note tells them.
    noted = _FRAME.findall("".join(getattr(error, "__notes__", ())))
    here = [(each.filename, each.lineno) for each in traceback.extract_tb(error.__traceback__)]
    place = "".join(f" ({Path(file).name}:{line})" for file, line in (noted or here)[-1:])
    click.echo(
        f"obsgen: this is a bug in obsgen: {type(error).__name__}: {error}{place}\n"
        "  hint: report it with the spec that caused it",
        err=True,
    )
    sys.exit(_BUG)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(obsgen.__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """
    Compile SLOs, alerts, routing and dashboards from specs.

    Specs are YAML files below specs/; the output is written to generated/.
    """
