"""The SDK's own calls, one after another, against a real server: what an application without its helpers would do.

Spec: FedAuthz 1.3, 3.2, 4.1, 5.1; Grant 3.3.1, 3.3.5, 3.3.6, 3.7.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from consentry.cli.demo_place import Place
from consentry.uma import (
    ClaimToken,
    ClientSecretBasic,
    Discovery,
    InvalidGrantError,
    MemoryStore,
    Metadata,
    NeedInfoError,
    NotConnectedError,
    Permission,
    Protection,
    RequestSubmittedError,
    ResourceDescription,
    TokenResponse,
    authorization_request,
    codes,
    ensure,
    exchange_code,
    read_authorization_response,
    revoke,
    uma_ticket_grant,
)
from consentry.uma.httpx import AsyncSender
from tests.flows.conftest import browser

pytestmark = pytest.mark.slow

RECORDS = ClientSecretBasic(client_id="records", client_secret="records-secret")
SURGERY = ClientSecretBasic(client_id="surgery", client_secret="surgery-secret")


class Desk:
    """Everything that speaks to the server in these tests."""

    def __init__(self, http: httpx2.AsyncClient, place: Place, metadata: Metadata) -> None:
        self.send = AsyncSender(http)
        self.place = place
        self.metadata = metadata
        self.store = MemoryStore()
        self.protection = self.protection_of_a_new_process()

    def protection_of_a_new_process(self) -> Protection:
        return Protection(issuer=self.place.issuer, client=RECORDS, send=self.send, store=self.store)

    async def tokens(
        self, username: str, client: ClientSecretBasic, redirect_uri: str, scope: Sequence[str]
    ) -> TokenResponse:
        """Walk somebody through sign-in and consent, and exchange the code that comes of it."""
        begun = authorization_request(self.metadata, client_id=client.client_id, redirect_uri=redirect_uri, scope=scope)
        async with browser(username) as person:
            person.http.event_hooks = {"response": [Stop(redirect_uri)]}
            try:
                await person.visit(begun.url)
            except Arrived as arrived:
                code = read_authorization_response(dict(parse_qsl(urlsplit(arrived.location).query)), begun)
                return await self.send(
                    exchange_code(
                        self.metadata,
                        client=client,
                        code=code,
                        redirect_uri=redirect_uri,
                        code_verifier=begun.code_verifier,
                    )
                )
        raise AssertionError("the browser never came back")


class Arrived(Exception):
    """The browser is sent back to the application."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class Stop:
    """Looks at responses for the one that leads back to the application."""

    def __init__(self, redirect_uri: str) -> None:
        self._redirect_uri = redirect_uri

    async def __call__(self, response: httpx2.Response) -> None:
        if response.headers.get("location", "").startswith(self._redirect_uri):
            raise Arrived(response.headers["location"])


async def test_fedauthz_1_3_grant_3_3_the_whole_walk_with_single_calls(place: Place) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        send = AsyncSender(http)
        metadata = await Discovery(send).metadata(place.issuer)
        desk = Desk(http, place, metadata)
        read = ("read",)

        # FedAuthz 1.3, 3.2: the owner connects the resource server, which registers what is hers.
        with pytest.raises(NotConnectedError):
            await desk.protection.request_permission([Permission(resource_id="any", resource_scopes=read)])
        pat = await desk.tokens("alice", RECORDS, f"{place.records}/callback", ["uma_protection"])
        await desk.store.keep_refresh_token(pat.refresh_token)
        registered = await ensure(desk.protection, "x-ray", ResourceDescription(resource_scopes=("read", "write")))
        wanted = Permission(resource_id=registered.resource_id, resource_scopes=read)

        # Grant 3.3.6: nobody knows who asks, so more is needed; then the owner has to be asked.
        ticket = await desk.protection.request_permission([wanted])
        with pytest.raises(NeedInfoError) as needed:
            await send(uma_ticket_grant(metadata, client=SURGERY, ticket=ticket))
        assert place.issuer in needed.value.need_info.required_claims[0].issuer
        bob = await desk.tokens("bob", SURGERY, f"{place.surgery}/callback", ["openid", "email"])
        assert bob.id_token is not None
        known = ClaimToken(claim_token=bob.id_token)
        ticket = needed.value.need_info.ticket
        with pytest.raises(RequestSubmittedError) as submitted:
            await send(uma_ticket_grant(metadata, client=SURGERY, ticket=ticket, claim_token=known))

        # The owner allows it, by the API that her own app would use.
        alice = await desk.tokens("alice", SURGERY, f"{place.surgery}/callback", ["uma_policy_manager"])
        hers = {"authorization": f"Bearer {alice.access_token}"}
        asked = (await http.get(f"{place.issuer}/me/requests", headers=hers)).json()["items"]
        assert [one["requester"]["account"] for one in asked] == ["bob"]
        allowed = await http.post(f"{place.issuer}/me/requests/{asked[0]['id']}/approve", headers=hers)
        assert allowed.status_code == 200

        # Grant 3.3.5, FedAuthz 5.1: the client's next try brings the RPT, and it is worth what was allowed.
        ticket = submitted.value.request_submitted.ticket
        rpt = await send(uma_ticket_grant(metadata, client=SURGERY, ticket=ticket))
        worth = await desk.protection.introspect(rpt.access_token)
        assert [(one.resource_id, one.resource_scopes) for one in worth.permissions] == [(wanted.resource_id, read)]
        assert worth.scope is None

        # A resource server that starts again needs nobody: its refresh token is enough.
        again = desk.protection_of_a_new_process()
        assert (await again.introspect(rpt.access_token)).active

        # Grant 5.5: the ticket is spent.
        with pytest.raises(InvalidGrantError):
            await send(uma_ticket_grant(metadata, client=SURGERY, ticket=ticket))

        # Stopped is stopped, for tokens that are out already too.
        grant = (await http.get(f"{place.issuer}/me/grants", headers=hers)).json()["items"][0]
        assert (await http.delete(f"{place.issuer}/me/grants/{grant['id']}", headers=hers)).status_code == 204
        assert not (await again.introspect(rpt.access_token)).active

        # Grant 3.7: who gives a token back is told the same, whether or not it was still worth anything.
        await send(revoke(metadata, client=SURGERY, token=rpt.access_token, token_type_hint=codes.HINT_ACCESS_TOKEN))
