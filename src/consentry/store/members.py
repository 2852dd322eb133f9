"""What columns a record needs, read from its declaration."""

from collections.abc import Collection, Sequence
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

from consentry.core.model import Grantee
from consentry.uma.value import value

FLATTENED: tuple[type, ...] = (Grantee,)
"""Values that lie in columns of their own instead of in one with JSON text."""

Kind = Literal["text", "number", "flag", "json"]


@value
class Member:
    """One column that holds a member, or a member of a flattened member; ``path`` leads to it from the record.

    A nullable one that is part of the key is not so in its column: there the empty text stands for None.
    """

    name: str
    path: tuple[str, ...]
    kind: Kind
    type: object
    nullable: bool
    in_key: bool

    @property
    def null_column(self) -> bool:
        """Tell whether the column may hold NULL."""
        return self.nullable and not self.in_key


def members_of(record: type[object], *, key: Collection[str]) -> Sequence[Member]:
    """List the columns that a record's members need, in order."""
    return _members(record, path=(), key=key)


def _members(record: type[object], *, path: tuple[str, ...], key: Collection[str]) -> list[Member]:
    found: list[Member] = []
    for name, hint in get_type_hints(record).items():
        if isinstance(hint, type) and hint in FLATTENED:
            found.extend(_members(hint, path=(*path, name), key=()))
        else:
            found.append(_member((*path, name), hint, in_key=name in key))
    return found


def _member(path: tuple[str, ...], hint: object, *, in_key: bool) -> Member:
    options = get_args(hint) if get_origin(hint) in {UnionType, Union} else (hint,)
    plain = [option for option in options if option is not NoneType]
    return Member(
        name="_".join(path),
        path=path,
        kind=_kind(plain[0]),
        type=plain[0],
        nullable=len(plain) < len(options),
        in_key=in_key,
    )


def _kind(hint: object) -> Kind:
    if hint is str or get_origin(hint) is Literal:
        return "text"
    if hint is bool:
        return "flag"
    return "number" if hint is int else "json"
