"""What the model expects of permission tickets and the UMA grant: the rules, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from consentry.core.grants.uma_ticket import RequestDenied
from consentry.core.issued import TokenIssued
from consentry.core.permission import TicketIssued
from consentry.uma.wire import NeedInfo, RequestSubmitted
from tests.model.ideal_records import Asked, Part, Process, Renewal, Ticket, Token, Wanted
from tests.model.ideal_sharing import RPT, Estate, end_of, together
from tests.model.stage import PUBLIC, REGISTERED_SCOPES

TICKET, POLLING, REQUEST, REFRESH = 600, 86_400, 14 * 86_400, 30 * 86_400
MOST_OPEN = 20


@dataclass(frozen=True, slots=True)
class Expected:
    """The kind of answer, and what the model learns from it when it comes: the secrets that only the server makes."""

    said: str
    learn: Callable[[object], None] = lambda _: None


def refused(name: str) -> Expected:
    return Expected(name)


def mark_of(wanted: Wanted) -> frozenset[tuple[str, frozenset[str]]]:
    """Return what stands for a set of permissions, whatever their order."""
    return frozenset((thing, frozenset(scopes)) for thing, scopes in wanted.items())


@dataclass(slots=True)
class Ideal:
    """Everything that is true in one realm."""

    estate: Estate
    partial: str
    asks_owners: bool
    tickets: dict[str, Ticket] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    renewals: dict[str, Renewal] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    @property
    def now(self) -> int:
        return self.estate.now

    def permission(self, owner: str, server: str, wanted: Wanted) -> Expected:
        """Answer a resource server that asks for a ticket with a PAT that is good."""
        for thing, scopes in wanted.items():
            known = self.estate.things.get(thing)
            if known is None or (known.owner, known.server) != (owner, server):
                return refused("InvalidResourceId")
            if not set(scopes) <= set(known.scopes):
                return refused("InvalidScope")
        ticket = Ticket(
            process=Process(), owner=owner, server=server, wanted=wanted, issued=self.now, ends=self.now + TICKET
        )
        return Expected("TicketIssued", lambda said: self._remember(ticket, said))

    def shown(
        self, secret: str, client: str, *, asker: str | None, bad: bool, scope: tuple[str, ...], earlier: str | None
    ) -> Expected:
        """Answer a client that shows a ticket, with claims that are good (``asker``), bad, or none."""
        ticket = self.tickets.get(secret)
        if ticket is None or ticket.ends <= self.now:
            return refused("InvalidGrant")
        if ticket.spent:
            self.end(ticket.process)
            return refused("InvalidGrant")
        if ticket.client not in (None, client):
            return refused("InvalidGrant")
        ticket.spent = True
        ticket = replace(ticket, client=client, scope=scope or ticket.scope, spent=False)
        held = self.tokens.get(earlier) if earlier else None
        if earlier is not None and (held is None or held.client != client):
            return refused("InvalidGrant")
        if any(not self._still_there(thing, scopes) for thing, scopes in ticket.wanted.items()):
            return refused("InvalidGrant")
        if not set(ticket.scope) <= {each for thing in ticket.wanted for each in self.estate.things[thing].scopes}:
            return refused("InvalidScope")
        bad = bad or (asker is not None and ticket.asker not in (None, asker))
        ticket.asker = ticket.asker or (None if bad else asker)
        return self._decided(ticket, client, bad=bad, earlier=earlier, held=held)

    def _decided(self, ticket: Ticket, client: str, *, bad: bool, earlier: str | None, held: Token | None) -> Expected:
        if bad or ticket.asker is None:
            # What could be granted without knowing who asks is nothing here: no share is to a client.
            again = replace(ticket, issued=self.now, ends=self.now + TICKET)
            return Expected("NeedInfo", lambda said: self._remember(again, said))
        wanted = self._with_client_scopes(ticket)
        granted = self.estate.parts(ticket.owner, wanted, ticket.asker, client)
        given = {(part.thing, scope) for part in granted for scope in part.scopes or (None,)}
        if self._enough(ticket, wanted, given):
            if held is not None and (held.owner, held.server) != (ticket.owner, ticket.server):
                held = None
            return self._issued(ticket, client, granted, earlier, held)
        forbidden = any(
            self.estate.forbidden(ticket.owner, thing, scopes, ticket.asker, client) for thing, scopes in wanted.items()
        )
        if self.asks_owners and not forbidden and not self._owner_said_no(ticket):
            return self._owner_is_asked(ticket, wanted)
        return Expected("RequestDenied")

    def _issued(
        self, ticket: Ticket, client: str, granted: list[Part], earlier: str | None, held: Token | None
    ) -> Expected:
        assert ticket.asker is not None
        upgrades = held is not None and held.asker == ticket.asker
        parts = granted
        if held is not None and upgrades:
            closely = self.estate.refuses(held.owner)
            parts = together(granted, self.estate.left(held.parts, held.owner, held.asker, client, closely=closely))
            self.tokens.pop(earlier or "")
        token = Token(
            process=ticket.process,
            client=client,
            server=ticket.server,
            owner=ticket.owner,
            asker=ticket.asker,
            parts=parts,
            issued=self.now,
            ends=end_of(parts, self.now + RPT),
        )
        renewal = Renewal(
            process=ticket.process,
            client=client,
            server=ticket.server,
            owner=ticket.owner,
            asker=ticket.asker,
            parts=parts,
            ends=end_of(parts, self.now + REFRESH),
        )
        return Expected(
            f"TokenIssued {'upgraded' if upgrades else 'new'} {'once' if client == PUBLIC else 'again'}",
            lambda said: self.remember_token(said, token, renewal),
        )

    def _owner_is_asked(self, ticket: Ticket, wanted: Wanted) -> Expected:
        mine = [
            each for each in self._requests_of(ticket) if each.status == "open" and each.mark == mark_of(ticket.wanted)
        ]
        if not any(each.ends > self.now for each in mine):
            self.asked = [each for each in self.asked if each not in mine]
            self.asked.append(
                Asked(
                    owner=ticket.owner,
                    server=ticket.server,
                    client=ticket.client or "",
                    asker=ticket.asker or "",
                    wanted=wanted,
                    mark=mark_of(ticket.wanted),
                    ends=self.now + REQUEST,
                )
            )
        interval = 5
        if ticket.polls:
            early = self.now < ticket.issued + ticket.interval
            interval = min(ticket.interval + 5, 300) if early else ticket.interval
        again = replace(ticket, issued=self.now, ends=self.now + POLLING, polls=True, interval=interval)
        return Expected(f"RequestSubmitted {interval}", lambda said: self._remember(again, said))

    def _owner_said_no(self, ticket: Ticket) -> bool:
        mine = self._requests_of(ticket)
        waiting = [each for each in mine if each.status == "open" and each.ends > self.now]
        return len(waiting) >= MOST_OPEN or any(
            each.status == "blocked"
            or (each.status == "denied" and each.mark == mark_of(ticket.wanted) and each.ends > self.now)
            for each in mine
        )

    def _enough(self, ticket: Ticket, wanted: Wanted, given: set[tuple[str, str | None]]) -> bool:
        marks = [each.mark for each in self._requests_of(ticket) if each.status == "narrowed"]
        if self.partial == "any" or mark_of(ticket.wanted) in marks:
            return bool(given)
        needed = ticket.wanted if self.partial == "ticket" else wanted
        return all(
            all((thing, scope) in given for scope in scopes) if scopes else any(each == thing for each, _ in given)
            for thing, scopes in needed.items()
        )

    def _requests_of(self, ticket: Ticket) -> list[Asked]:
        key = (ticket.owner, ticket.server, ticket.client, ticket.asker)
        return [each for each in self.asked if (each.owner, each.server, each.client, each.asker) == key]

    def _with_client_scopes(self, ticket: Ticket) -> Wanted:
        usable = [scope for scope in ticket.scope if scope in REGISTERED_SCOPES[ticket.client or ""]]
        return {
            thing: scopes
            + tuple(each for each in usable if each in self.estate.things[thing].scopes and each not in scopes)
            for thing, scopes in ticket.wanted.items()
        }

    def _still_there(self, thing: str, scopes: tuple[str, ...]) -> bool:
        known = self.estate.things.get(thing)
        return known is not None and set(scopes) <= set(known.scopes)

    def _remember(self, ticket: Ticket, said: object) -> None:
        assert isinstance(said, TicketIssued | NeedInfo | RequestSubmitted)
        self.tickets[said.ticket] = ticket
        ticket.process.tickets.append(said.ticket)

    def remember_token(self, said: object, token: Token, renewal: Renewal | None) -> None:
        """Keep the secrets of what was issued."""
        assert isinstance(said, TokenIssued)
        assert said.expires_in == token.ends - self.now
        self.tokens[said.access_token] = token
        token.process.tokens.append(said.access_token)
        if renewal is not None and said.refresh_token is not None:
            self.renewals[said.refresh_token] = renewal
            token.process.renewals.append(said.refresh_token)

    def end(self, process: Process) -> None:
        """End what lives of a process; what was spent stays known, so that showing it again is still noticed."""
        for secret in process.tickets:
            if secret in self.tickets and not self.tickets[secret].spent:
                del self.tickets[secret]
        for secret in process.tokens:
            self.tokens.pop(secret, None)
        for secret in process.renewals:
            if secret in self.renewals and not self.renewals[secret].spent:
                del self.renewals[secret]


def told(answer: object) -> str:
    """Say of an answer what the model says of it."""
    match answer:
        case TokenIssued():
            upgraded = "upgraded" if answer.upgraded else "new"
            return f"TokenIssued {upgraded} {'again' if answer.refresh_token else 'once'}"
        case RequestSubmitted():
            return f"RequestSubmitted {answer.interval}"
        case RequestDenied():
            return "RequestDenied"
        case _:
            return type(answer).__name__
