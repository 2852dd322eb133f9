"""What an authorization request has to be like.

Spec: RFC 6749 3.1, 3.3, 4.1.1, 4.1.2.1; RFC 7636 4.3, 4.4.1; RFC 9700 2.1.1; OpenID Connect Core 3.1.2.1, 5.5, 6.
"""

from typing import ClassVar

from consentry.core.authorizing import Redirected
from consentry.core.context import Context
from consentry.core.errors import (
    InvalidRequest,
    InvalidScope,
    Refusal,
    UnauthorizedClient,
    UnsupportedResponseType,
)
from consentry.core.interaction import PendingAuthorization
from consentry.core.model import Client
from consentry.core.pkce import is_challenge
from consentry.core.ports import SignedIn
from consentry.core.redirection import is_registered, response_uri
from consentry.core.scopes import parse_scope, without
from consentry.uma.codes import GRANT_AUTHORIZATION_CODE, SCOPE_UMA_PROTECTION
from consentry.uma.value import value

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
LONGEST_STATE = 4096


class RequestNotSupported(Refusal):
    """Spec: OpenID Connect Core 3.1.2.6, 6.1."""

    code: ClassVar[str] = "request_not_supported"


class RequestUriNotSupported(Refusal):
    """Spec: OpenID Connect Core 3.1.2.6, 6.2."""

    code: ClassVar[str] = "request_uri_not_supported"


@value
class AuthorizationRequest:
    """The parameters as they came, and which browser sent them.

    ``repeated`` names parameters that came more than once.  Spec: RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1.
    """

    browser_digest: str
    session_digest: str | None = None
    client_id: str | None = None
    redirect_uri: str | None = None
    response_type: str | None = None
    response_mode: str | None = None
    scope: str | None = None
    state: str | None = None
    nonce: str | None = None
    prompt: str | None = None
    max_age: str | None = None
    login_hint: str | None = None
    id_token_hint: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    request: str | None = None
    request_uri: str | None = None
    repeated: frozenset[str] = frozenset()


async def trusted_client(ctx: Context, request: AuthorizationRequest) -> tuple[Client, str]:
    """Return the client and the address that responses go to.  What is refused here must not be redirected."""
    if request.repeated & {"client_id", "redirect_uri", "response_mode"}:
        raise InvalidRequest("a parameter was given more than once")
    client = await ctx.store.client(request.client_id) if request.client_id else None
    if client is None or client.disabled_at is not None:
        raise InvalidRequest("client_id is missing or unknown")
    if request.redirect_uri is None or not is_registered(client, request.redirect_uri):
        raise InvalidRequest("redirect_uri is missing or not one that the client registered")
    if request.response_mode not in (None, "query"):
        raise InvalidRequest("this server answers in the query only")
    return client, request.redirect_uri


def error_response(ctx: Context, request: AuthorizationRequest, redirect_uri: str, refusal: Refusal) -> Redirected:
    """Return the redirect that tells the client about a fault.  Spec: RFC 6749 4.1.2.1, RFC 9207 2."""
    state = request.state if "state" not in request.repeated else None
    return Redirected(
        location=response_uri(
            redirect_uri, error=refusal.code, error_description=refusal.description, state=state, iss=ctx.issuer
        )
    )


def check(
    ctx: Context, request: AuthorizationRequest, *, client: Client, redirect_uri: str, signed_in: SignedIn | None
) -> PendingAuthorization:
    """Return the request once everything about it is right."""
    if request.repeated:
        raise InvalidRequest("a parameter was given more than once")
    _check_type(request, client)
    prompts = _prompts(request.prompt)
    again = bool(prompts & {"login", "select_account"})
    return PendingAuthorization(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        scope=_scope(request.scope, client),
        code_challenge=_challenge(request),
        state=_state(request.state),
        nonce=request.nonce,
        started_at=ctx.now,
        fresh_from=ctx.now if again else _fresh_from(ctx, request.max_age),
        stale_sid=signed_in.session.sid if signed_in and (again or request.max_age == "0") else None,
        ask_consent="consent" in prompts,
        subject=_hinted(ctx, request.id_token_hint),
        login_hint=request.login_hint,
    )


def _check_type(request: AuthorizationRequest, client: Client) -> None:
    if request.request is not None:
        raise RequestNotSupported("request objects are not supported")
    if request.request_uri is not None:
        raise RequestUriNotSupported("request_uri is not supported")
    if request.response_type is None:
        raise InvalidRequest("response_type is required")
    if request.response_type != "code":
        raise UnsupportedResponseType("the only response type is code")
    if GRANT_AUTHORIZATION_CODE not in client.grant_types:
        raise UnauthorizedClient("the client is not registered for the authorization code grant")


def _challenge(request: AuthorizationRequest) -> str:
    if request.code_challenge is None:
        raise InvalidRequest("code_challenge is required")
    if request.code_challenge_method != "S256":
        raise InvalidRequest("code_challenge_method has to be S256")
    if not is_challenge(request.code_challenge):
        raise InvalidRequest("code_challenge is not the base64url of a SHA-256 digest")
    return request.code_challenge


def _prompts(text: str | None) -> frozenset[str]:
    prompts = frozenset((text or "").split())
    if not prompts <= PROMPTS:
        raise InvalidRequest("prompt has an unknown value")
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequest("prompt=none stands alone")
    return prompts


def _scope(text: str | None, client: Client) -> tuple[str, ...]:
    """Return what of the asked scopes the client is registered for; the rest is ignored."""
    available = client.scope if client.resource_server else without(client.scope, (SCOPE_UMA_PROTECTION,))
    asked = parse_scope(text)
    scope = available if asked is None else tuple(name for name in asked if name in available)
    if not scope:
        raise InvalidScope("none of the scopes is available to the client")
    return scope


def _state(state: str | None) -> str | None:
    if state is not None and len(state) > LONGEST_STATE:
        raise InvalidRequest(f"state has at most {LONGEST_STATE} characters")
    return state


def _fresh_from(ctx: Context, max_age: str | None) -> int:
    if max_age is None:
        return 0
    if not (max_age.isascii() and max_age.isdecimal() and len(max_age) <= 10):
        raise InvalidRequest("max_age has to be a number of seconds")
    return ctx.now - int(max_age)


def _hinted(ctx: Context, id_token_hint: str | None) -> str | None:
    """Return the subject of an ID Token of ours, whatever its age.  Spec: OpenID Connect Core 3.1.2.2."""
    if id_token_hint is None:
        return None
    try:
        claims = ctx.keys.verify(id_token_hint, typ="JWT")
    except ValueError as problem:
        raise InvalidRequest("id_token_hint is not an ID Token of this server") from problem
    subject = claims.get("sub")
    if claims.get("iss") != ctx.issuer or not isinstance(subject, str):
        raise InvalidRequest("id_token_hint is not an ID Token of this server")
    return subject
