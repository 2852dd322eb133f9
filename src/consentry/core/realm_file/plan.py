"""What has to change so that a realm is as its file says.  Pure: no store, and time and chance come from outside."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from consentry.core.changes import Add, Change, Replace
from consentry.core.model import (
    Account,
    Client,
    Grant,
    Membership,
    Realm,
    Record,
    Resource,
    SigningKey,
    TrustedIssuer,
    VersionedRecord,
)
from consentry.core.realm_file.accounts import account_entry, account_record
from consentry.core.realm_file.check import ORGANISATION_PREFIX
from consentry.core.realm_file.clients import (
    client_entry,
    client_record,
    fault_of_client,
    issuer_entry,
    issuer_record,
    new_client,
)
from consentry.core.realm_file.difference import Difference, difference
from consentry.core.realm_file.entries import AccountEntry, ClientEntry, Entry, RealmFile, TrustedIssuerEntry
from consentry.core.realm_file.people import People, fold
from consentry.core.realm_file.present import Present
from consentry.core.realm_file.problem import Problem, epoch
from consentry.core.realm_file.settings import realm_entry, realm_record
from consentry.uma.codes import GRANT_CLIENT_CREDENTIALS

R = TypeVar("R", bound=VersionedRecord)


class Plan:
    """The differences, the changes that remove them, and what speaks against it."""

    def __init__(self, file: RealmFile, present: Present, *, now: int, new_id: Callable[[], str]) -> None:
        self.file = file
        self.present = present
        self.now = now
        self.new_id = new_id
        self.people = People(present.accounts)
        self.clients = dict(present.clients)
        self.differences: list[Difference] = []
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self.named: set[tuple[str, ...]] = set()

    def refuse(self, path: str, message: str) -> None:
        """Note what speaks against applying the file."""
        self.problems.append(Problem(path=path, message=message))

    def put(self, record: R, current: R | None, *, kind: str, name: str, show: Callable[[R], Entry]) -> None:
        """Plan that a record becomes what it should be."""
        self.named.add(key_of(record))
        if record == current:
            return
        before = None if current is None else show(current)
        self.differences.append(difference(kind, name, before=before, after=show(record)))
        self.changes.append(Add(record=record) if current is None else Replace(record=record))


def key_of(record: Record) -> tuple[str, ...]:
    """Return what tells a record of a realm file from the others."""
    match record:
        case Account():
            return "account", record.account_id
        case Membership():
            return "membership", record.organisation_id, record.account_id
        case Client():
            return "client", record.client_id
        case TrustedIssuer():
            return "issuer", record.issuer
        case Resource():
            return "resource", record.owner_id, record.resource_id
        case Grant():
            return "grant", record.owner_id, record.grant_id
        case _:
            raise TypeError(f"a realm file holds no {type(record).__name__}")


def plan_identities(plan: Plan, *, fresh: bool, signing_keys: Iterable[SigningKey]) -> None:
    """Plan the realm, its keys, people, clients and trusted issuers.  ``fresh``: the realm was made for this."""
    _plan_realm(plan, fresh=fresh)
    for key in signing_keys:
        plan.differences.append(Difference(sign="+", kind="signing key", name=key.alg))
        plan.changes.append(Add(record=key))
    for position, account in enumerate(plan.file.accounts or ()):
        _plan_account(plan, account, f"$.accounts[{position}]")
    _refuse_shared_addresses(plan)
    for position, client in enumerate(plan.file.clients or ()):
        _plan_client(plan, client, f"$.clients[{position}]")
    for issuer in plan.file.trusted_issuers or ():
        _plan_issuer(plan, issuer)


def _plan_realm(plan: Plan, *, fresh: bool) -> None:
    current = plan.present.realm
    base = Realm(name=current.name, version=current.version) if plan.file.complete else current
    record = realm_record(plan.file, base)
    if fresh:
        plan.differences.append(difference("realm", record.name, before=None, after=realm_entry(record)))
    elif record != current:
        before, after = realm_entry(current), realm_entry(record)
        plan.differences.append(difference("realm", record.name, before=before, after=after))
    if record != current:
        plan.changes.append(Replace(record=record))


def _plan_account(plan: Plan, entry: AccountEntry, path: str) -> None:
    current = plan.people.with_id(entry.id) or plan.people.named(entry.username)
    if current and entry.id not in {None, current.account_id}:
        plan.refuse(f"{path}.id", f"{entry.username} has another id in this realm")
        return
    holder = plan.people.named(entry.username)
    if holder and current and holder.account_id != current.account_id:
        plan.refuse(f"{path}.username", "somebody else has this name in this realm")
        return
    fresh = Account(
        account_id=entry.id or plan.new_id(),
        username=entry.username,
        created_at=epoch(entry.created_at or "") or plan.now,
    )
    record = account_record(entry, _account_base(plan, entry, current, fresh), now=plan.now)
    if record.email_verified and not record.email:
        plan.refuse(f"{path}.email_verified", "there is no address to be verified")
    plan.put(record, current, kind="account", name=record.username, show=account_entry)
    plan.people.add(record)


def _account_base(plan: Plan, entry: AccountEntry, current: Account | None, fresh: Account) -> Account:
    if current is None or not plan.file.complete:
        return current or fresh
    return replace(
        fresh,
        account_id=current.account_id,
        password_hash=current.password_hash,  # changed by saying another, never by silence
        disabled_at=current.disabled_at if entry.disabled else None,
        created_at=current.created_at,
        version=current.version,
    )


def _refuse_shared_addresses(plan: Plan) -> None:
    holders: dict[str, Account] = {}
    for account in plan.people:
        if account.email and account.email_verified:
            holder = holders.setdefault(fold(account.email), account)
            if holder is not account:
                names = f"{holder.username} and {account.username}"
                plan.refuse("$.accounts", f"{names} cannot have the same verified e-mail address")


def _plan_client(plan: Plan, entry: ClientEntry, path: str) -> None:
    current = plan.clients.get(entry.client_id)
    fresh = replace(new_client(entry.client_id, now=plan.now), created_at=epoch(entry.created_at or "") or plan.now)
    base = _client_base(plan, entry, current, fresh)
    unsaid = current is None or plan.file.complete
    record = client_record(entry, base, fresh=unsaid, account_id=base.account_id, now=plan.now)
    record = replace(record, account_id=_organisation(plan, entry, record, path))
    fault = fault_of_client(record)
    if fault:
        plan.refuse(f"{path}.{fault[0]}", fault[1])
    plan.put(record, current, kind="client", name=record.client_id, show=lambda one: client_entry(one, plan.people))
    plan.clients[record.client_id] = record


def _client_base(plan: Plan, entry: ClientEntry, current: Client | None, fresh: Client) -> Client:
    if current is None or not plan.file.complete:
        return current or fresh
    return replace(
        fresh,
        secret_digests=current.secret_digests,  # changed by saying another, never by silence
        disabled_at=current.disabled_at if entry.disabled else None,
        created_at=current.created_at,
        version=current.version,
    )


def _organisation(plan: Plan, entry: ClientEntry, record: Client, path: str) -> str | None:
    """Return the account whose resources a resource server registers itself, and make one if it needs one."""
    if entry.account:
        account = plan.people.named(entry.account)
        if account is None:
            plan.refuse(f"{path}.account", "there is no such account")
        return account.account_id if account else None
    kept = record.account_id if entry.account is None else None
    if kept or not record.resource_server or GRANT_CLIENT_CREDENTIALS not in record.grant_types:
        return kept
    username = f"{ORGANISATION_PREFIX}{record.client_id}"
    account = plan.people.named(username)
    if account is None:
        account = Account(
            account_id=plan.new_id(),
            username=username,
            name=record.client_name or record.client_id,
            organisation=True,
            created_at=plan.now,
        )
        plan.put(account, None, kind="account", name=username, show=account_entry)
        plan.people.add(account)
    return account.account_id


def _plan_issuer(plan: Plan, entry: TrustedIssuerEntry) -> None:
    current = plan.present.issuers.get(entry.issuer)
    base = TrustedIssuer(issuer=entry.issuer, version=current.version if current else 1)
    record = issuer_record(entry, base if plan.file.complete or current is None else current)
    plan.put(record, current, kind="trusted issuer", name=record.issuer, show=issuer_entry)
