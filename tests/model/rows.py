"""What the model remembers, as records that can be put into the store as they are."""

from consentry.core.model import Grant, Grantee, Resource
from tests.model.ideal_records import Share, Thing
from tests.model.stage import address_of
from tests.worlds import NOON


def resource_of(key: str, thing: Thing) -> Resource:
    return Resource(
        resource_id=key,
        owner_id=thing.owner,
        resource_server=thing.server,
        resource_scopes=thing.scopes,
        name="record",
        created_at=NOON,
    )


def grant_of(key: str, share: Share) -> Grant:
    named = Grantee(kind="email", id=address_of(share.to)) if share.by_address else Grantee(kind="account", id=share.to)
    return Grant(
        grant_id=key,
        owner_id=share.owner,
        target_kind="resource",
        target_id=share.thing,
        grantee=named,
        scopes=share.scopes,
        allow=share.allow,
        not_before=share.begins,
        expires_at=share.ends,
        client_ids=share.clients,
        created_at=NOON,
        created_by=share.owner,
    )
