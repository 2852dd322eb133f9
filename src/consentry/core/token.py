"""The token endpoint: who asks, may it use this grant, then the grant.

Spec: RFC 6749 3.2, 5.2; Grant 3.3.1.
"""

from consentry.core.client_authentication import Credentials
from consentry.core.grants.authorization_code import CodeRequest
from consentry.core.grants.client_credentials import ClientCredentialsRequest
from consentry.core.grants.refresh_token import RefreshRequest
from consentry.uma.value import value


@value
class UnknownGrant:
    """A ``grant_type`` that this server does not have; its own parameters were not read."""

    grant_type: str


GrantRequest = CodeRequest | ClientCredentialsRequest | RefreshRequest | UnknownGrant


@value
class TokenRequest:
    """Who asks, and with what.  Spec: RFC 6749 4.1.3, 4.4.2, 6; Grant 3.3.1."""

    credentials: Credentials
    grant: GrantRequest
