"""No token, ticket, code, password or key that was handed out or shown is found in the logs or in the database.

Spec: RFC 6749 10.3, 10.10; RFC 9700 4.3.
"""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from consentry.core.keys import SEALING_PURPOSE
from consentry.core.model import Client
from consentry.core.tokens import digest
from consentry.plugins.passwords import Argon2Passwords
from tests.harness.forwarding import forwarding
from tests.harness.planted import Bug
from tests.harness.server import ServerProcess, connections, serving
from tests.harness.stage import PATH, PUBLIC_URL, SURGERY, Stage, sqlite_url, stage_on
from tests.harness.wire import Connection, Reply, Request, bare, basic, bearer, document, form
from tests.pages.browsing import HASHING, Site
from tests.worlds import SEALER, SECRET_KEY, VERIFIER, signing_keys

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery staple"
WRONG = "wrong-wrong-wrong-wrong-wrong"


class Walk:
    """People and programs at a running server; ``secrets`` is everything that nobody else may learn."""

    def __init__(self, stage: Stage, connection: Connection) -> None:
        self.secrets = {
            "password": PASSWORD,
            "wrong": WRONG,
            "secret key": SECRET_KEY,
            "verifier": VERIFIER,
            "manager's token": stage.manager,
            "claim token": stage.id_token,
            "client secret": "surgery-secret",
            **{f"private key {key.alg}": _private(key.private) for key in signing_keys()},
        }
        self._stage = stage
        self._connection = connection
        app = forwarding(connection)
        self._site = Site(world=stage.world, app=app, crashes=[], alice=stage.cast.alice, records=stage.cast.records)

    async def ask(self, request: Request, *secrets: str) -> Reply:
        """Send a request; note which members of its answer are secrets."""
        answer = await self._connection.ask(request)
        for name in secrets:
            self.secrets[f"{name} {len(self.secrets)}"] = answer.text(name)
        return answer

    async def token(self, *secrets: str, by: dict[str, str], **fields: str) -> Reply:
        return await self.ask(form(f"{PATH}/token", fields, by), *secrets)

    async def by_browser(self, client: Client, scope: str) -> dict[str, str]:
        """Sign Alice in, with a slip of the finger, and let a client have a code; return what redeems it."""
        browser = self._site.browser()
        page = await self._site.authorize(browser, client, scope=scope)
        page = await browser.follow(await browser.sign_in(page, password=WRONG))
        self.secrets |= {f"cookie before {name}": text for name, text in browser.cookies.items()}
        page = await browser.follow(await browser.sign_in(page, password=PASSWORD))
        allowed = await self._site.allow(browser, page)
        self.secrets |= {f"cookie {name}": text for name, text in browser.cookies.items()}
        self.secrets[f"code of {client.client_id}"] = allowed.answer["code"]
        return {
            "grant_type": "authorization_code",
            "code": allowed.answer["code"],
            "redirect_uri": client.redirect_uris[0],
            "code_verifier": VERIFIER,
        }

    async def everything(self) -> str:
        """Walk through everything that hands out a secret or is shown one, and slip now and then."""
        cast = self._stage.cast
        redeem = await self.by_browser(cast.records, "uma_protection")
        issued = await self.token("access_token", "refresh_token", by=basic("records"), **redeem)
        self.secrets["records' secret"] = "records-secret"
        pat = issued.text("access_token")
        redeem = await self.by_browser(cast.surgery, "openid write")
        await self.token("access_token", "id_token", by=SURGERY, **redeem)
        await self.token(by=SURGERY, **redeem)  # once more: everything that came from it ends

        description = {"resource_scopes": ["read"], "name": "a page"}
        registered = await self.ask(document("POST", f"{PATH}/uma/resource", description, bearer(pat)))
        shared = {"resource_id": registered.text("_id"), "grantee": {"account": "bob"}, "scopes": ["read"]}
        await self.ask(document("POST", f"{PATH}/me/grants", shared, bearer(self._stage.manager)))
        wanted = {"resource_id": registered.text("_id"), "resource_scopes": ["read"]}
        ticket = (await self.ask(document("POST", f"{PATH}/uma/permission", wanted, bearer(pat)), "ticket")).text(
            "ticket"
        )
        ticket = (await self.ask(self._stage.redeems(ticket, claim_token=WRONG), "ticket")).text("ticket")
        rpt = await self.ask(self._stage.redeems(ticket), "access_token", "refresh_token")
        await self.token(by=SURGERY, grant_type="refresh_token", refresh_token=WRONG)
        refreshed = await self.token(
            "access_token",
            "refresh_token",
            by=SURGERY,
            grant_type="refresh_token",
            refresh_token=rpt.text("refresh_token"),
        )
        await self.token(by=SURGERY, grant_type="refresh_token", refresh_token=rpt.text("refresh_token"))
        await self.ask(self._stage.redeems(ticket))
        await self._slips(rpt.text("access_token"), pat)
        await self.ask(form(f"{PATH}/revoke", {"token": refreshed.text("access_token")}, SURGERY))
        return rpt.text("access_token")

    async def _slips(self, rpt: str, pat: str) -> None:
        """Put secrets where they do not belong."""
        await self.token(by=basic("surgery", WRONG), grant_type="client_credentials")
        await self.ask(bare("GET", f"{PATH}/me/grants?access_token={self._stage.manager}", {}))
        await self.ask(bare("GET", f"{PATH}/token?client_secret={WRONG}&refresh_token={rpt}", {}))
        await self.ask(bare("GET", f"{PATH}/uma/resource", bearer(f"{pat}{WRONG}")))
        await self.ask(bare("GET", f"{PATH}/uma/resource", {"authorization": f"Bearer {pat} {rpt}"}))
        await self.ask(form(f"{PATH}/introspect", {"token": rpt}, bearer(pat)))
        await self.ask(form(f"{PATH}/revoke", {"token": rpt, "token_type_hint": WRONG}, basic("rival", WRONG)))
        await self.ask(form(f"{PATH}/introspect", {"token": rpt, "client_id": WRONG, "client_secret": WRONG}, {}))


