"""The page that shows requirement, code and tests is what the code says today, and leaves nothing unexplained."""

from consentry.cli.spec_index import build_index
from consentry.conformance.register import all_cases
from tools.conformance_table import (
    INTERACTIVE,
    PAGE,
    ROOT,
    SKIPPED,
    WITHOUT_CODE,
    current,
    gaps,
    ids_in_name,
    named_in_tests,
    skipped,
)

IDS = [case.id for case in all_cases()]


def test_the_page_is_what_make_conformance_table_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == current(), "run make conformance-table"


def test_every_requirement_has_code_and_tests_or_a_reason() -> None:
    assert gaps(build_index(), named_in_tests(ROOT / "tests", IDS)) == []
    assert all(f'<span id="{each}">' in PAGE.read_text(encoding="utf-8") for each in IDS)


def test_a_must_that_the_kit_skips_has_a_reason_beside_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for case in all_cases():
        if why := skipped(case):
            assert f"kit `{case.id}`, skipped: {why}" in page


def test_reasons_are_about_requirements_that_there_are() -> None:
    assert set(SKIPPED) <= set(IDS)
    assert {f"{section}-{number}" for section, numbers in INTERACTIVE.items() for number in numbers} <= set(IDS)
    assert set(WITHOUT_CODE) <= {case.section for case in all_cases()}


def test_ids_are_read_from_names_and_sections_are_not_taken_for_ids() -> None:
    assert list(ids_in_name("test_g_3_3_6_8_nothing_is_left", IDS)) == ["G-3.3.6-8"]
    assert list(ids_in_name("test_g_3_3_6_8_and_f_5_1_1_1_go_together", IDS)) == ["G-3.3.6-8", "F-5.1.1-1"]
    assert list(ids_in_name("test_f_3_1_a_description_is_kept", IDS)) == []
    assert list(ids_in_name("test_cl_g_3_3_6_1_a_client_waits", IDS)) == []
