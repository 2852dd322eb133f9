"""Applying a realm file while a server runs on the same database, and asking before something is removed."""

import os
import pty
import subprocess
import sys
from functools import partial
from pathlib import Path

import anyio
import pytest

from consentry.cli.applying import apply_file
from consentry.cli.opened import asked, opened
from consentry.cli.realm_file import read_realm_file
from consentry.core.errors import NotFound
from consentry.core.realm_file.stored import Named, stored_clients
from consentry.plugins.passwords import Argon2Passwords
from consentry.settings.load import load
from tests.cli.conftest import CommandLine
from tests.cli.health import only, realm


async def test_a_server_that_runs_sees_what_was_applied_at_once(command_line: CommandLine) -> None:
    async def apply(content: object) -> str:
        file = command_line.write("realm.json", content)
        return await anyio.to_thread.run_sync(command_line.done, "apply", file)

    wanted = Named(names=("records",))
    async with opened(load(environment=command_line.environment)) as server:
        assert isinstance(await server.ask("health", stored_clients, wanted), NotFound)
        await apply(realm())
        before = (await asked(server, "health", stored_clients, wanted))["records"]
        await apply(only(clients=[{"client_id": "records", "client_secret": "another-secret"}]))
        after = (await asked(server, "health", stored_clients, wanted))["records"]
        assert after.secret_digests != before.secret_digests
        await apply(only(display_name="New name"))
        opened_again = await server.ask("health", stored_clients, wanted)
        assert opened_again == {"records": after}


async def test_of_many_who_apply_one_new_file_at_once_each_finds_it_done(command_line: CommandLine) -> None:
    settings = load(environment=command_line.environment)
    passwords = Argon2Passwords(settings.passwords)
    file = read_realm_file(Path(command_line.write("realm.json", realm())))
    async with opened(settings) as one, opened(settings) as other:
        async with anyio.create_task_group() as tasks:
            for server in (one, other) * 4:
                tasks.start_soon(partial(apply_file, server, passwords, "realm.json", file, dry_run=False, prune=False))
        again = await apply_file(one, passwords, "realm.json", file, dry_run=False, prune=True)
        assert again.differences == ()
        reference = await one.database.reference("health")
        assert reference is not None
        assert sorted(key.alg for key in reference.signing_keys) == ["ES256", "RS256"]
    passwords.close()


@pytest.mark.parametrize(("answer", "left"), [("n\n", True), ("y\n", False)])
def test_on_a_terminal_it_is_asked_before_something_goes(
    sqlite_command_line: CommandLine,
    answer: str,
    left: bool,  # noqa: FBT001 - the case's own word
) -> None:
    line = sqlite_command_line
    line.done("apply", line.write("realm.json", realm()))
    file = line.write("less.json", realm(grants=[]))
    terminal, other_end = pty.openpty()
    try:
        os.write(terminal, answer.encode())
        done = subprocess.run(
            [sys.executable, "-m", "consentry", "apply", file, "--prune"],
            check=False,
            env=os.environ | line.environment,
            stdin=other_end,
            capture_output=True,
            text=True,
        )
    finally:
        os.close(terminal)
        os.close(other_end)
    assert "- grant alice → bob, resource record" in done.stdout
    assert done.returncode == (1 if left else 0)
    assert ('"g1"' in line.done("export", "health")) is left
