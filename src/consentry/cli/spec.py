"""`consentry spec`: which files answer for a section of a specification, and which tests."""

from collections.abc import Sequence
from pathlib import Path

import click

from consentry.cli.spec_index import Index, Place, build_index
from consentry.cli.spec_section import Section, read_section
from consentry.cli.terminal import json_option, print_json

NO_TESTS = "the tests are not installed here; they are in the project's source"


@click.command()
@click.argument("section", nargs=-1)
@click.option(
    "--tests", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Where the tests are, if elsewhere."
)
@json_option
def spec(section: tuple[str, ...], tests: Path | None, *, as_json: bool) -> None:
    """Say which files answer for SECTION ("Grant 3.3.6", "RFC 6749 5.2", "AZ-3"), its parts included, and which tests.

    Without a section, list every section with its counts.
    """
    index = build_index(tests=tests)
    if not section:
        _overview(index, as_json=as_json)
        return
    asked = _spelled(read_section(" ".join(section)), index)
    code, tested = index.code_for(asked), index.tests_for(asked)
    if as_json:
        shown = None if index.tests is None else _data(tested)
        print_json({"section": str(asked), "code": _data(code), "tests": shown})
    else:
        _show(asked, index, code, tested)
    if not code and not tested:
        raise click.exceptions.Exit(1)


def _overview(index: Index, *, as_json: bool) -> None:
    rows = [(str(one), len(index.code.get(one, ())), len((index.tests or {}).get(one, ()))) for one in index.sections()]
    if as_json:
        print_json([{"section": name, "code": code, "tests": tests} for name, code, tests in rows])
        return
    wide = max((len(name) for name, _, _ in rows), default=0)
    click.echo(f"{'section':{wide}}  code  tests")
    for name, code, tests in rows:
        click.echo(f"{name:{wide}}  {code:4}  {tests:5}")
    if index.tests is None:
        click.echo(NO_TESTS, err=True)


def _spelled(asked: Section, index: Index) -> Section:
    """Return the section with the specification's name as it is spelled here."""
    names = {section.spec.casefold(): section.spec for section in index.sections()}
    return Section(spec=names.get(asked.spec.casefold(), asked.spec), number=asked.number)


def _show(asked: Section, index: Index, code: Sequence[Place], tested: Sequence[Place]) -> None:
    click.echo(f"{asked}\n\ncode")
    for place in code:
        click.echo(f"  {place}")
    if not code:
        click.echo("  nothing says that it answers for this")
    click.echo("\ntests")
    for place in tested:
        click.echo(f"  {place}")
    if not tested:
        click.echo(f"  {NO_TESTS}" if index.tests is None else "  none is named after this")


def _data(places: Sequence[Place]) -> list[dict[str, object]]:
    return [{"file": place.file, "line": place.line, "name": place.name} for place in places]
