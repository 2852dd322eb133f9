"""Which redirect URIs may be registered: https, or http to the machine itself, spelled so that nobody can misread it.

Spec: RFC 9700 2.1, RFC 7591 5, RFC 8252 7.3, OpenID Connect Registration 2.
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

LONGEST = 2048
_PLAIN = re.compile(r"[\x21\x23-\x5b\x5d\x5f\x61-\x7a\x7e]+")  # printable ASCII without " \ ^ ` { | }


def fault_of_redirect_uri(uri: str) -> str | None:
    """Say what is wrong with a redirect URI, or None."""
    parts = _split(uri)
    if parts is None:
        return "is not an absolute address in plain ASCII"
    if "*" in uri:
        return "has a wildcard; addresses are compared exactly"
    if "#" in uri:
        return "has a fragment"
    if "@" in parts.netloc:
        return "has a user name in it"
    return fault_of_origin(parts)


def fault_of_address(uri: str) -> str | None:
    """Say what is wrong with the address of a page or picture, or None."""
    parts = _split(uri)
    if parts is None:
        return "is not an absolute address in plain ASCII"
    return "has a user name in it" if "@" in parts.netloc else fault_of_origin(parts)


def fault_of_origin(parts: SplitResult) -> str | None:
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return None
    return "has to begin with https:// (http:// is for loopback addresses only)"


def is_loopback(host: str) -> bool:
    """Say whether a host can only be the machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(uri: str) -> SplitResult | None:
    if len(uri) > LONGEST or not _PLAIN.fullmatch(uri):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return parts if parts.scheme and parts.hostname else None
