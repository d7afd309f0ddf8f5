"""`obsgen explain`."""

from __future__ import annotations

import click


@click.command()
@click.argument("code")
def explain(code: str) -> None:
    """
    Explain a code of a finding.

    CODE is SLO301 or its name, objective-range: what it means, and what to write instead.
    """
    from obsgen import codes

    found = codes.find(code)
    if found is None:
        guess = codes.near_miss(code)
        hint = f"did you mean {guess}?" if guess else "codes look like SLO301"
        raise click.UsageError(f"no code `{code}`; {hint}")
    click.echo(f"{found.id} {found.name} ({found.severity})\n\n{found.why}\n\n{found.fix}")
