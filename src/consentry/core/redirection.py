"""Where an authorization response goes: only to an address that the client registered, compared character by character.

Spec: RFC 6749 4.1.2, 4.1.2.1; RFC 8252 7.3; RFC 9207 2; RFC 9700 2.1, 4.1.3.
"""

import re
from urllib.parse import quote, urlencode, urlsplit

from consentry.core.client_authentication import is_public
from consentry.core.model import Client

_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\])):([1-9][0-9]{0,4})((?:/[^\s\\]*)?)")


def is_registered(client: Client, redirect_uri: str) -> bool:
    """Say whether a client registered this address.

    Only the port of a loopback address may be another, and only for a public client that registered it without one.
    """
    if redirect_uri in client.redirect_uris:
        return True
    found = _LOOPBACK.fullmatch(redirect_uri)
    if found is None or int(found[2]) > 65_535 or not is_public(client):
        return False
    return f"{found[1]}{found[3]}" in client.redirect_uris


def response_uri(redirect_uri: str, **parameters: str | None) -> str:
    """Return the address with the parameters of the response; what is None is left out."""
    present = {name: text for name, text in parameters.items() if text is not None}
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(present, quote_via=quote)}"


def origin_of(redirect_uri: str) -> str:
    """Return what a content security policy calls the place of an address: its origin, or its private-use scheme."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"


def proves_identity(redirect_uri: str) -> bool:
    """Say whether only the client can receive at this address, which holds for https.  Spec: RFC 8252 8.6."""
    return redirect_uri.startswith("https://")
