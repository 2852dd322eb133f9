"""Talking to a terminal: colour where it is wanted, progress where it takes long, JSON where a program reads."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def paint(text: str, colour: str) -> str:
    """Colour a text for a terminal, unless NO_COLOR is set."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return click.style(text, fg=colour) if wanted else text


def print_json(data: object) -> None:
    """Print data for a program."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how far long work has come, on a terminal only; call the result with the number of steps done."""
    if not sys.stderr.isatty() or total == 0:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda steps: bar.advance(task, steps)
