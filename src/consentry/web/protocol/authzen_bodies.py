"""What the bodies of AuthZEN questions have to look like; members that nobody here knows are passed over.

Spec: AuthZEN 5, 6.1, 7.1, 8.
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType


class Entity(Struct, frozen=True):
    """A subject or a resource; members that we have no use for, ``properties`` too, are passed over."""

    type: str
    id: str


class Kind(Struct, frozen=True):
    """What a search looks for: a type without an id."""

    type: str


class Action(Struct, frozen=True):
    """What is to be done: a scope."""

    name: str


class Surrounding(Struct, frozen=True):
    """What else is known; only the app counts."""

    client_id: str | UnsetType = UNSET


class Question(Struct, frozen=True):
    """One evaluation, or what several have in common."""

    subject: Entity | UnsetType = UNSET
    action: Action | UnsetType = UNSET
    resource: Entity | UnsetType = UNSET
    context: Surrounding | UnsetType = UNSET


class Options(Struct, frozen=True):
    """How far to go."""

    evaluations_semantic: str = "execute_all"


class Questions(Question, frozen=True):
    """Several evaluations, each with its own members before the common ones."""

    evaluations: tuple[Question, ...] = ()
    options: Options = Options()


class Paging(Struct, frozen=True):
    """Which part of a long answer."""

    token: str = ""
    limit: Annotated[int, Meta(ge=1)] = 50


class Single(Struct, frozen=True):
    """The body of one evaluation."""

    subject: Entity
    action: Action
    resource: Entity
    context: Surrounding = Surrounding()


class SubjectSearch(Struct, frozen=True):
    """The body of a search for subjects."""

    subject: Kind
    action: Action
    resource: Entity
    context: Surrounding = Surrounding()
    page: Paging = Paging()


class ResourceSearch(Struct, frozen=True):
    """The body of a search for resources."""

    subject: Entity
    action: Action
    resource: Kind
    context: Surrounding = Surrounding()
    page: Paging = Paging()


class ActionSearch(Struct, frozen=True):
    """The body of a search for actions."""

    subject: Entity
    resource: Entity
    context: Surrounding = Surrounding()
