"""`consentry export`: write a realm down."""

import json
from pathlib import Path
from typing import Literal

import click

from consentry.cli.opened import asked, default_realm, opened, run
from consentry.cli.options import config_option, load_settings
from consentry.core.realm_file.export import ExportRealm, export_realm
from consentry.settings.schema import Settings

Format = Literal["json", "toml"]


@click.command()
@click.argument("realm")
@click.option("--format", "wanted", type=click.Choice(["json", "toml"]), help="JSON unless --output says otherwise.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, for you alone.")
@config_option
def export(realm: str, wanted: Format | None, output: Path | None, config_file: Path | None, *, as_json: bool) -> None:
    """Print REALM as a file that `consentry apply` accepts.

    Settings, people, clients, resources and shares are in it; passwords and secrets as hashes only.  Keys, sessions,
    tokens, requests and the audit are not: those are a backup's.
    """
    settings = load_settings(config_file)
    chosen: Format = "json" if as_json else wanted or ("toml" if output and output.suffix == ".toml" else "json")
    text = _written(run(lambda: _exported(settings, realm)), chosen)
    if output is None:
        click.echo(text, nl=False)
        return
    _write(output, text)
    click.echo(f"realm {realm} is in {output}", err=True)


async def _exported(settings: Settings, realm: str) -> dict[str, object]:
    async with opened(settings) as server:
        return await asked(server, await default_realm(server, realm), export_realm, ExportRealm())


def _written(data: dict[str, object], chosen: Format) -> str:
    from consentry.cli.toml import to_toml

    return to_toml(data) if chosen == "toml" else json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _write(output: Path, text: str) -> None:
    """Write a file that nobody else can read: there are password hashes in it."""
    try:
        output.touch(mode=0o600)
        output.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise click.ClickException(f"{output}: {problem.strerror}") from problem
