"""The model finds what it is there to find: each planted fault makes it fail."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from consentry.core import asking
from consentry.core.context import Answer, Context
from consentry.core.errors import Refusal
from consentry.core.grants import refresh_token, uma_ticket
from consentry.core.grants.refresh_token import RefreshRequest
from consentry.core.grants.uma_ticket import Outcome, TicketRequest
from consentry.core.issued import TokenIssued
from consentry.core.live import live_permissions
from consentry.core.model import Client, GrantedPermission
from consentry.core.tokens import digest
from tests.model.machine import Diverged
from tests.model.playing import play

Fault = Callable[[pytest.MonkeyPatch], None]


def unspent_on_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant: a ticket that is refused can be shown again."""
    redeem = uma_ticket.redeem

    async def forgetting(ctx: Context, client: Client, request: TicketRequest) -> Answer[Outcome]:
        try:
            return await redeem(ctx, client, request)
        except Refusal:
            ctx.kept = ()
            raise

    monkeypatch.setattr(uma_ticket, "redeem", forgetting)


def stopped_shares_live_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant: what was stopped is still shown by introspection."""

    def still_there(
        permissions: Iterable[GrantedPermission], *_: object, client_id: str, now: int
    ) -> tuple[GrantedPermission, ...]:
        assert client_id
        return tuple(each for each in permissions if each.expires_at is None or each.expires_at > now)

    monkeypatch.setattr(asking, live_permissions.__name__, still_there)


def anybody_refreshes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant: another client's refresh token is accepted."""
    redeem = refresh_token.redeem

    async def trusting(ctx: Context, client: Client, request: RefreshRequest) -> Answer[TokenIssued]:
        found = await ctx.store.refresh_token(digest(request.refresh_token))
        its_own = await ctx.store.client(found.client_id) if found else None
        return await redeem(ctx, its_own or client, request)

    monkeypatch.setattr(refresh_token, "redeem", trusting)


@pytest.mark.slow
@pytest.mark.parametrize("plant", [unspent_on_refusal, stopped_shares_live_on, anybody_refreshes])
def test_the_model_finds_a_planted_fault(plant: Fault, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plant(monkeypatch)
    with pytest.raises(Diverged):
        play(f"sqlite:///{tmp_path / 'consentry.db'}", runs=400, steps=50, shrink=False)
