"""`consentry healthcheck`: is the server on this machine ready?  For containers and service managers."""

import http.client
from pathlib import Path

import click

from consentry.cli.options import config_option, load_settings


@click.command()
@config_option
@click.option("--timeout", default=3.0, show_default=True, help="Seconds to wait for an answer.")
def healthcheck(config_file: Path | None, timeout: float) -> None:
    """Ask the management address whether the server is ready; exit with 0 if so, with 1 if not."""
    host, _, port = load_settings(config_file).management_bind.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port or 0), timeout=timeout)
    try:
        connection.request("GET", "/health/ready")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as problem:
        raise click.ClickException(f"no answer from {host}:{port}") from problem
    finally:
        connection.close()
    if status != 200:
        raise click.ClickException("the server is not ready")
    click.echo("ready")
