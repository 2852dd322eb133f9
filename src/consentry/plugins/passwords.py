"""Passwords: hashed and checked with Argon2id, never on the event loop, never more at once than memory allows.

Spec: RFC 9106 4.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from consentry.core.errors import Unavailable
from consentry.settings.schema import PasswordSettings

LONGEST_PASSWORD = 1024
Result = TypeVar("Result")


class Argon2Passwords:
    """Hashes and checks passwords in a few worker threads; who comes when too many wait is told to try again."""

    def __init__(self, settings: PasswordSettings) -> None:
        self._hasher = PasswordHasher(
            memory_cost=settings.memory_kib, time_cost=settings.iterations, parallelism=settings.parallelism
        )
        self._pool = ThreadPoolExecutor(max_workers=settings.threads, thread_name_prefix="passwords")
        self._most = settings.threads + settings.queue
        self._under_way = 0

    async def hash(self, password: str) -> str:
        """Return a hash to store.  Raises `Unavailable` when too many are waiting."""
        return await self._run(lambda: self._hasher.hash(password))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Say whether a password is the right one; None (nobody of that name) takes as long as a wrong one."""
        if len(password) > LONGEST_PASSWORD:
            return False
        return await self._run(lambda: self._check(password_hash, password))

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        try:
            return self._hasher.check_needs_rehash(password_hash)
        except InvalidHashError:
            return True

    def hash_now(self, password: str) -> str:
        """Return a hash to store; for programs that have no event loop."""
        return self._hasher.hash(password)

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    @cached_property
    def _nobodys_hash(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(16))

    def _check(self, password_hash: str | None, password: str) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobodys_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._under_way >= self._most:
            raise Unavailable("too many are signing in at this moment; try again")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._under_way -= 1
