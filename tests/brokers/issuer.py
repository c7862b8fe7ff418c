"""Whose tokens Kafka takes in tests: its keys, and an endpoint that gives them to clients.

The endpoint speaks TLS on loopback. A test says what it answers next, and sees what it was asked.
"""

import json
import ssl
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from streams.demo.embedded_broker import HOST

if TYPE_CHECKING:
    from types import TracebackType

    from tests.brokers.secured_kafka import Paper

PATH: Final = "/oauth2/token"
KEY_ID: Final = "the-only-one"


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Signs tokens; Kafka finds its keys in a file."""

    def __init__(self, folder: Path) -> None:
        self._key = generate_private_key(65_537, 2_048)
        numbers = self._key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "kid": KEY_ID,
            "alg": "RS256",
            "use": "sig",
            "n": _b64(numbers.n.to_bytes(256, "big")),
            "e": _b64(numbers.e.to_bytes(3, "big")),
        }
        folder.mkdir(parents=True, exist_ok=True)
        self.keys = folder / "keys.json"
        self.keys.write_text(json.dumps({"keys": [key]}))

    @property
    def allowed(self) -> str:
        """The option by which a JVM lets Kafka read the keys."""
        return f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self.keys.as_uri()}"

    def token(self, user: str, seconds: float) -> str:
        """A JWT that holds so long."""
        now = time.time()
        head = {"alg": "RS256", "typ": "JWT", "kid": KEY_ID}
        claims = {"sub": user, "iat": int(now), "exp": int(now + seconds)}
        signed = ".".join(_b64(json.dumps(part).encode()) for part in (head, claims))
        return f"{signed}.{_b64(self._key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


class TokenEndpoint:
    """Gives every client that knows its secret a token for the user of the client's name."""

    def __init__(self, issuer: Issuer, paper: "Paper", secrets: dict[str, str]) -> None:
        self.issuer, self.secrets = issuer, secrets
        self.seconds = 300.0
        self.answer: tuple[int, bytes] | None = None
        """What it answers in place of a token."""
        self.asked: list[tuple[str, str]] = []
        """(client, scope) of every request."""
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(paper.certificate, paper.key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://{HOST}:{self._server.server_address[1]}{PATH}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def respond(self, login: str, form: dict[str, list[str]]) -> tuple[int, bytes]:
        """(status, body) for what a client sent."""
        client, _, secret = b64decode(login.removeprefix("Basic ")).decode().partition(":")
        self.asked.append((client, form.get("scope", [""])[0]))
        if self.answer is not None:
            return self.answer
        if self.secrets.get(client) != secret or form["grant_type"] != ["client_credentials"]:
            return 401, b'{"error": "invalid_client"}'
        token = self.issuer.token(client, self.seconds)
        said = {"access_token": token, "token_type": "Bearer", "expires_in": self.seconds}
        return 200, json.dumps(said).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, answer = endpoint.respond(self.headers["Authorization"], parse_qs(body))
                self.send_response(status)
                self.send_header("Location", endpoint.url)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler
