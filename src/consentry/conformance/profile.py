"""A profile: what the kit has to know about one deployment, as a TOML file.

The server's addresses are not in it; they come from the server's own metadata.
"""

import os
import re
import tomllib
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

_ENVIRONMENT = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


class ProfileError(ValueError):
    """A profile that cannot be used; the text says what to mend."""


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the profile; a member that is not known is a mistake."""


class Button(Strict, frozen=True):
    """How a form is told: the name and value of a button or a tick box."""

    name: str
    value: str | None = None


class SignIn(Strict, frozen=True):
    """The fields of the sign-in form."""

    username: str = "username"
    password: str = "password"


class Consent(Strict, frozen=True):
    """The buttons of the page that asks whether a client may."""

    allow: Button = Button(name="decision", value="allow")
    deny: Button = Button(name="decision", value="deny")


class Interaction(Consent, frozen=True):
    """The pages that gather claims; ``remember`` is the box that allows to keep what was gathered."""

    remember: Button | None = None


class Person(Strict, frozen=True):
    """Somebody with an account at the server."""

    username: str
    password: str


class People(Strict, frozen=True):
    """Two owners and two requesting parties."""

    alice: Person
    dave: Person
    bob: Person
    carol: Person


class ClientProfile(Strict, frozen=True):
    """A registered client.  ``scope``: the resource scopes it is registered for, beside those of sign-in."""

    client_id: str
    client_secret: str = ""
    authentication: Literal["client_secret_basic", "client_secret_post", "none"] = "client_secret_basic"
    redirect_uri: str = ""
    claims_redirect_uri: str = ""
    name: str = ""
    scope: str = ""
    refresh: bool = False


class Clients(Strict, frozen=True):
    """Two resource servers, three clients, and some special ones that only a few cases need."""

    rs1: ClientProfile
    rs2: ClientProfile
    c1: ClientProfile
    c2: ClientProfile
    c3: ClientProfile
    manager: ClientProfile | None = None
    organisation: ClientProfile | None = None
    without_uma_grant: ClientProfile | None = None
    without_claims_uri: ClientProfile | None = None
    public_without_claims_uri: ClientProfile | None = None
    several_claims_uris: ClientProfile | None = None


class Pat(Strict, frozen=True):
    """How a resource server asks for a PAT."""

    scope: str = "uma_protection"


class OwnerApi(Strict, frozen=True):
    """Whose access token, with which scope, the steps of an owner carry."""

    client: str = "manager"
    scope: str = "uma_policy_manager"


class Step(Strict, frozen=True):
    """One request (``url``) or one form (``page``) on the way to what an owner wants; texts may hold placeholders.

    ``list`` and ``where`` find the first entry of a list in the answer that mentions a text; ``take`` keeps members of
    the answer, or of that entry, as placeholders for what follows.
    """

    method: str = "GET"
    url: str = ""
    body: dict[str, object] | None = None
    form: dict[str, str] | None = None
    list: str | None = None
    where: str = ""
    take: dict[str, str] = field(default_factory=dict)
    page: str = ""
    has: str = ""
    fill: dict[str, str] = field(default_factory=dict)
    press: Button | None = None


class Hooks(Strict, frozen=True):
    """What the specifications leave to the server: how owners decide.  A hook without steps is not there."""

    share: tuple[Step, ...]
    stop: tuple[Step, ...]
    share_claims: tuple[Step, ...] = ()
    approve: tuple[Step, ...] = ()
    deny: tuple[Step, ...] = ()
    withdraw: tuple[Step, ...] = ()
    sign_out: tuple[Step, ...] = ()
    forget: tuple[Step, ...] = ()


class Lifetimes(Strict, frozen=True):
    """How long things live, in seconds; what lives longer than ``patience`` is not waited for."""

    ticket: int | None = None
    rpt: int | None = None
    pat: int | None = None
    id_token: int | None = None
    pct: int | None = None
    leeway: int = 0
    patience: int = 45


class Features(Strict, frozen=True):
    """What the server offers of the optional things that its metadata does not tell."""

    push: bool = True
    pending: bool = False
    refresh: bool = False
    upgrade: bool = False
    pct: bool = False
    owner_as_requester: bool = True
    partial: Literal["ticket", "all", "any"] = "ticket"
    strict_scopes: bool = False
    consent_before_push: bool = False
    extensions: tuple[str, ...] = ()
    permission_members: tuple[str, ...] = ()


class ClaimIssuer(Strict, frozen=True):
    """A foreign issuer that the server trusts, played by the kit; ``jwk`` is a private key, ``clients`` may push."""

    issuer: str
    jwk: dict[str, object]
    algorithm: str = "ES256"
    clients: tuple[str, ...] = ("c1",)


class Registration(Strict, frozen=True):
    """What dynamic client registration needs."""

    initial_access_token: str = ""


class Resources(Strict, frozen=True):
    """Members that every resource is registered with, beyond those of the specification."""

    members: dict[str, object] = field(default_factory=dict)


class Profile(Strict, frozen=True):
    """Everything about one deployment.  ``timeout``: seconds for one case; ``samples``: tickets that are compared."""

    name: str
    people: People
    clients: Clients
    hooks: Hooks
    sign_in: SignIn = SignIn()
    consent: Consent = Consent()
    interaction: Interaction = Interaction()
    pat: Pat = Pat()
    owner_api: OwnerApi = OwnerApi()
    lifetimes: Lifetimes = Lifetimes()
    features: Features = Features()
    claim_issuer: ClaimIssuer | None = None
    registration: Registration = Registration()
    resources: Resources = Resources()
    timeout: float = 90.0
    samples: int = 200
    concurrency: int = 8


def read_profile(path: Path) -> Profile:
    """Read a profile; ``${env:NAME}`` in any text is replaced.  Raises `ProfileError`."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        profile = msgspec.convert(_filled(found), Profile)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as problem:
        raise ProfileError(f"{path}: {problem}") from problem
    if getattr(profile.clients, profile.owner_api.client, None) is None:
        raise ProfileError(f"{path}: owner_api.client names {profile.owner_api.client}, which is not under clients")
    return profile


def _filled(found: object) -> object:
    match found:
        case str():
            return _ENVIRONMENT.sub(_variable, found)
        case dict():
            return {name: _filled(part) for name, part in found.items()}
        case list():
            return [_filled(part) for part in found]
        case _:
            return found


def _variable(place: re.Match[str]) -> str:
    if place[1] not in os.environ:
        raise msgspec.ValidationError(f"the variable {place[1]} is not set")
    return os.environ[place[1]]
