"""Tokens for OAUTHBEARER: asked for by client credentials, and kept until they are old.

For the clients in Python; librdkafka asks by itself, for each client and in a thread of its own.
Neither the secret nor a token is part of any text.
"""

import asyncio
import json
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from aiokafka.abc import AbstractTokenProvider as AiokafkaProvider
from kafka.net.sasl.oauth import AbstractTokenProvider as KafkaPythonProvider

from streams.config.settings import Settings, SettingsError, variable

ANSWER_SECONDS: Final = 4.0
"""For one word of the endpoint, and for all of its answer."""
ANSWER_MAX_BYTES: Final = 65_536
"""Many times what a token takes."""
KEPT_SHARE: Final = 0.75
"""So much of its life a token is used: the broker's clock may be ahead, and answers take time."""
REFUSED: Final = (400, 401, 403)
"""What an endpoint answers where the client or what it asks for is wrong; RFC 6749, 5.2."""
PASSES: Final = (408, 429)
_WORDS: Final = (
    *("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client"),
    *("unsupported_grant_type", "invalid_scope", "access_denied"),
)
"""Errors that may be repeated: anything else may hold what was sent."""


class TokenError(ConnectionError):
    """There is no token. Where it is `refused` it does not pass by itself, and says what to do."""

    def __init__(self, text: str, *, refused: bool) -> None:
        super().__init__(text)
        self.refused = refused


@dataclass(frozen=True)
class TokenRequest:
    """Whom to ask, and for what."""

    endpoint: str
    client_id: str
    secret: str = field(repr=False)
    scope: str
    ca_file: Path | None

    @property
    def post(self) -> Request:
        """The request as RFC 6749, 4.4.2 has it, and as librdkafka sends it."""
        login = b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        asked = {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {})
        return Request(  # noqa: S310 - the setting takes https alone
            self.endpoint,
            urlencode(asked).encode(),
            {"Authorization": f"Basic {login}", "Accept": "application/json"},
        )


class Tokens:
    """The newest token of one client; asked for from any thread."""

    def __init__(self, request: TokenRequest, clock: Callable[[], float] = time.monotonic) -> None:
        self._request, self._clock = request, clock
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = self._ends_at = -1.0

    def get(self) -> str:
        """A token that holds; TokenError where there is none."""
        with self._lock:
            if self._clock() >= self._renew_at:
                self._renew()
            return self._token

    def _renew(self) -> None:
        asked_at = self._clock()
        try:
            token, seconds = _ask(self._request)
        except TokenError as error:
            # the old one serves while the endpoint is away
            if error.refused or asked_at >= self._ends_at:
                raise
            return
        self._token = token
        self._renew_at = asked_at + seconds * KEPT_SHARE
        self._ends_at = asked_at + seconds


class _KafkaPythonTokens(KafkaPythonProvider):
    """As kafka-python asks for it."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens

    def token(self) -> str:
        return self._tokens.get()


class _AiokafkaTokens(AiokafkaProvider):
    """As aiokafka asks for it: the loop goes on meanwhile."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def token(self) -> str:
        return await asyncio.to_thread(self._tokens.get)


def kafka_python_tokens(settings: Settings) -> KafkaPythonProvider:
    """For clients of kafka-python; all of a process share one token."""
    return _KafkaPythonTokens(tokens_of(settings))


def aiokafka_tokens(settings: Settings) -> AiokafkaProvider:
    """For clients of aiokafka; all of a process share one token."""
    return _AiokafkaTokens(tokens_of(settings))


def tokens_of(settings: Settings) -> Tokens:
    """The tokens that these settings lead to; the settings were checked."""
    assert settings.oauth_client_secret_file is not None
    return _tokens(
        TokenRequest(
            settings.oauth_token_endpoint,
            settings.oauth_client_id,
            settings.oauth_client_secret_file.text,
            settings.oauth_scope,
            settings.oauth_ca_file,
        )
    )


