"""Passwords: Argon2id in a bounded pool."""

import asyncio

import pytest

from consentry.core.errors import Unavailable
from consentry.plugins.passwords import LONGEST_PASSWORD, Argon2Passwords
from consentry.settings.schema import PasswordSettings

QUICK = PasswordSettings(memory_kib=8, iterations=1, parallelism=1, threads=1, queue=2)


async def test_the_right_password_matches_and_no_other() -> None:
    passwords = Argon2Passwords(QUICK)
    stored = await passwords.hash("correct horse")
    assert stored.startswith("$argon2id$")
    assert await passwords.matches(stored, "correct horse")
    assert not await passwords.matches(stored, "wrong horse")


async def test_nobody_has_no_password_not_even_an_empty_one() -> None:
    passwords = Argon2Passwords(QUICK)
    assert not await passwords.matches(None, "")
    assert not await passwords.matches(None, "anything")


async def test_a_hash_that_is_none_matches_nothing() -> None:
    assert not await Argon2Passwords(QUICK).matches("plain", "plain")


async def test_a_password_without_end_is_not_hashed() -> None:
    passwords = Argon2Passwords(QUICK)
    assert not await passwords.matches(await passwords.hash("x"), "x" * (LONGEST_PASSWORD + 1))


async def test_a_hash_of_other_parameters_is_outdated() -> None:
    stored = Argon2Passwords(QUICK).hash_now("x")
    assert not Argon2Passwords(QUICK).is_outdated(stored)
    assert Argon2Passwords(PasswordSettings(memory_kib=16, iterations=2, parallelism=1)).is_outdated(stored)
    assert Argon2Passwords(QUICK).is_outdated("plain")


async def test_more_than_can_wait_are_told_to_try_again() -> None:
    passwords = Argon2Passwords(PasswordSettings(memory_kib=4096, iterations=2, parallelism=1, threads=1, queue=2))
    answers = await asyncio.gather(*(passwords.hash(f"p{n}") for n in range(8)), return_exceptions=True)
    assert sum(isinstance(answer, str) for answer in answers) == 3
    assert sum(isinstance(answer, Unavailable) for answer in answers) == 5
    with pytest.raises(Unavailable):
        raise next(answer for answer in answers if isinstance(answer, Unavailable))
