"""A form that has to be corrected: what to show again, and what was wrong.

One question, so that the page shows what was true when the answer was no.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from consentry.core.context import Answer, Context, Decision
from consentry.core.errors import Conflict, InvalidRequest
from consentry.uma.value import value

Question = TypeVar("Question")
Said = TypeVar("Said")
Asks = TypeVar("Asks")
Form = TypeVar("Form")


@value
class Filled(Generic[Question, Asks]):
    """What was sent, and the question whose answer shows the form."""

    sent: Question
    form: Asks


@value
class Again(Generic[Form]):
    """Nothing was changed: the form as it stands now, and why."""

    form: Form
    problem: InvalidRequest | Conflict


def or_again(
    decide: Decision[Question, Said], show: Decision[Asks, Form]
) -> Callable[[Context, Filled[Question, Asks]], Awaitable[Answer[Said | Again[Form]]]]:
    """Let a decision be asked by a form: what can be corrected brings the form back."""

    async def asked(ctx: Context, filled: Filled[Question, Asks]) -> Answer[Said | Again[Form]]:
        try:
            answer = await decide(ctx, filled.sent)
        except (InvalidRequest, Conflict) as problem:
            form = await show(ctx, filled.form)
            return Answer(Again(form=form.said, problem=problem))
        return Answer(answer.said, *answer.changes)

    return asked
