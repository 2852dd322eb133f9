"""`consentry admin`."""

import json

import pytest

from consentry.core.admin import ADMIN_ROLE
from tests.cli.conftest import CommandLine
from tests.cli.health import realm


@pytest.fixture
def health(command_line: CommandLine) -> CommandLine:
    command_line.done("apply", command_line.write("health.json", realm()))
    return command_line


def account(line: CommandLine, username: str) -> dict[str, object]:
    rows = json.loads(line.done("export", "health"))["accounts"]
    return next(dict(row) for row in rows if row["username"] == username)


def test_an_administrator_is_made_with_a_password_that_is_shown_once(health: CommandLine) -> None:
    made = json.loads(health.done("admin", "create", "root", "--email", "root@example.test", "--json"))
    assert len(made["password"]) >= 20
    root = account(health, "root")
    assert root["roles"] == [ADMIN_ROLE]
    assert root["email"] == "root@example.test"
    again = {"realm": "health", "accounts": [{"username": "root", "password": made["password"]}]}
    assert "nothing to change" in health.done("apply", health.write("same.json", again))


@pytest.mark.parametrize("where", ["file", "stdin"])
def test_a_given_password_is_not_printed(health: CommandLine, where: str) -> None:
    file = health.write("password", "a-good-password\n")
    given = ["--password-file", file] if where == "file" else ["--password-stdin"]
    said = health.done("admin", "create", "root", *given, stdin="a-good-password\n")
    assert said == "root may administer realm health now\n"


def test_a_short_password_is_refused(health: CommandLine) -> None:
    assert health.run("admin", "create", "root", "--password-stdin", stdin="short\n").exit_code == 2


def test_there_is_no_second_account_of_a_name(health: CommandLine) -> None:
    assert "there is such an account already" in health.refused("admin", "create", "Alice")


def test_a_name_that_belongs_to_a_resource_server_is_refused(health: CommandLine) -> None:
    assert "belong to resource servers" in health.refused("admin", "create", "client:me")


def test_an_administrator_who_lost_the_way_in_gets_another(health: CommandLine) -> None:
    locked = {"realm": "health", "accounts": [{"username": "bob", "disabled": True, "roles": ["surgeon"]}]}
    health.done("apply", health.write("locked.json", locked))
    before = account(health, "bob")
    assert "shown this once" in health.done("admin", "recover", "bob")
    after = account(health, "bob")
    assert after["roles"] == ["surgeon", ADMIN_ROLE]
    assert "disabled" not in after
    assert after["password_hash"] != before["password_hash"]


def test_nobody_is_recovered_who_is_not_there(health: CommandLine) -> None:
    assert "no such account" in health.refused("admin", "recover", "nobody")


def test_administrators_are_listed(health: CommandLine) -> None:
    assert health.done("admin", "list") == ""
    health.done("admin", "create", "zoe")
    health.done("admin", "create", "root", "--name", "The Root")
    assert health.done("admin", "list") == "root The Root\nzoe\n"
    assert [one["username"] for one in json.loads(health.done("admin", "list", "--json"))] == ["root", "zoe"]


def test_without_a_realm_one_is_told_how_to_make_one(command_line: CommandLine) -> None:
    assert "consentry apply" in command_line.refused("admin", "create", "root")


def test_of_several_realms_the_default_one_is_meant(health: CommandLine) -> None:
    health.done("apply", health.write("other.json", {"realm": "other"}))
    assert "realm health" in health.done("admin", "create", "root")
    assert "realm other" in health.done("admin", "create", "root", "--realm", "other")
    assert "there is no realm third; there are: health, other" in health.refused("admin", "list", "--realm", "third")
