"""The authorization endpoint and the pages it leads to: sign in, consent, and back to the client.

Spec: RFC 6749 3.1, 4.1; OpenID Connect Core 3.1.2.1, 3.1.2.4; RFC 9700 4.12.
"""

from dataclasses import fields
from typing import Literal, assert_never
from urllib.parse import urlsplit

from consentry.core.authorization import authorize
from consentry.core.authorization_checks import AuthorizationRequest
from consentry.core.authorizing import Redirected
from consentry.core.claims_consent import ShowClaims
from consentry.core.consent import ConsentDecision, decide_consent
from consentry.core.errors import InvalidRequest
from consentry.core.interaction import Continue, InteractionOver, ShowSignIn, SignInAgain
from consentry.core.proceeding import Proceed, ShowConsent, proceed
from consentry.core.redirection import origin_of
from consentry.core.tokens import digest
from consentry.web.forms import FORM, read_query
from consentry.web.http import Request, Response
from consentry.web.pages.claims_interaction import SOMEBODY_ELSE, claims_page
from consentry.web.pages.parameters import read_parameters
from consentry.web.pages.scope_words import explain, name_of
from consentry.web.pages.sign_in import show_sign_in, where_on
from consentry.web.pages.visit import Visit, arrive
from consentry.web.parts import Parts

CONSENT = "/consent"
PARAMETERS = frozenset(
    field.name for field in fields(AuthorizationRequest) if field.name not in {"browser_digest", "session_digest"}
) - {"repeated"}


async def authorization_by_query(parts: Parts, request: Request) -> Response:
    """Answer an authorization request that came as a link."""
    return await _authorization(parts, request, request.query_string)


async def authorization_by_form(parts: Parts, request: Request) -> Response:
    """Answer an authorization request that came as a form; it may come from any site."""
    if request.media_type != FORM:
        raise InvalidRequest(f"the body has to be {FORM}")
    return await _authorization(parts, request, request.body)


async def continued(parts: Parts, request: Request) -> Response:
    """Show what an interaction waits for, or finish it."""
    visit = await arrive(parts, request)
    query = read_query(request)
    interaction = query.get("interaction")
    if interaction is None:
        raise InteractionOver
    question = Proceed(
        interaction_digest=digest(interaction),
        browser_digest=visit.browser_digest,
        session_digest=visit.session_digest,
    )
    said = await visit.ask(proceed, question)
    match said:
        case ShowSignIn():
            return show_sign_in(visit, {"interaction": interaction}, wanted=said)
        case ShowConsent():
            return _consent_page(visit, said, interaction)
        case ShowClaims():
            return claims_page(visit, said, interaction, as_somebody_else=SOMEBODY_ELSE in query)
        case Redirected():
            return visit.leave(said.location)
        case _:
            assert_never(said)


async def consent(parts: Parts, request: Request) -> Response:
    """Take a person's yes or no."""
    visit = await arrive(parts, request)
    form = visit.fields()
    interaction = form["interaction"]
    question = ConsentDecision(
        interaction_digest=digest(interaction),
        browser_digest=visit.browser_digest,
        session_digest=visit.session_digest,
        decision=_decision(form["decision"]),
        organisation_id=form.get("for") or None,
    )
    said = await visit.ask(decide_consent, question)
    match said:
        case SignInAgain():
            return visit.redirect(where_on(interaction))
        case Redirected():
            return visit.leave(said.location)
        case _:
            assert_never(said)


def _decision(text: str) -> Literal["allow", "deny"]:
    match text:
        case "allow" | "deny":
            return text
        case _:
            raise InvalidRequest("decision has to be allow or deny")


async def _authorization(parts: Parts, request: Request, encoded: bytes) -> Response:
    visit = await arrive(parts, request)
    parameters, repeated = read_parameters(encoded)
    question = AuthorizationRequest(
        browser_digest=visit.browser_digest,
        session_digest=visit.session_digest,
        repeated=repeated,
        **{name: text for name, text in parameters.items() if name in PARAMETERS},
    )
    said = await visit.ask(authorize, question)
    match said:
        case Continue():
            return visit.redirect(where_on(said.interaction))
        case Redirected():
            return visit.leave(said.location)
        case _:
            assert_never(said)


def _consent_page(visit: Visit, asked: ShowConsent, interaction: str) -> Response:
    client, name = asked.client, name_of(asked.client)
    again = not asked.new
    wants = [explain(scope, client=client, realm=visit.realm, is_new=bool(asked.known)) for scope in asked.new]
    known = [explain(scope, client=client, realm=visit.realm) for scope in asked.known]
    return visit.page(
        "consent.html",
        form_targets=[origin_of(asked.redirect_uri)],
        client_name=name,
        account_name=asked.account.name or asked.account.username,
        organisations=[(each.account_id, each.name or each.username) for each in asked.organisations],
        question=f"Let {name} do {'more' if wants and known else 'this'}?",
        destination=urlsplit(asked.redirect_uri).netloc or urlsplit(asked.redirect_uri).scheme,
        wants=known if again else wants,
        already=[] if again else known,
        action=visit.to(CONSENT),
        interaction=interaction,
        policy_uri=client.policy_uri or "",
    )
