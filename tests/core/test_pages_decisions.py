"""The decisions that only pages ask: undo, and forms that come back."""

from dataclasses import replace

import pytest

from consentry.core.errors import Conflict, InvalidRequest, NotFound
from consentry.core.form_again import Again, Filled, or_again
from consentry.core.grantee import NamedGrantee
from consentry.core.me import BySession
from consentry.core.model import Grant
from consentry.core.owner_grants import MyGrant, Share, StopSharing, share, stop_sharing
from consentry.core.people import ListPeople, list_people
from consentry.core.share_again import ShareAgain, share_again
from consentry.core.sharing import Listed
from consentry.core.terms import Terms
from consentry.core.thing import ReadShareForm, ReadThing, ShareForm, read_share_form, read_thing
from tests.sharing import Cast, new_cast
from tests.worlds import NOON, World


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


async def who(cast: Cast) -> BySession:
    return BySession(digest=await cast.world.session(cast.alice))


async def shared(cast: Cast, *, expires_at: int | None = None) -> Grant:
    question = Share(
        who=await who(cast),
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=NamedGrantee(account="bob"),
        terms=Terms(scopes=("read",), expires_at=expires_at),
    )
    return (await cast.world.said(share, question, MyGrant)).grant


async def stopped(cast: Cast, *, expires_at: int | None = None) -> ShareAgain:
    grant = await shared(cast, expires_at=expires_at)
    await cast.world.ask(stop_sharing, StopSharing(who=await who(cast), grant_id=grant.grant_id))
    return ShareAgain(who=await who(cast), stopped=grant)


async def test_what_was_stopped_is_shared_again_once_under_a_new_id(cast: Cast) -> None:
    question = await stopped(cast)
    again = await cast.world.said(share_again, question, MyGrant)
    assert again.grant.grant_id != question.stopped.grant_id
    assert again.grant.scopes == ("read",)
    await cast.world.refused(share_again, question, Conflict)


async def test_nobody_shares_again_what_was_never_theirs_or_would_have_ended(cast: Cast) -> None:
    question = await stopped(cast, expires_at=NOON + 60)
    dave = BySession(digest=await cast.world.session(cast.dave))
    await cast.world.refused(share_again, replace(question, who=dave), NotFound)
    cast.world.clock.forward(120)
    await cast.world.said(share_again, question, InvalidRequest)


async def test_a_form_comes_back_with_what_is_true_and_nothing_is_changed(cast: Cast) -> None:
    wrong = Share(
        who=await who(cast),
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=NamedGrantee(account="nobody"),
        terms=Terms(scopes=("read",)),
    )
    form = ReadShareForm(who=wrong.who, resource_id=cast.record.resource_id)
    answer = await cast.world.said(or_again(share, read_share_form), Filled(sent=wrong, form=form), Again)
    assert isinstance(answer.form, ShareForm)
    assert isinstance(answer.problem, InvalidRequest)
    people = await cast.world.said(list_people, ListPeople(who=wrong.who), Listed)
    assert people.items == ()


async def test_people_leave_the_list_when_all_they_had_has_ended(cast: Cast) -> None:
    await shared(cast, expires_at=NOON + 60)
    page = ListPeople(who=await who(cast))
    assert len((await cast.world.said(list_people, page, Listed)).items) == 1
    cast.world.clock.forward(60)
    assert (await cast.world.said(list_people, page, Listed)).items == ()


async def test_a_thing_or_a_form_of_somebody_else_is_not_found(cast: Cast) -> None:
    grant = await shared(cast)
    dave = BySession(digest=await cast.world.session(cast.dave))
    await cast.world.refused(read_thing, ReadThing(who=dave, resource_id=cast.record.resource_id), NotFound)
    await cast.world.refused(read_share_form, ReadShareForm(who=dave, resource_id=cast.record.resource_id), NotFound)
    await cast.world.refused(read_share_form, ReadShareForm(who=dave, grant_id=grant.grant_id), NotFound)
