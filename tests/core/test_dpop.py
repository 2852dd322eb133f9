"""Tokens, tickets and refresh tokens that are bound to a key."""

import warnings
from dataclasses import replace

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from consentry.core.context import Caller
from consentry.core.dpop import WINDOW, check_proof, normalised
from consentry.core.errors import InvalidDpopProof, InvalidGrant, Refusal
from consentry.core.grants.authorization_code import CodeRequest
from consentry.core.grants.client_credentials import ClientCredentialsRequest
from consentry.core.introspection import Introspection, IntrospectionRequest, introspect
from consentry.core.issued import TokenIssued
from consentry.core.model import PermissionTicket
from consentry.core.token import TokenRequest, token
from consentry.core.tokens import digest
from consentry.uma.wire import NeedInfo, RequestSubmitted
from tests.provers import TOKEN, Prover, with_signature_of_another
from tests.sharing import Cast, new_cast
from tests.worlds import NOON, REALM, VERIFIER, World, credentials_of

PROVER = Prover()


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


def call(proof: str) -> Caller:
    return Caller(method="POST", uri=TOKEN, dpop=proof)


async def asked(world: World, request: TokenRequest, prover: Prover | None) -> object:
    caller = prover.caller() if prover else Caller(method="POST", uri=TOKEN)
    return await world.server.ask(REALM, token, request, caller=caller)


async def issued(world: World, request: TokenRequest, prover: Prover | None) -> TokenIssued:
    answer = await asked(world, request, prover)
    assert isinstance(answer, TokenIssued), answer
    return answer


# -- what makes a proof good, one check at a time --


def short_key() -> RSAKey:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return RSAKey.generate_key(1024)


WRONG = {
    "two proofs": f"{PROVER.proof()}, {PROVER.proof()}",
    "no text": "",
    "no JWT": "a.b",
    "not even text of a JWT": "é.é.é",
    "huge": PROVER.proof(claims={"more": "x" * 9_000}),
    "another type": PROVER.proof(header={"typ": "JWT"}),
    "no type": PROVER.proof(leave_out="typ"),
    "a symmetric algorithm": Prover(OctKey.generate_key(256), alg="HS256").proof(),
    "a critical header that nobody knows": PROVER.proof(header={"crit": ["exp"], "exp": NOON}),
    "no key": PROVER.proof(leave_out="jwk"),
    "a key that is text": PROVER.proof(header={"jwk": "key"}),
    "a private key": PROVER.proof(header={"jwk": dict(PROVER.key.as_dict(private=True))}),
    "the key of somebody else": PROVER.proof(header={"jwk": dict(ECKey.generate_key("P-256").as_dict(private=False))}),
    "a symmetric key": PROVER.proof(header={"jwk": {"kty": "oct", "k": "AAAA"}}),
    "a key of no kind": PROVER.proof(header={"jwk": {"kty": "??"}}),
    "a short RSA key": Prover(short_key(), alg="RS256").proof(),
    "a broken signature": with_signature_of_another(PROVER.proof()),
    "no jti": PROVER.proof(leave_out="jti"),
    "an empty jti": PROVER.proof(claims={"jti": ""}),
    "a jti that is a number": PROVER.proof(claims={"jti": 5}),
    "a long jti": PROVER.proof(claims={"jti": "x" * 300}),
    "no htm": PROVER.proof(leave_out="htm"),
    "another method": PROVER.proof("GET"),
    "the method in lower case": PROVER.proof("post"),
    "no htu": PROVER.proof(leave_out="htu"),
    "another path": PROVER.proof(address=f"{TOKEN}s"),
    "another host": PROVER.proof(address=TOKEN.replace("as.", "evil.")),
    "another scheme": PROVER.proof(address=TOKEN.replace("https", "http")),
    "another port": PROVER.proof(address=TOKEN.replace(".example", ".example:8443")),
    "a port that is none": PROVER.proof(address="https://as.example:port/"),
    "somebody at the host": PROVER.proof(address=TOKEN.replace("//", "//me@")),
    "no iat": PROVER.proof(leave_out="iat"),
    "an iat that is text": PROVER.proof(claims={"iat": str(NOON)}),
    "an iat that is a truth": PROVER.proof(claims={"iat": True}),
    "an iat that is too old": PROVER.proof(now=NOON - WINDOW - 1),
    "an iat in the future": PROVER.proof(now=NOON + WINDOW + 1),
    "an iat that is no number": PROVER.proof(claims={"iat": float("nan")}),
}


