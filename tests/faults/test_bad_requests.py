"""After every bad request all that was good is still good, and nothing has come to be.

Spec: RFC 6749 3.2, 5.2; Grant 3.3.1, 3.3.5.1, 3.3.6; FedAuthz 3.2, 4.3.
"""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from consentry.core.keys import KeyRing, new_signing_key
from tests.harness.inside import Inside, inside
from tests.harness.stage import PATH, RECORDS, Stage, id_token_of, sqlite_url, stage_on
from tests.harness.wire import FORM, Reply, Request, bare, basic, bearer, document, form
from tests.worlds import SEALER

Spoil = Callable[[Request], Request]
Commits = Callable[[], int]

MANY_SCOPES = " ".join(f"s{number}" for number in range(10_000))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Inside]:
    async with stage_on(sqlite_url(tmp_path)) as stage, inside(stage) as made:
        yield made


@pytest.fixture
def commits(server: Inside, tmp_path: Path) -> Iterator[Commits]:
    """Give a number that changes whenever something is committed."""
    connection = sqlite3.connect(tmp_path / "consentry.db")
    yield lambda: int(connection.execute("PRAGMA data_version").fetchone()[0])
    connection.close()


async def ticket(server: Inside) -> str:
    return (await server.ask(server.stage.wants(server.stage.cast.record.resource_id))).text("ticket")


def body(more: bytes) -> Spoil:
    return lambda right: replace(right, body=right.body + more)


def headers(**changes: str | None) -> Spoil:
    def spoil(right: Request) -> Request:
        changed = {**right.headers, **{name.replace("_", "-"): text for name, text in changes.items()}}
        return replace(right, headers={name: text for name, text in changed.items() if text is not None})

    return spoil


def without(parameter: bytes) -> Spoil:
    """Leave a parameter out."""
    return lambda right: replace(
        right, body=b"&".join(part for part in right.body.split(b"&") if not part.startswith(parameter + b"="))
    )


MALFORMED: dict[str, tuple[Spoil, int, str]] = {
    "a claim token without its format": (without(b"claim_token_format"), 400, "invalid_request"),
    "a format without a claim token": (without(b"claim_token"), 400, "invalid_request"),
    "the ticket twice": (body(b"&ticket=another"), 400, "invalid_request"),
    "another parameter twice": (body(b"&scope=read&scope=write"), 400, "invalid_request"),
    "a NUL": (body(b"&scope=read%00"), 400, "invalid_request"),
    "bad UTF-8": (body(b"&scope=%ff"), 400, "invalid_request"),
    "an oversized body": (body(b"&scope=" + b"x" * 65_536), 413, "invalid_request"),
    "a body of another type": (headers(content_type="application/json"), 400, "invalid_request"),
    "no grant type": (without(b"grant_type"), 400, "invalid_request"),
    "a grant type that is none": (
        lambda right: replace(right, body=right.body.replace(b"uma-ticket", b"uma-tickets")),
        400,
        "unsupported_grant_type",
    ),
    "no client": (headers(authorization=None), 401, "invalid_client"),
    "a wrong secret": (headers(**basic("surgery", "wrong")), 401, "invalid_client"),
    "an unknown client": (headers(**basic("nobody")), 401, "invalid_client"),
    "credentials that cannot be read": (headers(authorization="Basic ?"), 401, "invalid_client"),
    "two ways to authenticate": (body(b"&client_id=surgery&client_secret=surgery-secret"), 400, "invalid_request"),
    "a client without this grant": (headers(**RECORDS), 400, "unauthorized_client"),
    "ten thousand scopes": (body(b"&scope=" + MANY_SCOPES.replace(" ", "+").encode()), 400, "invalid_scope"),
    "another method": (lambda right: replace(right, method="PUT"), 405, "invalid_request"),
}


async def test_grant_3_3_1_a_malformed_request_leaves_the_ticket_as_it_was(server: Inside, commits: Commits) -> None:
    for kind, (spoil, status, code) in MALFORMED.items():
        right = server.stage.redeems(await ticket(server))
        before = commits()
        refused = await server.ask(spoil(right))
        assert (refused.status, refused.text("error")) == (status, code), kind
        assert commits() == before, kind
        assert (await server.ask(right)).status == 200, kind


async def signed_by_a_stranger(stage: Stage) -> str:
    keys = KeyRing([new_signing_key("ES256", kid="key-ES256", now=1, sealer=SEALER)], SEALER)
    now = int(stage.world.clock())
    claims = {"sub": stage.cast.bob.account_id, "aud": "surgery", "iat": now, "exp": now + 600}
    return keys.sign({"iss": f"http://127.0.0.1:9{PATH}", **claims}, alg="ES256", typ="JWT")


