"""Bound tokens on the wire: how they are presented, and what everything else gets."""

import httpx2
import pytest
from joserfc.jwk import ECKey, OctKey

from consentry.core.model import AccessToken
from consentry.core.tokens import digest
from tests.provers import Prover, with_signature_of_another
from tests.web.site import Site, bearer
from tests.worlds import ISSUER, NOON

PROVER = Prover()
HERE = f"{ISSUER}/userinfo"
SURGERY = ("surgery", "surgery-secret")
BOUND = "a-token-that-is-bound"
OWN = ("GET", "/userinfo"), ("GET", "/me/resources"), ("GET", "/uma/resource"), ("POST", "/introspect")
"""One of each kind of place that takes access tokens: userinfo, the owner's, the protection API, introspection."""


async def bound_token(site: Site, *, jkt: str | None = PROVER.jkt, secret: str = BOUND) -> str:
    alice, _, records, _ = await site.people()
    token = AccessToken(
        digest=digest(secret),
        family=secret,
        client_id=records.client_id,
        account_id=alice.account_id,
        scope=("openid", "uma_protection", "uma_policy_manager"),
        issued_at=NOON,
        expires_at=NOON + 600,
        jkt=jkt,
    )
    await site.world.add(token)
    return secret


async def send(
    site: Site, proof: str | None, *, method: str = "GET", path: str = "/userinfo", scheme: str = "DPoP"
) -> httpx2.Response:
    headers = {"authorization": f"{scheme} {BOUND}", **({} if proof is None else {"dpop": proof})}
    form = {"token": "x"} if method == "POST" else None
    return await site.http.request(method, path, headers=headers, data=form)


def good(method: str = "GET", path: str = "/userinfo") -> str:
    return PROVER.proof(method, ISSUER + path, token=BOUND)


@pytest.mark.parametrize(("method", "path"), OWN)
async def test_dp_7_a_bound_token_needs_its_scheme_and_its_proof_everywhere(site: Site, method: str, path: str) -> None:
    await bound_token(site)
    as_bearer = await send(site, good(method, path), method=method, path=path, scheme="Bearer")
    assert as_bearer.status_code == 401
    assert as_bearer.headers["www-authenticate"].startswith("DPoP ")
    assert 'error="invalid_token"' in as_bearer.headers["www-authenticate"]
    without = await send(site, None, method=method, path=path)
    assert without.status_code == 401
    assert 'error="invalid_dpop_proof"' in without.headers["www-authenticate"]
    assert "ES256" in without.headers["www-authenticate"]
    for scheme in ("DPoP", "dpop"):
        answer = await send(site, good(method, path), method=method, path=path, scheme=scheme)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("method", "path"), OWN)
async def test_dp_7_a_bearer_token_is_not_taken_under_the_other_scheme(site: Site, method: str, path: str) -> None:
    await bound_token(site, jkt=None)
    answer = await send(site, good(method, path), method=method, path=path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP ")
    assert (await send(site, None, method=method, path=path, scheme="Bearer")).status_code == 200


async def test_dp_5_a_proof_works_once_at_a_resource(site: Site) -> None:
    await bound_token(site)
    proof = good()
    assert (await send(site, proof)).status_code == 200
    again = await send(site, proof)
    assert (again.status_code, "invalid_dpop_proof" in again.headers["www-authenticate"]) == (401, True)


def wrong() -> dict[str, str]:
    stranger = Prover()
    return {
        "two proofs": f"{good()}, {good()}",
        "no JWT": "a.b",
        "another type": PROVER.proof("GET", HERE, token=BOUND, header={"typ": "JWT"}),
        "a symmetric algorithm": Prover(OctKey.generate_key(256), alg="HS256").proof("GET", HERE, token=BOUND),
        "no key": PROVER.proof("GET", HERE, token=BOUND, leave_out="jwk"),
        "a private key": PROVER.proof("GET", HERE, token=BOUND, header={"jwk": dict(PROVER.key.as_dict(private=True))}),
        "a key that did not sign": PROVER.proof(
            "GET", HERE, token=BOUND, header={"jwk": dict(ECKey.generate_key("P-256").as_dict(private=False))}
        ),
        "a broken signature": with_signature_of_another(good()),
        "another method": PROVER.proof("POST", HERE, token=BOUND),
        "another address": PROVER.proof("GET", f"{ISSUER}/me", token=BOUND),
        "too old": PROVER.proof("GET", HERE, token=BOUND, now=NOON - 100),
        "too new": PROVER.proof("GET", HERE, token=BOUND, now=NOON + 100),
        "no jti": PROVER.proof("GET", HERE, token=BOUND, leave_out="jti"),
        "no ath": PROVER.proof("GET", HERE),
        "the ath of another token": PROVER.proof("GET", HERE, token="another"),
        "another key": stranger.proof("GET", HERE, token=BOUND),
    }


WRONG = wrong()


@pytest.mark.parametrize("proof", WRONG.values(), ids=WRONG.keys())
async def test_dp_1_a_proof_with_one_thing_wrong_is_refused_at_a_resource(site: Site, proof: str) -> None:
    await bound_token(site)
    answer = await send(site, proof)
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith("DPoP ")
    assert 'error="invalid_' in challenge
    assert site.crashes == []


async def test_dp_2_the_token_endpoint_binds_and_introspection_shows_the_key(site: Site) -> None:
    alice, _, records, _ = await site.people()
    form = {"grant_type": "client_credentials"}
    await site.world.client("robot", scope="read")
    answer = await site.http.post("/token", auth=("robot", "robot-secret"), data=form, headers={"dpop": PROVER.proof()})
    assert answer.json()["token_type"] == "DPoP"
    pat = bearer(await site.world.pat(records, alice))
    seen = await site.http.post("/introspect", headers=pat, data={"token": answer.json()["access_token"]})
    assert (seen.json()["token_type"], seen.json()["cnf"]) == ("DPoP", {"jkt": PROVER.jkt})
    repeated = httpx2.Headers([("dpop", PROVER.proof()), ("dpop", PROVER.proof())])
    twice = await site.http.post("/token", auth=("robot", "robot-secret"), data=form, headers=repeated)
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_dpop_proof")


async def test_dp_1_the_metadata_names_the_algorithms(site: Site) -> None:
    found = (await site.http.get("/.well-known/oauth-authorization-server")).json()
    assert set(found["dpop_signing_alg_values_supported"]) >= {"ES256", "RS256"}
    assert "none" not in found["dpop_signing_alg_values_supported"]


async def test_dp_8_a_page_may_send_a_proof_and_read_the_challenge(site: Site) -> None:
    asked = await site.http.options("/token")
    assert "DPoP" in asked.headers["access-control-allow-headers"]
    answer = await site.http.post("/token", data={})
    assert {"DPoP-Nonce", "WWW-Authenticate"} <= set(answer.headers["access-control-expose-headers"].split(", "))
