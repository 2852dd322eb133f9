"""A realm of its own for every run of the model, in one database: two owners, two resource servers, three clients."""

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import TypeVar

from consentry.core.changes import Add
from consentry.core.claims import ClaimToken
from consentry.core.client_authentication import Credentials
from consentry.core.context import Answer, Context, Decision
from consentry.core.errors import Refusal
from consentry.core.me import BySession
from consentry.core.model import AccessToken, Account, Client, Realm, Record, Session
from consentry.core.realm import RealmSettings
from consentry.core.tokens import digest
from consentry.server import Server
from consentry.store.database import open_database
from consentry.store.migrate import upgrade
from consentry.uma.codes import GRANT_REFRESH_TOKEN, GRANT_UMA_TICKET
from tests.worlds import BASE_URL, NOON, SEALER, Clock, credentials_of, secret_digest

Question = TypeVar("Question")
Said = TypeVar("Said")

OWNERS = ("alice", "dave")
PEOPLE = ("bob", "carol", "erin")
SERVERS = ("records", "albums")
CLIENTS = ("surgery", "rival", "kiosk")
PUBLIC = "kiosk"
REGISTERED_SCOPES = {"surgery": ("openid", "write"), "rival": ("openid",), "kiosk": ("openid", "write")}
FOREVER = 20 * 365 * 86_400


class Theatre:
    """One database for all runs, and the event loop on which they are asked."""

    def __init__(self, url: str) -> None:
        self.loop = asyncio.new_event_loop()
        upgrade(url)
        self.database = self.loop.run_until_complete(open_database(url))
        self._numbers = count()

    def close(self) -> None:
        self.loop.run_until_complete(self.database.close())
        self.loop.close()

    def stage(self, settings: RealmSettings) -> "Stage":
        """Return a realm that nobody has used, with everybody in it."""
        stage = Stage(self, f"run-{next(self._numbers)}")
        self.loop.run_until_complete(self.database.add_realm(Realm(name=stage.realm, settings=settings)))
        stage.add(*_everybody())
        return stage


class Stage:
    """One run's realm, and how to ask it."""

    def __init__(self, theatre: Theatre, realm: str) -> None:
        self.realm = realm
        self.clock = Clock()
        self.server = Server(database=theatre.database, sealer=SEALER, base_url=BASE_URL, clock=self.clock)
        self._loop = theatre.loop

    @property
    def issuer(self) -> str:
        return f"{BASE_URL}/realms/{self.realm}"

    def ask(self, decide: Decision[Question, Said], question: Question) -> Said | Refusal:
        return self._loop.run_until_complete(self.server.ask(self.realm, decide, question))

    def add(self, *records: Record) -> None:
        assert not isinstance(self.ask(_add, records), Refusal)

    def id_token(self, person: str, client: str) -> ClaimToken:
        """Return an ID Token of this realm, as the verifier hands it on."""
        return ClaimToken(
            issuer=self.issuer,
            subject=person,
            audience=(client,),
            issued_at=int(self.clock()),
            expires_at=int(self.clock()) + 600,
            realm_version=1,
            claims={"sub": person},
        )


def who(person: str) -> BySession:
    """Return the browser session of somebody."""
    return BySession(digest=digest(f"cookie-of-{person}"))


def pat_of(owner: str, server: str) -> str:
    """Return the PAT of an owner at a resource server."""
    return f"pat-{owner}-{server}"


def address_of(person: str) -> str:
    return f"{person}@example.test"


def credentials(client: str) -> Credentials:
    return credentials_of(_client(client))


def _everybody() -> list[Record]:
    people = (*OWNERS, *PEOPLE)
    records: list[Record] = [_account(person) for person in people]
    records += [_session(person) for person in people]
    records += [_client(each) for each in (*SERVERS, *CLIENTS)]
    records += [_pat(owner, server) for owner in OWNERS for server in SERVERS]
    records.append(_pat("alice", "records", secret="old-pat", lifetime=-1))
    records.append(_pat("alice", "records", secret="wrong-scope", scope=("openid",)))
    return records


def _account(person: str) -> Account:
    return Account(
        account_id=person,
        username=person,
        name=person.title(),
        email=address_of(person),
        email_verified=True,
        created_at=NOON,
    )


def _session(person: str) -> Session:
    return Session(
        digest=digest(f"cookie-of-{person}"),
        sid=f"sid-of-{person}",
        account_id=person,
        auth_time=NOON,
        amr=("pwd",),
        created_at=NOON,
        expires_at=NOON + FOREVER,
    )


def _client(client_id: str) -> Client:
    server, public = client_id in SERVERS, client_id == PUBLIC
    return Client(
        client_id=client_id,
        client_name=client_id.title(),
        secret_digests=() if public else (secret_digest(client_id),),
        token_endpoint_auth_method="none" if public else "client_secret_basic",
        resource_server=server,
        grant_types=(GRANT_UMA_TICKET,) if public else (GRANT_UMA_TICKET, GRANT_REFRESH_TOKEN),
        redirect_uris=(f"https://{client_id}.example/callback",),
        scope=("uma_protection",) if server else REGISTERED_SCOPES[client_id],
        created_at=NOON,
    )


def _pat(
    owner: str,
    server: str,
    *,
    secret: str | None = None,
    scope: tuple[str, ...] = ("uma_protection",),
    lifetime: int = FOREVER,
) -> AccessToken:
    return AccessToken(
        digest=digest(secret or pat_of(owner, server)),
        family=secret or pat_of(owner, server),
        client_id=server,
        account_id=owner,
        scope=scope,
        issued_at=NOON,
        expires_at=NOON + lifetime,
    )


async def _add(_ctx: Context, records: Sequence[Record]) -> Answer[None]:
    return Answer(None, *(Add(record=record) for record in records))
