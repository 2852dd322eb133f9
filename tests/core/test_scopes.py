"""Scopes: what can be one, and what of them somebody may have."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.errors import InvalidScope
from consentry.core.scopes import MOST_SCOPES, is_scope, narrow, parse_scope, without

names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"\\'), min_size=1, max_size=8)
scopes = st.lists(names, max_size=6, unique=True).map(tuple)


@given(scopes)
def test_rfc6749_3_3_reading_what_was_written_gives_the_same_scopes(scope: tuple[str, ...]) -> None:
    assert (parse_scope(" ".join(scope)) or ()) == scope


@given(scopes, st.randoms())
def test_te_6_the_order_of_scopes_means_nothing(scope: tuple[str, ...], chance: Random) -> None:
    shuffled = list(scope)
    chance.shuffle(shuffled)
    assert set(parse_scope(" ".join(shuffled)) or ()) == set(scope)


@given(st.text(min_size=1, max_size=20))
def test_te_6_whatever_is_read_is_made_of_allowed_characters(text: str) -> None:
    try:
        found = parse_scope(text)
    except InvalidScope:
        return
    assert all(map(is_scope, found or ()))


@pytest.mark.parametrize("text", ['re"ad', "re\\ad", "read\twrite", "läsen", "read\x00", "read\n"])
def test_te_6_a_character_that_is_not_allowed_is_refused(text: str) -> None:
    with pytest.raises(InvalidScope):
        parse_scope(text)


@pytest.mark.parametrize("text", [None, "", " ", "   "])
def test_te_1_an_empty_scope_is_the_same_as_none(text: str | None) -> None:
    assert parse_scope(text) is None


def test_a_scope_named_twice_counts_once() -> None:
    assert parse_scope("read write read") == ("read", "write")


def test_ten_thousand_scopes_are_refused() -> None:
    assert parse_scope(" ".join(f"s{n}" for n in range(MOST_SCOPES))) is not None
    with pytest.raises(InvalidScope):
        parse_scope(" ".join(f"s{n}" for n in range(10_000)))


@given(scopes, scopes)
def test_rfc6749_6_what_is_asked_for_is_never_more_than_what_is_allowed(
    asked: tuple[str, ...], allowed: tuple[str, ...]
) -> None:
    if set(asked) <= set(allowed):
        assert narrow(asked, allowed) == asked
    else:
        with pytest.raises(InvalidScope):
            narrow(asked, allowed)
    assert narrow(None, allowed) == allowed


@given(scopes, scopes)
def test_dropped_scopes_are_gone_and_the_others_keep_their_order(
    scope: tuple[str, ...], dropped: tuple[str, ...]
) -> None:
    left = without(scope, dropped)
    assert not set(left) & set(dropped)
    assert left == tuple(name for name in scope if name in left)
