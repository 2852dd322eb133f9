"""Writes docs/reference/errors.md from the refusal classes: `python -m tools.error_reference`."""

import importlib
import pkgutil
import sys
from pathlib import Path

import consentry.core
from consentry.core.errors import Refusal

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "errors.md"

HEAD = """# Errors

Every refusal that Consentry gives, made from the classes in the source by `python -m tools.error_reference`. How they
look depends on the endpoint: `error` and `error_description` at OAuth and UMA endpoints, problem details (RFC 9457) at
`/me`, a page in a browser. The descriptions are for developers and may change; the codes are the specifications'.

`need_info`, `request_submitted` and `request_denied` (403) are answers of the UMA grant and carry data of their own.

| `error` | Status | Class | What it means |
|---|---|---|---|
"""


def page() -> str:
    """Return the page as it should be."""
    for module in pkgutil.walk_packages(consentry.core.__path__, "consentry.core."):
        importlib.import_module(module.name)
    rows = sorted(_row(kind) for kind in _kinds(Refusal) if kind.__module__.startswith("consentry."))
    return HEAD + "\n".join(rows) + "\n"


def _kinds(parent: type[Refusal]) -> set[type[Refusal]]:
    children = set(parent.__subclasses__())
    return children.union(*(_kinds(child) for child in children))


def _row(kind: type[Refusal]) -> str:
    meaning = " ".join((kind.__doc__ or "").split())
    return f"| `{kind.code}` | {kind.status} | `{kind.__name__}` | {meaning} |"


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.stdout.write(f"wrote {PAGE.name}\n")
