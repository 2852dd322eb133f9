"""What clients were told, written down after they were told it, in a file that only grows."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from consentry.uma.value import value

Kind = Literal["registered", "shared", "stopped", "ticket", "refresh_token", "rpt", "spent", "asked"]


@value
class Entry:
    """Something that was acknowledged; with ``asked``, a change that was only sent: its outcome may be unknown.

    ``of`` is the grant that the thing lives on.
    """

    kind: Kind
    what: str
    of: str = ""


class Ledger:
    """The file, and what follows from it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._read = 0

    def write(self, kind: Kind, what: str, *, of: str = "") -> None:
        os.write(self._file, json.dumps([kind, what, of]).encode() + b"\n")

    def new_entries(self) -> list[Entry]:
        """Return what was written since this was asked the last time."""
        lines = self._path.read_bytes().splitlines()[self._read :]
        self._read += len(lines)
        return list(map(_entry, lines))

    def close(self) -> None:
        os.close(self._file)


class Told:
    """What has to be true, going by some entries."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries
        self.over = self._all("spent") | self._all("stopped")
        self.doubtful = self._all("asked") - self.over
        """What was to be spent or stopped when the server went; either is right."""

    @property
    def acknowledged(self) -> int:
        return sum(entry.kind != "asked" for entry in self._entries)

    @property
    def stopped(self) -> set[str]:
        return self._all("stopped")

    @property
    def spent_tickets(self) -> set[str]:
        return self._all("spent") & self._all("ticket")

    def standing(self, kind: Kind) -> Iterator[Entry]:
        """Give everything of a kind that is certainly there and whose grant certainly is."""
        for entry in self._entries:
            if entry.kind == kind and not {entry.what, entry.of} & (self.over | self.doubtful):
                yield entry

    def fallen(self) -> Iterator[Entry]:
        """Give every RPT whose grant was certainly stopped."""
        return (entry for entry in self._entries if entry.kind == "rpt" and entry.of in self.stopped)

    def _all(self, kind: Kind) -> set[str]:
        return {entry.what for entry in self._entries if entry.kind == kind}


def _entry(line: bytes) -> Entry:
    kind, what, of = json.loads(line)
    return Entry(kind=kind, what=what, of=of)
