"""The secret key of a server that somebody just tries out: made once, kept beside its database."""

import contextlib
import os
import secrets
from pathlib import Path


def kept_key(database: Path) -> str:
    """Return the key that is kept beside a SQLite database; make it if there is none yet."""
    keyfile = database.with_name(database.name + ".secret")
    if not keyfile.exists():
        keyfile.parent.mkdir(parents=True, exist_ok=True)
        # Written elsewhere and then linked, so that of two processes one key wins and nobody reads half of it.
        fresh = keyfile.with_name(f"{keyfile.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(fresh, keyfile)
        fresh.unlink()
    return keyfile.read_text().strip()
