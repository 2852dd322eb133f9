"""Showing what applying a realm file changes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from consentry.cli.terminal import paint
from consentry.core.realm_file.difference import Difference, MemberDifference

COLOURS = {"+": "green", "~": "yellow", "-": "red"}
VERBS = {"+": "added", "~": "changed", "-": "removed"}


def show_differences(realm: str, file: str, differences: Sequence[Difference], *, dry_run: bool) -> None:
    """Print the differences for people."""
    click.echo(f"realm {realm} ({file})")
    for difference in differences:
        click.echo(paint(f"{difference.sign} {difference.kind} {difference.name}", COLOURS[difference.sign]))
        for line in _lines(difference):
            click.echo(f"    {line}")
    click.echo(summary(differences, dry_run=dry_run))


def summary(differences: Sequence[Difference], *, dry_run: bool) -> str:
    """Say in one line how much changed."""
    if not differences:
        return "nothing to change"
    signs = [difference.sign for difference in differences]
    counted = ", ".join(f"{signs.count(sign)} {verb}" for sign, verb in VERBS.items() if sign in signs)
    return f"{counted} (dry run: nothing was written)" if dry_run else counted


def as_data(difference: Difference) -> dict[str, object]:
    """Return a difference as plain data."""
    return asdict(difference)


def _lines(difference: Difference) -> Iterator[str]:
    """List the members of what changed; what is new or gone is told by its name."""
    if difference.sign == "~":
        for member in difference.members:
            yield f"{member.name}: {_change(member)}"


def _change(member: MemberDifference) -> str:
    return f"{_said(member.before)} → {_said(member.after)}"


def _said(said: object) -> str:
    return "nothing" if said is None else json.dumps(said, ensure_ascii=False)
