"""JSON bodies.  Spec: RFC 8259; FedAuthz 3.2 (malformed bodies)."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from consentry.core.errors import InvalidRequest
from consentry.web.http import UnsupportedMediaType
from consentry.web.json_bodies import DEEPEST, read_json, read_object, read_struct
from tests.web.support import JSON, request_of

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


class Wanted(Struct):
    name: str
    count: int = 0


def read(body: bytes, content_type: str | None = JSON) -> object:
    return read_json(request_of(body=body, content_type=content_type))


@given(VALUES)
def test_what_was_written_is_read_as_it_was(found: object) -> None:
    assert read(json.dumps(found).encode()) == found


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(InvalidRequest):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nothing",
        b'{"a":1}{"b":2}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b"\xff",
        b'{"a":"\xff"}',
        b'{"a":"\0"}',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":"\\ud800"}',
        b'["\\udc00\\ud800"]',
        b'{"resource_scopes":[],"resource_scopes":[]}',
        b'{"a":{"b":1,"b":2}}',
    ],
)
def test_fedauthz_3_2_a_malformed_body_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(body)
    assert refused.value.status == 400


def test_nesting_has_a_floor() -> None:
    assert read(b"[" * DEEPEST + b"]" * DEEPEST) is not None
    for body in (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), b"[" * 30_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000):
        with pytest.raises(InvalidRequest, match="nested"):
            read(body)


def test_brackets_in_strings_are_not_nesting() -> None:
    assert read(json.dumps({"a": '[{"' * 40, "b\\": "[" * 40}).encode()) is not None


@pytest.mark.parametrize("content_type", ["text/json", "application/x-www-form-urlencoded", None])
def test_another_type_of_body_is_unsupported(content_type: str | None) -> None:
    with pytest.raises(UnsupportedMediaType) as refused:
        read(b"{}", content_type)
    assert (refused.value.status, refused.value.code) == (415, "invalid_request")


def test_a_type_that_is_json_underneath_will_do() -> None:
    assert read(b"{}", "application/merge-patch+json; charset=utf-8") == {}


def test_an_object_is_an_object() -> None:
    with pytest.raises(InvalidRequest):
        read_object(request_of(body=b"[]", content_type=JSON))


def test_a_struct_says_which_member_is_wrong() -> None:
    assert read_struct(request_of(body=b'{"name":"x"}', content_type=JSON), Wanted) == Wanted(name="x")
    with pytest.raises(InvalidRequest, match="count"):
        read_struct(request_of(body=b'{"name":"x","count":"two"}', content_type=JSON), Wanted)
