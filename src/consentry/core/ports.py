"""What decisions may ask of the world: one Protocol per extension point, and the store's reads.

A read answers for one realm and is one round trip.  Reads of tokens answer only while the account they speak for is
enabled; everything else about being usable (expiry, the client) is the decision's to check.
"""

from collections.abc import Sequence
from typing import Protocol

from consentry.core.model import (
    AccessRequest,
    AccessToken,
    Account,
    AuthorizationCode,
    Client,
    Consent,
    Event,
    Grant,
    GrantStatus,
    Interaction,
    PermissionTicket,
    Record,
    RefreshToken,
    RequestStatus,
    Resource,
    Rpt,
    Session,
)
from consentry.uma.value import value


@value
class Protection:
    """A PAT and those of the wanted resources that its owner has at its resource server."""

    token: AccessToken
    resources: tuple[Resource, ...]


@value
class SignedIn:
    """A browser session and whose it is."""

    session: Session
    account: Account


@value
class Surroundings:
    """What an assessment needs to know about one owner's resources and one requester.

    ``resources``: those of the wanted ones that exist; ``grants``: every grant of the owner on one of them (by id,
    type or label) that could concern this requester, whatever its state; ``requests``: this requester's requests to
    this owner at this resource server through this client that are open, narrowed, denied or blocked; ``account``:
    the requester's account if it is one of this realm.
    """

    resources: tuple[Resource, ...]
    grants: tuple[Grant, ...]
    requests: tuple[AccessRequest, ...]
    account: Account | None = None


@value
class LiveRpt:
    """An RPT, the grants its permissions came from that still exist, and the resources that still exist."""

    rpt: Rpt
    grants: tuple[Grant, ...]
    resources: tuple[Resource, ...]


@value
class SharedGrant:
    """A grant, and the resource it is about if that is a single one."""

    grant: Grant
    resource: Resource | None


@value
class Page:
    """One page of a list: at most ``limit`` rows after the row whose key is ``after`` (None: from the start).

    In a list by id the key is the id; in a list that is newest first it is what `cursor` says.
    """

    limit: int = 50
    after: str | None = None


def cursor(record: Resource | Grant | AccessRequest | Event) -> str:
    """Return the key of a row in a list that is newest first."""
    match record:
        case Resource():
            return f"{record.created_at}.{record.resource_id}"
        case Grant():
            return f"{record.created_at}.{record.grant_id}"
        case AccessRequest():
            return f"{record.created_at}.{record.request_id}"
        case Event():
            return f"{record.at}.{record.event_id}"


@value
class GrantFilter:
    """Which of an owner's grants; None means any.  ``status`` is that at ``now`` (epoch seconds)."""

    resource_id: str | None = None
    grantee_id: str | None = None
    status: GrantStatus | None = None
    now: int = 0


@value
class ResourceFilter:
    """Which of an owner's resources; None means any.  ``name`` matches a part of the name, without case."""

    name: str | None = None
    type: str | None = None
    label: str | None = None
    resource_server: str | None = None


