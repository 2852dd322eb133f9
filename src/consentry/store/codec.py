"""Functions between a record and its row, written once for each record and compiled.

They run for every row that is read or written; taking the cells apart by name is about twice as fast as by loop.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from consentry.core.errors import InvalidRequest
from consentry.store.members import FLATTENED, Member

R = TypeVar("R")
Argument = TypeVar("Argument")
Made = TypeVar("Made")
Cell = str | int | None
Row = Sequence[Cell]

_encode = msgspec.json.Encoder().encode


def decoder(record: type[R], members: Sequence[Member]) -> Callable[[Row], R]:
    """Make the function from the cells of ``members``, in order, to a record."""
    names: dict[str, object] = {"Record": record}
    names.update((kind.__name__, kind) for kind in FLATTENED)
    for member in members:
        if member.kind == "json":
            names[f"load_{member.name}"] = _loader(member.type)
    body = f"({', '.join(m.name for m in members)},) = row\n    return Record({', '.join(_arguments(members))})"
    return _compile("row", body, names)


def encoder(
    members: Sequence[Member], derived: Mapping[str, Callable[[R], str | None]]
) -> Callable[[R], Sequence[Cell]]:
    """Make the function from a record to its cells, derived ones last.

    It raises `InvalidRequest` for text that no database keeps.
    """
    names: dict[str, object] = {"dump": json_text, "refuse": refuse_nul}
    names.update((f"derive_{name}", derive) for name, derive in derived.items())
    lines = [f"{member.name} = {_dumped(member)}" for member in members]
    lines += [f"{name} = derive_{name}(record)" for name in derived]
    texts = [member.name for member in members if member.kind == "text"] + list(derived)
    lines += [f'if {name} is not None and "\\0" in {name}: refuse()' for name in texts]
    lines.append(f"return ({', '.join([*(member.name for member in members), *derived])},)")
    return _compile("record", "\n    ".join(lines), names)


def json_text(content: object) -> str:
    """Spell a value as JSON.  Raises `InvalidRequest` for text or numbers that no database keeps."""
    try:
        spelled = _encode(content).decode()
    except (UnicodeEncodeError, OverflowError) as problem:
        raise InvalidRequest("no such text or number") from problem
    if "\\u0000" in spelled:
        refuse_nul()
    return spelled


def refuse_nul() -> None:
    """Refuse NUL, which PostgreSQL cannot keep, so that no database does."""
    raise InvalidRequest("text must not contain NUL characters")


def _compile(argument: str, body: str, names: dict[str, object]) -> Callable[[Argument], Made]:
    """Compile a function.  Its text is made of the names of our own members and of nothing else."""
    made: dict[str, Callable[[Argument], Made]] = {}
    exec(f"def function({argument}):\n    {body}\n", names, made)  # noqa: S102 - see above
    return made["function"]


def _arguments(members: Sequence[Member]) -> Iterable[str]:
    flattened: dict[str, list[str]] = {}
    for member in members:
        if len(member.path) == 1:
            yield f"{member.name}={_loaded(member)}"
        else:
            flattened.setdefault(member.path[0], []).append(f"{member.path[1]}={_loaded(member)}")
    for name, parts in flattened.items():
        yield f"{name}=Grantee({', '.join(parts)})"


def _loaded(member: Member) -> str:
    name = member.name
    match member.kind:
        case "json":
            known = f'None if {name} is None else () if {name} == "[]"' if member.nullable else f'() if {name} == "[]"'
            return f"{known} else load_{name}({name})"
        case "flag":
            return f"{name} != 0"
        case _:
            return f"{name} or None" if member.nullable and member.in_key else name


def _dumped(member: Member) -> str:
    place = ".".join(("record", *member.path))
    match member.kind:
        case "json":
            spelled = f'"[]" if {place} == () else dump({place})'
            return f"None if {place} is None else {spelled}" if member.nullable else spelled
        case "flag":
            return f"1 if {place} else 0"
        case _:
            return f'{place} or ""' if member.nullable and member.in_key else place


def _loader(kind: object) -> Callable[[str], object]:
    decode: Callable[[str], object] = msgspec.json.Decoder(kind).decode
    return decode
