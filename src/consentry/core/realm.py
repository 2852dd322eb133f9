"""A realm's settings, as an operator writes them in a realm file."""

from typing import Literal

from consentry.uma.value import value


@value
class Lifetimes:
    """How long things live, in seconds."""

    ticket: int = 600
    polling_ticket: int = 86_400
    rpt: int = 3_600
    access_token: int = 600
    pat: int = 3_600
    refresh_token: int = 30 * 86_400
    code: int = 60
    id_token: int = 600
    session: int = 12 * 3_600
    interaction: int = 900
    request: int = 14 * 86_400
    pct: int = 30 * 86_400


@value
class ScopeDescription:
    """How a scope is shown to people."""

    name: str
    description: str = ""
    icon: str = ""


@value
class RealmSettings:
    """What differs from realm to realm.

    ``partial``: what happens when only part of what was asked can be granted: ``ticket`` (every ticket scope must pass,
    extra client scopes that fail are dropped), ``all`` or ``any``.  Spec: Grant 3.3.4.  ``claims_max_age``: how many
    seconds ago a requesting party may have signed in when claims are gathered (0: whenever the session began).
    """

    pending_requests: bool = True
    interactive_claims: bool = True
    owner_may_request: bool = True
    partial: Literal["ticket", "all", "any"] = "ticket"
    poll_interval: int = 5
    claims_max_age: int = 0
    id_token_signed_response_alg: str = "ES256"
    lifetimes: Lifetimes = Lifetimes()
    scopes: tuple[ScopeDescription, ...] = ()
