"""A realm with people, clients and tokens, on a real store: what tests of decisions arrange with."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from consentry.core.changes import Add, Remove, Replace
from consentry.core.client_authentication import SECRET_PURPOSE, Credentials
from consentry.core.context import Answer, Context, Decision
from consentry.core.errors import Refusal
from consentry.core.keys import SIGNING_ALGORITHMS, new_signing_key
from consentry.core.model import (
    AccessToken,
    Account,
    AuthorizationCode,
    Client,
    Grant,
    GrantedPermission,
    Grantee,
    Realm,
    Record,
    RefreshToken,
    Requester,
    Resource,
    Rpt,
    Session,
    SigningKey,
    VersionedRecord,
)
from consentry.core.pkce import challenge_of
from consentry.core.realm import RealmSettings
from consentry.core.tokens import digest
from consentry.plugins.sealing import SecretSealer
from consentry.server import Server
from consentry.store.database import open_database
from consentry.store.migrate import upgrade

Question = TypeVar("Question")
Said = TypeVar("Said")
Kind = TypeVar("Kind")

NOON = 1_800_000_000
BASE_URL = "https://as.example"
REALM = "demo"
ISSUER = f"{BASE_URL}/realms/{REALM}"
SECRET_KEY = "a secret key for tests, long enough to be one"
SEALER = SecretSealer(SECRET_KEY)
VERIFIER = "verifier-verifier-verifier-verifier-verifier"


class Clock:
    """The time of a world; it stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: int) -> None:
        self.now += seconds