def _private(sealed: str) -> str:
    key: dict[str, str] = json.loads(SEALER.unseal(sealed, purpose=SEALING_PURPOSE))
    return key["d"]


def spellings(secret: str) -> Iterator[bytes]:
    """Give a secret in every way in which it travels."""
    yield secret.encode()
    yield quote_plus(secret).encode()
    for place in range(3):
        # Wherever it starts within a base64 text, these characters of it are always the same.
        encoded = base64.b64encode(b"\0" * place + secret.encode())
        yield encoded[4 : 4 * (len(encoded) // 4 - 1)] if place else encoded[: 4 * (len(encoded) // 4 - 1)]


def database(folder: Path) -> bytes:
    """Return everything that the database has written, its log included."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("consentry.db*")))


def found(secrets: dict[str, str], kept: bytes) -> list[str]:
    return [name for name, secret in secrets.items() if any(each in kept for each in spellings(secret))]


@asynccontextmanager
async def walking(folder: Path, bug: Bug | None = None) -> AsyncIterator[tuple[Walk, ServerProcess, Stage]]:
    """Give a walk at a server that writes down as much as it can."""
    url = sqlite_url(folder)
    async with stage_on(url) as stage:
        alice = stage.cast.alice
        await stage.world.replace(replace(alice, password_hash=Argon2Passwords(HASHING).hash_now(PASSWORD)))
        async with (
            serving(
                folder, database_url=url, base_url=PUBLIC_URL, settings={"CONSENTRY_LOG__LEVEL": "debug"}, bug=bug
            ) as servers,
            connections(servers, 1) as (connection,),
        ):
            yield Walk(stage, connection), servers[0], stage


async def test_rfc_6749_10_10_nothing_secret_is_in_the_logs_or_in_the_database(tmp_path: Path) -> None:
    async with walking(tmp_path) as (walk, server, _):
        rpt = await walk.everything()
        kept = database(tmp_path)
        server.stop()
        said = server.said().encode()
    print(f"{len(walk.secrets)} secrets")
    assert digest(rpt).encode() in kept  # or this would be another file
    assert b"ready" in said
    assert found(walk.secrets, kept) == []
    assert found(walk.secrets, said) == []


async def test_a_crash_is_logged_without_what_was_in_hand(tmp_path: Path) -> None:
    async with walking(tmp_path, bug="crash-at-introspection") as (walk, server, stage):
        told = await walk.ask(stage.introspects(WRONG))
        server.stop()
        said = server.said().encode()
    assert told.status == 500
    assert told.text("error") == "server_error"
    assert b'"event": "crash"' in said
    assert found({**walk.secrets, "digest": digest(WRONG)}, said + told.body) == []


@pytest.mark.parametrize(
    "written",
    [
        WRONG.encode(),
        quote_plus(PASSWORD).encode(),
        base64.b64encode(f"surgery:{WRONG}".encode()),
        base64.b64encode(f"records:{WRONG}".encode() + b"!"),
        base64.b64encode(f"me:{WRONG}:".encode()),
    ],
)
def test_the_search_finds_a_secret_however_it_is_written(written: bytes) -> None:
    assert found({"wrong": WRONG, "password": PASSWORD}, b"... " + written + b" ...")
