"""The one metadata document: what this server can do and where.  Only what works is named, and nothing empty.

Spec: RFC 8414 2, 3.2; OpenID Connect Discovery 3; RFC 9207 3; Grant 2; FedAuthz 2.
"""

from consentry.core.client_assertion import ASSERTION_ALGORITHMS
from consentry.core.client_authentication import AUTHENTICATION_METHODS
from consentry.core.context import Answer, Context
from consentry.core.dpop import DPOP_ALGORITHMS
from consentry.core.interaction import CLAIMS_INTERACTION
from consentry.core.nothing import Nothing
from consentry.core.pkce import CHALLENGE_METHODS
from consentry.core.standard_claims import CLAIMS_BY_SCOPE, CLAIMS_SUPPORTED
from consentry.core.token import GRANT_TYPES_SUPPORTED
from consentry.uma.codes import (
    CLAIM_TOKEN_FORMAT_ID_TOKEN,
    CLAIMS_INTERACTION_ENDPOINT,
    NO_AUTHENTICATION,
    PROFILE_TICKET_PKCE,
    SCHEME_BEARER,
    SCOPE_AUTHZEN,
    SCOPE_OFFLINE_ACCESS,
    SCOPE_UMA_POLICY_MANAGER,
    SCOPE_UMA_PROTECTION,
)

SCOPES = (*CLAIMS_BY_SCOPE, SCOPE_OFFLINE_ACCESS, SCOPE_UMA_PROTECTION, SCOPE_UMA_POLICY_MANAGER, SCOPE_AUTHZEN)
"""What every realm understands; each adds its own."""

BULK_REGISTRATION_PROFILE = "tag:consentry,2026:uma/bulk-registration"
"""An array of descriptions can be sent to the resource registration endpoint, with an Idempotency-Key."""

ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "introspection_endpoint": "/introspect",
    "revocation_endpoint": "/revoke",
    "userinfo_endpoint": "/userinfo",
    "jwks_uri": "/jwks",
    "permission_endpoint": "/uma/permission",
    "resource_registration_endpoint": "/uma/resource",
}
"""Where things are, below the issuer."""


async def metadata(ctx: Context, _question: Nothing) -> Answer[dict[str, object]]:
    """Return the document that is served under every name that clients look for."""
    addresses = {name: f"{ctx.issuer}{path}" for name, path in ENDPOINTS.items()}
    members: dict[str, object] = {"issuer": ctx.issuer, **addresses, **_abilities(), **_of_realm(ctx)}
    return Answer({name: member for name, member in members.items() if member != []})


def _abilities() -> dict[str, object]:
    confidential = [method for method in AUTHENTICATION_METHODS if method != NO_AUTHENTICATION]
    algorithms = list(ASSERTION_ALGORITHMS)
    return {
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES_SUPPORTED),
        "code_challenge_methods_supported": list(CHALLENGE_METHODS),
        "authorization_response_iss_parameter_supported": True,
        "token_endpoint_auth_methods_supported": list(AUTHENTICATION_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        # A PAT authenticates there too; RFC 8414 lets the scheme of an access token stand for that.
        "introspection_endpoint_auth_methods_supported": [*confidential, SCHEME_BEARER],
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": list(AUTHENTICATION_METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
        "subject_types_supported": ["public"],
        "claims_supported": ["iss", "auth_time", "amr", *CLAIMS_SUPPORTED],
        # The defaults of these say something else than what is true here.
        "request_uri_parameter_supported": False,
        "request_parameter_supported": False,
        "claims_parameter_supported": False,
    }


def _of_realm(ctx: Context) -> dict[str, object]:
    own = (scope.name for scope in ctx.realm.settings.scopes)
    profiles = [CLAIM_TOKEN_FORMAT_ID_TOKEN, BULK_REGISTRATION_PROFILE]
    interaction: dict[str, object] = {}
    if ctx.realm.settings.interactive_claims:
        profiles.append(PROFILE_TICKET_PKCE)
        interaction = {CLAIMS_INTERACTION_ENDPOINT: f"{ctx.issuer}{CLAIMS_INTERACTION}"}
    return {
        **interaction,
        "uma_profiles_supported": profiles,
        "scopes_supported": list(dict.fromkeys((*SCOPES, *own))),
        "id_token_signing_alg_values_supported": list(ctx.keys.algorithms),
    }
