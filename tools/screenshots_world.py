"""The people, things and weeks behind the pictures: Alice, her doctors, and what happened so far."""

from collections.abc import Callable
from typing import TypeVar

from consentry.core.changes import Add
from consentry.core.context import Answer, Context, Decision
from consentry.core.errors import Refusal
from consentry.core.events import event
from consentry.core.grantee import NamedGrantee
from consentry.core.keys import SIGNING_ALGORITHMS, new_signing_key
from consentry.core.me import BySession
from consentry.core.model import (
    AccessRequest,
    Account,
    Client,
    Realm,
    Record,
    Requester,
    Resource,
    Session,
    TicketPermission,
)
from consentry.core.owner_grants import Share, share
from consentry.core.realm import RealmSettings, ScopeDescription
from consentry.core.terms import Terms
from consentry.core.tokens import digest
from consentry.plugins.passwords import Argon2Passwords
from consentry.plugins.sealing import SecretSealer
from consentry.server import Database, Server
from consentry.settings.schema import PasswordSettings
from consentry.uma.codes import GRANT_AUTHORIZATION_CODE, GRANT_UMA_TICKET

Question = TypeVar("Question")
Said = TypeVar("Said")

REALM = "health"
PASSWORD = "alice-password"
MINUTE, HOUR, DAY = 60, 3_600, 86_400
ALICE, BOB, CAROL, DAN = "alice-0001", "bob-0001", "carol-0001", "dan-0001"
SCOPES = (
    ScopeDescription(name="read", description="Read the record", icon="eye"),
    ScopeDescription(name="write", description="Add entries", icon="pencil"),
    ScopeDescription(name="view", description="Look at the photos", icon="image"),
    ScopeDescription(name="download", description="Download the originals", icon="download"),
)


