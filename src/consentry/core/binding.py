"""Binding what a token request is answered with to the key that it proved.

Spec: RFC 9449 5, 5.1; Grant 5.3.
"""

from dataclasses import replace

from consentry.core.changes import Add, Change
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant
from consentry.core.issued import TokenIssued
from consentry.core.model import AccessToken, AuthorizationCode, PermissionTicket, RefreshToken, Rpt
from consentry.uma.codes import TOKEN_TYPE_DPOP

Bindable = PermissionTicket | AuthorizationCode | RefreshToken | Rpt


def require_same_key(ctx: Context, shown: Bindable, unusable: str) -> None:
    """Refuse what is bound to another key than the one that the request proved.  Spec: RFC 9449 5."""
    if shown.jkt is not None and shown.jkt != ctx.jkt:
        raise InvalidGrant(unusable, reason="bound to a key that the request does not prove")


def bound(ctx: Context, answer: Answer[object]) -> tuple[Change, ...]:
    """Return the changes of an answer, every new token and ticket bound to the proven key, if there is one."""
    if ctx.jkt is None:
        return answer.changes
    return tuple(_bound(change, ctx.jkt) for change in answer.changes)


def token_type(ctx: Context, issued: TokenIssued) -> TokenIssued:
    """Say how an access token is to be presented."""
    return issued if ctx.jkt is None else replace(issued, token_type=TOKEN_TYPE_DPOP)


def _bound(change: Change, jkt: str) -> Change:
    if isinstance(change, Add) and isinstance(change.record, AccessToken | RefreshToken | Rpt | PermissionTicket):
        return Add(record=replace(change.record, jkt=jkt))
    return change
