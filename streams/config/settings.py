"""Every setting of the environment with its meaning, its default and its bounds."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal

from schemas.base.partitioners import PARTITIONERS
from schemas.topics.declared import TopicNames
from streams.config import parsing
from streams.config.parsing import Secret

PREFIX: Final = "WHALECURVE_"

SESSION_TIMEOUT_S: Final = 10
"""A worker that says nothing for so long has lost its partitions; also what a kill costs."""
HEARTBEAT_S: Final = 1
REBALANCE_TIMEOUT_S: Final = 60
"""So long the broker waits for a member to commit and join anew; after that it is left behind."""
REQUEST_TIMEOUT_MS: Final = 10_000
TRANSACTION_TIMEOUT_MS: Final = 15_000
"""Longer than every request's timeout: the broker never aborts what is still being sent."""
ERASURE_SECRET_MAX_BYTES: Final = 64
"""As many as key the hash."""
PASSWORD_MAX_BYTES: Final = 1_024
PASSWORD_MECHANISMS: Final = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
"""The first, the default, is known to every Kafka of one's own and never sends the password."""
OAUTHBEARER: Final = "OAUTHBEARER"
MECHANISMS: Final = (*PASSWORD_MECHANISMS, OAUTHBEARER)
CLIENT_ID_MAX_BYTES: Final = 255
SCOPE_MAX_BYTES: Final = 1_000
"""Of several with blanks between them."""
ENDPOINT_SETTINGS: Final = (
    "security_protocol",
    "tls_ca_file",
    "tls_certificate_file",
    "tls_key_file",
    "tls_key_password_file",
    "sasl_mechanism",
    "sasl_user",
    "sasl_password_file",
    "oauth_token_endpoint",
    "oauth_client_id",
    "oauth_client_secret_file",
    "oauth_scope",
    "oauth_ca_file",
    "client_rack",
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
    unpack_bytes: int = _setting(
        16_777_216,
        "a packed batch that holds more is unpacked in parts of about so many bytes",
        parsing.whole(1_048_576, 1_073_741_824),
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
        "how to connect: ssl is TLS (1.2 or newer, host names checked), sasl_ssl is TLS and a "
        "login",
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
    sasl_mechanism: str = _setting(
        PASSWORD_MECHANISMS[0],
        "how to log in: by a user's password (PLAIN sends it, through TLS), or by tokens "
        f"({OAUTHBEARER})",
        parsing.choice(*MECHANISMS),
    )
    sasl_user: str = _setting(
        "", "the user, or the key that stands for one", parsing.printable(parsing.NAME_MAX_CHARS)
    )
    sasl_password_file: Secret | None = _setting(
        None, "the user's password; read at start", parsing.secret_file(PASSWORD_MAX_BYTES)
    )
    oauth_token_endpoint: str = _setting(
        "", f"where {OAUTHBEARER} gets its tokens, by client credentials", parsing.https_url
    )
    oauth_client_id: str = _setting(
        "", "the client that tokens are for", parsing.printable(CLIENT_ID_MAX_BYTES)
    )
    oauth_client_secret_file: Secret | None = _setting(
        None, "that client's secret; read at start", parsing.secret_file(PASSWORD_MAX_BYTES)
    )
    oauth_scope: str = _setting(
        "",
        "what tokens are asked for, where the endpoint wants to know",
        parsing.printable(SCOPE_MAX_BYTES),
    )
    oauth_ca_file: Path | None = _setting(
        None,
        "who may sign the endpoint's certificate; without it the system's authorities",
        parsing.pem_file("certificates of authorities"),
    )
    client_rack: str = _setting(
        "",
        "where this worker runs, in the words of the brokers' broker.rack: inputs are read from a "
        "replica there",
        parsing.printable(parsing.NAME_MAX_CHARS),
    )
    partition_bytes: int | None = _setting(
        None,
        "bytes that the customers of one partition may take at rest; it is parked before it is "
        "more; without it half of the container's or machine's memory, divided by all partitions",
        parsing.whole(1, 10**15),
    )

    @property
    def exactly_once(self) -> bool:
        """Every commit is a transaction."""
        return self.guarantee == "exactly_once"

    @property
    def by_tokens(self) -> bool:
        """Whether clients log in by tokens of an endpoint."""
        return self.security_protocol == "sasl_ssl" and self.sasl_mechanism == OAUTHBEARER

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


def plaintext(settings: Settings) -> Settings:
    """The same settings for a broker without TLS or login."""
    bare: dict[str, Any] = {
        one.name: one.default for one in fields(Settings) if one.name in ENDPOINT_SETTINGS
    }
    return replace(settings, **bare)


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()
