"""The client's side of a case: tickets presented, claims pushed or gathered, tokens refreshed and given back.

Spec: Grant 3.3.1, 3.3.2, 3.6, 3.7.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from consentry.conformance.bench_protection import ProtectionBench, Thing, Wanted
from consentry.conformance.browser import Arrived
from consentry.conformance.claims import signed_claims
from consentry.conformance.outcome import Skipped
from consentry.conformance.stage import Stage
from consentry.conformance.wire import Answer
from consentry.uma.codes import CLAIM_TOKEN_FORMAT_ID_TOKEN, GRANT_REFRESH_TOKEN, GRANT_UMA_TICKET, REQUEST_SUBMITTED


class TokenBench(ProtectionBench):
    """Clients and the requesting parties who use them."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.asked: dict[str, Thing] = {}

    async def posts(self, form: Mapping[str, str], client: str = "c1", *, endpoint: str = "token_endpoint") -> Answer:
        """Post a form as a client."""
        answer = await self.stage.post_as(self.wire, client, endpoint, form)
        return self._remembered(form, answer)

    async def asks(self, ticket: str, person: str | None = None, client: str = "c1", **more: str) -> Answer:
        """Present a ticket at the token endpoint, proving who asks if a person is named."""
        if person is not None:
            ticket, claims = await self.proof(ticket, person, client)
            more = {**claims, **more}
        return await self.posts({"grant_type": GRANT_UMA_TICKET, "ticket": ticket, **more}, client)

    async def proof(self, ticket: str, person: str, client: str) -> tuple[str, Mapping[str, str]]:
        """Return what shows who asks: a claim token to push, or a ticket that has been at the claims endpoint."""
        if self.profile.features.push:
            return ticket, await self.claims(person, client)
        arrived = await self.interacts(ticket, person, client)
        return arrived.parameters.get("ticket", ""), {}

    async def claims(self, person: str, client: str = "c1") -> Mapping[str, str]:
        """Return a claim token of the server about somebody, made for a client."""
        return {
            "claim_token": await self.stage.id_token(self.wire, person, client),
            "claim_token_format": CLAIM_TOKEN_FORMAT_ID_TOKEN,
        }

    def signs(self, client: str = "c1", **changes: object) -> Mapping[str, str]:
        """Return a claim token of the foreign issuer that the kit plays; None takes a claim away."""
        playing = self.profile.claim_issuer
        if playing is None:
            raise Skipped("the profile has no claim_issuer, a foreign issuer that the kit can sign for")
        token = signed_claims(playing, audience=self.stage.client(client).client_id, changes=changes)
        return {"claim_token": token, "claim_token_format": CLAIM_TOKEN_FORMAT_ID_TOKEN}

    async def rpt(self, *wanted: Wanted, person: str = "bob", client: str = "c1", **more: str) -> Answer:
        """Return the token response for resources that are shared already."""
        answer = await self.asks(await self.ticket(*wanted), person, client, **more)
        return answer.set_up(200)

    async def refreshes(self, refresh_token: str, client: str = "c1", **more: str) -> Answer:
        """Use a refresh token."""
        return await self.posts({"grant_type": GRANT_REFRESH_TOKEN, "refresh_token": refresh_token, **more}, client)

    async def revokes(self, token: str, client: str = "c1", **more: str) -> Answer:
        """Give a token back; skip if the server takes none."""
        self.endpoint("revocation_endpoint")
        return await self.posts({"token": token, **more}, client, endpoint="revocation_endpoint")

    async def interacts(self, ticket: str, person: str, client: str = "c1", **more: str) -> Arrived:
        """Send a requesting party through the claims interaction endpoint, saying yes to everything."""
        url = self.interaction_url(ticket, client, **more)
        until = self.stage.client(client).claims_redirect_uri
        press = self.profile.interaction.allow
        return await self.stage.browser(person).walk(url, until=until, wire=self.wire, press=press)

    def interaction_url(self, ticket: str | None, client: str = "c1", *, at: str = "", **more: str) -> str:
        """Return where a client sends the browser: ``at`` an address, or the static endpoint.

        An empty value leaves a parameter out.
        """
        endpoint = at or self.endpoint("claims_interaction_endpoint")
        asking = self.stage.client(client)
        query = {
            "client_id": asking.client_id,
            "ticket": ticket or "",
            "claims_redirect_uri": asking.claims_redirect_uri,
            **more,
        }
        return with_query(endpoint, {name: text for name, text in query.items() if text})

    def _remembered(self, form: Mapping[str, str], answer: Answer) -> Answer:
        """Keep track of which resources an owner was asked about, so that nothing stays open."""
        things = self.tickets.get(form.get("ticket", ""), [])
        if answer.code == REQUEST_SUBMITTED and things:
            self.asked[things[0].resource_id] = things[0]
        follow_up = answer.loose.get("ticket")
        if isinstance(follow_up, str):
            self.tickets.setdefault(follow_up, things)
        return answer


def with_query(url: str, more: Mapping[str, str]) -> str:
    """Add parameters to an address, keeping those it has as they are."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}"
