"""Reading realm files: what is accepted, and what is said about the rest."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from consentry.cli.realm_file import BadRealmFile, parse_realm_file, read_realm_file
from consentry.cli.realm_schema import members_of, realm_schema
from consentry.cli.toml import to_toml
from consentry.core.model import Account, Client, Grant, Grantee, Realm, Resource, TrustedIssuer
from consentry.core.realm import Lifetimes, RealmSettings
from consentry.core.realm_file.entries import (
    AccountEntry,
    ClientEntry,
    GranteeEntry,
    GrantEntry,
    LifetimesEntry,
    RealmFile,
    ResourceEntry,
    SettingsEntry,
    TrustedIssuerEntry,
)
from tests.cli.health import only, realm

HERE = Path()


def read(content: object, *, directory: Path = HERE) -> RealmFile:
    text = content if isinstance(content, str) else json.dumps(content)
    return parse_realm_file(text, name="realm.json", directory=directory)


def complaints(content: object) -> list[str]:
    with pytest.raises(BadRealmFile) as refused:
        read(content)
    return str(refused.value).splitlines()


def client(**members: object) -> dict[str, object]:
    return only(clients=[{"client_id": "app", "client_secret": "s", **members}])


def grant(**members: object) -> dict[str, object]:
    shared = {"owner": "alice", "label": "private", "grantee": {"account": "bob"}, "scopes": ["read"]}
    return only(grants=[{**shared, **members}])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"relm": "x"}, "$.relm: there is no such member; did you mean realm?"),
        ({}, "$: missing required field realm"),
        ({"realm": "Health"}, "$.realm: has to be small letters"),
        ({"realm": 3}, "$.realm: expected str, got int"),
        (only(settings={"lifetime": {}}), "$.settings.lifetime: there is no such member; did you mean lifetimes?"),
        (only(settings={"lifetimes": {"rpt": 0}}), "$.settings.lifetimes.rpt: has to be at least 1 second"),
        (only(settings={"scopes": []}), "$.settings.scopes: there is no such member"),
        (only(settings={"partial": "some"}), "$.settings.partial: invalid enum value 'some'"),
        (only(host="https://id.example/x"), "$.host: has to be https:// and a host"),
        (only(scopes=[{"name": "a b"}]), "$.scopes[0].name: cannot be a scope"),
        (only(scopes=[{"name": "a"}, {"name": "a"}]), "$.scopes[1]: a second entry for a"),
        (only(accounts=[{"username": "a"}, {"username": "A"}]), "$.accounts[1]: a second entry for a"),
        (only(accounts=[{"username": " a"}]), "$.accounts[0].username: has to be 1 to 128 characters"),
        (only(accounts=[{"username": "a", "email": "a"}]), "$.accounts[0].email: is not an e-mail address"),
        (only(accounts=[{"username": "a", "password": ""}]), "$.accounts[0].password: has to be 1 to 1024"),
        (
            only(accounts=[{"username": "a", "password_hash": "x"}]),
            "$.accounts[0].password_hash: has to be an Argon2id",
        ),
        (only(accounts=[{"username": "a\0"}]), "$.accounts[0].username: has a character that cannot be stored"),
        (only(accounts=[{"username": "a", "created_at": "now"}]), "$.accounts[0].created_at: has to be a time"),
        (client(redirect_uris=["https://a.example/cb", 3]), "$.clients[0].redirect_uris[1]: expected str, got int"),
        (client(redirect_uris=["http://a.example/cb"]), "$.clients[0].redirect_uris[0]: has to begin with https://"),
        (client(claims_redirect_uris=["https://*/"]), "$.clients[0].claims_redirect_uris[0]: has a wildcard"),
        (client(claims_redirect_uris=["https://a.example/#b"]), "$.clients[0].claims_redirect_uris[0]: has a fragment"),
        (client(claims_redirect_uris=["/claims"]), "$.clients[0].claims_redirect_uris[0]: is not an absolute address"),
        (client(logo_uri="javascript:alert(1)"), "$.clients[0].logo_uri: is not an absolute address"),
        (client(grant_types=["password"]), "$.clients[0].grant_types[0]: has to be one of"),
        (client(token_endpoint_auth_method="none"), "$.clients[0].token_endpoint_auth_method: is none, but"),
        (client(token_endpoint_auth_method="basic"), "$.clients[0].token_endpoint_auth_method: has to be one of"),
        (client(client_secret_digests=["x"]), "$.clients[0].client_secret_digests: client_secret says the same"),
        (client(scope='a "b"'), "$.clients[0].scope: has a character"),
        (client(jwks={"keys": [{"kty": "oct", "k": "AAAA"}]}), "$.clients[0].jwks: has to be a JSON Web Key Set"),
        (client(jwks={"keys": []}), "$.clients[0].jwks: has to be a JSON Web Key Set"),
        (client(jwks_uri="http://a.example/jwks"), "$.clients[0].jwks_uri: has to begin with https://"),
        (client(client_id="a b"), "$.clients[0].client_id: has to be 1 to 256"),
        (only(trusted_issuers=[{"issuer": "https://a.example"}]), "$.trusted_issuers[0].jwks_uri: neither"),
        (grant(type="photo"), "$.grants[0].resource_id: exactly one of resource_id, label, type"),
        (grant(grantee={}), "$.grants[0].grantee: exactly one of account, email"),
        (grant(grantee={"account": "a", "client": "b"}), "$.grants[0].grantee: exactly one of account, email"),
        (grant(scopes=[]), "$.grants[0].scopes: is empty"),
        (grant(max_uses=-1), "$.grants[0].max_uses: cannot be negative"),
        (grant(expires_at="2027-01-31T12:00:00"), "$.grants[0].expires_at: has to be a time with its offset"),
        (grant(not_before="2027-01-02T00:00:00Z", expires_at="2027-01-01T00:00:00Z"), "$.grants[0].expires_at: is not"),
        ('{"realm": "a", "realm": "b"}', "$: cannot be read as JSON: realm is there twice"),
        ("realm = ", "$: cannot be read as TOML"),
        ("[" * 100_000, "$: cannot be read as TOML"),
        ('{"realm": "${env:NOT_SET_ANYWHERE}"}', "$.realm: the variable NOT_SET_ANYWHERE is not set"),
        ('{"realm": "${file:not-here}"}', "$.realm: not-here: No such file"),
        ('{"realm": "${vault:x}"}', "$.realm: a placeholder is ${env:NAME} or ${file:PATH}"),
    ],
)
def test_rfc_7591_2_a_mistake_is_told_with_its_place(content: object, complaint: str) -> None:
    assert any(line.startswith(f"realm.json: {complaint}") for line in complaints(content)), complaints(content)


def test_all_mistakes_are_told_at_once() -> None:
    wrong = only(accounts=[{"username": ""}], clients=[{"client_id": ""}], grants=grant(scopes=[])["grants"])
    assert len(complaints(wrong)) == 3


def test_placeholders_are_filled_from_the_environment_and_from_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REALM_SECRET", "from-the-environment")
    (tmp_path / "secret.txt").write_text("from-a-file\n")
    (tmp_path / "realm.json").write_text(
        json.dumps(
            only(
                accounts=[{"username": "a", "password": "x${env:REALM_SECRET}y"}],
                clients=[{"client_id": "c", "client_secret": "${file:secret.txt}"}],
            )
        )
    )
    file = read_realm_file(tmp_path / "realm.json")
    assert file.accounts is not None
    assert file.accounts[0].password == "xfrom-the-environmenty"
    assert file.clients is not None
    assert file.clients[0].client_secret == "from-a-file"


def test_what_a_placeholder_brings_is_not_filled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REALM_SECRET", "${file:/etc/hostname}")
    file = read(only(accounts=[{"username": "a", "password": "${env:REALM_SECRET}"}]), directory=tmp_path)
    assert file.accounts is not None
    assert file.accounts[0].password == "${file:/etc/hostname}"


def test_json_and_toml_are_told_apart_by_what_they_say() -> None:
    assert read(to_toml(realm())) == read(realm())


def test_every_setting_of_a_realm_can_be_said() -> None:
    said = {field.name for field in fields(SettingsEntry)}
    assert said == {field.name for field in fields(RealmSettings)} - {"scopes"}
    assert {field.name for field in fields(LifetimesEntry)} == {field.name for field in fields(Lifetimes)}


def test_the_schema_describes_every_member() -> None:
    def undescribed(schema: object, path: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        found = [path] if schema.get("type") != "array" and not schema.get("description") else []
        for name, member in schema.get("properties", {}).items():
            found += undescribed(member, f"{path}.{name}")
        return found + undescribed(schema.get("items"), f"{path}[]")

    assert [path for path in undescribed(realm_schema(), "$") if not path.endswith("[]")] == []


@pytest.mark.parametrize(
    ("record", "entry", "otherwise"),
    [
        (Realm, RealmFile, {"name", "version"}),
        (Account, AccountEntry, {"account_id", "disabled_at", "version"}),
        (Client, ClientEntry, {"secret_digests", "account_id", "disabled_at", "version"}),
        (TrustedIssuer, TrustedIssuerEntry, {"version"}),
        (Resource, ResourceEntry, {"resource_id", "owner_id", "version"}),
        (Grant, GrantEntry, {"grant_id", "owner_id", "target_kind", "target_id", "paused_at", "version"}),
        (Grantee, GranteeEntry, {"kind", "id"}),
    ],
)
def test_a_file_can_say_every_member_of_a_record(record: type, entry: type, otherwise: set[str]) -> None:
    """``otherwise``: the members that a file says under another name, or never."""
    said = {member.name for member in members_of(entry)}
    assert {member.name for member in members_of(record)} - said == otherwise
