"""Who is who: account ids and usernames.

A username in a file is compared without case, as sign-in does.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from consentry.core.model import Account


class People:
    """The accounts that a realm file's usernames mean."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._by_name: dict[str, Account] = {}
        self._by_id: dict[str, Account] = {}
        for account in accounts:
            self.add(account)

    def add(self, account: Account) -> None:
        """Make an account known, or known anew."""
        earlier = self._by_id.get(account.account_id)
        if earlier:
            self._by_name.pop(fold(earlier.username), None)
        self._by_name[fold(account.username)] = account
        self._by_id[account.account_id] = account

    def named(self, username: str) -> Account | None:
        """Return the account with this name."""
        return self._by_name.get(fold(username))

    def with_id(self, account_id: str | None) -> Account | None:
        """Return the account with this id."""
        return self._by_id.get(account_id) if account_id else None

    def name(self, account_id: str) -> str:
        """Return the username of an account, or its id if it has gone."""
        account = self._by_id.get(account_id)
        return account.username if account else account_id

    def __iter__(self) -> Iterator[Account]:
        return iter(tuple(self._by_id.values()))


def fold(username: str) -> str:
    """Return what two spellings of one username share: neither case nor composition counts."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", username).casefold())
