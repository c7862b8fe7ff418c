"""The environment, read once: every setting with its meaning, its default and its bounds.

Also the one place that makes the connection options of every Kafka client, of whatever library.
"""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal

from schemas.base.partitioners import PARTITIONERS
from schemas.topics.declared import TopicNames
from streams.config import parsing
from streams.config.parsing import Secret, UnfitError

PREFIX: Final = "WHALECURVE_"

SESSION_TIMEOUT_S: Final = 10
"""A worker that says nothing for so long has lost its partitions; also what a kill costs."""
HEARTBEAT_S: Final = 1
REQUEST_TIMEOUT_MS: Final = 10_000
TRANSACTION_TIMEOUT_MS: Final = 15_000
"""Longer than every request's timeout: the broker never aborts what is still being sent."""
ERASURE_SECRET_MAX_BYTES: Final = 64
"""As many as key the hash."""
PASSWORD_MAX_BYTES: Final = 1_024
SASL_MECHANISM: Final = "SCRAM-SHA-512"
"""The one that is known to every Kafka and never sends the password."""
TLS_1_2_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For librdkafka, which can't be told of a lowest version: TLS before 1.2 has none of these."""
ENDPOINT_SETTINGS: Final = (
    "security_protocol",
    "tls_ca_file",
    "tls_certificate_file",
    "tls_key_file",
    "tls_key_password_file",
    "sasl_user",
    "sasl_password_file",
)
"""The settings that say how to connect to the broker."""
FETCH_BYTES: Final = 1_048_576
"""Of one partition at a time; a batch above it is fetched alone and whole."""


class SettingsError(Exception):
    """A setting that can't be used; the text names it, what was expected and what was found."""


@dataclass(frozen=True)
class Setting:
    """How one setting is read and explained."""

    meaning: str
    parse: Callable[[str], Any]


def _setting(default: Any, meaning: str, parse: Callable[[str], Any]) -> Any:
    return field(default=default, metadata={"setting": Setting(meaning, parse)})


