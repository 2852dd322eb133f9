"""A database that is ready to be measured: schema, world, realm, clients, and the credentials that the load uses."""

import asyncio
import secrets
import time

from bench.bulk import Tell, fill
from bench.world import CLIENT, REALM, RESOURCE_SERVER, SECRET_KEY, Share, World
from consentry.core.changes import Add
from consentry.core.client_authentication import SECRET_PURPOSE
from consentry.core.context import Answer, Context
from consentry.core.errors import Refusal
from consentry.core.keys import KeyRing, new_signing_key
from consentry.core.model import AccessToken, Client, Realm, Record
from consentry.core.realm import Lifetimes, RealmSettings
from consentry.core.tokens import digest
from consentry.plugins.sealing import SecretSealer
from consentry.server import Server
from consentry.store.database import open_database
from consentry.store.migrate import upgrade
from consentry.uma.codes import GRANT_CLIENT_CREDENTIALS, GRANT_UMA_TICKET, SCOPE_UMA_PROTECTION
from consentry.uma.value import value

A_DAY = 86_400
PORTION = 200
SETTINGS = RealmSettings(lifetimes=Lifetimes(ticket=A_DAY, rpt=A_DAY))


@value
class Sample:
    """One share, and what it takes to use it: the owner's PAT, and an ID Token of the one it is shared with."""

    share: Share
    pat: str
    id_token: str


@value
class Scenario:
    """Everything the load needs to know."""

    world: World
    base_url: str
    database_url: str
    client_secret: str
    samples: tuple[Sample, ...]


def arrange(url: str, world: World, *, base_url: str, tell: Tell) -> Scenario:
    """Make a database, and return what the load has to know about it."""
    upgrade(url)
    fill(url, world, tell)
    return asyncio.run(_arrange(url, world, base_url))


async def _arrange(url: str, world: World, base_url: str) -> Scenario:
    database = await open_database(url)
    try:
        await database.add_realm(Realm(name=REALM, default=True, settings=SETTINGS))
        sealer = SecretSealer(SECRET_KEY)
        server = Server(database=database, sealer=sealer, base_url=base_url)
        key = new_signing_key("ES256", kid="bench", now=int(time.time()), sealer=sealer)
        secret = secrets.token_urlsafe(32)
        await _add(server, key, *_clients(sealer, secret))
        shares = world.samples()
        pats = {share.owner_id: secrets.token_urlsafe(32) for share in shares}
        tokens = [_pat(owner_id, pat) for owner_id, pat in pats.items()]
        for start in range(0, len(tokens), PORTION):
            await _add(server, *tokens[start : start + PORTION])
        keys = KeyRing((key,), sealer)
        issuer = f"{base_url}/realms/{REALM}"
        id_tokens = {share.grantee_id: _id_token(keys, issuer, share.grantee_id) for share in shares}
    finally:
        await database.close()
    samples = (Sample(share=each, pat=pats[each.owner_id], id_token=id_tokens[each.grantee_id]) for each in shares)
    return Scenario(world=world, base_url=base_url, database_url=url, client_secret=secret, samples=tuple(samples))


def _clients(sealer: SecretSealer, secret: str) -> tuple[Client, Client]:
    client = Client(
        client_id=CLIENT,
        client_name="Surgery tablet",
        secret_digests=(sealer.digest(secret, purpose=SECRET_PURPOSE + CLIENT),),
        grant_types=(GRANT_CLIENT_CREDENTIALS, GRANT_UMA_TICKET),
        scope=("read", "write"),
    )
    return client, Client(client_id=RESOURCE_SERVER, client_name="Health records", resource_server=True)


def _pat(owner_id: str, secret: str) -> AccessToken:
    now = int(time.time())
    return AccessToken(
        digest=digest(secret),
        family=secrets.token_urlsafe(16),
        client_id=RESOURCE_SERVER,
        account_id=owner_id,
        scope=(SCOPE_UMA_PROTECTION,),
        issued_at=now,
        expires_at=now + A_DAY,
    )


def _id_token(keys: KeyRing, issuer: str, subject: str) -> str:
    now = int(time.time())
    claims = {"iss": issuer, "sub": subject, "aud": CLIENT, "iat": now, "exp": now + A_DAY, "auth_time": now}
    return keys.sign(claims, alg="ES256", typ="JWT")


async def _add(server: Server, *records: Record) -> None:
    answer = await server.ask(REALM, _keep, records)
    if isinstance(answer, Refusal):
        raise TypeError(f"the database could not be prepared: {answer.description}")


async def _keep(_: Context, records: tuple[Record, ...]) -> Answer[None]:
    return Answer(None, *(Add(record=record) for record in records))