@pytest.mark.parametrize("proof", WRONG.values(), ids=WRONG.keys())
async def test_dp_1_a_proof_with_one_thing_wrong_is_refused_at_the_token_endpoint(world: World, proof: str) -> None:
    app = await world.client("app")
    request = TokenRequest(credentials=credentials_of(app), grant=ClientCredentialsRequest())
    answer = await world.server.ask(REALM, token, request, caller=call(proof))
    assert isinstance(answer, InvalidDpopProof), answer
    assert (answer.code, answer.status) == ("invalid_dpop_proof", 400)


@pytest.mark.parametrize(
    "address",
    [
        TOKEN,
        f"{TOKEN}?a=b",
        f"{TOKEN}#there",
        TOKEN.replace("https://as.example", "HTTPS://AS.EXAMPLE:443"),
        TOKEN.replace("/token", "/%74oken"),
    ],
)
def test_dp_1_query_fragment_case_and_standard_port_do_not_count(address: str) -> None:
    assert check_proof(call(PROVER.proof(address=address)), now=NOON).thumbprint == PROVER.jkt


@pytest.mark.parametrize("seconds", [-WINDOW, -10, 0, 10, WINDOW])
def test_dp_6_clocks_may_differ(seconds: int) -> None:
    assert check_proof(call(PROVER.proof(now=NOON + seconds)), now=NOON).issued_at == NOON + seconds


@pytest.mark.parametrize(
    "prover",
    [
        Prover(RSAKey.generate_key(4096), alg="RS256"),
        Prover(RSAKey.generate_key(2048), alg="PS256"),
        Prover(ECKey.generate_key("P-384"), alg="ES384"),
        Prover(OKPKey.generate_key("Ed25519"), alg="Ed25519"),
    ],
    ids=["RSA 4096", "RSA 2048 with PSS", "P-384", "Ed25519"],
)
def test_dp_1_keys_of_every_accepted_kind_fit_into_the_header(prover: Prover) -> None:
    assert check_proof(call(prover.proof()), now=NOON).thumbprint == prover.jkt


def test_dp_1_what_is_no_address_is_like_no_other() -> None:
    assert normalised("token") is None


async def test_dp_5_a_proof_works_once_per_key(world: World) -> None:
    app = await world.client("app")
    request = TokenRequest(credentials=credentials_of(app), grant=ClientCredentialsRequest())
    proof = PROVER.proof(claims={"jti": "the only one"})
    assert isinstance(await world.server.ask(REALM, token, request, caller=call(proof)), TokenIssued)
    assert isinstance(await world.server.ask(REALM, token, request, caller=call(proof)), InvalidDpopProof)
    another = Prover().proof(claims={"jti": "the only one"})
    assert isinstance(await world.server.ask(REALM, token, request, caller=call(another)), TokenIssued)


async def test_dp_5_a_proof_is_spent_even_when_the_answer_is_no(cast: Cast) -> None:
    proof = PROVER.proof()
    for expected in (InvalidGrant, InvalidDpopProof):
        answer = await cast.world.server.ask(REALM, token, cast.request("unknown"), caller=call(proof))
        assert type(answer) is expected


# -- what a proof does --


async def test_dp_2_a_proof_binds_the_access_token(world: World) -> None:
    app = await world.client("app")
    request = TokenRequest(credentials=credentials_of(app), grant=ClientCredentialsRequest())
    said = await issued(world, request, PROVER)
    assert said.token_type == "DPoP"
    asking = IntrospectionRequest(token=said.access_token, credentials=credentials_of(app))
    seen = await world.said(introspect, asking, Introspection)
    assert (seen.token_type, seen.jkt) == ("DPoP", PROVER.jkt)
    assert (await issued(world, request, None)).token_type == "Bearer"


