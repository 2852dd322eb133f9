"""`consentry conformance`: how well an authorization server keeps to UMA 2.0."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import click

from consentry.cli.terminal import progress
from consentry.conformance.case import Case
from consentry.conformance.outcome import Unprepared
from consentry.conformance.profile import Profile, ProfileError, read_profile
from consentry.conformance.register import chosen
from consentry.conformance.report import Report, report_of
from consentry.conformance.run import Result, conforms, run
from consentry.conformance.stage import Stage


@click.command()
@click.argument("issuer")
@click.option(
    "--profile",
    "profile_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the kit has to know about the deployment, as TOML.",
)
@click.option("--only", multiple=True, metavar="ID", help="Run these cases only: G-3.3.6-8, or all of G-3.3.6.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the results there too."
)
@click.option(
    "--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to read there too."
)
def conformance(
    issuer: str, profile_file: Path, only: tuple[str, ...], json_file: Path | None, html_file: Path | None
) -> None:
    """Test the UMA 2.0 authorization server ISSUER over HTTP, as resource servers, clients and people would use it.

    Exits with 0 if no MUST and no MUST NOT failed, with 1 otherwise.  The server should be a test server: the kit
    registers, shares, signs in and asks there.
    """
    try:
        profile, cases = read_profile(profile_file), chosen(only)
    except ProfileError as problem:
        raise click.UsageError(str(problem)) from problem
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--only") from problem
    with progress("Cases", len(cases)) as advance:
        try:
            report = asyncio.run(_tested(issuer, profile, cases, advance))
        except Unprepared as problem:
            raise click.ClickException(str(problem)) from problem
    _write(report, json_file, html_file)
    raise click.exceptions.Exit(0 if conforms(report.results) else 1)


async def _tested(issuer: str, profile: Profile, cases: list[Case], advance: Callable[[int], None]) -> Report:
    def done(_: Result) -> None:
        advance(1)

    stage = await Stage.open(issuer, profile)
    try:
        return await report_of(stage, run(stage, cases, done=done))
    finally:
        await stage.close()


def _write(report: Report, json_file: Path | None, html_file: Path | None) -> None:
    from rich.console import Console

    from consentry.conformance.report_page import page
    from consentry.conformance.report_table import show

    show(report, Console())
    if json_file is not None:
        json_file.write_text(report.as_json(), encoding="utf-8")
    if html_file is not None:
        html_file.write_text(page(report), encoding="utf-8")
