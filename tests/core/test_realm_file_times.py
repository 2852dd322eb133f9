"""Times in realm files: what is taken can be written again.

Spec: RFC 3339 5.6.
"""

import pytest

from consentry.core.realm_file.problem import epoch, rfc3339


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2027-01-31T12:00:00", "x"])
def test_a_time_that_could_not_be_written_again_is_none(text: str) -> None:
    assert epoch(text) is None


def test_a_time_comes_back_in_utc() -> None:
    at = epoch("2027-01-31T12:00:00+02:00")
    assert at is not None
    assert rfc3339(at) == "2027-01-31T10:00:00Z"
