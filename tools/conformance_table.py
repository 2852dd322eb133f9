"""Writes docs/reference/uma-conformance.md: each requirement of UMA 2.0, the code that answers for it, its tests.

Only the reasons below are kept by hand: requirements and the kit's cases come from the kit's register, code from the
sections that docstrings cite, tests from the ids that their names and docstrings carry.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from consentry.cli.spec_index import Index, Place, build_index
from consentry.cli.spec_section import Section, read_section
from consentry.conformance.case import Case
from consentry.conformance.register import all_cases

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "uma-conformance.md"
SOURCE = ROOT / "src" / "consentry"
METADATA = SOURCE / "core" / "metadata.py"
NEWLINE = "\n"

ELSEWHERE = {
    "FedAuthz 1.2": ("core/bearer.py",),
    "FedAuthz 7": ("core/grants/authorization_code.py", "core/grants/refresh_token.py"),
    "FedAuthz 8": ("core/bearer.py", "core/family.py"),
    "Grant 1.2": ("core/assessment.py", "core/memberships.py"),
    "Grant 4": ("core/metadata.py",),
    "Grant 5.4": ("core/context.py", "server.py"),
    "Grant 7": ("uma/codes.py",),
}
"""Code for sections that no docstring cites."""

WITHOUT_CODE = {
    "FedAuthz 1.4": "the operators' agreement, outside of any server",
    "Grant 5.8": "a matter of contracts",
    "Grant 6.2": "not yet: claims are not kept from one process to the next",
    "Grant 6.3": "left to resource servers",
}
"""Sections without code, and why."""

NO_REGISTRATION = "clients are registered in the realm file, there is no endpoint for it"
SKIPPED = {
    "F-1.3-1": "this server is served in clear here; the kit's own tests try it over TLS",
    "G-2-7": NO_REGISTRATION,
    "G-2-8": NO_REGISTRATION,
    "G-3.3.4-2": NO_REGISTRATION,
    "G-3.3.4-12": "PCTs live too long to wait for",
    "G-3.3.5.1-1": "RPTs are upgraded here, so that nothing else is to be seen",
    "G-5.7-4": "the kit's realm has the agreements that pushed claims need",
}
"""Cases that the kit skips against this server, and why that is right."""

INTERACTION = "claims_interaction_endpoint"
INTERACTIVE = {
    "G-2": {4, 5},
    "G-5.5": {4},
    "G-3.3.1": {8, 9},
    "G-3.3.2": set(range(1, 13)),
    "G-3.3.3": set(range(1, 8)),
    "G-3.3.5": {3, 4, 5},
    "G-3.3.6": {13},
    "G-5.1": {1, 2},
    "G-5.2": {2, 3, 4, 5},
    "G-6.2": {1},
}
"""Cases that the kit skips as long as no claims interaction endpoint is offered."""

HEADER = "| Id | Level | Requirement | Code | Tests |\n|---|---|---|---|---|"

_IN_NAME = re.compile(r"(?:^test|_and)_(?P<document>[gf])_(?P<digits>\d+(?:_\d+)+)(?=_|$)")
_IN_DOCSTRING = re.compile(r"(?<![\w-])[GF]-\d+(?:\.\d+)*-\d+(?!\d)")
_OURS = ("core/", "web/", "store/", "plugins/", "settings/", "server.py", "app.py", "cli/", "uma/")


def ids_in_name(name: str, known: Iterable[str]) -> Iterator[str]:
    """Read the ids that a test's name carries: ``test_g_3_3_6_8_...`` is about G-3.3.6-8.

    Where that may also be a section (``test_f_3_1_...``: F-3-1, or 3.1), it is the section, and no id.
    """
    ids = set(known)
    sections = {each.rpartition("-")[0] for each in ids}
    for found in _IN_NAME.finditer(name):
        digits = found["digits"].split("_")
        document = found["document"].upper()
        named = f"{document}-{'.'.join(digits[:-1])}-{digits[-1]}"
        if named in ids and f"{document}-{'.'.join(digits)}" not in sections:
            yield named


def named_in_tests(tests: Path, known: Iterable[str]) -> dict[str, list[str]]:
    """List, for each id, the tests whose name or docstring carries it, as ``file: name``."""
    ids = list(known)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(tests.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                said = (*ids_in_name(node.name, ids), *_IN_DOCSTRING.findall(ast.get_docstring(node) or ""))
                for each in dict.fromkeys(said):
                    found[each].append(f"{path.relative_to(tests).as_posix()}: {node.name}")
    return found


def code_for(index: Index, section: Section) -> list[str]:
    """List the files that answer for a section; if none does, for its parts, then for what it is a part of."""
    for places in (index.code.get(section, ()), index.code_for(section), _above(index, section)):
        files = sorted({place.file.removeprefix("consentry/") for place in places})
        ours = [file for file in files if file.startswith(_OURS)]
        if ours:
            server = [file for file in ours if not file.startswith("uma/")]
            return server or ours
    return [file for file in ELSEWHERE.get(str(section), ()) if (SOURCE / file).exists()]


def gaps(index: Index, tests: dict[str, list[str]]) -> list[str]:
    """Return what the page would leave unexplained."""
    found = []
    for case in all_cases():
        if not code_for(index, read_section(case.section)) and case.section not in WITHOUT_CODE:
            found.append(f"{case.id}: no code cites {case.section}")
        if case.body is None and not case.reason:
            found.append(f"{case.id}: neither tested nor explained")
        if case.binding and case.body is None and case.id not in tests:
            found.append(f"{case.id}: a {case.level} without a test")
    return found


def skipped(case: Case) -> str | None:
    """Return why the kit skips a case against this server, if it does."""
    section, _, number = case.id.rpartition("-")
    if int(number) in INTERACTIVE.get(section, ()) and INTERACTION not in METADATA.read_text(encoding="utf-8"):
        return "not yet: the claims interaction endpoint is not offered"
    return SKIPPED.get(case.id)


def page(index: Index, tests: dict[str, list[str]]) -> str:
    """Return the whole page."""
    cases = all_cases()
    binding = [case for case in cases if case.binding]
    by_name = sum(case.id in tests for case in binding)
    left = sum(case.body is None for case in cases)
    unseen = sum(skipped(case) is not None for case in cases)
    not_tested = [case.id for case in binding if skipped(case) and case.id not in tests]
    head = f"""# UMA 2.0, requirement by requirement

