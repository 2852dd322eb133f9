"""A realm for the kit, its profile, and Consentry serving it: in a process of its own, or in this one."""

import json
import os
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.resources import files
from pathlib import Path

import httpx2
from click.testing import CliRunner
from joserfc.jwk import ECKey

from consentry.app import create_app
from consentry.cli.main import consentry
from consentry.conformance.profile import Profile, read_profile
from consentry.conformance.register import chosen
from consentry.conformance.run import Result, run
from consentry.conformance.stage import Stage
from consentry.settings.load import read
from consentry.uma.value import value
from consentry.web.http import AsgiApp

PROFILES = files("consentry.conformance") / "profiles"
FOREIGN = "https://idp.example"
LONGEST_START = 30
HERE = "http://127.0.0.1:9"
"""What the server in this process calls itself; nobody listens there."""


@value
class Place:
    """A database with the kit's realm in it, and the profile that goes with it."""

    folder: Path
    base_url: str
    environment: dict[str, str]

    @property
    def issuer(self) -> str:
        return f"{self.base_url}/realms/conformance"

    @property
    def profile_file(self) -> Path:
        return self.folder / "profile.toml"

    @property
    def profile(self) -> Profile:
        return read_profile(self.profile_file)


def prepare(folder: Path, base_url: str) -> Place:
    """Write the realm file and the profile that come with the kit, and a foreign issuer; apply the former."""
    environment = {
        "CONSENTRY_DATABASE_URL": f"sqlite:///{folder}/consentry.db",
        "CONSENTRY_BASE_URL": base_url,
        "CONSENTRY_SECRET_KEY": "a secret key for tests, long enough to be one",
        "CONSENTRY_PASSWORDS__MEMORY_KIB": "64",
        "CONSENTRY_PASSWORDS__ITERATIONS": "1",
        "CONSENTRY_MANAGEMENT_BIND": "",
    }
    key = ECKey.generate_key("P-256", {"kid": "foreign"}, private=True)
    realm = tomllib.loads((PROFILES / "consentry.realm.toml").read_text())
    public = {"keys": [key.as_dict(private=False)]}
    realm["trusted_issuers"] = [{"issuer": FOREIGN, "jwks": public, "client_ids": ["c1"]}]
    (folder / "realm.json").write_text(json.dumps(realm))
    members = ", ".join(f'{name} = "{part}"' for name, part in key.as_dict(private=True).items() if name != "key_ops")
    more = f'\n[claim_issuer]\nissuer = "{FOREIGN}"\nclients = ["c1"]\njwk = {{ {members} }}\n'
    (folder / "profile.toml").write_text((PROFILES / "consentry.toml").read_text() + more)
    applied = CliRunner().invoke(consentry, ["apply", str(folder / "realm.json")], env=environment)
    assert applied.exit_code == 0, applied.output
    return Place(folder=folder, base_url=base_url, environment=environment)


@contextmanager
def served(folder: Path) -> Iterator[Place]:
    """Give a place with `consentry serve` running."""
    with socket.create_server(("127.0.0.1", 0)) as unheard:
        port = unheard.getsockname()[1]
    place = prepare(folder, f"http://127.0.0.1:{port}")
    environment = {name: text for name, text in os.environ.items() if not name.startswith("CONSENTRY_")}
    environment |= place.environment | {"CONSENTRY_BIND": f"127.0.0.1:{port}"}
    with (folder / "serve.err").open("wb") as errors:
        command = [sys.executable, "-m", "consentry", "serve"]
        server = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=errors)
    watchdog = threading.Timer(LONGEST_START, server.kill)
    watchdog.start()
    try:
        assert server.stdout is not None
        assert server.stdout.readline().startswith(b"ready "), (folder / "serve.err").read_text()
        watchdog.cancel()
        yield place
        assert server.poll() is None, (folder / "serve.err").read_text()
    finally:
        watchdog.cancel()
        server.terminate()
        server.wait(timeout=20)
        if server.stdout is not None:
            server.stdout.close()


@asynccontextmanager
async def in_process(place: Place, wrap: Callable[[AsgiApp], AsgiApp] = lambda app: app) -> AsyncIterator[Stage]:
    """Give a stage before a server in this process."""
    app = create_app(read(None, place.environment))
    await app.start()
    try:
        transport = httpx2.ASGITransport(app=wrap(app))
        stage = await Stage.open(place.issuer, place.profile, transport)
        try:
            yield stage
        finally:
            await stage.close()
    finally:
        await app.stop()


async def judged(stage: Stage, *only: str) -> dict[str, Result]:
    """Run some cases and return their results by id."""
    return {result.case.id: result for result in await run(stage, chosen(only))}
