"""The realm's signing keys: what is published as JWKS, what signs, what is still verified.

Spec: RFC 7517, RFC 7518, RFC 8725, OpenID Connect Core 10.1.
"""

import json
from collections.abc import Mapping, Sequence

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from consentry.core.model import SigningKey
from consentry.core.ports import Sealer

SIGNING_ALGORITHMS = ("ES256", "RS256")
"""What a realm signs with: the default first, then what old clients need (OpenID Connect Core 15.1)."""

SEALING_PURPOSE = "signing-key"
MAX_TOKEN_LENGTH = 16_384

Key = ECKey | RSAKey | OKPKey


class UnknownKey(LookupError):
    """The realm has no active key for this algorithm."""


class KeyRing:
    """All signing keys of one realm, built once per version of it; private keys are unsealed when first used."""

    def __init__(self, keys: Sequence[SigningKey], sealer: Sealer) -> None:
        self._records = tuple(sorted(keys, key=lambda key: key.created_at, reverse=True))
        self._sealer = sealer
        self._private: dict[str, Key] = {}
        self._public = KeySet([_import(json.loads(key.public)) for key in self._records])
        self.jwks: dict[str, object] = {"keys": [json.loads(key.public) for key in self._records]}

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The algorithms that the realm can sign with now."""
        return tuple(sorted({key.alg for key in self._records if key.retired_at is None}))

    def sign(self, claims: Mapping[str, object], *, alg: str, typ: str) -> str:
        """Return a compact JWS by the newest active key of ``alg``.  Raises `UnknownKey`."""
        record = self._active(alg)
        return jwt.encode({"alg": alg, "kid": record.kid, "typ": typ}, dict(claims), self._key(record), [alg])

    def verify(self, token: str, *, typ: str | None = None) -> dict[str, object]:
        """Return the claims of a token that this realm signed; times are the caller's to judge.

        Raises ValueError when the text is no such token.
        """
        if len(token) > MAX_TOKEN_LENGTH:
            raise ValueError("token too long")
        try:
            decoded = jwt.decode(token, self._public, algorithms=list(SIGNING_ALGORITHMS))
        except (JoseError, ValueError, TypeError, KeyError) as problem:
            raise ValueError("not signed by this realm") from problem
        if typ is not None and str(decoded.header.get("typ", "")).lower() != typ.lower():
            raise ValueError("another type of token")
        return dict(decoded.claims)

    def _active(self, alg: str) -> SigningKey:
        for record in self._records:
            if record.alg == alg and record.retired_at is None:
                return record
        raise UnknownKey(alg)

    def _key(self, record: SigningKey) -> Key:
        if record.kid not in self._private:
            text = self._sealer.unseal(record.private, purpose=SEALING_PURPOSE)
            self._private[record.kid] = _import(json.loads(text))
        return self._private[record.kid]


def new_signing_key(alg: str, *, kid: str, now: int, sealer: Sealer) -> SigningKey:
    """Generate a key for one of `SIGNING_ALGORITHMS` (P-256, or RSA with 2048 bits)."""
    key: Key = ECKey.generate_key("P-256") if alg == "ES256" else RSAKey.generate_key(2048)
    marks = {"kid": kid, "use": "sig", "alg": alg}
    public = {**key.as_dict(private=False), **marks}
    private = {**key.as_dict(private=True), **marks}
    return SigningKey(
        kid=kid,
        alg=alg,
        public=json.dumps(public, sort_keys=True),
        private=sealer.seal(json.dumps(private), purpose=SEALING_PURPOSE),
        created_at=now,
    )


def _import(jwk: dict[str, str | list[str]]) -> Key:
    match jwk.get("kty"):
        case "EC":
            return ECKey.import_key(jwk)
        case "RSA":
            return RSAKey.import_key(jwk)
        case "OKP":
            return OKPKey.import_key(jwk)
        case kty:
            raise ValueError(f"unknown key type {kty!r}")
