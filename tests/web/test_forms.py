"""Forms and queries.  Spec: RFC 6749 3.1, 3.2, appendix B; RFC 8707 2."""

import contextlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.errors import InvalidRequest
from consentry.web.forms import MOST_FIELDS, read_form, read_pairs, read_query
from tests.web.support import request_of

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(TEXT, TEXT, max_size=MOST_FIELDS))
def test_what_was_encoded_is_read_as_it_was(pairs: dict[str, str]) -> None:
    assert read_pairs(urlencode(pairs).encode()) == pairs


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(InvalidRequest):
        read_pairs(body)


def test_rfc_6749_3_1_a_parameter_without_a_value_counts_as_absent() -> None:
    assert read_pairs(b"scope=&grant_type=x&state") == {"grant_type": "x"}


@pytest.mark.parametrize("body", [b"a=1&a=2", b"a=1&a=1", b"a=&a=1", b"a=1&%61=2", b"a&a"])
def test_rfc_6749_3_1_a_parameter_given_twice_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="more than once"):
        read_pairs(body)


def test_rfc_8707_2_resource_may_be_given_several_times() -> None:
    assert read_pairs(b"resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb") == {"resource": "https://a https://b"}


@pytest.mark.parametrize("body", [b"a=%00", b"a=\0", b"%00=1", b"a=%ff", b"a=\xff\xfe", b"a=%C3", b"a=%ed%a0%80"])
def test_text_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read_pairs(body)


def test_more_fields_than_anybody_needs_are_refused() -> None:
    assert len(read_pairs(b"&".join(b"f%d=1" % number for number in range(MOST_FIELDS)))) == MOST_FIELDS
    with pytest.raises(InvalidRequest):
        read_pairs(b"&".join(b"f%d=1" % number for number in range(MOST_FIELDS + 1)))


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", None])
def test_grant_3_3_1_another_body_than_a_form_is_an_invalid_request(content_type: str | None) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_form(request_of(body=b"a=1", content_type=content_type))
    assert refused.value.status == 400


def test_a_content_type_may_have_parameters_and_any_case() -> None:
    request = request_of(body=b"a=1", content_type="Application/X-WWW-Form-Urlencoded; charset=UTF-8")
    assert read_form(request) == {"a": "1"}


@pytest.mark.parametrize("query", [b"client_secret=x", b"token=x", b"access_token=x", b"ticket=x"])
def test_rfc_6749_2_3_1_secrets_are_refused_in_the_query(query: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read_form(request_of(body=b"a=1", query=query))


def test_a_query_is_read_like_a_form() -> None:
    assert read_query(request_of(method="GET", query=b"state=a+b&scope=")) == {"state": "a b"}
