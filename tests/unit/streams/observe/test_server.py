"""The pages answer whoever asks, whatever other clients do."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from streams.observe import server
from streams.observe.metrics import Metrics
from streams.observe.server import CONNECTIONS_MAX, HEAD_BYTES_MAX, WebServer
from tests.support.looping import in_a_loop

DEADLINE_S = 5.0
SOON_S = 0.05
"""In the place of the seconds that a client has."""


class Shards:
    """What a worker would tell of."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.parked: dict[int, str] = {}
        self.ready = False

    def show(self) -> None:
        self.metrics.show_customers(3, 8, 500, 1_000)


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def rest(self) -> bytes:
        """All until the other side closes."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                return await self._reader.read()
            except ConnectionResetError:
                return b""

    def close(self) -> None:
        self._writer.close()


class Site:
    """The pages, and who asks for them."""

    def __init__(self, pages: WebServer, shards: Shards) -> None:
        self.pages, self.shards = pages, shards
        self.clients: list[Client] = []

    async def client(self) -> Client:
        host, port = self.pages.address.removeprefix("http://").split(":")
        self.clients.append(Client(*await asyncio.open_connection(host, int(port))))
        return self.clients[-1]

    async def ask(self, request: bytes) -> bytes:
        client = await self.client()
        await client.send(request)
        return await client.rest()

    async def status(self, request: bytes) -> int:
        return int((await self.ask(request)).split(b" ")[1])


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    shards = Shards()
    pages = WebServer(shards, "127.0.0.1", 0)
    await pages.start()
    site = Site(pages, shards)
    try:
        yield site
    finally:
        for client in site.clients:
            client.close()
        async with asyncio.timeout(DEADLINE_S):
            await pages.stop()


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n".encode()


@in_a_loop
async def test_the_pages_tell_of_the_worker() -> None:
    async with serving() as site:
        assert json.loads((await site.ask(get("/livez"))).partition(b"\r\n\r\n")[2]) == {
            "status": "alive"
        }
        assert await site.status(get("/readyz")) == 503
        site.shards.parked = {3: "row"}
        answer = await site.ask(get("/readyz"))
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["parked"] == [
            {"partition": 3, "reason": "row"}
        ]
        site.shards.ready = True
        assert await site.status(get("/readyz?verbose=1")) == 200
        head, _, body = (await site.ask(get("/metrics"))).partition(b"\r\n\r\n")
        assert b'whalecurve_partition_customers{partition="3"} 8.0' in body
        assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
        alive = (await site.ask(get("/livez"))).partition(b"\r\n\r\n")[0]
        assert await site.ask(get("/livez").replace(b"GET", b"HEAD", 1)) == alive + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/"), 404),
        (get("/metrics/../../etc/passwd"), 404),
        (get("/livez/"), 404),
        (b"POST /livez HTTP/1.1\r\nContent-Length: 50000000\r\n\r\n", 405),
        (b"PRI * HTTP/2.0\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nX: " + b"a" * HEAD_BYTES_MAX + b"\r\n\r\n", 431),
        (b"GET /livez HTTP/1.1\r\nX: " + b"a" * HEAD_BYTES_MAX, 431),
    ],
)
@in_a_loop
async def test_what_is_no_request_for_a_page_is_refused(request_: bytes, status: int) -> None:
    async with serving() as site:
        assert await site.status(request_) == status
        assert await site.status(get("/livez")) == 200


@pytest.mark.parametrize("request_", [get("/metrics"), get("/nowhere"), b"\r\n\r\n"])
@in_a_loop
async def test_an_answer_names_no_library_and_no_version(request_: bytes) -> None:
    async with serving() as site:
        head = (await site.ask(request_)).partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n")[1:]]
    assert names == [b"Content-Type", b"Content-Length", b"Connection"]


@in_a_loop
async def test_a_head_may_come_in_pieces() -> None:
    async with serving() as site:
        client = await site.client()
        for byte in get("/livez"):
            await client.send(bytes([byte]))
        assert (await client.rest()).startswith(b"HTTP/1.1 200 ")


@in_a_loop
async def test_who_never_ends_a_request_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", SOON_S)
    async with serving() as site:
        silent, slow = await site.client(), await site.client()
        await slow.send(b"GET /livez HTTP/1.1\r\nX-Slow: ")
        assert await silent.rest() == b""
        assert await slow.rest() == b""
        assert not site.pages._connections


@in_a_loop
async def test_who_never_reads_an_answer_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ANSWER_SECONDS", SOON_S)
    monkeypatch.setattr(Metrics, "text", lambda _: b"#" * 50_000_000)
    async with serving() as site:
        client = await site.client()
        await client.send(get("/metrics"))
        async with asyncio.timeout(DEADLINE_S):
            while site.pages._connections:  # noqa: ASYNC110 - the pages tell nobody
                await asyncio.sleep(SOON_S)
        assert len(await client.rest()) < 50_000_000


@in_a_loop
async def test_of_too_many_connections_the_oldest_makes_room(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving() as site:
        held = [await site.client() for _ in range(3 * CONNECTIONS_MAX)]
        assert await site.status(get("/livez")) == 200
        assert len(site.pages._connections) <= CONNECTIONS_MAX
        for client in held[: 2 * CONNECTIONS_MAX]:
            assert await client.rest() == b""
        await held[-1].send(get("/readyz"))
        assert (await held[-1].rest()).startswith(b"HTTP/1.1 503 ")
    assert [record for record in caplog.records if record.name != "asyncio"] == []
    assert all(record.levelno < logging.WARNING for record in caplog.records)
