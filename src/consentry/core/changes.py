"""The only four ways in which an answer changes the world.

Every change carries its own guard.  When a guard fails, nothing of the answer it belongs to is applied and the
decision runs again on what is true by then.
"""

from consentry.core.model import AuthorizationCode, PermissionTicket, Record, RefreshToken, VersionedRecord
from consentry.uma.value import value

SingleUseRecord = PermissionTicket | AuthorizationCode | RefreshToken


@value
class Add:
    """Store a new record.  Guard: its keys are free."""

    record: Record


@value
class Replace:
    """Store a newer state of a record.  Guard: its ``version`` is still the one that was read.

    ``record`` carries the version that was *read*; the store writes the next one.
    """

    record: VersionedRecord


@value
class Take:
    """Spend a single-use record.  Guard: nobody has taken it.  It stays readable, with ``taken_at`` set."""

    record: SingleUseRecord


@value
class Remove:
    """Delete a record.  Guard: it is there, in the version that was read and untaken if it was read untaken."""

    record: Record


Change = Add | Replace | Take | Remove
