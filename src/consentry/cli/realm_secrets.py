"""The secrets of a realm file: digested before any decision sees them, and compared with what is stored.

A password that is already the stored one keeps its hash, so that applying a file again changes nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from consentry.cli.opened import asked
from consentry.cli.terminal import progress
from consentry.core.client_authentication import SECRET_PURPOSE
from consentry.core.keys import SIGNING_ALGORITHMS, new_signing_key
from consentry.core.model import Client, SigningKey
from consentry.core.ports import Sealer
from consentry.core.realm_file.entries import AccountEntry, ClientEntry, RealmFile
from consentry.core.realm_file.stored import Named, stored_clients, stored_passwords
from consentry.plugins.passwords import Argon2Passwords
from consentry.server import Server, SystemChance

AT_ONCE = 8
"""Passwords handed to the pool at a time: enough to keep it busy, few enough that it refuses none."""

NOT_HASHED = "$argon2id$"
"""Stands for the hash of a new password where nothing is stored."""


async def digested(
    server: Server, file: RealmFile, passwords: Argon2Passwords, *, fresh: bool, dry_run: bool
) -> RealmFile:
    """Return the file with hashes and digests in place of secrets."""
    people = tuple(account.username for account in file.accounts or () if account.password is not None)
    software = tuple(client.client_id for client in file.clients or () if client.client_secret is not None)
    stored: dict[str, str] = {}
    known: dict[str, Client] = {}
    if not fresh:
        stored = await asked(server, file.realm, stored_passwords, Named(names=people)) if people else {}
        known = await asked(server, file.realm, stored_clients, Named(names=software)) if software else {}
    accounts = await _hashed(file.accounts or (), stored, passwords, dry_run=dry_run)
    clients = tuple(_sealed(client, known, server.sealer, complete=file.complete) for client in file.clients or ())
    return replace(
        file,
        accounts=None if file.accounts is None else tuple(accounts),
        clients=None if file.clients is None else clients,
    )


async def missing_keys(server: Server, realm: str) -> tuple[SigningKey, ...]:
    """Make the signing keys that a realm lacks."""
    opened = await server.open(realm)
    there = opened.keys.algorithms if opened else ()
    lacking = [alg for alg in SIGNING_ALGORITHMS if alg not in there]
    chance, now = SystemChance(), int(server.clock())
    return tuple(new_signing_key(alg, kid=chance.identifier(), now=now, sealer=server.sealer) for alg in lacking)


async def _hashed(
    accounts: Sequence[AccountEntry], stored: dict[str, str], passwords: Argon2Passwords, *, dry_run: bool
) -> list[AccountEntry]:
    gate = asyncio.Semaphore(AT_ONCE)
    with progress("passwords", sum(account.password is not None for account in accounts)) as advance:

        async def one(account: AccountEntry) -> AccountEntry:
            if account.password is None:
                return account
            async with gate:
                known = stored.get(account.username)
                if not known or not await passwords.matches(known, account.password):
                    known = NOT_HASHED if dry_run else await passwords.hash(account.password)
            advance(1)
            return replace(account, password=None, password_hash=known)

        return list(await asyncio.gather(*map(one, accounts)))


def _sealed(client: ClientEntry, known: dict[str, Client], sealer: Sealer, *, complete: bool) -> ClientEntry:
    if client.client_secret is None:
        return client
    digest = sealer.digest(client.client_secret, purpose=SECRET_PURPOSE + client.client_id)
    current = known.get(client.client_id)
    # One of two secrets, while a rotation is under way: the other stays, unless the file says everything.
    stays = current is not None and digest in current.secret_digests and not complete
    digests = current.secret_digests if current is not None and stays else (digest,)
    return replace(client, client_secret=None, client_secret_digests=digests)
