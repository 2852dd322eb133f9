"""Every section that the protocol's code says it answers for has a test that is named after it."""

from functools import cache

import pytest

from consentry.cli.spec_index import Index, build_index
from consentry.cli.spec_section import Section, read_section

UNTESTED = {
    "FedAuthz 6": "the errors are tested where they occur: 3.2, 4.3, 5.1",
    "OpenID Connect Core 2": "the members of ID Tokens are tested with 3.1.3.7, where they are checked",
    "RFC 6749 1.4": "says what an access token is",
    "RFC 6749 1.5": "says what a refresh token is",
    "RFC 6749 5.1": "the successful answer is tested with every grant: 4.1.4, 4.4.3, 6",
    "RFC 7396 2": "merging a change into a share is tested with the owner's API, by what it does",
    "RFC 8176 2": "only says how the ways of signing in are called",
    "RFC 9110 13.1.1": "tested with the owner's API, for every object",
}
"""Sections without a test that is named after them, and why."""


@cache
def index() -> Index:
    return build_index()


def claimed() -> list[Section]:
    """List the sections that a module of the core cites."""
    core = [one for one, places in index().code.items() if any(p.file.startswith("consentry/core/") for p in places)]
    return sorted(core, key=lambda section: section.order)


def is_tested(section: Section) -> bool:
    """Say whether a test is named after the section, a part of it, or the section that it is a part of."""
    above = Section(spec=section.spec, number=section.number.rpartition(".")[0])
    return bool(index().tests_for(section) or (above.number and (index().tests or {}).get(above)))


@pytest.mark.parametrize("section", claimed(), ids=str)
def test_a_section_that_the_core_answers_for_has_a_test(section: Section) -> None:
    assert is_tested(section) or str(section) in UNTESTED


def test_every_exception_is_about_a_section_that_the_core_answers_for() -> None:
    assert set(map(read_section, UNTESTED)) <= set(claimed())
