"""What can be said against the resources and grants of a realm file.  Pure.

Spec: FedAuthz 3.1.
"""

import re
from collections.abc import Iterator

from consentry.core.realm_file.entries import GranteeEntry, GrantEntry, ResourceEntry, members
from consentry.core.realm_file.problem import epoch, moment
from consentry.core.redirect_uris import fault_of_address

_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_TARGETS = ("resource_id", "label", "type")

Faults = Iterator[tuple[str, str]]


def check_resource(resource: ResourceEntry) -> Faults:
    """Say what is wrong with a resource, member by member."""
    yield from _identifier("id", resource.id)
    yield from _words("resource_scopes", resource.resource_scopes)
    fault = fault_of_address(resource.icon_uri) if resource.icon_uri else None
    if fault:
        yield "icon_uri", fault
    yield from moment("created_at", resource.created_at)


def check_grant(grant: GrantEntry) -> Faults:
    """Say what is wrong with a grant, member by member."""
    yield from _identifier("id", grant.id)
    if sum(bool(target) for target in (grant.resource_id, grant.label, grant.type)) != 1:
        yield "resource_id", f"exactly one of {', '.join(_TARGETS)} says what is shared"
    if grant.scopes == ():
        yield "scopes", "is empty: nothing would be shared"
    yield from _words("scopes", grant.scopes)
    yield from _check_grantee(grant.grantee)
    yield from _check_conditions(grant)
    yield from moment("created_at", grant.created_at)


def _check_grantee(grantee: GranteeEntry) -> Faults:
    if len([said for name, said in members(grantee).items() if said and name != "role"]) != 1:
        yield "grantee", "exactly one of account, email, circle, organisation, claims, client says with whom"
    if grantee.role and not grantee.organisation:
        yield "grantee.role", "goes with organisation"


def _check_conditions(grant: GrantEntry) -> Faults:
    yield from moment("not_before", grant.not_before)
    yield from moment("expires_at", grant.expires_at)
    begins, ends = epoch(grant.not_before or ""), epoch(grant.expires_at or "")
    if begins is not None and ends is not None and ends <= begins:
        yield "expires_at", "is not after not_before"
    for member, number in (("max_uses", grant.max_uses), ("uses", grant.uses), ("reshare", grant.reshare)):
        if number is not None and number < 0:
            yield member, "cannot be negative"


def _identifier(member: str, said: str | None) -> Faults:
    if said is not None and not _ID.fullmatch(said):
        yield member, "has to be 1 to 128 letters, digits and . _ ~ -"


def _words(member: str, words: tuple[str, ...] | None) -> Faults:
    for position, word in enumerate(words or ()):
        if not word or len(word) > 256 or not word.isprintable():
            yield f"{member}[{position}]", "has to be printable text of at most 256 characters"
