"""The owner's first page: who is asking, who can see my things, what happened."""

from consentry.core.activity import Happened, ListActivity, list_activity
from consentry.core.context import Answer, Context
from consentry.core.me import Who
from consentry.core.owner_requests import Asking, ListRequests, list_requests
from consentry.core.owner_resources import ListMyResources, list_my_resources
from consentry.core.people import ListPeople, Person, list_people
from consentry.core.ports import Page
from consentry.core.sharing import Listed
from consentry.uma.value import value

ASKING = 3
PEOPLE = 5
HAPPENED = 6
DECIDED = 20


@value
class Home:
    """``asking`` and ``happened`` are the newest; ``people`` whose access ends first stand first."""

    asking: Listed[Asking]
    people: Listed[Person]
    happened: Listed[Happened]
    has_things: bool


@value
class ReadHome:
    who: Who


@value
class Inbox:
    """Who asks now, and what became of those who asked before."""

    asking: Listed[Asking]
    decided: tuple[Asking, ...]


@value
class ReadInbox:
    who: Who
    page: Page = Page()


async def home(ctx: Context, request: ReadHome) -> Answer[Home]:
    """Return the three answers that the first page gives."""
    asking = await list_requests(ctx, ListRequests(who=request.who, page=Page(limit=ASKING)))
    people = (await list_people(ctx, ListPeople(who=request.who))).said
    happened = await list_activity(ctx, ListActivity(who=request.who, page=Page(limit=HAPPENED)))
    things = await list_my_resources(ctx, ListMyResources(who=request.who, page=Page(limit=1)))
    ending_first = sorted(people.items, key=lambda person: (person.ends_at is None, person.ends_at or 0))
    return Answer(
        Home(
            asking=asking.said,
            people=Listed(items=tuple(ending_first[:PEOPLE]), next=people.next),
            happened=happened.said,
            has_things=bool(things.said.items),
        )
    )


async def inbox(ctx: Context, request: ReadInbox) -> Answer[Inbox]:
    """Return who asks me, and my last decisions."""
    asking = await list_requests(ctx, ListRequests(who=request.who, page=request.page))
    every = await list_requests(ctx, ListRequests(who=request.who, status=None, page=Page(limit=DECIDED)))
    decided = tuple(each for each in every.said.items if each.request.status != "open")
    return Answer(Inbox(asking=asking.said, decided=decided))
