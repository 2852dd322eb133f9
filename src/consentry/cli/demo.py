"""`consentry demo`: the server with people, a health record and a surgery's tablet, to see how it feels."""

import sys
from pathlib import Path

import click

from consentry.cli.demo_place import HIGHEST_PORT, Place, alone_in, find_place, require_free_ports

CHECKOUT = Path(__file__).resolve().parents[3]

BLOCK = """
Consentry is running on this machine.  Ctrl-C stops it.

  Open     {console}   Alice decides who sees what
           {records}   Alice's health record
           {surgery}   the surgery's tablet (in a private window: Bob is another person)

  Sign in  alice / alice-password     bob / bob-password     carol / carol-password

  Try      1. At the surgery, sign in as bob and open Alice's record: it waits for her.
           2. As alice, allow it under Requests: Bob's page opens by itself.
           3. As alice, stop sharing: Bob reloads, and it is gone.
"""


@click.group(invoke_without_command=True)
@click.option(
    "--port",
    type=click.IntRange(1, HIGHEST_PORT),
    help="The server's port; the two applications take the next two.  [default: 8080]",
)
@click.option(
    "--data",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that keeps everything.  [default: data/demo]",
)
@click.option("--reset", is_flag=True, help="Begin anew: forget what earlier runs kept.")
@click.pass_context
def demo(context: click.Context, port: int | None, folder: Path | None, *, reset: bool) -> None:
    """Start a server with people and two applications on this machine, and say what to open.

    What happens is kept in the folder for the next time.
    """
    place = find_place(folder, port)
    context.obj = place
    if context.invoked_subcommand is None:
        _run(place, reset=reset)


@demo.command()
@click.option("--account", required=True, help="For whom: alice, bob or carol.")
@click.option("--client", "client_id", required=True, help="Through which client: records or surgery.")
@click.option("--scope", default="openid profile", show_default=True, help="Scopes, separated by spaces.")
@click.option("--id-token", is_flag=True, help="Print the ID token instead: what a client pushes as claim token.")
@click.pass_obj
def token(place: Place, account: str, client_id: str, scope: str, *, id_token: bool) -> None:
    """Print a token of the demo's realm, as a sign-in would have given it."""
    from dataclasses import replace

    from consentry.cli.demo_token import DemoToken, issue_demo_token
    from consentry.cli.opened import run

    kept = place.kept()
    if kept is None:
        raise click.ClickException(f"there is no demo in {place.folder}; start one with `consentry demo`")
    wanted = tuple((f"openid profile email {scope}" if id_token else scope).split())
    question = DemoToken(account=account, client_id=client_id, scope=tuple(dict.fromkeys(wanted)))
    issued = run(lambda: issue_demo_token(replace(place, base_url=kept.base_url), question))
    click.echo(issued.id_token if id_token else issued.access_token)


def _run(place: Place, *, reset: bool) -> None:
    if not (CHECKOUT / "examples" / "surgery").is_dir():
        raise click.ClickException("the demo needs the example applications, which are in a checkout only: ./run there")
    from consentry.cli.demo_programs import programs, programs_of
    from consentry.cli.demo_world import apply_realm, play_alice

    with alone_in(place.folder), programs() as running:
        require_free_ports(place)
        if reset:
            place.reset()
        click.echo("starting the server and two applications …", err=True)
        apply_realm(place)
        kept = place.kept()
        visited = kept is not None and kept.visited
        place.keep(visited=visited)
        for program in programs_of(place, CHECKOUT):
            running.start(program)
        running.wait_until_ready()
        if not visited:
            play_alice(place)
            place.keep(visited=True)
        click.echo(_block(place))
        sys.stdout.flush()
        running.watch()


def _block(place: Place) -> str:
    console = f"{place.issuer}/console"
    width = len(console)
    return BLOCK.format(console=console, records=place.records.ljust(width), surgery=place.surgery.ljust(width))
