"""What every page of somebody who is signed in shows around its own content."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from consentry.core.context import Answer, Context, Decision
from consentry.core.errors import Refusal
from consentry.core.me import BySession, signed_in
from consentry.core.model import Account, Session
from consentry.core.ports import Page
from consentry.uma.value import value

Question = TypeVar("Question")
Said = TypeVar("Said")

MOST_COUNTED = 99


@value
class ForPage(Generic[Question]):
    """A question, and the browser session that asks it."""

    who: BySession
    question: Question


@value
class Framed(Generic[Said]):
    """Who is signed in, how many requests wait for their word, and what was said.

    A refusal of the question is carried inside, so that the page can show it where it belongs.
    """

    account: Account
    session: Session
    waiting: int
    said: Said | Refusal

    def told(self) -> Said:
        """Return what was said.  Raises the refusal if it is one."""
        if isinstance(self.said, Refusal):
            raise self.said
        return self.said


def framed(
    decide: Decision[Question, Said],
) -> Callable[[Context, ForPage[Question]], Awaitable[Answer[Framed[Said]]]]:
    """Let a decision answer for a page.  Raises `LoginRequired` when nobody is signed in."""

    async def asked(ctx: Context, page: ForPage[Question]) -> Answer[Framed[Said]]:
        found = await signed_in(ctx, page.who)
        answer: Answer[Said] | Answer[Refusal]
        try:
            answer = await decide(ctx, page.question)
        except Refusal as refusal:
            answer = Answer(refusal)
        waiting = await ctx.store.access_requests(found.account.account_id, "open", Page(limit=MOST_COUNTED))
        said = Framed(account=found.account, session=found.session, waiting=len(waiting), said=answer.said)
        return Answer(said, *answer.changes)

    return asked
