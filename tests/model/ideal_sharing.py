"""What the model holds to be shared now: the reference that assessment and introspection are compared with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tests.model.ideal_records import Part, Share, Thing, Wanted

RPT = 3_600


@dataclass(slots=True)
class Estate:
    """Things and shares of everybody, and the time."""

    now: int
    owner_may: bool = True
    things: dict[str, Thing] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)

    def allowed(
        self, owner: str, thing: str, scope: str | None, asker: str, client: str
    ) -> tuple[str | None, Share | None] | None:
        """Return the share that gives a scope (None, None: it is the owner who asks); None if nothing does."""
        if self.owner_may and asker == owner:
            return None, None
        usable = {key: each for key, each in self.shares.items() if self._fits(each, thing, scope, asker, client)}
        if not usable or any(not each.allow for each in usable.values()):
            return None
        best = max(usable, key=lambda key: usable[key].rank())
        return best, usable[best]

    def forbidden(self, owner: str, thing: str, scopes: Sequence[str | None], asker: str, client: str) -> bool:
        """Tell whether an explicit no stands against any of the scopes."""
        if self.owner_may and asker == owner:
            return False
        return any(
            not each.allow and self._fits(each, thing, scope, asker, client)
            for scope in scopes or (None,)
            for each in self.shares.values()
        )

    def parts(self, owner: str, wanted: Wanted, asker: str, client: str) -> list[Part]:
        """Return what can be granted of what is wanted, by the share it comes from."""
        found: dict[tuple[str, str | None], Part] = {}
        for thing, scopes in wanted.items():
            for scope in scopes or (None,):
                given = self.allowed(owner, thing, scope, asker, client)
                if given is None:
                    continue
                key, share = given
                part = found.setdefault((thing, key), self._part(thing, key, share))
                part.scopes += (scope,) if scope is not None else ()
        return list(found.values())

    def left(self, parts: Iterable[Part], owner: str, asker: str, client: str, *, closely: bool) -> list[Part]:
        """Return what still holds of parts that were granted.

        ``closely``: no longer if an explicit no stands against it, or if it begins after the token would end.
        """
        return [each for part in parts if (each := self._left(part, owner, asker, client, closely=closely)) is not None]

    def refuses(self, owner: str) -> bool:
        """Tell whether the owner has said an explicit no to anybody."""
        return any(not share.allow for share in self.shares.values() if share.owner == owner)

    def _left(self, part: Part, owner: str, asker: str, client: str, *, closely: bool) -> Part | None:
        thing = self.things.get(part.thing)
        share = self.shares.get(part.share or "")
        if thing is None or (
            part.share is not None and (share is None or not self._holds(share, client, closely=closely))
        ):
            return None
        given = thing.scopes if share is None else set(thing.scopes) & set(share.scopes)
        kept = [scope for scope in part.scopes or (None,) if scope is None or scope in given]
        if closely:
            kept = [each for each in kept if not self.forbidden(owner, part.thing, (each,), asker, client)]
        if not kept:
            return None
        left = replace(part, scopes=tuple(scope for scope in kept if scope is not None))
        return left if share is None else replace(left, ends=share.ends, begins=self._future(share))

    def _holds(self, share: Share, client: str, *, closely: bool) -> bool:
        """Tell whether what came from a share still counts; looked at closely, not if it begins too late."""
        begins_too_late = share.begins is not None and share.begins >= self.now + RPT
        return (
            not share.paused
            and (not share.clients or client in share.clients)
            and (share.ends is None or share.ends > self.now)
            and not (closely and begins_too_late)
        )

    def _fits(self, share: Share, thing: str, scope: str | None, asker: str, client: str) -> bool:
        return (
            share.thing == thing
            and share.to == asker
            and (scope is None or scope in share.scopes)
            and not share.paused
            and (not share.clients or client in share.clients)
            and (share.ends is None or share.ends > self.now)
            and (share.begins is None or share.begins < self.now + RPT)
        )

    def _part(self, thing: str, key: str | None, share: Share | None) -> Part:
        return Part(
            thing=thing,
            share=key,
            scopes=(),
            ends=share.ends if share else None,
            begins=self._future(share) if share else None,
            issued=self.now,
        )

    def _future(self, share: Share) -> int | None:
        return share.begins if share.begins is not None and share.begins > self.now else None


def together(granted: Sequence[Part], earlier: Sequence[Part]) -> list[Part]:
    """Add what an earlier token held to what is new; the newer wins where both say the same."""
    new = {(part.thing, part.share): part for part in granted}
    added = []
    for old in earlier:
        same = new.get((old.thing, old.share))
        scopes = tuple(scope for scope in old.scopes if same is None or scope not in same.scopes)
        if scopes or same is None:
            added.append(replace(old, scopes=scopes))
    return [*granted, *added]


def end_of(parts: Iterable[Part], wanted: int) -> int:
    """Return when a token ends that should end then: not after the last of its parts."""
    ends = [part.ends for part in parts]
    return wanted if None in ends else min(wanted, max(end for end in ends if end is not None))


def looks_of(parts: Iterable[Part]) -> set[tuple[str, str | None, frozenset[str], int | None, int | None, int]]:
    """Return parts in a form that can be compared."""
    return {(each.thing, each.share, frozenset(each.scopes), each.ends, each.begins, each.issued) for each in parts}
