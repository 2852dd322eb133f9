"""Records made from their own declarations, so that a member added tomorrow is tested tomorrow."""

import itertools
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from consentry.core.model import Account, Record, Resource

R = TypeVar("R")

RECORDS: tuple[type[Record], ...] = get_args(Record)

FIXED: dict[str, object] = {
    # Where a value of chance would not do: versions are counted, kinds have their own keys.
    "version": 1,
    "taken_at": None,
}


def full(kind: type[R], tag: str = "1", /, **members: object) -> R:
    """Make a record with every member set to something that is not its default."""
    numbers = itertools.count(1_000_001)
    made = {
        name: members.get(name, FIXED[name] if name in FIXED else _value(hint, f"{name}-{tag}", numbers))
        for name, hint in get_type_hints(kind).items()
    }
    return kind(**made)


def bare(kind: type[R], tag: str = "1", /, **members: object) -> R:
    """Make a record with nothing set that has a default."""
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    numbers = itertools.count(2_000_001)
    needed = [field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING]
    made = {name: _value(hints[name], f"{name}-{tag}", numbers) for name in needed}
    return kind(**{**made, **members})


def person(account_id: str, **members: object) -> Account:
    """Make an account that can do things."""
    return bare(Account, **{"account_id": account_id, "username": f"{account_id}-name", **members})


def thing(resource_id: str, *, owner_id: str = "alice", **members: object) -> Resource:
    """Make a resource at the resource server `rs`."""
    given = {"owner_id": owner_id, "resource_server": "rs", "resource_scopes": ("read", "write"), **members}
    return bare(Resource, **{"resource_id": resource_id, **given})


def _value(hint: object, text: str, numbers: "itertools.count[int]") -> object:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {UnionType, Union}:
        return _value(next(option for option in arguments if option is not NoneType), text, numbers)
    if origin is Literal:
        return arguments[-1]
    if origin is tuple:
        inner = arguments[:1] if arguments[-1] is Ellipsis else arguments
        return tuple(_value(option, f"{text}-{place}", numbers) for place, option in enumerate(inner))
    if hint is bool:
        return True
    if hint is int:
        return next(numbers)
    if hint is str:
        return f"{text} ä\"'\\ é"
    assert isinstance(hint, type)
    return full(hint, text)
