"""What can be said against a realm file without looking at the realm.  Pure.

Spec: RFC 7591 2, RFC 9700 2.1, FedAuthz 3.1.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from typing import TypeVar
from urllib.parse import urlsplit

from consentry.core.grantee import LONGEST_ROLE
from consentry.core.keys import SIGNING_ALGORITHMS
from consentry.core.realm_file.check_clients import check_client, check_issuer
from consentry.core.realm_file.check_shares import check_grant, check_resource
from consentry.core.realm_file.entries import AccountEntry, MembershipEntry, RealmFile, ScopeEntry, SettingsEntry
from consentry.core.realm_file.people import fold
from consentry.core.realm_file.problem import Problem, moment
from consentry.core.redirect_uris import fault_of_address
from consentry.core.scopes import is_scope

ORGANISATION_PREFIX = "client:"
"""Usernames of organisations that were made for a resource server begin so; those of people cannot."""

Item = TypeVar("Item")

_REALM_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_USERNAME = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,126}[^\s\x00-\x1f\x7f])?")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


def problems_of(file: RealmFile) -> tuple[Problem, ...]:
    """Return everything that is wrong with a realm file."""
    return tuple(_problems(file))


def _problems(file: RealmFile) -> Iterator[Problem]:
    if not _REALM_NAME.fullmatch(file.realm):
        yield Problem(path="$.realm", message="has to be small letters, digits, - and _, at most 63")
    if file.host and (fault_of_address(file.host) or urlsplit(file.host).path):
        yield Problem(path="$.host", message="has to be https:// and a host, without a path")
    if file.settings:
        yield from _check_settings(file.settings)
    yield from _each("$.scopes", file.scopes, _check_scope, key=lambda scope: scope.name)
    yield from _each("$.accounts", file.accounts, check_account, key=lambda account: fold(account.username))
    yield from _twice("$.accounts", "verified e-mail address", map(_verified_email, file.accounts or ()))
    yield from _each("$.memberships", file.memberships, check_membership, key=key_of_entry)
    yield from _each("$.clients", file.clients, check_client, key=lambda client: client.client_id)
    yield from _each("$.trusted_issuers", file.trusted_issuers, check_issuer, key=lambda issuer: issuer.issuer)
    yield from _each("$.resources", file.resources, check_resource, key=lambda resource: resource.id)
    yield from _each("$.grants", file.grants, check_grant, key=lambda grant: grant.id)


def check_account(account: AccountEntry) -> Iterator[tuple[str, str]]:
    """Say what is wrong with an account, member by member."""
    if not _USERNAME.fullmatch(account.username):
        yield "username", "has to be 1 to 128 characters, no control characters, no space at either end"
    if fold(account.username).startswith(ORGANISATION_PREFIX) and not account.organisation:
        yield "username", f"names that begin with {ORGANISATION_PREFIX} belong to resource servers"
    if account.email and not _EMAIL.fullmatch(account.email):
        yield "email", "is not an e-mail address"
    if account.email_verified and account.email == "":
        yield "email_verified", "there is no address to be verified"
    if account.password is not None and account.password_hash is not None:
        yield "password_hash", "password says the same; keep one"
    if account.password is not None and not 1 <= len(account.password) <= 1024:
        yield "password", "has to be 1 to 1024 characters"
    if account.password_hash and not account.password_hash.startswith("$argon2id$"):
        yield "password_hash", "has to be an Argon2id hash in PHC form"
    yield from moment("created_at", account.created_at)


def check_membership(entry: MembershipEntry) -> Iterator[tuple[str, str]]:
    """Say what is wrong with a membership, member by member."""
    if entry.role is not None and (not 1 <= len(entry.role) <= LONGEST_ROLE or not entry.role.isprintable()):
        yield "role", f"has to be printable text of at most {LONGEST_ROLE} characters"
    yield from moment("until", entry.until)
    yield from moment("created_at", entry.created_at)


def key_of_entry(entry: MembershipEntry) -> str:
    """Return what no two memberships share."""
    return f"{fold(entry.account)} in {fold(entry.organisation)}"


def _check_settings(settings: SettingsEntry) -> Iterator[Problem]:
    algorithm = settings.id_token_signed_response_alg
    if algorithm is not None and algorithm not in SIGNING_ALGORITHMS:
        yield Problem(path="$.settings.id_token_signed_response_alg", message="has to be ES256 or RS256")
    if settings.poll_interval is not None and settings.poll_interval < 1:
        yield Problem(path="$.settings.poll_interval", message="has to be at least 1 second")
    if settings.claims_max_age is not None and settings.claims_max_age < 0:
        yield Problem(path="$.settings.claims_max_age", message="cannot be less than 0 seconds")
    for field in fields(settings.lifetimes) if settings.lifetimes else ():
        said = getattr(settings.lifetimes, field.name)
        if said is not None and said < 1:
            yield Problem(path=f"$.settings.lifetimes.{field.name}", message="has to be at least 1 second")


def _check_scope(scope: ScopeEntry) -> Iterator[tuple[str, str]]:
    if not is_scope(scope.name):
        yield "name", "cannot be a scope: printable ASCII without spaces, quotes and backslashes"


def _each(
    path: str,
    items: Sequence[Item] | None,
    check: Callable[[Item], Iterator[tuple[str, str]]],
    *,
    key: Callable[[Item], str | None],
) -> Iterator[Problem]:
    for position, item in enumerate(items or ()):
        for member, message in check(item):
            yield Problem(path=f"{path}[{position}].{member}", message=message)
    yield from _twice(path, "entry", map(key, items or ()))


def _twice(path: str, what: str, keys: Iterable[str | None]) -> Iterator[Problem]:
    seen: set[str | None] = {None}
    for position, key in enumerate(keys):
        if key is not None and key in seen:
            yield Problem(path=f"{path}[{position}]", message=f"a second {what} for {key}")
        seen.add(key)


def _verified_email(account: AccountEntry) -> str | None:
    return fold(account.email) if account.email and account.email_verified else None
