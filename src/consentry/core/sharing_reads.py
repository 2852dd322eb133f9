"""What decisions may ask about resources, tickets, RPTs, grants and requests."""

from collections.abc import Sequence
from typing import Protocol

from consentry.core.findings import (
    GrantFilter,
    LiveRpt,
    Page,
    ProtectedRpt,
    Protection,
    ResourceFilter,
    SharedGrant,
    Surroundings,
)
from consentry.core.model import (
    AccessRequest,
    Circle,
    CircleMember,
    Event,
    Grant,
    PermissionTicket,
    RepeatedAnswer,
    Requester,
    RequestStatus,
    Resource,
    Rpt,
)


class SharingReads(Protocol):
    """Reads about what is protected, shared and asked for."""

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

    async def repeated_answer(self, owner_id: str, client_id: str, digest: str) -> RepeatedAnswer | None:
        """Return what a call with this idempotency key was answered, expired ones included."""
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
        requester: Requester | None,
        client_id: str,
    ) -> Surroundings:
        """Return what an assessment needs; see `Surroundings`.

        Grants are those to this requester's account or its verified e-mail address (of a stranger: the address that
        another issuer has verified), to this client, and all claim-conditioned, circle and organisation grants.
        """
        ...

    async def protected_rpt(self, pat_digest: str, digest: str) -> ProtectedRpt | None:
        """Return a PAT, and an RPT of its owner at its resource server; requester's account, if any, enabled."""
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

    async def circle(self, owner_id: str, circle_id: str) -> Circle | None:
        """Return one of an owner's circles."""
        ...

    async def circles_by_id(self, owner_id: str, circle_ids: Sequence[str]) -> Sequence[Circle]:
        """Return those of the owner's circles that exist, in no order."""
        ...

    async def circles(self, owner_id: str, page: Page) -> Sequence[Circle]:
        """List an owner's circles by ``circle_id``."""
        ...

    async def circle_members(self, owner_id: str, circle_ids: Sequence[str]) -> Sequence[CircleMember]:
        """Return everybody who is in one of the owner's circles, in no order."""
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

    # -- what hangs together --
    async def grants_below(self, owner_id: str, grant_id: str) -> Sequence[Grant]:
        """Return every grant that was passed on from a grant, over however many levels, in no order."""
        ...

    async def grant_and_below(self, owner_id: str, grant_id: str) -> Sequence[Grant]:
        """Return one of an owner's grants, first, and every grant passed on from it; nothing if there is none."""
        ...

    async def grant_chain(self, owner_id: str, grant_id: str) -> Sequence[Grant]:
        """Return a grant and every grant that it was passed on from, in no order."""
        ...

    async def received_grant(self, account_id: str, grant_id: str) -> Grant | None:
        """Return a grant whose grantee is this account."""
        ...

    async def passed_on_grant(self, account_id: str, grant_id: str) -> Grant | None:
        """Return a grant that this account made, of whatever owner."""
        ...

    async def resource_parts(self, owner_id: str, resource_id: str) -> Sequence[Resource]:
        """Return everything that is part of a resource, or of a part of it, in no order."""
        ...

    async def resource_lineage(
        self, owner_id: str, resource_server: str, resource_ids: Sequence[str]
    ) -> Sequence[Resource]:
        """Return those of the resources that exist, and everything that they are part of, in no order."""
        ...

    # -- the operator's: whole realms --
    async def all_resources(self, page: Page) -> Sequence[Resource]:
        """List every resource of the realm by ``resource_id``."""
        ...

    async def all_grants(self, page: Page) -> Sequence[Grant]:
        """List every grant of the realm by ``grant_id``."""
        ...
