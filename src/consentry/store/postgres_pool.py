"""The few connections of one process, opened again when they are lost."""

import asyncio
from collections.abc import Mapping

from consentry.core.errors import Unavailable
from consentry.store.postgres_channel import Channel, ConnectionLost

PAUSE = 0.5
"""Seconds between two attempts to connect; meanwhile requests are told so at once."""


class Pool:
    """Channels to one database.  Belongs to the event loop it was opened on."""

    def __init__(self, url: str, texts: Mapping[bytes, bytes], *, size: int) -> None:
        self._url = url
        self._texts = texts
        self._size = size
        self._channels: list[Channel] = []
        self._opening: asyncio.Task[None] | None = None
        self._next_attempt = 0.0

    async def channel(self) -> Channel:
        """Return the channel with the least to do.  Raises `Unavailable` if there is none to be had."""
        self._channels = [channel for channel in self._channels if channel.lost is None]
        if len(self._channels) < self._size:
            await self._open_more()
        if not self._channels:
            raise Unavailable("the database does not answer")
        return min(self._channels, key=_busyness)

    async def close(self) -> None:
        """Close every channel."""
        if self._opening is not None:
            await asyncio.wait([self._opening])
        for channel in self._channels:
            await channel.close()

    async def _open_more(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._opening is None and now >= self._next_attempt:
            self._opening = asyncio.create_task(self._open())
        if self._opening is not None and not self._channels:
            await asyncio.wait([self._opening])

    async def _open(self) -> None:
        try:
            while len(self._channels) < self._size:
                opened = await Channel.open(self._url, self._texts)
                self._channels.append(opened)  # looked up now: the list may have changed meanwhile
        except ConnectionLost:
            self._next_attempt = asyncio.get_running_loop().time() + PAUSE
        finally:
            self._opening = None


def _busyness(channel: Channel) -> int:
    return channel.waiting
