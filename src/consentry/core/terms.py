"""How something is shared: scopes, times, apps, limits; and what makes no sense.

Spec: Grant 3.3.4 (policy conditions).
"""

from consentry.core.context import Context
from consentry.core.errors import InvalidRequest
from consentry.core.model import TargetKind
from consentry.core.owner_resources import my_resource
from consentry.core.reshare import LONGEST_CHAIN
from consentry.uma.value import value

MOST_SCOPES = 100
LONGEST_TEXT = 1_000
MOST_USES = 1_000_000


class WrongEnd(InvalidRequest):
    """Something would end before it begins."""


@value
class Terms:
    """How something is shared.  Times are epoch seconds.

    ``max_uses``: how many RPTs it is good for; ``ask_me``: each of them needs the owner's yes; ``reshare``: how many
    levels its grantee may pass it on.
    """

    scopes: tuple[str, ...]
    not_before: int | None = None
    expires_at: int | None = None
    purpose: str | None = None
    client_ids: tuple[str, ...] = ()
    note: str | None = None
    max_uses: int | None = None
    ask_me: bool = False
    reshare: int = 0


async def check_target(ctx: Context, owner_id: str, kind: TargetKind, target_id: str, terms: Terms) -> None:
    """Refuse a thing that is not mine or lacks a scope; a label or type may come to stand for things later."""
    if kind == "resource":
        resource = await my_resource(ctx, owner_id, target_id)
        if not set(terms.scopes) <= set(resource.resource_scopes):
            raise InvalidRequest("the resource has no such scope")
    elif not target_id.strip():
        raise InvalidRequest("a label or type needs a name")


async def check_terms(ctx: Context, terms: Terms) -> None:
    if not terms.scopes:
        raise InvalidRequest("choose at least one scope")
    if len(terms.scopes) > MOST_SCOPES:
        raise InvalidRequest(f"at most {MOST_SCOPES} scopes")
    if terms.expires_at is not None and terms.expires_at <= max(ctx.now, terms.not_before or 0):
        raise WrongEnd("the end has to lie in the future and after the beginning")
    if any(text is not None and len(text) > LONGEST_TEXT for text in (terms.purpose, terms.note)):
        raise InvalidRequest(f"purpose and note have at most {LONGEST_TEXT} characters")
    _check_limits(terms)
    for client_id in terms.client_ids:
        if await ctx.store.client(client_id) is None:
            raise InvalidRequest("there is no such client")


def _check_limits(terms: Terms) -> None:
    if terms.max_uses is not None and not 1 <= terms.max_uses <= MOST_USES:
        raise InvalidRequest(f"max_uses has to lie between 1 and {MOST_USES}")
    if terms.max_uses is not None and terms.ask_me:
        raise InvalidRequest("max_uses and ask_me exclude each other: each yes is good for one use")
    if not 0 <= terms.reshare <= LONGEST_CHAIN:
        raise InvalidRequest(f"reshare has to lie between 0 and {LONGEST_CHAIN}")
