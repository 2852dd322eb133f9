"""`consentry config`, and how the command line finds its commands."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentry import __version__
from consentry.cli.main import COMMANDS, consentry
from consentry.settings.load import known

KEY = "k" * 40


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CONSENTRY_CONFIG", "CONSENTRY_SECRET_KEY", "CONSENTRY_DATABASE_URL", "CONSENTRY_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(consentry, arguments, env=environment)


def test_show_prints_every_setting_and_hides_the_secrets() -> None:
    shown = run(
        "config",
        "show",
        "--json",
        CONSENTRY_SECRET_KEY=KEY,
        CONSENTRY_DATABASE_URL="postgresql://consentry:hunter2@db/consentry",
    )
    assert shown.exit_code == 0
    found = json.loads(shown.output)
    assert found.keys() == known().keys()
    assert found["secret_key"] == "(hidden)"
    assert KEY not in shown.output
    assert "hunter2" not in shown.output


def test_check_says_whether_the_server_would_start(tmp_path: Path) -> None:
    assert run("config", "check").exit_code == 0
    (tmp_path / "wrong.toml").write_text("wokers = 2\n")
    wrong = run("config", "check", "--config", "wrong.toml")
    assert wrong.exit_code == 2
    assert "wrong.toml, line 1: there is no setting wokers; did you mean workers?" in wrong.output


@pytest.mark.parametrize("arguments", [("config", "schema"), ("config", "schema", "--realm")])
def test_schemas_are_json_schemas(arguments: tuple[str, ...]) -> None:
    printed = run(*arguments)
    assert printed.exit_code == 0
    assert json.loads(printed.output)


def test_a_command_whose_module_is_missing_does_not_break_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "missing", "consentry.cli.missing:missing")
    listed = run("--help")
    assert listed.exit_code == 0
    assert "config" in listed.output
    assert "missing" not in listed.output
    assert run("missing").exit_code == 2


def test_the_version_needs_no_installation() -> None:
    assert run("--version").output == f"consentry, version {__version__}\n"
