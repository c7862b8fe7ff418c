"""A proxy between workers and the broker that does to Kafka's requests what networks do to them.

It reads the frames of both directions: a request is its length (4 bytes), its api key (2), the
version (2), a correlation id (4) and the rest; its answer begins with the same id. Faults strike
one after the other, in the order in which they were put in; the weather holds for all.
"""

import asyncio
import random
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Literal, Self

from streams.demo.embedded_broker import HOST, claim_port

START_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 10.0
"""So long the answer to a request is waited for that was held."""
UNDERWAY_MAX: Final = 256
"""Frames of one direction that are underway at once."""
SINGLE_BYTES: Final = 16
"""Of a frame in fragments: the first ones go one by one."""
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: closing throws away what was not sent, and says so."""


class Api(IntEnum):
    """Kafka's requests, by their api keys, as far as faults name them."""

    PRODUCE = 0
    FETCH = 1
    METADATA = 3
    FIND_COORDINATOR = 10
    API_VERSIONS = 18
    INIT_PRODUCER_ID = 22
    ADD_PARTITIONS_TO_TXN = 24
    ADD_OFFSETS_TO_TXN = 25
    END_TXN = 26
    TXN_OFFSET_COMMIT = 28
    DESCRIBE_CONFIGS = 32


How = Literal["cut before", "cut after", "hold", "late"]
HELD: Final = ("hold", "late")


@dataclass(eq=False)
class Fault:
    """What happens once, to the nth request of a kind from then on."""

    api: Api
    how: How
    """Cut before it is passed on; after it was answered, unheard. Hold it and pass it on late,
    with its connection standing, or (late) cut towards the client."""
    nth: int = 1
    of: bytes = b""
    """Only requests with these bytes (a transactional id) count."""
    until: Api | None = None
    """A request is held until a later one of this kind, with the same bytes, was answered."""
    answers: int = 1
    """So many later ones."""
    seconds: float = 0.0
    """A request is held for no longer."""
    version: int = -1
    """Of the request that was struck."""
    answer: bytes = b""
    """To a request that was held: what follows the correlation id."""
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def counts(self, api: int, frame: bytes) -> bool:
        """Whether a request is of the kind."""
        return api == self.api and self.of in frame


@dataclass(frozen=True)
class Weather:
    """What all connections have to bear."""

    latency_s: float = 0.0
    """Each way."""
    fragment_bytes: int = 0
    """No more at once; 0: frames go whole."""
    reset_share: float = 0.0
    """Of the requests at which the connection is reset."""
    refusing: bool = False


class Proxy:
    """Listens on a port of its own; `lead_to` says where the broker is."""

    def __init__(self, seed: int = 0) -> None:
        self.weather = Weather()
        self.seen: Counter[int] = Counter()
        """Requests that came, by api key."""
        self.struck: Counter[tuple[int, str]] = Counter()
        """What was done, by api key and fault."""
        self._random = random.Random(seed)
        self._faults: deque[Fault] = deque()
        self._held: list[Fault] = []
        self._passed = 0
        self._lock = threading.Lock()
        self._port = claim_port(0)
        self._broker = ("", 0)
        self._loop: asyncio.AbstractEventLoop
        self._ended: asyncio.Event
        self._listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="proxy")

    @property
    def address(self) -> str:
        """`host:port` for workers."""
        return f"{HOST}:{self._port}"

    def lead_to(self, address: str) -> None:
        """Where the broker listens."""
        host, _, port = address.rpartition(":")
        self._broker = (host, int(port))

    def put(self, *faults: Fault) -> None:
        """These are to strike next, one after the other."""
        with self._lock:
            self._faults.extend(faults)

    @property
    def left(self) -> int:
        """How many faults have still to strike."""
        with self._lock:
            return len(self._faults)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listening.wait(START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(START_SECONDS)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, HOST, self._port)
        self._listening.set()
        await self._ended.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self.weather.refusing:
                there = await asyncio.open_connection(*self._broker)
                await _Connection(self, (reader, writer), there).run()
        except OSError:
            pass  # the broker is away: so is the proxy
        finally:
            _abort(writer)

    # what the connections ask

    def fault_for(self, api: int, frame: bytes) -> Fault | None:
        """Counts a request; the fault that strikes it, if one does."""
        with self._lock:
            self.seen[api] += 1
            if not self._faults or not self._faults[0].counts(api, frame):
                return None
            self._passed += 1
            if self._passed < self._faults[0].nth:
                return None
            self._passed = 0
            fault = self._faults.popleft()
            fault.version = struct.unpack_from(">h", frame, 2)[0]
            self.struck[api, fault.how] += 1
            if fault.how in HELD:
                self._held.append(fault)
            return fault

    def resets(self, api: int) -> bool:
        """Whether chance has it that the connection is reset now."""
        if self._random.random() >= self.weather.reset_share:
            return False
        self.struck[api, "reset"] += 1
        return True

    def answered(self, api: int, frame: bytes) -> None:
        """A request was answered: another one may have waited for it."""
        for fault in self._held:
            if api == fault.until and fault.of in frame:
                fault.answers -= 1
                if not fault.answers:
                    fault.released.set()

    def pieces(self, frame: bytes) -> list[bytes]:
        """A frame as the weather lets it through."""
        most = self.weather.fragment_bytes
        if not most:
            return [frame]
        found = [frame[at : at + 1] for at in range(min(SINGLE_BYTES, len(frame)))]
        at = len(found)
        while at < len(frame):
            size = self._random.randint(1, most)
            found.append(frame[at : at + size])
            at += size
        return found


