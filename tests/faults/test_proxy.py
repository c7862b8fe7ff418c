"""The proxy does what tests of faults rely on, tried on a server that answers every request."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from streams.demo.embedded_broker import HOST
from tests.faults.proxy import Api, Fault, Proxy, Weather
from tests.support.waiting import wait_until

SECONDS = 10.0


def request(api: int, number: int, body: bytes = b"body") -> bytes:
    frame = struct.pack(">hhi", api, 3, number) + body
    return struct.pack(">i", len(frame)) + frame


def received(source: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = source.recv(size - len(found))
        if not more:
            raise EOFError
        found += more
    return found


class Answers(socketserver.BaseRequestHandler):
    """Answers every request with its id and its body; remembers what came, in order."""

    came: list[bytes]

    def handle(self) -> None:
        try:
            while True:
                frame = received(self.request, struct.unpack(">i", received(self.request, 4))[0])
                self.came.append(frame[8:])
                answer = frame[4:]
                self.request.sendall(struct.pack(">i", len(answer)) + answer)
        except (EOFError, OSError):
            return


class Client:
    """A connection to the proxy."""

    def __init__(self, proxy: Proxy) -> None:
        host, port = proxy.address.split(":")
        self._socket = socket.create_connection((host, int(port)), SECONDS)

    def ask(self, api: int, number: int, body: bytes = b"body") -> bytes:
        self._socket.sendall(request(api, number, body))
        size = struct.unpack(">i", received(self._socket, 4))[0]
        assert struct.unpack(">i", received(self._socket, 4))[0] == number
        return received(self._socket, size - 4)

    def close(self) -> None:
        self._socket.close()


@contextmanager
def client(proxy: Proxy) -> Iterator[Client]:
    found = Client(proxy)
    try:
        yield found
    finally:
        found.close()


def asked(proxy: Proxy, api: int, number: int, body: bytes = b"body") -> bytes | None:
    """The answer to a request on a connection of its own; None where it was cut."""
    try:
        with client(proxy) as one:
            return one.ask(api, number, body)
    except (EOFError, ConnectionError):
        return None


@pytest.fixture
def came() -> list[bytes]:
    """The bodies that the server got."""
    return []


@pytest.fixture
def proxy(came: list[bytes]) -> Iterator[Proxy]:
    handler = type("Handler", (Answers,), {"came": came})
    with socketserver.ThreadingTCPServer((HOST, 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with Proxy(seed=1) as found:
            found.lead_to(f"{HOST}:{server.server_address[1]}")
            yield found
        server.shutdown()
        thread.join()


def test_without_a_fault_all_goes_through_and_is_counted(proxy: Proxy, came: list[bytes]) -> None:
    with client(proxy) as one:
        assert one.ask(Api.PRODUCE, 1, b"x" * 300_000) == b"x" * 300_000
        assert one.ask(Api.END_TXN, 2) == b"body"
    assert came == [b"x" * 300_000, b"body"]
    assert proxy.seen == {Api.PRODUCE: 1, Api.END_TXN: 1}
    assert not proxy.struck


def test_a_cut_before_the_nth_request_of_a_kind_keeps_it_from_the_server(
    proxy: Proxy, came: list[bytes]
) -> None:
    proxy.put(Fault(Api.END_TXN, "cut before", 2, of=b"mine"))
    with client(proxy) as one:
        assert one.ask(Api.END_TXN, 1, b"mine 1") == b"mine 1"
        assert one.ask(Api.END_TXN, 2, b"other") == b"other"
        assert one.ask(Api.PRODUCE, 3, b"mine") == b"mine"
        with pytest.raises((EOFError, ConnectionError)):
            one.ask(Api.END_TXN, 4, b"mine 2")
    assert asked(proxy, Api.END_TXN, 5, b"mine 3") == b"mine 3"
    assert came == [b"mine 1", b"other", b"mine", b"mine 3"]
    assert proxy.struck == {(Api.END_TXN, "cut before"): 1}
    assert proxy.left == 0


def test_a_cut_after_a_request_lets_it_through_and_its_answer_not(
    proxy: Proxy, came: list[bytes]
) -> None:
    proxy.put(Fault(Api.END_TXN, "cut after"))
    assert asked(proxy, Api.END_TXN, 1, b"heard") is None
    assert came == [b"heard"]
    assert proxy.struck == {(Api.END_TXN, "cut after"): 1}


def test_faults_strike_in_the_order_in_which_they_were_put_in(
    proxy: Proxy, came: list[bytes]
) -> None:
    proxy.put(Fault(Api.END_TXN, "cut before"), Fault(Api.PRODUCE, "cut before"))
    assert asked(proxy, Api.PRODUCE, 1) == b"body"
    for api in (Api.END_TXN, Api.PRODUCE):
        assert asked(proxy, api, 2) is None
    assert came == [b"body"]
    assert proxy.left == 0


def test_a_held_request_arrives_though_its_client_has_gone_after_a_later_one_of_another_kind(
    proxy: Proxy, came: list[bytes]
) -> None:
    fault = Fault(Api.END_TXN, "hold", of=b"mine", until=Api.PRODUCE, seconds=SECONDS)
    proxy.put(fault)
    gone = Client(proxy)
    gone._socket.sendall(request(Api.END_TXN, 1, b"mine, late"))
    wait_until("it is held", lambda: proxy.left == 0, SECONDS)
    gone.close()
    with client(proxy) as one:
        assert one.ask(Api.END_TXN, 2, b"mine, again") == b"mine, again"
        assert came == [b"mine, again"]
        assert one.ask(Api.PRODUCE, 3, b"mine") == b"mine"
        wait_until("it was let go", lambda: fault.answer == b"mine, late", SECONDS)
    assert came == [b"mine, again", b"mine", b"mine, late"]
    assert fault.version == 3


def test_a_late_request_arrives_after_its_client_heard_that_it_was_cut(
    proxy: Proxy, came: list[bytes]
) -> None:
    fault = Fault(Api.END_TXN, "late", until=Api.PRODUCE, seconds=SECONDS)
    proxy.put(fault)
    assert asked(proxy, Api.END_TXN, 1, b"late") is None
    with client(proxy) as one:
        assert one.ask(Api.PRODUCE, 2) == b"body"
        wait_until("it was let go", lambda: fault.answer == b"late", SECONDS)
    assert came == [b"body", b"late"]


def test_a_held_request_is_let_go_when_its_time_is_over(proxy: Proxy, came: list[bytes]) -> None:
    proxy.put(Fault(Api.END_TXN, "hold", seconds=0.05))
    with client(proxy) as one:
        assert one.ask(Api.END_TXN, 1) == b"body"
        assert one.ask(Api.END_TXN, 2) == b"body"
    assert came == [b"body", b"body"]


def test_latency_and_fragments_change_nothing_but_the_time(proxy: Proxy, came: list[bytes]) -> None:
    proxy.weather = Weather(latency_s=0.01, fragment_bytes=7)
    with client(proxy) as one:
        for number in range(5):
            assert one.ask(Api.FETCH, number, b"x" * 100) == b"x" * 100
    assert came == [b"x" * 100] * 5


def test_resets_strike_by_chance_and_are_counted(proxy: Proxy) -> None:
    proxy.weather = Weather(reset_share=0.2)
    resets = sum(asked(proxy, Api.FETCH, number) is None for number in range(50))
    assert resets == proxy.struck[Api.FETCH, "reset"] > 0
    assert proxy.seen[Api.FETCH] == 50


def test_who_is_refused_gets_no_word(proxy: Proxy, came: list[bytes]) -> None:
    proxy.weather = Weather(refusing=True)
    assert asked(proxy, Api.FETCH, 1) is None
    assert not came


def test_a_proxy_to_a_server_that_is_away_closes_what_comes(proxy: Proxy) -> None:
    proxy.lead_to(f"{HOST}:1")
    assert asked(proxy, Api.FETCH, 1) is None
