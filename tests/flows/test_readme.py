"""What the README says is so: its lines of curl run, its links lead somewhere, its table is what the tests carry."""

import re
import subprocess
from pathlib import Path

import pytest

from consentry.cli.spec_index import build_index
from tests.demos import ROOT, environment, running_demo

README = (ROOT / "README.md").read_text()
MOST_WORDS = 900
PAGES = [ROOT / "README.md", ROOT / "docs" / "tutorial.md", *(ROOT / "examples").rglob("README.md")]

INDEX_NAMES = {
    "UMA 2.0 Grant": "Grant",
    "UMA 2.0 Federated Authorization": "FedAuthz",
    "OpenID Connect Core": "OpenID Connect Core",
}
"""How the index of sections calls what the table names otherwise than by an RFC number."""


def section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def shell_lines(text: str) -> str:
    """Return the one block of shell lines of a text."""
    (block,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert isinstance(block, str)
    return block


def test_the_readme_is_short() -> None:
    assert len(README.split()) <= MOST_WORDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_something_in_the_tree(page: Path) -> None:
    named = re.findall(r"\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)=\"([^\"]+)\"", page.read_text())
    places = [one or other for one, other in named]
    assert [place for place in places if "://" not in place and not (page.parent / place).exists()] == []


def test_what_the_table_calls_working_has_tests_that_carry_its_sections() -> None:
    index = build_index(tests=ROOT / "tests")
    tested = {one.spec for one in index.tests or ()}
    rows = re.findall(r"^\| (.+?) \| works.*\|$", section("How far it is"), re.MULTILINE)
    assert len(rows) >= 8
    for row in rows:
        names = re.findall(r"RFC \d+", row) or [name for name in INDEX_NAMES if name in row]
        assert names, row
        assert {INDEX_NAMES.get(name, name) for name in names} <= tested


@pytest.mark.slow
def test_the_lines_of_curl_run_as_they_stand_there(tmp_path: Path) -> None:
    here = tmp_path / "run"
    here.write_text(f'#!/bin/sh\nexec "{ROOT}/run" "$@"\n')  # the folder of the demo is beside it then
    here.chmod(0o755)
    with running_demo(tmp_path) as demo:
        done = subprocess.run(
            ["bash", "-c", shell_lines(section("The same with curl"))],
            cwd=tmp_path,
            env=environment(AS=demo.issuer, RECORD=f"{demo.records}/records/alice"),
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert '"status":"approved"' in done.stdout
    assert done.stdout.rstrip().endswith("}]}")
    assert "Penicillin" in done.stdout
