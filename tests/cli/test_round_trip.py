"""Whatever a realm holds: its export changes nothing where it came from, and makes the same realm elsewhere."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.cli.applying import apply_file
from consentry.cli.opened import asked, opened
from consentry.cli.realm_file import parse_realm_file
from consentry.cli.toml import to_toml
from consentry.core.realm_file.difference import Difference
from consentry.core.realm_file.export import ExportRealm, export_realm
from consentry.plugins.passwords import Argon2Passwords
from consentry.settings.load import load
from consentry.settings.schema import Settings
from tests.cli.conftest import environment_for

Data = dict[str, object]

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NAME = st.text("abcdefgh", min_size=1, max_size=4)
WORDS = st.lists(NAME, max_size=3, unique=True)
SECONDS = st.integers(1, 10**6)
MOMENTS = st.datetimes().map(lambda at: f"{at.replace(microsecond=0).isoformat()}Z").filter(lambda at: at > "1971")
COUNTER = itertools.count()
LATER = datetime(2040, 1, 1, tzinfo=UTC)


def entry(**members: st.SearchStrategy[object]) -> st.SearchStrategy[Data]:
    """Draw an entry in which any of the members may be missing."""
    return st.fixed_dictionaries({}, optional=members)


SETTINGS = entry(
    pending_requests=st.booleans(),
    partial=st.sampled_from(["ticket", "all", "any"]),
    poll_interval=SECONDS,
    lifetimes=entry(ticket=SECONDS, rpt=SECONDS, session=SECONDS),
)
ACCOUNT = entry(
    name=TEXT,
    email=NAME.map(lambda name: f"{name}@example.test"),
    groups=WORDS,
    roles=WORDS,
    attributes=st.dictionaries(TEXT, TEXT, max_size=2),
    organisation=st.booleans(),
    disabled=st.booleans(),
    created_at=MOMENTS,
)
CLIENT = entry(
    client_name=TEXT,
    token_endpoint_auth_method=st.sampled_from(["client_secret_basic", "client_secret_post"]),
    resource_server=st.booleans(),
    grant_types=st.lists(st.sampled_from(["client_credentials", "refresh_token"]), unique=True),
    claims_redirect_uris=WORDS.map(lambda words: [f"https://{word}.example/claims" for word in words]),
    scope=WORDS.map(" ".join),
    policy_uri=st.just("https://client.example/policy"),
    disabled=st.booleans(),
)
RESOURCE = entry(
    resource_scopes=WORDS,
    name=TEXT,
    type=TEXT,
    labels=WORDS,
    favourite=st.booleans(),
    extra=st.dictionaries(TEXT, TEXT | st.integers(0, 9) | WORDS, max_size=2),
    created_at=MOMENTS,
)
GRANT = entry(
    allow=st.booleans(),
    expires_at=MOMENTS,
    purpose=TEXT,
    max_uses=st.integers(0, 5),
    ask_me=st.booleans(),
    reshare=st.integers(0, 3),
    note=TEXT,
    paused=st.booleans(),
)
MEMBERSHIP = entry(until=MOMENTS, created_at=MOMENTS)
GRANTEES = st.one_of(
    st.fixed_dictionaries({"account": st.sampled_from(["a", "b"])}),
    st.fixed_dictionaries({"email": st.just("c@example.test")}),
    st.fixed_dictionaries({"client": st.just("app")}),
    st.fixed_dictionaries({"organisation": st.just("org")}, optional={"role": NAME}),
    st.fixed_dictionaries({"claims": st.just([{"issuer": "https://idp.example", "name": "role", "value": "doctor"}])}),
)


@st.composite
def realms(draw: st.DrawFn) -> Data:
    """Draw a realm file that is right."""
    owners = ["a", "b"]
    accounts = [{"username": name, **draw(ACCOUNT)} for name in (*owners, "c")]
    accounts.append({"username": "org", "organisation": True})
    people = [each["username"] for each in accounts if not each.get("organisation")]
    memberships = [
        {**draw(MEMBERSHIP), "organisation": "org", "account": name, "role": draw(NAME)}
        for name in (draw(st.lists(st.sampled_from(people), unique=True)) if people else ())
    ]
    records: Data = {"client_id": "records", "client_secret": "s", "resource_server": True, "grant_types": []}
    app: Data = {"grant_types": [], **draw(CLIENT), "client_id": "app", "client_secret": draw(NAME)}
    resources = [
        {**draw(RESOURCE), "id": f"r{number}", "owner": draw(st.sampled_from(owners)), "resource_server": "records"}
        for number in range(draw(st.integers(0, 3)))
    ]
    grants = [_grant(draw, number, resources) for number in range(draw(st.integers(0, 3)))]
    return {
        "display_name": draw(TEXT),
        "settings": draw(SETTINGS),
        "scopes": [{"name": name, "description": draw(TEXT)} for name in draw(WORDS)],
        "accounts": accounts,
        "memberships": memberships,
        "clients": [records, app],
        "trusted_issuers": [{"issuer": "https://idp.example", "jwks_uri": "https://idp.example/jwks"}],
        "resources": resources,
        "grants": grants,
    }


def _grant(draw: st.DrawFn, number: int, resources: Sequence[Data]) -> Data:
    grant = {**draw(GRANT), "id": f"g{number}", "grantee": draw(GRANTEES), "scopes": draw(WORDS) or ["read"]}
    on_one: bool = draw(st.booleans())
    if resources and on_one:
        resource = draw(st.sampled_from(resources))
        return {**grant, "owner": resource["owner"], "resource_id": resource["id"]}
    return {**grant, "owner": "a", draw(st.sampled_from(["label", "type"])): draw(NAME)}


class Databases:
    """Two servers with the same secret key, each with a database of its own."""

    def __init__(self, one: Settings, other: Settings) -> None:
        self.one = one
        self.other = other

    async def apply(self, where: Settings, text: str, *, prune: bool = False) -> tuple[Difference, ...]:
        file = parse_realm_file(text, name="test", directory=Path())
        passwords = Argon2Passwords(where.passwords)
        async with opened(where) as server:
            applied = await apply_file(server, passwords, "test", file, dry_run=False, prune=prune)
        passwords.close()
        return applied.differences

    async def export(self, where: Settings, realm: str) -> Data:
        async with opened(where) as server:
            return await asked(server, realm, export_realm, ExportRealm())


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    directory = tmp_path_factory.mktemp("round-trip")
    one, other = (load(environment=environment_for(f"sqlite:///{directory}/{name}.db")) for name in ("one", "other"))
    return Databases(one, other)


@given(content=realms())
@settings(max_examples=20)
def test_an_export_is_the_realm(databases: Databases, content: Data) -> None:
    realm = f"realm-{next(COUNTER)}"
    file = json.dumps({"realm": realm, **content})

    async def there() -> Data:
        await databases.apply(databases.one, file)
        assert await databases.apply(databases.one, file) == ()
        return await databases.export(databases.one, realm)

    async def back(exported: Data) -> None:
        for text in (json.dumps(exported), to_toml(exported)):
            assert await databases.apply(databases.one, text, prune=True) == ()
        await databases.apply(databases.other, to_toml(exported))
        assert await databases.export(databases.other, realm) == exported

    written = asyncio.run(there())
    with time_machine.travel(LATER):
        asyncio.run(back(written))
