"""A claims interaction that waits for a person: what was asked, and the process that is held for it.

From the moment its ticket is spent, the process is held by a ticket whose secret nobody has.  If the process ends
meanwhile, because a spent ticket is shown again, that one ends with it, and the interaction leads nowhere.

Spec: Grant 3.3.2, 5.1, 5.5.
"""

import json
from dataclasses import asdict

from consentry.core.context import Context
from consentry.core.interaction import InteractionOver
from consentry.core.model import Interaction, PermissionTicket
from consentry.core.ports import SignedIn
from consentry.uma.value import value


@value
class PendingClaims:
    """A claims interaction request that passed every check.

    ``held`` is the digest of the ticket that holds the process; whoever signed in before ``fresh_from`` has to sign in
    again.
    """

    client_id: str
    claims_redirect_uri: str
    state: str | None
    code_challenge: str | None
    held: str = ""
    fresh_from: int = 0

    def to_text(self) -> str:
        """Return the JSON text that an `Interaction` keeps."""
        return json.dumps(asdict(self))


def pending_claims_of(interaction: Interaction) -> PendingClaims:
    """Return the request that an interaction keeps.  Raises `InteractionOver`."""
    if interaction.kind != "claims":
        raise InteractionOver
    return PendingClaims(**json.loads(interaction.request))


async def held_ticket(ctx: Context, pending: PendingClaims) -> PermissionTicket | None:
    """Return the ticket that holds the process; None if the process has ended."""
    held = await ctx.store.permission_ticket(pending.held)
    return held if held is not None and held.taken_at is None and held.expires_at > ctx.now else None


def will_do(pending: PendingClaims, held: PermissionTicket, signed_in: SignedIn | None) -> bool:
    """Say whether somebody is signed in, freshly enough, who can be the one the process knows already."""
    if signed_in is None or signed_in.session.auth_time < pending.fresh_from:
        return False
    known = held.requester.account_id if held.requester else None
    return known in (None, signed_in.account.account_id)
