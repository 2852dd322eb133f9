"""`consentry apply` and `consentry export`, on both databases."""

import json
import tomllib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.cli.conftest import CommandLine
from tests.cli.health import only, realm

NOTHING = "nothing to change"


@pytest.fixture
def health(command_line: CommandLine) -> CommandLine:
    """Give a command line whose realm `health` is there already."""
    command_line.done("apply", command_line.write("health.json", realm()))
    return command_line


def exported(line: CommandLine) -> dict[str, object]:
    read: object = json.loads(line.done("export", "health"))
    assert isinstance(read, dict)
    return read


def named(line: CommandLine, part: str, key: str) -> dict[str, dict[str, object]]:
    rows = exported(line)[part]
    assert isinstance(rows, list)
    return {row[key]: row for row in rows}


def test_applying_a_file_again_changes_nothing(health: CommandLine) -> None:
    assert NOTHING in health.done("apply", health.write("health.json", realm()))


def test_a_dry_run_says_the_same_and_changes_nothing(command_line: CommandLine) -> None:
    file = command_line.write("health.json", realm())
    planned = json.loads(command_line.done("apply", file, "--dry-run", "--json"))
    assert "there is no realm" in command_line.refused("export", "health")
    applied = json.loads(command_line.done("apply", file, "--json"))
    signs = [(one["sign"], one["kind"], one["name"]) for one in applied["files"][0]["differences"]]
    assert signs == [(one["sign"], one["kind"], one["name"]) for one in planned["files"][0]["differences"]]
    assert ("+", "grant", "alice → bob, resource record") in signs


def test_what_a_file_does_not_say_stays_as_it_is(health: CommandLine) -> None:
    before = exported(health)
    changed = only(settings={"lifetimes": {"rpt": 60}}, accounts=[{"username": "bob", "roles": ["surgeon"]}])
    said = health.done("apply", health.write("more.json", changed))
    assert "settings.lifetimes.rpt: 3600 → 60" in said
    assert 'roles: nothing → ["surgeon"]' in said
    after = exported(health)
    assert after["settings"] == {"lifetimes": {"ticket": 300, "rpt": 60}}
    assert named(health, "accounts", "username")["bob"]["name"] == "Dr. Bob"
    assert after["clients"] == before["clients"]
    assert after["grants"] == before["grants"]


def test_a_complete_file_says_that_everything_else_is_the_default(health: CommandLine) -> None:
    health.done("apply", health.write("all.json", only(complete=True, accounts=[{"username": "alice"}])))
    alice = named(health, "accounts", "username")["alice"]
    assert alice.keys() == {"username", "id", "password_hash", "created_at"}
    assert "settings" not in exported(health)


@pytest.mark.parametrize("form", ["json", "toml"])
def test_an_export_applied_again_changes_nothing(health: CommandLine, form: str) -> None:
    file = health.write(f"export.{form}", health.done("export", "health", "--format", form))
    assert NOTHING in health.done("apply", file)
    assert NOTHING in health.done("apply", file, "--prune")


def test_an_export_makes_the_same_realm_in_another_database(health: CommandLine) -> None:
    file = health.write("export.toml", health.done("export", "health", "--format", "toml"))
    other = {"CONSENTRY_DATABASE_URL": f"sqlite:///{health.directory}/other.db"}
    health.done("apply", file, **other)
    assert json.loads(health.done("export", "health", **other)) == exported(health)


def test_what_was_disabled_or_paused_stays_so_from_the_same_moment_on(health: CommandLine) -> None:
    off = only(
        accounts=[{"username": "bob", "disabled": True}],
        clients=[{"client_id": "surgery", "disabled": True}],
        grants=[{"id": "g1", "owner": "alice", "resource_id": "record", "grantee": {"account": "bob"}, "paused": True}],
    )
    health.done("apply", health.write("off.json", off))
    export = health.write("export.json", exported(health))
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        assert NOTHING in health.done("apply", health.write("off.json", off))
        assert NOTHING in health.done("apply", export)


def test_an_export_tells_no_password_and_no_secret(health: CommandLine) -> None:
    text = health.done("export", "health")
    assert "alice-password" not in text
    assert "records-secret" not in text
    assert "$argon2id$" in text


