"""`consentry db`, and databases that cannot be used."""

import json

from tests.cli.conftest import CommandLine
from tests.cli.health import realm


def test_a_database_is_looked_at_and_brought_up_to_date(command_line: CommandLine) -> None:
    assert "no tables yet" in command_line.run("db", "status").output
    assert command_line.run("db", "status").exit_code == 1
    command_line.done("db", "upgrade")
    assert json.loads(command_line.done("db", "status", "--json"))["state"] == "current"
    assert command_line.done("db", "upgrade") == "nothing to do\n"


def test_a_realm_file_makes_the_tables_it_needs(command_line: CommandLine) -> None:
    command_line.done("apply", command_line.write("health.json", realm()))
    assert json.loads(command_line.done("db", "status", "--json"))["state"] == "current"


def test_a_database_that_does_not_answer_is_told_in_one_line(sqlite_command_line: CommandLine) -> None:
    file = sqlite_command_line.write("health.json", realm())
    for url in ("postgresql:///none?host=/nowhere", "sqlite:////proc/none/consentry.db"):
        said = sqlite_command_line.refused("apply", file, CONSENTRY_DATABASE_URL=url)
        assert said.startswith("Error: the database cannot be opened")


def test_what_is_no_database_is_told_in_one_line(sqlite_command_line: CommandLine) -> None:
    sqlite_command_line.write("text.db", "a text, long enough not to be taken for an empty file\n" * 99)
    url = f"sqlite:///{sqlite_command_line.directory}/text.db"
    file = sqlite_command_line.write("health.json", realm())
    assert "cannot be opened" in sqlite_command_line.refused("apply", file, CONSENTRY_DATABASE_URL=url)
