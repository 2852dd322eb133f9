"""With whom the owner shares: the same grants, by person."""

from consentry.core.context import Answer, Context
from consentry.core.me import Who, me
from consentry.core.model import Grantee
from consentry.core.owner_grants import MyGrant, shown
from consentry.core.ports import GrantFilter, Page
from consentry.core.sharing import Listed, listed
from consentry.uma.value import value


@value
class Person:
    """Somebody with access, and through which grants; ``ends_at`` is the next end of one that counts today."""

    grantee: Grantee
    grants: tuple[MyGrant, ...]
    ends_at: int | None


@value
class ListPeople:
    """``page`` counts grants, not people: whose grants lie on two pages stands on both."""

    who: Who
    page: Page = Page(limit=200)


async def list_people(ctx: Context, request: ListPeople) -> Answer[Listed[Person]]:
    """List everybody with whom I share, those first to whom I gave something last; what has ended is left out."""
    owner_id = await me(ctx, request.who)
    grants = await ctx.store.grants(owner_id, GrantFilter(now=ctx.now), request.page)
    page = listed(await shown(ctx, owner_id, *grants), grants, request.page)
    by_person: dict[Grantee, list[MyGrant]] = {}
    for row in page.items:
        if row.status != "ended":
            by_person.setdefault(row.grant.grantee, []).append(row)
    people = tuple(_person(grantee, rows) for grantee, rows in by_person.items())
    return Answer(Listed(items=people, next=page.next))


def _person(grantee: Grantee, rows: list[MyGrant]) -> Person:
    ends = [row.grant.expires_at for row in rows if row.grant.expires_at is not None and row.status == "active"]
    return Person(grantee=grantee, grants=tuple(rows), ends_at=min(ends, default=None))
