"""The same requests to a server in this process, without a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from consentry.settings.schema import Settings
from consentry.web.routes import ROUTES
from tests.harness.stage import PUBLIC_URL, Stage
from tests.harness.wire import Reply, Request
from tests.web.site import QUICK, Site


class Inside:
    """A server on a stage."""

    def __init__(self, stage: Stage, site: Site) -> None:
        self.stage = stage
        self._site = site

    async def ask(self, request: Request) -> Reply:
        """Send a request and return the answer."""
        answer = await self._site.http.request(
            request.method, f"{PUBLIC_URL}{request.path}", headers=dict(request.headers), content=request.body
        )
        return Reply(status=answer.status_code, lines=tuple(answer.headers.items()), body=answer.content)


@asynccontextmanager
async def inside(stage: Stage) -> AsyncIterator[Inside]:
    """Give a server on a stage; nothing may happen to it that nobody foresaw."""
    site = Site(stage.world, Settings(base_url=PUBLIC_URL, passwords=QUICK), ROUTES)
    yield Inside(stage, site)
    await site.http.aclose()
    assert site.crashes == []
