"""`/livez`, `/readyz` and `/metrics` of one worker, on loopback unless a host is given.

A request is read up to the end of its head and answered, and its connection is closed. No client,
however slow, large or many, holds more than the bounds below; and none is told of in the log, or
told what the worker is made of.
"""

import asyncio
from typing import Final, Protocol

import orjson

from streams.observe.metrics import Metrics

CONNECTIONS_MAX: Final = 32
"""At once; probes and scrapes need a handful. The oldest one makes room for one more."""
ACCEPTED_AT_ONCE: Final = 16
"""Connections that wait in the kernel, and that one turn of the loop takes from there."""
HEAD_BYTES_MAX: Final = 8_192
"""Of a request, up to the empty line; a scrape has some 300."""
HEAD_SECONDS: Final = 5.0
"""From the connection to the end of the request's head."""
ANSWER_SECONDS: Final = 10.0
"""From there until the client has read the answer."""
TEXT_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"
_JSON: Final = "application/json; charset=utf-8"
_END: Final = b"\r\n\r\n"
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class Watched(Protocol):
    """What the pages tell of."""

    metrics: Metrics

    @property
    def ready(self) -> bool:
        """Assigned and restored."""

    @property
    def parked(self) -> dict[int, str]:
        """The partitions that stand still, with the reasons."""

    def show(self) -> None:
        """Brings the gauges up to date."""


class WebServer:
    """The worker's pages."""

    def __init__(self, watched: Watched, host: str, port: int) -> None:
        self._watched, self._host, self._port = watched, host, port
        self._server: asyncio.Server | None = None
        self._connections: dict[_Connection, None] = {}
        """The oldest first."""
        self.address = ""

    async def start(self) -> None:
        """Begins to serve; `address` tells where (OSError where the port is taken)."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self), self._host, self._port, backlog=ACCEPTED_AT_ONCE
        )
        host, port = self._server.sockets[0].getsockname()[:2]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def stop(self) -> None:
        """Ends serving, and every connection."""
        if self._server is not None:
            self._server.close()
            for connection in list(self._connections):
                connection.abort()
            await self._server.wait_closed()

    def opened(self, connection: "_Connection") -> None:
        """One more connection, in the place of the oldest where there are too many."""
        self._connections[connection] = None
        if len(self._connections) > CONNECTIONS_MAX:
            oldest = next(iter(self._connections))
            self.closed(oldest)
            oldest.abort()

    def closed(self, connection: "_Connection") -> None:
        """It counts no more."""
        self._connections.pop(connection, None)

    def answer(self, head: bytes) -> bytes:
        """The answer to a request whose head is here, whole."""
        words = head.partition(b"\r\n")[0].split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):  # noqa: PLR2004 - its form
            return _refusal(400)
        method, target, _ = words
        if method not in {b"GET", b"HEAD"}:
            return _refusal(405)
        page = self._page(target.partition(b"?")[0])
        return page.partition(_END)[0] + _END if method == b"HEAD" else page

    def _page(self, path: bytes) -> bytes:
        if path == b"/livez":
            return _status(200, "alive")
        if path == b"/readyz":
            return self._readiness()
        if path == b"/metrics":
            self._watched.show()
            return _response(200, TEXT_FORMAT, self._watched.metrics.text())
        return _refusal(404)

    def _readiness(self) -> bytes:
        if self._watched.ready:
            return _status(200, "ready")
        parked = self._watched.parked
        if not parked:
            return _status(503, "restoring or unassigned")
        listed = [{"partition": one, "reason": why} for one, why in parked.items()]
        return _response(503, _JSON, orjson.dumps({"status": "parked", "parked": listed}))


class _Connection(asyncio.Protocol):
    """One request and its answer."""

    _transport: asyncio.Transport
    _deadline: asyncio.TimerHandle

    def __init__(self, server: WebServer) -> None:
        self._server = server
        self._head = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client has its seconds from now on."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._end_in(HEAD_SECONDS)
        self._server.opened(self)

    def data_received(self, data: bytes) -> None:
        """A part of the request; what would come after its head is not read."""
        self._head += data[: HEAD_BYTES_MAX + 1]
        end = self._head.find(_END)
        if 0 <= end <= HEAD_BYTES_MAX - len(_END):
            self._give(self._server.answer(bytes(self._head[:end])))
        elif len(self._head) > HEAD_BYTES_MAX:
            self._give(_refusal(431))

    def _give(self, answer: bytes) -> None:
        self._head.clear()
        self._deadline.cancel()
        self._end_in(ANSWER_SECONDS)
        self._transport.write(answer)
        self._transport.close()

    def _end_in(self, seconds: float) -> None:
        self._deadline = asyncio.get_running_loop().call_later(seconds, self.abort)

    def abort(self) -> None:
        """Ends it now, whatever is unsent."""
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over; why is the client's affair."""
        del exc
        self._deadline.cancel()
        self._server.closed(self)


def _status(status: int, text: str) -> bytes:
    return _response(status, _JSON, orjson.dumps({"status": text}))


def _refusal(status: int) -> bytes:
    return _status(status, _REASONS[status].lower())


def _response(status: int, content_type: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\n"
        f"Content-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close"
    )
    return head.encode() + _END + body
