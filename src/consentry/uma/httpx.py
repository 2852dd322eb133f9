"""Sends calls with httpx2, and fetches protected resources as if nothing were in the way.

Spec: Grant 3.2, 3.3, 3.4, 3.5.
"""

import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Generator,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from inspect import isawaitable, iscoroutine
from typing import TypeAlias

import anyio
import httpx2

from consentry.uma.call import Call, Reply
from consentry.uma.challenge import UmaChallenge, find_uma_challenge, says_unreachable
from consentry.uma.claims_interaction import ClaimsInteraction
from consentry.uma.client import ClaimToken
from consentry.uma.client_authentication import ClientAuthentication
from consentry.uma.errors import AuthorizationServerUnreachableError, InvalidGrantError, UnreachableError
from consentry.uma.httpx_sender import (
    AsyncSender,
    afetch_metadata,
    asend,
    fetch_metadata,
    reply_of,
    require_secure,
    send,
)
from consentry.uma.metadata import origin
from consentry.uma.requesting_party import ClaimsWanted, Heard, Pause, RequestingParty, Step
from consentry.uma.wallet import HeldToken
from consentry.uma.wire import NeedInfo

__all__ = ["AsyncSender", "ClaimTokenSource", "UmaAuth", "afetch_metadata", "asend", "fetch_metadata", "send"]

ClaimTokenSource: TypeAlias = Callable[[ClaimsWanted], ClaimToken | Awaitable[ClaimToken | None] | None]


