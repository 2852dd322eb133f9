"""Calls with an idempotency key: whoever repeats one hears the same again, and nothing is done twice.

The answer is kept in the commit that it reports; of two calls at once, the one that comes second finds it.
"""

import json

from consentry.core.changes import Add, Change, Remove
from consentry.core.context import Context
from consentry.core.errors import InvalidRequest
from consentry.core.model import RepeatedAnswer
from consentry.core.tokens import digest
from consentry.uma.value import value

KEPT = 86_400
"""How long (seconds) an answer can be heard again."""


class OtherCall(InvalidRequest):
    """The idempotency key was used for another call."""

    status = 422


@value
class Repeatable:
    """A call that may be repeated: its key, and what stands for everything it says."""

    key: str
    body: str


@value
class Earlier:
    """The ids that an earlier call with the same key was answered with (None: there was none), and what has lapsed."""

    ids: tuple[str, ...] | None = None
    lapsed: tuple[Change, ...] = ()


async def earlier(ctx: Context, owner_id: str, client_id: str, call: Repeatable | None) -> Earlier:
    """Return what the same call was answered before.  Raises `OtherCall` if the key stood for another one."""
    if call is None:
        return Earlier()
    found = await ctx.store.repeated_answer(owner_id, client_id, digest(call.key))
    if found is None:
        return Earlier()
    if found.expires_at <= ctx.now:
        return Earlier(lapsed=(Remove(record=found),))
    kept = json.loads(found.answer)
    if kept["body"] != digest(call.body):
        raise OtherCall("this Idempotency-Key was used for another call")
    return Earlier(ids=tuple(kept["ids"]))


def keep_answer(
    ctx: Context, owner_id: str, client_id: str, call: Repeatable | None, ids: tuple[str, ...]
) -> tuple[Change, ...]:
    """Return the change that keeps an answer for whoever repeats the call."""
    if call is None:
        return ()
    answer = RepeatedAnswer(
        owner_id=owner_id,
        client_id=client_id,
        digest=digest(call.key),
        answer=json.dumps({"body": digest(call.body), "ids": ids}),
        expires_at=ctx.now + KEPT,
    )
    return (Add(record=answer),)
