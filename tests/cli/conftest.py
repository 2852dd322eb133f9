"""The command line on real databases, without a shell."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentry.cli.main import consentry

SECRET_KEY = "a secret key for tests, long enough to be one"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """The command `consentry`, with a database and a directory of its own."""

    directory: Path
    environment: dict[str, str]

    def run(self, *arguments: str, stdin: str | None = None, **variables: str) -> Result:
        """Run a command to its end, whatever the end."""
        environment = self.environment | variables
        return CliRunner().invoke(consentry, arguments, input=stdin, env=environment, catch_exceptions=False)

    def done(self, *arguments: str, stdin: str | None = None, **variables: str) -> str:
        """Run a command that has to work, and return what it prints."""
        result = self.run(*arguments, stdin=stdin, **variables)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *arguments: str, stdin: str | None = None, **variables: str) -> str:
        """Run a command that has to fail, and return what it says."""
        result = self.run(*arguments, stdin=stdin, **variables)
        assert result.exit_code == 1, result.output
        return result.stderr

    def write(self, name: str, content: object) -> str:
        """Write a file, data as JSON, and return its path."""
        path = self.directory / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)


def environment_for(database_url: str) -> dict[str, str]:
    """Return the variables of a server with this database; its password hashes are quick, and so are the tests."""
    return {
        "CONSENTRY_DATABASE_URL": database_url,
        "CONSENTRY_SECRET_KEY": SECRET_KEY,
        "CONSENTRY_PASSWORDS__MEMORY_KIB": "64",
        "CONSENTRY_PASSWORDS__ITERATIONS": "1",
        "CONSENTRY_PASSWORDS__PARALLELISM": "1",
    }


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, once of each kind."""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        assert isinstance(url, str)
        return url
    return f"sqlite:///{tmp_path}/consentry.db"


@pytest.fixture
def command_line(tmp_path: Path, database_url: str) -> CommandLine:
    return CommandLine(directory=tmp_path, environment=environment_for(database_url))


@pytest.fixture
def sqlite_command_line(tmp_path: Path) -> CommandLine:
    url = f"sqlite:///{tmp_path}/consentry.db"
    return CommandLine(directory=tmp_path, environment=environment_for(url))