class UmaAuth(httpx2.Auth):
    """Gets RPTs as resource servers ask for them: ``httpx2.Client(auth=UmaAuth(...))``, or an ``AsyncClient``.

    One object serves one requesting party.  ``claim_token`` is asked what to push and may be a coroutine function when
    the client is asynchronous; ``wait`` is the longest time in seconds that one request waits for an owner's decision.
    A request is sent at most three times, and its body is read into memory to make that possible.  What cannot be
    solved is raised: ``NeedInfoError`` and ``RequestSubmittedError`` hold the ticket to go on with, and
    ``RequestDeniedError`` is a no.  Calls to the authorization server go through the same client, so its response
    hooks see them too.

    After a ``NeedInfoError`` the person may say who they are in a browser: ``begin_interaction`` gives the address to
    send it to, ``finish_interaction`` takes what it brings back, and the same request then goes through.  ``pcts``
    keeps what the person let us remember, by issuer; hand in a mapping of theirs to have it next time too.
    """

    def __init__(
        self,
        *,
        client: ClientAuthentication,
        trusted_issuers: Collection[str],
        claim_token: ClaimTokenSource | None = None,
        scope: Sequence[str] = (),
        wait: float = 0.0,
        pcts: MutableMapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        asleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._party = RequestingParty(
            client=client, trusted_issuers=trusted_issuers, clock=clock, scope=scope, wait=wait, pcts=pcts
        )
        self._claim_token = claim_token
        self._sleep = sleep
        self._asleep = asleep

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Drive the flow with blocking calls."""
        request.read()
        flow = self._flow(request)
        heard: httpx2.Response | Heard = None
        while True:
            try:
                step = flow.send(heard)
            except StopIteration:
                return
            match step:
                case httpx2.Request():
                    heard = yield step
                case Call():
                    response = yield _built(step, request)
                    response.read()
                    heard = _answered(step, response)
                case Pause():
                    self._sleep(step.seconds)
                    heard = None
                case ClaimsWanted():
                    heard = self._claims(step)

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Drive the flow without blocking."""
        await request.aread()
        flow = self._flow(request)
        heard: httpx2.Response | Heard = None
        while True:
            try:
                step = flow.send(heard)
            except StopIteration:
                return
            match step:
                case httpx2.Request():
                    heard = yield step
                case Call():
                    response = yield _built(step, request)
                    await response.aread()
                    heard = _answered(step, response)
                case Pause():
                    await self._asleep(step.seconds)
                    heard = None
                case ClaimsWanted():
                    heard = await self._aclaims(step)

    def begin_interaction(self, need_info: NeedInfo, *, issuer: str, claims_redirect_uri: str) -> ClaimsInteraction:
        """Return where to send the person's browser; keep it in their session until the browser is back."""
        return self._party.begin_interaction(need_info, issuer=issuer, claims_redirect_uri=claims_redirect_uri)

    def finish_interaction(self, url: str, parameters: Mapping[str, str], interaction: ClaimsInteraction) -> None:
        """Take the parameters that the browser came back with; request ``url`` again afterwards.

        Raise ``StateMismatchError`` for a return that this session did not ask for, and a ``ProtocolError`` such as
        ``access_denied`` if the person did not want to.
        """
        self._party.finish_interaction(str(httpx2.URL(url)), parameters, interaction)

    def close(self, client: httpx2.Client) -> None:
        """Forget every token and revoke it where it came from."""
        for call in self._party.give_back():
            send(client, call)

    async def aclose(self, client: httpx2.AsyncClient) -> None:
        """Do what ``close`` does, with an ``AsyncClient``."""
        for call in self._party.give_back():
            await asend(client, call)

    def _flow(self, request: httpx2.Request) -> Generator[httpx2.Request | Step, httpx2.Response | Heard, None]:
        url = str(request.url)
        held = yield from self._party.token_returned(url)
        if held is None:
            held = yield from self._party.token_for(url)
        challenge = yield from _try(request, held)
        if challenge is None:
            return
        try:
            fresh = yield from self._party.token_after(url, challenge, earlier=held)
        except InvalidGrantError:
            if held is None:
                raise
            # The RPT we held may have been the reason, and the ticket is spent: begin anew without it.
            self._party.wallet.drop(held)
            challenge = yield from _try(request, None)
            if challenge is None:
                return
            fresh = yield from self._party.token_after(url, challenge, earlier=None)
        yield from _try(request, fresh)

    def _claims(self, wanted: ClaimsWanted) -> ClaimToken | None:
        if self._claim_token is None:
            return None
        found = self._claim_token(wanted)
        if isawaitable(found):
            if iscoroutine(found):
                found.close()
            raise TypeError("a synchronous client needs a claim_token function that is not a coroutine")
        return found

    async def _aclaims(self, wanted: ClaimsWanted) -> ClaimToken | None:
        found = None if self._claim_token is None else self._claim_token(wanted)
        return (await found) if isawaitable(found) else found


def _try(
    request: httpx2.Request, held: HeldToken | None
) -> Generator[httpx2.Request, httpx2.Response | Heard, UmaChallenge | None]:
    """Send the request, and return the challenge if that is what came back."""
    request.headers.pop("authorization", None)
    if held is not None:
        require_secure(str(request.url))
        request.headers["authorization"] = f"Bearer {held.rpt}"
    response = yield request
    if not isinstance(response, httpx2.Response):
        raise TypeError("a request is answered with a response")
    if origin(str(response.url)) != origin(str(request.url)):
        return None
    if response.status_code == 403 and says_unreachable(response.headers.get_list("warning")):
        raise AuthorizationServerUnreachableError("the resource server could get no permission ticket")
    if response.status_code != 401:
        return None
    challenge = find_uma_challenge(response.headers.get_list("www-authenticate"))
    if challenge is not None:
        require_secure(str(request.url))
    return challenge


class _Once(httpx2.ByteStream):
    """A body that can be sent once: a client that follows redirects must not carry it to another address."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self._sent = False

    def __iter__(self) -> Iterator[bytes]:
        self._spend()
        return super().__iter__()

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._spend()
        return super().__aiter__()

    def _spend(self) -> None:
        if self._sent:
            raise UnreachableError("the authorization server redirected a call")
        self._sent = True


def _built(call: Call[object], request: httpx2.Request) -> httpx2.Request:
    """Build the call's request with the time limits of the request it is made for."""
    require_secure(call.url)
    limits = {name: limit for name, limit in request.extensions.items() if name == "timeout"}
    if not call.body:
        return httpx2.Request(call.method, call.url, headers=call.headers, extensions=limits)
    # A request that is given a stream adds neither of these by itself.
    headers = {
        "host": httpx2.URL(call.url).netloc.decode("ascii"),
        "content-length": str(len(call.body)),
        **call.headers,
    }
    return httpx2.Request(call.method, call.url, headers=headers, stream=_Once(call.body), extensions=limits)


def _answered(call: Call[object], response: httpx2.Response) -> Reply:
    if str(response.url) != str(httpx2.URL(call.url)):
        raise UnreachableError("the authorization server redirected a call")
    return reply_of(response, response.content)
