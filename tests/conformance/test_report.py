"""What a report shows, and what it does not."""

import json
from html.parser import HTMLParser
from io import StringIO

import httpx2
import pytest
from rich.console import Console

from consentry.conformance.case import Area, Case, Level
from consentry.conformance.register import chosen
from consentry.conformance.report import Report
from consentry.conformance.report_page import page
from consentry.conformance.report_table import show
from consentry.conformance.run import Result, Status, conforms
from consentry.conformance.wire import Exchange, Wire, shortened

SECRET = "s3cr3t-of-some-length"
HOSTILE = '<script>alert(1)</script>"&'


def result(status: Status, level: Level = "MUST", **more: object) -> Result:
    found = Case(id="G-3.3.6-8", level=level, area="Failure", title=f"A title {HOSTILE}")
    seen = Exchange(method="GET", url=HOSTILE, sent=HOSTILE, status=200, headers={"location": HOSTILE}, body=HOSTILE)
    return Result(case=found, status=status, why=HOSTILE, notes=(HOSTILE,), seen=(seen,))


def report(*results: Result) -> Report:
    return Report(issuer=HOSTILE, profile=HOSTILE, at="2026-01-01T00:00:00Z", seconds=1.5, results=results)


@pytest.mark.parametrize(
    ("status", "level", "kept"),
    [
        ("fail", "MUST", False),
        ("fail", "MUST NOT", False),
        ("error", "MUST", False),
        ("fail", "SHOULD", True),
        ("fail", "DEF", True),
        ("skipped", "MUST", True),
        ("review", "MUST", True),
        ("pass", "MUST", True),
    ],
)
def test_only_what_binds_decides_whether_a_server_conforms(status: Status, level: Level, kept: bool) -> None:  # noqa: FBT001
    assert conforms([result(status, level)]) is kept


def test_the_page_escapes_everything_a_server_said() -> None:
    text = page(report(result("fail"), result("pass")))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") > 8
    HTMLParser().feed(text)
    assert "prefers-color-scheme: dark" in text


def test_the_table_prints_what_a_server_said_as_it_is() -> None:
    out = StringIO()
    odd = report(result("fail"))
    show(odd, Console(file=out, width=200))
    assert HOSTILE in out.getvalue()
    assert "does not conform" in out.getvalue()


def test_the_json_counts_by_level() -> None:
    document = json.loads(report(result("fail"), result("pass"), result("skipped", "MAY")).as_json())
    assert document["counts"]["MUST"] == {"pass": 1, "fail": 1, "skipped": 0, "error": 0, "review": 0}
    assert document["counts"]["MAY"]["skipped"] == 1
    assert document["conforms"] is False
    assert document["results"][0]["section"] == "Grant 3.3.6"


@pytest.mark.parametrize(
    "text",
    [
        f"grant_type=x&ticket={SECRET}&client_id=c1",
        f"client_secret={SECRET}",
        f"https://c.example/cb?code={SECRET}&state=s",
        f'{{"access_token": "{SECRET}", "token_type": "Bearer"}}',
        f'{{"error":"need_info","ticket":"{SECRET}"}}',
        f'<input type="hidden" name="csrf" value="{SECRET}">',
        f'{{"password": "{SECRET}"}}',
    ],
)
def test_a_secret_is_shortened_wherever_it_stands(text: str) -> None:
    shown = shortened(text)
    assert SECRET not in shown
    assert f"{SECRET[:6]}…" in shown


async def test_what_is_recorded_has_no_secret_in_full() -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"set-cookie": f"session={SECRET}"}, json={"refresh_token": SECRET})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        wire = Wire(http)
        said = await wire.send("POST", "https://as.example/token", bearer=SECRET, form={"password": SECRET})
    assert said.string("refresh_token") == SECRET
    assert SECRET not in str(wire.seen)
    assert "Bearer s3cr3t…" in wire.seen[0].sent


def test_an_area_keeps_the_order_of_its_cases() -> None:
    area = Area("An area")
    area.review("G-1.1-2", "MAY", "Second thoughts", "no request shows it")
    area.review("G-1.1-1", "DEF", "First thoughts", "no request shows it")
    assert [each.id for each in area] == ["G-1.1-2", "G-1.1-1"]
    assert chosen(["G-1.1-1"])[0].section == "Grant 1.1"
