"""A client's walk from a UMA challenge to an RPT, on behalf of one requesting party.  Sends nothing, sleeps nowhere.

The walk is a generator: it yields a ``Call``, a ``Pause`` or a ``ClaimsWanted`` and is sent the reply, nothing, or the
claim token.  ``httpx`` drives it, synchronously or not.
Spec: Grant 3.3, 3.3.1, 3.3.5.1, 3.3.6, 3.4, 3.6, 3.7, 5.2, 5.5.
"""

from collections.abc import Callable, Collection, Generator, Sequence
from typing import TypeAlias, TypeVar

from consentry.uma import codes
from consentry.uma.call import Call, Reply
from consentry.uma.challenge import UmaChallenge
from consentry.uma.client import ClaimToken, discover, refresh, revoke, uma_ticket_grant
from consentry.uma.client_authentication import ClientAuthentication
from consentry.uma.errors import (
    NeedInfoError,
    NotFoundError,
    ProtocolError,
    RequestSubmittedError,
    UnsupportedTokenTypeError,
    UntrustedIssuerError,
)
from consentry.uma.metadata import Metadata
from consentry.uma.value import value
from consentry.uma.wallet import HeldToken, Wallet
from consentry.uma.wire import NeedInfo, TokenResponse

METADATA_LIFETIME = 3600
DEFAULT_INTERVAL = 5
SHORTEST_INTERVAL = 1

T = TypeVar("T")


@value
class Pause:
    """Wait before going on."""

    seconds: float


@value
class ClaimsWanted:
    """Asks the application for a claim token for ``issuer``.

    ``need_info`` is None at the first request of a process, when pushing is a choice; later it says what is missing.
    """

    issuer: str
    need_info: NeedInfo | None = None


Step: TypeAlias = Call[Metadata] | Call[TokenResponse] | Pause | ClaimsWanted
Heard: TypeAlias = Reply | ClaimToken | None
Walk: TypeAlias = Generator[Step, Heard, T]


