"""Settings: where they come from, and what a wrong one is told."""

import stat
from pathlib import Path

import pytest

from consentry.settings.load import known, load, read
from consentry.settings.schema import SettingError, Settings

KEY = "k" * 32


def wrong(environment: dict[str, str], path: Path | None = None) -> str:
    with pytest.raises(SettingError) as caught:
        read(path, environment)
    return str(caught.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "consentry.toml"


def test_without_anything_the_defaults_hold() -> None:
    assert read(None, {}) == Settings()


def test_a_variable_beats_the_file_and_the_file_the_default(file: Path) -> None:
    file.write_text("workers = 2\nbind = '127.0.0.1:1'\n[limits]\nbody_bytes = 2048\n")
    settings = read(file, {"CONSENTRY_WORKERS": "3"})
    assert (settings.workers, settings.bind, settings.limits.body_bytes) == (3, "127.0.0.1:1", 2048)


def test_the_file_may_be_named_by_a_variable(file: Path) -> None:
    file.write_text("workers = 2\n")
    assert read(None, {"CONSENTRY_CONFIG": str(file)}).workers == 2


def test_two_underscores_go_into_a_section() -> None:
    assert read(None, {"CONSENTRY_LIMITS__BODY_BYTES": "4096"}).limits.body_bytes == 4096


def test_a_list_is_separated_by_commas() -> None:
    assert read(None, {"CONSENTRY_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies == ("10.0.0.0/8", "::1")


def test_a_secret_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    assert read(None, {"CONSENTRY_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == KEY


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    text = wrong({"CONSENTRY_SECRET_KEY_FILE": str(tmp_path / "key"), "CONSENTRY_SECRET_KEY": KEY})
    assert "both set" in text


def test_an_unknown_variable_stops_the_start_and_says_what_was_meant() -> None:
    assert "did you mean CONSENTRY_WORKERS?" in wrong({"CONSENTRY_WOKERS": "3"})


def test_an_unknown_name_in_the_file_stops_the_start_and_says_where_it_stands(file: Path) -> None:
    file.write_text("# the server\n\n[limits]\nbody_byte = 1\n")
    text = wrong({}, file)
    assert "line 4" in text
    assert "did you mean limits.body_bytes?" in text


@pytest.mark.parametrize(
    ("content", "line"), [("workers = 'two'", 1), ("\n[log]\nlevel = 'loud'", 3), ("workers = 0", 1), ("a = ", 1)]
)
def test_a_wrong_value_in_the_file_names_its_line(file: Path, content: str, line: int) -> None:
    file.write_text(content)
    assert f"line {line}" in wrong({}, file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKERS", "0"),
        ("WORKERS", "many"),
        ("BIND", "8080"),
        ("BIND", "127.0.0.1:99999"),
        ("DATABASE_URL", "mysql://x"),
        ("SECRET_KEY", "short"),
        ("TRUSTED_PROXIES", "everybody"),
        ("LOG__LEVEL", "loud"),
        ("BASE_URL", "http://as.example"),
        ("BASE_URL", "https://as.example?x=1"),
        ("BASE_URL", "https://as.example/#x"),
        ("BASE_URL", "https://as.example/path"),
        ("BASE_URL", "https://user:word@as.example"),
        ("BASE_URL", "http://localhost:80@as.example"),
        ("BASE_URL", "https://as.example:port"),
        ("BASE_URL", "ftp://127.0.0.1"),
        ("BASE_URL", "as.example"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    assert f"CONSENTRY_{name}" in wrong({f"CONSENTRY_{name}": value})


@pytest.mark.parametrize(
    "url",
    ["https://as.example", "https://as.example:8443/", "http://127.0.0.1:8080", "http://[::1]:1", "http://localhost"],
)
def test_rfc_8414_2_the_base_url_is_https_or_this_machine(url: str) -> None:
    assert read(None, {"CONSENTRY_BASE_URL": url}).base_url == url


def test_on_this_machine_a_key_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    environment = {"CONSENTRY_DATABASE_URL": f"sqlite:///{tmp_path}/data/one.db"}
    key = load(None, environment).secret_key
    kept = tmp_path / "data" / "one.db.secret"
    assert len(key) >= 32
    assert load(None, environment).secret_key == key
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [entry.name for entry in kept.parent.iterdir()] == [kept.name]


@pytest.mark.parametrize(
    "environment",
    [
        {"CONSENTRY_BASE_URL": "https://as.example"},
        {"CONSENTRY_DATABASE_URL": "postgresql://127.0.0.1/consentry"},
    ],
)
def test_anywhere_else_a_missing_key_stops_the_start(environment: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="CONSENTRY_SECRET_KEY_FILE"):
        load(None, environment)


def test_the_settings_do_not_show_their_secrets() -> None:
    assert KEY not in repr(Settings(secret_key=KEY))


def test_every_setting_says_what_it_is_for() -> None:
    assert all("description=" in str(kind) for kind in known().values())


def test_settings_that_do_not_go_together_name_the_line_to_mend() -> None:
    text = wrong({"CONSENTRY_PASSWORDS__MEMORY_KIB": "16", "CONSENTRY_PASSWORDS__PARALLELISM": "4"})
    assert "CONSENTRY_PASSWORDS__MEMORY_KIB" in text
    assert "at least 32" in text
