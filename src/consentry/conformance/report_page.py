"""A report as one HTML page that needs nothing else: no scripts, no other files."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from consentry.conformance.report import LEVELS, Report
from consentry.conformance.run import STATUSES


def page(report: Report) -> str:
    """Return the page; everything a server said is escaped."""
    environment = Environment(
        loader=PackageLoader("consentry.conformance"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(report=report, levels=LEVELS, statuses=STATUSES)
