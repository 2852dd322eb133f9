"""What a case works with: people, resource servers and clients that do what the specifications describe.

Owners are ``alice`` and ``dave``, requesting parties ``bob`` and ``carol``, resource servers ``rs1`` and ``rs2``,
clients ``c1``, ``c2`` and ``c3``.  A method that sets the scene gives the case up when that fails; the answers that a
case is about come back as they are.

Spec: Grant 3.3; FedAuthz 3.2, 4.1, 5.1.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from consentry.conformance.bench_protection import ALBUM, PHOTO, Thing, Wanted
from consentry.conformance.bench_token import TokenBench
from consentry.conformance.hooks import Owner, mentions
from consentry.conformance.outcome import Unprepared, skip_unless
from consentry.conformance.stage import Stage
from consentry.conformance.wire import Answer
from consentry.uma.value import value

__all__ = ["ALBUM", "PHOTO", "Bench", "Share", "Thing", "Wanted"]


@value
class Share:
    """What an owner shared, as the hook that stops it needs to know it."""

    owner: str
    values: Mapping[str, object]


class Bench(TokenBench):
    """The scene of one case, owners included."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._shares: list[Share] = []

    async def shared(
        self, *scopes: str, person: str = "bob", client: str = "c1", owner: str = "alice", rs: str = "rs1", **more: str
    ) -> tuple[Thing, Answer]:
        """Register a photo, share scopes of it, and return it with the token response for them."""
        thing = await self.resource(owner=owner, rs=rs)
        await self.share(thing, person, *(scopes or ("view",)))
        return thing, await self.rpt((thing, scopes or ("view",)), person=person, client=client, **more)

    async def share(
        self, thing: Thing, person: str, *scopes: str, until: int | None = None, not_before: int | None = None
    ) -> Share:
        """Let an owner share; skip if the profile's hook cannot express the terms."""
        for name, moment in (("until", until), ("not_before", not_before)):
            skip_unless(
                moment is None or mentions(self.profile.hooks, "share", name), f"the share hook has no {{{name}}}"
            )
        values = self._values(thing, person, scopes, until=_rfc3339(until), not_before=_rfc3339(not_before))
        made = Share(owner=thing.owner, values=await self.owner(thing.owner).act("share", values))
        self._shares.append(made)
        return made

    async def share_by_claims(self, thing: Thing, claims: Mapping[str, str], *scopes: str) -> None:
        """Let an owner share with whoever has all of these claims of the foreign issuer."""
        skip_unless(self.profile.claim_issuer, "the profile has no claim_issuer")
        issuer = self.profile.claim_issuer.issuer if self.profile.claim_issuer else ""
        wanted = [{"issuer": issuer, "name": name, "value": text} for name, text in claims.items()]
        await self.owner(thing.owner).act("share_claims", {**self._values(thing, "bob", scopes), "claims": wanted})

    async def may_share(self, owner: str, thing: Thing, person: str, *scopes: str) -> bool:
        """Tell whether somebody can share a thing, whoever owns it."""
        refused, _ = await self.owner(owner).attempt("share", self._values(thing, person, scopes))
        return refused is None

    async def stop(self, share: Share) -> None:
        """Let an owner take back what was shared."""
        await self.owner(share.owner).act("stop", share.values)
        self._shares.remove(share)

    async def approve(self, thing: Thing, *scopes: str) -> None:
        """Let the owner say yes to the request that waits for a thing."""
        await self.owner(thing.owner).act("approve", self._values(thing, "bob", scopes))

    async def deny(self, thing: Thing) -> None:
        """Let the owner say no to the request that waits for a thing."""
        await self.owner(thing.owner).act("deny", self._values(thing, "bob", ()))

    def owner(self, name: str) -> Owner:
        """Return somebody who decides."""
        return Owner(self.stage, self.wire, name)

    async def tidy(self) -> None:
        """Take away what the case made, as far as that is possible."""
        seen, self.wire.seen = self.wire.seen, []
        with contextlib.suppress(Exception):
            for thing in self.asked.values() if self.profile.hooks.deny else ():
                with contextlib.suppress(Unprepared):
                    await self.deny(thing)
            for thing in self.things:
                await self.protection("DELETE", thing.resource_id, owner=thing.owner, rs=thing.rs)
        self.wire.seen = seen

    def _values(self, thing: Thing, person: str, scopes: Sequence[str], **more: object) -> dict[str, object]:
        return {
            "resource_id": thing.resource_id,
            "resource_name": thing.name,
            "rs": self.stage.client(thing.rs).client_id,
            "person": self.stage.person(person).username,
            "scopes": list(scopes),
            "scope": " ".join(scopes),
            "until": None,
            "not_before": None,
            **more,
        }


def _rfc3339(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
