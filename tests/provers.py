"""Somebody who has a key and proves it, rightly or with one thing wrong."""

import base64
import hashlib
import json
import secrets

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from consentry.core.context import Caller
from tests.worlds import ISSUER, NOON

TOKEN = f"{ISSUER}/token"
Key = ECKey | RSAKey | OKPKey | OctKey


class Prover:
    """A key, and proofs by it."""

    def __init__(self, key: Key | None = None, *, alg: str = "ES256") -> None:
        self.key = key or ECKey.generate_key("P-256")
        self.alg = alg

    @property
    def jkt(self) -> str:
        return self.key.thumbprint()

    def proof(
        self,
        method: str = "POST",
        address: str = TOKEN,
        *,
        now: int = NOON,
        token: str | None = None,
        header: dict[str, object] | None = None,
        claims: dict[str, object] | None = None,
        leave_out: str = "",
    ) -> str:
        """Return a proof; ``header`` and ``claims`` are put over what is right, ``leave_out`` is missing from it."""
        said: dict[str, object] = {"jti": secrets.token_urlsafe(9), "htm": method, "htu": address, "iat": now}
        if token is not None:
            said["ath"] = _encoded(hashlib.sha256(token.encode()).digest())
        said |= claims or {}
        shown = {"typ": "dpop+jwt", "alg": self.alg, "jwk": dict(self.key.as_dict(private=False)), **(header or {})}
        shown.pop(leave_out, None)
        said.pop(leave_out, None)
        signed = f"{_encoded(json.dumps(shown).encode())}.{_encoded(json.dumps(said).encode())}"
        # By hand: what signs properly would not write most of what has to be refused.
        signature = jws.JWSRegistry.algorithms[self.alg].sign(signed.encode(), self.key)
        return f"{signed}.{_encoded(signature)}"

    def caller(self) -> Caller:
        """Return a call of the token endpoint that proves this key."""
        return Caller(method="POST", uri=TOKEN, dpop=self.proof())


def with_signature_of_another(proof: str) -> str:
    """Return a proof whose signature belongs to something else."""
    head, body, signature = proof.split(".")
    flipped = ("A" if signature[10] != "A" else "B") + signature[11:]
    return f"{head}.{body}.{signature[:10]}{flipped}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
