"""Accounts in a realm file."""

from dataclasses import replace

from consentry.core.model import Account
from consentry.core.realm_file.entries import AccountEntry
from consentry.core.realm_file.said import said, said_since, said_text, shown_moment


def account_record(entry: AccountEntry, base: Account, *, now: int) -> Account:
    """Lay what a file says of an account over what is there."""
    return replace(
        base,
        username=entry.username,
        password_hash=said_text(entry.password_hash, base.password_hash),
        name=said(entry.name, base.name),
        email=said_text(entry.email, base.email),
        email_verified=said(entry.email_verified, base.email_verified),
        groups=said(entry.groups, base.groups),
        roles=said(entry.roles, base.roles),
        attributes=base.attributes if entry.attributes is None else tuple(sorted(entry.attributes.items())),
        organisation=said(entry.organisation, base.organisation),
        disabled_at=said_since(entry.disabled, base.disabled_at, now=now),
    )


def account_entry(account: Account) -> AccountEntry:
    """Write down an account."""
    return AccountEntry(
        username=account.username,
        id=account.account_id,
        password_hash=account.password_hash or "",
        name=account.name,
        email=account.email or "",
        email_verified=account.email_verified,
        groups=account.groups,
        roles=account.roles,
        attributes=dict(account.attributes),
        organisation=account.organisation,
        disabled=account.disabled_at is not None,
        created_at=shown_moment(account.created_at),
    )