`make conformance-table` writes this page; a test holds it against the code.

"UMA 2.0 Grant" and "Federated Authorization" put {len(cases)} requirements on an authorization server, and
{len(binding)} of them are MUST or MUST NOT. The [conformance kit](../conformance.md) has a case for all but {left}.
`./test` runs the kit against the served program over HTTP; it skips {unseen} cases there, and the reason stands beside
each. {by_name} of the MUSTs and MUST NOTs also have tests of their own, which carry the id.

MUST or MUST NOT that neither the kit nor a test of its own shows on this server: {", ".join(not_tested) or "none"}.

Code is listed below `src/consentry/`, by the sections that docstrings cite (`consentry spec "Grant 3.3.6"` prints the
same with line numbers); tests are listed below `tests/`. DEF is a statement without a keyword.
"""
    parts = [head]
    for area, group in groupby(cases, key=lambda case: case.area):
        rows = NEWLINE.join(_row(case, index, tests) for case in group)
        parts.append(
            f"## {area}{NEWLINE}{NEWLINE}| Id | Level | Requirement | Code | Tests |\n|---|---|---|---|---|\n{rows}\n"
        )
    return NEWLINE.join(parts)


def _row(case: Case, index: Index, tests: dict[str, list[str]]) -> str:
    files = code_for(index, read_section(case.section))
    code = "<br>".join(f"`{file}`" for file in files) or f"none: {WITHOUT_CODE[case.section]}"
    named = [f"`{each}`" for each in tests.get(case.id, [])]
    kit = f"kit `{case.id}`" if case.body is not None else f"not by the kit: {case.reason}"
    if why := skipped(case):
        kit += f", skipped: {why}"
    cells = (f'<span id="{case.id}">{case.id}</span>', case.level, _plain(case.title), code, "<br>".join([kit, *named]))
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return text.replace("|", "\\|")


def _above(index: Index, section: Section) -> list[Place]:
    while section.number:
        section = Section(spec=section.spec, number=section.number.rpartition(".")[0])
        if section.number and section in index.code:
            return list(index.code[section])
    return []


def current() -> str:
    """Return the page as it has to be; raises `SystemExit` if something in it would be unexplained."""
    index = build_index()
    tests = named_in_tests(ROOT / "tests", [case.id for case in all_cases()])
    if found := gaps(index, tests):
        raise SystemExit(NEWLINE.join(found))
    return page(index, tests)


if __name__ == "__main__":
    PAGE.write_text(current(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} written\n")