class Store(Protocol):
    """What a decision may ask.  Reads only, on one realm.

    Lists come newest first unless said otherwise, one more row than ``page.limit`` when there are more.
    """

    # -- reference data: cached by the realm's version, so usually no round trip --
    async def client(self, client_id: str) -> Client | None:
        """Return a client, disabled ones included."""
        ...

    async def clients(self, page: Page) -> Sequence[Client]:
        """List clients by ``client_id``."""
        ...

    # -- people --
    async def account(self, account_id: str) -> Account | None:
        """Return an account, disabled ones included."""
        ...

    async def accounts_by_id(self, account_ids: Sequence[str]) -> Sequence[Account]:
        """Return those of the accounts that exist, in no order."""
        ...

    async def account_by_username(self, username: str) -> Account | None:
        """Return the account with this name (compared without case)."""
        ...

    async def account_by_email(self, email: str) -> Account | None:
        """Return the account whose *verified* address this is (compared without case)."""
        ...

    async def accounts(self, page: Page) -> Sequence[Account]:
        """List accounts by ``account_id``."""
        ...

    async def session(self, digest: str) -> SignedIn | None:
        """Return a browser session and its account, if that is enabled."""
        ...

    async def sessions_of(self, account_id: str) -> Sequence[Session]:
        """Return an account's sessions."""
        ...

    async def interaction(self, digest: str) -> Interaction | None:
        """Return where a browser is in an authorization process."""
        ...

    async def consent(self, account_id: str, client_id: str) -> Consent | None:
        """Return what the account has allowed the client."""
        ...

    async def consents_of(self, account_id: str) -> Sequence[Consent]:
        """Return everything the account has allowed."""
        ...

    # -- OAuth --
    async def authorization_code(self, digest: str) -> AuthorizationCode | None:
        """Return a code, taken ones included, if its account is enabled."""
        ...

    async def access_token(self, digest: str) -> AccessToken | None:
        """Return an access token if the account it speaks for, if any, is enabled."""
        ...

    async def refresh_token(self, digest: str) -> RefreshToken | None:
        """Return a refresh token, taken ones included, if its account, if any, is enabled."""
        ...

    async def family(self, family: str) -> Sequence[Record]:
        """Return every code, access token, refresh token, ticket and RPT of one family, taken ones included."""
        ...

    async def issued_to(self, account_id: str, client_id: str) -> Sequence[Record]:
        """Return every untaken code, access token and refresh token of one account at one client."""
        ...

    async def used_once(self, purpose: str, digest: str) -> bool:
        """Tell whether something that may be used once has been."""
        ...

    # -- protection API: always by owner and resource server --
    async def protection(self, pat_digest: str, resource_ids: Sequence[str]) -> Protection | None:
        """Return a PAT and those of the resources that its owner registered at its resource server."""
        ...

    async def resource(self, owner_id: str, resource_server: str, resource_id: str) -> Resource | None:
        """Return one resource of an owner at a resource server."""
        ...

    async def resource_ids(self, owner_id: str, resource_server: str, page: Page) -> Sequence[str]:
        """List the ids of an owner's resources at a resource server, by id."""
        ...

    # -- the UMA grant and introspection --
    async def permission_ticket(self, digest: str) -> PermissionTicket | None:
        """Return a ticket, taken ones included, if its owner is enabled."""
        ...

    async def surroundings(
        self,
        owner_id: str,
        resource_server: str,
        resource_ids: Sequence[str],
        *,
        account_id: str | None,
        email: str | None,
        subject: str | None,
        client_id: str,
    ) -> Surroundings:
        """Return what an assessment needs; see `Surroundings`.

        Grants are those to this account, to its verified e-mail address, to ``email``, to this client, and all
        claim-conditioned and circle grants.
        ``subject`` is the requester's subject as stored in access requests (None: nobody known, no requests).
        """
        ...

    async def rpt(self, owner_id: str, resource_server: str, digest: str) -> LiveRpt | None:
        """Return an RPT of this owner at this resource server, if the requester's account, if any, is enabled."""
        ...

    async def rpt_of_client(self, client_id: str, digest: str) -> Rpt | None:
        """Return an RPT by its digest for the client that holds it."""
        ...

    # -- the owner's and requester's pages --
    async def owner_resources(self, owner_id: str, wanted: ResourceFilter, page: Page) -> Sequence[Resource]:
        """List an owner's resources everywhere, newest first."""
        ...

    async def owner_resource(self, owner_id: str, resource_id: str) -> Resource | None:
        """Return one of an owner's resources."""
        ...

    async def owner_resources_by_id(self, owner_id: str, resource_ids: Sequence[str]) -> Sequence[Resource]:
        """Return those of the owner's resources that exist, in no order."""
        ...

    async def grant(self, owner_id: str, grant_id: str) -> Grant | None:
        """Return one of an owner's grants."""
        ...

    async def grants(self, owner_id: str, wanted: GrantFilter, page: Page) -> Sequence[Grant]:
        """List an owner's grants, newest first."""
        ...

    async def grants_reaching(self, owner_id: str, resource: Resource, page: Page) -> Sequence[Grant]:
        """List an owner's grants that a resource falls under: by its id, its type or a label; newest first."""
        ...

    async def shared_with(self, account_id: str, email: str | None, page: Page) -> Sequence[SharedGrant]:
        """List grants by others to this account or its verified address, newest first."""
        ...

    async def access_request(self, owner_id: str, request_id: str) -> AccessRequest | None:
        """Return one request to an owner."""
        ...

    async def access_requests(self, owner_id: str, status: RequestStatus | None, page: Page) -> Sequence[AccessRequest]:
        """List requests to an owner, newest first."""
        ...

    async def asked_by(self, account_id: str, page: Page) -> Sequence[AccessRequest]:
        """List requests by an account, newest first."""
        ...

    async def asked(self, account_id: str, request_id: str) -> AccessRequest | None:
        """Return one request by an account."""
        ...

    async def events(self, owner_id: str, page: Page) -> Sequence[Event]:
        """List what happened to an owner's things, newest first."""
        ...

    # -- the operator's: whole realms --
    async def all_resources(self, page: Page) -> Sequence[Resource]:
        """List every resource of the realm by ``resource_id``."""
        ...

    async def all_grants(self, page: Page) -> Sequence[Grant]:
        """List every grant of the realm by ``grant_id``."""
        ...


class Sealer(Protocol):
    """Encrypts what must not lie readable in the database, and digests secrets that people or operators chose."""

    def seal(self, text: str, *, purpose: str) -> str:
        """Encrypt and authenticate text for one purpose."""
        ...

    def unseal(self, sealed: str, *, purpose: str) -> str:
        """Return the text.  Raises ValueError if it was sealed for another purpose, with another key, or changed."""
        ...

    def digest(self, text: str, *, purpose: str) -> str:
        """Return a keyed digest, for secrets that may be guessable (client secrets in realm files)."""
        ...
