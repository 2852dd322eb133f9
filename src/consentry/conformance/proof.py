"""A client that proves it has a key.

Spec: Grant 5.3; RFC 9449 4.2, 6.1; RFC 7638.
"""

import json
import secrets
import time

from joserfc import jws
from joserfc.jwk import ECKey


class Prover:
    """A fresh key and the proofs made with it."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256", private=True)

    @property
    def thumbprint(self) -> str:
        """The key's thumbprint, as introspection shows it."""
        return self._key.thumbprint()

    def proof(self, method: str, url: str) -> str:
        """Return a DPoP proof for one request."""
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._key.as_dict(private=False)}
        claims = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time())}
        return jws.serialize_compact(header, json.dumps(claims).encode(), self._key, algorithms=["ES256"])