def test_an_export_puts_back_what_was_changed_since(health: CommandLine) -> None:
    before = exported(health)
    health.done("apply", health.write("later.json", only(accounts=[{"username": "bob", "disabled": True, "name": ""}])))
    assert exported(health) != before
    health.done("apply", health.write("export.json", before))
    assert exported(health) == before


def test_another_password_is_a_change_and_the_same_is_none(health: CommandLine) -> None:
    changed = only(accounts=[{"username": "alice", "password": "another-password"}])
    assert "password_hash" in health.done("apply", health.write("new.json", changed))
    assert NOTHING in health.done("apply", health.write("new.json", changed))


def test_another_client_secret_is_a_change_and_is_not_shown(health: CommandLine) -> None:
    changed = only(clients=[{"client_id": "records", "client_secret": "another-secret"}])
    said = health.done("apply", health.write("new.json", changed))
    assert '"(secret)" → "(another secret)"' in said
    assert "another-secret" not in said
    assert NOTHING in health.done("apply", health.write("new.json", changed))


def test_of_two_secrets_during_a_rotation_a_file_with_one_keeps_both(health: CommandLine) -> None:
    records = named(health, "clients", "client_id")["records"]
    digests = records["client_secret_digests"]
    assert isinstance(digests, list)
    both = only(clients=[{"client_id": "records", "client_secret_digests": [*digests, "f" * 64]}])
    health.done("apply", health.write("both.json", both))
    assert NOTHING in health.done("apply", health.write("health.json", realm()))


def test_a_resource_server_that_owns_resources_gets_an_organisation(health: CommandLine) -> None:
    organisation = named(health, "accounts", "username")["client:records"]
    assert organisation["organisation"] is True
    assert "password_hash" not in organisation
    assert named(health, "clients", "client_id")["records"]["account"] == "client:records"


def test_a_person_cannot_have_the_name_of_an_organisation(command_line: CommandLine) -> None:
    file = command_line.write("bad.json", only(accounts=[{"username": "Client:records"}]))
    assert "$.accounts[0].username" in command_line.refused("apply", file)


def test_a_client_with_a_secret_and_no_method_may_send_it_either_way(health: CommandLine) -> None:
    assert named(health, "clients", "client_id")["surgery"]["token_endpoint_auth_method"] == "client_secret"


def test_a_client_without_a_secret_has_to_say_that_it_is_public(command_line: CommandLine) -> None:
    app = {"client_id": "app", "redirect_uris": ["https://app.example/cb"]}
    said = command_line.refused("apply", command_line.write("bad.json", only(clients=[app])))
    assert "$.clients[0].client_secret" in said
    public = {**app, "token_endpoint_auth_method": "none"}
    command_line.done("apply", command_line.write("good.json", only(clients=[public])))


def test_what_people_shared_stays_unless_pruning_was_asked_for(health: CommandLine) -> None:
    assert NOTHING in health.done("apply", health.write("less.json", realm(grants=[], resources=[])))
    said = health.done("apply", health.write("less.json", realm(grants=[])), "--prune")
    assert "- grant alice → bob, resource record" in said
    assert exported(health)["grants"] == []
    assert len(named(health, "resources", "id")) == 1


def test_pruning_leaves_the_parts_alone_that_a_file_does_not_have(health: CommandLine) -> None:
    before = exported(health)
    assert NOTHING in health.done("apply", health.write("less.json", only(display_name="Health")), "--prune")
    assert exported(health) == before


def test_pruning_an_account_takes_what_is_its_own_and_what_was_shared_with_it(health: CommandLine) -> None:
    health.done("apply", health.write("less.json", only(accounts=[{"username": "alice"}])), "--prune")
    after = exported(health)
    assert after["grants"] == []
    assert len(named(health, "resources", "id")) == 1
    assert named(health, "accounts", "username").keys() == {"alice", "client:records"}
    health.done("apply", health.write("none.json", only(accounts=[])), "--prune")
    assert exported(health)["resources"] == []


def test_pruning_a_resource_server_takes_its_resources(health: CommandLine) -> None:
    health.done("apply", health.write("less.json", only(clients=[{"client_id": "surgery"}])), "--prune")
    after = exported(health)
    assert after["resources"] == []
    assert after["grants"] == []