@dataclass(frozen=True)
class Settings:
    """What the environment says; a field is WHALECURVE_ and its name in capitals."""

    broker: str = _setting(
        "127.0.0.1:9092", "where Kafka listens: host:port, or several with commas", parsing.broker
    )
    policy: Path | None = _setting(
        None, "the policy file; without it the default one", parsing.policy_file
    )
    app_id: str = _setting(
        "whalecurve", "names the application, and its consumer group", parsing.name
    )
    topic_prefix: str = _setting("", "put before every topic's name", parsing.prefix)
    output_prefix: str | None = _setting(
        None, "put before the outputs' and the changelog's names instead", parsing.prefix
    )
    clock: Literal["wall", "event"] = _setting(
        "wall",
        "wall: time passes for customers at rest; event: for replays",
        parsing.choice("wall", "event"),
    )
    guarantee: Literal["exactly_once", "at_least_once"] = _setting(
        "exactly_once",
        "at_least_once is for brokers without transactions",
        parsing.choice("exactly_once", "at_least_once"),
    )
    partitioner: str = _setting(
        "murmur2",
        "how producers of the inputs choose partitions: murmur2 (Java, kafka-python) or crc32 "
        "(librdkafka)",
        parsing.choice(*PARTITIONERS),
    )
    commit_ms: int = _setting(100, "least time from commit to commit", parsing.whole(1, 60_000))
    snapshot_seconds: int = _setting(
        10,
        "a customer's snapshot goes out at most so often while it changes",
        parsing.whole(0, 86_400),
    )
    max_event_bytes: int = _setting(
        65_536, "a larger value is rejected (too_large)", parsing.whole(1024, 16_777_216)
    )
    web_port: int = _setting(
        0,
        "of /livez, /readyz and /metrics; 0: any free one, printed",
        parsing.whole(0, parsing.PORT_MAX),
    )
    erasure_secret_file: Secret | None = _setting(
        None,
        "keys the hash that stands for a customer on erasures; without one whoever guesses an id "
        "can check the guess",
        parsing.secret_file(ERASURE_SECRET_MAX_BYTES),
    )
    partitions: int = _setting(
        4,
        "of every topic: of those that are created, and what those that exist have to have",
        parsing.whole(1, 1024),
    )
    security_protocol: Literal["plaintext", "ssl", "sasl_ssl"] = _setting(
        "plaintext",
        "how to connect: ssl is TLS (1.2 or newer, host names checked), sasl_ssl is TLS and a user "
        f"by {SASL_MECHANISM}",
        parsing.protocol,
    )
    tls_ca_file: Path | None = _setting(
        None,
        "who may sign the brokers' certificates; without it the system's authorities",
        parsing.pem_file("certificates of authorities"),
    )
    tls_certificate_file: Path | None = _setting(
        None,
        "the client's certificate, for brokers that ask for one",
        parsing.pem_file("a certificate and its chain"),
    )
    tls_key_file: Path | None = _setting(
        None, "the key to that certificate", parsing.pem_file("a private key")
    )
    tls_key_password_file: Secret | None = _setting(
        None, "opens that key, where it is locked", parsing.secret_file(PASSWORD_MAX_BYTES)
    )
    sasl_user: str = _setting("", f"the user, by {SASL_MECHANISM} alone", parsing.user)
    sasl_password_file: Secret | None = _setting(
        None, "the user's password; read at start", parsing.secret_file(PASSWORD_MAX_BYTES)
    )
    partition_bytes: int | None = _setting(
        None,
        "bytes that the customers of one partition may take at rest; the worker stops before it is "
        "more; without it half of the container's or machine's memory, divided by all partitions",
        parsing.whole(1, 10**15),
    )

    @property
    def exactly_once(self) -> bool:
        """Every commit is a transaction."""
        return self.guarantee == "exactly_once"

    @property
    def names(self) -> TopicNames:
        """The topics' names on the broker."""
        output = self.topic_prefix if self.output_prefix is None else self.output_prefix
        return TopicNames(self.topic_prefix, output, self.app_id)

    @property
    def fetch_wait_ms(self) -> int:
        """How long the broker may hold a fetch that finds nothing.

        The embedded broker lists a partition's batches within this time, and answers with nothing
        where it does not get done: it is given more.
        """
        return 50 if self.exactly_once else 200


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment; SettingsError for one that is wrong."""
    values: dict[str, Any] = {}
    for known in fields(Settings):
        name = variable(known.name)
        _refuse_bare_secret(known.type, name, environment)
        text = environment.get(name)
        if text is None:
            continue
        setting: Setting = known.metadata["setting"]
        try:
            values[known.name] = setting.parse(text)
        except UnfitError as error:
            raise SettingsError(f"{name}: expected {error}, found {error.found}") from None
        except ValueError as error:
            raise SettingsError(f"{name}: expected {error}, found {text!r}") from error
    settings = Settings(**values)
    _check_together(settings)
    tls_context(settings)
    return settings


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Names that look like settings and are none: mistyped, or an orchestrator's own."""
    known = {variable(one.name) for one in fields(Settings)}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def plaintext(settings: Settings) -> Settings:
    """The same settings for a broker without TLS or login."""
    bare: dict[str, Any] = {
        one.name: one.default for one in fields(Settings) if one.name in ENDPOINT_SETTINGS
    }
    return replace(settings, **bare)


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def _refuse_bare_secret(kind: object, name: str, environment: Mapping[str, str]) -> None:
    bare = name.removesuffix("_FILE")
    if kind == Secret | None and bare in environment:
        raise SettingsError(
            f"{bare}: expected no secret in the environment, found one: write it into a file, and "
            f"that file's path into {name}"
        )


