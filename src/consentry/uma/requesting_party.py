"""A client's walk from a UMA challenge to an RPT, on behalf of one requesting party.  Sends nothing, sleeps nowhere.

The walk is a generator: it yields a ``Call``, a ``Pause`` or a ``ClaimsWanted`` and is sent the reply, nothing, or the
claim token.  ``httpx`` drives it, synchronously or not.
Spec: Grant 3.3, 3.3.1, 3.3.2, 3.3.3, 3.3.5.1, 3.3.6, 3.4, 3.6, 3.7, 5.2, 5.5.
"""

from collections.abc import Callable, Collection, Generator, Mapping, MutableMapping, Sequence
from dataclasses import field
from typing import TypeAlias, TypeVar

from consentry.uma import codes
from consentry.uma.call import Call, Reply
from consentry.uma.challenge import UmaChallenge
from consentry.uma.claims_interaction import ClaimsInteraction, claims_interaction, read_claims_return
from consentry.uma.client import ClaimToken, discover, refresh, revoke, uma_ticket_grant
from consentry.uma.client_authentication import ClientAuthentication
from consentry.uma.errors import (
    InvalidGrantError,
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


@value
class Returned:
    """A ticket that the person's browser has brought back, and what proves that it is ours."""

    issuer: str
    ticket: str = field(repr=False)
    code_verifier: str | None = field(default=None, repr=False)


Step: TypeAlias = Call[Metadata] | Call[TokenResponse] | Pause | ClaimsWanted
Heard: TypeAlias = Reply | ClaimToken | None
Walk: TypeAlias = Generator[Step, Heard, T]


class RequestingParty:
    """One person or program that asks through one client: its RPTs, its PCTs, and the servers it trusts.

    Make one for each requesting party: a PCT speaks for the one it was issued for and must not serve another.
    ``wait`` is the longest time, in seconds, that one request waits for a resource owner to decide.  ``pcts`` holds the
    PCT of each issuer; whoever hands in a mapping of their own keeps them for this person's next time.
    """

    def __init__(
        self,
        *,
        client: ClientAuthentication,
        trusted_issuers: Collection[str],
        clock: Callable[[], float],
        scope: Sequence[str] = (),
        wait: float = 0.0,
        pcts: MutableMapping[str, str] | None = None,
    ) -> None:
        self._client = client
        self._trusted_issuers = frozenset(trusted_issuers)
        self._clock = clock
        self._scope = tuple(scope)
        self._wait = wait
        self._metadata: dict[str, tuple[float, Metadata]] = {}
        self._pcts: MutableMapping[str, str] = {} if pcts is None else pcts
        self._pcts_end_here = pcts is None
        self._returned: dict[str, Returned] = {}
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
        return self._keep(url, answer, issuer=issuer, replaces=known if answer.upgraded else None)

    def begin_interaction(self, need_info: NeedInfo, *, issuer: str, claims_redirect_uri: str) -> ClaimsInteraction:
        """Begin to let the person say who they are, after a request was answered with this ``need_info``."""
        _, metadata = self._metadata[issuer]
        return claims_interaction(
            metadata, need_info, client_id=self._client.client_id, claims_redirect_uri=claims_redirect_uri
        )

    def finish_interaction(self, url: str, parameters: Mapping[str, str], interaction: ClaimsInteraction) -> None:
        """Take what the browser brought back; the next request to ``url`` goes on with it.

        Raise what ``read_claims_return`` raises.
        """
        self._returned[url] = Returned(
            issuer=interaction.issuer,
            ticket=read_claims_return(parameters, interaction),
            code_verifier=interaction.code_verifier,
        )

    def token_returned(self, url: str) -> Walk[HeldToken | None]:
        """Turn the ticket that a browser brought back for ``url`` into an RPT; None if there is none, or it is over."""
        returned = self._returned.pop(url, None)
        if returned is None:
            return None
        metadata = yield from self._metadata_of(returned.issuer)
        try:
            answer = yield from self._ask(metadata, returned.ticket, rpt=None, code_verifier=returned.code_verifier)
        except InvalidGrantError:
            return None
        return self._keep(url, answer, issuer=returned.issuer, replaces=None)

    def give_back(self) -> tuple[Call[None], ...]:
        """Forget every RPT, refresh token and PCT; return the calls that revoke each with its hint.

        PCTs in a mapping that was handed in stay.
        """
        held = self.wallet.held()
        given = [
            *((one.issuer, one.rpt, codes.HINT_ACCESS_TOKEN) for one in held),
            *((one.issuer, one.refresh_token, codes.HINT_REFRESH_TOKEN) for one in held),
            *((issuer, pct, codes.HINT_PCT) for issuer, pct in self._pcts.items() if self._pcts_end_here),
        ]
        self.wallet = Wallet()
        self._returned = {}
        if self._pcts_end_here:
            self._pcts = {}
        return tuple(
            revoke(self._metadata[issuer][1], client=self._client, token=token, token_type_hint=hint)
            for issuer, token, hint in given
            if token is not None and self._metadata[issuer][1].revocation_endpoint is not None
        )

    def _ask(
        self, metadata: Metadata, ticket: str, *, rpt: str | None, code_verifier: str | None = None
    ) -> Walk[TokenResponse]:
        issuer = metadata.issuer
        claims = yield from _claims(ClaimsWanted(issuer=issuer))
        asked, waited = False, 0.0
        while True:
            pct = self._pcts.get(issuer)
            call = uma_ticket_grant(
                metadata,
                client=self._client,
                ticket=ticket,
                claim_token=claims,
                pct=pct,
                rpt=rpt,
                scope=self._scope,
                code_verifier=code_verifier,
            )
            try:
                return self._with_pct(issuer, (yield from _sent(call)))
            except NeedInfoError as answer:
                ticket = answer.need_info.ticket
                # Else another request of this person was faster, and has brought the PCT that replaces ours.
                if self._pcts.get(issuer) in (None, pct):
                    claims = yield from _better(issuer, claims, answer, asked=asked)
                    asked = True
            except RequestSubmittedError as answer:
                waited = yield from self._paused(answer, waited)
                # What was pushed stays with the process; the token itself may have expired while the owner thought.
                claims, ticket = None, answer.request_submitted.ticket
            code_verifier = None

    def _with_pct(self, issuer: str, answer: TokenResponse) -> TokenResponse:
        if answer.pct is not None:
            self._pcts[issuer] = answer.pct
        return answer

    def _paused(self, answer: RequestSubmittedError, waited: float) -> Walk[float]:
        """Wait as long as the server says, if there is time left; return how long it has been."""
        pause = max(answer.request_submitted.interval or DEFAULT_INTERVAL, SHORTEST_INTERVAL)
        if waited + pause > self._wait:
            raise answer
        yield Pause(seconds=pause)
        return waited + pause

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


def _better(issuer: str, claims: ClaimToken | None, answer: NeedInfoError, *, asked: bool) -> Walk[ClaimToken]:
    """Return another claim token than the one that was not enough; once."""
    if asked:
        raise answer
    better = yield from _claims(ClaimsWanted(issuer=issuer, need_info=answer.need_info))
    if better is None or better == claims:
        raise answer
    return better


def _claims(wanted: ClaimsWanted) -> Generator[ClaimsWanted, Heard, ClaimToken | None]:
    heard = yield wanted
    if isinstance(heard, Reply):
        raise TypeError("claims are answered with a ClaimToken or None")
    return heard
