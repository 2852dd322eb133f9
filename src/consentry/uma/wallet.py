"""The RPTs a client holds for one requesting party, and which of them fits an address.

Spec: Grant 3.3.5, 3.3.5.1, 3.4.
"""

from dataclasses import field

from consentry.uma.metadata import origin
from consentry.uma.value import value

SIZE = 256


@value
class HeldToken:
    """An RPT with what belongs to it; ``expires_at`` is on the clock of whoever holds it."""

    issuer: str
    rpt: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None


class Wallet:
    """Finds an RPT by address: the one last used there, else the one last got at that origin.

    An origin may need several: an RPT is for one resource owner, and a resource server may serve many.
    """

    def __init__(self) -> None:
        self._by_address: dict[str, HeldToken] = {}
        self._by_origin: dict[tuple[str, str, int | None], HeldToken] = {}

    def find(self, url: str) -> HeldToken | None:
        """Return the RPT to try first at this address."""
        return self._by_address.get(_address(url)) or self._by_origin.get(origin(url))

    def keep(self, url: str, held: HeldToken, *, replaces: HeldToken | None) -> None:
        """Keep an RPT; one that it replaces is not used anywhere any more."""
        if replaces is not None:
            for address in [known for known, token in self._by_address.items() if token == replaces]:
                self._by_address[address] = held
            self.drop(replaces)
        self._by_address.pop(_address(url), None)
        self._by_address[_address(url)] = held
        self._by_origin[origin(url)] = held
        while len(self._by_address) > SIZE:
            del self._by_address[next(iter(self._by_address))]

    def drop(self, held: HeldToken) -> bool:
        """Forget an RPT everywhere; say whether it was still here."""
        addresses = [address for address, token in self._by_address.items() if token == held]
        origins = [place for place, token in self._by_origin.items() if token == held]
        found = [self._by_address.pop(address, None) for address in addresses]
        found += [self._by_origin.pop(place, None) for place in origins]
        return any(found)

    def held(self) -> tuple[HeldToken, ...]:
        """Return every RPT, each once."""
        return tuple(dict.fromkeys((*self._by_address.values(), *self._by_origin.values())))


def _address(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]
