"""A browser without scripts: it keeps cookies, follows redirects within the server, fills in forms."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

from consentry.core.claims import BadClaimToken
from consentry.core.model import Account, Client
from consentry.core.pkce import challenge_of
from consentry.plugins.passwords import Argon2Passwords
from consentry.settings.schema import PasswordSettings, Settings
from consentry.uma.value import value
from consentry.web.application import Application
from consentry.web.http import AsgiApp, Message, Request
from consentry.web.parts import Parts
from consentry.web.route import RouteTable
from consentry.web.routes import ROUTES
from tests.worlds import BASE_URL, ISSUER, SEALER, VERIFIER, World

HASHING = PasswordSettings(memory_kib=8, iterations=1, parallelism=1)
PATH = urlsplit(ISSUER).path


class NoClaimTokens:
    """Nothing is pushed here."""

    async def verify(self, realm: str, *, text: str, format: str) -> BadClaimToken:
        return BadClaimToken(reason=f"no claim tokens in {realm}: {format} {len(text)}")


@dataclass
class Form:
    """A form as the page shows it; buttons are left to whoever presses them."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@value
class Shown:
    """What a browser got."""

    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    text: str

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def answer(self) -> dict[str, str]:
        """The parameters of the response that the location carries."""
        return {name: texts[0] for name, texts in parse_qs(urlsplit(self.location).query).items()}

    @property
    def forms(self) -> list[Form]:
        reading = _Forms()
        reading.feed(self.text)
        return reading.forms

    def form(self, ending: str) -> Form:
        return next(form for form in self.forms if form.action.endswith(ending))


class Browser:
    """One browser at the server."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, **parameters: str) -> Shown:
        query = urlencode(parameters)
        if "?" in path:
            path, _, query = path.partition("?")
        return await self._send("GET", path, query=query)

    async def look(self, method: str, path: str, headers: dict[str, str]) -> Shown:
        """Ask for a page in some other way than by going there."""
        path, _, query = path.partition("?")
        return await self._send(method, path, query=query, headers=headers)

    async def follow(self, shown: Shown) -> Shown:
        """Follow redirects as long as they stay at the server."""
        while shown.status == 303 and shown.location.startswith("/"):
            shown = await self.get(shown.location)
        return shown

    async def post(
        self, path: str, fields: dict[str, str] | list[tuple[str, str]], *, headers: dict[str, str] | None = None
    ) -> Shown:
        sent = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", **(headers or {})}
        return await self._send("POST", path, body=urlencode(fields), headers=sent)

    async def submit(self, form: Form, **more: str) -> Shown:
        return await self.post(form.action, {**form.fields, **more})

    async def sign_in(self, shown: Shown, username: str = "alice", password: str | None = None) -> Shown:
        form = shown.form("/account/sign-in")
        return await self.submit(form, username=username, password=password or f"{username}-password")

    async def _send(
        self, method: str, path: str, *, query: str = "", body: str = "", headers: dict[str, str] | None = None
    ) -> Shown:
        lines = {"host": "as.example", **(headers or {})}
        if self.cookies:
            lines["cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        sent: list[Message] = []
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), text.encode("latin-1")) for name, text in lines.items()],
            "client": ("192.0.2.7", 1234),
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": body.encode(), "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        pairs = [(name.decode(), text.decode("latin-1")) for name, text in sent[0]["headers"]]
        cookies = tuple(text for name, text in pairs if name == "set-cookie")
        self._keep(cookies)
        named = {name: text for name, text in pairs if name != "set-cookie"}
        return Shown(status=sent[0]["status"], headers=named, cookies=cookies, text=sent[1]["body"].decode())

    def _keep(self, cookies: tuple[str, ...]) -> None:
        for line in cookies:
            name, _, rest = line.partition("=")
            text = rest.partition(";")[0]
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = text


@value
class Site:
    """A world with the pages on top of it, its people and two apps."""

    world: World
    app: AsgiApp
    crashes: list[Exception]
    alice: Account
    records: Client

    def browser(self) -> Browser:
        return Browser(self.app)

    def request(self, client: Client | None = None, **changes: str | None) -> dict[str, str]:
        """Return the parameters of a right authorization request, but for the changes (None leaves one out)."""
        asking = client or self.records
        right: dict[str, str | None] = {
            "response_type": "code",
            "client_id": asking.client_id,
            "redirect_uri": asking.redirect_uris[0],
            "scope": "openid profile",
            "state": "the state & more",
            "nonce": "n-1",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        return {name: text for name, text in {**right, **changes}.items() if text is not None}

    async def authorize(self, browser: Browser, client: Client | None = None, **changes: str | None) -> Shown:
        """Send an authorization request and follow it to the first page, or back to the client."""
        shown = await browser.get(f"{PATH}/authorize", **self.request(client, **changes))
        return await browser.follow(shown)

    async def at_consent(self, browser: Browser, client: Client | None = None, **changes: str | None) -> Shown:
        """Walk to the consent page, signing in on the way."""
        page = await self.authorize(browser, client, **changes)
        return await browser.follow(await browser.sign_in(page))

    async def allow(self, browser: Browser, page: Shown) -> Shown:
        return await browser.submit(page.form("/consent"), decision="allow")


async def site_of(world: World) -> Site:
    """Put the pages on a world."""
    passwords = Argon2Passwords(HASHING)
    alice = await person(world, passwords, "alice")
    await person(world, passwords, "bob")
    records = await world.client(
        "records", scope="openid profile email offline_access uma_protection", resource_server=True
    )
    crashes: list[Exception] = []
    parts = Parts(
        settings=Settings(base_url=BASE_URL),
        server=world.server,
        sealer=SEALER,
        passwords=passwords,
        claim_tokens=NoClaimTokens(),
    )

    def crashed(_request: Request, problem: Exception) -> None:
        crashes.append(problem)

    app = Application(parts, RouteTable(ROUTES), crashed=crashed, answered=lambda *_: None)
    return Site(world=world, app=app, crashes=crashes, alice=alice, records=records)


async def person(world: World, passwords: Argon2Passwords, username: str) -> Account:
    account = await world.account(username)
    hashed = replace(account, password_hash=passwords.hash_now(f"{username}-password"))
    await world.replace(hashed)
    return replace(hashed, version=hashed.version + 1)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        members = {name: text or "" for name, text in attrs}
        if tag == "form":
            self.forms.append(Form(action=members.get("action", ""), method=members.get("method", "get")))
        elif tag == "input" and self.forms and "name" in members:
            self.forms[-1].fields[members["name"]] = members.get("value", "")