def _check_together(settings: Settings) -> None:
    """What only makes sense beside something else; SettingsError where that is missing."""
    tls = settings.security_protocol != "plaintext"
    sasl = settings.security_protocol == "sasl_ssl"
    key = settings.tls_key_file is not None
    certificate = settings.tls_certificate_file is not None
    for name, allowed, needed, beside in (
        ("tls_ca_file", tls, False, "security_protocol=ssl or sasl_ssl"),
        ("tls_certificate_file", tls, key, "security_protocol=ssl or sasl_ssl, and tls_key_file"),
        ("tls_key_file", certificate, certificate, "tls_certificate_file"),
        ("tls_key_password_file", key, False, "tls_key_file"),
        ("sasl_user", sasl, sasl, "security_protocol=sasl_ssl"),
        ("sasl_password_file", sasl, sasl, "security_protocol=sasl_ssl"),
    ):
        there = bool(getattr(settings, name))
        if there and not allowed:
            raise SettingsError(f"{variable(name)}: expected {_variables(beside)} beside it")
        if needed and not there:
            raise SettingsError(f"{variable(name)}: expected it beside {_variables(beside)}")


def _variables(words: str) -> str:
    for known in fields(Settings):
        words = words.replace(known.name, variable(known.name))
    return words


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS as the Python clients speak it, None for plaintext; SettingsError for unfit files."""
    if settings.security_protocol == "plaintext":
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # certificates and host names are checked
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if settings.tls_ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(settings.tls_ca_file)
    except ssl.SSLError as error:
        raise SettingsError(
            f"{variable('tls_ca_file')}: expected certificates in PEM, found none in "
            f"{str(settings.tls_ca_file)!r}"
        ) from error
    if settings.tls_certificate_file is not None:
        password = settings.tls_key_password_file
        try:
            context.load_cert_chain(
                settings.tls_certificate_file,
                settings.tls_key_file,
                # without a word here OpenSSL would ask for one at the terminal
                "" if password is None else password.text,
            )
        except (ssl.SSLError, ValueError) as error:
            raise SettingsError(
                f"{variable('tls_key_file')}: expected the key to "
                f"{variable('tls_certificate_file')}, opened by "
                f"{variable('tls_key_password_file')} where it is locked, found "
                f"{str(settings.tls_key_file)!r}"
            ) from error
    return context


def librdkafka_options(settings: Settings) -> dict[str, Any]:
    """How a librdkafka client reaches the broker."""
    return {
        "bootstrap.servers": settings.broker,
        "client.id": settings.app_id,
        "socket.timeout.ms": REQUEST_TIMEOUT_MS,
        "broker.address.family": "v4" if settings.broker.startswith("127.") else "any",
        "log_level": 3,
        **_librdkafka_security(settings),
    }


def _librdkafka_security(settings: Settings) -> dict[str, Any]:
    if settings.security_protocol == "plaintext":
        return {}
    options: dict[str, Any] = {
        "security.protocol": settings.security_protocol,
        "ssl.ca.location": str(settings.tls_ca_file or "probe"),
        "enable.ssl.certificate.verification": True,
        "ssl.endpoint.identification.algorithm": "https",
        "ssl.cipher.suites": TLS_1_2_CIPHERS,
    }
    if settings.tls_certificate_file is not None:
        options["ssl.certificate.location"] = str(settings.tls_certificate_file)
        options["ssl.key.location"] = str(settings.tls_key_file)
    if settings.tls_key_password_file is not None:
        options["ssl.key.password"] = settings.tls_key_password_file.text
    if settings.sasl_password_file is not None:
        options["sasl.mechanism"] = SASL_MECHANISM
        options["sasl.username"] = settings.sasl_user
        options["sasl.password"] = settings.sasl_password_file.text
    return options


def kafka_python_options(settings: Settings) -> dict[str, Any]:
    """How a kafka-python client reaches the broker."""
    return _python_options(settings)


def aiokafka_options(settings: Settings) -> dict[str, Any]:
    """How an aiokafka client reaches the broker."""
    return _python_options(settings)


def _python_options(settings: Settings) -> dict[str, Any]:
    """Both of Python's clients name these alike."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.broker.split(","),
        "client_id": settings.app_id,
        "security_protocol": settings.security_protocol.upper(),
        "ssl_context": tls_context(settings),
    }
    if settings.sasl_password_file is not None:
        options["sasl_mechanism"] = SASL_MECHANISM
        options["sasl_plain_username"] = settings.sasl_user
        options["sasl_plain_password"] = settings.sasl_password_file.text
    return options
