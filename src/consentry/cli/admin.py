"""`consentry admin`: who may administer a realm."""

import secrets
import sys
from pathlib import Path

import click

from consentry.cli.opened import asked, default_realm, opened, run
from consentry.cli.options import config_option, load_settings
from consentry.cli.terminal import json_option, print_json
from consentry.core.admin import (
    CreateAdmin,
    ListAdmins,
    RecoverAdmin,
    create_admin,
    list_admins,
    recover_admin,
)
from consentry.core.model import Account
from consentry.settings.schema import Settings

SHORTEST_PASSWORD = 8

realm_option = click.option("--realm", help="The realm; without it, the default one.")
password_file_option = click.option(
    "--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read the password from here."
)
password_stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def admin() -> None:
    """Make, recover and list the accounts that may administer a realm."""


@admin.command()
@click.argument("username")
@click.option("--name", default="", help="What the person is called.")
@click.option("--email", help="The person's e-mail address.")
@realm_option
@password_file_option
@password_stdin_option
@config_option
@json_option
def create(
    *,
    username: str,
    name: str,
    email: str | None,
    realm: str | None,
    password_file: Path | None,
    config_file: Path | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Make the account USERNAME with the role realm-admin.

    Without a password one is asked for on a terminal, or else made up and printed once.
    """
    settings = load_settings(config_file)
    password, made_up = _password(password_file, from_stdin=password_stdin)

    async def work() -> tuple[str, Account]:
        async with opened(settings) as server:
            chosen = await default_realm(server, realm)
            wanted = CreateAdmin(username=username, name=name, email=email, password_hash=_hash(settings, password))
            return chosen, await asked(server, chosen, create_admin, wanted)

    chosen, account = run(work)
    _tell(f"{account.username} may administer realm {chosen} now", chosen, account, made_up, as_json=as_json)


@admin.command()
@click.argument("username")
@realm_option
@password_file_option
@password_stdin_option
@config_option
@json_option
def recover(
    username: str,
    realm: str | None,
    password_file: Path | None,
    config_file: Path | None,
    *,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Let USERNAME in again: a new password, enabled, with the role; whoever was signed in as it no longer is."""
    settings = load_settings(config_file)
    password, made_up = _password(password_file, from_stdin=password_stdin)

    async def work() -> tuple[str, Account]:
        async with opened(settings) as server:
            chosen = await default_realm(server, realm)
            wanted = RecoverAdmin(username=username, password_hash=_hash(settings, password))
            return chosen, await asked(server, chosen, recover_admin, wanted)

    chosen, account = run(work)
    _tell(f"{account.username} can administer realm {chosen} again", chosen, account, made_up, as_json=as_json)


@admin.command("list")
@realm_option
@config_option
@json_option
def list_(realm: str | None, config_file: Path | None, *, as_json: bool) -> None:
    """List the accounts that may administer a realm."""
    settings = load_settings(config_file)

    async def work() -> tuple[Account, ...]:
        async with opened(settings) as server:
            return tuple(await asked(server, await default_realm(server, realm), list_admins, ListAdmins()))

    admins = run(work)
    if as_json:
        print_json(
            [{"username": one.username, "name": one.name, "disabled": one.disabled_at is not None} for one in admins]
        )
        return
    for one in admins:
        click.echo(" ".join(filter(None, [one.username, one.name, "(disabled)" if one.disabled_at else ""])))
    if not admins:
        click.echo("nobody; make one with `consentry admin create USERNAME`", err=True)


def _password(file: Path | None, *, from_stdin: bool) -> tuple[str, str | None]:
    """Return the password, and again if it was made up: then it has to be shown."""
    if file and from_stdin:
        raise click.UsageError("--password-file and --password-stdin say the same; keep one")
    if file or from_stdin:
        return _long_enough((file.read_text(encoding="utf-8") if file else sys.stdin.readline()).rstrip("\r\n")), None
    if sys.stdin.isatty():
        question = "Password (empty: one is made up)"
        typed: str = click.prompt(question, hide_input=True, default="", show_default=False, confirmation_prompt=True)
        if typed:
            return _long_enough(typed), None
    made_up = secrets.token_urlsafe(16)
    return made_up, made_up


def _long_enough(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise click.UsageError(f"the password has to have at least {SHORTEST_PASSWORD} characters")
    return password


def _hash(settings: Settings, password: str) -> str:
    from consentry.plugins.passwords import Argon2Passwords

    return Argon2Passwords(settings.passwords).hash_now(password)


def _tell(text: str, realm: str, account: Account, made_up: str | None, *, as_json: bool) -> None:
    if as_json:
        shown = {"password": made_up} if made_up else {}
        print_json({"realm": realm, "username": account.username, "id": account.account_id, **shown})
        return
    click.echo(text)
    if made_up:
        click.echo(f"password: {made_up} (shown this once)")
