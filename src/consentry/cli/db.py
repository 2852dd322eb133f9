"""`consentry db`: which schema the database has, and bringing it up to date."""

from pathlib import Path

import click

from consentry.cli.options import config_option, load_settings
from consentry.cli.terminal import json_option, print_json

WORDS = {
    "empty": "the database has no tables yet: `consentry db upgrade` makes them",
    "old": "the database has schema {found}, this program needs {needed}: run `consentry db upgrade`",
    "current": "the database has schema {found}, which is the one this program needs",
    "newer": "the database has schema {found}, which is newer than {needed}, the one this program knows",
}


@click.group()
def db() -> None:
    """Look at the database's schema, and bring it up to date."""


@db.command()
@config_option
@json_option
def status(config_file: Path | None, *, as_json: bool) -> None:
    """Say which schema the database has; exit with 1 unless it is the one that is needed."""
    from consentry.store.migrate import status as look

    stands = look(load_settings(config_file).database_url)
    if as_json:
        print_json({"state": stands.state, "found": stands.found, "needed": stands.needed})
    else:
        click.echo(WORDS[stands.state].format(found=stands.found, needed=stands.needed))
    if stands.state != "current":
        raise click.exceptions.Exit(1)


@db.command()
@config_option
def upgrade(config_file: Path | None) -> None:
    """Bring the database to the schema of this program; a SQLite file is copied beside itself first."""
    from consentry.store import migrate

    url = load_settings(config_file).database_url
    before = migrate.status(url)
    try:
        migrate.upgrade(url)
    except migrate.WrongSchema as problem:
        raise click.ClickException(str(problem)) from problem
    if before.state == "current":
        click.echo("nothing to do")
    else:
        click.echo(f"the database has schema {before.needed} now")