class _Line:
    """One direction of a connection: frames arrive in order, as late as the weather has it."""

    def __init__(self, proxy: Proxy, writer: asyncio.StreamWriter) -> None:
        self._proxy, self._writer = proxy, writer
        self._underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDERWAY_MAX)

    async def send(self, frame: bytes) -> None:
        """Puts a frame on its way."""
        await self._underway.put((time.monotonic() + self._proxy.weather.latency_s, frame))

    async def run(self) -> None:
        """Delivers for as long as somebody listens."""
        while True:
            due, frame = await self._underway.get()
            await asyncio.sleep(due - time.monotonic())
            for piece in self._proxy.pieces(struct.pack(">i", len(frame)) + frame):
                self._writer.write(piece)
                await self._writer.drain()
                await asyncio.sleep(0)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Connection:
    """A client's connection, and the one to the broker that stands behind it."""

    def __init__(self, proxy: Proxy, client: Streams, broker: Streams) -> None:
        self._proxy = proxy
        self._from_client, self._to_client = client[0], client[1]
        self._from_broker, self._to_broker = broker[0], broker[1]
        self._requests, self._answers = _Line(proxy, broker[1]), _Line(proxy, client[1])
        self._unanswered: dict[int, tuple[int, bytes, Fault | None]] = {}
        self._late: asyncio.Event = asyncio.Event()

    async def run(self) -> None:
        """Passes frames on until either side ends; a held request goes on without its client."""
        pumps = [
            asyncio.create_task(_quietly(work))
            for work in (self._pass_requests(), self._pass_answers())
        ]
        lines = [
            asyncio.create_task(_quietly(line.run())) for line in (self._requests, self._answers)
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in pumps + lines:
                task.cancel()
            _abort(self._to_broker)
            _abort(self._to_client)

    async def _pass_requests(self) -> None:
        proxy = self._proxy
        while True:
            frame = await _frame(self._from_client)
            api, _, number = struct.unpack_from(">hhi", frame)
            fault = proxy.fault_for(api, frame)
            if (fault is not None and fault.how == "cut before") or proxy.resets(api):
                return
            self._unanswered[number] = (api, frame, fault)
            if fault is not None and fault.how in HELD:
                await self._hold(fault, frame)
            else:
                await self._requests.send(frame)

    async def _hold(self, fault: Fault, frame: bytes) -> None:
        """Passes a request on late, though whoever sent it may have gone."""
        if fault.how == "late":
            _abort(self._to_client)
        with suppress(TimeoutError):
            await asyncio.wait_for(fault.released.wait(), fault.seconds)
        await self._requests.send(frame)
        await asyncio.wait_for(self._late.wait(), ANSWER_SECONDS)

    async def _pass_answers(self) -> None:
        while True:
            frame = await _frame(self._from_broker)
            api, request, fault = self._unanswered.pop(struct.unpack_from(">i", frame)[0])
            self._proxy.answered(api, request)
            if fault is not None and fault.how == "cut after":
                return
            if fault is not None:
                fault.answer = frame[4:]
                self._late.set()
            await self._answers.send(frame)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    size = struct.unpack(">i", await reader.readexactly(4))[0]
    return await reader.readexactly(size)


async def _quietly(work: Awaitable[None]) -> None:
    with suppress(OSError, EOFError, TimeoutError):
        await work


def _abort(writer: asyncio.StreamWriter) -> None:
    """Closes without a farewell."""
    its_socket = writer.get_extra_info("socket")
    with suppress(OSError):
        its_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
