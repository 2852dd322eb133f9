"""What all cases share: the server's metadata, people's browsers, and tokens that are worth keeping for a while.

Spec: Grant 2; FedAuthz 1.3, 1.5; RFC 6749 4.1, RFC 7636 4.
"""

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Self
from urllib.parse import urlencode

import httpx2

from consentry.conformance.browser import Arrived, Browser
from consentry.conformance.outcome import Failed, Unprepared
from consentry.conformance.profile import Button, ClientProfile, Person, Profile
from consentry.conformance.wire import Answer, Wire
from consentry.uma.codes import GRANT_AUTHORIZATION_CODE, SCOPE_OPENID, WELL_KNOWN_UMA
from consentry.uma.value import value

PATIENCE = 15.0
"""Seconds that one answer may take."""

FRESH = 10.0
"""Seconds for which a token from the store has to be good still."""


@value
class Authorized:
    """What a code was worth: the token response, and how to do it again."""

    answer: Answer
    code: str
    verifier: str

    @property
    def access_token(self) -> str:
        """The access token."""
        return self.answer.string("access_token")


@value
class _Kept:
    token: str
    until: float


class Stage:
    """One run against one server."""

    def __init__(
        self,
        issuer: str,
        profile: Profile,
        metadata: Mapping[str, object],
        open_client: Callable[[], httpx2.AsyncClient],
    ) -> None:
        self.issuer = issuer
        self.profile = profile
        self.metadata = metadata
        self._open_client = open_client
        self.http = open_client()
        self._browsers: dict[str, Browser] = {}
        self._kept: dict[tuple[str, ...], _Kept] = {}
        self._locks: dict[tuple[str, ...], asyncio.Lock] = {}

    @classmethod
    async def open(cls, issuer: str, profile: Profile, transport: httpx2.AsyncBaseTransport | None = None) -> Self:
        """Fetch the metadata; raises `Unprepared` if there is none to be had."""

        def open_client() -> httpx2.AsyncClient:
            limits = httpx2.Limits(max_connections=32)
            return httpx2.AsyncClient(timeout=PATIENCE, limits=limits, transport=transport)

        async with open_client() as http:
            answer = await Wire(http).send("GET", f"{issuer}/.well-known/{WELL_KNOWN_UMA}")
        answer.set_up(200)
        try:
            return cls(issuer, profile, answer.members, open_client)
        except Failed as problem:
            raise Unprepared(str(problem)) from problem

    async def close(self) -> None:
        """Close all connections."""
        for browser in self._browsers.values():
            await browser.close()
        await self.http.aclose()

    def endpoint(self, name: str) -> str:
        """Return an address from the metadata."""
        found = self.metadata.get(name)
        if not isinstance(found, str):
            raise Unprepared(f"the metadata has no {name}")
        return found

    def person(self, name: str) -> Person:
        """Return somebody from the profile."""
        found: Person = getattr(self.profile.people, name)
        return found

    def client(self, name: str) -> ClientProfile:
        """Return a client from the profile."""
        found: ClientProfile | None = getattr(self.profile.clients, name, None)
        if found is None:
            raise Unprepared(f"the profile has no client {name}")
        return found

    def browser(self, person: str) -> Browser:
        """Return the browser in which a person stays signed in."""
        if person not in self._browsers:
            self._browsers[person] = self.new_browser(person)
        return self._browsers[person]

    def new_browser(self, person: str | None) -> Browser:
        """Return another browser of a person; whoever asks for it closes it."""
        return Browser(self._open_client(), self.profile, self.person(person) if person else None)

    async def kept(self, key: tuple[str, ...], fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        """Return a token from the store, or fetch it; ``fetch`` says how many seconds it is good for."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._kept.get(key)
            if known is None or known.until < time.monotonic():
                token, seconds = await fetch()
                known = _Kept(token=token, until=time.monotonic() + max(seconds - FRESH, seconds / 2))
                self._kept[key] = known
            return known.token

    async def authorize(
        self,
        wire: Wire,
        person: str,
        client: str,
        scope: str,
        *,
        browser: Browser | None = None,
        press: Button | None = None,
        look: bool = False,
        **more: str,
    ) -> tuple[Arrived, str]:
        """Send a person through the authorization endpoint; returns where that ended, and the PKCE verifier.

        ``look``: stop at the page after signing in, without pressing anything.
        """
        asking, verifier = self.client(client), secrets.token_urlsafe(48)
        query = {
            "response_type": "code",
            "client_id": asking.client_id,
            "redirect_uri": asking.redirect_uri,
            "scope": scope,
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            **more,
        }
        url = f"{self.endpoint('authorization_endpoint')}?{urlencode(query)}"
        walking, button = browser or self.browser(person), None if look else press or self.profile.consent.allow
        return await walking.walk(url, until=asking.redirect_uri, wire=wire, press=button), verifier

    async def sign_up_for(
        self, wire: Wire, person: str, client: str, scope: str, *, browser: Browser | None = None
    ) -> Authorized:
        """Get tokens for what a person allows a client, by code."""
        arrived, verifier = await self.authorize(wire, person, client, scope, browser=browser)
        code = arrived.parameters.get("code")
        if code is None:
            what = arrived.parameters.get("error") or f"stuck on the page {arrived.title}"
            raise Unprepared(f"no code for {person} at {client} with scope {scope}: {what}")
        answer = await self.redeem_code(wire, client, code, verifier)
        return Authorized(answer=answer.set_up(200), code=code, verifier=verifier)

    async def redeem_code(self, wire: Wire, client: str, code: str, verifier: str) -> Answer:
        """Send a code to the token endpoint."""
        form = {
            "grant_type": GRANT_AUTHORIZATION_CODE,
            "code": code,
            "redirect_uri": self.client(client).redirect_uri,
            "code_verifier": verifier,
        }
        return await self.post_as(wire, client, "token_endpoint", form)

    async def post_as(
        self, wire: Wire, client: str, endpoint: str, form: Mapping[str, str], *, secret: str | None = None
    ) -> Answer:
        """Post a form to an endpoint as a client, in the way that it authenticates."""
        headers, more = authentication(self.client(client), secret=secret)
        return await wire.send("POST", self.endpoint(endpoint), form={**form, **more}, headers=headers)

    async def id_token(self, wire: Wire, person: str, client: str) -> str:
        """Return an ID Token of the server that was made for a client."""

        async def fetch() -> tuple[str, float]:
            authorized = await self.sign_up_for(wire, person, client, SCOPE_OPENID)
            token = authorized.answer.string("id_token")
            return token, seconds_left(token)

        return await self.kept(("id_token", person, client), fetch)

    async def owner_token(self, wire: Wire, owner: str) -> str:
        """Return the access token that the owner's own steps carry."""
        api = self.profile.owner_api

        async def fetch() -> tuple[str, float]:
            authorized = await self.sign_up_for(wire, owner, api.client, api.scope)
            return authorized.access_token, lifetime(authorized.answer)

        return await self.kept(("owner", owner), fetch)


def authentication(client: ClientProfile, *, secret: str | None = None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers and the form fields by which a client authenticates.  Spec: RFC 6749 2.3.1."""
    password = client.client_secret if secret is None else secret
    match client.authentication:
        case "client_secret_basic":
            pair = urlencode([(client.client_id, password)]).replace("=", ":", 1)
            return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}
        case "client_secret_post":
            return {}, {"client_id": client.client_id, "client_secret": password}
        case "none":
            return {}, {"client_id": client.client_id}


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge.  Spec: RFC 7636 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def lifetime(answer: Answer) -> float:
    """Return for how many seconds an access token is good; a server that does not say is taken at a minute."""
    found = answer.members.get("expires_in")
    return float(found) if isinstance(found, int | float) else 60.0


def claims_of(token: str) -> Mapping[str, object]:
    """Read the claims of a JWT without checking anything."""
    try:
        part = token.split(".")[1]
        found: object = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def seconds_left(token: str) -> float:
    """Return for how long a JWT is good."""
    end = claims_of(token).get("exp")
    return float(end) - time.time() if isinstance(end, int | float) else 60.0
