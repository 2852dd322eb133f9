"""Alice and Dave share, Bob and Carol ask: the cast of every test of UMA, on a real store."""

from collections.abc import Sequence

from consentry.core.claims import BadClaimToken, ClaimToken
from consentry.core.grants.refresh_token import RefreshRequest
from consentry.core.grants.uma_ticket import TicketRequest
from consentry.core.introspection import Introspection, IntrospectionRequest, introspect
from consentry.core.issued import TokenIssued
from consentry.core.me import BySession
from consentry.core.model import AccessRequest, Account, Client, Resource, TicketPermission
from consentry.core.owner_requests import ListRequests, list_requests
from consentry.core.permission import PermissionRequest, TicketIssued, permission
from consentry.core.sharing import Listed
from consentry.core.token import TokenRequest, token
from consentry.uma.codes import GRANT_REFRESH_TOKEN, GRANT_UMA_TICKET
from consentry.uma.value import value
from tests.worlds import ISSUER, World, credentials_of


@value
class Cast:
    """Owners, requesting parties, resource servers, clients, and what Alice and Dave have."""

    world: World
    alice: Account
    dave: Account
    bob: Account
    carol: Account
    records: Client
    albums: Client
    surgery: Client
    kiosk: Client
    rival: Client
    record: Resource
    diary: Resource
    photo: Resource
    daves: Resource
    pat: str

    async def ticket(self, *wanted: tuple[Resource, Sequence[str]], pat: str | None = None) -> str:
        """Return a ticket from the resource server; without more words, one to read Alice's record."""
        asked = wanted or ((self.record, ("read",)),)
        request = PermissionRequest(
            pat=pat or self.pat,
            permissions=tuple(
                TicketPermission(resource_id=resource.resource_id, scopes=tuple(scopes)) for resource, scopes in asked
            ),
        )
        return (await self.world.said(permission, request, TicketIssued)).ticket

    def request(
        self,
        ticket: str,
        *,
        by: Account | None = None,
        client: Client | None = None,
        claim_token: ClaimToken | BadClaimToken | None = None,
        scope: str = "",
        rpt: str | None = None,
        pct: str | None = None,
    ) -> TokenRequest:
        """Return a token request with a ticket, pushing an ID Token of ``by``."""
        asking = client or self.surgery
        pushed = claim_token or (self.id_token(by, asking) if by else None)
        grant = TicketRequest(ticket=ticket, claim_token=pushed, scope=tuple(scope.split()), rpt=rpt, pct=pct)
        return TokenRequest(credentials=credentials_of(asking), grant=grant)

    def id_token(self, account: Account, client: Client) -> ClaimToken:
        """Return an ID Token of this realm as the verifier hands it on."""
        return ClaimToken(
            issuer=ISSUER,
            subject=account.account_id,
            audience=(client.client_id,),
            issued_at=int(self.world.clock()),
            expires_at=int(self.world.clock()) + 600,
            realm_version=self.world.realm.version,
            claims={"sub": account.account_id},
        )

    def refresh(self, issued: TokenIssued, *, client: Client | None = None) -> TokenRequest:
        """Return a request to refresh what was issued."""
        grant = RefreshRequest(refresh_token=issued.refresh_token or "", scope=None)
        return TokenRequest(credentials=credentials_of(client or self.surgery), grant=grant)

    async def only_request(self, owner: Account) -> AccessRequest:
        """Return the one request that waits for an owner."""
        who = BySession(digest=await self.world.session(owner))
        waiting = await self.world.ask(list_requests, ListRequests(who=who))
        assert isinstance(waiting, Listed)
        (asking,) = waiting.items
        return asking.request

    async def rpt(
        self, ticket: str | None = None, *, by: Account | None = None, client: Client | None = None
    ) -> TokenIssued:
        """Walk from a ticket to an RPT."""
        request = self.request(ticket or await self.ticket(), by=by or self.bob, client=client)
        return await self.world.said(token, request, TokenIssued)

    async def introspected(self, rpt: str, *, pat: str | None = None) -> Introspection:
        """Ask as the resource server what an RPT is worth."""
        return await self.world.said(introspect, IntrospectionRequest(token=rpt, pat=pat or self.pat), Introspection)

    async def shown(self, rpt: str) -> dict[str, set[str]]:
        """Return what introspection shows: scopes by resource; nothing if the RPT is not active."""
        found = await self.introspected(rpt)
        return {each.resource_id: set(each.scopes) for each in found.permissions or ()}


UMA_CLIENT = ("authorization_code", GRANT_REFRESH_TOKEN, GRANT_UMA_TICKET)


async def new_cast(world: World) -> Cast:
    """Let everybody enter."""
    alice, dave = await world.account("alice"), await world.account("dave")
    bob, carol = await world.account("bob"), await world.account("carol")
    records = await world.client("records", scope="openid uma_protection", resource_server=True)
    albums = await world.client("albums", scope="openid uma_protection", resource_server=True)
    surgery = await world.client("surgery", scope="openid write", grant_types=UMA_CLIENT)
    kiosk = await world.client("kiosk", scope="openid", grant_types=(GRANT_UMA_TICKET,), method="none")
    rival = await world.client("rival", scope="openid write", grant_types=UMA_CLIENT)
    return Cast(
        world=world,
        alice=alice,
        dave=dave,
        bob=bob,
        carol=carol,
        records=records,
        albums=albums,
        surgery=surgery,
        kiosk=kiosk,
        rival=rival,
        record=await world.resource(alice, records),
        diary=await world.resource(alice, records, name="diary", scopes="read"),
        photo=await world.resource(alice, albums, name="photo", scopes="view print"),
        daves=await world.resource(dave, records),
        pat=await world.pat(records, alice),
    )
