import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.uma.challenge import (
    Challenge,
    UmaChallenge,
    find_uma_challenge,
    read_challenges,
    says_unreachable,
    write_challenge,
    write_uma_challenge,
)
from consentry.uma.codes import WARNING_UNREACHABLE

tokens = st.text(alphabet=string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=12)
texts = st.text(alphabet=[chr(code) for code in range(0x20, 0x7F)], max_size=40)
parameters = st.dictionaries(tokens.map(str.lower), texts, max_size=4)
token68 = st.from_regex(r"[A-Za-z0-9\-._~+/]+=*", fullmatch=True)
challenges = st.one_of(
    st.builds(lambda scheme, found: Challenge(scheme=scheme, parameters=found), tokens, parameters),
    st.builds(lambda scheme, found: Challenge(scheme=scheme, token68=found), tokens, token68),
)


@given(st.lists(challenges, min_size=1, max_size=4), st.booleans())
def test_rfc_9110_11_6_1_challenges_survive_writing_and_reading(written: list[Challenge], one_line: bool) -> None:  # noqa: FBT001
    lines = [write_challenge(challenge) for challenge in written]
    assert list(read_challenges([", ".join(lines)] if one_line else lines)) == written


@given(st.text(max_size=200))
def test_rfc_9110_11_6_1_any_text_is_read_without_a_crash(line: str) -> None:
    read_challenges([line])


@given(texts.filter(bool), texts.filter(bool), st.none() | texts)
def test_rs_g_3_2_1_1_a_uma_challenge_survives_writing_and_reading(as_uri: str, ticket: str, realm: str | None) -> None:
    challenge = UmaChallenge(as_uri=as_uri, ticket=ticket, realm=realm)
    assert find_uma_challenge([write_uma_challenge(challenge)]) == challenge


def test_rs_g_3_2_1_1_the_challenge_names_issuer_and_ticket() -> None:
    header = write_uma_challenge(UmaChallenge(as_uri="https://as.example", ticket="t0", realm="records"))
    assert header == 'UMA realm="records", as_uri="https://as.example", ticket="t0"'


@pytest.mark.parametrize(
    "lines",
    [
        ['UMA realm="x", as_uri="https://as.example", ticket="t,0"'],
        ['Bearer realm="a, b", error="invalid_token", UMA ticket="t,0", as_uri="https://as.example"'],
        ['Basic realm="UMA as_uri=\\"no\\", ticket=no"', 'uma as_uri = "https://as.example" , TICKET="t,0"'],
        ['Negotiate, UMA ticket="t,0", as_uri="https://as.example", x="y"'],
        ['Negotiate YWJj==, UMA ticket="t,0", as_uri="https://as.example"'],
        [', ,UMA   as_uri="https://as.example",,ticket="t\\,0",'],
        ['UMA as_uri="https://first.example"', 'UMA as_uri="https://as.example", ticket="t,0"'],
    ],
)
def test_cl_g_3_2_1_1_the_uma_challenge_is_found_among_others(lines: list[str]) -> None:
    found = find_uma_challenge(lines)
    assert found is not None
    assert (found.as_uri, found.ticket) == ("https://as.example", "t,0")


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["Bearer"],
        ['UMA ticket="t0"'],
        ['UMA as_uri="https://as.example"'],
        ['UMA as_uri="https://as.example", ticket=""'],
        ['Bearer realm="UMA as_uri=https://as.example, ticket=t0"'],
        ['UMA as_uri="https://as.example", as_uri="https://evil.example", ticket="t0"'],
        ['Bearer realm="open, UMA as_uri="https://evil.example", ticket="t0"'],
    ],
)
def test_cl_g_3_2_1_1_what_is_incomplete_or_ambiguous_is_no_challenge(lines: list[str]) -> None:
    assert find_uma_challenge(lines) is None


@pytest.mark.parametrize("text", ["a\r\nSet-Cookie: x=y", "a\x00", "\N{SNOWMAN}"])
def test_rs_g_3_2_1_1_what_does_not_belong_in_a_header_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        write_uma_challenge(UmaChallenge(as_uri="https://as.example", ticket=text))


def test_cl_g_3_2_2_1_the_warning_is_recognised() -> None:
    assert says_unreachable(["110 - stale", WARNING_UNREACHABLE])
    assert not says_unreachable(['199 - "something else"'])


def test_cl_g_5_2_1_a_challenge_does_not_print_its_ticket() -> None:
    assert "t0" not in repr(UmaChallenge(as_uri="https://as.example", ticket="t0"))
