"""What a realm file may say.  Member names are the file's; those of clients come from RFC 7591.

None is "not said": what a file does not say stays as it is, or becomes the default where the thing is new or the file
calls itself ``complete``.  The text beside a type describes the member in the JSON Schema.

Spec: RFC 7591 2, FedAuthz 3.1.
"""

from dataclasses import asdict
from typing import Annotated, Literal

from consentry.uma.value import value

Partial = Literal["ticket", "all", "any"]
Jwks = dict[str, object]


@value
class LifetimesEntry:
    """How long things live, in seconds."""

    ticket: Annotated[int | None, "Permission tickets"] = None
    polling_ticket: Annotated[int | None, "Permission tickets that wait for the owner's word"] = None
    rpt: Annotated[int | None, "Requesting party tokens"] = None
    access_token: Annotated[int | None, "Access tokens"] = None
    pat: Annotated[int | None, "Protection API tokens"] = None
    refresh_token: Annotated[int | None, "Refresh tokens, from their last use"] = None
    code: Annotated[int | None, "Authorization codes"] = None
    id_token: Annotated[int | None, "ID Tokens"] = None
    session: Annotated[int | None, "Browser sessions"] = None
    interaction: Annotated[int | None, "The time somebody has for a sign-in page"] = None
    request: Annotated[int | None, "Requests that wait for an owner"] = None
    pct: Annotated[int | None, "What a requester let an app keep (persisted claims tokens)"] = None


@value
class SettingsEntry:
    """What differs from realm to realm."""

    pending_requests: Annotated[bool | None, "A refused requester's wish waits for the owner's word"] = None
    interactive_claims: Annotated[bool | None, "Requesters may be sent to a page that gathers claims"] = None
    owner_may_request: Annotated[bool | None, "Owners have access to what is theirs without sharing it"] = None
    partial: Annotated[Partial | None, "What happens when only a part of the wanted scopes can be granted"] = None
    poll_interval: Annotated[int | None, "Seconds between two polls of a waiting client"] = None
    claims_max_age: Annotated[
        int | None, "Seconds since sign-in after which gathering claims asks again (0: never)"
    ] = None
    id_token_signed_response_alg: Annotated[str | None, "How ID Tokens are signed: ES256 or RS256"] = None
    lifetimes: Annotated[LifetimesEntry | None, "How long things live"] = None


@value
class ScopeEntry:
    """How a scope is shown to people."""

    name: Annotated[str, "The scope"]
    description: Annotated[str | None, "What it allows, in words for people"] = None
    icon: Annotated[str | None, "The name of an icon"] = None


@value
class AccountEntry:
    """A person or an organisation."""

    username: Annotated[str, "The name that people sign in with; compared without case"]
    id: Annotated[str | None, "The account's id, which is the `sub` in tokens; counts when the account is new"] = None
    password: Annotated[str | None, "In clear; only its Argon2id hash is stored"] = None
    password_hash: Annotated[str | None, "An Argon2id hash in PHC form, as an export writes it"] = None
    name: Annotated[str | None, "What the person is called"] = None
    email: Annotated[str | None, "The e-mail address; empty: none"] = None
    email_verified: Annotated[bool | None, "The address is known to be this person's"] = None
    groups: Annotated[tuple[str, ...] | None, "Groups"] = None
    roles: Annotated[tuple[str, ...] | None, "Roles; `realm-admin` may administer the realm"] = None
    attributes: Annotated[dict[str, str] | None, "Further facts, as text"] = None
    organisation: Annotated[bool | None, "A legal person; nobody signs in as one"] = None
    disabled: Annotated[bool | None, "Locked out: no sign-in, and no token speaks for it"] = None
    created_at: Annotated[str | None, "When it was made (RFC 3339); counts when the account is new"] = None


@value
class MembershipEntry:
    """Somebody belongs to an organisation, or acts for it."""

    organisation: Annotated[str, "The organisation's username"]
    account: Annotated[str, "The person's username"]
    role: Annotated[str | None, "What they are there; an `administrator` acts for the organisation"] = None
    until: Annotated[str | None, "When it ends (RFC 3339); empty: nobody knows yet"] = None
    created_at: Annotated[str | None, "When it began (RFC 3339); counts when it is new"] = None


