"""What can be said against the clients and trusted issuers of a realm file.  Pure.

Spec: RFC 7591 2, RFC 9700 2.1, OpenID Connect Registration 2.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Literal

from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from consentry.core.client_authentication import ANY_SECRET
from consentry.core.keys import SIGNING_ALGORITHMS
from consentry.core.realm_file.entries import ClientEntry, Jwks, TrustedIssuerEntry
from consentry.core.realm_file.problem import moment
from consentry.core.redirect_uris import fault_of_address, fault_of_redirect_uri
from consentry.core.scopes import is_scope
from consentry.uma.codes import (
    CLIENT_SECRET_BASIC,
    CLIENT_SECRET_POST,
    GRANT_AUTHORIZATION_CODE,
    GRANT_CLIENT_CREDENTIALS,
    GRANT_DEVICE_CODE,
    GRANT_REFRESH_TOKEN,
    GRANT_TOKEN_EXCHANGE,
    GRANT_UMA_TICKET,
    NO_AUTHENTICATION,
    PRIVATE_KEY_JWT,
)

SECRET_METHODS = (ANY_SECRET, CLIENT_SECRET_BASIC, CLIENT_SECRET_POST)
METHODS = (*SECRET_METHODS, PRIVATE_KEY_JWT, NO_AUTHENTICATION)
GRANT_TYPES = (
    GRANT_AUTHORIZATION_CODE,
    GRANT_REFRESH_TOKEN,
    GRANT_CLIENT_CREDENTIALS,
    GRANT_UMA_TICKET,
    GRANT_DEVICE_CODE,
    GRANT_TOKEN_EXCHANGE,
)
FORMATS: Mapping[str, Literal["opaque", "jwt"]] = {"opaque": "opaque", "jwt": "jwt"}
PARTIAL: Mapping[str, Literal["ticket", "all", "any"]] = {"ticket": "ticket", "all": "all", "any": "any"}
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,256}")

Faults = Iterator[tuple[str, str]]


def check_client(client: ClientEntry) -> Faults:
    """Say what is wrong with a client, member by member."""
    if not _CLIENT_ID.fullmatch(client.client_id):
        yield "client_id", "has to be 1 to 256 printable ASCII characters without spaces"
    yield from _check_credentials(client)
    yield from _check_choices(client)
    yield from _check_addresses(client)
    yield from _check_keys(client.jwks, client.jwks_uri)
    yield from moment("created_at", client.created_at)


def check_issuer(issuer: TrustedIssuerEntry) -> Faults:
    """Say what is wrong with a trusted issuer, member by member."""
    fault = fault_of_address(issuer.issuer)
    if fault:
        yield "issuer", fault
    if not issuer.jwks and not issuer.jwks_uri:
        yield "jwks_uri", "neither jwks_uri nor jwks: its tokens could not be verified"
    yield from _check_keys(issuer.jwks, issuer.jwks_uri)


def _check_credentials(client: ClientEntry) -> Faults:
    if client.client_secret is not None and client.client_secret_digests is not None:
        yield "client_secret_digests", "client_secret says the same; keep one"
    if client.client_secret == "":
        yield "client_secret", "is empty"
    method = client.token_endpoint_auth_method
    if method is not None and method not in METHODS:
        yield "token_endpoint_auth_method", f"has to be one of {', '.join(METHODS)}"
    has_secret = client.client_secret is not None or bool(client.client_secret_digests)
    if has_secret and method in {PRIVATE_KEY_JWT, NO_AUTHENTICATION}:
        yield "token_endpoint_auth_method", f"is {method}, but there is a secret"


def _check_choices(client: ClientEntry) -> Faults:
    for position, grant_type in enumerate(client.grant_types or ()):
        if grant_type not in GRANT_TYPES:
            yield f"grant_types[{position}]", f"has to be one of {', '.join(GRANT_TYPES)}"
    algorithm = client.id_token_signed_response_alg
    if algorithm and algorithm not in SIGNING_ALGORITHMS:
        yield "id_token_signed_response_alg", f"has to be one of {', '.join(SIGNING_ALGORITHMS)}"
    if client.access_token_format is not None and client.access_token_format not in FORMATS:
        yield "access_token_format", f"has to be one of {', '.join(FORMATS)}"
    if client.partial and client.partial not in PARTIAL:
        yield "partial", f"has to be one of {', '.join(PARTIAL)}, or empty"
    if not all(map(is_scope, (client.scope or "").split())):
        yield "scope", "has a character that no scope can have"


def _check_addresses(client: ClientEntry) -> Faults:
    lists = {
        "redirect_uris": client.redirect_uris,
        "claims_redirect_uris": client.claims_redirect_uris,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
    }
    for member, uris in lists.items():
        for position, uri in enumerate(uris or ()):
            fault = fault_of_redirect_uri(uri)
            if fault:
                yield f"{member}[{position}]", fault
    pages = {
        "client_uri": client.client_uri,
        "logo_uri": client.logo_uri,
        "policy_uri": client.policy_uri,
        "tos_uri": client.tos_uri,
    }
    for member, page in pages.items():
        fault = fault_of_address(page) if page else None
        if fault:
            yield member, fault


def _check_keys(jwks: Jwks | None, jwks_uri: str | None) -> Faults:
    if jwks and jwks_uri:
        yield "jwks", "jwks_uri says the same; keep one"
    fault = fault_of_address(jwks_uri) if jwks_uri else None
    if fault:
        yield "jwks_uri", fault
    if jwks and not _are_public_keys(jwks):
        yield "jwks", 'has to be a JSON Web Key Set of public keys: {"keys": [...]}'


def _are_public_keys(jwks: Jwks) -> bool:
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not keys or not all(map(_is_asymmetric, keys)):
        return False
    found: KeySetSerialization = {"keys": keys}
    try:
        with warnings.catch_warnings(action="error"):  # of a key that is too weak
            return not any(key.is_private for key in KeySet.import_key_set(found).keys)
    except (JoseError, ValueError, TypeError, KeyError, Warning):
        return False


def _is_asymmetric(key: object) -> bool:
    return isinstance(key, dict) and key.get("kty") in {"EC", "RSA", "OKP"}
