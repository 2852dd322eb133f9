"""Reading realm files: bytes into a checked `RealmFile`, or everything that is wrong with them."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import get_args, get_origin

import msgspec

from consentry.cli.placeholders import PlaceholderError, filled
from consentry.cli.realm_schema import Kind, members_of
from consentry.core.realm_file.check import problems_of
from consentry.core.realm_file.entries import RealmFile
from consentry.core.realm_file.problem import Problem

_WITH_PATH = re.compile(r"(?P<message>.*) - at `(?P<path>\$.*)`", re.DOTALL)


class BadRealmFile(Exception):
    """A realm file that cannot be used: which one, and everything that is wrong with it."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        super().__init__(file, problems)
        self.file = file
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(f"{self.file}: {problem.path}: {problem.message}" for problem in self.problems)


def read_realm_file(path: Path) -> RealmFile:
    """Read and check a realm file, JSON or TOML.  Raises `BadRealmFile`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "is not UTF-8 text"
        raise BadRealmFile(str(path), [Problem(path="$", message=str(reason))]) from problem
    return parse_realm_file(text, name=str(path), directory=path.parent)


def parse_realm_file(text: str, *, name: str, directory: Path) -> RealmFile:
    """Read and check the text of a realm file.  Raises `BadRealmFile`."""
    data = _plain(_parsed(text, name=name))
    strange = [*unknown_members(data, RealmFile), *unstorable_texts(data)]
    if strange:
        raise BadRealmFile(name, strange)
    try:
        file = msgspec.convert(filled(data, directory=directory), RealmFile)
    except PlaceholderError as problem:
        raise BadRealmFile(name, problem.problems) from problem
    except msgspec.ValidationError as problem:
        raise BadRealmFile(name, [_explained(str(problem))]) from problem
    problems = problems_of(file)
    if problems:
        raise BadRealmFile(name, problems)
    return file


def unknown_members(data: object, kind: Kind, path: str = "$") -> Iterator[Problem]:
    """List the members that a type does not have, with what may have been meant."""
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(data, dict):
        known = {member.name: member.kind for member in members_of(kind)}
        for name, part in data.items():
            if name in known:
                yield from unknown_members(part, known[name], f"{path}.{name}")
            else:
                yield Problem(path=f"{path}.{name}", message=f"there is no such member{_meant(str(name), known)}")
    elif get_origin(kind) is tuple and isinstance(data, list):
        for position, item in enumerate(data):
            yield from unknown_members(item, get_args(kind)[0], f"{path}[{position}]")


def unstorable_texts(data: object, path: str = "$") -> Iterator[Problem]:
    """List the texts with characters that no database keeps: NUL, and halves of surrogate pairs."""
    match data:
        case str() if "\0" in data or any("\ud800" <= character <= "\udfff" for character in data):
            yield Problem(path=path, message="has a character that cannot be stored")
        case dict():
            for name, part in data.items():
                yield from unstorable_texts(name, f"{path}.{name!a}")
                yield from unstorable_texts(part, f"{path}.{name}")
        case list():
            for position, item in enumerate(data):
                yield from unstorable_texts(item, f"{path}[{position}]")


def _parsed(text: str, *, name: str) -> object:
    toml = not text.lstrip().startswith("{")  # no TOML document begins so, and every realm file in JSON does
    try:
        return tomllib.loads(text) if toml else json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as problem:
        kind = "TOML" if toml else "JSON"
        raise BadRealmFile(name, [Problem(path="$", message=f"cannot be read as {kind}: {problem}")]) from problem


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a member that is there twice: which one counts would be a guess."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)} is there twice")
    return found


def _plain(data: object) -> object:
    """Write TOML's own times as text, which is what the schema wants."""
    match data:
        case dict():
            return {name: _plain(part) for name, part in data.items()}
        case list():
            return [_plain(item) for item in data]
        case datetime() | date() | time():
            return data.isoformat()
        case _:
            return data


def _explained(message: str) -> Problem:
    found = _WITH_PATH.fullmatch(message)
    said = (found["message"] if found else message).replace("`", "").removeprefix("Object ")
    plain = said[:1].lower() + said[1:]
    return Problem(path=found["path"] if found else "$", message=plain)


def _meant(name: str, known: dict[str, Kind]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
