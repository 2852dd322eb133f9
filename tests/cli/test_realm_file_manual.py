"""The manual of realm files says what there is, and its example works."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentry.cli.realm_schema import Kind, members_of, schema_of
from consentry.core.realm_file.entries import (
    AccountEntry,
    ClaimEntry,
    ClientEntry,
    GranteeEntry,
    GrantEntry,
    LifetimesEntry,
    MembershipEntry,
    RealmFile,
    ResourceEntry,
    ScopeEntry,
    SettingsEntry,
    TrustedIssuerEntry,
)
from tests.cli.conftest import CommandLine

MANUAL = Path(__file__).parent.parent.parent / "docs" / "reference" / "realm-files.md"
ENTRIES = [
    RealmFile,
    SettingsEntry,
    LifetimesEntry,
    ScopeEntry,
    AccountEntry,
    MembershipEntry,
    ClientEntry,
    TrustedIssuerEntry,
    ResourceEntry,
    GrantEntry,
    GranteeEntry,
    ClaimEntry,
]


def rows(entry: type) -> Iterator[str]:
    """Write an entry's members as the rows of a table."""
    for member in members_of(entry):
        needed = " (required)" if member.required else ""
        yield f"| `{member.name}` | {words(member.kind)} | {member.description}{needed} |"


def words(kind: Kind) -> str:
    schema = schema_of(kind)
    if choices := schema.get("enum"):
        assert isinstance(choices, list)
        return ", ".join(f"`{choice}`" for choice in choices)
    if schema["type"] == "array":
        return "list of texts" if schema["items"] == {"type": "string"} else "list"
    return {"string": "text", "integer": "number", "boolean": "yes or no", "object": "object"}[str(schema["type"])]


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", MANUAL.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_manual_has_every_member_of_an_entry(entry: type) -> None:
    assert "\n".join(rows(entry)) in MANUAL.read_text(encoding="utf-8")


def test_the_example_of_the_manual_can_be_applied(command_line: CommandLine) -> None:
    (example,) = examples("toml")
    (command_line.directory / "surgery.secret").write_text("surgery-secret\n")
    file = command_line.write("realm.toml", example)
    command_line.done("apply", file, RECORDS_SECRET="records-secret")
    again = command_line.done("apply", file, RECORDS_SECRET="records-secret")
    assert "nothing to change" in again
    # What is written there by heart is what an export of it says.
    assert "nothing to change" in command_line.done(
        "apply", command_line.write("e.json", command_line.done("export", "health"))
    )
