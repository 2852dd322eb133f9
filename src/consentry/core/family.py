"""Ending everything that came from one authorization or one UMA process.

Spec: RFC 6749 4.1.2, 10.5; RFC 7009 2.1; RFC 9700 4.14; Grant 5.5.
"""

from consentry.core.changes import Remove
from consentry.core.context import Context
from consentry.core.model import AuthorizationCode, PermissionTicket, RefreshToken


async def removals(ctx: Context, family: str) -> tuple[Remove, ...]:
    """Return the changes that end what is left of a family.

    What was taken already stays until it expires, so that showing it once more is still noticed.
    """
    return tuple(
        Remove(record=record)
        for record in await ctx.store.family(family)
        if not (isinstance(record, AuthorizationCode | PermissionTicket | RefreshToken) and record.taken_at is not None)
    )
