"""Keeps what is registered in step with what the application has.

Spec: FedAuthz 3, 3.2, 3.2.5, 8.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256

from consentry.uma import protection_api
from consentry.uma.errors import NotFoundError
from consentry.uma.protection import Protection
from consentry.uma.store import KnownResource
from consentry.uma.value import value
from consentry.uma.wire import Registered, ResourceDescription
from consentry.uma.wire_json import write_resource_description


@value
class Reconciled:
    """What ``reconcile`` found and did; the first three hold the application's keys, ``strangers`` identifiers."""

    registered: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


async def ensure(protection: Protection, key: str, description: ResourceDescription) -> Registered:
    """Register the application's thing ``key``, or bring its description up to date; a repetition sends nothing.

    Tell no more than the owner needs: with only ``resource_scopes`` the resource stays nameless at the server.
    """
    async with protection.registering:
        return await _ensure(protection, key, description)


async def forget(protection: Protection, key: str) -> None:
    """Deregister a thing that is gone; nothing happens if it was never registered."""
    async with protection.registering:
        await _forget(protection, key)


async def deregister(protection: Protection, resource_id: str) -> None:
    """Take a resource out of the server's hands by its own identifier; one that is gone already is no error."""
    with suppress(NotFoundError):
        await protection.ask(
            lambda metadata, pat: protection_api.delete_resource(metadata, pat=pat, resource_id=resource_id)
        )


async def reconcile(protection: Protection, wanted: Mapping[str, ResourceDescription]) -> Reconciled:
    """Compare both sides by the list operation and repair: everything in ``wanted`` is registered afterwards.

    Things that are no longer wanted are deregistered.  Resources that only the server knows are reported and left
    alone: people may share them, and a lost map is mended better by hand (``deregister`` removes them).
    """
    async with protection.registering:
        return await _reconcile(protection, wanted)


async def _reconcile(protection: Protection, wanted: Mapping[str, ResourceDescription]) -> Reconciled:
    at_server = set(await protection.ask(lambda metadata, pat: protection_api.list_resources(metadata, pat=pat)))
    known = dict(await protection.store.resources())
    strangers = tuple(sorted(at_server - {entry.resource_id for entry in known.values()}))
    removed = tuple(sorted(known.keys() - wanted.keys()))
    for key in removed:
        await _forget(protection, key)
    registered, updated = [], []
    for key, description in wanted.items():
        entry = known.get(key)
        if entry is None or entry.resource_id not in at_server:
            await _register(protection, key, description)
            registered.append(key)
        elif entry.description_digest != _digest(description):
            await _ensure(protection, key, description)
            updated.append(key)
    return Reconciled(registered=tuple(registered), updated=tuple(updated), removed=removed, strangers=strangers)


async def _ensure(protection: Protection, key: str, description: ResourceDescription) -> Registered:
    known = await protection.store.resource(key)
    digest = _digest(description)
    if known is None:
        return await _register(protection, key, description)
    if known.description_digest == digest:
        return Registered(resource_id=known.resource_id)
    try:
        registered = await protection.ask(
            lambda metadata, pat: protection_api.update_resource(
                metadata, pat=pat, resource_id=known.resource_id, description=description
            )
        )
    except NotFoundError:
        return await _register(protection, key, description)
    await protection.store.keep_resource(key, KnownResource(resource_id=known.resource_id, description_digest=digest))
    return registered


async def _forget(protection: Protection, key: str) -> None:
    known = await protection.store.resource(key)
    if known is not None:
        await deregister(protection, known.resource_id)
        await protection.store.keep_resource(key, None)


async def _register(protection: Protection, key: str, description: ResourceDescription) -> Registered:
    registered = await protection.ask(
        lambda metadata, pat: protection_api.register_resource(metadata, pat=pat, description=description)
    )
    await protection.store.keep_resource(
        key, KnownResource(resource_id=registered.resource_id, description_digest=_digest(description))
    )
    return registered


def _digest(description: ResourceDescription) -> str:
    written = json.dumps(write_resource_description(description), sort_keys=True)
    return sha256(written.encode()).hexdigest()
