"""Every registered string of UMA and of the OAuth it stands on, once.

Spec: Grant 7, FedAuthz 9; RFC 6749 5.2, RFC 6750 3.1, RFC 7009 2.1, RFC 8414 7.3.
"""

from typing import Final

# Grant types
GRANT_UMA_TICKET: Final = "urn:ietf:params:oauth:grant-type:uma-ticket"
GRANT_AUTHORIZATION_CODE: Final = "authorization_code"
GRANT_CLIENT_CREDENTIALS: Final = "client_credentials"
GRANT_REFRESH_TOKEN: Final = "refresh_token"
GRANT_DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TOKEN_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"

# Scopes
SCOPE_UMA_PROTECTION: Final = "uma_protection"
SCOPE_UMA_POLICY_MANAGER: Final = "uma_policy_manager"
SCOPE_AUTHZEN: Final = "authzen"
SCOPE_OPENID: Final = "openid"
SCOPE_OFFLINE_ACCESS: Final = "offline_access"

# Claim token formats (Grant 3.3.1)
CLAIM_TOKEN_FORMAT_ID_TOKEN: Final = "http://openid.net/specs/openid-connect-core-1_0.html#IDToken"
CLAIM_TOKEN_FORMAT_JWT: Final = "urn:ietf:params:oauth:token-type:jwt"

# Error codes of the UMA grant (Grant 3.3.6)
NEED_INFO: Final = "need_info"
REQUEST_DENIED: Final = "request_denied"
REQUEST_SUBMITTED: Final = "request_submitted"

# Error codes of the protection API (FedAuthz 3.2, 4.3)
INVALID_RESOURCE_ID: Final = "invalid_resource_id"
NOT_FOUND: Final = "not_found"
UNSUPPORTED_METHOD_TYPE: Final = "unsupported_method_type"

# Error codes of OAuth (RFC 6749 4.1.2.1, 5.2; RFC 6750 3.1; RFC 7009 2.2.1)
INVALID_REQUEST: Final = "invalid_request"
INVALID_CLIENT: Final = "invalid_client"
INVALID_GRANT: Final = "invalid_grant"
INVALID_SCOPE: Final = "invalid_scope"
INVALID_TOKEN: Final = "invalid_token"
INVALID_DPOP_PROOF: Final = "invalid_dpop_proof"
INSUFFICIENT_SCOPE: Final = "insufficient_scope"
UNAUTHORIZED_CLIENT: Final = "unauthorized_client"
UNSUPPORTED_GRANT_TYPE: Final = "unsupported_grant_type"
UNSUPPORTED_TOKEN_TYPE: Final = "unsupported_token_type"
UNSUPPORTED_RESPONSE_TYPE: Final = "unsupported_response_type"
ACCESS_DENIED: Final = "access_denied"
SERVER_ERROR: Final = "server_error"
TEMPORARILY_UNAVAILABLE: Final = "temporarily_unavailable"

# Token type hints (RFC 7009 2.1, Grant 3.7)
HINT_ACCESS_TOKEN: Final = "access_token"
HINT_REFRESH_TOKEN: Final = "refresh_token"
HINT_PCT: Final = "pct"

# Token types and JWT header types (RFC 6750, RFC 9068)
TOKEN_TYPE_BEARER: Final = "Bearer"
TOKEN_TYPE_DPOP: Final = "DPoP"
JWT_TYPE_ACCESS_TOKEN: Final = "at+jwt"

# Client authentication (RFC 7591 2, RFC 7523 2.2)
CLIENT_SECRET_BASIC: Final = "client_secret_basic"
CLIENT_SECRET_POST: Final = "client_secret_post"
PRIVATE_KEY_JWT: Final = "private_key_jwt"
NO_AUTHENTICATION: Final = "none"
CLIENT_ASSERTION_TYPE_JWT: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

# Profiles (Grant 4): a claims interaction with code_challenge brings a ticket that needs its code_verifier (RFC 7636)
PROFILE_TICKET_PKCE: Final = "urn:consentry:uma:ticket-pkce"

# HTTP (Grant 3.2.1, 3.2.2)
SCHEME_UMA: Final = "UMA"
SCHEME_BEARER: Final = "Bearer"
SCHEME_DPOP: Final = "DPoP"
WARNING_UNREACHABLE: Final = '199 - "UMA Authorization Server Unreachable"'

# Well-known suffixes (Grant 2, RFC 8414 7.3, OpenID Connect Discovery 4, AuthZEN 9)
WELL_KNOWN_UMA: Final = "uma2-configuration"
WELL_KNOWN_OAUTH: Final = "oauth-authorization-server"
WELL_KNOWN_OPENID: Final = "openid-configuration"
WELL_KNOWN_AUTHZEN: Final = "authzen-configuration"

# Metadata members (Grant 2, FedAuthz 2, RFC 8414 2)
ISSUER: Final = "issuer"
AUTHORIZATION_ENDPOINT: Final = "authorization_endpoint"
TOKEN_ENDPOINT: Final = "token_endpoint"
INTROSPECTION_ENDPOINT: Final = "introspection_endpoint"
REVOCATION_ENDPOINT: Final = "revocation_endpoint"
REGISTRATION_ENDPOINT: Final = "registration_endpoint"
USERINFO_ENDPOINT: Final = "userinfo_endpoint"
JWKS_URI: Final = "jwks_uri"
PERMISSION_ENDPOINT: Final = "permission_endpoint"
RESOURCE_REGISTRATION_ENDPOINT: Final = "resource_registration_endpoint"
CLAIMS_INTERACTION_ENDPOINT: Final = "claims_interaction_endpoint"
UMA_PROFILES_SUPPORTED: Final = "uma_profiles_supported"
GRANT_TYPES_SUPPORTED: Final = "grant_types_supported"

# Client metadata (Grant 2)
CLAIMS_REDIRECT_URIS: Final = "claims_redirect_uris"
