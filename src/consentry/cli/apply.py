"""`consentry apply`: make realms what their files say."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from consentry.cli.applying import Application, apply_file, removals
from consentry.cli.differences import as_data, show_differences, summary
from consentry.cli.opened import opened, run
from consentry.cli.options import config_option, load_settings
from consentry.cli.realm_file import BadRealmFile, read_realm_file
from consentry.cli.terminal import json_option, print_json
from consentry.core.realm_file.entries import RealmFile
from consentry.settings.schema import Settings


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--prune", is_flag=True, help="Remove what the files do not name, in the parts that they have.")
@click.option("--yes", is_flag=True, help="Do not ask before something is removed.")
@config_option
@json_option
def apply(
    files: tuple[Path, ...], config_file: Path | None, *, dry_run: bool, prune: bool, yes: bool, as_json: bool
) -> None:
    """Make realms what FILES say, on a live server too; print the difference.

    Applying a file again changes nothing.  What a file does not say stays as it is.
    """
    settings = load_settings(config_file)
    read = _read(files)
    asks = prune and not (dry_run or yes) and sys.stdin.isatty()
    if asks:
        planned = run(lambda: _apply(settings, read, dry_run=True, prune=True))
        _ask(planned)
    applied = run(lambda: _apply(settings, read, dry_run=dry_run, prune=prune))
    if as_json:
        print_json({"files": [_data(one) for one in applied]})
    elif asks:
        click.echo("\n".join(f"realm {one.file.realm}: {summary(one.differences, dry_run=dry_run)}" for one in applied))
    else:
        _show(applied)


def _read(files: Sequence[Path]) -> list[tuple[Path, RealmFile]]:
    try:
        read = [(path, read_realm_file(path)) for path in files]
    except BadRealmFile as problem:
        raise click.ClickException(f"nothing was changed\n{problem}") from problem
    defaults = {file.realm for _, file in read if file.default}
    if len(defaults) > 1:
        raise click.ClickException(f"nothing was changed\nonly one realm can be the default: {', '.join(defaults)}")
    return read


async def _apply(
    settings: Settings, files: Sequence[tuple[Path, RealmFile]], *, dry_run: bool, prune: bool
) -> list[Application]:
    from consentry.plugins.passwords import Argon2Passwords

    passwords = Argon2Passwords(settings.passwords)
    try:
        async with opened(settings) as server:
            return [
                await apply_file(server, passwords, str(path), file, dry_run=dry_run, prune=prune)
                for path, file in files
            ]
    finally:
        passwords.close()


def _ask(planned: Sequence[Application]) -> None:
    if not any(map(removals, planned)):
        return
    _show(planned)
    click.confirm("Go on, and remove what is marked with - ?", abort=True)


def _show(applied: Sequence[Application]) -> None:
    for one in applied:
        show_differences(one.file.realm, one.path, one.differences, dry_run=one.dry_run)


def _data(one: Application) -> dict[str, object]:
    return {
        "file": one.path,
        "realm": one.file.realm,
        "dry_run": one.dry_run,
        "differences": [as_data(difference) for difference in one.differences],
    }
