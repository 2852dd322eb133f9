"""`consentry config`: what is set, whether it is right, and everything that can be set."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from consentry.cli.options import config_option, load_settings
from consentry.settings.load import known, read
from consentry.settings.schema import SECRETS, SettingError, Settings

HIDDEN = "(hidden)"


@click.group()
def config() -> None:
    """Show, check and explain the settings."""


@config.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(config_file: Path | None, *, as_json: bool) -> None:
    """Print every setting as it is now; secrets are hidden."""
    shown = {name: _shown(name, written) for name, written in _values(_read(config_file)).items()}
    if as_json:
        click.echo(json.dumps(shown, indent=2))
        return
    for name, written in shown.items():
        click.echo(f"{name} = {json.dumps(written)}")


@config.command()
@config_option
def check(config_file: Path | None) -> None:
    """Say whether the server would start with these settings; exit with 2 if not."""
    load_settings(config_file)
    click.echo("the settings are right")


@config.command()
@click.option("--realm", is_flag=True, help="The schema of realm files instead.")
def schema(*, realm: bool) -> None:
    """Print a JSON Schema of the settings."""
    if realm:
        from consentry.cli.realm_schema import realm_schema

        click.echo(json.dumps(realm_schema(), indent=2))
        return
    click.echo(json.dumps(msgspec.json.schema(Settings), indent=2))


def _read(config_file: Path | None) -> Settings:
    try:
        return read(config_file)
    except SettingError as problem:
        raise click.UsageError(str(problem)) from problem


def _values(settings: Settings) -> dict[str, object]:
    tree: object = msgspec.to_builtins(settings)
    values: dict[str, object] = {}
    for name in known():
        found = tree
        for part in name.split("."):
            found = found[part] if isinstance(found, dict) else None
        values[name] = found
    return values


def _shown(name: str, written: object) -> object:
    if name == "database_url":
        parts = urlsplit(str(written))
        return str(written).replace(f":{parts.password}@", f":{HIDDEN}@") if parts.password else written
    return HIDDEN if name in SECRETS and written else written
