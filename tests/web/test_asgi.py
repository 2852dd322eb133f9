"""Any ASGI server runs the same application: it starts and stops by the lifespan protocol.

Spec: ASGI 3.0, lifespan.
"""

import asyncio
from pathlib import Path

import httpx2
import pytest

from consentry.app import App, create_app
from consentry.settings.schema import Settings
from consentry.web.http import Message


class Lifespan:
    """An ASGI server's half of the protocol."""

    def __init__(self, app: App) -> None:
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self.said: asyncio.Queue[Message] = asyncio.Queue()
        self._task = asyncio.create_task(app({"type": "lifespan"}, self._inbox.get, self.said.put))

    async def tell(self, kind: str) -> str:
        await self._inbox.put({"type": kind})
        return str((await asyncio.wait_for(self.said.get(), 20))["type"])


def settings_in(folder: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{folder}/consentry.db", secret_key="k" * 40)


async def test_an_asgi_server_starts_asks_and_stops_it(tmp_path: Path) -> None:
    issuers = []
    for _ in range(2):  # the second time the realm is there already
        app = create_app(settings_in(tmp_path))
        lifespan = Lifespan(app)
        assert await lifespan.tell("lifespan.startup") == "lifespan.startup.complete"
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8080"
        ) as client:
            keys = (await client.get("/realms/main/jwks")).json()["keys"]
            assert sorted(key["alg"] for key in keys) == ["ES256", "RS256"]
            issuers.append((await client.get("/.well-known/oauth-authorization-server")).json()["issuer"])
        assert await lifespan.tell("lifespan.shutdown") == "lifespan.shutdown.complete"
    assert issuers == ["http://127.0.0.1:8080/realms/main"] * 2


async def test_a_start_that_fails_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "consentry.db").write_text("this is no database")
    lifespan = Lifespan(create_app(settings_in(tmp_path)))
    assert await lifespan.tell("lifespan.startup") == "lifespan.startup.failed"
    assert "cannot start" in caplog.text
