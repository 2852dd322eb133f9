"""One resource owner's things at one authorization server, as the resource server sees them.

Spec: FedAuthz 1.3, 1.4, 3.2, 4, 5.1.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from consentry.uma import codes
from consentry.uma.call import Call, Sender
from consentry.uma.client import client_credentials, exchange_code, refresh
from consentry.uma.client_authentication import ClientAuthentication
from consentry.uma.discovery import Discovery
from consentry.uma.errors import InvalidGrantError, InvalidTokenError, NotConnectedError
from consentry.uma.metadata import Metadata
from consentry.uma.protection_api import introspect, request_permission
from consentry.uma.store import ProtectionStore
from consentry.uma.wire import IntrospectionResponse, Permission, TokenResponse

log = logging.getLogger("consentry.uma")

T = TypeVar("T")

EXPIRY_MARGIN = 10


class Protection:
    """Holds the PAT of one owner, renews it, and asks the protection API in the owner's name.

    The PAT comes from ``connect`` (the owner's authorization code), from the refresh token in ``store``, or, with
    ``own_resources``, from client credentials: then the resource server itself is the owner.  Share one ``discovery``
    between the owners of one server.  Let one process renew the PAT of one owner: a server that rotates refresh tokens
    takes two that do for a thief and its victim.
    """

    def __init__(
        self,
        *,
        issuer: str,
        client: ClientAuthentication,
        send: Sender,
        store: ProtectionStore,
        discovery: Discovery | None = None,
        own_resources: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not client.client_id:
            raise ValueError("a resource server needs a client_id at its authorization server")
        self.issuer = issuer
        self.store = store
        # Two that register one thing at once would leave a resource behind that nobody knows.
        self.registering = asyncio.Lock()
        self._client = client
        self._send = send
        self._discovery = discovery or Discovery(send, clock=clock)
        self._own_resources = own_resources
        self._clock = clock
        self._pat: str | None = None
        self._pat_ends = 0.0
        self._renewing = asyncio.Lock()

    async def connect(self, *, code: str, redirect_uri: str, code_verifier: str) -> TokenResponse:
        """Exchange the owner's authorization code for the PAT and keep its refresh token."""
        metadata = await self._discovery.metadata(self.issuer)
        call = exchange_code(
            metadata, client=self._client, code=code, redirect_uri=redirect_uri, code_verifier=code_verifier
        )
        return await self._adopt(await self._send(call))

    async def disconnect(self) -> None:
        """Forget the PAT and its refresh token."""
        self._pat = None
        await self.store.keep_refresh_token(None)

    async def connected(self) -> bool:
        """Say whether a PAT is at hand or can be had without the owner."""
        return self._own_resources or self._pat is not None or await self.store.refresh_token() is not None

    async def request_permission(self, permissions: Sequence[Permission]) -> str:
        """Return a ticket for everything one request needs."""
        response = await self.ask(lambda metadata, pat: request_permission(metadata, pat=pat, permissions=permissions))
        return response.ticket

    async def introspect(self, token: str) -> IntrospectionResponse:
        """Ask what an RPT is worth right now."""
        return await self.ask(lambda metadata, pat: introspect(metadata, pat=pat, token=token))

    async def ask(self, build: Callable[[Metadata, str], Call[T]]) -> T:
        """Make any call that takes a PAT.

        A PAT that is refused (401) is renewed once and the call made once more; a second refusal is raised.
        """
        metadata = await self._discovery.metadata(self.issuer)
        pat = await self._current_pat(metadata)
        try:
            return await self._send(build(metadata, pat))
        except InvalidTokenError:
            pat = await self._renewed_pat(metadata, refused=pat)
        try:
            return await self._send(build(metadata, pat))
        except InvalidTokenError:
            log.warning("%s refuses a PAT that it has just issued to %s", self.issuer, self._client.client_id)
            raise

    async def _current_pat(self, metadata: Metadata) -> str:
        if self._pat is not None and self._pat_ends > self._clock():
            return self._pat
        return await self._renewed_pat(metadata, refused=self._pat)

    async def _renewed_pat(self, metadata: Metadata, *, refused: str | None) -> str:
        async with self._renewing:
            if self._pat is not None and self._pat != refused:
                return self._pat
            self._pat = None
            try:
                response = await self._send(await self._renewal(metadata))
            except InvalidGrantError as problem:
                await self.store.keep_refresh_token(None)
                log.warning("%s no longer takes the refresh token of a PAT", self.issuer)
                raise NotConnectedError("the authorization server no longer takes the refresh token") from problem
            return (await self._adopt(response)).access_token

    async def _renewal(self, metadata: Metadata) -> Call[TokenResponse]:
        refresh_token = await self.store.refresh_token()
        if refresh_token is not None:
            return refresh(metadata, client=self._client, refresh_token=refresh_token)
        if self._own_resources:
            return client_credentials(metadata, client=self._client, scope=(codes.SCOPE_UMA_PROTECTION,))
        raise NotConnectedError("the owner has to connect this resource server to the authorization server again")

    async def _adopt(self, response: TokenResponse) -> TokenResponse:
        if response.refresh_token is not None:
            await self.store.keep_refresh_token(response.refresh_token)
        self._pat = response.access_token
        lifetime = float("inf") if response.expires_in is None else response.expires_in
        self._pat_ends = self._clock() + max(lifetime - EXPIRY_MARGIN, lifetime / 2)
        return response