def unsigned(right: str) -> str:
    _, claims, _ = right.split(".")
    return f"eyJhbGciOiJub25lIn0.{claims}."


async def test_grant_3_3_6_a_claim_token_that_proves_nothing_costs_the_ticket_and_gives_the_next(
    server: Inside,
) -> None:
    stage, bob = server.stage, server.stage.cast.bob.account_id
    proves_nothing = {
        "expired": await id_token_of(stage.world, bob, "surgery", exp=int(stage.world.clock()) - 60),
        "from the future": await id_token_of(stage.world, bob, "surgery", iat=int(stage.world.clock()) + 3_600),
        "for another client": await id_token_of(stage.world, bob, "rival"),
        "of another issuer": await id_token_of(stage.world, bob, "surgery", iss="https://elsewhere.example"),
        "of somebody unknown": await id_token_of(stage.world, "account-of-nobody", "surgery"),
        "signed by a stranger": await signed_by_a_stranger(stage),
        "unsigned": unsigned(stage.id_token),
        "changed": stage.id_token[:-4] + "AAAA",
        "no token at all": "?",
    }
    for kind, claim_token in proves_nothing.items():
        first = await ticket(server)
        told = await server.ask(stage.redeems(first, claim_token=claim_token))
        assert (told.status, told.text("error")) == (403, "need_info"), kind
        assert (await server.ask(stage.redeems(told.text("ticket")))).status == 200, kind
    unknown = await server.ask(stage.redeems(await ticket(server), claim_token_format="urn:unknown"))
    assert (await server.ask(stage.redeems(unknown.text("ticket")))).status == 200


async def test_grant_3_3_6_what_is_refused_for_good_issues_nothing_and_spends_the_ticket(
    server: Inside, tmp_path: Path
) -> None:
    refused = {"a scope of nobody's": ("scope", "fly", "invalid_scope"), "no such RPT": ("rpt", "x", "invalid_grant")}
    for kind, (parameter, text, code) in refused.items():
        right = server.stage.redeems(await ticket(server))
        told = await server.ask(body(f"&{parameter}={text}".encode())(right))
        assert (told.status, told.text("error")) == (400, code), kind
        again = await server.ask(right)
        assert (again.status, again.text("error")) == (400, "invalid_grant"), kind
    connection = sqlite3.connect(tmp_path / "consentry.db")
    (spent,) = connection.execute("SELECT count(*) FROM permission_ticket WHERE taken_at IS NOT NULL").fetchone()
    (issued,) = connection.execute("SELECT count(*) FROM rpt").fetchone()
    connection.close()
    assert (spent, issued) == (len(refused), 0)


async def test_grant_5_5_another_clients_ticket_is_as_unknown_as_any_and_stays_good(server: Inside) -> None:
    stage = server.stage
    bound = await server.ask(stage.redeems(await ticket(server), claim_token="", claim_token_format=""))
    mine = stage.redeems(bound.text("ticket"))
    for thief in (basic("rival"), {}):
        stolen = headers(authorization=thief.get("authorization"))(mine)
        if not thief:
            stolen = body(b"&client_id=kiosk")(stolen)
        told = await server.ask(stolen)
        assert (told.status, told.text("error")) == (400, "invalid_grant")
    assert (await server.ask(mine)).status == 200


async def test_grant_3_3_5_1_an_rpt_of_somebody_elses_is_neither_merged_nor_harmed(server: Inside) -> None:
    stage, cast = server.stage, server.stage.cast
    await stage.world.grant(cast.record, cast.carol)
    bobs = (await server.ask(stage.redeems(await ticket(server)))).text("access_token")
    carols_token = await id_token_of(stage.world, cast.carol.account_id, "surgery")
    carols = await server.ask(stage.redeems(await ticket(server), claim_token=carols_token, rpt=bobs))
    assert carols.status == 200
    assert "upgraded" not in carols.members
    rivals = headers(**basic("rival"))(
        stage.redeems(
            await ticket(server),
            claim_token=await id_token_of(stage.world, cast.bob.account_id, "rival"),
            rpt=bobs,
        )
    )
    told = await server.ask(rivals)
    assert (told.status, told.text("error")) == (400, "invalid_grant")
    revoked = await server.ask(form(f"{PATH}/revoke", {"token": bobs}, basic("rival")))
    assert revoked.status == 200
    assert (await server.ask(stage.introspects(bobs))).members["active"] is True


