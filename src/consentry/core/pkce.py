"""Proof Key for Code Exchange, S256 only.  Pure.

Spec: RFC 7636 4.1, 4.2, 4.6.
"""

import base64
import hashlib
import re

from consentry.core.tokens import equal

CHALLENGE_METHODS = ("S256",)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def is_challenge(text: str) -> bool:
    """Say whether a text can be an S256 challenge: a SHA-256 digest as base64url without padding."""
    return _CHALLENGE.fullmatch(text) is not None


def is_verifier(text: str) -> bool:
    """Say whether a text has the length and the characters of a verifier."""
    return _VERIFIER.fullmatch(text) is not None


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (which is ASCII)."""
    hashed = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode("ascii")


def proves(verifier: str | None, challenge: str) -> bool:
    """Say whether a verifier was sent, is well formed and belongs to the challenge."""
    return verifier is not None and is_verifier(verifier) and equal(challenge_of(verifier), challenge)
