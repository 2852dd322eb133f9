"""The command `consentry`: finds the module of a command when it is needed, so that `--help` is quick."""

import importlib
import importlib.util

import click

from consentry import __version__

COMMANDS = {
    "admin": "consentry.cli.admin:admin",
    "apply": "consentry.cli.apply:apply",
    "bench": "consentry.cli.bench:bench",
    "config": "consentry.cli.config:config",
    "conformance": "consentry.cli.conformance:conformance",
    "db": "consentry.cli.db:db",
    "demo": "consentry.cli.demo:demo",
    "export": "consentry.cli.export:export",
    "healthcheck": "consentry.cli.healthcheck:healthcheck",
    "serve": "consentry.cli.serve:serve",
    "spec": "consentry.cli.spec:spec",
}
"""Every command and where it is: module and function."""


class LazyGroup(click.Group):
    """A group whose commands are imported by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands that this installation has."""
        del ctx
        return [name for name, place in COMMANDS.items() if importlib.util.find_spec(place.partition(":")[0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is none of that name."""
        del ctx
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, function = place.partition(":")
        if importlib.util.find_spec(module) is None:
            return None
        command: object = getattr(importlib.import_module(module), function)
        return command if isinstance(command, click.Command) else None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="consentry")
def consentry() -> None:
    """Run a User-Managed Access authorization server: people decide who may use which of their things."""
