"""A report on a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from consentry.conformance.report import LEVELS, Report
from consentry.conformance.run import STATUSES, Result, Status

COLOURS: dict[Status, str] = {
    "pass": "green",
    "fail": "bold red",
    "skipped": "yellow",
    "error": "bold magenta",
    "review": "blue",
}


def show(report: Report, console: Console) -> None:
    """Print every requirement by chapter, then the findings with what was seen, then the counts."""
    for area, results in report.areas.items():
        table = Table(title=area, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for column in ("id", "level", "result", "requirement"):
            table.add_column(column, no_wrap=column != "requirement")
        for result in results:
            table.add_row(result.case.id, result.case.level, _status(result.status), _about(result))
        console.print(table, "")
    for result in report.results:
        if result.status in {"fail", "error"}:
            _finding(result, console)
    console.print(_counts(report))
    verdict = "conforms: no MUST and no MUST NOT failed" if report.conforms else "does not conform"
    console.print(Text(f"\n{report.issuer} {verdict} ({report.seconds:.1f} s)"))


def _status(status: Status) -> Text:
    return Text(status, style=COLOURS[status])


def _about(result: Result) -> Text:
    about = Text(result.case.title)
    for more in (result.why, *result.notes):
        if more:
            about.append(f"\n{more}", style="dim")
    return about


def _finding(result: Result, console: Console) -> None:
    console.rule(Text(f"{result.case.id} {result.status}: {result.why}", style=COLOURS[result.status]), align="left")
    for exchange in result.seen:
        head = "\n".join(f"{name}: {text}" for name, text in exchange.headers.items())
        sent = f"{exchange.method} {exchange.url}\n{exchange.sent}".rstrip()
        console.print(Text(f"{sent}\n→ {exchange.status}\n{head}\n{exchange.body}\n", style="dim"))


def _counts(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("level")
    for status in STATUSES:
        table.add_column(status, justify="right", style=COLOURS[status])
    for level in LEVELS:
        counts = report.counts[level]
        if any(counts.values()):
            table.add_row(level, *(str(counts[status]) for status in STATUSES))
    table.add_section()
    table.add_row("all", *(str(report.totals[status]) for status in STATUSES))
    return table
