"""Where the surgery's application is, whom it trusts, and who its patients are."""

import os
from dataclasses import field

from consentry.uma import value


@value
class Patient:
    """Somebody with an appointment; ``record`` is where the health record is, if there is one to reach."""

    key: str
    name: str
    time: str
    reason: str
    record: str | None = None


@value
class Settings:
    """The defaults are those of `consentry demo`."""

    address: str = "http://127.0.0.1:8082"
    issuer: str = "http://127.0.0.1:8080/realms/demo"
    client_id: str = "surgery"
    client_secret: str = field(default="surgery-secret", repr=False)
    records: str = "http://127.0.0.1:8081"

    def patients(self) -> tuple[Patient, ...]:
        """Return today's list."""
        return (
            Patient(
                key="alice",
                name="Alice",
                time="10:30",
                reason="Talk before the operation",
                record=f"{self.records}/records/alice",
            ),
            Patient(key="dan", name="Dan", time="11:15", reason="Stitches out"),
        )


def read_settings() -> Settings:
    """Read ADDRESS, ISSUER, CLIENT_ID, CLIENT_SECRET and RECORDS from the environment."""
    names = ("address", "issuer", "client_id", "client_secret", "records")
    return Settings(**{name: os.environ[name.upper()] for name in names if name.upper() in os.environ})
