"""Writing a realm down as a file that makes it again."""

from dataclasses import replace

from consentry.core.context import Answer, Context
from consentry.core.model import Account, Client, Grant, Membership, Realm, Resource, TrustedIssuer
from consentry.core.realm_file.accounts import account_entry
from consentry.core.realm_file.clients import client_entry, issuer_entry, new_client
from consentry.core.realm_file.entries import Entry, members
from consentry.core.realm_file.memberships import membership_entry
from consentry.core.realm_file.people import People
from consentry.core.realm_file.present import everything_present
from consentry.core.realm_file.settings import realm_entry
from consentry.core.realm_file.shares import grant_entry, resource_entry
from consentry.uma.value import value

NOBODY = People()
_NO_MEMBERSHIP = membership_entry(Membership(organisation_id="", account_id="", role="", created_at=-1), NOBODY)


@value
class ExportRealm:
    """A realm's file is wanted."""


async def export_realm(ctx: Context, request: ExportRealm) -> Answer[dict[str, object]]:
    """Return the realm as a file says it, as plain data: complete, without what is the default anyway."""
    del request
    present = await everything_present(ctx)
    people = People(present.accounts)
    where = {(one.owner_id, one.resource_id): one.resource_server for one in present.resources.values()}
    accounts = sorted(present.accounts, key=lambda account: account.username)
    resources = sorted(present.resources.values(), key=lambda one: (people.name(one.owner_id), one.resource_id))
    grants = sorted(present.grants.values(), key=lambda one: (people.name(one.owner_id), one.grant_id))
    memberships = (membership_entry(each, people) for each in present.memberships.values())
    parts: dict[str, list[dict[str, object]]] = {
        "accounts": [_account(account) for account in accounts],
        "memberships": [
            _trimmed(each, _NO_MEMBERSHIP)
            for each in sorted(memberships, key=lambda one: (one.organisation, one.account))
        ],
        "clients": [_client(client, people) for client in present.clients.values()],
        "trusted_issuers": [_trimmed(issuer_entry(one), issuer_entry(_issuer(one))) for one in ctx.trusted_issuers],
        "resources": [_resource(resource, people) for resource in resources],
        "grants": [_grant(grant, people, where.get((grant.owner_id, grant.target_id))) for grant in grants],
    }
    own = _trimmed(replace(realm_entry(ctx.realm), complete=True), realm_entry(Realm(name="")))
    return Answer({**own, **parts})


def _account(account: Account) -> dict[str, object]:
    return _trimmed(account_entry(account), account_entry(Account(account_id="", username="", created_at=-1)))


def _client(client: Client, people: People) -> dict[str, object]:
    method = {"token_endpoint_auth_method": client.token_endpoint_auth_method}
    return _trimmed(client_entry(client, people), client_entry(new_client("", now=-1), NOBODY)) | method


def _issuer(issuer: TrustedIssuer) -> TrustedIssuer:
    return TrustedIssuer(issuer=f"not {issuer.issuer}")


def _resource(resource: Resource, people: People) -> dict[str, object]:
    default = Resource(resource_id="", owner_id="", resource_server="", resource_scopes=(), created_at=-1)
    return _trimmed(resource_entry(resource, people), resource_entry(default, NOBODY))


def _grant(grant: Grant, people: People, resource_server: str | None) -> dict[str, object]:
    default = Grant(
        grant_id="",
        owner_id="",
        target_kind=grant.target_kind,
        target_id="",
        grantee=replace(grant.grantee, kind="circle", id=""),
        scopes=(),
        created_at=-1,
    )
    server = resource_server if grant.target_kind == "resource" else None
    return _trimmed(
        grant_entry(grant, people, resource_server=server), grant_entry(default, NOBODY, resource_server=None)
    )


def _trimmed(entry: Entry, default: Entry) -> dict[str, object]:
    """Return what an entry says, without what a new thing would be anyway."""
    return _less(members(entry), members(default))


def _less(data: dict[str, object], default: dict[str, object]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name, said in data.items():
        otherwise = default.get(name)
        if said != otherwise:
            nested = isinstance(said, dict) and isinstance(otherwise, dict) and name in {"settings", "lifetimes"}
            kept[name] = _less(dict(said), dict(otherwise)) if nested else said  # type: ignore[call-overload]
    return kept