class World:
    """One realm on a real store, and builders for what lives in it."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self.server = server
        self.clock = clock
        self.realm = Realm(name=REALM)

    async def ask(self, decide: Decision[Question, Said], question: Question) -> Said | Refusal:
        return await self.server.ask(REALM, decide, question)

    async def said(self, decide: Decision[Question, Said], question: Question, kind: type[Kind]) -> Kind:
        """Ask, and return the answer if it is of this kind."""
        answer = await self.ask(decide, question)
        assert isinstance(answer, kind), answer
        return answer

    async def refused(self, decide: Decision[Question, Said], question: Question, kind: type[Refusal]) -> Refusal:
        """Ask, and return the refusal, which has to be exactly of this kind."""
        answer = await self.ask(decide, question)
        assert type(answer) is kind, answer
        return answer

    async def add(self, *records: Record) -> None:
        assert not isinstance(await self.ask(_add, records), Refusal)
        await self._look()

    async def replace(self, record: VersionedRecord) -> None:
        assert not isinstance(await self.ask(_replace, record), Refusal)
        await self._look()

    async def remove(self, *records: Record) -> None:
        assert not isinstance(await self.ask(_remove, records), Refusal)
        await self._look()

    async def _look(self) -> None:
        """Keep ``realm`` as it is now; some changes raise its version."""
        reference = await self.server.database.reference(REALM)
        assert reference is not None
        self.realm = reference.realm

    # -- people and software --

    async def account(self, username: str, *, organisation: bool = False, disabled_at: int | None = None) -> Account:
        account = Account(
            account_id=f"account-of-{username}",
            username=username,
            name=username.title(),
            email=f"{username}@example.test",
            email_verified=True,
            organisation=organisation,
            created_at=NOON,
            disabled_at=disabled_at,
        )
        await self.add(account)
        return account

    async def client(
        self,
        client_id: str,
        *,
        scope: str = "openid profile email read",
        grant_types: Sequence[str] = ("authorization_code", "refresh_token", "client_credentials"),
        method: str = "client_secret_basic",
        resource_server: bool = False,
        account: Account | None = None,
        jwks: str | None = None,
        id_token_signed_response_alg: str | None = None,
    ) -> Client:
        client = Client(
            client_id=client_id,
            client_name=client_id.title(),
            secret_digests=(secret_digest(client_id),) if method.startswith("client_secret") else (),
            token_endpoint_auth_method=method,
            resource_server=resource_server,
            grant_types=tuple(grant_types),
            redirect_uris=(f"https://{client_id}.example/callback",),
            scope=tuple(scope.split()),
            jwks=jwks,
            id_token_signed_response_alg=id_token_signed_response_alg,
            account_id=account.account_id if account else None,
            created_at=NOON,
        )
        await self.add(client)
        return client

    async def session(self, account: Account) -> str:
        """Sign somebody in; return the digest of the cookie."""
        record = Session(
            digest=digest(f"cookie-of-{account.username}"),
            sid=f"sid-of-{account.username}",
            account_id=account.account_id,
            auth_time=self.clock.now,
            amr=("pwd",),
            created_at=self.clock.now,
            expires_at=self.clock.now + 365 * 86_400,
        )
        if await self.server.database.work(REALM, self.realm.version).session(record.digest) is None:
            await self.add(record)
        return record.digest

    # -- tokens: each builder stores the record and returns the secret --

    async def code(
        self,
        client: Client,
        account: Account,
        *,
        secret: str = "the-code",
        scope: str = "openid profile email",
        code_challenge: str | None = challenge_of(VERIFIER),
        family: str = "family-1",
    ) -> str:
        record = AuthorizationCode(
            digest=digest(secret),
            family=family,
            client_id=client.client_id,
            account_id=account.account_id,
            redirect_uri=client.redirect_uris[0],
            scope=tuple(scope.split()),
            code_challenge=code_challenge,
            nonce="the-nonce",
            auth_time=NOON - 30,
            amr=("pwd",),
            sid="the-sid",
            expires_at=self.clock.now + 60,
        )
        await self.add(record)
        return secret

    async def access_token(
        self,
        client: Client,
        account: Account | None,
        *,
        secret: str = "the-access-token",
        scope: str = "openid profile email",
        family: str = "family-1",
        lifetime: int = 600,
    ) -> str:
        record = AccessToken(
            digest=digest(secret),
            family=family,
            client_id=client.client_id,
            account_id=account.account_id if account else None,
            scope=tuple(scope.split()),
            issued_at=self.clock.now,
            expires_at=self.clock.now + lifetime,
        )
        await self.add(record)
        return secret

    async def pat(self, resource_server: Client, owner: Account, *, lifetime: int = 3600) -> str:
        secret = f"pat-{owner.username}-{resource_server.client_id}"
        return await self.access_token(
            resource_server, owner, secret=secret, scope="uma_protection", family=secret, lifetime=lifetime
        )

    async def refresh_token(
        self,
        client: Client,
        account: Account,
        *,
        secret: str = "the-refresh-token",
        scope: str = "openid profile email",
        family: str = "family-1",
        rpt: Rpt | None = None,
    ) -> str:
        record = RefreshToken(
            digest=digest(secret),
            family=family,
            client_id=client.client_id,
            account_id=account.account_id,
            scope=() if rpt else tuple(scope.split()),
            issued_at=self.clock.now,
            expires_at=self.clock.now + 86_400,
            auth_time=NOON - 30,
            amr=("pwd",),
            owner_id=rpt.owner_id if rpt else None,
            resource_server=rpt.resource_server if rpt else None,
            requester=rpt.requester if rpt else None,
            permissions=rpt.permissions if rpt else (),
        )
        await self.add(record)
        return secret

    # -- sharing --

    async def resource(
        self, owner: Account, resource_server: Client, *, name: str = "record", scopes: str = "read write"
    ) -> Resource:
        resource = Resource(
            resource_id=f"{name}-of-{owner.username}",
            owner_id=owner.account_id,
            resource_server=resource_server.client_id,
            resource_scopes=tuple(scopes.split()),
            name=name,
            created_at=NOON,
        )
        await self.add(resource)
        return resource

    async def grant(
        self, resource: Resource, to: Account, *, scopes: str = "read write", expires_at: int | None = None
    ) -> Grant:
        grant = Grant(
            grant_id=f"grant-of-{resource.resource_id}-to-{to.username}",
            owner_id=resource.owner_id,
            target_kind="resource",
            target_id=resource.resource_id,
            grantee=Grantee(kind="account", id=to.account_id),
            scopes=tuple(scopes.split()),
            expires_at=expires_at,
            created_at=NOON,
            created_by=resource.owner_id,
        )
        await self.add(grant)
        return grant

    async def rpt(
        self, client: Client, requester: Account, *grants: Grant, resource_server: Client, secret: str = "the-rpt"
    ) -> Rpt:
        rpt = Rpt(
            digest=digest(secret),
            family=f"process-of-{secret}",
            client_id=client.client_id,
            resource_server=resource_server.client_id,
            owner_id=grants[0].owner_id,
            requester=Requester(
                issuer=ISSUER, subject=requester.account_id, account_id=requester.account_id, verified_at=NOON
            ),
            permissions=tuple(
                GrantedPermission(
                    resource_id=grant.target_id,
                    grant_id=grant.grant_id,
                    scopes=grant.scopes,
                    expires_at=grant.expires_at,
                    issued_at=self.clock.now,
                )
                for grant in grants
            ),
            issued_at=self.clock.now,
            expires_at=self.clock.now + 3600,
        )
        await self.add(rpt)
        return rpt


@asynccontextmanager
async def new_world(folder: Path, settings: RealmSettings | None = None) -> AsyncIterator[World]:
    """Give a world with an empty realm that can sign, on SQLite in ``folder``."""
    url = f"sqlite:///{folder / 'consentry.db'}"
    upgrade(url)
    database = await open_database(url)
    clock = Clock()
    try:
        await database.add_realm(Realm(name=REALM, settings=settings or RealmSettings()))
        world = World(Server(database=database, sealer=SEALER, base_url=BASE_URL, clock=clock), clock)
        await world.add(*signing_keys())
        await world.add()  # whoever looks at the realm without asking anything sees the keys
        yield world
    finally:
        await database.close()


def secret_digest(client_id: str, secret: str | None = None) -> str:
    """Return the digest that is kept of a client's secret, which is ``ID-secret`` unless said otherwise."""
    return SEALER.digest(secret or f"{client_id}-secret", purpose=f"{SECRET_PURPOSE}{client_id}")


def credentials_of(client: Client) -> Credentials:
    """Return the credentials with which a client with a secret, or a public one, authenticates."""
    match client.token_endpoint_auth_method:
        case "client_secret_basic":
            digested = secret_digest(client.client_id)
            return Credentials(
                method="client_secret_basic", client_id=client.client_id, secret_digest=digested, in_header=True
            )
        case "client_secret_post":
            digested = secret_digest(client.client_id)
            return Credentials(method="client_secret_post", client_id=client.client_id, secret_digest=digested)
        case _:
            return Credentials(method="none", client_id=client.client_id)


@cache
def signing_keys() -> tuple[SigningKey, ...]:
    """Make the realm's keys once; an RSA key takes its time."""
    return tuple(new_signing_key(alg, kid=f"key-{alg}", now=NOON, sealer=SEALER) for alg in SIGNING_ALGORITHMS)


async def _add(_ctx: Context, records: tuple[Record, ...]) -> Answer[None]:
    return Answer(None, *(Add(record=record) for record in records))


async def _replace(_ctx: Context, record: VersionedRecord) -> Answer[None]:
    return Answer(None, Replace(record=record))


async def _remove(_ctx: Context, records: tuple[Record, ...]) -> Answer[None]:
    return Answer(None, *(Remove(record=record) for record in records))
