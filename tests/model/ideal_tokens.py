"""What the model expects of introspection, refreshing, giving back, and of what owners and requesters decide."""

from dataclasses import replace

from consentry.core.introspection import Introspection
from consentry.core.model import GrantedPermission
from consentry.core.owner_grants import MyGrant
from tests.model.ideal_records import Asked, Part, Renewal, Share, Status, Token, Wanted
from tests.model.ideal_sharing import RPT, end_of, looks_of
from tests.model.ideal_tickets import REQUEST, Expected, Ideal, refused
from tests.model.stage import PUBLIC

Looks = tuple[str, str, str, int, int, frozenset[tuple[str, str | None, frozenset[str], int | None, int | None, int]]]


def introspected(ideal: Ideal, secret: str, owner: str, server: str) -> Looks | None:
    """Return what a PAT sees of an RPT; None if it is not active."""
    token = ideal.tokens.get(secret)
    if token is None or (token.owner, token.server) != (owner, server) or token.ends <= ideal.now:
        return None
    closely = ideal.estate.refuses(owner)
    parts = ideal.estate.left(token.parts, owner, token.asker, token.client, closely=closely)
    if not parts:
        return None
    ends = end_of(parts, token.ends)
    return (token.client, token.asker, server, ends, token.issued, frozenset(looks_of(parts)))


def looks_of_answer(found: Introspection) -> Looks | None:
    """Return an introspection in the form of `introspected`; it has to say nothing else."""
    if not found.active:
        assert found == Introspection(active=False)
        return None
    assert found.scope is None
    assert found.token_type == "Bearer"
    return (
        found.client_id or "",
        found.sub or "",
        found.aud or "",
        found.exp or 0,
        found.iat or 0,
        frozenset(looks_of(map(_part, found.permissions or ()))),
    )


def _part(permission: GrantedPermission) -> Part:
    return Part(
        thing=permission.resource_id,
        share=permission.grant_id,
        scopes=permission.scopes,
        ends=permission.expires_at,
        begins=permission.not_before,
        issued=permission.issued_at,
    )


def refreshed(ideal: Ideal, secret: str, client: str, scope: tuple[str, ...] | None) -> Expected:
    """Answer a client that shows a refresh token."""
    if client == PUBLIC:
        return refused("UnauthorizedClient")
    old = ideal.renewals.get(secret)
    if old is None or old.client != client:
        return refused("InvalidGrant")
    if old.spent:
        ideal.end(old.process)
        return refused("InvalidGrant")
    if old.ends <= ideal.now:
        return refused("InvalidGrant")
    parts = ideal.estate.left(old.parts, old.owner, old.asker, client, closely=True)
    if scope is not None:
        if not set(scope) <= {each for part in parts for each in part.scopes}:
            return refused("InvalidScope")
        narrower = [replace(part, scopes=tuple(each for each in part.scopes if each in scope)) for part in parts]
        parts = [after for before, after in zip(parts, narrower, strict=True) if after.scopes or not before.scopes]
    if not parts:
        return refused("InvalidGrant")
    successor = replace(old)
    old.spent = True
    token = Token(
        process=old.process,
        client=client,
        server=old.server,
        owner=old.owner,
        asker=old.asker,
        parts=parts,
        issued=ideal.now,
        ends=end_of(parts, ideal.now + RPT),
    )
    return Expected("TokenIssued new again", lambda said: ideal.remember_token(said, token, successor))


def given_back(ideal: Ideal, secret: str, client: str) -> Expected:
    """Answer a client that gives a token back."""
    token = ideal.tokens.get(secret)
    renewal: Renewal | None = ideal.renewals.get(secret)
    if token is not None and token.client == client:
        del ideal.tokens[secret]
    elif renewal is not None and renewal.client != client:
        return refused("InvalidGrant")
    elif renewal is not None:
        ideal.end(renewal.process)
    return Expected("Nothing")


def shared(ideal: Ideal, share: Share) -> Expected:
    """Answer an owner who shares."""
    if share.to == share.owner and not share.by_address:
        return refused("NoSuchGrantee")
    problem = wrong_terms(ideal, share)
    return refused(problem) if problem else Expected("MyGrant", lambda said: _learn_share(ideal, share, said))


def wrong_terms(ideal: Ideal, share: Share) -> str | None:
    """Return what is wrong with what is shared, or how."""
    thing = ideal.estate.things.get(share.thing)
    if thing is None or thing.owner != share.owner:
        return "NotFound"
    if not set(share.scopes) <= set(thing.scopes) or not share.scopes:
        return "InvalidRequest"
    if share.ends is not None and share.ends <= max(ideal.now, share.begins or 0):
        return "WrongEnd"
    return None


def _learn_share(ideal: Ideal, share: Share, said: object) -> None:
    assert isinstance(said, MyGrant)
    ideal.estate.shares[said.grant.grant_id] = share


def undecided(ideal: Ideal, asked: Asked | None, owner: str) -> str | None:
    """Return why an owner cannot decide a request, if she cannot."""
    if asked is None or asked.owner != owner:
        return "NotFound"
    if asked.status != "open":
        return "Conflict"
    return "NotFound" if asked.ends <= ideal.now else None


def allowed(ideal: Ideal, asked: Asked, scopes: tuple[str, ...] | None) -> Wanted | None:
    """Return what an owner allows of a request; None if she may not, or nothing is left to allow."""
    if scopes is not None and not set(scopes) <= {each for wanted in asked.wanted.values() for each in wanted}:
        return None
    found: Wanted = {}
    for thing, wanted in asked.wanted.items():
        known = ideal.estate.things.get(thing)
        kept = tuple(each for each in wanted if known and each in known.scopes and (scopes is None or each in scopes))
        if kept or (known and not wanted):
            found[thing] = kept
    return found or None


def answered(ideal: Ideal, asked: Asked, status: Status) -> None:
    """Note the owner's word; a no holds for a while from now."""
    asked.status = status
    if status in ("denied", "blocked"):
        asked.ends = ideal.now + REQUEST
