"""Clients and trusted issuers in a realm file.

Spec: RFC 7591 2.
"""

from dataclasses import replace

from consentry.core.client_authentication import ANY_SECRET
from consentry.core.model import Client, TrustedIssuer
from consentry.core.realm_file.check_clients import FORMATS, PARTIAL, SECRET_METHODS
from consentry.core.realm_file.entries import ClientEntry, TrustedIssuerEntry
from consentry.core.realm_file.people import People
from consentry.core.realm_file.said import said, said_json, said_since, said_text, shown_json, shown_moment
from consentry.uma.codes import CLIENT_SECRET_BASIC, GRANT_AUTHORIZATION_CODE, PRIVATE_KEY_JWT


def new_client(client_id: str, *, now: int) -> Client:
    """Return a client that nothing was said about yet."""
    return Client(
        client_id=client_id,
        token_endpoint_auth_method=CLIENT_SECRET_BASIC,
        grant_types=(GRANT_AUTHORIZATION_CODE,),
        created_at=now,
    )


def client_record(entry: ClientEntry, base: Client, *, fresh: bool, account_id: str | None, now: int) -> Client:
    """Lay what a file says of a client over what is there.  ``fresh``: nothing was said about it before."""
    scope = base.scope if entry.scope is None else tuple(dict.fromkeys(entry.scope.split()))
    return replace(
        base,
        secret_digests=said(entry.client_secret_digests, base.secret_digests),
        client_name=said(entry.client_name, base.client_name),
        token_endpoint_auth_method=_method(entry, base, fresh=fresh),
        resource_server=said(entry.resource_server, base.resource_server),
        grant_types=said(entry.grant_types, base.grant_types),
        redirect_uris=said(entry.redirect_uris, base.redirect_uris),
        claims_redirect_uris=said(entry.claims_redirect_uris, base.claims_redirect_uris),
        post_logout_redirect_uris=said(entry.post_logout_redirect_uris, base.post_logout_redirect_uris),
        scope=scope,
        jwks=said_json(entry.jwks, base.jwks),
        jwks_uri=said_text(entry.jwks_uri, base.jwks_uri),
        id_token_signed_response_alg=said_text(entry.id_token_signed_response_alg, base.id_token_signed_response_alg),
        client_uri=said_text(entry.client_uri, base.client_uri),
        logo_uri=said_text(entry.logo_uri, base.logo_uri),
        policy_uri=said_text(entry.policy_uri, base.policy_uri),
        tos_uri=said_text(entry.tos_uri, base.tos_uri),
        account_id=account_id,
        on_behalf_of=said(entry.on_behalf_of, base.on_behalf_of),
        access_token_format=FORMATS.get(entry.access_token_format or "", base.access_token_format),
        partial=base.partial if entry.partial is None else PARTIAL.get(entry.partial),
        dpop_bound_access_tokens=said(entry.dpop_bound_access_tokens, base.dpop_bound_access_tokens),
        disabled_at=said_since(entry.disabled, base.disabled_at, now=now),
    )


def _method(entry: ClientEntry, base: Client, *, fresh: bool) -> str:
    """Return how the client authenticates: as said, as before, or by what it has."""
    if entry.token_endpoint_auth_method is not None or not fresh:
        return said(entry.token_endpoint_auth_method, base.token_endpoint_auth_method)
    if entry.client_secret_digests:
        return ANY_SECRET
    return PRIVATE_KEY_JWT if entry.jwks or entry.jwks_uri else base.token_endpoint_auth_method


def fault_of_client(client: Client) -> tuple[str, str] | None:
    """Say which member of a finished client does not go with the others, and why."""
    method = client.token_endpoint_auth_method
    if method in SECRET_METHODS and not client.secret_digests:
        return "client_secret", 'is missing (for a public client: token_endpoint_auth_method = "none")'
    if method not in SECRET_METHODS and client.secret_digests:
        return "token_endpoint_auth_method", f"is {method}, but there is a secret"
    if method == PRIVATE_KEY_JWT and not client.jwks and not client.jwks_uri:
        return "jwks", "is missing: without keys no assertion can be verified"
    if GRANT_AUTHORIZATION_CODE in client.grant_types and not client.redirect_uris:
        return "redirect_uris", f"is missing, and {GRANT_AUTHORIZATION_CODE} needs one"
    return None


def client_entry(client: Client, people: People) -> ClientEntry:
    """Write down a client."""
    return ClientEntry(
        client_id=client.client_id,
        client_secret_digests=client.secret_digests,
        client_name=client.client_name,
        token_endpoint_auth_method=client.token_endpoint_auth_method,
        resource_server=client.resource_server,
        grant_types=client.grant_types,
        redirect_uris=client.redirect_uris,
        claims_redirect_uris=client.claims_redirect_uris,
        post_logout_redirect_uris=client.post_logout_redirect_uris,
        scope=" ".join(client.scope),
        jwks=shown_json(client.jwks),
        jwks_uri=client.jwks_uri or "",
        id_token_signed_response_alg=client.id_token_signed_response_alg or "",
        client_uri=client.client_uri or "",
        logo_uri=client.logo_uri or "",
        policy_uri=client.policy_uri or "",
        tos_uri=client.tos_uri or "",
        account=people.name(client.account_id) if client.account_id else "",
        on_behalf_of=client.on_behalf_of,
        access_token_format=client.access_token_format,
        partial=client.partial or "",
        dpop_bound_access_tokens=client.dpop_bound_access_tokens,
        disabled=client.disabled_at is not None,
        created_at=shown_moment(client.created_at),
    )


def issuer_record(entry: TrustedIssuerEntry, base: TrustedIssuer) -> TrustedIssuer:
    """Lay what a file says of a trusted issuer over what is there."""
    return replace(
        base,
        jwks_uri=said_text(entry.jwks_uri, base.jwks_uri),
        jwks=said_json(entry.jwks, base.jwks),
        client_ids=said(entry.client_ids, base.client_ids),
    )


def issuer_entry(issuer: TrustedIssuer) -> TrustedIssuerEntry:
    """Write down a trusted issuer."""
    return TrustedIssuerEntry(
        issuer=issuer.issuer,
        jwks_uri=issuer.jwks_uri or "",
        jwks=shown_json(issuer.jwks),
        client_ids=issuer.client_ids,
    )