async def test_dp_2_a_proof_binds_the_rpt_and_it_stays_bound_when_refreshed(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    said = await issued(cast.world, cast.request(await cast.ticket(), by=cast.bob), PROVER)
    for each in (said, await issued(cast.world, cast.refresh(said), PROVER)):
        seen = await cast.introspected(each.access_token)
        assert (each.token_type, seen.token_type, seen.jkt) == ("DPoP", "DPoP", PROVER.jkt)


async def test_dp_2_a_refresh_token_works_with_its_own_key_only(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    said = await issued(cast.world, cast.request(await cast.ticket(), by=cast.bob), PROVER)
    for other in (None, Prover()):
        assert isinstance(await asked(cast.world, cast.refresh(said), other), InvalidGrant)
    assert isinstance(await asked(cast.world, cast.refresh(said), PROVER), TokenIssued)


async def test_dp_2_a_proof_may_come_with_the_code_and_with_every_refresh_after_it(world: World) -> None:
    alice, app = await world.account("alice"), await world.client("app")
    code = CodeRequest(code=await world.code(app, alice, scope="read"), code_verifier=VERIFIER)
    said = await issued(world, TokenRequest(credentials=credentials_of(app), grant=code), PROVER)
    assert said.token_type == "DPoP"
    found = await world.server.database.work(REALM, world.realm.version).refresh_token(digest(said.refresh_token or ""))
    assert found is not None
    assert found.jkt == PROVER.jkt


async def test_dp_3_a_client_that_always_proves_its_key_is_refused_without(world: World) -> None:
    app = await world.client("app")
    await world.replace(replace(app, dpop_bound_access_tokens=True))
    request = TokenRequest(credentials=credentials_of(app), grant=ClientCredentialsRequest())
    assert isinstance(await asked(world, request, None), InvalidDpopProof)
    assert isinstance(await asked(world, request, PROVER), TokenIssued)


async def rotated(cast: Cast, kind: str, prover: Prover | None) -> str:
    """Let a request with a proof end in a fresh ticket, because more is needed or the owner has to say yes."""
    by = None if kind == "need_info" else cast.bob
    answer = await asked(cast.world, cast.request(await cast.ticket(), by=by), prover)
    assert isinstance(answer, NeedInfo | RequestSubmitted)
    return answer.ticket


@pytest.mark.parametrize("kind", ["need_info", "request_submitted"])
async def test_grant_5_3_a_ticket_issued_to_a_key_works_with_that_key_only(cast: Cast, kind: str) -> None:
    ticket = await rotated(cast, kind, PROVER)
    await cast.world.grant(cast.record, cast.bob)
    for other in (None, Prover()):
        answer = await asked(cast.world, cast.request(ticket, by=cast.bob), other)
        assert isinstance(answer, InvalidGrant), answer
    said = await asked(cast.world, cast.request(ticket, by=cast.bob), PROVER)
    assert isinstance(said, TokenIssued), said


async def test_grant_5_3_without_a_proof_a_ticket_stays_unbound(cast: Cast) -> None:
    ticket = await rotated(cast, "need_info", None)
    found = await cast.world.server.database.work(REALM, cast.world.realm.version).permission_ticket(digest(ticket))
    assert isinstance(found, PermissionTicket)
    assert found.jkt is None


async def test_grant_3_3_5_1_a_bound_rpt_is_added_to_by_its_own_key_only(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    await cast.world.grant(cast.diary, cast.bob, scopes="read")
    first = await issued(cast.world, cast.request(await cast.ticket(), by=cast.bob), PROVER)

    async def more(prover: Prover | None) -> object:
        ticket = await cast.ticket((cast.diary, ("read",)))
        return await asked(cast.world, cast.request(ticket, by=cast.bob, rpt=first.access_token), prover)

    for other in (None, Prover()):
        answer = await more(other)
        assert isinstance(answer, InvalidGrant), answer
    upgraded = await more(PROVER)
    assert isinstance(upgraded, TokenIssued)
    assert set(await cast.shown(upgraded.access_token)) == {cast.record.resource_id, cast.diary.resource_id}


async def test_dp_1_who_does_not_authenticate_is_told_nothing_about_a_proof(world: World) -> None:
    app = await world.client("app")
    wrong = replace(credentials_of(app), secret_digest="guess")
    request = TokenRequest(credentials=wrong, grant=ClientCredentialsRequest())
    answer = await world.server.ask(REALM, token, request, caller=call("no proof"))
    assert isinstance(answer, Refusal)
    assert answer.code == "invalid_client"
