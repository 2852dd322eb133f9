"""The whole kit against the served process, by its command."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentry.cli.main import consentry
from tests.conformance.site import Place, served

LONGEST_RUN = 100


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served(tmp_path_factory.mktemp("conformance")) as found:
        yield found


def conformance(place: Place, *arguments: str) -> Result:
    return CliRunner().invoke(
        consentry, ["conformance", place.issuer, "--profile", str(place.profile_file), *arguments]
    )


@pytest.mark.slow
def test_consentry_keeps_every_requirement_that_the_kit_can_test(place: Place, tmp_path: Path) -> None:
    result = conformance(place, "--json", str(tmp_path / "r.json"), "--html", str(tmp_path / "r.html"))
    report = json.loads((tmp_path / "r.json").read_text())
    findings = [(each["id"], each["why"]) for each in report["results"] if each["status"] in {"fail", "error"}]
    assert findings == []
    assert (result.exit_code, report["conforms"]) == (0, True)
    assert report["seconds"] < LONGEST_RUN
    assert len(report["results"]) == 207
    assert f"{place.issuer} conforms" in result.stdout.replace("\n", " ")
    page = (tmp_path / "r.html").read_text()
    assert page.count('<tr id="') == 207
    Whole().feed(page)
    # What was left out is not there, or cannot be here; nothing else is skipped.
    reasons = {each["why"] for each in report["results"] if each["status"] == "skipped"}
    assert not [why for why in reasons if "claim_issuer" in why]


def test_a_single_requirement_can_be_tried(place: Place) -> None:
    result = conformance(place, "--only", "F-2-1")
    assert result.exit_code == 0
    assert "F-2-1" in result.stdout
    assert "F-2-2" not in result.stdout


def test_an_id_that_no_case_has_is_wrong_use(place: Place) -> None:
    result = conformance(place, "--only", "X-1")
    assert result.exit_code == 2
    assert "no case is called X-1" in result.stderr


def test_an_issuer_where_nobody_is_gets_one_sentence(place: Place) -> None:
    result = CliRunner().invoke(
        consentry, ["conformance", "http://127.0.0.1:9/none", "--profile", str(place.profile_file)]
    )
    assert result.exit_code == 1
    assert "uma2-configuration" in result.stderr


class Whole(HTMLParser):
    """Fails if a page needs anything beside itself."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "link", "img", "iframe"}
        assert not {"src", "onclick", "onload"} & {name for name, _ in attrs}
