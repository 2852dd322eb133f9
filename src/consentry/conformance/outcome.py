"""How a case can end before its last line."""


class Failed(AssertionError):
    """The server did something else than the specification says."""


class Skipped(Exception):
    """The server does not offer what the case is about, or the profile does not say how to reach it."""


class Unprepared(Exception):
    """The kit could not set the scene, so nothing can be said about the requirement."""


def check(kept: object, wanted: str) -> None:
    """Fail unless something is so.  ``wanted`` says what should have been."""
    if not kept:
        raise Failed(wanted)


def skip_unless(there: object, reason: str) -> None:
    """Skip unless the server, or the profile, has what is needed."""
    if not there:
        raise Skipped(reason)
