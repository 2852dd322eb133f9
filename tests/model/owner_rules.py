"""What owners do, at their resource servers and in their console, resource by resource, share by share."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consentry.core.errors import NotFound
from consentry.core.grantee import NamedGrantee
from consentry.core.owner_grants import ChangeShare, Share, StopSharing, change_share, share, stop_sharing
from consentry.core.resource_registration import (
    DeleteResource,
    ListResources,
    ReadResource,
    RegisterResource,
    UpdateResource,
    delete_resource,
    list_resources,
    read_resource,
    register,
    update_resource,
)
from consentry.core.terms import Terms
from consentry.uma.wire import Registered, RegisteredResource, ResourceDescription
from tests.model import ideal_records as ideal
from tests.model.ideal_tickets import Expected
from tests.model.ideal_tokens import shared, wrong_terms
from tests.model.machine import Base, Diverged, askers, nth, owners, scopes, seldom, servers
from tests.model.rows import grant_of
from tests.model.stage import CLIENTS, address_of, pat_of, who

moments = st.sampled_from((None, None, None, 60, 1_800, 7_200, 40 * 86_400))


class ResourceRules(Base):
    """Registration, with right and wrong PATs."""

    @rule(owner=owners, server=servers, described=scopes)
    def register(self, *, owner: str, server: str, described: tuple[str, ...]) -> None:
        request = RegisterResource(
            pat=pat_of(owner, server), description=ResourceDescription(resource_scopes=described, name="record")
        )
        answer = self.stage.ask(register, request)
        self.compare_kind(Registered, answer)
        assert isinstance(answer, Registered)
        self.ideal.estate.things[answer.resource_id] = ideal.Thing(owner=owner, server=server, scopes=described)

    @rule(number=nth, owner=owners, server=servers, right=st.booleans(), described=scopes)
    def describe_anew(self, *, number: int, owner: str, server: str, right: bool, described: tuple[str, ...]) -> None:
        name = self.thing(number)
        owner, server, known = self.caller(name, owner, server, right=right)
        description = ResourceDescription(resource_scopes=described, name="record")
        request = UpdateResource(pat=pat_of(owner, server), resource_id=name, description=description)
        self.compare_kind(Registered if known else NotFound, self.stage.ask(update_resource, request))
        if known:
            self.shrink(name, set(known.scopes) - set(described))
            known.scopes = described

    @rule(number=nth, owner=owners, server=servers, right=seldom)
    def delete(self, *, number: int, owner: str, server: str, right: bool) -> None:
        name = self.thing(number)
        owner, server, known = self.caller(name, owner, server, right=right)
        request = DeleteResource(pat=pat_of(owner, server), resource_id=name)
        self.compare(Expected("Deleted" if known else "NotFound"), self.stage.ask(delete_resource, request))
        if known:
            del self.ideal.estate.things[name]
            self.dead_things.append(name)
            for key in [key for key, each in self.ideal.estate.shares.items() if each.thing == name]:
                self.forget(key)

    @rule(number=nth, owner=owners, server=servers)
    def read_and_list(self, *, number: int, owner: str, server: str) -> None:
        name = self.thing(number)
        _, _, known = self.caller(name, owner, server, right=False)
        read = self.stage.ask(read_resource, ReadResource(pat=pat_of(owner, server), resource_id=name))
        self.compare_kind(RegisteredResource if known else NotFound, read)
        there = {key for key, each in self.ideal.estate.things.items() if (each.owner, each.server) == (owner, server)}
        listing = self.stage.ask(list_resources, ListResources(pat=pat_of(owner, server)))
        assert isinstance(listing, tuple)
        if set(listing) != there:
            raise Diverged(f"the model lists {there}, the server {listing!r}")

    def shrink(self, name: str, gone: set[str]) -> None:
        """Take scopes that are gone out of what is shared, so that nothing comes to life again if they come back."""
        for key, each in list(self.ideal.estate.shares.items()):
            if each.thing == name and gone & set(each.scopes):
                each.scopes = tuple(scope for scope in each.scopes if scope not in gone)
                if not each.scopes:
                    self.forget(key)

    def caller(self, name: str, owner: str, server: str, *, right: bool) -> tuple[str, str, ideal.Thing | None]:
        """Return whose PAT to use, and the thing if it is found under that."""
        known = self.ideal.estate.things.get(name)
        if known is not None and right:
            owner, server = known.owner, known.server
        found = known if known and (known.owner, known.server) == (owner, server) else None
        return owner, server, found


class ShareRules(Base):
    """Sharing, changing, stopping."""

    @rule(
        number=nth,
        owner=owners,
        right=seldom,
        to=askers,
        by_address=st.booleans(),
        given=scopes,
        begins=moments,
        ends=moments,
        app=st.sampled_from(((), (), *((each,) for each in CLIENTS))),
    )
    def share(
        self,
        *,
        number: int,
        owner: str,
        right: bool,
        to: str,
        by_address: bool,
        given: tuple[str, ...],
        begins: int | None,
        ends: int | None,
        app: tuple[str, ...],
    ) -> None:
        name = self.thing(number)
        known = self.ideal.estate.things.get(name)
        if known is not None and not right:
            owner = known.owner
            given = tuple(each for each in given if each in known.scopes)
        wanted = ideal.Share(
            owner=owner,
            thing=name,
            to=to,
            by_address=by_address,
            scopes=given,
            begins=None if begins is None else self.ideal.now + begins,
            ends=self.end((name,), ends),
            clients=app,
        )
        named = NamedGrantee(email=address_of(to).upper()) if by_address else NamedGrantee(account=to)
        asked = Share(who=who(owner), target_kind="resource", target_id=name, grantee=named, terms=_terms(wanted))
        self.compare(shared(self.ideal, wanted), self.stage.ask(share, asked))

    @rule(number=nth, owner=owners, right=st.booleans(), given=scopes, begins=moments, ends=moments, paused=seldom)
    def change(
        self,
        *,
        number: int,
        owner: str,
        right: bool,
        given: tuple[str, ...],
        begins: int | None,
        ends: int | None,
        paused: bool,
    ) -> None:
        key, known, owner = self.share_of(number, owner, right=right)
        wanted = known and replace(
            known,
            scopes=given,
            begins=None if begins is None else self.ideal.now + begins,
            ends=self.end((known.thing,), ends, but=key),
            paused=paused,
        )
        expected = "NotFound" if wanted is None else wrong_terms(self.ideal, wanted) or "MyGrant"
        terms = _terms(wanted) if wanted else Terms(scopes=("read",))
        asked = ChangeShare(who=who(owner), grant_id=key, terms=terms, paused=paused)
        self.compare(Expected(expected), self.stage.ask(change_share, asked))
        if wanted is not None and expected == "MyGrant":
            self.ideal.estate.shares[key] = wanted

    @rule(number=nth, owner=owners, right=st.booleans())
    def stop(self, *, number: int, owner: str, right: bool) -> None:
        key, known, owner = self.share_of(number, owner, right=right)
        answer = self.stage.ask(stop_sharing, StopSharing(who=who(owner), grant_id=key))
        self.compare(Expected("Stopped" if known else "NotFound"), answer)
        if known:
            self.forget(key)

    @rule(number=nth, to=askers, given=scopes, serious=seldom)
    def forbid(self, *, number: int, to: str, given: tuple[str, ...], serious: bool) -> None:
        """Say an explicit no; only realm files can, so that it is simply put there."""
        name = self.thing(number)
        known = self.ideal.estate.things.get(name)
        if known is None or not serious:
            return
        key = f"no-{len(self.ideal.estate.shares)}-{len(self.dead_shares)}"
        no = ideal.Share(owner=known.owner, thing=name, to=to, by_address=False, scopes=given, allow=False)
        self.stage.add(grant_of(key, no))
        self.ideal.estate.shares[key] = no

    def share_of(self, number: int, owner: str, *, right: bool) -> tuple[str, ideal.Share | None, str]:
        """Return a share that is or was there, if the owner can see it, and who asks."""
        keys = [*self.dead_shares[-1:], *self.ideal.estate.shares]
        key = self.nth_secret(keys, number)
        known = self.ideal.estate.shares.get(key)
        if known is not None and right:
            owner = known.owner
        return key, known if known and known.owner == owner else None, owner

    def end(self, things: tuple[str, ...], seconds: int | None, *, but: str = "") -> int | None:
        """Return an end that no other share has, so that it is certain which of several a token comes from."""
        shares = self.ideal.estate.shares.items()
        if seconds is None and not any(
            each.ends is None and each.allow and each.thing in things and key != but for key, each in shares
        ):
            return None
        moment = self.ideal.now + (seconds or 86_400)
        while moment in self.ends:
            moment += 1
        self.ends.add(moment)
        return moment


def _terms(wanted: ideal.Share) -> Terms:
    return Terms(scopes=wanted.scopes, not_before=wanted.begins, expires_at=wanted.ends, client_ids=wanted.clients)
