"""What owners say to those who ask, and requesters who think better of it; then all rules together."""

from collections.abc import Iterable

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consentry.core.access_request import fingerprint
from consentry.core.model import AccessRequest, TicketPermission
from consentry.core.owner_grants import (
    ListMyGrants,
    list_my_grants,
)
from consentry.core.owner_requests import Approve, ListRequests, Refuse, approve, list_requests, refuse
from consentry.core.requester import Withdraw, withdraw
from consentry.core.sharing import Listed
from tests.model import ideal_records as ideal
from tests.model.ideal_tickets import Expected, mark_of
from tests.model.ideal_tokens import allowed, answered, undecided
from tests.model.machine import UNKNOWN, Diverged, TokenRules, askers, nth, owners, seldom
from tests.model.owner_rules import ResourceRules, ShareRules, moments
from tests.model.stage import who


class RequestRules(ShareRules):
    """The owner's word, and the requester's second thoughts."""

    @rule(
        number=nth,
        owner=owners,
        right=st.booleans(),
        chosen=st.sampled_from((None, None, *((each,) for each in ("read", "print")))),
        ends=moments,
    )
    def approve(
        self, *, number: int, owner: str, right: bool, chosen: tuple[str, ...] | None, ends: int | None
    ) -> None:
        asked, request_id, owner = self.request(number, owner, right=right)
        problem = undecided(self.ideal, asked, owner)
        given = allowed(self.ideal, asked, chosen) if asked and not problem else None
        moment = self.end(tuple(given or ()), ends)
        request = Approve(who=who(owner), request_id=request_id, scopes=chosen, expires_at=moment)
        answer = self.stage.ask(approve, request)
        self.compare(Expected(problem or ("Asking" if given else "InvalidRequest")), answer)
        if asked is None or not given or problem:
            return
        answered(self.ideal, asked, "approved" if given == asked.wanted else "narrowed")
        for thing, kept in given.items():
            (key,) = self.shares_on(owner, thing) - set(self.ideal.estate.shares)
            self.ideal.estate.shares[key] = ideal.Share(
                owner=owner,
                thing=thing,
                to=asked.asker,
                by_address=False,
                scopes=kept,
                ends=moment,
                clients=(asked.client,),
            )

    @rule(number=nth, owner=owners, right=st.booleans(), block=seldom)
    def refuse(self, *, number: int, owner: str, right: bool, block: bool) -> None:
        asked, request_id, owner = self.request(number, owner, right=right)
        problem = undecided(self.ideal, asked, owner)
        answer = self.stage.ask(refuse, Refuse(who=who(owner), request_id=request_id, block=block))
        self.compare(Expected(problem or "Asking"), answer)
        if asked is not None and not problem:
            answered(self.ideal, asked, "blocked" if block else "denied")

    @rule(number=nth, asker=askers, right=st.booleans())
    def withdraw(self, *, number: int, asker: str, right: bool) -> None:
        asked, request_id, _ = self.request(number, "alice", right=True)
        if asked is not None and right:
            asker = asked.asker
        lapsed = asked is not None and asked.status == "open" and asked.ends <= self.ideal.now
        mine = asked is not None and asked.asker == asker and not lapsed
        answer = self.stage.ask(withdraw, Withdraw(who=who(asker), request_id=request_id))
        expected = "NotFound" if not mine else "AccessRequest" if asked and asked.status == "open" else "Conflict"
        self.compare(Expected(expected), answer)
        if asked is not None and expected == "AccessRequest":
            answered(self.ideal, asked, "withdrawn")

    def request(self, number: int, owner: str, *, right: bool) -> tuple[ideal.Asked | None, str, str]:
        """Return a request, its id, and who decides.  What the owner's inbox shows is compared on the way."""
        asked = self.ideal.asked
        known = asked[-1 - number % len(asked)] if asked and number != UNKNOWN else None
        if known is None:
            return None, "no-such-request", owner
        listing = self.stage.ask(list_requests, ListRequests(who=who(known.owner), status=None))
        assert isinstance(listing, Listed)
        there = {_key_of(each.request): each.request.request_id for each in reversed(listing.items)}
        expected = {
            _key(each)
            for each in self.ideal.asked
            if each.owner == known.owner and (each.status != "open" or each.ends > self.ideal.now)
        }
        if set(there) != expected:
            raise Diverged(f"the model lists {expected}, the server {set(there)}")
        return known, there.get(_key(known), "a-request-that-has-lapsed"), known.owner if right else owner

    def shares_on(self, owner: str, thing: str) -> set[str]:
        """Return the ids of the shares that an owner's console lists for a thing."""
        listing = self.stage.ask(list_my_grants, ListMyGrants(who=who(owner), resource_id=thing))
        assert isinstance(listing, Listed)
        return {each.grant.grant_id for each in listing.items}


class Sharing(TokenRules, ResourceRules, RequestRules):
    """All of it."""


def _key(asked: ideal.Asked) -> tuple[object, ...]:
    marks = (mark_of(asked.wanted), print_of(asked.mark))
    return (asked.server, asked.client, asked.asker, *marks, asked.status, asked.ends)


def _key_of(request: AccessRequest) -> tuple[object, ...]:
    wanted = {permission.resource_id: permission.scopes for permission in request.permissions}
    marks = (mark_of(wanted), request.fingerprint)
    asker = request.requester.account_id
    return (request.resource_server, request.client_id, asker, *marks, request.status, request.expires_at)


def print_of(mark: Iterable[tuple[str, frozenset[str]]]) -> str:
    return fingerprint([TicketPermission(resource_id=thing, scopes=tuple(scopes)) for thing, scopes in mark])
