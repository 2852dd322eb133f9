"""The house rules that a machine can check: lint, types, floors, sizes, and what must not be in the tree."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = [name for name in ("src", "tests", "bench", "examples", "tools") if any((ROOT / name).rglob("*.py"))]
MODULES = sorted((ROOT / "src").rglob("*.py"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
BIN = Path(sys.executable).parent

LONGEST_MODULE = 300
# Put together here, so that this file does not contain what it looks for.
REGISTRY_HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:work|root|opt/wheels)" + "/")
PINNED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def content(*command: str) -> None:
    """Run a checker over the checkout and fail with what it says, unless it is content."""
    done = subprocess.run(command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        pytest.fail(done.stdout, pytrace=False)


def tracked_texts() -> dict[str, str]:
    """Read every tracked text file; in an unpacked archive, every file that is not made by the tools."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        made = {".venv", ".cache", ".git", "data", "__pycache__"}
        paths = [path for path in ROOT.rglob("*") if not made & set(path.relative_to(ROOT).parts)]
    return {
        str(path.relative_to(ROOT)): read.decode(errors="replace")
        for path in paths
        if path.is_file() and b"\0" not in (read := path.read_bytes())
    }


def pins(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / "requirements" / lock).read_text()))


def test_ruff_finds_nothing() -> None:
    content(str(BIN / "ruff"), "check", "--output-format", "concise", *CODE)


def test_ruff_would_format_nothing() -> None:
    content(str(BIN / "ruff"), "format", "--check", *CODE)


def test_mypy_is_content_with_every_file() -> None:
    content(sys.executable, "-m", "mypy", *CODE)


def test_no_module_imports_from_a_floor_above() -> None:
    content(str(BIN / "lint-imports"), "--no-cache")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(ROOT / "src").as_posix())
def test_a_module_is_short_and_says_what_it_is_for(module: Path) -> None:
    text = module.read_text()
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert ast.get_docstring(ast.parse(text))


def test_no_tracked_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    found = [
        f"{name}: {line.strip()[:120]}"
        for name, text in tracked_texts().items()
        for line in text.splitlines()
        if any(host in line for host in REGISTRY_HOSTS) or MACHINE_PATHS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert text.count("--hash=sha256:") >= len(PINNED.findall(text)) > 0


def test_the_runtime_lock_is_a_part_of_the_checkouts_lock() -> None:
    assert pins("runtime.txt").items() <= pins("lock.txt").items()


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [line for extra in project["optional-dependencies"].values() for line in extra]
    names = {re.split(r"[\[<>=~! ;]", line, maxsplit=1)[0].lower() for line in declared + project["dependencies"]}
    assert names <= pins("runtime.txt").keys()


def test_the_licence_is_in_the_tree() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text()


@pytest.mark.parametrize("command", ["run", "test", ".ci/run"])
def test_a_command_of_the_checkout_can_be_executed(command: str) -> None:
    assert (ROOT / command).stat().st_mode & 0o111
