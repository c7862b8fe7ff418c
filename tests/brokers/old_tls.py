"""A server that speaks no newer TLS than 1.1, and nothing of Kafka: handshakes are all it does."""

import socket
import ssl
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from streams.demo.embedded_broker import HOST
from tests.brokers.secured_kafka import Paper

SECONDS: Final = 5.0
WEAK: Final = "DEFAULT:@SECLEVEL=0"
"""Of its own accord OpenSSL takes no part in TLS 1.1 any more."""


def only_1_1(protocol: int) -> ssl.SSLContext:
    """A context that speaks TLS 1.1 alone."""
    context = ssl.SSLContext(protocol)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers(WEAK)
    return context


def handshake(address: str, ca: Path) -> str | None:
    """The version that a client as old as the server agrees on with it."""
    context = only_1_1(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca)
    host, _, port = address.rpartition(":")
    with (
        socket.create_connection((host, int(port)), SECONDS) as bare,
        context.wrap_socket(bare, server_hostname=host) as secure,
    ):
        return secure.version()


class TLS11:
    """The server, in a thread of its own."""

    def __init__(self, paper: Paper) -> None:
        self._context = only_1_1(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(paper.certificate, paper.key)
        self._socket = socket.create_server((HOST, 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"{HOST}:{self._socket.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                bare, _ = self._socket.accept()
            except OSError:  # it was closed
                return
            bare.settimeout(SECONDS)
            with suppress(OSError), bare, self._context.wrap_socket(bare, server_side=True) as one:
                one.recv(1)

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(SECONDS)
