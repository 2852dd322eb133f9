"""What applying a realm file changes, in words that can be shown: no secret is in them."""

from typing import Literal

from consentry.core.realm_file.entries import Entry, members
from consentry.uma.value import value

Sign = Literal["+", "~", "-"]
SECRET = frozenset({"password_hash", "client_secret_digests"})
HIDDEN = "(secret)"
OTHER = "(another secret)"


@value
class MemberDifference:
    """One member, before and after; None where there was or is nothing."""

    name: str
    before: object
    after: object


@value
class Difference:
    """One thing that is added, changed or removed.  ``kind`` is its kind in words, ``name`` which one."""

    sign: Sign
    kind: str
    name: str
    members: tuple[MemberDifference, ...] = ()


def difference(kind: str, name: str, *, before: Entry | None, after: Entry | None) -> Difference:
    """Compare what a thing is with what it becomes."""
    was, becomes = _shown(before), _shown(after)
    if before is None or after is None:
        return Difference(sign="-" if after is None else "+", kind=kind, name=name, members=_all(was, becomes))
    return Difference(sign="~", kind=kind, name=name, members=_all(was, becomes))


def _all(was: dict[str, object], becomes: dict[str, object]) -> tuple[MemberDifference, ...]:
    names = dict.fromkeys((*was, *becomes))
    return tuple(
        _member(name, was.get(name), becomes.get(name)) for name in names if was.get(name) != becomes.get(name)
    )


def _member(name: str, before: object, after: object) -> MemberDifference:
    if name not in SECRET:
        return MemberDifference(name=name, before=before, after=after)
    shown = OTHER if before else HIDDEN
    return MemberDifference(name=name, before=before and HIDDEN, after=after and shown)


def _shown(entry: Entry | None) -> dict[str, object]:
    return {} if entry is None else _flat(members(entry))


def _flat(data: dict[str, object], prefix: str = "") -> dict[str, object]:
    """Name members of members by their path, and leave out what is empty."""
    found: dict[str, object] = {}
    for name, said in data.items():
        if prefix + name in {"settings", "settings.lifetimes"} and isinstance(said, dict):
            found |= _flat(said, f"{prefix}{name}.")
        elif said not in ("", [], {}):
            found[prefix + name] = said
    return found
