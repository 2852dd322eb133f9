"""A world behind the application, and a client that talks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from consentry.core.model import Account, Client
from consentry.plugins.claim_tokens import JwsClaimTokens
from consentry.plugins.passwords import Argon2Passwords
from consentry.settings.schema import PasswordSettings, Settings
from consentry.web.application import Application
from consentry.web.http import Request
from consentry.web.parts import Parts
from consentry.web.route import Route, RouteTable
from consentry.web.routes import ROUTES, refuse_unknown
from tests.worlds import BASE_URL, ISSUER, SEALER, World, new_world

ID_TOKEN = "http://openid.net/specs/openid-connect-core-1_0.html#IDToken"
QUICK = PasswordSettings(memory_kib=8, iterations=1, parallelism=1)


class Site:
    """The server; ``crashes`` is what nobody foresaw, and has to stay empty."""

    def __init__(self, world: World, settings: Settings, routes: tuple[Route, ...]) -> None:
        self.world = world
        self.crashes: list[Exception] = []
        self.answered: list[tuple[str | None, int]] = []
        parts = Parts(
            settings=settings,
            server=world.server,
            sealer=SEALER,
            passwords=Argon2Passwords(settings.passwords),
            claim_tokens=JwsClaimTokens(world.server),
            management_token="management",
        )
        self.application = Application(
            parts, RouteTable(routes), crashed=self._crashed, answered=self._answered, unknown=refuse_unknown
        )
        transport = httpx2.ASGITransport(app=self.application)
        self.http = httpx2.AsyncClient(transport=transport, base_url=ISSUER)

    def _crashed(self, _: Request, problem: Exception) -> None:
        self.crashes.append(problem)

    def _answered(self, route: Route | None, status: int, seconds: float) -> None:
        assert seconds >= 0
        self.answered.append((route.path if route else None, status))

    async def people(self) -> tuple[Account, Account, Client, Client]:
        """Give Alice and Bob, the server that keeps Alice's records, and the surgery's app."""
        alice, bob = await self.world.account("alice"), await self.world.account("bob")
        records = await self.world.client("records", resource_server=True, scope="openid uma_protection")
        surgery = await self.world.client(
            "surgery",
            scope="openid profile email read uma_policy_manager",
            grant_types=("authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:uma-ticket"),
        )
        return alice, bob, records, surgery

    async def manager(self, account: Account, client: Client) -> dict[str, str]:
        """Return the header with which an app acts for somebody at the owner's API."""
        secret = f"manager-{account.username}"
        await self.world.access_token(client, account, secret=secret, scope="uma_policy_manager", family=secret)
        return bearer(secret)

    def id_token(self, account: Account, client: Client, **more: object) -> str:
        """Return an ID Token of this realm."""
        return self.signed({"sub": account.account_id, "aud": client.client_id, **more})

    def signed(self, claims: dict[str, object], *, typ: str = "JWT") -> str:
        """Sign claims with the realm's key."""
        now = self.world.clock.now
        opened = self.world.server._realms["demo"]  # noqa: SLF001 - the key ring as the server holds it
        return opened.keys.sign({"iss": ISSUER, "iat": now, "exp": now + 600, **claims}, alg="ES256", typ=typ)


@asynccontextmanager
async def new_site(
    folder: Path, settings: Settings | None = None, routes: tuple[Route, ...] = ROUTES
) -> AsyncIterator[Site]:
    """Give a site on a fresh database."""
    async with new_world(folder) as world:
        site = Site(world, settings or Settings(base_url=BASE_URL, passwords=QUICK), routes)
        await world.server.open("demo")
        yield site
        await site.http.aclose()


def bearer(token: str) -> dict[str, str]:
    """Return the header of a bearer token."""
    return {"authorization": f"Bearer {token}"}
