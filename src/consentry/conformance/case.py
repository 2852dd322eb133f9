"""A case: one requirement, what it is called, and how it is tested.

Spec: Grant and FedAuthz, every section; a case's id carries its section.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Literal, TypeAlias

from consentry.conformance.bench import Bench
from consentry.uma.value import value

Level = Literal["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "should", "MAY", "DEF"]
"""How binding a requirement is.  ``should``: advice in a security or privacy chapter; ``DEF``: a plain statement."""

Body: TypeAlias = Callable[[Bench], Awaitable[None]]
DOCUMENTS = {"G": "Grant", "F": "FedAuthz"}


@value
class Case:
    """One requirement.  Without a ``body`` it is left to people, for the ``reason`` given.

    ``alone``: it changes what other cases stand on, so it runs after them and by itself.  Cases of one ``group`` run
    one at a time, because they share something of which there is only so much.
    """

    id: str
    level: Level
    area: str
    title: str
    body: Body | None = None
    reason: str = ""
    alone: bool = False
    group: str = ""

    @property
    def section(self) -> str:
        """The section of the Recommendation that the requirement is from."""
        document, number, _ = self.id.split("-")
        return f"{DOCUMENTS[document]} {number}"

    @property
    def binding(self) -> bool:
        """Whether a server that breaks this does not conform."""
        return self.level in {"MUST", "MUST NOT"}


class Area:
    """The cases of one chapter, in the order they are written down."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._cases: list[Case] = []

    def __iter__(self) -> Iterator[Case]:
        """Go through the cases."""
        return iter(self._cases)

    def case(
        self, id: str, level: Level, title: str, *, alone: bool = False, group: str = ""
    ) -> Callable[[Body], Body]:
        """Add the decorated function as the test of a requirement."""

        def add(body: Body) -> Body:
            self._cases.append(
                Case(id=id, level=level, area=self.title, title=title, body=body, alone=alone, group=group)
            )
            return body

        return add

    def review(self, id: str, level: Level, title: str, reason: str) -> None:
        """Add a requirement that HTTP does not show."""
        self._cases.append(Case(id=id, level=level, area=self.title, title=title, reason=reason))