def test_a_realm_gets_its_keys_once(health: CommandLine) -> None:
    applied = json.loads(health.done("apply", health.write("health.json", realm()), "--json"))
    assert applied["files"][0]["differences"] == []


def test_one_realm_is_the_default_one(health: CommandLine) -> None:
    said = health.done("apply", health.write("other.json", {"realm": "other", "default": True}))
    assert "~ realm health" in said
    assert "default" not in exported(health)
    both = [health.write("a.json", only(default=True)), health.write("b.json", {"realm": "other", "default": True})]
    assert "only one realm" in health.refused("apply", *both)


def test_a_host_belongs_to_one_realm(health: CommandLine) -> None:
    health.done("apply", health.write("a.json", only(host="https://id.example")))
    file = health.write("b.json", {"realm": "other", "host": "https://id.example"})
    assert "$.host: is realm health's" in health.refused("apply", file)


def test_nothing_is_changed_if_something_is_wrong(health: CommandLine) -> None:
    before = exported(health)
    wrong = only(
        accounts=[{"username": "carol"}],
        grants=[{"owner": "alice", "resource_id": "none", "grantee": {"account": "dave"}, "scopes": ["read"]}],
    )
    said = health.refused("apply", health.write("bad.json", wrong))
    assert "$.grants[0].grantee.account: there is no such account" in said
    assert exported(health) == before


def test_a_verified_address_is_one_persons(health: CommandLine) -> None:
    people = [{"username": name, "email": "a@example.test", "email_verified": True} for name in ("alice", "bob")]
    health.done("apply", health.write("one.json", only(accounts=people[:1])))
    assert "cannot have the same" in health.refused("apply", health.write("two.json", only(accounts=people[1:])))
    assert "$.accounts[1]: a second" in health.refused("apply", health.write("both.json", only(accounts=people)))


def test_an_account_can_be_renamed_by_its_id(health: CommandLine) -> None:
    alice = named(health, "accounts", "username")["alice"]["id"]
    said = health.done("apply", health.write("new.json", only(accounts=[{"id": alice, "username": "alicia"}])))
    assert 'username: "alice" → "alicia"' in said
    assert named(health, "resources", "id")["record"]["owner"] == "alicia"


def test_a_grant_without_an_id_is_found_by_target_and_grantee(health: CommandLine) -> None:
    grant = {"owner": "alice", "resource_id": "record", "grantee": {"account": "bob"}, "scopes": ["read", "write"]}
    said = health.done("apply", health.write("more.json", only(grants=[grant])))
    assert 'scopes: ["read"] → ["read", "write"]' in said
    assert NOTHING in health.done("apply", health.write("more.json", only(grants=[grant])))
    assert len(named(health, "grants", "id")) == 1


def test_many_things_are_applied_in_parts(command_line: CommandLine) -> None:
    many = [{"username": f"person-{number:04}"} for number in range(2_100)]
    file = command_line.write("many.json", only(accounts=many))
    command_line.done("apply", file)
    assert len(named(command_line, "accounts", "username")) == 2_100
    assert NOTHING in command_line.done("apply", file)


def test_toml_says_the_same_as_json(command_line: CommandLine) -> None:
    text = """
        realm = "health"
        [[accounts]]
        username = "alice"
        password = "${env:ALICE_PASSWORD}"
        created_at = 2026-01-31T12:00:00Z
        attributes = { "national id" = "1234" }
    """
    command_line.done("apply", command_line.write("health.toml", text), ALICE_PASSWORD="alice-password")
    written = tomllib.loads(command_line.done("export", "health", "--format", "toml"))
    (alice,) = written["accounts"]
    assert alice["attributes"] == {"national id": "1234"}
    assert alice["created_at"] == "2026-01-31T12:00:00Z"


def test_an_export_goes_into_a_file_that_others_cannot_read(health: CommandLine) -> None:
    output = health.directory / "secret.toml"
    health.done("export", "health", "--output", str(output))
    assert output.stat().st_mode & 0o077 == 0
    assert tomllib.loads(output.read_text())["realm"] == "health"
