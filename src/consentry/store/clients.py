"""The clients that were asked for lately, each under the version of the realm in which it was read."""

from collections import OrderedDict

from consentry.core.model import Client

MOST = 4096


class KnownClients:
    """A bounded cache.  An entry is right as long as the realm has its version, which every request checks."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[tuple[str, int, str], Client] = OrderedDict()

    def get(self, realm: str, version: int, client_id: str) -> Client | None:
        """Return a client, or None if it is not known here."""
        key = (realm, version, client_id)
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def put(self, realm: str, version: int, client: Client) -> None:
        """Remember a client, and forget the one that was not asked for the longest."""
        self._known[realm, version, client.client_id] = client
        if len(self._known) > self._most:
            self._known.popitem(last=False)