BAD_BODIES: dict[str, tuple[str, bytes]] = {
    "broken JSON": ("application/json", b'{"resource_scopes": ["read"]'),
    "a member twice": ("application/json", b'{"resource_scopes": ["read"], "resource_scopes": []}'),
    "a NUL": ("application/json", b'{"resource_scopes": ["read\\u0000"]}'),
    "scopes that are none": ("application/json", b'{"resource_scopes": "read"}'),
    "no scopes": ("application/json", b'{"name": "x"}'),
    "ten thousand scopes": ("application/json", json.dumps({"resource_scopes": MANY_SCOPES.split()[:6_000]}).encode()),
    "an oversized body": ("application/json", json.dumps({"resource_scopes": MANY_SCOPES.split()}).encode()),
    "a form": (FORM, b"resource_scopes=read"),
    "a list": ("application/json", b"[]"),
    "nothing": ("application/json", b""),
}


async def test_fedauthz_3_2_a_bad_description_registers_nothing_and_changes_nothing(
    server: Inside, commits: Commits
) -> None:
    stage = server.stage
    pat = bearer(stage.cast.pat)
    one = f"{PATH}/uma/resource/{stage.cast.record.resource_id}"
    listed, described = await _now(server, f"{PATH}/uma/resource"), await _now(server, one)
    before = commits()
    for kind, (media_type, content) in BAD_BODIES.items():
        for method, path in (("POST", f"{PATH}/uma/resource"), ("PUT", one)):
            request = Request(method=method, path=path, headers={**pat, "content-type": media_type}, body=content)
            refused = await server.ask(request)
            assert 400 <= refused.status < 500, kind
            assert refused.text("error") == "invalid_request", kind
    assert commits() == before
    assert (await _now(server, f"{PATH}/uma/resource"), await _now(server, one)) == (listed, described)


async def _now(server: Inside, path: str) -> bytes:
    return (await server.ask(bare("GET", path, bearer(server.stage.cast.pat)))).body


async def test_fedauthz_4_3_a_bad_permission_request_gives_no_ticket(server: Inside, commits: Commits) -> None:
    stage = server.stage
    pat, mine = bearer(stage.cast.pat), stage.cast.record.resource_id
    bad: dict[str, tuple[object, str]] = {
        "ten thousand scopes": (
            {"resource_id": mine, "resource_scopes": MANY_SCOPES.split()[:6_000]},
            "invalid_scope",
        ),
        "one scope too many": ({"resource_id": mine, "resource_scopes": ["read", "fly"]}, "invalid_scope"),
        "an unknown resource among known ones": (
            [{"resource_id": each, "resource_scopes": ["read"]} for each in (mine, "unknown", mine)],
            "invalid_resource_id",
        ),
        "a wrong scope in the last of many": (
            [{"resource_id": mine, "resource_scopes": [scope]} for scope in ("read", "write", "fly")],
            "invalid_scope",
        ),
        "nothing": ([], "invalid_request"),
        "an empty object": ({}, "invalid_request"),
        "a list in a list": ([[{"resource_id": mine, "resource_scopes": ["read"]}]], "invalid_request"),
        "more permissions than anybody needs": (
            [{"resource_id": f"r{number}", "resource_scopes": []} for number in range(501)],
            "invalid_request",
        ),
    }
    before = commits()
    for kind, (wanted, code) in bad.items():
        refused = await server.ask(document("POST", f"{PATH}/uma/permission", wanted, pat))
        assert (refused.status, refused.text("error")) == (400, code), kind
    assert commits() == before


async def test_fedauthz_5_1_bad_questions_about_an_rpt_do_it_no_harm(server: Inside, commits: Commits) -> None:
    stage = server.stage
    await stage.world.access_token(
        stage.cast.records, stage.cast.alice, secret="expired", scope="uma_protection", family="e", lifetime=-60
    )
    rpt = (await server.ask(stage.redeems(await ticket(server)))).text("access_token")
    right = stage.introspects(rpt)
    bad: dict[str, tuple[Request, int]] = {
        "the token twice": (body(b"&token=x")(right), 400),
        "no token": (without(b"token")(right), 400),
        "an oversized token": (body(b"x" * 65_536)(right), 413),
        "a NUL": (body(b"%00")(right), 400),
        "nobody asks": (headers(authorization=None)(right), 401),
        "an expired PAT": (headers(**bearer("expired"))(right), 401),
        "a client asks": (headers(**basic("surgery"))(right), 200),
        "another client asks": (headers(**basic("rival"))(right), 200),
        "another resource server asks": (headers(**basic("albums"))(right), 200),
        "a PAT and a secret": (body(b"&client_id=records&client_secret=records-secret")(right), 400),
    }
    before = commits()
    for kind, (request, status) in bad.items():
        told: Reply = await server.ask(request)
        assert told.status == status, (kind, told)
        assert status != 200 or told.members == {"active": False}, kind
    assert commits() == before
    assert (await server.ask(right)).members["active"] is True
