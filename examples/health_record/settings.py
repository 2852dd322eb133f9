"""Where the health record is, and the authorization server that it trusts."""

import os
from dataclasses import field

from consentry.uma import value


@value
class Settings:
    """The defaults are those of `consentry demo`."""

    address: str = "http://127.0.0.1:8081"
    issuer: str = "http://127.0.0.1:8080/realms/demo"
    client_id: str = "records"
    client_secret: str = field(default="records-secret", repr=False)
    database: str = "records.db"


def read_settings() -> Settings:
    """Read ADDRESS, ISSUER, CLIENT_ID, CLIENT_SECRET and DATABASE from the environment."""
    names = ("address", "issuer", "client_id", "client_secret", "database")
    return Settings(**{name: os.environ[name.upper()] for name in names if name.upper() in os.environ})
