"""`./run demo` as a program: what it says, what it keeps, what it refuses, and that it takes everything with it."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from consentry.cli import demo as command_line
from consentry.cli.demo_place import HOST, find_place
from consentry.cli.main import consentry
from tests.demos import ROOT, Demo, command, environment, running_demo, three_free_ports

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def token(demo: Demo, *options: str) -> str:
    """Get a token as the README does."""
    done = subprocess.run(
        command("token", *options), cwd=demo.folder, env=environment(), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


def test_one_block_says_what_to_open_who_may_sign_in_and_what_to_try(demo: Demo) -> None:
    assert f"{demo.issuer}/console" in demo.block
    assert demo.records in demo.block
    assert demo.surgery in demo.block
    for person in ("alice", "bob", "carol"):
        assert f"{person} / {person}-password" in demo.block
    assert sum(line.strip().startswith(("Try", "2.", "3.")) for line in demo.block.splitlines()) == 3


def test_alices_record_is_registered_and_carol_has_read(demo: Demo) -> None:
    bearer = {
        "authorization": f"Bearer {token(demo, '--account=alice', '--client=surgery', '--scope=uma_policy_manager')}"
    }
    with httpx2.Client(base_url=demo.issuer, headers=bearer, trust_env=False) as http:
        (thing,) = http.get("/me/resources").json()["items"]
        (grant,) = http.get("/me/grants").json()["items"]
    assert (thing["name"], sorted(thing["resource_scopes"])) == ("Health record", ["read", "write"])
    assert (grant["grantee"], grant["scopes"]) == ({"account": "carol"}, ["read"])


def test_the_realm_is_the_default_one(demo: Demo) -> None:
    with httpx2.Client(trust_env=False) as http:
        found = http.get(f"http://{HOST}:{demo.port}/.well-known/uma2-configuration")
    assert found.json()["issuer"] == demo.issuer


def test_a_token_is_what_a_sign_in_would_have_given(demo: Demo) -> None:
    pat = token(demo, "--account=alice", "--client=records", "--scope=uma_protection")
    with httpx2.Client(trust_env=False) as http:
        headers = {"authorization": f"Bearer {pat}"}
        assert len(http.get(f"{demo.issuer}/uma/resource", headers=headers).json()) == 1
    assert token(demo, "--account=bob", "--client=surgery", "--id-token").count(".") == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--account=dan", "--client=records"), "there is no account of that name"),
        (("--account=bob", "--client=nobody"), "there is no client of that name"),
        (("--account=bob", "--client=surgery", "--scope=uma_protection"), "surgery may only have: openid"),
    ],
)
def test_a_token_that_nobody_could_get_is_refused(demo: Demo, options: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        command("token", *options), cwd=demo.folder, env=environment(), check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_a_second_demo_in_the_same_folder_is_refused(demo: Demo) -> None:
    second = subprocess.run(
        command("--port", str(three_free_ports())),
        cwd=demo.folder,
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert "is running in" in second.stderr


def test_a_taken_port_is_told_with_a_way_out(demo: Demo, tmp_path: Path) -> None:
    second = subprocess.run(
        command("--port", str(demo.port)), cwd=tmp_path, env=environment(), check=False, capture_output=True, text=True
    )
    assert second.returncode == 1
    taken = f"port {demo.port} and {demo.port + 1} and {demo.port + 2} is taken"
    assert taken in second.stderr
    assert "--port" in second.stderr


def test_a_second_run_keeps_what_happened_and_reset_begins_anew(tmp_path: Path) -> None:
    port = three_free_ports()
    (tmp_path / "data" / "demo").mkdir(parents=True)
    mine = tmp_path / "data" / "demo" / "mine.txt"
    mine.write_text("not the demo's")
    with running_demo(tmp_path, port=port) as first:
        stop_all_sharing(first)
        assert first.stop(signal.SIGINT) == 0
    assert not any(map(listening, range(port, port + 3)))
    with running_demo(tmp_path, port=port + 10) as second:
        assert grants(second) == []
        assert (
            httpx2.get(f"{second.records}/records/alice", trust_env=False).status_code == 401
        )  # its PAT came through the restart
        assert second.stop() == 0
    with running_demo(tmp_path, "--reset", port=port) as third:
        assert len(grants(third)) == 1
    assert mine.read_text() == "not the demo's"


def grants(demo: Demo) -> list[dict[str, str]]:
    bearer = token(demo, "--account=alice", "--client=surgery", "--scope=uma_policy_manager")
    with httpx2.Client(headers={"authorization": f"Bearer {bearer}"}, trust_env=False) as http:
        found: list[dict[str, str]] = http.get(f"{demo.issuer}/me/grants").json()["items"]
        return found


def stop_all_sharing(demo: Demo) -> None:
    bearer = token(demo, "--account=alice", "--client=surgery", "--scope=uma_policy_manager")
    with httpx2.Client(headers={"authorization": f"Bearer {bearer}"}, trust_env=False) as http:
        for grant in grants(demo):
            assert http.delete(f"{demo.issuer}/me/grants/{grant['id']}").status_code == 204


@pytest.mark.parametrize(
    "settings",
    [{"CONSENTRY_BASE_URL": "https://consent.example"}, {"CONSENTRY_BIND": "0.0.0.0:8080"}],
)
def test_a_demo_that_others_could_reach_is_refused(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in settings.items():
        monkeypatch.setenv(name, text)
    done = CliRunner().invoke(consentry, ["demo"])
    assert done.exit_code == 2
    assert "this machine only" in done.output


def test_without_the_examples_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command_line, "CHECKOUT", tmp_path)
    done = CliRunner().invoke(consentry, ["demo", "--port", "20000"])
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "example applications" in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_token_without_a_demo_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(consentry, ["demo", "token", "--account=bob", "--client=surgery"])
    assert done.exit_code == 1
    assert "there is no demo in" in done.output


def test_the_port_moves_all_three_and_the_folder_is_beside_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTRY_DATABASE_URL", f"sqlite:///{tmp_path}/consentry.db")
    place = find_place(None, 9080)
    assert (place.base_url, place.records, place.surgery) == (
        "http://127.0.0.1:9080",
        "http://127.0.0.1:9081",
        "http://127.0.0.1:9082",
    )
    assert place.folder == tmp_path / "demo"
    assert place.database_url == f"sqlite:///{tmp_path}/demo/consentry.db"


def test_the_realm_file_of_the_demo_is_one_that_apply_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ROOT / "src" / "consentry" / "cli" / "demo_realm.json"
    assert json.loads(file.read_text())["realm"] == "demo"
    for name, text in environment(CONSENTRY_DATABASE_URL=f"sqlite:///{tmp_path}/consentry.db").items():
        monkeypatch.setenv(name, text)
    done = CliRunner().invoke(consentry, ["apply", str(file)])
    assert done.exit_code == 0, done.output
