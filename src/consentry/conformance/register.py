"""The register: every requirement on authorization servers, in the order of the chapters."""

from collections.abc import Iterable

from consentry.conformance.case import Area, Case
from consentry.conformance.cases import (
    assessment,
    errors,
    failure,
    interaction,
    introspection,
    metadata,
    model,
    pat,
    permission,
    privacy,
    refresh,
    registration,
    request,
    resource_description,
    security,
    success,
    ticket,
    upgrade,
)

AREAS: tuple[Area, ...] = (
    model.AREA,
    metadata.AREA,
    pat.AREA,
    resource_description.AREA,
    registration.AREA,
    permission.AREA,
    ticket.AREA,
    request.AREA,
    interaction.AREA,
    interaction.RETURN,
    assessment.AREA,
    success.AREA,
    upgrade.AREA,
    failure.AREA,
    refresh.AREA,
    introspection.AREA,
    errors.AREA,
    security.AREA,
    privacy.AREA,
)


def all_cases() -> list[Case]:
    """Return every case."""
    return [case for area in AREAS for case in area]


def chosen(only: Iterable[str]) -> list[Case]:
    """Return the cases whose id is one of these, or begins with one and a dash; all without any.

    Raises `ValueError` for an id that no case has.
    """
    wanted = list(only)
    cases = all_cases()
    if not wanted:
        return cases
    unknown = [each for each in wanted if not any(_is(case, each) for case in cases)]
    if unknown:
        raise ValueError(f"no case is called {', '.join(unknown)}")
    return [case for case in cases if any(_is(case, each) for each in wanted)]


def _is(case: Case, id: str) -> bool:
    return case.id == id or case.id.startswith(f"{id}-")
