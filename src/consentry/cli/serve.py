"""`consentry serve`: the server."""

from pathlib import Path

import click

from consentry.cli.options import config_option, load_settings


@click.command()
@config_option
def serve(config_file: Path | None) -> None:
    """Serve until SIGTERM; then finish the requests in hand and exit with 0.

    Prints one line, `ready http://…`, on standard output when it serves; logs go to standard error.
    """
    settings = load_settings(config_file)
    from consentry.cli import supervisor

    try:
        supervisor.serve(settings)
    except OSError as problem:
        raise click.ClickException(f"the server could not start: {problem}") from problem
