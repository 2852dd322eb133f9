"""What a run found, as data."""

import json
import time
from collections import Counter
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import get_args

from consentry.conformance.case import Level
from consentry.conformance.run import STATUSES, Result, Status, conforms
from consentry.conformance.stage import Stage
from consentry.uma.value import value

LEVELS: tuple[Level, ...] = get_args(Level)


@value
class Report:
    """The results of one run against one server."""

    issuer: str
    profile: str
    at: str
    seconds: float
    results: Sequence[Result]

    @property
    def conforms(self) -> bool:
        """Whether no MUST and no MUST NOT failed."""
        return conforms(self.results)

    @property
    def counts(self) -> Mapping[Level, Mapping[Status, int]]:
        """How many requirements of each level came to what."""
        found = Counter((result.case.level, result.status) for result in self.results)
        return {level: {status: found[level, status] for status in STATUSES} for level in LEVELS}

    @property
    def totals(self) -> Mapping[Status, int]:
        """How many requirements came to what."""
        found = Counter(result.status for result in self.results)
        return {status: found[status] for status in STATUSES}

    @property
    def areas(self) -> Mapping[str, Sequence[Result]]:
        """The results by chapter, in the order of the register."""
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.case.area, []).append(result)
        return found

    def as_json(self) -> str:
        """Write everything down for a program."""
        document = {
            "issuer": self.issuer,
            "profile": self.profile,
            "at": self.at,
            "seconds": round(self.seconds, 2),
            "conforms": self.conforms,
            "counts": self.counts,
            "results": [_members(result) for result in self.results],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


async def report_of(stage: Stage, running: Awaitable[Sequence[Result]]) -> Report:
    """Wait for a run and put its results together."""
    started, at = time.monotonic(), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    results = await running
    return Report(
        issuer=stage.issuer,
        profile=stage.profile.name,
        at=at,
        seconds=time.monotonic() - started,
        results=results,
    )


def _members(result: Result) -> dict[str, object]:
    return {
        "id": result.case.id,
        "level": result.case.level,
        "section": result.case.section,
        "title": result.case.title,
        "status": result.status,
        "why": result.why,
        "notes": list(result.notes),
        "seconds": round(result.seconds, 3),
        "seen": [asdict(exchange) for exchange in result.seen],
    }
