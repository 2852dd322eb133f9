"""What the store counts, for tests and for the bench."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Statements and round trips as requests see them; ``batches`` is how often the database was really spoken to."""

    statements: int = 0
    round_trips: int = 0
    batches: int = 0
    commits: int = 0
    retries: int = 0
