"""Discovery: where an authorization server says its endpoints are, and whether it is the one that was meant.

Spec: Grant 2, FedAuthz 2, RFC 8414 2, 3.1, 3.3.
"""

from collections.abc import Mapping
from dataclasses import field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from consentry.uma import codes, members
from consentry.uma.errors import InsecureUrlError, IssuerMismatchError, MissingEndpointError
from consentry.uma.value import value

_ENDPOINTS = (
    codes.AUTHORIZATION_ENDPOINT,
    codes.TOKEN_ENDPOINT,
    codes.INTROSPECTION_ENDPOINT,
    codes.REVOCATION_ENDPOINT,
    codes.JWKS_URI,
    codes.PERMISSION_ENDPOINT,
    codes.RESOURCE_REGISTRATION_ENDPOINT,
    codes.CLAIMS_INTERACTION_ENDPOINT,
)


@value
class Metadata:
    """A discovery document.  ``members`` holds all of it, ``endpoint`` returns a declared address or raises."""

    issuer: str
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    introspection_endpoint: str | None = None
    revocation_endpoint: str | None = None
    jwks_uri: str | None = None
    permission_endpoint: str | None = None
    resource_registration_endpoint: str | None = None
    claims_interaction_endpoint: str | None = None
    grant_types_supported: tuple[str, ...] = ()
    uma_profiles_supported: tuple[str, ...] = ()
    members: Mapping[str, object] = field(default_factory=dict, repr=False, hash=False)

    def endpoint(self, name: str) -> str:
        """Return the address of a member such as ``token_endpoint``; raise ``MissingEndpointError`` without it."""
        address = self.members.get(name)
        if not isinstance(address, str):
            raise MissingEndpointError(f"the authorization server declares no {name}")
        return address


def read_metadata(found: Mapping[str, object], *, issuer: str) -> Metadata:
    """Read a discovery document that was asked of ``issuer``; it has to name the very same issuer.

    The comparison is character by character.  Endpoints that are not safe to send secrets to are refused.
    """
    if members.string(found, codes.ISSUER) != issuer:
        raise IssuerMismatchError("the metadata names another issuer than the one asked")
    addresses = {name: members.optional_string(found, name) for name in _ENDPOINTS}
    for name, address in addresses.items():
        if address is not None and not is_secure(address):
            raise InsecureUrlError(f"{name} is neither https nor on this machine")
    return Metadata(
        issuer=issuer,
        **addresses,
        grant_types_supported=members.optional_strings(found, codes.GRANT_TYPES_SUPPORTED),
        uma_profiles_supported=members.optional_strings(found, codes.UMA_PROFILES_SUPPORTED),
        members=found,
    )


def well_known_urls(issuer: str, *, suffix: str = codes.WELL_KNOWN_UMA) -> tuple[str, ...]:
    """Return where to look for the document: the UMA form (appended) first, then that of RFC 8414 (inserted)."""
    parts = _issuer_parts(issuer)
    path = parts.path.rstrip("/")
    host = f"{parts.scheme}://{parts.netloc}"
    appended = f"{host}{path}/.well-known/{suffix}"
    inserted = f"{host}/.well-known/{suffix}{path}"
    return tuple(dict.fromkeys((appended, inserted)))


def is_secure(url: str) -> bool:
    """Say whether a secret may be sent there: https, or plain http to this very machine.

    ``localhost`` counts, as do loopback addresses; an address with a user name in it never does.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "\\" in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port; the default port of the scheme is filled in."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _issuer_parts(issuer: str) -> SplitResult:
    parts = urlsplit(issuer)
    if not is_secure(issuer) or parts.query or parts.fragment:
        raise InsecureUrlError("an issuer is an https address without query and fragment")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
