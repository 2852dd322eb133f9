"""PKCE: a verifier and its challenge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.pkce import challenge_of, is_challenge, is_verifier, proves

UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
verifiers = st.text(UNRESERVED, min_size=43, max_size=128)


def test_rfc7636_appendix_b_gives_the_challenge_of_the_example() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given(verifiers)
def test_rfc7636_4_6_a_verifier_proves_its_own_challenge(verifier: str) -> None:
    assert is_challenge(challenge_of(verifier))
    assert proves(verifier, challenge_of(verifier))


@given(verifiers, verifiers)
def test_rfc7636_4_6_another_verifier_proves_nothing(verifier: str, other: str) -> None:
    assert proves(other, challenge_of(verifier)) == (other == verifier)


@given(st.text(max_size=200))
def test_rfc7636_4_1_any_text_can_be_judged(text: str) -> None:
    assert is_verifier(text) == (43 <= len(text) <= 128 and set(text) <= set(UNRESERVED))
    assert not proves(text, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")


@pytest.mark.parametrize("verifier", [None, "", "a" * 42, "a" * 129, "a" * 42 + "\n", "ü" * 43])
def test_ac_4_a_missing_or_malformed_verifier_proves_nothing(verifier: str | None) -> None:
    assert not proves(verifier, challenge_of("a" * 43))


@pytest.mark.parametrize("text", ["", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "\n"])
def test_rfc7636_4_2_what_is_no_digest_is_no_challenge(text: str) -> None:
    assert not is_challenge(text)
