"""Why Kafka does not let us in, or not do something: in one line that says what to do.

The clients tell it each in its own way, and some of them only in their logs while they try again
for ever. So a client that is refused probes the broker once more here, with one connection of our
own, and says what came of it.
"""

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from aiokafka.conn import AIOKafkaConnection, collect_hosts
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest
from confluent_kafka import KafkaError as LibrdkafkaError

from schemas.base.errors import OperatorError
from schemas.topics.acls import Right
from streams.config.connecting import aiokafka_options
from streams.config.settings import SASL_MECHANISM, Settings, variable

PROBE_SECONDS: Final = 5.0
"""For one broker, from the first byte to its answer."""
CLOSE_SECONDS: Final = 0.2
TURNED_AWAY: Final = {LibrdkafkaError._SSL, LibrdkafkaError._AUTHENTICATION}
"""What librdkafka says where an endpoint refuses us; all else may pass by itself."""
LIST: Final = "docs/security.md"
_EXPIRED: Final = 10
_OTHER_NAME: Final = {62, 64}
"""OpenSSL's codes of what is the matter with a certificate: its date, its host or address."""
_NO_VERSION: Final = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "HANDSHAKE_FAILURE")
_DENIED: Final = re.compile(
    r"(topic|group|transactional[_ ]?id)[_ ]?authorization[_ ]?failed", re.IGNORECASE
)


class AccessError(OperatorError):
    """Kafka does not let this client in, or not do something; the text says what to do."""


def lacking(settings: Settings, rights: Iterable[Right]) -> AccessError:
    """What a client says that has not the rights it needs."""
    words = "; ".join(right.words for right in rights)
    return AccessError(f"{_who(settings)} has no right: {words}: grant it, as {LIST} shows")


def _who(settings: Settings) -> str:
    if settings.sasl_user:
        return f"user {settings.sasl_user}"
    if settings.tls_certificate_file is not None:
        return f"the holder of {settings.tls_certificate_file}"
    return "a client without a name (User:ANONYMOUS)"


def is_denied(text: str) -> bool:
    """Whether a client's error, of whatever library, says that a right is lacking."""
    return _DENIED.search(text) is not None


# probing


def probe(settings: Settings) -> None:
    """Connects to the first broker that lets us; AccessError where one refuses us instead.

    Returns where nobody answers at all: a broker that is away has refused nobody.
    """
    with ThreadPoolExecutor(1) as thread:  # there may be a loop in the caller's
        refusals = thread.submit(asyncio.run, _probe_all(settings)).result()
    if refusals:
        raise AccessError(refusals[0])


async def _probe_all(settings: Settings) -> list[str]:
    """Why each endpoint refused us; nothing where one let us in."""
    refusals = []
    for host, port, _ in collect_hosts(settings.broker.split(",")):
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await _enter(settings, host, port)
        except (OSError, KafkaError, TimeoutError) as error:
            with suppress(TimeoutError):
                async with asyncio.timeout(PROBE_SECONDS):
                    refusal = reason(settings, f"{host}:{port}", error)
                    refusal = refusal or await _other_language(settings, host, port)
                    refusals += [refusal] if refusal else []
        else:
            return []
    return refusals


async def _enter(settings: Settings, host: str, port: int) -> None:
    options = aiokafka_options(settings)
    del options["bootstrap_servers"]  # one is probed after the other
    async with _connected(host, port, **options) as connection:
        # an endpoint that asks for a login refuses only now
        await connection.send(MetadataRequest([]))


@asynccontextmanager
async def _connected(host: str, port: int, **options: Any) -> AsyncIterator[AIOKafkaConnection]:
    """One connection to one broker, closed before its loop ends."""
    connection = AIOKafkaConnection(host, port, request_timeout_ms=PROBE_SECONDS * 1000, **options)
    try:
        await connection.connect()
        yield connection
    finally:
        # a connection that never was is never closed either
        await asyncio.wait([connection.close()], timeout=CLOSE_SECONDS)


