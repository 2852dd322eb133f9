"""The decorator every value in the house wears."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a class a frozen, slotted dataclass that is built by keyword only."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)
