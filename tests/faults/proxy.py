"""A proxy on the loopback that cuts connections at chosen moments: between any two pieces of what goes through it."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """Passes bytes on; :meth:`cut_after` lets it cut everything once so many bytes more have passed."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._left: int | None = None
        self._ears: str = ""
        self._writers: set[asyncio.StreamWriter] = set()
        self.cuts = 0
        self.port = 0

    def cut_after(self, size: int | None) -> None:
        """Cut once ``size`` bytes more have passed, in either direction; ``None``: never."""
        self._left = size

    def swallow(self) -> None:
        """Let the next COMMIT through, and cut everything in the place of what the server answers to it."""
        self._ears = "open"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, back}
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        for each in (writer, back):
            self._writers.discard(each)
            each.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, OSError):
            while data := await reader.read(65_536):
                if self._ears == "shut":
                    self._cut()
                    return
                if self._ears == "open" and b"COMMIT" in data:
                    self._ears = "shut"
                if self._left is not None and len(data) > self._left:
                    writer.write(data[: self._left])
                    self._cut()
                    return
                if self._left is not None:
                    self._left -= len(data)
                writer.write(data)
                await writer.drain()
            writer.close()

    def _cut(self) -> None:
        self._left, self._ears = None, ""
        self.cuts += 1
        for writer in self._writers:
            with suppress(OSError):
                plug: socket.socket = writer.get_extra_info("socket")
                if self.cuts % 2:  # half of them as a reset, half as an end
                    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.close()


@contextmanager
def between(target: int) -> Iterator[Proxy]:
    """A proxy before the port ``target`` of the loopback, in a thread of its own."""
    proxy = Proxy(target)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(proxy._serve, "127.0.0.1", 0))
    proxy.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for writer in list(proxy._writers):
            writer.close()
        for task in (tasks := asyncio.all_tasks(loop)):
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()
