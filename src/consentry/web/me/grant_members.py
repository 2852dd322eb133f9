"""A grant and its grantee as JSON."""

from collections.abc import Mapping
from typing import Annotated, assert_never

from msgspec import Meta, Struct

from consentry.core.grantee import NamedGrantee
from consentry.core.model import Claim, Grantee
from consentry.core.owner_grants import MyGrant
from consentry.web.answers import present
from consentry.web.me.common import to_text


class ClaimBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """A claim that has to have been verified."""

    issuer: str
    name: str
    value: str


class GranteeBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """Exactly one of a user name, an e-mail address, a circle's id, an organisation, a client id, and claims.

    An organisation goes by its user name, with or without a ``role`` there.
    """

    account: str | None = None
    email: str | None = None
    circle: str | None = None
    organisation: str | None = None
    role: str | None = None
    client: str | None = None
    claims: Annotated[tuple[ClaimBody, ...], Meta(max_length=10)] = ()


def read_grantee(body: GranteeBody) -> NamedGrantee:
    """Return whom a body names."""
    return NamedGrantee(
        account=body.account,
        email=body.email,
        circle=body.circle,
        organisation=body.organisation,
        role=body.role,
        client=body.client,
        claims=tuple(Claim(issuer=each.issuer, name=each.name, value=each.value) for each in body.claims),
    )


def grant_members(mine: MyGrant) -> Mapping[str, object]:
    """Return a grant as its owner sees it."""
    grant = mine.grant
    return present(
        id=grant.grant_id,
        resource_id=grant.target_id if grant.target_kind == "resource" else None,
        label=grant.target_id if grant.target_kind == "label" else None,
        type=grant.target_id if grant.target_kind == "type" else None,
        resource_name=mine.thing,
        grantee=_grantee_members(grant.grantee, mine.username),
        grantee_name=mine.person or mine.app,
        scopes=grant.scopes,
        not_before=to_text(grant.not_before),
        expires_at=to_text(grant.expires_at),
        purpose=grant.purpose,
        client_ids=grant.client_ids or None,
        note=grant.note,
        max_uses=grant.max_uses,
        uses=grant.uses if grant.max_uses is not None else None,
        ask_me=grant.ask_me or None,
        reshare=grant.reshare or None,
        status=mine.status,
        created_at=to_text(grant.created_at),
        created_by=grant.created_by,
        parent=grant.parent,
        passed_on_by=mine.passed_on_by,
        version=grant.version,
    )


def _grantee_members(grantee: Grantee, username: str | None) -> Mapping[str, object]:
    match grantee.kind:
        case "account":
            return {"account": username or grantee.id}
        case "email" | "circle" | "client":
            return {grantee.kind: grantee.id}
        case "organisation":
            return {"organisation": username or grantee.id, **({"role": grantee.role} if grantee.role else {})}
        case "claims":
            claims = [{"issuer": each.issuer, "name": each.name, "value": each.value} for each in grantee.claims]
            return {"claims": claims}
        case _:
            assert_never(grantee.kind)
