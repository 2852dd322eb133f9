"""The stateful model: whatever anybody does, in whatever order, the server answers as a dict of plain values says.

Every call may be made by somebody who has no business with it: another owner, another client, with something spent,
ended or unknown.  Not here yet: rules for gathered and persisted claims; they belong into `claims_rules.py`, as a base
class of `Sharing` like `TokenRules`.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from consentry.core.claims import BadClaimToken
from consentry.core.grants.refresh_token import RefreshRequest
from consentry.core.grants.uma_ticket import TicketRequest
from consentry.core.introspection import Introspection, IntrospectionRequest, introspect
from consentry.core.model import TicketPermission
from consentry.core.permission import PermissionRequest, permission
from consentry.core.realm import RealmSettings
from consentry.core.revocation import RevocationRequest, revoke
from consentry.core.token import TokenRequest, token
from tests.model.ideal_records import Share, Thing
from tests.model.ideal_sharing import Estate
from tests.model.ideal_tickets import Expected, Ideal, told
from tests.model.ideal_tokens import given_back, introspected, looks_of_answer, refreshed
from tests.model.rows import grant_of, resource_of
from tests.model.stage import CLIENTS, OWNERS, PEOPLE, SERVERS, Stage, Theatre, credentials, pat_of
from tests.worlds import NOON

SCOPES = (("read",), ("read", "write"), ("write",), ("read", "write", "share"))
owners = st.sampled_from(OWNERS)
servers = st.sampled_from(SERVERS)
clients = st.sampled_from(CLIENTS)
askers = st.sampled_from((*PEOPLE, "bob", "alice"))
scopes = st.sampled_from(SCOPES)
UNKNOWN = 9
nth = st.integers(0, UNKNOWN)
"""Which of what there is: 0 is the newest, `UNKNOWN` something that never was."""

Partial = Literal["ticket", "all", "any"]
partials: st.SearchStrategy[Partial] = st.sampled_from(("ticket", "ticket", "all", "any"))
seldom = st.integers(0, 7).map(lambda number: number == 7)
narrower = st.sampled_from((None, None, None, ("read",), ("print",)))
wrong_pats = st.sampled_from(
    (
        (None, "MissingToken"),
        ("junk", "InvalidToken"),
        ("old-pat", "InvalidToken"),
        ("wrong-scope", "InsufficientScope"),
    )
)


class Diverged(AssertionError):
    """The server answers otherwise than the model."""


class Base(RuleBasedStateMachine):
    """A realm and its model; how one is asked and compared with the other."""

    theatre: ClassVar[Theatre]
    steps: ClassVar[int] = 0
    stage: Stage
    ideal: Ideal

    @initialize(partial=partials, asks=st.integers(0, 3), owner_may=st.integers(0, 3))
    def open(self, *, partial: Partial, asks: int, owner_may: int) -> None:
        self.ideal = Ideal(estate=Estate(now=NOON, owner_may=owner_may != 3), partial=partial, asks_owners=asks != 3)
        self.stage = self.theatre.stage(
            RealmSettings(
                partial=partial,
                pending_requests=self.ideal.asks_owners,
                owner_may_request=self.ideal.estate.owner_may,
            )
        )
        self.dead_things: list[str] = []
        self.dead_shares: list[str] = []
        self.secrets: list[str] = []
        self.ends: set[int] = set()
        self.furnish()

    def furnish(self) -> None:
        """Begin with something that is shared; else most runs would be over before anything has happened."""
        estate = self.ideal.estate
        for owner in OWNERS:
            for server in SERVERS:
                estate.things[f"{owner}-{server}"] = Thing(owner=owner, server=server, scopes=("read", "write"))
        for thing, to, by_address in (("alice-records", "bob", False), ("alice-records", "carol", True)):
            share = Share(owner="alice", thing=thing, to=to, by_address=by_address, scopes=("read", "write"))
            share.ends = NOON + 7_200 if by_address else None
            estate.shares[f"{thing}-{to}"] = share
        estate.shares["dave-albums-bob"] = Share(
            owner="dave", thing="dave-albums", to="bob", by_address=False, scopes=("read",), clients=("surgery",)
        )
        self.ends.add(NOON + 7_200)
        self.stage.add(
            *(resource_of(key, thing) for key, thing in estate.things.items()),
            *(grant_of(key, share) for key, share in estate.shares.items()),
        )

    def compare(self, expected: Expected, answer: object) -> None:
        """Hold an answer against the model's, and let the model learn from it."""
        type(self).steps += 1
        if told(answer) != expected.said:
            raise Diverged(f"the model says {expected.said}, the server {answer!r}")
        expected.learn(answer)

    def compare_kind(self, kind: type[object], answer: object) -> None:
        """Hold only the kind of an answer against the model's."""
        type(self).steps += 1
        if not isinstance(answer, kind):
            raise Diverged(f"the model says {kind.__name__}, the server {answer!r}")

    def forget(self, share: str) -> None:
        """Let a share be over; somebody may still name it."""
        del self.ideal.estate.shares[share]
        self.dead_shares.append(share)

    def thing(self, number: int) -> str:
        """Return the id of something that is there, was there, or never was."""
        known = [*self.dead_things[-1:], *self.ideal.estate.things]
        return _nth(known, number) or "no-such-thing"

    @staticmethod
    def nth_secret(known: Sequence[str], number: int) -> str:
        return _nth(known, number) or "no-such-secret"

    def teardown(self) -> None:
        """At the end every RPT shows to everybody what the model says."""
        if not hasattr(self, "stage"):
            return
        for secret in list(self.ideal.tokens)[-12:]:
            held = self.ideal.tokens[secret]
            self.look(secret, held.owner, held.server)

    def look(self, secret: str, owner: str, server: str) -> None:
        """Compare what a PAT sees of an RPT."""
        type(self).steps += 1
        answer = self.stage.ask(introspect, IntrospectionRequest(token=secret, pat=pat_of(owner, server)))
        assert isinstance(answer, Introspection), answer
        shown, expected = looks_of_answer(answer), introspected(self.ideal, secret, owner, server)
        if shown != expected:
            raise Diverged(f"the model says {expected}, the server {shown}")


