import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.command import command
from consentry.cli.bench import bench


@pytest.mark.slow
def test_a_tiny_run_measures_every_workload(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    options = ["--stores", "sqlite", "--sizes", "100,200", "--seconds", "0.2", "--rounds", "1", "--connections", "4"]
    done = CliRunner().invoke(command, [*options, "--no-peer", "--json", str(file)])
    assert done.exit_code == 0, done.output
    document = json.loads(file.read_text())
    measured = {(each["contender"], each["size"], each["workload"]) for each in document["figures"]}
    workloads = {"client credentials", "introspection", "permission ticket", "UMA grant", "full cycle"}
    assert measured == {("bare ASGI", None, "ceiling")} | {
        ("Consentry, sqlite", size, workload) for size in (100, 200) for workload in workloads
    }
    assert all(each["rate"] > 0 and each["server_cpu_us"] > 0 for each in document["figures"])
    assert any("200 ÷ 100 resources" in each["what"] for each in document["ratios"])


@pytest.mark.parametrize("options", [["--sizes", "many"], ["--sizes", "3"], ["--stores", "paper"]])
def test_a_wrong_option_is_told(options: list[str]) -> None:
    done = CliRunner().invoke(command, options)
    assert done.exit_code == 2
    assert options[0] in done.output


def test_without_a_checkout_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentry.cli.bench.CHECKOUT", tmp_path)
    done = CliRunner().invoke(bench, [])
    assert done.exit_code == 1
    assert "checkout" in done.output
