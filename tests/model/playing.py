"""Playing the model against a database."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.request_rules import Sharing
from tests.model.stage import Theatre


def play(url: str, *, runs: int, steps: int, shrink: bool = True) -> int:
    """Run the model against a database and return how many answers were compared."""

    class Played(Sharing):
        theatre = Theatre(url)

    try:
        run_state_machine_as_test(
            Played,
            settings=settings(
                max_examples=runs,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
                report_multiple_bugs=False,
                suppress_health_check=tuple(HealthCheck),
            ),
        )
    finally:
        Played.theatre.close()
    return Played.steps
