"""The resource server's side of a case: PATs, resources, tickets, introspection.

Spec: FedAuthz 1.3, 3.2, 4.1, 5.1.
"""

import asyncio
from collections.abc import Mapping, Sequence

from consentry.conformance.browser import Browser
from consentry.conformance.outcome import Failed, Skipped, Unprepared
from consentry.conformance.profile import Profile
from consentry.conformance.stage import Authorized, Stage, lifetime
from consentry.conformance.wire import Answer, Wire
from consentry.uma.value import value

PHOTO = ("view", "resize", "print", "download")
ALBUM = ("view", "edit", "download")


@value
class Thing:
    """A registered resource."""

    resource_id: str
    owner: str
    rs: str
    name: str


Wanted = tuple[Thing, Sequence[str]]
"""A resource and the scopes wanted of it."""


class ProtectionBench:
    """Resource servers and what they do for owners."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.wire = Wire(stage.http)
        self.notes: list[str] = []
        self.things: list[Thing] = []
        self.tickets: dict[str, list[Thing]] = {}

    @property
    def profile(self) -> Profile:
        """The profile of the deployment."""
        return self.stage.profile

    @property
    def metadata(self) -> Mapping[str, object]:
        """The server's metadata."""
        return self.stage.metadata

    def endpoint(self, name: str) -> str:
        """Return an address from the metadata; skip if the server does not have it."""
        found = self.metadata.get(name)
        if not isinstance(found, str):
            raise Skipped(f"the metadata has no {name}")
        return found

    def note(self, text: str) -> None:
        """Say what could not be looked at in a case that goes on without it."""
        self.notes.append(text)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def pat(self, owner: str = "alice", rs: str = "rs1") -> str:
        """Return a PAT, one for all cases."""

        async def fetch() -> tuple[str, float]:
            authorized = await self.new_pat(owner, rs)
            return authorized.access_token, lifetime(authorized.answer)

        return await self.stage.kept(("pat", owner, rs), fetch)

    async def new_pat(
        self, owner: str = "alice", rs: str = "rs1", *, scope: str = "", browser: Browser | None = None
    ) -> Authorized:
        """Get a PAT for this case alone."""
        return await self.stage.sign_up_for(self.wire, owner, rs, scope or self.profile.pat.scope, browser=browser)

    async def registers(self, description: object, owner: str = "alice", rs: str = "rs1") -> Answer:
        """Ask to register a resource; it is taken away after the case."""
        members = {**self.profile.resources.members, **description} if isinstance(description, dict) else description
        answer = await self.protection("POST", document=members, owner=owner, rs=rs)
        made = answer.loose.get("_id")
        if answer.status == 201 and isinstance(made, str):
            self.things.append(Thing(resource_id=made, owner=owner, rs=rs, name=""))
        return answer

    async def protection(
        self, method: str, path: str = "", *, document: object = None, owner: str = "alice", rs: str = "rs1"
    ) -> Answer:
        """Call the resource registration endpoint, or what is below it."""
        return await self.wire.send(
            method, self.resource_url(path), bearer=await self.pat(owner, rs), document=document
        )

    def resource_url(self, resource_id: str = "") -> str:
        """Return where a resource is, or the collection."""
        collection = self.stage.endpoint("resource_registration_endpoint")
        return f"{collection.rstrip('/')}/{resource_id}" if resource_id else collection

    async def resource(
        self, *scopes: str, owner: str = "alice", rs: str = "rs1", name: str = "", **members: object
    ) -> Thing:
        """Register a resource of the case's own: a photo, unless scopes are named."""
        called = name or f"Conformance {len(self.things) + 1}"
        document = {"resource_scopes": list(scopes or PHOTO), "name": called, **members}
        answer = (await self.registers(document, owner, rs)).set_up(201)
        made = answer.loose.get("_id")
        if not isinstance(made, str):
            raise Unprepared("the answer to a registration has no _id")
        return Thing(resource_id=made, owner=owner, rs=rs, name=called)

    async def asks_permission(self, document: object, owner: str = "alice", rs: str = "rs1") -> Answer:
        """Send a document to the permission endpoint."""
        url = self.stage.endpoint("permission_endpoint")
        return await self.wire.send("POST", url, bearer=await self.pat(owner, rs), document=document)

    async def ticket(self, *wanted: Wanted) -> str:
        """Return a fresh ticket for permissions on resources of one owner."""
        first = wanted[0][0]
        document = [{"resource_id": thing.resource_id, "resource_scopes": list(scopes)} for thing, scopes in wanted]
        answer = await self.asks_permission(document[0] if len(document) == 1 else document, first.owner, first.rs)
        made = answer.set_up(201).loose.get("ticket")
        if not isinstance(made, str):
            raise Unprepared("the permission endpoint gave no ticket")
        self.tickets[made] = [thing for thing, _ in wanted]
        return made

    async def introspects(self, token: str, owner: str = "alice", rs: str = "rs1", **more: str) -> Answer:
        """Ask what a token is worth, with a PAT."""
        url = self.stage.endpoint("introspection_endpoint")
        return await self.wire.send("POST", url, bearer=await self.pat(owner, rs), form={"token": token, **more})

    async def permissions(self, rpt: str, owner: str = "alice", rs: str = "rs1") -> dict[str, set[str]]:
        """Return what an RPT is good for: resource ids and scopes; empty if it is not active."""
        answer = (await self.introspects(rpt, owner, rs)).expect(200)
        if answer.members.get("active") is not True:
            return {}
        found: dict[str, set[str]] = {}
        for permission in self.permission_objects(answer):
            scopes = permission.get("resource_scopes")
            names = {scope for scope in scopes if isinstance(scope, str)} if isinstance(scopes, list) else set()
            found.setdefault(str(permission.get("resource_id")), set()).update(names)
        return found

    def permission_objects(self, answer: Answer) -> list[Mapping[str, object]]:
        """Return the permissions in an introspection response, which has to have them."""
        found = answer.members.get("permissions")
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise Failed("the introspection response of an active RPT has no array of objects permissions")
        return found

    async def is_active(self, token: str, owner: str = "alice", rs: str = "rs1") -> bool:
        """Tell whether a token is worth anything."""
        return (await self.introspects(token, owner, rs)).expect(200).members.get("active") is True