class TokenRules(Base):
    """What resource servers and clients do."""

    def furnish(self) -> None:
        """Begin also with an RPT."""
        super().furnish()
        self.compare(
            self.ideal.permission("alice", "records", {"alice-records": ("read",)}),
            self.asks(pat_of("alice", "records"), {"alice-records": ("read",)}),
        )
        self.shows(0, "surgery", asker="bob", scope=("write",))

    @rule(seconds=st.sampled_from((1, 6, 60, 601, 1_800, 3_601, 86_401, 15 * 86_400)))
    def time_passes(self, *, seconds: int) -> None:
        self.stage.clock.forward(seconds)
        self.ideal.estate.now += seconds

    @rule(first=nth, second=nth, both=seldom, wanted=scopes, none=seldom, foreign=seldom, owner=owners, server=servers)
    def ask_for_ticket(
        self,
        *,
        first: int,
        second: int,
        both: bool,
        wanted: tuple[str, ...],
        none: bool,
        foreign: bool,
        owner: str,
        server: str,
    ) -> None:
        """Two things are mostly of one owner, and the PAT mostly the right one."""
        things = [self.thing(first)]
        known = self.ideal.estate.things.get(things[0])
        if known is not None and not foreign:
            owner, server = known.owner, known.server
            wanted = wanted if both else tuple(each for each in wanted if each in known.scopes)
        if both:
            things.append(self.thing(second))
        asked = dict.fromkeys(things, () if none else wanted)
        self.compare(self.ideal.permission(owner, server, asked), self.asks(pat_of(owner, server), asked))

    @rule(wrong=wrong_pats, number=nth)
    def ask_for_ticket_with_a_wrong_pat(self, *, wrong: tuple[str | None, str], number: int) -> None:
        self.compare(Expected(wrong[1]), self.asks(wrong[0], {self.thing(number): ("read",)}))

    @rule(number=nth, client=clients, asker=askers, scope=st.sampled_from(((), (), ("write",), ("print",))), up=seldom)
    def show_ticket(self, *, number: int, client: str, asker: str, scope: tuple[str, ...], up: bool) -> None:
        self.shows(number, client, asker=asker, scope=scope, rpt=self.nth_secret(self.secrets, number) if up else None)

    @rule(number=nth, client=clients, bad=st.booleans())
    def show_ticket_without_good_claims(self, *, number: int, client: str, bad: bool) -> None:
        self.shows(number, client, asker=None, bad=bad)

    @rule(first=nth, client=clients, asker=askers, other=seldom, more=st.booleans(), wanted=scopes)
    def go_all_the_way(
        self, *, first: int, client: str, asker: str, other: bool, more: bool, wanted: tuple[str, ...]
    ) -> None:
        """Ask for something that is shared, as whom it is shared with: without this, few would ever get an RPT."""
        share = self.ideal.estate.shares.get(_nth(list(self.ideal.estate.shares), first) or "")
        if share is None:
            return
        known = self.ideal.estate.things[share.thing]
        asked = {share.thing: tuple(each for each in wanted if each in share.scopes and each in known.scopes)}
        answer = self.asks(pat_of(known.owner, known.server), asked)
        self.compare(self.ideal.permission(known.owner, known.server, asked), answer)
        client = share.clients[0] if share.clients else client
        earlier = self.earlier(client, share.to) if more else None
        self.shows(0, client, asker=asker if other else share.to, rpt=earlier)

    @rule(number=nth, client=clients, asker=st.sampled_from(PEOPLE), wanted=scopes, latest=st.booleans())
    def ask_for_more(self, *, number: int, client: str, asker: str, wanted: tuple[str, ...], latest: bool) -> None:
        """Ask for what may not be shared, so that the owner has something to decide; or poll with the latest ticket."""
        name = self.thing(number)
        known = self.ideal.estate.things.get(name)
        if known is not None and not latest:
            asked = {name: tuple(scope for scope in wanted if scope in known.scopes)}
            answer = self.asks(pat_of(known.owner, known.server), asked)
            self.compare(self.ideal.permission(known.owner, known.server, asked), answer)
        newest = self.ideal.tickets.get(self.nth_secret(list(self.ideal.tickets), 0))
        if newest is not None and latest:
            client, asker = newest.client or client, newest.asker or asker
        self.shows(0, client, asker=asker)

    @rule(
        number=nth,
        client=clients,
        right=st.booleans(),
        scope=st.sampled_from((None, None, None, ("read",), ("print",))),
    )
    def refresh(self, *, number: int, client: str, right: bool, scope: tuple[str, ...] | None) -> None:
        renewals = self.ideal.renewals
        secret = self.nth_secret([each for each in renewals if not (right and renewals[each].spent)], number)
        if right and secret in self.ideal.renewals:
            client = self.ideal.renewals[secret].client
        grant = RefreshRequest(refresh_token=secret, scope=scope)
        answer = self.stage.ask(token, TokenRequest(credentials=credentials(client), grant=grant))
        self.compare(refreshed(self.ideal, secret, client, scope), answer)

    @rule(number=nth, owner=owners, server=servers, right=st.booleans())
    def introspect(self, *, number: int, owner: str, server: str, right: bool) -> None:
        secret = self.nth_secret(self.secrets, number)
        held = self.ideal.tokens.get(secret)
        if held is not None and right:
            owner, server = held.owner, held.server
        self.look(secret, owner, server)

    @rule(number=nth, client=clients, again=st.booleans())
    def give_back(self, *, number: int, client: str, again: bool) -> None:
        secret = self.nth_secret(list(self.ideal.renewals) if again else self.secrets, number)
        answer = self.stage.ask(revoke, RevocationRequest(credentials=credentials(client), token=secret))
        self.compare(given_back(self.ideal, secret, client), answer)

    def earlier(self, client: str, asker: str) -> str | None:
        """Return the last RPT that a client got for somebody."""
        tokens = self.ideal.tokens
        return _nth([each for each in tokens if (tokens[each].client, tokens[each].asker) == (client, asker)], 0)

    def asks(self, pat: str | None, asked: dict[str, tuple[str, ...]]) -> object:
        wanted = tuple(TicketPermission(resource_id=thing, scopes=each) for thing, each in asked.items())
        return self.stage.ask(permission, PermissionRequest(pat=pat, permissions=wanted))

    def shows(
        self,
        number: int,
        client: str,
        *,
        asker: str | None,
        bad: bool = False,
        scope: tuple[str, ...] = (),
        rpt: str | None = None,
    ) -> None:
        """Show a ticket to the token endpoint: any that there ever was, with or without claims."""
        secret = self.nth_secret(list(self.ideal.tickets), number)
        pushed = BadClaimToken(reason="forged") if bad else self.stage.id_token(asker, client) if asker else None
        grant = TicketRequest(ticket=secret, claim_token=pushed, scope=scope, rpt=rpt)
        answer = self.stage.ask(token, TokenRequest(credentials=credentials(client), grant=grant))
        expected = self.ideal.shown(secret, client, asker=asker, bad=bad, scope=scope, earlier=rpt)
        note(f"{expected.said}: {answer!r}")
        self.compare(expected, answer)
        self.secrets += [each for each in self.ideal.tokens if each not in self.secrets]


def _nth(known: Sequence[str], number: int) -> str | None:
    return known[-1 - number % len(known)] if known and number != UNKNOWN else None
