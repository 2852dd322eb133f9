"""`consentry spec`: how citations and test names are read, and what is shown."""

import json
from pathlib import Path

import pytest

from consentry.cli.spec_index import build_index
from consentry.cli.spec_section import Section, cited, named, read_section
from tests.cli.conftest import CommandLine


@pytest.mark.parametrize(
    ("docstring", "sections"),
    [
        ("The token endpoint.\n\nSpec: Grant 3.3.4, 5.6.\n", ["Grant 3.3.4", "Grant 5.6"]),
        ("Spec: RFC 6749 4.1.2.1 and 5.2, RFC 6750 3.1; Grant 3.3.6.", [
            "RFC 6749 4.1.2.1", "RFC 6749 5.2", "RFC 6750 3.1", "Grant 3.3.6",
        ]),
        ("A key.  Spec: RFC 7517.", ["RFC 7517"]),
        ("Spec: Grant 3.3.6 (request_submitted).\n\nMore text, with 1, 2.", ["Grant 3.3.6"]),
        ("Spec: RFC 6749 10.10 (at least 128, better 160 bits).", ["RFC 6749 10.10"]),
        ("Spec: RFC 6749 6, RFC 9700 4.14.  For an RPT, ``owner_id`` is set.", ["RFC 6749 6", "RFC 9700 4.14"]),
        ("Spec: OpenID Connect Core 10.1.", ["OpenID Connect Core 10.1"]),
        ("Spec: RFC 7519 4.1.4 to 4.1.6.", ["RFC 7519 4.1.4", "RFC 7519 4.1.5", "RFC 7519 4.1.6"]),
        ("Spec: RFC 6749 3.1 and appendix B.", ["RFC 6749 3.1", "RFC 6749 B"]),
        ("Spec: AZ-3.", ["AZ-3", "RFC 6749 4.1.2.1"]),
        ("Reads `Spec:` lines.", []),
        ("Nothing.", []),
    ],
)  # fmt: skip
def test_a_docstring_cites_sections(docstring: str, sections: list[str]) -> None:
    assert list(map(str, cited(docstring))) == sections


@pytest.mark.parametrize(
    ("name", "sections"),
    [
        ("test_grant_3_3_6_need_info_carries_a_fresh_ticket", ["Grant 3.3.6"]),
        ("test_fedauthz_4_1_one_permission", ["FedAuthz 4.1"]),
        ("test_rfc6749_5_2_errors", ["RFC 6749 5.2"]),
        ("test_rfc_6749_2_3_1_basic", ["RFC 6749 2.3.1"]),
        ("test_rfc_7515_tokens", ["RFC 7515"]),
        ("test_oidc_3_1_3_7_audience", ["OpenID Connect Core 3.1.3.7"]),
        ("test_g_3_3_6_8_the_item_is_no_section", ["Grant 3.3.6"]),
        ("test_f_4_2_1_a_ticket", ["FedAuthz 4.2"]),
        ("test_f_3_1_a_description", ["FedAuthz 3"]),
        ("test_rs_g_3_2_1_1_the_challenge", ["Grant 3.2.1"]),
        ("test_cl_g_3_2_2_1_the_warning", ["Grant 3.2.2"]),
        ("test_rs_d_9068_1_checked_offline", ["RFC 9068"]),
        ("test_az_3_an_error_page", ["AZ-3", "RFC 6749 4.1.2.1"]),
        ("test_az_3_10_two_of_them", ["AZ-3", "RFC 6749 4.1.2.1", "AZ-10", "RFC 9207 2"]),
        ("test_md_11_one_and_az_10_another", ["MD-11", "RFC 9207 3", "AZ-10", "RFC 9207 2"]),
        ("test_a_44_the_resource_server_owns_it", ["A-44"]),
        ("test_grant_5_5_400_parallel_takers", ["Grant 5.5"]),
        ("test_a_ticket_is_spent_once", []),
        ("test_in_2027_nothing", []),
        ("helper", []),
    ],
)
def test_a_test_is_named_after_sections(name: str, sections: list[str]) -> None:
    assert list(map(str, named(name))) == sections


def test_a_section_covers_its_parts_and_no_neighbour() -> None:
    asked = read_section("Grant 3.3")
    assert asked.covers(Section(spec="Grant", number="3.3"))
    assert asked.covers(Section(spec="Grant", number="3.3.6"))
    assert not asked.covers(Section(spec="Grant", number="3.30"))
    assert not asked.covers(Section(spec="FedAuthz", number="3.3"))
    assert Section(spec="Grant").covers(asked)


def test_sections_come_in_the_order_of_their_numbers() -> None:
    numbers = ["10.1", "9", "2.10", "2.9"]
    ordered = sorted((Section(spec="Grant", number=number) for number in numbers), key=lambda one: one.order)
    assert [one.number for one in ordered] == ["2.9", "2.10", "9", "10.1"]


def test_a_section_is_answered_with_code_and_tests(sqlite_command_line: CommandLine) -> None:
    found = json.loads(sqlite_command_line.done("spec", "Grant 3.3.6", "--json"))
    assert "consentry/core/errors.py" in {place["file"] for place in found["code"]}
    assert all(place["file"].startswith("tests/") for place in found["tests"])
    assert any(place["name"].startswith("test_grant_3_3_6") for place in found["tests"])
    shown = sqlite_command_line.done("spec", "grant", "3.3.6")
    assert shown.startswith("Grant 3.3.6\n\ncode\n  consentry/")


def test_a_section_that_nobody_answers_for_is_told(sqlite_command_line: CommandLine) -> None:
    result = sqlite_command_line.run("spec", "Grant 99")
    assert result.exit_code == 1
    assert "nothing says that it answers for this" in result.stdout


def test_all_sections_are_listed_with_their_counts(sqlite_command_line: CommandLine) -> None:
    rows = json.loads(sqlite_command_line.done("spec", "--json"))
    (row,) = (row for row in rows if row["section"] == "Grant 3.3.6")
    assert row["code"] > 1
    assert row["tests"] > 1
    assert "Grant 3.3.6" in sqlite_command_line.done("spec")


def test_an_installation_without_tests_says_so(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "consentry"
    package.mkdir(parents=True)
    (package / "ticket.py").write_text('"""Tickets.\n\nSpec: Grant 5.5.\n"""\n')
    index = build_index(source=package)
    assert index.tests is None
    assert [str(place) for place in index.code_for(read_section("Grant 5"))] == ["consentry/ticket.py:1"]