@value
class ClientEntry:
    """Registered software; a resource server is a client marked as one."""

    client_id: Annotated[str, "The client's id"]
    client_secret: Annotated[str | None, "In clear; only a keyed digest is stored"] = None
    client_secret_digests: Annotated[tuple[str, ...] | None, "Keyed digests, as an export writes them"] = None
    client_name: Annotated[str | None, "What people see"] = None
    token_endpoint_auth_method: Annotated[
        str | None,
        "client_secret_basic, client_secret_post, private_key_jwt, none, or client_secret: either of the first two",
    ] = None
    resource_server: Annotated[bool | None, "It may use the protection API"] = None
    grant_types: Annotated[tuple[str, ...] | None, "The grants it may use"] = None
    redirect_uris: Annotated[tuple[str, ...] | None, "Where sign-in may send people back to; compared exactly"] = None
    claims_redirect_uris: Annotated[tuple[str, ...] | None, "Where claims gathering may send people back to"] = None
    post_logout_redirect_uris: Annotated[tuple[str, ...] | None, "Where signing out may send people"] = None
    scope: Annotated[str | None, "The scopes it may ask for, separated by spaces"] = None
    jwks: Annotated[Jwks | None, "Its public keys; an empty object: none"] = None
    jwks_uri: Annotated[str | None, "Where its public keys are"] = None
    id_token_signed_response_alg: Annotated[str | None, "How its ID Tokens are signed; empty: as the realm says"] = None
    client_uri: Annotated[str | None, "Its home page"] = None
    logo_uri: Annotated[str | None, "Its logo"] = None
    policy_uri: Annotated[str | None, "What it does with data"] = None
    tos_uri: Annotated[str | None, "Its terms of service"] = None
    account: Annotated[str | None, "The username of the organisation whose resources it registers itself"] = None
    on_behalf_of: Annotated[bool | None, "It may get a PAT for a named owner by token exchange"] = None
    access_token_format: Annotated[str | None, "How RPTs for this resource server are spelled: opaque or jwt"] = None
    partial: Annotated[
        str | None, "As in the settings, for requests at this resource server; empty: as the realm says"
    ] = None
    dpop_bound_access_tokens: Annotated[bool | None, "It always proves its key"] = None
    disabled: Annotated[bool | None, "It gets no token, and its tokens are dead"] = None
    created_at: Annotated[str | None, "When it was made (RFC 3339); counts when the client is new"] = None


@value
class TrustedIssuerEntry:
    """A foreign issuer whose ID Tokens count as claim tokens."""

    issuer: Annotated[str, "Its issuer identifier"]
    jwks_uri: Annotated[str | None, "Where its public keys are"] = None
    jwks: Annotated[Jwks | None, "Its public keys; an empty object: none"] = None
    client_ids: Annotated[tuple[str, ...] | None, "The clients that may push its ID Tokens"] = None


@value
class ResourceEntry:
    """What an owner has at a resource server; descriptions are those of resource registration."""

    id: Annotated[str, "The resource id that the resource server knows"]
    owner: Annotated[str, "The owner's username"]
    resource_server: Annotated[str, "The resource server's client id"]
    resource_scopes: Annotated[tuple[str, ...] | None, "The scopes there are for it"] = None
    name: Annotated[str | None, "What people see"] = None
    description: Annotated[str | None, "A longer text"] = None
    type: Annotated[str | None, "What kind of thing it is"] = None
    icon_uri: Annotated[str | None, "A picture"] = None
    parent: Annotated[str | None, "The id of the resource that it is a part of"] = None
    extra: Annotated[dict[str, object] | None, "Further members of the description, `name#fr` for one"] = None
    labels: Annotated[tuple[str, ...] | None, "The owner's labels"] = None
    favourite: Annotated[bool | None, "The owner keeps it on top"] = None
    created_at: Annotated[str | None, "When it was registered (RFC 3339); counts when it is new"] = None


@value
class ClaimEntry:
    """A claim that must have been verified."""

    issuer: Annotated[str, "Who says so"]
    name: Annotated[str, "The claim's name"]
    value: Annotated[str, "Its value"]


