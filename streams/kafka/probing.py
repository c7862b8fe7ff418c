"""Looks around before a client is made: who lets us in, who refuses us, who is deaf.

Some clients wait for a deaf address until their time is over, and none says that the brokers'
own addresses lead nowhere. So all addresses are tried at once here, each with one connection.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aiokafka.conn import AIOKafkaConnection, OAuthAuthenticator, collect_hosts
from aiokafka.errors import KafkaError, SaslAuthenticationFailed
from aiokafka.protocol.metadata import MetadataRequest
from confluent_kafka import KafkaError as LibrdkafkaError

from streams.config.connecting import aiokafka_options
from streams.config.settings import Settings, variable
from streams.config.tokens import TokenError, tokens_of
from streams.kafka.access import AccessError, reason

PROBE_SECONDS: Final = 5.0
"""For one address, from the first byte to its answer, and once more for what it speaks instead."""
GRACE_SECONDS: Final = 0.5
"""Once one address let us in, so long the others have; who is slower is taken for deaf."""
CLOSE_SECONDS: Final = 0.2
TURNED_AWAY: Final = {LibrdkafkaError._SSL, LibrdkafkaError._AUTHENTICATION}
"""What librdkafka says where an endpoint refuses us; all else may pass by itself."""
BROKERS_TRIED: Final = 8
"""Of a large cluster: that so many are away at once while another lets us in is no accident."""
NAMED_MOST: Final = 3
"""Of addresses in one line."""

Address = tuple[str, int]


@dataclass
class View:
    """What came of a look around."""

    let_in: list[Address] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    silent: dict[Address, str] = field(default_factory=dict)
    """Why nothing came of it; it may pass by itself."""
    told: list[Address] = field(default_factory=list)
    """Where brokers say that they are found."""

    @property
    def why(self) -> str:
        """Why nobody let us in."""
        return "; ".join(
            f"{_text(address)}: {why}" for address, why in list(self.silent.items())[:NAMED_MOST]
        )


# what callers ask


def probe(settings: Settings) -> View:
    """Tries every address; AccessError where some refuse us and none lets us in.

    Where nobody answers at all nothing is raised: a broker that is away has refused nobody.
    """
    view = _run(_look(settings))
    if view.refusals and not view.let_in:
        raise AccessError(view.refusals[0])
    return view


def reachable(settings: Settings) -> tuple[Settings, str]:
    """(the settings with no address but those that let us in, "").

    Where nobody answers: the settings as they are, and why. AccessError as `probe`, and where the
    addresses that brokers give lead nowhere.
    """
    view = probe(settings)
    if not view.let_in:
        return settings, view.why
    others = [one for one in view.told if one not in view.let_in]
    if others and len(others) == len(view.told):
        beyond = _run(_try_all(settings, others[:BROKERS_TRIED]))
        if not beyond.let_in:
            raise AccessError(
                f"{_text(view.let_in[0])} lets us in and sends us on to "
                f"{', '.join(map(_text, others[:NAMED_MOST]))}, where that fails "
                f"({beyond.why or beyond.refusals[0]}): set advertised.listeners of that broker to "
                "an address that can be reached from here, or make this one known here"
            )
    return replace(settings, broker=",".join(map(_text, view.let_in))), ""


def on_librdkafka_error(settings: Settings) -> Callable[[LibrdkafkaError], None]:
    """An error_cb: raises AccessError out of the client's next call once it was turned away."""

    def look(error: LibrdkafkaError) -> None:
        if error.code() in TURNED_AWAY:
            probe(settings)

    return look


# looking around


def _run(look: Coroutine[Any, Any, View]) -> View:
    with ThreadPoolExecutor(1) as thread:  # there may be a loop in the caller's
        return thread.submit(asyncio.run, look).result()


def _addresses(settings: Settings) -> list[Address]:
    hosts = collect_hosts(settings.broker.split(","), randomize=False)
    return [(host, port) for host, port, _ in hosts]


def _text(address: Address) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def _look(settings: Settings) -> View:
    addresses = _addresses(settings)
    if settings.by_tokens:
        try:
            await asyncio.to_thread(tokens_of(settings).get)
        except TokenError as error:
            if error.refused:
                return View(refusals=[str(error)])
            return View(silent={addresses[0]: str(error)})
    return await _try_all(settings, addresses)


async def _try_all(settings: Settings, addresses: list[Address]) -> View:
    view = View()
    tries = [asyncio.create_task(_try(settings, one, view)) for one in addresses]
    pending = set(tries)
    while pending and not view.let_in:
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    if pending:
        _, pending = await asyncio.wait(pending, timeout=GRACE_SECONDS)
    for late in pending:
        late.cancel()
    for done in await asyncio.gather(*tries, return_exceptions=True):
        if isinstance(done, Exception):
            raise done
    # in the order of the addresses, not of the answers
    view.let_in = [one for one in addresses if one in view.let_in]
    return view


async def _try(settings: Settings, address: Address, view: View) -> None:
    """Notes in the view what came of one address."""
    where = _text(address)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            told = await _enter(settings, address)
    except (OSError, KafkaError, TimeoutError) as error:
        refusal = reason(settings, where, error)
        if refusal is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(PROBE_SECONDS):
                    refusal = await _other_language(settings, *address)
        if refusal is None:
            view.silent[address] = _of_silence(error)
        else:
            view.refusals.append(refusal)
    else:
        view.let_in.append(address)
        view.told = view.told or told


def _of_silence(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {PROBE_SECONDS:.0f} s"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


async def _enter(settings: Settings, address: Address) -> list[Address]:
    """The addresses that brokers give; only now refuses us who asks for a login."""
    options = aiokafka_options(settings)
    del options["bootstrap_servers"]
    async with _connected(*address, **options) as connection:
        answer = await connection.send(MetadataRequest([]))
        return [(host, port) for _, host, port, *_ in answer.brokers]


class _Authenticator(OAuthAuthenticator):
    """aiokafka takes a broker's "no" to a token for the end of the login."""

    async def step(self, payload: bytes | None) -> Any:
        if payload:
            raise SaslAuthenticationFailed
        return await super().step(payload)


class _Connection(AIOKafkaConnection):
    def authenticator_oauth(self) -> _Authenticator:
        return _Authenticator(sasl_oauth_token_provider=self._sasl_oauth_token_provider)


@asynccontextmanager
async def _connected(host: str, port: int, **options: Any) -> AsyncIterator[AIOKafkaConnection]:
    """One connection to one broker, closed before its loop ends."""
    connection = _Connection(host, port, request_timeout_ms=PROBE_SECONDS * 1000, **options)
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
