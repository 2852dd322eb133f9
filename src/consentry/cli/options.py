"""What several commands share: the settings file, and how a wrong setting is told."""

from pathlib import Path

import click

from consentry.settings.load import load
from consentry.settings.schema import SettingError, Settings

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file with settings; CONSENTRY_… variables beat it.",
)


def load_settings(config_file: Path | None) -> Settings:
    """Read the settings, or say what to mend and exit with 2."""
    try:
        return load(config_file)
    except SettingError as problem:
        raise click.UsageError(str(problem)) from problem
