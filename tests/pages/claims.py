"""A surgery that asks for Alice's record, and sends Bob's browser to say who he is."""

from collections.abc import Sequence
from dataclasses import replace

from consentry.core.claims import BadClaimToken, ClaimToken
from consentry.core.grants.uma_ticket import TicketRequest
from consentry.core.issued import TokenIssued
from consentry.core.model import Account, Client, Resource, TicketPermission
from consentry.core.permission import PermissionRequest, TicketIssued, permission
from consentry.core.token import TokenRequest, token
from consentry.uma.codes import GRANT_UMA_TICKET
from consentry.uma.value import value
from consentry.uma.wire import NeedInfo
from tests.pages.browsing import PATH, Browser, Shown, Site
from tests.worlds import ISSUER, World, credentials_of

RETURN = "https://surgery.example/claims?x=1"
UMA_CLIENT = ("authorization_code", "refresh_token", GRANT_UMA_TICKET)


@value
class Surgery:
    """The app, the record it asks for, and the people."""

    site: Site
    app: Client
    record: Resource
    bob: Account
    pat: str

    @property
    def world(self) -> World:
        return self.site.world

    async def registered(self, client_id: str = "surgery", *uris: str, method: str = "client_secret_basic") -> Client:
        """Register an app that may ask, with these claims redirect URIs."""
        return await register(self.world, client_id, uris, method=method)

    async def ticket(self) -> str:
        wanted = TicketPermission(resource_id=self.record.resource_id, scopes=("read",))
        said = await self.world.said(permission, PermissionRequest(pat=self.pat, permissions=(wanted,)), TicketIssued)
        return said.ticket

    async def open(self, browser: Browser, **changes: str | None) -> Shown:
        """Go where the surgery sends the browser; a change to None leaves a parameter out."""
        right: dict[str, str | None] = {
            "client_id": self.app.client_id,
            "ticket": changes.get("ticket", "") or await self.ticket(),
            "claims_redirect_uri": self.app.claims_redirect_uris[0],
            "state": "the state & more",
        }
        parameters = {name: text for name, text in {**right, **changes}.items() if text is not None}
        return await browser.get(f"{PATH}/uma/claims", **parameters)

    async def at_question(self, browser: Browser, username: str = "bob", **changes: str | None) -> Shown:
        """Walk to the question, signing in on the way if nobody is."""
        page = await browser.follow(await self.open(browser, **changes))
        if any(form.action.endswith("/account/sign-in") for form in page.forms):
            page = await browser.follow(await browser.sign_in(page, username))
        return page

    async def answer(self, browser: Browser, page: Shown, decision: str = "continue", **more: str) -> Shown:
        form = page.form("/uma/claims/answer")
        form.fields.pop("remember", None)
        return await browser.submit(form, decision=decision, **more)

    async def brought_back(self, browser: Browser, **changes: str | None) -> str:
        """Let Bob say who he is; return the ticket that his browser brings back."""
        back = await self.answer(browser, await self.at_question(browser, "bob", **changes))
        assert back.status == 303, back.text
        return back.answer["ticket"]

    async def brought_back_and_remembered(self, browser: Browser) -> str:
        """Let Bob tick the box as well."""
        back = await self.answer(browser, await self.at_question(browser), remember="yes")
        return back.answer["ticket"]

    def request(
        self,
        ticket: str,
        *,
        client: Client | None = None,
        claim_token: ClaimToken | BadClaimToken | None = None,
        pct: str | None = None,
        code_verifier: str | None = None,
    ) -> TokenRequest:
        grant = TicketRequest(ticket=ticket, claim_token=claim_token, pct=pct, code_verifier=code_verifier)
        return TokenRequest(credentials=credentials_of(client or self.app), grant=grant)

    async def rpt(self, ticket: str, *, pct: str | None = None, client: Client | None = None) -> TokenIssued:
        return await self.world.said(token, self.request(ticket, pct=pct, client=client), TokenIssued)

    async def needs_info(self, ticket: str, *, pct: str | None = None, client: Client | None = None) -> NeedInfo:
        return await self.world.said(token, self.request(ticket, pct=pct, client=client), NeedInfo)

    def id_token(self, subject: str, issuer: str = ISSUER, **claims: object) -> ClaimToken:
        return ClaimToken(
            issuer=issuer,
            subject=subject,
            audience=(self.app.client_id,),
            issued_at=int(self.world.clock()),
            expires_at=int(self.world.clock()) + 600,
            realm_version=self.world.realm.version,
            claims={"sub": subject, **claims},
        )


async def register(world: World, client_id: str, uris: Sequence[str], *, method: str = "client_secret_basic") -> Client:
    made = await world.client(client_id, scope="openid", grant_types=UMA_CLIENT, method=method)
    changed = replace(made, claims_redirect_uris=tuple(uris))
    await world.replace(changed)
    return changed


async def surgery_of(site: Site, uri: str = RETURN) -> Surgery:
    """Let the surgery enter, and Alice share her record with Bob."""
    world = site.world
    record = await world.resource(site.alice, site.records)
    app = await register(world, "surgery", (uri,))
    bob = await found_account(world, "account-of-bob")
    await world.grant(record, bob)
    return Surgery(
        site=site, app=app, record=record, bob=bob, pat=await world.pat(site.records, site.alice, lifetime=400 * 86_400)
    )


async def found_account(world: World, account_id: str) -> Account:
    work = world.server.database.work(world.realm.name, world.realm.version)
    account = await work.account(account_id)
    assert account is not None
    return account
