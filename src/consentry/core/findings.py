"""What the store's reads return besides records, and how lists are asked for."""

from consentry.core.model import (
    AccessRequest,
    AccessToken,
    Account,
    Event,
    Grant,
    GranteeKind,
    GrantStatus,
    Membership,
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
    the requester's account if it is one of this realm; ``circles``: those of the owner's circles that the requester is
    in; ``memberships``: the requester's, in whatever organisation.  Resources come with everything they are part of,
    grants with every grant they were passed on from.
    """

    resources: tuple[Resource, ...]
    grants: tuple[Grant, ...]
    requests: tuple[AccessRequest, ...]
    account: Account | None = None
    circles: frozenset[str] = frozenset()
    memberships: tuple[Membership, ...] = ()


@value
class LiveGrant:
    """What an RPT's permission needs to know about the grant that it came from."""

    grant_id: str
    target_id: str
    grantee_kind: GranteeKind
    parent: str | None
    scopes: tuple[str, ...]
    allow: bool
    client_ids: tuple[str, ...]
    not_before: int | None
    expires_at: int | None
    paused_at: int | None


@value
class LiveResource:
    """What an RPT's permission needs to know about its resource."""

    resource_id: str
    resource_scopes: tuple[str, ...]


@value
class LiveRpt:
    """An RPT, the grants its permissions came from that still exist, and the resources that still exist.

    ``refusals``: its owner has said an explicit no to somebody, so that a closer look is needed.
    """

    rpt: Rpt
    grants: tuple[LiveGrant, ...]
    resources: tuple[LiveResource, ...]
    refusals: bool = False


@value
class ProtectedRpt:
    """A PAT, and the RPT that it may know about, if that is one."""

    token: AccessToken
    live: LiveRpt | None


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
