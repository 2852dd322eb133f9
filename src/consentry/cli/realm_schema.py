"""The JSON Schema of realm files, made from the entries' own types."""

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

from consentry.core.realm_file.entries import RealmFile
from consentry.uma.value import value

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
NAMES = {str: "string", int: "integer", bool: "boolean"}

Kind = object
"""A type as an annotation spells it."""


@value
class Member:
    """One member of an entry: its type without ``None``, its description, and whether it has to be there."""

    name: str
    kind: Kind
    description: str
    required: bool


def realm_schema() -> dict[str, object]:
    """Return the JSON Schema of a realm file."""
    return {"$schema": SCHEMA, "title": "A Consentry realm file", **schema_of(RealmFile)}


@cache
def members_of(kind: type) -> tuple[Member, ...]:
    """List the members of an entry, as its type declares them."""
    return tuple(_members(kind))


def _members(kind: type) -> Iterator[Member]:
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        hint, description = hints[field.name], ""
        if get_origin(hint) is Annotated:
            hint, description = get_args(hint)[:2]
        required = field.default is MISSING and field.default_factory is MISSING
        yield Member(name=field.name, kind=without_none(hint), description=description, required=required)


def without_none(hint: Kind) -> Kind:
    """Return the one type that an optional type is about."""
    if get_origin(hint) in {Union, UnionType}:
        return next(one for one in get_args(hint) if one is not NoneType)
    return hint


def schema_of(kind: Kind) -> dict[str, object]:
    """Return the JSON Schema of one type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _object(kind)
    if origin is tuple:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if origin is Literal:
        return {"enum": list(arguments)}
    return {"type": NAMES[kind]} if isinstance(kind, type) and kind in NAMES else {}


def _object(kind: type) -> dict[str, object]:
    members = list(members_of(kind))
    return {
        "type": "object",
        "description": (kind.__doc__ or "").partition("\n")[0],
        "properties": {member.name: _described(member) for member in members},
        "required": [member.name for member in members if member.required],
        "additionalProperties": False,
    }


def _described(member: Member) -> dict[str, object]:
    schema = schema_of(member.kind)
    return schema | ({"description": member.description} if member.description else {})
