"""The register has every requirement, once, with its level and section."""

from pathlib import Path

import pytest

from consentry.conformance.register import AREAS, all_cases, chosen

REQUIREMENTS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "requirements.txt").read_text().splitlines()
    if not line.startswith("#")
]


def test_every_requirement_is_in_the_register_with_its_level_and_section() -> None:
    assert sorted((case.id, case.level, case.section) for case in all_cases()) == sorted(REQUIREMENTS)
    assert len(REQUIREMENTS) == 207


def test_no_requirement_is_in_it_twice() -> None:
    ids = [case.id for case in all_cases()]
    assert len(ids) == len(set(ids))
    titles = [case.title for case in all_cases()]
    assert len(titles) == len(set(titles))


def test_a_requirement_has_a_test_or_a_reason_why_people_have_to_look() -> None:
    for case in all_cases():
        assert (case.body is None) == bool(case.reason), case.id
        assert case.title[0].isalpha(), case.id
        assert not case.title.endswith("."), case.id


def test_every_must_and_must_not_has_a_test() -> None:
    assert [case.id for case in all_cases() if case.binding and case.body is None] == []


def test_every_chapter_has_a_title_of_its_own() -> None:
    titles = [area.title for area in AREAS]
    assert len(titles) == len(set(titles))
    assert all(list(area) for area in AREAS)


def test_cases_are_chosen_by_id_or_by_section() -> None:
    assert [case.id for case in chosen(["G-3.3.6-8"])] == ["G-3.3.6-8"]
    assert len(chosen(["G-3.3.6"])) == 18
    assert len(chosen([])) == 207
    with pytest.raises(ValueError, match=r"G-9\.9"):
        chosen(["G-9.9"])
