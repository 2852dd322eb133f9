"""Applying one realm file: what the decision needs is made ready, what it leaves to do is done in parts."""

from collections.abc import Sequence

import click

from consentry.cli.opened import CALLER, asked
from consentry.cli.realm_secrets import digested, missing_keys
from consentry.cli.terminal import progress
from consentry.core.admin import ResignDefault, resign_default
from consentry.core.changes import Change
from consentry.core.errors import Contended, Refusal
from consentry.core.model import Realm
from consentry.core.realm_file.apply import (
    AT_ONCE,
    Applied,
    ApplyRealmFile,
    CommitPart,
    apply_realm_file,
    commit_part,
    plan_new_realm,
)
from consentry.core.realm_file.difference import Difference, MemberDifference
from consentry.core.realm_file.entries import RealmFile
from consentry.core.realm_file.problem import Problem
from consentry.plugins.passwords import Argon2Passwords
from consentry.server import Server, SystemChance
from consentry.uma.value import value

ATTEMPTS = 3
"""How often a file that is applied in parts is planned anew because somebody changed the realm meanwhile."""


@value
class Application:
    """A file that was applied, or would be."""

    path: str
    file: RealmFile
    differences: tuple[Difference, ...]
    dry_run: bool


def removals(applied: Application) -> int:
    """Count what goes."""
    return sum(difference.sign == "-" for difference in applied.differences)


async def apply_file(
    server: Server, passwords: Argon2Passwords, path: str, file: RealmFile, *, dry_run: bool, prune: bool
) -> Application:
    """Apply a checked file, or say what that would change."""
    others = [realm for realm in await server.database.realms() if realm.name != file.realm]
    fresh = await server.database.reference(file.realm) is None
    _refuse_host(path, file, others)
    keys = await missing_keys(server, file.realm)
    ready = await digested(server, file, passwords, fresh=fresh, dry_run=dry_run)
    request = ApplyRealmFile(file=ready, prune=prune, dry_run=dry_run, fresh=fresh, signing_keys=keys)
    if fresh:
        planned = plan_new_realm(request, now=int(server.clock()), new_id=SystemChance().identifier)
        _refuse(path, planned.problems)
        if not dry_run:
            await server.database.add_realm(Realm(name=file.realm))
            planned = await _commit(server, path, request)
    else:
        planned = await _commit(server, path, request)
    resigned = await _resign(server, others, dry_run=dry_run) if file.default else ()
    return Application(path=path, file=file, differences=(*planned.differences, *resigned), dry_run=dry_run)


async def _commit(server: Server, path: str, request: ApplyRealmFile) -> Applied:
    """Apply a file, in parts if it is large; what somebody else changed meanwhile is planned anew."""
    first: Applied | None = None
    for _ in range(ATTEMPTS):
        applied = await asked(server, request.file.realm, apply_realm_file, request)
        _refuse(path, applied.problems)
        first = first or applied
        if await _commit_parts(server, request.file.realm, applied.rest):
            return first
    raise click.ClickException(f"{path}: others keep changing the realm; a part is applied, apply the file again")


async def _commit_parts(server: Server, realm: str, changes: Sequence[Change]) -> bool:
    with progress(f"realm {realm}", len(changes)) as advance:
        for start in range(0, len(changes), AT_ONCE):
            part = tuple(changes[start : start + AT_ONCE])
            answer = await server.ask(realm, commit_part, CommitPart(changes=part), caller=CALLER)
            if isinstance(answer, Contended):
                return False
            if isinstance(answer, Refusal):
                raise click.ClickException(f"realm {realm}: {answer.description}")
            advance(len(part))
    return True


async def _resign(server: Server, others: Sequence[Realm], *, dry_run: bool) -> tuple[Difference, ...]:
    """Let the realms resign that were the default one before."""
    resigning = [realm.name for realm in others if realm.default]
    for name in resigning if not dry_run else ():
        await asked(server, name, resign_default, ResignDefault())
    member = MemberDifference(name="default", before=True, after=False)
    return tuple(Difference(sign="~", kind="realm", name=name, members=(member,)) for name in resigning)


def _refuse_host(path: str, file: RealmFile, others: Sequence[Realm]) -> None:
    taken = [realm.name for realm in others if file.host and realm.host == file.host]
    _refuse(path, [Problem(path="$.host", message=f"is realm {name}'s") for name in taken])


def _refuse(path: str, problems: Sequence[Problem]) -> None:
    if problems:
        lines = "\n".join(f"{path}: {problem.path}: {problem.message}" for problem in problems)
        raise click.ClickException(f"nothing was changed\n{lines}")
