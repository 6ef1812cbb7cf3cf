"""Say where the first person founds this studio, while nobody runs it: `python -m yesif.cli.founding`."""

import click

from yesif.cli import wake  # noqa: F401  wakes Django before tables are met

from yesif.apps.people import queries  # isort: skip


def say() -> None:
    """Print one line, or nothing."""
    link = queries.founding_link()
    if link:
        click.echo(f"Nobody runs it yet. Found it here, once: {link}")


if __name__ == "__main__":
    say()
