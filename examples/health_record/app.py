"""A health record whose owner decides who reads it: a resource server.

`UmaMiddleware` asks the authorization server about every request to /records/…  The pages are for the owner: signing
in connects the record to the authorization server, and from then on its owner shares it there.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from consentry.uma import (
    AuthorizationRequest,
    ClientSecretBasic,
    Discovery,
    Open,
    Protected,
    Protection,
    ResourceDescription,
    UmaError,
    ensure,
    read_resource,
)
from consentry.uma.asgi import App, UmaMiddleware
from consentry.uma.httpx import AsyncSender
from examples.health_record.records import ProtectionOf, Records
from examples.health_record.settings import Settings, read_settings
from examples.parts.openid import Person, SignIn
from examples.parts.pages import Pages, is_ours, style
from examples.parts.sessions import Sessions

log = logging.getLogger("health_record")

RECORD = "record"
"""The application's own name of the one thing that each owner has here."""

GUARDED = (
    Open(template="/"),
    Open(template="/sign-in"),
    Open(template="/callback"),
    Open(template="/sign-out"),
    Open(template="/style.css"),
    Protected(
        template="/records/{owner}",
        owner="{owner}",
        resources=(RECORD,),
        scopes={"GET": ("read",), "POST": ("write",)},
    ),
)


def application() -> App:
    """Make the application as the environment says."""
    return create_app(read_settings())


def create_app(settings: Settings) -> App:
    """Make the application: the pages and the API, with the guard in front."""
    here = HealthRecord(settings)
    routes = [
        Route("/", here.home),
        Route("/sign-in", here.sign_in),
        Route("/callback", here.callback),
        Route("/sign-out", here.sign_out, methods=["POST"]),
        Route("/style.css", style),
        Route("/records/{owner}", here.read, methods=["GET"]),
        Route("/records/{owner}", here.write, methods=["POST"]),
    ]
    return UmaMiddleware(
        Starlette(routes=routes, lifespan=here.lifespan),
        routes=GUARDED,
        protections=here.protection_of,
        realm="health record",
    )


class HealthRecord:
    """The application."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = ClientSecretBasic(client_id=settings.client_id, client_secret=settings.client_secret)
        self._http = httpx2.AsyncClient()
        self._send = AsyncSender(self._http)
        self._discovery = Discovery(self._send)
        self._sign_in = SignIn(
            issuer=settings.issuer,
            client=self._client,
            redirect_uri=f"{settings.address}/callback",
            scope=("openid", "profile", "uma_protection", "offline_access"),
            send=self._send,
            discovery=self._discovery,
        )
        self._records = Records(settings.database)
        self._protections: dict[str, Protection] = {}
        self._sessions = Sessions[AuthorizationRequest | Person]("health-record")
        self._pages = Pages(Path(__file__).parent / "templates", app="records", brand="Health portal")

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Close what was opened."""
        yield
        await self._http.aclose()
        self._records.connection.close()

    # -- the API: whoever gets here has the owner's leave --

    async def read(self, request: Request) -> Response:
        """Give the record."""
        owner = request.path_params["owner"]
        entries = [{"day": entry.day, "kind": entry.kind, "text": entry.text} for entry in self._records.entries(owner)]
        return JSONResponse({"name": self._records.name(owner), "entries": entries})

    async def write(self, request: Request) -> Response:
        """Add an entry: ``{"kind": "Note", "text": "…"}``."""
        try:
            sent = await request.json()
            kind, text = sent["kind"].strip()[:40], sent["text"].strip()[:1000]
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"detail": "kind and text are needed, both as text"}, 400)
        self._records.add(request.path_params["owner"], kind=kind, text=text)
        return JSONResponse({"kind": kind, "text": text}, 201)

    async def protection_of(self, owner: str) -> Protection | None:
        """Return what guards somebody's record; None if there is no such record."""
        if owner not in self._protections and self._records.name(owner) is not None:
            self._protections[owner] = Protection(
                issuer=self._settings.issuer,
                client=self._client,
                send=self._send,
                store=ProtectionOf(self._records, owner),
                discovery=self._discovery,
            )
        return self._protections.get(owner)

    # -- the owner's pages --

    async def home(self, request: Request) -> Response:
        """Show the record to its owner, or the way in."""
        person = self._sessions.find(request)
        if not isinstance(person, Person):
            return self._pages.show("welcome.html")
        entries = self._records.entries(person.username)
        return self._pages.show("record.html", person=person, entries=entries, share=await self._share_link(person))

    async def sign_in(self, request: Request) -> Response:
        """Send the browser to the authorization server."""
        try:
            begun = await self._sign_in.begin()
        except UmaError as problem:
            return self._trouble(problem)
        response = RedirectResponse(begun.url, 303)
        self._sessions.begin(request, response, begun)
        return response

    async def callback(self, request: Request) -> Response:
        """Take what the browser brings back: open the record, keep the right to protect it, register it."""
        begun = self._sessions.find(request)
        if not isinstance(begun, AuthorizationRequest):
            return RedirectResponse("/", 303)
        try:
            person, tokens = await self._sign_in.finish(dict(request.query_params), begun)
            self._records.open(person.username, name=person.name)
            if tokens.refresh_token is not None:
                # From here `Protection` gets its PAT, now and after every restart.
                await ProtectionOf(self._records, person.username).keep_refresh_token(tokens.refresh_token)
            await self._register(person)
        except UmaError as problem:
            return self._trouble(problem)
        response = RedirectResponse("/", 303)
        self._sessions.begin(request, response, person)
        return response

    async def sign_out(self, request: Request) -> Response:
        """Forget the browser; the record stays connected."""
        response = RedirectResponse("/", 303)
        if is_ours(request, self._settings.address):
            self._sessions.end(request, response)
        return response

    async def _register(self, person: Person) -> None:
        protection = await self.protection_of(person.username)
        if protection is not None:
            description = ResourceDescription(
                resource_scopes=("read", "write"),
                name="Health record",
                description=f"What doctors wrote down about {person.name}",
                type=f"{self._settings.address}/types/health-record",
            )
            await ensure(protection, RECORD, description)

    async def _share_link(self, person: Person) -> str | None:
        """Return where the owner decides who has access.  Spec: FedAuthz 3.2 (user_access_policy_uri)."""
        protection = await self.protection_of(person.username)
        known = None if protection is None else await protection.store.resource(RECORD)
        if protection is None or known is None:
            return None
        try:
            registered = await protection.ask(
                lambda metadata, pat: read_resource(metadata, pat=pat, resource_id=known.resource_id)
            )
        except UmaError:
            return None
        return registered.user_access_policy_uri

    def _trouble(self, problem: UmaError) -> Response:
        log.warning("%s", problem)
        text = "The authorization server did not let this sign-in through. Nothing was changed; try again."
        return self._pages.message("That did not work", text, status=502)
