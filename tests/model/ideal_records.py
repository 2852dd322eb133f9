"""What the model remembers: plain values in dicts, with no idea of stores, families of rows or guards."""

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["open", "approved", "narrowed", "denied", "blocked", "withdrawn"]
Wanted = dict[str, tuple[str, ...]]
"""Scopes by resource, in the order asked for."""


@dataclass(slots=True)
class Thing:
    owner: str
    server: str
    scopes: tuple[str, ...]


@dataclass(slots=True)
class Share:
    """An owner's yes, or explicit no, to a person or an address.  ``serial``: how often it has changed."""

    owner: str
    thing: str
    to: str
    by_address: bool
    scopes: tuple[str, ...]
    begins: int | None = None
    ends: int | None = None
    clients: tuple[str, ...] = ()
    paused: bool = False
    allow: bool = True

    def rank(self) -> tuple[bool, bool, int]:
        """Of several that allow the same, the greatest is used: at once before later, endless before ending."""
        return (self.begins is None, self.ends is None, self.ends or 0)


@dataclass(slots=True)
class Process:
    """What belongs to one UMA process and ends together; ``over`` when its living members have been ended."""

    tickets: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    renewals: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Ticket:
    process: Process
    owner: str
    server: str
    wanted: Wanted
    issued: int
    ends: int
    client: str | None = None
    scope: tuple[str, ...] = ()
    asker: str | None = None
    polls: bool = False
    interval: int = 0
    spent: bool = False


@dataclass(slots=True)
class Part:
    """Scopes on one thing, and the share they came from (None: the owner's own)."""

    thing: str
    share: str | None
    scopes: tuple[str, ...]
    ends: int | None
    begins: int | None
    issued: int


@dataclass(slots=True)
class Token:
    process: Process
    client: str
    server: str
    owner: str
    asker: str
    parts: list[Part]
    issued: int
    ends: int


@dataclass(slots=True)
class Renewal:
    """A refresh token."""

    process: Process
    client: str
    server: str
    owner: str
    asker: str
    parts: list[Part]
    ends: int
    spent: bool = False


@dataclass(slots=True)
class Asked:
    """Somebody waits for the owner's word; ``mark`` stands for what the resource server asked for."""

    owner: str
    server: str
    client: str
    asker: str
    wanted: Wanted
    mark: frozenset[tuple[str, frozenset[str]]]
    ends: int
    status: Status = "open"
