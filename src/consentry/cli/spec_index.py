"""The index of sections: which code says it answers for one, and which tests are named after it."""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from consentry.cli.spec_section import Section, cited, named
from consentry.uma.value import value

SOURCE = Path(__file__).resolve().parent.parent

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Found = tuple[str, int, Section]


@value
class Place:
    """Where something stands: the file, the line, and the name of the class or function (empty: the module)."""

    file: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}{f' {self.name}' if self.name else ''}"


@value
class Index:
    """Sections, and the places that answer for them.  ``tests`` is None where no tests are installed."""

    code: dict[Section, tuple[Place, ...]]
    tests: dict[Section, tuple[Place, ...]] | None

    def sections(self) -> list[Section]:
        """Return every section that somebody answers for, in order."""
        return sorted({*self.code, *(self.tests or {})}, key=lambda section: section.order)

    def code_for(self, asked: Section) -> list[Place]:
        """Return the code for a section and its parts."""
        return _places(self.code, asked)

    def tests_for(self, asked: Section) -> list[Place]:
        """Return the tests of a section and its parts."""
        return _places(self.tests or {}, asked)


def build_index(*, source: Path = SOURCE, tests: Path | None = None) -> Index:
    """Read the program's docstrings and the names and docstrings of its tests."""
    suite = tests or find_tests(source)
    return Index(
        code=_index(source, source.parent, said_in_code),
        tests=None if suite is None else _index(suite, suite.parent, said_by_tests),
    )


def find_tests(source: Path) -> Path | None:
    """Return the directory of the tests, if the program runs in a checkout."""
    tests = source.parent.parent / "tests"
    return tests if source.parent.name == "src" and tests.is_dir() else None


def said_in_code(tree: ast.Module) -> Iterator[Found]:
    """List the sections that a module's docstrings cite."""
    for name, node in _documented(tree):
        line = 1 if isinstance(node, ast.Module) else node.lineno
        for section in cited(ast.get_docstring(node) or ""):
            yield name, line, section


def said_by_tests(tree: ast.Module) -> Iterator[Found]:
    """List the sections that a module's tests are named after, or cite."""
    for name, node in _documented(tree):
        if not isinstance(node, ast.Module) and node.name.startswith("test_"):
            for section in dict.fromkeys((*named(node.name), *cited(ast.get_docstring(node) or ""))):
                yield name, node.lineno, section


def _index(
    directory: Path, relative_to: Path, said: Callable[[ast.Module], Iterator[Found]]
) -> dict[Section, tuple[Place, ...]]:
    found: dict[Section, list[Place]] = {}
    for path in sorted(directory.rglob("*.py")):
        for name, line, section in said(ast.parse(path.read_text(encoding="utf-8"))):
            place = Place(file=path.relative_to(relative_to).as_posix(), line=line, name=name)
            found.setdefault(section, []).append(place)
    return {section: tuple(places) for section, places in found.items()}


def _documented(tree: ast.Module) -> Iterator[tuple[str, ast.Module | Definition]]:
    yield "", tree
    yield from _inside(tree.body, "")


def _inside(body: Iterable[ast.stmt], prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in body:
        if isinstance(node, Definition):
            yield f"{prefix}{node.name}", node
            yield from _inside(node.body, f"{prefix}{node.name}.")


def _places(found: dict[Section, tuple[Place, ...]], asked: Section) -> list[Place]:
    places = {place for section, places in found.items() if asked.covers(section) for place in places}
    return sorted(places, key=lambda place: (place.file, place.line))
