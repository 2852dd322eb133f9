"""How a client says who it is at the token endpoint.

Spec: RFC 6749 2.3.1, RFC 7523 2.2, OpenID Connect Core 9.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Protocol
from urllib.parse import quote_plus

from consentry.uma import codes
from consentry.uma.value import value


@value
class Credentials:
    """What a request has to carry for one client."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)


class ClientAuthentication(Protocol):
    """A way to authenticate as one client."""

    @property
    def client_id(self) -> str:
        """The client's identifier at that authorization server."""

    def credentials(self, *, issuer: str) -> Credentials:
        """Return what a request to the server ``issuer`` has to carry."""


@value
class ClientSecretBasic:
    """``client_secret_basic``.  Identifier and secret are form-encoded first, as RFC 6749 2.3.1 wants."""

    client_id: str
    client_secret: str = field(repr=False)

    def credentials(self, *, issuer: str) -> Credentials:  # noqa: ARG002
        """Return the header."""
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
        return Credentials(headers={"authorization": f"Basic {b64encode(pair.encode('ascii')).decode('ascii')}"})


@value
class ClientSecretPost:
    """``client_secret_post``."""

    client_id: str
    client_secret: str = field(repr=False)

    def credentials(self, *, issuer: str) -> Credentials:  # noqa: ARG002
        """Return the form parameters."""
        return Credentials(form={"client_id": self.client_id, "client_secret": self.client_secret})


@value
class PrivateKeyJwt:
    """``private_key_jwt``.  ``sign`` is given the audience and returns a fresh signed assertion.

    The audience is always the issuer, never the address of an endpoint: a server that lies about its endpoints then
    cannot use the assertion elsewhere.  ``consentry.uma.jwt.assertion_signer`` makes such a function.
    """

    client_id: str
    sign: Callable[[str], str] = field(repr=False)

    def credentials(self, *, issuer: str) -> Credentials:
        """Return the form parameters."""
        return Credentials(
            form={
                "client_id": self.client_id,
                "client_assertion_type": codes.CLIENT_ASSERTION_TYPE_JWT,
                "client_assertion": self.sign(issuer),
            }
        )


@value
class PublicClient:
    """``none``: the client only names itself."""

    client_id: str

    def credentials(self, *, issuer: str) -> Credentials:  # noqa: ARG002
        """Return the form parameter."""
        return Credentials(form={"client_id": self.client_id})
