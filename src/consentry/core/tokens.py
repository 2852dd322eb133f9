"""Secrets we hand out and the digests we keep.

Spec: RFC 6749 10.10 (at least 128, better 160 bits of chance; ours have 256).
"""

import hashlib
import hmac


def digest(secret: str) -> str:
    """Return the SHA-256 digest under which a secret of ours is stored: 43 characters of base64url would do, hex it is.

    Text that cannot be one of our secrets (not ASCII) has a digest too, which simply matches nothing.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def equal(one: str, other: str) -> bool:
    """Compare two digests or secrets without telling by time where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
