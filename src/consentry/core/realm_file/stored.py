"""The secrets that are stored for what a realm file names, so that it can be seen whether the file's are others."""

from consentry.core.context import Answer, Context
from consentry.core.model import Client
from consentry.uma.value import value


@value
class Named:
    """Usernames, or client ids."""

    names: tuple[str, ...]


async def stored_passwords(ctx: Context, wanted: Named) -> Answer[dict[str, str]]:
    """Return the password hashes of those accounts that have one, by the name that was asked for."""
    found = {name: await ctx.store.account_by_username(name) for name in wanted.names}
    return Answer({name: one.password_hash for name, one in found.items() if one and one.password_hash})


async def stored_clients(ctx: Context, wanted: Named) -> Answer[dict[str, Client]]:
    """Return those of the clients that exist, by id."""
    found = [await ctx.store.client(client_id) for client_id in wanted.names]
    return Answer({client.client_id: client for client in found if client})
