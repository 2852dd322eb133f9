"""Sealing what must not lie readable in the database, and keyed digests of secrets that may be guessable.

Sealed text names its key, so that a new secret key can seal while an earlier one still opens.
Spec: RFC 5869, RFC 5116 5.2, NIST SP 800-38D 8.2.2, RFC 2104.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_KEY = 32
NONCE_BYTES = 12
VERSION = "v1"


class SecretSealer:
    """Seals with AES-256-GCM and digests with HMAC-SHA256, both under keys derived from the server's secret key.

    The purpose is bound in: what was sealed for one does not open for another.
    """

    def __init__(self, secret_key: str, previous: Sequence[str] = ()) -> None:
        if len(secret_key) < SHORTEST_KEY:
            raise ValueError(f"the secret key has to have at least {SHORTEST_KEY} characters")
        self._key_id = _key_id(secret_key)
        self._ciphers = {_key_id(key): AESGCM(_derive(key, "seal")) for key in (secret_key, *previous)}
        self._digest_key = _derive(secret_key, "digest")

    def seal(self, text: str, *, purpose: str) -> str:
        """Encrypt and authenticate text for one purpose."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._key_id].encrypt(nonce, text.encode(), purpose.encode())
        return f"{VERSION}.{self._key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def unseal(self, sealed: str, *, purpose: str) -> str:
        """Return the text.  Raises ValueError if it was sealed for another purpose, with another key, or changed."""
        version, _, rest = sealed.partition(".")
        key_id, _, encoded = rest.partition(".")
        cipher = self._ciphers.get(key_id)
        if version != VERSION or cipher is None:
            raise ValueError("sealed with a key that is not here: restore CONSENTRY_SECRET_KEY")
        try:
            raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as problem:
            raise ValueError("the sealed text was changed, or sealed for something else") from problem

    def digest(self, text: str, *, purpose: str) -> str:
        """Return a keyed digest in hex; the purpose cannot run into the text."""
        message = b"%d:%s:%s" % (len(purpose.encode()), purpose.encode(), text.encode())
        return hmac.digest(self._digest_key, message, hashlib.sha256).hex()


def _derive(secret_key: str, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"consentry {use} {VERSION}".encode()).derive(
        secret_key.encode()
    )


def _key_id(secret_key: str) -> str:
    return _derive(secret_key, "key id").hex()[:8]
