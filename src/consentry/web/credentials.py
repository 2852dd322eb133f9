"""Who a request says it is from: client credentials and bearer tokens, from one place each.

Spec: RFC 6749 2.3.1, 3.2.1, RFC 6750 2.1, 2.3, RFC 9449 7.1, RFC 7523 2.2, RFC 7617 2.
"""

import base64
import binascii
import re
from collections.abc import Mapping

from consentry.core.client_authentication import SECRET_PURPOSE, Credentials
from consentry.core.errors import InvalidClient, InvalidRequest, MissingToken
from consentry.core.ports import Sealer
from consentry.uma import codes
from consentry.web.forms import decode, read_query
from consentry.web.http import Request

_B64TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


def read_bearer(request: Request) -> str | None:
    """Return the access token of the Authorization header, or None if there is no such header.

    Under which scheme it stands is the caller's to say (`Request.caller`); a decision judges whether that is right.

    A token that cannot be one is handed on: it is unknown like any other.
    """
    if request.query_string and "access_token" in read_query(request):
        raise InvalidRequest("a token does not belong in the query")
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    token = token.strip(" ")
    if scheme.lower() not in ("bearer", "dpop"):
        return None
    if not _B64TOKEN.fullmatch(token):
        raise InvalidRequest("the Authorization header does not hold one bearer token")
    return token


def require_bearer(request: Request) -> str:
    """Return the bearer token; without one nothing else of a request is looked at."""
    token = read_bearer(request)
    if token is None:
        raise MissingToken("an access token is required")
    return token


def read_client(request: Request, form: Mapping[str, str], sealer: Sealer) -> Credentials:
    """Read a client's credentials; secrets leave as keyed digests.  Only one method may be used."""
    header = request.headers.get("authorization")
    if header is not None:
        if "client_secret" in form or "client_assertion" in form:
            raise InvalidRequest("a client authenticates in one way only")
        return _basic(header, form, sealer)
    if "client_assertion" in form or "client_assertion_type" in form:
        return _assertion(form)
    client_id, client_secret = form.get("client_id"), form.get("client_secret")
    if client_secret is None:
        return Credentials(method=codes.NO_AUTHENTICATION, client_id=client_id)
    if client_id is None:
        raise InvalidClient("client_id is required with client_secret")
    digest = secret_digest(sealer, client_id, client_secret)
    return Credentials(method=codes.CLIENT_SECRET_POST, client_id=client_id, secret_digest=digest)


def secret_digest(sealer: Sealer, client_id: str, client_secret: str) -> str:
    """Return what is stored of a client's secret."""
    return sealer.digest(client_secret, purpose=SECRET_PURPOSE + client_id)


def _basic(header: str, form: Mapping[str, str], sealer: Sealer) -> Credentials:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("a client authenticates with the Basic scheme or in the body")
    try:
        pair = base64.b64decode(encoded.strip(" "), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise InvalidClient("the Basic credentials cannot be read") from problem
    raw_id, colon, raw_secret = pair.partition(b":")
    client_id, client_secret = _part(raw_id), _part(raw_secret)
    if not colon or not client_id:
        raise InvalidClient("the Basic credentials cannot be read")
    if form.get("client_id", client_id) != client_id:
        raise InvalidRequest("client_id in the body is another than in the Authorization header")
    digest = secret_digest(sealer, client_id, client_secret)
    return Credentials(method=codes.CLIENT_SECRET_BASIC, client_id=client_id, secret_digest=digest, in_header=True)


def _part(encoded: bytes) -> str:
    try:
        return decode(encoded)
    except InvalidRequest as problem:
        raise InvalidClient("the Basic credentials cannot be read") from problem


def _assertion(form: Mapping[str, str]) -> Credentials:
    if "client_secret" in form:
        raise InvalidRequest("a client authenticates in one way only")
    if form.get("client_assertion_type") != codes.CLIENT_ASSERTION_TYPE_JWT:
        raise InvalidClient("client_assertion_type is missing or unknown")
    if "client_assertion" not in form:
        raise InvalidClient("client_assertion is missing")
    return Credentials(
        method=codes.PRIVATE_KEY_JWT, client_id=form.get("client_id"), assertion=form["client_assertion"]
    )
