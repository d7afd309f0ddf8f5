"""`obsgen schema`."""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of specs, for editors."""
    from obsgen import schema as language

    click.echo(language.as_json().encode(), nl=False)
