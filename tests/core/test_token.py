"""The token endpoint, before any grant."""

import pytest

from consentry.core.client_authentication import Credentials
from consentry.core.errors import InvalidClient, UnauthorizedClient, UnsupportedGrantType
from consentry.core.grants.authorization_code import CodeRequest
from consentry.core.grants.client_credentials import ClientCredentialsRequest
from consentry.core.grants.refresh_token import RefreshRequest
from consentry.core.grants.uma_ticket import TicketRequest
from consentry.core.issued import TokenIssued
from consentry.core.token import Grant, TokenRequest, UnknownGrant, token
from tests.worlds import VERIFIER, World, credentials_of, secret_digest

GRANTS: list[Grant] = [
    CodeRequest(code="x"),
    ClientCredentialsRequest(),
    RefreshRequest(refresh_token="x"),
    TicketRequest(ticket="x"),
]


@pytest.mark.parametrize("grant", GRANTS, ids=lambda grant: type(grant).__name__)
async def test_te_5_a_grant_that_the_client_is_not_registered_for_is_unauthorized(world: World, grant: Grant) -> None:
    app = await world.client("app", grant_types=())
    await world.refused(token, TokenRequest(credentials=credentials_of(app), grant=grant), UnauthorizedClient)


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:example:unheard-of"])
async def test_te_5_an_unknown_grant_is_unsupported(world: World, grant_type: str) -> None:
    app = await world.client("app")
    request = TokenRequest(credentials=credentials_of(app), grant=UnknownGrant(grant_type=grant_type))
    refusal = await world.refused(token, request, UnsupportedGrantType)
    assert grant_type not in refusal.description


async def test_rfc6749_3_2_1_a_failed_authentication_spends_nothing(world: World) -> None:
    app = await world.client("app")
    alice = await world.account("alice")
    code = await world.code(app, alice)
    grant = CodeRequest(code=code, code_verifier=VERIFIER)
    wrong = Credentials(method="client_secret_basic", client_id="app", secret_digest=secret_digest("app", "guess"))
    await world.refused(token, TokenRequest(credentials=wrong, grant=grant), InvalidClient)
    await world.said(token, TokenRequest(credentials=credentials_of(app), grant=grant), TokenIssued)


def test_a_token_response_does_not_show_its_tokens() -> None:
    shown = repr(TokenIssued(access_token="abc", expires_in=1, refresh_token="def", id_token="ghi", pct="jkl"))
    assert not any(secret in shown for secret in ("abc", "def", "ghi", "jkl"))
