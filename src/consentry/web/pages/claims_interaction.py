"""The claims interaction endpoint and its page: a client would like to know who is asking.

Spec: Grant 3.3.2, 3.3.3, 5.1; Fetch Metadata 2 (``Sec-Purpose``).
"""

from dataclasses import fields
from typing import Literal, assert_never
from urllib.parse import urlsplit

from consentry.core.authorizing import Redirected
from consentry.core.claims_consent import ClaimsDecision, ShowClaims, decide_claims
from consentry.core.claims_interaction import ClaimsInteractionRequest, interact
from consentry.core.errors import InvalidRequest, Unavailable
from consentry.core.interaction import Continue, ShowSignIn, SignInAgain
from consentry.core.redirection import origin_of
from consentry.core.tokens import digest
from consentry.web.http import Request, Response
from consentry.web.pages.parameters import read_parameters
from consentry.web.pages.scope_words import name_of
from consentry.web.pages.sign_in import show_sign_in, where_on
from consentry.web.pages.visit import Visit, arrive
from consentry.web.parts import Parts

ANSWER = "/uma/claims/answer"
SOMEBODY_ELSE = "somebody_else"
PARAMETERS = frozenset(field.name for field in fields(ClaimsInteractionRequest)) - {"browser_digest", "repeated"}


async def claims_interaction(parts: Parts, request: Request) -> Response:
    """Begin to gather claims.  That spends the ticket, so whoever only looks ahead is turned away."""
    if request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", ""):
        raise Unavailable("this page is for a person who goes there")
    visit = await arrive(parts, request)
    parameters, repeated = read_parameters(request.query_string)
    question = ClaimsInteractionRequest(
        browser_digest=visit.browser_digest,
        repeated=repeated & PARAMETERS,
        **{name: text for name, text in parameters.items() if name in PARAMETERS},
    )
    said = await visit.ask(interact, question)
    match said:
        case Continue():
            return visit.redirect(where_on(said.interaction))
        case Redirected():
            return visit.leave(said.location)
        case _:
            assert_never(said)


async def claims_answered(parts: Parts, request: Request) -> Response:
    """Take a person's yes or no."""
    visit = await arrive(parts, request)
    form = visit.fields()
    interaction = form["interaction"]
    question = ClaimsDecision(
        interaction_digest=digest(interaction),
        browser_digest=visit.browser_digest,
        session_digest=visit.session_digest,
        decision=_decision(form["decision"]),
        remember=form.get("remember") == "yes",
    )
    said = await visit.ask(decide_claims, question)
    match said:
        case SignInAgain():
            return visit.redirect(where_on(interaction))
        case Redirected():
            return visit.leave(said.location)
        case _:
            assert_never(said)


def claims_page(visit: Visit, asked: ShowClaims, interaction: str, *, as_somebody_else: bool) -> Response:
    """Render the question, or the sign-in form for whoever is not the one that is signed in."""
    if as_somebody_else:
        wanted = ShowSignIn(client=asked.client, redirect_uri=asked.redirect_uri)
        return show_sign_in(visit, {"interaction": interaction}, wanted=wanted)
    parts = urlsplit(asked.redirect_uri)
    return visit.page(
        "claims.html",
        form_targets=[origin_of(asked.redirect_uri)],
        client_name=name_of(asked.client),
        account=asked.account,
        destination=parts.netloc or parts.scheme,
        remembered=asked.remembered,
        action=visit.to(ANSWER),
        interaction=interaction,
        somebody_else=visit.to(f"{where_on(interaction)}&{SOMEBODY_ELSE}=yes"),
        policy_uri=asked.client.policy_uri or "",
    )


def _decision(text: str) -> Literal["continue", "cancel"]:
    match text:
        case "continue" | "cancel":
            return text
        case _:
            raise InvalidRequest("decision has to be continue or cancel")