class RequestingParty:
    """One person or program that asks through one client: its RPTs, its PCTs, and the servers it trusts.

    Make one for each requesting party: a PCT speaks for the one it was issued for and must not serve another.
    ``wait`` is the longest time, in seconds, that one request waits for a resource owner to decide.
    """

    def __init__(
        self,
        *,
        client: ClientAuthentication,
        trusted_issuers: Collection[str],
        clock: Callable[[], float],
        scope: Sequence[str] = (),
        wait: float = 0.0,
    ) -> None:
        self._client = client
        self._trusted_issuers = frozenset(trusted_issuers)
        self._clock = clock
        self._scope = tuple(scope)
        self._wait = wait
        self._metadata: dict[str, tuple[float, Metadata]] = {}
        self._pcts: dict[str, str] = {}
        self.wallet = Wallet()

    def token_for(self, url: str) -> Walk[HeldToken | None]:
        """Return the RPT to try at ``url``, refreshed if its time is over, or None if there is none."""
        held = self.wallet.find(url)
        if held is None or held.expires_at is None or held.expires_at > self._clock():
            return held
        # Out of the wallet first: of requests in flight together only one may spend the refresh token.
        if not self.wallet.drop(held) or held.refresh_token is None:
            return None
        metadata = yield from self._metadata_of(held.issuer)
        try:
            answer = yield from _sent(refresh(metadata, client=self._client, refresh_token=held.refresh_token))
        except ProtocolError:
            return None
        return self._keep(url, answer, issuer=held.issuer, refresh_token=held.refresh_token, replaces=held)

    def token_after(self, url: str, challenge: UmaChallenge, *, earlier: HeldToken | None) -> Walk[HeldToken]:
        """Turn the ticket of a challenge into an RPT.

        Raise what the server says (``NeedInfoError``, ``RequestSubmittedError``, ``RequestDeniedError`` …), or
        ``UntrustedIssuerError`` before anything is sent to a server that is not on the list.
        """
        issuer = challenge.as_uri
        if issuer not in self._trusted_issuers:
            raise UntrustedIssuerError("the challenge names an authorization server that is not trusted")
        metadata = yield from self._metadata_of(issuer)
        known = earlier if earlier is not None and earlier.issuer == issuer else None
        answer = yield from self._ask(metadata, challenge.ticket, rpt=None if known is None else known.rpt)
        if answer.pct is not None:
            self._pcts[issuer] = answer.pct
        return self._keep(url, answer, issuer=issuer, replaces=known if answer.upgraded else None)

    def give_back(self) -> tuple[Call[None], ...]:
        """Forget every RPT, refresh token and PCT; return the calls that revoke each with its hint."""
        held = self.wallet.held()
        given = [
            *((one.issuer, one.rpt, codes.HINT_ACCESS_TOKEN) for one in held),
            *((one.issuer, one.refresh_token, codes.HINT_REFRESH_TOKEN) for one in held),
            *((issuer, pct, codes.HINT_PCT) for issuer, pct in self._pcts.items()),
        ]
        self.wallet = Wallet()
        self._pcts = {}
        return tuple(
            revoke(self._metadata[issuer][1], client=self._client, token=token, token_type_hint=hint)
            for issuer, token, hint in given
            if token is not None and self._metadata[issuer][1].revocation_endpoint is not None
        )

    def _ask(self, metadata: Metadata, ticket: str, *, rpt: str | None) -> Walk[TokenResponse]:
        issuer = metadata.issuer
        claims = yield from _claims(ClaimsWanted(issuer=issuer))
        asked, waited = False, 0.0
        while True:
            call = uma_ticket_grant(
                metadata,
                client=self._client,
                ticket=ticket,
                claim_token=claims,
                pct=self._pcts.get(issuer),
                rpt=rpt,
                scope=self._scope,
            )
            try:
                return (yield from _sent(call))
            except NeedInfoError as answer:
                if asked:
                    raise
                better = yield from _claims(ClaimsWanted(issuer=issuer, need_info=answer.need_info))
                if better is None or better == claims:
                    raise
                asked, claims, ticket = True, better, answer.need_info.ticket
            except RequestSubmittedError as answer:
                submitted = answer.request_submitted
                pause = max(submitted.interval or DEFAULT_INTERVAL, SHORTEST_INTERVAL)
                waited += pause
                if waited > self._wait:
                    raise
                yield Pause(seconds=pause)
                # What was pushed stays with the process; the token itself may have expired while the owner thought.
                claims, ticket = None, submitted.ticket

    def _metadata_of(self, issuer: str) -> Walk[Metadata]:
        known = self._metadata.get(issuer)
        if known is not None and known[0] > self._clock():
            return known[1]
        *earlier, last = discover(issuer)
        for call in earlier:
            try:
                return self._remember((yield from _sent(call)))
            except NotFoundError:
                continue
        return self._remember((yield from _sent(last)))

    def _remember(self, metadata: Metadata) -> Metadata:
        self._metadata[metadata.issuer] = (self._clock() + METADATA_LIFETIME, metadata)
        return metadata

    def _keep(
        self,
        url: str,
        answer: TokenResponse,
        *,
        issuer: str,
        replaces: HeldToken | None,
        refresh_token: str | None = None,
    ) -> HeldToken:
        if answer.token_type.lower() != codes.TOKEN_TYPE_BEARER.lower():
            raise UnsupportedTokenTypeError("the RPT is not a bearer token")
        held = HeldToken(
            issuer=issuer,
            rpt=answer.access_token,
            refresh_token=answer.refresh_token or refresh_token,
            expires_at=None if answer.expires_in is None else self._clock() + answer.expires_in,
        )
        self.wallet.keep(url, held, replaces=replaces)
        return held


def _sent(call: Call[T]) -> Generator[Call[T], Heard, T]:
    reply = yield call
    if not isinstance(reply, Reply):
        raise TypeError("a call is answered with a Reply")
    return call.read(reply)


def _claims(wanted: ClaimsWanted) -> Generator[ClaimsWanted, Heard, ClaimToken | None]:
    heard = yield wanted
    if isinstance(heard, Reply):
        raise TypeError("claims are answered with a ClaimToken or None")
    return heard
