"""What every response carries, who may read it from another origin, and whose address counts.

Spec: RFC 6797 6.1, RFC 9700 4.13, 4.14, 4.16, 4.17, RFC 7239 8.1.
"""

import ipaddress
from collections.abc import Sequence

from consentry.web.http import Header, Response

API_POLICY: Header = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
ANY_ORIGIN: Header = (b"access-control-allow-origin", b"*")
EXPOSED: Header = (
    b"access-control-expose-headers",
    b"WWW-Authenticate, DPoP-Nonce, Location, ETag, Retry-After, X-Request-Id",
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def standing_headers(base_url: str) -> tuple[Header, ...]:
    """Return the headers of every response."""
    headers: tuple[Header, ...] = (
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-opener-policy", b"same-origin"),
    )
    if base_url.startswith("https://"):
        headers += ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),)
    return headers


def preflight(allow: str) -> Response:
    """Answer a browser that asks whether a page of another origin may call.  Cookies never count."""
    return Response(
        status=204,
        headers=(
            ANY_ORIGIN,
            (b"access-control-allow-methods", allow.encode()),
            (b"access-control-allow-headers", b"Authorization, Content-Type, DPoP, If-Match"),
            (b"access-control-max-age", b"7200"),
            (b"allow", allow.encode()),
        ),
    )


class ClientAddress:
    """Finds where a request came from; forwarded addresses count only from trusted proxies."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._trusted: tuple[Network, ...] = tuple(ipaddress.ip_network(each, strict=False) for each in trusted_proxies)

    def of(self, peer: str, forwarded_for: str) -> str:
        """Return the address of the nearest machine that is not a trusted proxy; see ``X-Forwarded-For``."""
        if not self._trusted or not self._is_trusted(peer):
            return peer
        for hop in reversed([each.strip() for each in forwarded_for.split(",")]):
            if not _is_address(hop):
                return peer
            peer = hop
            if not self._is_trusted(hop):
                break
        return peer

    def _is_trusted(self, text: str) -> bool:
        if not _is_address(text):
            return False
        address = ipaddress.ip_address(text)
        return any(address in network for network in self._trusted)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
