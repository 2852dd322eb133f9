"""Whatever anybody does in whatever order, the server answers as the model says.

On SQLite there are 2,000 runs of 50 steps in CI (about three minutes), 1,000 elsewhere; ``MODEL_RUNS`` says
otherwise, and ``make model`` makes as many as it is told to.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import IN_CI
from tests.model.playing import play

RUNS = int(os.environ.get("MODEL_RUNS") or (2_000 if IN_CI else 1_000))
ON_POSTGRES = 50

Record = Callable[[str, object], None]


@pytest.mark.slow
def test_the_server_on_sqlite_answers_as_the_model_says(tmp_path: Path, record_property: Record) -> None:
    compared = play(f"sqlite:///{tmp_path / 'consentry.db'}", runs=RUNS, steps=50)
    record_property("answers compared", compared)
    print(f"\n{RUNS} runs of 50 steps: {compared} answers compared")
    assert compared > RUNS * 20


@pytest.mark.slow
@pytest.mark.postgres
def test_the_server_on_postgresql_answers_as_the_model_says(postgres_url: str, record_property: Record) -> None:
    compared = play(postgres_url, runs=ON_POSTGRES, steps=30)
    record_property("answers compared", compared)
    print(f"\n{ON_POSTGRES} runs of 30 steps: {compared} answers compared")
    assert compared > ON_POSTGRES * 12
