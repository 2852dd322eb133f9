"""How often a request goes to the database: counted on the application itself, one request at a time."""

from collections.abc import MutableMapping, Sequence
from typing import Any

from bench.load import Address, Reply, Script
from bench.plain_workloads import ClientCredentials
from bench.scenario import Scenario
from bench.uma_workloads import FullCycle, Parties
from bench.workload import Name
from bench.world import CLIENT, REALM, SECRET_KEY
from consentry.app import App, create_app
from consentry.settings.schema import Settings
from consentry.store.counters import Counters
from consentry.store.database import StoreDatabase
from consentry.uma.value import value

# The edge: what an ASGI application is given and gives.
Message = MutableMapping[str, Any]

ADDRESS = Address(host="127.0.0.1", port=80, prefix=f"/realms/{REALM}")


@value
class Trips:
    """What one request asks of the database: waits for it, and statements."""

    round_trips: int
    statements: int


async def count_trips(scenario: Scenario) -> dict[Name, Trips]:
    """Make each kind of request twice, and count when the reference data is known."""
    settings = Settings(
        base_url=scenario.base_url, database_url=scenario.database_url, secret_key=SECRET_KEY, management_bind=""
    )
    app = create_app(settings)
    await app.start()
    try:
        credentials = ClientCredentials(ADDRESS, "/token", client_id=CLIENT, secret=scenario.client_secret)
        cycle = FullCycle(Parties(ADDRESS, scenario))
        await _walk(app, credentials.script())
        await _walk(app, cycle.script())
        (alone,) = await _walk(app, credentials.script())
        ticket, grant, introspection = await _walk(app, cycle.script())
    finally:
        await app.stop()
    whole = Trips(
        round_trips=ticket.round_trips + grant.round_trips + introspection.round_trips,
        statements=ticket.statements + grant.statements + introspection.statements,
    )
    return {
        "client credentials": alone,
        "introspection": introspection,
        "permission ticket": ticket,
        "UMA grant": grant,
        "full cycle": whole,
    }


async def _walk(app: App, script: Script) -> Sequence[Trips]:
    """Make a script's requests; return what each took."""
    counters = _counters(app)
    found = []
    request = next(script)
    while True:
        round_trips, statements = counters.round_trips, counters.statements
        reply = await _answer(app, request)
        found.append(Trips(round_trips=counters.round_trips - round_trips, statements=counters.statements - statements))
        try:
            request = script.send(reply)
        except StopIteration:
            return found


def _counters(app: App) -> Counters:
    database = app.parts.server.database if app.parts else None
    if not isinstance(database, StoreDatabase):
        raise TypeError("the application has not started")
    return database.counters


async def _answer(app: App, request: bytes) -> Reply:
    """Hand a request to the application as a web server would."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, path, _version = first.decode().split(" ")
    headers = [(name.lower(), text.strip()) for name, _, text in (line.partition(b":") for line in lines)]
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Message = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    await app(scope, receive, send)
    return Reply(status=int(sent[0]["status"]), body=b"".join(bytes(message.get("body", b"")) for message in sent[1:]))
