"""A small world for the store's tests: Alice has a photo at `rs`, shared with Bob, whose app `app` wants it."""

from consentry.core.changes import Add
from consentry.core.model import (
    AccessRequest,
    AccessToken,
    AuthorizationCode,
    Circle,
    CircleMember,
    Client,
    Consent,
    Event,
    Grant,
    GrantedPermission,
    Grantee,
    Interaction,
    Membership,
    PermissionTicket,
    PersistedClaims,
    Record,
    RefreshToken,
    RepeatedAnswer,
    Requester,
    Rpt,
    Session,
    SigningKey,
    TicketPermission,
    TrustedIssuer,
    UsedOnce,
)
from consentry.store.database import StoreDatabase
from tests.store.samples import person, thing

LATER = 2**40
BOB = Requester(issuer="https://as.example", subject="bob", account_id="bob")
WANTED = (TicketPermission(resource_id="photo", scopes=("read",)),)


def ticket(digest: str = "ticket", *, owner_id: str = "alice", expires_at: int = LATER) -> PermissionTicket:
    return PermissionTicket(
        digest=digest,
        family="process",
        owner_id=owner_id,
        resource_server="rs",
        permissions=WANTED,
        issued_at=1,
        expires_at=expires_at,
    )


def rpt(digest: str = "rpt", *, expires_at: int = LATER) -> Rpt:
    return Rpt(
        digest=digest,
        family="process",
        client_id="app",
        resource_server="rs",
        owner_id="alice",
        requester=BOB,
        permissions=(GrantedPermission(resource_id="photo", grant_id="to-bob", scopes=("read",)),),
        issued_at=1,
        expires_at=expires_at,
    )


def access_token(digest: str = "pat", *, expires_at: int = LATER) -> AccessToken:
    return AccessToken(
        digest=digest,
        family="signed-in",
        client_id="rs",
        account_id="alice",
        scope=("uma_protection",),
        issued_at=1,
        expires_at=expires_at,
    )


def refresh_token(digest: str = "refresh", *, expires_at: int = LATER) -> RefreshToken:
    return RefreshToken(
        digest=digest,
        family="signed-in",
        client_id="rs",
        account_id="alice",
        scope=("uma_protection",),
        issued_at=1,
        expires_at=expires_at,
    )


def code(digest: str = "code", *, expires_at: int = LATER) -> AuthorizationCode:
    return AuthorizationCode(
        digest=digest,
        family="signed-in",
        client_id="rs",
        account_id="alice",
        redirect_uri="https://rs.example/cb",
        scope=("uma_protection",),
        code_challenge=None,
        nonce=None,
        auth_time=1,
        amr=("pwd",),
        sid=None,
        expires_at=expires_at,
    )


def session(digest: str = "cookie", *, expires_at: int = LATER) -> Session:
    return Session(
        digest=digest,
        sid="sid",
        account_id="alice",
        auth_time=1,
        amr=("pwd",),
        created_at=1,
        expires_at=expires_at,
    )


def grant(grant_id: str = "to-bob", *, at: int = 1, to: Grantee | None = None) -> Grant:
    return Grant(
        grant_id=grant_id,
        owner_id="alice",
        target_kind="resource",
        target_id="photo",
        grantee=to or Grantee(kind="account", id="bob"),
        scopes=("read",),
        created_at=at,
    )


def request(request_id: str = "please", *, at: int = 1) -> AccessRequest:
    return AccessRequest(
        request_id=request_id,
        owner_id="alice",
        resource_server="rs",
        client_id="app",
        requester=BOB,
        permissions=WANTED,
        fingerprint=f"fingerprint of {request_id}",
        created_at=at,
        expires_at=LATER,
    )


def event(event_id: str = "happened", *, at: int = 1) -> Event:
    return Event(event_id=event_id, at=at, kind="resource.registered", owner_id="alice")


def everything() -> list[Record]:
    """List a record of every kind but the realm's, all of them usable."""
    return [
        SigningKey(kid="key", alg="ES256", public="{}", private="sealed", created_at=1),
        TrustedIssuer(issuer="https://op.example"),
        Client(client_id="rs", resource_server=True),
        Client(client_id="app"),
        person("alice", email="alice@example.org", email_verified=True),
        person("bob", email="Bob@example.org", email_verified=True),
        person("clinic", organisation=True),
        Membership(organisation_id="clinic", account_id="bob", role="nurse"),
        session(),
        Interaction(digest="browser", kind="authorization", browser_digest="b", request="{}", expires_at=LATER),
        Consent(account_id="alice", client_id="rs", scope=("openid",), created_at=1),
        code(),
        access_token(),
        refresh_token(),
        PersistedClaims(
            digest="pct",
            client_id="app",
            account_id="bob",
            issuer="https://as.example",
            subject="bob",
            claims="sealed",
            created_at=1,
            expires_at=LATER,
        ),
        RepeatedAnswer(owner_id="alice", client_id="rs", digest="key", answer="{}", expires_at=LATER),
        UsedOnce(purpose="jti", digest="once", expires_at=LATER),
        thing("photo", name="Photo of a café", type="photo", labels=("holiday",)),
        grant(),
        Circle(circle_id="friends", owner_id="alice", name="Friends", created_at=1),
        CircleMember(owner_id="alice", circle_id="friends", kind="account", id="bob", added_at=1),
        ticket(),
        rpt(),
        request(),
        event(),
    ]


async def settle_everything(database: StoreDatabase, realm: str = "main") -> int:
    """Store a record of every kind in a realm; return the version the realm has then."""
    assert await database.work(realm, 1).commit([Add(record=record) for record in everything()], now=1)
    return await version_of(database, realm)


async def version_of(database: StoreDatabase, realm: str = "main") -> int:
    reference = await database.reference(realm)
    assert reference is not None
    return reference.realm.version
