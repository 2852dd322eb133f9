"""Claim tokens of the foreign issuer that the kit plays.

Spec: Grant 3.3.1; OpenID Connect Core 2; RFC 7515.
"""

import base64
import json
import time
from collections.abc import Mapping

from joserfc import jws
from joserfc.jwk import ECKey

from consentry.conformance.profile import ClaimIssuer

GOOD_FOR = 300


def signed_claims(playing: ClaimIssuer, *, audience: str, changes: Mapping[str, object]) -> str:
    """Return an ID Token about the issuer's subject ``bob``, with some claims changed."""
    now = int(time.time())
    claims = {"iss": playing.issuer, "sub": "bob", "aud": audience, "iat": now, "exp": now + GOOD_FOR, **changes}
    said = {name: claim for name, claim in claims.items() if claim is not None}
    key = ECKey.import_key({name: str(part) for name, part in playing.jwk.items()})
    header = {"alg": playing.algorithm, "typ": "JWT"}
    if key.kid:
        header["kid"] = key.kid
    return jws.serialize_compact(header, json.dumps(said).encode(), key, algorithms=[playing.algorithm])


def unsigned(token: str) -> str:
    """Return the same claims with ``alg`` none and no signature.  Spec: RFC 7518 3.6."""
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def forged(token: str) -> str:
    """Return a token whose signature is another one."""
    head, payload, signature = token.split(".")
    other = ("B" if signature[:1] != "B" else "C") + signature[1:]
    return f"{head}.{payload}.{other}"