_tokens = lru_cache(maxsize=1)(Tokens)
"""A process has one set of settings."""


def endpoint_context(ca_file: Path | None) -> ssl.SSLContext:
    """TLS to the endpoint; SettingsError where the file holds no certificates."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError as error:
        raise SettingsError(
            f"{variable('oauth_ca_file')}: expected certificates in PEM, found none in "
            f"{str(ca_file)!r}"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _NoRedirect(HTTPRedirectHandler):
    """The secret goes where the setting says, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """Follows nothing."""


def _ask(request: TokenRequest) -> tuple[str, float]:
    """(token, for how many seconds it holds)."""
    opener = build_opener(HTTPSHandler(context=endpoint_context(request.ca_file)), _NoRedirect)
    until = time.monotonic() + ANSWER_SECONDS
    answer = bytearray()
    try:
        with opener.open(request.post, timeout=ANSWER_SECONDS) as response:
            while len(answer) <= ANSWER_MAX_BYTES and (part := response.read1(ANSWER_MAX_BYTES)):
                answer += part
                if time.monotonic() > until:
                    raise TimeoutError
    except HTTPError as error:
        with error:
            _raise_for(request, error.code, _word(error))
    except (OSError, HTTPException) as error:
        _raise_of(request, error)
    if len(answer) > ANSWER_MAX_BYTES:
        _refuse(request, f"answers with more than {ANSWER_MAX_BYTES} bytes")
    return _token_in(request, bytes(answer))


def _raise_for(request: TokenRequest, status: int, word: str) -> NoReturn:
    """What a status means; `word` is the endpoint's own."""
    if status in REFUSED:
        raise TokenError(
            f"{request.endpoint} gives client {request.client_id} no token ({status}{word}): look "
            f"at {variable('oauth_client_id')}, at the file of "
            f"{variable('oauth_client_secret_file')} and at {variable('oauth_scope')}",
            refused=True,
        )
    if status in PASSES or status >= 500:  # noqa: PLR2004 - HTTP's own border
        raise TokenError(f"{request.endpoint} has no token now ({status})", refused=False)
    _refuse(request, f"answers with status {status}")


def _raise_of(request: TokenRequest, error: Exception) -> NoReturn:
    """What an error of the connection means."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        raise TokenError(
            f"the certificate of {request.endpoint} is not trusted ({cause.verify_message}): look "
            f"at {variable('oauth_ca_file')} and at {variable('oauth_token_endpoint')}",
            refused=True,
        ) from error
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        raise TokenError(
            f"{request.endpoint} speaks no TLS 1.2 or newer that we could agree on: look at "
            f"{variable('oauth_token_endpoint')}",
            refused=True,
        ) from error
    raise TokenError(
        f"{request.endpoint} of {variable('oauth_token_endpoint')} does not answer "
        f"({type(cause).__name__})",
        refused=False,
    ) from error


def _refuse(request: TokenRequest, what: str) -> NoReturn:
    raise TokenError(
        f"{request.endpoint} {what}, where a token was expected: look at "
        f"{variable('oauth_token_endpoint')}",
        refused=True,
    )


def _word(answer: HTTPError) -> str:
    try:
        said = json.loads(answer.read(ANSWER_MAX_BYTES)).get("error")
    except (OSError, HTTPException, ValueError, AttributeError):
        return ""
    return f", {said}" if said in _WORDS else ""


def _token_in(request: TokenRequest, answer: bytes) -> tuple[str, float]:
    try:
        said = json.loads(answer)
        token, seconds = said["access_token"], float(said["expires_in"])
    except (ValueError, TypeError, KeyError):
        _refuse(request, "answers without access_token and expires_in in JSON")
    if not (isinstance(token, str) and token.isascii() and token.isprintable() and token):
        _refuse(request, "answers with a token that is no text")
    if not seconds > 0:
        _refuse(request, "answers with a token that has expired")
    return token, seconds
