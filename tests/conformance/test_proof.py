"""The kit's own proofs of possession are what RFC 9449 asks for."""

import json

from joserfc import jws
from joserfc.jwk import ECKey

from consentry.conformance.proof import Prover


def test_rfc_9449_4_2_a_proof_names_the_request_and_carries_its_key() -> None:
    prover = Prover()
    first, second = (prover.proof("POST", "https://as.example/token") for _ in range(2))
    header = jws.extract_compact(first.encode()).headers()
    key = ECKey.import_key(header["jwk"])
    assert (header["typ"], key.is_private, key.thumbprint()) == ("dpop+jwt", False, prover.thumbprint)
    claims = [json.loads(jws.deserialize_compact(each, key, algorithms=["ES256"]).payload) for each in (first, second)]
    assert (claims[0]["htm"], claims[0]["htu"]) == ("POST", "https://as.example/token")
    assert claims[0]["jti"] != claims[1]["jti"]
