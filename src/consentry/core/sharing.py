"""How shared things are shown: rows with the names that people know them by.

A view never shows the owner an internal id where a name exists, and never shows anybody somebody else's other things.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from consentry.core.context import Context
from consentry.core.model import AccessRequest, Account, Circle, Client, Event, Grant, GrantStatus, Resource
from consentry.core.ports import Page, cursor
from consentry.uma.value import value

Row = TypeVar("Row")
Keyed = Resource | Grant | AccessRequest | Event


@value
class Listed(Generic[Row]):
    """One page of a list; ``next`` is the cursor of the following one."""

    items: tuple[Row, ...]
    next: str | None = None


@value
class Names:
    """What people call the things that records point to."""

    accounts: Mapping[str, Account]
    clients: Mapping[str, Client]
    resources: Mapping[str, Resource]
    circles: Mapping[str, Circle]

    def person(self, account_id: str | None) -> str | None:
        """Return a person's name, or their user name."""
        account = self.accounts.get(account_id or "")
        return (account.name or account.username) if account else None

    def username(self, account_id: str | None) -> str | None:
        """Return the name under which a person signs in."""
        account = self.accounts.get(account_id or "")
        return account.username if account else None

    def app(self, client_id: str | None) -> str | None:
        """Return a client's name."""
        client = self.clients.get(client_id or "")
        return (client.client_name or client.client_id) if client else None

    def circle(self, circle_id: str | None) -> str | None:
        """Return what its owner calls a circle."""
        circle = self.circles.get(circle_id or "")
        return circle.name if circle else None

    def thing(self, resource_id: str | None) -> str | None:
        """Return a resource's name."""
        resource = self.resources.get(resource_id or "")
        return resource_name(resource) if resource else None


def resource_name(resource: Resource) -> str:
    """Return what to call a resource: its name, or its type, or a plain word."""
    return resource.name or resource.type or "Unnamed thing"


def status_of(grant: Grant, now: int) -> GrantStatus:
    """Return where a grant stands at a moment (epoch seconds)."""
    if grant.expires_at is not None and grant.expires_at <= now:
        return "ended"
    if grant.paused_at is not None:
        return "paused"
    if grant.not_before is not None and grant.not_before > now:
        return "scheduled"
    return "active"


def listed(rows: Sequence[Row], records: Sequence[Keyed], page: Page) -> Listed[Row]:
    """Cut the one row too many that a store read returns when there are more; ``records`` are those of the rows."""
    more = len(rows) > page.limit
    return Listed(items=tuple(rows[: page.limit]), next=cursor(records[page.limit - 1]) if more else None)


async def names(
    ctx: Context,
    owner_id: str,
    *,
    accounts: Iterable[str | None] = (),
    clients: Iterable[str | None] = (),
    resources: Iterable[str | None] = (),
    circles: Iterable[str | None] = (),
) -> Names:
    """Look up the names behind ids: one read for people, one each for the owner's things and circles."""
    people = sorted({each for each in accounts if each})
    things = sorted({each for each in resources if each})
    apps = sorted({each for each in clients if each})
    found_people = await ctx.store.accounts_by_id(people) if people else ()
    found_things = await ctx.store.owner_resources_by_id(owner_id, things) if things else ()
    groups = sorted({each for each in circles if each})
    found_groups = await ctx.store.circles_by_id(owner_id, groups) if groups else ()
    found_apps = [client for client_id in apps if (client := await ctx.store.client(client_id))]
    return Names(
        accounts={account.account_id: account for account in found_people},
        clients={client.client_id: client for client in found_apps},
        resources={resource.resource_id: resource for resource in found_things},
        circles={circle.circle_id: circle for circle in found_groups},
    )
