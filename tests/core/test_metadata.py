"""The metadata document and the keys."""

from pathlib import Path

from consentry.core.jwks import jwks
from consentry.core.metadata import metadata
from consentry.core.nothing import Nothing
from consentry.core.realm import RealmSettings, ScopeDescription
from consentry.uma.metadata import read_metadata
from tests.worlds import ISSUER, World, new_world

LATER = (
    "registration_endpoint",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "end_session_endpoint",
    "signed_metadata",
)


async def document(world: World) -> dict[str, object]:
    said = await world.ask(metadata, Nothing())
    assert isinstance(said, dict)
    return said


async def test_grant_2_the_sdk_reads_the_document(world: World) -> None:
    found = read_metadata(await document(world), issuer=ISSUER)
    assert found.token_endpoint == f"{ISSUER}/token"
    assert "urn:ietf:params:oauth:grant-type:uma-ticket" in found.grant_types_supported


async def test_fedauthz_2_the_protection_api_is_declared(world: World) -> None:
    found = await document(world)
    assert found["permission_endpoint"] == f"{ISSUER}/uma/permission"
    assert found["resource_registration_endpoint"] == f"{ISSUER}/uma/resource"
    assert found["introspection_endpoint"] == f"{ISSUER}/introspect"


async def test_oidc_discovery_3_what_is_required_is_there(world: World) -> None:
    found = await document(world)
    assert found["issuer"] == ISSUER
    assert found["authorization_endpoint"] == f"{ISSUER}/authorize"
    assert found["jwks_uri"] == f"{ISSUER}/jwks"
    assert found["userinfo_endpoint"] == f"{ISSUER}/userinfo"
    assert found["response_types_supported"] == ["code"]
    assert found["subject_types_supported"] == ["public"]
    assert found["id_token_signing_alg_values_supported"] == ["ES256", "RS256"]
    assert isinstance(found["scopes_supported"], list)
    assert "openid" in found["scopes_supported"]


async def test_md_9_the_defaults_that_would_be_wrong_are_spelled_out(world: World) -> None:
    found = await document(world)
    assert found["request_uri_parameter_supported"] is False
    assert found["request_parameter_supported"] is False


async def test_md_10_pkce_is_s256_only_and_md_11_responses_name_the_issuer(world: World) -> None:
    found = await document(world)
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True


async def test_md_13_no_list_of_signing_algorithms_has_none_or_a_shared_secret(world: World) -> None:
    for name, member in (await document(world)).items():
        if name.endswith("_signing_alg_values_supported"):
            assert isinstance(member, list)
            assert not [alg for alg in member if alg == "none" or str(alg).startswith("HS")]


async def test_md_17_nothing_is_empty_and_nothing_is_promised_that_does_not_exist(world: World) -> None:
    found = await document(world)
    assert not [name for name, member in found.items() if member in ([], {}, "", None)]
    assert not found.keys() & set(LATER)


async def test_md_8_the_realms_own_scopes_are_named(tmp_path: Path) -> None:
    settings = RealmSettings(scopes=(ScopeDescription(name="read"), ScopeDescription(name="openid")))
    async with new_world(tmp_path, settings) as world:
        named = (await document(world))["scopes_supported"]
    assert isinstance(named, list)
    assert named[-1] == "read"
    assert named.count("openid") == 1


async def test_md_20_the_keys_are_public_and_each_has_its_own_name(world: World) -> None:
    said = await world.ask(jwks, Nothing())
    assert isinstance(said, dict)
    keys = said["keys"]
    assert isinstance(keys, list)
    assert {key["kty"] for key in keys} == {"EC", "RSA"}
    assert len({key["kid"] for key in keys}) == len(keys)
    assert not [key for key in keys if key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}]
    assert all(key["use"] == "sig" for key in keys)
