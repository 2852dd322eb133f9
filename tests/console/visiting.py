"""Somebody at the console without scripts, and the world they find there."""

from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urlencode, urlsplit

from consentry.core.context import Answer, Context
from consentry.core.model import AccessRequest, Account, Client, Grant, Requester, Resource, TicketPermission
from consentry.core.ports import Page
from consentry.core.realm import RealmSettings, ScopeDescription
from consentry.plugins.passwords import Argon2Passwords
from consentry.uma.codes import GRANT_UMA_TICKET
from consentry.uma.value import value
from tests.pages.browsing import HASHING, PATH, Browser, Shown, Site, person, site_of
from tests.worlds import NOON, World

DAY = 86_400
SETTINGS = RealmSettings(
    scopes=(
        ScopeDescription(name="read", description="Read the record"),
        ScopeDescription(name="write", description="Add entries"),
    )
)


@value
class Filled:
    """A form as a browser would send it: hidden fields, typed texts, what is ticked."""

    action: str
    fields: tuple[tuple[str, str], ...]


class Visitor(Browser):
    """A browser with somebody signed in."""

    async def see(self, path: str, **query: str) -> Shown:
        """Open a page of the console."""
        return await self.get(f"{PATH}{path}", **query)

    async def press(self, shown: Shown, ending: str, *chosen: tuple[str, str]) -> Shown:
        """Send a form of a page, with what was chosen in place of what stood there; an empty choice unticks."""
        form = next(form for form in read_forms(shown.text) if form.action.endswith(ending))
        names = {name for name, _ in chosen}
        kept = [(name, text) for name, text in form.fields if name not in names]
        return await self.send(form.action, [*kept, *((name, text) for name, text in chosen if text)])

    async def done(self, shown: Shown, ending: str, *chosen: tuple[str, str]) -> Shown:
        """Send a form, be redirected, and see the page after it."""
        answer = await self.press(shown, ending, *chosen)
        assert answer.status == 303, answer.text
        return await self.follow(answer)

    async def send(self, path: str, pairs: Sequence[tuple[str, str]], headers: dict[str, str] | None = None) -> Shown:
        """Post fields, several of a name too."""
        sent = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        return await self._send("POST", path, body=urlencode(list(pairs)), headers={**sent, **(headers or {})})

    async def opened(self, path: str, headers: dict[str, str]) -> Shown:
        """Open a page as a script would."""
        return await self._send("GET", f"{PATH}{path}", headers=headers)

    async def _send(
        self, method: str, path: str, *, query: str = "", body: str = "", headers: dict[str, str] | None = None
    ) -> Shown:
        return await super()._send(method, unquote(path), query=query, body=body, headers=headers)

    async def csrf(self) -> str:
        """Return the mark that this session's forms carry."""
        shown = await self.see("/account")
        return dict(read_forms(shown.text)[0].fields)["csrf"]


@value
class Clinic:
    """Alice has a record; Bob and Carol are doctors with an app."""

    site: Site
    bob: Account
    carol: Account
    surgery: Client
    record: Resource

    @property
    def world(self) -> World:
        return self.site.world

    @property
    def alice(self) -> Account:
        return self.site.alice

    @property
    def thing(self) -> str:
        """The path of Alice's record."""
        return f"/console/resources/{quote(self.record.resource_id)}"

    async def visit(self, username: str = "alice") -> Visitor:
        """Sign somebody in."""
        visitor = Visitor(self.site.app)
        page = await visitor.see("/account/sign-in")
        await visitor.sign_in(page, username)
        return visitor

    async def grants(self) -> Sequence[Grant]:
        """Return everything that is shared."""
        return await self.world.said(_every_grant, None, list)

    async def request(self, request: AccessRequest) -> AccessRequest:
        """Return a request as it is now."""
        found = await self.world.ask(_request, request)
        assert isinstance(found, AccessRequest)
        return found

    async def asks(self, who: Account | None = None, scopes: str = "read write", name: str = "one") -> AccessRequest:
        """Let somebody ask Alice for her record."""
        asking = who or self.bob
        opened = await self.world.server.open("demo")
        assert opened is not None
        request = AccessRequest(
            request_id=f"request-{name}",
            owner_id=self.alice.account_id,
            resource_server=self.site.records.client_id,
            client_id=self.surgery.client_id,
            requester=Requester(issuer=opened.issuer, subject=asking.account_id, account_id=asking.account_id),
            permissions=(TicketPermission(resource_id=self.record.resource_id, scopes=tuple(scopes.split())),),
            fingerprint=f"asks {name}",
            created_at=NOON,
            expires_at=NOON + 14 * DAY,
        )
        await self.world.add(request)
        return request


async def clinic_of(world: World) -> Clinic:
    """Put the console on a world, with people and a record in it."""
    site = await site_of(world)
    bob, carol = await world.ask(_bob, None), await person(world, Argon2Passwords(HASHING), "carol")
    assert isinstance(bob, Account)
    surgery = await world.client("surgery", grant_types=("authorization_code", GRANT_UMA_TICKET))
    record = await world.resource(site.alice, site.records, name="Health record")
    return Clinic(site=site, bob=bob, carol=carol, surgery=surgery, record=record)


def read_forms(text: str) -> list[Filled]:
    """Return the forms of a page."""
    reading = _Reading()
    reading.feed(text)
    return [Filled(action=unquote(urlsplit(action).path), fields=tuple(fields)) for action, fields in reading.forms]


def visible(text: str) -> str:
    """Return what a page shows, without its markup."""
    reading = _Reading()
    reading.feed(text)
    return " ".join(" ".join(reading.texts).split())


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        members = {name: text or "" for name, text in attrs}
        if tag == "form":
            self.forms.append((members.get("action", ""), []))
        if tag != "input" or not self.forms or "name" not in members:
            return
        if members.get("type") in {"checkbox", "radio"} and "checked" not in members:
            return
        self.forms[-1][1].append((members["name"], members.get("value", "")))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


async def _bob(ctx: Context, _: None) -> Answer[Account | None]:
    return Answer(await ctx.store.account_by_username("bob"))


async def _every_grant(ctx: Context, _: None) -> Answer[list[Grant]]:
    return Answer(list(await ctx.store.all_grants(Page(limit=100))))


async def _request(ctx: Context, request: AccessRequest) -> Answer[AccessRequest | None]:
    return Answer(await ctx.store.access_request(request.owner_id, request.request_id))
