"""What comes next in an authorization: sign in, consent, or done.

A request that passed every check waits in an `Interaction` that belongs to one browser; `next_step` says what it waits
for.  No page knows which page follows.

Spec: OpenID Connect Core 3.1.2.1, 3.1.2.3, 3.1.2.4, 3.1.2.6; RFC 9700 4.7; RFC 8252 8.6.
"""

import json
from dataclasses import asdict, fields

from consentry.core.client_authentication import is_public
from consentry.core.context import Context
from consentry.core.errors import Refusal
from consentry.core.model import Client, Consent, Interaction
from consentry.core.ports import SignedIn
from consentry.core.redirection import proves_identity
from consentry.core.tokens import equal
from consentry.uma.value import value


class InteractionOver(Refusal):
    """The process is finished, has expired or belongs to another browser."""

    code = "invalid_request"
    status = 400

    def __init__(self) -> None:
        super().__init__("this sign-in is over, or was begun in another browser; go back to the app and start again")


@value
class PendingAuthorization:
    """An authorization request that passed every check.

    ``scope`` is what of the asked scopes the client may have.  Whoever signed in before ``fresh_from``, or in the
    session ``stale_sid``, has to sign in again; ``subject`` is the only account that will do.
    """

    client_id: str
    redirect_uri: str
    scope: tuple[str, ...]
    code_challenge: str
    state: str | None
    nonce: str | None
    started_at: int
    fresh_from: int = 0
    stale_sid: str | None = None
    ask_consent: bool = False
    subject: str | None = None
    login_hint: str | None = None

    def to_text(self) -> str:
        """Return the JSON text that an `Interaction` keeps."""
        return json.dumps(asdict(self))


@value
class SignInNext:
    """Nobody is signed in who would do."""


@value
class ConsentNext:
    """The person has to be asked: ``new`` for the first time, ``known`` was allowed before."""

    new: tuple[str, ...]
    known: tuple[str, ...]


@value
class Done:
    """Everything is there."""


Step = SignInNext | ConsentNext | Done


def next_step(
    pending: PendingAuthorization,
    client: Client,
    signed_in: SignedIn | None,
    consent: Consent | None,
    *,
    choice: bool = False,
) -> Step:
    """Say what an authorization waits for; ``choice``: the person has to say for whom they decide.  Pure."""
    if signed_in is None or not _will_do(pending, signed_in):
        return SignInNext()
    allowed = consent.scope if consent is not None else ()
    new = tuple(name for name in pending.scope if name not in allowed)
    # Without a secret anybody can call himself this client: a person has to look, unless the address tells who it is.
    impostor = is_public(client) and not proves_identity(pending.redirect_uri)
    if new or consent is None or pending.ask_consent or impostor or choice:
        return ConsentNext(new=new, known=tuple(name for name in pending.scope if name in allowed))
    return Done()


def _will_do(pending: PendingAuthorization, signed_in: SignedIn) -> bool:
    session = signed_in.session
    return (
        session.auth_time >= pending.fresh_from
        and session.sid != pending.stale_sid
        and pending.subject in (None, session.account_id)
    )


async def find_interaction(
    ctx: Context, digest: str, browser_digest: str | None
) -> tuple[Interaction, PendingAuthorization]:
    """Return an interaction of this browser and its request.  Raises `InteractionOver`."""
    found = await ctx.store.interaction(digest)
    if found is None or found.kind != "authorization" or found.expires_at <= ctx.now:
        raise InteractionOver
    if not equal(found.browser_digest, browser_digest or ""):
        raise InteractionOver
    return found, pending_of(found)


def pending_of(interaction: Interaction) -> PendingAuthorization:
    """Return the request that an interaction keeps."""
    kept = json.loads(interaction.request)
    known = {field.name for field in fields(PendingAuthorization)}
    members = {name: member for name, member in kept.items() if name in known}
    return PendingAuthorization(**{**members, "scope": tuple(kept["scope"])})
