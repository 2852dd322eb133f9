"""``${env:NAME}`` and ``${file:PATH}`` in a realm file's texts, so that secrets need not stand in it."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from consentry.core.realm_file.problem import Problem

_PLACEHOLDER = re.compile(r"\$\{(?P<kind>\w+):(?P<name>[^}]*)\}")


class PlaceholderError(Exception):
    """Placeholders that mean nothing here."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


def filled(data: object, *, directory: Path, path: str = "$") -> object:
    """Replace every placeholder.  Paths of files are relative to ``directory``.  Raises `PlaceholderError`."""
    match data:
        case str():
            return _text(data, directory, path)
        case dict():
            parts = {str(name): (part, f"{path}.{name}") for name, part in data.items()}
            return dict(_each(parts, directory))
        case list():
            items = {str(position): (item, f"{path}[{position}]") for position, item in enumerate(data)}
            return [item for _, item in _each(items, directory)]
        case _:
            return data


def _each(parts: Mapping[str, tuple[object, str]], directory: Path) -> Iterator[tuple[str, object]]:
    problems: list[Problem] = []
    for name, (part, path) in parts.items():
        try:
            yield name, filled(part, directory=directory, path=path)
        except PlaceholderError as problem:
            problems += problem.problems
    if problems:
        raise PlaceholderError(*problems)


def _text(text: str, directory: Path, path: str) -> str:
    def replacement(found: re.Match[str]) -> str:
        kind, name = found["kind"], found["name"]
        if kind == "env" and name in os.environ:
            return os.environ[name]
        if kind == "file":
            return _content(directory / name, path)
        wrong = f"the variable {name} is not set" if kind == "env" else "a placeholder is ${env:NAME} or ${file:PATH}"
        raise PlaceholderError(Problem(path=path, message=wrong))

    return _PLACEHOLDER.sub(replacement, text)


def _content(file: Path, path: str) -> str:
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "is no text"
        raise PlaceholderError(Problem(path=path, message=f"{file}: {reason}")) from problem