async def _other_language(settings: Settings, host: str, port: int) -> str | None:
    """What a listener speaks that broke off: TLS where we did not, or the other way round."""
    protocol = variable("security_protocol")
    if settings.security_protocol == "plaintext":
        if await _speaks_tls(host, port):
            return (
                f"{host}:{port} speaks TLS, and {protocol} is plaintext: set it to ssl or sasl_ssl"
            )
        return None
    with suppress(OSError, KafkaError):
        async with _connected(host, port):
            return (
                f"{host}:{port} speaks no TLS, and {protocol} is {settings.security_protocol}: "
                f"name a port of Kafka's that does in {variable('broker')}, or set it to plaintext"
            )
    if settings.security_protocol == "ssl" and await _speaks_tls(host, port):
        return (
            f"{host}:{port} takes TLS and then breaks off: it may ask for a user, "
            f"{protocol}=sasl_ssl, or a client certificate, {variable('tls_certificate_file')}"
        )
    return None


async def _speaks_tls(host: str, port: int) -> bool:
    """Whether it shows a certificate, be it one that we know or not."""
    try:
        _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except ssl.SSLCertVerificationError:
        return True
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


# what a refusal says


def reason(settings: Settings, where: str, error: BaseException) -> str | None:
    """What to do about an error of a connection; None where it may pass by itself."""
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLError):
            return _of_tls(settings, where, cause)
        if isinstance(cause, SaslAuthenticationFailed):
            return (
                f"{where} knows no user {settings.sasl_user} with this password: look at "
                f"{variable('sasl_user')}, at the file of {variable('sasl_password_file')}, and "
                f"whether Kafka has the user for {SASL_MECHANISM}"
            )
        if isinstance(cause, UnsupportedSaslMechanismError):
            return f"{where} does not take {SASL_MECHANISM}, the one mechanism there is: enable it"
        if isinstance(cause, IllegalSaslStateError):
            return f"{where} asks for no user: set {variable('security_protocol')} to ssl"
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _of_tls(settings: Settings, where: str, error: ssl.SSLError) -> str | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(where, error)
    said = str(getattr(error, "reason", None) or error).upper().replace(" ", "_")
    ours = variable("tls_certificate_file")
    if "CERTIFICATE" in said and settings.tls_certificate_file is None:
        return f"{where} asks for a client certificate: set {ours}"
    if "CERTIFICATE" in said or "UNKNOWN_CA" in said:
        return f"{where} does not take the certificate of {ours}: {said}"
    if any(words in said for words in _NO_VERSION):
        return f"{where} speaks no TLS 1.2 or newer that we could agree on: enable it there"
    return None


def _of_certificate(where: str, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == _EXPIRED:
        return f"the certificate of {where} has expired: renew it"
    if error.verify_code in _OTHER_NAME:
        return (
            f"the certificate of {where} is for another host: name Kafka in {variable('broker')} "
            "(and in its advertised.listeners) as its certificate does"
        )
    return (
        f"the certificate of {where} is signed by nobody known ({error.verify_message}): put the "
        f"authority that signed it into {variable('tls_ca_file')}"
    )


# what clients tell while they try again


def on_librdkafka_error(settings: Settings) -> Callable[[LibrdkafkaError], None]:
    """An error_cb: raises AccessError out of the client's next call once it was turned away."""

    def look(error: LibrdkafkaError) -> None:
        if error.code() in TURNED_AWAY:
            probe(settings)

    return look


class AiokafkaRefusals(logging.Handler):
    """aiokafka tries for ever to connect, and says why it can't only in its log."""

    def __init__(self, settings: Settings, fail: Callable[[BaseException], Any]) -> None:
        super().__init__(logging.WARNING)
        self._settings, self._fail = settings, fail

    def emit(self, record: logging.LogRecord) -> None:
        """Fails where a connection was refused."""
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, BaseException):
                said = reason(self._settings, self._settings.broker, argument)
                if said is not None:
                    self._fail(AccessError(said))
