"""Sealing and keyed digests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.plugins.sealing import SecretSealer

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ONE = SecretSealer("1" * 32)
OTHER = SecretSealer("2" * 32)


@given(TEXT, TEXT)
def test_what_was_sealed_comes_back_for_its_purpose(text: str, purpose: str) -> None:
    assert ONE.unseal(ONE.seal(text, purpose=purpose), purpose=purpose) == text


def test_the_same_text_is_never_sealed_the_same_way_twice() -> None:
    assert ONE.seal("text", purpose="p") != ONE.seal("text", purpose="p")


def test_another_purpose_another_key_and_a_changed_text_do_not_open() -> None:
    sealed = ONE.seal("text", purpose="p")
    changed = sealed[:-8] + ("A" if sealed[-8] != "A" else "B") + sealed[-7:]
    for sealer, text, purpose in ((ONE, sealed, "q"), (OTHER, sealed, "p"), (ONE, changed, "p")):
        with pytest.raises(ValueError, match=r"sealed"):
            sealer.unseal(text, purpose=purpose)


@given(TEXT)
def test_whatever_text_comes_it_opens_or_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"sealed"):
        ONE.unseal(text, purpose="p")


def test_a_new_key_seals_while_the_earlier_one_still_opens() -> None:
    rotated = SecretSealer("2" * 32, previous=("1" * 32,))
    assert rotated.unseal(ONE.seal("text", purpose="p"), purpose="p") == "text"
    with pytest.raises(ValueError, match="key"):
        ONE.unseal(rotated.seal("text", purpose="p"), purpose="p")


def test_a_digest_depends_on_text_purpose_and_key_and_their_border() -> None:
    digests = {
        ONE.digest("text", purpose="p"),
        ONE.digest("text", purpose="q"),
        ONE.digest("other", purpose="p"),
        OTHER.digest("text", purpose="p"),
        ONE.digest("t", purpose="ptex"),
        ONE.digest("ttext", purpose=""),
    }
    assert len(digests) == 6
    assert ONE.digest("text", purpose="p") in digests


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        SecretSealer("short")
