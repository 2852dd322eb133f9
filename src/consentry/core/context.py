"""What a decision may use: one realm's store, the time, chance, keys; and where it leaves what must be kept."""

from collections.abc import Awaitable, Callable
from typing import Generic, Literal, Protocol, TypeVar

from consentry.core.changes import Change
from consentry.core.keys import KeyRing
from consentry.core.model import Realm, TrustedIssuer
from consentry.core.ports import Sealer, Store
from consentry.uma.value import value

Question = TypeVar("Question")
Said_co = TypeVar("Said_co", covariant=True)


class Chance(Protocol):
    """The only source of randomness."""

    def secret(self) -> str:
        """Return 256 random bits as base64url text."""
        ...

    def identifier(self) -> str:
        """Return a random id that is never reused (128 bits as base64url text)."""
        ...


class Answer(Generic[Said_co]):
    """What to say, and the changes that go with saying it."""

    __slots__ = ("changes", "said")

    def __init__(self, said: Said_co, *changes: Change) -> None:
        self.said = said
        self.changes = changes


@value
class Caller:
    """What the edge of the server knows about a request: for the audit, and for a proof that is made for it alone.

    ``uri`` is the address as this server publishes it, without query.  ``dpop`` is the proof's text, ``scheme`` under
    which an access token was presented.  Spec: RFC 9449 4.1, 7.1.
    """

    request_id: str = ""
    address: str = ""
    method: str = ""
    uri: str = ""
    scheme: Literal["Bearer", "DPoP"] = "Bearer"
    dpop: str | None = None


class Context:
    """Everything a decision may use.  It reads and thinks; it may run again.

    ``jkt`` is the thumbprint of the key that a token request has proven, as soon as it has (RFC 9449 6.1).
    ``acting`` is the person who acts for the organisation that is "me", as soon as that is known.
    """

    __slots__ = (
        "_chance",
        "acting",
        "caller",
        "issuer",
        "jkt",
        "kept",
        "keys",
        "now",
        "realm",
        "sealer",
        "store",
        "trusted_issuers",
    )

    def __init__(
        self,
        *,
        realm: Realm,
        issuer: str,
        keys: KeyRing,
        sealer: Sealer,
        store: Store,
        now: int,
        chance: Chance,
        caller: Caller,
        trusted_issuers: tuple[TrustedIssuer, ...] = (),
    ) -> None:
        self.realm = realm
        self.issuer = issuer
        self.keys = keys
        self.sealer = sealer
        self.store = store
        self.now = now
        self.caller = caller
        self.trusted_issuers = trusted_issuers
        self.jkt: str | None = None
        self.acting: str | None = None
        self.kept: tuple[Change, ...] = ()
        self._chance = chance

    def keep(self, *changes: Change) -> None:
        """Apply these changes whatever the answer will be, a refusal included."""
        self.kept += changes

    def new_secret(self) -> str:
        """Return a fresh secret of 256 random bits."""
        return self._chance.secret()

    def new_id(self) -> str:
        """Return a fresh identifier of 128 random bits, never reused."""
        return self._chance.identifier()


Decision = Callable[[Context, Question], Awaitable[Answer[Said_co]]]
