"""Re-sharing: a grant that somebody passed on holds no longer and no further than every grant above it.  Pure.

The chain is looked at when a decision is made, not when the grant was: what ends above ends below at once.

Spec: Grant 3.3.4 (operative policy conditions).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf

from consentry.core.model import Grant

LONGEST_CHAIN = 8
"""How many levels there can be; a longer chain, or one that bites its own tail, holds nothing."""


def effective(grant: Grant, by_id: Mapping[str, Grant]) -> Grant | None:
    """Return a grant as tight as its whole chain; None if a grant above is gone or was never to be passed on.

    ``by_id`` holds the grants above it.  The result has the scopes that all have, the latest beginning, the earliest
    end, a pause if one of them is paused, the apps that all allow, the fewest uses that are left, and asks the owner
    each time if one of them does.
    """
    held = grant
    below = grant
    for level in range(1, LONGEST_CHAIN + 2):
        if below.parent is None:
            return held
        above = by_id.get(below.parent)
        if above is None or level > LONGEST_CHAIN or not _passed_on(above, below, level):
            return None
        held = _tightened(held, above)
        below = above
    return None


def _passed_on(above: Grant, below: Grant, level: int) -> bool:
    """Tell whether the grantee of the upper grant made the lower one, and was still allowed to, so many levels down."""
    return (
        above.allow
        and above.reshare >= level
        and above.grantee.kind == "account"
        and above.grantee.id == below.created_by
    )


def _tightened(held: Grant, above: Grant) -> Grant:
    scarcer = min(held, above, key=_uses_left)
    return replace(
        held,
        scopes=tuple(scope for scope in held.scopes if scope in above.scopes),
        not_before=max(_known(held.not_before, above.not_before), default=None),
        expires_at=min(_known(held.expires_at, above.expires_at), default=None),
        paused_at=max(_known(held.paused_at, above.paused_at), default=None),
        client_ids=_both(held.client_ids, above.client_ids),
        ask_me=held.ask_me or above.ask_me,
        max_uses=scarcer.max_uses,
        uses=scarcer.uses,
    )


def _uses_left(grant: Grant) -> float:
    return inf if grant.max_uses is None else grant.max_uses - grant.uses


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return the apps that two restrictions allow; an empty restriction allows every app."""
    if not one or not other:
        return one or other
    # Two restrictions without a common app allow none, which no client id spells.
    return tuple(client_id for client_id in one if client_id in other) or ("",)


def _known(*moments: int | None) -> Iterable[int]:
    return [moment for moment in moments if moment is not None]