class Past:
    """A clock that the story sets back, and forth again."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.ago = 0

    def __call__(self) -> float:
        return self._now() - self.ago


class Story:
    """Tells what happened, each thing at its time."""

    def __init__(self, database: Database, sealer: SecretSealer, base_url: str, now: Callable[[], float]) -> None:
        self.clock = Past(now)
        self.server = Server(database=database, sealer=sealer, base_url=base_url, clock=self.clock)
        self.sealer = sealer

    async def tell(self) -> None:
        """Fill an empty database."""
        settings = RealmSettings(scopes=SCOPES)
        realm = Realm(name=REALM, display_name="Health", default=True, settings=settings)
        await self.server.database.add_realm(realm)
        await self.people()
        await self.things()
        await self.shares()
        await self.visits()
        await self.requests()

    async def people(self) -> None:
        self.clock.ago = 90 * DAY
        now = int(self.clock())
        hashed = Argon2Passwords(PasswordSettings(memory_kib=1024, iterations=1)).hash_now(PASSWORD)
        keys = [new_signing_key(alg, kid=alg, now=now, sealer=self.sealer) for alg in SIGNING_ALGORITHMS]
        names = {ALICE: "Alice Andersson", BOB: "Dr. Bob Lindqvist", CAROL: "Dr. Carol Okafor", DAN: "Dan Andersson"}
        await self.add(*keys)
        for account_id, name in names.items():
            username = account_id.partition("-")[0]
            account = Account(
                account_id=account_id,
                username=username,
                name=name,
                email=f"{username}@example.test",
                email_verified=True,
                password_hash=hashed if account_id == ALICE else None,
                created_at=now,
            )
            await self.add(account)
        await self.add(Session(digest=digest("story"), sid="story", account_id=ALICE, auth_time=now, amr=("pwd",),
                               created_at=now, expires_at=now + 89 * DAY))  # fmt: skip
        for client_id, name, keeps in (
            ("records", "Health records", True),
            ("photos", "Family photos", True),
            ("surgery", "Surgery tablet", False),
            ("bloodpressure", "Pulse watch", False),
        ):
            grants = (GRANT_AUTHORIZATION_CODE,) if keeps else (GRANT_AUTHORIZATION_CODE, GRANT_UMA_TICKET)
            scope = ("openid", "profile", "offline_access", "uma_protection") if keeps else ("openid", "read")
            uri = f"http://127.0.0.1:8081/{client_id}"
            await self.add(
                Client(
                    client_id=client_id,
                    client_name=name,
                    resource_server=keeps,
                    token_endpoint_auth_method="none",
                    grant_types=grants,
                    redirect_uris=(uri,),
                    scope=scope,
                    created_at=now,
                )
            )

    async def things(self) -> None:
        for ago, name, kept_by, scopes, description in (
            (80, "Holiday photos", "photos", ("view", "download"), "Summer at the lake"),
            (60, "Vaccination card", "records", ("read", "write"), "Every vaccination since 1986"),
            (42, "Blood pressure", "records", ("read", "write"), "Measured at home, every morning"),
            (41, "Health record", "records", ("read", "write"), "Letters, results and notes of all your doctors"),
        ):
            self.clock.ago = ago * DAY
            resource = Resource(
                resource_id=name.lower().replace(" ", "-"),
                owner_id=ALICE,
                resource_server=kept_by,
                resource_scopes=scopes,
                name=name,
                description=description,
                created_at=int(self.clock()),
            )
            await self.add(resource)
            await self.happens("resource.registered", client_id=kept_by, resource_id=resource.resource_id)

    async def shares(self) -> None:
        await self.share(40 * DAY, "health-record", NamedGrantee(account="carol"), "read write", ends=None,
                         purpose="My regular physician")  # fmt: skip
        await self.share(30 * DAY, "holiday-photos", NamedGrantee(email="grandma@example.test"), "view", ends=None)
        await self.share(6 * DAY, "health-record", NamedGrantee(account="bob"), "read", ends=4 * DAY,
                         purpose="Operation on Thursday", apps=("surgery",))  # fmt: skip
        await self.share(2 * DAY, "blood-pressure", NamedGrantee(account="carol"), "read", ends=28 * DAY)

    async def visits(self) -> None:
        for ago, who, app, thing in (
            (DAY + 2 * HOUR, CAROL, "surgery", "blood-pressure"),
            (3 * HOUR, BOB, "surgery", "health-record"),
        ):
            self.clock.ago = ago
            await self.happens("rpt.issued", actor=who, client_id=app, resource_id=thing)

    async def requests(self) -> None:
        await self.asks(
            35 * MINUTE, BOB, "health-record", ("read", "write"), "I would like to add the report of Thursday."
        )

    # -- how things happen --

    async def share(self, ago: int, thing: str, with_whom: NamedGrantee, scopes: str, *, ends: int | None,
                    purpose: str | None = None, apps: tuple[str, ...] = ()) -> None:  # fmt: skip
        self.clock.ago = 0
        expires_at = None if ends is None else int(self.clock()) + ends
        self.clock.ago = ago
        terms = Terms(scopes=tuple(scopes.split()), expires_at=expires_at, purpose=purpose, client_ids=apps)
        who = BySession(digest=digest("story"))
        await self.ask(share, Share(who=who, target_kind="resource", target_id=thing, grantee=with_whom, terms=terms))

    async def asks(self, ago: int, who: str, thing: str, scopes: tuple[str, ...], message: str) -> None:
        self.clock.ago = ago
        requester = Requester(issuer=self.server.issuer(Realm(name=REALM)), subject=who, account_id=who)
        request = AccessRequest(
            request_id=f"request-of-{who}",
            owner_id=ALICE,
            resource_server="records",
            client_id="surgery",
            requester=requester,
            permissions=(TicketPermission(resource_id=thing, scopes=scopes),),
            fingerprint=f"{who} {thing}",
            message=message,
            created_at=int(self.clock()),
            expires_at=int(self.clock()) + 14 * DAY,
        )
        await self.add(request)
        await self.happens("request.submitted", actor=who, client_id="surgery", resource_id=thing)

    async def happens(self, kind: str, *, client_id: str, resource_id: str, actor: str | None = None) -> None:
        async def seen(ctx: Context, _: None) -> Answer[None]:
            record = event(ctx, kind, owner_id=ALICE, actor=actor, client_id=client_id, resource_id=resource_id)
            return Answer(None, Add(record=record))

        await self.ask(seen, None)

    async def add(self, *records: Record) -> None:
        async def added(_: Context, wanted: tuple[Record, ...]) -> Answer[None]:
            return Answer(None, *(Add(record=record) for record in wanted))

        await self.ask(added, records)

    async def ask(self, decide: Decision[Question, Said], question: Question) -> Said:
        said = await self.server.ask(REALM, decide, question)
        if isinstance(said, Refusal):
            raise RuntimeError(said.description)  # noqa: TRY004 - what the story needs did not happen
        return said
