"""What everybody may read and keep for a while: the metadata and the public keys.

Spec: RFC 8414 3.2, OpenID Connect Discovery 4.2, Grant 2, RFC 7517 5, RFC 9110 8.8.3, 13.1.2.
"""

import hashlib

import msgspec

from consentry.core.jwks import jwks as jwks_decision
from consentry.core.metadata import metadata as metadata_decision
from consentry.core.nothing import Nothing
from consentry.web.answers import JSON_TYPE, refuse_oauth
from consentry.web.http import Header, Request, Response
from consentry.web.parts import Parts
from consentry.web.route import Endpoint

# Less than the time between publishing a key and signing with it.
FRESH: Header = (b"cache-control", b"public, max-age=300")

_encode = msgspec.json.Encoder().encode


async def _read(_: Parts, __: Request) -> Nothing:
    return Nothing()


def write_document(request: Request, said: dict[str, object]) -> Response:
    """Write a document with its entity tag, or that it is still the same."""
    body = _encode(said)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(status=304, headers=((b"etag", tag.encode()), FRESH))
    return Response(status=200, headers=(JSON_TYPE, FRESH, (b"etag", tag.encode())), body=body)


metadata = Endpoint(read=_read, decide=metadata_decision, write=write_document, refuse=refuse_oauth)
jwks = Endpoint(read=_read, decide=jwks_decision, write=write_document, refuse=refuse_oauth)