@value
class GranteeEntry:
    """With whom something is shared: exactly one member."""

    account: Annotated[str | None, "A username"] = None
    email: Annotated[str | None, "A verified e-mail address"] = None
    circle: Annotated[str | None, "A circle's id"] = None
    organisation: Annotated[str | None, "The username of an organisation: everybody who belongs to it"] = None
    role: Annotated[str | None, "With ``organisation``: only those with this role there"] = None
    claims: Annotated[tuple[ClaimEntry, ...] | None, "Whoever has all of these claims"] = None
    client: Annotated[str | None, "A client id"] = None


@value
class GrantEntry:
    """The owner lets a grantee use something.  The target is exactly one of ``resource_id``, ``label``, ``type``."""

    owner: Annotated[str, "The owner's username"]
    grantee: Annotated[GranteeEntry, "With whom it is shared"]
    id: Annotated[str | None, "The grant's id; without it, the owner's grant for the same target and grantee"] = None
    resource_id: Annotated[str | None, "One resource"] = None
    label: Annotated[str | None, "Everything that the owner gave this label"] = None
    type: Annotated[str | None, "Everything of this type that the owner has"] = None
    resource_server: Annotated[str | None, "The client id of the server that has the resource; checked"] = None
    scopes: Annotated[tuple[str, ...] | None, "What the grantee may do"] = None
    allow: Annotated[bool | None, "False: an explicit no, which beats every yes"] = None
    not_before: Annotated[str | None, "From when on (RFC 3339); empty: at once"] = None
    expires_at: Annotated[str | None, "Until when (RFC 3339); empty: until it is stopped"] = None
    purpose: Annotated[str | None, "For what"] = None
    client_ids: Annotated[tuple[str, ...] | None, "Through which apps; empty: any"] = None
    max_uses: Annotated[int | None, "How often; 0: as often as wanted"] = None
    uses: Annotated[int | None, "How often it was used"] = None
    ask_me: Annotated[bool | None, "Each use needs the owner's yes"] = None
    reshare: Annotated[int | None, "How many levels the grantee may share on"] = None
    note: Annotated[str | None, "The owner's note"] = None
    parent: Annotated[str | None, "The id of the grant that was shared on"] = None
    paused: Annotated[bool | None, "It does not count at the moment"] = None
    created_at: Annotated[str | None, "When it was made (RFC 3339); counts when it is new"] = None
    created_by: Annotated[str | None, "Who made it: a username; counts when it is new"] = None


@value
class RealmFile:
    """One realm."""

    realm: Annotated[str, "The realm's name, a part of its issuer"]
    complete: Annotated[bool, "What an entry does not say is the default instead of what is there"] = False
    display_name: Annotated[str | None, "What people see"] = None
    default: Annotated[bool | None, "Its metadata is served at the root as well; one realm at most"] = None
    host: Annotated[str | None, "The issuer, if it is a host of its own: https://id.example"] = None
    settings: Annotated[SettingsEntry | None, "What differs from realm to realm"] = None
    scopes: Annotated[tuple[ScopeEntry, ...] | None, "How scopes are shown to people"] = None
    accounts: Annotated[tuple[AccountEntry, ...] | None, "People and organisations"] = None
    memberships: Annotated[tuple[MembershipEntry, ...] | None, "Who belongs to which organisation"] = None
    clients: Annotated[tuple[ClientEntry, ...] | None, "Apps and resource servers"] = None
    trusted_issuers: Annotated[
        tuple[TrustedIssuerEntry, ...] | None, "Foreign issuers whose ID Tokens count as claim tokens"
    ] = None
    resources: Annotated[tuple[ResourceEntry, ...] | None, "What owners have"] = None
    grants: Annotated[tuple[GrantEntry, ...] | None, "What owners share"] = None


Entry = (
    RealmFile
    | SettingsEntry
    | LifetimesEntry
    | AccountEntry
    | MembershipEntry
    | ClientEntry
    | TrustedIssuerEntry
    | ResourceEntry
    | GrantEntry
    | GranteeEntry
    | ClaimEntry
)


def members(entry: Entry) -> dict[str, object]:
    """Return what an entry says, as plain data without the members it is silent about."""
    return {name: _plain(said) for name, said in asdict(entry).items() if said is not None}


def _plain(said: object) -> object:
    match said:
        case dict():
            return {name: _plain(part) for name, part in said.items() if part is not None}
        case tuple() | list():
            return [_plain(part) for part in said]
        case _:
            return said
